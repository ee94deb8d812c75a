/**
 * The end of a run: settled with its job, gone on as another try, or left for
 * the next process. Each is one commit; then the streams; then the handlers,
 * from the outbox.
 *
 * Invariants
 *   I2. The commit that settles a run is refused for a run that has settled, so
 *       whoever comes second publishes nothing.
 *   I3. The run is closed for its runner before the commit: nothing follows
 *       `sub_agent_completed`.
 *   I4. What is published was committed.
 *
 * @stability unstable
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as AgentEvent from "./AgentEvent.ts"
import type { SessionId } from "./Ids.ts"
import * as Ids from "./Ids.ts"
import { leftBy } from "./internal/conversation.ts"
import type { Flight } from "./internal/flights.ts"
import { joined } from "./internal/ownChanges.ts"
import { present } from "./internal/present.ts"
import { onceInTranscript, settleDoubt } from "./internal/transcriptWriter.ts"
import { isoOf, publishLifecycle, publishOwn, type Seat } from "./internal/publisher.ts"
import { type Built, patiently, type Recorder, type Refused, showNothing } from "./internal/recorder.ts"
import {
  type AcceptedJob,
  type Addition,
  addsNothing,
  noAddition,
  type Reserve,
  type SettlementPart,
  type SettlementParts,
  type Settling
} from "./internal/settlement.ts"
import { errorText, type Outcome } from "./Outcome.ts"
import type { Outbox } from "./Outbox.ts"
import { toldBy } from "./Recovery.ts"
import type { Message, Session } from "./Session.ts"
import type { Change, OpenJob, StoreError, Transition } from "./SessionStore.ts"
import type { SessionStreamsShape } from "./SessionStreams.ts"
import type { ChildCompletion, OpenToolCall, RunReport, SpawnJob } from "./SpawnJob.ts"
import * as UsageSum from "./UsageSum.ts"

/** What ending a run needs. */
export interface FinalizeServices {
  readonly recorder: Recorder["Service"]
  readonly streams: SessionStreamsShape
  readonly outbox: Outbox["Service"]
  /** Whether the process is about to end. */
  readonly closing: () => boolean
  /** What joins the commit that settles a run, of the session itself and of its parent. */
  readonly parts: SettlementParts
  readonly reserve: Reserve
  /** Told when a commit that accepts jobs may have stood although it was reported as failed. */
  readonly onDoubt: () => void
}

/** An event to record and then to show: on the child's own stream, or on its parent's. */
interface Recorded {
  readonly on: "child" | "parent"
  readonly event: AgentEvent.OwnEvent
}

/** A store that stays unwritable is asked every five seconds. */
const stubborn = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")])

/** Somebody else changed a wait, a request or a parent at the same moment; more often in a row is a fault of ours. */
const conflictsMax = 32

const completionOf = (
  { job, live }: Flight,
  outcome: Outcome,
  { report, state }: Remains,
  nowMillis: number
): ChildCompletion => {
  const { childSessionId, parentSessionId, runId } = job
  const hasBegun = live !== undefined || state === "launched"
  const usage = UsageSum.ofJob(job, hasBegun ? { usage: report.usage } : "not_begun")
  return {
    runId,
    ...(parentSessionId === undefined ? {} : { parentSessionId }),
    childSessionId,
    outcome,
    ...(report.answeredBy === undefined ? {} : { answerRunId: report.answeredBy }),
    ...(usage === undefined ? {} : { usage }),
    ...present("resume", toldBy(job, report)),
    ...(report.artifacts === undefined ? {} : { artifacts: report.artifacts }),
    completedAtMillis: nowMillis
  }
}

const completedEvent = (
  parentSessionId: SessionId,
  childSessionId: SessionId,
  outcome: Outcome
): AgentEvent.OwnEvent => {
  const error = errorText(outcome)
  return {
    type: "sub_agent_completed",
    parentSessionId,
    childSessionId,
    status: outcome.status,
    reason: outcome.reason,
    ...(error === undefined ? {} : { error })
  }
}

/** An entry with the event that tells of it. */
interface Entry {
  readonly changes: Transition
  readonly events: ReadonlyArray<Recorded>
}

const nothing: Entry = { changes: [], events: [] }

const entryOf = (
  flight: Flight,
  entry: Pick<Message, "id" | "role" | "text" | "hidden">,
  nowMillis: number
): { readonly change: Change; readonly event: Recorded } => {
  const { childSessionId: sessionId, runId } = flight.job
  return {
    change: { _tag: "MessageAppended", message: { ...entry, sessionId, runId, createdAtMillis: nowMillis } },
    event: {
      on: "child",
      event: { type: "message_appended", sessionId, messageId: entry.id, role: entry.role }
    }
  }
}

const following = (first: Entry, second: Entry): Entry => {
  if (second === nothing) return first
  return { changes: [...first.changes, ...second.changes], events: [...first.events, ...second.events] }
}

/** The text that is not in the transcript yet, as its last entry. */
const tailOf = (flight: Flight, id: Ids.MessageId, nowMillis: number): Entry => {
  const text = flight.live?.text ?? ""
  if (text === "") return nothing
  const { change, event } = entryOf(flight, { id, role: "assistant", text, hidden: false }, nowMillis)
  return { changes: [change], events: [event] }
}

/** Tool calls whose process died in them: said in the transcript, so that nobody makes them again unawares. */
const unknownOutcomes = Effect.fnUntraced(function* (
  flight: Flight,
  calls: ReadonlyArray<OpenToolCall>,
  nowMillis: number
) {
  const changes: Array<Change> = []
  const events: Array<Recorded> = []
  for (const { toolCallId, toolName } of calls) {
    const text = `The outcome of the call ${toolCallId} of ${toolName} is unknown: its run ended while it was under way. It was not made again.`
    const id = yield* Ids.makeMessageId
    const { change, event } = entryOf(flight, { id, role: "tool", text, hidden: false }, nowMillis)
    changes.push(change)
    const { runId } = flight.job
    events.push(event, { on: "child", event: { type: "tool_outcome_unknown", runId, toolCallId, toolName } })
  }
  return { changes, events }
})

/** Changes with their events, recorded in this order and shown in it. */
const planOf = (
  services: FinalizeServices,
  flight: Flight,
  changes: Transition,
  events: ReadonlyArray<Recorded>
): Built => {
  const { childSessionId, parentSessionId } = flight.job
  const seat: Seat = { childId: childSessionId, ancestors: flight.ancestors }
  return {
    changes: [
      ...changes,
      ...events.map(({ event, on }): Change => ({
        _tag: "EventRecorded",
        sessionId: on === "child" ? childSessionId : (parentSessionId ?? childSessionId),
        event
      }))
    ],
    show: (numbers) =>
      events.forEach(({ event, on }, index) => {
        const number = Option.fromUndefinedOr(numbers[index])
        if (on === "child") publishOwn(services.streams, seat, number, event)
        else publishLifecycle(services.streams, seat, number, event)
      })
  }
}

const nothingSaid: Built = { changes: [], show: showNothing }

/** What the run said last, and its end: what is told of the session itself comes between them (I3). */
interface SettlingPlan {
  readonly said: Built
  readonly ended: Built
}

const settlingPlan = (
  services: FinalizeServices,
  flight: Flight,
  completion: ChildCompletion,
  before: Entry
): SettlingPlan => {
  const { childSessionId, parentSessionId, runId } = flight.job
  const { outcome } = completion
  const events: Array<Recorded> = [{ on: "child", event: AgentEvent.terminalOf(runId, outcome, errorText(outcome)) }]
  if (parentSessionId !== undefined) {
    events.push({ on: "parent", event: completedEvent(parentSessionId, childSessionId, outcome) })
  }
  const settled: Change = { _tag: "JobSettled", completion, handlers: services.outbox.handlers }
  return {
    said: before === nothing ? nothingSaid : planOf(services, flight, before.changes, before.events),
    ended: planOf(services, flight, [settled], events)
  }
}

type Failure = Refused | StoreError

const isForeignConflict = (error: Failure): boolean =>
  error._tag === "StoreError" && (error.reason._tag === "ObligationConflict" || error.reason._tag === "VersionConflict")

/** A part that answers at once that it has nothing to add is not waited for. */
const additionsOf = (
  parts: ReadonlyArray<SettlementPart>,
  settling: Settling
): Effect.Effect<ReadonlyArray<Addition>> => {
  const asked: Array<Effect.Effect<Addition>> = []
  for (const part of parts) {
    const answer = part.add(settling)
    if (answer !== addsNothing) asked.push(answer)
  }
  return asked.length === 0 ? noAdditions : Effect.all(asked)
}

const noAdditions: Effect.Effect<ReadonlyArray<Addition>> = Effect.succeed([])

/** Asks every part, and tells each how it went, whatever happens. */
const withParts = Effect.fnUntraced(function* (
  services: FinalizeServices,
  settling: Settling,
  commit: (ofChild: ReadonlyArray<Addition>, ofParent: ReadonlyArray<Addition>) => Effect.Effect<unknown, Failure>
): Effect.fn.Return<ReadonlyArray<AcceptedJob>, Failure> {
  const { ofChild, ofParent } = services.parts
  // The parent's first: they may have to wait for sisters, and what is decided after them is fresh.
  const parents = yield* additionsOf(ofParent, settling)
  const own = yield* additionsOf(ofChild, settling)
  const additions = own.length === 0 ? parents : [...parents, ...own]
  const accepted = additions.flatMap((addition) => addition.accepted)
  const reserved = services.reserve(accepted)
  const [first = noAddition] = additions
  yield* Effect.onExit(commit(own, parents), (exit) => {
    const recorded = exit._tag === "Success" ? "recorded" : "not_recorded"
    reserved(recorded === "recorded")
    return additions.length <= 1
      ? first.done(recorded)
      : Effect.forEach(additions, ({ done }) => done(recorded), { discard: true })
  })
  return accepted
})

/**
 * One try to settle. A session that the caller does not have is looked for
 * again; when there is none, there is nothing to change but the job.
 */
const commitSettling = (
  services: FinalizeServices,
  flight: Flight,
  session: Option.Option<Session>,
  completion: ChildCompletion,
  { ended, said }: SettlingPlan
): Effect.Effect<ReadonlyArray<AcceptedJob>, Failure> => {
  const { recorder } = services
  const { artifacts = [], outcome, runId } = completion
  const found = Option.isSome(session) ? Effect.succeed(session) : recorder.store.session(flight.job.childSessionId)
  return Effect.flatMap(found, (current) => {
    if (Option.isNone(current)) {
      const alone = joined([said, ended])
      return Effect.as(recorder.commit(alone.changes, alone.show), [])
    }
    const nowMillis = completion.completedAtMillis
    const settling = { flight, session: current.value, outcome, artifacts, nowMillis }
    const once = Effect.flatMap(leftBy(recorder.store, completion), (left) =>
      withParts(services, settling, (ofChild, ofParent) =>
        recorder.transact(current.value, { _tag: "Settle", runId, outcome, left }, () =>
          joined([said, ...ofChild, ended, ...ofParent])
        )
      )
    )
    return Effect.catchIf(once, isForeignConflict, () =>
      Effect.retry(once, { times: conflictsMax, while: isForeignConflict })
    )
  })
}

const unrecorded = (outcome: Outcome, cause: StoreError): Outcome => ({
  status: "error",
  reason: "lost",
  message: `the run ended as ${outcome.status}/${outcome.reason}, but its transcript could not be recorded: ${cause.message}`
})

/** Tries for about three seconds with everything, then until it is recorded or the process closes, with what `without` leaves. */
const insist = <A>(
  services: FinalizeServices,
  full: Effect.Effect<A, Failure>,
  without: (error: StoreError) => Effect.Effect<A, Failure>
): Effect.Effect<Option.Option<A>> =>
  patiently(full).pipe(
    Effect.catchTag("StoreError", (error) =>
      Effect.andThen(
        Effect.logError("child.unrecorded", error),
        Effect.retry(without(error), {
          schedule: stubborn,
          while: (again) => again._tag === "StoreError" && !services.closing()
        })
      )
    ),
    Effect.asSome,
    // I2: somebody else settled this run, deleted the session, or the process closes.
    Effect.catch((error) => Effect.as(Effect.logDebug("child.not_settled_here", error), Option.none()))
  )

/**
 * The commit stood although the store said that it did not: what it accepted is
 * only in the record, and its handlers have not been told.
 */
const settledAlready = Effect.fnUntraced(function* (services: FinalizeServices, runId: Ids.RunId) {
  services.onDoubt()
  if (services.closing()) return Option.none<ReadonlyArray<AcceptedJob>>()
  const found = yield* patiently(services.recorder.store.completion(runId)).pipe(Effect.catch(() => Effect.succeedNone))
  if (Option.isNone(found)) return Option.none<ReadonlyArray<AcceptedJob>>()
  yield* services.outbox.deliver(found.value)
  return Option.some<ReadonlyArray<AcceptedJob>>([])
})

/** From here on nobody counts on more of this run (I3), and what it said last is known. */
const close = ({ recorder }: FinalizeServices, flight: Flight): Effect.Effect<void> =>
  Effect.suspend(() => {
    flight.settling = true
    const { live } = flight
    if (live === undefined) return Effect.void
    live.closed = true
    return live.doubtful === undefined ? Effect.void : Effect.ignore(patiently(settleDoubt(live, recorder.store)))
  })

/** What an earlier process left of a run that it did not settle. */
export interface Remains {
  readonly report: RunReport
  readonly state: OpenJob["state"]
}

const noRemains: Remains = { report: {}, state: "queued" }

/** The calls in the middle of which the run was cut off, by the end of its process or by being stopped. */
const cutOff = ({ live }: Flight, { report }: Remains): ReadonlyArray<OpenToolCall> =>
  live?.report.openToolCalls ?? report.openToolCalls ?? []

/**
 * Settles a flight: the one way in which a job ends. Returns the jobs that were
 * accepted with it; none at all when it was not settled here.
 *
 * **Durability**: when it returns some, the completion is recorded. A store
 * that refuses is tried for about three seconds with everything, then, with the
 * outcome `lost` and without the tail of the transcript, until it takes it or
 * the process closes; in the last case the next start settles it.
 */
export const finalize = Effect.fnUntraced(function* (
  services: FinalizeServices,
  flight: Flight,
  session: Option.Option<Session>,
  outcome: Outcome,
  remains: Remains = noRemains
) {
  yield* close(services, flight)
  const nowMillis = yield* Clock.currentTimeMillis
  const tail = tailOf(flight, yield* Ids.makeMessageId, nowMillis)
  const calls = cutOff(flight, remains)
  const unknown = calls.length === 0 ? nothing : yield* unknownOutcomes(flight, calls, nowMillis)
  const known = { ...remains, report: { ...remains.report, ...flight.live?.known } }
  const before = following(tail, unknown)
  let completion = completionOf(flight, outcome, known, nowMillis)
  const full = commitSettling(services, flight, session, completion, settlingPlan(services, flight, completion, before))
  const accepted = yield* insist(services, full, (error) => {
    completion = completionOf(flight, unrecorded(outcome, error), known, nowMillis)
    const bare = settlingPlan(services, flight, completion, unknown)
    return commitSettling(services, flight, session, completion, bare)
  })
  if (Option.isNone(accepted)) return yield* settledAlready(services, flight.job.runId)
  yield* services.outbox.deliver(completion)
  return accepted
})

/** How a job goes on: as which job, in which mode, after which end. */
export interface Continuation {
  readonly job: SpawnJob
  readonly mode: "resume" | "retry"
  readonly outcome: Outcome
}

const retriedEvent = (flight: Flight, { job, mode, outcome }: Continuation): AgentEvent.OwnEvent => {
  const message = errorText(outcome)
  return {
    type: "run_retried",
    runId: flight.job.runId,
    nextRunId: job.runId,
    mode,
    tries: job.tries?.length ?? 0,
    reason: outcome.reason,
    ...(message === undefined ? {} : { message }),
    ...(job.notBeforeMillis === undefined ? {} : { notBefore: isoOf(job.notBeforeMillis) })
  }
}

/**
 * Ends a run whose job goes on as another try: one commit, and no completion.
 * Returns the session as it is queued again; none when the store or the
 * session's state does not let it go on: then the job is to be settled.
 *
 * **Durability**: when it returns some, the next try is recorded as queued.
 */
export const goOn = Effect.fnUntraced(function* (
  services: FinalizeServices,
  flight: Flight,
  session: Session,
  continuation: Continuation,
  remains: Remains = noRemains
) {
  yield* close(services, flight)
  const { childSessionId: sessionId, runId } = flight.job
  const { job } = continuation
  const nowMillis = yield* Clock.currentTimeMillis
  const tail = tailOf(flight, yield* Ids.makeMessageId, nowMillis)
  const before = following(tail, yield* unknownOutcomes(flight, cutOff(flight, remains), nowMillis))
  const events: ReadonlyArray<Recorded> = [
    ...before.events,
    { on: "child", event: retriedEvent(flight, continuation) },
    { on: "child", event: { type: "session_status_changed", sessionId, status: "pending" } }
  ]
  const changes: Transition = [...before.changes, { _tag: "JobReplaced", runId, job }]
  const plan = planOf(services, flight, changes, events)
  const command = { _tag: "Retry", runId, nextRunId: job.runId } as const
  return yield* patiently(services.recorder.transact(session, command, () => plan)).pipe(
    Effect.asSome,
    Effect.catch((error) => Effect.as(Effect.logWarning("child.not_retried", error), Option.none<Session>()))
  )
})

/** How a job rests: the run it goes on as, and whether its children wake it or it goes on at once. */
export interface Rest {
  readonly job: SpawnJob
  readonly until: "woken" | "now"
}

/**
 * Ends a run whose session waits for its children: one commit, and no
 * completion. Returns the session as it is then; none when its state does not
 * let it rest.
 *
 * **Durability**: when it returns some, the next run is recorded, and a start
 * finds it resting or queued.
 */
export const suspend = Effect.fnUntraced(function* (
  services: FinalizeServices,
  flight: Flight,
  session: Session,
  { job, until }: Rest
) {
  yield* close(services, flight)
  const { childSessionId: sessionId, runId } = flight.job
  const tail = tailOf(flight, yield* Ids.makeMessageId, yield* Clock.currentTimeMillis)
  const command = { _tag: until === "now" ? "Retry" : "Suspend", runId, nextRunId: job.runId } as const
  const status = until === "now" ? "pending" : "waiting_for_children"
  const suspended: Recorded = { on: "child", event: { type: "run_suspended", runId, nextRunId: job.runId } }
  const changed: Recorded = { on: "child", event: { type: "session_status_changed", sessionId, status } }
  const changes: Transition = [...tail.changes, { _tag: "JobReplaced", runId, job }]
  const plan = planOf(services, flight, changes, [...tail.events, suspended, changed])
  return yield* patiently(services.recorder.transact(session, command, () => plan)).pipe(
    Effect.asSome,
    Effect.catch((error) => Effect.as(Effect.logWarning("child.not_suspended", error), Option.none<Session>()))
  )
})

/**
 * Leaves a run that the shutdown interrupted for the next start, which takes it
 * up as it takes up what a dead process left.
 *
 * **Durability**: what it said so far and how to go on from it is recorded; if
 * the store refuses, the next start goes on from what was recorded before.
 */
export const leave = Effect.fnUntraced(function* (services: FinalizeServices, flight: Flight) {
  yield* close(services, flight)
  const nowMillis = yield* Clock.currentTimeMillis
  const tailId = yield* Ids.makeMessageId
  const tail = tailOf(flight, tailId, nowMillis)
  const report = { ...flight.live?.report, ...flight.live?.known }
  const { childSessionId: sessionId, runId } = flight.job
  const plan = planOf(services, flight, [...tail.changes, { _tag: "JobReported", runId, report }], tail.events)
  const commit = services.recorder.commit(plan.changes, plan.show)
  yield* patiently(onceInTranscript(services.recorder.store, { id: tailId, sessionId }, commit)).pipe(
    Effect.catch((error) => Effect.logWarning("child.left_without_its_tail", error))
  )
})
