/** The voice of `pi --mode rpc`, 0.73.1. */
import { type Fields, isFields, textAt, uuid } from "./Json.ts"
import { Performance } from "./Play.ts"
import { PiExtension } from "./PiExtension.ts"
import { costOf, model, version } from "./PiMessages.ts"
import { type PiSession, PiTurn } from "./PiTurn.ts"
import type { Stage } from "./Stage.ts"
import type { Spent, Voice } from "./Voice.ts"
import { writeAll } from "./Wire.ts"

const busyWords = "Agent is already processing. Specify streamingBehavior ('steer' or 'followUp') to queue the message."

const sum = (calls: ReadonlyArray<Spent>, of: (call: Spent) => number): number =>
  calls.reduce((total, call) => total + of(call), 0)

class PiServer {
  private readonly stage: Stage
  private readonly session: PiSession
  private readonly extension: PiExtension
  private running: { readonly turn: PiTurn; readonly performance: Performance } | undefined

  constructor(stage: Stage, session: PiSession, extension: PiExtension) {
    this.stage = stage
    this.session = session
    this.extension = extension
  }

  receive(frame: Fields): void {
    const command = textAt(frame, "type")
    if (command === "extension_ui_response") return this.extension.answered(frame)
    const handler = this.commands[command]
    if (handler !== undefined) return handler(frame)
    // It does not say whose command this was.
    this.stage.wire.send({ type: "response", command, success: false, error: `Unknown command: ${command}` })
  }

  private respond(frame: Fields, data?: Fields): void {
    this.stage.wire.send({
      id: this.stage.idOf(frame["id"]),
      type: "response",
      command: frame["type"],
      success: true,
      ...(data === undefined ? {} : { data })
    })
  }

  private refuse(frame: Fields, error: string): void {
    this.stage.wire.send({
      id: this.stage.idOf(frame["id"]),
      type: "response",
      command: frame["type"],
      success: false,
      error
    })
  }

  private readonly commands: Readonly<Record<string, (frame: Fields) => void>> = {
    prompt: (frame) => {
      if (this.stage.has("silent-prompt")) return
      if (this.stage.has("signed-out")) return this.refuse(frame, "No API key found for fake.")
      const text = textAt(frame, "message")
      if (this.running !== undefined) return this.queued(frame, text)
      this.respond(frame)
      this.begin(text)
    },
    steer: (frame) => {
      this.respond(frame)
      this.steered(textAt(frame, "message"))
    },
    follow_up: (frame) => {
      this.respond(frame)
      this.steered(textAt(frame, "message"))
    },
    abort: (frame) => {
      if (this.stage.has("silent-cancel")) return
      if (this.running === undefined) return this.respond(frame)
      this.running.turn.aborted(frame["id"])
      this.running.performance.cancel()
    },
    get_state: (frame) => {
      if (this.stage.has("silent-handshake")) return
      this.respond(frame, {
        ...(this.stage.has("signed-out") ? {} : { model }),
        thinkingLevel: "off",
        isStreaming: this.running !== undefined,
        isCompacting: false,
        steeringMode: "one-at-a-time",
        followUpMode: "one-at-a-time",
        sessionFile: `sessions/${this.session.id}.jsonl`,
        sessionId: this.session.id,
        autoCompactionEnabled: true,
        messageCount: this.session.calls.length,
        pendingMessageCount: 0
      })
    },
    get_session_stats: (frame) => {
      const { calls, id } = this.session
      this.respond(frame, {
        sessionFile: `sessions/${id}.jsonl`,
        sessionId: id,
        assistantMessages: calls.length,
        tokens: {
          input: sum(calls, (call) => call.input),
          output: sum(calls, (call) => call.output + call.reasoning),
          cacheRead: sum(calls, (call) => call.cached),
          cacheWrite: 0,
          total: sum(calls, (call) => call.input + call.cached + call.output + call.reasoning)
        },
        cost: sum(calls, costOf)
      })
    },
    set_model: (frame) => this.respond(frame, model),
    set_thinking_level: (frame) => this.respond(frame),
    set_steering_mode: (frame) => this.respond(frame),
    set_auto_retry: (frame) => this.respond(frame),
    set_auto_compaction: (frame) => this.respond(frame)
  }

  private queued(frame: Fields, text: string): void {
    if (frame["streamingBehavior"] === undefined) return this.refuse(frame, busyWords)
    this.respond(frame)
    this.steered(text)
  }

  /** What is steered while nothing runs waits for the next prompt. */
  private steered(text: string): void {
    if (this.running === undefined) this.stage.wire.send({ type: "queue_update", steering: [text], followUp: [] })
    else this.running.turn.steer(text)
  }

  private begin(text: string): void {
    const turn = new PiTurn(this.stage, this.session, this.extension)
    const performance = new Performance(text, turn, this.stage)
    this.running = { turn, performance }
    turn.begin(text)
    void this.play(performance)
  }

  private async play(performance: Performance): Promise<void> {
    await this.stage.play(performance)
    this.running = undefined
  }
}

const startWith = async (stage: Stage): Promise<void> => {
  const asked = stage.argument("--session")
  if (asked?.startsWith("missing") === true) {
    writeAll(2, Buffer.from(`No session found matching '${asked}'\n`))
    stage.exit(1)
  }
  const extension = new PiExtension(stage)
  const session = { id: asked ?? uuid(), resumed: asked !== undefined, calls: [] }
  const server = new PiServer(stage, session, extension)
  // The session has started before any command is read.
  try {
    await extension.load()
  } catch (cause) {
    writeAll(2, Buffer.from(`Failed to load extension: ${String(cause)}\n`))
  }
  stage.listen(
    (frame) => {
      if (isFields(frame)) server.receive(frame)
    },
    () => stage.exit(0)
  )
}

export const voice: Voice = {
  version: { text: version, channel: "stderr" },
  start: (stage) => {
    void startWith(stage)
  }
}
