import { SessionStore } from "@offshoot/core"
import type { MigrationError } from "effect/sql/Migrator"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import { SqliteFault } from "./sqliteFault.ts"

export type Condition = SessionStore.StorageUnavailable["condition"]

/** SQLite's primary result codes that mean something to an operator; every other one is `io`. */
const conditions: ReadonlyMap<number, Condition> = new Map([
  [5, "locked"],
  [6, "locked"],
  [8, "read_only"],
  [11, "corrupt"],
  [13, "full"],
  [26, "corrupt"]
])

/** The low byte of an extended result code is the primary one. */
const primary = 0xff

const ofFault = (fault: SqliteFault): Condition => {
  if (fault.closed) return "closed"
  return fault.resultCode === undefined ? "io" : (conditions.get(fault.resultCode & primary) ?? "io")
}

const ofSqlError = (error: SqlError): Condition => {
  if (error.reason.cause instanceof SqliteFault) return ofFault(error.reason.cause)
  return error.reason._tag === "LockTimeoutError" ? "locked" : "io"
}

/** What state of the storage this failure tells of. */
export const conditionOf = (failure: unknown): Condition => {
  if (failure instanceof SqliteFault) return ofFault(failure)
  return isSqlError(failure) ? ofSqlError(failure) : "io"
}

export const unavailable = (operation: string, condition: Condition, cause: unknown): SessionStore.StoreError =>
  new SessionStore.StoreError({ operation, reason: new SessionStore.StorageUnavailable({ condition, cause }) })

/** A failure of the database as a failure of the store. */
export const storeError =
  (operation: string) =>
  (cause: SqlError): SessionStore.StoreError =>
    unavailable(operation, conditionOf(cause), cause)

/** A migration that failed says why in its cause. */
export const migrationCondition = (error: SqlError | MigrationError): Condition =>
  conditionOf(error._tag === "MigrationError" ? error.cause : error)
