/** A conversation of Claude Code: what lives as long as its process, and the lines that belong to no turn. */
import * as Frames from "./ClaudeFrames.ts"
import { type Fields, uuid } from "./Json.ts"
import type { Stage } from "./Stage.ts"
import { Asks, type Spent } from "./Voice.ts"

export class ClaudeConversation {
  readonly stage: Stage
  readonly asks = new Asks<Fields>()
  readonly resumed: boolean
  readonly session: string
  /** Without the flag there are whole messages only. */
  readonly partial: boolean
  /** Whether the client is asked; else what would be asked for is denied. */
  readonly asksClient: boolean
  permissionMode: string
  costUsd = 0
  results = 0
  lastWasError = false

  constructor(stage: Stage) {
    this.stage = stage
    const resume = stage.argument("--resume")
    this.resumed = resume !== undefined
    this.session = resume ?? stage.argument("--session-id") ?? uuid()
    this.partial = stage.args.includes("--include-partial-messages")
    this.asksClient = stage.argument("--permission-prompt-tool") === "stdio"
    this.permissionMode = stage.args.includes("--dangerously-skip-permissions")
      ? "bypassPermissions"
      : (stage.argument("--permission-mode") ?? "default")
  }

  /** A line of this conversation. */
  send(frame: Fields): void {
    this.stage.wire.send(frame)
  }

  /** A line with the name of the conversation, and one of its own. */
  line(fields: Fields, more: Fields = {}): void {
    this.send({ ...fields, session_id: this.session, uuid: uuid(), ...more })
  }

  /** The result that ends a turn. */
  result(facts: Omit<Frames.ResultFacts, "session" | "costUsd" | "index">, end: Frames.ResultEnd): void {
    this.lastWasError = end.isError
    const { costUsd, session } = this
    this.send(Frames.result({ ...facts, session, costUsd, index: this.results++ }, end))
  }

  charge(spent: Spent): void {
    this.costUsd += Frames.costOf(spent)
  }

  respond(requestId: unknown, response: Fields): void {
    this.send({
      type: "control_response",
      response: { subtype: "success", request_id: this.stage.idOf(requestId), response }
    })
  }

  refuse(requestId: unknown, error: string, more: Fields = {}): void {
    this.send({
      type: "control_response",
      response: { subtype: "error", request_id: this.stage.idOf(requestId), error, ...more }
    })
  }
}
