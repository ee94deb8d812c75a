/** The outbox with more completions, parents and hanging calls than it keeps at once. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import type { SessionId } from "../src/Ids.ts"
import { placesMax, windowMax } from "../src/internal/outboxLines.ts"
import { layerMemory } from "../src/SessionStore.ts"
import { one, two, handler, outbox, world, quiet, settle, pending, turns, lasting } from "./OutboxWorld.ts"
import * as Records from "./SessionRecords.ts"

const many = (count: number, parent: (index: number) => SessionId, name = "c") =>
  Effect.forEach(
    Array.from({ length: count }, (_, index) => index),
    (index) => settle(`${name}${index}`, parent(index)),
    {
      discard: true
    }
  )

const itsOwn = (index: number): SessionId => Records.sessionId(`parent${index}`)

describe("many completions", () => {
  it.effect("S-handler: 20,000 completions behind one call that hangs hold back no other parent", () => {
    const told = handler((_, { parentSessionId }) => (parentSessionId === one ? Effect.never : Effect.void))
    return Effect.gen(function* () {
      yield* many(20_000, () => one)
      yield* settle("other", two)
      yield* turns
      assert.strictEqual(told.runs(), "c0 other")
    }).pipe(Effect.provide(world([told.value])))
  })

  it.effect("S-handler: a long line is told whole, in order, and never has more in memory than its window", () => {
    const count = 1_000
    const windows: Array<number> = []
    const told = handler((call) => (call === 1 ? Effect.sleep("1 seconds") : Effect.void))
    return Effect.gen(function* () {
      yield* many(count, () => one)
      yield* Effect.forkChild(TestClock.adjust("1 seconds"))
      yield* told.heard(count)
      yield* turns
      assert.deepStrictEqual(
        told.calls.map(({ run }) => run),
        Array.from({ length: count }, (_, index) => `c${index}`)
      )
      assert.isAtMost(Math.max(...windows), windowMax)
      assert.isAtMost(windows.length, Math.ceil(count / windowMax) + 1)
      assert.deepStrictEqual(yield* pending(), [])
    }).pipe(
      Effect.provide(
        world([told.value], (store) => ({
          undelivered: (query) =>
            Effect.tap(store.undelivered(query), (found) => {
              if (query.limit <= windowMax) windows.push(found.length)
              return Effect.void
            })
        }))
      )
    )
  })

  it.effect("S-handler: one completion costs one read and one commit", () => {
    const done = { reads: 0, commits: 0 }
    const told = handler()
    return Effect.gen(function* () {
      yield* settle("a", one)
      yield* told.heard(1)
      yield* turns
      assert.deepStrictEqual(done, { reads: 1, commits: 2 })
    }).pipe(
      Effect.provide(
        world([told.value], (store) => ({
          undelivered: (query) =>
            Effect.suspend(() => {
              done.reads += 1
              return store.undelivered(query)
            }),
          commit: (transition) =>
            Effect.suspend(() => {
              done.commits += 1
              return store.commit(transition)
            })
        }))
      )
    )
  })

  it.effect("S-handler: calls that hang for 1,024 parents hold back the others for ten seconds at most", () => {
    const told = handler((_, { parentSessionId }) => (parentSessionId === one ? Effect.void : Effect.never))
    return Effect.gen(function* () {
      yield* many(placesMax, itsOwn)
      yield* told.heard(placesMax)
      yield* settle("other", one)
      yield* turns
      assert.lengthOf(told.calls, placesMax)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(told.calls.at(-1), { run: "other", atMillis: 10_000 })
    }).pipe(Effect.provide(world([told.value])))
  })

  it.effect(
    "S-handler: a handler that hangs for 3,000 parents has at most 2,048 calls, and in the end delays only those parents",
    () => {
      const told = handler((_, { parentSessionId }) => (parentSessionId === one ? Effect.void : Effect.never))
      return Effect.gen(function* () {
        yield* many(3_000, itsOwn)
        yield* TestClock.adjust("11 minutes")
        assert.strictEqual(told.now.callsMax, 2 * placesMax)
        const hung = new Set(told.calls.map(({ run }) => run))
        assert.strictEqual(hung.size, 3_000)
        yield* settle("other", one)
        yield* turns
        assert.strictEqual(told.calls.at(-1)?.run, "other")
      }).pipe(quiet, Effect.provide(world([told.value])))
    }
  )

  it.effect(
    "S-handler, S-restart: 4,000 completions of 2,500 parents that are left from before are all told, each line in order",
    () =>
      Effect.gen(function* () {
        const same = yield* lasting
        const before = handler(() => Effect.never)
        yield* many(4_000, (index) => itsOwn(index % 2_500)).pipe(
          Effect.provide(outbox([before.value]).pipe(Layer.provideMerge(same)))
        )
        const after = handler()
        yield* Effect.andThen(after.heard(4_000), turns).pipe(Effect.provide(outbox([after.value])))
        const runs = after.calls.map(({ run }) => run)
        assert.lengthOf(runs, 4_000)
        for (let index = 2_500; index < 4_000; index++) {
          assert.isBelow(runs.indexOf(`c${index - 2_500}`), runs.indexOf(`c${index}`))
        }
        assert.deepStrictEqual(yield* pending(), [])
      }).pipe(Effect.provide(layerMemory))
  )
})
