/** Talks with opencode's server: requests to it, and its stream of events, one line each. */
import * as NodeHttp from "node:http"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Facts from "../Facts.ts"
import * as Json from "../Json.ts"
import * as RawProgram from "../RawProgram.ts"
import type { Said } from "./Dialogue.ts"
import { type Recording, type Scenario, type Stage, waypointOf } from "./Scenario.ts"

const args = ["serve", "--hostname", "127.0.0.1", "--port", "0"]

const password = "fake-password"

const headers = {
  authorization: `Basic ${Buffer.from(`opencode:${password}`).toString("base64")}`,
  "content-type": "application/json"
}

interface Server {
  /** Asks for something; the answer is its JSON, if it has any. */
  readonly call: (method: string, path: string, body?: unknown) => Effect.Effect<unknown>
  /** The next event that fits. */
  readonly hear: (fits: (event: unknown) => boolean) => Effect.Effect<unknown, RawProgram.LineNotPrinted>
}

const request = (url: string, method: string, body: unknown): Effect.Effect<{ status: number; text: string }> =>
  Effect.callback((resume) => {
    const asked = NodeHttp.request(url, { method, headers }, (response) => {
      let text = ""
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part
      })
      response.on("end", () => resume(Effect.succeed({ status: response.statusCode ?? 0, text })))
    })
    asked.on("error", (cause) => resume(Effect.die(cause)))
    asked.end(body === undefined ? undefined : Json.encode(body))
  })

/** The data of the events of a stream, from the moment at which this returns. */
const events = (url: string, facts: Facts.Facts<string>): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.callback<NodeHttp.ClientRequest>((resume) => {
        const asked = NodeHttp.request(url, { headers }, (response) => {
          let unfinished = ""
          response.setEncoding("utf8").on("data", (text: string) => {
            const lines = (unfinished + text).split("\n")
            unfinished = lines.pop() ?? ""
            for (const line of lines) if (line.startsWith("data: ")) facts.add(line.slice("data: ".length))
          })
          response.on("error", () => undefined)
          resume(Effect.succeed(asked))
        })
        asked.on("error", () => undefined)
        asked.end()
      }),
      (asked) => Effect.sync(() => asked.destroy())
    )
  )

/** As long as the slowest needs for an event on a busy machine. */
const eventLimit = Duration.seconds(90)

/** Has the server started and its events followed, and the talk with it. */
const serve = (
  stage: Stage,
  body: (server: Server) => Effect.Effect<void, RawProgram.LineNotPrinted, Scope.Scope>
): Effect.Effect<Recording, RawProgram.LineNotPrinted, Scope.Scope> =>
  Effect.gen(function* () {
    const program = yield* RawProgram.start(stage.place, args, { OPENCODE_SERVER_PASSWORD: password })
    const ready = yield* program.line((line) => line.includes("http://127.0.0.1:"))
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(ready)?.[0] ?? ""
    const facts = Facts.make<string>()
    const said: Array<Said> = []
    let heard = 0
    yield* events(`${url}/event`, facts)
    yield* body({
      call: (method, path, sent) =>
        Effect.gen(function* () {
          const after = facts.all().length
          const { status, text } = yield* request(url + path, method, sent)
          const answer = Option.getOrUndefined(Json.decode(text))
          const line = { request: `${method} ${path}`, ...(sent === undefined ? {} : { body: sent }), status }
          said.push({ after, line: answer === undefined ? line : { ...line, answer } })
          return answer
        }),
      hear: (fits) =>
        Effect.suspend(() => {
          const from = heard
          return facts.first((text, index) => {
            const found = index >= from && Option.exists(Json.decode(text), fits)
            if (found && heard === from) heard = index + 1
            return found
          })
        }).pipe(
          Effect.map((text) => Option.getOrUndefined(Json.decode(text))),
          Effect.timeoutOrElse({
            duration: eventLimit,
            orElse: () =>
              Effect.fail(new RawProgram.LineNotPrinted({ how: "no event", lines: facts.all(), standardError: "" }))
          })
        )
    })
    return { args, lines: facts.all(), said, ended: Option.none(), pid: program.pid }
  })

const is =
  (type: string) =>
  (event: unknown): boolean =>
    Json.at(event, "type") === type

const idle = is("session.idle")

const speaks = (event: unknown): boolean =>
  is("message.part.delta")(event) ||
  (is("message.part.updated")(event) && Json.at(event, "properties", "delta") !== undefined)

/** The session has come to rest: one whose call failed or was stopped says that it is idle before that too. */
const rest = (server: Server) => Effect.andThen(server.hear(idle), Effect.asVoid(server.hear(idle)))

/** A session with its first prompt, by its id. */
const prompt = (server: Server, text: string) =>
  Effect.gen(function* () {
    const session = String(Json.at(yield* server.call("POST", "/session", {}), "id"))
    yield* server.call("POST", `/session/${session}/prompt_async`, { parts: [{ type: "text", text }] })
    return session
  })

/** Answers the next ask. */
const answerAsk = (server: Server, session: string, response: string) =>
  Effect.gen(function* () {
    const ask = yield* server.hear(is("permission.asked"))
    const id = String(Json.at(ask, "properties", "id"))
    yield* server.call("POST", `/session/${session}/permissions/${id}`, { response })
  })

const scenario = (
  name: string,
  body: (server: Server, stage: Stage) => Effect.Effect<void, RawProgram.LineNotPrinted, Scope.Scope>
): Scenario => ({ name: `serve-${name}`, play: (stage) => serve(stage, (server) => body(server, stage)) })

const simple = (name: string, text: string, end = (server: Server) => Effect.asVoid(server.hear(idle))): Scenario =>
  scenario(name, (server) => Effect.andThen(prompt(server, text), end(server)))

const asked = (name: string, response: string): Scenario =>
  scenario(name, (server) =>
    Effect.gen(function* () {
      const session = yield* prompt(server, "shell echo hi ;; say done")
      yield* answerAsk(server, session, response)
      yield* server.hear(idle)
    })
  )

export const opencode: ReadonlyArray<Scenario> = [
  asked("permission-allowed", "once"),
  asked("permission-denied", "reject"),
  simple("reasoning", "think let me see ++ say hello"),
  simple(
    "todo",
    `call todowrite ${Json.encode({ todos: [{ content: "look", status: "in_progress", priority: "high" }] })} ;; say planned`
  ),
  simple("error401", "status 401", rest),
  simple("retried", "status 429 times 1 ;; say at last"),
  simple("refused", "say no ++ refuse"),
  simple("cut", "say half of it ++ cut"),
  scenario("abort-streaming", (server, stage) =>
    Effect.gen(function* () {
      const session = yield* prompt(server, "hang")
      yield* stage.server.awaitHeld("hang")
      yield* server.hear(speaks)
      yield* server.call("POST", `/session/${session}/abort`)
      yield* rest(server)
    })
  ),
  scenario("abort-tool", (server, stage) =>
    Effect.gen(function* () {
      const waypoint = yield* waypointOf(stage)
      const session = yield* prompt(server, `shell ${waypoint.command} ;; say never`)
      yield* answerAsk(server, session, "once")
      yield* waypoint.reached
      yield* server.call("POST", `/session/${session}/abort`)
      yield* rest(server)
    })
  ),
  scenario("denied-with-words", (server) =>
    Effect.gen(function* () {
      yield* prompt(server, "shell echo hi ;; say done")
      const ask = yield* server.hear(is("permission.asked"))
      const id = String(Json.at(ask, "properties", "id"))
      yield* server.call("POST", `/permission/${id}/reply`, { reply: "reject", message: "not here" })
      yield* server.hear(idle)
    })
  ),
  scenario("question", (server) =>
    Effect.gen(function* () {
      const options = [
        { label: "A", description: "the first" },
        { label: "B", description: "the second" }
      ]
      const questions = [{ question: "Which?", header: "Choice", options }]
      yield* prompt(server, `call question ${Json.encode({ questions })} ;; say chosen`)
      const asked = yield* server.hear(is("question.asked"))
      const id = String(Json.at(asked, "properties", "id"))
      yield* server.call("POST", `/question/${id}/reply`, { answers: [["B"]] })
      yield* server.hear(idle)
    })
  ),
  scenario("files", (server, { place }) =>
    Effect.gen(function* () {
      const file = `${place.cwd}/README.md`
      const changed = Json.encode({ filePath: file, oldString: "A place", newString: "The place" })
      const steps = [
        `write ${place.cwd}/new.txt some text`,
        `call read ${Json.encode({ filePath: file })}`,
        `call edit ${changed}`,
        "shell echo more >> other.txt",
        "say done"
      ]
      const session = yield* prompt(server, steps.join(" ;; "))
      yield* answerAsk(server, session, "once")
      yield* answerAsk(server, session, "once")
      yield* answerAsk(server, session, "once")
      yield* server.hear(idle)
    })
  ),
  scenario("sub-agent", (server) =>
    Effect.gen(function* () {
      const task = Json.encode({ description: "look around", prompt: "shell echo inner", subagent_type: "general" })
      const session = yield* prompt(server, `call task ${task} ;; say outer done`)
      yield* answerAsk(server, session, "once")
      yield* server.hear((event) => idle(event) && Json.at(event, "properties", "sessionID") === session)
    })
  ),
  scenario("steered", (server) =>
    Effect.gen(function* () {
      const session = yield* prompt(server, "shell echo hi ;; say not this")
      const ask = yield* server.hear(is("permission.asked"))
      const message = { parts: [{ type: "text", text: "say this instead" }] }
      yield* server.call("POST", `/session/${session}/prompt_async`, message)
      yield* server.hear(
        (event) => is("message.updated")(event) && Json.at(event, "properties", "info", "role") === "user"
      )
      const id = String(Json.at(ask, "properties", "id"))
      yield* server.call("POST", `/session/${session}/permissions/${id}`, { response: "once" })
      yield* server.hear(idle)
    })
  ),
  scenario("rate-limited", (server) =>
    Effect.gen(function* () {
      const session = yield* prompt(server, "status 429")
      yield* server.hear(
        (event) => is("session.status")(event) && Json.at(event, "properties", "status", "type") === "retry"
      )
      yield* server.call("POST", `/session/${session}/abort`)
      yield* server.hear(idle)
    })
  )
]
