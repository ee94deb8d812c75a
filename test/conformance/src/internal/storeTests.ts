/** What the tests of a store share: the sessions they play with, and short ways to look at an answer. */
import { assert } from "@effect/vitest"
import type { SessionStore } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Records from "../StoreRecords.ts"

export type Body = (store: SessionStore.SessionStoreShape) => Effect.Effect<void, SessionStore.StoreError>
export type Test = (name: string, body: Body) => void

export const parent = Records.root(1)
export const first = Records.child(2, parent)
export const second = Records.child(3, parent)
/** Below `first`: the third level of the tree. */
export const grandchild = Records.child(5, first)
export const everything: SessionStore.EventQuery = {
  after: 0,
  limit: 1000,
  scope: { _tag: "All" },
  types: Option.none()
}

export const refusalOf = (commit: Effect.Effect<ReadonlyArray<number>, SessionStore.StoreError>) =>
  Effect.match(commit, {
    onFailure: (error) => error.reason,
    onSuccess: () => assert.fail("the transition was accepted")
  })

/** The events of one page. */
export const events = (store: SessionStore.SessionStoreShape, fields: Partial<SessionStore.EventQuery> = {}) =>
  Effect.map(store.events({ ...everything, ...fields }), (page) => page.events)

/** The runs whose completions wait for this handler, in all its lines, line by line. */
export const undelivered = Effect.fnUntraced(function* (
  store: SessionStore.SessionStoreShape,
  handler: string = Records.handler
) {
  const lines = yield* store.undeliveredLines(handler)
  const pages = yield* Effect.forEach(lines, (line) => store.undelivered({ handler, line, limit: 1000 }))
  return runs(pages.flat())
})

export const ids = (sessions: ReadonlyArray<{ readonly id: string }>) => sessions.map((session) => session.id)
export const numbers = (events: ReadonlyArray<SessionStore.RecordedEvent>) => events.map((event) => event.number)
export const runs = (entries: ReadonlyArray<{ readonly runId: string }>) => entries.map((entry) => entry.runId)

export const assertConflict = (
  reason: SessionStore.StoreError["reason"],
  session: { readonly id: string; readonly version: number }
): void => {
  assert(reason._tag === "VersionConflict", reason._tag)
  assert.deepStrictEqual([reason.sessionId, reason.expectedVersion], [session.id, session.version - 1])
}

/** Every stored event of a scope, page by page; each page but the last must look at something. */
export const wholeFeed = Effect.fnUntraced(function* (
  store: SessionStore.SessionStoreShape,
  scope: SessionStore.FeedScope = everything.scope
) {
  const found: Array<SessionStore.RecordedEvent> = []
  let after = 0
  let pages = 0
  for (;;) {
    const page = yield* store.events({ ...everything, scope, after })
    pages += 1
    found.push(...page.events)
    if (page.upTo >= page.head) return { events: found, pages }
    assert.isAbove(page.upTo, after)
    after = page.upTo
  }
})

/** Keeps nothing that need not be kept, chunk by chunk. */
export const trimAll = Effect.fnUntraced(function* (
  store: SessionStore.SessionStoreShape,
  retention: SessionStore.Retention = { olderThanMillis: 0, keepMax: 0 }
) {
  let chunks = 1
  while ((yield* store.trimFeed(retention)) === "more") chunks += 1
  return chunks
})
