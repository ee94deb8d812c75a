/**
 * The problem documents (RFC 9457) of the HTTP contract, one class per type.
 *
 * `type` is `urn:offshoot:problem:<code>` and never changes its meaning; a URN,
 * because nothing needs to be served there. `detail` says what happened this
 * time, `hint` what to do next; further members are data. Nobody needs to
 * parse a text. This module decides no status on its own: which refusal
 * becomes which problem is `internal/refusals.ts`.
 *
 * @stability unstable
 */
import { Obligation, Session, TreeBudget } from "@offshoot/core"
import * as Schema from "effect/Schema"
import * as HttpApiError from "effect/http-api/HttpApiError"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"

/** What every problem type begins with. */
export const typePrefix = "urn:offshoot:problem:"

const typeOf = <const Code extends string>(code: Code): `${typeof typePrefix}${Code}` => `${typePrefix}${code}`

/** The members of every problem beside those of the RFC. */
const told = { detail: Schema.String, hint: Schema.String }

/** One value of the request that was not accepted; `path` begins with `params`, `query`, `headers` or `body`. */
export const RequestIssue = Schema.Struct({
  path: Schema.Array(Schema.Union([Schema.String, Schema.Int])),
  message: Schema.String
})
export type RequestIssue = typeof RequestIssue.Type

/** A value has the wrong type, is out of bounds, is missing, or is not known. */
export class InvalidRequest extends HttpApiError.Problem<InvalidRequest>()(
  "InvalidRequest",
  {
    type: typeOf("invalid_request"),
    status: 400,
    title: "The request is not valid"
  },
  { ...told, errors: Schema.Array(RequestIssue) }
) {}

/** The body is not JSON; line and column count from 1. */
export class MalformedJson extends HttpApiError.Problem<MalformedJson>()(
  "MalformedJson",
  {
    type: typeOf("malformed_json"),
    status: 400,
    title: "The body is not JSON"
  },
  { ...told, line: Schema.Int, column: Schema.Int }
) {}

export class Unauthorized extends HttpApiError.Problem<Unauthorized>()(
  "Unauthorized",
  {
    type: typeOf("unauthorized"),
    status: 401,
    title: "The token is missing or wrong"
  },
  told
) {}

/** The `Host` header names neither this machine nor a configured name: DNS rebinding. */
export class HostNotAllowed extends HttpApiError.Problem<HostNotAllowed>()(
  "HostNotAllowed",
  {
    type: typeOf("host_not_allowed"),
    status: 403,
    title: "This host name is not served"
  },
  told
) {}

/** A page of another origin sent the request. */
export class OriginNotAllowed extends HttpApiError.Problem<OriginNotAllowed>()(
  "OriginNotAllowed",
  {
    type: typeOf("origin_not_allowed"),
    status: 403,
    title: "Requests from this origin are refused"
  },
  told
) {}

/** The demo is being played, or the server has none. */
export class DemoNotPossible extends HttpApiError.Problem<DemoNotPossible>()(
  "DemoNotPossible",
  {
    type: typeOf("demo_not_possible"),
    status: 409,
    title: "The demo cannot be started now"
  },
  told
) {}

/** A change by cookie without the header that only the page sends, or a cookie that another site had sent. */
export class PageHeaderMissing extends HttpApiError.Problem<PageHeaderMissing>()(
  "PageHeaderMissing",
  {
    type: typeOf("page_header_missing"),
    status: 403,
    title: "The request is not of the page of this server"
  },
  told
) {}

export class RequestNotFound extends HttpApiError.Problem<RequestNotFound>()(
  "RequestNotFound",
  {
    type: typeOf("request_not_found"),
    status: 404,
    title: "There is no such request"
  },
  { ...told, requestId: Schema.String }
) {}

export class ArtifactNotFound extends HttpApiError.Problem<ArtifactNotFound>()(
  "ArtifactNotFound",
  {
    type: typeOf("artifact_not_found"),
    status: 404,
    title: "There is no such artifact"
  },
  { ...told, sessionId: Schema.String, artifactId: Schema.String }
) {}

/** There is no such path. */
export class NotFound extends HttpApiError.Problem<NotFound>()(
  "NotFound",
  {
    type: typeOf("not_found"),
    status: 404,
    title: "There is nothing here"
  },
  told
) {}

export class SessionNotFound extends HttpApiError.Problem<SessionNotFound>()(
  "SessionNotFound",
  {
    type: typeOf("session_not_found"),
    status: 404,
    title: "There is no such session"
  },
  { ...told, sessionId: Schema.String }
) {}

/** The path exists with other methods; they are also in the `Allow` header. */
export class MethodNotAllowed extends HttpApiError.Problem<MethodNotAllowed>()(
  "MethodNotAllowed",
  {
    type: typeOf("method_not_allowed"),
    status: 405,
    title: "This method is not allowed here"
  },
  { ...told, allow: Schema.Array(Schema.String) }
) {}

/** The session is in flight or never ran, so there is no result yet. */
export class NotSettled extends HttpApiError.Problem<NotSettled>()(
  "NotSettled",
  {
    type: typeOf("not_settled"),
    status: 409,
    title: "The session has not settled"
  },
  { ...told, sessionId: Schema.String, sessionStatus: Session.SessionStatus }
) {}

export class AlreadyRunning extends HttpApiError.Problem<AlreadyRunning>()(
  "AlreadyRunning",
  {
    type: typeOf("already_running"),
    status: 409,
    title: "The session is running already"
  },
  { ...told, sessionId: Schema.String, runId: Schema.String }
) {}

export class NotInFlight extends HttpApiError.Problem<NotInFlight>()(
  "NotInFlight",
  {
    type: typeOf("not_in_flight"),
    status: 409,
    title: "The session has no run"
  },
  { ...told, sessionId: Schema.String, sessionStatus: Session.SessionStatus }
) {}

export class ParentNotAccepting extends HttpApiError.Problem<ParentNotAccepting>()(
  "ParentNotAccepting",
  {
    type: typeOf("parent_not_accepting"),
    status: 409,
    title: "The parent takes no more children"
  },
  { ...told, sessionId: Schema.String, sessionStatus: Session.SessionStatus }
) {}

/** The request was closed before, with another answer or without one. */
export class RequestClosed extends HttpApiError.Problem<RequestClosed>()(
  "RequestClosed",
  {
    type: typeOf("request_closed"),
    status: 409,
    title: "The request is closed"
  },
  { ...told, requestId: Schema.String, requestStatus: Obligation.RequestStatus }
) {}

/** The session takes no message now. */
export class SteerRefused extends HttpApiError.Problem<SteerRefused>()(
  "SteerRefused",
  {
    type: typeOf("steer_refused"),
    status: 409,
    title: "The session takes no message now"
  },
  { ...told, sessionId: Schema.String, reason: Schema.Literals(["runner_cannot_steer", "stopping"]) }
) {}

/** The parent has a recorded wait that is not over; nothing was recorded. */
export class WaitOpen extends HttpApiError.Problem<WaitOpen>()(
  "WaitOpen",
  {
    type: typeOf("wait_open"),
    status: 409,
    title: "The session waits already"
  },
  { ...told, sessionId: Schema.String, waitId: Schema.String }
) {}

/** Somebody else changed the session at the same time; nothing was done. */
export class Conflict extends HttpApiError.Problem<Conflict>()(
  "Conflict",
  {
    type: typeOf("conflict"),
    status: 409,
    title: "The session was changed at the same time"
  },
  told
) {}

export class BodyTooLarge extends HttpApiError.Problem<BodyTooLarge>()(
  "BodyTooLarge",
  {
    type: typeOf("body_too_large"),
    status: 413,
    title: "The body is too large"
  },
  { ...told, bodyBytesMax: Schema.Int }
) {}

export class UnsupportedMediaType extends HttpApiError.Problem<UnsupportedMediaType>()(
  "UnsupportedMediaType",
  {
    type: typeOf("unsupported_media_type"),
    status: 415,
    title: "The body must be JSON"
  },
  told
) {}

export class DepthExceeded extends HttpApiError.Problem<DepthExceeded>()(
  "DepthExceeded",
  {
    type: typeOf("depth_exceeded"),
    status: 422,
    title: "The child would be too deep"
  },
  { ...told, depth: Schema.Int, depthMax: Schema.Int }
) {}

/** A question was approved, or a permission answered with words. */
export class DecisionMismatch extends HttpApiError.Problem<DecisionMismatch>()(
  "DecisionMismatch",
  {
    type: typeOf("decision_mismatch"),
    status: 422,
    title: "This is no answer to the request"
  },
  { ...told, requestId: Schema.String, ask: Schema.Literals(["question", "permission"]) }
) {}

export class AgentUnknown extends HttpApiError.Problem<AgentUnknown>()(
  "AgentUnknown",
  {
    type: typeOf("agent_unknown"),
    status: 422,
    title: "The agent is not configured"
  },
  { ...told, agent: Schema.String, known: Schema.Array(Schema.String) }
) {}

/** No role has this name. */
export class ProfileUnknown extends HttpApiError.Problem<ProfileUnknown>()(
  "ProfileUnknown",
  {
    type: typeOf("profile_unknown"),
    status: 422,
    title: "There is no such role"
  },
  { ...told, profile: Schema.String, known: Schema.Array(Schema.String) }
) {}

/** The budget of `sessionId` has not so much left; nothing was accepted. */
export class BudgetExhausted extends HttpApiError.Problem<BudgetExhausted>()(
  "BudgetExhausted",
  {
    type: typeOf("budget_exhausted"),
    status: 422,
    title: "The budget is used up"
  },
  {
    ...told,
    sessionId: Schema.String,
    budget: TreeBudget.Dimension,
    limit: Schema.Finite,
    used: Schema.Finite,
    reserved: Schema.Finite
  }
) {}

export class AgentNotConfigured extends HttpApiError.Problem<AgentNotConfigured>()(
  "AgentNotConfigured",
  {
    type: typeOf("agent_not_configured"),
    status: 422,
    title: "There is no agent that could run the session"
  },
  { ...told, sessionId: Schema.String }
) {}

/** The backlog is full. `retryAfterSeconds` is also in the `Retry-After` header. */
export class QueueFull extends HttpApiError.Problem<QueueFull>()(
  "QueueFull",
  {
    type: typeOf("queue_full"),
    status: 429,
    title: "Too many jobs are waiting"
  },
  { ...told, backlogMax: Schema.Int, retryAfterSeconds: Schema.Int }
) {}

/** `QueueFull` with its header, as the contract declares it. */
export const QueueFullAnswer = QueueFull.pipe(
  HttpApiSchema.encodeToWithHeaders(
    { body: QueueFull, headers: { "retry-after": Schema.Int } },
    {
      decode: ({ body }) => body,
      encode: (problem) => ({ body: problem, headers: { "retry-after": problem.retryAfterSeconds } })
    }
  )
)

/** Nobody takes the messages that wait for the session. */
export class InboxFull extends HttpApiError.Problem<InboxFull>()(
  "InboxFull",
  {
    type: typeOf("inbox_full"),
    status: 429,
    title: "Too many messages wait for the session"
  },
  { ...told, sessionId: Schema.String, messagesMax: Schema.Int, bytesMax: Schema.Int }
) {}

/** A fault of ours. The words stay in the log, under `logId`. */
export class InternalFailure extends HttpApiError.Problem<InternalFailure>()(
  "InternalFailure",
  {
    type: typeOf("internal"),
    status: 500,
    title: "Something went wrong inside"
  },
  { ...told, logId: Schema.String }
) {}

/** The server is stopping: it accepts no more work. */
export class ShuttingDown extends HttpApiError.Problem<ShuttingDown>()(
  "ShuttingDown",
  {
    type: typeOf("shutting_down"),
    status: 503,
    title: "The server is stopping"
  },
  told
) {}

/** As many requests or streams are open as this server carries; `what` says which. */
export class TooBusy extends HttpApiError.Problem<TooBusy>()(
  "TooBusy",
  {
    type: typeOf("too_busy"),
    status: 503,
    title: "The server carries as much as it can"
  },
  { ...told, what: Schema.Literals(["requests", "streams"]), openMax: Schema.Int }
) {}

/** The record cannot be read or written now; nothing was half written. */
export class StorageUnavailable extends HttpApiError.Problem<StorageUnavailable>()(
  "StorageUnavailable",
  {
    type: typeOf("storage_unavailable"),
    status: 503,
    title: "The record cannot be read or written"
  },
  { ...told, condition: Schema.String, retryable: Schema.Boolean }
) {}

/** The answer of `/readyz` while the server should get no traffic. */
export class NotReady extends HttpApiError.Problem<NotReady>()(
  "NotReady",
  {
    type: typeOf("not_ready"),
    status: 503,
    title: "The server is not ready"
  },
  told
) {}

/** What any request to a path of the contract may be answered with, whatever it asks for. */
export const general = [
  InvalidRequest,
  MalformedJson,
  Unauthorized,
  HostNotAllowed,
  OriginNotAllowed,
  PageHeaderMissing,
  BodyTooLarge,
  UnsupportedMediaType,
  InternalFailure,
  ShuttingDown,
  TooBusy
] as const

/** What a call that reads or writes the record may be answered with. */
export const ofRecord = [Conflict, StorageUnavailable] as const
