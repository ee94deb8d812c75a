/** One prompt of pi, from `agent_start` to `agent_end`: turns of a message and the tools that it called. */
import { type Fields, at } from "./Json.ts"
import type { PiExtension } from "./PiExtension.ts"
import {
  GrowingMessage,
  type StopReason,
  errorMessage,
  failedMessage,
  resultMessage,
  userMessage
} from "./PiMessages.ts"
import type { Stage } from "./Stage.ts"
import {
  type Decision,
  type End,
  type Failure,
  Inbox,
  type Nested,
  type Spent,
  type ToolCall,
  type Turn,
  spentByDefault
} from "./Voice.ts"

export interface PiSession {
  readonly id: string
  readonly resumed: boolean
  readonly calls: Array<Spent>
}

/** How often it tries again. */
const retriesMax = 3

const textResult = (text: string): Fields => ({ content: [{ type: "text", text }] })

export class PiTurn implements Turn {
  readonly inbox = new Inbox()
  private readonly stage: Stage
  private readonly session: PiSession
  private readonly extension: PiExtension
  private readonly said: Array<Fields> = []
  private readonly openTools = new Map<string, ToolCall>()
  private readonly outputs = new Map<string, string>()
  private growing: GrowingMessage | undefined
  /** The last whole message of the agent in the turn that is open. */
  private whole: Fields | undefined
  private results: Array<Fields> = []
  private retries = 0
  /** Between two tries: nothing has begun, and nothing has ended. */
  private isPausing = false
  private readonly aborts: Array<unknown> = []

  constructor(stage: Stage, session: PiSession, extension: PiExtension) {
    this.stage = stage
    this.session = session
    this.extension = extension
  }

  private send(frame: Fields): void {
    this.stage.wire.send(frame)
  }

  /** A message that is whole at once. */
  private tell(message: Fields): void {
    this.send({ type: "message_start", message })
    this.send({ type: "message_end", message })
    this.said.push(message)
  }

  begin(text: string): void {
    this.send({ type: "agent_start" })
    this.send({ type: "turn_start" })
    this.tell(userMessage(text))
  }

  /** An abort is answered when the agent has come to rest. */
  aborted(requestId: unknown): void {
    this.aborts.push(requestId)
  }

  private grown(): GrowingMessage {
    if (this.growing !== undefined) return this.growing
    this.goOn()
    if (this.whole !== undefined) {
      this.endTurn(this.whole)
      this.send({ type: "turn_start" })
    }
    this.growing = new GrowingMessage((frame) => this.send(frame))
    return this.growing
  }

  private close(stopReason: StopReason, spent: Spent | undefined, more: Fields = {}): void {
    const { growing } = this
    if (growing === undefined) return
    this.growing = undefined
    this.whole = growing.close(stopReason, spent, more)
    this.said.push(this.whole)
    if (spent !== undefined) this.session.calls.push(spent)
    if (this.retries > 0) this.send({ type: "auto_retry_end", success: true, attempt: this.retries })
    this.retries = 0
  }

  private endTurn(message: Fields): void {
    this.send({ type: "turn_end", message, toolResults: this.results })
    this.whole = undefined
    this.results = []
  }

  private endAgent(): void {
    this.send({ type: "agent_end", messages: this.said })
  }

  say(text: string): void {
    this.grown().say(text)
  }

  think(text: string): void {
    this.grown().think(text)
  }

  private called(tool: ToolCall): void {
    this.grown().call(tool)
    this.close("toolUse", spentByDefault)
    this.openTools.set(tool.id, tool)
    this.send({ type: "tool_execution_start", toolCallId: tool.id, toolName: tool.name, args: tool.input })
  }

  toolStart(tool: ToolCall): void {
    this.called(tool)
    this.partial(tool, { content: [] })
  }

  private partial(tool: ToolCall, partialResult: Fields): void {
    const { id: toolCallId, input: args, name: toolName } = tool
    this.send({ type: "tool_execution_update", toolCallId, toolName, args, partialResult })
  }

  /** Each update repeats what came before it. */
  toolOutput(tool: ToolCall, text: string): void {
    const soFar = `${this.outputs.get(tool.id) ?? ""}${text}`
    this.outputs.set(tool.id, soFar)
    this.partial(tool, { ...textResult(soFar), details: {} })
  }

  toolEnd(tool: ToolCall, text: string): void {
    this.toolOutput(tool, text)
    this.executed(tool, textResult(this.outputs.get(tool.id) ?? text), resultMessage(tool, text, false))
  }

  toolFail(tool: ToolCall, error: string): void {
    this.executed(tool, { ...textResult(error), details: {} }, { ...resultMessage(tool, error, true), details: {} })
  }

  private executed(tool: ToolCall, result: Fields, message: Fields): void {
    this.openTools.delete(tool.id)
    const { id: toolCallId, name: toolName } = tool
    this.send({ type: "tool_execution_end", toolCallId, toolName, result, isError: message["isError"] === true })
    this.tell(message)
    this.results.push(message)
  }

  round(spent: Spent): void {
    this.grown()
    this.close("stop", spent)
  }

  /** It has no list of tasks. */
  plan(): void {}

  edit(tool: ToolCall, file: string, text: string): void {
    const diff = text
      .trimEnd()
      .split("\n")
      .map((line, index) => `+${index + 1} ${line}`)
      .join("\n")
    const result = { ...textResult(`Successfully replaced text in ${file}.`), details: { diff, firstChangedLine: 1 } }
    this.executed(tool, result, resultMessage(tool, `Successfully replaced text in ${file}.`, false))
  }

  /** Only an extension asks: the one that was given, or one that confirms every call. */
  async ask(tool: ToolCall): Promise<Decision> {
    this.called(tool)
    const blocked = await this.extension.blocks(tool)
    if (blocked === undefined) {
      this.partial(tool, { content: [] })
      return { kind: "approved" }
    }
    this.toolFail(tool, blocked)
    return { kind: "denied", words: blocked }
  }

  async question(key: string, text: string, options: ReadonlyArray<string>): Promise<string | undefined> {
    const answer = await this.extension.dialog(
      options.length === 0 ? { method: "input", title: text } : { method: "select", title: text, options },
      key
    )
    const value = at(answer, "value")
    return typeof value === "string" ? value : undefined
  }

  /** A sub-agent is a tool of an extension, and what it does is output. */
  nested(tool: ToolCall, title: string): Nested {
    const call = { ...tool, name: "subagent", input: { task: title } }
    this.toolStart(call)
    const tell = (text: string) => this.toolOutput(call, `${text}\n`)
    return {
      say: tell,
      think: () => undefined,
      toolStart: (inner) => tell(`${inner.name}…`),
      toolOutput: () => undefined,
      toolEnd: () => undefined,
      toolFail: () => undefined,
      close: (text) => this.toolEnd(call, text)
    }
  }

  /** The agent has failed and ends; then it begins again. */
  retrying(attempt: number, failure: Failure): void {
    this.failOnce(failure)
    this.announce(attempt, failure)
    this.retries = attempt
    this.isPausing = true
  }

  private goOn(): void {
    if (!this.isPausing) return
    this.isPausing = false
    this.send({ type: "agent_start" })
    this.send({ type: "turn_start" })
  }

  private announce(attempt: number, failure: Failure): void {
    const delayMs = Math.round((failure.retryAfterSeconds ?? 2 ** attempt) * 1000)
    this.send({
      type: "auto_retry_start",
      attempt,
      maxAttempts: retriesMax,
      delayMs,
      errorMessage: errorMessage(failure)
    })
  }

  private failOnce(failure: Failure): void {
    this.close("stop", spentByDefault)
    if (this.whole !== undefined) {
      this.endTurn(this.whole)
      this.send({ type: "turn_start" })
    }
    this.goOn()
    const message = failedMessage("error", errorMessage(failure))
    this.tell(message)
    this.endTurn(message)
    this.endAgent()
  }

  conversation() {
    return this.session
  }

  strange(fields: Fields): void {
    this.send({ type: "actor_strange", ...fields })
  }

  /** What was steered waits in a queue that is told of. */
  steer(text: string): void {
    this.send({ type: "queue_update", steering: [text], followUp: [] })
    this.inbox.put(text)
  }

  async message(): Promise<string> {
    const text = await this.inbox.take()
    this.close("stop", spentByDefault)
    if (this.whole !== undefined) {
      this.endTurn(this.whole)
      this.send({ type: "turn_start" })
    }
    this.send({ type: "queue_update", steering: [], followUp: [] })
    this.tell(userMessage(text))
    return text
  }

  end(end: End): void {
    switch (end.kind) {
      case "done":
        return this.over("stop")
      case "limit":
        return this.over(end.of === "tokens" ? "length" : "stop")
      case "refused":
        this.close("error", spentByDefault, { errorMessage: "The model refused to go on" })
        return this.over("error")
      case "cancelled":
        return this.cutOff()
      case "failed":
        return this.failed(end.failure)
    }
  }

  private over(stopReason: StopReason): void {
    this.close(stopReason, spentByDefault)
    if (this.whole !== undefined) this.endTurn(this.whole)
    this.endAgent()
    this.answerAborts()
  }

  /** Tools that ran are told as failed, and a message that never came as aborted. */
  private cutOff(): void {
    this.extension.dismiss()
    if (this.isPausing) return this.stopRetrying("Retry cancelled")
    for (const tool of this.openTools.values()) this.toolFail(tool, "Command aborted")
    const words = { errorMessage: "Request was aborted." }
    if (this.growing === undefined) {
      if (this.whole !== undefined) {
        this.endTurn(this.whole)
        this.send({ type: "turn_start" })
      }
      const message = failedMessage("aborted", words.errorMessage)
      this.tell(message)
      this.whole = message
    } else this.close("aborted", undefined, words)
    this.over("aborted")
  }

  private failed(failure: Failure): void {
    const tries = failure.retried && failure.kind !== "unauthorized" ? retriesMax : 0
    for (let attempt = 1; attempt <= tries; attempt++) this.retrying(attempt, failure)
    this.failOnce(failure)
    if (tries > 0) this.stopRetrying(errorMessage(failure))
    if (failure.kind === "overflow") {
      this.send({ type: "compaction_start", reason: "overflow" })
      const words = `Context overflow recovery failed: ${failure.message}`
      const over = { result: null, aborted: false, willRetry: false, errorMessage: words }
      this.send({ type: "compaction_end", reason: "overflow", ...over })
    }
    this.answerAborts()
  }

  private stopRetrying(finalError: string): void {
    this.isPausing = false
    this.send({ type: "auto_retry_end", success: false, attempt: this.retries, finalError })
    this.retries = 0
    this.answerAborts()
  }

  private answerAborts(): void {
    for (const id of this.aborts.splice(0)) {
      this.send({ id: this.stage.idOf(id), type: "response", command: "abort", success: true })
    }
  }
}
