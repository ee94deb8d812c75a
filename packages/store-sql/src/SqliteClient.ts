/**
 * An `SqlClient` over the SQLite that is built into Node.
 *
 * One connection, WAL, prepared statements kept by their text. It knows SQL
 * and SQLite's result codes; it knows nothing of sessions, and locks no
 * directory: `DataDirectory` does.
 *
 * Invariants
 *   C1. One transaction at a time: statements outside it wait for its end.
 *   C2. A statement that is kept is never left open as a cursor.
 *
 * @stability unstable
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Reactivity from "effect/reactivity/Reactivity"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import { DatabaseSync } from "node:sqlite"
import * as Connection from "./internal/sqliteConnection.ts"

/**
 * - `filename`: a path, or `:memory:`.
 * - `synchronous`: `NORMAL` survives every crash of the process, and may lose
 *   the last commits (never the database) when the machine loses power;
 *   `FULL` loses nothing and waits for the disk at each commit.
 * - `busyTimeout`: how long a statement waits for another process's lock. The
 *   whole process waits with it.
 * - `statementsMax`: how many prepared statements are kept.
 */
export interface Options {
  readonly filename: string
  readonly synchronous?: "NORMAL" | "FULL"
  readonly busyTimeout?: Duration.Input
  readonly statementsMax?: number
}

const defaults = {
  synchronous: "NORMAL",
  busyTimeout: "5 seconds",
  statementsMax: 256
} as const

/**
 * `wal_autocheckpoint`: 16 MB of log between two copies into the database; four
 * times SQLite's default took a third off the cost of a row in a measured run.
 * `journal_size_limit`: the log gives back what a long reader made it grow.
 * `cache_size`: 32 MB of pages; the default of 2 MB re-reads the indexes.
 */
const pragmas = (synchronous: "NORMAL" | "FULL"): string =>
  `PRAGMA journal_mode = WAL;
   PRAGMA synchronous = ${synchronous};
   PRAGMA wal_autocheckpoint = 4000;
   PRAGMA journal_size_limit = 67108864;
   PRAGMA cache_size = -32768;
   PRAGMA temp_store = MEMORY;`

const open = (options: Options): DatabaseSync => {
  const timeout = Duration.toMillis(Duration.fromInputUnsafe(options.busyTimeout ?? defaults.busyTimeout))
  const database = new DatabaseSync(options.filename, { timeout })
  try {
    database.exec(pragmas(options.synchronous ?? defaults.synchronous))
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

/**
 * Opens the database, creating it when it is absent, and closes it with the
 * scope.
 *
 * **Durability**: a transaction that returned survives the end of this
 * process, `kill -9` included; for power loss see `Options.synchronous`.
 * **Interruption**: a statement runs to its end; a transaction that is
 * interrupted is rolled back.
 */
export const make = Effect.fnUntraced(function* (
  options: Options
): Effect.fn.Return<SqlClient.SqlClient, SqlError, Scope.Scope | Reactivity.Reactivity> {
  const database = yield* Effect.acquireRelease(
    Effect.try({ try: () => open(options), catch: Connection.sqlError("open") }),
    // A close that fails has nothing left to lose: what was committed is in the log.
    (database) => Effect.ignore(Effect.try({ try: () => database.close(), catch: Connection.sqlError("close") }))
  )
  const connection = Connection.make(database, options.statementsMax ?? defaults.statementsMax)
  const semaphore = yield* Semaphore.make(1)
  return yield* SqlClient.make({
    ...SqlClient.makeSqliteAcquirers({
      connection: Effect.succeed(connection),
      semaphore,
      isTransaction: () => database.isTransaction
    }),
    compiler: Statement.makeCompilerSqlite(),
    driver: "node-sqlite",
    // Takes the write lock first: a transaction cannot find itself locked out half-way.
    beginTransaction: "BEGIN IMMEDIATE",
    prepareTransactionControls: true,
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
    spanAttributes: [["db.system.name", "sqlite"]]
  })
})

/** See `make`. */
export const layer = (options: Options): Layer.Layer<SqlClient.SqlClient, SqlError> =>
  Layer.effect(SqlClient.SqlClient, make(options)).pipe(Layer.provide(Reactivity.layer))
