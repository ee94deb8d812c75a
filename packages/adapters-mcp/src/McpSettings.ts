/**
 * What the operator's configuration says of MCP servers: which there are, whose
 * projects may bring their own, and when a person is asked.
 *
 * Shapes only. `ServerDefinition` turns an entry into what is started, and
 * `WorkspaceTrust` decides about folders.
 *
 * @stability unstable
 */
import * as Schema from "effect/Schema"

/** Variables with this beginning are the runtime's to give. */
const reservedPrefix = "OFFSHOOT_"

/** Part of a tool's name, which has 64 characters in all; two underscores end it there. */
export const serverNameCharsMax = 32

const serverName = /^[A-Za-z0-9-]+(_[A-Za-z0-9-]+)*$/

/** As checks of the whole record: a key that a record's key schema does not take is dropped in silence. */
const serverNames = Schema.makeFilter((servers: Readonly<Record<string, unknown>>) => {
  const wrong = Object.keys(servers).find((name) => !serverName.test(name) || name.length > serverNameCharsMax)
  return (
    wrong === undefined ||
    `${wrong}: a name has 1 to ${serverNameCharsMax} letters, digits and dashes, with single underscores between them`
  )
})

export const variableNames = Schema.makeFilter((variables: Readonly<Record<string, unknown>>) => {
  const names = Object.keys(variables)
  const reserved = names.find((name) => name.startsWith(reservedPrefix))
  if (reserved !== undefined) return `${reserved}: names that begin with ${reservedPrefix} are given by the runtime`
  return names.every((name) => /^[^=\0]+$/.test(name)) || "expected names of environment variables"
})

const headerNames = Schema.makeFilter(
  (headers: Readonly<Record<string, unknown>>) =>
    Object.keys(headers).every((name) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) || "expected names of headers"
)

/** A value as it stands, or where the runtime's own environment has it. A secret is always the second. */
const VariableValue = Schema.Union([Schema.String, Schema.Struct({ ref: Schema.NonEmptyString })])
export type VariableValue = typeof VariableValue.Type

/** `{"ref": "TOKEN", "prefix": "Bearer "}` is the value of TOKEN behind the prefix. */
const HeaderReference = Schema.Struct({ ref: Schema.NonEmptyString, prefix: Schema.optionalKey(Schema.String) })
export type HeaderValue = string | typeof HeaderReference.Type

/** Headers that hold a secret by their nature (RFC 9110, section 11, and what key-based services use). */
const secretHeaders: ReadonlySet<string> = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "x-api-key",
  "api-key"
])

const Headers = Schema.Record(Schema.String, Schema.Union([Schema.String, HeaderReference])).check(
  headerNames,
  Schema.makeFilter((headers) => {
    const literal = Object.entries(headers).find(
      ([name, value]) => typeof value === "string" && secretHeaders.has(name.toLowerCase())
    )
    return (
      literal === undefined || `${literal[0]} holds a secret: write {"ref": "NAME"} and set NAME in the environment`
    )
  })
)

const Url = Schema.String.check(
  Schema.makeFilter((text) => {
    const url = URL.parse(text)
    if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
      return "expected an address that begins with http:// or https://"
    }
    return (url.username === "" && url.password === "") || "an address holds no password: use headers"
  })
)

/**
 * - `never`: nobody is asked.
 * - `destructive`: before a call of a tool, unless its server declares it
 *   read-only or not destructive. What declares nothing counts as destructive.
 * - `always`: before each call.
 */
export const Approve = Schema.Literals(["never", "destructive", "always"])
export type Approve = typeof Approve.Type

/** `ignored`: what the server declares of its tools (`readOnlyHint` and others) makes nothing easier. */
export const Annotations = Schema.Literals(["believed", "ignored"])
export type Annotations = typeof Annotations.Type

/** A day: a longer call is a job for a child. */
const secondsMax = 86_400
const Seconds = Schema.Finite.check(Schema.isBetween({ minimum: 0.1, maximum: secondsMax }))

const policyFields = {
  approve: Schema.optionalKey(Approve),
  annotations: Schema.optionalKey(Annotations),
  /** For starting and listing tools. */
  startSeconds: Schema.optionalKey(Seconds),
  /** For each call. */
  callSeconds: Schema.optionalKey(Seconds)
}

/** A program that speaks MCP on its standard input and output. No shell of ours reads the command. */
export const StdioServer = Schema.Struct({
  type: Schema.optionalKey(Schema.Literal("stdio")),
  command: Schema.NonEmptyString,
  args: Schema.optionalKey(Schema.Array(Schema.String)),
  env: Schema.optionalKey(Schema.Record(Schema.String, VariableValue).check(variableNames)),
  /** Where it runs; without it in the session's workspace, else where the runtime runs. */
  cwd: Schema.optionalKey(Schema.NonEmptyString),
  ...policyFields
})
export type StdioServer = typeof StdioServer.Type

/** A server at an address: streamable HTTP, or its predecessor `sse`. */
export const HttpServer = Schema.Struct({
  type: Schema.optionalKey(Schema.Literals(["http", "streamable-http", "sse"])),
  url: Url,
  headers: Schema.optionalKey(Headers),
  ...policyFields
})
export type HttpServer = typeof HttpServer.Type

export const McpServer = Schema.Union([StdioServer, HttpServer])
export type McpServer = typeof McpServer.Type

/**
 * The schema that an entry was meant for, by what it holds. Its problems are
 * those of one kind of server; the union's would be those of both.
 */
export const schemaFor = (entry: unknown): Schema.Decoder<McpServer> =>
  typeof entry === "object" && entry !== null && "url" in entry ? HttpServer : StdioServer

/** Connecting a hundred servers for one run would take longer than the run. */
export const serversMax = 64

const AbsolutePath = Schema.String.check(
  Schema.isPattern(/^(\/|[A-Za-z]:[\\/])/, { expected: "an absolute path of a folder" })
)

/**
 * The keys of the configuration that this package reads.
 *
 * - `mcpServers`: the operator's own servers, for every session.
 * - `trust`: folders whose `.mcp.json` is used, sub-folders included.
 * - `mcpProjects`: the policy of servers from a `.mcp.json`. Their annotations
 *   are ignored unless this says otherwise.
 */
export const McpSettings = Schema.Struct({
  mcpServers: Schema.Record(Schema.String, McpServer).check(serverNames, Schema.isMaxProperties(serversMax)),
  trust: Schema.Array(AbsolutePath),
  mcpProjects: Schema.Struct(policyFields)
})
export type McpSettings = typeof McpSettings.Type

/** No servers, nobody trusted. */
export const none: McpSettings = { mcpServers: {}, trust: [], mcpProjects: {} }

/** How calls of one server's tools are treated. */
export interface ServerPolicy {
  readonly approve: Approve
  readonly annotations: Annotations
  readonly startSeconds: number
  readonly callSeconds: number
}

/** A package runner may download the server first. */
const startSecondsDefault = 30

/** Long enough for a build or a slow query; a tool that needs more says so in the configuration. */
const callSecondsDefault = 300

/** What holds of a server that `given` says this of. */
export const policyOf = (
  given: { readonly [K in keyof typeof policyFields]?: (typeof policyFields)[K]["Type"] },
  annotationsDefault: Annotations
): ServerPolicy => ({
  approve: given.approve ?? "destructive",
  annotations: given.annotations ?? annotationsDefault,
  startSeconds: given.startSeconds ?? startSecondsDefault,
  callSeconds: given.callSeconds ?? callSecondsDefault
})
