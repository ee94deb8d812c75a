/** What one thread does in one turn of Codex: items that begin, stream and end. */
import type { CodexThread, CodexWire } from "./CodexWire.ts"
import { rateLimits, tokenUsage } from "./CodexWire.ts"
import { type Fields, idOf, nowMillis, textAt } from "./Json.ts"
import { type Spent, type Speaker, type ToolCall, spentByDefault } from "./Voice.ts"

type Streaming = { readonly type: "agentMessage" | "reasoning"; readonly id: string; text: string }

const commandNames = new Set(["Bash", "bash", "shell", "exec_command"])

export const isCommand = (tool: ToolCall): boolean => commandNames.has(tool.name)
export const isEdit = (tool: ToolCall): boolean => tool.name === "Edit" || tool.name === "Write"

/** A call runs at once, or waits until somebody has allowed it. */
export type ToolPhase = "runs" | "waits"

export class CodexItems implements Speaker {
  readonly turnId: string
  protected readonly wire: CodexWire
  protected readonly thread: CodexThread
  private readonly outputs = new Map<string, string>()
  private readonly rootTurnId: string
  private streaming: Streaming | undefined
  private inCall = false
  private lastMessage: Fields | undefined

  constructor(wire: CodexWire, thread: CodexThread, turnId: string, rootTurnId: string) {
    this.wire = wire
    this.thread = thread
    this.turnId = turnId
    this.rootTurnId = rootTurnId
  }

  /** The items that the end of a turn repeats. */
  get summary(): ReadonlyArray<Fields> {
    return this.lastMessage === undefined ? [] : [this.lastMessage]
  }

  notify(method: string, params: Fields): void {
    this.wire.notify(method, { threadId: this.thread.id, turnId: this.turnId, ...params })
  }

  status(status: Fields): void {
    this.wire.notify("thread/status/changed", { threadId: this.thread.id, status })
  }

  started(item: Fields): void {
    const startedAtMs = nowMillis()
    this.notify("item/started", { item: { ...item, startedAtMs, completedAtMs: null }, startedAtMs })
  }

  completed(item: Fields): Fields {
    const completedAtMs = nowMillis()
    const whole = { ...item, startedAtMs: completedAtMs, completedAtMs }
    this.notify("item/completed", { item: whole, contentTokenCount: null, completedAtMs })
    return whole
  }

  userMessage(text: string): void {
    const content = [{ type: "text", text, text_elements: [] }]
    const item = { type: "userMessage", id: idOf("item_"), clientId: null, content }
    this.started(item)
    this.completed(item)
  }

  private stream(type: Streaming["type"]): Streaming {
    if (this.streaming?.type === type) return this.streaming
    this.closeStream()
    this.inCall = true
    const streaming = { type, id: idOf(type === "agentMessage" ? "msg_" : "rs_"), text: "" }
    this.streaming = streaming
    this.started(this.item(streaming, ""))
    if (type === "reasoning") {
      this.notify("item/reasoning/summaryPartAdded", { itemId: streaming.id, summaryIndex: 0 })
    }
    return streaming
  }

  private item({ id, type }: Streaming, text: string): Fields {
    return type === "reasoning"
      ? { type, id, summary: text === "" ? [] : [text], content: [] }
      : { type, moderation: null, id, text, phase: null, memoryCitation: null, delivery: null, questions: null }
  }

  private closeStream(): void {
    const { streaming } = this
    if (streaming === undefined) return
    this.streaming = undefined
    const whole = this.completed(this.item(streaming, streaming.text))
    if (streaming.type === "agentMessage") this.lastMessage = whole
  }

  say(text: string): void {
    const streaming = this.stream("agentMessage")
    streaming.text += text
    this.notify("item/agentMessage/delta", { itemId: streaming.id, delta: text })
  }

  think(text: string): void {
    const streaming = this.stream("reasoning")
    streaming.text += text
    this.notify("item/reasoning/summaryTextDelta", { itemId: streaming.id, delta: text, summaryIndex: 0 })
  }

  /** An item that was not announced by a stream; what streamed before it is over. */
  begins(item: Fields): void {
    this.closeStream()
    this.inCall = true
    this.started(item)
  }

  private shellOf(tool: ToolCall): string {
    return `/bin/bash -lc '${textAt(tool.input, "command")}'`
  }

  toolItem(tool: ToolCall, phase: ToolPhase, fields: Fields): Fields {
    if (!isCommand(tool)) {
      const status = fields["status"]
      const { error = null, result = null } = fields
      const { id, input, name } = tool
      return {
        appContext: null,
        mcpAppUi: null,
        pluginId: null,
        readOnlyHint: false,
        type: "mcpToolCall",
        id,
        server: "actor",
        tool: name,
        status,
        arguments: input,
        result,
        error,
        durationMs: 0
      }
    }
    return {
      type: "commandExecution",
      id: tool.id,
      pluginId: null,
      scriptPath: null,
      command: this.shellOf(tool),
      cwd: this.thread.cwd,
      processId: phase === "waits" ? null : "83040",
      source: phase === "waits" ? "agent" : "unifiedExecStartup",
      commandActions: [{ type: "unknown", command: textAt(tool.input, "command") }],
      aggregatedOutput: null,
      exitCode: null,
      durationMs: null,
      ...fields
    }
  }

  toolStart(tool: ToolCall): void {
    this.begins(this.toolItem(tool, "runs", { status: "inProgress" }))
  }

  /** The deltas are not the whole output: the end says that. */
  toolOutput(tool: ToolCall, text: string): void {
    this.outputs.set(tool.id, `${this.outputs.get(tool.id) ?? ""}${text}`)
    this.notify("item/commandExecution/outputDelta", { itemId: tool.id, delta: text })
  }

  toolEnd(tool: ToolCall, text: string): void {
    const aggregatedOutput = `${this.outputs.get(tool.id) ?? ""}${text}`
    const result = { content: [{ type: "text", text }], structuredContent: null, _meta: null }
    const over = isCommand(tool) ? { aggregatedOutput, exitCode: 0, durationMs: 1 } : { result }
    this.over(tool, { status: "completed", ...over })
  }

  toolFail(tool: ToolCall, error: string): void {
    const over = isCommand(tool)
      ? { aggregatedOutput: error, exitCode: 1, durationMs: 1 }
      : { error: { message: error } }
    this.over(tool, { status: "failed", ...over })
  }

  private over(tool: ToolCall, fields: Fields): void {
    this.closeStream()
    this.completed(this.toolItem(tool, "runs", fields))
    this.settle()
  }

  /** The model call is over: its tools have ended too, and now it is counted. */
  settle(spent: Spent = spentByDefault): void {
    this.closeStream()
    if (!this.inCall) return
    this.count(spent)
  }

  /** What was sent does not fit: it is counted as all that there is room for. */
  fills(): void {
    this.notify("thread/tokenUsage/updated", { tokenUsage: tokenUsage(this.thread) })
  }

  count(spent: Spent): void {
    this.closeStream()
    this.inCall = false
    this.thread.spent.push(spent)
    this.notify("thread/tokenUsage/updated", { tokenUsage: tokenUsage(this.thread) })
    this.wire.notify("account/rateLimits/updated", { rateLimits })
  }

  turn(status: string, error: unknown, items: ReadonlyArray<Fields>): Fields {
    const at = Math.round(nowMillis() / 1000)
    const itemsView = items.length === 0 ? "notLoaded" : "summary"
    const over = status === "inProgress" ? null : at
    return {
      id: this.turnId,
      rootTurnId: this.rootTurnId,
      items,
      itemsView,
      status,
      error,
      startedAt: at,
      completedAt: over,
      durationMs: over === null ? null : 100
    }
  }

  turnStarted(): void {
    this.status({ type: "active", activeFlags: [] })
    this.wire.notify("turn/started", { threadId: this.thread.id, turn: this.turn("inProgress", null, []) })
  }

  turnCompleted(status: string, error: unknown, items: ReadonlyArray<Fields>): void {
    this.wire.notify("turn/completed", { threadId: this.thread.id, turn: this.turn(status, error, items) })
  }
}
