/**
 * The roles of `.cursor/agents/*.md`: Markdown with YAML front matter. Only the
 * meaning of its fields.
 *
 * @stability unstable
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import {
  baseName,
  brokenRole,
  chooseModel,
  decodeFields,
  ignoredFields,
  Name,
  Names,
  namesOf,
  nothing,
  offReasons,
  oneRole,
  type RoleFormat,
  type Surroundings,
  why
} from "./internal/roleFormat.ts"
import { allowing, grant, usualNames, withoutWork } from "./internal/toolWishes.ts"
import { hasFrontMatter, readFrontMatter } from "./internal/written.ts"

const Fields = Schema.Struct({
  name: Schema.optionalKey(Name),
  description: Schema.optionalKey(Schema.NullOr(Schema.String)),
  model: Schema.optionalKey(Schema.NullOr(Schema.String)),
  /** Not one of its own fields, but it is in files that were brought from elsewhere and means to withhold the rest. */
  tools: Schema.optionalKey(Names),
  readonly: Schema.optionalKey(Schema.NullOr(Schema.Boolean))
})
const decode = Schema.decodeUnknownResult(Fields)
const used = ["name", "description", "model", "tools", "readonly"]

const reasons = (around: Surroundings): Readonly<Record<string, string>> => ({
  hooks: offReasons(around).hooks,
  mcpServers: offReasons(around).servers,
  is_background: "whoever spawns decides whether to wait",
  color: why.looks
})

export const format: RoleFormat = {
  workspaceFolders: [".cursor/agents"],
  homeFolders: [".cursor/agents"],
  suffix: ".md",
  depthMax: 0,
  read: (file, around) => {
    if (!hasFrontMatter(file.text) && !file.text.startsWith("---")) return nothing
    const read = Result.flatMap(readFrontMatter(file.text), (written) =>
      Result.map(decodeFields(decode, written), (fields) => ({ fields, written }))
    )
    if (Result.isFailure(read)) return brokenRole(file, read.failure)
    const { fields, written } = read.success
    const granted = grant({
      only: fields.tools === undefined ? undefined : namesOf(fields.tools).map((name) => allowing(usualNames, name)),
      denied: fields.readonly === true ? [withoutWork("readonly", ["write", "shell"])] : []
    })
    const chosen = chooseModel(fields.model, () => undefined)
    return oneRole({
      name: fields.name ?? baseName(file),
      description: fields.description?.trim() ?? "",
      systemPrompt: written.body,
      tools: granted.tools,
      ...(chosen.model === undefined ? {} : { model: chosen.model }),
      ignored: [...granted.ignored, ...chosen.ignored, ...ignoredFields(written, used, reasons(around))]
    })
  }
}
