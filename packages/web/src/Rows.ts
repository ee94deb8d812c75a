/**
 * The tree as rows: grouped by what is wanted of a person, filtered, folded.
 * Pure.
 *
 * A root tree belongs to one group, by what is most urgent in it: one of its
 * sessions asks, one is in flight, or all are done. What a filter does not
 * match is shown all the same when something below it is.
 *
 * @stability unstable
 */
import * as TreeView from "@offshoot/core/TreeView"

export type Group = "asking" | "running" | "done"

const groups: ReadonlyArray<{ readonly group: Group; readonly title: string }> = [
  { group: "asking", title: "Needs input" },
  { group: "running", title: "Running" },
  { group: "done", title: "Done" }
]

export interface Filter {
  /** Only what is in flight, and what leads to it. */
  readonly active: boolean
  readonly text: string
  /** Empty: any. */
  readonly status: string
  readonly agent: string
}

export const everything: Filter = { active: false, text: "", status: "", agent: "" }

interface Place {
  /** From 1: the group is at 1, a root at 2. */
  readonly level: number
  readonly place: number
  readonly siblings: number
  readonly open: boolean
  readonly hasChildren: boolean
}

export type Row =
  | (Place & {
      readonly kind: "group"
      readonly id: string
      readonly group: Group
      readonly title: string
      readonly count: number
    })
  | (Place & {
      readonly kind: "session"
      readonly id: string
      readonly node: TreeView.TreeNode
      readonly matches: boolean
    })

/** What is known of a session and all below it. */
interface Below {
  readonly asks: boolean
  readonly moves: boolean
  readonly matches: boolean
  readonly shown: boolean
}

const inFlight = new Set(["pending", "running", "awaiting_request", "waiting_for_children", "cancelling"])
const failed = new Set(["error", "timeout"])

export const isInFlight = (node: TreeView.TreeNode): boolean => inFlight.has(node.status)
export const isFailed = (node: TreeView.TreeNode): boolean => failed.has(node.status)

/** A question of a session that has ended is nobody's any more. */
const asks = (node: TreeView.TreeNode): boolean =>
  node.status === "awaiting_request" || (isInFlight(node) && node.activity._tag === "Request")

const statusMatches = (node: TreeView.TreeNode, status: string): boolean => {
  switch (status) {
    case "":
      return true
    case "failed":
      return isFailed(node)
    case "asking":
      return asks(node)
    default:
      return node.status === status
  }
}

const matches = (node: TreeView.TreeNode, filter: Filter, words: ReadonlyArray<string>): boolean => {
  if (!statusMatches(node, filter.status)) return false
  if (filter.agent !== "" && node.agent !== filter.agent) return false
  if (words.length === 0) return true
  const text = `${node.title} ${node.agent ?? ""} ${node.profile ?? ""} ${node.model ?? ""} ${node.id}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

const wordsOf = (text: string): ReadonlyArray<string> =>
  text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "")

const isNarrow = ({ agent, status, text }: Filter): boolean => agent !== "" || status !== "" || text.trim() !== ""

/** Children before their parents, so that each session is looked at once. */
const lookBelow = (state: TreeView.TreeState, filter: Filter): ReadonlyMap<string, Below> => {
  const words = wordsOf(filter.text)
  const nodes = [...TreeView.walk(state)]
  const found = new Map<string, Below>()
  for (let index = nodes.length - 1; index > 0; index--) {
    const node = nodes[index]
    if (node === undefined) continue
    let asking = asks(node)
    let moves = isInFlight(node)
    let anyShown = false
    for (const id of node.children) {
      const child = found.get(id)
      asking ||= child?.asks === true
      moves ||= child?.moves === true
      anyShown ||= child?.shown === true
    }
    const isMatch = matches(node, filter, words)
    // Whoever asks for failures by name wants them, whether or not they are over.
    const own = isMatch && (!filter.active || isInFlight(node) || isNarrow(filter))
    found.set(node.id, { asks: asking, moves, matches: isMatch, shown: own || anyShown })
  }
  return found
}

/**
 * The rows from the top. `folded` holds the sessions and groups that are folded
 * away against their default; only the group `done` is folded by default, and
 * only while no filter asks for it.
 */
export const rowsOf = (state: TreeView.TreeState, filter: Filter, folded: ReadonlySet<string>): ReadonlyArray<Row> => {
  const below = lookBelow(state, filter)
  const roots = TreeView.nodeOf(state, state.rootId)?.children ?? []
  const members = new Map<Group, Array<string>>(groups.map(({ group }) => [group, []]))
  for (let index = roots.length - 1; index >= 0; index--) {
    const id = roots[index] ?? ""
    const root = below.get(id)
    if (root === undefined) continue
    const group = root.asks ? "asking" : root.moves ? "running" : "done"
    if (root.shown || (group === "done" && filter.active && !isNarrow(filter))) members.get(group)?.push(id)
  }
  const shown = groups.filter(({ group }) => (members.get(group)?.length ?? 0) > 0)
  const rows: Array<Row> = []
  shown.forEach(({ group, title }, index) => {
    const ids = members.get(group) ?? []
    const id = `group:${group}`
    const isWhole = group === "done" && filter.active && !isNarrow(filter)
    const open = isWhole === folded.has(id)
    const place = { level: 1, place: index + 1, siblings: shown.length, open, hasChildren: true }
    rows.push({ kind: "group", id, group, title, count: ids.length, ...place })
    if (!open) return
    const isShown = (child: string): boolean => isWhole || below.get(child)?.shown === true
    for (const row of sessionRows(state, ids, below, folded, isShown)) rows.push(row)
  })
  return rows
}

const sessionRows = (
  state: TreeView.TreeState,
  roots: ReadonlyArray<string>,
  below: ReadonlyMap<string, Below>,
  folded: ReadonlySet<string>,
  isShown: (id: string) => boolean
): ReadonlyArray<Row> => {
  const rows: Array<Row> = []
  const open: Array<{
    readonly id: string
    readonly level: number
    readonly place: number
    readonly siblings: number
  }> = []
  const push = (ids: ReadonlyArray<string>, level: number) => {
    for (let index = ids.length - 1; index >= 0; index--) {
      open.push({ id: ids[index] ?? "", level, place: index + 1, siblings: ids.length })
    }
  }
  push(roots, 2)
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const node = TreeView.nodeOf(state, next.id)
    if (node === undefined) continue
    const children = node.children.filter(isShown)
    const isOpen = !folded.has(node.id)
    rows.push({
      kind: "session",
      id: node.id,
      node,
      matches: below.get(node.id)?.matches === true,
      level: next.level,
      place: next.place,
      siblings: next.siblings,
      open: isOpen,
      hasChildren: children.length > 0
    })
    if (isOpen) push(children, next.level + 1)
  }
  return rows
}

/** The sessions from the root down to one, itself included. */
export const pathTo = (state: TreeView.TreeState, id: string): ReadonlyArray<TreeView.TreeNode> => {
  const path: Array<TreeView.TreeNode> = []
  const seen = new Set<string>()
  for (
    let node = TreeView.nodeOf(state, id);
    node !== undefined && node.id !== state.rootId && !seen.has(node.id);
    node = node.parentId === undefined ? undefined : TreeView.nodeOf(state, node.parentId)
  ) {
    seen.add(node.id)
    path.unshift(node)
  }
  return path
}

export interface Tally {
  readonly asking: number
  readonly running: number
  readonly waiting: number
  readonly queued: number
  readonly failed: number
  readonly done: number
}

export const tally = (state: TreeView.TreeState): Tally => {
  const found = { asking: 0, running: 0, waiting: 0, queued: 0, failed: 0, done: 0 }
  for (const [status, count] of TreeView.counts(state)) {
    if (status === "awaiting_request") found.asking += count
    else if (status === "running" || status === "cancelling") found.running += count
    else if (status === "waiting_for_children") found.waiting += count
    else if (status === "pending") found.queued += count
    else if (failed.has(status)) found.failed += count
    else if (status !== "idle") found.done += count
  }
  return found
}

/** Every agent that some session has, for the filter. */
export const agentsIn = (state: TreeView.TreeState): ReadonlyArray<string> => {
  const found = new Set<string>()
  for (const { agent } of TreeView.walk(state)) if (agent !== undefined) found.add(agent)
  return [...found].toSorted()
}
