/** Values that others wrote, as plain JSON of a bounded size. Pure. */
import * as Option from "effect/Option"

/** What is kept of a value: all of it up to `charsMax` of JSON, or the first `headChars` of that. */
export interface JsonBounds {
  readonly charsMax: number
  readonly headChars: number
}

/** The JSON of a value. None: it has none, as a function or a value that holds itself. */
export const jsonTextOf = (value: unknown): Option.Option<string> => {
  try {
    const text: unknown = JSON.stringify(value)
    return typeof text === "string" ? Option.some(text) : Option.none()
  } catch {
    return Option.none()
  }
}

const unreadable = { unreadable: true }

/** Plain JSON. A larger value is replaced by its beginning and a marker; what is no JSON is only said to be there. */
export const boundedJson = (value: unknown, { charsMax, headChars }: JsonBounds): unknown => {
  const text = jsonTextOf(value)
  if (Option.isNone(text)) return unreadable
  if (text.value.length > charsMax) {
    return { truncated: true, chars: text.value.length, head: text.value.slice(0, headChars) }
  }
  // What is plain JSON already needs no reading again: most arguments and results.
  return typeof value === "string" ? value : JSON.parse(text.value)
}
