/** One turn of Codex. */
import { CodexItems, isCommand, isEdit } from "./CodexItems.ts"
import { type CodexThread, errorOf, otherError, reconnecting, reconnectsMax } from "./CodexWire.ts"
import { type Fields, at, nowMillis, textAt, uuid } from "./Json.ts"
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

const approvals = new Set(["accept", "acceptForSession"])

export class CodexTurn extends CodexItems implements Turn {
  readonly inbox = new Inbox()
  /** Wishes to stop that have no answer yet: they get it when the turn has stopped. */
  private readonly interrupts: Array<unknown> = []

  begin(text: string): void {
    this.turnStarted()
    this.userMessage(text)
  }

  interrupted(requestId: unknown): void {
    this.interrupts.push(requestId)
  }

  round(spent: Spent): void {
    this.count(spent)
  }

  plan(items: ReadonlyArray<string>): void {
    const plan = items.map((step) => ({ step, status: "pending" }))
    this.notify("turn/plan/updated", { explanation: null, plan })
  }

  private changes(file: string, text: string): ReadonlyArray<Fields> {
    return [{ path: file, kind: { type: "add" }, diff: text }]
  }

  private change(tool: ToolCall, file: string, text: string, status: string): Fields {
    return { type: "fileChange", id: tool.id, changes: this.changes(file, text), status }
  }

  override toolStart(tool: ToolCall): void {
    if (!isEdit(tool)) return super.toolStart(tool)
    const { file_path: file, new_string: text } = tool.input
    this.begins(this.change(tool, String(file ?? ""), String(text ?? ""), "inProgress"))
  }

  override toolEnd(tool: ToolCall, text: string): void {
    if (!isEdit(tool)) return super.toolEnd(tool, text)
    this.edit(tool, textAt(tool.input, "file_path"), textAt(tool.input, "new_string"))
  }

  edit(tool: ToolCall, file: string, text: string): void {
    this.completed(this.change(tool, file, text, "completed"))
    this.settle()
  }

  async ask(tool: ToolCall): Promise<Decision> {
    if (this.thread.approvalPolicy === "never") {
      this.toolStart(tool)
      return { kind: "approved" }
    }
    this.status({ type: "active", activeFlags: ["waitingOnApproval"] })
    if (isEdit(tool)) this.toolStart(tool)
    else this.begins(this.toolItem(tool, "waits", { status: "inProgress" }))
    const decision = at(await this.approval(tool), "decision")
    const active = () => this.status({ type: "active", activeFlags: [] })
    if (approvals.has(String(decision)) || at(decision, "acceptWithExecpolicyAmendment") !== undefined) {
      active()
      return { kind: "approved" }
    }
    this.completed(
      isEdit(tool)
        ? this.change(tool, textAt(tool.input, "file_path"), "", "declined")
        : this.toolItem(tool, "waits", { status: "declined" })
    )
    active()
    this.settle()
    // Whoever cancels an ask ends the turn with it.
    return decision === "cancel" ? { kind: "cancelled", endsTurn: true } : { kind: "denied", words: "" }
  }

  private approval(tool: ToolCall): Promise<unknown> {
    const asked = {
      threadId: this.thread.id,
      turnId: this.turnId,
      itemId: tool.id,
      startedAtMs: nowMillis()
    }
    if (isEdit(tool)) {
      return this.wire.ask("item/fileChange/requestApproval", { ...asked, reason: null, grantRoot: null })
    }
    const item = this.toolItem({ ...tool, name: isCommand(tool) ? tool.name : "Bash" }, "waits", {})
    const amendment = textAt(tool.input, "command").split(" ")
    return this.wire.ask("item/commandExecution/requestApproval", {
      kind: "command",
      ...asked,
      environmentId: "local",
      command: item["command"],
      cwd: this.thread.cwd,
      commandActions: item["commandActions"],
      proposedExecpolicyAmendment: amendment,
      availableDecisions: ["accept", { acceptWithExecpolicyAmendment: { execpolicy_amendment: amendment } }, "cancel"]
    })
  }

  async question(key: string, text: string, options: ReadonlyArray<string>): Promise<string | undefined> {
    const choices = options.length === 0 ? null : options.map((label) => ({ label, description: label }))
    const question = { id: key, header: "Question", question: text, isOther: true, isSecret: false, options: choices }
    this.status({ type: "active", activeFlags: ["waitingOnUserInput"] })
    const answer = await this.wire.ask("item/tool/requestUserInput", {
      threadId: this.thread.id,
      turnId: this.turnId,
      itemId: key,
      questions: [question],
      isBlocking: false,
      autoResolutionMs: null
    })
    this.status({ type: "active", activeFlags: [] })
    this.count(spentByDefault)
    const said = at(answer, "answers", key, "answers", 0)
    return typeof said === "string" ? said : undefined
  }

  /** A thread of its own under this one, which goes on beside it; the ends of its turns are not this turn's. */
  nested(tool: ToolCall, title: string): Nested {
    const child: CodexThread = { ...this.thread, id: uuid(), parentThreadId: this.thread.id, spent: [] }
    const collab = (name: string, status: string, receivers: ReadonlyArray<string>, agentsStates: Fields): Fields => ({
      type: "collabAgentToolCall",
      id: `${tool.id}_${name}`,
      tool: name,
      status,
      senderThreadId: this.thread.id,
      receiverThreadIds: receivers,
      prompt: name === "spawnAgent" ? title : null,
      model: null,
      reasoningEffort: null,
      agentsStates
    })
    this.begins(collab("spawnAgent", "inProgress", [], {}))
    const inner = new CodexItems(this.wire, child, uuid(), this.turnId)
    inner.status({ type: "idle" })
    const pending = { [child.id]: { status: "pendingInit", message: null } }
    this.completed(collab("spawnAgent", "completed", [child.id], pending))
    inner.turnStarted()
    this.settle()
    inner.userMessage(title)
    return {
      say: (text) => inner.say(text),
      think: (text) => inner.think(text),
      toolStart: (call) => inner.toolStart(call),
      toolOutput: (call, text) => inner.toolOutput(call, text),
      toolEnd: (call, text) => inner.toolEnd(call, text),
      toolFail: (call, error) => inner.toolFail(call, error),
      close: () => {
        inner.settle()
        inner.status({ type: "idle" })
        inner.turnCompleted("completed", null, inner.summary)
      }
    }
  }

  retrying(attempt: number, failure: Failure): void {
    this.wire.notify("error", { error: reconnecting(attempt, failure), willRetry: true, ...this.where() })
  }

  private where(): Fields {
    return { threadId: this.thread.id, turnId: this.turnId }
  }

  conversation() {
    return this.thread
  }

  strange(fields: Fields): void {
    this.notify("actor/strange", fields)
  }

  async message(): Promise<string> {
    const text = await this.inbox.take()
    this.settle()
    this.userMessage(text)
    return text
  }

  end(end: End): void {
    switch (end.kind) {
      case "done":
        this.settle()
        this.status({ type: "idle" })
        this.turnCompleted("completed", null, this.summary)
        return this.answerInterrupts()
      case "cancelled":
        // What was under way is left as it is: nothing says that it has ended.
        this.wire.withdraw(this.thread.id)
        this.answerInterrupts()
        this.status({ type: "idle" })
        return this.turnCompleted("interrupted", null, [])
      case "refused":
        return this.refused()
      case "limit":
        return this.failed(otherError("Incomplete response returned, reason: max_output_tokens"))
      case "failed":
        if (end.failure.retried && end.failure.kind !== "rate_limit") {
          for (let attempt = 1; attempt <= reconnectsMax; attempt++) this.retrying(attempt, end.failure)
        }
        if (end.failure.kind === "overflow") this.fills()
        return this.failed(errorOf(end.failure))
    }
  }

  private failed(error: Fields): void {
    this.status({ type: "systemError" })
    this.wire.notify("error", { error, willRetry: false, ...this.where() })
    this.turnCompleted("failed", error, [])
    this.answerInterrupts()
  }

  /** An answer that a filter cut off is asked for again, with everything that it says. */
  private refused(): void {
    const words = "stream disconnected before completion: Incomplete response returned, reason: content_filter"
    const failure = { kind: "server", status: null, message: words } as const
    for (let attempt = 1; attempt <= reconnectsMax; attempt++) {
      this.wire.notify("error", { error: reconnecting(attempt, failure), willRetry: true, ...this.where() })
    }
    this.failed(otherError(words))
  }

  private answerInterrupts(): void {
    for (const id of this.interrupts.splice(0)) this.wire.respond(id, {})
  }
}
