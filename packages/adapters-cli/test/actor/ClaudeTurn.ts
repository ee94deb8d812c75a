/** One turn of Claude Code: messages of blocks, streamed and then repeated whole. */
import type { ClaudeConversation } from "./ClaudeConversation.ts"
import { ClaudeCalls } from "./ClaudeCalls.ts"
import * as Frames from "./ClaudeFrames.ts"
import { type Fields, at, idOf, textAt } from "./Json.ts"

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

const resultBlock = (tool: ToolCall, content: string, isError: boolean): Fields => ({
  tool_use_id: tool.id,
  type: "tool_result",
  content,
  is_error: isError
})

/** Whether this call needs nobody's permission in this mode. */
const allowedBy = (mode: string, tool: ToolCall): boolean =>
  mode === "bypassPermissions" || (mode === "acceptEdits" && ["Edit", "Write"].includes(tool.name))

export class ClaudeTurn implements Turn {
  readonly inbox = new Inbox()
  private readonly home: ClaudeConversation
  private readonly calls: ClaudeCalls
  private readonly openTools = new Set<ToolCall>()
  private readonly denials: Array<Fields> = []
  /** Who allowed a call that was asked for. */
  private readonly allowedBy = new Map<string, Fields>()

  constructor(home: ClaudeConversation) {
    this.home = home
    this.calls = new ClaudeCalls(home)
  }

  begin(): void {
    this.home.send(Frames.init(this.home.session, this.home.permissionMode))
  }

  say(text: string): void {
    this.calls.say(text)
  }

  think(text: string): void {
    this.calls.think(text)
  }

  /** A tool runs when the message that called it is over. */
  toolStart(tool: ToolCall): void {
    this.called(tool)
    this.calls.settle()
  }

  private called(tool: ToolCall): void {
    this.calls.tool(tool)
    this.openTools.add(tool)
  }

  /** A running tool says nothing on this wire. */
  toolOutput(): void {}

  toolEnd(tool: ToolCall, text: string): void {
    this.toolResult(tool, text, false, {
      tool_use_result: { stdout: text, stderr: "", interrupted: false, isImage: false, noOutputExpected: false },
      tool_result_meta: [{ id: tool.id, permission_decision: this.allowedBy.get(tool.id) ?? Frames.byRule }]
    })
  }

  toolFail(tool: ToolCall, error: string): void {
    this.toolResult(tool, error, true, { tool_use_result: `Error: ${error}` })
  }

  round(spent: Spent): void {
    this.calls.round(spent)
  }

  plan(items: ReadonlyArray<string>): void {
    const todos = items.map((content) => ({ content, status: "pending", activeForm: content }))
    const tool = { id: idOf("toolu_"), name: "TodoWrite", input: { todos } }
    this.toolStart(tool)
    this.toolResult(tool, "Todos have been modified successfully.", false, {
      tool_use_result: { oldTodos: [], newTodos: todos }
    })
  }

  edit(tool: ToolCall, file: string, text: string): void {
    this.toolResult(tool, `The file ${file} has been updated.`, false, {
      tool_use_result: { filePath: file, oldString: "", newString: text, structuredPatch: [], userModified: false }
    })
  }

  async ask(tool: ToolCall): Promise<Decision> {
    const { home } = this
    this.called(tool)
    if (allowedBy(home.permissionMode, tool)) {
      this.calls.settle()
      return { kind: "approved" }
    }
    if (!home.asksClient) {
      const words = `${tool.name} needs approval`
      this.calls.settle(undefined, () =>
        this.send({
          type: "system",
          subtype: "permission_denied",
          tool_name: tool.name,
          tool_use_id: tool.id,
          message: words
        })
      )
      return this.denied(tool, words, Frames.rejectedByRule)
    }
    this.control(tool.id, tool)
    const answer = at(await home.asks.wait(tool.id), "response")
    if (textAt(answer, "behavior") === "allow") {
      this.allowedBy.set(tool.id, Frames.byUser)
      return { kind: "approved" }
    }
    const words = textAt(answer, "message")
    if (at(answer, "interrupt") !== true) return this.denied(tool, words)
    return { kind: "cancelled", endsTurn: true }
  }

  async question(key: string, text: string, options: ReadonlyArray<string>): Promise<string | undefined> {
    const questions = [
      {
        question: text,
        header: "Question",
        options: options.map((label) => ({ label, description: label })),
        multiSelect: false
      }
    ]
    const tool = { id: key, name: "AskUserQuestion", input: { questions } }
    this.called(tool)
    this.control(key, tool)
    const answer = at(await this.home.asks.wait(key), "response")
    if (textAt(answer, "behavior") !== "allow") {
      this.denied(tool, textAt(answer, "message"))
      return undefined
    }
    const said = textAt(answer, "updatedInput", "answers", text)
    this.toolEnd(tool, `User has answered your questions: "${text}"="${said}".`)
    return said
  }

  nested(tool: ToolCall, title: string): Nested {
    this.toolStart({ ...tool, input: { description: title, prompt: title, subagent_type: "general-purpose" } })
    const within = (type: "assistant" | "user", content: ReadonlyArray<Fields>, more: Fields = {}) =>
      this.send({
        type,
        message:
          type === "user"
            ? { role: "user", content }
            : {
                id: idOf("msg_"),
                type: "message",
                role: "assistant",
                model: Frames.model,
                content,
                stop_reason: null,
                stop_sequence: null,
                usage: Frames.startedUsage(spentByDefault)
              },
        parent_tool_use_id: tool.id,
        ...more
      })
    within("user", [{ type: "text", text: title }])
    return {
      say: (text) => within("assistant", [{ type: "text", text }]),
      think: (text) => within("assistant", [{ type: "thinking", thinking: text, signature: "" }]),
      toolStart: ({ id, input, name }) => within("assistant", [{ type: "tool_use", id, name, input }]),
      toolOutput: () => undefined,
      toolEnd: (inner, text) => within("user", [resultBlock(inner, text, false)]),
      toolFail: (inner, error) => within("user", [resultBlock(inner, error, true)]),
      close: (text) =>
        this.toolResult({ ...tool, name: "Task" }, text, false, {
          tool_use_result: { status: "completed", content: [{ type: "text", text }], totalToolUseCount: 0 }
        })
    }
  }

  retrying(attempt: number, failure: Failure): void {
    this.home.send(Frames.apiRetry(this.home.session, attempt, failure))
  }

  conversation() {
    return { id: this.home.session, resumed: this.home.resumed }
  }

  strange(fields: Fields): void {
    this.send({ type: "actor_strange", ...fields })
  }

  async message(): Promise<string> {
    this.calls.settle()
    const text = await this.inbox.take()
    this.home.startQueued()
    return text
  }

  end(end: End): void {
    switch (end.kind) {
      case "cancelled":
        return this.aborted()
      case "failed":
        return this.failed(end.failure)
      case "refused":
        return this.over("refusal", { isError: true, terminalReason: "api_error" })
      case "limit":
        if (end.of === "tokens") return this.over("max_tokens", { terminalReason: "completed" })
        this.calls.settle()
        return this.finish({
          ...Frames.failedWith("Reached maximum number of turns"),
          subtype: "error_max_turns",
          terminalReason: "max_turns",
          stopReason: "tool_use"
        })
      case "done":
        return this.over("end_turn", { terminalReason: "completed" })
    }
  }

  private over(stopReason: string, end: Partial<Frames.ResultEnd>): void {
    this.calls.settle(stopReason)
    this.finish({
      subtype: "success",
      isError: false,
      terminalReason: "completed",
      stopReason,
      text: this.calls.lastText,
      errors: undefined,
      apiErrorStatus: null,
      ...end
    })
  }

  /** The program says it as if the agent had, and calls the result a success. */
  private failed(failure: Failure): void {
    const announced = failure.retryAfterSeconds === undefined ? Frames.retriesMax : 1
    this.calls.refused()
    for (let attempt = 1; failure.retried && attempt <= announced; attempt++) this.retrying(attempt, failure)
    this.home.send(Frames.syntheticAssistant(this.home.session, failure))
    this.calls.lastText = Frames.failureText(failure)
    this.over("stop_sequence", {
      isError: true,
      terminalReason: failure.kind === "overflow" ? "prompt_too_long" : "api_error",
      apiErrorStatus: failure.status,
      apiErrorType: Frames.errorTypes[failure.kind]
    })
  }

  private aborted(): void {
    for (const id of this.home.asks.drop()) this.home.send({ type: "control_cancel_request", request_id: id })
    const inTools = this.openTools.size > 0
    for (const tool of this.openTools) {
      this.user([resultBlock(tool, "The user doesn't want to proceed with this tool use.", true)], {
        tool_use_result: "User rejected tool use",
        tool_result_meta: [{ id: tool.id, non_execution_kind: "user-rejected" }]
      })
    }
    this.openTools.clear()
    const aborted = this.calls.abort(() =>
      this.user([{ type: "text", text: `[Request interrupted by user${inTools ? " for tool use" : ""}]` }])
    )
    const stopReason = inTools ? "tool_use" : null
    const error = `[ede_diagnostic] result_type=user last_content_type=n/a stop_reason=${stopReason}`
    const terminalReason = inTools ? "aborted_tools" : "aborted_streaming"
    this.finish({ ...Frames.failedWith(error), terminalReason, stopReason }, aborted)
  }

  private finish(end: Frames.ResultEnd, aborted: ReadonlyArray<Spent> = []): void {
    const { ended: calls, messages } = this.calls
    this.home.result({ calls, aborted, denials: this.denials, messages, rounds: messages.length + 1 }, end)
    // What waits begins a turn of its own: it is not idle in between.
    if (this.inbox.isEmpty) this.home.state("idle")
  }

  private user(content: ReadonlyArray<Fields>, more: Fields = {}): void {
    this.send(
      { type: "user", message: { role: "user", content }, parent_tool_use_id: null },
      { timestamp: Frames.timestamp, ...more }
    )
  }

  private toolResult(tool: ToolCall, content: string, isError: boolean, more: Fields): void {
    this.calls.settle()
    for (const open of this.openTools) if (open.id === tool.id) this.openTools.delete(open)
    this.user([resultBlock(tool, content, isError)], more)
  }

  private denied(tool: ToolCall, words: string, by = Frames.rejectedByUser): Decision {
    this.denials.push({ tool_name: tool.name, tool_use_id: tool.id, tool_input: tool.input })
    this.toolResult(tool, words, true, {
      tool_use_result: `Error: ${words}`,
      tool_result_meta: [{ id: tool.id, ...by }]
    })
    return { kind: "denied", words }
  }

  private control(requestId: string, tool: ToolCall): void {
    this.calls.settle(undefined, () =>
      this.home.send({
        type: "control_request",
        request_id: requestId,
        request: {
          subtype: "can_use_tool",
          tool_name: tool.name,
          display_name: tool.name,
          input: tool.input,
          description: tool.name,
          permission_suggestions: Frames.suggestions(tool),
          blocked_path: null,
          tool_use_id: tool.id
        }
      })
    )
  }

  private send(fields: Fields, more: Fields = {}): void {
    this.home.line(fields, more)
  }
}
