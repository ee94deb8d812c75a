/**
 * Children in an editor, from the tree as `TreeView` knows it. Pure.
 *
 * An editor that knows sub-agents gets sessions of their own (`subagentOf`).
 * Every other one gets a tool call for each child, flat, with what it says last;
 * `_meta.offshoot` names its session and its parent's.
 *
 * @stability unstable
 */
import type {
  IdleStateUpdate,
  SessionUpdate,
  StateUpdate,
  SubagentUpdate,
  ToolCallStatus
} from "@agentclientprotocol/sdk/unstable"
import { cut, inert } from "../internal/terminalText.ts"
import * as TreeLines from "../TreeLines.ts"
import type { TreeNode, TreeState } from "@offshoot/core/TreeView"
import { inertLines } from "../cli/ChatLines.ts"
import { fenced } from "./Fence.ts"
import { codes } from "./JsonRpc.ts"
import { textContent } from "./ToolLook.ts"

/** A line in a list of tool calls. */
const titleColumnsMax = 100

export const titleOf = ({ agent, id, title }: Pick<TreeNode, "agent" | "id" | "title">): string => {
  const name = inert(title) === "" ? id : inert(title)
  const by = agent === undefined ? "" : inert(agent)
  return cut(by === "" || by === name ? name : `${name} (${by})`, titleColumnsMax)
}

/** An answer that was cut off is not reported as success. */
const statusOf = ({ reason, status }: TreeNode): ToolCallStatus => {
  switch (status) {
    case "idle":
    case "pending":
      return "pending"
    case "running":
    case "awaiting_request":
    case "waiting_for_children":
    case "cancelling":
      return "in_progress"
    case "completed":
      return reason === undefined || reason === "done" ? "completed" : "failed"
    default:
      return "failed"
  }
}

const headOf = (state: TreeState, node: TreeNode, nowMillis: number): string => {
  switch (node.status) {
    case "running":
      return node.activity._tag === "Tool" ? `uses ${inert(node.activity.name)}` : ""
    case "completed":
      return node.reason === undefined || node.reason === "done" ? "" : inert(node.reason)
    case "error":
    case "timeout":
    case "cancelled":
    case "skipped":
      return [node.reason, node.error].flatMap((part) => (part === undefined ? [] : [inert(part)])).join(": ")
    default:
      return TreeLines.detailOf(state, node, nowMillis)
  }
}

/** What an editor shows of one child: equal cards need no update. */
export interface Card {
  readonly toolCallId: string
  readonly title: string
  readonly status: ToolCallStatus
  readonly text: string
  readonly meta: Readonly<Record<string, string>>
}

const tailOf = (tail: string): string => {
  const text = inertLines(tail).trim()
  return text === "" ? "" : fenced(text)
}

/** A child as a tool call. Its id is that of its session, so that a child that runs again is the same call. */
export const cardOf = (state: TreeState, node: TreeNode, nowMillis: number): Card => ({
  toolCallId: node.id,
  title: titleOf(node),
  status: statusOf(node),
  text: [headOf(state, node, nowMillis), tailOf(node.output.tail)].filter((part) => part !== "").join("\n\n"),
  meta: {
    sessionId: node.id,
    parentSessionId: node.parentId ?? state.rootId,
    status: node.status,
    ...(node.reason === undefined ? {} : { reason: node.reason })
  }
})

/** What makes an editor show the card; none: it does already. */
export const cardUpdate = (card: Card, before: Card | undefined): SessionUpdate | undefined => {
  const _meta = { offshoot: card.meta }
  if (before === undefined) {
    const { status, text, title, toolCallId } = card
    const kind = "other"
    return { sessionUpdate: "tool_call", toolCallId, title, kind, status, content: textContent(text), _meta }
  }
  const change = {
    ...(card.title === before.title ? {} : { title: card.title }),
    ...(card.status === before.status ? {} : { status: card.status }),
    ...(card.text === before.text ? {} : { content: textContent(card.text) })
  }
  if (Object.keys(change).length === 0 && card.meta["status"] === before.meta["status"]) return undefined
  return { sessionUpdate: "tool_call_update", toolCallId: card.toolCallId, ...change, _meta }
}

const idleReason = ({ error, reason, status }: TreeNode): IdleStateUpdate => {
  switch (status) {
    case "completed":
      return { stopReason: reason === undefined || reason === "done" ? "end_turn" : "max_tokens" }
    case "cancelled":
      return { stopReason: "cancelled" }
    case "error":
    case "timeout": {
      if (reason === "refused") return { stopReason: "refusal" }
      const message = inert(error ?? reason ?? status)
      const code = reason === "auth_required" ? codes.authRequired : codes.internal
      return { stopReason: "error", error: { code, message } }
    }
    default:
      return { stopReason: null }
  }
}

/** None: it has no state yet, or keeps the one of its last work until it works again. */
const stateOf = (node: TreeNode): StateUpdate | undefined => {
  switch (node.status) {
    case "idle":
    case "pending":
      return undefined
    case "awaiting_request":
      return { state: "requires_action" }
    case "running":
    case "waiting_for_children":
    case "cancelling":
      return { state: "running" }
    default:
      return { state: "idle", ...idleReason(node) }
  }
}

/** A child as a session of its own, for its parent's session. Only its work can be cancelled from outside. */
export const subagentOf = (node: TreeNode): SubagentUpdate => {
  const state = stateOf(node)
  return {
    sessionId: node.id,
    title: titleOf(node),
    capabilities: { cancel: {} },
    ...(state === undefined ? {} : { state })
  }
}
