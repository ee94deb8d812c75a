/** Which types of event are recorded before they are seen. Apart from their shapes, for who knows no schema. */
import type { EventType } from "../AgentEvent.ts"

const durableTypes: ReadonlySet<EventType> = new Set<EventType>([
  "message_appended",
  "session_created",
  "session_deleted",
  "session_cleared",
  "session_title_updated",
  "session_status_changed",
  "task_list_changed",
  "sub_agent_started",
  "sub_agent_completed",
  "approval_changed",
  "clarification_needed",
  "tool_approval_requested",
  "execution_started",
  "budget_exceeded",
  "run_retried",
  "run_suspended",
  "tool_outcome_unknown",
  "wait_changed",
  "message_receipt_changed",
  "complete",
  "cancelled",
  "error"
])

/** `S-durable`: whether an event of this type is recorded before it is seen. */
export const isDurable = (type: EventType): boolean => durableTypes.has(type)
