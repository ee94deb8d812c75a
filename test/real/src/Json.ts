/** JSON text and values, for both sides of every wire here. */
import * as Schema from "effect/Schema"

const Text = Schema.fromJsonString(Schema.Unknown)

export const encode: (value: unknown) => string = Schema.encodeSync(Text)

/** None when the text is no JSON. */
export const decode = Schema.decodeUnknownOption(Text)

/** A value inside another, by the names on the way; nothing where there is none. */
export const at = (value: unknown, ...names: ReadonlyArray<string>): unknown => {
  let found = value
  for (const name of names) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined
    found = Reflect.get(found, name)
  }
  return found
}
