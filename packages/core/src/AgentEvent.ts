/**
 * The whole event vocabulary: its shape in memory is its shape on the wire.
 *
 * An event is a past fact on a stream. Durable ones are committed before
 * anybody sees them (I4) and carry a feed number; ephemeral ones are never
 * waited for (I5). `type` discriminates.
 *
 * @stability unstable
 */
import * as Schema from "effect/Schema"
import { MessageId, RunId, SessionId, WaitId } from "./Ids.ts"
import { ReceiptStatus, RequestStatus, SteerMode, Wait } from "./Obligation.ts"
import { type Outcome, TerminalStatus } from "./Outcome.ts"
import { Role, SessionStatus, Usage } from "./Session.ts"

const event = <const Type extends string, Fields extends Schema.Struct.Fields>(type: Type, fields: Fields) =>
  Schema.Struct({ type: Schema.Literal(type), ...fields })

const parentAndChild = { parentSessionId: SessionId, childSessionId: SessionId }
const toolCall = { toolCallId: Schema.String, toolName: Schema.String }
const ofRequest = { requestId: Schema.String }

/** What any agent may say of its own work, and of the work of the sub-agents that it has itself. */
const AgentsEvent = Schema.Union([
  event("token", { content: Schema.String }),
  event("reasoning_token", { content: Schema.String }),
  event("tool_start", { ...toolCall, arguments: Schema.Unknown }),
  event("tool_complete", { ...toolCall, result: Schema.Unknown }),
  event("tool_error", { ...toolCall, error: Schema.String }),
  event("tool_lifecycle", { ...toolCall, phase: Schema.String, detail: Schema.optionalKey(Schema.String) }),
  event("runner_progress", { round: Schema.Int, detail: Schema.optionalKey(Schema.String) }),
  /** Output that is not the answer: standard error, a log line of the agent. */
  event("runner_output", { channel: Schema.String, content: Schema.String }),
  event("token_budget_updated", { usedTokens: Schema.Int, limitTokens: Schema.optionalKey(Schema.Int) }),
  event("budget_exceeded", { budget: Schema.String, message: Schema.String }),
  event("task_list_changed", { tasks: Schema.Array(Schema.Struct({ title: Schema.String, status: Schema.String })) }),
  /** A file that the agent changed, as it tells it; `diff` is bounded and in whatever form the agent has it. */
  event("file_changed", {
    path: Schema.String,
    change: Schema.Literals(["added", "modified", "deleted", "moved"]),
    toolCallId: Schema.optionalKey(Schema.String),
    diff: Schema.optionalKey(Schema.String)
  }),
  /** What the run has used so far, all of it: not a difference. */
  event("usage_updated", { usage: Usage })
])

/**
 * What any runner may say of its child while it runs. A coding agent's own
 * sub-agents have no session here: what is told of them comes wrapped, once,
 * under the agent's own name for each (`nestedId`).
 */
export const RunnerEvent = Schema.Union([
  ...AgentsEvent.members,
  event("nested_agent_event", {
    nestedId: Schema.String,
    title: Schema.optionalKey(Schema.String),
    event: AgentsEvent
  })
])
export type RunnerEvent = typeof RunnerEvent.Type
export type NestedEvent = typeof AgentsEvent.Type

/** What only the runtime says, except for the wrapping of a child's event. */
const RuntimeEvent = Schema.Union([
  event("session_created", {
    sessionId: SessionId,
    parentSessionId: Schema.optionalKey(SessionId),
    title: Schema.String,
    agent: Schema.optionalKey(Schema.String),
    profile: Schema.optionalKey(Schema.String)
  }),
  event("session_title_updated", { sessionId: SessionId, title: Schema.String }),
  event("session_cleared", { sessionId: SessionId }),
  event("session_deleted", { sessionId: SessionId }),
  event("session_status_changed", { sessionId: SessionId, status: SessionStatus }),
  event("message_appended", { sessionId: SessionId, messageId: MessageId, role: Role }),
  event("execution_started", { runId: RunId, sessionId: SessionId, startedAt: Schema.String }),
  /** This run ended, and the job goes on as another: not an end that anybody waits for. */
  event("run_retried", {
    runId: RunId,
    nextRunId: RunId,
    mode: Schema.Literals(["retry", "resume"]),
    tries: Schema.Int,
    reason: Schema.String,
    message: Schema.optionalKey(Schema.String),
    notBefore: Schema.optionalKey(Schema.String)
  }),
  /** This run ended because its session waits for children, and the job goes on as another run when they have ended. */
  event("run_suspended", { runId: RunId, nextRunId: RunId }),
  /** A tool call was under way when its process died: whether it took effect is not known, and it is not made again. */
  event("tool_outcome_unknown", { runId: RunId, ...toolCall }),
  /** A child asks; the answer comes through `requests`. */
  event("clarification_needed", {
    ...ofRequest,
    question: Schema.String,
    options: Schema.optionalKey(Schema.Array(Schema.String))
  }),
  event("tool_approval_requested", { ...ofRequest, ...toolCall, arguments: Schema.Unknown }),
  event("approval_changed", { ...ofRequest, status: RequestStatus, by: Schema.optionalKey(Schema.String) }),
  event("wait_changed", { sessionId: SessionId, waitId: WaitId, status: Wait.fields.status }),
  /** What became of a message to a session. */
  event("message_receipt_changed", {
    sessionId: SessionId,
    messageId: MessageId,
    status: ReceiptStatus,
    mode: SteerMode,
    round: Schema.optionalKey(Schema.Int),
    reason: Schema.optionalKey(Schema.String)
  }),
  /** The end of a run on its own stream: exactly one of these three. */
  event("complete", { runId: RunId, status: TerminalStatus, reason: Schema.String }),
  event("cancelled", { runId: Schema.optionalKey(RunId), reason: Schema.String }),
  event("error", { runId: RunId, status: TerminalStatus, reason: Schema.String, message: Schema.String }),
  event("sub_agent_started", { ...parentAndChild, title: Schema.optionalKey(Schema.String) }),
  event("sub_agent_heartbeat", { ...parentAndChild, timestamp: Schema.String }),
  event("sub_agent_completed", {
    ...parentAndChild,
    status: TerminalStatus,
    reason: Schema.String,
    error: Schema.optionalKey(Schema.String)
  }),
  /** A reader fell behind and missed this many ephemeral events; no durable one is among them. */
  event("lagged", { missed: Schema.Int }),
  /** The reader's cursor is older than what is kept: read a snapshot and start from its number. */
  event("feed_reset", { oldest: Schema.Int })
])
export type RuntimeEvent = typeof RuntimeEvent.Type

/** An event of a session's own stream, before any wrapping. */
export const OwnEvent = Schema.Union([...RunnerEvent.members, ...RuntimeEvent.members])
export type OwnEvent = typeof OwnEvent.Type

/** A child's event on its parent's stream; never wrapped twice (`S-forward`). */
export const SubAgentEvent = event("sub_agent_event", { ...parentAndChild, event: OwnEvent })
export type SubAgentEvent = typeof SubAgentEvent.Type

export const AgentEvent = Schema.Union([...OwnEvent.members, SubAgentEvent])
export type AgentEvent = typeof AgentEvent.Type
export type EventType = AgentEvent["type"]

export { isDurable } from "./internal/durable.ts"

/** The event that ends a run on its own stream. */
export const terminalOf = (runId: RunId, outcome: Outcome, errorText: string | undefined): OwnEvent => {
  switch (outcome.status) {
    case "completed":
    case "skipped":
      return { type: "complete", runId, status: outcome.status, reason: outcome.reason }
    case "cancelled":
      return { type: "cancelled", runId, reason: outcome.reason }
    default:
      return {
        type: "error",
        runId,
        status: outcome.status,
        reason: outcome.reason,
        message: errorText ?? outcome.reason
      }
  }
}

/** Whether this event ends its session's run. */
export const isTerminalEvent = (event: AgentEvent): boolean =>
  event.type === "complete" || event.type === "cancelled" || event.type === "error"
