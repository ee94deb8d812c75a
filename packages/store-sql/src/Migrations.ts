/**
 * The tables of the store, and how an older database becomes the present one.
 *
 * A migration that has been released is never edited: the next one changes
 * what it made. All that are missing run in one transaction.
 *
 * What is queried is a column; the whole record is JSON in `body`. Texts are
 * ids that sort by age, so that rows are added at the end of each index.
 *
 * @stability unstable
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Migrator from "effect/sql/Migrator"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

/** The database was written by a later version, and an earlier one would lose what it does not know. */
export class SchemaNewer extends Schema.TaggedError<SchemaNewer>()("SchemaNewer", {
  found: Schema.Int,
  known: Schema.Int
}) {
  readonly retryable = false
  override get message(): string {
    return `the database is at schema ${this.found}, this version knows ${this.known}: use the newer offshoot`
  }
}

const table = "offshoot_migrations"

const all = (statements: ReadonlyArray<string>) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
  )

/**
 * - `position` and `number` count over the whole table, so that a row is
 *   always added at its end.
 * - `jobs` holds only open ones; `seq` is the order of acceptance. That of
 *   `completions` is the order of settling.
 * - `probe` is what `ready` writes.
 */
const initial = all([
  `CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    parent_id TEXT,
    root_id TEXT NOT NULL,
    request_key TEXT,
    status TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL
  )`,
  "CREATE UNIQUE INDEX sessions_request_key ON sessions (parent_id, request_key) WHERE request_key IS NOT NULL",
  "CREATE INDEX sessions_parent ON sessions (parent_id, id)",
  "CREATE INDEX sessions_root ON sessions (root_id, id)",
  "CREATE INDEX sessions_status ON sessions (status, id)",
  "CREATE INDEX sessions_kind_root ON sessions (id) WHERE kind = 'root'",
  `CREATE TABLE messages (
    position INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL,
    run_id TEXT,
    role TEXT NOT NULL,
    body TEXT NOT NULL
  )`,
  "CREATE INDEX messages_session ON messages (session_id, position)",
  `CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE,
    child_session_id TEXT NOT NULL,
    state TEXT NOT NULL,
    body TEXT NOT NULL
  )`,
  "CREATE INDEX jobs_child ON jobs (child_session_id)",
  `CREATE TABLE completions (
    seq INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE,
    child_session_id TEXT NOT NULL,
    pending INTEGER NOT NULL,
    body TEXT NOT NULL
  )`,
  "CREATE INDEX completions_child ON completions (child_session_id)",
  "CREATE INDEX completions_pending ON completions (seq) WHERE pending = 1",
  `CREATE TABLE events (
    number INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL,
    type TEXT NOT NULL,
    at_millis INTEGER NOT NULL,
    body TEXT NOT NULL
  )`,
  "CREATE INDEX events_session ON events (session_id, number)",
  "CREATE TABLE probe (id INTEGER PRIMARY KEY, beat INTEGER NOT NULL)",
  "INSERT INTO probe (id, beat) VALUES (1, 0)"
])

/** Counting a parent's children costs the same however many there are. */
const childCounts = all([
  "CREATE TABLE child_counts (parent_id TEXT NOT NULL PRIMARY KEY, children INTEGER NOT NULL)",
  `INSERT INTO child_counts (parent_id, children)
    SELECT parent_id, COUNT(*) FROM sessions WHERE parent_id IS NOT NULL GROUP BY parent_id`
])

const migrations = {
  "0001_initial": initial,
  "0002_child_counts": childCounts
}

/** The schema of this version. */
export const current = Object.keys(migrations).length

/** As far as schema `last`, for a test that needs an older database. */
export const runUntil = (last: number) =>
  Migrator.make({})({
    table,
    loader: Migrator.fromRecord(Object.fromEntries(Object.entries(migrations).slice(0, last)))
  })

/**
 * Brings the database to `current`.
 *
 * **Durability**: all the missing migrations are made, or none.
 */
export const run: Effect.Effect<void, SqlError | Migrator.MigrationError | SchemaNewer, SqlClient.SqlClient> =
  Effect.gen(function* () {
    yield* runUntil(current)
    const sql = yield* SqlClient.SqlClient
    const [latest] = yield* sql<{ readonly found: number }>`SELECT MAX(migration_id) AS found FROM ${sql(table)}`
    if (latest !== undefined && latest.found > current) {
      return yield* new SchemaNewer({ found: latest.found, known: current })
    }
  })
