/**
 * The port through which a session runs outside the in-process agent.
 *
 * A runner is a plain value: one process has many, also several of one kind.
 * It translates between one protocol and our events; it decides no outcome but
 * its own (`RunnerOutcome`), writes no store and publishes on no stream.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { RunnerEvent } from "./AgentEvent.ts"
import type { ArtifactId } from "./Ids.ts"
import type { Ask, Steer, SteerMode } from "./Obligation.ts"
import type { RunnerOutcome } from "./Outcome.ts"
import type { ArtifactForm, Message, NamedArtifact, Session, Usage } from "./Session.ts"
import type { OpenToolCall, Resume, RunReport, SpawnJob } from "./SpawnJob.ts"
import type { BudgetExhausted } from "./TreeBudget.ts"

/** What a runner can do. Declared, then proved by the conformance suite; `false` proves the refusal. */
export interface Capabilities {
  readonly steer: boolean
  readonly requests: boolean
  readonly resume: boolean
  readonly usage: boolean
  /** Stops by its protocol before it is killed. */
  readonly gracefulCancel: boolean
}

/** How far a cancel goes: `graceful` leaves the grace time, `abort` leaves none. */
export type StopMode = "graceful" | "abort"

/**
 * Why a run is interrupted. `cancel`: nobody wants its work any more. `detach`:
 * this process ends, and the next one goes on with the run from the handle that
 * it has told; what its agent does elsewhere is to go on meanwhile.
 */
export type StopCause = "cancel" | "detach"

/** What a run waits for while it holds no slot (I10). */
export type Waiting = "request" | "children"

/**
 * A question or permission ask. `key` is the runner's own name for it, unique
 * in its session: a later try that asks with the same key finds the request,
 * and the answer that came meanwhile.
 */
export interface Asking {
  readonly key: string
  readonly ask: Ask
}

/** `Expired`: nobody answered in time; a permission that expired is not given. */
export type Answer =
  | { readonly _tag: "Approved"; readonly text: Option.Option<string> }
  | { readonly _tag: "Denied"; readonly text: Option.Option<string> }
  | { readonly _tag: "Answered"; readonly text: string }
  | { readonly _tag: "Expired" }

/** The messages that wait for this run. Only a runner that declares `steer` gets any after its launch. */
export interface RunInbox {
  /**
   * Hands over what waits, oldest first, and records each as delivered in the
   * round that the run is in. A message whose `hand` fails is recorded as
   * refused, with these words. Returns how many were delivered.
   *
   * **Durability**: a message that was handed over before a crash may be handed over again.
   */
  readonly take: (hand: (message: Steer) => Effect.Effect<void, string>) => Effect.Effect<number>
  /** Returns once a message waits: any, or one that is to interrupt. **Interruption**: loses nothing. */
  readonly arrived: (mode: SteerMode) => Effect.Effect<void>
}

/** What a run adds to its session's transcript. */
export type Entry = Pick<Message, "role" | "text" | "hidden" | "content">

/** What a run is given. Everything in it is bound to this one run. */
export interface RunContext {
  readonly session: Session
  readonly job: SpawnJob
  /** What to work on: the user messages since the last answer, oldest first, with an empty line between them. */
  readonly prompt: string
  /**
   * What this run goes on from; none: it begins. Only a runner that declares
   * `resume`, or the in-process agent, gets one.
   *
   * - An earlier try of the same job, which `job.resume` names too. Its agent may
   *   have heard the prompt, or not.
   * - The conversation that an external agent keeps of the session, as the last
   *   run that told of it left it: the prompt is what it has not heard. A run
   *   that tells nothing of it leaves it as it was.
   *
   * A handle that the agent does not know any more is the runner's to refuse: by
   * its outcome, or by beginning anew and telling the new handle.
   */
  readonly resume: Option.Option<Resume>
  /**
   * Says what happened. Events keep their order; durable ones are committed
   * first (I4). Nobody's slow reading is waited for (I5).
   */
  readonly emit: (event: RunnerEvent) => Effect.Effect<void>
  /** Adds one entry to the transcript at once, after the text that was emitted before it. */
  readonly append: (entry: Entry) => Effect.Effect<void>
  /**
   * Adds entries to the transcript in one commit, in place of the text that was
   * emitted since the last entry. The text of an in-process agent is only
   * gathered in between: what a round has said so far is recorded when the run
   * ends in the middle of it.
   *
   * **Durability**: when it returns, all of them are recorded; a crash before that leaves none.
   */
  readonly appendRound: (entries: ReadonlyArray<Entry>) => Effect.Effect<void>
  /**
   * Keeps a text whole beside the transcript, for this session's runs to read
   * and, when the run names it among its artifacts, for readers of its result.
   * None: this run has kept as much as a run may. A text of more than 4,194,304
   * characters loses its end.
   *
   * **Durability**: when it returns an id, the text is recorded until its session is deleted.
   */
  readonly keep: (text: string, form?: ArtifactForm) => Effect.Effect<Option.Option<ArtifactId>>
  /** A text that a run of this session has kept. */
  readonly kept: (id: ArtifactId) => Effect.Effect<Option.Option<string>>
  /**
   * Runs `effect` while the session shows what it waits for: its slot is free
   * and the idle clock stands still. Comes back when a slot is free again.
   */
  readonly whileWaiting: <A, E, R>(waiting: Waiting, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /**
   * Asks a person, or the operator's rules, and waits for the answer as
   * `whileWaiting("request")` does.
   *
   * **Durability**: the request and its answer survive the process; a later try asks again with the same key.
   * **Interruption**: leaves the request open until the run settles.
   */
  readonly ask: (asking: Asking) => Effect.Effect<Answer>
  readonly inbox: RunInbox
  /**
   * Tells what is known of the run so far; what is left out stays as it was. A
   * run that is interrupted tells its artifacts here, in its finalizers.
   *
   * **Durability**: a resume handle and artifacts are recorded when this
   * returns; usage with the next thing that is recorded.
   */
  readonly report: (report: Pick<RunReport, "resume" | "usage" | "answeredBy" | "artifacts">) => Effect.Effect<void>
  /**
   * To be asked before every model call, after the usage of the last one was
   * reported: fails when a budget over this session is used up. The run then
   * ends with the error's `outcome`. Costs nothing where there is no budget.
   */
  readonly admitCall: Effect.Effect<void, BudgetExhausted>
  /**
   * Runs a tool call that must not be made twice unawares. If the process dies
   * in it, its outcome is recorded as unknown and it is not made again.
   *
   * **Durability**: recorded before it begins and after it has ended.
   */
  readonly onceOnly: <A, E, R>(
    call: Pick<OpenToolCall, "toolCallId" | "toolName">,
    effect: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E, R>
  /** The mode of the cancel that interrupts this run. Read it in finalizers. */
  readonly stopMode: Effect.Effect<StopMode>
  /** Why this run is interrupted. Read it in finalizers, as `stopMode`. */
  readonly stopCause: Effect.Effect<StopCause>
  /** Returns once the cancel has become an abort: cut the grace time short. Never before. */
  readonly aborted: Effect.Effect<void>
}

/** What a run ends with. The answer itself is the text that was emitted or appended. */
export interface RunEnd {
  readonly outcome: RunnerOutcome
  readonly usage: Option.Option<Usage>
  /** How the agent itself can continue this conversation later. */
  readonly resume: Option.Option<string>
  /** What it leaves beside the answer. None: what it has reported last, which may be none too. */
  readonly artifacts: ReadonlyArray<NamedArtifact>
}

/** An end that says nothing but its outcome. */
export const ended = (outcome: RunnerOutcome): RunEnd => ({
  outcome,
  usage: Option.none(),
  resume: Option.none(),
  artifacts: []
})

export interface ExternalChildRunner {
  /** For logs and the run's snapshot. */
  readonly name: string
  readonly capabilities: Capabilities
  /** Whether this runner runs this session. Asked in order; the first that says yes runs it. */
  readonly shouldHandle: (session: Session) => boolean
  /**
   * Runs the session to its end in the given scope. A failure of the agent is
   * an outcome; a defect becomes the outcome `defect`.
   *
   * **Interruption**: is cancel. When the scope has closed, nothing that the
   * run started is alive.
   */
  readonly run: (context: RunContext) => Effect.Effect<RunEnd, never, Scope.Scope>
}

/** The runners of this process, in the order in which they are asked. None by default. */
export class ExternalChildRunners extends Context.Reference<ReadonlyArray<ExternalChildRunner>>(
  "@offshoot/core/ExternalChildRunners",
  { defaultValue: () => [] }
) {}

/** Gives the runners; those of an outer layer are replaced. */
export const layer = (runners: ReadonlyArray<ExternalChildRunner>): Layer.Layer<never> =>
  Layer.succeed(ExternalChildRunners, runners)

/** No external runner: a session that asks for one settles as `error`/`setup`. */
export const layerNone: Layer.Layer<never> = layer([])
