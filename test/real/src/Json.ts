/** JSON text and values, for both sides of every wire here. */
import * as Schema from "effect/Schema"

const Text = Schema.fromJsonString(Schema.Unknown)

export const encode: (value: unknown) => string = Schema.encodeSync(Text)

/** None when the text is no JSON. */
export const decode = Schema.decodeUnknownOption(Text)
