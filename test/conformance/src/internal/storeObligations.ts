/** Waits, requests and messages on their way: opened once, changed version by version, gone with their session. */
import { assert } from "@effect/vitest"
import type { Obligation, SessionStore } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Records from "../StoreRecords.ts"
import { type Test, parent, first, second, grandchild, events, ids, refusalOf, trimAll } from "./storeTests.ts"

const assertObligationConflict = (
  reason: SessionStore.StoreError["reason"],
  { id, version }: Obligation.Obligation
): void => {
  assert(reason._tag === "ObligationConflict", reason._tag)
  assert.deepStrictEqual([reason.obligationId, reason.expectedVersion], [id, version - 1])
}

const wait = Records.wait(1, parent.id)
const request = Records.request(2, first.id)
const steer = { ...Records.steer(3, first.id), key: "mine" }

export const changes = (test: Test): void => {
  test(
    "MUST give an obligation back as it was given, by id and by key, through every change",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([wait, request, steer].map(Records.opened))
      for (const obligation of [wait, request, steer]) {
        assert.deepStrictEqual(yield* store.obligation(obligation.id), Option.some(obligation))
        const closed = Records.closed(obligation)
        yield* store.commit([Records.obligationChanged(closed)])
        assert.deepStrictEqual(yield* store.obligation(obligation.id), Option.some(closed))
      }
      assert.deepStrictEqual(yield* store.obligation(Records.waitId(9)), Option.none())
      const byKey = store.obligationByKey
      assert.deepStrictEqual(yield* byKey("request", first.id, request.key), Option.some(Records.closed(request)))
      assert.deepStrictEqual(yield* byKey("steer", first.id, "mine"), Option.some(Records.closed(steer)))
      assert.deepStrictEqual(yield* byKey("request", first.id, "mine"), Option.none())
      assert.deepStrictEqual(yield* byKey("steer", second.id, "mine"), Option.none())
    })
  )

  test(
    "MUST refuse a change of a version that is no longer stored, or that skips one",
    Effect.fnUntraced(function* (store) {
      const next = { ...wait, version: 2 }
      yield* store.commit([Records.opened(wait)])
      assertObligationConflict(yield* refusalOf(store.commit([Records.obligationChanged({ ...wait, version: 3 })])), {
        ...wait,
        version: 3
      })
      yield* store.commit([Records.obligationChanged(next)])
      assertObligationConflict(yield* refusalOf(store.commit([Records.obligationChanged(Records.closed(wait))])), next)
      assertObligationConflict(yield* refusalOf(store.commit([Records.opened(wait)])), wait)
      assertObligationConflict(yield* refusalOf(store.commit([Records.obligationChanged(request)])), request)
      assert.deepStrictEqual(yield* store.obligation(wait.id), Option.some(next))
    })
  )

  test(
    "MUST refuse a second obligation of a session with the same kind and key, also when the first is closed",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.opened(steer)])
      const same = { ...Records.steer(9, first.id), key: "mine" }
      for (const change of [Records.obligationChanged(Records.closed(steer)), undefined]) {
        const reason = yield* refusalOf(store.commit([Records.opened(same)]))
        assert(reason._tag === "ObligationKeyTaken", reason._tag)
        assert.deepStrictEqual([reason.sessionId, reason.key, reason.retryable], [first.id, "mine", false])
        if (change !== undefined) yield* store.commit([change])
      }
      yield* store.commit([
        Records.opened({ ...same, sessionId: second.id }),
        Records.opened({ ...request, key: "mine" }),
        Records.opened(Records.steer(10, first.id)),
        Records.opened(Records.steer(11, first.id))
      ])
      assert.deepStrictEqual(
        yield* store.obligationByKey("steer", first.id, "mine"),
        Option.some(Records.closed(steer))
      )
    })
  )

  test(
    "MUST keep nothing of a transition when an obligation is refused, and no obligation when a session is",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.created(parent), Records.opened(wait)])
      const transition = [
        Records.created(first),
        Records.opened(request),
        Records.changed(Records.next(parent, "running")),
        Records.settled(Records.completion(2, first)),
        Records.recorded(parent.id, Records.titled(parent.id, "lost"))
      ]
      const stale = Records.obligationChanged({ ...wait, version: 7 })
      assert.strictEqual((yield* refusalOf(store.commit([...transition, stale])))._tag, "ObligationConflict")
      assert.strictEqual(
        (yield* refusalOf(store.commit([...transition, Records.opened({ ...request, id: Records.requestId(9) })])))
          ._tag,
        "ObligationKeyTaken"
      )
      assert.strictEqual(
        (yield* refusalOf(store.commit([...transition, Records.created(parent)])))._tag,
        "VersionConflict"
      )
      assert.deepStrictEqual(yield* store.session(parent.id), Option.some(parent))
      assert.deepStrictEqual(yield* store.session(first.id), Option.none())
      assert.deepStrictEqual(yield* store.obligation(request.id), Option.none())
      assert.deepStrictEqual(yield* store.obligationByKey("request", first.id, request.key), Option.none())
      assert.deepStrictEqual(yield* store.completion(Records.runId(2)), Option.none())
      assert.deepStrictEqual(yield* events(store), [])
      yield* store.commit(transition)
      assert.deepStrictEqual(yield* store.obligation(request.id), Option.some(request))
    })
  )

  test(
    "MUST judge an obligation by the changes before it in its transition",
    Effect.fnUntraced(function* (store) {
      const closed = Records.closed(request)
      yield* store.commit([Records.opened(request), Records.obligationChanged(closed)])
      assert.deepStrictEqual(yield* store.obligation(request.id), Option.some(closed))
      const again = [Records.deleted(first.id), Records.opened(request)]
      assertObligationConflict(
        yield* refusalOf(store.commit([Records.deleted(first.id), Records.obligationChanged(Records.closed(closed))])),
        Records.closed(closed)
      )
      assert.strictEqual(
        (yield* refusalOf(store.commit([...again, Records.opened(request)])))._tag,
        "ObligationConflict"
      )
      yield* store.commit(again)
      assert.deepStrictEqual(yield* store.obligation(request.id), Option.some(request))
      yield* store.commit([Records.opened(steer), Records.deleted(first.id)])
      assert.deepStrictEqual(yield* store.obligation(steer.id), Option.none())
    })
  )

  test(
    "MUST remove the obligations of a deleted session, give their keys free, and touch no other's",
    Effect.fnUntraced(function* (store) {
      const kept = Records.request(8, second.id)
      yield* store.commit([...[first, second].map(Records.created), ...[request, steer, kept].map(Records.opened)])
      yield* store.commit([Records.deleted(first.id)])
      assert.deepStrictEqual(yield* store.obligation(request.id), Option.none())
      assert.deepStrictEqual(yield* store.obligationByKey("steer", first.id, "mine"), Option.none())
      assert.deepStrictEqual(yield* store.obligation(kept.id), Option.some(kept))
      yield* store.commit([Records.created(first), Records.opened({ ...steer, id: Records.messageId(77) })])
    })
  )
}

export const concurrency = (test: Test): void => {
  test(
    "MUST let exactly one of many that close an obligation stand, whatever else they do",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.opened(request)])
      const results = yield* Effect.forEach(
        Array.from({ length: 50 }, (_, index) => ({ ...Records.closed(request), text: `Answer ${index}` })),
        (answer, index) =>
          Effect.result(
            store.commit([
              Records.created(Records.child(100 + index, parent)),
              Records.obligationChanged(answer),
              Records.recorded(first.id, Records.titled(first.id, answer.text))
            ])
          ),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        results.filter(Result.isSuccess).map((result) => result.success),
        [[1]]
      )
      assert.strictEqual(yield* store.childCount(parent.id), 1)
      const stored = Option.getOrThrow(yield* store.obligation(request.id))
      const [event] = yield* events(store)
      assert(stored.kind === "request" && event?.event.type === "session_title_updated")
      assert.strictEqual(event.event.title, stored.text)
    })
  )

  test(
    "MUST let exactly one of many with the same key be opened",
    Effect.fnUntraced(function* (store) {
      const results = yield* Effect.forEach(
        Array.from({ length: 50 }, (_, index) => ({ ...Records.steer(index, first.id), key: `${index % 2}` })),
        (message) => Effect.result(store.commit([Records.opened(message)])),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(results.filter(Result.isSuccess).length, 2)
      assert.deepStrictEqual(
        new Set(results.filter(Result.isFailure).map(({ failure }) => failure.reason._tag)),
        new Set(["ObligationKeyTaken"])
      )
    })
  )
}

export const lists = (test: Test): void => {
  const query = (store: SessionStore.SessionStoreShape, fields: Partial<SessionStore.ObligationQuery>) =>
    Effect.map(
      store.obligations({
        kind: "request",
        state: "any",
        scope: { _tag: "All" },
        after: Option.none(),
        limit: 100,
        ...fields
      }),
      ids
    )
  const asked = [9, 4, 6, 5].map((number, index) =>
    Records.request(number, [first, second, grandchild, first][index]?.id ?? parent.id)
  )
  const [ninth, fourth, sixth, fifth] = ids(asked)

  test(
    "MUST list obligations of one kind in the order of opening, page by page",
    Effect.fnUntraced(function* (store) {
      for (const obligation of asked)
        yield* store.commit([
          Records.opened(obligation),
          Records.opened({ ...Records.wait(Number(obligation.id.slice(-1)), parent.id) })
        ])
      yield* store.commit([Records.obligationChanged({ ...(asked[0] ?? request), version: 2 })])
      assert.deepStrictEqual(yield* query(store, {}), ids(asked))
      assert.deepStrictEqual(yield* query(store, { limit: 2 }), [ninth, fourth])
      const after = Option.fromUndefinedOr(asked[1]?.id)
      assert.deepStrictEqual(yield* query(store, { after }), [sixth, fifth])
      assert.deepStrictEqual(yield* query(store, { after, limit: 1 }), [sixth])
      assert.deepStrictEqual((yield* query(store, { kind: "wait" })).length, 4)
      assert.deepStrictEqual(yield* query(store, { kind: "steer" }), [])
    })
  )

  test(
    "MUST list those of a session, and those of everything below it, whatever of that is gone",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([...[parent, first, second, grandchild].map(Records.created), ...asked.map(Records.opened)])
      const of = (sessionId: typeof parent.id, _tag: "Session" | "Subtree") =>
        query(store, { scope: { _tag, sessionId } })
      assert.deepStrictEqual(yield* of(first.id, "Session"), [ninth, fifth])
      assert.deepStrictEqual(yield* of(first.id, "Subtree"), [ninth, sixth, fifth])
      assert.deepStrictEqual(yield* of(parent.id, "Subtree"), ids(asked))
      assert.deepStrictEqual(yield* of(parent.id, "Session"), [])
      yield* store.commit([Records.deleted(first.id)])
      assert.deepStrictEqual(yield* of(parent.id, "Subtree"), [fourth, sixth])
      assert.deepStrictEqual(yield* of(first.id, "Subtree"), [sixth])
    })
  )

  test(
    "MUST call an answered request open until its run has taken the answer, and every other one as its status says",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([...asked.map(Records.opened), Records.opened(wait), Records.opened(steer)])
      const answered = { ...(asked[0] ?? request), version: 2, status: "approved" } as const
      const expired = { ...(asked[1] ?? request), version: 2, status: "expired" } as const
      yield* store.commit([answered, expired].map(Records.obligationChanged))
      assert.deepStrictEqual(yield* query(store, { state: "open" }), [ninth, sixth, fifth])
      assert.deepStrictEqual(yield* query(store, { state: "closed" }), [fourth])
      yield* store.commit([answered, wait, steer].map((one) => Records.obligationChanged(Records.closed(one))))
      assert.deepStrictEqual(yield* query(store, { state: "open" }), [sixth, fifth])
      assert.deepStrictEqual(yield* query(store, { state: "closed" }), [ninth, fourth])
      for (const kind of ["wait", "steer"] as const) {
        assert.deepStrictEqual(yield* query(store, { kind, state: "open" }), [])
        assert.strictEqual((yield* query(store, { kind, state: "closed" })).length, 1)
      }
    })
  )

  test(
    "MUST keep obligations when the feed is trimmed",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.recorded(first.id, Records.titled(first.id, "t")), Records.opened(request)])
      yield* trimAll(store)
      assert.deepStrictEqual(yield* query(store, {}), [request.id])
    })
  )
}
