/** What is read after a commit of sessions and their transcripts, and what a deletion leaves. */
import { assert } from "@effect/vitest"
import type { SessionStore } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Records from "../StoreRecords.ts"
import { type Test, parent, first, second, events, ids, numbers, runs, undelivered } from "./storeTests.ts"

export const sessionQueries = (test: Test): void => {
  const other = Records.root(4)
  const grandchild = Records.child(5, first)
  const stored = [parent, first, second, other, grandchild]

  const query = (
    store: SessionStore.SessionStoreShape,
    filter: SessionStore.SessionFilter,
    limit = 100,
    before?: SessionStore.SessionFilter["rootId"]
  ) => Effect.map(store.sessions({ filter, limit, before: Option.fromUndefinedOr(before) }), ids)

  test(
    "MUST list sessions newest first, page by page",
    Effect.fnUntraced(function* (store) {
      yield* store.commit(stored.map(Records.created))
      assert.deepStrictEqual(yield* query(store, {}), ids(stored).toReversed())
      assert.deepStrictEqual(yield* query(store, {}, 2), [grandchild.id, other.id])
      assert.deepStrictEqual(yield* query(store, {}, 2, other.id), [second.id, first.id])
      assert.deepStrictEqual(yield* query(store, { parentId: parent.id }, 1, second.id), [first.id])
    })
  )

  test(
    "MUST list only sessions that match every given field",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([...stored.map(Records.created), Records.changed(Records.next(second, "error"))])
      assert.deepStrictEqual(yield* query(store, { kind: "root" }), [other.id, parent.id])
      assert.deepStrictEqual(yield* query(store, { kind: "child" }), [grandchild.id, second.id, first.id])
      assert.deepStrictEqual(yield* query(store, { rootId: parent.id }), [
        grandchild.id,
        second.id,
        first.id,
        parent.id
      ])
      assert.deepStrictEqual(yield* query(store, { parentId: parent.id }), [second.id, first.id])
      assert.deepStrictEqual(yield* query(store, { status: "error" }), [second.id])
      assert.deepStrictEqual(yield* query(store, { rootId: parent.id, status: "pending" }), [grandchild.id, first.id])
      assert.deepStrictEqual(yield* query(store, { parentId: parent.id, kind: "root" }), [])
    })
  )

  test(
    "MUST count the children of a parent, and not theirs",
    Effect.fnUntraced(function* (store) {
      yield* store.commit(stored.map(Records.created))
      assert.strictEqual(yield* store.childCount(parent.id), 2)
      assert.strictEqual(yield* store.childCount(grandchild.id), 0)
      yield* store.commit([Records.deleted(second.id)])
      assert.strictEqual(yield* store.childCount(parent.id), 1)
    })
  )
}

export const transcripts = (test: Test): void => {
  test(
    "MUST keep a transcript in the order it was appended",
    Effect.fnUntraced(function* (store) {
      const entries = [3, 1, 2, 5, 4].map((number) => Records.message(number, first.id))
      yield* store.commit([Records.created(first), ...entries.slice(0, 2).map(Records.appended)])
      yield* store.commit([Records.appended(Records.message(9, second.id))])
      for (const entry of entries.slice(2)) yield* store.commit([Records.appended(entry)])
      const stored = yield* store.messages({ sessionId: first.id, after: 0, limit: 100 })
      assert.deepStrictEqual(ids(stored), ids(entries))
      assert.isTrue(stored.every((entry, index) => entry.position > (stored[index - 1]?.position ?? 0)))
      const third = stored[2]?.position ?? 0
      assert.deepStrictEqual(yield* store.messages({ sessionId: first.id, after: third, limit: 1 }), stored.slice(3, 4))
      const recent = (limit: number, before?: number) =>
        store.recentMessages({ sessionId: first.id, before: Option.fromUndefinedOr(before), limit })
      assert.deepStrictEqual(yield* recent(2), stored.slice(3))
      assert.deepStrictEqual(yield* recent(9), stored)
      assert.deepStrictEqual(yield* recent(0), [])
      assert.deepStrictEqual(yield* recent(2, stored[3]?.position), stored.slice(1, 3))
      assert.deepStrictEqual(yield* recent(2, stored[0]?.position), [])
      const nobody = { sessionId: Records.sessionId(9), before: Option.none(), limit: 9 }
      assert.deepStrictEqual(yield* store.recentMessages(nobody), [])
    })
  )

  test(
    "MUST give only the assistant's entries of one run as its answer",
    Effect.fnUntraced(function* (store) {
      const runId = Records.runId(1)
      yield* store.commit(
        [
          Records.message(1, first.id, { runId }),
          Records.message(2, first.id, { runId, role: "assistant", text: "one " }),
          Records.message(3, first.id, { runId: Records.runId(2), role: "assistant" }),
          Records.message(4, first.id, { runId, role: "tool" }),
          Records.message(5, first.id, { runId, role: "assistant", text: "two" }),
          Records.message(6, second.id, { runId, role: "assistant" })
        ].map(Records.appended)
      )
      assert.deepStrictEqual(
        (yield* store.answer(first.id, runId)).map((entry) => entry.text),
        ["one ", "two"]
      )
    })
  )

  test(
    "MUST keep every text as it is",
    Effect.fnUntraced(function* (store) {
      const texts = ["", "a\u0000b", "\ud800 alone", "‮ 😀 é", "'; DROP TABLE sessions; --", "x".repeat(1_000_000)]
      yield* store.commit(texts.map((text, index) => Records.appended(Records.message(index, first.id, { text }))))
      const stored = yield* store.messages({ sessionId: first.id, after: 0, limit: 100 })
      assert.deepStrictEqual(
        stored.map((entry) => entry.text),
        texts
      )
    })
  )
}

/** Every shape that JSON has, and texts that a database or a wire might spoil. */
const contents: ReadonlyArray<unknown> = [
  null,
  false,
  0,
  -1.5e-300,
  Number.MAX_SAFE_INTEGER,
  "",
  "a\u0000b \ud800 alone, ‮ 😀 é, '; DROP TABLE messages; --",
  [],
  {},
  [[], [null, [{}]]],
  { "": "", "a.b": { "key with ' and \"": [1, "two", null] }, position: "not a place" },
  JSON.parse('{"__proto__": {"admin": true}, "constructor": 1}'),
  {
    role: "assistant",
    content: [
      { type: "reasoning", text: "hm" },
      { type: "tool-call", id: "call", name: "read", params: { path: "/" } }
    ]
  },
  { data: "é😀".repeat(250_000) }
]

export const messageContents = (test: Test): void => {
  const entries = contents.map((content, index) => Records.message(index, first.id, { role: "tool", content }))
  const all = { sessionId: first.id, after: 0, limit: 100 }

  test(
    "MUST keep the content of a message as it is, whatever JSON it is",
    Effect.fnUntraced(function* (store) {
      yield* store.commit([...entries, Records.message(99, first.id)].map(Records.appended))
      const stored = yield* store.messages(all)
      const expected = [...entries, Records.message(99, first.id)]
      assert.lengthOf(stored, expected.length)
      for (const [index, entry] of expected.entries()) {
        assert.deepStrictEqual(stored[index], { ...entry, position: stored[index]?.position ?? 0 })
      }
      assert.isFalse(Object.hasOwn(stored.at(-1) ?? {}, "content"))
      assert.deepStrictEqual(
        yield* store.recentMessages({ sessionId: first.id, before: Option.none(), limit: 3 }),
        stored.slice(-3)
      )
    })
  )

  test(
    "MUST page through a transcript by its entries, however large their contents are",
    Effect.fnUntraced(function* (store) {
      yield* store.commit(entries.map(Records.appended))
      const stored = yield* store.messages(all)
      const seventh = stored[6]?.position ?? 0
      assert.deepStrictEqual(yield* store.messages({ ...all, after: seventh, limit: 3 }), stored.slice(7, 10))
      const before = Option.some(seventh)
      assert.deepStrictEqual(yield* store.recentMessages({ sessionId: first.id, before, limit: 2 }), stored.slice(4, 6))
    })
  )
}

export const toolScopes = (test: Test): void => {
  test(
    "MUST keep what a session may use of the tools, through every change of it",
    Effect.fnUntraced(function* (store) {
      const tools = { allowed: [["read", "mcp__*"], []], denied: ["mcp__shell__*", "“ü” 😀"] }
      const scoped = { ...first, tools }
      yield* store.commit([Records.created(parent), Records.created(scoped), Records.created(second)])
      assert.deepStrictEqual(yield* store.session(first.id), Option.some(scoped))
      const running = Records.next(scoped, "running")
      yield* store.commit([Records.changed(running), Records.accepted(Records.job(2, running))])
      assert.deepStrictEqual(yield* store.session(first.id), Option.some(running))
      assert.deepStrictEqual((yield* store.openJobs)[0]?.session, Option.some(running))
      assert.deepStrictEqual(yield* store.session(second.id), Option.some(second))
    })
  )
}

export const artifacts = (test: Test): void => {
  test(
    "MUST give back a kept text as it was, and keep the first of one id",
    Effect.fnUntraced(function* (store) {
      const kept = Records.artifact(1, first.id)
      yield* store.commit([...[parent, first].map(Records.created), Records.kept(kept)])
      yield* store.commit([Records.kept({ ...kept, text: "another" }), Records.kept(Records.artifact(2, first.id))])
      assert.deepStrictEqual(yield* store.artifact(kept.id), Option.some(kept))
      assert.isTrue(Option.isNone(yield* store.artifact(Records.artifact(3, first.id).id)))
      assert.deepStrictEqual(yield* store.messages({ sessionId: first.id, after: 0, limit: 10 }), [])
    })
  )

  test(
    "MUST forget what was kept of a session that is deleted, and of no other",
    Effect.fnUntraced(function* (store) {
      const [ofFirst, ofSecond] = [Records.artifact(1, first.id), Records.artifact(2, second.id)]
      yield* store.commit([...[parent, first, second].map(Records.created), ...[ofFirst, ofSecond].map(Records.kept)])
      yield* store.commit([Records.deleted(first.id)])
      assert.isTrue(Option.isNone(yield* store.artifact(ofFirst.id)))
      assert.deepStrictEqual(yield* store.artifact(ofSecond.id), Option.some(ofSecond))
    })
  )
}

export const deletion = (test: Test): void => {
  test(
    "MUST remove a session with all that is its own, and nothing of others",
    Effect.fnUntraced(function* (store) {
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
      assert.deepStrictEqual(yield* undelivered(store), [Records.runId(5)])
      assert.deepStrictEqual(yield* store.session(second.id), Option.some(second))
      assert.lengthOf(yield* store.recentMessages({ sessionId: second.id, before: Option.none(), limit: 1 }), 1)
      assert.deepStrictEqual(numbers(yield* events(store)), [1])
    })
  )
}
