/**
 * A request, step by step: what each step makes of it, records and tells, and
 * what a decision means for it. Pure; `Requests` decides when.
 */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { OwnEvent } from "../AgentEvent.ts"
import type { Answer } from "../ExternalChildRunner.ts"
import type { RequestId, RunId, SessionId } from "../Ids.ts"
import type { AnsweredBy, Ask, Request } from "../Obligation.ts"
import { type Decision, DecisionMismatch, RequestClosed } from "../SubAgents.ts"
import type { Step } from "./ownChanges.ts"

/** Who asks what, and until when. */
export interface Opening {
  readonly id: RequestId
  readonly sessionId: SessionId
  readonly runId: RunId
  readonly key: string
  readonly ask: Ask
  readonly nowMillis: number
  readonly deadlineMillis: number
}

const openedOf = ({ ask, deadlineMillis, id, key, nowMillis, runId, sessionId }: Opening): Request => ({
  kind: "request",
  id,
  sessionId,
  version: 1,
  openedAtMillis: nowMillis,
  expiresAtMillis: nowMillis + deadlineMillis,
  runId,
  key,
  ask,
  status: "pending"
})

const askedEvent = ({ ask, id }: Request): OwnEvent =>
  ask.type === "question"
    ? {
        type: "clarification_needed",
        requestId: id,
        question: ask.question,
        ...(ask.options === undefined ? {} : { options: ask.options })
      }
    : {
        type: "tool_approval_requested",
        requestId: id,
        toolCallId: ask.toolCallId,
        toolName: ask.toolName,
        arguments: ask.arguments
      }

const nameOf = (by: AnsweredBy): string => (by.type === "rule" ? `rule:${by.rule}` : by.type)

const changedEvent = ({ by, id, status }: Request): OwnEvent => ({
  type: "approval_changed",
  requestId: id,
  status,
  ...(by === undefined ? {} : { by: nameOf(by) })
})

/** A step, and the request as it is after it. */
export interface RequestStep extends Step {
  readonly request: Request
}

/** Somebody is to answer it. */
export const opened = (opening: Opening): RequestStep => {
  const request = openedOf(opening)
  return { request, changes: [{ _tag: "ObligationOpened", obligation: request }], events: [askedEvent(request)] }
}

/** A rule answered it when it was asked; the run has the answer with that. */
export const openedByRule = (opening: Opening, decision: "allow" | "deny", rule: string): RequestStep => {
  const request: Request = {
    ...openedOf(opening),
    status: decision === "allow" ? "approved" : "denied",
    by: { type: "rule", rule },
    answeredAtMillis: opening.nowMillis,
    deliveredAtMillis: opening.nowMillis
  }
  return {
    request,
    changes: [{ _tag: "ObligationOpened", obligation: request }],
    events: [askedEvent(request), changedEvent(request)]
  }
}

const changed = (request: Request, change: Partial<Request>): Request => ({
  ...request,
  ...change,
  version: request.version + 1
})

const told = (request: Request): RequestStep => ({
  request,
  changes: [{ _tag: "ObligationChanged", obligation: request }],
  events: [changedEvent(request)]
})

const words = (text: Option.Option<string>): Pick<Request, "text"> => (Option.isSome(text) ? { text: text.value } : {})

/** What a decision makes of a request. */
const answerTo = (decision: Decision): Pick<Request, "status" | "text" | "scope"> => {
  switch (decision._tag) {
    case "Approve":
      return {
        status: "approved",
        ...words(decision.text),
        ...(decision.scope === "session" ? { scope: decision.scope } : {})
      }
    case "Deny":
      return { status: "denied", ...words(decision.text) }
    case "Answer":
      return { status: "answered", text: decision.text }
  }
}

/** An answer is taken as long as the record says `pending`: a deadline that has passed and was not recorded is none. */
export const answered = (
  request: Request,
  decision: Decision,
  nowMillis: number
): Result.Result<Option.Option<RequestStep>, RequestClosed | DecisionMismatch> => {
  if ((request.ask.type === "question") !== (decision._tag === "Answer")) {
    return Result.fail(new DecisionMismatch({ requestId: request.id, type: request.ask.type }))
  }
  const answer = answerTo(decision)
  if (request.status === "pending") {
    const change = { ...answer, by: { type: "user" }, answeredAtMillis: nowMillis } as const
    return Result.succeed(Option.some(told(changed(request, change))))
  }
  const isSame = request.status === answer.status && request.text === answer.text && request.scope === answer.scope
  return isSame
    ? Result.succeed(Option.none())
    : Result.fail(new RequestClosed({ requestId: request.id, status: request.status }))
}

/** Nobody answered in time. */
export const expired = (request: Request, nowMillis: number): RequestStep =>
  told(changed(request, { status: "expired", by: { type: "deadline" }, answeredAtMillis: nowMillis }))

/** The run took the answer. */
export const delivered = (request: Request, nowMillis: number): RequestStep => {
  const next = changed(request, { deliveredAtMillis: nowMillis })
  return { request: next, changes: [{ _tag: "ObligationChanged", obligation: next }], events: [] }
}

/** The run that asked has ended, and its job with it: nobody needs an answer, or takes the one that came. */
export const runEnded = (request: Request, nowMillis: number): RequestStep =>
  told(
    changed(
      request,
      request.status === "pending"
        ? { status: "expired", by: { type: "run_ended" }, answeredAtMillis: nowMillis }
        : { status: "delivery_failed" }
    )
  )

/** What a run is told; none: nobody has answered yet. Whatever was not given is not given (fail closed). */
export const answerOf = (request: Request): Option.Option<Answer> => {
  const text = Option.fromUndefinedOr(request.text)
  switch (request.status) {
    case "pending":
      return Option.none()
    case "approved":
      return Option.some({ _tag: "Approved", text })
    case "denied":
      return Option.some({ _tag: "Denied", text })
    case "answered":
      return Option.some({ _tag: "Answered", text: request.text ?? "" })
    case "expired":
    case "delivery_failed":
      return Option.some({ _tag: "Expired" })
  }
}
