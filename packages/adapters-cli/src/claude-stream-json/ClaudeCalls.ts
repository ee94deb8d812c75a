/**
 * The tool calls of Claude Code and of the sub-agents that it starts itself,
 * from its blocks to events. Pure.
 *
 * A call begins with a `tool_use` block and ends with a `tool_result`, except
 * that of a sub-agent in the background: its result says only that it was
 * launched, and its end comes as a `task_notification`.
 *
 * @stability unstable
 */
import type { AgentEvent } from "@offshoot/core"
import { type Frame, isRecord, listIn, numberIn, recordIn, textIn } from "../Frames.ts"

type Event = AgentEvent.NestedEvent

interface Call {
  readonly toolName: string
  /** The file that the call is to change, when its tool changes files. */
  readonly path: string | undefined
  /** What a sub-agent is for. */
  readonly title: string | undefined
}

/** Calls that are remembered; a program that opens more leaks them. */
const callsMax = 1024
/** Lines of a diff that are told: what is longer is read in the file. */
const diffLinesMax = 2000

/** Tools that change the file that their input names. */
const changing: ReadonlySet<string> = new Set(["Edit", "MultiEdit", "Write", "NotebookEdit"])

/** The text of a result: a text, or blocks some of which have one. */
const textOf = (content: unknown): string => {
  if (typeof content === "string") return content
  if (!Array.isArray(content)) return ""
  return content
    .map((block: unknown) =>
      isRecord(block) ? (textIn(block, "text") ?? `[${textIn(block, "type") ?? "something"}]`) : ""
    )
    .join("\n")
}

/** The program's own hunks as a diff. */
const diffOf = (result: Frame): string | undefined => {
  const lines: Array<string> = []
  for (const hunk of listIn(result, "structuredPatch")) {
    if (!isRecord(hunk)) continue
    const of = (key: string) => numberIn(hunk, key) ?? 0
    lines.push(`@@ -${of("oldStart")},${of("oldLines")} +${of("newStart")},${of("newLines")} @@`)
    for (const line of listIn(hunk, "lines")) if (typeof line === "string") lines.push(line)
    if (lines.length > diffLinesMax) return [...lines.slice(0, diffLinesMax), "…"].join("\n")
  }
  return lines.length === 0 ? undefined : lines.join("\n")
}

/** An event of a call, and the call of the sub-agent in which it happened; none: the agent itself made it. */
export interface Placed {
  readonly parent: string | undefined
  readonly event: Event
}

export class ClaudeCalls {
  private readonly calls = new Map<string, Call>()
  /** Calls of sub-agents that were launched and whose end is still to come. */
  private readonly launched = new Map<string, string | undefined>()

  begin(block: Frame): ReadonlyArray<Event> {
    const toolCallId = textIn(block, "id")
    const toolName = textIn(block, "name")
    if (toolCallId === undefined || toolName === undefined) return []
    const input = recordIn(block, "input") ?? {}
    this.remember(toolCallId, {
      toolName,
      path: changing.has(toolName) ? (textIn(input, "file_path") ?? textIn(input, "notebook_path")) : undefined,
      title: textIn(input, "description")
    })
    return [{ type: "tool_start", toolCallId, toolName, arguments: input }]
  }

  /** The end of a call. `result` is the tool's own account, which calls of sub-agents do not have (2.1.330). */
  end(block: Frame, result: Frame | undefined, parent: string | undefined): ReadonlyArray<Event> {
    const toolCallId = textIn(block, "tool_use_id")
    if (toolCallId === undefined) return []
    if (result !== undefined && textIn(result, "status") === "async_launched") {
      this.launched.set(toolCallId, parent)
      return []
    }
    const call = this.take(toolCallId)
    const named = { toolCallId, toolName: call?.toolName ?? "" }
    const text = textOf(block["content"])
    if (block["is_error"] === true) return [{ type: "tool_error", ...named, error: text }]
    return [
      ...(call?.path === undefined ? [] : [changed(toolCallId, call.path, result)]),
      { type: "tool_complete", ...named, result: text }
    ]
  }

  /** A task has ended. None: it is not the end of its call, which has a result of its own. */
  notified(notification: Frame): Placed | undefined {
    const toolCallId = textIn(notification, "tool_use_id")
    if (toolCallId === undefined || !this.launched.has(toolCallId)) return undefined
    const parent = this.launched.get(toolCallId)
    this.launched.delete(toolCallId)
    const named = { toolCallId, toolName: this.take(toolCallId)?.toolName ?? "" }
    const summary = textIn(notification, "summary") ?? ""
    switch (textIn(notification, "status")) {
      case "completed":
        return { parent, event: { type: "tool_complete", ...named, result: summary } }
      case "stopped":
        return { parent, event: { type: "tool_error", ...named, error: "It was stopped" } }
      default:
        return { parent, event: { type: "tool_error", ...named, error: summary } }
    }
  }

  nameOf(toolCallId: string): string | undefined {
    return this.calls.get(toolCallId)?.toolName
  }

  /** What the sub-agent of this call is for. */
  titleOf(toolCallId: string): string | undefined {
    return this.calls.get(toolCallId)?.title
  }

  private remember(toolCallId: string, call: Call): void {
    if (this.calls.size >= callsMax) {
      const [oldest] = this.calls.keys()
      if (oldest !== undefined) {
        this.calls.delete(oldest)
        this.launched.delete(oldest)
      }
    }
    this.calls.set(toolCallId, call)
  }

  private take(toolCallId: string): Call | undefined {
    const call = this.calls.get(toolCallId)
    this.calls.delete(toolCallId)
    return call
  }
}

const changed = (toolCallId: string, path: string, result: Frame | undefined): Event => {
  const diff = result === undefined ? undefined : diffOf(result)
  return {
    type: "file_changed",
    path: (result && textIn(result, "filePath")) ?? path,
    change: result !== undefined && textIn(result, "type") === "create" ? "added" : "modified",
    toolCallId,
    ...(diff === undefined ? {} : { diff })
  }
}
