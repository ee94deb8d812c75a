/**
 * What a session says of itself, as updates of an editor's conversation. Pure.
 *
 * The same for a root and for a child that an editor shows as a session of its
 * own. Children, requests and the end of a turn are told elsewhere (`ChildCards`,
 * `Asks`, `TurnEnd`).
 *
 * Invariants
 *   U1. A tool call is begun once and ended once, whatever was missed between: an
 *       end without a beginning brings its own, and what is open when the run has
 *       ended is ended.
 *
 * @stability unstable
 */
import * as NodePath from "node:path"
import type { PlanEntry, SessionUpdate, ToolKind } from "@agentclientprotocol/sdk/unstable"
import type { AgentEvent, Obligation } from "@offshoot/core"
import { inert } from "../internal/terminalText.ts"
import { fenced } from "./Fence.ts"
import { contentOf, kindOf, rawOf, textContent, titleOf } from "./ToolLook.ts"

/** What is remembered of a session between its events. */
export interface Spoken {
  /** Tool calls that were begun and not ended, with their titles. */
  readonly open: ReadonlyMap<string, string>
  readonly costUsd: number | undefined
  /** Files that were told of, so that each has an entry of its own. */
  readonly files: number
  /** Where relative paths begin. */
  readonly cwd: string | undefined
  /** What makes the ids of this listening its own. */
  readonly mark: string
}

export const silent = (cwd: string | undefined, mark: string): Spoken => ({
  open: new Map(),
  costUsd: undefined,
  files: 0,
  cwd,
  mark
})

export interface Said {
  readonly spoken: Spoken
  readonly updates: ReadonlyArray<SessionUpdate>
}

/** Open calls of one session that are remembered; a session that has more is not sane, and its oldest are ended. */
const openMax = 1_024

const nothing = (spoken: Spoken): Said => ({ spoken, updates: [] })

const one = (spoken: Spoken, update: SessionUpdate): Said => ({ spoken, updates: [update] })

export const textChunk = (
  kind: "agent_message_chunk" | "agent_thought_chunk" | "user_message_chunk",
  text: string
): SessionUpdate => ({ sessionUpdate: kind, content: { type: "text", text } })

const opened = (spoken: Spoken, toolCallId: string, title: string): Spoken => ({
  ...spoken,
  open: new Map(spoken.open).set(toolCallId, title)
})

const ended = (spoken: Spoken, toolCallId: string): Spoken => {
  if (!spoken.open.has(toolCallId)) return spoken
  const open = new Map(spoken.open)
  open.delete(toolCallId)
  return { ...spoken, open }
}

type Start = Extract<AgentEvent.OwnEvent, { readonly type: "tool_start" }>

const begun = (spoken: Spoken, status: "pending" | "in_progress", call: Omit<Start, "type">): Said => {
  const { toolCallId, toolName } = call
  const look = {
    toolCallId,
    title: titleOf(toolName, call.arguments),
    name: toolName,
    kind: kindOf(toolName),
    status,
    ...rawOf("rawInput", call.arguments)
  } as const
  return one(
    opened(spoken, toolCallId, look.title),
    spoken.open.has(toolCallId)
      ? { sessionUpdate: "tool_call_update", ...look }
      : { sessionUpdate: "tool_call", ...look }
  )
}

const stopped = (
  spoken: Spoken,
  call: { readonly toolCallId: string; readonly toolName: string },
  status: "completed" | "failed",
  result: unknown
): Said => {
  const { toolCallId, toolName } = call
  const look = { toolCallId, status, content: contentOf(result), ...rawOf("rawOutput", result) }
  return one(
    ended(spoken, toolCallId),
    spoken.open.has(toolCallId)
      ? { sessionUpdate: "tool_call_update", ...look }
      : { sessionUpdate: "tool_call", title: inert(toolName), kind: kindOf(toolName), ...look }
  )
}

/** A tool call that waits for a permission, before it is asked for. */
export const asked = (spoken: Spoken, ask: Extract<Obligation.Ask, { readonly type: "permission" }>): Said =>
  begun(spoken, "pending", ask)

const planStatus = (status: string): PlanEntry["status"] => {
  if (/^(completed|complete|done|finished)$/i.test(status)) return "completed"
  return /^(in[_ -]?progress|active|running|doing)$/i.test(status) ? "in_progress" : "pending"
}

type Changed = Extract<AgentEvent.OwnEvent, { readonly type: "file_changed" }>

const fileKinds: Record<Changed["change"], ToolKind> = {
  added: "edit",
  modified: "edit",
  deleted: "delete",
  moved: "move"
}

const changed = (spoken: Spoken, { change, diff, path }: Changed): Said => {
  const absolute = spoken.cwd === undefined ? path : NodePath.resolve(spoken.cwd, path)
  const files = spoken.files + 1
  return one(
    { ...spoken, files },
    {
      sessionUpdate: "tool_call",
      toolCallId: `file-${spoken.mark}-${files}`,
      title: `${change} ${inert(path)}`,
      kind: fileKinds[change],
      status: "completed",
      content: diff === undefined ? [] : textContent(fenced(diff, "diff")),
      ...(NodePath.isAbsolute(absolute) ? { locations: [{ path: absolute }] } : {})
    }
  )
}

const budget = (
  spoken: Spoken,
  { limitTokens, usedTokens }: Extract<AgentEvent.OwnEvent, { readonly type: "token_budget_updated" }>
): Said =>
  limitTokens === undefined
    ? nothing(spoken)
    : one(spoken, {
        sessionUpdate: "usage_update",
        used: usedTokens,
        size: limitTokens,
        ...(spoken.costUsd === undefined ? {} : { cost: { amount: spoken.costUsd, currency: "USD" } })
      })

const tooMany = (said: Said): Said => {
  const [oldest] = said.spoken.open.keys()
  if (said.spoken.open.size <= openMax || oldest === undefined) return said
  const { spoken, updates } = stopped(said.spoken, { toolCallId: oldest, toolName: "" }, "failed", "")
  return { spoken, updates: [...said.updates, ...updates] }
}

/** What one event of the session's own stream adds. */
export const said = (spoken: Spoken, event: AgentEvent.OwnEvent): Said => {
  switch (event.type) {
    case "token":
      return event.content === "" ? nothing(spoken) : one(spoken, textChunk("agent_message_chunk", event.content))
    case "reasoning_token":
      return event.content === "" ? nothing(spoken) : one(spoken, textChunk("agent_thought_chunk", event.content))
    case "tool_start":
      return tooMany(begun(spoken, "in_progress", event))
    case "tool_complete":
      return stopped(spoken, event, "completed", event.result)
    case "tool_error":
      return stopped(spoken, event, "failed", event.error)
    case "tool_outcome_unknown":
      return stopped(spoken, event, "failed", "Its process died during this call: whether it took effect is not known.")
    case "tool_lifecycle":
      return event.detail === undefined || !spoken.open.has(event.toolCallId)
        ? nothing(spoken)
        : one(spoken, {
            sessionUpdate: "tool_call_update",
            toolCallId: event.toolCallId,
            content: textContent(event.detail)
          })
    case "task_list_changed":
      return one(spoken, {
        sessionUpdate: "plan",
        entries: event.tasks.map(({ status, title }) => ({
          content: title,
          priority: "medium",
          status: planStatus(status)
        }))
      })
    case "file_changed":
      return changed(spoken, event)
    case "token_budget_updated":
      return budget(spoken, event)
    case "usage_updated":
      return nothing({ ...spoken, costUsd: event.usage.costUsd ?? spoken.costUsd })
    case "run_retried":
      return one(
        spoken,
        textChunk(
          "agent_thought_chunk",
          `\n(${event.mode === "resume" ? "goes on" : "begins again"}: ${event.reason})\n`
        )
      )
    default:
      return nothing(spoken)
  }
}

/** Ends what is open: the run is over, and nothing of it can come (U1). */
export const over = (spoken: Spoken): Said => ({
  spoken: { ...spoken, open: new Map() },
  updates: [...spoken.open.keys()].map((toolCallId) => ({
    sessionUpdate: "tool_call_update",
    toolCallId,
    status: "failed",
    content: textContent("The run ended during this call.")
  }))
})
