import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import * as Watchdog from "../src/Watchdog.ts"
import * as World from "./world.ts"

type Verdict = "ended" | Watchdog.Timeout

const policy: Watchdog.Policy = {
  checkSeconds: 15,
  totalSeconds: 100,
  idleSeconds: 20,
  toolSeconds: 30,
  requestSeconds: 40,
  waits: "counted"
}

/** A guarded run whose vitals a test changes; counts how often they were read. */
const guarded = Effect.fnUntraced(function* (changed: Partial<Watchdog.Policy> = {}) {
  const clock = yield* Clock.Clock
  const startedAtMillis = clock.currentTimeMillisUnsafe()
  const run: { vitals: Watchdog.Vitals; looks: number } = {
    vitals: { startedAtMillis, lastActivityAtMillis: startedAtMillis, waitedMillis: 0, open: { _tag: "Nothing" } },
    looks: 0
  }
  const verdict = yield* Deferred.make<Verdict>()
  const fiber = yield* Effect.forkChild(
    Watchdog.guard<Verdict>(
      {
        policy: { ...policy, ...changed },
        vitals: () => {
          run.looks += 1
          return run.vitals
        },
        nowMillis: () => clock.currentTimeMillisUnsafe()
      },
      verdict
    ),
    { startImmediately: true }
  )
  const isWatching = Effect.sync(() => fiber.pollUnsafe() === undefined)
  return { run, verdict, fiber, isWatching }
})

const timeout = (
  reason: "total" | "idle" | "request",
  elapsedSeconds: number,
  limitSeconds: number
): Watchdog.Timeout => ({
  status: "timeout",
  reason,
  elapsedSeconds,
  limitSeconds
})

describe("Watchdog.guard", () => {
  it.effect("S-tick: the first check comes after one whole interval", () =>
    Effect.gen(function* () {
      const { run } = yield* guarded()
      yield* TestClock.adjust("14999 millis")
      assert.strictEqual(run.looks, 0)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(run.looks, 1)
    })
  )

  it.effect("S-tick: checks come once every interval and not in between", () =>
    Effect.gen(function* () {
      const { run } = yield* guarded({ idleSeconds: 1_000, checkSeconds: 10 })
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual(run.looks, 5)
    })
  )

  it.effect("S-tick: idle is found at the first check after its cap, and says the seconds that have passed", () =>
    Effect.gen(function* () {
      const { fiber, isWatching } = yield* guarded()
      yield* TestClock.adjust("29 seconds")
      assert.isTrue(yield* isWatching)
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual(yield* Fiber.join(fiber), timeout("idle", 30, 20))
    })
  )

  it.effect("S-tick: idle counts from the last activity", () =>
    Effect.gen(function* () {
      const { fiber, isWatching, run } = yield* guarded({ checkSeconds: 1 })
      yield* TestClock.adjust("19 seconds")
      run.vitals = { ...run.vitals, lastActivityAtMillis: 19_000 }
      yield* TestClock.adjust("19 seconds")
      assert.isTrue(yield* isWatching)
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual(yield* Fiber.join(fiber), timeout("idle", 20, 20))
    })
  )

  it.effect("S-tick: the total ends a busy run at exactly its cap, between two checks", () =>
    Effect.gen(function* () {
      const { fiber, isWatching } = yield* guarded({ idleSeconds: 1_000 })
      yield* TestClock.adjust("99999 millis")
      assert.isTrue(yield* isWatching)
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* Fiber.join(fiber), timeout("total", 100, 100))
    })
  )

  it.effect("S-tick: the total beats idle when both are due at one instant", () =>
    Effect.gen(function* () {
      const { fiber } = yield* guarded({ checkSeconds: 50, totalSeconds: 50, idleSeconds: 50 })
      yield* TestClock.adjust("50 seconds")
      assert.deepStrictEqual(yield* Fiber.join(fiber), timeout("total", 50, 50))
    })
  )

  it.effect("S-tick: an interval longer than the total delays nothing", () =>
    Effect.gen(function* () {
      const { fiber, run } = yield* guarded({ checkSeconds: 1_000 })
      yield* TestClock.adjust("100 seconds")
      assert.deepStrictEqual(yield* Fiber.join(fiber), timeout("total", 100, 100))
      assert.isAtMost(run.looks, 1)
    })
  )

  it.effect("S-silent-tool: an open tool call is not idle and ends at its own cap", () =>
    Effect.gen(function* () {
      const { fiber, isWatching, run } = yield* guarded({ checkSeconds: 1 })
      run.vitals = { ...run.vitals, open: { _tag: "Tool", name: "shell", sinceMillis: 5_000 } }
      yield* TestClock.adjust("34 seconds")
      assert.isTrue(yield* isWatching)
      yield* TestClock.adjust("1 seconds")
      const late = { elapsedSeconds: 30, limitSeconds: 30, toolName: "shell" }
      assert.deepStrictEqual(yield* Fiber.join(fiber), { status: "timeout", reason: "tool", ...late })
    })
  )

  it.effect("S-silent-tool: an open request is not idle and ends at its own cap", () =>
    Effect.gen(function* () {
      const { fiber, isWatching, run } = yield* guarded({ checkSeconds: 1 })
      run.vitals = { ...run.vitals, open: { _tag: "Request", sinceMillis: 0 } }
      yield* TestClock.adjust("39 seconds")
      assert.isTrue(yield* isWatching)
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual(yield* Fiber.join(fiber), timeout("request", 40, 40))
    })
  )

  it.effect("S-silent-tool: running children are watched by the total alone", () =>
    Effect.gen(function* () {
      const { fiber, isWatching, run } = yield* guarded({ checkSeconds: 1 })
      run.vitals = { ...run.vitals, open: { _tag: "Children" } }
      yield* TestClock.adjust("99 seconds")
      assert.isTrue(yield* isWatching)
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual(yield* Fiber.join(fiber), timeout("total", 100, 100))
    })
  )

  it.effect("S-total-wait: excluded waiting extends the total by exactly what was waited", () =>
    Effect.gen(function* () {
      const { fiber, isWatching, run } = yield* guarded({ waits: "excluded", idleSeconds: 1_000 })
      run.vitals = { ...run.vitals, waitedMillis: 30_500 }
      yield* TestClock.adjust("130499 millis")
      assert.isTrue(yield* isWatching)
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* Fiber.join(fiber), timeout("total", 100, 100))
    })
  )

  it.effect("S-total-wait: waiting that goes on at the cap extends the total again", () =>
    Effect.gen(function* () {
      const { fiber, isWatching, run } = yield* guarded({ waits: "excluded", idleSeconds: 1_000 })
      run.vitals = { ...run.vitals, waitedMillis: 50_000 }
      yield* TestClock.adjust("120 seconds")
      run.vitals = { ...run.vitals, waitedMillis: 80_000 }
      yield* TestClock.adjust("59 seconds")
      assert.isTrue(yield* isWatching)
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual(yield* Fiber.join(fiber), timeout("total", 100, 100))
    })
  )

  it.effect("S-total-wait: counted waiting extends nothing", () =>
    Effect.gen(function* () {
      const { fiber, run } = yield* guarded({ idleSeconds: 1_000 })
      run.vitals = { ...run.vitals, waitedMillis: 90_000 }
      yield* TestClock.adjust("100 seconds")
      assert.deepStrictEqual(yield* Fiber.join(fiber), timeout("total", 100, 100))
    })
  )

  it.effect("a verdict ends the guard with itself, and nothing looks at the run any more", () =>
    Effect.gen(function* () {
      const { fiber, run, verdict } = yield* guarded()
      yield* TestClock.adjust("15 seconds")
      yield* Deferred.succeed(verdict, "ended")
      assert.strictEqual(yield* Fiber.join(fiber), "ended")
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(run.looks, 1)
    })
  )

  it.effect("a total timeout leaves nobody looking at the run", () =>
    Effect.gen(function* () {
      const { fiber, run } = yield* guarded({ idleSeconds: 1_000 })
      yield* TestClock.adjust("100 seconds")
      yield* Fiber.join(fiber)
      const { looks } = run
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(run.looks, looks)
    })
  )

  it.effect("interrupting the guard stops the looking and leaves the verdict open", () =>
    Effect.gen(function* () {
      const { fiber, run, verdict } = yield* guarded()
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(run.looks, 0)
      assert.isFalse(Deferred.isDoneUnsafe(verdict))
    })
  )

  it.effect("S-silent-tool: a heartbeat is no progress: a child that only beats is idle at 900 s", () =>
    Effect.gen(function* () {
      const parent = yield* World.root
      const reader = yield* World.watch(parent.id)
      const spawned = yield* World.child(parent.id, ["hang"])
      yield* TestClock.adjust("899 seconds")
      assert.isAbove(reader.seen.filter(({ type }) => type === "sub_agent_heartbeat").length, 100)
      assert.strictEqual(yield* World.statusOf(spawned.session.id), "running")
      yield* TestClock.adjust("1 seconds")
      const session = yield* World.settled(spawned)
      assert.deepStrictEqual(session.outcome, timeout("idle", 900, 900))
    }).pipe(Effect.provide(World.world().layer))
  )
})
