import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { EventType } from "../src/AgentEvent.ts"
import * as FeedPages from "../src/internal/feedPages.ts"
import * as Recorder from "../src/internal/recorder.ts"
import type { EventPage } from "../src/SessionStore.ts"
import type { FeedItem, FeedQuery } from "../src/SubAgents.ts"
import * as FeedRecords from "./FeedRecords.ts"
import { child, childId, parentId, root, sessionId } from "./SessionRecords.ts"

const all: FeedQuery = { after: 0, scope: { _tag: "All" }, types: Option.none() }

const feed = (query: FeedQuery) => Stream.unwrap(Effect.map(Recorder.Recorder, (it) => FeedPages.feed(it, query)))

/** What a reader is told, as one word each: a number, or what became of the reader. */
const word = (item: FeedItem): number | string => {
  switch (item._tag) {
    case "Event":
      return item.recorded.number
    case "Reset":
      return `reset ${item.oldest}`
    case "Passed":
      return `passed ${item.upTo}`
  }
}

const first = (count: number, query: FeedQuery = all) =>
  feed(query).pipe(Stream.map(word), Stream.take(count), Stream.runCollect)

const range = (from: number, to: number): Array<number | string> =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

const event = (number: number): EventPage["events"][number] => ({
  number,
  sessionId: FeedRecords.streamId,
  atMillis: 0,
  event: FeedRecords.titled()
})

describe("what a page says to a reader", () => {
  const silent = FeedPages.silentMax
  it.each<readonly [string, number, EventPage, ReadonlyArray<number | string>, number, boolean]>([
    ["the next events", 3, { events: [event(4), event(6)], upTo: 6, oldest: 1, head: 9 }, [4, 6], 6, false],
    ["the last events", 3, { events: [event(4)], upTo: 9, oldest: 1, head: 9 }, [4], 9, true],
    ["nothing for it", 3, { events: [], upTo: 8, oldest: 1, head: 9 }, [], 8, false],
    ["nothing at all", 9, { events: [], upTo: 9, oldest: 1, head: 9 }, [], 9, true],
    ["the oldest is its next", 3, { events: [event(4)], upTo: 4, oldest: 4, head: 4 }, [4], 4, true],
    ["its next is gone", 3, { events: [event(5)], upTo: 5, oldest: 5, head: 5 }, ["reset 5", 5], 5, true],
    ["all is gone", 3, { events: [], upTo: 3, oldest: 10, head: 9 }, ["reset 10"], 9, true],
    ["all is gone that it had seen", 9, { events: [], upTo: 9, oldest: 10, head: 9 }, [], 9, true],
    ["a number of another record", 12, { events: [], upTo: 12, oldest: 2, head: 9 }, ["reset 2"], 1, false],
    [
      "a number of another record that is empty",
      12,
      { events: [], upTo: 12, oldest: 1, head: 0 },
      ["reset 1"],
      0,
      true
    ],
    [
      "nothing for long",
      3,
      { events: [], upTo: 3 + silent, oldest: 1, head: 9_000 },
      [`passed ${3 + silent}`],
      3 + silent,
      false
    ]
  ])("%s", (_, after, page, told, then, atHead) => {
    const seen = FeedPages.read(FeedPages.start(after), page)
    assert.deepStrictEqual(seen.items.map(word), told)
    assert.strictEqual(seen.place.after, then)
    assert.strictEqual(seen.place.atHead, atHead)
  })
})

describe("a reader of the feed", () => {
  it.effect("S-feed: what was trimmed below its feet is told once, and it goes on from the oldest kept", () =>
    Effect.gen(function* () {
      yield* FeedRecords.say(1_000)
      const paused = yield* Deferred.make<void>()
      const goOn = yield* Deferred.make<void>()
      const reader = yield* Effect.forkChild(
        feed(all).pipe(
          Stream.map(word),
          Stream.tap((told) =>
            told === 256 ? Effect.andThen(Deferred.succeed(paused, undefined), Deferred.await(goOn)) : Effect.void
          ),
          Stream.take(256 + 1 + 101),
          Stream.runCollect
        ),
        { startImmediately: true }
      )
      yield* Deferred.await(paused)
      yield* FeedRecords.keep(100)
      yield* Deferred.succeed(goOn, undefined)
      yield* FeedRecords.say(1)
      assert.deepStrictEqual(yield* Fiber.join(reader), [...range(1, 256), "reset 901", ...range(901, 1_001)])
    }).pipe(Effect.provide(FeedRecords.layer()))
  )

  it.effect("one that waits at the head is not reset when everything is trimmed", () =>
    Effect.gen(function* () {
      yield* FeedRecords.say(10)
      const reader = yield* Effect.forkChild(first(11), { startImmediately: true })
      yield* Effect.repeat(Effect.yieldNow, { times: 20 })
      yield* FeedRecords.keep(0)
      yield* FeedRecords.say(1)
      assert.deepStrictEqual(yield* Fiber.join(reader), range(1, 11))
    }).pipe(Effect.provide(FeedRecords.layer()))
  )

  it.effect("a number of another record is reset, and every event of this one follows", () =>
    Effect.gen(function* () {
      yield* FeedRecords.say(3)
      assert.deepStrictEqual(yield* first(4, { ...all, after: 99 }), ["reset 1", 1, 2, 3])
    }).pipe(Effect.provide(FeedRecords.layer()))
  )

  it.effect("F1: one that is for few looks at every number once, also over reconnections and while it waits", () => {
    const looked: Array<FeedRecords.Looked> = []
    return Effect.gen(function* () {
      const types = Option.some<ReadonlyArray<EventType>>(["session_deleted"])
      const sparse = FeedRecords.record(FeedRecords.streamId, {
        type: "session_deleted",
        sessionId: FeedRecords.streamId
      })
      yield* FeedRecords.say(30_000)
      yield* sparse
      yield* FeedRecords.say(40_000)
      const reader = yield* Effect.forkChild(
        feed({ ...all, types }).pipe(
          Stream.filter(({ _tag }) => _tag === "Event"),
          Stream.take(3),
          Stream.runCollect
        ),
        { startImmediately: true }
      )
      yield* Effect.repeat(Effect.yieldNow, { times: 100 })
      for (let count = 0; count < 50; count++) yield* FeedRecords.say(100)
      yield* sparse
      yield* sparse
      assert.lengthOf(yield* Fiber.join(reader), 3)
      const beginnings = looked.filter(([after, upTo]) => upTo > after).map(([after]) => after)
      const ends = looked.filter(([after, upTo]) => upTo > after).map(([, upTo]) => upTo)
      assert.deepStrictEqual(beginnings, [0, ...ends.slice(0, -1)])
    }).pipe(Effect.provide(FeedRecords.layer(looked)))
  })

  it.effect("one that is for nobody is told how far it is, once in a thousand numbers", () =>
    Effect.gen(function* () {
      const types = Option.some<ReadonlyArray<EventType>>(["error"])
      const reader = yield* Effect.forkChild(first(3, { ...all, types }), { startImmediately: true })
      for (let count = 0; count < 400; count++) {
        yield* FeedRecords.say(10)
        yield* Effect.yieldNow
      }
      const told = yield* Fiber.join(reader)
      assert.lengthOf(told, 3)
      for (const [index, passed] of told.entries()) {
        assert.match(String(passed), /^passed /)
        const upTo = Number(String(passed).slice("passed ".length))
        assert.isAtLeast(upTo, (index + 1) * FeedPages.silentMax)
        assert.isBelow(upTo, (index + 1) * (FeedPages.silentMax + 100))
      }
    }).pipe(Effect.provide(FeedRecords.layer()))
  )

  it.effect("one that stops reading has a page and no more, and is caught up from the record", () => {
    const looked: Array<FeedRecords.Looked> = []
    return Effect.gen(function* () {
      const goOn = yield* Deferred.make<void>()
      const stopped = yield* Deferred.make<void>()
      const seen = { count: 0, last: 0 }
      yield* FeedRecords.say(1)
      const reader = yield* Effect.forkChild(
        feed(all).pipe(
          Stream.takeUntil((item) => item._tag === "Event" && item.recorded.number === 100_001),
          Stream.runForEach((item) => {
            if (item._tag !== "Event") return Effect.die(item)
            assert.strictEqual(item.recorded.number, seen.last + 1)
            seen.last = item.recorded.number
            seen.count += 1
            return seen.count === 1
              ? Effect.andThen(Deferred.succeed(stopped, undefined), Deferred.await(goOn))
              : Effect.void
          })
        ),
        { startImmediately: true }
      )
      yield* Deferred.await(stopped)
      yield* FeedRecords.say(100_000)
      assert.isAtMost(looked.length, 1)
      yield* Deferred.succeed(goOn, undefined)
      yield* Fiber.join(reader)
      assert.strictEqual(seen.count, 100_001)
      assert.isTrue(looked.every(([after, upTo]) => upTo - after <= 256))
    }).pipe(Effect.provide(FeedRecords.layer(looked)))
  })

  it.effect("of a subtree it shows the streams of what is or was below, and no other", () =>
    Effect.gen(function* () {
      const { commit } = yield* Recorder.Recorder
      const other = sessionId("other")
      yield* commit(
        [
          { _tag: "SessionCreated", session: root() },
          { _tag: "SessionCreated", session: child() },
          { _tag: "SessionCreated", session: root({ id: other, rootId: other }) },
          ...[parentId, other, childId, other].map((id) => FeedRecords.recorded(id, FeedRecords.titled(id))),
          { _tag: "SessionDeleted", sessionId: childId },
          FeedRecords.recorded(childId, { type: "session_deleted", sessionId: childId })
        ],
        Recorder.showNothing
      )
      const of = (scope: FeedQuery["scope"], count: number) => first(count, { ...all, scope })
      assert.deepStrictEqual(yield* of({ _tag: "Subtree", sessionId: parentId }, 3), [1, 3, 5])
      assert.deepStrictEqual(yield* of({ _tag: "Session", sessionId: parentId }, 1), [1])
      assert.deepStrictEqual(yield* of({ _tag: "Subtree", sessionId: childId }, 2), [3, 5])
      assert.deepStrictEqual(yield* of({ _tag: "Session", sessionId: other }, 2), [2, 4])
    }).pipe(Effect.provide(FeedRecords.layer()))
  )
})
