/**
 * The roles of `.claude/agents/*.md`: Markdown with YAML front matter, the body
 * is the system prompt. Only the meaning of its fields.
 *
 * @stability unstable
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as AnthropicClaude from "./internal/anthropicClaude.ts"
import {
  brokenRole,
  chooseModel,
  Count,
  decodeFields,
  ignoredFields,
  Name,
  Names,
  namesOf,
  NonEmpty,
  nothing,
  offReasons,
  oneRole,
  type RoleFormat,
  type Surroundings,
  why
} from "./internal/roleFormat.ts"
import { allowing, denying, grant, type ToolWish, usualNames, withoutWork } from "./internal/toolWishes.ts"
import { hasFrontMatter, readFrontMatter } from "./internal/written.ts"

const Fields = Schema.Struct({
  name: Name,
  description: NonEmpty,
  tools: Schema.optionalKey(Names),
  disallowedTools: Schema.optionalKey(Names),
  model: Schema.optionalKey(Schema.NullOr(Schema.String)),
  maxTurns: Schema.optionalKey(Count),
  permissionMode: Schema.optionalKey(Schema.NullOr(Schema.String))
})
const decode = Schema.decodeUnknownResult(Fields)
const used = ["name", "description", "tools", "disallowedTools", "model", "maxTurns", "permissionMode"]

const reasons = (around: Surroundings): Readonly<Record<string, string>> => ({
  hooks: offReasons(around).hooks,
  mcpServers: offReasons(around).servers,
  skills: why.skills,
  memory: "a role keeps no memory of its own",
  background: "whoever spawns decides whether to wait",
  isolation: "the workspace of a child is chosen by its spawn",
  effort: why.settings,
  initialPrompt: "the prompt of a child comes from its spawn",
  color: why.looks
})

/** The mode that only plans is a promise to change nothing; the others say who is asked. */
const promised = (mode: string | null | undefined): ReadonlyArray<ToolWish> =>
  mode === "plan" ? [withoutWork("permissionMode: plan", ["write", "shell"])] : []

export const format: RoleFormat = {
  workspaceFolders: [".claude/agents"],
  homeFolders: [".claude/agents"],
  suffix: ".md",
  depthMax: 3,
  read: (file, around) => {
    if (!hasFrontMatter(file.text) && !file.text.startsWith("---")) return nothing
    const read = Result.flatMap(readFrontMatter(file.text), (written) =>
      Result.map(decodeFields(decode, written), (fields) => ({ fields, written }))
    )
    if (Result.isFailure(read)) return brokenRole(file, read.failure)
    const { fields, written } = read.success
    const granted = grant({
      only: fields.tools === undefined ? undefined : namesOf(fields.tools).map((name) => allowing(usualNames, name)),
      denied: [
        ...namesOf(fields.disallowedTools ?? null).map((name) => denying(usualNames, name)),
        ...promised(fields.permissionMode)
      ]
    })
    const chosen = chooseModel(fields.model, AnthropicClaude.reference)
    const mode = fields.permissionMode ?? "default"
    return oneRole({
      name: fields.name,
      description: fields.description.trim(),
      systemPrompt: written.body,
      tools: granted.tools,
      ...(chosen.model === undefined ? {} : { model: chosen.model }),
      ...(fields.maxTurns === undefined ? {} : { roundsMax: fields.maxTurns }),
      ignored: [
        ...granted.ignored,
        ...chosen.ignored,
        ...(mode === "default" || mode === "plan" ? [] : [{ what: "permissionMode", why: why.asks }]),
        ...ignoredFields(written, used, reasons(around))
      ]
    })
  }
}
