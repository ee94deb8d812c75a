/**
 * Stands in for the runtime around one run of a runner, and remembers what the
 * run did with it.
 *
 * Makes sessions and jobs to run, records events and transcript entries, plays
 * the part of a cancel, and counts what must be given back. It decides no
 * outcome, stores nothing and knows no test framework.
 *
 * @stability unstable
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import type { RunnerEvent } from "../AgentEvent.ts"
import type {
  Answer,
  Asking,
  ExternalChildRunner,
  RunContext,
  RunEnd,
  StopCause,
  StopMode,
  Waiting
} from "../ExternalChildRunner.ts"
import { ArtifactId, RunId, SessionId } from "../Ids.ts"
import type { SteerMode } from "../Obligation.ts"
import { type Artifact, type ArtifactForm, type Metadata, type Session, metadataKeys } from "../Session.ts"
import type { Resume, RunReport, SpawnJob } from "../SpawnJob.ts"
import { type Receipt, StandInInbox, StandInRequests, Watched } from "./standIns.ts"

type Entry = Parameters<RunContext["append"]>[0]

export type { Receipt } from "./standIns.ts"

/** A text that a run has kept, with how it is read. */
export type Kept = Pick<Artifact, "text"> & ArtifactForm

/** A call that a run made through `onceOnly`. */
export interface Call {
  readonly toolName: string
  readonly ended: boolean
}

/** What a run still holds, and what it did when it was not its turn any more. All zero after a good run. */
export interface Counts {
  /** Runs that have not returned. */
  readonly running: number
  /** `whileWaiting` regions that have not been left. */
  readonly waiting: number
  /** Events and entries that came after the run had returned. */
  readonly late: number
}

export interface RunHarness {
  readonly context: RunContext
  /** What was emitted so far, in order. */
  readonly events: Effect.Effect<ReadonlyArray<RunnerEvent>>
  readonly entries: Effect.Effect<ReadonlyArray<Entry>>
  /** What the run waited for so far, in order. */
  readonly waits: Effect.Effect<ReadonlyArray<Waiting>>
  /** The answer: all token texts together. */
  readonly answer: Effect.Effect<string>
  readonly counts: Effect.Effect<Counts>
  /**
   * The first event that the predicate takes, also when it came before.
   *
   * **Interruption**: of the waiting loses nothing.
   */
  readonly awaitEvent: (takes: (event: RunnerEvent) => boolean) => Effect.Effect<RunnerEvent>
  /** Returns once the answer holds this text. */
  readonly awaitAnswer: (part: string) => Effect.Effect<void>
  /** What the run asked so far, in order. */
  readonly asks: Effect.Effect<ReadonlyArray<Asking>>
  /** The ask with this key, also when it came before. **Interruption**: of the waiting loses nothing. */
  readonly awaitAsk: (key: string) => Effect.Effect<Asking>
  /** Answers the ask with this key, this or a coming one. The first answer is the one. */
  readonly answerAsk: (key: string, answer: Answer) => Effect.Effect<void>
  /** Sends the run a message, which waits until the run takes it. */
  readonly send: (text: string, mode: SteerMode) => Effect.Effect<void>
  /** What became of the messages so far, in the order of sending. */
  readonly receipts: Effect.Effect<ReadonlyArray<Receipt>>
  /** Returns once no message waits any more. */
  readonly awaitTaken: Effect.Effect<void>
  /** How often the run took messages or waited for some. */
  readonly inboxTouched: Effect.Effect<number>
  /** What the run told of itself so far; each thing as it was told last. */
  readonly report: Effect.Effect<RunReport>
  /** What the run has kept so far. */
  readonly kept: Effect.Effect<ReadonlyMap<ArtifactId, Kept>>
  /** The calls that the run made through `onceOnly`, in order. */
  readonly calls: Effect.Effect<ReadonlyArray<Call>>
  /** Makes the cancel, this or a coming one, an abort. */
  readonly abort: Effect.Effect<void>
  /** Makes the interruption that comes the end of this process: the next one goes on with the run. */
  readonly detach: Effect.Effect<void>
  /**
   * Runs the runner in a scope of its own, which closes when the run ends.
   *
   * **Interruption**: is the cancel.
   */
  readonly run: (runner: ExternalChildRunner) => Effect.Effect<RunEnd>
  /** A started run: its fiber, and its scope for a test that closes it. Ends with the test's scope at the latest. */
  readonly start: (runner: ExternalChildRunner) => Effect.Effect<Started, never, Scope.Scope>
}

export interface Started {
  readonly fiber: Fiber.Fiber<RunEnd>
  /** Closes the run's scope while its fiber goes on, as a caller whose own scope ends does. */
  readonly closeScope: Effect.Effect<void>
  /** Cancels: returns when the run has returned. */
  readonly cancel: Effect.Effect<void>
}

/** A session for an external agent; `fields` replace what a test cares about. */
export const externalSession = (
  agentId: string,
  protocol: string,
  fields?: Partial<Session> & { readonly metadata?: Metadata }
): Session => ({
  id: SessionId.make("ses_harness"),
  kind: "child",
  parentId: SessionId.make("ses_parent"),
  rootId: SessionId.make("ses_parent"),
  depth: 1,
  title: "harness",
  status: "running",
  createdAtMillis: 0,
  updatedAtMillis: 0,
  version: 1,
  ...fields,
  metadata: {
    [metadataKeys.runtimeKind]: "external",
    [metadataKeys.externalAgentId]: agentId,
    [metadataKeys.externalProtocol]: protocol,
    ...fields?.metadata
  }
})

/**
 * The run to stand around. `resume` is the try that it goes on from; `follows`
 * the conversation that a run of an earlier job left.
 */
export interface Given {
  readonly session: Session
  readonly runId: string
  readonly prompt: string
  readonly resume?: Resume
  readonly follows?: Resume
}

const jobOf = ({ resume, runId, session }: Given): SpawnJob => ({
  runId: RunId.make(runId),
  ...(session.parentId === undefined ? {} : { parentSessionId: session.parentId }),
  childSessionId: session.id,
  model: "",
  acceptedAtMillis: 0,
  ...(resume === undefined ? {} : { resume })
})

/** What the run did, as it happened. */
class Recorder {
  readonly events: Array<RunnerEvent> = []
  readonly entries: Array<Entry> = []
  readonly waits: Array<Waiting> = []
  readonly artifacts = new Map<ArtifactId, Kept>()
  answer = ""
  stopMode: StopMode = "graceful"
  stopCause: StopCause = "cancel"
  running = 0
  waiting = 0
  late = 0
  began = false
  report: RunReport = {}
  readonly calls: Array<{ readonly toolName: string; ended: boolean }> = []
  readonly watched = new Watched()
  readonly requests = new StandInRequests(this.watched)
  readonly inbox: StandInInbox

  constructor(session: Session) {
    this.inbox = new StandInInbox(this.watched, session.id)
  }

  private noteLate(): void {
    if (this.began && this.running === 0) this.late++
  }

  event(event: RunnerEvent): void {
    this.noteLate()
    this.events.push(event)
    if (event.type === "token") this.answer += event.content
    this.watched.changed()
  }

  entry(entry: Entry): void {
    this.noteLate()
    this.entries.push(entry)
  }
}

const whileWaitingIn =
  (recorder: Recorder): RunContext["whileWaiting"] =>
  (waiting, effect) =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        recorder.waits.push(waiting)
        recorder.waiting++
      }),
      () => effect,
      () =>
        Effect.sync(() => {
          recorder.waiting--
        })
    )

const onceOnlyIn =
  (recorder: Recorder): RunContext["onceOnly"] =>
  ({ toolName }, effect) =>
    Effect.suspend(() => {
      const call = { toolName, ended: false }
      recorder.calls.push(call)
      return Effect.ensuring(
        effect,
        Effect.sync(() => {
          call.ended = true
        })
      )
    })

const contextOf = (recorder: Recorder, given: Given, aborted: Deferred.Deferred<void>): RunContext => ({
  session: given.session,
  job: jobOf(given),
  prompt: given.prompt,
  resume: Option.fromUndefinedOr(given.resume ?? given.follows),
  emit: (event) => Effect.sync(() => recorder.event(event)),
  append: (entry) => Effect.sync(() => recorder.entry(entry)),
  appendRound: (entries) => Effect.sync(() => entries.forEach((entry) => recorder.entry(entry))),
  keep: (text, form = {}) =>
    Effect.sync(() => {
      const id = ArtifactId.make(`art_${recorder.artifacts.size + 1}`)
      recorder.artifacts.set(id, { text, ...form })
      return Option.some(id)
    }),
  kept: (id) => Effect.sync(() => Option.fromUndefinedOr(recorder.artifacts.get(id)?.text)),
  whileWaiting: whileWaitingIn(recorder),
  ask: recorder.requests.ask(whileWaitingIn(recorder)),
  inbox: recorder.inbox.inbox,
  report: (told) =>
    Effect.sync(() => {
      recorder.report = { ...recorder.report, ...told }
    }),
  admitCall: Effect.void,
  onceOnly: onceOnlyIn(recorder),
  stopMode: Effect.sync(() => recorder.stopMode),
  stopCause: Effect.sync(() => recorder.stopCause),
  aborted: Deferred.await(aborted)
})

/** What a test sees of a run, and how it answers and sends. */
const viewOf = (recorder: Recorder) => {
  const { inbox, requests, watched } = recorder
  const receipts = Effect.sync(() => inbox.receipts())
  return {
    events: Effect.sync(() => [...recorder.events]),
    entries: Effect.sync(() => [...recorder.entries]),
    waits: Effect.sync(() => [...recorder.waits]),
    answer: Effect.sync(() => recorder.answer),
    counts: Effect.sync(() => ({ running: recorder.running, waiting: recorder.waiting, late: recorder.late })),
    awaitEvent: (takes: (event: RunnerEvent) => boolean) => watched.until(() => recorder.events.find(takes)),
    awaitAnswer: (part: string) =>
      Effect.asVoid(watched.until(() => (recorder.answer.includes(part) ? true : undefined))),
    asks: Effect.sync(() => [...requests.asked]),
    awaitAsk: (key: string) => watched.until(() => requests.asked.find((asking) => asking.key === key)),
    answerAsk: (key: string, answer: Answer) => requests.answer(key, answer),
    send: (text: string, mode: SteerMode) => Effect.sync(() => inbox.send(text, mode)),
    receipts,
    awaitTaken: Effect.asVoid(
      watched.until(() => (inbox.receipts().some(({ status }) => status === "queued") ? undefined : true))
    ),
    inboxTouched: Effect.sync(() => inbox.touched),
    report: Effect.sync(() => recorder.report),
    kept: Effect.sync(() => new Map(recorder.artifacts)),
    calls: Effect.sync(() => recorder.calls.map((call) => ({ ...call })))
  }
}

/** A harness for one run. Runs of one test differ in `runId`, as real ones do. */
export const make = (given: Given): Effect.Effect<RunHarness> =>
  Effect.sync(() => {
    const recorder = new Recorder(given.session)
    const aborted = Deferred.makeUnsafe<void>()
    const context = contextOf(recorder, given, aborted)

    const runIn = (runner: ExternalChildRunner, scope: Scope.Scope) =>
      Effect.suspend(() => {
        recorder.began = true
        recorder.running++
        return Effect.ensuring(
          Scope.provide(runner.run(context), scope),
          Effect.sync(() => {
            recorder.running--
          })
        )
      })

    const harness: RunHarness = {
      context,
      ...viewOf(recorder),
      abort: Effect.suspend(() => {
        recorder.stopMode = "abort"
        return Effect.asVoid(Deferred.succeed(aborted, undefined))
      }),
      detach: Effect.sync(() => {
        recorder.stopCause = "detach"
      }),
      run: (runner) =>
        Effect.acquireUseRelease(
          Scope.make(),
          (scope) => runIn(runner, scope),
          (scope, exit) => Scope.close(scope, exit)
        ),
      start: Effect.fnUntraced(function* (runner: ExternalChildRunner) {
        const scope = yield* Scope.make()
        const fiber = yield* Effect.acquireRelease(
          Effect.forkDetach(runIn(runner, scope), { startImmediately: true }),
          (running) => Effect.andThen(Fiber.interrupt(running), Scope.close(scope, Exit.void))
        )
        const started: Started = {
          fiber,
          closeScope: Scope.close(scope, Exit.void),
          cancel: Fiber.interrupt(fiber)
        }
        return started
      })
    }
    return harness
  })
