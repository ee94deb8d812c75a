/**
 * How one entry of a configuration file is read, put in and taken out, whatever
 * the format: the file's text to its text, or why it is not touched.
 *
 * E1: What comes out, read again, is what went in but for the entry, and for what
 * held nothing but the entry. Whatever a format's editing does, a result that is
 * anything else is refused.
 */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { jsonText, jsonTextWithComments } from "./JsonText.ts"
import type { Refusal, TextFormat } from "./TextFormat.ts"
import { tomlText } from "./TomlText.ts"
import { isEmpty, sameValue, valueAt, withValue } from "./TreeValue.ts"

const formats = { json: jsonText, jsonc: jsonTextWithComments, toml: tomlText } as const satisfies Record<
  string,
  TextFormat
>

export type FormatName = keyof typeof formats

/** In some formats a member that holds nothing is not there. */
const withoutEmpty = (value: unknown, path: ReadonlyArray<string>): unknown => {
  const container = path.slice(0, -1)
  return Option.exists(valueAt(value, container), isEmpty) ? withValue(value, container, undefined) : value
}

const byteOrderMark = "\uFEFF"

const notOnlyTheEntry: Refusal = {
  told: "the entry cannot be changed without changing something else of the file: edit it by hand"
}

/** E1, and the mark that some editors begin a file with stays where it is. */
const edit = (
  format: FormatName,
  text: string,
  path: ReadonlyArray<string>,
  value: unknown,
  edited: (text: string) => Result.Result<string, Refusal>
): Result.Result<string, Refusal> => {
  const mark = text.startsWith(byteOrderMark) ? byteOrderMark : ""
  const body = text.slice(mark.length)
  return Result.gen(function* () {
    const before = yield* formats[format].read(body)
    const after = yield* edited(body)
    const read = formats[format].read(after)
    const wanted = withValue(before, path, value)
    const isAsWanted = (now: unknown) => sameValue(now, wanted) || sameValue(now, withoutEmpty(wanted, path))
    return Result.isSuccess(read) && isAsWanted(read.success) ? mark + after : yield* Result.fail(notOnlyTheEntry)
  })
}

/** The whole file as a value; an empty one has no members. */
export const read = (format: FormatName, text: string): Result.Result<unknown, Refusal> =>
  formats[format].read(text.startsWith(byteOrderMark) ? text.slice(1) : text)

/** Adds the entry, or has it in the place of the one that is there. */
export const put = (
  format: FormatName,
  text: string,
  path: ReadonlyArray<string>,
  entry: unknown
): Result.Result<string, Refusal> => edit(format, text, path, entry, (body) => formats[format].put(body, path, entry))

/** Takes out what is at the path, which is there. */
export const take = (format: FormatName, text: string, path: ReadonlyArray<string>): Result.Result<string, Refusal> =>
  edit(format, text, path, undefined, (body) => formats[format].take(body, path))

/** The entry as a person would write it into a file of its own. */
export const snippet = (format: FormatName, path: ReadonlyArray<string>, entry: unknown): string =>
  Result.getOrElse(formats[format].put("", path, entry), () => "")
