/**
 * The voice of Claude Code 2.1.330: lines of JSON both ways, with
 * `--input-format stream-json --output-format stream-json`.
 *
 * As measured: the first `system/init` comes with the first prompt; one block
 * of a message is one `assistant` line; an interrupt is answered before the
 * turn ends; a prompt that comes while a turn runs is a message to that turn;
 * the end of input lets a turn finish. A message with an id is told of; states
 * are said where the environment wants them.
 */
import { ClaudeConversation } from "./ClaudeConversation.ts"
import * as Frames from "./ClaudeFrames.ts"
import { ClaudeTurn } from "./ClaudeTurn.ts"
import { type Fields, at, isFields, textAt, wordsOf } from "./Json.ts"
import { Performance } from "./Play.ts"
import type { Voice } from "./Voice.ts"

/** The one turn that runs, if one does. */
class Floor {
  private readonly conversation: ClaudeConversation
  private current: { readonly turn: ClaudeTurn; readonly performance: Performance } | undefined
  private readonly next: Array<string> = []
  private inputEnded = false

  constructor(conversation: ClaudeConversation) {
    this.conversation = conversation
  }

  prompt(text: string, id: string | undefined): void {
    if (this.current === undefined) this.conversation.state("running")
    this.conversation.queue(id)
    if (this.current === undefined) this.begin(text)
    else this.current.turn.inbox.put(text)
  }

  private begin(text: string): void {
    this.conversation.startQueued()
    const turn = new ClaudeTurn(this.conversation)
    const performance = new Performance(text, turn, this.conversation.stage)
    this.current = { turn, performance }
    turn.begin()
    void this.play(turn, performance)
  }

  /** What the turn did not take is the next prompt. */
  private async play(turn: ClaudeTurn, performance: Performance): Promise<void> {
    await this.conversation.stage.play(performance)
    this.current = undefined
    this.next.push(...turn.inbox.rest())
    const following = this.next.shift()
    if (following !== undefined) this.begin(following)
    else if (this.inputEnded) this.leave()
  }

  /** Messages that wait for the turn come to nothing; the ids of them. */
  takeBack(): ReadonlyArray<string> {
    this.next.splice(0)
    this.current?.turn.inbox.rest()
    return this.conversation.cancelQueued()
  }

  stop(): void {
    this.current?.performance.cancel()
  }

  /** A turn that runs is not ended by the end of the input. */
  endOfInput(): void {
    this.inputEnded = true
    if (this.current === undefined) this.leave()
  }

  private leave(): void {
    this.conversation.stage.exit(this.conversation.lastWasError ? 1 : 0)
  }
}

const control = (conversation: ClaudeConversation, floor: Floor, id: unknown, request: Fields): void => {
  const { stage } = conversation
  switch (request["subtype"]) {
    case "initialize":
      if (stage.has("silent-handshake")) return
      return conversation.respond(id, {
        commands: [],
        agents: [],
        output_style: "default",
        available_output_styles: ["default"],
        models: [{ value: "default", displayName: "Default (recommended)", description: "Opus" }],
        account: {},
        pid: 1,
        current_permission_mode: conversation.permissionMode,
        capabilities: ["interrupt_receipt_v1"]
      })
    case "interrupt":
      if (stage.has("silent-cancel")) return
      conversation.respond(
        id,
        request["cancel_queued"] === true
          ? { still_queued: [], cancelled: floor.takeBack() }
          : { still_queued: conversation.queuedIds }
      )
      return floor.stop()
    case "set_permission_mode": {
      const mode = textAt(request, "mode")
      if (mode === "bypassPermissions" && !stage.args.includes("--dangerously-skip-permissions")) {
        return conversation.refuse(id, "bypassPermissions was not launched", { error_code: "bypass_not_launched" })
      }
      conversation.permissionMode = mode
      return conversation.respond(id, { mode })
    }
    case "set_model":
      return conversation.respond(id, {})
    default:
      return conversation.refuse(id, `Unknown control request subtype: ${String(request["subtype"])}`)
  }
}

/** An answer to something that this program asked. */
const answered = (conversation: ClaudeConversation, frame: Fields): void => {
  const response = at(frame, "response")
  if (isFields(response)) conversation.asks.answer(textAt(response, "request_id"), response)
}

export const voice: Voice = {
  version: { text: `${Frames.version} (Claude Code)`, channel: "stdout" },
  start: (stage) => {
    const conversation = new ClaudeConversation(stage)
    if (conversation.resumed && conversation.session.startsWith("missing")) {
      conversation.send(Frames.noConversation(conversation.session))
      stage.exit(1)
    }
    const floor = new Floor(conversation)
    stage.listen(
      (frame) => {
        const request = frame["request"]
        if (frame["type"] === "control_request" && isFields(request)) {
          return control(conversation, floor, frame["request_id"], request)
        }
        if (frame["type"] === "control_response") return answered(conversation, frame)
        if (frame["type"] !== "user" || stage.has("silent-prompt")) return
        const id = frame["uuid"]
        floor.prompt(wordsOf(at(frame, "message", "content")), typeof id === "string" ? id : undefined)
      },
      () => floor.endOfInput()
    )
  }
}
