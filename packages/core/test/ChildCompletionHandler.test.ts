import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import {
  type ChildCompletionHandler,
  CompletionNotHandled,
  layer as handlersLayer
} from "../src/ChildCompletionHandler.ts"
import * as Outbox from "../src/Outbox.ts"
import { SessionStore, layerMemory } from "../src/SessionStore.ts"
import type { ChildCompletion } from "../src/SpawnJob.ts"
import * as Records from "./SessionRecords.ts"
import * as World from "./world.ts"

const failure = new CompletionNotHandled({ handler: "flaky", cause: "not now" })

const one = Records.sessionId("one")
const two = Records.sessionId("two")

/** Writes down when it is called and with what, then does what `react` says. */
const handler = (
  react: (call: number, completion: ChildCompletion) => Effect.Effect<void, CompletionNotHandled> = () => Effect.void
) => {
  const calls: Array<{ readonly run: string; readonly atMillis: number }> = []
  const value: ChildCompletionHandler = {
    name: "flaky",
    onChildCompleted: (completion) =>
      Effect.clockWith((clock) => {
        calls.push({ run: completion.runId, atMillis: clock.currentTimeMillisUnsafe() })
        return react(calls.length, completion)
      })
  }
  return { calls, value, runs: () => calls.map(({ run }) => run.slice("run_".length)).join(" ") }
}

const outbox = (handlers: ReadonlyArray<ChildCompletionHandler>) =>
  Outbox.layer.pipe(Layer.provide(handlersLayer(handlers)), Layer.provideMerge(layerMemory))

const quiet = Effect.provideService(References.MinimumLogLevel, "None")

/** Records a completion as settled and hands it over. */
const settle = (completion: ChildCompletion) =>
  Effect.gen(function* () {
    const store = yield* SessionStore
    yield* store.commit([{ _tag: "JobSettled", completion, handlers: "pending" }])
    yield* (yield* Outbox.Outbox).deliver(completion)
  })

const pending = Effect.flatMap(SessionStore, (store) =>
  Effect.map(store.unacknowledged, (left) => left.map(({ runId }) => runId.slice("run_".length)))
)

const turns = Effect.repeat(Effect.yieldNow, { times: 50 })

describe("Outbox", () => {
  it.effect("S-handler: calls the handler once for a completion it takes, and acknowledges", () => {
    const told = handler()
    return Effect.gen(function* () {
      yield* settle(Records.completion("a", one))
      yield* turns
      assert.strictEqual(told.runs(), "a")
      assert.deepStrictEqual(yield* pending, [])
    }).pipe(Effect.provide(outbox([told.value])))
  })

  it.effect("S-handler: completions of one parent come in the order of settling, also past a failure", () => {
    const told = handler((call) => (call === 1 ? Effect.fail(failure) : Effect.void))
    return Effect.gen(function* () {
      for (const name of ["a", "b", "c"]) yield* settle(Records.completion(name, one))
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(told.runs(), "a a b c")
      assert.deepStrictEqual(yield* pending, [])
    }).pipe(quiet, Effect.provide(outbox([told.value])))
  })

  it.effect("S-handler: a parent whose completion is not taken keeps no other parent waiting", () => {
    const told = handler((_, { parentSessionId }) => (parentSessionId === one ? Effect.never : Effect.void))
    return Effect.gen(function* () {
      yield* settle(Records.completion("a", one))
      yield* settle(Records.completion("b", two))
      yield* settle(Records.completion("c", one))
      yield* turns
      assert.strictEqual(told.runs(), "a b")
      assert.deepStrictEqual(yield* pending, ["a", "c"])
    }).pipe(Effect.provide(outbox([told.value])))
  })

  it.effect(
    "S-handler: after a failure it calls again, after 100 ms, twice that, and so on, never later than 30 s",
    () => {
      const told = handler(() => Effect.fail(failure))
      return Effect.gen(function* () {
        yield* settle(Records.completion("a", one))
        yield* TestClock.adjust("5 minutes")
        const times = told.calls.map(({ atMillis }) => atMillis)
        const pauses = times.slice(1).map((atMillis, index) => atMillis - (times[index] ?? 0))
        assert.deepStrictEqual(pauses.slice(0, 9), [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600])
        assert.isAbove(pauses.length, 15)
        for (const pause of pauses.slice(9)) assert.strictEqual(pause, 30_000)
        assert.deepStrictEqual(yield* pending, ["a"])
      }).pipe(quiet, Effect.provide(outbox([told.value])))
    }
  )

  it.effect("S-handler: a failure that mends is acknowledged once it is taken", () => {
    const told = handler((call) => (call < 4 ? Effect.fail(failure) : Effect.void))
    return Effect.gen(function* () {
      yield* settle(Records.completion("a", one))
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(told.runs(), "a a a a")
      assert.deepStrictEqual(yield* pending, [])
    }).pipe(quiet, Effect.provide(outbox([told.value])))
  })

  const ends = { dies: Effect.die(new Error("boom")), "interrupts itself": Effect.interrupt } as const

  it.effect.each(["dies", "interrupts itself"] as const)(
    "S-crash: a handler that %s is called again and stops no line",
    (how) => {
      const told = handler((call) => (call === 1 ? ends[how] : Effect.void))
      return Effect.gen(function* () {
        yield* settle(Records.completion("a", one))
        yield* settle(Records.completion("b", one))
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(told.runs(), "a a b")
        assert.deepStrictEqual(yield* pending, [])
      }).pipe(quiet, Effect.provide(outbox([told.value])))
    }
  )

  it.effect("S-crash: a handler that throws before it returns an effect is called again", () => {
    let calls = 0
    const throwing: ChildCompletionHandler = {
      name: "throwing",
      onChildCompleted: () => {
        calls += 1
        if (calls === 1) throw new TypeError("boom")
        return Effect.void
      }
    }
    return Effect.gen(function* () {
      yield* settle(Records.completion("a", one))
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(calls, 2)
      assert.deepStrictEqual(yield* pending, [])
    }).pipe(quiet, Effect.provide(outbox([throwing])))
  })

  it.effect(
    "S-handler: it is acknowledged when the last of several handlers has taken it, each called until it does",
    () => {
      const good = handler()
      const bad = handler((call) => (call < 3 ? Effect.fail(failure) : Effect.void))
      return Effect.gen(function* () {
        yield* settle(Records.completion("a", one))
        yield* turns
        assert.deepStrictEqual(yield* pending, ["a"])
        yield* TestClock.adjust("1 seconds")
        assert.deepStrictEqual(yield* pending, [])
        assert.strictEqual(good.runs(), "a")
        assert.strictEqual(bad.runs(), "a a a")
      }).pipe(quiet, Effect.provide(outbox([good.value, bad.value])))
    }
  )

  it.effect("S-handler: past 10,000 completions that wait, all are told all the same, each parent's in order", () => {
    const many = 10_050
    return Effect.gen(function* () {
      const goOn = yield* Deferred.make<void>()
      const told = handler((call) => (call === 1 ? Deferred.await(goOn) : Effect.void))
      yield* Effect.gen(function* () {
        for (let index = 0; index < many; index++) yield* settle(Records.completion(`c${index}`, one))
        yield* Deferred.succeed(goOn, undefined)
        for (let index = many; index < many + 20; index++) {
          yield* Effect.repeat(Effect.yieldNow, { times: 3 })
          yield* settle(Records.completion(`c${index}`, one))
        }
        yield* Effect.repeat(Effect.yieldNow, { times: 60_000 })
        assert.deepStrictEqual(yield* pending, [])
        const order = Array.from(new Set(told.calls.map(({ run }) => Number(run.slice("run_c".length)))))
        assert.lengthOf(order, many + 20)
        assert.deepStrictEqual(
          order,
          order.toSorted((a, b) => a - b)
        )
      }).pipe(Effect.provide(outbox([told.value])))
    })
  })
})

describe("completion handlers of the runtime", () => {
  it.effect("S-completion: a handler is told parent, child, run, outcome and time", () => {
    const seen: Array<ChildCompletion> = []
    const told: ChildCompletionHandler = {
      name: "seen",
      onChildCompleted: (completion) => Effect.sync(() => seen.push(completion))
    }
    return Effect.gen(function* () {
      const parent = yield* World.root
      const spawned = yield* World.child(parent.id, ["sleep 3", "fail no"])
      yield* TestClock.adjust("3 seconds")
      yield* World.settled(spawned)
      yield* turns
      assert.deepStrictEqual(seen, [
        {
          runId: spawned.runId,
          parentSessionId: parent.id,
          childSessionId: spawned.session.id,
          outcome: { status: "error", reason: "agent_failed", message: "no" },
          completedAtMillis: 3_000
        }
      ])
    }).pipe(Effect.provide(World.world({}, handlersLayer([told])).layer))
  })

  it.effect("S-finalize: the parent's readers see the completion before a handler is called", () =>
    Effect.gen(function* () {
      const order: Array<string> = []
      const told: ChildCompletionHandler = {
        name: "seen",
        onChildCompleted: () => Effect.sync(() => order.push("handler"))
      }
      yield* Effect.gen(function* () {
        const store = yield* SessionStore
        const parent = yield* World.root
        const spawned = yield* World.child(parent.id, ["say hi"])
        yield* World.settled(spawned)
        yield* turns
        const types = (yield* store.recentEvents(parent.id, 10)).map(({ event }) => event.type)
        assert.include(types, "sub_agent_completed")
        assert.deepStrictEqual(order, ["handler"])
      }).pipe(Effect.provide(World.world({}, handlersLayer([told])).layer))
    })
  )

  it.effect("S-handler: without a handler nothing is left to hand over", () =>
    Effect.gen(function* () {
      const parent = yield* World.root
      yield* World.settled(yield* World.child(parent.id, ["say hi"]))
      assert.deepStrictEqual(yield* pending, [])
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("S-handler, S-restart: what was not taken before a restart is handed over after it, in order", () =>
    Effect.gen(function* () {
      const store = yield* SessionStore
      const same = Layer.succeed(SessionStore, store)
      const before = handler(() => Effect.fail(failure))
      const spawned = yield* Effect.gen(function* () {
        const parent = yield* World.root
        const first = yield* World.child(parent.id, ["say one"])
        yield* World.settled(first)
        const second = yield* World.child(parent.id, ["say two"])
        yield* World.settled(second)
        return [first.runId, second.runId]
      }).pipe(Effect.provide(World.world({}, handlersLayer([before.value]), same).layer), quiet)
      const after = handler()
      const scope = yield* Scope.make()
      yield* Layer.buildWithScope(World.world({}, handlersLayer([after.value]), same).layer, scope)
      yield* turns
      assert.deepStrictEqual(
        after.calls.map(({ run }) => run),
        spawned
      )
      assert.deepStrictEqual(yield* store.unacknowledged, [])
      yield* Scope.close(scope, Exit.void)
    }).pipe(Effect.provide(layerMemory))
  )
})
