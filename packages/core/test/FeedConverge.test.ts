import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as FeedReader from "../src/FeedReader.ts"
import type { SessionId } from "../src/Ids.ts"
import * as Recorder from "../src/internal/recorder.ts"
import type { SessionStatus } from "../src/Session.ts"
import type { Change, Snapshot } from "../src/SessionStore.ts"
import * as FeedRecords from "./FeedRecords.ts"
import { root, sessionId } from "./SessionRecords.ts"
import { source, type Fault, faulty, faultAt, collecting, settle, seeds } from "./FeedReaders.ts"

interface Fold {
  readonly statuses: Map<SessionId, SessionStatus>
  number: number
}

/** A client of the plainest kind: it keeps the status of every session. */
const fold = (state: Fold, told: FeedReader.Told<Snapshot>): void => {
  if (told._tag === "Snapshot") {
    state.statuses.clear()
    for (const { id, status } of told.snapshot.sessions) state.statuses.set(id, status)
    state.number = told.snapshot.number
  } else if (told._tag === "Entry") {
    const { event, number } = told.entry
    const at = Option.getOrThrow(number)
    assert.isAbove(at, state.number)
    state.number = at
    if (event.type === "session_created") state.statuses.set(event.sessionId, "idle")
    if (event.type === "session_status_changed") state.statuses.set(event.sessionId, event.status)
    if (event.type === "session_deleted") state.statuses.delete(event.sessionId)
  }
}

const statuses: ReadonlyArray<SessionStatus> = ["pending", "running", "completed", "error", "cancelling"]

/** Some change of one of ten sessions. */
const change = Effect.gen(function* () {
  const { commit, store } = yield* Recorder.Recorder
  const id = sessionId(`s${yield* Random.nextIntBetween(0, 9)}`)
  const found = yield* store.session(id)
  const tell = (changes: ReadonlyArray<Change>) => commit(changes, Recorder.showNothing)
  if (Option.isNone(found)) {
    return yield* tell([
      { _tag: "SessionCreated", session: root({ id, rootId: id }) },
      FeedRecords.recorded(id, { type: "session_created", sessionId: id, title: "" })
    ])
  }
  if ((yield* Random.next) < 0.1) {
    return yield* tell([
      { _tag: "SessionDeleted", sessionId: id },
      FeedRecords.recorded(id, { type: "session_deleted", sessionId: id })
    ])
  }
  const status = statuses[yield* Random.nextIntBetween(0, statuses.length - 1)] ?? "idle"
  const session = { ...found.value, status, version: found.value.version + 1 }
  return yield* tell([
    { _tag: "SessionChanged", session },
    FeedRecords.recorded(id, { type: "session_status_changed", sessionId: id, status })
  ])
})

const snapshot = Effect.map(Recorder.Recorder, ({ store }) =>
  Effect.orDie(store.snapshot({ within: Option.none(), limit: 1_000 }))
)

describe("a reader that converges", () => {
  it.effect.each(seeds)("ends with the statuses of the record, whatever was lost on the way (seed %s)", (seed) =>
    Effect.gen(function* () {
      const faults = yield* Effect.forEach(Array.from({ length: 12 }), () => faultAt)
      const inner = faulty(yield* source, [{ _tag: "Cut", frames: 2, fails: true }, ...faults])
      yield* Effect.repeat(change, { times: 5 })
      const state: Fold = { statuses: new Map(), number: -1 }
      const fiber = yield* Effect.forkChild(
        Stream.runForEach(FeedReader.converge({ source: inner, snapshot: yield* snapshot }), (told) =>
          Effect.sync(() => fold(state, told))
        ),
        { startImmediately: true }
      )
      for (let step = 0; step < 60; step++) {
        const chance = yield* Random.next
        if (chance < 0.6) yield* Effect.repeat(change, { times: yield* Random.nextIntBetween(0, 5) })
        else if (chance < 0.7) yield* FeedRecords.keep(yield* Random.nextIntBetween(0, 10))
        else if (chance < 0.9) yield* TestClock.adjust("5 seconds")
        else yield* Effect.repeat(Effect.yieldNow, { times: 20 })
      }
      yield* settle
      yield* change
      yield* settle
      yield* Fiber.interrupt(fiber)
      const { number, sessions } = yield* yield* snapshot
      assert.deepStrictEqual(
        [...state.statuses].toSorted(),
        sessions.map(({ id, status }) => [id, status] as const).toSorted()
      )
      assert.strictEqual(state.number, number)
    }).pipe(Random.withSeed(`level-${seed}`), Effect.provide(FeedRecords.layer()))
  )

  it.effect("says when it has lost its connection, once, and when it goes on", () =>
    Effect.gen(function* () {
      yield* FeedRecords.say(1)
      const read = yield* snapshot
      const cut: Fault = { _tag: "Cut", frames: 0, fails: true }
      const inner = faulty(yield* source, [cut, { _tag: "Refused" }, { _tag: "Refused" }])
      const { fiber, seen } = yield* collecting(FeedReader.converge({ source: inner, snapshot: read }))
      yield* settle
      yield* FeedRecords.say(1)
      yield* Effect.repeat(Effect.yieldNow, { times: 10 })
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(
        seen.map(({ _tag }) => _tag),
        ["Snapshot", "Lost", "Resumed", "Entry"]
      )
    }).pipe(Effect.provide(FeedRecords.layer()))
  )

  it.effect("after a reset it reads the snapshot again and shows nothing that is in it", () =>
    Effect.gen(function* () {
      yield* FeedRecords.say(10)
      const goOn = yield* Deferred.make<void>()
      const inner = yield* source
      const read = yield* snapshot
      const seen: Array<string | number> = []
      const fiber = yield* Effect.forkChild(
        Stream.runForEach(FeedReader.converge({ source: inner, snapshot: read }), (told) => {
          const number = told._tag === "Entry" ? Option.getOrElse(told.entry.number, () => 0) : undefined
          seen.push(number ?? told._tag)
          return number === 11 ? Deferred.await(goOn) : Effect.void
        }),
        { startImmediately: true }
      )
      yield* FeedRecords.say(1)
      yield* Effect.repeat(Effect.yieldNow, { times: 10 })
      yield* FeedRecords.say(500)
      yield* FeedRecords.keep(5)
      yield* Deferred.succeed(goOn, undefined)
      yield* settle
      yield* FeedRecords.say(1)
      yield* Effect.repeat(Effect.yieldNow, { times: 10 })
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(seen, ["Snapshot", 11, "Snapshot", 512])
    }).pipe(Effect.provide(FeedRecords.layer()))
  )
})
