/** A tree's events, short to write, and a narration that hears them. */
import { type AgentEvent, Ids } from "@offshoot/core"
import type { AgUiEvent } from "../src/agui/AgUiEvent.ts"
import * as Calls from "../src/agui/Calls.ts"
import * as Narration from "../src/agui/Narration.ts"

export const rootId = Ids.SessionId.make("root")
export const runId = Ids.RunId.make("run_1")
const id = (name: string) => Ids.SessionId.make(name)
const entry = (name: string) => Ids.MessageId.make(name)

export const begin = (options: Partial<Narration.Narration> = {}): Narration.Narration => ({
  ...Narration.begin(rootId, "p", { children: "subagents", calls: Calls.none, gap: false }),
  ...options
})

export const hearAll = (
  state: Narration.Narration,
  events: ReadonlyArray<AgentEvent.AgentEvent>
): readonly [Narration.Narration, ReadonlyArray<Narration.Told>] => {
  const told: Array<Narration.Told> = []
  let now = state
  for (const event of events) {
    const [next, more] = Narration.hear(now, event)
    now = next
    told.push(...more)
  }
  return [now, told]
}

export const eventsOf = (told: ReadonlyArray<Narration.Told>): ReadonlyArray<AgUiEvent> =>
  told.flatMap((each) => (each._tag === "Event" ? [each.event] : []))

export const wrapped = (child: string, event: AgentEvent.OwnEvent, parent = "root"): AgentEvent.AgentEvent => ({
  type: "sub_agent_event",
  parentSessionId: id(parent),
  childSessionId: id(child),
  event
})
export const started = (child: string, parent = "root"): AgentEvent.AgentEvent => ({
  type: "sub_agent_started",
  parentSessionId: id(parent),
  childSessionId: id(child),
  title: `title of ${child}`
})
export const completed = (child: string, status: "completed" | "error" = "completed"): AgentEvent.AgentEvent => ({
  type: "sub_agent_completed",
  parentSessionId: rootId,
  childSessionId: id(child),
  status,
  reason: status === "completed" ? "done" : "agent_failed",
  ...(status === "completed" ? {} : { error: "no luck" })
})
export const token = (content: string): AgentEvent.OwnEvent => ({ type: "token", content })
export const thought = (content: string): AgentEvent.OwnEvent => ({ type: "reasoning_token", content })
export const call = { toolCallId: "c", toolName: "look" } as const
export const toolStart: AgentEvent.OwnEvent = { type: "tool_start", ...call, arguments: { at: 1 } }
export const toolDone: AgentEvent.OwnEvent = { type: "tool_complete", ...call, result: { ok: true } }
export const toolError: AgentEvent.OwnEvent = { type: "tool_error", ...call, error: "no" }
export const wrote = (messageId: string, role: "user" | "assistant" | "tool" = "assistant"): AgentEvent.OwnEvent => ({
  type: "message_appended",
  sessionId: rootId,
  messageId: entry(messageId),
  role
})
export const complete: Narration.TerminalEvent = { type: "complete", runId, status: "completed", reason: "done" }
export const receipt = (status: "delivered" | "expired"): AgentEvent.OwnEvent => ({
  type: "message_receipt_changed",
  sessionId: rootId,
  messageId: entry("m"),
  status,
  mode: "queue"
})
export const asks: AgentEvent.OwnEvent = { type: "clarification_needed", requestId: "q", question: "?" }
