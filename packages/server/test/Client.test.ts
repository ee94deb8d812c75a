import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { type SessionStore, SubAgents } from "@offshoot/core"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Client from "../src/Client.ts"
import { childId, rootId, runId, serve, type Setup, session, token, view } from "./serving.ts"

const connected = (setup: Setup, given: string = token) =>
  Effect.gen(function* () {
    const { port } = yield* serve(setup)
    return yield* Client.make({ baseUrl: `http://127.0.0.1:${port}`, token: Redacted.make(given) }).pipe(
      Effect.provide(NodeHttpClient.layerNodeHttp)
    )
  })

const durable = (number: number): SubAgents.StreamItem => ({
  number: Option.some(number),
  event: { type: "session_title_updated", sessionId: rootId, title: `title ${number}` }
})
const ephemeral = (content: string): SubAgents.StreamItem => ({
  number: Option.none(),
  event: { type: "token", content }
})

describe("calls", () => {
  it.live("answer with the shapes of the contract", () =>
    Effect.gen(function* () {
      const client = yield* connected({
        script: {
          createRoot: (request) => Effect.succeed(session({ title: request.title ?? "" })),
          spawn: (parentId, request) =>
            Effect.succeed({
              session: session({ id: childId, kind: "child", parentId, title: request.title ?? "", status: "pending" }),
              runId,
              place: { position: 1, reason: "launching" }
            }),
          wait: () => Effect.succeed({ state: "satisfied", children: [view({ id: childId, status: "completed" })] }),
          remove: () => Effect.void,
          tree: () => Effect.succeed({ view: view(), children: [{ view: view({ id: childId }), children: [] }] })
        }
      })
      const { sessions } = client.calls
      assert.strictEqual((yield* sessions.create({ payload: { title: "t" } })).title, "t")
      const spawned = yield* sessions.spawn({ params: { id: rootId }, payload: { prompt: "p", title: "c" } })
      assert.deepStrictEqual(spawned.session.place, { position: 1, reason: "launching" })
      const waited = yield* sessions.wait({ params: { id: rootId }, payload: { policy: "any" } })
      assert.strictEqual(waited.children[0]?.status, "completed")
      assert.strictEqual((yield* sessions.tree({ params: { id: rootId } })).children[0]?.session.id, childId)
      yield* sessions.remove({ params: { id: rootId } })
      assert.deepStrictEqual(yield* client.calls.agents.list(), { items: [], inProcess: false })
      const { items, problems } = yield* client.calls.agents.profiles({ query: {} })
      assert.include(
        items.map(({ name, source }) => `${name} ${source}`),
        "coder builtin"
      )
      assert.deepStrictEqual(problems, [])
      assert.deepStrictEqual(yield* client.calls.service.ready(), { status: "ready" })
    })
  )

  it.live("fail with the class of their problem", () =>
    Effect.gen(function* () {
      const client = yield* connected({
        script: { spawn: () => Effect.fail(new SubAgents.QueueFull({ backlogMax: 9, retryAfterSeconds: 7 })) }
      })
      const full = yield* Effect.flip(client.calls.sessions.spawn({ params: { id: rootId }, payload: { prompt: "p" } }))
      assert.strictEqual(full._tag, "QueueFull")
      if (full._tag === "QueueFull") {
        assert.strictEqual(full.retryAfterSeconds, 7)
      }
      assert.strictEqual(
        (yield* Effect.flip(client.calls.sessions.get({ params: { id: childId } })))._tag,
        "SessionNotFound"
      )
    })
  )

  it.live("with a wrong token are unauthorized", () =>
    Effect.gen(function* () {
      const client = yield* connected({}, "wrong")
      assert.strictEqual(
        (yield* Effect.flip(client.calls.sessions.get({ params: { id: rootId } })))._tag,
        "Unauthorized"
      )
      const stream = yield* Effect.flip(Stream.runDrain(client.events(rootId)))
      assert.isTrue(stream._tag === "StreamRefused" && stream.problem.status === 401)
    })
  )
})

describe("streams", () => {
  it.live("number durable events only, and end with the session", () =>
    Effect.gen(function* () {
      const client = yield* connected({
        script: {
          session: () => Effect.succeed(view({ status: "completed" })),
          events: () => Stream.make(ephemeral("a"), durable(4), ephemeral("b"), ephemeral("c"), durable(9))
        }
      })
      const read = yield* Stream.runCollect(client.events(rootId))
      assert.deepStrictEqual(
        read.map((entry) => Option.getOrNull(entry.number)),
        [null, 4, null, null, 9]
      )
      assert.deepStrictEqual(read[0]?.event, { type: "token", content: "a" })
    })
  )

  it.live("go on from the last number when they were cut", () =>
    Effect.gen(function* () {
      const asked: Array<number | undefined> = []
      const status = { now: "running" as const as "running" | "completed" }
      const client = yield* connected({
        script: {
          feedBounds: Effect.succeed({ oldest: 1, head: 5 }),
          session: () => Effect.sync(() => view({ status: status.now })),
          events: (_id, { after }) => {
            asked.push(Option.getOrUndefined(after))
            if (asked.length === 1) {
              return Stream.concat(Stream.make(durable(4), ephemeral("a")), Stream.die("cut"))
            }
            status.now = "completed"
            return Stream.make(durable(5))
          }
        }
      })
      const read = yield* Stream.runCollect(client.events(rootId, { since: 2 }))
      assert.deepStrictEqual(asked, [2, 4])
      assert.deepStrictEqual(
        read.map((entry) => Option.getOrNull(entry.number)),
        [4, null, 5]
      )
    })
  )

  it.live("of the feed say on whose stream and when; a reset has none of it", () =>
    Effect.gen(function* () {
      const event: SessionStore.RecordedEvent = {
        number: 6,
        sessionId: childId,
        atMillis: 0,
        event: { type: "complete", runId, status: "completed", reason: "done" }
      }
      const client = yield* connected({
        script: {
          feedBounds: Effect.succeed({ oldest: 6, head: 6 }),
          feed: () =>
            Stream.make({ _tag: "Reset", oldest: 6 } as const, { _tag: "Event", recorded: event } as const).pipe(
              Stream.concat(Stream.never)
            )
        }
      })
      const read = yield* client.feed({ since: 1 }).pipe(Stream.take(2), Stream.runCollect)
      assert.deepStrictEqual(read, [
        { number: Option.none(), streamId: Option.none(), at: Option.none(), event: { type: "feed_reset", oldest: 6 } },
        {
          number: Option.some(6),
          streamId: Option.some(childId),
          at: Option.some("1970-01-01T00:00:00.000Z"),
          event: event.event
        }
      ])
    })
  )

  it.live("skip heartbeats, and close their source when they are left", () =>
    Effect.gen(function* () {
      const closed = yield* Deferred.make<void>()
      const more = yield* Deferred.make<void>()
      const client = yield* connected({
        options: { heartbeatEvery: Duration.millis(2) },
        script: {
          events: () =>
            Stream.make(durable(1)).pipe(
              Stream.concat(Stream.fromEffectDrain(Deferred.await(more))),
              Stream.concat(Stream.make(durable(2))),
              Stream.concat(Stream.never),
              Stream.ensuring(Deferred.succeed(closed, undefined))
            )
        }
      })
      const read = yield* client.events(rootId).pipe(
        Stream.tap(() => Deferred.succeed(more, undefined)),
        Stream.take(2),
        Stream.runCollect
      )
      assert.strictEqual(read.length, 2)
      yield* Deferred.await(closed)
    })
  )

  it.live("that cannot be opened at first fail at once", () =>
    Effect.gen(function* () {
      const client = yield* Client.make({ baseUrl: "http://127.0.0.1:1", token: Redacted.make(token) }).pipe(
        Effect.provide(NodeHttpClient.layerNodeHttp)
      )
      assert.strictEqual((yield* Effect.flip(Stream.runDrain(client.feed())))._tag, "HttpClientError")
    })
  )
})
