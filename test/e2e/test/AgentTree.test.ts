/** Agents in the real server: a tree of parents that wait on every level, and `kill -9` while they do. */
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Record, ServerProcess, Workplace } from "@offshoot/test-e2e"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

/** A conversation that spawns as many as it says, waits for them, and says what they said. */
const parent = (name: string, count: number, prompt: string) => ({
  name,
  when: { user: { startsWith: name } },
  steps: [
    {
      toolCalls: [
        {
          name: "SubAgent",
          label: "child",
          params: { action: "create", title: `${prompt} {{number}}`, prompt: `${prompt} {{number}}` },
          repeat: count
        }
      ]
    },
    {
      toolCalls: [
        { name: "SubAgent", params: { action: "wait", child_session_ids: "{{tools.child.child_session_id}}" } }
      ]
    },
    { text: `${name}: {{children.answer}}` }
  ]
})

const [middles, leaves] = [20, 20]

const tree = {
  name: "tree",
  conversations: [
    parent("top", middles, "middle"),
    parent("middle", leaves, "leaf"),
    { name: "leaf", steps: [{ text: "{{prompt}}", pauseMs: 1_500 }] }
  ]
}

const toJson = Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))

const textOf = (): string => {
  const below = Array.from({ length: leaves }, (_, at) => `leaf ${at + 1}`).join("\n")
  return `top: ${Array.from({ length: middles }, () => `middle: ${below}`).join("\n")}`
}

/** Completed sessions of the whole tree at which the next process is killed. */
const deaths = [1, 60, 250]

describe("a scripted tree of 1 + 20 + 400 sessions in the real server", () => {
  it.live(
    "waits on each level with fewer slots than parents, is killed three times, and settles once each, from below",
    () =>
      Effect.gen(function* () {
        const config = { scripts: ["tree.json"], models: { default: "scripted:tree" }, limits: { concurrent: 12 } }
        const workplace = yield* Workplace.make({ config })
        NodeFS.writeFileSync(NodePath.join(workplace.folder, "tree.json"), toJson(tree))
        const env = { OFFSHOOT_DEMO: "0" }
        let server = yield* ServerProcess.start(workplace, { env })
        const root = yield* server.client.calls.sessions.create({ payload: { prompt: "top" } })
        yield* server.client.calls.sessions.run({ params: { id: root.id } })
        const completions = (count: number) =>
          server.client.feed({ since: 0, types: ["sub_agent_completed"] }).pipe(Stream.take(count), Stream.runCollect)
        for (const count of deaths) {
          yield* completions(count)
          assert.strictEqual((yield* server.stop("SIGKILL")).signal, "SIGKILL")
          server = yield* ServerProcess.start(workplace, { env })
        }
        const told = yield* completions(middles + middles * leaves)
        const completed = told.flatMap(({ event }) => (event.type === "sub_agent_completed" ? [event] : []))
        const order = new Map(completed.map(({ childSessionId }, at) => [childSessionId, at]))
        assert.strictEqual(order.size, middles + middles * leaves, "each of them once")
        assert.deepStrictEqual(new Set(completed.map(({ status }) => status)), new Set(["completed"]))
        const early = completed.filter(
          ({ parentSessionId }, at) => parentSessionId !== root.id && (order.get(parentSessionId) ?? -1) < at
        )
        assert.deepStrictEqual(early, [], "no parent before its child")
        yield* Stream.runDrain(server.client.events(root.id))
        const result = yield* server.client.calls.sessions.result({ params: { id: root.id } })
        assert.strictEqual(result.text, textOf())
        const feed = yield* Record.feed(server.client)
        assert.deepStrictEqual(Record.numbersOf(feed), Record.gapFree(feed.length))
      }),
    300_000
  )
})
