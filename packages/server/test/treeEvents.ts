/** Events of a small tree, and what they make of its view, for tests. */
import { AgentEvent, Ids } from "@offshoot/core"
import * as TreeLines from "../src/TreeLines.ts"
import * as TreeView from "@offshoot/core/TreeView"

export const root = Ids.SessionId.make("ses_root")
export const a = Ids.SessionId.make("ses_a")
export const b = Ids.SessionId.make("ses_b")
export const c = Ids.SessionId.make("ses_c")
export const runId = Ids.RunId.make("run_1")

export const started = (child: Ids.SessionId, title: string, parent = root): AgentEvent.AgentEvent => ({
  type: "sub_agent_started",
  parentSessionId: parent,
  childSessionId: child,
  title
})
export const wrapped = (child: Ids.SessionId, event: AgentEvent.OwnEvent, parent = root): AgentEvent.AgentEvent => ({
  type: "sub_agent_event",
  parentSessionId: parent,
  childSessionId: child,
  event
})
export const ranPlain = (child: Ids.SessionId): AgentEvent.OwnEvent => ({
  type: "execution_started",
  runId,
  sessionId: child,
  startedAt: ""
})
export const ran = (child: Ids.SessionId): AgentEvent.AgentEvent => wrapped(child, ranPlain(child))
export const token = (child: Ids.SessionId, content: string): AgentEvent.AgentEvent =>
  wrapped(child, { type: "token", content })
export const status = (
  child: Ids.SessionId,
  now: "pending" | "running" | "awaiting_request" | "waiting_for_children" | "cancelling" | "completed"
) => wrapped(child, { type: "session_status_changed", sessionId: child, status: now })
export const completed = (
  child: Ids.SessionId,
  end: "completed" | "error" | "timeout" | "cancelled" | "skipped",
  reason: string,
  error?: string
): AgentEvent.AgentEvent => ({
  type: "sub_agent_completed",
  parentSessionId: root,
  childSessionId: child,
  status: end,
  reason,
  ...(error === undefined ? {} : { error })
})

/** A durable event as the feed has it: plain, on the stream of a session. */
export const onFeed = (event: AgentEvent.AgentEvent, number: number): TreeView.Recorded => {
  if (event.type === "sub_agent_event") return { number, streamId: event.childSessionId, event: event.event }
  const streamId = "parentSessionId" in event && event.parentSessionId !== undefined ? event.parentSessionId : root
  return { number, streamId: event.type === "session_created" ? event.sessionId : streamId, event }
}

const isDurable = (event: AgentEvent.AgentEvent): boolean =>
  AgentEvent.isDurable(event.type === "sub_agent_event" ? event.event.type : event.type)

export const take = (state: TreeView.TreeState, event: AgentEvent.AgentEvent, atMillis: number): TreeView.TreeState =>
  isDurable(event)
    ? TreeView.recorded(state, onFeed(event, state.number + 1), atMillis)
    : TreeView.heard(state, event, atMillis)

/** One second between two events. Durable ones come from the feed, the others from the live stream. */
export const after = (...events: ReadonlyArray<AgentEvent.AgentEvent>): TreeView.TreeState =>
  events.reduce(
    (state, event, index) => take(state, event, (index + 1) * 1_000),
    TreeView.start({ id: root, title: "Root" }, 0)
  )

export const canvas = { columns: 80, rows: 24, colour: false, nowMillis: 10_000 }
export const shown = (state: TreeView.TreeState, id: string): string => {
  const node = TreeView.nodeOf(state, id)
  return node === undefined ? "none" : `${node.status} ${TreeLines.detailOf(state, node, 10_000)}`.trim()
}
