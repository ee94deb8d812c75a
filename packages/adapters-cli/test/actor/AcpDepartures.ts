/** The ways in which the turns of agents that speak ACP depart from the plain one, as measured. */
import { AcpTurn, configured, costOf, kindOf, textContent, titleOf, usageOf } from "./AcpTurn.ts"
import { codes } from "./AcpWire.ts"
import { type Fields, parsed, uuid } from "./Json.ts"
import { type Decision, type Failure, type Nested, type Spent, type ToolCall, spentByDefault } from "./Voice.ts"

const calls = {
  input: (spent: ReadonlyArray<Spent>) => spent.reduce((sum, call) => sum + call.input + call.cached, 0),
  output: (spent: ReadonlyArray<Spent>) => spent.reduce((sum, call) => sum + call.output, 0)
}

/** Its configuration decides whether somebody is asked, and a denial ends its turn. */
export class OpencodeTurn extends AcpTurn {
  protected override readonly denial: Decision = { kind: "denied", words: "", endsTurn: true }

  protected override asks(tool: ToolCall): boolean {
    const config = parsed(this.wire.stage.env["OPENCODE_CONFIG_CONTENT"] ?? "")
    return configured(config, kindOf(tool) === "edit" ? "edit" : tool.name.toLowerCase()) === "ask"
  }
}

/**
 * It asks first and announces nothing before; after a denial it says nothing
 * of the call. Output is not told. Usage stands in `_meta`, without thoughts.
 */
export class GeminiTurn extends AcpTurn {
  readonly backsOffInSilence = true
  protected override readonly options = [
    { optionId: "proceed_always", kind: "allow_always", name: "Allow for this session" },
    { optionId: "proceed_once", kind: "allow_once", name: "Allow" },
    { optionId: "cancel", kind: "reject_once", name: "Reject" }
  ] as const

  protected override asks(tool: ToolCall): boolean {
    const { mode } = this.session
    return mode !== "yolo" && !(mode === "autoEdit" && kindOf(tool) === "edit")
  }

  protected override chunk(kind: string, text: string): void {
    const said = kind === "agent_thought_chunk" ? `****\n${text.trim()}` : text
    this.update(kind, { content: { type: "text", text: said } })
  }

  private shown(tool: ToolCall, status: string, content: ReadonlyArray<Fields>): Fields {
    return { toolCallId: tool.id, status, title: titleOf(tool), content, locations: [], kind: kindOf(tool) }
  }

  protected override announce(tool: ToolCall): void {
    this.update("tool_call", this.shown(tool, "in_progress", textContent("[current working directory .]")))
  }

  override toolOutput(): void {}

  override async ask(tool: ToolCall): Promise<Decision> {
    if (!this.asks(tool)) {
      this.toolStart(tool)
      return { kind: "approved" }
    }
    this.openTools.set(tool.id, tool)
    const decision = await this.request(tool)
    if (decision.kind !== "approved") this.openTools.delete(tool.id)
    return decision
  }

  protected override asked(tool: ToolCall): Fields {
    return this.shown(tool, "pending", textContent("[current working directory .]"))
  }

  protected override completes(tool: ToolCall): void {
    this.update("tool_call_update", this.shown(tool, "completed", []))
  }

  /** A call that was cut off is told as completed. */
  protected override cutOff(): void {
    const content = textContent("Command cancelled by user.")
    for (const tool of this.openTools.values()) {
      this.update("tool_call_update", this.shown(tool, "completed", content))
    }
    this.openTools.clear()
  }

  protected override response(stopReason: string): Fields {
    if (stopReason === "cancelled" && !this.wire.stage.has("counts-cancelled")) return { stopReason }
    const count = { input_tokens: calls.input(this.calls), output_tokens: calls.output(this.calls) }
    const model = { model: "gemini-2.5-flash", token_count: count }
    return { stopReason, _meta: { quota: { token_count: count, model_usage: [model] } } }
  }

  protected override failed(failure: Failure): void {
    if (failure.kind === "overflow") return this.answer("max_tokens")
    const { message, status } = failure
    if (status >= 500) return this.refuse({ code: 500, message })
    this.refuse({ code: status, message: JSON.stringify({ error: { code: status, message, status: "FAILED" } }) })
  }
}

/**
 * It asks only in mode `default`, and a denial ends its turn. The count of a
 * model call comes with an empty chunk, before the tools that it called.
 */
export class QwenTurn extends AcpTurn {
  readonly backsOffInSilence = true
  protected override readonly denial: Decision = { kind: "denied", words: "", endsTurn: true }
  protected override readonly options = [
    { optionId: "proceed_always_project", kind: "allow_always", name: "Always Allow in project" },
    { optionId: "proceed_always_user", kind: "allow_always", name: "Always Allow for user" },
    { optionId: "proceed_once", kind: "allow_once", name: "Allow" },
    { optionId: "cancel", kind: "reject_once", name: "Reject" }
  ] as const
  private isDenied = false

  protected override asks(tool: ToolCall): boolean {
    const { mode } = this.session
    return mode === "default" || (mode === "auto-edit" && kindOf(tool) !== "edit")
  }

  protected override chunk(kind: string, text: string): void {
    this.update(kind, { content: { type: "text", text } })
  }

  protected override callEnds(spent: Spent): void {
    const usage = {
      inputTokens: spent.input + spent.cached,
      outputTokens: spent.output,
      totalTokens: spent.input + spent.cached + spent.output + spent.reasoning,
      thoughtTokens: spent.reasoning,
      cachedReadTokens: spent.cached
    }
    this.update("agent_message_chunk", { content: { type: "text", text: "" }, _meta: { usage, durationMs: 50 } })
  }

  protected override asked(tool: ToolCall): Fields {
    return { ...super.asked(tool), content: [], _meta: { toolName: tool.name } }
  }

  private meta(tool: ToolCall): Fields {
    return { toolName: tool.name, provenance: "builtin" }
  }

  protected override announce(tool: ToolCall): void {
    this.update("tool_call", {
      toolCallId: tool.id,
      status: "pending",
      title: tool.name,
      content: [],
      locations: [],
      kind: kindOf(tool),
      rawInput: {},
      _meta: { ...this.meta(tool), phase: "preparing" }
    })
    this.settle()
  }

  protected override runs(tool: ToolCall): void {
    this.progress(tool, { content: [], locations: [], title: titleOf(tool), _meta: this.meta(tool) })
  }

  override toolOutput(): void {}

  protected override goesOn(): void {}

  private ends(tool: ToolCall, status: string, text: string, more: Fields): void {
    const content = textContent(text)
    this.update("tool_call_update", { toolCallId: tool.id, status, content, _meta: this.meta(tool), ...more })
  }

  protected override completes(tool: ToolCall, text: string): void {
    this.ends(tool, "completed", text, { rawOutput: text })
    void this.wire.ask("craft/drainMidTurnQueue", {
      sessionId: this.session.id,
      todoStopGuardWatchQueuedPrompt: true
    })
  }

  override toolFail(tool: ToolCall, error: string): void {
    this.openTools.delete(tool.id)
    this.ends(tool, "failed", error, { rawOutput: { type: "shell_result", text: error, outcome: "failed" } })
  }

  protected override denied(tool: ToolCall): void {
    this.isDenied = true
    this.openTools.delete(tool.id)
    this.ends(tool, "failed", `Tool "${tool.name}" was canceled by the user.`, {})
  }

  protected override cutOff(): void {
    const rawOutput = { type: "shell_result", text: "Command cancelled by user.", outcome: "cancelled" }
    for (const tool of this.openTools.values()) this.ends(tool, "failed", "Its output was discarded.", { rawOutput })
    this.openTools.clear()
  }

  protected override response(stopReason: string): Fields {
    if (stopReason === "cancelled" || this.isDenied) return { stopReason }
    const branch = { assistantRecordUuid: uuid(), checkpointUuid: uuid() }
    return { stopReason, _meta: { "qwen.branchPoint": branch } }
  }

  protected override failed(failure: Failure): void {
    const details = failure.kind === "overflow" ? failure.message : `${failure.status} ${failure.message}`
    this.refuse({ code: codes.internal, message: "Internal error", data: { details } })
  }
}

/** Claude Code behind its adapter: everything has `_meta.claudeCode`, warnings come as the agent's own words. */
export class ClaudeAcpTurn extends AcpTurn {
  protected override readonly options = [
    { optionId: "allow_always", kind: "allow_always", name: "Always Allow" },
    { optionId: "allow", kind: "allow_once", name: "Allow" },
    { optionId: "reject", kind: "reject_once", name: "Reject" }
  ] as const
  private titled = false

  protected override asks(tool: ToolCall): boolean {
    const { mode } = this.session
    return mode === "default" || mode === "plan" || (mode === "acceptEdits" && kindOf(tool) !== "edit")
  }

  private meta(tool: ToolCall, more: Fields = {}): Fields {
    return { _meta: { claudeCode: { ...more, toolName: tool.name } }, toolCallId: tool.id }
  }

  private used(spent: Spent, output: number, more: Fields = {}): void {
    this.update("usage_update", {
      used: spent.input + spent.cached + output,
      size: 1_000_000,
      ...more,
      _meta: { "_claude/model": "claude-opus-5-5" }
    })
  }

  protected override callBegins(): void {
    if (!this.titled) this.update("session_info_update", { title: "actor", updatedAt: "2026-11-22T14:20:22.675Z" })
    this.titled = true
    this.used(spentByDefault, 1)
  }

  protected override callEnds(spent: Spent): void {
    this.used(spent, spent.output + spent.reasoning)
  }

  protected override announce(tool: ToolCall): void {
    const shown = {
      name: tool.name,
      rawInput: {},
      status: "pending",
      title: tool.name,
      kind: kindOf(tool),
      content: []
    }
    this.update("tool_call", { ...this.meta(tool), ...shown })
    this.update("tool_call_update", { ...this.meta(tool), rawInput: tool.input, title: titleOf(tool) })
  }

  override toolOutput(): void {}

  protected override goesOn(): void {}

  protected override completes(tool: ToolCall, text: string): void {
    const toolResponse = { stdout: text, stderr: "", interrupted: false, isImage: false, noOutputExpected: false }
    this.update("tool_call_update", this.meta(tool, { toolResponse }))
    this.update("tool_call_update", {
      ...this.meta(tool),
      status: "completed",
      rawOutput: text,
      content: textContent(`\`\`\`console\n${text}\n\`\`\``)
    })
  }

  override nested(tool: ToolCall, title: string): Nested {
    this.toolStart({ ...tool, input: { description: title } })
    const inside = (inner: ToolCall) => ({
      _meta: { claudeCode: { toolName: inner.name, parentToolUseId: tool.id } },
      toolCallId: inner.id
    })
    const parent = { _meta: { claudeCode: { parentToolUseId: tool.id } } }
    const chunk = (kind: string, text: string) => this.update(kind, { content: { type: "text", text }, ...parent })
    const over = (inner: ToolCall, status: string, text: string) =>
      this.update("tool_call_update", { ...inside(inner), status, rawOutput: text, content: textContent(text) })
    return {
      say: (text) => chunk("agent_message_chunk", text),
      think: (text) => chunk("agent_thought_chunk", text),
      toolStart: (inner) =>
        this.update("tool_call", {
          ...inside(inner),
          rawInput: inner.input,
          status: "pending",
          title: titleOf(inner),
          kind: kindOf(inner),
          content: []
        }),
      toolOutput: () => undefined,
      toolEnd: (inner, text) => over(inner, "completed", text),
      toolFail: (inner, error) => over(inner, "failed", error),
      close: (text) => this.toolEnd(tool, text)
    }
  }

  protected override response(stopReason: string): Fields {
    this.used(this.calls.at(-1) ?? spentByDefault, 50, { cost: { amount: costOf(this.calls), currency: "USD" } })
    const { thoughtTokens: _, ...usage } = usageOf(this.calls)
    const whole = {
      totalTokens: usage.totalTokens,
      inputTokens: usage.inputTokens,
      cachedInputTokens: usage.cachedReadTokens,
      cachedWriteTokens: 0,
      outputTokens: usage.outputTokens,
      reasoningOutputTokens: 0
    }
    const models = [{ model: "claude-opus-5-5", token_count: whole }]
    return {
      stopReason,
      usage: { ...usage, cachedWriteTokens: 0 },
      _meta: { quota: { token_count: whole, model_usage: models } }
    }
  }

  protected override failed(failure: Failure): void {
    if (failure.kind === "unauthorized") return super.failed(failure)
    this.refuse({ code: codes.internal, message: `Internal error: API Error: ${failure.status} ${failure.message}` })
  }
}

/** Codex behind its adapter: a failed turn is an `end_turn` that says the failure as the agent's words. */
export class CodexAcpTurn extends AcpTurn {
  protected override readonly options = [
    { optionId: "allow_once", kind: "allow_once", name: "Allow once" },
    { optionId: "allow_always", kind: "allow_always", name: "Allow for session" },
    { optionId: "reject_once", kind: "reject_once", name: "Reject" }
  ] as const
  private began = false

  protected override asks(): boolean {
    return this.session.mode === "read-only" || this.session.mode === "workspace-write"
  }

  private status(type: Fields): void {
    this.update("session_info_update", { _meta: { codex: { threadStatus: type } } })
  }

  protected override callBegins(): void {
    if (!this.began) {
      const text = "Warning: Model metadata for `fake-model` not found.\n\n"
      this.update("agent_message_chunk", { content: { type: "text", text } })
      this.status({ type: "active", activeFlags: [] })
    }
    this.began = true
  }

  protected override announce(tool: ToolCall): void {
    this.update("tool_call", {
      toolCallId: tool.id,
      name: "exec_command",
      kind: kindOf(tool),
      title: titleOf(tool),
      status: "in_progress",
      content: [{ type: "terminal", terminalId: tool.id }],
      rawInput: { ...tool.input, cwd: "." },
      _meta: { terminal_info: { cwd: ".", terminal_id: tool.id } }
    })
  }

  override toolOutput(): void {}

  protected override goesOn(): void {}

  /** The count of a call comes after what its tools brought. */
  protected override completes(tool: ToolCall, text: string): void {
    this.update("tool_call_update", {
      toolCallId: tool.id,
      status: "completed",
      _meta: {
        terminal_output_delta: { data: `${text}\n`, terminal_id: tool.id },
        terminal_exit: { exit_code: 0, signal: null, terminal_id: tool.id }
      }
    })
    this.counted()
  }

  private counted(): void {
    const last = this.calls.at(-1) ?? spentByDefault
    this.update("usage_update", { used: last.input + last.cached + last.output + last.reasoning, size: 258_400 })
  }

  protected override cutOff(): void {
    this.openTools.clear()
  }

  protected override response(stopReason: string): Fields {
    this.counted()
    this.status({ type: "idle" })
    this.update("session_info_update", { title: "actor" })
    const usage = { ...usageOf(this.calls), cachedWriteTokens: 0 }
    const whole = {
      totalTokens: usage.totalTokens,
      inputTokens: usage.inputTokens,
      cachedInputTokens: usage.cachedReadTokens,
      cacheWriteInputTokens: 0,
      outputTokens: usage.outputTokens,
      reasoningOutputTokens: usage.thoughtTokens
    }
    const models = [{ model: "fake-model", token_count: whole }]
    return { stopReason, usage, _meta: { quota: { token_count: whole, model_usage: models } } }
  }

  protected override failed(failure: Failure): void {
    this.say(failure.message)
    this.settle()
    this.answer("end_turn")
  }
}
