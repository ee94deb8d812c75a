/**
 * TOML, of which one table is added, replaced or taken out as whole lines; no
 * other byte of the text is touched.
 *
 * Only a table with a header of its own is edited, as every host writes it
 * itself. What is written in another way is refused, and whatever the lines of
 * a text may hide, such as a header within a string, ends in a refusal too:
 * the text is read before and after (`EntryFormat`, E1).
 */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Toml from "smol-toml"
import { lineEndOf, type Refusal, type TextFormat } from "./TextFormat.ts"
import { isMembers, valueAt } from "./TreeValue.ts"

const read = (text: string): Result.Result<unknown, Refusal> =>
  Result.try({
    try: (): unknown => Toml.parse(text),
    catch: (cause): Refusal =>
      cause instanceof Toml.TomlError
        ? {
            // The rest of its message quotes the file.
            told: `this is not TOML: ${cause.message.split("\n")[0]?.replace(/^Invalid TOML document: /, "") ?? ""}`,
            place: { line: cause.line, column: cause.column }
          }
        : { told: "this is not TOML" }
  })

const header = /^[ \t]*\[\[?([^[\]]+)\]\]?[ \t]*(?:#.*)?$/
const keyPart = /[ \t]*(?:"([^"]*)"|'([^']*)'|([\w-]+))[ \t]*(?:\.|$)/y

/** The parts of a dotted key; none when it is not one. */
const keyOf = (text: string): ReadonlyArray<string> => {
  const parts: Array<string> = []
  const pattern = new RegExp(keyPart)
  while (pattern.lastIndex < text.length) {
    const found = pattern.exec(text)
    if (found === null) return []
    parts.push(found[1] ?? found[2] ?? found[3] ?? "")
  }
  return parts
}

/** Lines, from and up to but without. */
interface Block {
  readonly from: number
  readonly to: number
}

const isWithin = (path: ReadonlyArray<string>, key: ReadonlyArray<string>): boolean =>
  path.every((name, index) => key[index] === name)

const saysNothing = (line: string): boolean => /^[ \t]*(#.*)?$/.test(line)

/** The tables at the path and below it. What stands before the next header is said of that one. */
const blocksOf = (lines: ReadonlyArray<string>, path: ReadonlyArray<string>): ReadonlyArray<Block> => {
  const headers = lines.flatMap((line, index) => {
    const found = header.exec(line)
    return found === null ? [] : [{ index, key: keyOf(found[1] ?? "") }]
  })
  return headers.flatMap(({ index, key }, position) => {
    if (!isWithin(path, key)) return []
    let to = headers[position + 1]?.index ?? lines.length
    while (to > index + 1 && saysNothing(lines[to - 1] ?? "")) to -= 1
    return [{ from: index, to }]
  })
}

const written = (path: ReadonlyArray<string>, value: unknown): ReadonlyArray<string> => {
  const whole = path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value)
  return isMembers(whole) ? Toml.stringify(whole).trimEnd().split("\n") : []
}

const inAnotherWay: Refusal = {
  told: "the entry is there, but not as a table with a header of its own: edit it by hand"
}

const put = (text: string, path: ReadonlyArray<string>, value: unknown, isThere: boolean) => {
  const end = lineEndOf(text)
  const lines = text.split(/\r?\n/)
  const own = written(path, value)
  const blocks = blocksOf(lines, path)
  const [first] = blocks
  if (first === undefined) {
    if (isThere) return Result.fail(inAnotherWay)
    const before = text === "" ? "" : text.endsWith("\n") ? text + end : text + end + end
    return Result.succeed(`${before}${own.join(end)}${end}`)
  }
  const later = blocks.slice(1).map((block) => withBlank(lines, block))
  return Result.succeed(spliced(text, [first, ...later], own.join(end)))
}

/** The offsets at which the lines begin, and the end of the text. */
const startsOf = (text: string): ReadonlyArray<number> => [
  0,
  ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)
]

/** Another text in the place of the first block, and nothing in that of the others. */
const spliced = (text: string, blocks: ReadonlyArray<Block>, added: string): string => {
  const starts = startsOf(text)
  const offset = (line: number): number => starts[line] ?? text.length
  let result = ""
  let at = 0
  for (const [index, { from, to }] of blocks.entries()) {
    const end = offset(to)
    const lineEnd = /\r?\n$/.exec(text.slice(0, end))?.[0] ?? ""
    result += text.slice(at, offset(from)) + (index === 0 && added !== "" ? added + lineEnd : "")
    at = end
  }
  return result + text.slice(at)
}

/** With the blank line before each, which parted it from what was there. */
const withBlank = (lines: ReadonlyArray<string>, { from, to }: Block): Block =>
  from > 0 && lines[from - 1]?.trim() === "" ? { from: from - 1, to } : { from, to }

export const tomlText: TextFormat = {
  read,
  put: (text, path, value) =>
    Result.flatMap(read(text), (document) => put(text, path, value, Option.isSome(valueAt(document, path)))),
  take: (text, path) => {
    const lines = text.split(/\r?\n/)
    const blocks = blocksOf(lines, path)
    return blocks.length === 0
      ? Result.fail(inAnotherWay)
      : Result.succeed(
          spliced(
            text,
            blocks.map((block) => withBlank(lines, block)),
            ""
          )
        )
  }
}
