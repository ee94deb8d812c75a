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
import type { RunnerOutcome } from "./Outcome.ts"
import type { Message, Session, Usage } from "./Session.ts"
import type { SpawnJob } from "./SpawnJob.ts"

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

/** What a run waits for while it holds no slot (I10). */
export type Waiting = "request" | "children"

/** What a run is given. Everything in it is bound to this one run. */
export interface RunContext {
  readonly session: Session
  readonly job: SpawnJob
  /** What to work on: the text of the session's last user message. */
  readonly prompt: string
  /**
   * Says what happened. Events keep their order; durable ones are committed
   * first (I4). Nobody's slow reading is waited for (I5).
   */
  readonly emit: (event: RunnerEvent) => Effect.Effect<void>
  /** Adds one entry to the transcript at once, after the text that was emitted before it. */
  readonly append: (entry: Pick<Message, "role" | "text" | "hidden">) => Effect.Effect<void>
  /**
   * Runs `effect` while the session shows what it waits for: its slot is free
   * and the idle clock stands still. Comes back when a slot is free again.
   */
  readonly whileWaiting: <A, E, R>(waiting: Waiting, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** The mode of the cancel that interrupts this run. Read it in finalizers. */
  readonly stopMode: Effect.Effect<StopMode>
  /** Returns once the cancel has become an abort: cut the grace time short. Never before. */
  readonly aborted: Effect.Effect<void>
}

/** What a run ends with. The answer itself is the text that was emitted or appended. */
export interface RunEnd {
  readonly outcome: RunnerOutcome
  readonly usage: Option.Option<Usage>
  /** How the agent itself can continue this conversation later. */
  readonly resume: Option.Option<string>
}

/** An end that says nothing but its outcome. */
export const ended = (outcome: RunnerOutcome): RunEnd => ({ outcome, usage: Option.none(), resume: Option.none() })

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
