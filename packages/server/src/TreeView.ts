/**
 * The tree of a session and its children, as its stream tells it.
 *
 * `reduce` is a pure function of state and event; `learn` adds what was read of
 * the sessions (agents, places in the queue, what happened before). Neither
 * waits, prints nor knows a terminal: `TreeLines` turns the state into lines.
 *
 * Invariants
 *   V1. A child that has settled stays settled until its next run starts,
 *       whatever arrives late.
 *   V2. The state is bounded: `nodesMax` sessions, `outputMax` characters each.
 *
 * @stability unstable
 */
import { type AgentEvent, Session } from "@offshoot/core"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"

/** Past this, sessions are only counted: nobody reads ten thousand lines. */
export const nodesMax = 10_000

/** Enough for the last line on any terminal, escape sequences included. */
export const outputMax = 1_024

type SessionStatus = Session.SessionStatus

/** What a running child is in the middle of, as far as it has said so. */
export type Activity =
  | { readonly _tag: "Nothing" }
  | { readonly _tag: "Tool"; readonly toolCallId: string; readonly name: string }
  | { readonly _tag: "Request"; readonly requestId: string; readonly question: string }

export interface Output {
  readonly channel: string
  /** As it came: make it inert before it is shown. */
  readonly tail: string
}

/** Where a session waits for its launch, and why. */
export interface Place {
  readonly position: number
  readonly reason?: string
}

export interface TreeNode {
  readonly id: string
  readonly parentId: string | undefined
  readonly title: string
  readonly agent: string | undefined
  readonly status: SessionStatus
  readonly reason: string | undefined
  readonly error: string | undefined
  readonly startedAtMillis: number
  readonly settledAtMillis: number | undefined
  /** The last sign of life; none before the first heartbeat. */
  readonly heartbeatAtMillis: number | undefined
  readonly activity: Activity
  readonly output: Output
  readonly place: Place | undefined
  readonly children: ReadonlyArray<string>
}

export interface TreeState {
  readonly rootId: string
  readonly nodes: HashMap.HashMap<string, TreeNode>
  /** Children that came after `nodesMax`. */
  readonly unseen: number
  /** Ephemeral events that this reader did not get. */
  readonly missed: number
  /** Whether the state may have a hole: read the sessions again and `learn` them. */
  readonly stale: boolean
  readonly connection: "live" | "lost"
}

/** What a reading of one session says. Absent fields are not known. */
export interface Known {
  readonly id: string
  readonly parentId?: string
  readonly title: string
  readonly agent?: string
  readonly status: SessionStatus
  readonly reason?: string
  readonly error?: string
  readonly createdAtMillis: number
  readonly updatedAtMillis: number
  readonly place?: Place
  /** What it left, for a reader who came too late to hear it. */
  readonly answer?: string
}

const silent: Output = { channel: "", tail: "" }
const nothing: Activity = { _tag: "Nothing" }

const fresh = (id: string, parentId: string | undefined, title: string, atMillis: number): TreeNode => ({
  id,
  parentId,
  title,
  agent: undefined,
  status: "idle",
  reason: undefined,
  error: undefined,
  startedAtMillis: atMillis,
  settledAtMillis: undefined,
  heartbeatAtMillis: undefined,
  activity: nothing,
  output: silent,
  place: undefined,
  children: []
})

/** A tree of which only the root is known. */
export const start = (root: { readonly id: string; readonly title: string }, atMillis: number): TreeState => ({
  rootId: root.id,
  nodes: HashMap.make([root.id, fresh(root.id, undefined, root.title, atMillis)]),
  unseen: 0,
  missed: 0,
  stale: false,
  connection: "live"
})

export const nodeOf = (state: TreeState, id: string): TreeNode | undefined =>
  Option.getOrUndefined(HashMap.get(state.nodes, id))

const put = (state: TreeState, node: TreeNode): TreeState => ({
  ...state,
  nodes: HashMap.set(state.nodes, node.id, node)
})

/** Hangs a new session below its parent, or below the root when the parent is not known. */
const grow = (state: TreeState, node: TreeNode): TreeState => {
  if (HashMap.size(state.nodes) >= nodesMax) return { ...state, unseen: state.unseen + 1 }
  const parent = nodeOf(state, node.parentId ?? state.rootId) ?? nodeOf(state, state.rootId)
  const grown = put(state, { ...node, parentId: parent?.id })
  return parent === undefined ? grown : put(grown, { ...parent, children: [...parent.children, node.id] })
}

const update = (state: TreeState, id: string, change: (node: TreeNode) => TreeNode): TreeState => {
  const node = nodeOf(state, id)
  if (node === undefined) return state
  const changed = change(node)
  return changed === node ? state : put(state, changed)
}

const prune = (state: TreeState, id: string): TreeState => {
  const node = nodeOf(state, id)
  if (node === undefined) return state
  const below = node.children.reduce(prune, state)
  if (id === state.rootId)
    return put(below, { ...node, children: [], status: "idle", error: "this session was deleted" })
  const removed = { ...below, nodes: HashMap.remove(below.nodes, id) }
  return update(removed, node.parentId ?? state.rootId, (parent) => ({
    ...parent,
    children: parent.children.filter((child) => child !== id)
  }))
}

const say = (node: TreeNode, channel: string, content: string): TreeNode => {
  const joined = node.output.channel === channel ? node.output.tail + content : `${node.output.tail}\n${content}`
  return { ...node, output: { channel, tail: joined.slice(-outputMax) } }
}

const begin = (node: TreeNode, atMillis: number): TreeNode => ({
  ...node,
  status: "running",
  reason: undefined,
  error: undefined,
  startedAtMillis: Session.isTerminal(node.status) || node.status === "idle" ? atMillis : node.startedAtMillis,
  settledAtMillis: undefined,
  activity: nothing,
  output: silent,
  place: undefined
})

const settle = (
  node: TreeNode,
  atMillis: number,
  end: { readonly status: SessionStatus; readonly reason: string; readonly error?: string | undefined }
): TreeNode =>
  Session.isTerminal(node.status)
    ? node
    : {
        ...node,
        status: end.status,
        reason: end.reason,
        error: end.error,
        settledAtMillis: atMillis,
        activity: nothing,
        place: undefined
      }

/** A status that was announced. Terminal ones carry no reason here and wait for the end of the run to tell it. */
const announce = (node: TreeNode, status: SessionStatus, atMillis: number): TreeNode => {
  if (Session.isTerminal(status) || node.status === status) return node
  if (status === "pending") {
    const { agent, children } = node
    return { ...fresh(node.id, node.parentId, node.title, atMillis), agent, children, status }
  }
  if (Session.isTerminal(node.status)) return node // V1
  return { ...node, status, place: undefined, activity: status === "running" ? nothing : node.activity }
}

const closeTool = (node: TreeNode, toolCallId: string): TreeNode =>
  node.activity._tag === "Tool" && node.activity.toolCallId === toolCallId ? { ...node, activity: nothing } : node

/** What a child says of itself while it runs. */
const speak = (node: TreeNode, event: AgentEvent.OwnEvent): TreeNode => {
  if (Session.isTerminal(node.status)) return node // V1
  switch (event.type) {
    case "token":
      return say(node, "answer", event.content)
    case "reasoning_token":
      return say(node, "reasoning", event.content)
    case "runner_output":
      return say(node, event.channel, event.content)
    case "runner_progress":
      return event.detail === undefined ? node : say(node, "progress", event.detail)
    case "tool_start":
      return { ...node, activity: { _tag: "Tool", toolCallId: event.toolCallId, name: event.toolName } }
    case "tool_complete":
    case "tool_error":
      return closeTool(node, event.toolCallId)
    case "clarification_needed":
      return { ...node, activity: { _tag: "Request", requestId: event.requestId, question: event.question } }
    case "tool_approval_requested":
      return {
        ...node,
        activity: { _tag: "Request", requestId: event.requestId, question: `may it use ${event.toolName}?` }
      }
    case "approval_changed":
      return node.activity._tag === "Request" && node.activity.requestId === event.requestId
        ? { ...node, activity: nothing }
        : node
    default:
      return node
  }
}

/** An event of the session `id` itself. */
const own = (state: TreeState, id: string, event: AgentEvent.OwnEvent, atMillis: number): TreeState => {
  switch (event.type) {
    case "sub_agent_started":
      return adopt(state, event, atMillis)
    case "sub_agent_heartbeat":
      return update(state, event.childSessionId, (node) => ({ ...node, heartbeatAtMillis: atMillis }))
    case "sub_agent_completed":
      return update(state, event.childSessionId, (node) => settle(node, atMillis, event))
    case "execution_started":
      return update(state, id, (node) => begin(node, atMillis))
    case "session_status_changed":
      return update(state, event.sessionId, (node) => announce(node, event.status, atMillis))
    case "session_title_updated":
      return update(state, event.sessionId, (node) => ({ ...node, title: event.title }))
    case "session_deleted":
      return prune(state, event.sessionId)
    case "lagged":
      return { ...state, missed: state.missed + event.missed }
    case "feed_reset":
      return { ...state, stale: true }
    case "complete":
    case "cancelled":
    case "error":
      return update(state, id, (node) => settle(node, atMillis, ending(event)))
    default:
      return update(state, id, (node) => speak(node, event))
  }
}

const ending = (event: Extract<AgentEvent.OwnEvent, { readonly type: "complete" | "cancelled" | "error" }>) =>
  event.type === "cancelled"
    ? { status: "cancelled" as const, reason: event.reason }
    : { status: event.status, reason: event.reason, error: event.type === "error" ? event.message : undefined }

/**
 * A child was accepted. One that has settled stays so: the event may be a
 * replay, and its next run will say that it started (V1).
 */
const adopt = (
  state: TreeState,
  event: Extract<AgentEvent.OwnEvent, { readonly type: "sub_agent_started" }>,
  atMillis: number
): TreeState => {
  if (HashMap.has(state.nodes, event.childSessionId)) {
    return update(state, event.childSessionId, (known) =>
      known.status === "idle" ? announce(known, "pending", atMillis) : known
    )
  }
  const node = fresh(event.childSessionId, event.parentSessionId, event.title ?? "", atMillis)
  return grow(state, { ...node, status: "pending" })
}

/** The next state. Total: an event that says nothing new, or of an unknown session, changes nothing. */
export const reduce = (state: TreeState, event: AgentEvent.AgentEvent, atMillis: number): TreeState =>
  event.type === "sub_agent_event"
    ? own(state, event.childSessionId, event.event, atMillis)
    : own(state, state.rootId, event, atMillis)

const learnOne = (state: TreeState, known: Known): TreeState => {
  const grown = HashMap.has(state.nodes, known.id)
    ? state
    : grow(state, fresh(known.id, known.parentId, known.title, known.createdAtMillis))
  return update(grown, known.id, (before) => informed(before, known))
}

const informed = (before: TreeNode, known: Known): TreeNode => {
  const settled = Session.isTerminal(known.status)
  const stays = Session.isTerminal(before.status) && !settled // V1: a reading may be older than the stream
  const late = known.answer !== undefined && before.output.tail === ""
  const output = late ? { channel: "answer", tail: (known.answer ?? "").slice(-outputMax) } : before.output
  const named = { ...before, title: known.title, agent: known.agent ?? before.agent, output }
  return stays
    ? named
    : {
        ...named,
        status: known.status,
        reason: settled ? (known.reason ?? before.reason) : undefined,
        error: settled ? (known.error ?? before.error) : undefined,
        startedAtMillis: Math.min(before.startedAtMillis, known.createdAtMillis),
        settledAtMillis: settled ? (before.settledAtMillis ?? known.updatedAtMillis) : undefined,
        place: known.status === "pending" ? known.place : undefined
      }
}

/** Adds what was read of the sessions; parents before their children. Mends a hole in the stream. */
export const learn = (state: TreeState, sessions: ReadonlyArray<Known>): TreeState => ({
  ...sessions.reduce(learnOne, state),
  stale: false
})

export const connected = (state: TreeState, connection: TreeState["connection"]): TreeState => ({
  ...state,
  connection
})

/** Every session below the root, and the root itself, parents first. */
export const walk = function* (state: TreeState): Generator<TreeNode> {
  const open = [state.rootId]
  while (open.length > 0) {
    const node = nodeOf(state, open.pop() ?? state.rootId)
    if (node === undefined) continue
    yield node
    for (let index = node.children.length - 1; index >= 0; index--) open.push(node.children[index] ?? "")
  }
}

/** How many children are in each status. */
export const counts = (state: TreeState): ReadonlyMap<SessionStatus, number> => {
  const found = new Map<SessionStatus, number>()
  for (const node of walk(state)) {
    if (node.id !== state.rootId) found.set(node.status, (found.get(node.status) ?? 0) + 1)
  }
  return found
}

/** The session that an event is about. */
export const subjectOf = (state: TreeState, event: AgentEvent.AgentEvent): string => {
  switch (event.type) {
    case "sub_agent_event":
      return event.event.type === "sub_agent_started" || event.event.type === "sub_agent_completed"
        ? event.event.childSessionId
        : event.childSessionId
    case "sub_agent_started":
    case "sub_agent_heartbeat":
    case "sub_agent_completed":
      return event.childSessionId
    default:
      return state.rootId
  }
}
