/**
 * Conversations with opencode over `opencode serve`: a server of the run's own,
 * called over HTTP, which tells what happens on one stream of events. Seen of
 * 1.18.33.
 *
 * The server is announced on standard output, asks for a password that only
 * this run has, and ends when it is told to. When the stream breaks off it is
 * opened again, and what was missed is read from the conversation itself.
 *
 * @stability unstable
 */
import type { Outcome } from "@offshoot/core"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import {
  brokenProtocol,
  type CliProtocol,
  type Conversation,
  type Opening,
  TurnFailed,
  type Verdict
} from "../CliProtocol.ts"
import { type Asked, strayLine } from "../Fact.ts"
import { type Frame, isRecord, textIn } from "../Frames.ts"
import { choose, type Model, offeredOf } from "./OpencodeModel.ts"
import { type Agent, agentsOf, mainOf, sessionRules, unguardedOf } from "./OpencodeRules.ts"
import { addressIn, type Answer, client, type OpencodeServer, type ServerLost } from "./OpencodeServer.ts"
import { OpencodeTranslation } from "./OpencodeTranslation.ts"
import type { Wish } from "./OpencodeTurns.ts"

const name = "opencode-serve"

/** A stream on this machine does not break off by itself: one that did so eight times will not hold. */
const reconnectsMax = 8
const reconnectDelay = Duration.millis(100)
const reconnectDelayMax = Duration.seconds(2)

const delayOf = (reconnects: number): Duration.Duration =>
  Duration.min(Duration.times(reconnectDelay, 2 ** reconnects), reconnectDelayMax)

/** What a conversation consists of once its program is there. */
interface Talk {
  readonly server: OpencodeServer
  readonly sessionID: string
  /** The path of its session. */
  readonly path: string
  readonly agent: string
  readonly model: Option.Option<Model>
  /** The last message that there was before; what came after it is of this run. */
  readonly before: string | undefined
}

type Connect = (address: string, password: string) => OpencodeServer

const lost = (message: string): TurnFailed => new TurnFailed({ outcome: { status: "error", reason: "lost", message } })

const failedBy = ({ message }: ServerLost): TurnFailed => brokenProtocol(message)

const refused = (what: string, { status }: Answer): TurnFailed =>
  brokenProtocol(`opencode answered ${what} with ${status}`)

const unguardedWords = (names: ReadonlyArray<string>): string =>
  `These sub-agents of opencode may act without asking, by its own configuration, and are not used here: ${names.join(", ")}`

/** One conversation with one process. */
class OpencodeConversation implements Conversation {
  private readonly translation = new OpencodeTranslation()
  private readonly address = Deferred.makeUnsafe<string>()
  private readonly opening: Opening
  private readonly connect: Connect
  private readonly scope: Scope.Scope
  private readonly clock: Clock.Clock
  private talk: Talk | undefined

  constructor(opening: Opening, connect: Connect, scope: Scope.Scope, clock: Clock.Clock) {
    this.opening = opening
    this.connect = connect
    this.scope = scope
    this.clock = clock
  }

  readonly begin = Effect.gen({ self: this }, function* () {
    const server = this.connect(yield* Deferred.await(this.address), this.opening.nonce)
    yield* this.listen(server)
    const { agents, main, model } = yield* this.survey(server)
    const rules = sessionRules(this.opening.permission, agents, main, this.opening.disabledTools)
    const info = yield* Option.match(this.opening.resume, {
      onNone: () => this.create(server, { permission: rules }),
      onSome: (id) => this.resume(server, id, { permission: rules })
    })
    const handle = textIn(info, "id")
    if (handle === undefined) return yield* brokenProtocol("opencode told no name of its session")
    const path = `/session/${encodeURIComponent(handle)}`
    const before = yield* this.lastMessage(server, path)
    this.translation.begin(info)
    this.talk = { server, sessionID: handle, path, agent: main.name, model, before }
    yield* this.opening.tell([{ type: "conversation_named", handle }])
    const unguarded = unguardedOf(this.opening.permission, agents)
    if (unguarded.length === 0) return
    yield* this.opening.tell([{ type: "runner_output", channel: "notice", content: `${unguardedWords(unguarded)}\n` }])
  })

  readonly steer = Option.some((text: string) =>
    Effect.suspend(() => {
      const { talk, translation } = this
      if (talk === undefined || !translation.turns.isUnder) return Effect.fail("opencode is at no turn")
      translation.turns.sent()
      return this.post(talk, text).pipe(
        Effect.mapError(({ outcome }) => ("message" in outcome ? outcome.message : outcome.reason)),
        Effect.tapError(() => Effect.sync(() => translation.turns.unsent()))
      )
    })
  )

  readonly interrupt = Effect.suspend(() => {
    if (!this.translation.turns.isUnder) return Effect.void
    this.translation.turns.stop()
    return this.fulfil({ type: "stop" })
  })

  prompt(text: string): Effect.Effect<void, TurnFailed> {
    return Effect.suspend(() => {
      const { talk } = this
      const { brokenBy, turns } = this.translation
      if (brokenBy !== undefined) return Effect.fail(new TurnFailed({ outcome: brokenBy }))
      if (talk === undefined) return Effect.fail(brokenProtocol("opencode has no session"))
      turns.begin()
      return this.post(talk, text)
    })
  }

  /** What is not answered any more has no answer: whoever waited for it went away. */
  answer(asked: Asked, verdict: Verdict): Effect.Effect<void> {
    return Effect.suspend(() => {
      const { talk } = this
      const reply = this.translation.asks.answer(asked, verdict)
      return reply === undefined || talk === undefined
        ? Effect.void
        : this.apart(talk.server.call("POST", reply.path, reply.body))
    })
  }

  exited(): Option.Option<Outcome.RunnerOutcome> {
    return Option.none()
  }

  receive(lines: ReadonlyArray<string>): Effect.Effect<void> {
    return Effect.forEach(
      lines,
      (line) => {
        const address = addressIn(line)
        return address !== undefined && Deferred.doneUnsafe(this.address, Effect.succeed(address))
          ? Effect.void
          : this.opening.tell([strayLine(line)])
      },
      { discard: true }
    )
  }

  /** Calls of which nobody waits for the end: they must not hold up what is read. Interrupted by the run's scope. */
  private apart(call: Effect.Effect<unknown, ServerLost>): Effect.Effect<void> {
    return Effect.asVoid(Effect.forkIn(Effect.ignore(call), this.scope))
  }

  private fulfil(wish: Wish): Effect.Effect<void> {
    const { talk } = this
    if (talk === undefined) return Effect.void
    return wish.type === "stop"
      ? this.apart(talk.server.call("POST", `${talk.path}/abort`, {}))
      : this.apart(talk.server.call("POST", `${talk.path}/prompt_async`, { messageID: wish.messageID, parts: [] }))
  }

  private post({ agent, model, path, server }: Talk, text: string): Effect.Effect<void, TurnFailed> {
    const chosen = Option.match(model, { onNone: () => ({}), onSome: (of) => ({ model: of }) })
    return server.call("POST", `${path}/prompt_async`, { parts: [{ type: "text", text }], agent, ...chosen }).pipe(
      Effect.mapError(failedBy),
      Effect.flatMap((answer) =>
        answer.status < 300
          ? Effect.void
          : Effect.fail(
              new TurnFailed({
                outcome: {
                  status: "error",
                  reason: "agent_failed",
                  message: `opencode refused the prompt with ${answer.status}`
                }
              })
            )
      )
    )
  }

  /** What it is asked before a session is opened. */
  private readonly survey = Effect.fnUntraced(function* (this: OpencodeConversation, server: OpencodeServer) {
    const told = yield* Effect.mapError(server.call("GET", "/agent"), failedBy)
    const agents: ReadonlyArray<Agent> = agentsOf(told.body)
    const main = mainOf(agents)
    if (told.status !== 200 || main === undefined) return yield* refused("what agents it has", told)
    const offered = yield* Effect.mapError(server.call("GET", "/config/providers"), failedBy)
    const model = choose(this.opening.model, offered.status === 200 ? offeredOf(offered.body) : undefined)
    if (Result.isFailure(model)) return yield* new TurnFailed({ outcome: model.failure })
    return { agents, main, model: model.success }
  })

  private readonly create = Effect.fnUntraced(function* (
    this: OpencodeConversation,
    server: OpencodeServer,
    session: Frame
  ) {
    const answer = yield* Effect.mapError(server.call("POST", "/session", session), failedBy)
    if (answer.status !== 200 || !isRecord(answer.body)) return yield* refused("a new session", answer)
    return answer.body
  })

  /** Rules are added behind those that the session has. */
  private readonly resume = Effect.fnUntraced(function* (
    this: OpencodeConversation,
    server: OpencodeServer,
    id: string,
    session: Frame
  ) {
    const path = `/session/${encodeURIComponent(id)}`
    const answer = yield* Effect.mapError(server.call("PATCH", path, session), failedBy)
    // A name that is none of its own is an error of the server's (1.18.33).
    if (answer.status === 404 || !id.startsWith("ses")) {
      return yield* lost(`opencode does not know the conversation ${id}`)
    }
    if (answer.status !== 200 || !isRecord(answer.body)) return yield* refused("the session to go on with", answer)
    return answer.body
  })

  private readonly lastMessage = Effect.fnUntraced(function* (
    this: OpencodeConversation,
    server: OpencodeServer,
    path: string
  ) {
    if (Option.isNone(this.opening.resume)) return undefined
    const messages = yield* Effect.mapError(server.call("GET", `${path}/message?limit=1`), failedBy)
    return idOf(Array.isArray(messages.body) ? messages.body.at(-1) : undefined)
  })

  /** Returns once events come. Until its scope closes they are taken, and the stream is opened again when it breaks off. */
  private readonly listen = Effect.fnUntraced(function* (this: OpencodeConversation, server: OpencodeServer) {
    const opened = Deferred.makeUnsafe<void>()
    const broken = Deferred.makeUnsafe<never, TurnFailed>()
    const follow = this.follow(server, Effect.asVoid(Deferred.succeed(opened, undefined))).pipe(
      Effect.catch((failure) =>
        Effect.andThen(
          Deferred.fail(broken, new TurnFailed({ outcome: failure })),
          Effect.suspend(() => {
            this.translation.brokenBy ??= failure
            return this.opening.tell(this.translation.turns.giveUp(failure))
          })
        )
      )
    )
    yield* Effect.forkIn(follow, this.scope)
    yield* Effect.raceFirst(Deferred.await(opened), Deferred.await(broken))
  })

  /** Fails when no stream holds; a program that has gone is told of by whoever started it. */
  private readonly follow = Effect.fnUntraced(function* (
    this: OpencodeConversation,
    server: OpencodeServer,
    opened: Effect.Effect<void>
  ) {
    const take = (events: ReadonlyArray<Frame>) => this.take(events)
    let lastWords = ""
    for (let reconnects = 0; reconnects <= reconnectsMax; reconnects++) {
      const arrived = reconnects === 0 ? opened : Effect.suspend(() => Effect.andThen(opened, this.catchUp(server)))
      const ended = yield* Effect.result(server.events(arrived, take))
      if (Result.isFailure(ended)) {
        lastWords = `: ${ended.failure.message}`
        if (ended.failure.reason !== "broken_off") break
      }
      yield* Effect.sleep(delayOf(reconnects))
    }
    return yield* Effect.fail(brokenProtocol(`opencode's events cannot be followed${lastWords}`).outcome)
  })

  private take(events: ReadonlyArray<Frame>): Effect.Effect<void> {
    return Effect.suspend(() => {
      const nowMillis = this.clock.currentTimeMillisUnsafe()
      const [first, ...more] = events
      const facts =
        first === undefined || more.length > 0
          ? events.flatMap((event) => this.translation.read(event, nowMillis))
          : this.translation.read(first, nowMillis)
      const wishes = this.translation.turns.takeWishes()
      const told = this.opening.tell(facts)
      return wishes.length === 0
        ? told
        : Effect.andThen(
            told,
            Effect.forEach(wishes, (wish) => this.fulfil(wish), { discard: true })
          )
    })
  }

  /** Reads what was missed while nothing was listened to. Events that come meanwhile wait. */
  private readonly catchUp = Effect.fnUntraced(function* (this: OpencodeConversation, server: OpencodeServer) {
    const { talk, translation } = this
    translation.gap()
    if (talk === undefined) return
    for (const id of translation.sessionIDs) {
      const { body } = yield* server.call("GET", `/session/${encodeURIComponent(id)}/message`)
      const messages = Array.isArray(body) ? body.filter(isRecord) : []
      const missed = id === talk.sessionID ? newerThan(talk.before, messages) : messages
      yield* this.opening.tell(missed.flatMap((message) => translation.restore(message)))
    }
    const asked = yield* Effect.forEach(["permission", "question"], (what) =>
      Effect.map(server.call("GET", `/${what}`), ({ body }) =>
        Array.isArray(body) ? body.map((properties: unknown) => ({ type: `${what}.asked`, properties })) : []
      )
    )
    yield* this.take(asked.flat())
    const statuses = yield* server.call("GET", "/session/status")
    const { sessionID } = talk
    const isIdle = statuses.status === 200 && isRecord(statuses.body) && statuses.body[sessionID] === undefined
    if (isIdle) yield* this.take([{ type: "session.idle", properties: { sessionID } }])
  })
}

const idOf = (message: unknown): string | undefined => {
  const info = isRecord(message) ? message["info"] : undefined
  return isRecord(info) ? textIn(info, "id") : undefined
}

/** What came after a message; nothing, when that is not there any more: what is old must not be told again. */
const newerThan = (id: string | undefined, messages: ReadonlyArray<Frame>): ReadonlyArray<Frame> => {
  if (id === undefined) return messages
  const place = messages.findIndex((message) => idOf(message) === id)
  return place === -1 ? [] : messages.slice(place + 1)
}

export const protocol: CliProtocol = {
  name,
  capabilities: { steer: true, requests: true, resume: true, usage: true, gracefulCancel: true },
  leaves: "signal",
  open: Effect.fnUntraced(function* (opening) {
    const connect = yield* client
    return new OpencodeConversation(opening, connect, yield* Scope.Scope, yield* Clock.Clock)
  })
}
