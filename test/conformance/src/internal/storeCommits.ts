/** What a commit promises: all or nothing, each alone, in order. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Records from "../StoreRecords.ts"
import { type Test, parent, first, second, events, refusalOf, numbers, assertConflict } from "./storeTests.ts"

export const commits = (test: Test): void => {
  test(
    "MUST give a session back as it was given, through every change",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.created(parent), Records.created(first)])
      assert.deepStrictEqual(yield* store.session(first.id), Option.some(first))
      const running = Records.next(first, "running")
      yield* store.commit([Records.changed(running)])
      assert.deepStrictEqual(yield* store.session(first.id), Option.some(running))
      assert.deepStrictEqual(yield* store.session(Records.sessionId(9)), Option.none())
    })
  )

  test(
    "MUST refuse a change of a version that is no longer stored, and keep nothing of its transition",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.created(parent), Records.changed(Records.next(parent, "running"))])
      const stale = Records.next(parent, "completed")
      const reason = yield* refusalOf(
        store.commit([
          Records.created(first),
          Records.appended(Records.message(1, parent.id)),
          Records.recorded(parent.id, Records.titled(parent.id, "lost")),
          Records.changed(stale)
        ])
      )
      assertConflict(reason, stale)
      assert.deepStrictEqual(yield* store.session(first.id), Option.none())
      assert.deepStrictEqual(yield* store.recentMessages({ sessionId: parent.id, before: Option.none(), limit: 1 }), [])
      assert.deepStrictEqual(yield* events(store), [])
      assert.strictEqual(yield* store.childCount(parent.id), 0)
    })
  )

  test(
    "MUST refuse a change that skips a version",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.created(parent)])
      const far = Records.next(Records.next(parent, "running"), "completed")
      assertConflict(yield* refusalOf(store.commit([Records.changed(far)])), far)
    })
  )

  test(
    "MUST refuse a change of a session that is not stored",
    Effect.fnUntraced(function* (store) {
      const changed = Records.next(parent, "running")
      const reason = yield* refusalOf(store.commit([Records.changed(changed)]))
      assertConflict(reason, changed)
    })
  )

  test(
    "MUST refuse to create a session whose id is taken",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.created(parent)])
      const reason = yield* refusalOf(store.commit([Records.created({ ...parent, title: "Another" })]))
      assertConflict(reason, parent)
      assert.deepStrictEqual(yield* store.session(parent.id), Option.some(parent))
    })
  )

  test(
    "MUST judge a change by the changes before it in its transition",
    Effect.fnUntraced(function* (store) {
      const running = Records.next(parent, "running")
      yield* store.commit([Records.created(parent), Records.changed(running)])
      assert.deepStrictEqual(yield* store.session(parent.id), Option.some(running))
      const done = Records.next(running, "completed")
      yield* refusalOf(store.commit([Records.deleted(parent.id), Records.changed(done)]))
      assert.deepStrictEqual(yield* store.session(parent.id), Option.some(running))
      yield* store.commit([Records.deleted(parent.id), Records.created(parent)])
      assert.deepStrictEqual(yield* store.session(parent.id), Option.some(parent))
    })
  )

  test(
    "MUST accept a transition without changes",
    Effect.fnUntraced(function* (store) {
      assert.deepStrictEqual(yield* store.commit([]), [])
    })
  )

  test("SHOULD be ready to write", (store) => store.ready)
}

export const concurrency = (test: Test): void => {
  test(
    "MUST let exactly one of many changes of one version stand",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.created(parent)])
      const results = yield* Effect.forEach(
        Array.from({ length: 50 }, (_, index) => ({ ...Records.next(parent, "running"), title: `Writer ${index}` })),
        (session) =>
          Effect.result(
            store.commit([
              Records.changed(session),
              Records.recorded(parent.id, Records.titled(parent.id, session.title))
            ])
          ),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        results.filter(Result.isSuccess).map((result) => result.success),
        [[1]]
      )
      const stored = Option.getOrThrow(yield* store.session(parent.id))
      const [event] = yield* events(store)
      assert.deepStrictEqual(event?.event, Records.titled(parent.id, stored.title))
    })
  )

  test(
    "MUST keep a refused transition away from those committed beside it",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.created(parent)])
      const results = yield* Effect.forEach(
        Array.from({ length: 101 }, (_, index) => index),
        (index) => {
          const one = Records.child(100 + index, parent)
          return Effect.result(
            store.commit([
              Records.recorded(one.id, Records.titled(one.id, `${index}`)),
              index === 50 ? Records.changed(one) : Records.created(one)
            ])
          )
        },
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        results.flatMap((result, index) => (Result.isFailure(result) ? [index] : [])),
        [50]
      )
      assert.strictEqual(yield* store.childCount(parent.id), 100)
      assert.deepStrictEqual(yield* store.session(Records.sessionId(150)), Option.none())
      assert.deepStrictEqual(
        numbers(yield* events(store)),
        Array.from({ length: 100 }, (_, index) => index + 1)
      )
    })
  )

  test(
    "MUST give every caller the numbers of its own events, in the order they have on the feed",
    Effect.fnUntraced(function* (store) {
      const given = yield* Effect.forEach(
        Array.from({ length: 40 }, (_, index) => index),
        (index) =>
          store.commit(
            Array.from({ length: 1 + (index % 3) }, (_, place) =>
              Records.recorded(parent.id, Records.titled(parent.id, `${index}.${place}`))
            )
          ),
        { concurrency: "unbounded" }
      )
      const titles = new Map(
        (yield* events(store)).map(({ event, number }) => [
          number,
          event.type === "session_title_updated" ? event.title : event.type
        ])
      )
      for (const [index, own] of given.entries()) {
        assert.deepStrictEqual(
          own.map((number) => titles.get(number)),
          own.map((_, place) => `${index}.${place}`)
        )
      }
      assert.deepStrictEqual(
        given.flat().toSorted((a, b) => a - b),
        Array.from(titles.keys())
      )
    })
  )

  test(
    "MUST end a commit whose caller stopped waiting",
    Effect.fnUntraced(function* (store) {
      const fiber = yield* Effect.forkChild(store.commit([Records.created(parent)]), { startImmediately: true })
      yield* Fiber.interrupt(fiber)
      yield* store.commit([])
      assert.deepStrictEqual(yield* store.session(parent.id), Option.some(parent))
    })
  )
}

export const requestKeys = (test: Test): void => {
  const keyed = { ...first, requestKey: "again" }

  test(
    "MUST find a child by its request key, under its own parent only",
    Effect.fnUntraced(function* (store) {
      const other = Records.root(7)
      const same = { ...Records.child(8, other), requestKey: "again" }
      yield* store.commit([
        Records.created(parent),
        Records.created(other),
        Records.created(keyed),
        Records.created(same)
      ])
      assert.deepStrictEqual(yield* store.sessionByRequestKey(Option.some(parent.id), "again"), Option.some(keyed))
      assert.deepStrictEqual(yield* store.sessionByRequestKey(Option.some(other.id), "again"), Option.some(same))
      assert.deepStrictEqual(yield* store.sessionByRequestKey(Option.some(parent.id), "never"), Option.none())
    })
  )

  test(
    "MUST find a root by its request key, which no child has",
    Effect.fnUntraced(function* (store) {
      const root = { ...Records.root(7), requestKey: "again" }
      yield* store.commit([Records.created(parent), Records.created(keyed)])
      assert.deepStrictEqual(yield* store.sessionByRequestKey(Option.none(), "again"), Option.none())
      yield* store.commit([Records.created(root)])
      assert.deepStrictEqual(yield* store.sessionByRequestKey(Option.none(), "again"), Option.some(root))
      assert.deepStrictEqual(yield* store.sessionByRequestKey(Option.some(parent.id), "again"), Option.some(keyed))
      const second = { ...Records.root(8), requestKey: "again" }
      const reason = yield* refusalOf(store.commit([Records.created(second)]))
      assert.deepInclude(reason, { _tag: "RequestKeyTaken", requestKey: "again" })
      yield* store.commit([Records.deleted(root.id), Records.created(second)])
      assert.deepStrictEqual(yield* store.sessionByRequestKey(Option.none(), "again"), Option.some(second))
    })
  )

  test(
    "MUST refuse a second child with the same request key, and keep nothing of its transition",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.created(keyed)])
      const reason = yield* refusalOf(
        store.commit([Records.accepted(Records.job(3, second)), Records.created({ ...second, requestKey: "again" })])
      )
      assert.strictEqual(reason._tag, "RequestKeyTaken")
      assert.deepStrictEqual(yield* store.session(second.id), Option.none())
      assert.deepStrictEqual(yield* store.openJobs, [])
    })
  )

  test(
    "MUST give a request key to exactly one of those that want it at once",
    Effect.fnUntraced(function* (store) {
      const results = yield* Effect.forEach(
        Array.from({ length: 20 }, (_, index) => ({ ...Records.child(10 + index, parent), requestKey: "again" })),
        (session) => Effect.result(store.commit([Records.created(session)])),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(results.filter(Result.isSuccess).length, 1)
      assert.strictEqual(yield* store.childCount(parent.id), 1)
    })
  )

  test(
    "MUST give a request key free with its session",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.created(keyed)])
      const heir = { ...second, requestKey: "again" }
      yield* store.commit([Records.deleted(keyed.id), Records.created(heir)])
      assert.deepStrictEqual(yield* store.sessionByRequestKey(Option.some(parent.id), "again"), Option.some(heir))
    })
  )
}
