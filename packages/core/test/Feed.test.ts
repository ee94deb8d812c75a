import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import type { EventType } from "../src/AgentEvent.ts"
import { type RecordedEvent, SessionStore } from "../src/SessionStore.ts"
import { type FeedQuery, SubAgents } from "../src/SubAgents.ts"
import * as Records from "./SessionRecords.ts"
import * as World from "./world.ts"

const all: FeedQuery = { after: 0, scope: { _tag: "All" }, types: Option.none() }

/** The first `count` of the feed; waits for those that are not recorded yet. */
const first = (count: number, query: FeedQuery = all) =>
  Effect.flatMap(SubAgents, (agents) =>
    agents.feed(query).pipe(
      Stream.filter((item) => item._tag === "Event"),
      Stream.map(({ recorded }) => recorded),
      Stream.take(count),
      Stream.runCollect
    )
  )

const head = Effect.flatMap(SubAgents, (agents) => Effect.map(agents.feedBounds, (bounds) => bounds.head))

const numbersOf = (events: ReadonlyArray<RecordedEvent>): ReadonlyArray<number> => events.map(({ number }) => number)

const range = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** A root with a settled child that left many events. */
const history = (appends: number) =>
  Effect.gen(function* () {
    const root = yield* World.root
    const spawned = yield* World.child(
      root.id,
      Array.from({ length: appends }, () => "append x")
    )
    yield* World.settled(spawned)
    return { root, child: spawned.session }
  })

describe("SubAgents.feed", () => {
  it.effect("S-feed: numbers count from 1 without a gap, over all sessions and over many pages", () =>
    Effect.gen(function* () {
      yield* history(600)
      yield* history(3)
      const last = yield* head
      assert.isAbove(last, 600)
      assert.deepStrictEqual(numbersOf(yield* first(last)), range(1, last))
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect.each([1, 255, 256, 257, 400])(
    "S-feed: a reader that goes on after %s misses nothing and sees nothing twice",
    (after) =>
      Effect.gen(function* () {
        yield* history(500)
        const last = yield* head
        assert.deepStrictEqual(numbersOf(yield* first(last - after, { ...all, after })), range(after + 1, last))
      }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("S-feed: many readers from different numbers follow what is live, each without a gap", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const from = yield* head
      const readers = yield* Effect.forEach(range(0, 19), (after) =>
        Effect.forkChild(first(30 - (after % 2), { ...all, after: after % 2 }), { startImmediately: true })
      )
      const beat = ["append x", "sleep 1"]
      yield* World.child(root.id, Array.from({ length: 30 }, () => beat).flat())
      yield* TestClock.adjust("40 seconds")
      assert.isBelow(from, 30)
      for (const [index, reader] of readers.entries()) {
        assert.deepStrictEqual(numbersOf(yield* Fiber.join(reader)), range((index % 2) + 1, 30))
      }
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("S-feed: a reader beyond the head waits for what comes", () =>
    Effect.gen(function* () {
      yield* history(1)
      const last = yield* head
      const reader = yield* Effect.forkChild(first(1, { ...all, after: last }), { startImmediately: true })
      yield* Effect.repeat(Effect.yieldNow, { times: 20 })
      assert.isUndefined(reader.pollUnsafe())
      yield* World.root
      assert.deepStrictEqual(numbersOf(yield* Fiber.join(reader)), [last + 1])
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("S-feed: of one session it shows that session's stream, in order and whole", () =>
    Effect.gen(function* () {
      const one = yield* history(300)
      const other = yield* history(300)
      const store = yield* SessionStore
      for (const { child } of [one, other]) {
        const expected = yield* store.recentEvents(child.id, 10_000)
        const seen = yield* first(expected.length, { ...all, scope: { _tag: "Session", sessionId: child.id } })
        assert.deepStrictEqual<ReadonlyArray<RecordedEvent>>(seen, expected)
      }
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("S-feed: of some types it shows all of these and no other", () =>
    Effect.gen(function* () {
      yield* history(300)
      yield* history(2)
      const types: ReadonlyArray<EventType> = ["sub_agent_started", "sub_agent_completed"]
      const seen = yield* first(4, { ...all, types: Option.some(types) })
      assert.deepStrictEqual(
        seen.map(({ event }) => event.type),
        [...types, ...types]
      )
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("S-feed: a filtered reader finds its event behind many that are not its own", () =>
    Effect.gen(function* () {
      const types = Option.some<ReadonlyArray<EventType>>(["error"])
      const reader = yield* Effect.forkChild(first(1, { ...all, types }), { startImmediately: true })
      yield* history(600)
      const root = yield* World.root
      yield* World.settled(yield* World.child(root.id, ["fail no"]))
      const [event] = yield* Fiber.join(reader)
      assert.strictEqual(event?.event.type, "error")
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("a reader that stops wakes nobody up and holds nobody back", () =>
    Effect.gen(function* () {
      const reader = yield* Effect.forkChild(first(1_000), { startImmediately: true })
      yield* Effect.yieldNow
      yield* Fiber.interrupt(reader)
      const { child } = yield* history(3)
      assert.strictEqual(yield* World.statusOf(child.id), "completed")
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("S-feed: of a subtree it shows the streams of a session and of all below it, whole", () =>
    Effect.gen(function* () {
      const one = yield* history(3)
      yield* history(3)
      const store = yield* SessionStore
      const expected = [
        ...(yield* store.recentEvents(one.root.id, 1_000)),
        ...(yield* store.recentEvents(one.child.id, 1_000))
      ].toSorted((a, b) => a.number - b.number)
      const seen = yield* first(expected.length, { ...all, scope: { _tag: "Subtree", sessionId: one.root.id } })
      assert.deepStrictEqual<ReadonlyArray<RecordedEvent>>(seen, expected)
    }).pipe(Effect.provide(World.world().layer))
  )
})

describe("SubAgents.snapshot", () => {
  it.effect("is the sessions of a subtree with the number that they are true at", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const { child, root } = yield* history(1)
      yield* history(1)
      const { number, requests, sessions, truncated } = yield* agents.snapshot({
        within: Option.some(root.id),
        limit: 10
      })
      assert.strictEqual(number, yield* head)
      assert.deepStrictEqual(
        sessions.map(({ session }) => [session.id, session.status]),
        [
          [child.id, "completed"],
          [root.id, "idle"]
        ]
      )
      assert.isFalse(truncated)
      assert.deepStrictEqual(requests, [])
      assert.isTrue((yield* agents.snapshot({ within: Option.none(), limit: 3 })).truncated)
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("of a session that does not exist there is none", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const nobody = Option.some(Records.sessionId("nobody"))
      const error = yield* Effect.flip(agents.snapshot({ within: nobody, limit: 10 }))
      assert.strictEqual(error._tag, "SessionNotFound")
    }).pipe(Effect.provide(World.world().layer))
  )
})
