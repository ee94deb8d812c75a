/**
 * The conversation with `codex app-server`: JSON-RPC over lines, without the
 * member `jsonrpc`, in the process that does the work. Never `codex exec`,
 * which cannot ask and tells nothing of what it was refused.
 *
 * - Race: a turn may end while a message is handed to it. What the program has
 *   read is taken; what it has not is refused, or, when it had said that it
 *   takes it, begins the next turn here.
 * - No wait for a program that does not answer a wish to stop or a message: the
 *   end of the turn ends both, and whoever owns the run bounds that.
 *
 * @stability unstable
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { brokenProtocol, type CliProtocol, type Conversation, type Opening, TurnFailed } from "../CliProtocol.ts"
import { type Fact, type TurnEnded, strayLine, turnEnded } from "../Fact.ts"
import { type Frame, isRecord, numberIn, recordIn, textIn } from "../Frames.ts"
import * as JsonRpcPeer from "../JsonRpcPeer.ts"
import { CodexTranslation } from "./CodexTranslation.ts"
import * as CodexThread from "./CodexThread.ts"

/** Notifications that cost much and say nothing here: every diff of a turn again and again, and news of an editor's surroundings. */
const unwanted: ReadonlyArray<string> = [
  "turn/diff/updated",
  "item/fileChange/patchUpdated",
  "item/commandExecution/terminalInteraction",
  "rawResponseItem/completed",
  "remoteControl/status/changed",
  "app/list/updated",
  "skills/changed"
]

const clientInfo = { name: "offshoot", title: "Offshoot", version: "1" }

/** A thread could only be gone on with without all of its turns as an experiment (0.144.0). */
const capabilities = { experimentalApi: true, requestAttestation: false, optOutNotificationMethods: unwanted }

const textInput = (text: string): ReadonlyArray<unknown> => [{ type: "text", text, text_elements: [] }]

const setup = (message: string): TurnFailed =>
  new TurnFailed({ outcome: { status: "error", reason: "setup", message } })

const lost = (message: string): TurnFailed => new TurnFailed({ outcome: { status: "error", reason: "lost", message } })

/** The refusal of a prompt, by its data. */
export const promptRefused = ({ data, message }: JsonRpcPeer.RpcRefused): TurnFailed => {
  const details = isRecord(data) ? data : {}
  const charsMax = numberIn(details, "max_chars")
  return textIn(details, "input_error_code") === "input_too_large"
    ? new TurnFailed({
        outcome: {
          status: "error",
          reason: "context_full",
          message: `The prompt is longer than Codex takes${charsMax === undefined ? "" : ` (${charsMax} characters)`}`
        }
      })
    : brokenProtocol(`Codex refused the prompt: ${message}`)
}

/** A message that was handed to the turn, and not answered yet. */
interface Handed {
  readonly name: string
  readonly taken: Deferred.Deferred<void, string>
}

type Notice = Extract<JsonRpcPeer.Incoming, { readonly _tag: "Notice" }>
type Call = Extract<JsonRpcPeer.Incoming, { readonly _tag: "Call" }>

/** What one read comes to: facts to tell, and what is to be said to the program behind them. */
class Reading {
  readonly facts: Array<Fact> = []
  readonly replies: Array<Effect.Effect<void>> = []

  take(facts: ReadonlyArray<Fact>): void {
    for (const fact of facts) this.facts.push(fact)
  }

  carriedOut(tell: Opening["tell"]): Effect.Effect<void> {
    const told = tell(this.facts)
    return this.replies.length === 0 ? told : Effect.andThen(told, Effect.all(this.replies, { discard: true }))
  }
}

class CodexConversation implements Conversation {
  private readonly opening: Opening
  private readonly peer: JsonRpcPeer.JsonRpcPeer
  private readonly translation: CodexTranslation
  private readonly handed = new Map<JsonRpcPeer.RpcId, Handed>()
  /** Prompts of our own making, whose refusal ends the turn. */
  private readonly ownPrompts = new Set<JsonRpcPeer.RpcId>()
  private messages = 0
  private isUnderWay = false
  /** The wish to stop has not been sent: the program has not told the turn's name. */
  private stopWaits = false

  constructor(opening: Opening) {
    this.opening = opening
    this.peer = JsonRpcPeer.make(opening.send, {})
    this.translation = new CodexTranslation(opening.cwd)
  }

  readonly receive: Conversation["receive"] = (lines) =>
    Effect.suspend(() => {
      const reading = new Reading()
      for (const line of lines) this.read(line, reading)
      return reading.carriedOut(this.opening.tell)
    })

  readonly begin: Conversation["begin"] = Effect.gen({ self: this }, function* () {
    yield* this.refusedAs("initialize", { clientInfo, capabilities }, (words) =>
      brokenProtocol(`Codex refused to be initialized: ${words}`)
    )
    yield* this.peer.notify("initialized", {})
    const servers = yield* this.servers()
    const params = CodexThread.paramsOf(this.opening, servers)
    const answer = yield* Option.match(this.opening.resume, {
      onNone: () => this.refusedAs("thread/start", params, (words) => setup(`Codex begins no thread: ${words}`)),
      onSome: (threadId) => this.resumed(threadId, params)
    })
    const thread = recordIn(answer, "thread")
    const threadId = thread && textIn(thread, "id")
    if (threadId === undefined) return yield* brokenProtocol("Codex began a thread without a name")
    if (CodexThread.isLooser(this.opening, answer)) {
      return yield* setup(
        "Codex would do more without asking than the permission mode allows: look at its configuration"
      )
    }
    this.translation.opened(threadId)
  })

  readonly prompt: Conversation["prompt"] = (text) =>
    Effect.suspend(() => {
      // A turn that was stopped had taken these, and never read them.
      const params = this.turnOf([...this.translation.takeUnread(), text])
      return this.peer.call("turn/start", params).pipe(
        Effect.catchTag("RpcRefused", (refused) => Effect.fail(promptRefused(refused))),
        Effect.asVoid
      )
    })

  readonly steer: Conversation["steer"] = Option.some((text) =>
    Effect.gen({ self: this }, function* () {
      const expectedTurnId = this.translation.turnId
      if (!this.isUnderWay || expectedTurnId === undefined) return yield* Effect.fail("No turn is under way")
      const name = `offshoot-${++this.messages}`
      const taken = Deferred.makeUnsafe<void, string>()
      this.translation.unread.set(name, text)
      const params = { ...this.messageOf(text), expectedTurnId, clientUserMessageId: name }
      const id = yield* Effect.mapError(this.peer.begin("turn/steer", params), ({ outcome }) => {
        this.translation.unread.delete(name)
        return "message" in outcome ? outcome.message : outcome.reason
      })
      this.handed.set(id, { name, taken })
      return yield* Deferred.await(taken)
    })
  )

  readonly interrupt: Conversation["interrupt"] = Effect.suspend(() => {
    if (!this.isUnderWay) return Effect.void
    this.translation.isToStop = true
    const { turnId } = this.translation
    this.stopWaits = turnId === undefined
    return turnId === undefined ? Effect.void : this.sendInterrupt(turnId)
  })

  readonly answer: Conversation["answer"] = (asked, verdict) =>
    Effect.suspend(() => {
      const answered = this.translation.asks.answer(asked.id, verdict)
      if (answered === undefined) return Effect.void
      const { ask, result } = answered
      // A decision has no room for words: the turn reads them as a message, behind the call that was declined.
      const words = verdict._tag === "Denied" ? Option.getOrElse(verdict.text, () => "") : ""
      const steered = { threadId: ask.threadId, expectedTurnId: ask.turnId, input: textInput(words) }
      const said = words.trim() === "" ? Effect.void : this.peer.begin("turn/steer", steered)
      return Effect.ignore(Effect.andThen(said, this.peer.answer(ask.rpcId, result)))
    })

  readonly exited: Conversation["exited"] = () => Option.none()

  private messageOf(text: string) {
    return { threadId: this.translation.threadId ?? "", input: textInput(text) }
  }

  /** The turn that begins with these texts, and is under way from now on. */
  private turnOf(texts: ReadonlyArray<string>): Frame {
    this.isUnderWay = true
    this.stopWaits = false
    this.translation.isToStop = false
    return this.messageOf(texts.join("\n\n"))
  }

  /** The answer to a call without which there is no conversation. */
  private refusedAs(
    method: string,
    params: Frame,
    failure: (words: string) => TurnFailed
  ): Effect.Effect<Frame, TurnFailed> {
    return this.peer.call(method, params).pipe(
      Effect.catchTag("RpcRefused", ({ message }) => Effect.fail(failure(message))),
      Effect.flatMap((answer) =>
        isRecord(answer) ? Effect.succeed(answer) : Effect.fail(brokenProtocol(`Codex answered ${method} with nothing`))
      )
    )
  }

  private resumed(threadId: string, params: Frame): Effect.Effect<Frame, TurnFailed> {
    this.translation.opened(threadId)
    return this.refusedAs("thread/resume", { ...params, threadId, excludeTurns: true }, (words) =>
      lost(`Codex cannot go on with its thread ${threadId}: ${words}`)
    )
  }

  /** A program that does not say has none that a tool could be taken from. */
  private servers(): Effect.Effect<ReadonlyArray<string>, TurnFailed> {
    if (!CodexThread.needsServers(this.opening.disabledTools)) return Effect.succeed([])
    return this.peer.call("config/read", { cwd: this.opening.cwd, includeLayers: false }).pipe(
      Effect.map(CodexThread.serversIn),
      Effect.catchTag("RpcRefused", () => Effect.succeed([]))
    )
  }

  private read(line: string, reading: Reading): void {
    const incoming = this.peer.read(line)
    switch (incoming?._tag) {
      case "Stray":
        return reading.take([strayLine(incoming.line)])
      case "Notice":
        return this.noticed(incoming, reading)
      case "Call":
        return this.called(incoming, reading)
      case "Answer":
        return this.answered(incoming.id, incoming.answer, reading)
    }
  }

  private noticed(incoming: Notice, reading: Reading): void {
    const facts = this.translation.notice(incoming)
    const { turnId } = this.translation
    if (this.stopWaits && turnId !== undefined) {
      this.stopWaits = false
      reading.replies.push(this.sendInterrupt(turnId))
    }
    for (const fact of facts) {
      if (fact.type === "turn_ended" && this.isUnderWay && this.ended(fact.outcome, reading)) continue
      reading.facts.push(fact)
    }
  }

  /** Whether another turn is under way in its place: this one ended with messages that it had taken and not read. */
  private ended(outcome: TurnEnded["outcome"], reading: Reading): boolean {
    this.isUnderWay = false
    for (const { name, taken } of this.handed.values()) this.settle(name, taken)
    this.handed.clear()
    const isDone = outcome !== "interrupted" && outcome.status === "completed"
    const unread = isDone ? this.translation.takeUnread() : []
    if (unread.length === 0) return false
    const begun = Effect.matchEffect(this.peer.begin("turn/start", this.turnOf(unread)), {
      onFailure: (failed) => this.opening.tell([turnEnded(failed.outcome)]),
      onSuccess: (id) => Effect.sync(() => void this.ownPrompts.add(id))
    })
    reading.replies.push(begun)
    return true
  }

  /** A message that was not answered: read, and so taken, or not. */
  private settle(name: string, taken: Deferred.Deferred<void, string>): void {
    const isLeft = this.translation.unread.delete(name)
    Deferred.doneUnsafe(taken, isLeft ? Effect.fail("The turn was over") : Effect.void)
  }

  private called(incoming: Call, reading: Reading): void {
    const ask = this.translation.call(incoming)
    if (ask !== undefined) return reading.take(ask.asked)
    const words = `Nobody here can answer ${incoming.method}`
    reading.replies.push(Effect.ignore(this.peer.refuse(incoming.id, JsonRpcPeer.methodNotFound, words)))
  }

  private answered(id: JsonRpcPeer.RpcId, answer: JsonRpcPeer.Answer, reading: Reading): void {
    const handed = this.handed.get(id)
    if (handed !== undefined) {
      this.handed.delete(id)
      if (Result.isFailure(answer)) this.translation.unread.delete(handed.name)
      Deferred.doneUnsafe(handed.taken, Result.isFailure(answer) ? Effect.fail(answer.failure.message) : Effect.void)
    }
    if (this.ownPrompts.delete(id) && Result.isFailure(answer)) {
      this.isUnderWay = false
      reading.take([turnEnded(promptRefused(answer.failure).outcome)])
    }
  }

  /** Nobody waits for the answer: the end of the turn is the answer. */
  private sendInterrupt(turnId: string): Effect.Effect<void> {
    const threadId = this.translation.threadId ?? ""
    return Effect.ignore(this.peer.begin("turn/interrupt", { threadId, turnId }))
  }
}

export const protocol: CliProtocol = {
  name: "codex-app-server",
  capabilities: { steer: true, requests: true, resume: true, usage: true, gracefulCancel: true },
  leaves: "input_end",
  open: (opening) => Effect.sync(() => new CodexConversation(opening))
}
