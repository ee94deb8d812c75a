/**
 * One turn of an ACP agent as opencode 1.18.33 plays it, which is the plain
 * way: a call is announced, then it is asked for, then it goes on. How other
 * agents depart from it is theirs to say.
 */
import type { AcpWire, Refusal } from "./AcpWire.ts"
import { codes } from "./AcpWire.ts"
import { type Fields, at, idOf, isFields, textAt } from "./Json.ts"
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

/** A session of an agent. */
export interface AcpSession {
  readonly id: string
  readonly resumed: boolean
  mode: string
}

const kinds: Readonly<Record<string, string>> = {
  Bash: "execute",
  Read: "read",
  Edit: "edit",
  Write: "edit",
  Grep: "search",
  WebFetch: "fetch"
}

export const kindOf = (tool: ToolCall): string => kinds[tool.name] ?? "other"

/** The line under which a call is shown. */
export const titleOf = (tool: ToolCall): string => {
  const command = textAt(tool.input, "command")
  return command === "" ? tool.name : command
}

export const textContent = (text: string): ReadonlyArray<Fields> => [
  { type: "content", content: { type: "text", text } }
]

const sum = (calls: ReadonlyArray<Spent>, of: (call: Spent) => number): number =>
  calls.reduce((total, call) => total + of(call), 0)

/** `usage` of a prompt's answer, for these calls. */
export const usageOf = (calls: ReadonlyArray<Spent>) => ({
  inputTokens: sum(calls, (call) => call.input),
  outputTokens: sum(calls, (call) => call.output),
  totalTokens: sum(calls, (call) => call.input + call.cached + call.output + call.reasoning),
  thoughtTokens: sum(calls, (call) => call.reasoning),
  cachedReadTokens: sum(calls, (call) => call.cached)
})

export const costOf = (calls: ReadonlyArray<Spent>): number => sum(calls, (call) => call.costUsd ?? 0.00348)

export interface PermissionOption {
  readonly optionId: string
  readonly kind: "allow_once" | "allow_always" | "reject_once"
  readonly name: string
}

export class AcpTurn implements Turn {
  readonly inbox = new Inbox()
  protected readonly wire: AcpWire
  protected readonly session: AcpSession
  protected readonly calls: Array<Spent> = []
  protected readonly openTools = new Map<string, ToolCall>()
  protected messageId = idOf("msg_")
  private readonly promptIds: Array<unknown>
  private inCall = false

  constructor(wire: AcpWire, session: AcpSession, promptId: unknown) {
    this.wire = wire
    this.session = session
    this.promptIds = [promptId]
  }

  /** A prompt that came while the turn ran is over when the turn is. */
  add(promptId: unknown, text: string): void {
    this.promptIds.push(promptId)
    this.inbox.put(text)
  }

  protected readonly options: ReadonlyArray<PermissionOption> = [
    { optionId: "once", kind: "allow_once", name: "Allow once" },
    { optionId: "always", kind: "allow_always", name: "Always allow" },
    { optionId: "reject", kind: "reject_once", name: "Reject" }
  ]

  /** Whether somebody is asked at all. */
  protected asks(_tool: ToolCall): boolean {
    return this.session.mode !== "yolo"
  }

  protected update(kind: string, fields: Fields): void {
    this.wire.update(this.session.id, kind, fields)
  }

  protected chunk(kind: string, text: string): void {
    this.update(kind, { messageId: this.messageId, content: { type: "text", text } })
  }

  /** A model call begins, or has ended. */
  protected callBegins(): void {}
  protected callEnds(_spent: Spent): void {}

  private begin(): void {
    if (this.inCall) return
    this.inCall = true
    this.messageId = idOf("msg_")
    this.callBegins()
  }

  protected settle(spent: Spent = spentByDefault): void {
    if (!this.inCall) return
    this.inCall = false
    this.calls.push(spent)
    this.callEnds(spent)
  }

  say(text: string): void {
    this.begin()
    this.chunk("agent_message_chunk", text)
  }

  think(text: string): void {
    this.begin()
    this.chunk("agent_thought_chunk", text)
  }

  toolStart(tool: ToolCall): void {
    this.begin()
    this.openTools.set(tool.id, tool)
    this.announce(tool)
    this.runs(tool)
  }

  /** A call that nobody is asked for begins at once. */
  protected runs(_tool: ToolCall): void {}

  protected announce(tool: ToolCall): void {
    this.update("tool_call", {
      toolCallId: tool.id,
      title: tool.name.toLowerCase(),
      kind: kindOf(tool),
      status: "pending",
      locations: [{ path: "." }],
      rawInput: {}
    })
    this.progress(tool, {})
  }

  protected progress(tool: ToolCall, more: Fields): void {
    this.update("tool_call_update", {
      toolCallId: tool.id,
      status: "in_progress",
      kind: kindOf(tool),
      title: titleOf(tool),
      locations: [{ path: "." }],
      rawInput: tool.input,
      ...more
    })
  }

  toolOutput(tool: ToolCall, text: string): void {
    this.progress(tool, { content: textContent(text) })
  }

  toolEnd(tool: ToolCall, text: string): void {
    this.settle()
    this.openTools.delete(tool.id)
    this.completes(tool, text)
  }

  protected completes(tool: ToolCall, text: string): void {
    this.toolOutput(tool, text)
    this.update("tool_call_update", {
      toolCallId: tool.id,
      status: "completed",
      title: titleOf(tool),
      content: textContent(text),
      rawOutput: { output: text, metadata: { output: text, exit: 0, truncated: false } }
    })
  }

  toolFail(tool: ToolCall, error: string): void {
    this.settle()
    this.openTools.delete(tool.id)
    this.update("tool_call_update", {
      toolCallId: tool.id,
      status: "failed",
      content: textContent(error),
      rawOutput: { error }
    })
  }

  edit(tool: ToolCall, file: string, text: string): void {
    this.settle()
    this.openTools.delete(tool.id)
    this.update("tool_call_update", {
      toolCallId: tool.id,
      status: "completed",
      kind: "edit",
      title: file,
      locations: [{ path: file }],
      content: [{ type: "diff", path: file, oldText: null, newText: text }]
    })
  }

  round(spent: Spent): void {
    this.begin()
    this.settle(spent)
  }

  plan(items: ReadonlyArray<string>): void {
    this.update("plan", { entries: items.map((content) => ({ content, priority: "medium", status: "pending" })) })
  }

  async ask(tool: ToolCall): Promise<Decision> {
    this.begin()
    this.openTools.set(tool.id, tool)
    this.announce(tool)
    if (!this.asks(tool)) {
      this.runs(tool)
      return { kind: "approved" }
    }
    const decision = await this.request(tool)
    if (decision.kind === "denied") this.denied(tool)
    else this.goesOn(tool)
    return decision
  }

  protected goesOn(tool: ToolCall): void {
    this.progress(tool, {})
  }

  protected denied(tool: ToolCall): void {
    this.toolFail(tool, "The user rejected permission to use this specific tool call.")
  }

  protected asked(tool: ToolCall): Fields {
    return {
      toolCallId: tool.id,
      title: titleOf(tool),
      kind: kindOf(tool),
      status: "pending",
      locations: [],
      rawInput: tool.input
    }
  }

  protected async request(tool: ToolCall): Promise<Decision> {
    const answer = await this.wire.ask("session/request_permission", {
      sessionId: this.session.id,
      toolCall: this.asked(tool),
      options: this.options
    })
    const chosen = this.options.find(({ optionId }) => optionId === at(answer, "outcome", "optionId"))
    if (chosen === undefined) return { kind: "cancelled", endsTurn: false }
    return chosen.kind === "reject_once" ? this.denial : { kind: "approved" }
  }

  protected readonly denial: Decision = { kind: "denied", words: "" }

  async question(_key: string, text: string, options: ReadonlyArray<string>): Promise<string | undefined> {
    const answer = { type: "string", ...(options.length === 0 ? {} : { enum: options }) }
    const said = await this.wire.ask("elicitation/create", {
      sessionId: this.session.id,
      mode: "form",
      message: text,
      requestedSchema: { type: "object", properties: { answer }, required: ["answer"] }
    })
    return at(said, "action") === "accept" ? textAt(said, "content", "answer") : undefined
  }

  /** What a sub-agent does is not told of, but as output of the call that it is. */
  nested(tool: ToolCall, title: string): Nested {
    this.toolStart({ ...tool, input: { description: title } })
    const tell = (text: string) => this.toolOutput(tool, text)
    return {
      say: tell,
      think: tell,
      toolStart: () => undefined,
      toolOutput: () => undefined,
      toolEnd: () => undefined,
      toolFail: () => undefined,
      close: (text) => this.toolEnd(tool, text)
    }
  }

  /** Nothing on this wire says so. */
  retrying(): void {}

  conversation() {
    return this.session
  }

  strange(fields: Fields): void {
    this.update("actor_strange", fields)
  }

  message(): Promise<string> {
    return this.inbox.take()
  }

  end(end: End): void {
    if (end.kind === "failed") {
      this.settle()
      return this.failed(end.failure)
    }
    if (end.kind === "cancelled") this.cutOff()
    else this.settle()
    this.answer(this.stopReason(end))
  }

  private stopReason(end: Exclude<End, { kind: "failed" }>): string {
    switch (end.kind) {
      case "done":
        return "end_turn"
      case "cancelled":
        return "cancelled"
      case "refused":
        return "refusal"
      case "limit":
        return end.of === "turns" ? "max_turn_requests" : "max_tokens"
    }
  }

  /** Calls that are cut off are told as failed. */
  protected cutOff(): void {
    for (const tool of this.openTools.values()) {
      this.update("tool_call_update", { toolCallId: tool.id, status: "failed" })
    }
    this.openTools.clear()
  }

  protected answer(stopReason: string): void {
    const response = this.response(stopReason)
    for (const id of this.promptIds) this.wire.respond(id, response)
  }

  /** The usage is that of the last call alone. */
  protected response(stopReason: string): Fields {
    const last = this.calls.slice(-1)
    if (last.length > 0) {
      this.update("usage_update", {
        used: sum(last, (call) => call.input + call.cached),
        size: 100_000,
        cost: { amount: costOf(this.calls), currency: "USD" }
      })
    }
    return { stopReason, usage: usageOf(last), _meta: {} }
  }

  protected failed(failure: Failure): void {
    this.refuse(
      failure.kind === "unauthorized"
        ? { code: codes.authRequired, message: "Authentication required" }
        : { code: codes.internal, message: "Internal error", data: { details: failure.message } }
    )
  }

  protected refuse(error: Refusal): void {
    for (const id of this.promptIds) this.wire.refuse(id, error)
  }
}

/** The permission that opencode's configuration has for a tool: one word for all, or words by name. */
export const configured = (config: unknown, name: string): string => {
  const permission = at(config, "permission")
  if (typeof permission === "string") return permission
  const word = at(permission, name) ?? at(permission, "*")
  return typeof word === "string" ? word : isFields(word) ? textAt(word, "*") : "allow"
}
