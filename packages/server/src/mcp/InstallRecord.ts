/**
 * What an installation changed in one file, so that it can be undone.
 *
 * It holds what the entry replaced and nothing else of the file, which may hold
 * secrets of others. With the file as the installation left it the undoing is
 * exact; after a change by somebody else only the entry is undone.
 */
import * as NodeCrypto from "node:crypto"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Splice from "./Splice.ts"
import { sameValue } from "./TreeValue.ts"

const Exact = Schema.Struct({
  /** SHA-256 of the file as it was; none: it was not there. */
  before: Schema.optionalKey(Schema.String),
  /** SHA-256 of the file as the installation left it. */
  after: Schema.String,
  splice: Splice.Splice
})

export const InstallRecord = Schema.Struct({
  version: Schema.Literal(1),
  /** The file that was changed, absolute, without links. */
  path: Schema.String,
  entry: Schema.Unknown,
  /** The entry that stood there before. */
  previous: Schema.optionalKey(Schema.Unknown),
  /** Whether the member that holds all servers was made with the entry. */
  container: Schema.Literals(["made", "found"]),
  file: Schema.Literals(["made", "found"]),
  /** Folders that were made for the file, the innermost first. */
  folders: Schema.Array(Schema.String),
  /** None: the file was changed between two installations. */
  exact: Schema.optionalKey(Exact)
})
export type InstallRecord = typeof InstallRecord.Type

export const digest = (text: string): string => NodeCrypto.createHash("sha256").update(text).digest("hex")

export interface Change {
  readonly path: string
  /** None: there was no file. */
  readonly before: Option.Option<string>
  readonly after: string
  readonly entry: unknown
  readonly replaced: Option.Option<unknown>
  readonly container: "made" | "found"
  readonly folders: ReadonlyArray<string>
}

const exactOf = (before: Option.Option<string>, after: string) => ({
  ...Option.match(before, { onNone: () => ({}), onSome: (text) => ({ before: digest(text) }) }),
  after: digest(after),
  splice: Splice.between(
    Option.getOrElse(before, () => ""),
    after
  )
})

/** The file as it was before the first installation, if it is still what that left; an inner none: it was not there. */
export const original = (record: InstallRecord, text: string): Option.Option<Option.Option<string>> => {
  const { exact } = record
  if (exact === undefined || digest(text) !== exact.after) return Option.none()
  if (exact.before === undefined) return Option.some(Option.none())
  const before = Splice.undone(text, exact.splice)
  return digest(before) === exact.before ? Option.some(Option.some(before)) : Option.none()
}

const first = (change: Change): InstallRecord => ({
  version: 1,
  path: change.path,
  entry: change.entry,
  ...Option.match(change.replaced, { onNone: () => ({}), onSome: (previous) => ({ previous }) }),
  container: change.container,
  file: Option.isNone(change.before) ? "made" : "found",
  folders: change.folders,
  exact: exactOf(change.before, change.after)
})

/**
 * The record of a change. One that replaces what an earlier installation wrote
 * goes on with its record: undone is what stood there before both.
 */
export const recordOf = (change: Change, earlier: Option.Option<InstallRecord>): InstallRecord => {
  const goesOn = Option.filter(
    earlier,
    (record) => Option.isSome(change.replaced) && sameValue(record.entry, change.replaced.value)
  )
  if (Option.isNone(goesOn)) return first(change)
  const { exact: _, ...record } = goesOn.value
  const before = Option.flatMap(change.before, (text) => original(goesOn.value, text))
  return {
    ...record,
    entry: change.entry,
    ...Option.match(before, { onNone: () => ({}), onSome: (text) => ({ exact: exactOf(text, change.after) }) })
  }
}
