import type { SessionStore } from "@offshoot/core"
import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Statements from "./statements.ts"

/** Events that are forgotten at once: about 2 ms, as long as a commit may be held up. */
const trimMax = 512

interface Floor {
  readonly forgotten: number
  readonly head: number
  /** The last number before what an open wait or an undelivered completion needs. */
  readonly needed: number
}

/** Both kinds of need grow with their `seq`, so that the first row has the smallest. */
const selectFloor = `SELECT forgotten, ${Statements.head} AS head, MIN(
    ${Statements.head},
    COALESCE((SELECT number FROM deliveries ORDER BY seq LIMIT 1), ${Statements.head}),
    COALESCE(
      (SELECT number FROM obligations WHERE kind = 'wait' AND open = 1 ORDER BY seq LIMIT 1),
      ${Statements.head}
    )
  ) AS needed FROM feed`

/** The first that is young enough to be kept. */
const selectYoung = `SELECT number FROM events WHERE number > ? AND number <= ? AND at_millis >= ?
  ORDER BY number LIMIT 1`

/** Nobody asks for the place of a session that is gone and of which nothing is left on the feed. */
const forgetLineage = `DELETE FROM lineage
  WHERE session_id IN (SELECT session_id FROM events WHERE number <= ?1)
    AND NOT EXISTS (SELECT 1 FROM sessions WHERE id = lineage.session_id)
    AND NOT EXISTS (SELECT 1 FROM events WHERE events.session_id = lineage.session_id AND number > ?1)`

/**
 * One chunk, as one transaction of its own between those of the writer.
 *
 * **Durability**: what was forgotten and how far goes together, so that the
 * numbers go on when nothing is left.
 */
export const trim = Effect.fnUntraced(
  function* (
    sql: SqlClient.SqlClient,
    { keepMax, olderThanMillis }: SessionStore.Retention
  ): Effect.fn.Return<"more" | "done", SqlError> {
    const [floor] = yield* sql.unsafe<Floor>(selectFloor)
    if (floor === undefined) return "done"
    const { forgotten, head, needed } = floor
    // One more than is forgotten at once says whether there is more.
    const last = Math.min(needed, forgotten + trimMax + 1)
    const young = yield* sql.unsafe<{ readonly number: number }>(selectYoung, [
      Math.max(forgotten, head - keepMax),
      last,
      olderThanMillis
    ])
    const end = young[0] === undefined ? last : young[0].number - 1
    const cut = Math.min(end, forgotten + trimMax)
    if (cut > forgotten) {
      yield* sql.unsafe(forgetLineage, [cut])
      yield* sql.unsafe("DELETE FROM events WHERE number <= ?", [cut])
      yield* sql.unsafe("UPDATE feed SET forgotten = ?", [cut])
    }
    return end > cut ? "more" : "done"
  },
  (trimmed, sql) => sql.withTransaction(trimmed)
)
