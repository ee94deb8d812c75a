/**
 * The server as one layer: settings in, a listening server out.
 *
 * The only place where live layers meet. Read it from the bottom up: the data
 * directory is taken, what a dead server left running is ended, the scheduler
 * starts, and only then the port is opened. It closes in the other order.
 *
 * @stability unstable
 */
import * as NodeCrypto from "node:crypto"
import * as NodeNet from "node:net"
import * as NodePath from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import {
  AgentRunner,
  CliHost,
  Guardian,
  OrphanSweep,
  ProcessTable,
  ProgramLauncher,
  RunMark,
  Worktrees
} from "@offshoot/adapters-cli"
import { McpTools } from "@offshoot/adapters-mcp"
import {
  Agent,
  AgentDirectory,
  AgentLimits,
  AgentLoop,
  AgentTools,
  Compaction,
  ExternalChildRunner,
  FeedRetention,
  Ids,
  Limits,
  Offshoot,
  ProviderRouter,
  Recovery,
  RequestPolicy,
  Retry,
  SessionStore,
  type SpawnScheduler,
  type SubAgents,
  TreeBudget,
  SubAgentTool,
  Watchdog
} from "@offshoot/core"
import { Recording, Router, type Script } from "@offshoot/providers"
import { DataDirectory } from "@offshoot/store-sql"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { Environment } from "./Environment.ts"
import * as Demo from "./Demo.ts"
import type * as Closing from "./internal/closing.ts"
import type * as Traffic from "./internal/traffic.ts"
import * as ProviderKinds from "./internal/providerKinds.ts"
import * as Surveys from "./internal/surveys.ts"
import * as Roles from "./Roles.ts"
import * as Server from "./Server.ts"
import * as Settings from "./Settings.ts"
import * as TelemetryExport from "./TelemetryExport.ts"
import { version } from "./Version.ts"

/** Ids cannot be guessed: they are what a reader of a shared log would have to guess. */
const entropy = Layer.succeed(
  Ids.Entropy,
  Effect.sync(() => Ids.digitsFromBytes(NodeCrypto.randomBytes(16)))
)

/** The token of this start: the operator's, or 192 bits of the machine's randomness. */
export const tokenOf = (settings: Settings.Settings): Redacted.Redacted =>
  Option.getOrElse(settings.server.token, () => Redacted.make(NodeCrypto.randomBytes(24).toString("base64url")))

/** Stays the same over restarts on the same data directory, and tells nobody its path. */
const instanceOf = (dataDir: string): string =>
  NodeCrypto.createHash("sha256").update(dataDir).digest("hex").slice(0, 16)

/** The processes of this machine: what starts them, what finds them, and on whose behalf. */
export const processes = (settings: Settings.Settings) =>
  ProgramLauncher.layer.pipe(
    Layer.provideMerge(ProcessTable.layer),
    Layer.provideMerge(
      Layer.unwrap(
        Effect.map(Environment, (environment) =>
          CliHost.layer({ instance: instanceOf(settings.dataDir), environment, dataDir: settings.dataDir })
        )
      )
    ),
    Layer.provideMerge(NodeServices.layer)
  )

/** Worktrees of sessions lie beside their record: both belong to one server. */
const worktrees = (settings: Settings.Settings) =>
  Worktrees.layer({ folder: NodePath.join(settings.dataDir, "worktrees") })

/** What the embedding app gave, then one runner for each agent of the configuration. */
const runners = (settings: Settings.Settings) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const given = yield* ExternalChildRunner.ExternalChildRunners
      const own = yield* Effect.forEach(settings.agents, ({ definition, id }) => AgentRunner.make(id, definition))
      return ExternalChildRunner.layer([...given, ...own])
    })
  ).pipe(Layer.provide(worktrees(settings)))

const directory = (settings: Settings.Settings) =>
  Layer.unwrap(
    Effect.map(AgentDirectory.AgentDirectory, (given) =>
      AgentDirectory.layer([...given.values(), ...Settings.directoryOf(settings)])
    )
  )

/**
 * Ends what a dead server of this data directory left running. Waits for the
 * store, whose lock proves that no other server of it is alive.
 */
const swept = Layer.effectDiscard(Effect.andThen(SessionStore.SessionStore, OrphanSweep.sweepOrphans()))

const references = (settings: Settings.Settings) =>
  Layer.mergeAll(
    directory(settings),
    Limits.layer(settings.limits),
    TreeBudget.layer(settings.budget),
    Watchdog.layer({ ...Watchdog.defaults, ...settings.watchdog }),
    Recovery.layer(settings.recovery),
    Retry.layer(settings.retry),
    RequestPolicy.layer(settings.requests),
    AgentLimits.layer(settings.agent.limits),
    Compaction.layer(settings.agent.compaction),
    FeedRetention.layer({ maxAge: Duration.hours(settings.feed.maxAgeHours), maxEvents: settings.feed.maxEvents })
  )

/** What this machine has of agents, looked at when somebody asks. */
const surveys = (settings: Settings.Settings) =>
  Layer.unwrap(Effect.map(Environment, (environment) => Surveys.layer(settings, environment["PATH"])))

/** The models of the configuration, unless the embedding app has a router of its own. */
const models = (settings: Settings.Settings) =>
  Layer.unwrap(
    Effect.gen(function* () {
      if (Option.isSome(yield* ProviderRouter.ProviderRouter)) return Layer.empty
      const loaded = yield* ProviderKinds.load(settings.scripts, settings.demo ? [Demo.script] : [])
      const kinds = Option.isNone(settings.record)
        ? loaded
        : loaded.map((yield* Recording.record(settings.record.value)).kind)
      return Router.layer({ settings: settings.models, kinds, environment: yield* Environment })
    })
  )

/** The tools of the embedding app, then those of MCP servers. Their processes carry the mark of no run: they serve many. */
const tools = (settings: Settings.Settings) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const given = yield* AgentTools.ToolSources
      const mark = RunMark.toEnvironment(CliHost.markOf(yield* CliHost.CliHost, "mcp"))
      const options = { settings: settings.mcp, clientVersion: version, environment: yield* Environment, mark }
      const sources = Effect.map(McpTools.McpTools, ({ source }) => [...given, source])
      return Layer.effect(AgentTools.ToolSources, sources).pipe(Layer.provide(McpTools.layer(options)))
    })
  )

/** The agent of this process, unless the embedding app has one of its own, or there is no provider to ask. */
const agent = (settings: Settings.Settings) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const isNeedless = Option.isSome(yield* Agent.Agent) || Object.keys(settings.models.providers ?? {}).length === 0
      return isNeedless ? Layer.empty : AgentLoop.layer
    })
  )

/** What a running server gives to what stands beside it in the process. */
export type Services =
  | HttpServer.HttpServer
  | SubAgents.SubAgents
  | SpawnScheduler.SpawnScheduler
  | SessionStore.SessionStore
  | Closing.Closing
  | Traffic.Traffic

/**
 * Everything that serves the settings.
 *
 * **Details** An app that embeds it may provide an `Agent` or a
 * `ProviderRouter`, `ToolSources`, further `ExternalChildRunners` with their
 * entries of the `AgentDirectory`, and `ChildCompletionHandlers`.
 *
 * **Interruption**: closing the layer stops accepting, cancels what runs, waits
 * for its processes to be gone and gives the data directory free.
 * **Durability**: what is queued stays in the data directory for the next start.
 */
export const layer = (
  settings: Settings.Settings,
  token: Redacted.Redacted
): Layer.Layer<
  Services,
  | Server.ListenFailed
  | SessionStore.StoreError
  | DataDirectory.DataDirectoryUnavailable
  | Script.ScriptInvalid
  | Recording.RecordingUnusable
> =>
  Server.layer({
    ...Server.defaults,
    host: settings.server.host,
    port: settings.server.port,
    allowedOrigins: settings.server.allowedOrigins,
    token
  }).pipe(
    Layer.provide([surveys(settings), settings.demo ? Demo.layerStage : Layer.empty]),
    Layer.provideMerge(Offshoot.layer),
    Layer.provide(agent(settings)),
    Layer.provide(SubAgentTool.layer),
    Layer.provide([references(settings), runners(settings), models(settings), tools(settings), Roles.layer(settings)]),
    Layer.provide([swept, Guardian.layer]),
    Layer.provideMerge(DataDirectory.layerEmbedded({ directory: settings.dataDir })),
    Layer.provide(processes(settings)),
    Layer.provide(entropy),
    Layer.provide(TelemetryExport.layer)
  )

const inUrl = (host: string): string => (NodeNet.isIPv6(host) ? `[${host}]` : host)

/** An address that this machine itself can use: a wildcard is reached over loopback. */
const reachable = (host: string): string => (host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host)

/** Where the server listens, as announced and as a client on this machine reaches it. */
export const addresses = Effect.fn("App.addresses")(function* (settings: Settings.Settings) {
  const { address } = yield* HttpServer.HttpServer
  const port = address._tag === "UnixPathAddress" ? settings.server.port : address.port
  const { host } = settings.server
  return {
    announced: `http://${inUrl(host)}:${port}`,
    local: `http://${inUrl(reachable(host))}:${port}`
  }
})
