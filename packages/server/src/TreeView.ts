/**
 * The tree of a session and its children, as the record and their own words
 * tell it.
 *
 * Pure functions of the state. `level` takes a snapshot and `recorded` a durable
 * event of the feed: who there is and how it is. `heard` takes a live event:
 * what somebody says meanwhile. None waits, prints or knows a terminal:
 * `TreeLines` turns the state into lines.
 *
 * Invariants
 *   V1. A child that has settled stays settled until its next run, whatever it is
 *       heard to say.
 *   V2. The state is bounded: `nodesMax` sessions, `outputMax` characters each.
 *   V3. Who there is and how it is was so in the record at `number`; what is told
 *       of an earlier number changes nothing.
 *
 * @stability unstable
 */
import { AgentEvent, Session } from "@offshoot/core"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"

/** Past this, sessions are only counted: nobody reads ten thousand lines. */
export const nodesMax = 10_000

/** Enough for the last line on any terminal, escape sequences included. */
export const outputMax = 1_024

/** Sessions that are heard before the record tells of them: what is launched between two frames of the feed. */
const earlyMax = 64

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
  /** The feed number that this is true at; -1: nothing is known yet. */
  readonly number: number
  /** What was heard of sessions that are not known yet. */
  readonly early: HashMap.HashMap<string, Output>
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
  /** What it asks and nobody has answered. */
  readonly request?: { readonly requestId: string; readonly question: string }
  /** What it left, for a reader who came too late to hear it. */
  readonly answer?: string
}

/** All sessions of the tree, parents before their children, as they were at a feed number. */
export interface Level {
  readonly number: number
  /** Whether there are more. */
  readonly truncated: boolean
  readonly sessions: ReadonlyArray<Known>
}

/** A durable event on the stream of a session. */
export interface Recorded {
  readonly number: number
  readonly streamId: string
  readonly event: AgentEvent.AgentEvent
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
  number: -1,
  early: HashMap.empty(),
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
  const output = Option.getOrElse(HashMap.get(state.early, node.id), () => node.output)
  const early = HashMap.remove(state.early, node.id)
  const grown = put({ ...state, early }, { ...node, output, parentId: parent?.id })
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

const hasRun = ({ status }: TreeNode): boolean => Session.isTerminal(status) || status === "idle"

/** What is heard of a queued run before the record tells that it began is this run's own. */
const begin = (node: TreeNode, atMillis: number): TreeNode => ({
  ...node,
  status: "running",
  reason: undefined,
  error: undefined,
  startedAtMillis: hasRun(node) ? atMillis : node.startedAtMillis,
  settledAtMillis: undefined,
  activity: hasRun(node) ? nothing : node.activity,
  output: hasRun(node) ? silent : node.output,
  place: undefined
})

interface End {
  readonly status: SessionStatus
  readonly reason: string | undefined
  readonly error?: string | undefined
}

/** One end is told several times, on the child's stream and on its parent's; the second may say more of it. */
const settle = (node: TreeNode, atMillis: number, end: End): TreeNode => {
  if (!Session.isTerminal(node.status)) {
    return {
      ...node,
      status: end.status,
      reason: end.reason,
      error: end.error,
      settledAtMillis: atMillis,
      activity: nothing,
      place: undefined
    }
  }
  const same = node.status === end.status && (node.reason === undefined || node.reason === end.reason)
  return same ? { ...node, reason: end.reason, error: node.error ?? end.error } : node // V1
}

/** A status that was announced. The end of a run tells its own; only one that never ran ends without. */
const announce = (node: TreeNode, status: SessionStatus, atMillis: number): TreeNode => {
  if (node.status === status) return node
  if (Session.isTerminal(status)) {
    return node.status === "idle" ? settle(node, atMillis, { status, reason: undefined }) : node
  }
  if (status === "pending") {
    const { agent, children } = node
    return { ...fresh(node.id, node.parentId, node.title, atMillis), agent, children, status }
  }
  if (Session.isTerminal(node.status)) return node // V1
  return { ...node, status, place: undefined, activity: status === "running" ? nothing : node.activity }
}

const closeTool = (node: TreeNode, toolCallId: string): TreeNode =>
  node.activity._tag === "Tool" && node.activity.toolCallId === toolCallId ? { ...node, activity: nothing } : node

/** What a child says of itself while it runs. Its last words may be heard after its end, which they do not change. */
const speak = (node: TreeNode, event: AgentEvent.OwnEvent): TreeNode => {
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
      return Session.isTerminal(node.status)
        ? node // V1
        : { ...node, activity: { _tag: "Tool", toolCallId: event.toolCallId, name: event.toolName } }
    case "tool_complete":
    case "tool_error":
      return closeTool(node, event.toolCallId)
    default:
      return node
  }
}

const ask = (node: TreeNode, requestId: string, question: string): TreeNode =>
  Session.isTerminal(node.status) ? node : { ...node, activity: { _tag: "Request", requestId, question } }

/** A durable event on the stream of the session `id`. */
const own = (state: TreeState, id: string, event: AgentEvent.AgentEvent, atMillis: number): TreeState => {
  switch (event.type) {
    case "session_created":
      return create(state, event, atMillis)
    case "sub_agent_started":
      return adopt(state, event, atMillis)
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
    case "clarification_needed":
      return update(state, id, (node) => ask(node, event.requestId, event.question))
    case "tool_approval_requested":
      return update(state, id, (node) => ask(node, event.requestId, mayUse(event.toolName)))
    case "approval_changed":
      return update(state, id, (node) =>
        node.activity._tag === "Request" && node.activity.requestId === event.requestId
          ? { ...node, activity: nothing }
          : node
      )
    case "complete":
    case "cancelled":
    case "error":
      return update(state, id, (node) => settle(node, atMillis, ending(event)))
    default:
      return state
  }
}

/** The question behind a permission ask. */
export const mayUse = (toolName: string): string => `may it use ${toolName}?`

const ending = (event: Extract<AgentEvent.OwnEvent, { readonly type: "complete" | "cancelled" | "error" }>) =>
  event.type === "cancelled"
    ? { status: "cancelled" as const, reason: event.reason }
    : { status: event.status, reason: event.reason, error: event.type === "error" ? event.message : undefined }

type Created = Extract<AgentEvent.OwnEvent, { readonly type: "session_created" }>

/** A new session. A child is made by a spawn, so it waits for its launch. */
const create = (state: TreeState, event: Created, atMillis: number): TreeState => {
  const { agent, parentSessionId, sessionId, title } = event
  if (HashMap.has(state.nodes, sessionId)) return update(state, sessionId, (node) => ({ ...node, title, agent }))
  const status = parentSessionId === undefined ? "idle" : "pending"
  return grow(state, { ...fresh(sessionId, parentSessionId, title, atMillis), agent, status })
}

/** A child was accepted. */
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

/** The state after a durable event. Total: an event that says nothing new, or of an unknown session, changes nothing else. */
export const recorded = (state: TreeState, { event, number, streamId }: Recorded, atMillis: number): TreeState =>
  number <= state.number ? state : { ...own(state, streamId, event, atMillis), number } // V3

/** Keeps what a session says that the record has not told of yet. */
const hearEarly = (state: TreeState, id: string, event: AgentEvent.OwnEvent): TreeState => {
  const known = HashMap.get(state.early, id)
  if (Option.isNone(known) && HashMap.size(state.early) >= earlyMax) return state
  const before = { ...fresh(id, undefined, "", 0), output: Option.getOrElse(known, () => silent) }
  const { output } = speak(before, event)
  return output === before.output ? state : { ...state, early: HashMap.set(state.early, id, output) }
}

const hear = (state: TreeState, id: string, event: AgentEvent.OwnEvent): TreeState =>
  HashMap.has(state.nodes, id) ? update(state, id, (node) => speak(node, event)) : hearEarly(state, id, event)

/** The state after a live event. Durable ones are for `recorded`. */
export const heard = (state: TreeState, event: AgentEvent.AgentEvent, atMillis: number): TreeState => {
  switch (event.type) {
    case "sub_agent_event":
      return AgentEvent.isDurable(event.event.type) ? state : hear(state, event.childSessionId, event.event)
    case "sub_agent_heartbeat":
      return update(state, event.childSessionId, (node) => ({ ...node, heartbeatAtMillis: atMillis }))
    case "lagged":
      return { ...state, missed: state.missed + event.missed }
    default:
      return AgentEvent.isDurable(event.type) ? state : hear(state, state.rootId, event)
  }
}

const placed = (state: TreeState, known: Known): TreeState =>
  HashMap.has(state.nodes, known.id)
    ? state
    : grow(state, fresh(known.id, known.parentId, known.title, known.createdAtMillis))

const informed = (before: TreeNode, known: Known): TreeNode => {
  const settled = Session.isTerminal(known.status)
  const late = known.answer !== undefined && before.output.tail === ""
  const again = Session.isTerminal(before.status) && !settled
  const activity: Activity =
    known.request === undefined
      ? before.activity._tag === "Request" || settled || again
        ? nothing
        : before.activity
      : { _tag: "Request", ...known.request }
  return {
    ...before,
    title: known.title,
    agent: known.agent ?? before.agent,
    output: late ? { channel: "answer", tail: (known.answer ?? "").slice(-outputMax) } : again ? silent : before.output,
    activity,
    status: known.status,
    reason: settled ? (known.reason ?? before.reason) : undefined,
    error: settled ? (known.error ?? before.error) : undefined,
    startedAtMillis: again ? known.createdAtMillis : Math.min(before.startedAtMillis, known.createdAtMillis),
    settledAtMillis: settled ? (before.settledAtMillis ?? known.updatedAtMillis) : undefined,
    place: known.status === "pending" ? known.place : undefined
  }
}

const inform = (state: TreeState, known: Known): TreeState =>
  update(placed(state, known), known.id, (before) => informed(before, known))

/** Takes what was read of settled sessions; the number stays, so only of those that the record tells nothing more of. */
export const learn = (state: TreeState, sessions: ReadonlyArray<Known>): TreeState => sessions.reduce(inform, state)

/** Where those stand that wait: the feed does not tell of it. */
const queue = (state: TreeState, known: Known): TreeState =>
  update(state, known.id, (node) => (node.status === "pending" ? { ...node, place: known.place } : node))

/**
 * Takes a snapshot: who there is and how it is, whatever was missed. An older
 * one than the state tells only of the queue.
 */
export const level = (state: TreeState, snapshot: Level): TreeState => {
  const { number, sessions, truncated } = snapshot
  if (number < state.number) return sessions.reduce(queue, state) // V3
  const there = new Set(sessions.map(({ id }) => id))
  const gone = truncated ? [] : [...HashMap.keys(state.nodes)].filter((id) => id !== state.rootId && !there.has(id))
  const levelled = learn({ ...gone.reduce(prune, state), unseen: 0 }, sessions)
  return { ...levelled, number, unseen: Math.max(levelled.unseen, truncated ? 1 : 0) }
}

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

/** The session that a durable event is about. */
export const subjectOf = ({ event, streamId }: Recorded): string => {
  switch (event.type) {
    case "sub_agent_started":
    case "sub_agent_completed":
      return event.childSessionId
    default:
      return streamId
  }
}
