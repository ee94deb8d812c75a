/**
 * `offshoot chat`: a conversation with a root session, line by line.
 *
 * A line is a message; the turn that follows is shown as it happens: text, tools,
 * children. What is asked meanwhile is asked here, and the next line answers it.
 * Ctrl-C cancels the turn, and once more leaves. Leaving stops nothing, and the
 * same session can be talked to again. Without a terminal the lines of standard
 * input are the messages, one turn after the other.
 */
import { Ids, Session } from "@offshoot/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"
import type * as Client from "../Client.ts"
import { inert } from "../internal/terminalText.ts"
import type * as Wire from "../Wire.ts"
import * as ChatLines from "./ChatLines.ts"
import { calling, connect, explain, type Where } from "./Connect.ts"
import { Interrupted, OutputClosed, TurnNotCompleted, UsageRefused } from "./Failures.ts"
import { Signals } from "./Signals.ts"

export interface ChatInput {
  readonly where: Where
  readonly session: Option.Option<Ids.SessionId>
  readonly model: Option.Option<string>
  readonly profile: Option.Option<string>
}

/** Lines that are read ahead of the turn that they belong to. */
const linesMax = 64
/** Requests that may be open at once; the rest is asked when these are answered. */
const asksMax = 64
/** Ends that nobody has looked at: somebody else may run the session too, and only the last counts. */
const endsMax = 1
/** Entries of one turn that are read to complete what was streamed. */
const entriesMax = 200

interface Ask {
  readonly request: Wire.WireRequest
  /** Somebody or something else closed it. */
  readonly closed: Deferred.Deferred<void>
}

type End = Extract<ChatLines.Shown, { readonly _tag: "Ended" }>

/** A conversation while it lasts. */
interface Talk {
  readonly client: Client.ClientShape
  readonly url: string
  readonly id: Ids.SessionId
  /** None: there are no more. */
  readonly lines: Queue.Dequeue<Option.Option<string>>
  readonly write: (text: string) => Effect.Effect<void, OutputClosed>
  readonly interactive: boolean
  readonly titles: Map<string, string>
  readonly asked: Map<string, Ask>
  readonly asks: Queue.Queue<Ask>
  /** The ends of turns. */
  readonly ends: Queue.Queue<End>
  /** The session's stream is open. */
  readonly heard: Deferred.Deferred<void>
  /** The input has ended. */
  isAtEnd: boolean
  /** What was written last of a text that has no line end yet. */
  midLine: boolean
  streamed: string
  /** Signals that this conversation has dealt with. */
  signals: number
}

const writeText = (talk: Talk, text: string) => {
  if (text !== "") talk.midLine = !text.endsWith("\n")
  return talk.write(text)
}

const writeLines = (talk: Talk, lines: ReadonlyArray<string>) =>
  Effect.suspend(() => {
    if (lines.length === 0) return Effect.void
    const begin = talk.midLine ? "\n" : ""
    talk.midLine = false
    return talk.write(`${begin}${lines.join("\n")}\n`)
  })

const endLine = (talk: Talk) =>
  Effect.suspend(() => {
    const isOpen = talk.midLine
    talk.midLine = false
    return isOpen ? talk.write("\n") : Effect.void
  })

/** The next line, asked for where somebody can see it. */
const nextLine = Effect.fnUntraced(function* (talk: Talk) {
  yield* endLine(talk)
  if (talk.isAtEnd) return Option.none<string>()
  if (talk.interactive) yield* talk.write("> ")
  const line = yield* Queue.take(talk.lines)
  talk.isAtEnd = Option.isNone(line)
  return line
})

/** Looks at a request that was told of; one that is closed already is not asked. */
const note = Effect.fnUntraced(function* (talk: Talk, requestId: string) {
  if (talk.asked.has(requestId)) return
  const found = yield* Effect.option(talk.client.calls.requests.get({ params: { id: Ids.RequestId.make(requestId) } }))
  if (Option.isNone(found) || found.value.status !== "pending") return
  const ask: Ask = { request: found.value, closed: Deferred.makeUnsafe<void>() }
  talk.asked.set(requestId, ask)
  yield* Queue.offer(talk.asks, ask)
})

const show = Effect.fnUntraced(function* (talk: Talk, shown: ChatLines.Shown) {
  switch (shown._tag) {
    case "Nothing":
      return
    case "Text":
      talk.streamed += shown.text
      return yield* writeText(talk, shown.text)
    case "Titled":
      talk.titles.set(shown.id, shown.title)
      return yield* writeLines(talk, [shown.line])
    case "Line":
      return yield* writeLines(talk, [shown.line])
    case "Asked":
      return yield* note(talk, shown.requestId)
    case "Closed": {
      const ask = talk.asked.get(shown.requestId)
      if (ask !== undefined) yield* Deferred.succeed(ask.closed, undefined)
      return
    }
    case "Ended":
      yield* Queue.offer(talk.ends, shown)
  }
})

const answerWith = (talk: Talk, { request }: Ask, payload: Wire.DecisionBody) =>
  talk.client.calls.requests.answer({ params: { id: request.id }, payload }).pipe(
    Effect.asVoid,
    Effect.catchTag("RequestClosed", () => writeLines(talk, ["  (closed already)"])),
    Effect.mapError((error) => (error instanceof OutputClosed ? error : explain(error, talk.url)))
  )

/** Asks until it is answered or closed; false: nobody can answer here any more. */
const askOne = Effect.fnUntraced(function* (talk: Talk, ask: Ask) {
  while (true) {
    if (Deferred.isDoneUnsafe(ask.closed)) return true
    yield* writeLines(talk, ChatLines.asking(ask.request, talk.titles))
    const line = yield* Effect.raceFirst(nextLine(talk), Effect.as(Deferred.await(ask.closed), Option.some("")))
    if (Option.isNone(line)) {
      yield* writeLines(talk, [`  nobody answers here: offshoot answer ${ask.request.id} …`])
      return false
    }
    const payload = ChatLines.decisionOf(ask.request, line.value)
    if (payload === undefined) continue
    yield* answerWith(talk, ask, payload)
    return true
  }
})

/** Asks what is asked, one after the other, for as long as there is somebody to answer. */
const answering = Effect.fnUntraced(function* (talk: Talk) {
  while (yield* askOne(talk, yield* Queue.take(talk.asks)));
  return false
})

/** Asks what was asked before anybody listened. */
const askedBefore = Effect.fnUntraced(function* (talk: Talk) {
  const query = { status: "open", subtree: talk.id, limit: asksMax } as const
  const open = yield* calling(talk.url, talk.client.calls.requests.list({ query }))
  for (const { id, status } of open.items) if (status === "pending") yield* note(talk, id)
})

/**
 * Listens for as long as the conversation lasts, also between turns, so that the
 * next one is heard from its beginning. What was before it is not shown again.
 */
const listening = Effect.fnUntraced(function* (talk: Talk, from: number) {
  yield* talk.client.events(talk.id, { until: "deleted" }).pipe(
    Stream.mapError((error) => explain(error, talk.url)),
    Stream.runForEach(
      Effect.fnUntraced(function* ({ event, number }) {
        yield* Deferred.succeed(talk.heard, undefined)
        if (Option.exists(number, (known) => known <= from)) return
        yield* show(talk, ChatLines.shownOf(event, talk.titles))
      })
    )
  )
  return yield* new UsageRefused({ told: `session ${talk.id} is not there any more` })
})

/** Where the transcript ends now. */
const placeOf = Effect.fnUntraced(function* ({ client, id, url }: Talk, after: number) {
  let position = after
  while (true) {
    const query = { after: position, limit: entriesMax }
    const page = yield* calling(url, client.calls.sessions.messages({ params: { id }, query }))
    position = page.items.at(-1)?.position ?? position
    if (page.nextCursor === undefined) return position
  }
})

/** What the record has of the turn and the stream did not tell. */
const completed = Effect.fnUntraced(function* (talk: Talk, position: number) {
  const page = yield* calling(
    talk.url,
    talk.client.calls.sessions.messages({ params: { id: talk.id }, query: { after: position, limit: entriesMax } })
  )
  const said = page.items.filter(({ hidden, role }) => role === "assistant" && !hidden)
  const missed = ChatLines.missedOf(talk.streamed, ChatLines.inertLines(said.map(({ text }) => text).join("")))
  yield* writeText(talk, missed)
  yield* endLine(talk)
  return page.items.at(-1)?.position ?? position
})

const cancelTurn = (talk: Talk) =>
  Effect.ignore(
    talk.client.calls.sessions.cancel({ params: { id: talk.id }, payload: { mode: "graceful", cascade: true } })
  )

/** The next signal, which the conversation deals with itself. */
const nextSignal = Effect.fnUntraced(function* (talk: Talk) {
  const signals = yield* Signals
  yield* signals.dealWith(talk.signals + 2)
  const signal = yield* signals.nth(talk.signals + 1)
  talk.signals += 1
  return signal
})

/** The first signal cancels the turn, whose end is then shown; the second leaves. */
const stopping = Effect.fnUntraced(function* (talk: Talk) {
  yield* nextSignal(talk)
  yield* writeLines(talk, ["  stopping; once more to leave"])
  yield* cancelTurn(talk)
  return yield* new Interrupted({ signal: yield* nextSignal(talk) })
})

/** One turn to its end; whether it completed. */
const turn = Effect.fnUntraced(function* (talk: Talk, position: number) {
  const ended = yield* Effect.raceAllFirst([
    Effect.asSome(Queue.take(talk.ends)),
    Effect.as(answering(talk), Option.none()),
    stopping(talk)
  ])
  if (Option.isNone(ended)) return { isCompleted: false, position }
  const next = yield* completed(talk, position)
  yield* writeLines(talk, ended.value.line === undefined ? [] : [ended.value.line])
  return { isCompleted: ended.value.completed, position: next }
})

const say = Effect.fnUntraced(function* (talk: Talk, text: string, from: number) {
  const position = yield* placeOf(talk, from)
  talk.streamed = ""
  yield* Queue.clear(talk.ends)
  yield* calling(talk.url, talk.client.calls.messages.send({ params: { id: talk.id }, payload: { text } }))
  return yield* turn(talk, position)
})

/** A line at rest: the message, the end of the input, or a signal, which leaves. */
const nextMessage = (talk: Talk) =>
  Effect.raceFirst(
    nextLine(talk),
    Effect.flatMap(nextSignal(talk), (signal) => Effect.fail(new Interrupted({ signal })))
  )

/** Turn after turn until there are no more lines; whether the last one completed. */
const converse = Effect.fnUntraced(function* (talk: Talk, isInFlight: boolean) {
  yield* Deferred.await(talk.heard)
  yield* askedBefore(talk)
  let last = { isCompleted: true, position: 0 }
  if (isInFlight) last = yield* turn(talk, yield* placeOf(talk, 0))
  while (true) {
    const line = yield* nextMessage(talk)
    if (Option.isNone(line)) return last.isCompleted
    if (line.value.trim() !== "") last = yield* say(talk, line.value, last.position)
  }
})

const sessionFor = (client: Client.ClientShape, url: string, input: ChatInput) =>
  Option.match(input.session, {
    onSome: (id) => calling(url, client.calls.sessions.get({ params: { id } })),
    onNone: () =>
      calling(
        url,
        client.calls.sessions.create({
          payload: {
            title: "chat",
            ...Option.match(input.model, { onNone: () => ({}), onSome: (model) => ({ model }) }),
            ...Option.match(input.profile, { onNone: () => ({}), onSome: (profile) => ({ profile }) })
          }
        })
      )
  })

/** The lines of standard input, then a none; read ahead by at most `linesMax`. */
const readLines = Effect.fnUntraced(function* () {
  const stdio = yield* Stdio.Stdio
  const lines = yield* Queue.bounded<Option.Option<string>>(linesMax)
  yield* stdio.stdin.pipe(
    Stream.decodeText(),
    Stream.splitLines,
    Stream.runForEach((line) => Queue.offer(lines, Option.some(line))),
    Effect.ignore,
    Effect.andThen(Queue.offer(lines, Option.none())),
    Effect.forkScoped
  )
  return lines
})

/**
 * Talks until the input ends.
 *
 * **Interruption**: leaves; the session goes on with its turn.
 */
export const chat = Effect.fn("Cli.chat")(
  function* (input: ChatInput) {
    const { client, url } = yield* connect(input.where)
    const session = yield* sessionFor(client, url, input)
    const stdio = yield* Stdio.Stdio
    const terminal = yield* Terminal.Terminal
    const interactive = (yield* stdio.stdinIsTerminal) && (yield* stdio.stdoutIsTerminal)
    const talk: Talk = {
      client,
      url,
      id: session.id,
      lines: yield* readLines(),
      write: (text) => (text === "" ? Effect.void : Effect.mapError(terminal.display(text), () => new OutputClosed())),
      interactive,
      titles: new Map(),
      asked: new Map(),
      asks: yield* Queue.bounded<Ask>(asksMax),
      ends: yield* Queue.sliding<End>(endsMax),
      heard: yield* Deferred.make<void>(),
      isAtEnd: false,
      midLine: false,
      streamed: "",
      signals: 0
    }
    const { number } = yield* calling(url, client.calls.streams.snapshot({ query: { subtree: session.id, limit: 1 } }))
    yield* writeLines(talk, [`${inert(session.title)} · offshoot chat --session ${session.id}`])
    const conversing = converse(talk, Session.isInFlight(session.status))
    const isCompleted = yield* Effect.raceFirst(conversing, listening(talk, number))
    if (!isCompleted && !interactive) return yield* new TurnNotCompleted()
  },
  Effect.scoped,
  Effect.provide(FetchHttpClient.layer)
)
