/** A program that runs for a session and starts `offshoot mcp`: its agents stand below that session, within its limits. */
import { assert, describe, it } from "@effect/vitest"
import { Background, Program, Record, ServerProcess, Workplace } from "@offshoot/test-e2e"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const toJson = Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

const line = (message: object): string => quoted(toJson({ jsonrpc: "2.0", ...message }))

const call = (id: number, name: string, args: object): string =>
  line({ id, method: "tools/call", params: { name, arguments: args } })

/** A host in the shell: one more of itself below it, and an `echo`. It goes away when its last call is answered. */
const lines = [
  line({
    id: 0,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "inner", version: "1" } }
  }),
  line({ method: "notifications/initialized" }),
  call(1, "spawn_agent", { prompt: "again", agent: "inner", title: "below" }),
  call(2, "spawn_agent", { prompt: "leaf", agent: "echo", title: "beside" }),
  call(3, "wait_agents", { timeout_seconds: 40 })
].join(" ")

const script = (held: string): string =>
  [
    `exec 9<>${quoted(held)}`,
    'said="$HOME/said-$$"; mkfifo "$said"',
    `{ printf '%s\\n' ${lines}; grep -qm1 '"id":3' < "$said"; } | ${quoted(process.execPath)} --conditions=@offshoot/source ${quoted(Program.bin)} mcp | tee "$said"`
  ].join("\n")

describe("a program of a session that starts offshoot mcp", () => {
  it.live(
    "spawns below its own session, with its depth and its budget",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make({
          config: { limits: { depth: 2 } },
          agents: (folder, { held }) => ({
            inner: { protocol: "command", command: ["sh", "-c", script(held)], stdin: "none", env: { HOME: folder } }
          })
        })
        const { client } = yield* ServerProcess.start(workplace)
        const root = yield* client.calls.sessions.create({ payload: null })
        yield* client.calls.sessions.spawn({
          params: { id: root.id },
          payload: { prompt: "begin", agent: "inner", title: "top", budget: { spawns: 1 } }
        })
        yield* Record.settled(client, root.id)
        const known = yield* Record.tree(client, root.id)
        assert.deepStrictEqual(
          known.map(({ session }) => [session.title, session.depth]),
          [
            [root.title, 0],
            ["top", 1],
            ["below", 2]
          ]
        )
        const said = known.map(({ result }) => Option.getOrUndefined(result)?.text ?? "")
        assert.match(said[1] ?? "", /Started ses_.*budget_exhausted/s)
        assert.match(said[2] ?? "", /depth_exceeded|budget_exhausted/)
        assert.deepStrictEqual(Background.servers(workplace), [])
      }),
    60_000
  )
})
