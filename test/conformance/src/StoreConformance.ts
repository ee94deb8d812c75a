/**
 * The behaviour that every `SessionStore` must have, as one suite: an adapter
 * runs it with one call, and each test builds the layer anew, over an empty
 * store.
 *
 * Not here: what survives the end of a process. That is an adapter's own to
 * prove, with a process of its own.
 */
import { assert, describe, it } from "@effect/vitest"
import { type AgentEvent, SessionStore } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import * as Records from "./StoreRecords.ts"

export interface Subject {
  /** An empty store, another one each time it is built. */
  readonly layer: Layer.Layer<SessionStore.SessionStore, unknown>
}

type Body = (store: SessionStore.SessionStoreShape) => Effect.Effect<void, unknown>
type Test = (name: string, body: Body) => void

const parent = Records.root(1)
const first = Records.child(2, parent)
const second = Records.child(3, parent)
const everything: SessionStore.EventQuery = {
  after: 0,
  limit: 1000,
  sessionId: Option.none(),
  types: Option.none()
}

const refusalOf = (commit: Effect.Effect<unknown, SessionStore.StoreError>) =>
  Effect.map(Effect.flip(commit), (error) => error.reason)

const ids = (sessions: ReadonlyArray<{ readonly id: string }>) => sessions.map((session) => session.id)
const numbers = (events: ReadonlyArray<SessionStore.RecordedEvent>) => events.map((event) => event.number)
const runs = (entries: ReadonlyArray<{ readonly runId: string }>) => entries.map((entry) => entry.runId)

const assertConflict = (
  reason: SessionStore.StoreError["reason"],
  session: { readonly id: string; readonly version: number }
): void => {
  assert(reason._tag === "VersionConflict", reason._tag)
  assert.deepStrictEqual([reason.sessionId, reason.expectedVersion], [session.id, session.version - 1])
}

const commits = (test: Test): void => {
  test("MUST give a session back as it was given, through every change", Effect.fnUntraced(function*(store) {
    yield* store.commit([Records.created(parent), Records.created(first)])
    assert.deepStrictEqual(yield* store.session(first.id), Option.some(first))
    const running = Records.next(first, "running")
    yield* store.commit([Records.changed(running)])
    assert.deepStrictEqual(yield* store.session(first.id), Option.some(running))
    assert.deepStrictEqual(yield* store.session(Records.sessionId(9)), Option.none())
  }))

  test("MUST refuse a change of a version that is no longer stored, and keep nothing of its transition", Effect.fnUntraced(function*(store) {
    yield* store.commit([Records.created(parent), Records.changed(Records.next(parent, "running"))])
    const stale = Records.next(parent, "completed")
    const reason = yield* refusalOf(store.commit([
      Records.created(first),
      Records.appended(Records.message(1, parent.id)),
      Records.recorded(parent.id, Records.titled(parent.id, "lost")),
      Records.changed(stale)
    ]))
    assertConflict(reason, stale)
    assert.deepStrictEqual(yield* store.session(first.id), Option.none())
    assert.deepStrictEqual(yield* store.lastMessage(parent.id), Option.none())
    assert.deepStrictEqual(yield* store.events(everything), [])
    assert.strictEqual(yield* store.childCount(parent.id), 0)
  }))

  test("MUST refuse a change that skips a version", Effect.fnUntraced(function*(store) {
    yield* store.commit([Records.created(parent)])
    const far = Records.next(Records.next(parent, "running"), "completed")
    assertConflict(yield* refusalOf(store.commit([Records.changed(far)])), far)
  }))

  test("MUST refuse a change of a session that is not stored", Effect.fnUntraced(function*(store) {
    const changed = Records.next(parent, "running")
    const reason = yield* refusalOf(store.commit([Records.changed(changed)]))
    assertConflict(reason, changed)
  }))

  test("MUST refuse to create a session whose id is taken", Effect.fnUntraced(function*(store) {
    yield* store.commit([Records.created(parent)])
    const reason = yield* refusalOf(store.commit([Records.created({ ...parent, title: "Another" })]))
    assertConflict(reason, parent)
    assert.deepStrictEqual(yield* store.session(parent.id), Option.some(parent))
  }))

  test("MUST judge a change by the changes before it in its transition", Effect.fnUntraced(function*(store) {
    const running = Records.next(parent, "running")
    yield* store.commit([Records.created(parent), Records.changed(running)])
    assert.deepStrictEqual(yield* store.session(parent.id), Option.some(running))
    const done = Records.next(running, "completed")
    yield* refusalOf(store.commit([Records.deleted(parent.id), Records.changed(done)]))
    assert.deepStrictEqual(yield* store.session(parent.id), Option.some(running))
    yield* store.commit([Records.deleted(parent.id), Records.created(parent)])
    assert.deepStrictEqual(yield* store.session(parent.id), Option.some(parent))
  }))

  test("MUST accept a transition without changes", Effect.fnUntraced(function*(store) {
    assert.deepStrictEqual(yield* store.commit([]), [])
  }))

  test("SHOULD be ready to write", (store) => store.ready)
}

const concurrency = (test: Test): void => {
  test("MUST let exactly one of many changes of one version stand", Effect.fnUntraced(function*(store) {
    yield* store.commit([Records.created(parent)])
    const results = yield* Effect.forEach(
      Array.from({ length: 50 }, (_, index) => ({ ...Records.next(parent, "running"), title: `Writer ${index}` })),
      (session) =>
        Effect.result(store.commit([
          Records.changed(session),
          Records.recorded(parent.id, Records.titled(parent.id, session.title))
        ])),
      { concurrency: "unbounded" }
    )
    assert.deepStrictEqual(results.filter(Result.isSuccess).map((result) => result.success), [[1]])
    const stored = Option.getOrThrow(yield* store.session(parent.id))
    const [event] = yield* store.events(everything)
    assert.deepStrictEqual(event?.event, Records.titled(parent.id, stored.title))
  }))

  test("MUST keep a refused transition away from those committed beside it", Effect.fnUntraced(function*(store) {
    yield* store.commit([Records.created(parent)])
    const results = yield* Effect.forEach(
      Array.from({ length: 101 }, (_, index) => index),
      (index) => {
        const one = Records.child(100 + index, parent)
        return Effect.result(store.commit([
          Records.recorded(one.id, Records.titled(one.id, `${index}`)),
          index === 50 ? Records.changed(one) : Records.created(one)
        ]))
      },
      { concurrency: "unbounded" }
    )
    assert.deepStrictEqual(results.flatMap((result, index) => (Result.isFailure(result) ? [index] : [])), [50])
    assert.strictEqual(yield* store.childCount(parent.id), 100)
    assert.deepStrictEqual(yield* store.session(Records.sessionId(150)), Option.none())
    const events = yield* store.events(everything)
    assert.deepStrictEqual(numbers(events), Array.from({ length: 100 }, (_, index) => index + 1))
  }))

  test("MUST give every caller the numbers of its own events, in the order they have on the feed", Effect.fnUntraced(function*(store) {
    const given = yield* Effect.forEach(
      Array.from({ length: 40 }, (_, index) => index),
      (index) =>
        store.commit(
          Array.from({ length: 1 + (index % 3) }, (_, place) =>
            Records.recorded(parent.id, Records.titled(parent.id, `${index}.${place}`)))
        ),
      { concurrency: "unbounded" }
    )
    const titles = new Map((yield* store.events(everything)).map(({ event, number }) => [
      number,
      event.type === "session_title_updated" ? event.title : event.type
    ]))
    for (const [index, own] of given.entries()) {
      assert.deepStrictEqual(own.map((number) => titles.get(number)), own.map((_, place) => `${index}.${place}`))
    }
    assert.deepStrictEqual(given.flat().toSorted((a, b) => a - b), Array.from(titles.keys()))
  }))

  test("MUST end a commit whose caller stopped waiting", Effect.fnUntraced(function*(store) {
    const fiber = yield* Effect.forkChild(store.commit([Records.created(parent)]), { startImmediately: true })
    yield* Fiber.interrupt(fiber)
    yield* store.commit([])
    assert.deepStrictEqual(yield* store.session(parent.id), Option.some(parent))
  }))
}

const requestKeys = (test: Test): void => {
  const keyed = { ...first, requestKey: "again" }

  test("MUST find a child by its request key, under its own parent only", Effect.fnUntraced(function*(store) {
    const other = Records.root(7)
    const same = { ...Records.child(8, other), requestKey: "again" }
    yield* store.commit([Records.created(parent), Records.created(other), Records.created(keyed), Records.created(same)])
    assert.deepStrictEqual(yield* store.sessionByRequestKey(parent.id, "again"), Option.some(keyed))
    assert.deepStrictEqual(yield* store.sessionByRequestKey(other.id, "again"), Option.some(same))
    assert.deepStrictEqual(yield* store.sessionByRequestKey(parent.id, "never"), Option.none())
  }))

  test("MUST refuse a second child with the same request key, and keep nothing of its transition", Effect.fnUntraced(function*(store) {
    yield* store.commit([Records.created(keyed)])
    const reason = yield* refusalOf(store.commit([
      Records.accepted(Records.job(3, second)),
      Records.created({ ...second, requestKey: "again" })
    ]))
    assert.strictEqual(reason._tag, "RequestKeyTaken")
    assert.deepStrictEqual(yield* store.session(second.id), Option.none())
    assert.deepStrictEqual(yield* store.openJobs, [])
  }))

  test("MUST give a request key to exactly one of those that want it at once", Effect.fnUntraced(function*(store) {
    const results = yield* Effect.forEach(
      Array.from({ length: 20 }, (_, index) => ({ ...Records.child(10 + index, parent), requestKey: "again" })),
      (session) => Effect.result(store.commit([Records.created(session)])),
      { concurrency: "unbounded" }
    )
    assert.strictEqual(results.filter(Result.isSuccess).length, 1)
    assert.strictEqual(yield* store.childCount(parent.id), 1)
  }))

  test("MUST give a request key free with its session", Effect.fnUntraced(function*(store) {
    yield* store.commit([Records.created(keyed)])
    const heir = { ...second, requestKey: "again" }
    yield* store.commit([Records.deleted(keyed.id), Records.created(heir)])
    assert.deepStrictEqual(yield* store.sessionByRequestKey(parent.id, "again"), Option.some(heir))
  }))
}

const sessionQueries = (test: Test): void => {
  const other = Records.root(4)
  const grandchild = Records.child(5, first)
  const stored = [parent, first, second, other, grandchild]

  const query = (
    store: SessionStore.SessionStoreShape,
    filter: SessionStore.SessionFilter,
    limit = 100,
    before?: SessionStore.SessionFilter["rootId"]
  ) => Effect.map(store.sessions({ filter, limit, before: Option.fromUndefinedOr(before) }), ids)

  test("MUST list sessions newest first, page by page", Effect.fnUntraced(function*(store) {
    yield* store.commit(stored.map(Records.created))
    assert.deepStrictEqual(yield* query(store, {}), ids(stored).toReversed())
    assert.deepStrictEqual(yield* query(store, {}, 2), [grandchild.id, other.id])
    assert.deepStrictEqual(yield* query(store, {}, 2, other.id), [second.id, first.id])
    assert.deepStrictEqual(yield* query(store, { parentId: parent.id }, 1, second.id), [first.id])
  }))

  test("MUST list only sessions that match every given field", Effect.fnUntraced(function*(store) {
    yield* store.commit([...stored.map(Records.created), Records.changed(Records.next(second, "error"))])
    assert.deepStrictEqual(yield* query(store, { kind: "root" }), [other.id, parent.id])
    assert.deepStrictEqual(yield* query(store, { kind: "child" }), [grandchild.id, second.id, first.id])
    assert.deepStrictEqual(yield* query(store, { rootId: parent.id }), [grandchild.id, second.id, first.id, parent.id])
    assert.deepStrictEqual(yield* query(store, { parentId: parent.id }), [second.id, first.id])
    assert.deepStrictEqual(yield* query(store, { status: "error" }), [second.id])
    assert.deepStrictEqual(yield* query(store, { rootId: parent.id, status: "pending" }), [grandchild.id, first.id])
    assert.deepStrictEqual(yield* query(store, { parentId: parent.id, kind: "root" }), [])
  }))

  test("MUST count the children of a parent, and not theirs", Effect.fnUntraced(function*(store) {
    yield* store.commit(stored.map(Records.created))
    assert.strictEqual(yield* store.childCount(parent.id), 2)
    assert.strictEqual(yield* store.childCount(grandchild.id), 0)
    yield* store.commit([Records.deleted(second.id)])
    assert.strictEqual(yield* store.childCount(parent.id), 1)
  }))
}

const transcripts = (test: Test): void => {
  test("MUST keep a transcript in the order it was appended", Effect.fnUntraced(function*(store) {
    const entries = [3, 1, 2, 5, 4].map((number) => Records.message(number, first.id))
    yield* store.commit([Records.created(first), ...entries.slice(0, 2).map(Records.appended)])
    yield* store.commit([Records.appended(Records.message(9, second.id))])
    for (const entry of entries.slice(2)) yield* store.commit([Records.appended(entry)])
    const stored = yield* store.messages({ sessionId: first.id, after: 0, limit: 100 })
    assert.deepStrictEqual(ids(stored), ids(entries))
    assert.isTrue(stored.every((entry, index) => entry.position > (stored[index - 1]?.position ?? 0)))
    const third = stored[2]?.position ?? 0
    assert.deepStrictEqual(yield* store.messages({ sessionId: first.id, after: third, limit: 1 }), stored.slice(3, 4))
    assert.deepStrictEqual(yield* store.lastMessage(first.id), Option.fromUndefinedOr(stored[4]))
    assert.deepStrictEqual(yield* store.lastMessage(Records.sessionId(9)), Option.none())
  }))

  test("MUST give only the assistant's entries of one run as its answer", Effect.fnUntraced(function*(store) {
    const runId = Records.runId(1)
    yield* store.commit([
      Records.message(1, first.id, { runId }),
      Records.message(2, first.id, { runId, role: "assistant", text: "one " }),
      Records.message(3, first.id, { runId: Records.runId(2), role: "assistant" }),
      Records.message(4, first.id, { runId, role: "tool" }),
      Records.message(5, first.id, { runId, role: "assistant", text: "two" }),
      Records.message(6, second.id, { runId, role: "assistant" })
    ].map(Records.appended))
    assert.deepStrictEqual((yield* store.answer(first.id, runId)).map((entry) => entry.text), ["one ", "two"])
  }))

  test("MUST keep every text as it is", Effect.fnUntraced(function*(store) {
    const texts = ["", "a\u0000b", "\ud800 alone", "‮ 😀 é", "'; DROP TABLE sessions; --", "x".repeat(1_000_000)]
    yield* store.commit(texts.map((text, index) => Records.appended(Records.message(index, first.id, { text }))))
    const stored = yield* store.messages({ sessionId: first.id, after: 0, limit: 100 })
    assert.deepStrictEqual(stored.map((entry) => entry.text), texts)
  }))
}

const jobs = (test: Test): void => {
  test("MUST list open jobs in the order of acceptance until each is settled", Effect.fnUntraced(function*(store) {
    yield* store.commit([Records.accepted(Records.job(3, second)), Records.accepted(Records.job(2, first))])
    yield* store.commit([Records.accepted(Records.job(1, parent)), Records.launched(2), Records.launched(99)])
    assert.deepStrictEqual(yield* store.openJobs, [
      { job: Records.job(3, second), state: "queued" },
      { job: Records.job(2, first), state: "launched" },
      { job: Records.job(1, parent), state: "queued" }
    ])
    yield* store.commit([Records.settled(Records.completion(2, first))])
    assert.deepStrictEqual(runs((yield* store.openJobs).map((open) => open.job)), [Records.runId(3), Records.runId(1)])
    assert.deepStrictEqual(yield* store.completion(Records.runId(2)), Option.some(Records.completion(2, first)))
    assert.deepStrictEqual(yield* store.completion(Records.runId(3)), Option.none())
  }))

  test("MUST accept, launch and settle a job in one transition", Effect.fnUntraced(function*(store) {
    yield* store.commit([
      Records.accepted(Records.job(2, first)),
      Records.launched(2),
      Records.settled(Records.completion(2, first)),
      Records.acknowledged(2)
    ])
    assert.deepStrictEqual(yield* store.openJobs, [])
    assert.deepStrictEqual(yield* store.unacknowledged, [])
    assert.deepStrictEqual(yield* store.completion(Records.runId(2)), Option.some(Records.completion(2, first)))
  }))

  test("MUST name completions in the order of settling until they are acknowledged", Effect.fnUntraced(function*(store) {
    yield* store.commit([Records.settled(Records.completion(3, second))])
    yield* store.commit([
      Records.settled(Records.completion(1, parent), "none"),
      Records.settled(Records.completion(2, first))
    ])
    assert.deepStrictEqual(runs(yield* store.unacknowledged), [Records.runId(3), Records.runId(2)])
    yield* store.commit([Records.acknowledged(3), Records.acknowledged(99)])
    assert.deepStrictEqual(runs(yield* store.unacknowledged), [Records.runId(2)])
    assert.isTrue(Option.isSome(yield* store.completion(Records.runId(3))))
  }))

  test("MUST keep the first completion of a run (I2)", Effect.fnUntraced(function*(store) {
    yield* store.commit([Records.settled(Records.completion(2, first), "none")])
    yield* store.commit([Records.settled({ ...Records.completion(2, first), resume: "other" })])
    assert.deepStrictEqual(yield* store.completion(Records.runId(2)), Option.some(Records.completion(2, first)))
    assert.deepStrictEqual(yield* store.unacknowledged, [])
  }))
}

const deletion = (test: Test): void => {
  test("MUST remove a session with all that is its own, and nothing of others", Effect.fnUntraced(function*(store) {
    yield* store.commit([
      ...[parent, first, second].map(Records.created),
      ...[first, second].map((session, index) => Records.appended(Records.message(index, session.id))),
      ...[2, 4].map((number) => Records.accepted(Records.job(number, first))),
      Records.accepted(Records.job(3, second)),
      Records.settled(Records.completion(4, first)),
      Records.settled(Records.completion(5, second)),
      Records.recorded(first.id, Records.titled(first.id, "kept"))
    ])
    yield* store.commit([Records.deleted(first.id), Records.deleted(Records.sessionId(99))])
    assert.deepStrictEqual(yield* store.session(first.id), Option.none())
    assert.deepStrictEqual(yield* store.messages({ sessionId: first.id, after: 0, limit: 10 }), [])
    assert.deepStrictEqual(runs((yield* store.openJobs).map((open) => open.job)), [Records.runId(3)])
    assert.deepStrictEqual(yield* store.completion(Records.runId(4)), Option.none())
    assert.deepStrictEqual(runs(yield* store.unacknowledged), [Records.runId(5)])
    assert.deepStrictEqual(yield* store.session(second.id), Option.some(second))
    assert.isTrue(Option.isSome(yield* store.lastMessage(second.id)))
    assert.deepStrictEqual(numbers(yield* store.events(everything)), [1])
  }))
}

const feed = (test: Test): void => {
  const approval: AgentEvent.AgentEvent = {
    type: "tool_approval_requested",
    requestId: "req",
    toolCallId: "call",
    toolName: "shell",
    arguments: { command: ["ls", null, 1.5, { deep: [true] }] }
  }

  test("MUST number events from 1 without a gap, over commits", Effect.fnUntraced(function*(store) {
    assert.deepStrictEqual(yield* store.feedBounds, { oldest: 1, head: 0 })
    const events = [Records.titled(first.id, "a"), approval, Records.statusChanged(first.id, "running")]
    assert.deepStrictEqual(yield* store.commit(events.slice(0, 2).map((event) => Records.recorded(first.id, event))), [1, 2])
    yield* TestClock.adjust("5 seconds")
    assert.deepStrictEqual(yield* store.commit(events.slice(2).map((event) => Records.recorded(parent.id, event))), [3])
    assert.deepStrictEqual(yield* store.events(everything), [
      { number: 1, sessionId: first.id, atMillis: 0, event: Records.titled(first.id, "a") },
      { number: 2, sessionId: first.id, atMillis: 0, event: approval },
      { number: 3, sessionId: parent.id, atMillis: 5000, event: Records.statusChanged(first.id, "running") }
    ])
    assert.deepStrictEqual(yield* store.feedBounds, { oldest: 1, head: 3 })
  }))

  test("MUST read events from a cursor, of one session, of some types", Effect.fnUntraced(function*(store) {
    yield* store.commit([first, second, first, second, first].map((session, index) =>
      Records.recorded(
        session.id,
        index === 4 ? approval : Records.titled(session.id, `${index}`)
      )
    ))
    const read = (fields: Partial<SessionStore.EventQuery>) =>
      Effect.map(store.events({ ...everything, ...fields }), numbers)
    assert.deepStrictEqual(yield* read({ after: 2 }), [3, 4, 5])
    assert.deepStrictEqual(yield* read({ after: 1, limit: 2 }), [2, 3])
    assert.deepStrictEqual(yield* read({ after: 5 }), [])
    assert.deepStrictEqual(yield* read({ sessionId: Option.some(first.id), after: 1 }), [3, 5])
    assert.deepStrictEqual(yield* read({ types: Option.some(["tool_approval_requested", "complete"]) }), [5])
    assert.deepStrictEqual(yield* read({ types: Option.some(["session_title_updated"]), sessionId: Option.some(second.id) }), [2, 4])
    assert.deepStrictEqual(yield* read({ types: Option.some([]) }), [])
  }))

  test("MUST give the last events of one session in order", Effect.fnUntraced(function*(store) {
    yield* store.commit([first, second, first, first].map((session) =>
      Records.recorded(session.id, Records.titled(session.id, "t"))
    ))
    assert.deepStrictEqual(numbers(yield* store.recentEvents(first.id, 2)), [3, 4])
    assert.deepStrictEqual(numbers(yield* store.recentEvents(second.id, 9)), [2])
    assert.deepStrictEqual(numbers(yield* store.recentEvents(parent.id, 9)), [])
  }))
}

/** Runs every test against stores that `subject.layer` builds. */
export const suite = (name: string, subject: Subject): void => {
  const test: Test = (title, body) =>
    it.effect(title, () => Effect.provide(Effect.flatMap(SessionStore.SessionStore, body), subject.layer))
  describe(`${name}: a session store`, () => {
    describe("commit", () => commits(test))
    describe("commits at the same time", () => concurrency(test))
    describe("request keys", () => requestKeys(test))
    describe("sessions", () => sessionQueries(test))
    describe("messages", () => transcripts(test))
    describe("jobs and completions", () => jobs(test))
    describe("deletion", () => deletion(test))
    describe("events", () => feed(test))
  })
}
