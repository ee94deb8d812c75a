/** A value as one line of JSON: what `--json` prints. */
import * as Schema from "effect/Schema"

export const jsonLine: (value: unknown) => string = Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))
