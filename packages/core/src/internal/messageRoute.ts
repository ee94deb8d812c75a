/**
 * Where a message to a session goes, and what becomes of those that were not
 * taken. Pure.
 */
import type { Steer } from "../Obligation.ts"
import type { Outcome } from "../Outcome.ts"
import { isInFlight, metadataKeys, type Session } from "../Session.ts"

/** Who runs the session. The in-process agent takes messages at any time. */
export type RunBy = { readonly _tag: "InProcess" } | { readonly _tag: "Runner"; readonly steer: boolean }

/** How far the session's flight is; `taken`: its launch has taken what waited. */
export type FlightPhase = "none" | "queued" | "taken" | "stopping"

export type Route =
  /** It becomes the next user message, and the session runs again. */
  | { readonly _tag: "RunAgain" }
  /** It waits, for the launch or for the live run. */
  | { readonly _tag: "Inbox" }
  | { readonly _tag: "Refuse"; readonly reason: "runner_cannot_steer" | "stopping" }

const inbox: Route = { _tag: "Inbox" }

export const routeOf = (status: Session["status"], phase: FlightPhase, runBy: RunBy): Route => {
  if (phase === "stopping" || status === "cancelling") return { _tag: "Refuse", reason: "stopping" }
  if (phase === "none") return isInFlight(status) ? inbox : { _tag: "RunAgain" }
  if (phase === "queued" || runBy._tag === "InProcess" || runBy.steer) return inbox
  return { _tag: "Refuse", reason: "runner_cannot_steer" }
}

/**
 * Whether a message that the run did not take is delivered when the run has
 * settled. What the runtime has to tell always is; what somebody else said is
 * when the session can go on with it: after a good end, in process, or when
 * there was nothing to do before it came. An external agent was told what to do
 * next in the middle of a task that is over now.
 */
export const outlivesRun = (steer: Steer, session: Session, outcome: Outcome): boolean =>
  steer.origin === "runtime" || outcome.status === "skipped" || (outcome.status === "completed" && !isExternal(session))

export const isExternal = ({ metadata }: Session): boolean => metadata[metadataKeys.runtimeKind] === "external"

/**
 * What becomes of messages that wait for a session which is not in flight:
 * delivered, and whether the session runs again with them. One that was
 * cancelled stays so, and is told only what the runtime has to tell.
 */
export const atRest = (
  waiting: ReadonlyArray<Steer>,
  session: Session,
  runnable: boolean
): { readonly deliver: ReadonlyArray<Steer>; readonly expire: ReadonlyArray<Steer>; readonly runAgain: boolean } => {
  if (!runnable || session.status === "cancelled") {
    return {
      deliver: waiting.filter(({ origin }) => origin === "runtime"),
      expire: waiting.filter(({ origin }) => origin !== "runtime"),
      runAgain: false
    }
  }
  const wanted = isExternal(session) ? waiting.some(({ origin }) => origin !== "runtime") : waiting.length > 0
  return { deliver: waiting, expire: [], runAgain: wanted }
}
