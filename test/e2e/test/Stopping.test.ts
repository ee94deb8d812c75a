/** A server that is asked to stop while its children run. */
import { assert, describe, it } from "@effect/vitest"
import { Machine, RawHttp, Record, ServerProcess, Workplace } from "@offshoot/test-e2e"
import * as Effect from "effect/Effect"

describe("a server that is asked to stop", () => {
  it.live.each(["SIGTERM", "SIGINT"] as const)(
    "by %s: ends with 0 and nobody alive; what ran is cancelled, what was queued runs later",
    (signal) =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make({
          config: { limits: { concurrent: 2 }, shutdown: { drainSeconds: 0 } }
        })
        const first = yield* ServerProcess.start(workplace)
        const root = yield* first.client.calls.sessions.create({ payload: null })
        const {
          session: { id: stubborn }
        } = yield* Record.speaking(first.client, root.id, "stubborn")
        const {
          session: { id: nap }
        } = yield* Record.speaking(first.client, root.id, "nap")
        const queued = yield* Effect.forEach(["one", "two", "three"], (prompt) =>
          Effect.map(Record.spawn(first.client, root.id, "echo", { prompt }), ({ session }) => session.id)
        )
        assert.isAtLeast((yield* workplace.alive).length, 3)
        const helpers = Machine.childrenOf(first.pid).filter((pid) => Machine.commandOf(pid).includes("guardian"))
        assert.strictEqual(helpers.length, 1)
        const stream = yield* RawHttp.openStream(first, { path: `/v1/sessions/${root.id}/events` })

        const stopped = yield* first.stop(signal)
        assert.deepStrictEqual([stopped.code, stopped.signal], [0, null], stopped.err)
        assert.deepStrictEqual(yield* workplace.alive, [])
        assert.deepStrictEqual(
          helpers.filter((pid) => Machine.commandOf(pid).includes("guardian")),
          []
        )
        const frames = yield* stream.until(() => false)
        assert.deepStrictEqual(frames.at(-2), { _tag: "Other", text: ": the server is stopping" })

        const second = yield* ServerProcess.start(workplace)
        const children = yield* Record.settled(second.client, root.id)
        assert.deepStrictEqual(Object.fromEntries(children.map((session) => [session.id, Record.endOf(session)])), {
          [stubborn]: "cancelled/shutdown",
          [nap]: "cancelled/shutdown",
          ...Object.fromEntries(queued.map((id) => [id, "completed/done"]))
        })
        const feed = yield* Record.feed(second.client)
        assert.deepStrictEqual(Record.completionsOf(feed), Record.onceEach([stubborn, nap, ...queued]))
      }),
    180_000
  )

  it.live.each([
    ["SIGTERM", 143],
    ["SIGINT", 130]
  ] as const)(
    "by %s twice: ends at once with %i, and the programs end without it",
    ([signal, code]) =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make({ config: { shutdown: { drainSeconds: 0 } } })
        const server = yield* ServerProcess.start(workplace)
        const root = yield* server.client.calls.sessions.create({ payload: null })
        yield* Record.speaking(server.client, root.id, "scarce")
        const stream = yield* RawHttp.openStream(server, { path: `/v1/sessions/${root.id}/events` })
        yield* server.signal(signal)
        // The last word of the stream says that the stop has begun; its child would take it much longer.
        yield* stream.until((frame) => frame._tag === "Other" && frame.text.includes("stopping"))
        const stopped = yield* server.stop(signal)
        assert.deepStrictEqual([stopped.code, stopped.signal], [code, null], stopped.err)
        yield* workplace.programsGone
        assert.deepStrictEqual(yield* workplace.alive, [])
      }),
    180_000
  )

  it.live(
    "by SIGTERM: is not ready at once and accepts nothing, and what runs may come to its end first",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make({ config: { shutdown: { drainSeconds: 120 } } })
        const first = yield* ServerProcess.start(workplace)
        const root = yield* first.client.calls.sessions.create({ payload: null })
        const { session } = yield* Record.speaking(first.client, root.id, "gated")
        yield* first.signal("SIGTERM")
        yield* first.line(/^offshoot draining 1 running/)
        const ready = yield* RawHttp.ask(first, { path: "/readyz" })
        assert.strictEqual(ready.status, 503)
        assert.strictEqual((yield* RawHttp.ask(first, { path: "/healthz" })).status, 200)
        const refused = yield* Effect.flip(
          first.client.calls.sessions.spawn({ params: { id: root.id }, payload: { prompt: "x", agent: "echo" } })
        )
        assert.strictEqual(refused._tag, "ShuttingDown")
        yield* workplace.openGate("now")
        const ended = yield* first.ended
        assert.deepStrictEqual([ended.code, ended.signal], [0, null], ended.err)
        const second = yield* ServerProcess.start(workplace)
        const result = yield* second.client.calls.sessions.result({ params: { id: session.id } })
        assert.deepStrictEqual([result.status, result.reason], ["completed", "done"])
        assert.include(result.text, "released by now")
      }),
    180_000
  )

  it.live(
    "by a second SIGTERM while it drains: ends at once, and the next start says what was lost",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make({ config: { shutdown: { drainSeconds: 120 } } })
        const first = yield* ServerProcess.start(workplace)
        const root = yield* first.client.calls.sessions.create({ payload: null })
        const { session } = yield* Record.speaking(first.client, root.id, "nap")
        yield* first.signal("SIGTERM")
        yield* first.line(/^offshoot draining/)
        const ended = yield* first.stop("SIGTERM")
        assert.strictEqual(ended.code, 143)
        const second = yield* ServerProcess.start(workplace)
        const result = yield* second.client.calls.sessions.result({ params: { id: session.id } })
        assert.deepStrictEqual([result.status, result.reason], ["error", "lost"])
      }),
    180_000
  )
})
