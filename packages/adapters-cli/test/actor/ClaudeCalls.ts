/** The model calls of a turn of Claude Code: each a message whose blocks stream, and come once more whole. */
import type { ClaudeConversation } from "./ClaudeConversation.ts"
import * as Frames from "./ClaudeFrames.ts"
import { type Fields, idOf, uuid } from "./Json.ts"
import { type Spent, type ToolCall, spentByDefault } from "./Voice.ts"

/** A model call that is under way: a message whose blocks come one by one. */
interface Call {
  readonly id: string
  blocks: number
  open: { readonly type: "text" | "thinking"; text: string } | undefined
  calledTool: boolean
}

/** Thoughts say how they may be shown. */
const displayOf = (type: string): Fields => (type === "thinking" ? { thinking_display: "updates" } : {})

export class ClaudeCalls {
  /** Calls that came to their end. */
  readonly ended: Array<Spent> = []
  readonly messages: Array<string> = []
  lastText = ""
  private readonly home: ClaudeConversation
  private call: Call | undefined

  constructor(home: ClaudeConversation) {
    this.home = home
  }

  say(text: string): void {
    this.stream("text", { type: "text_delta", text }, text)
  }

  think(text: string): void {
    const call = this.opened()
    if (call.open?.type !== "thinking") this.openBlock(call, "thinking")
    this.send({ type: "system", subtype: "thinking_tokens", estimated_tokens: 1, estimated_tokens_delta: 1 })
    this.stream("thinking", { type: "thinking_delta", thinking: text }, text)
  }

  tool(tool: ToolCall): void {
    const call = this.opened()
    this.closeBlock(call)
    const json = JSON.stringify(tool.input)
    const half = Math.ceil(json.length / 2)
    const index = call.blocks
    this.event({
      type: "content_block_start",
      index,
      content_block: { type: "tool_use", id: tool.id, name: tool.name, input: {} }
    })
    for (const partial of [json.slice(0, half), json.slice(half)]) {
      this.event({
        type: "content_block_delta",
        index,
        delta: { type: "input_json_delta", partial_json: partial }
      })
    }
    this.assistant(call, { type: "tool_use", id: tool.id, name: tool.name, input: tool.input })
    this.event({ type: "content_block_stop", index })
    call.blocks++
    call.calledTool = true
  }

  /** Ends the call with this usage; without an open one there was one all the same. */
  round(spent: Spent): void {
    const call = this.opened(spent)
    this.endCall(call, call.calledTool ? "tool_use" : "end_turn", spent)
  }

  /** The call that is cut off: what it had said comes whole, `between` goes out, its stream is closed. */
  abort(between: () => void): ReadonlyArray<Spent> {
    const { call } = this
    if (call?.open !== undefined) this.repeat(call, call.open, { aborted: true })
    between()
    if (call === undefined) return []
    this.abandon(call)
    return [spentByDefault]
  }

  /** What the stream of a call still says after it was cut off. */
  private abandon(call: Call): void {
    if (call.open !== undefined) this.event({ type: "content_block_stop", index: call.blocks })
    this.event({
      type: "message_delta",
      context_management: null,
      delta: { container: null, stop_details: null, stop_reason: null, stop_sequence: null },
      usage: Frames.abortedUsage(spentByDefault)
    })
    this.event(
      { type: "message_stop" },
      { abandoned_blocks: { api_message_id: call.id, from_block_index: call.blocks + 1 } }
    )
    this.home.charge(spentByDefault)
    this.call = undefined
  }

  /** Ends the call that is open. `meanwhile`: its tools run already, and its stream is not over. */
  settle(stopReason?: string, meanwhile: () => void = () => undefined): void {
    const { call } = this
    const reason = stopReason ?? (call?.calledTool === true ? "tool_use" : "end_turn")
    if (call !== undefined) this.endCall(call, reason, spentByDefault, meanwhile)
  }

  /** A call that never gets an answer from the model's server. */
  refused(): void {
    this.settle()
    this.send({ type: "system", subtype: "status", status: "requesting" })
  }

  private opened(spent: Spent = spentByDefault): Call {
    if (this.call !== undefined) return this.call
    const call: Call = { id: idOf("msg_"), blocks: 0, open: undefined, calledTool: false }
    this.call = call
    this.messages.push(call.id)
    this.send({ type: "system", subtype: "status", status: "requesting" })
    const message = {
      id: call.id,
      type: "message",
      role: "assistant",
      model: Frames.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: Frames.startedUsage(spent)
    }
    this.event({ type: "message_start", message }, { ttft_ms: 10, thinking_display: "updates" })
    return call
  }

  private endCall(call: Call, stopReason: string, spent: Spent, meanwhile: () => void = () => undefined): void {
    this.closeBlock(call)
    this.event({
      type: "message_delta",
      delta: { stop_reason: stopReason, stop_sequence: null },
      usage: Frames.endedUsage(spent)
    })
    meanwhile()
    this.event({ type: "message_stop" })
    this.ended.push(spent)
    this.home.charge(spent)
    this.call = undefined
  }

  private stream(type: "text" | "thinking", delta: Fields, chunk: string): void {
    const call = this.opened()
    if (call.open?.type !== type) this.openBlock(call, type)
    this.event({ type: "content_block_delta", index: call.blocks, delta }, displayOf(type))
    if (call.open !== undefined) call.open.text += chunk
  }

  private openBlock(call: Call, type: "text" | "thinking"): void {
    this.closeBlock(call)
    call.open = { type, text: "" }
    const block = type === "text" ? { type, text: "" } : { type, thinking: "", signature: "" }
    this.event({ type: "content_block_start", index: call.blocks, content_block: block }, displayOf(type))
  }

  private closeBlock(call: Call): void {
    const { open } = call
    if (open === undefined) return
    if (open.type === "thinking") {
      const delta = { type: "signature_delta", signature: "YWN0b3I=" }
      this.event({ type: "content_block_delta", index: call.blocks, delta })
    }
    this.repeat(call, open)
    this.event({ type: "content_block_stop", index: call.blocks })
    call.open = undefined
    call.blocks++
  }

  /** A block that has streamed comes once more, whole. */
  private repeat(
    call: Call,
    { text, type }: { readonly type: string; readonly text: string },
    more: Fields = {}
  ): void {
    if (type === "text") this.lastText = text
    const block = type === "text" ? { type, text } : { type, thinking: text, signature: "YWN0b3I=" }
    const thought = type === "thinking" ? { thinking_duration_ms: 40 } : {}
    this.assistant(call, block, { ...thought, ...displayOf(type), ...more })
  }

  private assistant(call: Call, block: Fields, more: Fields = {}): void {
    const message = {
      id: call.id,
      type: "message",
      role: "assistant",
      model: Frames.model,
      content: [block],
      stop_reason: null,
      stop_sequence: null,
      usage: Frames.startedUsage(spentByDefault),
      context_management: null
    }
    this.send({ type: "assistant", message, parent_tool_use_id: null }, { timestamp: Frames.timestamp, ...more })
  }

  /** A part of the model's own stream. */
  private event(event: Fields, more: Fields = {}): void {
    if (!this.home.partial) return
    const { session } = this.home
    const id = this.call?.id
    this.home.send({
      type: "stream_event",
      event,
      session_id: session,
      parent_tool_use_id: null,
      uuid: uuid(),
      ...more,
      api_message_id: id
    })
  }

  private send(fields: Fields, more: Fields = {}): void {
    this.home.line(fields, more)
  }
}
