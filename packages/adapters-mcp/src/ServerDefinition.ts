/**
 * One MCP server as it is started or reached: every reference followed, every
 * default in place. Pure.
 *
 * A definition with its workspace is the identity of a connection: sessions
 * whose definitions are equal share one.
 *
 * @stability unstable
 */
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { type HeaderValue, type McpServer, type ServerPolicy, type VariableValue, policyOf } from "./McpSettings.ts"

/** An environment as the operating system gives it. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Where an entry stands, for those who have to mend it. */
export type Origin = { readonly type: "settings" } | { readonly type: "project"; readonly path: string }

export type Target =
  | {
      readonly type: "stdio"
      readonly command: string
      readonly args: ReadonlyArray<string>
      readonly env: Readonly<Record<string, Redacted.Redacted>>
      readonly cwd: string | undefined
    }
  | {
      readonly type: "http" | "sse"
      readonly url: Redacted.Redacted
      readonly headers: Readonly<Record<string, Redacted.Redacted>>
    }

export interface ServerDefinition {
  readonly name: string
  readonly origin: Origin
  readonly target: Target
  readonly policy: ServerPolicy
  /** Of the session, told to the server as its root. */
  readonly workspace: string | undefined
  /** Values that no log, error or answer shows (I9). */
  readonly secrets: ReadonlyArray<Redacted.Redacted>
}

const allowed: ReadonlySet<string> = new Set([
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "TERM",
  "LANG",
  "TMPDIR",
  "TZ"
])

/** Whether a server gets this variable without being given it by name, and whether it may be shown. */
export const isOrdinary = (name: string): boolean => allowed.has(name) || name.startsWith("LC_")

/** What every server program gets: the ordinary part of the runtime's environment, and the mark of its owner. */
export const environmentOf = (
  parent: Environment,
  given: Readonly<Record<string, string>>,
  mark: Readonly<Record<string, string>>
): Readonly<Record<string, Redacted.Redacted>> => {
  const variables: Record<string, string> = {}
  for (const [name, value] of Object.entries(parent)) {
    if (value !== undefined && isOrdinary(name)) variables[name] = value
  }
  const all = { ...variables, ...given, ...mark }
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, Redacted.make(value, { label: name })]))
}

/** The words for the place of an entry in a message. */
export const placeOf = (name: string, origin: Origin): string =>
  origin.type === "settings" ? `mcpServers.${name}` : `the server ${name} in ${origin.path}`

interface Followed {
  readonly values: Readonly<Record<string, string>>
  readonly secrets: ReadonlyArray<string>
  readonly missing: ReadonlyArray<string>
}

const follow = (given: Readonly<Record<string, VariableValue | HeaderValue>>, parent: Environment): Followed => {
  const values: Record<string, string> = {}
  const secrets: Array<string> = []
  const missing: Array<string> = []
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "string") {
      values[name] = value
      continue
    }
    const secret = parent[value.ref]
    if (secret === undefined || secret === "") {
      missing.push(value.ref)
      continue
    }
    values[name] = "prefix" in value && value.prefix !== undefined ? `${value.prefix}${secret}` : secret
    secrets.push(secret)
  }
  return { values, secrets, missing }
}

export const redactedRecord = (values: Readonly<Record<string, string>>): Readonly<Record<string, Redacted.Redacted>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Redacted.make(value, { label: name })]))

/** What of the process every definition needs. */
export interface Surroundings {
  readonly environment: Environment
  /** Variables that every server program carries, so that its owner finds it again. */
  readonly mark: Readonly<Record<string, string>>
}

/** The definition of an entry of the operator's, or what its references lack. */
export const ofSettings = (
  name: string,
  server: McpServer,
  workspace: string | undefined,
  surroundings: Surroundings
): Result.Result<ServerDefinition, string> => {
  const isProgram = "command" in server
  const { missing, secrets, values } = follow((isProgram ? server.env : server.headers) ?? {}, surroundings.environment)
  if (missing.length > 0) {
    const place = `mcpServers.${name}.${isProgram ? "env" : "headers"}`
    return Result.fail(
      `the environment does not have ${missing.join(", ")}, which ${place} refers to. Set it and start again`
    )
  }
  return Result.succeed({
    name,
    origin: { type: "settings" },
    target: isProgram
      ? {
          type: "stdio",
          command: server.command,
          args: server.args ?? [],
          env: environmentOf(surroundings.environment, values, surroundings.mark),
          cwd: server.cwd ?? workspace
        }
      : {
          type: server.type === "sse" ? "sse" : "http",
          url: Redacted.make(server.url),
          headers: redactedRecord(values)
        },
    policy: policyOf(server, "believed"),
    workspace,
    secrets: secrets.map((secret) => Redacted.make(secret))
  })
}
