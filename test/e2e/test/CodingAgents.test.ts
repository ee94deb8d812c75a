/** Coding agents under the real server: none outlives it, each is asked for, each goes on. */
import { assert, describe, it } from "@effect/vitest"
import { CodingAgents, Record, ServerProcess, Workplace } from "@offshoot/test-e2e"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** At work with a tool that has daemonised, one in the program's group, and no intention to stop. */
const family = ["ignore-sigterm", "ignore-eof", "child", "daemon", "marked-daemon", "say ready", "hang"].join("\n")

const started = Effect.gen(function* () {
  const workplace = yield* Workplace.make({ agents: CodingAgents.settings })
  const server = yield* ServerProcess.start(workplace)
  const root = yield* server.client.calls.sessions.create({ payload: null })
  return { workplace, server, root, client: server.client }
})

/** One child of every wire, each with its family. */
const crowd = Effect.fnUntraced(function* ({ client, root, workplace }: Effect.Success<typeof started>) {
  const spawned = yield* Effect.forEach(
    CodingAgents.ids,
    (id) => Record.speaking(client, root.id, id, { prompt: family }),
    { concurrency: CodingAgents.ids.length }
  )
  assert.isAtLeast((yield* workplace.alive).length, CodingAgents.ids.length * 4)
  return spawned
})

describe("coding agents and the end of their server", () => {
  it.live(
    "SIGTERM leaves nobody of them, daemons included",
    () =>
      Effect.gen(function* () {
        const world = yield* started
        yield* crowd(world)
        yield* world.server.stop("SIGTERM")
        yield* world.workplace.programsGone
        assert.deepStrictEqual(yield* world.workplace.alive, [])
      }),
    180_000
  )

  it.live(
    "kill -9 leaves nobody of them, daemons included, without a next server",
    () =>
      Effect.gen(function* () {
        const world = yield* started
        yield* crowd(world)
        yield* world.server.stop("SIGKILL")
        yield* world.workplace.programsGone
        assert.deepStrictEqual(yield* world.workplace.alive, [])
      }),
    180_000
  )
})

describe("a coding agent under the server", () => {
  it.live(
    "that asks waits for an answer over HTTP, and does what it says",
    () =>
      Effect.gen(function* () {
        const { client, root } = yield* started
        const ask = (id: string) =>
          `ask call_${id} Bash {"command":"make ${id}"} -> approved:granted/denied:refused/cancelled:dismissed`
        const children = yield* Effect.forEach(CodingAgents.ids, (id) =>
          Record.spawn(client, root.id, id, { prompt: ask(id) })
        )
        // One request of each child, as they come.
        const asked = yield* client.feed({ since: 0 }).pipe(
          Stream.filter(({ event }) => event.type === "tool_approval_requested"),
          Stream.take(children.length),
          Stream.runCollect
        )
        assert.lengthOf(asked, children.length)
        const { items } = yield* client.calls.requests.list({ query: {} })
        yield* Effect.forEach(items, (request) =>
          client.calls.requests.answer({ params: { id: request.id }, payload: { decision: "approve" } })
        )
        const ended = yield* Record.settled(client, root.id)
        assert.deepStrictEqual([...new Set(ended.map((session) => Record.endOf(session)))], ["completed/done"])
        for (const { session } of children) {
          const { text } = yield* client.calls.sessions.result({ params: { id: session.id } })
          assert.include(text, "granted")
        }
      }),
    180_000
  )

  it.live(
    "goes on with its own conversation: after a message, and after kill -9",
    () =>
      Effect.gen(function* () {
        const { client, root, server, workplace } = yield* started
        const { session } = yield* Record.spawn(client, root.id, "claude", { prompt: "session" })
        yield* Record.settled(client, root.id)
        const first = yield* client.calls.sessions.result({ params: { id: session.id } })
        const conversation = /begun (\S+)/.exec(first.text)?.[1] ?? "none was begun"
        assert.strictEqual(first.resume, conversation)

        yield* client.calls.messages.send({ params: { id: session.id }, payload: { text: "session", mode: "queue" } })
        yield* Record.settled(client, root.id)
        const second = yield* client.calls.sessions.result({ params: { id: session.id } })
        assert.include(second.text, `resumed ${conversation}`)

        const cut = yield* Record.speaking(client, root.id, "claude", { prompt: "say half\nhang" })
        yield* server.stop("SIGKILL")
        const next = yield* ServerProcess.start(workplace)
        yield* Record.settled(next.client, root.id)
        const third = yield* next.client.calls.sessions.result({ params: { id: cut.session.id } })
        assert.strictEqual(third.status, "completed")
        assert.include(third.text, "Your process was ended in the middle of its work")
      }),
    180_000
  )

  it.live(
    "whose workspace is not allowed is told where it may be",
    () =>
      Effect.gen(function* () {
        const { client, root } = yield* started
        yield* Effect.orDie(
          client.calls.sessions.spawn({
            params: { id: root.id },
            payload: { prompt: "say no", agent: "claude", workspace: "/" }
          })
        )
        const [child] = yield* Record.settled(client, root.id)
        assert.strictEqual(child === undefined ? "" : Record.endOf(child), "error/setup")
        assert.include(child?.error, "agents.claude.roots")
      }),
    180_000
  )
})
