/**
 * Events as the page takes them from the wire: of a known type, with the
 * members that the type has. Others are passed over, as a newer server may
 * send more.
 *
 * @stability unstable
 */
import type { AgentEvent } from "@offshoot/core"
import type { Frame } from "./Frames.ts"
import * as Shape from "./Shape.ts"

type Event = AgentEvent.AgentEvent
type Members = Readonly<Record<string, Shape.Check<unknown>>>

const text = Shape.isString
const number = Shape.isNumber
const maybeText = (value: unknown): value is unknown => value === undefined || text(value)
const maybeTexts = (value: unknown): value is unknown => value === undefined || Shape.listOf(text)(value)
const isStatus = Shape.oneOf(
  "idle",
  "pending",
  "running",
  "awaiting_request",
  "waiting_for_children",
  "cancelling",
  "completed",
  "error",
  "timeout",
  "cancelled",
  "skipped"
)
const isEnd = Shape.oneOf("completed", "error", "timeout", "cancelled", "skipped")
const isTyped = Shape.struct({ type: text })
const pair: Members = { parentSessionId: text, childSessionId: text }
const call: Members = { toolCallId: text, toolName: text }
const subject: Members = { sessionId: text }

export { isStatus }

/** What an event must have beside its type. What only a reader of raw events sees is not looked at. */
const members: Readonly<Record<Event["type"], Members>> = {
  token: { content: text },
  reasoning_token: { content: text },
  tool_start: call,
  tool_complete: call,
  tool_error: { ...call, error: text },
  tool_lifecycle: { ...call, phase: text, detail: maybeText },
  runner_progress: { round: number, detail: maybeText },
  runner_output: { channel: text, content: text },
  token_budget_updated: { usedTokens: number },
  budget_exceeded: { budget: text, message: text },
  task_list_changed: { tasks: Shape.listOf(Shape.struct({ title: text, status: text })) },
  file_changed: { path: text, change: Shape.oneOf("added", "modified", "deleted", "moved"), diff: maybeText },
  usage_updated: { usage: Shape.struct({}) },
  nested_agent_event: { nestedId: text, title: maybeText, event: isTyped },
  session_created: { ...subject, title: text, parentSessionId: maybeText, agent: maybeText, profile: maybeText },
  session_title_updated: { ...subject, title: text },
  session_cleared: subject,
  session_deleted: subject,
  session_status_changed: { ...subject, status: isStatus },
  message_appended: { ...subject, messageId: text, role: text },
  execution_started: { ...subject, runId: text, startedAt: text },
  run_retried: { runId: text, nextRunId: text, mode: text, tries: number, reason: text },
  run_suspended: { runId: text, nextRunId: text },
  tool_outcome_unknown: { runId: text, ...call },
  clarification_needed: { requestId: text, question: text, options: maybeTexts },
  tool_approval_requested: { requestId: text, ...call },
  approval_changed: { requestId: text, status: text },
  wait_changed: { ...subject, waitId: text, status: text },
  message_receipt_changed: { ...subject, messageId: text, status: text, reason: maybeText },
  complete: { runId: text, status: isEnd, reason: text },
  cancelled: { reason: text },
  error: { runId: text, status: isEnd, reason: text, message: text },
  sub_agent_started: { ...pair, title: maybeText },
  sub_agent_heartbeat: { ...pair, timestamp: text },
  sub_agent_completed: { ...pair, status: isEnd, reason: text, error: maybeText },
  sub_agent_event: { ...pair, event: isTyped },
  lagged: { missed: number },
  feed_reset: { oldest: number }
}

const membersOf = new Map<string, Members>(Object.entries(members))

/** An event of this contract. Wrapped ones are looked into once: events are never wrapped twice. */
export const isEvent = (value: unknown): value is Event => {
  if (!isTyped(value)) return false
  const needed = membersOf.get(value.type)
  if (needed === undefined || !Shape.struct(needed)(value)) return false
  const inner = value.type === "sub_agent_event" || value.type === "nested_agent_event"
  return !inner || (Shape.struct({ event: isEvent })(value) && !isNestedTwice(value))
}

const isNestedTwice = Shape.struct({ event: Shape.struct({ type: Shape.oneOf("sub_agent_event") }) })

/** A durable event, as the feed tells it. */
export interface Entry {
  readonly number: number
  readonly streamId: string
  readonly atMillis: number
  readonly event: Event
}

/** What the feed says beside an event. */
const isOnFeed = Shape.struct({ streamId: text, at: text })

/** A frame of the feed; none: it only says how far the reader is, or holds what is not known here. */
export const entryOf = ({ data, number }: Frame): Entry | undefined => {
  if (number === undefined || data === undefined) return undefined
  const event = Shape.parse(isEvent, data)
  const beside = Shape.parse(isOnFeed, data)
  if (event === undefined || beside === undefined) return undefined
  const at = Date.parse(beside.at)
  return { number, streamId: beside.streamId, atMillis: Number.isNaN(at) ? 0 : at, event }
}
