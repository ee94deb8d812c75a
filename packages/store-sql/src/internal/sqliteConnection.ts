import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlConnection from "effect/sql/SqlConnection"
import { classifySqliteError, SqlError } from "effect/sql/SqlError"
import * as Stream from "effect/Stream"
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite"
import { SqliteFault } from "./sqliteFault.ts"

/** Rows that one pull of a stream brings. */
const streamChunk = 128

export const sqlError =
  (operation: string) =>
  (cause: unknown): SqlError => {
    const fault = new SqliteFault(cause)
    return new SqlError({
      reason: classifySqliteError(fault, { message: `sqlite could not ${operation}: ${fault.message}`, operation })
    })
  }

/** What the binding takes; anything else is a fault of the statement's author. */
const bound = (value: unknown): SQLInputValue => {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
      return value
    case "boolean":
      return value ? 1 : 0
    case "undefined":
      return null
    default:
      if (value === null) return null
      if (value instanceof Uint8Array) return value
      if (value instanceof Date) return value.toISOString()
      throw new TypeError("a statement takes strings, numbers, booleans, dates, bytes and null")
  }
}

const boundAll = (values: ReadonlyArray<unknown>): Array<SQLInputValue> => values.map(bound)

/** A statement, and how it was last told to shape its rows. */
interface Prepared {
  readonly statement: StatementSync
  readonly returnsRows: boolean
  bigints: boolean
  arrays: boolean
}

const prepare = (database: DatabaseSync, sql: string): Prepared => {
  const statement = database.prepare(sql)
  return { statement, returnsRows: statement.columns().length > 0, bigints: false, arrays: false }
}

/** Keeps the statements used last: a `Map` remembers the order of insertion. */
const makePrepareKept = (database: DatabaseSync, statementsMax: number) => {
  const kept = new Map<string, Prepared>()
  return (sql: string): Prepared => {
    const found = kept.get(sql)
    if (found !== undefined) {
      kept.delete(sql)
      kept.set(sql, found)
      return found
    }
    const prepared = prepare(database, sql)
    kept.set(sql, prepared)
    if (kept.size > statementsMax) {
      for (const oldest of kept.keys()) {
        kept.delete(oldest)
        break
      }
    }
    return prepared
  }
}

const shaped = (prepared: Prepared, bigints: boolean, arrays: boolean): StatementSync => {
  if (prepared.bigints !== bigints) {
    prepared.statement.setReadBigInts(bigints)
    prepared.bigints = bigints
  }
  if (prepared.arrays !== arrays) {
    prepared.statement.setReturnArrays(arrays)
    prepared.arrays = arrays
  }
  return prepared.statement
}

type Run<A> = (sql: string, params: ReadonlyArray<unknown>) => Effect.Effect<A, SqlError>

const running =
  <A>(
    prepareWith: (sql: string) => Prepared,
    arrays: boolean,
    run: (statement: StatementSync, params: Array<SQLInputValue>, returnsRows: boolean) => A
  ): Run<A> =>
  (sql, params) =>
    Effect.withFiber<A, SqlError>((fiber) => {
      try {
        const prepared = prepareWith(sql)
        const statement = shaped(prepared, Context.get(fiber.context, SqlClient.SafeIntegers), arrays)
        return Effect.succeed(run(statement, boundAll(params), prepared.returnsRows))
      } catch (cause) {
        return Effect.fail(sqlError("execute")(cause))
      }
    })

const allRows = (statement: StatementSync, params: Array<SQLInputValue>, returnsRows: boolean) => {
  if (returnsRows) return statement.all(...params)
  statement.run(...params)
  return []
}

const allValues = (statement: StatementSync, params: Array<SQLInputValue>): ReadonlyArray<ReadonlyArray<unknown>> =>
  statement.all(...params).map((row) => (Array.isArray(row) ? row : Object.values(row)))

const rowsOrSummary = (statement: StatementSync, params: Array<SQLInputValue>, returnsRows: boolean): unknown =>
  returnsRows ? statement.all(...params) : statement.run(...params)

const transformed =
  (run: ReturnType<typeof running<ReturnType<typeof allRows>>>): SqlConnection.Connection["execute"] =>
  (sql, params, transformRows) =>
    transformRows === undefined ? run(sql, params) : Effect.map(run(sql, params), transformRows)

type RowPull = Pull.Pull<Arr.NonEmptyReadonlyArray<object>, SqlError>

const pulled = (rows: Iterator<Record<string, unknown>>): RowPull =>
  Effect.suspend((): RowPull => {
    const chunk: Array<object> = []
    try {
      while (chunk.length < streamChunk) {
        const next = rows.next()
        if (next.done === true) break
        chunk.push(next.value)
      }
    } catch (cause) {
      return Effect.fail(sqlError("stream")(cause))
    }
    return Arr.isArrayNonEmpty(chunk) ? Effect.succeed(chunk) : Cause.done()
  })

/** The client holds the connection for as long as the stream's scope is open (C1). */
const makeExecuteStream =
  (database: DatabaseSync): SqlConnection.Connection["executeStream"] =>
  (sql, params, transformRows) =>
    Stream.unwrap(
      Effect.map(
        Effect.acquireRelease(
          // C2: a statement of its own.
          Effect.try({ try: () => database.prepare(sql).iterate(...boundAll(params)), catch: sqlError("stream") }),
          (rows) => Effect.sync(() => void rows.return?.())
        ),
        (rows) => {
          const stream = Stream.fromPull(Effect.succeed(pulled(rows)))
          return transformRows === undefined
            ? stream
            : Stream.mapArray(stream, (chunk) => {
                const out = transformRows(chunk)
                return Arr.isReadonlyArrayNonEmpty(out) ? out : chunk
              })
        }
      )
    )

export const make = (database: DatabaseSync, statementsMax: number): SqlConnection.Connection => {
  const kept = makePrepareKept(database, statementsMax)
  const once = (sql: string) => prepare(database, sql)
  return {
    execute: transformed(running(kept, false, allRows)),
    executeUnprepared: transformed(running(once, false, allRows)),
    executeRaw: running(kept, false, rowsOrSummary),
    executeValues: running(kept, true, allValues),
    executeValuesUnprepared: running(once, true, allValues),
    executeStream: makeExecuteStream(database)
  }
}
