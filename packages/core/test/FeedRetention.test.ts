import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import * as FeedRetention from "../src/FeedRetention.ts"
import * as Recorder from "../src/internal/recorder.ts"
import * as SessionStore from "../src/SessionStore.ts"
import * as FeedRecords from "./FeedRecords.ts"

/** What the sweep asked, and what it is answered, one after the other; then `done`. */
interface Script {
  readonly asked: Array<SessionStore.Retention>
  readonly answers: Array<"more" | "done" | "fails">
}

const failed = new SessionStore.StoreError({
  operation: "trimFeed",
  reason: new SessionStore.StorageUnavailable({ condition: "io", cause: new Error("gone") })
})

const scripted = ({ answers, asked }: Script): Layer.Layer<SessionStore.SessionStore> =>
  Layer.effect(
    SessionStore.SessionStore,
    Effect.map(SessionStore.SessionStore, (store) => ({
      ...store,
      trimFeed: (retention: SessionStore.Retention) =>
        Effect.suspend(() => {
          asked.push(retention)
          const answer = answers.shift() ?? "done"
          return answer === "fails" ? Effect.fail(failed) : Effect.succeed(answer)
        })
    }))
  ).pipe(Layer.provide(SessionStore.layerMemory))

const sweeping = (script: Script) => FeedRetention.layerSweep.pipe(Layer.provide(scripted(script)))

describe("FeedRetention.layerSweep", () => {
  it.effect("keeps a week and a million events unless it is told otherwise", () => {
    const script: Script = { asked: [], answers: [] }
    return Effect.gen(function* () {
      yield* TestClock.setTime(Duration.toMillis("30 days"))
      yield* Layer.build(sweeping(script))
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(script.asked, [{ olderThanMillis: Duration.toMillis("23 days"), keepMax: 100_000 }])
    })
  })

  it.effect("forgets chunk by chunk with a rest between them, and looks again every minute", () => {
    const script: Script = { asked: [], answers: ["more", "more", "done"] }
    return Effect.gen(function* () {
      yield* Layer.build(sweeping(script))
      yield* TestClock.adjust("1 millis")
      assert.lengthOf(script.asked, 1)
      yield* TestClock.adjust("250 millis")
      assert.lengthOf(script.asked, 2)
      yield* TestClock.adjust("250 millis")
      assert.lengthOf(script.asked, 3)
      yield* TestClock.adjust("59 seconds")
      assert.lengthOf(script.asked, 3)
      yield* TestClock.adjust("1 seconds")
      assert.lengthOf(script.asked, 4)
    })
  })

  it.effect("a sweep that fails ends neither the layer nor the sweeps after it", () => {
    const script: Script = { asked: [], answers: ["fails", "more", "fails"] }
    return Effect.gen(function* () {
      yield* Layer.build(sweeping(script))
      yield* TestClock.adjust("4 minutes")
      assert.lengthOf(script.asked, 5)
    })
  })

  it.effect("S-feed: with less to keep the oldest go, and no number is given twice", () =>
    Effect.gen(function* () {
      const { store } = yield* Recorder.Recorder
      yield* FeedRecords.say(50_000)
      yield* Layer.build(
        FeedRetention.layerSweep.pipe(
          Layer.provide(FeedRetention.layer({ maxAge: Duration.days(1), maxEvents: 100 })),
          Layer.provide(Layer.succeed(SessionStore.SessionStore, store))
        )
      )
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* store.feedBounds, { oldest: 49_901, head: 50_000 })
      yield* TestClock.adjust("2 days")
      assert.deepStrictEqual(yield* store.feedBounds, { oldest: 50_001, head: 50_000 })
      yield* FeedRecords.say(1)
      assert.deepStrictEqual(yield* store.feedBounds, { oldest: 50_001, head: 50_001 })
    }).pipe(Effect.provide(FeedRecords.layer()))
  )
})
