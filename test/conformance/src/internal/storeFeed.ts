/** The feed as it is read: in order, from a cursor, of some streams and types, and the snapshot that it goes on from. */
import { assert } from "@effect/vitest"
import type { AgentEvent, Session, SessionStore } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import * as Records from "../StoreRecords.ts"
import {
  type Test,
  parent,
  first,
  second,
  grandchild,
  everything,
  events,
  ids,
  numbers,
  trimAll,
  wholeFeed
} from "./storeTests.ts"

export const feed = (test: Test): void => {
  const approval: AgentEvent.AgentEvent = {
    type: "tool_approval_requested",
    requestId: "req",
    toolCallId: "call",
    toolName: "shell",
    arguments: { command: ["ls", null, 1.5, { deep: [true] }] }
  }

  test(
    "MUST number events from 1 without a gap, over commits",
    Effect.fnUntraced(function* (store) {
      assert.deepStrictEqual(yield* store.feedBounds, { oldest: 1, head: 0 })
      const said = [Records.titled(first.id, "a"), approval, Records.statusChanged(first.id, "running")]
      assert.deepStrictEqual(
        yield* store.commit(said.slice(0, 2).map((event) => Records.recorded(first.id, event))),
        [1, 2]
      )
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(yield* store.commit(said.slice(2).map((event) => Records.recorded(parent.id, event))), [3])
      assert.deepStrictEqual(yield* events(store), [
        { number: 1, sessionId: first.id, atMillis: 0, event: Records.titled(first.id, "a") },
        { number: 2, sessionId: first.id, atMillis: 0, event: approval },
        { number: 3, sessionId: parent.id, atMillis: 5000, event: Records.statusChanged(first.id, "running") }
      ])
      assert.deepStrictEqual(yield* store.feedBounds, { oldest: 1, head: 3 })
    })
  )

  test(
    "MUST read events from a cursor, of one session, of some types",
    Effect.fnUntraced(function* (store) {
      yield* store.commit(
        [first, second, first, second, first].map((session, index) =>
          Records.recorded(session.id, index === 4 ? approval : Records.titled(session.id, `${index}`))
        )
      )
      const read = (fields: Partial<SessionStore.EventQuery>) => Effect.map(events(store, fields), numbers)
      assert.deepStrictEqual(yield* read({ after: 2 }), [3, 4, 5])
      assert.deepStrictEqual(yield* read({ after: 1, limit: 2 }), [2, 3])
      assert.deepStrictEqual(yield* read({ after: 5 }), [])
      assert.deepStrictEqual(yield* read({ scope: { _tag: "Session", sessionId: first.id }, after: 1 }), [3, 5])
      assert.deepStrictEqual(yield* read({ types: Option.some(["tool_approval_requested", "complete"]) }), [5])
      assert.deepStrictEqual(
        yield* read({
          types: Option.some(["session_title_updated"]),
          scope: { _tag: "Session", sessionId: second.id }
        }),
        [2, 4]
      )
      assert.deepStrictEqual(yield* read({ types: Option.some([]) }), [])
    })
  )

  test(
    "MUST give the last events of one session in order",
    Effect.fnUntraced(function* (store) {
      yield* store.commit(
        [first, second, first, first].map((session) => Records.recorded(session.id, Records.titled(session.id, "t")))
      )
      assert.deepStrictEqual(numbers(yield* store.recentEvents(first.id, 2)), [3, 4])
      assert.deepStrictEqual(numbers(yield* store.recentEvents(second.id, 9)), [2])
      assert.deepStrictEqual(numbers(yield* store.recentEvents(parent.id, 9)), [])
    })
  )
}

export const pages = (test: Test): void => {
  const title = (session: Session.Session) => Records.recorded(session.id, Records.titled(session.id, "t"))

  test(
    "MUST say up to where a page looked, and the bounds of the same moment",
    Effect.fnUntraced(function* (store) {
      const page = (fields: Partial<SessionStore.EventQuery>) =>
        Effect.map(store.events({ ...everything, ...fields }), ({ events, head, oldest, upTo }) => ({
          numbers: numbers(events),
          bounds: [upTo, oldest, head]
        }))
      assert.deepStrictEqual(yield* page({}), { numbers: [], bounds: [0, 1, 0] })
      yield* store.commit([first, second, first, second].map(title))
      assert.deepStrictEqual(yield* page({}), { numbers: [1, 2, 3, 4], bounds: [4, 1, 4] })
      assert.deepStrictEqual(yield* page({ limit: 2 }), { numbers: [1, 2], bounds: [2, 1, 4] })
      const ofFirst: SessionStore.FeedScope = { _tag: "Session", sessionId: first.id }
      assert.deepStrictEqual(yield* page({ scope: ofFirst }), { numbers: [1, 3], bounds: [4, 1, 4] })
      assert.deepStrictEqual(yield* page({ scope: ofFirst, limit: 1 }), { numbers: [1], bounds: [1, 1, 4] })
      assert.deepStrictEqual(yield* page({ scope: ofFirst, after: 3 }), { numbers: [], bounds: [4, 1, 4] })
      assert.deepStrictEqual(yield* page({ types: Option.some(["complete"]) }), { numbers: [], bounds: [4, 1, 4] })
      assert.deepStrictEqual(yield* page({ after: 4 }), { numbers: [], bounds: [4, 1, 4] })
      assert.deepStrictEqual(yield* page({ after: 9 }), { numbers: [], bounds: [9, 1, 4] })
    })
  )

  test(
    "MUST move on when nothing of a long stretch was asked for, and find what comes after it",
    Effect.fnUntraced(function* (store) {
      const other = Array.from({ length: 20_000 }, () => title(second))
      yield* store.commit([Records.created(first), title(first), ...other])
      yield* store.commit([title(first), title(second)])
      for (const _tag of ["Session", "Subtree"] as const) {
        const { events, pages } = yield* wholeFeed(store, { _tag, sessionId: first.id })
        assert.deepStrictEqual(numbers(events), [1, 20_002])
        assert.isAbove(pages, 1)
      }
      const types = Option.some(["complete"] as const)
      const { events, head, upTo } = yield* store.events({ ...everything, types })
      assert.deepStrictEqual(events, [])
      assert(upTo > 0 && upTo < head, `looked up to ${upTo} of ${head}`)
    })
  )

  test(
    "MUST give the streams of a session and of everything that is or was below it",
    Effect.fnUntraced(function* (store) {
      const other = Records.root(8)
      yield* store.commit([parent, other, first, second].map(Records.created))
      yield* store.commit([Records.created(grandchild)])
      yield* store.commit([parent, other, first, second, grandchild].map(title))
      const of = (sessionId: Session.Session["id"]) =>
        Effect.map(events(store, { scope: { _tag: "Subtree", sessionId } }), numbers)
      const assertTree = Effect.fnUntraced(function* () {
        assert.deepStrictEqual(yield* of(parent.id), [1, 3, 4, 5])
        assert.deepStrictEqual(yield* of(first.id), [3, 5])
        assert.deepStrictEqual(yield* of(grandchild.id), [5])
        assert.deepStrictEqual(yield* of(other.id), [2])
        assert.deepStrictEqual(yield* of(Records.sessionId(99)), [])
      })
      yield* assertTree()
      yield* store.commit([Records.deleted(grandchild.id), Records.deleted(first.id)])
      yield* assertTree()
      yield* store.commit([Records.deleted(parent.id)])
      yield* assertTree()
    })
  )

  test(
    "MUST place each of many sessions that are created in one transition below all that are above it",
    Effect.fnUntraced(function* (store) {
      const line = Array.from({ length: 10 }, (_, index) => Records.child(100 + index, parent))
      const below = line.map((session, index) => Records.child(200 + index, session))
      const leaves = below.map((session, index) => Records.child(300 + index, session))
      yield* store.commit([parent, ...line, ...below, ...leaves].map(Records.created))
      yield* store.commit(leaves.map((session, index) => Records.accepted(Records.job(300 + index, session))))
      assert.deepStrictEqual(
        (yield* store.openJobs).map((open) => open.ancestors),
        line.map((session, index) => [Records.sessionId(200 + index), session.id, parent.id])
      )
    })
  )

  test(
    "MUST place a session below one that is created in the same transition, or at the same time",
    Effect.fnUntraced(function* (store) {
      const deeper = Records.child(6, grandchild)
      const deepest = Records.child(7, deeper)
      yield* store.commit([Records.created(parent)])
      yield* Effect.all(
        [
          store.commit([Records.created(first), Records.created(grandchild)]),
          store.commit([Records.created(deeper), Records.created(deepest), title(deepest)])
        ],
        { concurrency: "unbounded" }
      )
      yield* store.commit([Records.accepted(Records.job(7, deepest))])
      const [open] = yield* store.openJobs
      assert.deepStrictEqual(open?.ancestors, [deeper.id, grandchild.id, first.id, parent.id])
      for (const { id } of [parent, first, grandchild, deeper, deepest]) {
        assert.deepStrictEqual(numbers(yield* events(store, { scope: { _tag: "Subtree", sessionId: id } })), [1])
      }
    })
  )
}

export const snapshots = (test: Test): void => {
  const of = (
    store: SessionStore.SessionStoreShape,
    within: Option.Option<Session.Session["id"]> = Option.none(),
    limit = 10
  ) =>
    Effect.map(store.snapshot({ within, limit }), ({ number, requests, sessions, truncated }) => ({
      number,
      sessions: ids(sessions),
      truncated,
      requests: ids(requests)
    }))

  test(
    "MUST give the sessions, newest first, and the pending requests with the number they are true at",
    Effect.fnUntraced(function* (store) {
      assert.deepStrictEqual(yield* of(store), { number: 0, sessions: [], truncated: false, requests: [] })
      const answered = Records.request(3, first.id)
      const pending = [7, 4].map((number) => Records.request(number, second.id))
      yield* store.commit([
        ...[parent, first, second].map(Records.created),
        ...[answered, ...pending, Records.wait(1, parent.id), Records.steer(1, parent.id)].map(Records.opened),
        Records.obligationChanged({ ...answered, version: 2, status: "denied" }),
        Records.recorded(parent.id, Records.titled(parent.id, "t"))
      ])
      const whole = { number: 1, sessions: ids([second, first, parent]), truncated: false, requests: ids(pending) }
      assert.deepStrictEqual(yield* of(store), whole)
      assert.deepStrictEqual(yield* of(store, Option.none(), 3), whole)
      assert.deepStrictEqual(yield* of(store, Option.none(), 2), {
        ...whole,
        sessions: ids([second, first]),
        truncated: true
      })
      assert.deepStrictEqual((yield* store.snapshot({ within: Option.none(), limit: 1 })).sessions, [second])
      yield* trimAll(store)
      assert.deepStrictEqual(yield* of(store), whole)
    })
  )

  test(
    "MUST keep to a subtree when asked for one",
    Effect.fnUntraced(function* (store) {
      const other = Records.root(8)
      yield* store.commit([
        ...[parent, first, second, grandchild, other].map(Records.created),
        ...[first, grandchild, second].map((session, index) => Records.opened(Records.request(index, session.id)))
      ])
      const all = { number: 0, truncated: false }
      assert.deepStrictEqual(yield* of(store, Option.some(first.id)), {
        ...all,
        sessions: ids([grandchild, first]),
        requests: [Records.requestId(0), Records.requestId(1)]
      })
      assert.deepStrictEqual(yield* of(store, Option.some(parent.id), 2), {
        number: 0,
        sessions: ids([grandchild, second]),
        truncated: true,
        requests: [0, 1, 2].map(Records.requestId)
      })
      yield* store.commit([Records.deleted(first.id)])
      assert.deepStrictEqual(yield* of(store, Option.some(first.id)), {
        ...all,
        sessions: [grandchild.id],
        requests: [Records.requestId(1)]
      })
    })
  )

  test(
    "MUST never show a session that is newer or older than its number",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([Records.created(parent)])
      const rename = (title: string) =>
        Effect.flatMap(store.session(parent.id), (found) => {
          const session = { ...Records.next(Option.getOrThrow(found), "running"), title }
          return store.commit([Records.changed(session), Records.recorded(parent.id, Records.titled(parent.id, title))])
        })
      const look = Effect.gen(function* () {
        const { number, sessions } = yield* store.snapshot({ within: Option.some(parent.id), limit: 1 })
        assert.strictEqual(sessions[0]?.version, number + 1)
      })
      const renames = Effect.forEach(
        Array.from({ length: 50 }, (_, index) => `${index}`),
        rename,
        { discard: true }
      )
      yield* Effect.all([renames, Effect.forEach(Array.from({ length: 50 }), () => look, { discard: true })], {
        concurrency: "unbounded",
        discard: true
      })
    })
  )
}
