import { assert, it } from "@effect/vitest"
import { Session, SessionStore } from "@offshoot/core"
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

it.effect("migrations that have run do not run again", () =>
  Effect.gen(function* () {
    yield* Migrations.run
    yield* Migrations.run
    assert.deepStrictEqual(yield* Migrations.runUntil(Migrations.current), [])
  }).pipe(Effect.provide(SqliteClient.layer({ filename: ":memory:" })))
)
