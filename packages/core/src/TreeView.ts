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
import type { AgentEvent, OwnEvent } from "./AgentEvent.ts"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import { isDurable } from "./internal/durable.ts"
import { inShort } from "./internal/inShort.ts"
import { isTerminal } from "./internal/statuses.ts"
import type { Ask } from "./Obligation.ts"
import type { SessionStatus } from "./Session.ts"
import {
  type Activity,
  fresh,
  grow,
  nodeOf,
  nothing,
  openRequest,
  requestOf,
  type OpenRequest,
  type Place,
  prune,
  silent,
  type TreeNode,
  type TreeState,
  update,
  type Used,
  withdraw,
  withdrawOf
} from "./TreeState.ts"

export { counts, forestId, nodeOf, nodesMax, requestOf, requestsOf, start, startForest, walk } from "./TreeState.ts"
export type { Activity, OpenRequest, Output, Place, TreeNode, TreeState, Used } from "./TreeState.ts"

/** Enough for the last line on any terminal, escape sequences included. */
export const outputMax = 1_024

/** Sessions that are heard before the record tells of them: what is launched between two frames of the feed. */
const earlyMax = 64

/** What a reading of one session says. Absent fields are not known. */
export interface Known {
  readonly id: string
  readonly parentId?: string
  readonly title: string
  readonly agent?: string
  readonly profile?: string
  readonly model?: string
  readonly status: SessionStatus
  readonly reason?: string
  readonly error?: string
  readonly createdAtMillis: number
  readonly updatedAtMillis: number
  /** Since when it is held as it is. */
  readonly sinceMillis?: number
  readonly place?: Place
  /** The tool call that it is in the middle of. */
  readonly tool?: { readonly name: string; readonly argument?: string }
  readonly usage?: Used
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
  /** The sessions are only those that have changed since a reading that was told before. */
  readonly isPart?: boolean
  readonly sessions: ReadonlyArray<Known>
  /** Everything that is asked in them; absent: the sessions say it. */
  readonly requests?: ReadonlyArray<OpenRequest>
}

/** A durable event on the stream of a session. */
export interface Recorded {
  readonly number: number
  readonly streamId: string
  readonly event: AgentEvent
}

const say = (node: TreeNode, channel: string, content: string): TreeNode => {
  const joined = node.output.channel === channel ? node.output.tail + content : `${node.output.tail}\n${content}`
  return { ...node, output: { channel, tail: joined.slice(-outputMax) } }
}

const hasRun = ({ status }: TreeNode): boolean => isTerminal(status) || status === "idle"

/** What is heard of a queued run before the record tells that it began is this run's own. */
const begin = (node: TreeNode, atMillis: number): TreeNode => ({
  ...node,
  status: "running",
  reason: undefined,
  error: undefined,
  startedAtMillis: hasRun(node) ? atMillis : node.startedAtMillis,
  settledAtMillis: undefined,
  sinceMillis: atMillis,
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
  if (!isTerminal(node.status)) {
    return {
      ...node,
      status: end.status,
      reason: end.reason,
      error: end.error,
      settledAtMillis: atMillis,
      sinceMillis: atMillis,
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
  if (isTerminal(status)) {
    return node.status === "idle" ? settle(node, atMillis, { status, reason: undefined }) : node
  }
  if (status === "pending") {
    const { agent, children, model, profile, usage } = node
    return { ...fresh(node.id, node.parentId, node.title, atMillis), agent, children, model, profile, status, usage }
  }
  if (isTerminal(node.status)) return node // V1
  return {
    ...node,
    status,
    sinceMillis: atMillis,
    place: undefined,
    activity: status === "running" ? nothing : node.activity
  }
}

export { inShort } from "./internal/inShort.ts"

const argumentOf = (call: { readonly arguments: unknown }): { readonly argument?: string } => {
  const argument = inShort(call.arguments)
  return argument === "" ? {} : { argument }
}

const closeTool = (node: TreeNode, toolCallId: string): TreeNode =>
  node.activity._tag === "Tool" && node.activity.toolCallId === toolCallId ? { ...node, activity: nothing } : node

/** What a child says of itself while it runs. Its last words may be heard after its end, which they do not change. */
const speak = (node: TreeNode, event: OwnEvent): TreeNode => {
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
      return isTerminal(node.status)
        ? node // V1
        : {
            ...node,
            activity: { _tag: "Tool", toolCallId: event.toolCallId, name: event.toolName, ...argumentOf(event) }
          }
    case "tool_complete":
    case "tool_error":
      return closeTool(node, event.toolCallId)
    default:
      return node
  }
}

/** The question behind a permission ask. */
export const mayUse = (toolName: string): string => `may it use ${toolName}?`

/** What is asked, in one sentence. */
export const questionOf = (ask: Ask): string => (ask.type === "question" ? ask.question : mayUse(ask.toolName))

/** A session that asks. What the end of its run has closed is not opened again by what is told late. */
const open = (state: TreeState, sessionId: string, id: string, ask: Ask, atMillis: number): TreeState => {
  const node = nodeOf(state, sessionId)
  if (node !== undefined && isTerminal(node.status)) return state // V1
  const asked = update(state, sessionId, (known) => ({
    ...known,
    activity: { _tag: "Request", requestId: id, question: questionOf(ask) }
  }))
  return openRequest(asked, { id, sessionId, ask, openedAtMillis: atMillis, expiresAtMillis: undefined })
}

const close = (state: TreeState, sessionId: string, requestId: string): TreeState =>
  update(withdraw(state, requestId), sessionId, (node) =>
    node.activity._tag === "Request" && node.activity.requestId === requestId ? { ...node, activity: nothing } : node
  )

const ended = (state: TreeState, id: string, atMillis: number, end: End): TreeState =>
  update(withdrawOf(state, id), id, (node) => settle(node, atMillis, end))

/** A durable event on the stream of the session `id`. */
const own = (state: TreeState, id: string, event: AgentEvent, atMillis: number): TreeState => {
  switch (event.type) {
    case "session_created":
      return create(state, event, atMillis)
    case "sub_agent_started":
      return adopt(state, event, atMillis)
    case "sub_agent_completed":
      return ended(state, event.childSessionId, atMillis, event)
    case "execution_started":
      return update(state, id, (node) => begin(node, atMillis))
    case "session_status_changed":
      return update(state, event.sessionId, (node) => announce(node, event.status, atMillis))
    case "session_title_updated":
      return update(state, event.sessionId, (node) => ({ ...node, title: event.title }))
    case "session_deleted":
      return prune(state, event.sessionId)
    case "clarification_needed":
      return open(state, id, event.requestId, questionAsk(event), atMillis)
    case "tool_approval_requested": {
      const { requestId, toolCallId, toolName } = event
      return open(
        state,
        id,
        requestId,
        { type: "permission", toolCallId, toolName, arguments: event.arguments },
        atMillis
      )
    }
    case "approval_changed":
      return event.status === "pending" ? state : close(state, id, event.requestId)
    case "complete":
    case "cancelled":
    case "error":
      return ended(state, id, atMillis, ending(event))
    default:
      return state
  }
}

const questionAsk = (event: Extract<OwnEvent, { readonly type: "clarification_needed" }>): Ask => ({
  type: "question",
  question: event.question,
  ...(event.options === undefined ? {} : { options: event.options })
})

const ending = (event: Extract<OwnEvent, { readonly type: "complete" | "cancelled" | "error" }>) =>
  event.type === "cancelled"
    ? { status: "cancelled" as const, reason: event.reason }
    : { status: event.status, reason: event.reason, error: event.type === "error" ? event.message : undefined }

type Created = Extract<OwnEvent, { readonly type: "session_created" }>

/** A new session. A child is made by a spawn, so it waits for its launch. */
const create = (state: TreeState, event: Created, atMillis: number): TreeState => {
  const { agent, parentSessionId, profile, sessionId, title } = event
  if (HashMap.has(state.nodes, sessionId))
    return update(state, sessionId, (node) => ({ ...node, title, agent, profile }))
  const status = parentSessionId === undefined ? "idle" : "pending"
  return grow(state, { ...fresh(sessionId, parentSessionId, title, atMillis), agent, profile, status })
}

/** A child was accepted. */
const adopt = (
  state: TreeState,
  event: Extract<OwnEvent, { readonly type: "sub_agent_started" }>,
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
const hearEarly = (state: TreeState, id: string, event: OwnEvent): TreeState => {
  const known = HashMap.get(state.early, id)
  if (Option.isNone(known) && HashMap.size(state.early) >= earlyMax) return state
  const before = { ...fresh(id, undefined, "", 0), output: Option.getOrElse(known, () => silent) }
  const { output } = speak(before, event)
  return output === before.output ? state : { ...state, early: HashMap.set(state.early, id, output) }
}

const hear = (state: TreeState, id: string, event: OwnEvent): TreeState =>
  HashMap.has(state.nodes, id) ? update(state, id, (node) => speak(node, event)) : hearEarly(state, id, event)

/** The state after a live event on the stream of a session: the root's, unless it says another. Durable ones are for `recorded`. */
export const heard = (
  state: TreeState,
  event: AgentEvent,
  atMillis: number,
  streamId: string = state.rootId
): TreeState => {
  switch (event.type) {
    case "sub_agent_event":
      return isDurable(event.event.type) ? state : hear(state, event.childSessionId, event.event)
    case "sub_agent_heartbeat":
      return update(state, event.childSessionId, (node) => ({ ...node, heartbeatAtMillis: atMillis }))
    case "lagged":
      return { ...state, missed: state.missed + event.missed }
    default:
      return isDurable(event.type) ? state : hear(state, streamId, event)
  }
}

const placed = (state: TreeState, known: Known): TreeState =>
  HashMap.has(state.nodes, known.id)
    ? state
    : grow(state, fresh(known.id, known.parentId, known.title, known.createdAtMillis))

/** Of what was heard only a call that has an id is ended by who is heard; what was read ends with the next reading. */
const isHeard = (activity: Activity): boolean => activity._tag === "Tool" && activity.toolCallId !== ""

const readActivity = ({ activity, status }: TreeNode, known: Known): Activity => {
  if (known.request !== undefined) return { _tag: "Request", ...known.request }
  if (isTerminal(known.status) || isTerminal(status)) return nothing
  if (isHeard(activity)) return activity
  return known.tool === undefined ? nothing : { _tag: "Tool", toolCallId: "", ...known.tool }
}

const informed = (before: TreeNode, known: Known): TreeNode => {
  const settled = isTerminal(known.status)
  const late = known.answer !== undefined && before.output.tail === ""
  const again = isTerminal(before.status) && !settled
  return {
    ...before,
    title: known.title,
    agent: known.agent ?? before.agent,
    profile: known.profile ?? before.profile,
    model: known.model ?? before.model,
    usage: known.usage ?? before.usage,
    output: late ? { channel: "answer", tail: (known.answer ?? "").slice(-outputMax) } : again ? silent : before.output,
    activity: readActivity(before, known),
    status: known.status,
    reason: settled ? (known.reason ?? before.reason) : undefined,
    error: settled ? (known.error ?? before.error) : undefined,
    startedAtMillis: again ? known.createdAtMillis : Math.min(before.startedAtMillis, known.createdAtMillis),
    settledAtMillis: settled ? (before.settledAtMillis ?? known.updatedAtMillis) : undefined,
    sinceMillis: known.sinceMillis ?? (before.status === known.status ? before.sinceMillis : known.updatedAtMillis),
    place: known.status === "pending" ? known.place : undefined
  }
}

const inform = (state: TreeState, known: Known): TreeState =>
  update(placed(state, known), known.id, (before) => informed(before, known))

/** Takes what was read of settled sessions; the number stays, so only of those that the record tells nothing more of. */
export const learn = (state: TreeState, sessions: ReadonlyArray<Known>): TreeState => sessions.reduce(inform, state)

/** What the feed does not tell: where those stand that wait, what is used, what a run is in the middle of. */
const glance = (state: TreeState, known: Known): TreeState =>
  update(state, known.id, (node) => {
    const isSame = node.status === known.status
    const isStill = isSame && (known.usage === undefined || known.usage === node.usage)
    const place = node.status === "pending" ? known.place : node.place
    if (isStill && place === node.place && known.tool === undefined && node.activity._tag !== "Tool") return node
    const activity = isSame && node.activity._tag !== "Request" ? readActivity(node, known) : node.activity
    return { ...node, activity, model: known.model ?? node.model, place, usage: known.usage ?? node.usage }
  })

/** When a request ends of which only the feed has told. */
const dated = (state: TreeState, { expiresAtMillis, id }: OpenRequest): TreeState => {
  const known = requestOf(state, id)
  return known === undefined ? state : openRequest(state, { ...known, expiresAtMillis })
}

/**
 * Takes a snapshot: who there is and how it is, whatever was missed. An older
 * one than the state tells only of what the feed does not.
 */
export const level = (state: TreeState, snapshot: Level): TreeState => {
  const { isPart = false, number, requests, sessions, truncated } = snapshot
  if (number < state.number) return (requests ?? []).reduce(dated, sessions.reduce(glance, state)) // V3
  const there = new Set(sessions.map(({ id }) => id))
  const gone =
    truncated || isPart ? [] : [...HashMap.keys(state.nodes)].filter((id) => id !== state.rootId && !there.has(id))
  const levelled = learn({ ...gone.reduce(prune, state), unseen: isPart ? state.unseen : 0 }, sessions)
  const all =
    requests === undefined ? levelled : requests.reduce(openRequest, { ...levelled, requests: HashMap.empty() })
  return { ...all, number, unseen: Math.max(levelled.unseen, truncated ? 1 : 0) }
}

export const connected = (state: TreeState, connection: TreeState["connection"]): TreeState => ({
  ...state,
  connection
})

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
