/**
 * The roles of `.opencode/agent/*.md` and `.opencode/agents/*.md`: Markdown with
 * YAML front matter, called by their paths. Only the meaning of its fields.
 *
 * @stability unstable
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import {
  brokenRole,
  chooseModel,
  Count,
  decodeFields,
  ignoredFields,
  Name,
  nothing,
  oneRole,
  type RoleFormat,
  why
} from "./internal/roleFormat.ts"
import {
  allowing,
  denying,
  everything,
  grant,
  type ToolTable,
  type ToolWish,
  type Wishes
} from "./internal/toolWishes.ts"
import { readFrontMatter } from "./internal/written.ts"

/** What is done with a tool's calls; a table tells them apart by their arguments. */
const Action = Schema.Union([Schema.String, Schema.Record(Schema.String, Schema.String)])
const Permission = Schema.Union([Schema.String, Schema.Record(Schema.String, Action)])

const Fields = Schema.Struct({
  name: Schema.optionalKey(Name),
  description: Schema.optionalKey(Schema.String),
  mode: Schema.optionalKey(Schema.Literals(["subagent", "primary", "all"])),
  disable: Schema.optionalKey(Schema.Boolean),
  model: Schema.optionalKey(Schema.NullOr(Schema.String)),
  prompt: Schema.optionalKey(Schema.String),
  steps: Schema.optionalKey(Count),
  maxSteps: Schema.optionalKey(Count),
  tools: Schema.optionalKey(Schema.NullOr(Schema.Record(Schema.String, Schema.Boolean))),
  permission: Schema.optionalKey(Schema.NullOr(Permission))
})
type Fields = typeof Fields.Type
const decode = Schema.decodeUnknownResult(Fields)
const used = ["name", "description", "mode", "disable", "model", "prompt", "steps", "maxSteps", "tools", "permission"]

const tools: ToolTable = {
  read: ["read"],
  list: ["read"],
  glob: ["search"],
  grep: ["search"],
  codesearch: ["webSearch"],
  edit: ["write"],
  write: ["write"],
  patch: ["write"],
  multiedit: ["write"],
  apply_patch: ["write"],
  bash: ["shell"],
  webfetch: ["fetch"],
  websearch: ["webSearch"],
  task: ["spawn"]
}

/** These are no tools but circumstances of their calls, and nothing of the kind exists here. */
const circumstances = new Set(["external_directory", "doom_loop"])

const reasons: Readonly<Record<string, string>> = {
  temperature: why.settings,
  top_p: why.settings,
  variant: why.settings,
  options: why.settings,
  reasoningEffort: why.settings,
  hidden: why.looks,
  color: why.looks
}

interface Rule {
  readonly name: string
  readonly action: "allow" | "deny"
  readonly why?: string
}

const asked = "nobody is asked for one role alone, so it is denied"

const ruleOf = (name: string, action: typeof Action.Type): Rule => {
  if (action === "allow") return { name, action: "allow" }
  if (typeof action === "string") {
    return action === "ask" ? { name, action: "deny", why: asked } : { name, action: "deny" }
  }
  return Object.values(action).every((inner) => inner === "allow")
    ? { name, action: "allow" }
    : { name, action: "deny", why: "a tool cannot be allowed for some of its calls only, so it is denied" }
}

const rulesOf = ({ permission, tools: switches }: Fields): ReadonlyArray<Rule> => [
  ...Object.entries(switches ?? {}).map(([name, on]): Rule => ({ name, action: on ? "allow" : "deny" })),
  ...(typeof permission === "string"
    ? [ruleOf("*", permission)]
    : Object.entries(permission ?? {}).map(([name, action]) => ruleOf(name, action)))
]

/** Its tools of servers are called `server_tool`; where the server's name ends is not said. */
const serverTools = (name: string): ReadonlyArray<string> => {
  const places = [...name.matchAll(/_/g)].map(({ index }) => index)
  const split = places.map((place) => `mcp__${name.slice(0, place)}__${name.slice(place + 1) || "*"}`)
  return name.endsWith("*") ? [`mcp__${name}`, ...split] : split
}

const isKnown = (name: string): boolean => Object.hasOwn(tools, name.toLowerCase())

const allow = (name: string): ToolWish => {
  const [only, ...others] = serverTools(name).filter((pattern) => !pattern.startsWith(`mcp__${name}`))
  const isUnambiguous = only !== undefined && others.length === 0 && /^[^*?]+\*?$/.test(name)
  return !isKnown(name) && isUnambiguous ? { what: name, patterns: [only] } : allowing(tools, name)
}

const deny = ({ name, why }: Rule): ToolWish => {
  const own = denying(tools, name)
  const patterns = isKnown(name) ? own.patterns : [...own.patterns, ...own.patterns.flatMap(serverTools)]
  return { ...own, patterns, ...(why === undefined ? {} : { why }) }
}

/** The last rule that matches a tool decides. What an earlier one denied is not given back piece by piece. */
const wishesOf = (rules: ReadonlyArray<Rule>): Wishes => {
  let wishes: Wishes = everything
  for (const rule of rules) {
    if (circumstances.has(rule.name)) continue
    if (rule.name === "*") {
      wishes = rule.action === "allow" ? everything : { only: [], denied: [] }
    } else if (rule.action === "deny") {
      wishes = { only: wishes.only, denied: [...wishes.denied, deny(rule)] }
    } else if (wishes.only !== undefined) {
      wishes = { only: [...wishes.only, allow(rule.name)], denied: wishes.denied }
    }
  }
  return wishes
}

const modelOf = (name: string): string | undefined => {
  const [, provider, model] = /^([a-z0-9][\w.-]*)\/(\S+)$/i.exec(name) ?? []
  return provider === undefined || model === undefined ? undefined : `${provider}:${model}`
}

const promptOf = (prompt: string | undefined, body: string): string =>
  body === "" && prompt !== undefined && !prompt.startsWith("{file:") ? prompt : body

export const format: RoleFormat = {
  workspaceFolders: [".opencode/agent", ".opencode/agents"],
  homeFolders: [".config/opencode/agent", ".config/opencode/agents"],
  suffix: ".md",
  depthMax: 3,
  read: (file) => {
    const read = Result.flatMap(readFrontMatter(file.text), (written) =>
      Result.map(decodeFields(decode, written), (fields) => ({ fields, written }))
    )
    if (Result.isFailure(read)) return brokenRole(file, read.failure)
    const { fields, written } = read.success
    if (fields.disable === true) return nothing
    const granted = grant(wishesOf(rulesOf(fields)))
    const chosen = chooseModel(fields.model, modelOf)
    const roundsMax = fields.steps ?? fields.maxSteps
    const systemPrompt = promptOf(fields.prompt, written.body)
    return oneRole({
      name: fields.name ?? file.name,
      description: fields.description?.trim() ?? "",
      systemPrompt,
      tools: granted.tools,
      ...(chosen.model === undefined ? {} : { model: chosen.model }),
      ...(roundsMax === undefined ? {} : { roundsMax }),
      ignored: [
        ...granted.ignored,
        ...chosen.ignored,
        ...(fields.mode === "primary" ? [{ what: "mode", why: "here every role can be a child's" }] : []),
        ...(fields.prompt === undefined || systemPrompt === fields.prompt
          ? []
          : [{ what: "prompt", why: "the text below the front matter is the prompt" }]),
        ...ignoredFields(written, used, reasons)
      ]
    })
  }
}
