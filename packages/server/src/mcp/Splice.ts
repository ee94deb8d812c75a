/** The one place at which two texts differ, which undoes the change byte for byte. */
import * as Schema from "effect/Schema"

/** `added` stands at `offset` where `removed` stood. Offsets count UTF-16 units. */
export const Splice = Schema.Struct({
  offset: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
  removed: Schema.String,
  added: Schema.String
})
export type Splice = typeof Splice.Type

export const between = (before: string, after: string): Splice => {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start] === after[start]) start += 1
  let end = 0
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1
  return {
    offset: start,
    removed: before.slice(start, before.length - end),
    added: after.slice(start, after.length - end)
  }
}

/** What stood there before the change, of the text that it made. */
export const undone = (after: string, { added, offset, removed }: Splice): string =>
  after.slice(0, offset) + removed + after.slice(offset + added.length)
