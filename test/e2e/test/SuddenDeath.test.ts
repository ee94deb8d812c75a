/** `kill -9` of the server, at the worst moments there are. */
import { assert, describe, it } from "@effect/vitest"
import type { Ids } from "@offshoot/core"
import { Dice, type Agents, Record, ServerProcess, Workplace } from "@offshoot/test-e2e"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

const terminal: ReadonlySet<string> = new Set(["completed", "error", "timeout", "cancelled", "skipped"])

describe("kill -9 of the server", () => {
  it.live(
    "right after the last 202: what was queued runs once, what was running is lost, and the parent is told of each",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make({ config: { limits: { concurrent: 1 } } })
        const first = yield* ServerProcess.start(workplace)
        const root = yield* first.client.calls.sessions.create({ payload: null })
        const running = yield* Record.speaking(first.client, root.id, "stubborn")
        const queued = yield* Effect.forEach(
          Array.from({ length: 19 }, (_, index) => `child ${index}`),
          (prompt) => Record.spawn(first.client, root.id, "echo", { prompt, requestKey: prompt }),
          { concurrency: 19 }
        )
        const died = yield* first.stop("SIGKILL")
        assert.strictEqual(died.signal, "SIGKILL")

        const second = yield* ServerProcess.start(workplace)
        const { client } = second
        const children = yield* Record.settled(client, root.id)
        const accepted = [running, ...queued]
        assert.deepStrictEqual(
          Object.fromEntries(children.map((session) => [session.id, Record.endOf(session)])),
          Object.fromEntries(
            accepted.map(({ session }) => [
              session.id,
              session.id === running.session.id ? "error/lost" : "completed/done"
            ])
          )
        )
        assert.match(children.find(({ id }) => id === running.session.id)?.error ?? "", /^the server stopped/)
        for (const { session } of queued) {
          const result = yield* client.calls.sessions.result({ params: { id: session.id } })
          assert.match(result.text, /^child \d+$/)
        }
        const feed = yield* Record.feed(client)
        assert.deepStrictEqual(Record.numbersOf(feed), Record.gapFree(feed.length))
        assert.deepStrictEqual(Record.completionsOf(feed), Record.onceEach(accepted.map(({ session }) => session.id)))
        assert.deepStrictEqual(Record.endsOf(feed), Record.onceEach(accepted.map(({ runId }) => runId)))
        const repeated = yield* Record.spawn(client, root.id, "echo", { prompt: "child 0", requestKey: "child 0" })
        assert.strictEqual(repeated.runId, queued[0]?.runId, "a request key is remembered over the death")
        yield* workplace.programsGone
        assert.deepStrictEqual(yield* workplace.alive, [])
      }),
    180_000
  )

  it.live(
    "without a next server the guardian ends every program",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make()
        const server = yield* ServerProcess.start(workplace)
        const root = yield* server.client.calls.sessions.create({ payload: null })
        for (const agent of ["stubborn", "nap"] as const) yield* Record.speaking(server.client, root.id, agent)
        assert.isAtLeast((yield* workplace.alive).length, 3)
        yield* server.stop("SIGKILL")
        yield* workplace.programsGone
        assert.deepStrictEqual(yield* workplace.alive, [])
      }),
    180_000
  )

  const seed = 20_261
  it.live(
    `at five moments with fifty children in flight: nothing is lost, nothing is told twice (seed ${seed})`,
    () =>
      Effect.gen(function* () {
        const dice = Dice.make(seed)
        const workplace = yield* Workplace.make({ config: { limits: { concurrent: 12 } } })
        const lot: readonly [Agents.AgentId, ...ReadonlyArray<Agents.AgentId>] = [
          "echo",
          "echo",
          "echo",
          "fail",
          "family",
          "nap",
          "scarce",
          "echo"
        ]
        const roots: Array<Ids.SessionId> = []
        const accepted: Array<{ readonly id: Ids.SessionId; readonly runId: Ids.RunId }> = []

        /** One life of the server: it dies when so many new events are on the feed, while spawns still come in. */
        const life = Effect.gen(function* () {
          const server = yield* ServerProcess.start(workplace)
          const { client } = server
          const root = yield* client.calls.sessions.create({ payload: null })
          roots.push(root.id)
          const since = yield* Effect.map(Record.feed(client), (feed) => feed.length)
          const moment = dice.between(10, 199)
          const spawning = Effect.forEach(
            Array.from({ length: 50 }, () => dice.pick(lot)),
            (agent) =>
              Effect.map(Record.spawn(client, root.id, agent), ({ runId, session }) => {
                accepted.push({ id: session.id, runId })
              }),
            { concurrency: 10, discard: true }
          )
          yield* Effect.forkScoped(Effect.ignoreCause(spawning))
          yield* client.feed({ since }).pipe(Stream.take(moment), Stream.runDrain)
          yield* server.stop("SIGKILL")
        })
        for (let count = 0; count < 5; count++) yield* Effect.scoped(life)

        const { client } = yield* ServerProcess.start(workplace)
        for (const id of roots) {
          yield* client.calls.sessions
            .cancel({ params: { id }, payload: { mode: "abort" } })
            .pipe(Effect.catchTag("NotInFlight", () => Effect.succeed({ cancelled: [] })))
        }
        const children = (yield* Effect.forEach(roots, (id) => Record.settled(client, id))).flat()
        assert.isAbove(children.length, 50, "the moments are early, but not that early")
        assert.deepStrictEqual(
          children.filter(({ status }) => !terminal.has(status)),
          []
        )
        const ids = children.map(({ id }) => id)
        const known = new Set(ids)
        assert.deepStrictEqual(
          accepted.filter(({ id }) => !known.has(id)),
          [],
          "what was answered with 202 is there"
        )
        const feed = yield* Record.feed(client)
        assert.deepStrictEqual(Record.numbersOf(feed), Record.gapFree(feed.length))
        assert.deepStrictEqual(Record.completionsOf(feed), Record.onceEach(ids))
        assert.deepStrictEqual(
          Object.values(Record.endsOf(feed)).filter((times) => times !== 1),
          []
        )
        const ends = Record.tally(children.map(Record.endOf))
        const possible = new Set([
          "completed/done",
          "error/agent_failed",
          "error/lost",
          "cancelled/by_user",
          "cancelled/by_parent",
          "cancelled/before_launch"
        ])
        assert.deepStrictEqual(
          Object.keys(ends).filter((end) => !possible.has(end)),
          []
        )
        assert.isAbove(ends["error/lost"] ?? 0, 0)
        assert.isAbove(ends["completed/done"] ?? 0, 0)
        yield* workplace.programsGone
        assert.deepStrictEqual(yield* workplace.alive, [])
      }),
    240_000
  )
})
