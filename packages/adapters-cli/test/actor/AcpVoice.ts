/**
 * The voice of an agent that speaks the Agent Client Protocol, version 1, over
 * its standard input and output. Which agent: `AcpAgents`.
 */
import { type AcpAgent, agents } from "./AcpAgents.ts"
import type { AcpSession, AcpTurn } from "./AcpTurn.ts"
import { AcpWire, codes } from "./AcpWire.ts"
import { type Fields, isFields, textAt, uuid, wordsOf } from "./Json.ts"
import { Performance } from "./Play.ts"
import type { Stage } from "./Stage.ts"
import type { Voice } from "./Voice.ts"

interface Running {
  readonly turn: AcpTurn
  readonly performance: Performance
  readonly promptId: unknown
}

class AcpServer {
  private readonly agent: AcpAgent
  private readonly stage: Stage
  private readonly wire: AcpWire
  private readonly sessions = new Map<string, AcpSession>()
  private readonly running = new Map<string, Running>()
  private inputEnded = false

  constructor(agent: AcpAgent, stage: Stage) {
    this.agent = agent
    this.stage = stage
    this.wire = new AcpWire(stage)
  }

  receive(frame: Fields): void {
    if (this.wire.takesAnswer(frame)) return
    const { id } = frame
    const params = isFields(frame["params"]) ? frame["params"] : {}
    const method = textAt(frame, "method")
    if (id === undefined) return this.notified(method, params)
    const handler = this.requests[method]
    if (handler === undefined || !this.offers(method)) {
      return this.wire.refuse(id, { code: codes.methodNotFound, message: `"Method not found": ${method}` })
    }
    handler(id, params)
  }

  /** It ends, with what it has in hand or without. */
  endOfInput(): void {
    this.inputEnded = true
    if (this.agent.diesWithInput || this.running.size === 0) this.stage.exit(0)
  }

  private offers(method: string): boolean {
    return (
      !["session/load", "session/resume", "session/list", "session/close"].includes(method) ||
      this.agent.methods.includes(method)
    )
  }

  private notified(method: string, params: Fields): void {
    if (this.stage.has("silent-cancel")) return
    const running = [...this.running]
    for (const [sessionId, { performance, promptId }] of running) {
      const meant = method === "session/cancel" ? params["sessionId"] === sessionId : params["requestId"] === promptId
      if (meant && (method === "session/cancel" || method === "$/cancel_request")) performance.cancel()
    }
  }

  private readonly requests: Readonly<Record<string, (id: unknown, params: Fields) => void>> = {
    initialize: (id) => {
      if (this.stage.has("silent-handshake")) return
      this.wire.respond(id, { protocolVersion: this.stage.has("other-version") ? 2 : 1, ...this.agent.capabilities })
      if (this.agent.greeting !== undefined) this.wire.notify("_auth/status_update", this.agent.greeting)
    },
    authenticate: (id) => this.wire.respond(id, {}),
    "session/new": (id, params) => {
      if (!this.mayOpen(id, params)) return
      const session = this.opened(uuid(), "begun")
      this.wire.respond(id, { sessionId: session.id, ...this.described(session) })
      this.commands(session)
    },
    "session/load": (id, params) => this.reopen(id, params, (session) => this.replay(session)),
    "session/resume": (id, params) => this.reopen(id, params, () => undefined),
    "session/list": (id) => this.wire.respond(id, { sessions: [] }),
    "session/close": (id) => this.wire.respond(id, {}),
    "session/set_mode": (id, params) => this.setMode(id, params, textAt(params, "modeId")),
    "session/set_model": (id) => this.wire.respond(id, {}),
    "session/set_config_option": (id, params) => {
      if (textAt(params, "configId") === "mode") return this.setMode(id, params, textAt(params, "value"))
      this.wire.respond(id, { configOptions: [] })
    },
    "session/prompt": (id, params) => {
      const session = this.sessionOf(id, params)
      if (session === undefined || this.stage.has("silent-prompt")) return
      this.prompted(id, session, wordsOf(params["prompt"]))
    }
  }

  private mayOpen(id: unknown, params: Fields): boolean {
    if (this.stage.has("signed-out")) {
      this.wire.refuse(id, { code: codes.authRequired, message: "Authentication required" })
      return false
    }
    if (textAt(params, "cwd").startsWith("/") && Array.isArray(params["mcpServers"])) return true
    this.wire.refuse(id, { code: codes.invalidParams, message: "Invalid params: cwd and mcpServers are needed" })
    return false
  }

  private opened(id: string, how: "begun" | "resumed"): AcpSession {
    const session = { id, resumed: how === "resumed", mode: this.agent.firstMode }
    this.sessions.set(id, session)
    return session
  }

  private reopen(id: unknown, params: Fields, before: (session: AcpSession) => void): void {
    if (!this.mayOpen(id, params)) return
    const sessionId = textAt(params, "sessionId")
    if (sessionId.startsWith("missing")) {
      return this.wire.refuse(id, { code: codes.notFound, message: "Resource not found", data: { uri: sessionId } })
    }
    const session = this.opened(sessionId, "resumed")
    before(session)
    this.wire.respond(id, this.described(session))
    this.commands(session)
  }

  /** A session that is loaded says what was said in it before it is there. */
  private replay({ id }: AcpSession): void {
    this.wire.update(id, "user_message_chunk", { content: { type: "text", text: "an earlier prompt" } })
    this.wire.update(id, "agent_message_chunk", { content: { type: "text", text: "an earlier answer" } })
  }

  private commands({ id }: AcpSession): void {
    if (!this.agent.hasCommands) return
    const availableCommands = [{ name: "compact", description: "Makes the conversation shorter" }]
    this.wire.update(id, "available_commands_update", { availableCommands })
  }

  private described(session: AcpSession): Fields {
    const { modes, tells } = this.agent
    const availableModes = modes.map((id) => ({ id, name: id, description: id }))
    return {
      ...(tells.includes("modes") ? { modes: { currentModeId: session.mode, availableModes } } : {}),
      ...(tells.includes("models") ? { models: { availableModels: [], currentModelId: "fake-model" } } : {}),
      ...(tells.includes("configOptions") ? { configOptions: this.configOptions(session) } : {})
    }
  }

  private configOptions(session: AcpSession): ReadonlyArray<Fields> {
    const options = this.agent.modes.map((value) => ({ value, name: value, description: value }))
    const mode = { id: "mode", name: "Session Mode", category: "mode", type: "select" }
    return [{ ...mode, currentValue: session.mode, options }]
  }

  private sessionOf(id: unknown, params: Fields): AcpSession | undefined {
    const session = this.sessions.get(textAt(params, "sessionId"))
    if (session === undefined) this.wire.refuse(id, { code: codes.notFound, message: "Session not found" })
    return session
  }

  private setMode(id: unknown, params: Fields, mode: string): void {
    const session = this.sessionOf(id, params)
    if (session === undefined) return
    if (!this.agent.modes.includes(mode)) {
      return this.wire.refuse(id, { code: codes.invalidParams, message: `Invalid params: no mode ${mode}` })
    }
    session.mode = mode
    const told = this.agent.modeTold?.(session.id, mode)
    if (told !== undefined) this.wire.notify(told.method, told.params)
    const asOption = params["configId"] !== undefined
    this.wire.respond(id, asOption ? { configOptions: this.configOptions(session) } : {})
  }

  private prompted(id: unknown, session: AcpSession, text: string): void {
    const running = this.running.get(session.id)
    if (running !== undefined) return running.turn.add(id, text)
    const turn = this.agent.turn(this.wire, session, id)
    const performance = new Performance(text, turn, this.stage)
    this.running.set(session.id, { turn, performance, promptId: id })
    void this.play(session, performance)
  }

  private async play(session: AcpSession, performance: Performance): Promise<void> {
    await this.stage.play(performance)
    this.running.delete(session.id)
    if (this.inputEnded && this.running.size === 0) this.stage.exit(0)
  }
}

export const voiceOf = (agent: AcpAgent): Voice => ({
  version: { text: agent.version, channel: "stdout" },
  start: (stage) => {
    const server = new AcpServer(agent, stage)
    stage.listen(
      (frame) => server.receive(frame),
      () => server.endOfInput()
    )
  }
})

/** The voice of this agent, if there is one. */
export const acpVoice = (name: string): Voice | undefined => {
  const agent = agents[name]
  return agent === undefined ? undefined : voiceOf(agent)
}
