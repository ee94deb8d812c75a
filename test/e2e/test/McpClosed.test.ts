/** A request to `/mcp` whose connection is closed in the middle of a wait. */
import { assert, describe, it } from "@effect/vitest"
import { McpHost, RawHttp, ServerProcess, Workplace } from "@offshoot/test-e2e"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const toJson = Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))

const accept = "application/json, text/event-stream"

const posted = (message: object, headers: Readonly<Record<string, string>> = {}): RawHttp.Asked => ({
  method: "POST",
  path: "/mcp",
  headers: { accept, ...headers },
  body: toJson({ jsonrpc: "2.0", ...message })
})

describe("a closed connection", () => {
  it.live(
    "gives up the wait and cancels nothing",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make()
        const server = yield* ServerProcess.start(workplace)
        const host = yield* McpHost.at({ ...server, name: "closer" })
        const { data } = yield* host.call("spawn_agent", { prompt: "x", agent: "gated" })
        const begun = yield* RawHttp.ask(
          server,
          posted({
            id: 0,
            method: "initialize",
            params: {
              protocolVersion: "2025-11-25",
              capabilities: {},
              clientInfo: { name: "closer", version: "1" }
            }
          })
        )
        const session = {
          "mcp-session-id": String(begun.headers["mcp-session-id"]),
          "mcp-protocol-version": "2025-11-25",
          "content-type": "application/json"
        }
        yield* RawHttp.ask(server, posted({ method: "notifications/initialized" }, session))
        const wait = yield* RawHttp.openStream(
          server,
          posted(
            {
              id: 1,
              method: "tools/call",
              params: { name: "wait_agents", arguments: {}, _meta: { progressToken: "mine" } }
            },
            session
          )
        )
        const frames = yield* wait.until((frame) => frame._tag === "Event")
        assert.strictEqual(RawHttp.eventsOf(frames)[0]?.event["method"], "notifications/progress")
        yield* wait.close
        yield* workplace.openGate("somebody")
        const { text } = yield* host.call("wait_agents", { agent_ids: [data.agent_id], timeout_seconds: 45 })
        assert.include(text, "| released by somebody")
      }),
    40_000
  )
})
