/** The life of a job in the store: accepted, launched, reported, tried again, settled, handed over. */
import { assert } from "@effect/vitest"
import type { Session, SessionStore, SpawnJob } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Records from "../StoreRecords.ts"
import { type Test, parent, first, second, grandchild, runs, undelivered } from "./storeTests.ts"

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

const openRuns = (store: SessionStore.SessionStoreShape) =>
  Effect.map(store.openJobs, (jobs) => jobs.map(({ job, state }) => `${job.runId} ${state}`))

export const openJobs = (test: Test): void => {
  test(
    "MUST give an open job with its session and with the sessions above it, also those that are gone",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.created(parent), Records.created(first), Records.created(grandchild)])
      yield* store.commit([
        Records.accepted(Records.job(1, parent)),
        Records.accepted(Records.job(2, first)),
        Records.accepted(Records.job(5, grandchild)),
        Records.accepted(Records.job(3, second))
      ])
      const running = Records.next(grandchild, "running")
      yield* store.commit([Records.changed(running), Records.deleted(first.id)])
      assert.deepStrictEqual(yield* store.openJobs, [
        open(Records.job(1, parent), { session: Option.some(parent) }),
        open(Records.job(5, grandchild), { session: Option.some(running), ancestors: [first.id, parent.id] }),
        open(Records.job(3, second))
      ])
    })
  )

  test(
    "MUST keep what an open run told of itself last, and nothing of a run that is not open",
    Effect.fnUntraced(function* (store) {
      const job = Records.job(2, first)
      yield* store.commit([Records.reported(2), Records.accepted(job), Records.reported(2, Records.report(1))])
      yield* store.commit([Records.reported(2), Records.reported(3)])
      assert.deepStrictEqual(yield* store.openJobs, [open(job, { report: Records.report(2) })])
      yield* store.commit([Records.launched(2), Records.reported(2, Records.report(4)), Records.reported(2, {})])
      assert.deepStrictEqual(yield* store.openJobs, [open(job, { state: "launched" })])
      yield* store.commit([Records.settled(Records.completion(2, first)), Records.reported(2)])
      yield* store.commit([Records.accepted(job)])
      assert.deepStrictEqual(yield* store.openJobs, [open(job)])
    })
  )
}

export const tries = (test: Test): void => {
  const again: SpawnJob.SpawnJob = {
    ...Records.job(12, first),
    tries: [{ runId: Records.runId(1), endedAtMillis: 1 }],
    lost: 1,
    notBeforeMillis: 3,
    resume: { runId: Records.runId(2), handle: "conversation" }
  }

  test(
    "MUST let another try stand for an open job: one job, queued, with nothing told yet, behind the others",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.accepted(Records.job(2, first)), Records.accepted(Records.job(3, second))])
      yield* store.commit([Records.launched(2), Records.reported(2)])
      yield* store.commit([Records.replaced(2, again)])
      assert.deepStrictEqual(yield* store.openJobs, [open(Records.job(3, second)), open(again)])
      yield* store.commit([Records.launched(2), Records.reported(2), Records.launched(12)])
      assert.deepStrictEqual(yield* openRuns(store), ["run_000000003 queued", "run_000000012 launched"])
      assert.deepStrictEqual(yield* store.completion(Records.runId(2)), Option.none())
    })
  )

  test(
    "MUST keep one open job through many tries in one transition, and none once it is settled",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([
        Records.accepted(Records.job(2, first)),
        Records.launched(2),
        Records.replaced(2, again),
        Records.launched(12),
        Records.replaced(12, Records.job(22, first)),
        Records.launched(22),
        Records.replaced(22, Records.job(32, first))
      ])
      assert.deepStrictEqual(yield* openRuns(store), ["run_000000032 queued"])
      yield* store.commit([
        Records.replaced(32, Records.job(42, first)),
        Records.settled(Records.completion(42, first)),
        Records.replaced(42, Records.job(52, first))
      ])
      assert.deepStrictEqual(yield* store.openJobs, [])
    })
  )

  test(
    "MUST ignore another try of a job that is not open",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.accepted(Records.job(2, first)), Records.accepted(Records.job(3, first))])
      yield* store.commit([Records.settled(Records.completion(2, first))])
      yield* store.commit([Records.replaced(2, again), Records.replaced(99, again)])
      assert.deepStrictEqual(yield* openRuns(store), ["run_000000003 queued"])
      yield* store.commit([Records.deleted(first.id), Records.replaced(3, again)])
      assert.deepStrictEqual(yield* store.openJobs, [])
    })
  )

  test(
    "MUST let exactly one of many tries that come at the same time stand for a job",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.accepted(Records.job(2, first))])
      yield* Effect.forEach(
        Array.from({ length: 20 }, (_, index) => Records.job(100 + index, first)),
        (job) => store.commit([Records.replaced(2, job), Records.launched(2)]),
        { concurrency: "unbounded" }
      )
      assert.strictEqual((yield* openRuns(store)).length, 1)
    })
  )
}

export const deliveries = (test: Test): void => {
  const page = (store: SessionStore.SessionStoreShape, handler: string, line: Session.Session, limit = 10) =>
    Effect.map(store.undelivered({ handler, line: line.id, limit }), runs)

  test(
    "MUST name a completion to each of its handlers until that one acknowledges it",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([
        Records.settled(Records.completion(2, first), ["a", "b", "a"]),
        Records.settled(Records.completion(3, second), ["b"])
      ])
      assert.deepStrictEqual(yield* undelivered(store, "a"), [Records.runId(2)])
      assert.deepStrictEqual(yield* undelivered(store, "b"), [Records.runId(2), Records.runId(3)])
      assert.deepStrictEqual(yield* undelivered(store, "c"), [])
      yield* store.commit([Records.acknowledged(2, "b"), Records.acknowledged(2, "c"), Records.acknowledged(3, "a")])
      assert.deepStrictEqual(yield* undelivered(store, "a"), [Records.runId(2)])
      assert.deepStrictEqual(yield* undelivered(store, "b"), [Records.runId(3)])
      yield* store.commit([Records.acknowledged(2, "a"), Records.acknowledged(3, "b")])
      assert.deepStrictEqual(yield* store.undeliveredLines("a"), [])
      assert.deepStrictEqual(yield* store.undeliveredLines("b"), [])
      assert.isTrue(Option.isSome(yield* store.completion(Records.runId(2))))
    })
  )

  test(
    "MUST keep the order of settling within a line: those of one parent, and a root by itself",
    Effect.fnUntraced(function* (store) {
      const completions = [
        Records.completion(9, second),
        Records.completion(1, parent),
        Records.completion(5, grandchild)
      ]
      for (const entry of [...completions, Records.completion(4, first), Records.completion(7, second)]) {
        yield* store.commit([Records.settled(entry)])
      }
      const { handler } = Records
      assert.deepStrictEqual(new Set(yield* store.undeliveredLines(handler)), new Set([parent.id, first.id]))
      assert.deepStrictEqual(yield* page(store, handler, parent), [9, 1, 4, 7].map(Records.runId))
      assert.deepStrictEqual(yield* page(store, handler, parent, 2), [9, 1].map(Records.runId))
      assert.deepStrictEqual(yield* page(store, handler, first), [Records.runId(5)])
      yield* store.commit([Records.acknowledged(1), Records.acknowledged(5)])
      assert.deepStrictEqual(yield* page(store, handler, parent, 2), [9, 4].map(Records.runId))
      assert.deepStrictEqual(yield* store.undeliveredLines(handler), [parent.id])
    })
  )

  test(
    "MUST not hand a completion over again when its run is settled again",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.settled(Records.completion(2, first), ["a"])])
      yield* store.commit([
        Records.acknowledged(2, "a"),
        Records.settled({ ...Records.completion(2, first), resume: "other" }, ["a", "b"])
      ])
      yield* store.commit([Records.settled(Records.completion(2, first), ["b"])])
      assert.deepStrictEqual(yield* undelivered(store, "a"), [])
      assert.deepStrictEqual(yield* undelivered(store, "b"), [])
    })
  )

  test(
    "MUST remove what is undelivered with the session that it is of, not with the parent whose line it is in",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([parent, first, second].map(Records.created))
      yield* store.commit([first, second].map((session, index) => Records.settled(Records.completion(index, session))))
      yield* store.commit([Records.deleted(parent.id), Records.deleted(first.id)])
      assert.deepStrictEqual(yield* undelivered(store), [Records.runId(1)])
    })
  )

  test(
    "MUST say whether a completion was told, once it was (I6)",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([
        Records.told(2),
        Records.settled(Records.completion(2, first)),
        Records.settled(Records.completion(3, second)),
        Records.told(3)
      ])
      assert.deepStrictEqual(yield* store.completion(Records.runId(2)), stored(2, first))
      assert.deepStrictEqual(yield* store.completion(Records.runId(3)), stored(3, second, true))
      yield* store.commit([Records.told(2), Records.told(2), Records.told(99)])
      assert.deepStrictEqual(yield* store.completion(Records.runId(2)), stored(2, first, true))
      assert.deepStrictEqual(yield* undelivered(store), [2, 3].map(Records.runId))
    })
  )
}
