/** Coding agents themselves as MCP hosts: they start `offshoot mcp`, spawn an agent there, wait for it and get its answer. */
import { assert } from "@effect/vitest"
import { describeProgram } from "@offshoot/test-real"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as NodeChildProcess from "node:child_process"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import * as Json from "../src/Json.ts"
import * as RealChild from "../src/RealChild.ts"
import { fileIn, type Home, nobodyAlive, test, typesOf } from "./everyProgram.ts"

const bin = NodePath.resolve(import.meta.dirname, "../../../packages/server/src/bin.ts")

/** What a host is configured to start. Its server keeps its data, and its agents, in the folder where the host works. */
const host = { command: process.execPath, args: ["--conditions=@offshoot/source", bin, "mcp"] }

const decodeServer = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Struct({ pid: Schema.Int })))

/** An agent that says what it was told. */
const withAgent = (home: Home): void =>
  NodeFS.writeFileSync(
    fileIn(home, "offshoot.config.json"),
    Json.encode({ agents: { echo: { protocol: "command", command: ["cat"] } } })
  )

/** The server of a host's agents goes on when the host ends; here a person stops it. */
const stopServer = (home: Home): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const { pid } = decodeServer(NodeFS.readFileSync(fileIn(home, ".offshoot/server.json"), "utf8"))
    NodeChildProcess.spawn("tail", [`--pid=${pid}`, "-f", "/dev/null"]).once("exit", () => resume(Effect.void))
    process.kill(pid, "SIGTERM")
  })

const words = "the answer of a child that nobody else knows"

const call = (tool: string, input: object): string => `call ${tool} ${Json.encode(input)}`

/** `named`: how the host's model is shown a tool. */
const spawnsAndWaits = (home: Home, named: (tool: string) => string): Effect.Effect<void> =>
  Effect.gen(function* () {
    withAgent(home)
    const spawn = call(named("spawn_agent"), { prompt: words, agent: "echo", request_key: "once" })
    const wait = call(named("wait_agents"), { timeout_seconds: 30 })
    const { answer, end, events } = yield* home.run(`${spawn} ;; ${wait} ;; say it was used`)
    assert.deepStrictEqual(end.outcome, { status: "completed", reason: "done" })
    assert.strictEqual(answer, "it was used")
    assert.deepStrictEqual(typesOf(events, "tool_complete", "tool_error"), ["tool_complete", "tool_complete"])
    const last = (yield* home.server.requests).at(-1)
    // Marked as what an agent wrote: so it is not the prompt that the host's model wrote itself. Claude Code shows its
    // model the data of a tool's answer, other hosts its text.
    assert.match(Json.encode(last?.body), new RegExp(`(\\| |written_by_agent[\\\\":]+)${words}`))
    yield* stopServer(home)
    yield* nobodyAlive(home)
  })

/** Its first call starts a server. */
const limitMillis = 60_000

describeProgram("claude", () => {
  test(
    "spawns an agent by MCP, waits for it and is told its answer",
    Effect.gen(function* () {
      const home = yield* RealChild.make("claude", {
        permission: "full",
        args: ["--mcp-config", Json.encode({ mcpServers: { offshoot: { type: "stdio", ...host } } })],
        given: ["ANTHROPIC_BASE_URL"],
        secret: ["ANTHROPIC_API_KEY"]
      })
      yield* spawnsAndWaits(home, (tool) => `mcp__offshoot__${tool}`)
    }),
    limitMillis
  )
})

describeProgram("codex", () => {
  test(
    "spawns an agent by MCP, waits for it and is told its answer",
    Effect.gen(function* () {
      const home = yield* RealChild.make("codex", {
        permission: "full",
        args: [
          "-c",
          `mcp_servers.offshoot.command=${Json.encode(host.command)}`,
          "-c",
          `mcp_servers.offshoot.args=${Json.encode(host.args)}`,
          "-c",
          "mcp_servers.offshoot.startup_timeout_sec=60",
          "-c",
          // It begins without the tools of a server that is not ready otherwise.
          "mcp_servers.offshoot.required=true"
        ],
        given: ["CODEX_HOME"],
        secret: ["FAKE_KEY"]
      })
      yield* spawnsAndWaits(home, (tool) => `mcp__offshoot/${tool}`)
    }),
    limitMillis
  )
})
