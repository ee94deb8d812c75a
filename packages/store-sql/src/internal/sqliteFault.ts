import * as Predicate from "effect/Predicate"

/** A primary key or a rowid that is taken is, to a caller, what any unique column that is taken is. */
const sqliteUnique = 2067
const alsoUnique: ReadonlySet<number> = new Set([1555, 2579])

const resultCodeOf = (cause: unknown): number | undefined =>
  Predicate.hasProperty(cause, "errcode") && typeof cause.errcode === "number" ? cause.errcode : undefined

/**
 * What SQLite or its binding said. `resultCode` is SQLite's extended result
 * code, absent when the binding itself refused; `errno` is the same as far as
 * Effect's classification reads it.
 */
export class SqliteFault extends Error {
  readonly resultCode: number | undefined
  readonly errno: number | undefined
  /** The database had been closed before the call. */
  readonly closed: boolean
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = "SqliteFault"
    this.resultCode = resultCodeOf(cause)
    this.errno = this.resultCode !== undefined && alsoUnique.has(this.resultCode) ? sqliteUnique : this.resultCode
    this.closed = Predicate.hasProperty(cause, "code") && cause.code === "ERR_INVALID_STATE"
  }
}
