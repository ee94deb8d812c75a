import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import type { SessionId } from "../src/Ids.ts"
import * as SessionStreams from "../src/SessionStreams.ts"
import * as Records from "./SessionRecords.ts"

const id = Records.parentId
const none = Option.none<number>()

/** Shows the numbers from `first` to `last` as tokens; returns what the last publish said. */
const say = (streams: SessionStreams.SessionStreamsShape, first: number, last: number, on: SessionId = id): number => {
  let crowded = 0
  for (let word = first; word <= last; word++) {
    crowded = streams.publish(on, "session", on, none, { type: "token", content: String(word) })
  }
  return crowded
}

const wordsOf = (items: ReadonlyArray<SessionStreams.Published>): ReadonlyArray<string> =>
  items.map(({ event }) => (event.type === "token" ? event.content : event.type))

const range = (first: number, last: number): ReadonlyArray<string> =>
  Array.from({ length: last - first + 1 }, (_, index) => String(first + index))

/** Takes until the last word of a text has come. */
const readUntil = (subscription: SessionStreams.Subscription, last: string) =>
  Effect.gen(function* () {
    const words: Array<string> = []
    while (words.at(-1) !== last) words.push(...wordsOf(yield* subscription.take))
    return words
  })

const test = <A, E>(
  body: (streams: SessionStreams.SessionStreamsShape) => Effect.Effect<A, E, Scope.Scope>
): Effect.Effect<A, E, Scope.Scope> =>
  Effect.flatMap(SessionStreams.SessionStreams, body).pipe(Effect.provide(Layer.fresh(SessionStreams.layer)))

describe("SessionStreams", () => {
  it.effect("what is published without a reader is for nobody, also not for the next one", () =>
    test(
      Effect.fnUntraced(function* (streams) {
        assert.isFalse(streams.hasReaders(id, "session"))
        assert.strictEqual(say(streams, 1, 5_000), 0)
        const subscription = yield* streams.subscribe(id, "session")
        assert.strictEqual(subscription.from, 0)
        say(streams, 7, 7)
        assert.deepStrictEqual(wordsOf(yield* subscription.take), ["7"])
      })
    )
  )

  it.effect("a reader gets all that was published since its last turn at once, in order", () =>
    test(
      Effect.fnUntraced(function* (streams) {
        const subscription = yield* streams.subscribe(id, "session")
        say(streams, 1, 3)
        const items = yield* subscription.take
        assert.deepStrictEqual(wordsOf(items), ["1", "2", "3"])
        assert.deepStrictEqual(
          items.map(({ ordinal }) => ordinal),
          [1, 2, 3]
        )
      })
    )
  )

  it.effect("a reader that sleeps is woken by the first event, once for all of one turn", () =>
    test(
      Effect.fnUntraced(function* (streams) {
        const subscription = yield* streams.subscribe(id, "session")
        const reading = yield* Effect.forkChild(subscription.take, { startImmediately: true })
        say(streams, 1, 3)
        assert.deepStrictEqual(wordsOf(yield* Fiber.join(reading)), ["1", "2", "3"])
      })
    )
  )

  it.effect("a reader that comes later begins after what was published before it", () =>
    test(
      Effect.fnUntraced(function* (streams) {
        const early = yield* streams.subscribe(id, "session")
        say(streams, 1, 4)
        const late = yield* streams.subscribe(id, "session")
        assert.strictEqual(late.from, 4)
        say(streams, 5, 5)
        assert.deepStrictEqual(wordsOf(yield* late.take), ["5"])
        assert.deepStrictEqual(wordsOf(yield* early.take), range(1, 5))
      })
    )
  )

  it.effect("streams, and the two scopes of one stream, do not mix", () =>
    test(
      Effect.fnUntraced(function* (streams) {
        const own = yield* streams.subscribe(id, "session")
        const subtree = yield* streams.subscribe(id, "subtree")
        const other = yield* streams.subscribe(Records.childId, "session")
        streams.publish(id, "subtree", id, none, { type: "token", content: "below" })
        say(streams, 1, 1)
        say(streams, 2, 2, Records.childId)
        assert.deepStrictEqual(wordsOf(yield* own.take), ["1"])
        assert.deepStrictEqual(wordsOf(yield* subtree.take), ["below"])
        assert.deepStrictEqual(wordsOf(yield* other.take), ["2"])
      })
    )
  )

  it.effect("S-streams: 1,000 unread events are kept; the next one costs this reader the oldest", () =>
    test(
      Effect.fnUntraced(function* (streams) {
        assert.strictEqual(SessionStreams.liveBufferMax, 1_000)
        const whole = yield* streams.subscribe(id, "session")
        say(streams, 1, 1_000)
        assert.deepStrictEqual(wordsOf(yield* whole.take), range(1, 1_000))
        say(streams, 1_001, 2_001)
        const items = yield* whole.take
        assert.deepStrictEqual(wordsOf(items), range(1_002, 2_001))
        assert.strictEqual(items[0]?.ordinal, 1_002)
      })
    )
  )

  it.effect("I5: a reader that never takes costs the others nothing, and finds a gap in the ordinals", () =>
    test(
      Effect.fnUntraced(function* (streams) {
        const idle = yield* streams.subscribe(id, "session")
        const busy = yield* streams.subscribe(id, "session")
        for (let from = 1; from <= 4_901; from += 100) {
          say(streams, from, from + 99)
          assert.deepStrictEqual(wordsOf(yield* busy.take), range(from, from + 99))
        }
        const left = yield* idle.take
        assert.strictEqual(left.length, 1_000)
        assert.strictEqual(idle.from, 0)
        assert.strictEqual(left[0]?.ordinal, 4_001)
        assert.strictEqual(left.at(-1)?.ordinal, 5_000)
      })
    )
  )

  it.effect(
    "I5: the publisher is asked to leave a turn only when even the fastest reader is half a buffer behind",
    () =>
      test(
        Effect.fnUntraced(function* (streams) {
          yield* streams.subscribe(id, "session")
          const fast = yield* streams.subscribe(id, "session")
          assert.strictEqual(say(streams, 1, 499), 0)
          const crowded = say(streams, 500, 500)
          assert.isAbove(crowded, 0)
          // The same number until somebody has taken: one turn is left once.
          assert.strictEqual(say(streams, 501, 600), crowded)
          yield* fast.take
          assert.strictEqual(say(streams, 601, 601), 0)
          assert.notStrictEqual(say(streams, 602, 1_200), crowded)
        })
      )
  )

  it.effect("many readers of one stream get the same events in the same order", () =>
    test(
      Effect.fnUntraced(function* (streams) {
        const readers = yield* Effect.forEach(range(1, 50), () => streams.subscribe(id, "session"))
        const reading = yield* Effect.forEach(readers, (reader) => Effect.forkChild(readUntil(reader, "900")))
        for (let from = 1; from <= 801; from += 100) {
          say(streams, from, from + 99)
          yield* Effect.yieldNow
        }
        for (const fiber of reading) assert.deepStrictEqual(yield* Fiber.join(fiber), range(1, 900))
      })
    )
  )

  it.effect("a durable event carries its number, and the head grows with it and never shrinks", () =>
    test(
      Effect.fnUntraced(function* (streams) {
        const subscription = yield* streams.subscribe(id, "session")
        say(streams, 1, 1)
        for (const number of [7, 5]) {
          streams.publish(id, "session", id, Option.some(number), { type: "session_cleared", sessionId: id })
        }
        say(streams, 2, 2)
        const items = yield* subscription.take
        assert.deepStrictEqual(
          items.map((item) => [Option.getOrUndefined(item.number), item.durableHead]),
          [
            [undefined, 0],
            [7, 7],
            [5, 7],
            [undefined, 7]
          ]
        )
      })
    )
  )

  it.effect("the last reader that leaves takes the stream with it, and no reader before it does", () =>
    test(
      Effect.fnUntraced(function* (streams) {
        const [first, second] = [yield* Scope.make(), yield* Scope.make()]
        yield* Scope.provide(streams.subscribe(id, "session"), first)
        const staying = yield* Scope.provide(streams.subscribe(id, "session"), second)
        yield* Scope.close(first, Exit.void)
        assert.isTrue(streams.hasReaders(id, "session"))
        say(streams, 1, 1)
        assert.deepStrictEqual(wordsOf(yield* staying.take), ["1"])
        yield* Scope.close(second, Exit.void)
        assert.isFalse(streams.hasReaders(id, "session"))
        assert.strictEqual((yield* streams.subscribe(id, "session")).from, 0)
      })
    )
  )

  it.effect("a reader that is interrupted while it sleeps loses nothing", () =>
    test(
      Effect.fnUntraced(function* (streams) {
        const subscription = yield* streams.subscribe(id, "session")
        const sleeping = yield* Effect.forkChild(subscription.take, { startImmediately: true })
        yield* Fiber.interrupt(sleeping)
        say(streams, 1, 1)
        assert.deepStrictEqual(wordsOf(yield* subscription.take), ["1"])
      })
    )
  )
})

/** Runs with a turn for the others after every step: each place where a busy fiber may lose its turn. */
const interleaved = Effect.provideService(References.MaxOpsBeforeYield, 3)

const turns = (count: number) => Effect.repeat(Effect.yieldNow, { times: count })

/** Whether the effect ends when everybody gets more turns than they can use. */
const ends = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    yield* turns(500)
    return fiber.pollUnsafe() !== undefined
  })

const delays = Array.from({ length: 40 }, (_, count) => count)

describe("SessionStreams, wherever a fiber loses its turn", () => {
  it.effect.each(delays)("I3: a reader that was falling asleep is woken (publisher %s turns later)", (delay) =>
    test(
      Effect.fnUntraced(function* (streams) {
        const subscription = yield* streams.subscribe(id, "session")
        const reading = yield* Effect.forkChild(interleaved(subscription.take))
        yield* turns(delay)
        say(streams, 1, 1)
        assert.isTrue(yield* ends(Fiber.join(reading)), "the reader sleeps beside an unread event")
      })
    )
  )

  it.effect.each(delays)("two readers that come at once read one stream (the second %s turns later)", (delay) =>
    test(
      Effect.fnUntraced(function* (streams) {
        const one = yield* Effect.forkScoped(interleaved(streams.subscribe(id, "session")))
        yield* turns(delay)
        const two = yield* interleaved(streams.subscribe(id, "session"))
        const first = yield* Fiber.join(one)
        say(streams, 1, 1)
        const both = yield* ends(Effect.all([first.take, two.take]))
        assert.isTrue(both, "one of them reads a stream that nobody publishes on")
      })
    )
  )

  it.effect.each(delays)("a reader that comes while the last one leaves reads on (%s turns later)", (delay) =>
    test(
      Effect.fnUntraced(function* (streams) {
        const leaving = yield* Scope.make()
        yield* Scope.provide(streams.subscribe(id, "session"), leaving)
        const coming = yield* Effect.forkScoped(interleaved(streams.subscribe(id, "session")))
        yield* turns(delay)
        yield* Scope.close(leaving, Exit.void)
        const subscription = yield* Fiber.join(coming)
        say(streams, 1, 1)
        assert.deepStrictEqual(wordsOf(yield* subscription.take), ["1"])
      })
    )
  )

  it.effect.each(delays)(
    "a reader that is interrupted while it comes leaves no stream behind (%s turns later)",
    (delay) =>
      test(
        Effect.fnUntraced(function* (streams) {
          const coming = yield* Effect.forkChild(Effect.scoped(interleaved(streams.subscribe(id, "session"))))
          yield* turns(delay)
          yield* Fiber.interrupt(coming)
          assert.isFalse(streams.hasReaders(id, "session"))
        })
      )
  )
})
