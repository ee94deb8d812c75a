/**
 * The tools of MCP servers as a `ToolSource`: those of the operator's
 * configuration, and those of a trusted project's `.mcp.json`.
 *
 * A server is connected when a session first needs it, one for each workspace,
 * shared by all sessions there, and let go a while after the last of them. It
 * decides nothing about who may call: policy, asking and recording are the
 * agent loop's.
 *
 * - I1 A server that fails takes no other with it; the run is told.
 * - I2 Nothing of a folder that is not trusted is started.
 * - I3 When the scope has closed, nothing that was started is alive.
 *
 * @stability unstable
 */
import { AgentTools, type Session } from "@offshoot/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as RcMap from "effect/RcMap"
import * as Scope from "effect/Scope"
import { agentTool } from "./internal/agentTool.ts"
import * as McpConnection from "./McpConnection.ts"
import type { McpSettings } from "./McpSettings.ts"
import * as ServerCatalog from "./ServerCatalog.ts"
import type { Origin, ServerDefinition, Surroundings } from "./ServerDefinition.ts"
import { claim } from "./ToolName.ts"

export interface Options extends Surroundings {
  readonly settings: McpSettings
  /** Told to servers as the version of this client. */
  readonly clientVersion: string
}

/** What became of one server in one workspace. */
export interface ServerState {
  readonly name: string
  readonly origin: Origin
  /** `off` is never started as things are; the words say why and what to do. */
  readonly state: McpConnection.Condition | { readonly type: "off"; readonly problem: string }
}

export class McpTools extends Context.Service<
  McpTools,
  {
    readonly source: AgentTools.ToolSource
    /** The servers of a workspace, also those that are off. Starts nothing. */
    readonly servers: (workspace: string | undefined) => Effect.Effect<ReadonlyArray<ServerState>>
  }
>()("@offshoot/adapters-mcp/McpTools") {}

/** Between two runs of a busy workspace; a server that is needed no more should not stay. */
const idleTimeToLive = "30 seconds"

/**
 * Programs and addresses at once, over all workspaces: each is a process of some
 * fifty megabytes. A run beyond has to do without.
 */
const connectionsMax = 256

/** Of one run; a start costs a process and a handshake. */
const startsAtOnce = 8

/** Names in one notice. */
const namesShownMax = 5

const unavailable = (source: string, problem: string) => new AgentTools.ToolSourceUnavailable({ source, problem })

const sourceOf = (name: string): string => `the MCP server ${name}`

/** The words for tools that a server names and that are left out. */
const leftOut = (problems: ReadonlyArray<string>): string => {
  const more = problems.length - namesShownMax
  return `tools that cannot be used were left out: ${problems.slice(0, namesShownMax).join("; ")}${more > 0 ? `; and ${more} more` : ""}`
}

/**
 * Connections by what they connect to. Closing is for all at once: one after
 * the other, the servers that ignore SIGTERM would add up.
 */
const makePool = Effect.fnUntraced(function* (clientVersion: string) {
  const open = new Map<McpConnection.McpConnection, Scope.Closeable>()
  const pool = yield* RcMap.make({
    lookup: (definition: ServerDefinition) =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const connection = yield* Scope.provide(McpConnection.make(definition, clientVersion), scope)
        open.set(connection, scope)
        yield* Effect.addFinalizer(() =>
          Effect.andThen(
            Scope.close(scope, Exit.void),
            Effect.sync(() => open.delete(connection))
          )
        )
        return connection
      }),
    idleTimeToLive,
    capacity: connectionsMax
  })
  yield* Effect.addFinalizer(() =>
    Effect.forEach([...open.values()], (scope) => Scope.close(scope, Exit.void), {
      concurrency: "unbounded",
      discard: true
    })
  )
  return { get: (definition: ServerDefinition) => RcMap.get(pool, definition), open: () => [...open.keys()] }
})

type Pool = Effect.Success<ReturnType<typeof makePool>>

/** The tools of one server, or none and a word to the run (I1). */
const toolsOf = Effect.fnUntraced(function* (
  pool: Pool,
  definition: ServerDefinition,
  missing: (unavailable: AgentTools.ToolSourceUnavailable) => Effect.Effect<void>
) {
  const absent = (problem: string) => Effect.as(missing(unavailable(sourceOf(definition.name), problem)), [])
  return yield* pool.get(definition).pipe(
    Effect.flatMap((connection) =>
      Effect.map(connection.listing, ({ tools, unusable }) => ({
        unusable,
        found: tools.map((tool) => ({ connection, tool }))
      }))
    ),
    Effect.flatMap(({ found, unusable }) =>
      Effect.as(
        unusable.length === 0 ? Effect.void : missing(unavailable(sourceOf(definition.name), leftOut(unusable))),
        found
      )
    ),
    Effect.catchTags({
      ConnectFailed: ({ problem }) => absent(problem),
      ExceededCapacityError: () =>
        absent(`${connectionsMax} servers are connected already. Try again when other runs have ended`)
    })
  )
})

/**
 * Makes the source. Needs the platform's file system, paths and processes.
 *
 * **Details**: `environment` is where references are looked up; a server
 * program gets only the ordinary part of it, what it is given by name, and
 * `mark`.
 */
export const make = Effect.fnUntraced(function* (options: Options) {
  const catalog = yield* ServerCatalog.make(options.settings, options)
  const pool = yield* makePool(options.clientVersion)

  const toolsFor = Effect.fn("McpTools.toolsFor")(function* (
    session: Session.Session,
    missing: (unavailable: AgentTools.ToolSourceUnavailable) => Effect.Effect<void>
  ) {
    const entries = yield* catalog.entries(session.workspace)
    yield* Effect.forEach(
      ServerCatalog.offNotices(entries),
      ({ problem, source }) => missing(unavailable(source, problem)),
      {
        discard: true
      }
    )
    const found = yield* Effect.forEach(
      entries.flatMap((entry) => (entry.type === "on" ? [entry.definition] : [])),
      (definition) => toolsOf(pool, definition, missing),
      { concurrency: startsAtOnce }
    )
    const taken = new Set<string>()
    return found.flat().flatMap(({ connection, tool }) => {
      const name = claim(taken, connection.definition.name, tool.name)
      return name === undefined ? [] : [agentTool(name, connection, tool)]
    })
  })

  return McpTools.of({
    source: { name: "MCP servers", toolsFor },
    servers: Effect.fn("McpTools.servers")(function* (workspace) {
      const entries = yield* catalog.entries(workspace)
      return yield* Effect.forEach(entries, (entry) => stateOf(pool, entry))
    })
  })
})

const stateOf = (pool: Pool, entry: ServerCatalog.Entry): Effect.Effect<ServerState> => {
  if (entry.type === "off") {
    return Effect.succeed({ name: entry.name, origin: entry.origin, state: { type: "off", problem: entry.problem } })
  }
  const { definition } = entry
  const live = pool
    .open()
    .find(
      (connection) =>
        connection.definition.name === definition.name &&
        connection.definition.workspace === definition.workspace &&
        connection.definition.origin.type === definition.origin.type
    )
  const condition = live === undefined ? Effect.succeed<McpConnection.Condition>({ type: "idle" }) : live.condition
  return Effect.map(condition, (state) => ({ name: definition.name, origin: definition.origin, state }))
}

/** `make`, for as long as the layer lives. */
export const layer = (options: Options) => Layer.effect(McpTools, make(options))
