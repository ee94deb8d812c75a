/**
 * The roles of `.gemini/agents/*.md`: Markdown with YAML front matter. One of
 * `kind: remote` is played by an A2A agent. Only the meaning of its fields.
 *
 * A file never makes the server connect anywhere: the remote agent is the one
 * of the configuration that has its card at the address of the file.
 *
 * @stability unstable
 */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import {
  brokenRole,
  chooseModel,
  Count,
  decodeFields,
  flawOf,
  ignoredFields,
  Name,
  NonEmpty,
  nothing,
  offReasons,
  oneRole,
  type Reading,
  type RoleFile,
  type RoleFormat,
  type Surroundings,
  why
} from "./internal/roleFormat.ts"
import { allowing, grant, type ToolTable, type ToolWish } from "./internal/toolWishes.ts"
import { type FrontMatter, hasFrontMatter, readFrontMatter, type Written } from "./internal/written.ts"

const Local = Schema.Struct({
  name: Name,
  description: NonEmpty,
  tools: Schema.optionalKey(Schema.Array(Schema.String)),
  model: Schema.optionalKey(Schema.NullOr(Schema.String)),
  max_turns: Schema.optionalKey(Count)
})
const decodeLocal = Schema.decodeUnknownResult(Local)
const usedLocal = ["kind", "name", "description", "tools", "model", "max_turns"]

const Remote = Schema.Struct({
  kind: Schema.optionalKey(Schema.Literal("remote")),
  name: Name,
  description: Schema.optionalKey(Schema.String),
  agent_card_url: Schema.String.check(
    Schema.makeFilter((text) => URL.canParse(text) || "it must be an address, as in https://agents.example.com/card")
  )
})
const decodeRemote = Schema.decodeUnknownResult(Remote)
const usedRemote = ["kind", "name", "description", "agent_card_url"]

const Kind = Schema.Struct({ kind: Schema.optionalKey(Schema.Literals(["local", "remote"])) })
const decodeKind = Schema.decodeUnknownResult(Kind)

const tools: ToolTable = {
  read_file: ["read"],
  read_many_files: ["read"],
  list_directory: ["read"],
  glob: ["search"],
  grep_search: ["search"],
  search_file_content: ["search"],
  write_file: ["write"],
  replace: ["write"],
  run_shell_command: ["shell"],
  web_fetch: ["fetch"],
  google_web_search: ["webSearch"]
}

const reasons = (around: Surroundings): Readonly<Record<string, string>> => ({
  hooks: offReasons(around).hooks,
  mcp_servers: offReasons(around).servers,
  policy: why.asks,
  temperature: why.settings,
  timeout_mins: why.time,
  display_name: why.looks,
  auth: "the configuration says how its agents are reached: put authRef there"
})

/** `mcp_*` is every server's tools, `mcp_server_*` one server's, `server__tool` one of them. */
const allow = (name: string): ToolWish => {
  if (name === "mcp_*") return { what: name, patterns: ["mcp__*"] }
  const [, server] = /^mcp_([a-z0-9-]+)_\*$/i.exec(name) ?? []
  if (server !== undefined) return { what: name, patterns: [`mcp__${server}__*`] }
  const [, of, tool] = /^(?:mcp_)?([a-z0-9-]+)_{1,2}([\w-]+\*?)$/i.exec(name) ?? []
  const isServers = of !== undefined && (name.startsWith("mcp_") || name.includes("__"))
  return isServers && !name.startsWith("mcp__")
    ? { what: name, patterns: [`mcp__${of}__${tool}`] }
    : allowing(tools, name)
}

const modelOf = (name: string): string | undefined => (/^gemini-\d[\w.-]*$/.test(name) ? `google:${name}` : undefined)

const localRole = (file: RoleFile, written: FrontMatter, around: Surroundings): Reading => {
  const decoded = decodeFields(decodeLocal, written)
  if (Result.isFailure(decoded)) return brokenRole(file, decoded.failure)
  const fields = decoded.success
  const granted = grant({ only: fields.tools?.map(allow), denied: [] })
  const chosen = chooseModel(fields.model, modelOf)
  return oneRole({
    name: fields.name,
    description: fields.description.trim(),
    systemPrompt: written.body,
    tools: granted.tools,
    ...(chosen.model === undefined ? {} : { model: chosen.model }),
    ...(fields.max_turns === undefined ? {} : { roundsMax: fields.max_turns }),
    ignored: [...granted.ignored, ...chosen.ignored, ...ignoredFields(written, usedLocal, reasons(around))]
  })
}

/** Its query and its user may be secrets. */
const shown = (address: string): string => {
  const { host, pathname, protocol } = new URL(address)
  return `${protocol}//${host}${pathname}`
}

const remoteRole = (
  file: RoleFile,
  written: Written,
  prefix: ReadonlyArray<PropertyKey>,
  around: Surroundings
): Reading => {
  const decoded = Result.mapError(decodeRemote(written.value), (error) => flawOf(error, written.placeOf, prefix))
  if (Result.isFailure(decoded)) return brokenRole(file, decoded.failure)
  const { agent_card_url: address, description, name } = decoded.success
  const agent = around.agentAt(address)
  if (Option.isNone(agent)) {
    const message = `agent_card_url: no agent of the configuration has its card at ${shown(address)}: add it to agents`
    return { roles: [], broken: [{ ...written.placeOf([...prefix, "agent_card_url"]), message, name }] }
  }
  return oneRole({
    name,
    description: description?.trim() ?? "",
    systemPrompt: "",
    tools: { type: "inherit" },
    agent: agent.value,
    ignored: ignoredFields(written, usedRemote, reasons(around))
  })
}

const joined = (readings: ReadonlyArray<Reading>): Reading => ({
  roles: readings.flatMap(({ roles }) => roles),
  broken: readings.flatMap(({ broken }) => broken)
})

const readHead = (file: RoleFile, written: FrontMatter, around: Surroundings): Reading => {
  if (Array.isArray(written.value)) {
    return joined(
      written.value.map((value: unknown, index) => remoteRole(file, { ...written, value }, [index], around))
    )
  }
  const kind = decodeFields(decodeKind, written)
  if (Result.isFailure(kind)) return brokenRole(file, kind.failure)
  const isRemote = kind.success.kind === "remote" || Result.isSuccess(decodeRemote(written.value))
  return isRemote ? remoteRole(file, written, [], around) : localRole(file, written, around)
}

export const format: RoleFormat = {
  workspaceFolders: [".gemini/agents"],
  homeFolders: [".gemini/agents"],
  suffix: ".md",
  depthMax: 0,
  read: (file, around) => {
    if (file.name.startsWith("_")) return nothing
    if (!hasFrontMatter(file.text) && !file.text.startsWith("---")) return nothing
    const written = readFrontMatter(file.text)
    return Result.isFailure(written) ? brokenRole(file, written.failure) : readHead(file, written.success, around)
  }
}
