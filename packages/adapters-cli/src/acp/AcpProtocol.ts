/**
 * The Agent Client Protocol, version 1, over the standard streams of a program.
 *
 * One session a run. A turn is one `session/prompt`, whose answer is its end;
 * messages are taken between turns only, because the protocol has no word for
 * one that comes in the middle. What agents differ in is their `AcpDialect`.
 *
 * @stability unstable
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { type CliProtocol, type Conversation, type Opening, type TurnFailed, brokenProtocol } from "../CliProtocol.ts"
import { alive, strayLine, turnEnded, type TurnEnded } from "../Fact.ts"
import { type Frame, isRecord, recordIn } from "../Frames.ts"
import * as JsonRpcPeer from "../JsonRpcPeer.ts"
import { AcpAsks } from "./AcpAsks.ts"
import type { AcpDialect } from "./AcpDialect.ts"
import * as AcpOpening from "./AcpOpening.ts"
import * as AcpOutcome from "./AcpOutcome.ts"
import { AcpTranslation } from "./AcpTranslation.ts"
import * as AcpWire from "./AcpWire.ts"

type Peer = JsonRpcPeer.JsonRpcPeer

const nothing: Frame = {}

const overWords = "Its turn was over before this call had ended"
const stoppedWords = "Its turn was stopped before this call had ended"

class AcpConversation implements Conversation {
  readonly steer = Option.none()
  readonly exited = Option.none
  private readonly dialect: AcpDialect
  private readonly opening: Opening
  private readonly peer: Peer
  private readonly translation: AcpTranslation
  private readonly asks: AcpAsks
  private authMethods: ReadonlyArray<unknown> = []
  private sessionId: string | undefined
  /** The call whose answer ends the turn; none: no turn is under way. */
  private turn: JsonRpcPeer.RpcId | undefined
  private stopping = false

  constructor(dialect: AcpDialect, opening: Opening) {
    this.dialect = dialect
    this.opening = opening
    this.peer = JsonRpcPeer.make(opening.send, AcpWire.envelope)
    this.translation = new AcpTranslation(dialect, opening.cwd)
    this.asks = new AcpAsks(dialect, this.translation.calls)
  }

  readonly begin: Effect.Effect<void, TurnFailed> = Effect.suspend(() => {
    const step = { peer: this.peer, dialect: this.dialect, opening: this.opening }
    const isResumed = Option.isSome(this.opening.resume)
    return Effect.gen({ self: this }, function* () {
      if (isResumed) this.translation.goesOn()
      const agent = yield* AcpOpening.initialize(step)
      this.authMethods = agent.authMethods
      const session = yield* AcpOpening.session(step, agent)
      this.sessionId = session.id
      if (isResumed && this.dialect.replaysLate) yield* AcpOpening.historyTold(step, session, this.translation)
      yield* AcpOpening.askingMode(step, session)
      yield* AcpOpening.model(step, session)
    })
  })

  readonly prompt = (text: string): Effect.Effect<void, TurnFailed> =>
    Effect.suspend(() => {
      const { sessionId } = this
      if (sessionId === undefined) return Effect.fail(brokenProtocol(`${this.dialect.title} has no session`))
      this.translation.turnBegins()
      this.stopping = false
      return Effect.map(this.peer.begin("session/prompt", AcpWire.prompt(sessionId, text)), (id) => {
        this.turn = id
      })
    })

  readonly interrupt: Effect.Effect<void> = Effect.suspend(() => {
    const { sessionId } = this
    if (sessionId === undefined || this.turn === undefined) return Effect.void
    this.stopping = true
    const dismissed = this.asks.dismissed().map(({ id, result }) => this.peer.answer(id, result))
    return Effect.ignore(
      Effect.andThen(
        this.peer.notify("session/cancel", AcpWire.cancel(sessionId)),
        Effect.all(dismissed, { discard: true })
      )
    )
  })

  readonly answer: Conversation["answer"] = (asked, verdict) =>
    Effect.suspend(() => {
      const { facts, reply } = this.asks.answer(asked, verdict)
      const told = facts.length === 0 ? Effect.void : this.opening.tell(facts)
      return reply === undefined ? told : Effect.andThen(Effect.ignore(this.peer.answer(reply.id, reply.result)), told)
    })

  readonly receive: Conversation["receive"] = (lines) =>
    Effect.forEach(lines, (line) => this.take(line), { discard: true })

  private take(line: string): Effect.Effect<void> {
    const incoming = this.peer.read(line)
    switch (incoming?._tag) {
      // An answer to a call of ours: whoever waited for it may be in the middle of the next turn already.
      case undefined:
        return Effect.void
      case "Notice":
        return this.noticed(incoming.method, incoming.params)
      case "Call":
        return this.called(incoming.id, incoming.method, incoming.params)
      case "Answer":
        return incoming.id === this.turn ? this.turnOver(incoming.answer) : Effect.void
      case "Stray":
        return this.opening.tell([strayLine(incoming.line)])
    }
  }

  private noticed(method: string, params: Frame): Effect.Effect<void> {
    if (method === "$/cancel_request") return this.opening.tell(this.asks.withdrawn(params["requestId"]))
    const isOurs = this.sessionId === undefined || params["sessionId"] === this.sessionId
    const update = method === "session/update" && isOurs ? recordIn(params, "update") : undefined
    return this.opening.tell(update === undefined ? [alive] : this.translation.take(update))
  }

  private called(id: JsonRpcPeer.RpcId, method: string, params: Frame): Effect.Effect<void> {
    if (method === "session/request_permission") {
      this.translation.parts()
      return this.opening.tell(this.asks.permission(id, params))
    }
    if (method === "elicitation/create") {
      const facts = this.asks.elicitation(id, params)
      return facts === undefined ? Effect.ignore(this.peer.answer(id, { action: "decline" })) : this.opening.tell(facts)
    }
    const refused = this.peer.refuse(id, JsonRpcPeer.methodNotFound, `Method not found: ${method}`)
    return Effect.andThen(Effect.ignore(refused), this.opening.tell([alive]))
  }

  private turnOver(answer: JsonRpcPeer.Answer): Effect.Effect<void> {
    this.turn = undefined
    const result = Result.isSuccess(answer) ? (isRecord(answer.success) ? answer.success : nothing) : undefined
    const outcome = Result.isSuccess(answer)
      ? AcpOutcome.ofResult(this.dialect, result ?? nothing)
      : this.refused(answer.failure)
    const why = this.stopping ? stoppedWords : overWords
    return this.opening.tell([...this.translation.turnEnds(result, why), turnEnded(outcome)])
  }

  /** Agents refuse a prompt that they were asked to stop, in whatever words. */
  private refused(refused: JsonRpcPeer.RpcRefused): TurnEnded["outcome"] {
    if (this.stopping || refused.code === AcpOutcome.codes.cancelled) return "interrupted"
    return AcpOutcome.ofRefusal(this.dialect, refused, this.authMethods)
  }
}

export const name = "acp"

/** The protocol as this dialect of it is spoken. */
export const acp = (dialect: AcpDialect): CliProtocol => ({
  name,
  // An agent that cannot go on with a session is found out when it is asked to, and the run ends as lost.
  capabilities: { steer: true, requests: true, resume: true, usage: true, gracefulCancel: true },
  leaves: "input_end",
  open: (opening) => Effect.sync(() => new AcpConversation(dialect, opening))
})
