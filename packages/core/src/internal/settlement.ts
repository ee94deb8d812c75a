/**
 * How other parts join the commit that settles a run.
 *
 * Settling is one commit (`Finalize`); what a wait, a request or an inbox has
 * to change with it is added here, so that all of it is true at once or none.
 */
import * as Effect from "effect/Effect"
import type { SessionId } from "../Ids.ts"
import type { Outcome } from "../Outcome.ts"
import type { NamedArtifact, Session } from "../Session.ts"
import type { Transition } from "../SessionStore.ts"
import type { SpawnJob } from "../SpawnJob.ts"
import type { Flight } from "./flights.ts"
import type { Show } from "./recorder.ts"

/** A job that was accepted inside somebody's commit, and still has to get its place. */
export interface AcceptedJob {
  readonly job: SpawnJob
  readonly session: Session
  /** From the parent up to the root. */
  readonly ancestors: ReadonlyArray<SessionId>
}

/** Takes jobs that a commit is about to accept into account (I1); the answer says how it went. */
export type Reserve = (accepted: ReadonlyArray<AcceptedJob>) => (recorded: boolean) => void

/** A run that is about to settle, and its job with it. One whose job goes on as another try is none. */
export interface Settling {
  readonly flight: Flight
  readonly session: Session
  readonly outcome: Outcome
  readonly artifacts: ReadonlyArray<NamedArtifact>
  readonly nowMillis: number
}

/** What is added to a commit. */
export interface Addition {
  readonly changes: Transition
  /** Gets the numbers of its own `EventRecorded` changes. */
  readonly show: Show
  /** Called exactly once, also when the commit did not stand. */
  readonly done: (recorded: "recorded" | "not_recorded") => Effect.Effect<void>
  /** To be placed after the commit, when the settling run has landed. */
  readonly accepted: ReadonlyArray<AcceptedJob>
}

/** Nothing to add. Known by identity, so that it costs nothing. */
export const noAddition: Addition = {
  changes: [],
  show: () => undefined,
  done: () => Effect.void,
  accepted: []
}

/** The answer of a part that has nothing to add: known by identity too. */
export const addsNothing: Effect.Effect<Addition> = Effect.succeed(noAddition)

/** In one commit: what the run said last, what is told of the session, its end, what is told of its parent (I3). */
export interface SettlementParts {
  readonly ofChild: ReadonlyArray<SettlementPart>
  readonly ofParent: ReadonlyArray<SettlementPart>
}

export interface SettlementPart {
  /**
   * Asked again, with a new session, when the commit met a conflict; `done` of
   * the earlier answer was called then. May wait for settlings that began
   * earlier, never for later ones.
   */
  readonly add: (settling: Settling) => Effect.Effect<Addition>
}
