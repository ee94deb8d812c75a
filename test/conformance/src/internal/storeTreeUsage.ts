/** What a tree used: own and below, settled and open, known and not, also by sessions that are gone. */
import { assert } from "@effect/vitest"
import { Outcome, type Session, type SessionStore, type SpawnJob } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Records from "../StoreRecords.ts"
import { type Test, first, grandchild, parent, second } from "./storeTests.ts"

const nothing: SessionStore.TreeUsage = { own: {}, tree: {}, open: {}, spawned: 0, inFlight: 0 }

const used = (number: number, session: Session.Session, usage: Session.Usage): SpawnJob.ChildCompletion => ({
  ...Records.completion(number, session),
  usage
})

const silent = (number: number, session: Session.Session, outcome: Outcome.Outcome): SpawnJob.ChildCompletion => {
  const { usage: _usage, ...completion } = Records.completion(number, session)
  return { ...completion, outcome }
}

export const treeUsage = (test: Test): void => {
  test(
    "MUST sum up what the settled jobs of a session and of everything below it used",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([
        ...[parent, first, second, grandchild].map(Records.created),
        Records.settled(used(1, parent, { inputTokens: 1, costUsd: 0.5, costSource: "provider" })),
        Records.settled(used(2, first, { inputTokens: 10, costUsd: 0.25, costSource: "estimated" })),
        Records.settled(used(3, first, { inputTokens: 100, costUsd: 0, costSource: "provider" })),
        Records.settled(used(4, grandchild, { inputTokens: 1_000, costUsd: 1, costSource: "provider" }))
      ])
      const cost = { costSource: "estimated" } as const
      assert.deepStrictEqual(yield* store.treeUsage(parent.id), {
        own: { inputTokens: 1, costUsd: 0.5, costSource: "provider" },
        tree: { inputTokens: 1_111, costUsd: 1.75, ...cost },
        open: {},
        spawned: 3,
        inFlight: 0
      })
      assert.deepStrictEqual(yield* store.treeUsage(first.id), {
        own: { inputTokens: 110, costUsd: 0.25, ...cost },
        tree: { inputTokens: 1_110, costUsd: 1.25, ...cost },
        open: {},
        spawned: 1,
        inFlight: 0
      })
      assert.deepStrictEqual(yield* store.treeUsage(second.id), nothing)
      assert.deepStrictEqual(yield* store.treeUsage(Records.sessionId(99)), nothing)
    })
  )

  test(
    "MUST mark what a part did not tell, and not what never began",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([
        ...[parent, first, second].map(Records.created),
        Records.settled(used(1, first, { inputTokens: 1, outputTokens: 2 })),
        Records.settled(silent(2, second, Outcome.beforeLaunch))
      ])
      const { tree } = yield* store.treeUsage(parent.id)
      assert.deepStrictEqual(tree, { inputTokens: 1, outputTokens: 2 })
      yield* store.commit([Records.settled(used(3, second, { inputTokens: 4 }))])
      const partly = (yield* store.treeUsage(parent.id)).tree
      assert.deepStrictEqual(partly, { inputTokens: 5, outputTokens: 2, atLeast: ["outputTokens"] })
      yield* store.commit([Records.settled(silent(4, second, Outcome.done))])
      const least = (yield* store.treeUsage(parent.id)).tree
      assert.deepStrictEqual(least, { inputTokens: 5, outputTokens: 2, atLeast: ["inputTokens", "outputTokens"] })
    })
  )

  test(
    "MUST count open jobs: their earlier runs, and what the present one has reported",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([
        ...[parent, first, second].map(Records.created),
        Records.accepted({ ...Records.job(2, first), spent: { inputTokens: 10 } }),
        Records.accepted(Records.job(3, second))
      ])
      assert.deepStrictEqual(yield* store.treeUsage(parent.id), {
        own: {},
        tree: { inputTokens: 10 },
        open: { inputTokens: 10 },
        spawned: 2,
        inFlight: 2
      })
      yield* store.commit([Records.launched(2), Records.reported(2, { usage: { inputTokens: 5 } })])
      assert.deepStrictEqual((yield* store.treeUsage(first.id)).own, { inputTokens: 15 })
      yield* store.commit([Records.settled(used(2, first, { inputTokens: 15 }))])
      assert.deepStrictEqual(yield* store.treeUsage(parent.id), {
        own: {},
        tree: { inputTokens: 15 },
        open: {},
        spawned: 2,
        inFlight: 1
      })
    })
  )

  test(
    "MUST count removed sessions for whoever is left above them",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([
        ...[parent, first, second, grandchild].map(Records.created),
        Records.settled(used(1, first, { inputTokens: 1 })),
        Records.settled(used(2, grandchild, { inputTokens: 10 })),
        Records.settled(used(3, second, { inputTokens: 100 }))
      ])
      const whole = yield* store.treeUsage(parent.id)
      yield* store.commit([Records.deleted(grandchild.id)])
      assert.deepStrictEqual(yield* store.treeUsage(parent.id), whole)
      assert.deepStrictEqual(yield* store.treeUsage(first.id), {
        own: { inputTokens: 1 },
        tree: { inputTokens: 11 },
        open: {},
        spawned: 1,
        inFlight: 0
      })
      yield* store.commit([Records.deleted(first.id), Records.deleted(second.id)])
      assert.deepStrictEqual(yield* store.treeUsage(parent.id), whole)
      yield* store.commit([Records.deleted(parent.id)])
      assert.deepStrictEqual(yield* store.treeUsage(parent.id), nothing)
    })
  )
}

export const usages = (test: Test): void => {
  test(
    "MUST tell of each session what it used itself, in the order that was asked for",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([
        ...[parent, first, second, grandchild].map(Records.created),
        Records.settled(used(1, first, { inputTokens: 1, costUsd: 0.5, costSource: "provider" })),
        Records.settled(used(2, first, { inputTokens: 10, costUsd: 0.25, costSource: "estimated" })),
        Records.settled(silent(3, second, Outcome.beforeLaunch)),
        Records.settled(silent(4, grandchild, Outcome.done))
      ])
      assert.deepStrictEqual(yield* store.usages([grandchild.id, second.id, first.id, parent.id]), [
        { sessionId: grandchild.id, own: {}, removed: undefined },
        {
          sessionId: first.id,
          own: { inputTokens: 11, costUsd: 0.75, costSource: "estimated" },
          removed: undefined
        }
      ])
      assert.deepStrictEqual(yield* store.usages([]), [])
      assert.deepStrictEqual(yield* store.usages([Records.sessionId(99)]), [])
    })
  )

  test(
    "MUST count the open job, and apart from it what was removed below",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([
        ...[parent, first, grandchild].map(Records.created),
        Records.settled(used(1, grandchild, { inputTokens: 1 })),
        Records.accepted({ ...Records.job(2, first), spent: { inputTokens: 10 } }),
        Records.launched(2),
        Records.reported(2, { usage: { inputTokens: 100 } })
      ])
      yield* store.commit([Records.deleted(grandchild.id)])
      assert.deepStrictEqual(yield* store.usages([first.id]), [
        { sessionId: first.id, own: { inputTokens: 110 }, removed: { inputTokens: 1 } }
      ])
    })
  )

  test(
    "MUST add up everything, and count the sessions by status",
    Effect.fnUntraced(function* (store) {
      assert.deepStrictEqual(yield* store.totals, { statuses: [], usage: {} })
      yield* store.commit([
        ...[parent, first, second].map(Records.created),
        Records.settled(used(1, first, { inputTokens: 1, costUsd: 0.5, costSource: "provider" })),
        Records.settled(used(2, second, { inputTokens: 2 })),
        Records.accepted(Records.job(3, second)),
        Records.launched(3),
        Records.reported(3, { usage: { inputTokens: 4 } })
      ])
      const { statuses, usage } = yield* store.totals
      assert.deepStrictEqual(usage, {
        inputTokens: 7,
        costUsd: 0.5,
        costSource: "provider",
        atLeast: ["costUsd"]
      })
      assert.strictEqual(
        statuses.reduce((sum, { sessions }) => sum + sessions, 0),
        3
      )
      yield* store.commit([Records.deleted(first.id)])
      assert.deepStrictEqual((yield* store.totals).usage, usage)
    })
  )
}
