/** The outbox when the store fails, when the process starts again, and when everything fails at random. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import type { CompletionNotHandled } from "../src/ChildCompletionHandler.ts"
import type { SessionId } from "../src/Ids.ts"
import { layerMemory, SessionStore, type SessionStoreShape } from "../src/SessionStore.ts"
import {
  failure,
  away,
  one,
  two,
  takes,
  handler,
  outbox,
  world,
  quiet,
  record,
  deliver,
  settle,
  pending,
  turns,
  lasting
} from "./OutboxWorld.ts"
import * as Records from "./SessionRecords.ts"

describe("a store that fails", () => {
  const refusing = (times: number, how: "before" | "after") => {
    const left = { times }
    return (store: SessionStoreShape): Partial<SessionStoreShape> => ({
      commit: (transition) =>
        Effect.suspend(() => {
          if (transition[0]?._tag !== "CompletionAcknowledged" || left.times === 0) return store.commit(transition)
          left.times -= 1
          return how === "before" ? Effect.fail(away) : Effect.andThen(store.commit(transition), Effect.fail(away))
        })
    })
  }

  it.effect.each(["before", "after"] as const)(
    "S-handler: an acknowledgement that fails %s its commit is tried again; nothing overtakes it, nobody is called twice",
    (how) => {
      const told = handler()
      return Effect.gen(function* () {
        yield* settle("a", one)
        yield* settle("b", one)
        yield* turns
        assert.strictEqual(told.runs(), "a")
        yield* settle("c", two)
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(told.runs().replace(" c", ""), "a b")
        assert.deepStrictEqual(yield* pending(), [])
      }).pipe(quiet, Effect.provide(world([told.value], refusing(3, how))))
    }
  )

  it.effect("S-handler: a read that fails is tried again", () => {
    let reads = 0
    const told = handler()
    return Effect.gen(function* () {
      yield* settle("a", one)
      yield* turns
      assert.strictEqual(told.runs(), "")
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(told.runs(), "a")
      assert.deepStrictEqual(yield* pending(), [])
    }).pipe(
      quiet,
      Effect.provide(
        world([told.value], (store) => ({
          undelivered: (query) =>
            Effect.suspend(() => {
              reads += 1
              return reads <= 3 ? Effect.fail(away) : store.undelivered(query)
            })
        }))
      )
    )
  })
})

describe("a restart", () => {
  it.effect("S-handler, S-restart: what was not taken is handed over after it, in order, before what is newer", () =>
    Effect.gen(function* () {
      const same = yield* lasting
      const names = Array.from({ length: 40 }, (_, index) => `c${index}`)
      const before = handler((call) => (call <= 3 ? Effect.void : Effect.never))
      yield* Effect.gen(function* () {
        for (const name of names) yield* settle(name, one)
        yield* turns
      }).pipe(Effect.provide(outbox([before.value]).pipe(Layer.provideMerge(same))))
      assert.strictEqual(before.runs(), "c0 c1 c2 c3")
      const after = handler()
      yield* Effect.gen(function* () {
        yield* settle("new", one)
        yield* after.heard(38)
        yield* turns
        assert.deepStrictEqual(after.runs().split(" "), [...names.slice(3), "new"])
        assert.deepStrictEqual(yield* pending(), [])
      }).pipe(Effect.provide(outbox([after.value]).pipe(Layer.provideMerge(same))))
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("S-handler: after a restart that lost an acknowledgement the handler is called again", () =>
    Effect.gen(function* () {
      const store = yield* SessionStore
      const deaf = Layer.succeed(
        SessionStore,
        SessionStore.of({
          ...store,
          commit: (transition) =>
            transition[0]?._tag === "CompletionAcknowledged" ? Effect.fail(away) : store.commit(transition)
        })
      )
      const before = handler()
      yield* Effect.gen(function* () {
        yield* settle("a", one)
        yield* TestClock.adjust("1 minute")
      }).pipe(quiet, Effect.provide(outbox([before.value]).pipe(Layer.provideMerge(deaf))))
      assert.strictEqual(before.runs(), "a")
      const after = handler()
      yield* Effect.andThen(after.heard(1), turns).pipe(Effect.provide(outbox([after.value])))
      assert.strictEqual(after.runs(), "a")
      assert.deepStrictEqual(yield* pending(), [])
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("S-handler: closing interrupts a call, says nothing of it and keeps its completion", () =>
    Effect.gen(function* () {
      const same = yield* lasting
      const lines: Array<unknown> = []
      const log = Logger.layer([Logger.make(({ message }) => lines.push(message))])
      let interrupted = 0
      const told = handler(() =>
        Effect.onInterrupt(Effect.never, () =>
          Effect.sync(() => {
            interrupted += 1
          })
        )
      )
      const scope = yield* Scope.make()
      const services = yield* Layer.buildWithScope(
        outbox([told.value]).pipe(Layer.provideMerge(same), Layer.provideMerge(log)),
        scope
      )
      yield* Effect.andThen(settle("a", one), told.heard(1)).pipe(Effect.provide(services))
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(interrupted, 1)
      assert.deepStrictEqual(lines, [])
      assert.deepStrictEqual(yield* pending(), ["a"])
      yield* settle("b", one).pipe(Effect.provide(services))
      yield* turns
      assert.strictEqual(told.runs(), "a")
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("a handler is not told of what settled before it was there, and what a gone one missed waits for it", () =>
    Effect.gen(function* () {
      const same = yield* lasting
      const old = handler(() => Effect.never, "old")
      yield* Effect.andThen(settle("a", one), old.heard(1)).pipe(
        Effect.provide(outbox([old.value]).pipe(Layer.provideMerge(same)))
      )
      const fresh = handler(takes, "fresh")
      yield* Effect.andThen(settle("b", one), fresh.heard(1)).pipe(
        Effect.provide(outbox([fresh.value]).pipe(Layer.provideMerge(same)))
      )
      assert.strictEqual(fresh.runs(), "b")
      const back = handler(takes, "old")
      yield* back.heard(1).pipe(Effect.provide(outbox([back.value])))
      assert.strictEqual(back.runs(), "a")
    }).pipe(Effect.provide(layerMemory))
  )
})

/** The same numbers for the same seed, from 0 to 1. */
const seeded = (seed: number) => {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

describe("whatever fails", () => {
  const parents = [one, two, Records.sessionId("three")]

  it.effect.each(Array.from({ length: 60 }, (_, index) => index + 1))(
    "S-handler: each line is told whole and in the order of settling, one call at a time (seed %i)",
    (seed) => {
      const random = seeded(seed)
      const busy = new Set<SessionId>()
      const chance = (of: number) => random() < of
      const moods: ReadonlyArray<() => Effect.Effect<void, CompletionNotHandled>> = [
        () => Effect.fail(failure),
        () => Effect.die(new Error("boom")),
        () => Effect.never,
        () => Effect.sleep(random() * 20_000),
        () => Effect.yieldNow
      ]
      const told = handler((_, { childSessionId, parentSessionId: parent = childSessionId }) => {
        assert.isFalse(busy.has(parent))
        busy.add(parent)
        const mood = chance(0.5) ? moods[Math.floor(random() * moods.length)] : undefined
        return Effect.ensuring(
          mood === undefined ? Effect.void : mood(),
          Effect.sync(() => busy.delete(parent))
        )
      })
      const settled = new Map<SessionId, Array<string>>(parents.map((parent) => [parent, []]))
      const unsteady = (store: SessionStoreShape): Partial<SessionStoreShape> => ({
        undelivered: (query) =>
          Effect.suspend(() =>
            chance(0.1) ? Effect.fail(away) : Effect.tap(store.undelivered(query), () => Effect.sleep(random() * 200))
          ),
        commit: (transition) =>
          Effect.suspend(() => {
            if (transition[0]?._tag !== "CompletionAcknowledged" || chance(0.8)) return store.commit(transition)
            return chance(0.5) ? Effect.fail(away) : Effect.andThen(store.commit(transition), Effect.fail(away))
          })
      })
      const settleSomewhere = (index: number) =>
        Effect.gen(function* () {
          const parent = parents[Math.floor(random() * parents.length)] ?? one
          const completion = Records.completion(`c${index}`, parent)
          yield* Effect.sleep(random() * 60_000)
          yield* record(completion)
          settled.get(parent)?.push(`c${index}`)
          yield* Effect.sleep(random() * 300)
          yield* deliver(completion)
        })
      return Effect.gen(function* () {
        const all = yield* Effect.forkChild(
          Effect.forEach(
            Array.from({ length: 60 }, (_, index) => index),
            settleSomewhere,
            { concurrency: "unbounded" }
          )
        )
        yield* TestClock.adjust("24 hours")
        yield* Fiber.join(all)
        const first = Array.from(new Set(told.calls.map(({ run }) => run)))
        for (const runs of settled.values()) {
          assert.deepStrictEqual(
            first.filter((run) => runs.includes(run)),
            runs
          )
        }
        assert.deepStrictEqual(yield* pending(), [])
      }).pipe(quiet, Effect.provide(world([told.value], unsteady)))
    }
  )
})
