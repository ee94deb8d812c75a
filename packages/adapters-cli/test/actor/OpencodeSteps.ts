/** What a session of opencode does in a turn: messages of one step each, made of parts that grow. */
import { type Fields, idOf, nowMillis } from "./Json.ts"
import { type OpencodeBus, type OpencodeSession, costOf, noTokens, sessionInfo, tokensOf } from "./OpencodeBus.ts"
import { type Spent, type Speaker, type ToolCall, spentByDefault } from "./Voice.ts"

interface Step {
  readonly messageID: string
  /** Whether its model has begun to answer. */
  isAnswered: boolean
  readonly created: number
  streaming:
    | { readonly type: "text" | "reasoning"; readonly id: string; readonly start: number; text: string }
    | undefined
  calledTool: boolean
}

interface OpenTool {
  readonly tool: ToolCall
  readonly partID: string
  readonly messageID: string
  readonly start: number
}

/** The line under which a call is shown. */
export const titleOf = (tool: ToolCall): string => String(tool.input["command"] ?? tool.input["file_path"] ?? tool.name)

export class OpencodeSteps implements Speaker {
  protected readonly bus: OpencodeBus
  protected readonly session: OpencodeSession
  /** The last message of the user's side: the next message is an answer to it. */
  private userID = idOf("msg_")
  /** The word with which the last model call ended. */
  private finished: string | undefined
  /** A call was refused without a word: the turn ends behind it. */
  private isBlocked = false
  private readonly open = new Map<string, OpenTool>()
  private step: Step | undefined
  /** Whether its model's server has failed, and is tried again. */
  protected isRetrying = false

  constructor(bus: OpencodeBus, session: OpencodeSession) {
    this.bus = bus
    this.session = session
  }

  /** The user's message is told as every message is: what it says is not the answer. */
  begin(text: string): void {
    this.user(this.userID, text)
    this.updated()
    this.busy()
    this.step = this.begun()
  }

  private updated(): void {
    this.bus.event("session.updated", { sessionID: this.session.id, info: sessionInfo(this.session) })
  }

  private busy(): void {
    this.bus.status(this.session.id, { type: "busy" })
  }

  /** A message of the user's side, that is answered from the next step on. */
  protected user(id: string, text: string): void {
    this.userID = id
    const model = { providerID: "fake", modelID: "fake-model" }
    const time = { created: nowMillis() }
    const info = { id, role: "user", sessionID: this.session.id, time, agent: "build", model }
    this.session.messages.push({ info, parts: [] })
    this.bus.event("message.updated", { sessionID: this.session.id, info })
    this.part({ id: idOf("prt_"), messageID: id, type: "text", text })
  }

  protected part(part: Fields): void {
    const sessionID = this.session.id
    const whole = { ...part, sessionID }
    const parts = this.session.messages.find(({ info }) => info["id"] === part["messageID"])?.parts
    const known = parts?.findIndex(({ id }) => id === part["id"]) ?? -1
    if (known === -1) parts?.push(whole)
    else parts?.splice(known, 1, whole)
    this.bus.event("message.part.updated", { sessionID, part: whole, time: nowMillis() })
  }

  private tell(step: Step, more: Fields): void {
    const info = this.keep(step, more)
    this.bus.event("message.updated", { sessionID: this.session.id, info })
  }

  /** What is known of a message, for who asks. */
  private keep(step: Step, more: Fields): Fields {
    const info = {
      id: step.messageID,
      sessionID: this.session.id,
      parentID: this.userID,
      role: "assistant",
      mode: "build",
      agent: "build",
      path: { cwd: ".", root: "." },
      cost: 0,
      tokens: noTokens,
      modelID: "fake-model",
      providerID: "fake",
      time: { created: step.created },
      ...more
    }
    const { messages } = this.session
    const known = messages.findIndex((message) => message.info["id"] === step.messageID)
    if (known === -1) messages.push({ info, parts: [] })
    else messages.splice(known, 1, { info, parts: messages[known]?.parts ?? [] })
    return info
  }

  /** A message that its model is asked for and has not begun. */
  private begun(): Step {
    const messageID = idOf("msg_")
    const step: Step = { messageID, isAnswered: false, created: nowMillis(), streaming: undefined, calledTool: false }
    this.tell(step, {})
    this.busy()
    return step
  }

  private opened(): Step {
    const step = this.step ?? this.begun()
    this.step = step
    if (step.isAnswered) return step
    step.isAnswered = true
    this.isRetrying = false
    this.part({ id: idOf("prt_"), messageID: step.messageID, snapshot: "none", type: "step-start" })
    return step
  }

  private stream(type: "text" | "reasoning", delta: string): void {
    const step = this.opened()
    if (step.streaming?.type !== type) {
      this.closeStream(step)
      const start = nowMillis()
      step.streaming = { type, id: idOf("prt_"), start, text: "" }
      this.part({ id: step.streaming.id, messageID: step.messageID, type, text: "", time: { start } })
    }
    step.streaming.text += delta
    const { id } = step.streaming
    const of = { sessionID: this.session.id, messageID: step.messageID, partID: id }
    this.bus.event("message.part.delta", { ...of, field: "text", delta })
  }

  private closeStream(step: Step): void {
    const { streaming } = step
    if (streaming === undefined) return
    step.streaming = undefined
    const { id, start, text, type } = streaming
    this.part({ id, messageID: step.messageID, type, text, time: { start, end: nowMillis() } })
  }

  say(text: string): void {
    this.stream("text", text)
  }

  think(text: string): void {
    this.stream("reasoning", text)
  }

  private toolPart(tool: ToolCall, { messageID, partID }: OpenTool, state: Fields): void {
    this.part({ type: "tool", tool: tool.name.toLowerCase(), callID: tool.id, state, id: partID, messageID })
  }

  toolStart(tool: ToolCall): void {
    this.toolPending(tool)
    this.toolRunning(tool)
  }

  protected toolPending(tool: ToolCall): void {
    const step = this.opened()
    this.closeStream(step)
    step.calledTool = true
    const open = { tool, partID: idOf("prt_"), messageID: step.messageID, start: nowMillis() }
    this.open.set(tool.id, open)
    this.toolPart(tool, open, { status: "pending", input: {}, raw: "" })
  }

  protected toolRunning(tool: ToolCall): void {
    const open = this.open.get(tool.id)
    if (open === undefined) return
    this.toolPart(tool, open, { status: "running", input: tool.input, time: { start: open.start } })
  }

  /** The message that a call belongs to. */
  messageOf(tool: ToolCall): string {
    return this.open.get(tool.id)?.messageID ?? ""
  }

  toolMetadata(tool: ToolCall, metadata: Fields): void {
    const open = this.open.get(tool.id)
    if (open === undefined) return
    const time = { start: open.start }
    this.toolPart(tool, open, { metadata, status: "running", input: tool.input, time })
  }

  toolOutput(tool: ToolCall, text: string): void {
    this.toolMetadata(tool, { output: text })
  }

  toolEnd(tool: ToolCall, text: string, metadata: Fields = { output: text, exit: 0, truncated: false }): void {
    this.toolOver(tool, {
      status: "completed",
      input: tool.input,
      output: text,
      metadata,
      title: titleOf(tool)
    })
  }

  toolFail(tool: ToolCall, error: string): void {
    this.toolOver(tool, { status: "error", input: tool.input, error })
  }

  /** A call that was refused: nothing comes after it by itself. */
  protected toolRejected(tool: ToolCall, error: string): void {
    this.toolState(tool, { status: "error", input: tool.input, error })
    this.finish("tool-calls", spentByDefault)
    this.isBlocked = true
  }

  private toolOver(tool: ToolCall, state: Fields): void {
    this.toolState(tool, state)
    this.settle()
  }

  private toolState(tool: ToolCall, state: Fields): void {
    const open = this.open.get(tool.id)
    if (open === undefined) return
    this.open.delete(tool.id)
    this.toolPart(tool, open, { ...state, time: { start: open.start, end: nowMillis() } })
  }

  /** The step is over, and counted when its tools have ended. */
  settle(reason?: string, spent: Spent = spentByDefault): void {
    const { step } = this
    if (step?.isAnswered !== true) return
    this.finish(reason ?? (step.calledTool ? "tool-calls" : "stop"), spent)
    this.busy()
  }

  private finish(why: string, spent: Spent): void {
    const step = this.opened()
    this.step = undefined
    this.finished = why
    this.closeStream(step)
    const counted = { tokens: tokensOf(spent), cost: costOf(spent) }
    const { messageID } = step
    this.part({ id: idOf("prt_"), reason: why, snapshot: "none", messageID, type: "step-finish", ...counted })
    this.tell(step, { ...counted, finish: why, time: { created: step.created, completed: nowMillis() } })
  }

  count(spent: Spent): void {
    this.opened()
    this.settle(undefined, spent)
  }

  /** A turn does not end behind the tools of a step: its model is asked once more. */
  protected answered(why: "stop" | "length" = "stop"): void {
    if (this.isBlocked && this.step === undefined) return
    if (this.step !== undefined || this.finished !== why) this.finish(why, spentByDefault)
    this.busy()
  }

  /** The provider's filter has stopped the answer. */
  protected filtered(error: Fields): void {
    const step = this.opened()
    this.finish("content-filter", spentByDefault)
    this.tell(step, { finish: "content-filter", error, time: { created: step.created, completed: nowMillis() } })
    this.bus.event("session.error", { sessionID: this.session.id, error })
  }

  /** What is cut off has no count. It is told that the session is idle in front of the ends of what was open, and again behind them. */
  protected cutOff(error: Fields): void {
    const step = this.step ?? this.begun()
    this.step = undefined
    this.bus.event("session.error", { sessionID: this.session.id, error })
    this.idle()
    this.closeStream(step)
    const output = "(no output)\n\n<shell_metadata>\nUser aborted the command\n</shell_metadata>"
    for (const { tool } of this.open.values()) {
      const metadata = { output, exit: null, truncated: false }
      this.toolState(tool, { status: "completed", input: tool.input, output, metadata, title: titleOf(tool) })
    }
    this.tell(step, { error, time: { created: step.created, completed: nowMillis() } })
    this.idle()
  }

  /** Its model's server is not asked again: that is no failure, and the message is told as it is. */
  giveUp(): void {
    const step = this.step ?? this.begun()
    this.step = undefined
    this.tell(step, { time: { created: step.created, completed: nowMillis() } })
  }

  idle(): void {
    this.bus.status(this.session.id, { type: "idle" })
    this.bus.event("session.idle", { sessionID: this.session.id })
  }
}
