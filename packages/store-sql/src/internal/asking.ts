/** How the store asks its database: conditions put together, rows decoded. */
import type { SessionStore } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Result from "effect/Result"
import type * as SqlClient from "effect/sql/SqlClient"
import * as Records from "./records.ts"
import type { Cell } from "./statements.ts"
import { storeError } from "./storageCondition.ts"

type Read<A> = Effect.Effect<A, SessionStore.StoreError>

export interface Condition {
  readonly text: string
  readonly params: ReadonlyArray<Cell>
}

export const equals = (column: string, value: string | undefined): ReadonlyArray<Condition> =>
  value === undefined ? [] : [{ text: `${column} = ?`, params: [value] }]

export const where = (conditions: ReadonlyArray<Condition>): Condition => ({
  text: conditions.length === 0 ? "" : ` WHERE ${conditions.map((condition) => condition.text).join(" AND ")}`,
  params: conditions.flatMap((condition) => condition.params)
})

/** Events or obligations of some sessions; `column` says whose a row is. */
export const within = (scope: SessionStore.FeedScope, column: string): ReadonlyArray<Condition> => {
  switch (scope._tag) {
    case "All":
      return []
    case "Session":
      return equals(column, scope.sessionId)
    case "Subtree": {
      const { sessionId } = scope
      const below = `EXISTS (SELECT 1 FROM lineage WHERE lineage.session_id = ${column} AND ancestor_id = ?)`
      return [{ text: `(${column} = ? OR ${below})`, params: [sessionId, sessionId] }]
    }
  }
}

/** The two ways to ask: every row that is found, or the first. */
export const make = (sql: SqlClient.SqlClient) => {
  const rows = (operation: string, text: string, params: ReadonlyArray<Cell>): Read<ReadonlyArray<Records.Stored>> =>
    // A span for each statement would be most of what a tracer gets, and say nothing of agents.
    Effect.mapError(Effect.withTracerEnabled(sql.unsafe<Records.Stored>(text, params), false), storeError(operation))
  const many = <A>(
    operation: string,
    decode: (row: Records.Stored) => Result.Result<A, unknown>,
    text: string,
    params: ReadonlyArray<Cell> = []
  ): Read<ReadonlyArray<A>> =>
    Effect.flatMap(rows(operation, text, params), (found) =>
      Effect.fromResult(Records.decodeAll(operation, decode, found))
    )
  const one = <A>(
    operation: string,
    decode: (row: Records.Stored) => Result.Result<A, unknown>,
    text: string,
    params: ReadonlyArray<Cell>
  ): Read<Option.Option<A>> =>
    Effect.map(many(operation, decode, text, params), (found) => Option.fromUndefinedOr(found[0]))
  return { rows, many, one }
}
export type Ask = ReturnType<typeof make>
