/**
 * Our own file of roles: `subagent_profiles.json`, a list of them under
 * `profiles` (`S-profiles`). Its keys are those of the seed.
 *
 * Tools are named as they are called here, so that nothing has to be guessed,
 * and an unknown key is a mistake. A role with a mistake does not hide the
 * others; a file that is no JSON defines nothing.
 *
 * @stability unstable
 */
import { ToolPolicy } from "@offshoot/core"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import {
  type BrokenRole,
  chooseModel,
  Count,
  flawOf,
  ignoredFields,
  Name,
  type Reading,
  type Role,
  why
} from "./internal/roleFormat.ts"
import { readJson, type Written } from "./internal/written.ts"

/** In the data directory; in a workspace below `workspaceFolder`. */
export const fileName = "subagent_profiles.json"
export const workspaceFolder = ".offshoot"

/** Names the file of the strongest layer. */
export const variable = "OFFSHOOT_SUBAGENT_PROFILES_FILE"

/** As many as a folder may have. */
const rolesMax = 200

const Pattern = Schema.String.check(
  Schema.isPattern(/^[^*]+\*?$|^\*$/, { expected: "the name of a tool, or its beginning with a * at the end" })
)
const Patterns = Schema.Array(Pattern)

const Tools = Schema.Union([
  Schema.Struct({ mode: Schema.Literal("inherit") }),
  Schema.Struct({ mode: Schema.Literal("allowlist"), allow: Schema.optionalKey(Patterns) }),
  Schema.Struct({ mode: Schema.Literal("denylist"), deny: Schema.optionalKey(Patterns) })
])

const Entry = Schema.Struct({
  id: Name,
  display_name: Schema.optionalKey(Schema.String),
  description: Schema.optionalKey(Schema.String),
  system_prompt: Schema.String,
  tools: Schema.optionalKey(Tools),
  model_hint: Schema.optionalKey(
    Schema.NullOr(
      Schema.Struct({
        tier: Schema.optionalKey(Schema.NullOr(Schema.String)),
        model_ref: Schema.optionalKey(Schema.NullOr(Schema.String))
      })
    )
  ),
  /** An agent of the configuration that plays the role. */
  agent: Schema.optionalKey(Schema.NonEmptyString),
  rounds_max: Schema.optionalKey(Count),
  default_responsibility: Schema.optionalKey(Schema.NullOr(Schema.String)),
  ui: Schema.optionalKey(Schema.NullOr(Schema.Record(Schema.String, Schema.Unknown)))
})
type Entry = typeof Entry.Type
const decodeEntry = Schema.decodeUnknownResult(Entry, { onExcessProperty: "error" })

const File = Schema.Struct({
  profiles: Schema.optionalKey(Schema.Array(Schema.Unknown).check(Schema.isMaxLength(rolesMax)))
})
const decodeFile = Schema.decodeUnknownResult(File, { onExcessProperty: "error" })

const used = ["id", "description", "system_prompt", "tools", "model_hint", "agent", "rounds_max"]
const reasons = {
  display_name: why.looks,
  ui: why.looks,
  default_responsibility: "the prompt of a child comes from its spawn"
}

const policyOf = (tools: Entry["tools"]): ToolPolicy.ToolPolicy => {
  switch (tools?.mode) {
    case "allowlist":
      return { type: "allow", tools: tools.allow ?? [] }
    case "denylist":
      return { type: "deny", tools: tools.deny ?? [] }
    default:
      return ToolPolicy.inherit
  }
}

/** The file is ours, so that any other name is an alias of the configuration. */
const hinted = ({ model_hint }: Entry) => {
  const chosen = chooseModel(model_hint?.model_ref, (name) => name, "model_hint.model_ref")
  const tier = model_hint?.tier ?? ""
  const isUnused = tier !== "" && chosen.model === undefined
  return isUnused
    ? { ignored: [{ what: "model_hint.tier", why: "there are no tiers of models: name one in model_ref" }] }
    : chosen
}

const roleOf = (entry: Entry, written: Written): Role => {
  const { ignored, model } = { model: undefined, ...hinted(entry) }
  return {
    name: entry.id,
    description: entry.description?.trim() ?? "",
    systemPrompt: entry.system_prompt,
    tools: policyOf(entry.tools),
    ...(model === undefined ? {} : { model }),
    ...(entry.agent === undefined ? {} : { agent: entry.agent }),
    ...(entry.rounds_max === undefined ? {} : { roundsMax: entry.rounds_max }),
    ignored: [...ignored, ...ignoredFields(written, used, reasons)]
  }
}

const Identified = Schema.Struct({ id: Schema.String })
const decodeId = Schema.decodeUnknownOption(Identified)

const intended = (value: unknown): { readonly name?: string } =>
  Option.match(decodeId(value), { onNone: () => ({}), onSome: ({ id }) => ({ name: id }) })

/** What a file that cannot be read as a whole was to define, as far as that shows. */
const Sketch = Schema.Struct({ profiles: Schema.Array(Schema.Unknown) })
const decodeSketch = Schema.decodeUnknownOption(Sketch)

const namesIn = (value: unknown): ReadonlyArray<string> =>
  Option.match(decodeSketch(value), {
    onNone: () => [],
    onSome: ({ profiles }) => profiles.flatMap((entry) => Option.toArray(decodeId(entry)).map(({ id }) => id))
  })

const wholeFile = (flaw: BrokenRole, value: unknown): Reading => {
  const { column, line, message } = flaw
  const names = namesIn(value)
  return { roles: [], broken: names.length === 0 ? [flaw] : names.map((name) => ({ name, line, column, message })) }
}

/** The whole way from text to roles. */
export const read = (text: string): Reading => {
  const { flaw, written } = readJson(text)
  if (Option.isSome(flaw)) return wholeFile(flaw.value, written.value)
  const file = Result.mapError(decodeFile(written.value), (error) => flawOf(error, written.placeOf, []))
  if (Result.isFailure(file)) return wholeFile(file.failure, written.value)
  const entries = (file.success.profiles ?? []).map((value, index) =>
    decodeEntry(value).pipe(
      Result.mapBoth({
        onFailure: (error): BrokenRole => ({
          ...flawOf(error, written.placeOf, ["profiles", index]),
          ...intended(value)
        }),
        onSuccess: (entry) => roleOf(entry, { value, placeOf: written.placeOf })
      })
    )
  )
  return {
    roles: entries.flatMap((entry) => (Result.isSuccess(entry) ? [entry.success] : [])),
    broken: entries.flatMap((entry) => (Result.isFailure(entry) ? [entry.failure] : []))
  }
}
