/** Hosts that come, die and come again, and servers that do: work that was accepted goes on, and each sees its own. */
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Ids } from "@offshoot/core"
import { Background, McpHost, Program, Record, ServerProcess, Workplace } from "@offshoot/test-e2e"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

const toJson = Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))

/** A host in a folder of its own below the workplace. */
const hostIn = (workplace: Workplace.Workplace, folder: string, name: string) =>
  Effect.suspend(() => {
    const cwd = NodePath.join(workplace.folder, folder)
    NodeFS.mkdirSync(cwd, { recursive: true })
    return McpHost.start({ cwd, env: Background.environmentOf(workplace), name })
  })

const started = Effect.fnUntraced(function* (host: McpHost.McpHost, args: Readonly<Record<string, unknown>>) {
  const { data, text } = yield* host.call("spawn_agent", args)
  assert.isDefined(data.agent_id, text)
  return data.agent_id ?? ""
})

const idsOf = (host: McpHost.McpHost) =>
  Effect.map(host.call("list_agents", { status: "all" }), ({ data }) => (data.agents ?? []).map((one) => one.agent_id))

const program = NodePath.join(import.meta.dirname, "../src/mcpHostProgram.ts")

describe("two hosts on one empty data directory", () => {
  it.live(
    "start one server, have a tree each, reach nothing of each other, and find their own again",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Background.workplace()
        const left = yield* hostIn(workplace, "left", "twin")
        const right = yield* hostIn(workplace, "right", "twin")
        const [mine, other] = yield* Effect.all(
          [
            started(left, { prompt: "left's", agent: "nap", request_key: "key" }),
            started(right, { prompt: "right's", agent: "gated", request_key: "key" })
          ],
          { concurrency: 2 }
        )
        const { pid } = Background.found(workplace)
        const client = yield* Background.client(workplace)
        const { items: roots } = yield* client.calls.sessions.list({ query: {} })
        assert.lengthOf(
          roots.filter(({ kind }) => kind === "root"),
          2
        )
        assert.deepStrictEqual(yield* idsOf(left), [mine])
        assert.deepStrictEqual(yield* idsOf(right), [other])
        for (const [tool, args] of [
          ["get_result", {}],
          ["send_message", { message: "obey" }],
          ["cancel_agent", {}]
        ] as const) {
          const answer = yield* left.call(tool, { agent_id: other, ...args })
          assert.match(answer.text, /^session_not_found: /, tool)
        }
        const waited = yield* left.call("wait_agents", { agent_ids: [other], timeout_seconds: 0 })
        assert.strictEqual(waited.outcome, "refused", waited.text)
        const rootOf = roots.find(({ kind, title }) => kind === "root" && title.includes("right"))?.id
        assert.isDefined(rootOf)
        assert.match((yield* left.call("cancel_agent", { agent_id: rootOf })).text, /^session_not_found: /)
        assert.include(
          (yield* Effect.flip(left.read(`offshoot://agents/${other}/result`))).message,
          "session_not_found"
        )

        yield* left.leave
        yield* right.leave
        const again = yield* hostIn(workplace, "right", "twin")
        assert.strictEqual(yield* started(again, { prompt: "right's", agent: "gated", request_key: "key" }), other)
        yield* workplace.openGate("the test")
        const { text } = yield* again.call("wait_agents", { agent_ids: [other], timeout_seconds: 45 })
        assert.include(text, "| released by the test")
        assert.strictEqual(Background.found(workplace).pid, pid, "the same server all the time")
        assert.deepStrictEqual(Background.servers(workplace), [pid])
        const stranger = yield* hostIn(workplace, "right", "another")
        assert.deepStrictEqual(yield* idsOf(stranger), [])
      }),
    60_000
  )
})

describe("a host that is killed", () => {
  it.live(
    "in the middle of a wait leaves its agents at work, and its successor finds them",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Background.workplace()
        const env = Background.environmentOf(workplace)
        const killed = yield* Program.start(
          ["killed", `spawn_agent ${toJson({ prompt: "x", agent: "gated" })}`, `wait_agents ${toJson({})}`],
          { cwd: workplace.folder, env, entry: program }
        )
        const id = /ses_\w+/.exec(yield* killed.line(/^answer Started/))?.[0] ?? ""
        yield* killed.line(/^progress/)
        yield* killed.signal("SIGKILL")
        // Its standard error is also that of the `offshoot mcp` that it has started: both are gone.
        yield* killed.ended
        const next = yield* McpHost.start({ cwd: workplace.folder, env, name: "killed" })
        assert.deepStrictEqual(yield* idsOf(next), [id])
        yield* workplace.openGate("the successor")
        const { text } = yield* next.call("wait_agents", { timeout_seconds: 45 })
        assert.include(text, "| released by the successor")
      }),
    60_000
  )

  it.live(
    "in the middle of a spawn leaves an agent or none, and the same key finds it or starts it",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make()
        const server = yield* ServerProcess.start(workplace)
        const env = ServerProcess.environmentOf(workplace)
        const agents = Array.from({ length: 32 }, (_, index) => ({
          prompt: `number ${index}`,
          agent: "echo",
          request_key: `key ${index}`
        }))
        const killed = yield* Program.start(["killed", `spawn_agents ${toJson({ agents })}`], {
          cwd: workplace.folder,
          env,
          entry: program
        })
        // The first that is accepted: the others are on their way.
        yield* server.client.feed({ since: 0 }).pipe(
          Stream.filter(({ event }) => event.type === "sub_agent_started"),
          Stream.take(1),
          Stream.runDrain
        )
        yield* killed.signal("SIGKILL")
        yield* killed.ended
        const next = yield* McpHost.start({ cwd: workplace.folder, env, name: "killed" })
        const { data } = yield* next.call("spawn_agents", { agents })
        const ids = (data.agents ?? []).map((one) => one.agent_id)
        assert.lengthOf(new Set(ids), agents.length)
        const all = yield* next.call("wait_agents", { agent_ids: ids, timeout_seconds: 45 })
        assert.include(all.text, "32 of 32 have settled")
        assert.lengthOf(yield* idsOf(next), agents.length)
        const { items } = yield* server.client.calls.sessions.list({ query: { limit: 200 } })
        assert.deepStrictEqual(
          items.filter(({ kind }) => kind === "child").map((session) => Record.endOf(session)),
          agents.map(() => "completed/done")
        )
      }),
    60_000
  )
})

describe("a call that is given up", () => {
  it.live(
    "cancels no agent, on either transport, and the next one tells of its end",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make()
        const server = yield* ServerProcess.start(workplace)
        for (const host of [
          yield* McpHost.start({ cwd: workplace.folder, env: ServerProcess.environmentOf(workplace) }),
          yield* McpHost.at(server)
        ]) {
          const id = yield* started(host, { prompt: "x", agent: "gated" })
          const waiting = yield* host.waiting({ agent_ids: [id] })
          yield* waiting.giveUp
          assert.match((yield* Effect.flip(waiting.answer)).message, /abort/i)
          yield* workplace.openGate("nobody else")
          const { text } = yield* host.call("wait_agents", { agent_ids: [id], timeout_seconds: 45 })
          assert.include(text, "| released by nobody else")
        }
      }),
    30_000
  )
})

describe("a server that is killed under a host", () => {
  it.live(
    "in the middle of a wait is told clearly, and the next call starts another one, which has everything",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Background.workplace()
        const host = yield* hostIn(workplace, "here", "survivor")
        const done = yield* started(host, { prompt: "remember me", agent: "echo" })
        yield* host.call("wait_agents", { agent_ids: [done], timeout_seconds: 45 })
        const cut = yield* started(host, { prompt: "x", agent: "nap" })
        const waiting = yield* host.waiting({ agent_ids: [cut] })
        const { pid } = Background.found(workplace)
        process.kill(pid, "SIGKILL")
        const lost = yield* waiting.answer
        assert.match(lost.text, /^server_unreachable: the server does not answer\nTry again/)
        const { data } = yield* host.call("list_agents", { status: "all" })
        assert.sameMembers(
          (data.agents ?? []).map((one) => one.agent_id ?? ""),
          [done, cut]
        )
        assert.notStrictEqual(Background.found(workplace).pid, pid)
        assert.include((yield* host.call("get_result", { agent_id: done })).text, "| remember me")
        const { text } = yield* host.call("wait_agents", { agent_ids: [cut], timeout_seconds: 45 })
        assert.match(text, /error\/lost/)
      }),
    60_000
  )
})

describe("a server that nobody needs", () => {
  it.live(
    "ends by itself after its agents have, and not before",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make()
        const server = yield* ServerProcess.start(workplace, { args: ["--idle-exit", "0.03"] })
        const id = yield* started(yield* McpHost.at(server), { prompt: "x", agent: "slow" })
        const { code, out } = yield* server.ended
        assert.strictEqual(code, 0)
        assert.include(out.join("\n"), "idle for")
        const next = yield* ServerProcess.start(workplace)
        const { text } = yield* next.client.calls.sessions.result({ params: { id: Ids.SessionId.make(id) } })
        assert.include(text, "done")
      }),
    30_000
  )
})
