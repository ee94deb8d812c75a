/**
 * The shape of `TreeView`'s state, and how a session gets its place in it and
 * leaves it. What events make of it is in `TreeView`, which is where to read it.
 *
 * @stability unstable
 */
import type { Ask } from "./Obligation.ts"
import type { SessionStatus, Usage } from "./Session.ts"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"

/** Past this, sessions are only counted: nobody reads ten thousand lines. */
export const nodesMax = 10_000

/** What is asked at once and shown: a person who has as many before them answers with a rule. */
const requestsMax = 1_000

/** What a running child is in the middle of, as far as it has said so. */
export type Activity =
  | { readonly _tag: "Nothing" }
  /** `argument`: what it is called with, in short. A reading names no `toolCallId`. */
  | { readonly _tag: "Tool"; readonly toolCallId: string; readonly name: string; readonly argument?: string }
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

/** What a session used itself, and with everything below it. */
export interface Used {
  readonly own: Usage
  readonly tree: Usage
}

export interface TreeNode {
  readonly id: string
  readonly parentId: string | undefined
  readonly title: string
  readonly agent: string | undefined
  readonly profile: string | undefined
  readonly model: string | undefined
  readonly status: SessionStatus
  readonly reason: string | undefined
  readonly error: string | undefined
  readonly startedAtMillis: number
  readonly settledAtMillis: number | undefined
  /** When it came to be as it is: since when it waits. */
  readonly sinceMillis: number
  /** The last sign of life; none before the first heartbeat. */
  readonly heartbeatAtMillis: number | undefined
  readonly activity: Activity
  readonly output: Output
  readonly place: Place | undefined
  /** As of the last snapshot; none: unknown. */
  readonly usage: Used | undefined
  readonly children: ReadonlyArray<string>
}

/** What a session asks and nobody has answered. The record's events do not tell the deadline; a snapshot does. */
export interface OpenRequest {
  readonly id: string
  readonly sessionId: string
  readonly ask: Ask
  readonly openedAtMillis: number
  readonly expiresAtMillis: number | undefined
}

export interface TreeState {
  /** The session at the top, or `forestId`. */
  readonly rootId: string
  readonly nodes: HashMap.HashMap<string, TreeNode>
  readonly requests: HashMap.HashMap<string, OpenRequest>
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

/** Stands above the roots when all of them are looked at. No session has it. */
export const forestId = ""

export const silent: Output = { channel: "", tail: "" }
export const nothing: Activity = { _tag: "Nothing" }

export const fresh = (id: string, parentId: string | undefined, title: string, atMillis: number): TreeNode => ({
  id,
  parentId,
  title,
  agent: undefined,
  profile: undefined,
  model: undefined,
  status: "idle",
  reason: undefined,
  error: undefined,
  startedAtMillis: atMillis,
  settledAtMillis: undefined,
  sinceMillis: atMillis,
  heartbeatAtMillis: undefined,
  activity: nothing,
  output: silent,
  place: undefined,
  usage: undefined,
  children: []
})

/** A tree of which only the root is known. */
export const start = (root: { readonly id: string; readonly title: string }, atMillis: number): TreeState => ({
  rootId: root.id,
  nodes: HashMap.make([root.id, fresh(root.id, undefined, root.title, atMillis)]),
  requests: HashMap.empty(),
  unseen: 0,
  missed: 0,
  number: -1,
  early: HashMap.empty(),
  connection: "live"
})

/** All trees of a server, of which nothing is known: the roots hang below `forestId`. */
export const startForest = (atMillis: number): TreeState => start({ id: forestId, title: "" }, atMillis)

export const nodeOf = (state: TreeState, id: string): TreeNode | undefined =>
  Option.getOrUndefined(HashMap.get(state.nodes, id))

const put = (state: TreeState, node: TreeNode): TreeState => ({
  ...state,
  nodes: HashMap.set(state.nodes, node.id, node)
})

/** Hangs a new session below its parent, or below the root when the parent is not known. */
export const grow = (state: TreeState, node: TreeNode): TreeState => {
  if (HashMap.size(state.nodes) >= nodesMax) return { ...state, unseen: state.unseen + 1 }
  const parent = nodeOf(state, node.parentId ?? state.rootId) ?? nodeOf(state, state.rootId)
  const output = Option.getOrElse(HashMap.get(state.early, node.id), () => node.output)
  const early = HashMap.remove(state.early, node.id)
  const grown = put({ ...state, early }, { ...node, output, parentId: parent?.id })
  return parent === undefined ? grown : put(grown, { ...parent, children: [...parent.children, node.id] })
}

export const update = (state: TreeState, id: string, change: (node: TreeNode) => TreeNode): TreeState => {
  const node = nodeOf(state, id)
  if (node === undefined) return state
  const changed = change(node)
  return changed === node ? state : put(state, changed)
}

export const requestOf = (state: TreeState, id: string): OpenRequest | undefined =>
  Option.getOrUndefined(HashMap.get(state.requests, id))

export const openRequest = (state: TreeState, request: OpenRequest): TreeState =>
  HashMap.size(state.requests) >= requestsMax && !HashMap.has(state.requests, request.id)
    ? state
    : { ...state, requests: HashMap.set(state.requests, request.id, request) }

export const withdraw = (state: TreeState, id: string): TreeState =>
  HashMap.has(state.requests, id) ? { ...state, requests: HashMap.remove(state.requests, id) } : state

/** The requests of a session end with its run. */
export const withdrawOf = (state: TreeState, sessionId: string): TreeState =>
  HashMap.isEmpty(state.requests)
    ? state
    : [...HashMap.values(state.requests)]
        .filter((request) => request.sessionId === sessionId)
        .reduce((rest, { id }) => withdraw(rest, id), state)

/** What is asked over the whole tree, the oldest first. */
export const requestsOf = (state: TreeState): ReadonlyArray<OpenRequest> =>
  [...HashMap.values(state.requests)].toSorted((a, b) => a.openedAtMillis - b.openedAtMillis || (a.id < b.id ? -1 : 1))

export const prune = (state: TreeState, id: string): TreeState => {
  const node = nodeOf(state, id)
  if (node === undefined) return state
  const below = node.children.reduce(prune, state)
  if (id === state.rootId) {
    return put(below, { ...node, children: [], status: "idle", error: "this session was deleted" })
  }
  const removed = withdrawOf({ ...below, nodes: HashMap.remove(below.nodes, id) }, id)
  return update(removed, node.parentId ?? state.rootId, (parent) => ({
    ...parent,
    children: parent.children.filter((child) => child !== id)
  }))
}

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
