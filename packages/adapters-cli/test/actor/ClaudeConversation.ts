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
  /** Whether it says when it works and when it is idle. */
  private readonly tellsStates: boolean
  /** Messages that no turn has taken; one without an id of the client's is undefined. */
  private readonly queued: Array<string | undefined> = []
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
    this.tellsStates = stage.env["CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS"] === "1"
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

  state(state: "running" | "idle"): void {
    if (this.tellsStates) this.line({ type: "system", subtype: "session_state_changed", state })
  }

  /** A message came, with an id when the client gave it one. */
  queue(id: string | undefined): void {
    this.queued.push(id)
    this.lifecycle(id, "queued")
  }

  /** The oldest message that waits is worked on. */
  startQueued(): void {
    this.lifecycle(this.queued.shift(), "started")
  }

  get queuedIds(): ReadonlyArray<string> {
    return this.queued.flatMap((id) => id ?? [])
  }

  /** Takes back what waits; the ids of it. */
  cancelQueued(): ReadonlyArray<string> {
    const ids = this.queuedIds
    this.queued.splice(0)
    for (const id of ids) this.lifecycle(id, "cancelled")
    return ids
  }

  private lifecycle(id: string | undefined, state: string): void {
    if (id !== undefined) this.line({ type: "command_lifecycle", command_uuid: id, state })
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
