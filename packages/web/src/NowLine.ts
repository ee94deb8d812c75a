/**
 * What a session does now, why it does not move, or how it ended: one line. Pure.
 *
 * @stability unstable
 */
import * as TreeView from "@offshoot/core/TreeView"
import * as TreeWords from "@offshoot/core/TreeWords"
import * as Figures from "./Figures.ts"
import * as Inert from "./Inert.ts"
import { isFailed, isInFlight } from "./Rows.ts"

/** Three heartbeats of five seconds (`S-heartbeat`). */
const silenceMillis = 15_000

const since = (node: TreeView.TreeNode, nowMillis: number): string => Figures.duration(nowMillis - node.sinceMillis)

const joined = (...parts: ReadonlyArray<string>): string => parts.filter((part) => part !== "").join(" · ")

const children = (state: TreeView.TreeState, node: TreeView.TreeNode): string => {
  const open = node.children.flatMap((id) => {
    const child = TreeView.nodeOf(state, id)
    return child !== undefined && isInFlight(child) ? [child] : []
  })
  const [only] = open
  return open.length === 1 && only !== undefined
    ? Inert.line(only.title) || only.id
    : Figures.count(open.length, "child", "children")
}

/** How the direct children of one that only holds others are. */
const held = (state: TreeView.TreeState, node: TreeView.TreeNode): string => {
  const below = node.children.flatMap((id) => TreeView.nodeOf(state, id) ?? [])
  const open = below.filter(isInFlight).length
  const failed = below.filter(isFailed).length
  if (below.length === 0) return ""
  return joined(
    open === 0
      ? Figures.count(below.length, "child", "children")
      : `${open} of ${Figures.count(below.length, "child", "children")} in flight`,
    failed === 0 ? "" : `${failed} failed`
  )
}

/** A tool and what it is to be used on; a question as it is. */
const asked = (state: TreeView.TreeState, { activity }: TreeView.TreeNode): string => {
  if (activity._tag !== "Request") return "something"
  const ask = TreeView.requestOf(state, activity.requestId)?.ask
  return Inert.line(
    ask?.type === "permission" ? `${ask.toolName} ${TreeView.inShort(ask.arguments)}` : activity.question
  )
}

const running = (node: TreeView.TreeNode, nowMillis: number): string => {
  const quiet = node.heartbeatAtMillis === undefined ? 0 : nowMillis - node.heartbeatAtMillis
  if (quiet >= silenceMillis) return `no sign of life for ${Figures.duration(quiet)}`
  const said = Inert.lastLine(node.output.tail)
  if (node.activity._tag !== "Tool") return said
  return joined(Inert.line(`${node.activity.name} ${node.activity.argument ?? ""}`), said)
}

const ended = (node: TreeView.TreeNode): string => {
  if (node.status === "cancelled" && node.error !== undefined) return Inert.line(node.error)
  const reason = node.reason === undefined || node.reason === "done" ? "" : Inert.line(node.reason).replaceAll("_", " ")
  return joined(reason, node.error === undefined ? Inert.lastLine(node.output.tail) : Inert.line(node.error))
}

export const nowLine = (state: TreeView.TreeState, node: TreeView.TreeNode, nowMillis: number): string => {
  switch (node.status) {
    case "idle":
      return node.error === undefined ? held(state, node) : Inert.line(node.error)
    case "pending":
      return joined(TreeWords.whyQueuedShort(node.place), `for ${since(node, nowMillis)}`)
    case "awaiting_request":
      return joined(`asks: ${asked(state, node)}`, `for ${since(node, nowMillis)}`)
    case "waiting_for_children":
      return joined(`waits for ${children(state, node)}`, `for ${since(node, nowMillis)}`)
    case "cancelling":
      return joined("was told to stop and saves what it has", `for ${since(node, nowMillis)}`)
    case "running":
      return running(node, nowMillis)
    default:
      return ended(node)
  }
}

/** How long the run has taken or took; nothing for a session that never ran. */
export const ageOf = (node: TreeView.TreeNode, nowMillis: number): string =>
  node.status === "idle" ? "" : Figures.duration((node.settledAtMillis ?? nowMillis) - node.startedAtMillis)

/** What it is called: its title, else its id. */
export const nameOf = (node: Pick<TreeView.TreeNode, "title" | "id">): string => Inert.line(node.title) || node.id
