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

/**
 * - `lineage` says who is above whom, and stays when a session is deleted: the
 *   feed is still asked for the subtree it was in.
 * - `deliveries` are the completions that a handler has not acknowledged;
 *   `line` is the parent, or the session itself when it has none. Its `number`,
 *   and that of `obligations`, is the head of the feed before their transition:
 *   later events are still needed, so `number` grows with `seq`.
 * - Schema 2 handed a completion over to all handlers as to one, and knew one
 *   acknowledgement of it. What was pending then has the handler `''`, which is
 *   shown to every handler that asks and acknowledged by the first that does;
 *   until then it holds back every event, because nothing says since when.
 * - `feed.forgotten` is the last number that was trimmed: with no event left it
 *   is the head.
 */
const nothingIsLost = all([
  `CREATE TABLE lineage (
    session_id TEXT NOT NULL,
    distance INTEGER NOT NULL,
    ancestor_id TEXT NOT NULL,
    PRIMARY KEY (session_id, distance)
  ) WITHOUT ROWID`,
  "CREATE INDEX lineage_below ON lineage (ancestor_id, session_id)",
  `INSERT INTO lineage (session_id, ancestor_id, distance)
    WITH RECURSIVE above (session_id, ancestor_id, distance) AS (
      SELECT id, parent_id, 1 FROM sessions WHERE parent_id IS NOT NULL
      UNION ALL
      SELECT above.session_id, sessions.parent_id, above.distance + 1
        FROM above JOIN sessions ON sessions.id = above.ancestor_id WHERE sessions.parent_id IS NOT NULL
    )
    SELECT session_id, ancestor_id, distance FROM above`,
  "ALTER TABLE jobs ADD COLUMN report TEXT NOT NULL DEFAULT '{}'",
  `CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL,
    handler TEXT NOT NULL,
    line TEXT NOT NULL,
    number INTEGER NOT NULL,
    UNIQUE (run_id, handler)
  )`,
  "CREATE INDEX deliveries_line ON deliveries (handler, line, seq)",
  `INSERT INTO deliveries (run_id, handler, line, number)
    SELECT run_id, '', COALESCE(json_extract(body, '$.parentSessionId'), child_session_id), 0
    FROM completions WHERE pending = 1 ORDER BY seq`,
  "DROP INDEX completions_pending",
  "ALTER TABLE completions DROP COLUMN pending",
  "ALTER TABLE completions ADD COLUMN told INTEGER NOT NULL DEFAULT 0",
  `CREATE TABLE obligations (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    session_id TEXT NOT NULL,
    key TEXT,
    open INTEGER NOT NULL,
    version INTEGER NOT NULL,
    number INTEGER NOT NULL,
    body TEXT NOT NULL
  )`,
  "CREATE UNIQUE INDEX obligations_key ON obligations (kind, session_id, key) WHERE key IS NOT NULL",
  "CREATE INDEX obligations_session ON obligations (session_id, kind, seq)",
  "CREATE INDEX obligations_kind ON obligations (kind, seq)",
  "CREATE INDEX obligations_open ON obligations (kind, seq) WHERE open = 1",
  "CREATE TABLE feed (id INTEGER PRIMARY KEY, forgotten INTEGER NOT NULL)",
  "INSERT INTO feed (id, forgotten) SELECT 1, COALESCE((SELECT MIN(number) FROM events) - 1, 0)"
])

/** Texts that are too long for a transcript: found by their id, gone with their session. */
const artifacts = all([
  "CREATE TABLE artifacts (id TEXT NOT NULL PRIMARY KEY, session_id TEXT NOT NULL, body TEXT NOT NULL)",
  "CREATE INDEX artifacts_session ON artifacts (session_id)"
])

/** What removed sessions leave to the nearest one above them that is left: their completions, and one row that counts each. */
const treeUsage = all([
  `CREATE TABLE removed (
    seq INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL,
    spawned INTEGER NOT NULL,
    body TEXT
  )`,
  "CREATE INDEX removed_session ON removed (session_id)"
])

const migrations = {
  "0001_initial": initial,
  "0002_child_counts": childCounts,
  "0003_nothing_is_lost": nothingIsLost,
  "0004_artifacts": artifacts,
  "0005_tree_usage": treeUsage
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
