/**
 * The roles of `.github/agents/*.md`: Markdown with YAML front matter, called by
 * their file names. Only the meaning of its fields.
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
import { allowing, grant, type ToolTable, type ToolWish } from "./internal/toolWishes.ts"
import { hasFrontMatter, readFrontMatter } from "./internal/written.ts"

const Fields = Schema.Struct({
  description: NonEmpty,
  tools: Schema.optionalKey(Names),
  model: Schema.optionalKey(Schema.Union([Schema.String, Schema.Array(Schema.String), Schema.Null]))
})
type Fields = typeof Fields.Type
const decode = Schema.decodeUnknownResult(Fields)
const used = ["description", "tools", "model"]

/** The names of the coding agent, and those of the editors that have the same files. */
const tools: ToolTable = {
  read: ["read"],
  view: ["read"],
  notebookread: ["read"],
  "read/readfile": ["read"],
  readfile: ["read"],
  search: ["search"],
  grep: ["search"],
  glob: ["search"],
  codebase: ["search"],
  textsearch: ["search"],
  filesearch: ["search"],
  "search/codebase": ["search"],
  "search/textsearch": ["search"],
  "search/filesearch": ["search"],
  "search/listdirectory": ["read"],
  edit: ["write"],
  multiedit: ["write"],
  write: ["write"],
  notebookedit: ["write"],
  editfiles: ["write"],
  "edit/editfiles": ["write"],
  "edit/createfile": ["write"],
  "edit/createdirectory": ["write"],
  execute: ["shell"],
  shell: ["shell"],
  bash: ["shell"],
  powershell: ["shell"],
  runcommands: ["shell"],
  runinterminal: ["shell"],
  "execute/runinterminal": ["shell"],
  web: ["fetch", "webSearch"],
  webfetch: ["fetch"],
  websearch: ["webSearch"],
  fetch: ["fetch"],
  "web/fetch": ["fetch"],
  agent: ["spawn"],
  "custom-agent": ["spawn"],
  task: ["spawn"],
  "agent/runsubagent": ["spawn"]
}

/** Before a `/` these are families of its own tools, everything else is a server. */
const families = new Set(["agent", "edit", "execute", "read", "search", "todo", "vscode", "web"])

const allow = (name: string): ToolWish => {
  const [, server, tool] = /^([\w-]+)\/([\w-]*\*?)$/.exec(name) ?? []
  return server === undefined || tool === undefined || families.has(server.toLowerCase())
    ? allowing(tools, name)
    : { what: name, patterns: [`mcp__${server}__${tool}`] }
}

const reasons = (around: Surroundings): Readonly<Record<string, string>> => ({
  hooks: offReasons(around).hooks,
  "mcp-servers": offReasons(around).servers,
  name: "the name of the file is the name of the role",
  target: "here the role is for children",
  agents: why.choice,
  infer: why.choice,
  "disable-model-invocation": why.choice,
  "user-invocable": why.choice,
  handoffs: why.choice,
  "argument-hint": why.looks,
  metadata: why.looks
})

/** A list is what to try in turn: the first is what is wanted. */
const firstModel = (model: Fields["model"]): string | null | undefined =>
  typeof model === "string" ? model : model?.[0]

export const format: RoleFormat = {
  workspaceFolders: [".github/agents"],
  homeFolders: [],
  suffix: ".md",
  depthMax: 0,
  read: (file, around) => {
    if (!hasFrontMatter(file.text) && !file.text.startsWith("---")) return nothing
    const name = baseName(file).replace(/\.agent$/, "")
    const read = Result.flatMap(readFrontMatter(file.text), (written) =>
      Result.map(decodeFields(decode, written), (fields) => ({ fields, written }))
    )
    if (Result.isFailure(read)) return brokenRole({ ...file, name }, read.failure)
    const { fields, written } = read.success
    const granted = grant({
      only: fields.tools === undefined ? undefined : namesOf(fields.tools).map(allow),
      denied: []
    })
    const chosen = chooseModel(firstModel(fields.model), () => undefined)
    return oneRole({
      name,
      description: fields.description.trim(),
      systemPrompt: written.body,
      tools: granted.tools,
      ...(chosen.model === undefined ? {} : { model: chosen.model }),
      ignored: [...granted.ignored, ...chosen.ignored, ...ignoredFields(written, used, reasons(around))]
    })
  }
}
