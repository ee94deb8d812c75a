/** The outbox: who is told, in which order, and what a handler that fails delays. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import type { ChildCompletionHandler } from "../src/ChildCompletionHandler.ts"
import * as Outbox from "../src/Outbox.ts"
import { pauseMillis } from "../src/internal/outboxLines.ts"
import { SessionStore } from "../src/SessionStore.ts"
import {
  failure,
  one,
  two,
  takes,
  handler,
  world,
  quiet,
  record,
  deliver,
  settle,
  pending,
  turns
} from "./OutboxWorld.ts"
import * as Records from "./SessionRecords.ts"

describe("Outbox", () => {
  it.effect("S-handler: calls the handler once for a completion it takes, and acknowledges", () => {
    const told = handler()
    return Effect.gen(function* () {
      yield* settle("a", one)
      yield* turns
      assert.strictEqual(told.runs(), "a")
      assert.deepStrictEqual(yield* pending(), [])
    }).pipe(Effect.provide(world([told.value])))
  })

  it.effect("no handler runs in whoever delivers", () => {
    const told = handler()
    return Effect.gen(function* () {
      yield* settle("a", one)
      assert.strictEqual(told.runs(), "")
      yield* told.heard(1)
    }).pipe(Effect.provide(world([told.value])))
  })

  it.effect("without a handler nobody is named in the record, and delivering reads and writes nothing", () => {
    let touched = 0
    const touch = Effect.sync(() => {
      touched += 1
      return []
    })
    return Effect.gen(function* () {
      assert.deepStrictEqual((yield* Outbox.Outbox).handlers, [])
      yield* deliver(Records.completion("a", one))
      yield* turns
      assert.strictEqual(touched, 0)
    }).pipe(
      Effect.provide(
        world([], () => ({ commit: () => touch, undelivered: () => touch, undeliveredLines: () => touch }))
      )
    )
  })

  it.effect("two handlers of one name are a defect that names them", () =>
    Effect.gen(function* () {
      const built = yield* Effect.exit(Effect.scoped(Layer.build(world([handler().value, handler().value]))))
      assert.isTrue(Exit.isFailure(built))
      if (Exit.isFailure(built)) {
        assert.isTrue(Cause.hasDies(built.cause))
        assert.include(Cause.pretty(built.cause), "two completion handlers are named flaky")
      }
    })
  )

  it.effect(
    "a call is timed from the clock of the app, and a completion without a parent has a line of its own",
    () => {
      const told = handler()
      const { parentSessionId: _, ...orphan } = Records.completion("root", one)
      return Effect.gen(function* () {
        yield* TestClock.adjust("3 seconds")
        yield* record(orphan)
        yield* deliver(orphan)
        yield* turns
        assert.deepStrictEqual(told.calls, [{ run: "root", atMillis: 3_000 }])
        assert.deepStrictEqual(yield* pending(), [])
      }).pipe(Effect.provide(world([told.value])))
    }
  )
})

describe("the order of a line", () => {
  it.effect("S-handler: completions of one parent come in the order of settling, also past a failure", () => {
    const told = handler((call) => (call === 1 ? Effect.fail(failure) : Effect.void))
    return Effect.gen(function* () {
      for (const name of ["a", "b", "c"]) yield* settle(name, one)
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(told.runs(), "a a b c")
      assert.deepStrictEqual(yield* pending(), [])
    }).pipe(quiet, Effect.provide(world([told.value])))
  })

  it.effect(
    "S-handler: of two that settle at once, the one that settled first is told first, whoever delivers first",
    () => {
      const told = handler()
      return Effect.gen(function* () {
        const [a, b] = [Records.completion("a", one), Records.completion("b", one)]
        yield* record(a)
        yield* record(b)
        yield* deliver(b)
        yield* turns
        yield* deliver(a)
        yield* turns
        assert.strictEqual(told.runs(), "a b")
      }).pipe(Effect.provide(world([told.value])))
    }
  )

  it.effect("S-handler: a completion that settles while the line is read for the last time is told all the same", () =>
    Effect.gen(function* () {
      const read = yield* Deferred.make<void>()
      const answer = yield* Deferred.make<void>()
      const told = handler()
      yield* Effect.gen(function* () {
        yield* settle("a", one)
        yield* Deferred.await(read)
        yield* settle("b", one)
        yield* Deferred.succeed(answer, undefined)
        yield* told.heard(2)
        yield* turns
        assert.strictEqual(told.runs(), "a b")
        assert.deepStrictEqual(yield* pending(), [])
      }).pipe(
        Effect.provide(
          world([told.value], (store) => ({
            undelivered: (query) =>
              Effect.tap(store.undelivered(query), () =>
                Effect.andThen(Deferred.succeed(read, undefined), Deferred.await(answer))
              )
          }))
        )
      )
    })
  )

  it.effect("S-handler: a completion that settles while the one before it is acknowledged is told all the same", () =>
    Effect.gen(function* () {
      const acknowledged = yield* Deferred.make<void>()
      const answer = yield* Deferred.make<void>()
      const told = handler()
      yield* Effect.gen(function* () {
        yield* settle("a", one)
        yield* Deferred.await(acknowledged)
        yield* settle("b", one)
        yield* Deferred.succeed(answer, undefined)
        yield* told.heard(2)
        assert.strictEqual(told.runs(), "a b")
      }).pipe(
        Effect.provide(
          world([told.value], (store) => ({
            commit: (transition) =>
              transition[0]?._tag !== "CompletionAcknowledged"
                ? store.commit(transition)
                : Effect.tap(store.commit(transition), () =>
                    Effect.andThen(Deferred.succeed(acknowledged, undefined), Deferred.await(answer))
                  )
          }))
        )
      )
    })
  )

  it.effect("a completion whose session is deleted does not stop its line", () => {
    const told = handler((_, { runId }) => (runId === "run_a" ? Effect.fail(failure) : Effect.void))
    return Effect.gen(function* () {
      yield* settle("a", one)
      yield* settle("b", one)
      yield* turns
      yield* (yield* SessionStore).commit([{ _tag: "SessionDeleted", sessionId: Records.sessionId("a") }])
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(told.runs(), "a b")
    }).pipe(quiet, Effect.provide(world([told.value])))
  })
})

describe("a handler that does not take it", () => {
  it.effect("S-handler: a parent whose completion is not taken keeps no other parent waiting", () => {
    const told = handler((_, { parentSessionId }) => (parentSessionId === one ? Effect.never : Effect.void))
    return Effect.gen(function* () {
      yield* settle("a", one)
      yield* settle("b", two)
      yield* settle("c", one)
      yield* turns
      assert.strictEqual(told.runs(), "a b")
      assert.deepStrictEqual(yield* pending(), ["a", "c"])
    }).pipe(Effect.provide(world([told.value])))
  })

  it.effect(
    "S-handler: a handler that hangs or fails keeps no other handler waiting, not even for the same parent",
    () => {
      const hangs = handler(() => Effect.never, "hangs")
      const fails = handler(() => Effect.fail(failure), "fails")
      const good = handler(takes, "good")
      return Effect.gen(function* () {
        yield* settle("a", one)
        yield* settle("b", one)
        yield* turns
        assert.deepStrictEqual([hangs.runs(), fails.runs(), good.runs()], ["a", "a", "a b"])
        assert.deepStrictEqual(yield* pending("hangs"), ["a", "b"])
        assert.deepStrictEqual(yield* pending("fails"), ["a", "b"])
        assert.deepStrictEqual(yield* pending("good"), [])
      }).pipe(quiet, Effect.provide(world([hangs.value, fails.value, good.value])))
    }
  )

  it.each([
    [1, 0, 100],
    [1, 1, 50],
    [2, 0, 200],
    [2, 0.5, 150],
    [9, 0, 25_600],
    [10, 0, 30_000],
    [10, 1, 15_000],
    [5_000, 0, 30_000]
  ])("S-handler: after %i failures in a row, with %f drawn, a line pauses %i ms", (failures, random, millis) => {
    assert.strictEqual(pauseMillis(failures, random), millis)
  })

  it.effect("S-handler: after a failure it calls again, later each time, and never later than 30 s", () => {
    const told = handler(() => Effect.fail(failure))
    return Effect.gen(function* () {
      yield* settle("a", one)
      yield* TestClock.adjust("10 minutes")
      const times = told.calls.map(({ atMillis }) => atMillis)
      const pauses = times.slice(1).map((atMillis, index) => atMillis - (times[index] ?? 0))
      assert.isAbove(pauses.length, 25)
      for (const [index, pause] of pauses.entries()) {
        assert.isAtLeast(pause, Math.floor(pauseMillis(index + 1, 1)))
        assert.isAtMost(pause, Math.ceil(pauseMillis(index + 1, 0)))
      }
      assert.isAbove(new Set(pauses.slice(10)).size, 1)
      assert.deepStrictEqual(yield* pending(), ["a"])
    }).pipe(quiet, Effect.provide(world([told.value])))
  })

  it.effect(
    "S-handler: a failure that mends is acknowledged once it is taken, and the next one begins at 100 ms",
    () => {
      const told = handler((call) => (call < 10 || call === 11 ? Effect.fail(failure) : Effect.void))
      return Effect.gen(function* () {
        yield* settle("a", one)
        yield* settle("b", one)
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(told.runs(), "a a a a a a a a a a b b")
        assert.isAtMost((told.calls[11]?.atMillis ?? 0) - (told.calls[10]?.atMillis ?? 0), 100)
        assert.deepStrictEqual(yield* pending(), [])
      }).pipe(quiet, Effect.provide(world([told.value])))
    }
  )

  const ends = { dies: Effect.die(new Error("boom")), "interrupts itself": Effect.interrupt } as const

  it.effect.each(["dies", "interrupts itself"] as const)(
    "S-crash: a handler that %s is called again and stops no line",
    (how) => {
      const told = handler((call) => (call === 1 ? ends[how] : Effect.void))
      return Effect.gen(function* () {
        yield* settle("a", one)
        yield* settle("b", one)
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(told.runs(), "a a b")
        assert.deepStrictEqual(yield* pending(), [])
      }).pipe(quiet, Effect.provide(world([told.value])))
    }
  )

  it.effect("S-crash: a handler that throws before it returns an effect is called again", () => {
    let calls = 0
    const throwing: ChildCompletionHandler = {
      name: "flaky",
      onChildCompleted: () => {
        calls += 1
        if (calls === 1) throw new TypeError("boom")
        return Effect.void
      }
    }
    return Effect.gen(function* () {
      yield* settle("a", one)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(calls, 2)
      assert.deepStrictEqual(yield* pending(), [])
    }).pipe(quiet, Effect.provide(world([throwing])))
  })

  it.effect("S-handler: a call that hangs for five minutes is interrupted and made again", () => {
    let interrupted = 0
    const hang = Effect.onInterrupt(Effect.never, () =>
      Effect.sync(() => {
        interrupted += 1
      })
    )
    const told = handler((call) => (call === 1 ? hang : Effect.void))
    return Effect.gen(function* () {
      yield* settle("a", one)
      yield* TestClock.adjust("299 seconds")
      assert.deepStrictEqual([told.runs(), interrupted], ["a", 0])
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual([told.runs(), interrupted], ["a a", 1])
      assert.deepStrictEqual(yield* pending(), [])
    }).pipe(quiet, Effect.provide(world([told.value])))
  })

  it.effect("S-handler: a call of just under five minutes is not made twice", () => {
    const told = handler(() => Effect.sleep("299 seconds"))
    return Effect.gen(function* () {
      yield* settle("a", one)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(told.runs(), "a")
      assert.deepStrictEqual(yield* pending(), [])
    }).pipe(Effect.provide(world([told.value])))
  })
})
