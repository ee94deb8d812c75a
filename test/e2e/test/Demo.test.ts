/** What somebody sees who starts the server for the first time, in this repository. */
import * as NodeChildProcess from "node:child_process"
import * as NodePath from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Program, RawHttp, Record, ServerProcess, Workplace } from "@offshoot/test-e2e"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** Nothing is set but where to find programs: the demo is what comes by itself. */
const untouched = { OFFSHOOT_DEMO: undefined, OFFSHOOT_CONFIG: undefined, OFFSHOOT_DATA_DIR: undefined }

describe("the demo", () => {
  it.live(
    "in a clone of this repository: its children end as they should, and the server goes on",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make({ dataDir: "clone/.offshoot" })
        const clone = NodePath.join(workplace.folder, "clone")
        NodeChildProcess.execFileSync("git", ["clone", "-q", Program.repository, clone], { stdio: "ignore" })
        const server = yield* ServerProcess.start(workplace, { env: untouched, cwd: clone })
        const told = yield* server.client
          .feed({ since: 0, types: ["sub_agent_completed"] })
          .pipe(Stream.take(8), Stream.runCollect)
        const parents = told.flatMap(({ event }) =>
          event.type === "sub_agent_completed" ? [event.parentSessionId] : []
        )
        const root = parents.find((id) => parents.filter((other) => other === id).length === 5)
        if (root === undefined) return assert.fail("five of the eight have one parent")
        const children = yield* Record.settled(server.client, root)
        const ends = children.map((session) => [session.agent ?? "in this process", Record.endOf(session)])
        assert.deepStrictEqual(Object.fromEntries(ends), {
          "in this process": "completed/done",
          "demo-lines": "completed/done",
          "demo-history": "completed/done",
          "demo-slow": "timeout/idle",
          "demo-fails": "error/agent_failed"
        })
        const textOf = (agent: string) =>
          Effect.forEach(
            children.filter((session) => session.agent === agent),
            ({ id }) => Effect.map(server.client.calls.sessions.result({ params: { id } }), ({ text }) => text)
          )
        assert.match((yield* textOf("demo-lines")).join(), /\d+ lines in \d+ tracked files/)
        assert.match((yield* textOf("demo-history")).join(), /\d+ commits, the last on \d{4}-\d{2}-\d{2}/)
        yield* server.line(/^✖ timeout .*Fall silent/)
        yield* server.line(new RegExp(`watch ${root}$`))
        assert.strictEqual((yield* RawHttp.ask(server, { path: "/healthz" })).status, 200)
        const stopped = yield* server.stop("SIGTERM")
        assert.deepStrictEqual([stopped.code, stopped.signal], [0, null], stopped.err)
        assert.deepStrictEqual(yield* workplace.alive, [])
      }),
    120_000
  )

  it.live(
    "is not there when nobody wants it",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make()
        const server = yield* ServerProcess.start(workplace, { env: { OFFSHOOT_DEMO: "0" } })
        assert.deepStrictEqual((yield* server.client.calls.sessions.list({ query: {} })).items, [])
        const agents = (yield* server.client.calls.agents.list()).items.map(({ id }) => id)
        assert.deepStrictEqual(
          agents.filter((id) => id.startsWith("demo")),
          []
        )
        const feed = yield* Record.feed(server.client)
        assert.strictEqual(feed.length, 1, "only the mark at the end of the feed")
        const stopped = yield* server.stop("SIGTERM")
        assert.strictEqual(stopped.code, 0)
        assert.strictEqual(stopped.out.length, 2, "where it is, and the link to its page, are all it says")
      }),
    60_000
  )
})
