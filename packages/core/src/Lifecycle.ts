/**
 * The pure lifecycle: which command moves a session from which status to which.
 *
 * `decide` alone says what a transition is; programs commit what it returns and
 * nothing else changes a status. It reads no clock and knows no store.
 *
 * `starting` is a phase of the live run and not a status: until a run has
 * begun, in one commit, a crash leaves the job queued and it runs again.
 *
 * Invariants
 *   I1. Only a `pending` session begins, and only with the run it was queued for.
 *   I2. A run settles once: settling any other run than the current one is refused.
 *
 * @stability unstable
 */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { Waiting } from "./ExternalChildRunner.ts"
import type { RunId } from "./Ids.ts"
import { errorText, type Outcome } from "./Outcome.ts"
import {
  type Conversation,
  externalAgentOf,
  isInFlight,
  isTerminal,
  type Metadata,
  metadataKeys,
  type Session,
  type SessionStatus
} from "./Session.ts"

export type Command =
  /** Accept a run of a session that is not in flight. */
  | { readonly _tag: "Queue"; readonly runId: RunId }
  /** The run begins; `model` is the job's, when it names one (`S-setmodel`). */
  | { readonly _tag: "Begin"; readonly runId: RunId; readonly model: string }
  | { readonly _tag: "Await"; readonly runId: RunId; readonly waiting: Waiting }
  | { readonly _tag: "Resume"; readonly runId: RunId }
  /** The run has ended and its job goes on as another one. A session that is being cancelled does not. */
  | { readonly _tag: "Retry"; readonly runId: RunId; readonly nextRunId: RunId }
  /** The run has ended and its job rests until the children of its session wake it, as another run. */
  | { readonly _tag: "Suspend"; readonly runId: RunId; readonly nextRunId: RunId }
  /** The rest is over: the run that was named by `Suspend` is queued. */
  | { readonly _tag: "Wake"; readonly runId: RunId }
  /** The wish that a live run stops; a session that never ran is closed at once. */
  | { readonly _tag: "Cancel" }
  /** The run has ended; `left` is what it told of its agent's conversation. None: what was told before stays. */
  | {
      readonly _tag: "Settle"
      readonly runId: RunId
      readonly outcome: Outcome
      readonly left: Option.Option<Pick<Conversation, "handle" | "position">>
    }

/** Why a command does not apply to the session as it is. */
export type Refusal =
  | { readonly _tag: "AlreadyInFlight"; readonly runId: RunId | undefined; readonly status: SessionStatus }
  | { readonly _tag: "NotCurrent"; readonly status: SessionStatus }

const statusWhileWaiting = { request: "awaiting_request", children: "waiting_for_children" } as const

const accept = Result.succeed
const refuse = (refusal: Refusal): Result.Result<Session, Refusal> => Result.fail(refusal)

const withLastRun = (metadata: Metadata, status: string, error: string | undefined): Metadata => {
  const { [metadataKeys.lastRunError]: _, ...rest } = metadata
  const marked = { ...rest, [metadataKeys.lastRunStatus]: status }
  return error === undefined ? marked : { ...marked, [metadataKeys.lastRunError]: error }
}

const step = (session: Session, change: Partial<Session>, nowMillis: number): Session => ({
  ...session,
  ...change,
  updatedAtMillis: nowMillis,
  version: session.version + 1
})

const queue = (session: Session, runId: RunId, nowMillis: number): Result.Result<Session, Refusal> => {
  if (isInFlight(session.status)) {
    return refuse({ _tag: "AlreadyInFlight", runId: session.runId, status: session.status })
  }
  const { outcome: _, ...rest } = session
  return accept(step(rest, { status: "pending", runId }, nowMillis))
}

const begin = (session: Session, model: string): Partial<Session> => ({
  status: "running",
  metadata: withLastRun(session.metadata, "running", undefined), // S-marker
  ...(model === "" ? {} : { model })
})

const settle = (
  session: Session,
  { left, outcome, runId }: Extract<Command, { readonly _tag: "Settle" }>
): Partial<Session> => {
  const metadata = withLastRun(session.metadata, outcome.status, errorText(outcome))
  const conversation = Option.zipWith(externalAgentOf(session), left, (agent, told) => ({ ...agent, ...told, runId }))
  return {
    status: outcome.status,
    outcome,
    metadata,
    ...(Option.isNone(conversation) ? {} : { conversation: conversation.value })
  }
}

/**
 * The session after the command, with its version raised by one; or why not.
 *
 * `Begin`, `Await`, `Resume`, `Retry`, `Suspend`, `Wake` and `Settle` name the run they are about; any
 * other run is `NotCurrent`, so that nothing reaches a run's successor.
 */
export const decide = (session: Session, command: Command, nowMillis: number): Result.Result<Session, Refusal> => {
  const { status } = session
  if (command._tag === "Queue") return queue(session, command.runId, nowMillis)
  if (command._tag === "Cancel") {
    if (status === "idle") return accept(step(session, { status: "cancelled" }, nowMillis))
    return isTerminal(status) || status === "pending"
      ? refuse({ _tag: "NotCurrent", status })
      : accept(step(session, { status: "cancelling" }, nowMillis))
  }
  if (session.runId !== command.runId || !isInFlight(status)) return refuse({ _tag: "NotCurrent", status }) // I2
  switch (command._tag) {
    case "Begin":
      return status === "pending"
        ? accept(step(session, begin(session, command.model), nowMillis))
        : refuse({ _tag: "AlreadyInFlight", runId: session.runId, status }) // I1
    case "Await":
      return status === "running"
        ? accept(step(session, { status: statusWhileWaiting[command.waiting] }, nowMillis))
        : refuse({ _tag: "NotCurrent", status })
    case "Resume":
      return status === "awaiting_request" || status === "waiting_for_children"
        ? accept(step(session, { status: "running" }, nowMillis))
        : refuse({ _tag: "NotCurrent", status })
    case "Retry":
      return status === "cancelling"
        ? refuse({ _tag: "NotCurrent", status })
        : accept(step(session, { status: "pending", runId: command.nextRunId }, nowMillis))
    case "Suspend":
      return status === "running"
        ? accept(step(session, { status: "waiting_for_children", runId: command.nextRunId }, nowMillis))
        : refuse({ _tag: "NotCurrent", status })
    case "Wake":
      return status === "waiting_for_children"
        ? accept(step(session, { status: "pending" }, nowMillis))
        : refuse({ _tag: "NotCurrent", status })
    case "Settle":
      return accept(step(session, settle(session, command), nowMillis))
  }
}
