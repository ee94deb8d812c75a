/**
 * What the operator asks of this process, from four sources.
 *
 * Flags win over the environment, the environment over `offshoot.config.json`,
 * the file over the defaults. `resolve` is the whole decision and is pure; `load`
 * only reads the file. Nothing is half accepted: every problem is reported, each
 * with its place, and a name that is not known is an error with a suggestion.
 * It opens no port and no database.
 *
 * @stability unstable
 */
import * as NodeNet from "node:net"
import * as NodePath from "node:path"
import { AgentDefinition, Agents, ProgramFinder, RunMark, SessionMark } from "@offshoot/adapters-cli"
import type { McpSettings } from "@offshoot/adapters-mcp"
import {
  type AgentDirectory,
  AgentLimits,
  Compaction,
  FeedRetention,
  Limits,
  Nearest,
  RequestPolicy,
  Retry,
  type Session,
  type TreeBudget
} from "@offshoot/core"
import { type ProviderSettings, type Recording, Router } from "@offshoot/providers"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import { Environment } from "./Environment.ts"
import { decodeAgents, settingOf } from "./internal/agentSettings.ts"
import type { AgentSetting } from "./internal/agentSettings.ts"
import * as ConfigFile from "./internal/configFile.ts"
import type { Problem } from "./internal/configFile.ts"
import * as ProviderKinds from "./internal/providerKinds.ts"

export type { AgentSetting, Problem }

/** Seconds, each at least 1; a session's own metadata wins over them (`S-policy`). */
export interface WatchdogSettings {
  readonly checkSeconds: number
  readonly totalSeconds: number
  readonly idleSeconds: number
}

/** How much of the feed is kept; never less than an open wait or an undelivered completion needs. */
export interface FeedSettings {
  readonly maxAgeHours: number
  readonly maxEvents: number
}

/** How much one run of an in-process agent may do, and when its transcript is sent shorter. */
export interface AgentSettings {
  readonly limits: AgentLimits.AgentLimitsShape
  readonly compaction: Compaction.CompactionShape
}

export interface Settings {
  readonly server: {
    readonly host: string
    /** 0: any free port. */
    readonly port: number
    /** None: a random one for each start. */
    readonly token: Option.Option<Redacted.Redacted>
    /** Origins of other people's pages that may call; none unless the file names them. */
    readonly allowedOrigins: ReadonlyArray<string>
  }
  /** Absolute. */
  readonly dataDir: string
  readonly models: ProviderSettings.ProviderSettings
  /** Files of the scripted provider, absolute. */
  readonly scripts: ReadonlyArray<string>
  readonly agent: AgentSettings
  readonly mcp: McpSettings.McpSettings
  readonly agents: ReadonlyArray<AgentSetting>
  /** `found`: the configuration says nothing of agents, and those whose programs are on `PATH` are offered. */
  readonly agentsBy: "configured" | "found"
  readonly limits: Limits.Limits
  /** For roots that do not say themselves. */
  readonly budget: TreeBudget.TreeLimits
  readonly watchdog: WatchdogSettings
  /** For sessions that do not say themselves. */
  readonly recovery: Session.RecoveryPolicy
  readonly retry: Retry.Policy
  readonly requests: RequestPolicy.Policy
  readonly feed: FeedSettings
  readonly shutdown: { readonly drainSeconds: number }
  /** Where the calls of models are recorded; the path is absolute. */
  readonly record: Option.Option<Recording.Options>
  /** Whether `serve` runs the demo tree once at its start. */
  readonly demo: boolean
  /** The file that was read; none when there was none. */
  readonly configFile: Option.Option<string>
}

/** What the command line says. An absent field was not given. */
export interface Flags {
  readonly host?: string
  readonly port?: number
  readonly token?: Redacted.Redacted
  readonly dataDir?: string
  readonly config?: string
  readonly demo?: boolean
  /** Where the calls of models are recorded for a report. */
  readonly record?: Recording.Options
  /** Without it a host that other machines can reach is refused. */
  readonly allowRemote?: boolean
}

export interface ConfigText {
  /** Absolute. */
  readonly path: string
  readonly text: string
}

export interface Sources {
  readonly flags: Flags
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly file: Option.Option<ConfigText>
  /** Absolute. Relative paths of flags and environment count from here, those of the file from its folder. */
  readonly cwd: string
}

/** The settings cannot be used. Says everything that is wrong, never a value that was given (I9). */
export class SettingsInvalid extends Schema.TaggedError<SettingsInvalid>()("SettingsInvalid", {
  problems: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))
}) {
  readonly retryable = false
  override readonly [Runtime.errorExitCode] = 2
  override get message(): string {
    const lines = this.problems.map((problem) => `  ${problem.path}: ${problem.message}`)
    return ["the configuration is not valid", ...lines].join("\n")
  }
}

const hostDefault = "127.0.0.1"
const portDefault = 4319
const dataDirDefault = ".offshoot"
const configNameDefault = "offshoot.config.json"

/** `S-policy`: a check every 15 s, an hour in all, a quarter of an hour without an event. */
const watchdogDefault: WatchdogSettings = { checkSeconds: 15, totalSeconds: 3600, idleSeconds: 900 }

/** A million events are some hundred megabytes on disk. */
const feedDefault: FeedSettings = {
  maxAgeHours: Duration.toHours(FeedRetention.defaults.maxAge),
  maxEvents: 1_000_000
}

/** Long enough for most tool calls, short enough for those who stop processes after 30 s. */
const drainSecondsDefault = 10

const environmentNames = [
  "OFFSHOOT_HOST",
  "OFFSHOOT_PORT",
  "OFFSHOOT_TOKEN",
  "OFFSHOOT_URL",
  "OFFSHOOT_DATA_DIR",
  "OFFSHOOT_CONFIG",
  "OFFSHOOT_DATABASE_URL",
  "OFFSHOOT_DEMO",
  "OFFSHOOT_SUBAGENT_PROFILES_FILE"
] as const

type EnvironmentKey = (typeof environmentNames)[number]

/** Also what a run marks its processes with: this program may itself be somebody's child. */
const known: ReadonlySet<string> = new Set([
  ...environmentNames,
  ...Object.values(RunMark.keys),
  ...Object.values(SessionMark.keys)
])

/** Whether only this machine can reach the address. */
export const isLoopback = (host: string): boolean => {
  const bare = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host
  if (bare.toLowerCase() === "localhost") return true
  return NodeNet.isIPv4(bare) ? bare.startsWith("127.") : bare === "::1" || bare.toLowerCase().startsWith("::ffff:127.")
}

/** An empty variable counts as absent, as shells and container files leave them. */
export const variable = (environment: Sources["environment"], name: EnvironmentKey): string | undefined => {
  const value = environment[name]
  return value === undefined || value === "" ? undefined : value
}

/**
 * Names that are one slip away from ours. Others are let through: children and
 * secrets have variables with our prefix too.
 */
const misspelt = (environment: Sources["environment"]): ReadonlyArray<Problem> =>
  Object.keys(environment).flatMap((name) => {
    if (!name.startsWith("OFFSHOOT_") || known.has(name)) return []
    const meant = Nearest.nearest(name, environmentNames)
    return Option.isSome(meant)
      ? [{ path: name, message: `this variable is not known; did you mean ${meant.value}?` }]
      : []
  })

const portOf = (text: string | undefined): Result.Result<number | undefined, Problem> => {
  if (text === undefined) return Result.succeed(undefined)
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1
  return port >= 0 && port <= 65_535
    ? Result.succeed(port)
    : Result.fail({ path: "OFFSHOOT_PORT", message: "expected a port between 0 and 65535" })
}

const demoOf = (text: string | undefined): Result.Result<boolean | undefined, Problem> => {
  switch (text?.toLowerCase()) {
    case undefined:
      return Result.succeed(undefined)
    case "0":
    case "false":
    case "no":
    case "off":
      return Result.succeed(false)
    case "1":
    case "true":
    case "yes":
    case "on":
      return Result.succeed(true)
    default:
      return Result.fail({ path: "OFFSHOOT_DEMO", message: "expected 0 or 1" })
  }
}

interface Token {
  readonly path: string
  readonly value: string | undefined
}

const tokenOf = ({ environment, flags }: Sources, file: ConfigFile.ConfigFile): Token | undefined => {
  if (flags.token !== undefined) return { path: "--token", value: Redacted.value(flags.token) }
  const own = variable(environment, "OFFSHOOT_TOKEN")
  if (own !== undefined) return { path: "OFFSHOOT_TOKEN", value: own }
  const reference = file.server?.token
  return reference === undefined ? undefined : { path: "server.token", value: environment[reference] }
}

const tokenProblems = (token: Token | undefined): ReadonlyArray<Problem> => {
  if (token === undefined) return []
  if (token.value === undefined || token.value === "") {
    return [
      {
        path: token.path,
        message: "the environment variable that this names is not set (it names a variable, it is not the token itself)"
      }
    ]
  }
  return /^[\u0021-\u007E]{1,512}$/.test(token.value)
    ? []
    : [{ path: token.path, message: "expected up to 512 visible ASCII characters without a space" }]
}

const hostProblems = (host: string, path: string, flags: Flags): ReadonlyArray<Problem> =>
  isLoopback(host) || flags.allowRemote === true
    ? []
    : [
        {
          path,
          message: "other machines could reach this address: add --allow-remote if that is meant, or use 127.0.0.1"
        }
      ]

const databaseProblems = ({ environment }: Sources, file: ConfigFile.ConfigFile): ReadonlyArray<Problem> => {
  const fromEnvironment = variable(environment, "OFFSHOOT_DATABASE_URL")
  const url = fromEnvironment ?? file.database
  if (url === undefined) return []
  const path = fromEnvironment === undefined ? "database" : "OFFSHOOT_DATABASE_URL"
  return /^postgres(ql)?:\/\//i.test(url)
    ? [
        {
          path,
          message: "Postgres is not available in this version: leave it out to use the database in the data directory"
        }
      ]
    : [{ path, message: "expected nothing: this version only has the database in the data directory" }]
}

const dataDirOf = ({ cwd, environment, file, flags }: Sources, written: string | undefined): string => {
  const outside = flags.dataDir ?? variable(environment, "OFFSHOOT_DATA_DIR")
  if (outside !== undefined || written === undefined) return NodePath.resolve(cwd, outside ?? dataDirDefault)
  return NodePath.resolve(folderOf(file, cwd), written)
}

const folderOf = (file: Sources["file"], cwd: string): string =>
  Option.match(file, { onNone: () => cwd, onSome: ({ path }) => NodePath.dirname(path) })

const readFile = (file: Sources["file"]): Result.Result<ConfigFile.ConfigFile, ReadonlyArray<Problem>> =>
  Option.match(file, {
    onNone: () => Result.succeed({}),
    onSome: ({ path, text }) =>
      Result.mapError(ConfigFile.parse(text), (problems) =>
        problems.map((problem) => ({ path: `${path}: ${problem.path}`, message: problem.message }))
      )
  })

const hostOf = (
  { environment, flags }: Sources,
  file: ConfigFile.ConfigFile
): { readonly host: string; readonly path: string } => {
  if (flags.host !== undefined) return { host: flags.host, path: "--host" }
  const own = variable(environment, "OFFSHOOT_HOST")
  return own === undefined
    ? { host: file.server?.host ?? hostDefault, path: "server.host" }
    : { host: own, path: "OFFSHOOT_HOST" }
}

type WrittenRule = Omit<RequestPolicy.Rule, "name"> & { readonly name?: string }

const named = (rule: WrittenRule, place: string): RequestPolicy.Rule => ({ ...rule, name: rule.name ?? place })

/** A rule without a name is called by its place, from 1. */
const requestsOf = ({ requests }: ConfigFile.ConfigFile): RequestPolicy.Policy => ({
  deadlineSeconds: requests?.deadlineSeconds ?? RequestPolicy.defaults.deadlineSeconds,
  rules: (requests?.rules ?? []).map((rule, index): RequestPolicy.Rule => named(rule, String(index + 1)))
})

/** Who has scripts need not say that there is a provider of them. */
const modelsOf = ({ models = {}, providers, scripts = [] }: ConfigFile.ConfigFile, demo: boolean) => {
  const own = scripts.length > 0 || demo ? { [ProviderKinds.scripted]: { type: ProviderKinds.scripted } } : {}
  const settings: ProviderSettings.ProviderSettings = {
    providers: { ...own, ...providers },
    models
  }
  return settings
}

const agentOf = ({ agent = {} }: ConfigFile.ConfigFile): AgentSettings => {
  const { compactFrom, compactTo, tokensMax, ...limits } = agent
  return {
    limits: { ...AgentLimits.defaults, ...limits, tokensMax: Option.fromUndefinedOr(tokensMax) },
    compaction: {
      ...Compaction.defaults,
      fromShare: compactFrom ?? Compaction.defaults.fromShare,
      toShare: compactTo ?? Compaction.defaults.toShare
    }
  }
}

/** The whole decision. Fails with every problem of every source at once. */
export const resolve = (sources: Sources): Result.Result<Settings, SettingsInvalid> => {
  const { cwd, environment, flags } = sources
  const read = readFile(sources.file)
  const file = Result.getOrElse(read, (): ConfigFile.ConfigFile => ({}))
  const { host, path: hostPath } = hostOf(sources, file)
  const token = tokenOf(sources, file)
  const port = portOf(variable(environment, "OFFSHOOT_PORT"))
  const demo = demoOf(variable(environment, "OFFSHOOT_DEMO"))
  const withDemo = flags.demo ?? Result.getOrElse(demo, () => undefined) ?? true
  const models = modelsOf(file, withDemo)
  const agents = decodeAgents(file.agents ?? {}, folderOf(sources.file, cwd))
  const problems = [
    ...(Result.isFailure(read) ? read.failure : []),
    ...agents.problems,
    ...misspelt(environment),
    ...(Result.isFailure(port) ? [port.failure] : []),
    ...(Result.isFailure(demo) ? [demo.failure] : []),
    ...hostProblems(host, hostPath, flags),
    ...tokenProblems(token),
    ...databaseProblems(sources, file),
    ...Router.problems(models, ProviderKinds.known)
  ]
  if (problems.length > 0) return Result.fail(new SettingsInvalid({ problems }))
  return Result.succeed({
    server: {
      host,
      port: flags.port ?? Result.getOrElse(port, () => undefined) ?? file.server?.port ?? portDefault,
      token: token?.value === undefined ? Option.none() : Option.some(Redacted.make(token.value)),
      allowedOrigins: file.server?.allowedOrigins ?? []
    },
    dataDir: dataDirOf(sources, file.dataDir),
    models,
    scripts: (file.scripts ?? []).map((path) => NodePath.resolve(folderOf(sources.file, cwd), path)),
    agent: agentOf(file),
    mcp: {
      mcpServers: file.mcpServers ?? {},
      trust: file.trust ?? [],
      mcpProjects: file.mcpProjects ?? {}
    },
    agents: agents.settings,
    agentsBy: file.agents === undefined ? "found" : "configured",
    limits: { ...Limits.defaults, ...file.limits },
    budget: file.budget ?? {},
    watchdog: { ...watchdogDefault, ...file.watchdog },
    recovery: file.recovery ?? "resume",
    retry: { ...Retry.defaults, ...file.retry },
    requests: requestsOf(file),
    feed: { ...feedDefault, ...file.feed },
    shutdown: { drainSeconds: file.shutdown?.drainSeconds ?? drainSecondsDefault },
    record: Option.map(Option.fromUndefinedOr(flags.record), ({ content, path }) => ({
      content,
      path: NodePath.resolve(cwd, path)
    })),
    demo: withDemo,
    configFile: Option.map(sources.file, ({ path }) => path)
  })
}

/** The entries of `AgentDirectory`. */
export const directoryOf = (settings: Settings): ReadonlyArray<AgentDirectory.AgentEntry> =>
  settings.agents.map(({ concurrentMax, definition, id }) => ({ id, protocol: definition.protocol, concurrentMax }))

/** A file that somebody named must be there; the one in the working directory need not. */
const findConfig = (flags: Flags, environment: Sources["environment"], cwd: string) => {
  const fromEnvironment = variable(environment, "OFFSHOOT_CONFIG")
  const named = flags.config ?? fromEnvironment
  return {
    path: NodePath.resolve(cwd, named ?? configNameDefault),
    namedBy: flags.config !== undefined ? "--config" : fromEnvironment === undefined ? undefined : "OFFSHOOT_CONFIG"
  }
}

const unreadable = (path: string, namedBy: string | undefined, missing: boolean): SettingsInvalid =>
  new SettingsInvalid({
    problems: [
      {
        path: namedBy ?? path,
        message: missing ? `there is no file ${path}` : `the file ${path} cannot be read: check its permissions`
      }
    ]
  })

/** The known agents whose programs are on `PATH`, under the ids of their profiles. */
const foundAgents = Effect.fnUntraced(function* (environment: Sources["environment"]) {
  const found = yield* Effect.forEach(Agents.profiles, (profile) =>
    Effect.map(
      ProgramFinder.find(profile.programs, environment["PATH"]),
      Option.map(({ path }) => settingOf(profile.id, AgentDefinition.offered(profile, path)))
    )
  )
  return found.flatMap((setting) => Option.toArray(setting))
}, Effect.provide(Path.layer))

/**
 * Reads the configuration file, then decides. Where it says nothing of agents,
 * looks for the programs of those that are known.
 */
export const load = Effect.fn("Settings.load")(function* (flags: Flags) {
  const files = yield* FileSystem.FileSystem
  const environment = yield* Environment
  const cwd = NodePath.resolve()
  const { namedBy, path } = findConfig(flags, environment, cwd)
  const text = yield* files.readFileString(path).pipe(
    Effect.asSome,
    Effect.catch((error) => {
      const missing = error.reason._tag === "NotFound"
      return missing && namedBy === undefined ? Effect.succeedNone : Effect.fail(unreadable(path, namedBy, missing))
    })
  )
  const file = Option.map(text, (text) => ({ path, text }))
  const settings = yield* Effect.fromResult(resolve({ flags, environment, file, cwd }))
  return settings.agentsBy === "configured" ? settings : { ...settings, agents: yield* foundAgents(environment) }
})
