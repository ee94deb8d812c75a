/**
 * What an installation, or its undoing, makes of a host's file: the new text, or
 * that there is nothing to do, or why the file is left alone. Pure.
 */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as EntryFormat from "./EntryFormat.ts"
import { type InstallRecord, original } from "./InstallRecord.ts"
import { entryName, type McpHost, type Program } from "./McpHost.ts"
import type { Refusal } from "./TextFormat.ts"
import { isEmpty, sameValue, valueAt } from "./TreeValue.ts"

export type InstallPlan =
  | { readonly _tag: "Installed" }
  | {
      readonly _tag: "Write"
      readonly after: string
      readonly entry: unknown
      readonly replaced: Option.Option<unknown>
      readonly container: "made" | "found"
    }

/** The entry that is there, and where. */
export interface Installed {
  readonly path: ReadonlyArray<string>
  readonly entry: Option.Option<unknown>
}

/** What the host finds under our name in its file. */
export const installedIn = (host: McpHost, text: string): Result.Result<Installed, Refusal> =>
  Result.map(EntryFormat.read(host.format, text), (document) => {
    const path = [...host.shapeOf(document).container, entryName]
    return { path, entry: valueAt(document, path) }
  })

/** None: there is no file. */
export const install = (
  host: McpHost,
  text: Option.Option<string>,
  program: Program
): Result.Result<InstallPlan, Refusal> =>
  Result.gen(function* () {
    const before = Option.getOrElse(text, () => "")
    const document = yield* EntryFormat.read(host.format, before)
    const shape = host.shapeOf(document)
    const path = [...shape.container, entryName]
    const entry = shape.entry(program)
    const replaced = valueAt(document, path)
    if (Option.exists(replaced, (there) => sameValue(there, entry))) return { _tag: "Installed" as const }
    const after = yield* EntryFormat.put(host.format, before, path, entry)
    const container = Option.isSome(valueAt(document, shape.container)) ? ("found" as const) : ("made" as const)
    return { _tag: "Write" as const, after, entry, replaced, container }
  })

export type UninstallPlan =
  | { readonly _tag: "NotInstalled" }
  /** None: the file goes. */
  | { readonly _tag: "Write"; readonly after: Option.Option<string> }

/** Without the entry, and without what was made for it and holds nothing else. */
const withoutEntry = (
  host: McpHost,
  text: string,
  { path }: Installed,
  record: Option.Option<InstallRecord>
): Result.Result<Option.Option<string>, Refusal> =>
  Result.gen(function* () {
    const { format } = host
    let after = yield* EntryFormat.take(format, text, path)
    const container = path.slice(0, -1)
    const left = valueAt(yield* EntryFormat.read(format, after), container)
    const isMade = Option.exists(record, (one) => one.container === "made")
    if (isMade && Option.exists(left, isEmpty)) after = yield* EntryFormat.take(format, after, container)
    const isLast =
      Option.exists(record, ({ file }) => file === "made") && isEmpty(yield* EntryFormat.read(format, after))
    return isLast ? Option.none() : Option.some(after)
  })

/** Exactly what was there before, where the file is as the installation left it. */
export const uninstall = (
  host: McpHost,
  text: string,
  record: Option.Option<InstallRecord>
): Result.Result<UninstallPlan, Refusal> =>
  Result.gen(function* () {
    const exact = Option.flatMap(record, (one) => original(one, text))
    if (Option.isSome(exact)) return { _tag: "Write" as const, after: exact.value }
    const there = yield* installedIn(host, text)
    if (Option.isNone(there.entry)) return { _tag: "NotInstalled" as const }
    const previous = Option.flatMap(record, (one) => Option.fromUndefinedOr(one.previous))
    const after = Option.isSome(previous)
      ? Option.some(yield* EntryFormat.put(host.format, text, there.path, previous.value))
      : yield* withoutEntry(host, text, there, record)
    return { _tag: "Write" as const, after }
  })
