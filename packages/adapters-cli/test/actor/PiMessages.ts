/** The messages of pi 0.73.1, and the events that tell of one while it grows. */
import { type Fields, idOf, nowMillis } from "./Json.ts"
import type { Failure, Spent, ToolCall } from "./Voice.ts"

export const version = "0.73.1"
export const model: Fields = {
  id: "fake-model",
  name: "Fake model",
  api: "openai-completions",
  provider: "fake",
  baseUrl: "",
  reasoning: true,
  input: ["text"],
  contextWindow: 100_000,
  maxTokens: 32_000,
  cost: { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 0 }
}

export type StopReason = "stop" | "length" | "toolUse" | "error" | "aborted"

const noUsage: Fields = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  totalTokens: 0,
  cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 }
}

/** Dollars for one token: input, cached, output. */
const price = { input: 3e-6, cached: 3e-7, output: 1.5e-5 }

export const costOf = (spent: Spent): number =>
  spent.costUsd ??
  spent.input * price.input + spent.cached * price.cached + (spent.output + spent.reasoning) * price.output

const usageOf = (spent: Spent): Fields => ({
  input: spent.input,
  output: spent.output + spent.reasoning,
  cacheRead: spent.cached,
  cacheWrite: 0,
  totalTokens: spent.input + spent.cached + spent.output + spent.reasoning,
  cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: costOf(spent) }
})

export const userMessage = (text: string): Fields => ({
  role: "user",
  content: [{ type: "text", text }],
  timestamp: nowMillis()
})

export const resultMessage = (tool: ToolCall, text: string, isError: boolean): Fields => ({
  role: "toolResult",
  toolCallId: tool.id,
  toolName: tool.name,
  content: [{ type: "text", text }],
  isError,
  timestamp: nowMillis()
})

/** The words in which a message says that its model call failed: the status is in front. */
export const errorMessage = (failure: Failure): string => `${failure.status} ${failure.message}`

export const failedMessage = (stopReason: "error" | "aborted", words: string): Fields => ({
  role: "assistant",
  content: [],
  api: "openai-completions",
  provider: "fake",
  model: "fake-model",
  usage: noUsage,
  stopReason,
  timestamp: nowMillis(),
  errorMessage: words
})

type Part =
  | { readonly type: "text"; text: string }
  | { readonly type: "thinking"; thinking: string; readonly thinkingSignature: string }
  | { readonly type: "toolCall"; readonly id: string; readonly name: string; readonly arguments: Fields }

/** A message that grows. Every event about it repeats the whole of it, twice. */
export class GrowingMessage {
  private readonly parts: Array<Part> = []
  private readonly responseId = idOf("chatcmpl_")
  private readonly timestamp = nowMillis()
  private readonly send: (frame: Fields) => void
  private usage: Fields = noUsage
  private stopReason: StopReason = "stop"
  private more: Fields = {}

  constructor(send: (frame: Fields) => void) {
    this.send = send
    this.send({ type: "message_start", message: this.whole({}) })
  }

  private whole(more: Fields = { responseId: this.responseId }): Fields {
    return {
      role: "assistant",
      content: this.parts,
      api: "openai-completions",
      provider: "fake",
      model: "fake-model",
      usage: this.usage,
      stopReason: this.stopReason,
      timestamp: this.timestamp,
      ...more,
      ...this.more
    }
  }

  private update(type: string, contentIndex: number, fields: Fields): void {
    const partial = this.whole()
    const assistantMessageEvent = { type, contentIndex, ...fields, partial }
    this.send({ type: "message_update", assistantMessageEvent, message: partial })
  }

  say(text: string): void {
    const last = this.parts.at(-1)
    if (last?.type === "text") last.text += text
    else {
      this.parts.push({ type: "text", text })
      this.update("text_start", this.parts.length - 1, {})
    }
    this.update("text_delta", this.parts.length - 1, { delta: text })
  }

  think(text: string): void {
    const last = this.parts.at(-1)
    if (last?.type === "thinking") last.thinking += text
    else {
      this.parts.push({ type: "thinking", thinking: text, thinkingSignature: "reasoning_content" })
      this.update("thinking_start", this.parts.length - 1, {})
    }
    this.update("thinking_delta", this.parts.length - 1, { delta: text })
  }

  call(tool: ToolCall): void {
    this.parts.push({ type: "toolCall", id: tool.id, name: tool.name, arguments: tool.input })
    const index = this.parts.length - 1
    const json = JSON.stringify(tool.input)
    const half = Math.ceil(json.length / 2)
    this.update("toolcall_start", index, {})
    for (const delta of ["", json.slice(0, half), json.slice(half)]) this.update("toolcall_delta", index, { delta })
  }

  /** All parts end together, when the call is counted. */
  close(stopReason: StopReason, spent: Spent | undefined, more: Fields = {}): Fields {
    this.stopReason = stopReason
    this.more = more
    if (spent !== undefined) this.usage = usageOf(spent)
    for (const [index, part] of this.parts.entries()) {
      if (part.type === "text") this.update("text_end", index, { content: part.text })
      if (part.type === "thinking") this.update("thinking_end", index, { content: part.thinking })
      if (part.type === "toolCall") this.update("toolcall_end", index, { toolCall: part })
    }
    const message = this.whole()
    this.send({ type: "message_end", message })
    return message
  }
}
