import * as NodeHttp from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { type AgentEvent, Ids, type Obligation, type SessionStore, SubAgents } from "@offshoot/core"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Wire from "../src/Wire.ts"
import { ask, authorized, childId, json, problem, rootId, runId, serve, view } from "./serving.ts"

const token = (content: string): SubAgents.StreamItem => ({ number: Option.none(), event: { type: "token", content } })
const durable = (number: number): SubAgents.StreamItem => ({
  number: Option.some(number),
  event: { type: "session_title_updated", sessionId: rootId, title: `title ${number}` }
})
const recorded = (number: number): SessionStore.RecordedEvent => ({
  number,
  sessionId: rootId,
  atMillis: 0,
  event: { type: "complete", runId, status: "completed", reason: "done" } satisfies AgentEvent.AgentEvent
})

interface Reading {
  readonly status: number
  readonly headers: NodeHttp.IncomingHttpHeaders
  /** The next part that arrives; "" at the end of the stream. */
  readonly next: Effect.Effect<string>
  readonly response: NodeHttp.IncomingMessage
}

/** Opens a stream; the scope's end closes the connection. */
const open = (port: number, path: string, headers: Record<string, string> = {}, reads = true) =>
  Effect.gen(function* () {
    const parts = yield* Queue.unbounded<string>()
    const response = yield* Effect.acquireRelease(
      Effect.callback<NodeHttp.IncomingMessage>((resume) => {
        const request = NodeHttp.request(
          { host: "127.0.0.1", port, path, agent: false, headers: { ...authorized, ...headers } },
          (answered) => resume(Effect.succeed(answered))
        )
        request.on("error", () => {})
        request.end()
      }),
      (answered) => Effect.sync(() => answered.destroy())
    )
    response.on("error", () => {})
    if (reads) {
      response.setEncoding("utf8")
      response.on("data", (part: string) => Queue.offerUnsafe(parts, part))
      response.on("end", () => Queue.offerUnsafe(parts, ""))
    }
    const reading: Reading = {
      status: response.statusCode ?? 0,
      headers: response.headers,
      next: Queue.take(parts),
      response
    }
    return reading
  })

/** Everything up to and including the text. */
const until = (reading: Reading, wanted: string): Effect.Effect<string> =>
  Effect.gen(function* () {
    let seen = ""
    while (!seen.includes(wanted)) {
      const part = yield* reading.next
      if (part === "") {
        return yield* Effect.die(new Error(`the stream ended before ${wanted}: ${seen}`))
      }
      seen += part
    }
    return seen
  })

const events = `/v1/sessions/${rootId}/events`

describe("streams over a socket", () => {
  it.live("headers and retry arrive before any event", () =>
    Effect.gen(function* () {
      const { port } = yield* serve({ script: { events: () => Stream.never } })
      const reading = yield* open(port, events)
      assert.strictEqual(reading.status, 200)
      assert.strictEqual(reading.headers["content-type"], "text/event-stream; charset=utf-8")
      assert.strictEqual(reading.headers["x-accel-buffering"], "no")
      assert.strictEqual(reading.headers["connection"], "close")
      assert.include(reading.headers["cache-control"], "no-cache")
      assert.strictEqual(yield* reading.next, "retry: 1000\n\n")
    })
  )

  it.live("frames follow in order, and the stream ends with its source", () =>
    Effect.gen(function* () {
      const { port } = yield* serve({ script: { events: () => Stream.make(token("a"), durable(4), token("b")) } })
      const answered = yield* ask(port, { path: events })
      assert.strictEqual(
        answered.text,
        [
          "retry: 1000",
          `data: {"type":"token","content":"a"}`,
          `id: 4\ndata: {"type":"session_title_updated","sessionId":"ses_root","title":"title 4"}`,
          `data: {"type":"token","content":"b"}`,
          ""
        ].join("\n\n")
      )
    })
  )

  it.live.each([
    ["", {}, "session", undefined],
    ["?subtree", {}, "subtree", undefined],
    ["?subtree=1&since=5", {}, "subtree", 5],
    ["?subtree=false", {}, "session", undefined],
    ["?since=5", { "last-event-id": "9" }, "session", 9],
    ["", { "last-event-id": "0" }, "session", 0]
  ] as const)("%s %o asks for the %s after %s", ([query, headers, scope, after]) =>
    Effect.gen(function* () {
      const asked: Array<SubAgents.EventsRequest> = []
      const { port } = yield* serve({
        script: {
          feedBounds: Effect.succeed({ oldest: 1, head: 9 }),
          events: (_id, request) => {
            asked.push(request)
            return Stream.empty
          }
        }
      })
      yield* ask(port, { path: events + query, headers })
      assert.deepStrictEqual(asked, [{ scope, after: Option.fromUndefinedOr(after) }])
    })
  )

  it.live("a number of another record is answered with a reset and the usual replay", () =>
    Effect.gen(function* () {
      const asked: Array<SubAgents.EventsRequest> = []
      const { port } = yield* serve({
        script: {
          feedBounds: Effect.succeed({ oldest: 3, head: 9 }),
          events: (_id, request) => {
            asked.push(request)
            return Stream.empty
          }
        }
      })
      const answered = yield* ask(port, { path: `${events}?since=10` })
      assert.include(answered.text, `data: {"type":"feed_reset","oldest":3}`)
      assert.notInclude(answered.text, "id:")
      assert.deepStrictEqual(asked, [{ scope: "session", after: Option.none() }])
    })
  )

  it.live("a quiet stream is kept open by comments", () =>
    Effect.gen(function* () {
      const { port } = yield* serve({
        script: { events: () => Stream.never },
        options: { heartbeatEvery: Duration.millis(5) }
      })
      const reading = yield* open(port, events)
      yield* until(reading, ": heartbeat\n\n")
    })
  )

  it.live("a stream of an unknown session is a problem document, not an empty stream", () =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      const answered = yield* ask(port, { path: `/v1/sessions/${childId}/events` })
      assert.strictEqual(answered.status, 404)
      assert.strictEqual(problem(answered)["sessionId"], childId)
    })
  )

  it.live("a source that fails ends the stream without its words", () =>
    Effect.gen(function* () {
      for (const failure of [
        Stream.die(new Error("a secret")),
        Stream.fail(new SubAgents.SessionNotFound({ sessionId: rootId }))
      ]) {
        const { port } = yield* serve({ script: { events: () => Stream.concat(Stream.make(token("a")), failure) } })
        const answered = yield* ask(port, { path: events })
        assert.isTrue(answered.text.endsWith(": cut off by a failure: see the server's log\n\n"), answered.text)
        assert.notInclude(answered.text, "secret")
      }
    })
  )

  it.live("past the bound a stream is refused; one that is closed makes room", () =>
    Effect.gen(function* () {
      const released = yield* Deferred.make<void>()
      const { port } = yield* serve({
        options: { streamsMax: 1 },
        script: {
          events: () => Stream.ensuring(Stream.never, Deferred.succeed(released, undefined)),
          feed: () => Stream.empty
        }
      })
      const reading = yield* open(port, events)
      yield* reading.next
      const refused = yield* ask(port, { path: "/v1/feed" })
      assert.strictEqual(refused.status, 503)
      assert.strictEqual(problem(refused)["what"], "streams")
      assert.strictEqual((yield* ask(port, { path: "/healthz" })).status, 200)
      reading.response.destroy()
      yield* Deferred.await(released)
      yield* Effect.yieldNow
      assert.strictEqual((yield* ask(port, { path: "/v1/feed" })).status, 200)
    })
  )

  it.live("a reader that goes away closes its own source only", () =>
    Effect.gen(function* () {
      const closed = yield* Queue.unbounded<string>()
      const more = yield* Deferred.make<void>()
      const { port } = yield* serve({
        script: {
          events: (_id, { scope }) =>
            Stream.make(token("first")).pipe(
              Stream.concat(Stream.fromEffectDrain(Deferred.await(more))),
              Stream.concat(Stream.make(token("second"))),
              Stream.ensuring(Queue.offer(closed, scope))
            )
        }
      })
      const leaving = yield* open(port, events)
      const staying = yield* open(port, `${events}?subtree`)
      yield* until(leaving, "first")
      yield* until(staying, "first")
      leaving.response.destroy()
      assert.strictEqual(yield* Queue.take(closed), "session")
      yield* Deferred.succeed(more, undefined)
      yield* until(staying, "second")
    })
  )

  it.live(
    "a reader that stops reading stalls its own source, and nobody else's",
    () =>
      Effect.gen(function* () {
        const total = 3_000
        const content = "x".repeat(64 * 1024)
        const produced = { session: 0, subtree: 0 }
        const { port } = yield* serve({
          script: {
            events: (_id, { scope }) =>
              Stream.range(1, total).pipe(
                Stream.rechunk(1),
                Stream.map(() => {
                  produced[scope]++
                  return token(content)
                })
              )
          }
        })
        yield* open(port, events, {}, false)
        const fast = yield* open(port, `${events}?subtree`)
        let read = 0
        for (let part = yield* fast.next; part !== ""; part = yield* fast.next) {
          read += part.length
        }
        assert.isAbove(read, total * content.length)
        assert.strictEqual(produced.subtree, total)
        // What the sockets of both ends hold, some megabytes, and not the 190 MB of the stream.
        assert.isBelow(produced.session, 500)
        assert.isAbove(produced.session, 0)
      }),
    20_000
  )
})

describe("the feed", () => {
  it.live.each([
    ["without a cursor", "", {}, 4],
    ["from a number that is kept", "?since=7", {}, 7],
    ["from a number that is gone", "?since=3", {}, 3],
    ["from a number that was never given", "?since=11", {}, 11],
    ["from what the browser remembers", "?since=1", { "last-event-id": "10" }, 10]
  ] as const)("%s", ([_name, query, headers, after]) =>
    Effect.gen(function* () {
      const asked: Array<number> = []
      const { port } = yield* serve({
        script: {
          feedBounds: Effect.succeed({ oldest: 5, head: 10 }),
          feed: (request) => {
            asked.push(request.after)
            return Stream.empty
          }
        }
      })
      yield* ask(port, { path: `/v1/feed${query}`, headers })
      assert.deepStrictEqual(asked, [after])
    })
  )

  it.live("S-feed: a reset has no id, and what a reader passed is an id without an event", () =>
    Effect.gen(function* () {
      const items: ReadonlyArray<SubAgents.FeedItem> = [
        { _tag: "Event", recorded: recorded(6) },
        { _tag: "Reset", oldest: 9 },
        { _tag: "Event", recorded: recorded(9) },
        { _tag: "Passed", upTo: 2_000 }
      ]
      const { port } = yield* serve({ script: { feed: () => Stream.fromIterable(items) } })
      const { text } = yield* ask(port, { path: "/v1/feed?since=5" })
      assert.deepStrictEqual(
        text.split("\n").filter((line) => /^(id|retry)|reset/.test(line)),
        ["retry: 1000", "id: 6", `data: {"type":"feed_reset","oldest":9}`, "id: 9", "id: 2000", "retry: 1000"]
      )
    })
  )

  it.live("an empty record starts at the beginning, without a reset", () =>
    Effect.gen(function* () {
      const { port } = yield* serve({ script: { feed: () => Stream.empty } })
      assert.strictEqual((yield* ask(port, { path: "/v1/feed?since=0" })).text, "retry: 1000\n\n")
    })
  )

  it.live("a session or a subtree, and types, narrow it; both at once are refused", () =>
    Effect.gen(function* () {
      const asked: Array<unknown> = []
      const { port } = yield* serve({
        script: {
          feed: (request) => {
            asked.push(request)
            return Stream.empty
          }
        }
      })
      yield* ask(port, { path: `/v1/feed?session=${childId}&types=complete,%20error` })
      yield* ask(port, { path: `/v1/feed?subtree=${rootId}` })
      assert.deepStrictEqual(asked, [
        { after: 0, scope: { _tag: "Session", sessionId: childId }, types: Option.some(["complete", "error"]) },
        { after: 0, scope: { _tag: "Subtree", sessionId: rootId }, types: Option.none() }
      ])
      const both = yield* ask(port, { path: `/v1/feed?session=${childId}&subtree=${rootId}` })
      assert.strictEqual(both.status, 400)
      assert.deepStrictEqual(problem(both)["errors"], [
        { path: ["query", "subtree"], message: "name a session or a subtree, not both" }
      ])
    })
  )
})

describe("the snapshot", () => {
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

  it.live("is the sessions and what is asked, with the number that this is true at", () =>
    Effect.gen(function* () {
      const asked: Array<SubAgents.SnapshotQuery> = []
      const { port } = yield* serve({
        script: {
          snapshot: (query) => {
            asked.push(query)
            return Effect.succeed({ number: 7, sessions: [view()], truncated: true, requests: [request] })
          }
        }
      })
      const answered = yield* ask(port, { path: `/v1/snapshot?subtree=${rootId}&limit=1` })
      const read = yield* Schema.decodeUnknownEffect(Wire.Snapshot)(json(answered))
      assert.deepStrictEqual(
        [read.number, read.truncated, read.sessions.map(({ id, status }) => [id, status])],
        [7, true, [[rootId, "idle"]]]
      )
      assert.deepStrictEqual(read.requests, [
        {
          id: request.id,
          sessionId: rootId,
          runId,
          ask: { type: "question", question: "Which?" },
          status: "pending",
          openedAt: "1970-01-01T00:00:00.000Z",
          expiresAt: "1970-01-01T00:01:00.000Z"
        }
      ])
      yield* ask(port, { path: "/v1/snapshot" })
      assert.deepStrictEqual(asked, [
        { within: Option.some(rootId), limit: 1 },
        { within: Option.none(), limit: Wire.snapshotDefault }
      ])
    })
  )

  it.live("of an unknown session is a problem document", () =>
    Effect.gen(function* () {
      const { port } = yield* serve({
        script: { snapshot: () => Effect.fail(new SubAgents.SessionNotFound({ sessionId: childId })) }
      })
      const answered = yield* ask(port, { path: `/v1/snapshot?subtree=${childId}` })
      assert.strictEqual(answered.status, 404)
      assert.strictEqual(problem(answered)["sessionId"], childId)
    })
  )
})
