/**
 * The version of this package, as its manifest says.
 *
 * @stability unstable
 */
import * as NodeFs from "node:fs"
import * as Schema from "effect/Schema"

const Manifest = Schema.fromJsonString(Schema.Struct({ version: Schema.NonEmptyString }))

/** One step up from `src` and from `dist` alike. */
const manifest = new URL("../package.json", import.meta.url)

export const version: string = Schema.decodeSync(Manifest)(NodeFs.readFileSync(manifest, "utf8")).version
