/**
 * The store's SQL for many rows at once. A statement exists in a few fixed
 * sizes, so that each is prepared once: of the ways measured (one row each, a
 * JSON array read by the database, many rows of parameters) the last cost
 * least, about 2 microseconds a row.
 */
import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

export type Cell = string | number | null
export type Row = ReadonlyArray<Cell>

/** Rows in one statement, largest first. */
const sizes = [64, 8, 1] as const

/** `before`, the rows, `after`; `tuple` puts each row in brackets, else the rows are a plain list. */
interface ForRows {
  readonly before: string
  readonly after: string
  readonly columns: number
  readonly tuple: boolean
  readonly texts: Map<number, string>
}

const forRows = (before: string, columns: number, after = ""): ForRows => ({
  before,
  after,
  columns,
  tuple: true,
  texts: new Map()
})

const forList = (before: string, after = ")"): ForRows => ({
  before,
  after,
  columns: 1,
  tuple: false,
  texts: new Map()
})

export const insertSessions = forRows(
  "INSERT INTO sessions (id, kind, parent_id, root_id, request_key, status, version, body) VALUES ",
  8
)
export const updateSessions = forRows(
  "UPDATE sessions SET status = given.column2, version = given.column3, body = given.column4 FROM (VALUES ",
  4,
  ") AS given WHERE sessions.id = given.column1"
)
export const addChildren = forRows(
  "INSERT INTO child_counts (parent_id, children) VALUES ",
  2,
  " ON CONFLICT (parent_id) DO UPDATE SET children = child_counts.children + excluded.children"
)
/** A row says who is above whom, how far; what is above that one follows when it is the last that the batch knows. */
export const insertLineage = forRows(
  "WITH given (id, ancestor, distance, last) AS (VALUES ",
  4,
  `) INSERT INTO lineage (session_id, ancestor_id, distance)
    SELECT id, ancestor, distance FROM given
    UNION ALL
    SELECT given.id, above.ancestor_id, given.distance + above.distance
      FROM given JOIN lineage AS above ON above.session_id = given.ancestor WHERE given.last = 1
    ON CONFLICT (session_id, distance) DO UPDATE SET ancestor_id = excluded.ancestor_id`
)
export const insertMessages = forRows("INSERT INTO messages (session_id, run_id, role, body) VALUES ", 4)
export const insertArtifacts = forRows(
  "INSERT INTO artifacts (id, session_id, body) VALUES ",
  3,
  " ON CONFLICT (id) DO NOTHING"
)
export const insertJobs = forRows(
  "INSERT INTO jobs (run_id, child_session_id, state, report, body) VALUES ",
  5,
  " ON CONFLICT (run_id) DO NOTHING"
)
export const launchJobs = forList("UPDATE jobs SET state = 'launched' WHERE run_id IN (")
export const reportJobs = forRows(
  "UPDATE jobs SET report = given.column2 FROM (VALUES ",
  2,
  ") AS given WHERE jobs.run_id = given.column1"
)
export const deleteJobs = forList("DELETE FROM jobs WHERE run_id IN (")
/** I2: the first completion of a run is the one. */
export const insertCompletions = forRows(
  "INSERT INTO completions (run_id, child_session_id, told, body) VALUES ",
  4,
  " ON CONFLICT (run_id) DO NOTHING"
)
export const tellCompletions = forList("UPDATE completions SET told = 1 WHERE run_id IN (")
/** Comes before its completion: one that is stored already has its own deliveries, or none any more. */
export const insertDeliveries = forRows(
  `INSERT INTO deliveries (run_id, handler, line, number)
    SELECT column1, column2, column3, column4 FROM (VALUES `,
  4,
  ") AS given WHERE NOT EXISTS (SELECT 1 FROM completions WHERE run_id = given.column1)"
)
/** An unnamed delivery is acknowledged by whoever is first: see the migration that made it. */
export const acknowledge = forRows(
  "DELETE FROM deliveries WHERE seq IN (SELECT seq FROM (VALUES ",
  2,
  ") AS given JOIN deliveries ON run_id = given.column1 AND handler IN (given.column2, ''))"
)
export const insertObligations = forRows(
  "INSERT INTO obligations (id, kind, session_id, key, open, version, number, body) VALUES ",
  8
)
export const updateObligations = forRows(
  "UPDATE obligations SET open = given.column2, version = given.column3, body = given.column4 FROM (VALUES ",
  4,
  ") AS given WHERE obligations.id = given.column1"
)
export const insertEvents = forRows("INSERT INTO events (number, session_id, type, at_millis, body) VALUES ", 5)

/** The last number given, also when no event is left. */
export const head = "COALESCE((SELECT MAX(number) FROM events), (SELECT forgotten FROM feed))"

export const selectVersions = forList("SELECT id, version FROM sessions WHERE id IN (")
/** Joined, because a list of pairs would make the database look at every child of the parent. */
export const selectKeyOwners = forRows(
  "SELECT parent_id, request_key, id FROM (VALUES ",
  2,
  ") AS given JOIN sessions ON parent_id IS given.column1 AND request_key = given.column2"
)
export const selectOpenJobs = forList("SELECT run_id, child_session_id FROM jobs WHERE run_id IN (")
export const selectObligations = forList("SELECT id, session_id, version FROM obligations WHERE id IN (")
export const selectObligationKeys = forRows(
  "SELECT kind, session_id, key FROM (VALUES ",
  3,
  ") AS given JOIN obligations ON kind = given.column1 AND session_id = given.column2 AND key = given.column3"
)

/** The session above that is left, if there is one. */
const nearestAbove = `(SELECT ancestor_id FROM lineage JOIN sessions ON sessions.id = ancestor_id
  WHERE lineage.session_id = ?1 ORDER BY distance LIMIT 1)`

/** What a deleted session leaves: its parent counts one less, and its records go. Its place in the tree and what it used stay. */
export const deleteSession: ReadonlyArray<string> = [
  `UPDATE removed SET session_id = ${nearestAbove} WHERE session_id = ?1 AND EXISTS ${nearestAbove}`,
  "DELETE FROM removed WHERE session_id = ?1",
  `INSERT INTO removed (session_id, spawned, body)
    SELECT nearest.ancestor_id, 0, body FROM ${nearestAbove} AS nearest, completions WHERE child_session_id = ?1`,
  `INSERT INTO removed (session_id, spawned, body)
    SELECT nearest.ancestor_id, 1, NULL FROM ${nearestAbove} AS nearest, sessions WHERE sessions.id = ?1`,
  "UPDATE child_counts SET children = children - 1 WHERE parent_id = (SELECT parent_id FROM sessions WHERE id = ?)",
  "DELETE FROM messages WHERE session_id = ?",
  "DELETE FROM artifacts WHERE session_id = ?",
  "DELETE FROM jobs WHERE child_session_id = ?",
  "DELETE FROM deliveries WHERE run_id IN (SELECT run_id FROM completions WHERE child_session_id = ?)",
  "DELETE FROM completions WHERE child_session_id = ?",
  "DELETE FROM obligations WHERE session_id = ?",
  "DELETE FROM sessions WHERE id = ?"
]

const repeated = (text: string, times: number): string => Array.from({ length: times }, () => text).join(", ")

const textOf = (statement: ForRows, rows: number): string => {
  const known = statement.texts.get(rows)
  if (known !== undefined) return known
  const cells = repeated("?", statement.columns)
  const row = statement.tuple ? `(${cells})` : cells
  const text = statement.before + repeated(row, rows) + statement.after
  statement.texts.set(rows, text)
  return text
}

interface Part {
  readonly text: string
  readonly params: ReadonlyArray<Cell>
}

/** The rows, in order, over as few statements as the sizes allow. */
const parts = (statement: ForRows, rows: ReadonlyArray<Row>): ReadonlyArray<Part> => {
  const found: Array<Part> = []
  let at = 0
  for (const size of sizes) {
    while (rows.length - at >= size) {
      found.push({ text: textOf(statement, size), params: rows.slice(at, at + size).flat() })
      at += size
    }
  }
  return found
}

type Answer = { readonly [column: string]: unknown }

/** Runs the statement for all rows; nothing happens when there are none. */
export const forEachRow = (
  sql: SqlClient.SqlClient,
  statement: ForRows,
  rows: ReadonlyArray<Row>
): Effect.Effect<ReadonlyArray<Answer>, SqlError> => {
  if (rows.length === 0) return Effect.succeed([])
  const all = parts(statement, rows)
  const [first] = all
  if (first !== undefined && all.length === 1) return sql.unsafe<Answer>(first.text, first.params)
  return Effect.map(
    Effect.forEach(all, ({ params, text }) => sql.unsafe<Answer>(text, params)),
    (answers) => answers.flat()
  )
}

export const forEachId = (
  sql: SqlClient.SqlClient,
  statement: ForRows,
  ids: Iterable<string>
): Effect.Effect<ReadonlyArray<Answer>, SqlError> =>
  forEachRow(
    sql,
    statement,
    Array.from(ids, (id) => [id])
  )
