/** Values that others wrote, as plain JSON of a bounded size. Pure. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const JsonText = Schema.fromJsonString(Schema.Unknown)
const encodeJson = Schema.encodeUnknownOption(JsonText)
const decodeJson = Schema.decodeUnknownOption(JsonText)

/** What is kept of a value: all of it up to `charsMax` of JSON, or the first `headChars` of that. */
export interface JsonBounds {
  readonly charsMax: number
  readonly headChars: number
}

/** The JSON of a value. None: it has none, as a function or a value that holds itself. */
export const jsonTextOf = (value: unknown): Option.Option<string> =>
  Option.filter(encodeJson(value), (encoded) => typeof encoded === "string")

const unreadable = { unreadable: true }

/** Plain JSON. A larger value is replaced by its beginning and a marker; what is no JSON is only said to be there. */
export const boundedJson = (value: unknown, { charsMax, headChars }: JsonBounds): unknown => {
  const text = jsonTextOf(value)
  if (Option.isNone(text)) return unreadable
  return text.value.length <= charsMax
    ? Option.getOrElse(decodeJson(text.value), () => unreadable)
    : { truncated: true, chars: text.value.length, head: text.value.slice(0, headChars) }
}
