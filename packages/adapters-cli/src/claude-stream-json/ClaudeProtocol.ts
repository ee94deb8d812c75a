/**
 * Conversations with Claude Code over `--input-format stream-json`: one JSON
 * object a line, requests for control both ways, a prompt as a user message.
 *
 * A message carries an id of ours, by which the program tells whether it has
 * begun to work on it. An id is used once: a conversation leaves out a message
 * whose id it has already.
 *
 * @stability unstable
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { brokenProtocol, type CliProtocol, type Conversation, type Opening, TurnFailed } from "../CliProtocol.ts"
import { type Fact, strayLine } from "../Fact.ts"
import { type Frame, objectOf, recordIn, textIn } from "../Frames.ts"
import { refusal } from "./ClaudeAsks.ts"
import { ofEarlyExit, ofStartup } from "./ClaudeOutcome.ts"
import { ClaudeTranslation } from "./ClaudeTranslation.ts"

const name = "claude-stream-json"

const handshakeId = "initialize"

const hex = (text: string): string =>
  Array.from(text, (character) => (character.charCodeAt(0) % 256).toString(16).padStart(2, "0")).join("")

/** In the form of a UUID: the run's own part, and the number of the message in it. */
export const messageIdOf = (nonce: string, number: number): string => {
  const run = hex(nonce).padEnd(22, "0").slice(0, 22)
  const digits = run + number.toString(16).padStart(8, "0")
  const part = (from: number, to: number) => digits.slice(from, to)
  return `${part(0, 8)}-${part(8, 12)}-8${part(12, 15)}-8${part(15, 18)}-${part(18, 30)}`
}

const control = (id: string, request: Frame): Frame => ({ type: "control_request", request_id: id, request })

const userMessage = (id: string, text: string): Frame => ({
  type: "user",
  message: { role: "user", content: text },
  parent_tool_use_id: null,
  session_id: "",
  uuid: id
})

/** What it has not begun to work on is taken back: it would begin a turn of its own. */
const interruptOf = (id: string): Frame => control(id, { subtype: "interrupt", cancel_queued: true })

/** Nobody answers a dialog that this side has not said it can show. */
const isRefused = (frame: Frame, facts: ReadonlyArray<Fact>): boolean =>
  frame["type"] === "control_request" &&
  facts.length === 0 &&
  textIn(recordIn(frame, "request") ?? {}, "subtype") !== "request_user_dialog"

/** What came in, and what it means for whoever waits for it. */
class Incoming {
  readonly translation: ClaudeTranslation
  readonly ready = Deferred.makeUnsafe<void, TurnFailed>()
  isReady = false
  private readonly resume: Option.Option<string>

  constructor(resume: Option.Option<string>) {
    this.resume = resume
    this.translation = new ClaudeTranslation(resume)
  }

  /**
   * The facts of these lines, and what is said to them at once: refusals of
   * what the program asks for and this side has not, and that it need not go
   * on with a turn that was given up.
   */
  take(lines: ReadonlyArray<string>): { readonly facts: ReadonlyArray<Fact>; readonly replies: ReadonlyArray<Frame> } {
    const facts: Array<Fact> = []
    const replies: Array<Frame> = []
    for (const line of lines) {
      const frame = objectOf(line)
      if (frame === undefined) {
        facts.push(strayLine(line))
        continue
      }
      if (this.isForBeginning(frame)) continue
      const { isUnder } = this.translation.turns
      const told = this.translation.translate(frame)
      if (isRefused(frame, told)) replies.push(refusal(textIn(frame, "request_id") ?? ""))
      if (isUnder && frame["subtype"] === "api_retry" && !this.translation.turns.isUnder) {
        replies.push(interruptOf("give-up"))
      }
      for (const fact of told) facts.push(fact)
    }
    return { facts, replies }
  }

  /** An answer to this side, or a result of a program that ends before it is ready. */
  private isForBeginning(frame: Frame): boolean {
    if (frame["type"] === "control_response") {
      const response = recordIn(frame, "response") ?? {}
      if (textIn(response, "request_id") === handshakeId) this.handshaken(response)
      return true
    }
    if (this.isReady || frame["type"] !== "result") return false
    const outcome = ofStartup(frame, Option.getOrUndefined(this.resume))
    Deferred.doneUnsafe(this.ready, Effect.fail(new TurnFailed({ outcome })))
    return true
  }

  private handshaken(response: Frame): void {
    const isRefusal = textIn(response, "subtype") === "error"
    this.isReady = !isRefusal
    const words = `Claude Code refused to begin: ${textIn(response, "error") ?? "it did not say why"}`
    Deferred.doneUnsafe(this.ready, isRefusal ? Effect.fail(brokenProtocol(words)) : Effect.void)
  }
}

const open = ({ nonce, resume, send, tell }: Opening): Conversation => {
  const incoming = new Incoming(resume)
  const { turns } = incoming.translation
  let messages = 0
  let interrupts = 0

  const sendQuietly = (frame: Frame): Effect.Effect<void> => Effect.ignore(send(frame))
  const nextId = (): string => messageIdOf(nonce, ++messages)

  return {
    receive: (lines) =>
      Effect.suspend(() => {
        const { facts, replies } = incoming.take(lines)
        const told = facts.length === 0 ? Effect.void : tell(facts)
        return replies.length === 0
          ? told
          : Effect.andThen(told, Effect.forEach(replies, sendQuietly, { discard: true }))
      }),

    begin: Effect.andThen(
      send(control(handshakeId, { subtype: "initialize", hooks: {}, forwardSubagentText: true })),
      Deferred.await(incoming.ready)
    ),

    prompt: (text) =>
      Effect.suspend(() => {
        const id = nextId()
        return send(userMessage(id, turns.begin(id, text)))
      }),

    steer: Option.some((text) =>
      Effect.suspend(() => {
        if (!turns.isUnder) return Effect.fail("Claude Code has ended its turn")
        if (turns.stopping === "stopping") return Effect.fail("Claude Code is being stopped")
        const id = nextId()
        turns.sent(id, text)
        return Effect.mapError(send(userMessage(id, text)), () => "Claude Code does not read its input")
      })
    ),

    interrupt: Effect.suspend(() => {
      if (!turns.isUnder) return Effect.void
      turns.stop()
      return sendQuietly(interruptOf(`interrupt-${++interrupts}`))
    }),

    answer: (asked, verdict) =>
      Effect.suspend(() => {
        const frame = incoming.translation.answer(asked, verdict)
        return frame === undefined ? Effect.void : sendQuietly(frame)
      }),

    exited: (_, standardError) =>
      incoming.isReady
        ? incoming.translation.exited()
        : Option.fromUndefinedOr(ofEarlyExit(standardError, Option.getOrUndefined(resume)))
  }
}

export const protocol: CliProtocol = {
  name,
  capabilities: { steer: true, requests: true, resume: true, usage: true, gracefulCancel: true },
  leaves: "input_end",
  open: (opening) => Effect.sync(() => open(opening))
}
