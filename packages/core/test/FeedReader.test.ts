import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as FeedReader from "../src/FeedReader.ts"
import { delayAfter } from "../src/internal/reconnecting.ts"
import * as Recorder from "../src/internal/recorder.ts"
import * as FeedRecords from "./FeedRecords.ts"
import {
  Broken,
  broken,
  anywhere,
  source,
  type Fault,
  faulty,
  faultAt,
  collecting,
  settle,
  seeds
} from "./FeedReaders.ts"

const entry = (number: number | undefined): FeedReader.Frame => ({
  _tag: "Entry",
  entry: {
    number: Option.fromUndefinedOr(number),
    event: FeedRecords.titled(),
    streamId: Option.none(),
    at: Option.none()
  }
})

const reset = (oldest: number): FeedReader.Frame => ({
  _tag: "Entry",
  entry: {
    number: Option.none(),
    event: { type: "feed_reset", oldest },
    streamId: Option.none(),
    at: Option.none()
  }
})

describe("what a reader makes of a frame", () => {
  it.each<readonly [string, number | undefined, FeedReader.Frame, number | undefined, number]>([
    ["the first one", undefined, entry(7), 7, 1],
    ["the next one", 7, entry(8), 8, 1],
    ["a later one, when it is for few", 7, entry(20), 20, 1],
    ["one that it has seen", 7, entry(7), 7, 0],
    ["one before that", 7, entry(3), 7, 0],
    ["one without a number", 7, entry(undefined), 7, 0],
    ["how far it is", 7, { _tag: "Passed", upTo: 90 }, 90, 0],
    ["how far it was", 7, { _tag: "Passed", upTo: 3 }, 7, 0],
    ["a reset forward", 7, reset(100), 99, 1],
    ["a reset to another record", 700, reset(1), 0, 1]
  ])("%s", (_, after, frame, then, shown) => {
    const read = FeedReader.readFeed(Option.fromUndefinedOr(after), frame)
    assert.strictEqual(Option.getOrUndefined(read.after), then)
    assert.lengthOf(read.shown, shown)
  })
})

describe("how long a reader waits before it connects again", () => {
  it.each([
    [0, 0, 1_000],
    [0, 1, 1_500],
    [1, 0, 2_000],
    [3, 0.5, 10_000],
    [31, 1, 15_000]
  ] as const)("after %s failures, with chance %s: %s ms", (failures, chance, millis) => {
    assert.strictEqual(Duration.toMillis(delayAfter(failures, chance)), millis)
  })
})

/** Commits, trims and passing time, in an order that the seed gives. */
const commotion = Effect.gen(function* () {
  for (let step = 0; step < 40; step++) {
    const chance = yield* Random.next
    if (chance < 0.5) yield* FeedRecords.say(yield* Random.nextIntBetween(1, 60))
    else if (chance < 0.6) yield* FeedRecords.keep(yield* Random.nextIntBetween(0, 50))
    else if (chance < 0.8) yield* TestClock.adjust("5 seconds")
    else yield* Effect.repeat(Effect.yieldNow, { times: yield* Random.nextIntBetween(1, 30) })
  }
})

describe("a reader of the feed over connections that fail", () => {
  it.effect.each(seeds)("R1: shows every number once, in order, or a reset in between (seed %s)", (seed) =>
    Effect.gen(function* () {
      yield* FeedRecords.say(3)
      const faults = yield* Effect.forEach(Array.from({ length: 12 }), () => faultAt)
      // A first connection that fails is a failure at once; that is another test.
      const inner = faulty(yield* source, [{ _tag: "Cut", frames: 2, fails: true }, ...faults])
      const { fiber, seen } = yield* collecting(FeedReader.make({ source: inner, after: Option.some(0) }))
      yield* commotion
      yield* settle
      yield* FeedRecords.say(1)
      yield* settle
      yield* Fiber.interrupt(fiber)
      const { store } = yield* Recorder.Recorder
      let next = 1
      for (const { event, number } of seen) {
        if (event.type === "feed_reset") {
          assert.isAbove(event.oldest, next)
          next = event.oldest
        } else {
          assert.deepStrictEqual(number, Option.some(next))
          next += 1
        }
      }
      assert.strictEqual(next, (yield* store.feedBounds).head + 1)
    }).pipe(Random.withSeed(`feed-${seed}`), Effect.provide(FeedRecords.layer()))
  )

  it.effect("a first connection that fails is a failure at once", () =>
    Effect.gen(function* () {
      const inner = faulty(yield* source, [{ _tag: "Refused" }])
      const reader = Stream.runDrain(FeedReader.make({ source: inner, after: anywhere }))
      assert.deepStrictEqual(yield* Effect.flip(reader), broken)
    }).pipe(Effect.provide(FeedRecords.layer()))
  )

  it.effect("it gives up after five minutes without an answer, and not before", () =>
    Effect.gen(function* () {
      const cut: Fault = { _tag: "Cut", frames: 1, fails: true }
      yield* FeedRecords.say(1)
      const refusals = Array.from({ length: 100 }, (): Fault => ({ _tag: "Refused" }))
      const { fiber } = yield* collecting(
        FeedReader.make({ source: faulty(yield* source, [cut, ...refusals]), after: anywhere })
      )
      yield* Effect.repeat(TestClock.adjust("10 seconds"), { times: 25 })
      assert.isUndefined(fiber.pollUnsafe())
      yield* Effect.repeat(TestClock.adjust("10 seconds"), { times: 30 })
      assert.deepStrictEqual(yield* Effect.flip(Fiber.join(fiber)), broken)
    }).pipe(Effect.provide(FeedRecords.layer()))
  )

  it.effect("failures that are not in a row are not counted together", () =>
    Effect.gen(function* () {
      yield* FeedRecords.say(60)
      const cut: Fault = { _tag: "Cut", frames: 1, fails: true }
      const inner = faulty(
        yield* source,
        Array.from({ length: 100 }, (_, at) => (at % 2 === 0 ? cut : { _tag: "Refused" }))
      )
      const { fiber, seen } = yield* collecting(FeedReader.make({ source: inner, after: anywhere }))
      yield* Effect.repeat(settle, { times: 4 })
      assert.isUndefined(fiber.pollUnsafe())
      assert.lengthOf(seen, 60)
    }).pipe(Effect.provide(FeedRecords.layer()))
  )

  it.effect("a failure that another try does not mend ends it", () =>
    Effect.gen(function* () {
      yield* FeedRecords.say(1)
      const inner = yield* source
      const final = new Broken({ mends: false })
      let connections = 0
      const once: FeedReader.Source<Broken> = {
        mayMend: ({ mends }) => mends,
        connect: (after) => {
          connections += 1
          return Effect.map(Effect.orDie(inner.connect(after)), (frames) =>
            Stream.concat(Stream.take(Stream.orDie(frames), 1), Stream.fail(final))
          )
        }
      }
      const reader = Stream.runDrain(FeedReader.make({ source: once, after: anywhere }))
      assert.deepStrictEqual(yield* Effect.flip(reader), final)
      assert.strictEqual(connections, 1)
    }).pipe(Effect.provide(FeedRecords.layer()))
  )

  it.effect("it closes its connection when it is left", () =>
    Effect.gen(function* () {
      const closed = yield* Deferred.make<void>()
      const open: FeedReader.Source<never> = {
        mayMend: () => false,
        connect: () =>
          Effect.as(
            Effect.acquireRelease(Effect.void, () => Deferred.succeed(closed, undefined)),
            Stream.concat(Stream.make(entry(1)), Stream.never)
          )
      }
      yield* Stream.runDrain(Stream.take(FeedReader.make({ source: open, after: anywhere }), 1))
      yield* Deferred.await(closed)
    })
  )
})
