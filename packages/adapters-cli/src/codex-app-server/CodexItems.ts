/**
 * The items of a thread that are tool calls: what each is called, what it was
 * given, and what came of it. Pure.
 *
 * Names are the program's own names of its items; a tool of an MCP server is
 * `mcp__server__tool`. What is long is cut by whoever shows it.
 *
 * @stability unstable
 */
import type { AgentEvent } from "@offshoot/core"
import { type Frame, isRecord, listIn, numberIn, recordIn, textIn } from "../Frames.ts"

type Event = AgentEvent.NestedEvent
type FileChanged = Extract<Event, { readonly type: "file_changed" }>

/** Files of one patch that are told one by one; durable events, of which a mass rename would make thousands. */
const filesMax = 200

interface Tool {
  readonly nameOf: (item: Frame) => string
  readonly argumentsOf: (item: Frame) => unknown
  readonly resultOf: (item: Frame) => unknown
  /** Why it failed, in the item's own words; none: it did not. */
  readonly errorOf: (item: Frame) => string | undefined
}

const picked = (item: Frame, names: ReadonlyArray<string>): Frame =>
  Object.fromEntries(
    names.flatMap((name) => (item[name] === undefined || item[name] === null ? [] : [[name, item[name]]]))
  )

const failedStates: ReadonlySet<unknown> = new Set(["failed", "declined", "interrupted", "incomplete"])

const declined = "This was not allowed"

const statusError = (item: Frame, words: string | undefined): string | undefined => {
  if (!failedStates.has(item["status"])) return undefined
  return item["status"] === "declined" ? declined : (words ?? `It ended as ${String(item["status"])}`)
}

const commandError = (item: Frame): string | undefined => {
  const output = textIn(item, "aggregatedOutput") ?? ""
  const exitCode = numberIn(item, "exitCode")
  return statusError(
    item,
    exitCode === undefined ? output || undefined : `It exited with code ${exitCode}\n${output}`.trim()
  )
}

/** The texts of MCP content. */
const textsOf = (content: ReadonlyArray<unknown>): string =>
  content.flatMap((part) => (isRecord(part) ? (textIn(part, "text") ?? []) : [])).join("\n")

const mcpError = (item: Frame): string | undefined => {
  const error = recordIn(item, "error")
  const result = recordIn(item, "result")
  const words =
    error === undefined ? textsOf(result === undefined ? [] : listIn(result, "content")) : textIn(error, "message")
  return error === undefined ? statusError(item, words || undefined) : (words ?? "The tool failed")
}

export const mcpToolName = (server: string, tool: string): string => `mcp__${server}__${tool}`

const named =
  (name: string): Tool["nameOf"] =>
  () =>
    name
const picks =
  (...names: ReadonlyArray<string>) =>
  (item: Frame): Frame =>
    picked(item, names)
const byStatus: Tool["errorOf"] = (item) => statusError(item, undefined)
const never: Tool["errorOf"] = () => undefined

const tools: Readonly<Record<string, Tool>> = {
  commandExecution: {
    nameOf: named("commandExecution"),
    argumentsOf: picks("command", "cwd"),
    resultOf: (item) => ({
      output: textIn(item, "aggregatedOutput") ?? "",
      ...picked(item, ["exitCode", "durationMs"])
    }),
    errorOf: commandError
  },
  fileChange: {
    nameOf: named("fileChange"),
    argumentsOf: picks("changes"),
    resultOf: (item) => ({ files: listIn(item, "changes").length }),
    errorOf: byStatus
  },
  mcpToolCall: {
    nameOf: (item) => mcpToolName(textIn(item, "server") ?? "", textIn(item, "tool") ?? ""),
    argumentsOf: (item) => item["arguments"] ?? null,
    resultOf: (item) => {
      const result = recordIn(item, "result")
      return result?.["structuredContent"] ?? result?.["content"] ?? null
    },
    errorOf: mcpError
  },
  dynamicToolCall: {
    nameOf: (item) => textIn(item, "tool") ?? "dynamicToolCall",
    argumentsOf: (item) => item["arguments"] ?? null,
    resultOf: (item) => item["contentItems"] ?? null,
    errorOf: (item) => statusError(item, textsOf(listIn(item, "contentItems")) || undefined)
  },
  collabAgentToolCall: {
    nameOf: (item) => textIn(item, "tool") ?? "collabAgentToolCall",
    argumentsOf: picks("prompt", "model", "receiverThreadIds"),
    resultOf: picks("receiverThreadIds", "agentsStates"),
    errorOf: byStatus
  },
  webSearch: {
    nameOf: named("webSearch"),
    argumentsOf: picks("query", "action"),
    resultOf: picks("query", "action", "results"),
    errorOf: never
  },
  imageView: { nameOf: named("imageView"), argumentsOf: picks("path"), resultOf: picks("path"), errorOf: never },
  imageGeneration: {
    nameOf: named("imageGeneration"),
    argumentsOf: picks("revisedPrompt"),
    resultOf: picks("status", "revisedPrompt", "savedPath"),
    errorOf: (item) => {
      const failure = recordIn(item, "failure")
      return failure === undefined ? statusError(item, undefined) : (textIn(failure, "message") ?? "No image was made")
    }
  },
  sleep: { nameOf: named("sleep"), argumentsOf: picks("durationMs"), resultOf: picks("durationMs"), errorOf: never }
}

const toolOf = (item: Frame): Tool | undefined => {
  const type = textIn(item, "type")
  return type !== undefined && Object.hasOwn(tools, type) ? tools[type] : undefined
}

const kinds: Readonly<Record<string, FileChanged["change"]>> = { add: "added", delete: "deleted", update: "modified" }

const fileChanged = (change: unknown, toolCallId: string): ReadonlyArray<FileChanged> => {
  if (!isRecord(change)) return []
  const kind = recordIn(change, "kind")
  const path = textIn(change, "path")
  const how = kinds[(kind && textIn(kind, "type")) ?? ""]
  if (path === undefined || how === undefined) return []
  const movedTo = kind && textIn(kind, "move_path")
  const diff = textIn(change, "diff")
  return [
    {
      type: "file_changed",
      path: movedTo ?? path,
      change: movedTo === undefined ? how : "moved",
      toolCallId,
      ...(diff === undefined ? {} : { diff })
    }
  ]
}

/** The begin of a tool call, or nothing. */
export const started = (item: Frame): ReadonlyArray<Event> => {
  const tool = toolOf(item)
  if (tool === undefined) return []
  const toolCallId = textIn(item, "id") ?? ""
  return [{ type: "tool_start", toolCallId, toolName: tool.nameOf(item), arguments: tool.argumentsOf(item) }]
}

/** The end of a tool call and the files that it changed, or nothing. */
export const completed = (item: Frame): ReadonlyArray<Event> => {
  const tool = toolOf(item)
  if (tool === undefined) return []
  const call = { toolCallId: textIn(item, "id") ?? "", toolName: tool.nameOf(item) }
  const error = tool.errorOf(item)
  if (error !== undefined) return [{ type: "tool_error", ...call, error }]
  const changes = item["type"] === "fileChange" ? listIn(item, "changes").slice(0, filesMax) : []
  return [
    ...changes.flatMap((change) => fileChanged(change, call.toolCallId)),
    { type: "tool_complete", ...call, result: tool.resultOf(item) }
  ]
}
