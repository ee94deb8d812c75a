/** One turn of a session of opencode. */
import { configured } from "./AcpTurn.ts"
import { type Fields, at, idOf, nowMillis, parsed, textAt } from "./Json.ts"
import { type OpencodeSession, abortedError, errorOf, filterError, sessionInfo } from "./OpencodeBus.ts"
import { OpencodeSteps, titleOf } from "./OpencodeSteps.ts"
import {
  type Decision,
  type End,
  type Failure,
  Inbox,
  type Nested,
  type Spent,
  type ToolCall,
  type Turn
} from "./Voice.ts"

/** How often it tries again when it is told to give up at all: the real one never does. */
const retriesMax = 3

/** The name under which a tool's permission is configured. */
const permissionOf = (tool: ToolCall): string =>
  ["Edit", "Write"].includes(tool.name) ? "edit" : tool.name.toLowerCase()

/** The last rule of a session that is for this permission decides. */
const ruled = (rules: unknown, permission: string): string | undefined => {
  if (!Array.isArray(rules)) return undefined
  const last = rules.findLast((rule) => [permission, "*"].includes(textAt(rule, "permission")))
  return last === undefined ? undefined : textAt(last, "action")
}

export class OpencodeTurn extends OpencodeSteps implements Turn {
  readonly inbox = new Inbox()

  /** A message that comes while the turn runs is told at once, and taken later. */
  add(text: string): void {
    this.user(idOf("msg_"), text)
    this.inbox.put(text)
  }

  round(spent: Spent): void {
    this.count(spent)
  }

  plan(items: ReadonlyArray<string>): void {
    const todos = items.map((content) => ({ content, status: "pending", priority: "medium" }))
    const tool = { id: idOf("call_"), name: "todowrite", input: { todos } }
    this.session.todos = todos
    this.toolPending(tool)
    this.bus.event("todo.updated", { sessionID: this.session.id, todos })
    this.toolRunning(tool)
    this.toolEnd(tool, JSON.stringify(todos, null, 2), { todos, truncated: false })
  }

  edit(tool: ToolCall, file: string, text: string): void {
    const additions = text.split("\n").length - 1
    const diff = `--- ${file}\n+++ ${file}\n+${text}`
    const filediff = { file, before: "", after: text, additions, deletions: 0 }
    this.bus.event("file.edited", { file })
    this.toolEnd(tool, "Edit applied successfully.", { diff, filediff, diagnostics: {} })
    this.bus.event("session.diff", { sessionID: this.session.id, diff: [filediff] })
  }

  private action(tool: ToolCall): string {
    const permission = permissionOf(tool)
    const config = parsed(this.bus.stage.env["OPENCODE_CONFIG_CONTENT"] ?? "")
    return ruled(this.session.rules, permission) ?? configured(config, permission)
  }

  async ask(tool: ToolCall): Promise<Decision> {
    this.toolStart(tool)
    const action = this.action(tool)
    if (action === "allow") return { kind: "approved" }
    const { message, reply } = action === "ask" ? await this.asked(tool) : { message: "", reply: "deny" }
    if (reply === "once" || reply === "always") {
      this.toolMetadata(tool, { output: "" })
      return { kind: "approved" }
    }
    const rejected = "The user rejected permission to use this specific tool call"
    if (message !== "") {
      this.toolFail(tool, `${rejected} with the following feedback: ${message}`)
      return { kind: "denied", words: message }
    }
    this.toolRejected(tool, `${rejected}.`)
    return { kind: "denied", words: "", endsTurn: true }
  }

  private async asked(tool: ToolCall) {
    const command = titleOf(tool)
    const asked = {
      id: tool.id,
      sessionID: this.session.id,
      permission: permissionOf(tool),
      patterns: [command],
      metadata: tool.input,
      always: [`${command.split(" ")[0]} *`],
      tool: { messageID: this.messageOf(tool), callID: tool.id }
    }
    this.bus.pending.set(tool.id, asked)
    this.bus.event("permission.asked", asked)
    const reply = await this.bus.permissions.wait(tool.id)
    this.bus.pending.delete(tool.id)
    this.bus.event("permission.replied", { sessionID: this.session.id, requestID: tool.id, reply: reply.reply })
    return reply
  }

  async question(key: string, text: string, options: ReadonlyArray<string>): Promise<string | undefined> {
    const choices = options.map((label) => ({ label, description: label }))
    const tool = {
      id: key,
      name: "question",
      input: { questions: [{ question: text, header: "Question", options: choices }] }
    }
    this.toolStart(tool)
    this.bus.event("question.asked", {
      id: key,
      sessionID: this.session.id,
      questions: tool.input.questions,
      tool: { messageID: this.messageOf(tool), callID: key }
    })
    const answers = await this.bus.questions.wait(key)
    const of = { sessionID: this.session.id, requestID: key }
    if (answers === undefined) {
      this.bus.event("question.rejected", of)
      this.toolFail(tool, "The user dismissed this question")
      return undefined
    }
    this.bus.event("question.replied", { ...of, answers })
    const said = at(answers, 0, 0)
    this.toolEnd(tool, `User has answered your questions: "${text}"="${String(said)}".`, { answers })
    return typeof said === "string" ? said : undefined
  }

  /** A session of its own under this one: its end is not this one's. */
  nested(tool: ToolCall, title: string): Nested {
    const child: OpencodeSession = {
      id: idOf("ses_child"),
      parentID: this.session.id,
      resumed: false,
      rules: undefined,
      messages: [],
      todos: []
    }
    const call = { ...tool, input: { description: title, prompt: title, subagent_type: "general" } }
    this.toolStart(call)
    this.bus.event("session.created", { sessionID: child.id, info: sessionInfo(child) })
    this.toolMetadata(call, { sessionId: child.id })
    const steps = new OpencodeSteps(this.bus, child)
    steps.begin(title)
    return {
      say: (text) => steps.say(text),
      think: (text) => steps.think(text),
      toolStart: (inner) => steps.toolStart(inner),
      toolOutput: (inner, text) => steps.toolOutput(inner, text),
      toolEnd: (inner, text) => steps.toolEnd(inner, text),
      toolFail: (inner, error) => steps.toolFail(inner, error),
      close: (text) => {
        steps.settle()
        steps.idle()
        this.toolEnd(call, text, { sessionId: child.id })
      }
    }
  }

  retrying(attempt: number, failure: Failure): void {
    this.isRetrying = true
    const next = nowMillis() + (failure.retryAfterSeconds ?? 2 ** attempt) * 1000
    this.bus.status(this.session.id, { type: "retry", attempt, message: failure.message, next })
  }

  conversation() {
    return this.session
  }

  strange(fields: Fields): void {
    this.bus.event("actor.strange", { sessionID: this.session.id, ...fields })
  }

  cut(): void {
    this.bus.cut()
  }

  /** It is read between two steps. */
  async message(): Promise<string> {
    const text = await this.inbox.take()
    this.settle()
    return text
  }

  end(end: End): void {
    switch (end.kind) {
      case "done":
        this.answered()
        return this.idle()
      case "refused":
        this.filtered(filterError)
        return this.idle()
      case "limit":
        this.answered(end.of === "tokens" ? "length" : "stop")
        return this.idle()
      case "cancelled":
        this.bus.permissions.drop()
        this.bus.questions.drop()
        if (!this.isRetrying) return this.cutOff(abortedError)
        this.giveUp()
        return this.idle()
      case "failed": {
        const { failure } = end
        const retries = failure.kind === "rate_limit" || failure.kind === "server" ? retriesMax : 0
        for (let attempt = 1; attempt <= retries; attempt++) this.retrying(attempt, failure)
        return this.cutOff(errorOf(failure))
      }
    }
  }
}
