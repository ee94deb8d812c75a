/**
 * `SessionStore` on SQL: every accepted job, transcript, completion and durable
 * event survives the end of the process.
 *
 * Transitions that are committed at the same time share one physical
 * transaction, and each still stands or falls alone. Reads and writes take
 * turns on one connection. Written for SQLite; Postgres is not supported yet.
 *
 * @stability unstable
 */
import { SessionStore } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import * as FeedTrim from "./internal/feedTrim.ts"
import * as Reads from "./internal/reads.ts"
import { migrationCondition, storeError, unavailable } from "./internal/storageCondition.ts"
import * as Writer from "./internal/writer.ts"
import * as Migrations from "./Migrations.ts"

const migrate: Effect.Effect<void, SessionStore.StoreError | Migrations.SchemaNewer, SqlClient.SqlClient> =
  Effect.catchTags(Migrations.run, {
    SqlError: (error) => Effect.fail(unavailable("migrate", migrationCondition(error), error)),
    MigrationError: (error) => Effect.fail(unavailable("migrate", migrationCondition(error), error))
  })

/** Statements are no spans: they would be most of what a tracer gets, and say nothing of agents. */
const quiet = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withTracerEnabled(effect, false)

/**
 * Brings the database to the present schema, then starts the writer.
 *
 * **Durability**: a `commit` that returned is in the database. Of transitions
 * that had not returned when the process died, each is there whole or not at
 * all.
 * **Interruption**: a commit that was taken is written; its caller only stops
 * waiting. One that still waits for room in the queue is not taken.
 */
export const make: Effect.Effect<
  SessionStore.SessionStoreShape,
  SessionStore.StoreError | Migrations.SchemaNewer,
  SqlClient.SqlClient | Scope.Scope
> = Effect.gen(function* () {
  yield* quiet(migrate)
  const sql = yield* SqlClient.SqlClient
  const { commit } = yield* Writer.make(sql)
  return {
    ...Reads.make(sql),
    commit,
    trimFeed: (retention) => quiet(Effect.mapError(FeedTrim.trim(sql, retention), storeError("trimFeed"))),
    ready: quiet(
      Effect.mapError(Effect.asVoid(sql`UPDATE probe SET beat = beat + 1 WHERE id = 1`), storeError("ready"))
    )
  }
})

/** See `make`. Closing the layer writes the commits that wait; later ones fail with the condition `closed`. */
export const layerSql: Layer.Layer<
  SessionStore.SessionStore,
  SessionStore.StoreError | Migrations.SchemaNewer,
  SqlClient.SqlClient
> = Layer.effect(SessionStore.SessionStore, make)
