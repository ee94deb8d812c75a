/** The life of a job in the store: accepted, launched, reported, tried again, settled, handed over. */
import { assert } from "@effect/vitest"
import type { Session, SessionStore, SpawnJob } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Records from "../StoreRecords.ts"
import { type Test, parent, first, second, runs, undelivered } from "./storeTests.ts"

/** An open job that was just queued, whose session is not stored, unless fields say otherwise. */
const open = (job: SpawnJob.SpawnJob, fields: Partial<SessionStore.OpenJob> = {}): SessionStore.OpenJob => ({
  job,
  state: "queued",
  report: {},
  session: Option.none(),
  ancestors: [],
  ...fields
})

const stored = (number: number, session: Session.Session, told = false) =>
  Option.some({ ...Records.completion(number, session), told })

export const jobs = (test: Test): void => {
  test(
    "MUST list open jobs in the order of acceptance until each is settled",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.accepted(Records.job(3, second)), Records.accepted(Records.job(2, first))])
      yield* store.commit([Records.accepted(Records.job(1, parent)), Records.launched(2), Records.launched(99)])
      assert.deepStrictEqual(yield* store.openJobs, [
        open(Records.job(3, second)),
        open(Records.job(2, first), { state: "launched" }),
        open(Records.job(1, parent))
      ])
      yield* store.commit([Records.settled(Records.completion(2, first))])
      assert.deepStrictEqual(runs((yield* store.openJobs).map((open) => open.job)), [
        Records.runId(3),
        Records.runId(1)
      ])
      assert.deepStrictEqual(yield* store.completion(Records.runId(2)), stored(2, first))
      assert.deepStrictEqual(yield* store.completion(Records.runId(3)), Option.none())
    })
  )

  test(
    "MUST accept, launch and settle a job in one transition",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([
        Records.accepted(Records.job(2, first)),
        Records.launched(2),
        Records.settled(Records.completion(2, first)),
        Records.acknowledged(2)
      ])
      assert.deepStrictEqual(yield* store.openJobs, [])
      assert.deepStrictEqual(yield* undelivered(store), [])
      assert.deepStrictEqual(yield* store.completion(Records.runId(2)), stored(2, first))
    })
  )

  test(
    "MUST name completions in the order of settling until they are acknowledged",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.settled(Records.completion(3, second))])
      yield* store.commit([
        Records.settled(Records.completion(1, parent), []),
        Records.settled(Records.completion(2, first))
      ])
      assert.deepStrictEqual(yield* undelivered(store), [Records.runId(3), Records.runId(2)])
      yield* store.commit([Records.acknowledged(3), Records.acknowledged(99)])
      assert.deepStrictEqual(yield* undelivered(store), [Records.runId(2)])
      assert.isTrue(Option.isSome(yield* store.completion(Records.runId(3))))
    })
  )

  test(
    "MUST keep the first completion of a run (I2)",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.settled(Records.completion(2, first), [])])
      yield* store.commit([Records.settled({ ...Records.completion(2, first), resume: "other" })])
      assert.deepStrictEqual(yield* store.completion(Records.runId(2)), stored(2, first))
      assert.deepStrictEqual(yield* undelivered(store), [])
    })
  )
}
