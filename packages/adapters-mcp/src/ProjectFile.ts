/**
 * Reads a project's `.mcp.json`, the format that people have. Pure.
 *
 * `${NAME}` and `${NAME:-default}` are replaced in commands, arguments,
 * environments, addresses and headers. Keys that mean nothing here are let be;
 * one entry that is wrong takes no other with it. Whether a file may be used
 * at all is `WorkspaceTrust`'s to say.
 *
 * @stability unstable
 */
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type McpSettings, policyOf, serversMax, variableNames } from "./McpSettings.ts"
import {
  type Environment,
  type ServerDefinition,
  type Surroundings,
  type Target,
  environmentOf,
  isOrdinary,
  redactedRecord
} from "./ServerDefinition.ts"

export const fileName = ".mcp.json"

/** A name that is longer was not written by a person. */
const nameCharsMax = 64

const Variables = Schema.Record(Schema.String, Schema.String).check(variableNames)

const Program = Schema.Struct({
  type: Schema.optionalKey(Schema.Literal("stdio")),
  command: Schema.NonEmptyString,
  args: Schema.optionalKey(Schema.Array(Schema.String)),
  env: Schema.optionalKey(Variables),
  cwd: Schema.optionalKey(Schema.NonEmptyString)
})

const Address = Schema.Struct({
  type: Schema.optionalKey(Schema.Literals(["http", "streamable-http", "sse"])),
  url: Schema.NonEmptyString,
  headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String))
})

const decodeEntry = Schema.decodeUnknownOption(Schema.Union([Program, Address]))
const decodeFile = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Struct({ mcpServers: Schema.Record(Schema.String, Schema.Unknown) }))
)

/** What the text names, or that it is no such file. */
export const serversIn = (text: string): Result.Result<Readonly<Record<string, unknown>>, string> => {
  const file = decodeFile(text)
  if (Option.isNone(file)) return Result.fail(`expected JSON of the form {"mcpServers": {"name": {…}}}`)
  const count = Object.keys(file.value.mcpServers).length
  return count > serversMax
    ? Result.fail(`it names ${count} servers; at most ${serversMax} are started for one workspace`)
    : Result.succeed(file.value.mcpServers)
}

/** The variables of one entry, and what came of looking them up. */
const expander = (environment: Environment) => {
  const secrets = new Set<string>()
  const missing = new Set<string>()
  const expand = (text: string): string =>
    text.replaceAll(
      /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g,
      (_, name: string, fallback: string | undefined) => {
        const value = environment[name]
        // An empty variable takes the default, as in a shell.
        if (value === undefined || value === "") {
          if (fallback === undefined) missing.add(name)
          return fallback ?? ""
        }
        if (!isOrdinary(name)) secrets.add(value)
        return value
      }
    )
  const expandAll = (values: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, expand(value)]))
  return { expand, expandAll, secrets, missing }
}

const targetOf = (
  entry: typeof Program.Type | typeof Address.Type,
  workspace: string,
  surroundings: Surroundings,
  { expand, expandAll }: ReturnType<typeof expander>
): Target =>
  "command" in entry
    ? {
        type: "stdio",
        command: expand(entry.command),
        args: (entry.args ?? []).map(expand),
        env: environmentOf(surroundings.environment, expandAll(entry.env ?? {}), surroundings.mark),
        cwd: entry.cwd === undefined ? workspace : expand(entry.cwd)
      }
    : {
        type: entry.type === "sse" ? "sse" : "http",
        url: Redacted.make(expand(entry.url)),
        headers: redactedRecord(expandAll(entry.headers ?? {}))
      }

/** The definition of one entry of the file at `path`, or why there is none. */
export const definitionOf = (
  entry: { readonly name: string; readonly value: unknown; readonly path: string; readonly workspace: string },
  settings: McpSettings,
  surroundings: Surroundings
): Result.Result<ServerDefinition, string> => {
  if (entry.name === "" || entry.name.length > nameCharsMax) {
    return Result.fail(`a name of a server has 1 to ${nameCharsMax} characters`)
  }
  const decoded = decodeEntry(entry.value)
  if (Option.isNone(decoded)) {
    return Result.fail(`expected {"command": …, "args": […], "env": {…}} or {"type": "http", "url": …, "headers": {…}}`)
  }
  const variables = expander(surroundings.environment)
  const target = targetOf(decoded.value, entry.workspace, surroundings, variables)
  if (variables.missing.size > 0) {
    return Result.fail(`the environment does not have ${[...variables.missing].join(", ")}. Set it and start again`)
  }
  if (target.type !== "stdio" && !/^https?:$/.test(URL.parse(Redacted.value(target.url))?.protocol ?? "")) {
    return Result.fail("expected a url that begins with http:// or https://")
  }
  return Result.succeed({
    name: entry.name,
    origin: { type: "project", path: entry.path },
    target,
    policy: policyOf(settings.mcpProjects, "ignored"),
    workspace: entry.workspace,
    secrets: [...variables.secrets].map((secret) => Redacted.make(secret))
  })
}
