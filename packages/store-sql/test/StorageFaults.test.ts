import { assert, describe, it } from "@effect/vitest"
import { SessionStore } from "@offshoot/core"
import * as Records from "@offshoot/test-conformance/StoreRecords"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as SqliteClient from "../src/SqliteClient.ts"
import * as SqlSessionStore from "../src/SqlSessionStore.ts"
import * as Mounts from "./Mounts.ts"
import * as TemporaryDirectory from "./TemporaryDirectory.ts"

const parent = Records.root(1)
const first = Records.child(2, parent)
const second = Records.child(3, parent)
const everything: SessionStore.EventQuery = { after: 0, limit: 1000, scope: { _tag: "All" }, types: Option.none() }

/** The store with the client it uses, so that a test can make the database fail. */
const layerOver = (filename: string) =>
  Layer.provideMerge(SqlSessionStore.layerSql, SqliteClient.layer({ filename, busyTimeout: 0 }))

const inNewFile = Layer.unwrap(
  Effect.map(TemporaryDirectory.make, (directory) => layerOver(Path.join(directory, "offshoot.db")))
)

const conditionOf = Effect.fnUntraced(function* (failing: Effect.Effect<unknown, SessionStore.StoreError>) {
  const { reason } = yield* Effect.flip(Effect.asVoid(failing))
  assert(reason._tag === "StorageUnavailable", reason._tag)
  return reason.condition
})

/** A session whose transcript takes so many characters, with an event before it. */
const large = (number: number, characters: number): SessionStore.Transition => {
  const session = Records.child(number, parent)
  return [
    Records.created(session),
    Records.recorded(session.id, Records.titled(session.id, "large")),
    Records.appended(Records.message(number, session.id, { text: "x".repeat(characters) }))
  ]
}

const small = (number: number): SessionStore.Transition => {
  const session = Records.child(number, parent)
  return [Records.created(session), Records.recorded(session.id, Records.titled(session.id, "small"))]
}

const fillUntilRefused = Effect.fnUntraced(function* (store: SessionStore.SessionStoreShape) {
  for (let number = 10; ; number++) {
    const result = yield* Effect.result(store.commit(large(number, 50_000)))
    if (Result.isFailure(result)) return { kept: number - 10, refused: number, reason: result.failure.reason }
  }
})

const assertFull = Effect.fnUntraced(function* (store: SessionStore.SessionStoreShape) {
  const { kept, reason, refused } = yield* fillUntilRefused(store)
  assert(reason._tag === "StorageUnavailable", reason._tag)
  assert.strictEqual(reason.condition, "full")
  assert.isTrue(reason.retryable)
  assert.isAbove(kept, 0)
  assert.deepStrictEqual(yield* store.session(Records.sessionId(refused)), Option.none())
  assert.deepStrictEqual(yield* store.messages({ sessionId: Records.sessionId(refused), after: 0, limit: 1 }), [])
  assert.strictEqual(yield* store.childCount(parent.id), kept)
  assert.deepStrictEqual(yield* store.feedBounds, { oldest: 1, head: kept })
  return { kept, refused }
})

describe("a full disk", () => {
  it.effect("refuses what has no room, keeps the rest, and goes on when there is room again", () =>
    Effect.gen(function* () {
      const store = yield* SessionStore.SessionStore
      const sql = yield* SqlClient.SqlClient
      yield* sql`PRAGMA max_page_count = 150`
      const { kept, refused } = yield* assertFull(store)
      yield* sql`PRAGMA max_page_count = 1000000`
      assert.deepStrictEqual(yield* store.commit(large(refused, 50_000)), [kept + 1])
      assert.strictEqual(yield* store.childCount(parent.id), kept + 1)
    }).pipe(Effect.provide(inNewFile))
  )

  it.effect("refuses only the commit that is too large, not those beside it", () =>
    Effect.gen(function* () {
      const store = yield* SessionStore.SessionStore
      const sql = yield* SqlClient.SqlClient
      yield* sql`PRAGMA max_page_count = 150`
      const results = yield* Effect.forEach(
        [small(10), small(11), large(12, 2_000_000), small(13)],
        (transition) => Effect.result(store.commit(transition)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(results.map(Result.isSuccess), [true, true, false, true])
      assert.deepStrictEqual(
        results.flatMap((result) => (Result.isSuccess(result) ? result.success : [])),
        [1, 2, 3]
      )
      assert.strictEqual(yield* store.childCount(parent.id), 3)
    }).pipe(Effect.provide(inNewFile))
  )

  it.live.skipIf(!Mounts.permitted)("is refused on a file system without room", () =>
    Effect.gen(function* () {
      const directory = yield* Mounts.small
      const filename = Path.join(directory, "offshoot.db")
      const scope = yield* Scope.make()
      const services = yield* Layer.buildWithScope(layerOver(filename), scope)
      const { kept } = yield* assertFull(yield* Effect.provide(SessionStore.SessionStore, services))
      yield* Scope.close(scope, Exit.void)
      const store = yield* Effect.provide(SessionStore.SessionStore, yield* Layer.build(layerOver(filename)))
      assert.strictEqual(yield* store.childCount(parent.id), kept)
    }).pipe(Effect.scoped)
  )
})

describe("a database that another process writes", () => {
  it.effect("is refused as locked, for every commit that waits, until the other one ends", () =>
    Effect.gen(function* () {
      const directory = yield* TemporaryDirectory.make
      const filename = Path.join(directory, "offshoot.db")
      const store = yield* Effect.provide(SessionStore.SessionStore, yield* Layer.build(layerOver(filename)))
      const other = yield* Effect.acquireRelease(
        Effect.sync(() => new DatabaseSync(filename)),
        (database) => Effect.sync(() => database.close())
      )
      other.exec("BEGIN IMMEDIATE")
      const conditions = yield* Effect.forEach(
        [small(10), small(11)],
        (transition) => conditionOf(store.commit(transition)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(conditions, ["locked", "locked"])
      assert.strictEqual(yield* conditionOf(store.ready), "locked")
      other.exec("ROLLBACK")
      yield* store.ready
      assert.deepStrictEqual(yield* store.commit(small(10)), [1])
    })
  )
})

describe("a database that can only be read", () => {
  it.effect("refuses commits as read-only, and still reads", () =>
    Effect.gen(function* () {
      const store = yield* SessionStore.SessionStore
      const sql = yield* SqlClient.SqlClient
      yield* store.commit([Records.created(first)])
      yield* sql`PRAGMA query_only = 1`
      assert.strictEqual(yield* conditionOf(store.commit([Records.created(second)])), "read_only")
      assert.strictEqual(yield* conditionOf(store.ready), "read_only")
      assert.strictEqual(yield* conditionOf(store.trimFeed({ olderThanMillis: 0, keepMax: 0 })), "read_only")
      assert.deepStrictEqual(yield* store.session(first.id), Option.some(first))
      assert.deepStrictEqual((yield* store.snapshot({ within: Option.none(), limit: 1 })).sessions, [first])
      assert.strictEqual((yield* store.events(everything)).head, 0)
      yield* sql`PRAGMA query_only = 0`
      yield* store.commit([Records.created(second)])
    }).pipe(Effect.provide(inNewFile))
  )
})

describe("a damaged database", () => {
  it.effect("is refused as corrupt when its pages are garbage, and the store goes on answering", () =>
    Effect.gen(function* () {
      const directory = yield* TemporaryDirectory.make
      const filename = Path.join(directory, "offshoot.db")
      yield* Effect.scoped(
        Effect.gen(function* () {
          const store = yield* Effect.provide(SessionStore.SessionStore, yield* Layer.build(layerOver(filename)))
          for (let number = 10; number < 200; number++) yield* store.commit(large(number, 2000))
        })
      )
      yield* Effect.promise(async () => {
        const bytes = await Fs.readFile(filename)
        // The first pages hold the schema: with them the database still opens.
        bytes.fill(0xa5, 4096 * 40)
        await Fs.writeFile(filename, bytes)
      })
      const store = yield* Effect.provide(SessionStore.SessionStore, yield* Layer.build(layerOver(filename)))
      assert.strictEqual(yield* conditionOf(store.events(everything)), "corrupt")
      const reason = (yield* Effect.flip(store.events(everything))).reason
      assert.isFalse(reason.retryable)
      assert.strictEqual(yield* conditionOf(store.commit(large(500, 2000))), "corrupt")
    })
  )

  const unreadable: ReadonlyArray<
    readonly [
      table: string,
      read: (store: SessionStore.SessionStoreShape) => Effect.Effect<unknown, SessionStore.StoreError>
    ]
  > = [
    ["sessions", (store) => store.session(first.id)],
    ["messages", (store) => store.recentMessages({ sessionId: first.id, before: Option.none(), limit: 1 })],
    ["jobs", (store) => store.openJobs],
    ["completions", (store) => store.completion(Records.runId(3))],
    ["obligations", (store) => store.obligation(Records.requestId(4))],
    ["obligations", (store) => store.snapshot({ within: Option.none(), limit: 1 })],
    ["events", (store) => store.events(everything)]
  ]
  for (const [index, [table, read]] of unreadable.entries()) {
    for (const body of ["{", '{"type":"from the future"}']) {
      it.effect(`is refused as corrupt when a row of ${table} says ${body} (${index})`, () =>
        Effect.gen(function* () {
          const store = yield* SessionStore.SessionStore
          const sql = yield* SqlClient.SqlClient
          yield* store.commit([
            Records.created(first),
            Records.appended(Records.message(1, first.id)),
            Records.accepted(Records.job(2, first)),
            Records.settled(Records.completion(3, second)),
            Records.opened(Records.request(4, second.id)),
            Records.recorded(first.id, Records.titled(first.id, "t"))
          ])
          yield* read(store)
          yield* sql`UPDATE ${sql(table)} SET body = ${body}`
          assert.strictEqual(yield* conditionOf(read(store)), "corrupt")
        }).pipe(Effect.provide(inNewFile))
      )
    }
  }

  it.effect("is refused as io when a table is gone", () =>
    Effect.gen(function* () {
      const store = yield* SessionStore.SessionStore
      const sql = yield* SqlClient.SqlClient
      yield* sql`DROP TABLE events`
      assert.strictEqual(yield* conditionOf(store.commit(small(10))), "io")
      assert.deepStrictEqual(yield* store.session(Records.sessionId(10)), Option.none())
    }).pipe(Effect.provide(inNewFile))
  )
})

describe("a record that cannot be written as JSON", () => {
  it.effect("is a defect of its caller alone", () =>
    Effect.gen(function* () {
      const store = yield* SessionStore.SessionStore
      const approval = Records.recorded(first.id, {
        type: "tool_approval_requested",
        requestId: "req",
        toolCallId: "call",
        toolName: "shell",
        arguments: 1n
      })
      const [bad, good] = yield* Effect.all(
        [Effect.exit(store.commit([approval])), Effect.exit(store.commit(small(10)))],
        {
          concurrency: "unbounded"
        }
      )
      assert.isTrue(Exit.hasDies(bad))
      assert.deepStrictEqual(good, Exit.succeed([1]))
    }).pipe(Effect.provide(inNewFile))
  )
})
