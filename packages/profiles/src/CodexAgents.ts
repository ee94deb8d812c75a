/**
 * The roles of `.codex/agents/*.toml`: a piece of the program's configuration
 * with a name, a description and instructions. Only the meaning of its fields.
 *
 * @stability unstable
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OpenaiCodex from "./internal/openaiCodex.ts"
import {
  brokenRole,
  chooseModel,
  decodeFields,
  ignoredFields,
  Name,
  NonEmpty,
  offReasons,
  oneRole,
  type RoleFormat,
  type Surroundings,
  why
} from "./internal/roleFormat.ts"
import { grant, withoutWork } from "./internal/toolWishes.ts"
import { readToml } from "./internal/written.ts"

const Fields = Schema.Struct({
  name: Name,
  description: NonEmpty,
  developer_instructions: NonEmpty,
  model: Schema.optionalKey(Schema.String),
  model_provider: Schema.optionalKey(Schema.String),
  sandbox_mode: Schema.optionalKey(Schema.String),
  web_search: Schema.optionalKey(Schema.Union([Schema.String, Schema.Boolean]))
})
type Fields = typeof Fields.Type
const decode = Schema.decodeUnknownResult(Fields)
const used = ["name", "description", "developer_instructions", "model", "model_provider", "sandbox_mode", "web_search"]

const reasons = (around: Surroundings): Readonly<Record<string, string>> => ({
  hooks: offReasons(around).hooks,
  notify: offReasons(around).hooks,
  mcp_servers: offReasons(around).servers,
  model_reasoning_effort: why.settings,
  model_reasoning_summary: why.settings,
  model_verbosity: why.settings,
  approval_policy: why.asks,
  sandbox_workspace_write: "tools have their own limits",
  skills: why.skills,
  nickname_candidates: why.looks
})

/** Nothing here confines a program to reading, so a role that may only read runs none. */
const denials = ({ sandbox_mode, web_search }: Fields) => [
  ...(sandbox_mode === "read-only" ? [withoutWork("sandbox_mode: read-only", ["write", "shell"])] : []),
  ...(web_search === "disabled" || web_search === false ? [withoutWork("web_search", ["fetch", "webSearch"])] : [])
]

/** A colon here is a part of the name, which says a size. */
const unclear = (model: string | undefined) => chooseModel(model?.replaceAll(":", " "), () => undefined)

/** A name of the program's own provider, or any of one that is named beside it. */
const choose = ({ model, model_provider }: Fields) => {
  if (model !== undefined && model_provider !== undefined) {
    return { model: `${model_provider.trim()}:${model.trim()}`, ignored: [] }
  }
  const own = OpenaiCodex.reference(model?.trim() ?? "")
  return own === undefined ? unclear(model) : { model: own, ignored: [] }
}

export const format: RoleFormat = {
  workspaceFolders: [".codex/agents"],
  homeFolders: [".codex/agents"],
  suffix: ".toml",
  depthMax: 3,
  read: (file, around) => {
    const read = Result.flatMap(readToml(file.text), (written) =>
      Result.map(decodeFields(decode, written), (fields) => ({ fields, written }))
    )
    if (Result.isFailure(read)) return brokenRole(file, read.failure)
    const { fields, written } = read.success
    const granted = grant({ only: undefined, denied: denials(fields) })
    const { ignored, model } = { model: undefined, ...choose(fields) }
    const sandbox = fields.sandbox_mode ?? "read-only"
    return oneRole({
      name: fields.name,
      description: fields.description.trim(),
      systemPrompt: fields.developer_instructions.trim(),
      tools: granted.tools,
      ...(model === undefined ? {} : { model }),
      ignored: [
        ...granted.ignored,
        ...ignored,
        ...(sandbox === "read-only" ? [] : [{ what: "sandbox_mode", why: "tools have their own limits" }]),
        ...ignoredFields(written, used, reasons(around))
      ]
    })
  }
}
