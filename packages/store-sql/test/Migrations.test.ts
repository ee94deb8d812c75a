import { assert, it } from "@effect/vitest"
import { AgentEvent, Session, SessionStore, SpawnJob } from "@offshoot/core"
import * as Records from "@offshoot/test-conformance/StoreRecords"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import * as Path from "node:path"
import * as Migrations from "../src/Migrations.ts"
import * as SqliteClient from "../src/SqliteClient.ts"
import * as SqlSessionStore from "../src/SqlSessionStore.ts"
import * as TemporaryDirectory from "./TemporaryDirectory.ts"

const parent = Records.root(1)
const children = [2, 3, 4].map((number) => Records.child(number, parent))

const bodyOf = Schema.encodeSync(Schema.fromJsonString(Session.Session))

const rowOf = (session: Session.Session) => ({
  id: session.id,
  kind: session.kind,
  parent_id: session.parentId ?? null,
  root_id: session.rootId,
  request_key: session.requestKey ?? null,
  status: session.status,
  version: session.version,
  body: bodyOf(session)
})

it.live("a database of schema 1 is brought to the present one with all it holds", () =>
  Effect.gen(function* () {
    const filename = Path.join(yield* TemporaryDirectory.make, "offshoot.db")
    const client = SqliteClient.layer({ filename })
    yield* Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* Migrations.runUntil(1)
      for (const session of [parent, ...children]) yield* sql`INSERT INTO sessions ${sql.insert(rowOf(session))}`
    }).pipe(Effect.provide(client))

    const store = yield* Effect.provide(
      SessionStore.SessionStore,
      yield* Layer.build(Layer.provide(SqlSessionStore.layerSql, client))
    )
    assert.strictEqual(yield* store.childCount(parent.id), children.length)
    for (const session of [parent, ...children]) {
      assert.deepStrictEqual(yield* store.session(session.id), Option.some(session))
    }
    yield* store.commit([Records.created(Records.child(5, parent))])
    assert.strictEqual(yield* store.childCount(parent.id), children.length + 1)
  })
)

const jobBody = Schema.encodeSync(Schema.fromJsonString(SpawnJob.SpawnJob))
const completionBody = Schema.encodeSync(Schema.fromJsonString(SpawnJob.ChildCompletion))
const eventBody = Schema.encodeSync(Schema.fromJsonString(AgentEvent.AgentEvent))

const child = Records.child(2, parent)
const grandchild = Records.child(3, child)

/** A tree of three levels, a job that runs, and completions of which the handlers know one and not the two others. */
const fillSchema2 = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* Migrations.runUntil(2)
  for (const session of [grandchild, parent, child]) yield* sql`INSERT INTO sessions ${sql.insert(rowOf(session))}`
  const job = Records.job(3, grandchild)
  yield* sql`INSERT INTO jobs ${sql.insert({
    run_id: job.runId,
    child_session_id: job.childSessionId,
    state: "launched",
    body: jobBody(job)
  })}`
  for (const [completion, pending] of [
    [Records.completion(12, child), 1],
    [Records.completion(13, child), 0],
    [Records.completion(11, parent), 1]
  ] as const) {
    yield* sql`INSERT INTO completions ${sql.insert({
      run_id: completion.runId,
      child_session_id: completion.childSessionId,
      pending,
      body: completionBody(completion)
    })}`
  }
  for (const [index, { id }] of [parent, child, grandchild].entries()) {
    const event = Records.titled(id, "t")
    yield* sql`INSERT INTO events ${sql.insert({
      number: index + 1,
      session_id: id,
      type: event.type,
      at_millis: 0,
      body: eventBody(event)
    })}`
  }
})

const retention = { olderThanMillis: 1, keepMax: 0 }

it.effect(
  "a database of schema 2 is brought to the present one: nobody is forgotten, nothing is handed over twice",
  () =>
    Effect.gen(function* () {
      const filename = Path.join(yield* TemporaryDirectory.make, "offshoot.db")
      const client = SqliteClient.layer({ filename })
      yield* Effect.provide(fillSchema2, client)
      const store = yield* Effect.provide(
        SessionStore.SessionStore,
        yield* Layer.build(Layer.provide(SqlSessionStore.layerSql, client))
      )
      assert.deepStrictEqual(yield* store.openJobs, [
        {
          job: Records.job(3, grandchild),
          state: "launched",
          report: {},
          session: Option.some(grandchild),
          ancestors: [child.id, parent.id]
        }
      ])
      yield* store.commit([Records.deleted(grandchild.id)])
      const below = yield* store.events({
        after: 0,
        limit: 10,
        scope: { _tag: "Subtree", sessionId: child.id },
        types: Option.none()
      })
      assert.deepStrictEqual(
        below.events.map((event) => event.number),
        [2, 3]
      )

      assert.deepStrictEqual(
        yield* store.completion(Records.runId(12)),
        Option.some({ ...Records.completion(12, child), told: false })
      )
      for (const handler of ["a", "b"]) {
        assert.deepStrictEqual(yield* store.undeliveredLines(handler), [parent.id])
        assert.deepStrictEqual(yield* store.undelivered({ handler, line: parent.id, limit: 10 }), [
          Records.completion(12, child),
          Records.completion(11, parent)
        ])
      }
      assert.strictEqual(yield* store.trimFeed(retention), "done")
      assert.deepStrictEqual(yield* store.feedBounds, { oldest: 1, head: 3 })
      yield* store.commit([Records.acknowledged(12, "b"), Records.settled(Records.completion(14, child), ["a", "b"])])
      assert.deepStrictEqual(yield* store.undelivered({ handler: "a", line: parent.id, limit: 1 }), [
        Records.completion(11, parent)
      ])
      assert.deepStrictEqual(yield* store.undelivered({ handler: "a", line: parent.id, limit: 10 }), [
        Records.completion(11, parent),
        Records.completion(14, child)
      ])
      yield* store.commit([Records.acknowledged(11, "a"), Records.acknowledged(14, "a"), Records.acknowledged(14, "b")])
      assert.deepStrictEqual(yield* store.undeliveredLines("b"), [])
      assert.strictEqual(yield* store.trimFeed(retention), "done")
      assert.deepStrictEqual(yield* store.feedBounds, { oldest: 4, head: 3 })
      assert.deepStrictEqual(yield* store.commit([Records.recorded(child.id, Records.titled(child.id, "t"))]), [4])
    })
)

it.effect("migrations that have run do not run again", () =>
  Effect.gen(function* () {
    yield* Migrations.run
    yield* Migrations.run
    assert.deepStrictEqual(yield* Migrations.runUntil(Migrations.current), [])
  }).pipe(Effect.provide(SqliteClient.layer({ filename: ":memory:" })))
)
