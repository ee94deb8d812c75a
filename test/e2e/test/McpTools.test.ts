/** Every tool of `offshoot mcp` and `/mcp`, by the official client, in every version of the protocol. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Ids } from "@offshoot/core"
import { CodingAgents, McpHost, Program, ServerProcess, Workplace } from "@offshoot/test-e2e"
import * as McpClient from "effect/ai/McpClient"
import * as McpProtocol from "effect/ai/McpProtocol"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Stream from "effect/Stream"

const names = [
  "list_profiles",
  "spawn_agent",
  "spawn_agents",
  "wait_agents",
  "get_result",
  "list_agents",
  "send_message",
  "answer_request",
  "cancel_agent"
]

const served = Effect.gen(function* () {
  const workplace = yield* Workplace.make({ agents: CodingAgents.settings })
  return { workplace, server: yield* ServerProcess.start(workplace) }
})

type Served = Effect.Success<typeof served>

const transports = {
  "standard input and output": ({ workplace }: Served, hello: McpHost.Hello) =>
    McpHost.start({ cwd: workplace.folder, env: ServerProcess.environmentOf(workplace), ...hello }),
  "streamable HTTP": ({ server }: Served, hello: McpHost.Hello) => McpHost.at({ ...server, ...hello })
}

const idIn = ({ text }: McpHost.Answer): string => /ses_\w+/.exec(text)?.[0] ?? "no agent"

const asking = 'ask call_1 Bash {"command":"make"} -> approved:granted/denied:refused/cancelled:dismissed'

/** All nine, each for what it is there for. By the words alone: versions before 2025-06-18 have no structured answers. */
const tour = Effect.fnUntraced(function* (host: McpHost.McpHost, asked: (id: string) => Effect.Effect<void>) {
  const choices = yield* host.call("list_profiles")
  assert.match(choices.text, /^- echo \(command, 64 at once\)$/m)

  const one = idIn(yield* host.call("spawn_agent", { prompt: "say this", agent: "echo", title: "the first" }))
  const more = yield* host.call("spawn_agents", {
    agents: [
      { prompt: "say that", agent: "echo", request_key: "that" },
      { prompt: "say nothing", agent: "nobody" },
      { prompt: "say that", agent: "echo", request_key: "that" }
    ]
  })
  const started = more.text.split("\n")
  assert.match(started[0] ?? "", /^Started ses_/)
  assert.match(started[1] ?? "", /^Not started, entry 2: agent_unknown: .*nobody/)
  assert.strictEqual(
    started.find((line) => line.startsWith("Started")),
    started.findLast((line) => line.startsWith("Started"))
  )

  const waited = yield* host.call("wait_agents", { agent_ids: [one], timeout_seconds: 40 })
  assert.match(waited.text, new RegExp(`^1 of 1 have settled\\.\n.*\n- ${one} "the first" completed/done\n`))
  assert.include(waited.text, "\n| say this")
  assert.include((yield* host.call("get_result", { agent_id: one })).text, "\n| say this")

  yield* host.call("send_message", { agent_id: one, message: "say it again" })
  assert.include((yield* host.call("wait_agents", { agent_ids: [one], timeout_seconds: 40 })).text, "\n| say it again")

  const asks = idIn(yield* host.call("spawn_agent", { prompt: asking, agent: "claude", title: "it asks" }))
  yield* asked(asks)
  const shown = yield* host.call("wait_agents", { agent_ids: [asks], timeout_seconds: 0 })
  assert.include(shown.text, '\n| Bash {"command":"make"}')
  const request = /permission (req_\w+)/.exec(shown.text)?.[1]
  const answered = yield* host.call("answer_request", { request_id: request, decision: "approve" })
  assert.match(answered.text, /is approved\.$/)
  const said = yield* host.call("wait_agents", { agent_ids: [asks], timeout_seconds: 40 })
  assert.match(said.text, /^\| .*granted/m)

  const endless = idIn(yield* host.call("spawn_agent", { prompt: "stay", agent: "nap", title: "it naps" }))
  const listed = yield* host.call("list_agents")
  assert.match(listed.text, new RegExp(`^- ${endless} "it naps" (pending|running)`, "m"))
  assert.match((yield* host.call("cancel_agent", { agent_id: endless, mode: "abort" })).text, /^Stopping /)
  assert.include((yield* host.call("wait_agents", { agent_ids: [endless] })).text, "cancelled/")
  const all = yield* host.call("list_agents", { status: "all" })
  assert.lengthOf(all.text.match(/^- ses_/gm) ?? [], 4)
})

/** Returns when the agent has asked for a permission. */
const askedOn =
  ({ server }: Served) =>
  (id: string): Effect.Effect<void> =>
    server.client.events(Ids.SessionId.make(id)).pipe(
      Stream.filter(({ event }) => event.type === "tool_approval_requested"),
      Stream.take(1),
      Stream.runDrain,
      Effect.orDie
    )

describe.each(Object.entries(transports))("the tools on %s", (_, connect) => {
  it.live(
    "are the same nine in the same order in every version, and each does what it is there for",
    () =>
      Effect.gen(function* () {
        const place = yield* served
        const seen = yield* Effect.forEach(
          McpHost.versions,
          Effect.fnUntraced(function* (version) {
            const host = yield* connect(place, { name: `host of ${version}`, version })
            yield* tour(host, askedOn(place))
            return host.tools.map(({ description, inputSchema: { properties, required, type }, name }) => ({
              name,
              description,
              properties,
              required,
              type
            }))
          }, Effect.scoped),
          { concurrency: 4 }
        )
        assert.deepStrictEqual(
          seen[0]?.map(({ name }) => name),
          names
        )
        for (const tools of seen) assert.deepStrictEqual(tools, seen[0])
      }),
    120_000
  )
})

/** The version without a handshake, which the SDK does not have: the library's client speaks it. */
const stateless = {
  "standard input and output": ({ workplace }: Served) =>
    McpClient.layerStdio({
      name: "stateless",
      version: "1",
      protocol: McpProtocol.v2026_07_28,
      command: ChildProcess.make(process.execPath, ["--conditions=@offshoot/source", Program.bin, "mcp"], {
        cwd: workplace.folder,
        env: Program.environmentOf({ cwd: workplace.folder, env: ServerProcess.environmentOf(workplace) })
      })
    }).pipe(Layer.provide(NodeServices.layer)),
  "streamable HTTP": ({ server }: Served) =>
    McpClient.layerHttp({
      name: "stateless",
      version: "1",
      protocol: McpProtocol.v2026_07_28,
      url: `${server.url}/mcp`,
      headers: { authorization: `Bearer ${server.token}` }
    }).pipe(Layer.provide(NodeHttpClient.layerFetch))
}

describe.each(Object.entries(stateless))("without a handshake, in version 2026-07-28, on %s", (_, layer) => {
  it.live(
    "the tools are the same, and an agent is started, waited for and read",
    () =>
      Effect.gen(function* () {
        const place = yield* served
        yield* Effect.gen(function* () {
          const client = yield* McpClient.McpClient
          assert.strictEqual(client.protocolVersion, "2026-07-28")
          const tools = yield* client.listTools()
          assert.deepStrictEqual(
            tools.map(({ name }) => name),
            names
          )
          const call = (name: string, args: Readonly<Record<string, unknown>>) =>
            Effect.gen(function* () {
              const tool = tools.find((one) => one.name === name)
              if (tool === undefined) return yield* Effect.die(new Error(`no tool ${name}`))
              return yield* client.callTool({ tool, arguments: { ...args } })
            })
          yield* call("spawn_agent", { prompt: "by nobody's hand", agent: "echo" })
          const { content } = yield* call("wait_agents", { timeout_seconds: 40 })
          const [text] = content
          assert.include(text?.type === "text" ? text.text : "", "\n| by nobody's hand")
        }).pipe(Effect.provide(layer(place)))
      }),
    60_000
  )
})
