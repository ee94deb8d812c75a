/** Durable waits when children settle together, and when the record is late, deaf or older than the process. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"
import * as Flights from "../src/internal/flights.ts"
import * as Recorder from "../src/internal/recorder.ts"
import { Waits } from "../src/internal/waits.ts"
import * as Outcome from "../src/Outcome.ts"
import * as SessionStore from "../src/SessionStore.ts"
import * as Records from "./SessionRecords.ts"
import {
  calm,
  inProcess,
  only,
  pair,
  parentId,
  processOver,
  settle,
  storedWait,
  unavailable,
  waitFor,
  wakes,
  world
} from "./WaitsWorld.ts"

describe("of several at once", () => {
  /** Holds every commit until the test lets it go. */
  const gate = () => {
    const weather = calm()
    const held: Array<Deferred.Deferred<void>> = []
    weather.commit = (commit) => {
      const open = Deferred.makeUnsafe<void>()
      held.push(open)
      return Effect.andThen(Deferred.await(open), commit)
    }
    const letGo = (index: number) =>
      Effect.suspend(() => {
        const open = held[index]
        return open === undefined ? Effect.die(new Error("no such commit")) : Deferred.succeed(open, undefined)
      })
    return { weather, held, letGo }
  }

  it.effect("children of an all that settle together, the last one waits for the earlier and wakes", () => {
    const { held, letGo, weather } = gate()
    const commits = weather.commit
    weather.commit = (commit) => commit
    return Effect.gen(function* () {
      const [a, b] = yield* pair()
      yield* waitFor()
      weather.commit = commits
      const first = yield* Effect.forkChild(settle(a), { startImmediately: true })
      const second = yield* Effect.forkChild(settle(b), { startImmediately: true })
      yield* Effect.yieldNow
      assert.strictEqual(held.length, 1)
      yield* letGo(0)
      assert.deepStrictEqual(yield* Fiber.join(first), [])
      assert.strictEqual(held.length, 2)
      yield* letGo(1)
      assert.strictEqual((yield* Fiber.join(second)).length, 1)
      assert.strictEqual((yield* wakes()).length, 1)
    }).pipe(Effect.provide(world(weather)))
  })

  it.effect("a registration waits for the child that is just being recorded, and the next child for it", () => {
    const { held, letGo, weather } = gate()
    const commits = weather.commit
    weather.commit = (commit) => commit
    return Effect.gen(function* () {
      const [a, b] = yield* pair()
      weather.commit = commits
      const early = yield* Effect.forkChild(settle(a), { startImmediately: true })
      const registering = yield* Effect.forkChild(waitFor({ policy: "all" }), { startImmediately: true })
      const late = yield* Effect.forkChild(settle(b), { startImmediately: true })
      assert.strictEqual(held.length, 1)
      yield* letGo(0)
      yield* Fiber.join(early)
      assert.strictEqual(held.length, 2)
      yield* letGo(1)
      assert.strictEqual((yield* Fiber.join(registering)).wait.status, "open")
      yield* Effect.yieldNow
      assert.strictEqual(held.length, 3)
      yield* letGo(2)
      assert.strictEqual((yield* Fiber.join(late)).length, 1)
    }).pipe(Effect.provide(world(weather)))
  })

  it.effect("a wake whose commit did not stand is another child's", () => {
    const weather = calm()
    return Effect.gen(function* () {
      const [a, b] = yield* pair()
      yield* waitFor({ policy: "any" })
      const { part } = yield* Waits
      const session = Option.getOrThrow(yield* (yield* Recorder.Recorder).store.session(a.job.childSessionId))
      const addition = yield* part.add({ flight: a, session, outcome: Outcome.done, artifacts: [], nowMillis: 1_000 })
      const other = yield* Effect.forkChild(settle(b), { startImmediately: true })
      yield* Effect.yieldNow
      assert.deepStrictEqual(yield* wakes(), [])
      yield* addition.done("not_recorded")
      assert.strictEqual((yield* Fiber.join(other)).length, 1)
      assert.deepStrictEqual(yield* settle(a), [])
      assert.strictEqual((yield* wakes()).length, 1)
    }).pipe(Effect.provide(world(weather)))
  })
})

describe("a wait and the record", () => {
  it.effect("a wait outlives its process, and the next one wakes the parent", () =>
    Effect.gen(function* () {
      const store = yield* SessionStore.SessionStore
      const process = () => Layer.fresh(processOver(store, calm(), inProcess))
      const runs = yield* Effect.gen(function* () {
        const a = yield* only()
        yield* waitFor()
        return a.job
      }).pipe(Effect.provide(process()))
      yield* Effect.gen(function* () {
        assert.isTrue((yield* Waits).hasOpenWait(parentId))
        const flight = Flights.makeFlight(runs, [parentId], Option.none())
        ;(yield* Flights.CurrentFlights).add(flight)
        assert.strictEqual((yield* settle(flight)).length, 1)
        assert.strictEqual((yield* wakes()).length, 1)
      }).pipe(Effect.provide(process()))
    }).pipe(Effect.provide(SessionStore.layerMemory))
  )

  it.effect("a registration whose answer was lost is recorded once", () => {
    const weather = calm()
    return Effect.gen(function* () {
      const a = yield* only()
      weather.commit = (commit) => {
        weather.commit = (again) => again
        return Effect.andThen(commit, Effect.fail(unavailable))
      }
      const registering = yield* Effect.forkChild(waitFor(), { startImmediately: true })
      yield* TestClock.adjust("10 seconds")
      const { wait } = yield* Fiber.join(registering)
      assert.strictEqual((yield* storedWait(wait)).status, "open")
      yield* settle(a)
      assert.strictEqual((yield* wakes()).length, 1)
    }).pipe(Effect.provide(world(weather)))
  })

  it.effect(
    "a registration that the store refuses fails, and is taken up by the sweep if it stands all the same",
    () => {
      const weather = calm()
      return Effect.gen(function* () {
        const a = yield* only()
        const waits = yield* Waits
        weather.commit = (commit) => Effect.andThen(Effect.exit(commit), Effect.fail(unavailable))
        const registering = yield* Effect.forkChild(Effect.flip(waitFor()), { startImmediately: true })
        yield* TestClock.adjust("1 minute")
        yield* Fiber.join(registering)
        weather.commit = (commit) => commit
        assert.isFalse(waits.hasOpenWait(parentId))
        assert.strictEqual((yield* waits.sweep).repaired, 0)
        assert.isTrue(waits.hasOpenWait(parentId))
        yield* settle(a)
        assert.strictEqual((yield* wakes()).length, 1)
      }).pipe(Effect.provide(world(weather)))
    }
  )

  it.effect("a wait whose children settled unseen is repaired by the sweep, once", () =>
    Effect.gen(function* () {
      const a = yield* only()
      yield* waitFor()
      const { store } = yield* Recorder.Recorder
      const session = Option.getOrThrow(yield* store.session(a.job.childSessionId))
      yield* store.commit([
        { _tag: "SessionChanged", session: { ...session, status: "completed", outcome: Outcome.done, version: 2 } }
      ])
      ;(yield* Flights.CurrentFlights).settle(a)
      const { sweep } = yield* Waits
      const { accepted, repaired } = yield* sweep
      assert.strictEqual(repaired, 1)
      assert.strictEqual(accepted.length, 1)
      assert.strictEqual((yield* sweep).repaired, 0)
      assert.strictEqual((yield* wakes()).length, 1)
    }).pipe(Effect.provide(world()))
  )

  it.effect("a wait that goes with its parent is forgotten", () =>
    Effect.gen(function* () {
      const a = yield* only()
      yield* waitFor()
      yield* (yield* Recorder.Recorder).store.commit([{ _tag: "SessionDeleted", sessionId: parentId }])
      assert.deepStrictEqual(yield* settle(a), [])
      const waits = yield* Waits
      assert.deepStrictEqual(yield* waits.sweep, { repaired: 0, expired: 0, accepted: [] })
      assert.isFalse(waits.hasOpenWait(parentId))
    }).pipe(Effect.provide(world()))
  )

  it.effect("a child of nobody who waits adds nothing to its commit and reads nothing", () => {
    const weather = calm()
    return Effect.gen(function* () {
      const a = yield* only()
      const { part } = yield* Waits
      weather.before = Effect.die(new Error("read"))
      const session = Records.child()
      const addition = yield* part.add({ flight: a, session, outcome: Outcome.done, artifacts: [], nowMillis: 1_000 })
      assert.deepStrictEqual(addition.changes, [])
      assert.deepStrictEqual(addition.accepted, [])
    }).pipe(Effect.provide(world(weather)))
  })
})
