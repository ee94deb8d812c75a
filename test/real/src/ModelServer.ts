/**
 * A model provider on the loopback address whose model does what the last
 * message of the user says (`Script`). It speaks four wires, so that every
 * program finds the one it knows; it checks no key and remembers every request.
 *
 * Requests that offer no tool are a program's side calls, for a title or a
 * summary: they get a word and no script. It is no judge: a program that asks
 * for something unknown gets 404, and `strays` shows it.
 */
import * as NodeHttp from "node:http"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Facts from "./Facts.ts"
import * as Json from "./Json.ts"
import * as Script from "./Script.ts"
import * as ToolDialect from "./ToolDialect.ts"
import type { Asked, Composed, ComposedPart, Frame, Wire } from "./Wire.ts"
import { anthropicMessages } from "./wires/anthropicMessages.ts"
import { gemini } from "./wires/gemini.ts"
import { openAiChat } from "./wires/openAiChat.ts"
import { openAiResponses } from "./wires/openAiResponses.ts"

const wires: ReadonlyArray<Wire> = [anthropicMessages, openAiResponses, openAiChat, gemini]

/** A request for an answer, and what was made of it. */
export interface ModelRequest extends Asked {
  /** From 1, in the order of arrival. */
  readonly number: number
  readonly wire: Wire["name"]
  readonly headers: NodeHttp.IncomingHttpHeaders
  readonly body: unknown
  /** The script that it is a part of; none for a side call, and when nobody said one. */
  readonly script: Option.Option<Script.Script>
  readonly step: Option.Option<Script.Step>
}

export interface ModelServerShape {
  /** Without a path and without a slash at the end. */
  readonly url: string
  readonly port: number
  /** What was asked so far, in order. */
  readonly requests: Effect.Effect<ReadonlyArray<ModelRequest>>
  /** The first request that is taken, also one that came before. */
  readonly awaitRequest: (takes: (request: ModelRequest) => boolean) => Effect.Effect<ModelRequest>
  /** Returns once an answer has come to the hold with this word; `Script.hangWord` for `hang`. */
  readonly awaitHeld: (word: string) => Effect.Effect<void>
  /** Lets the answers go on that wait, or will wait, at this word. */
  readonly release: (word: string) => Effect.Effect<void>
  /** Returns once the program has left an answer that was held at this word. */
  readonly awaitLeft: (word: string) => Effect.Effect<void>
  /** What was asked that no wire has, as `METHOD path`. */
  readonly strays: Effect.Effect<ReadonlyArray<string>>
}

export class ModelServer extends Context.Service<ModelServer, ModelServerShape>()("@offshoot/test-real/ModelServer") {}

/** A program sends its whole conversation; past this it is no conversation of a test. */
const bodyBytesMax = 128 * 1024 * 1024

type Fact =
  | { readonly type: "asked"; readonly request: ModelRequest }
  | { readonly type: "held" | "left"; readonly word: string }
  | { readonly type: "stray"; readonly what: string }

interface Standing {
  readonly script: Script.Script
  /** How many answers came after it. */
  readonly answered: number
}

/**
 * Where a conversation stands: the last script that the user said. None when
 * nobody has said one, and when the program itself has said something since its end in the
 * user's name, as for a summary. What a program adds to the results of tools
 * is no such thing, nor what it says to have a broken off answer go on.
 */
export const standing = ({ turns }: Pick<Asked, "turns">): Option.Option<Standing> => {
  let answered = 0
  let spokenOver = false
  for (const [index, turn] of [...turns.entries()].toReversed()) {
    if (turn.role === "model") answered += 1
    if (turn.role !== "user") continue
    const script = Option.filter(Script.find(turn.text), (found) => !spokenOver || Script.breaksOff(found, answered))
    if (Option.isSome(script)) return Option.some({ script: script.value, answered })
    spokenOver ||= turns[index - 1]?.role === "model"
  }
  return Option.none()
}

const words = (text: string): Script.Answer => ({ type: "answer", parts: [{ type: "text", text }], stop: "end" })

/** What is said where no script says it: to the program itself, and when a script is over. */
const sideAnswer = words("Understood.")
const overAnswer = words("The script is over.")

const composed = (answer: Script.Answer, asked: Asked, number: number): Composed => ({
  id: `msg_${String(number).padStart(4, "0")}`,
  model: asked.model,
  stop: answer.stop,
  parts: answer.parts.map((part, index): ComposedPart =>
    part.type === "tool"
      ? ToolDialect.compose(part.want, `call_${String(number).padStart(4, "0")}_${index}`, asked.tools)
      : part
  )
})

/** Programs ask these at a start; what they say matters to none of our tests. */
const otherAnswers: ReadonlyArray<readonly [RegExp, unknown]> = [
  [/\/count_tokens$/, { input_tokens: 1000 }],
  [/:countTokens$/, { totalTokens: 1000 }],
  [/\/models$/, { object: "list", data: [], models: [] }]
]

interface Exchange {
  readonly request: NodeHttp.IncomingMessage
  readonly response: NodeHttp.ServerResponse
}

const answerJson = (
  { response }: Exchange,
  status: number,
  body: unknown,
  headers: NodeHttp.OutgoingHttpHeaders = {}
): void => {
  response.writeHead(status, { "content-type": "application/json", ...headers })
  response.end(Json.encode(body))
}

/** The state of one server, and its answers. */
const makeDesk = () => {
  const facts = Facts.make<Fact>()
  const released = new Set<string>()
  const waiting = new Map<string, Set<() => void>>()
  const failures = new Map<string, number>()
  let count = 0

  const play = ({ response }: Exchange, frames: ReadonlyArray<Frame>): void => {
    const next = (from: number): void => {
      for (let index = from; index < frames.length; index += 1) {
        const frame = frames[index]
        if (frame === undefined || response.destroyed) return
        if (frame.type === "bytes") response.write(frame.text)
        else if (frame.type === "drop") response.destroy()
        else if (!released.has(frame.word)) return hold(frame.word, () => next(index + 1))
      }
      response.end()
    }
    const hold = (word: string, goOn: () => void): void => {
      const all = waiting.get(word) ?? new Set()
      waiting.set(word, all.add(goOn))
      response.once("close", () => {
        if (all.delete(goOn)) facts.add({ type: "left", word })
      })
      facts.add({ type: "held", word })
    }
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" })
    next(0)
  }

  const fail = (exchange: Exchange, wire: Wire, line: string, failure: Script.Failure): void => {
    failures.set(line, (failures.get(line) ?? 0) + 1)
    const { retryAfterSeconds, status } = failure
    const headers = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }
    answerJson(exchange, status, wire.failure({ status, message: `The script says ${status}.` }), headers)
  }

  const answer = (exchange: Exchange, wire: Wire, asked: Asked, body: unknown): void => {
    count += 1
    const number = count
    const stands = asked.tools.length === 0 ? Option.none() : standing(asked)
    const step = Option.flatMap(stands, ({ answered, script }) =>
      Script.stepAt(script, answered, failures.get(script.line) ?? 0)
    )
    const script = Option.map(stands, (found) => found.script)
    const { headers } = exchange.request
    facts.add({ type: "asked", request: { ...asked, number, wire: wire.name, headers, body, script, step } })
    const playing = Option.getOrElse(step, () => (Option.isSome(script) ? overAnswer : sideAnswer))
    if (playing.type === "failure") {
      return fail(exchange, wire, Option.match(script, { onNone: () => "", onSome: ({ line }) => line }), playing)
    }
    const whole = composed(playing, asked, number)
    if (asked.streams) play(exchange, wire.stream(whole))
    else answerJson(exchange, 200, wire.whole(whole))
  }

  const handle = (exchange: Exchange, text: string): void => {
    const { method = "", url = "" } = exchange.request
    const path = url.replace(/\?.*$/, "")
    const body = Option.getOrUndefined(Json.decode(text))
    for (const wire of wires) {
      const asked = wire.read(path, body)
      if (Option.isSome(asked)) return answer(exchange, wire, asked.value, body)
    }
    const other = otherAnswers.find(([pattern]) => pattern.test(path))
    if (other !== undefined) return answerJson(exchange, 200, other[1])
    if (method === "HEAD" || path === "/") return answerJson(exchange, 200, {})
    facts.add({ type: "stray", what: `${method} ${path}` })
    answerJson(exchange, 404, { error: { message: "not here" } })
  }

  const release = (word: string): void => {
    released.add(word)
    const goOns = [...(waiting.get(word) ?? [])]
    waiting.delete(word)
    for (const goOn of goOns) goOn()
  }

  return { facts, handle, release }
}

const listen = (handle: (exchange: Exchange, text: string) => void) =>
  Effect.callback<NodeHttp.Server>((resume) => {
    const server = NodeHttp.createServer((request, response) => {
      const chunks: Array<Buffer> = []
      let bytes = 0
      request.on("data", (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > bodyBytesMax) request.destroy()
        else chunks.push(chunk)
      })
      request.on("end", () => handle({ request, response }, Buffer.concat(chunks).toString()))
    })
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
  })

const close = (server: NodeHttp.Server) =>
  Effect.callback<void>((resume) => {
    server.close(() => resume(Effect.void))
    server.closeAllConnections()
  })

/** Starts a server; the end of the scope ends it and breaks every answer that is still open. */
export const make: Effect.Effect<ModelServerShape, never, Scope.Scope> = Effect.gen(function* () {
  const desk = makeDesk()
  const server = yield* Effect.acquireRelease(listen(desk.handle), close)
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  const { facts } = desk
  const asked = () => facts.all().flatMap((fact) => (fact.type === "asked" ? [fact.request] : []))
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests: Effect.sync(asked),
    awaitRequest: (takes) =>
      facts
        .first((fact) => fact.type === "asked" && takes(fact.request))
        .pipe(Effect.flatMap((fact) => (fact.type === "asked" ? Effect.succeed(fact.request) : Effect.never))),
    awaitHeld: (word) => Effect.asVoid(facts.first((fact) => fact.type === "held" && fact.word === word)),
    awaitLeft: (word) => Effect.asVoid(facts.first((fact) => fact.type === "left" && fact.word === word)),
    release: (word) => Effect.sync(() => desk.release(word)),
    strays: Effect.sync(() => facts.all().flatMap((fact) => (fact.type === "stray" ? [fact.what] : [])))
  }
})

/** One server for whoever is provided with it. */
export const layer: Layer.Layer<ModelServer> = Layer.effect(ModelServer, make)
