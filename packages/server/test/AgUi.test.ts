/** `POST /agui` over a socket, on scripted sessions: who is let in, what is refused, how a stream ends. */
import { assert, describe, it } from "@effect/vitest"
import { type AgentEvent, Ids, Obligation, SessionStore, SubAgents } from "@offshoot/core"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import {
  type Answered,
  ask,
  authorized,
  json,
  post,
  problem,
  rootId,
  runId,
  serve,
  session,
  type Setup,
  view
} from "./serving.ts"

const messageId = Ids.MessageId.make("msg_1")

const steer = (fields: Partial<Obligation.Steer> = {}): Obligation.Steer => ({
  kind: "steer",
  id: messageId,
  sessionId: rootId,
  version: 1,
  openedAtMillis: 0,
  expiresAtMillis: 1,
  key: "agui:m1",
  origin: "user",
  mode: "queue",
  text: "hello",
  hidden: false,
  status: "delivered",
  runId,
  ...fields
})

const live = (event: AgentEvent.AgentEvent, number?: number): SubAgents.StreamItem => ({
  number: Option.fromUndefinedOr(number),
  event
})
const complete = live({ type: "complete", runId, status: "completed", reason: "done" }, 2)
const said = live({ type: "token", content: "hi" })

const request: Obligation.Request = {
  kind: "request",
  id: Ids.RequestId.make("req_1"),
  sessionId: rootId,
  version: 1,
  openedAtMillis: 0,
  expiresAtMillis: 60_000,
  runId,
  key: "k",
  ask: { type: "question", question: "Which?" },
  status: "pending"
}

/** A thread that is there already: nothing was said, its session is idle, and its stream is what a test wants. */
const thread = (script: Partial<SubAgents.SubAgentsShape>, setup: Setup = {}): Setup => ({
  ...setup,
  store: Layer.effect(
    SessionStore.SessionStore,
    Effect.map(SessionStore.SessionStore, (store) => ({
      ...store,
      sessionByRequestKey: (_parent: Option.Option<Ids.SessionId>, key: string) =>
        Effect.succeed(key === "agui:t" ? Option.some(session()) : Option.none())
    }))
  ).pipe(Layer.provide(SessionStore.layerMemory)),
  script: {
    sent: () => Effect.succeed([]),
    snapshot: () => Effect.succeed({ number: 1, sessions: [view()], truncated: false, requests: [] }),
    usage: () => Effect.succeed({ own: {}, tree: {}, open: {}, spawned: 0, inFlight: 0 }),
    messages: () => Effect.succeed([]),
    requests: () => Effect.succeed([]),
    result: () => Effect.succeed(Option.none()),
    send: () => Effect.succeed(steer()),
    events: () => Stream.make(said, complete),
    ...script
  }
})

const input = (fields: object = {}): string =>
  JSON.stringify({
    threadId: "t",
    runId: "r",
    protocolVersion: "1.0",
    messages: [{ id: "m1", role: "user", content: "hello" }],
    ...fields
  })

const eventsOf = ({ text }: Answered): ReadonlyArray<Readonly<Record<string, unknown>>> =>
  text.split("\n\n").flatMap((frame) => (frame.startsWith("data: ") ? [JSON.parse(frame.slice("data: ".length))] : []))

const typesOf = (answered: Answered): ReadonlyArray<unknown> => eventsOf(answered).map((event) => event["type"])

describe("POST /agui", () => {
  it.live("is a run of the thread's session as events, and nothing but events", () =>
    Effect.gen(function* () {
      const sends: Array<unknown> = []
      const asked: Array<SubAgents.EventsRequest> = []
      const { port } = yield* serve(
        thread({
          send: (_id, sent) => {
            sends.push(sent)
            return Effect.succeed(steer())
          },
          events: (_id, wanted) => {
            asked.push(wanted)
            return Stream.make(said, complete)
          }
        })
      )
      const answered = yield* post(port, "/agui", input())
      assert.strictEqual(answered.status, 200)
      assert.strictEqual(answered.headers["content-type"], "text/event-stream; charset=utf-8")
      assert.deepStrictEqual(typesOf(answered), [
        "RUN_STARTED",
        "CUSTOM",
        "TEXT_MESSAGE_START",
        "TEXT_MESSAGE_CONTENT",
        "TEXT_MESSAGE_END",
        "CUSTOM",
        "RUN_FINISHED"
      ])
      assert.notInclude(answered.text, "id:")
      assert.deepStrictEqual(sends, [{ text: "hello", mode: "queue", key: Option.some("agui:m1"), origin: "user" }])
      assert.deepStrictEqual(asked, [{ scope: "subtree", after: Option.some(1), until: "deleted" }])
    })
  )

  it.live("sends nothing that was taken before, and says how that ended", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(
        thread({
          sent: () => Effect.succeed([steer()]),
          send: () => Effect.die(new Error("it was sent again")),
          session: () => Effect.succeed(view({ status: "completed", runId })),
          result: () =>
            Effect.succeed(
              Option.some({
                sessionId: rootId,
                runId,
                outcome: { status: "error", reason: "agent_failed", message: "no luck" },
                text: "",
                textTruncated: false,
                usage: Option.none(),
                resume: Option.none(),
                artifacts: []
              })
            ),
          events: () => Stream.never
        })
      )
      const last = eventsOf(yield* post(port, "/agui", input())).at(-1)
      assert.deepInclude(last, { type: "RUN_ERROR", code: "agent_failed" })
      assert.match(String(last?.["message"]), /^no luck\. Read the error/)
    })
  )

  it.live("makes no session of a thread that nobody says anything in", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(thread({ createRoot: () => Effect.die(new Error("it was made")) }))
      for (const messages of [
        [],
        [{ id: "a", role: "assistant", content: "x" }],
        [{ id: "u", role: "user", content: "" }]
      ]) {
        const answered = yield* post(port, "/agui", input({ threadId: "another", messages }))
        assert.deepStrictEqual(typesOf(answered), ["RUN_STARTED", "RUN_ERROR"])
        assert.strictEqual(eventsOf(answered).at(-1)?.["code"], "no_pending_message")
      }
    })
  )

  it.live("makes the session of a new thread with its key, and with who is to play it", () =>
    Effect.gen(function* () {
      const made: Array<unknown> = []
      const { port } = yield* serve(
        thread({
          createRoot: (wanted) => {
            made.push(wanted)
            return Effect.succeed(session())
          }
        })
      )
      const offshoot = { profile: "reviewer", model: "m" }
      const fields = { threadId: "new", forwardedProps: { theirs: 1, offshoot } }
      assert.strictEqual((yield* post(port, "/agui", input(fields))).status, 200)
      assert.deepStrictEqual(made, [{ requestKey: "agui:new", title: "hello", ...offshoot }])
      const unknown = yield* post(
        port,
        "/agui",
        input({ threadId: "new", forwardedProps: { offshoot: { agent: "nobody" } } })
      )
      assert.strictEqual(unknown.status, 422)
      assert.deepInclude(problem(unknown), { type: "urn:offshoot:problem:agent_unknown", agent: "nobody" })
    })
  )

  it.live.each<readonly [string, Partial<SubAgents.SubAgentsShape>, string, RegExp]>([
    [
      "nobody is configured",
      { send: () => Effect.fail(new SubAgents.AgentNotConfigured({ sessionId: rootId })) },
      "agent_not_configured",
      /forwardedProps\.offshoot\.agent/
    ],
    [
      "it takes no message now",
      { send: () => Effect.fail(new SubAgents.SteerRefused({ sessionId: rootId, reason: "runner_cannot_steer" })) },
      "steer_refused",
      /Nothing was recorded/
    ],
    [
      "the backlog is full",
      { send: () => Effect.fail(new SubAgents.QueueFull({ backlogMax: 1, retryAfterSeconds: 7 })) },
      "queue_full",
      /7 s/
    ],
    [
      "the server takes no more work",
      { send: () => Effect.fail(new SubAgents.SchedulerClosed()) },
      "shutting_down",
      /ask again/
    ],
    [
      "the session is deleted",
      { events: () => Stream.make(live({ type: "session_deleted", sessionId: rootId }, 2)) },
      "session_deleted",
      /deleted/
    ],
    ["the stream fails", { events: () => Stream.die(new Error("a secret")) }, "internal", /server's log/],
    ["the stream ends too soon", { events: () => Stream.empty }, "internal", /server's log/],
    [
      "the message is not taken",
      {
        send: () => Effect.succeed(steer({ status: "queued" })),
        events: () =>
          Stream.make(
            complete,
            live(
              {
                type: "message_receipt_changed",
                sessionId: rootId,
                messageId,
                status: "expired",
                mode: "queue",
                reason: "run_ended"
              },
              3
            )
          )
      },
      "message_expired",
      /run_ended/
    ]
  ])("when %s, that is the run's error", ([_name, script, code, words]) =>
    Effect.gen(function* () {
      const { port } = yield* serve(thread(script))
      const answered = yield* post(port, "/agui", input())
      const last = eventsOf(answered).at(-1)
      assert.deepInclude(last, { type: "RUN_ERROR", code })
      assert.match(String(last?.["message"]), words)
      assert.notInclude(answered.text, "secret")
    })
  )

  it.live("a reader that fell behind is told, and gets the thread as it is recorded", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(
        thread({
          events: () => Stream.make(said, live({ type: "lagged", missed: 9 }), complete),
          messages: () =>
            Effect.succeed([
              {
                id: Ids.MessageId.make("msg_2"),
                sessionId: rootId,
                runId,
                role: "assistant",
                text: "hi there",
                hidden: false,
                createdAtMillis: 0,
                position: 1
              }
            ])
        })
      )
      const events = eventsOf(yield* post(port, "/agui", input()))
      const lagged = events.find((event) => event["name"] === "offshoot.lagged")
      assert.deepStrictEqual(lagged?.["value"], { missed: 9 })
      const whole = events.filter((event) => event["type"] === "MESSAGES_SNAPSHOT").at(-1)
      assert.include(JSON.stringify(whole), "hi there")
    })
  )

  it.live("what is asked ends the run; the answer goes to who asked, and to nobody of another thread", () =>
    Effect.gen(function* () {
      const answers: Array<unknown> = []
      let isOpen = true
      const { port } = yield* serve(
        thread({
          requests: () => Effect.sync(() => (isOpen ? [request] : [])),
          snapshot: () =>
            Effect.sync(() => ({ number: 1, sessions: [view()], truncated: false, requests: isOpen ? [request] : [] })),
          session: () => Effect.succeed(view({ status: "running", runId })),
          answer: (id, decision) =>
            Effect.sync(() => {
              answers.push([id, decision])
              isOpen = false
              return { ...request, status: "answered" as const }
            }),
          events: () => Stream.make(complete)
        })
      )
      const asked = eventsOf(yield* post(port, "/agui", input())).at(-1)
      assert.strictEqual(asked?.["type"], "RUN_FINISHED")
      assert.include(JSON.stringify(asked), '"reason":"input_required"')
      const bad = yield* post(
        port,
        "/agui",
        input({ resume: [{ interruptId: "req_1", status: "resolved", payload: 1 }] })
      )
      assert.strictEqual(bad.status, 400)
      assert.deepInclude(problem(bad)["errors"], {
        path: ["body", "resume", 0, "payload"],
        message: 'expected {"answer": "…"}, with 1 to 65536 characters'
      })
      const resume = [
        { interruptId: "req_of_another", status: "resolved", payload: { answer: "x" } },
        { interruptId: "req_1", status: "resolved", payload: { answer: "b" } }
      ]
      const resumed = yield* post(port, "/agui", input({ messages: [], resume }))
      assert.deepStrictEqual(answers, [["req_1", { _tag: "Answer", text: "b" }]])
      assert.include(resumed.text, "interrupt_not_open")
      assert.strictEqual(eventsOf(resumed).at(-1)?.["type"], "RUN_FINISHED")
    })
  )

  it.live("one that was answered elsewhere in the meantime is told, and ends nothing", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(
        thread({
          snapshot: () => Effect.succeed({ number: 1, sessions: [view()], truncated: false, requests: [request] }),
          session: () => Effect.succeed(view({ status: "running", runId })),
          answer: () => Effect.fail(new SubAgents.RequestClosed({ requestId: request.id, status: "answered" })),
          events: () => Stream.make(complete)
        })
      )
      const resume = [{ interruptId: "req_1", status: "resolved", payload: "b" }]
      const answered = yield* post(port, "/agui", input({ messages: [], resume }))
      assert.include(answered.text, "interrupt_closed")
      assert.strictEqual(eventsOf(answered).at(-1)?.["type"], "RUN_FINISHED")
    })
  )

  it.live("a request that a rule has answered at once is no interrupt", () =>
    Effect.gen(function* () {
      const asks = live({ type: "clarification_needed", requestId: request.id, question: "?" }, 2)
      const { port } = yield* serve(thread({ events: () => Stream.make(asks, said, complete) }))
      assert.include(typesOf(yield* post(port, "/agui", input())), "TEXT_MESSAGE_CONTENT")
    })
  )

  it.live("a client that goes away closes its own reader only", () =>
    Effect.gen(function* () {
      const closed = yield* Deferred.make<void>()
      const { port } = yield* serve(
        thread({
          events: () =>
            Stream.make(said).pipe(Stream.concat(Stream.never), Stream.ensuring(Deferred.succeed(closed, undefined))),
          cancel: () => Effect.die(new Error("it was cancelled"))
        })
      )
      yield* Effect.timeoutOption(post(port, "/agui", input()), Duration.millis(200))
      yield* Deferred.await(closed)
    })
  )

  it.live("a server that stops says so as the run's last word", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const opened = yield* Deferred.make<void>()
      const { port } = yield* Scope.provide(
        serve(
          thread({
            events: () =>
              Stream.fromEffect(Deferred.succeed(opened, undefined)).pipe(Stream.as(said), Stream.concat(Stream.never))
          })
        ),
        scope
      )
      const reading = yield* Effect.forkChild(post(port, "/agui", input()), { startImmediately: true })
      yield* Deferred.await(opened)
      yield* Effect.yieldNow
      yield* Scope.close(scope, Exit.void)
      const answered = yield* Fiber.join(reading)
      assert.strictEqual(eventsOf(answered).at(-1)?.["code"], "shutting_down")
    })
  )
})

describe("what is refused before a run begins", () => {
  it.live.each<readonly [string, string, number, string]>([
    ["no JSON", "{", 400, "malformed_json"],
    ["nothing", "", 400, "invalid_request"],
    ["a list", "[]", 400, "invalid_request"],
    ["a wrong type", input({ messages: "hello" }), 400, "invalid_request"],
    ["a thread's name that is a book", input({ threadId: "x".repeat(1_000) }), 400, "invalid_request"],
    ["a misspelt wish", input({ forwardedProps: { offshoot: { agnet: "a" } } }), 400, "invalid_request"],
    ["a body that nests without end", `${"[".repeat(5_000)}${"]".repeat(5_000)}`, 400, "invalid_request"]
  ])("%s", ([_name, body, status, code]) =>
    Effect.gen(function* () {
      const { port } = yield* serve(thread({}))
      const answered = yield* post(port, "/agui", body)
      assert.strictEqual(answered.status, status)
      assert.strictEqual(problem(answered)["type"], `urn:offshoot:problem:${code}`)
    })
  )

  it.live("a body may be larger than elsewhere, and not without end", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(thread({}, { options: { bodyBytesMax: 1_000, largeBodyBytesMax: 10_000 } }))
      const large = input({ state: "x".repeat(5_000) })
      assert.strictEqual((yield* post(port, "/agui", large)).status, 200)
      assert.strictEqual((yield* post(port, "/v1/sessions", large)).status, 413)
      const larger = yield* post(port, "/agui", input({ state: "x".repeat(20_000) }))
      assert.strictEqual(larger.status, 413)
      assert.strictEqual(problem(larger)["bodyBytesMax"], 10_000)
    })
  )

  it.live("a stream too many, a missing token, another method, another media type, a query", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(thread({}, { options: { streamsMax: 0 } }))
      assert.strictEqual(problem(yield* post(port, "/agui", input()))["what"], "streams")
      assert.strictEqual((yield* post(port, "/agui", input(), { authorization: "" })).status, 401)
      assert.strictEqual((yield* ask(port, { path: "/agui" })).headers.allow, "OPTIONS, POST")
      assert.strictEqual((yield* post(port, "/agui", input(), { "content-type": "text/plain" })).status, 415)
      assert.strictEqual((yield* post(port, "/agui?thread=t", input())).status, 400)
    })
  )
})

describe("pages of other origins", () => {
  const page = "https://app.example"
  const preflight = (port: number, origin: string, headers: Record<string, string> = {}) =>
    ask(port, {
      method: "OPTIONS",
      path: "/agui",
      headers: { authorization: "", origin, "access-control-request-method": "POST", ...headers }
    })

  it.live("are refused unless the configuration names them", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(thread({}))
      const asked = yield* preflight(port, page)
      assert.strictEqual(asked.status, 403)
      assert.isUndefined(asked.headers["access-control-allow-origin"])
      const refused = yield* post(port, "/agui", input(), { origin: page })
      assert.strictEqual(problem(refused)["type"], "urn:offshoot:problem:origin_not_allowed")
      assert.isUndefined(refused.headers.vary)
    })
  )

  it.live("that are named may ask, with their token, and read every answer", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(thread({}, { options: { allowedOrigins: [page] } }))
      const asked = yield* preflight(port, page)
      assert.strictEqual(asked.status, 204)
      assert.deepInclude(asked.headers, {
        "access-control-allow-origin": page,
        vary: "origin",
        "access-control-allow-headers": "authorization, content-type, accept, last-event-id"
      })
      const answered = yield* post(port, "/agui", input(), { origin: page })
      assert.strictEqual(answered.headers["access-control-allow-origin"], page)
      assert.strictEqual(answered.headers["content-type"], "text/event-stream; charset=utf-8")
      const without = yield* post(port, "/agui", input(), { origin: page, authorization: "" })
      assert.strictEqual(without.status, 401)
      assert.strictEqual(without.headers["access-control-allow-origin"], page)
      assert.strictEqual(
        (yield* post(port, "/agui", "{", { origin: page })).headers["access-control-allow-origin"],
        page
      )
    })
  )

  it.live.each([
    "http://app.example",
    "https://app.example:8443",
    "https://app.example.evil.example",
    "https://evil.example",
    "null",
    "*"
  ])("%s is not the one that is named", (origin) =>
    Effect.gen(function* () {
      const { port } = yield* serve(thread({}, { options: { allowedOrigins: [page] } }))
      for (const answered of [yield* preflight(port, origin), yield* post(port, "/agui", input(), { origin })]) {
        assert.strictEqual(answered.status, 403)
        assert.isUndefined(answered.headers["access-control-allow-origin"])
      }
      const rebound = yield* preflight(port, page, { host: "evil.example" })
      assert.strictEqual(rebound.status, 403)
    })
  )

  it.live("no page is named by what a program sends", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(thread({}, { options: { allowedOrigins: [page] } }))
      const answered = yield* ask(port, { path: "/v1/agents", headers: authorized })
      assert.isUndefined(answered.headers["access-control-allow-origin"])
      assert.strictEqual(answered.headers.vary, "origin")
      assert.deepInclude(json(answered) as object, { inProcess: false })
    })
  )
})
