/** What is forgotten of the feed, what must not be, and that the numbers go on. */
import { assert } from "@effect/vitest"
import type { Session, SessionStore } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import * as Records from "../StoreRecords.ts"
import { type Test, parent, first, second, grandchild, everything, events, numbers, trimAll } from "./storeTests.ts"

const title = (session: Session.Session): SessionStore.Change =>
  Records.recorded(session.id, Records.titled(session.id, "t"))

/** As many events as numbers up to `count`, each committed alone, a second apart. */
const record = Effect.fnUntraced(function* (store: SessionStore.SessionStoreShape, count: number) {
  for (let number = 1; number <= count; number++) {
    yield* store.commit([title(number % 2 === 0 ? second : first)])
    yield* TestClock.adjust("1 second")
  }
})

const never: SessionStore.Retention = { olderThanMillis: 0, keepMax: 1_000_000 }

export const retention = (test: Test): void => {
  test(
    "MUST forget what is older than the time, or more than is kept, from the oldest on",
    Effect.fnUntraced(function* (store) {
      yield* record(store, 10)
      assert.strictEqual(yield* store.trimFeed(never), "done")
      assert.deepStrictEqual(yield* store.feedBounds, { oldest: 1, head: 10 })
      assert.strictEqual(yield* store.trimFeed({ ...never, olderThanMillis: 3000 }), "done")
      assert.deepStrictEqual(yield* store.feedBounds, { oldest: 4, head: 10 })
      assert.strictEqual(yield* store.trimFeed({ ...never, keepMax: 5 }), "done")
      assert.deepStrictEqual(yield* store.feedBounds, { oldest: 6, head: 10 })
      assert.strictEqual(yield* store.trimFeed({ olderThanMillis: 8000, keepMax: 4 }), "done")
      assert.deepStrictEqual(yield* store.feedBounds, { oldest: 9, head: 10 })
      assert.deepStrictEqual(numbers(yield* events(store)), [9, 10])
      assert.deepStrictEqual(numbers(yield* store.recentEvents(first.id, 5)), [9])
      const page = yield* store.events({ ...everything, limit: 1 })
      assert.deepStrictEqual([page.upTo, page.oldest, page.head], [9, 9, 10])
    })
  )

  test(
    "MUST forget only a part at once of what is long, and say that there is more",
    Effect.fnUntraced(function* (store) {
      const count = 40_000
      yield* store.commit(Array.from({ length: count }, () => title(first)))
      const chunks = yield* trimAll(store, { olderThanMillis: 0, keepMax: 10 })
      assert.isAbove(chunks, 1)
      assert.deepStrictEqual(yield* store.feedBounds, { oldest: count - 9, head: count })
    })
  )

  test(
    "MUST go on with the next number when nothing is left",
    Effect.fnUntraced(function* (store) {
      yield* record(store, 3)
      yield* trimAll(store)
      assert.deepStrictEqual(yield* store.feedBounds, { oldest: 4, head: 3 })
      assert.deepStrictEqual(yield* store.events(everything), { events: [], upTo: 3, oldest: 4, head: 3 })
      assert.strictEqual((yield* store.snapshot({ within: Option.none(), limit: 1 })).number, 3)
      assert.deepStrictEqual(yield* store.commit([title(first), title(second)]), [4, 5])
      assert.deepStrictEqual(numbers(yield* events(store)), [4, 5])
      assert.strictEqual(yield* trimAll(store), 1)
      assert.strictEqual(yield* trimAll(store), 1)
      assert.deepStrictEqual(yield* store.commit([title(first)]), [6])
    })
  )

  test(
    "MUST number without a gap while it is trimmed",
    Effect.fnUntraced(function* (store) {
      const commits = Effect.forEach(Array.from({ length: 200 }), () => store.commit([title(first), title(second)]), {
        concurrency: "unbounded"
      })
      const trims = Effect.forEach(Array.from({ length: 50 }), () => trimAll(store))
      const [given] = yield* Effect.all([commits, trims], { concurrency: "unbounded" })
      assert.deepStrictEqual(
        given.flat().toSorted((a, b) => a - b),
        Array.from({ length: 400 }, (_, index) => index + 1)
      )
      assert.strictEqual((yield* store.feedBounds).head, 400)
    })
  )
}

export const floors = (test: Test): void => {
  const oldest = (store: SessionStore.SessionStoreShape) =>
    Effect.andThen(
      trimAll(store),
      Effect.map(store.feedBounds, (bounds) => bounds.oldest)
    )

  test(
    "MUST keep what was recorded since an open wait, its own transition included",
    Effect.fnUntraced(function* (store) {
      const wait = Records.wait(1, parent.id)
      const later = Records.wait(2, parent.id)
      yield* record(store, 2)
      yield* store.commit([title(parent), Records.opened(wait)])
      yield* store.commit([title(parent), Records.opened(later)])
      assert.strictEqual(yield* oldest(store), 3)
      yield* store.commit([Records.obligationChanged({ ...wait, version: 2, children: [first.id] }), title(parent)])
      assert.strictEqual(yield* oldest(store), 3)
      yield* store.commit([Records.obligationChanged(Records.closed({ ...wait, version: 2 }))])
      assert.strictEqual(yield* oldest(store), 4)
      yield* store.commit([Records.deleted(parent.id)])
      assert.strictEqual(yield* oldest(store), 6)
    })
  )

  test(
    "MUST keep nothing for a wait that is older than its own transition, however often that changes it",
    Effect.fnUntraced(function* (store) {
      const wait = Records.wait(1, parent.id)
      yield* record(store, 3)
      yield* store.commit([Records.opened(wait), title(parent), Records.obligationChanged({ ...wait, version: 2 })])
      assert.strictEqual(yield* oldest(store), 4)
    })
  )

  test(
    "MUST keep what was recorded since a completion that one of its handlers has not acknowledged",
    Effect.fnUntraced(function* (store) {
      yield* record(store, 1)
      yield* store.commit([title(first), Records.settled(Records.completion(2, first), ["a", "b"])])
      yield* store.commit([title(first), Records.settled(Records.completion(5, grandchild), ["a"])])
      yield* store.commit([title(second), Records.settled(Records.completion(3, second), [])])
      assert.strictEqual(yield* oldest(store), 2)
      yield* store.commit([Records.acknowledged(2, "a")])
      assert.strictEqual(yield* oldest(store), 2)
      yield* store.commit([Records.acknowledged(2, "b")])
      assert.strictEqual(yield* oldest(store), 3)
      yield* store.commit([Records.deleted(grandchild.id)])
      assert.strictEqual(yield* oldest(store), 5)
    })
  )

  test(
    "MUST keep nothing for requests and messages on their way",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.opened(Records.request(1, first.id)), Records.opened(Records.steer(2, first.id))])
      yield* record(store, 2)
      assert.strictEqual(yield* oldest(store), 3)
    })
  )

  test(
    "SHOULD forget the place of a session that is gone with its last event, and of no other",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([parent, first, grandchild].map(Records.created))
      yield* store.commit([title(first), title(grandchild)])
      yield* store.commit([Records.deleted(first.id)])
      yield* store.trimFeed({ olderThanMillis: 0, keepMax: 1 })
      yield* store.commit([Records.accepted(Records.job(2, first)), Records.accepted(Records.job(5, grandchild))])
      assert.deepStrictEqual(
        (yield* store.openJobs).map((open) => open.ancestors),
        [[], [first.id, parent.id]]
      )
      assert.deepStrictEqual(numbers(yield* events(store, { scope: { _tag: "Subtree", sessionId: first.id } })), [2])
    })
  )
}
