/**
 * What is owed to a session and ends once: a parent's wait, a child's request,
 * a message on its way to a session.
 *
 * All three are recorded alike: opened, changed version by version, closed. The
 * shapes are here; who opens, changes and closes them is in `Waits`, `Requests`
 * and `Inbox`.
 *
 * @stability unstable
 */
import * as Schema from "effect/Schema"
import { MessageId, RequestId, RunId, SessionId, WaitId } from "./Ids.ts"

/** When a parent has waited enough (`S-wait`); `WaitPolicy` says what each means. */
export const Policy = Schema.Literals(["all", "any", "first_error"])
export type Policy = typeof Policy.Type

const versioned = { sessionId: SessionId, version: Schema.Int, openedAtMillis: Schema.Int, expiresAtMillis: Schema.Int }

/**
 * A parent's wish to be woken when its children settle. `sessionId` is the
 * parent. `expired`: the lease was over first; the parent is woken all the same.
 */
export const Wait = Schema.Struct({
  kind: Schema.Literal("wait"),
  id: WaitId,
  ...versioned,
  policy: Policy,
  /** Empty: all children of the parent, also those that come later. */
  children: Schema.Array(SessionId),
  status: Schema.Literals(["open", "satisfied", "expired"]),
  closedAtMillis: Schema.optionalKey(Schema.Int),
  /** The message that carries the results. */
  messageId: Schema.optionalKey(MessageId)
})
export type Wait = typeof Wait.Type

/** What a child asks. `arguments` is bounded JSON, as the tool would get it. */
export const Ask = Schema.Union([
  Schema.Struct({
    type: Schema.Literal("question"),
    question: Schema.String,
    options: Schema.optionalKey(Schema.Array(Schema.String))
  }),
  Schema.Struct({
    type: Schema.Literal("permission"),
    toolCallId: Schema.String,
    toolName: Schema.String,
    arguments: Schema.Unknown
  })
])
export type Ask = typeof Ask.Type

export const RequestStatus = Schema.Literals([
  "pending",
  "approved",
  "denied",
  "answered",
  "expired",
  "delivery_failed"
])
export type RequestStatus = typeof RequestStatus.Type

/** How far a permission goes: this ask, or every later one of the same session for the same tool. */
export const GrantScope = Schema.Literals(["once", "session"])
export type GrantScope = typeof GrantScope.Type

/** Who closed a request: a person, a rule of the operator, the deadline, or the end of the run that asked. */
export const AnsweredBy = Schema.Union([
  Schema.Struct({ type: Schema.Literal("user") }),
  Schema.Struct({ type: Schema.Literal("rule"), rule: Schema.String }),
  Schema.Struct({ type: Schema.Literal("deadline") }),
  Schema.Struct({ type: Schema.Literal("run_ended") })
])
export type AnsweredBy = typeof AnsweredBy.Type

/**
 * A question or permission ask of a child. `key` is the runner's own name for
 * it: the same ask of a later try of the job is the same request.
 */
export const Request = Schema.Struct({
  kind: Schema.Literal("request"),
  id: RequestId,
  ...versioned,
  runId: RunId,
  key: Schema.String,
  ask: Ask,
  status: RequestStatus,
  by: Schema.optionalKey(AnsweredBy),
  /** The words of the answer: required for a question, a reason for a permission. */
  text: Schema.optionalKey(Schema.String),
  /** Of an approval; absent: `once`. */
  scope: Schema.optionalKey(GrantScope),
  answeredAtMillis: Schema.optionalKey(Schema.Int),
  /** When the run took the answer. */
  deliveredAtMillis: Schema.optionalKey(Schema.Int)
})
export type Request = typeof Request.Type

export const SteerMode = Schema.Literals(["queue", "interrupt"])
export type SteerMode = typeof SteerMode.Type

export const ReceiptStatus = Schema.Literals(["queued", "delivered", "expired", "refused", "superseded"])
export type ReceiptStatus = typeof ReceiptStatus.Type

/**
 * A message on its way into a session's transcript. `id` is that of the entry
 * that it becomes. `origin` is `runtime` for the wake of a wait.
 */
export const Steer = Schema.Struct({
  kind: Schema.Literal("steer"),
  id: MessageId,
  ...versioned,
  /** The sender's own id: the same one again is the same message. */
  key: Schema.optionalKey(Schema.String),
  origin: Schema.Literals(["user", "parent", "runtime"]),
  mode: SteerMode,
  text: Schema.String,
  hidden: Schema.Boolean,
  status: ReceiptStatus,
  closedAtMillis: Schema.optionalKey(Schema.Int),
  /** The run that took it, and in which of its rounds. */
  runId: Schema.optionalKey(RunId),
  round: Schema.optionalKey(Schema.Int),
  /** Why it was not delivered. */
  reason: Schema.optionalKey(Schema.String)
})
export type Steer = typeof Steer.Type

export const Obligation = Schema.Union([Wait, Request, Steer])
export type Obligation = typeof Obligation.Type
export type Kind = Obligation["kind"]

/** The name under which a second one of its session and kind is refused. */
export const keyOf = (obligation: Obligation): string | undefined =>
  obligation.kind === "wait" ? undefined : obligation.key

/** Whether somebody still waits for it: an answered request is open until its run has taken the answer. */
export const isOpen = (obligation: Obligation): boolean => {
  switch (obligation.kind) {
    case "wait":
      return obligation.status === "open"
    case "steer":
      return obligation.status === "queued"
    case "request":
      return (
        obligation.status === "pending" ||
        (obligation.deliveredAtMillis === undefined &&
          (obligation.status === "approved" || obligation.status === "denied" || obligation.status === "answered"))
      )
  }
}
