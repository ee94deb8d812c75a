/** `POST /agui` over a socket, on scripted sessions: who is let in, what is refused, how a stream ends. */
import { assert, describe, it } from "@effect/vitest"
import { Ids, SubAgents } from "@offshoot/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { jsonLine } from "../src/internal/jsonLine.ts"
import { complete, eventsOf, input, live, messageId, request, said, steer, thread, typesOf } from "./aguiServing.ts"
import { post, problem, rootId, runId, serve, session, view } from "./serving.ts"

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
      const whole = events.findLast((event) => event["type"] === "MESSAGES_SNAPSHOT")
      assert.include(jsonLine(whole), "hi there")
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
      assert.include(jsonLine(asked), '"reason":"input_required"')
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
      const opened = yield* Deferred.make<void>()
      const closed = yield* Deferred.make<void>()
      const { port } = yield* serve(
        thread({
          events: () =>
            Stream.fromEffect(Deferred.succeed(opened, undefined)).pipe(
              Stream.as(said),
              Stream.concat(Stream.never),
              Stream.ensuring(Deferred.succeed(closed, undefined))
            ),
          cancel: () => Effect.die(new Error("it was cancelled"))
        })
      )
      const reading = yield* Effect.forkChild(post(port, "/agui", input()), { startImmediately: true })
      yield* Deferred.await(opened)
      yield* Fiber.interrupt(reading)
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
