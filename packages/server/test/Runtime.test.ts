import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { ExternalChildRunner, Ids, Offshoot, SessionStore } from "@offshoot/core"
import * as ScriptedRunner from "@offshoot/core/testing/ScriptedRunner"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Client from "../src/Client.ts"
import * as Server from "../src/Server.ts"
import { token } from "./serving.ts"

/** A client of a whole server in this process: real runtime, real sockets, a scripted agent `actor`. */
const running = Effect.gen(function* () {
  const runtime = Offshoot.layer.pipe(
    Layer.provideMerge(SessionStore.layerMemory),
    Layer.provide([
      ExternalChildRunner.layer([ScriptedRunner.make({ agent: "actor", census: { open: 0, started: 0 } })]),
      ScriptedRunner.directory("actor")
    ])
  )
  const context = yield* Layer.build(
    Server.layer({ ...Server.defaults, host: "127.0.0.1", port: 0, token: Redacted.make(token) }).pipe(
      Layer.provide(ScriptedRunner.directory("actor")),
      Layer.provide(runtime)
    )
  )
  const { address } = Context.get(context, HttpServer.HttpServer)
  const port = address._tag === "UnixPathAddress" ? 0 : address.port
  return yield* Client.make({ baseUrl: `http://127.0.0.1:${port}`, token: Redacted.make(token) }).pipe(
    Effect.provide(NodeHttpClient.layerNodeHttp)
  )
})

describe("the whole way over HTTP", () => {
  it.live("three children are spawned, waited for, and looked at", () =>
    Effect.gen(function* () {
      const { calls } = yield* running
      assert.strictEqual((yield* calls.agents.list()).items[0]?.id, "actor")
      assert.deepStrictEqual(yield* calls.agents.models(), { items: [] })
      const root = yield* calls.sessions.create({ payload: { title: "root" } })
      const prompts = ["append one\nleave notes.txt näh", "append two", "fail no luck"]
      for (const prompt of prompts) {
        const spawned = yield* calls.sessions.spawn({
          params: { id: root.id },
          payload: { prompt, title: prompt, agent: "actor" }
        })
        assert.strictEqual(spawned.session.parentId, root.id)
      }
      const waited = yield* calls.sessions.wait({ params: { id: root.id }, payload: null })
      assert.strictEqual(waited.state, "satisfied")
      assert.deepStrictEqual(waited.children.map((child) => child.status).toSorted(), [
        "completed",
        "completed",
        "error"
      ])
      for (const child of waited.children) {
        const result = yield* calls.sessions.result({ params: { id: child.id } })
        assert.strictEqual(result.status, child.status)
        assert.strictEqual(result.error, child.status === "error" ? "no luck" : undefined)
      }
      const listed = yield* calls.sessions.children({ params: { id: root.id }, query: { limit: 2 } })
      assert.strictEqual(listed.items.length, 2)
      assert.isString(listed.nextCursor)
      assert.strictEqual((yield* calls.sessions.tree({ params: { id: root.id } })).children.length, 3)
      const first = waited.children.find((child) => child.title.startsWith("append one"))
      const firstId = first?.id ?? root.id
      const { artifacts: [left] = [] } = yield* calls.sessions.result({ params: { id: firstId } })
      assert.deepInclude(left, { kind: "text", name: "notes.txt", mediaType: "text/plain", bytes: 4 })
      const artifactId = left?.kind === "text" ? left.id : Ids.ArtifactId.make("none")
      const artifact = yield* calls.sessions.artifact({ params: { id: firstId, artifactId } })
      assert.deepInclude(artifact, { sessionId: firstId, text: "näh", encoding: "utf-8" })
      const foreign = yield* Effect.flip(calls.sessions.artifact({ params: { id: root.id, artifactId } }))
      assert.strictEqual(foreign._tag, "ArtifactNotFound")
      const messages = yield* calls.sessions.messages({ params: { id: firstId }, query: {} })
      assert.deepStrictEqual(
        messages.items.map((message) => message.role),
        ["user", "assistant"]
      )
    })
  )

  it.live("a settled child's stream is replayed and ends; the feed goes on from any number", () =>
    Effect.gen(function* () {
      const client = yield* running
      const { sessions } = client.calls
      const root = yield* sessions.create({ payload: null })
      const child = (yield* sessions.spawn({ params: { id: root.id }, payload: { prompt: "say hi", agent: "actor" } }))
        .session
      yield* sessions.wait({ params: { id: root.id }, payload: null })
      const told = yield* Stream.runCollect(client.events(child.id))
      assert.strictEqual(told.at(-1)?.event.type, "complete")
      const whole = yield* client.feed().pipe(
        Stream.takeUntil((entry) => entry.event.type === "sub_agent_completed"),
        Stream.runCollect
      )
      const numbers = whole.map((entry) => Option.getOrElse(entry.number, () => -1))
      assert.deepStrictEqual(
        numbers,
        Array.from(numbers, (_, index) => index + 1)
      )
      const since = numbers[2] ?? 0
      const rest = yield* client.feed({ since }).pipe(Stream.take(numbers.length - 3), Stream.runCollect)
      assert.deepStrictEqual(
        rest.map((entry) => entry.number),
        whole.slice(3).map((entry) => entry.number)
      )
    })
  )

  it.live("a child is followed live, cancelled, and deleted with its parent", () =>
    Effect.gen(function* () {
      const client = yield* running
      const { sessions } = client.calls
      const root = yield* sessions.create({ payload: null })
      const spawn = sessions.spawn({
        params: { id: root.id },
        payload: { prompt: "say hi\nhang", agent: "actor" }
      })
      // The replay's first event says that the stream is open, so nothing of the child is missed.
      const told = yield* client.events(root.id).pipe(
        Stream.tap(({ event }) => (event.type === "session_created" ? Effect.asVoid(spawn) : Effect.void)),
        Stream.takeUntil(({ event }) => event.type === "sub_agent_event" && event.event.type === "token"),
        Stream.runCollect
      )
      assert.includeMembers(
        told.map(({ event }) => event.type),
        ["session_created", "sub_agent_started", "sub_agent_heartbeat"]
      )
      const [child = root] = (yield* sessions.children({ params: { id: root.id }, query: {} })).items
      assert.strictEqual((yield* sessions.get({ params: { id: child.id } })).run?.rounds, 0)
      const early = yield* Effect.flip(sessions.result({ params: { id: child.id } }))
      assert.strictEqual(early._tag, "NotSettled")
      const receipt = yield* sessions.cancel({ params: { id: child.id }, payload: { mode: "abort" } })
      assert.deepStrictEqual(receipt.cancelled, [child.id])
      const waited = yield* sessions.wait({ params: { id: root.id }, payload: { children: [child.id] } })
      assert.strictEqual(waited.children[0]?.reason, "by_user")
      yield* sessions.remove({ params: { id: root.id } })
      const gone = yield* Effect.flip(sessions.get({ params: { id: child.id } }))
      assert.strictEqual(gone._tag, "SessionNotFound")
    })
  )
})
