/**
 * What these tests share: the real platform, settings for the fixture server,
 * a session in a workspace, calls of tools, and a look at the machine's
 * processes that does not go through our code.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { McpSettings, McpTools } from "@offshoot/adapters-mcp"
import { type AgentTools, Ids, type Session } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import * as Effect from "effect/Effect"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import * as NodeProcess from "node:process"

export const platform = NodeServices.layer

const fixture = NodePath.join(import.meta.dirname, "fixtures/stdioServer.ts")

/** A value that no other test, and no other run of this one, has. */
export const signOf = (name: string): string => `sign-${name}-${NodeProcess.pid}-${NodeProcess.hrtime.bigint()}`

/** The fixture as an entry of the configuration; its processes carry the sign. */
export const program = (
  sign: string,
  faults: ReadonlyArray<string> = [],
  fields: Partial<McpSettings.StdioServer> = {}
): McpSettings.McpServer => ({
  command: NodeProcess.execPath,
  args: [fixture, ...faults],
  ...fields,
  env: { SIGN: sign, ...fields.env }
})

export const settingsOf = (
  mcpServers: McpSettings.McpSettings["mcpServers"],
  fields: Partial<McpSettings.McpSettings> = {}
): McpSettings.McpSettings => ({ ...McpSettings.none, ...fields, mcpServers })

export const makeTools = (settings: McpSettings.McpSettings, environment: Readonly<Record<string, string>> = {}) =>
  McpTools.make({
    settings,
    clientVersion: "0",
    environment: { PATH: NodeProcess.env["PATH"], ...environment },
    mark: { OFFSHOOT_RUN_ID: "mcp" }
  })

const sessionIn = (workspace?: string): Session.Session => {
  const session = RunHarness.externalSession("a", "command")
  return { ...session, id: Ids.SessionId.make("ses_mcp"), ...(workspace === undefined ? {} : { workspace }) }
}

/** The tools of a session, and what its run was told is missing. */
export const toolsIn = Effect.fnUntraced(function* (tools: McpTools.McpTools["Service"], workspace?: string) {
  const missing: Array<AgentTools.ToolSourceUnavailable> = []
  const found = yield* tools.source.toolsFor(sessionIn(workspace), (unavailable) =>
    Effect.sync(() => {
      missing.push(unavailable)
    })
  )
  const named = new Map(found.map((tool) => [tool.name, tool]))
  const call = Effect.fnUntraced(function* (
    name: string,
    params: unknown = {},
    progress?: (detail: string) => Effect.Effect<void>
  ) {
    const tool = named.get(name)
    if (tool === undefined) return yield* Effect.die(`no tool ${name} among ${[...named.keys()].join(" ")}`)
    const harness = yield* RunHarness.make({ session: sessionIn(workspace), runId: "run_mcp", prompt: "" })
    return yield* Effect.scoped(
      tool.call({ toolCallId: "call_1", params, run: harness.context, progress: progress ?? (() => Effect.void) })
    )
  })
  return { tools: found, named, missing, call, said: missing.map((unavailable) => unavailable.message) }
})

const environmentOf = (pid: string): string => {
  try {
    return NodeFS.readFileSync(`/proc/${pid}/environ`, "utf8")
  } catch {
    return ""
  }
}

/** The live processes whose environment holds this text; a zombie's is empty. */
export const pidsWith = (text: string): ReadonlyArray<number> =>
  NodeFS.readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(text))
    .map(Number)
