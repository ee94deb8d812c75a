/** Event streams over real sockets, with real programs behind them. */
import { assert, describe, it } from "@effect/vitest"
import { RawHttp, Record, ServerProcess, Workplace } from "@offshoot/test-e2e"
import * as Effect from "effect/Effect"

const eventsPath = (id: string): string => `/v1/sessions/${id}/events`

const completedOf = (id: string) => (frame: RawHttp.Frame) =>
  RawHttp.isEvent("sub_agent_completed")(frame) && frame.event["childSessionId"] === id

const idsOf = (frames: ReadonlyArray<RawHttp.Frame>): ReadonlyArray<string> =>
  RawHttp.eventsOf(frames).flatMap(({ id }) => (id === undefined ? [] : [id]))

const typesOf = (frames: ReadonlyArray<RawHttp.Frame>): ReadonlyArray<unknown> =>
  RawHttp.eventsOf(frames).map(({ event }) => event["type"])

/** The text of a child's tokens among the frames of its parent, and how many events the reader was told it missed. */
const heardOf = (frames: ReadonlyArray<RawHttp.Frame>) => {
  let characters = 0
  let missed = 0
  for (const { event } of RawHttp.eventsOf(frames)) {
    const inner: unknown = event["event"]
    if (event["type"] === "lagged") missed += Number(event["missed"])
    else if (typeof inner === "object" && inner !== null && "content" in inner && typeof inner.content === "string") {
      characters += inner.content.length
    }
  }
  return { characters, missed }
}

describe("an event stream", () => {
  it.live(
    "opens at once, goes on from any number, tells those who come late, and ends with its session",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make()
        const server = yield* ServerProcess.start(workplace)
        const root = yield* server.client.calls.sessions.create({ payload: null })
        const path = eventsPath(root.id)
        const first = yield* RawHttp.openStream(server, { path })
        assert.strictEqual(first.status, 200)
        assert.match(first.headers["content-type"] ?? "", /^text\/event-stream/)
        assert.strictEqual(first.headers["x-accel-buffering"], "no")
        assert.include(first.headers["cache-control"] ?? "", "no-cache")
        assert.deepStrictEqual(yield* first.next, { _tag: "Other", text: "retry: 1000" })
        yield* first.until(RawHttp.isEvent("session_created"))

        const { session } = yield* Record.spawn(server.client, root.id, "echo", { prompt: "hello" })
        const told = yield* first.until(completedOf(session.id))
        const numbers = idsOf(told)
        assert.isAtLeast(numbers.length, 2)
        assert.include(typesOf(told), "sub_agent_heartbeat")
        assert.strictEqual(heardOf(told).characters, "hello".length)
        yield* first.close

        const resumed = yield* RawHttp.openStream(server, { path, headers: { "last-event-id": numbers[0] } })
        assert.deepStrictEqual(idsOf(yield* resumed.until(completedOf(session.id))), numbers.slice(1))
        const asked = yield* RawHttp.openStream(server, { path: `${path}?since=${numbers[0]}` })
        assert.deepStrictEqual(idsOf(yield* asked.until(completedOf(session.id))), numbers.slice(1))
        const foreign = yield* RawHttp.openStream(server, { path, headers: { "last-event-id": "999999" } })
        const [retry, reset] = yield* foreign.until(RawHttp.isEvent("feed_reset"))
        assert.deepStrictEqual([retry?._tag, reset?._tag === "Event" ? reset.id : "none"], ["Other", undefined])

        const late = yield* RawHttp.openStream(server, { path: eventsPath(session.id) })
        const all = yield* late.until(() => false)
        assert.strictEqual(all.at(-1)?._tag, "End", "the stream of a settled session closes")
        assert.strictEqual(typesOf(all).at(-1), "complete")
        assert.isAtMost(idsOf(all).length, 33)
      }),
    60_000
  )

  it.live(
    "that nobody reads slows no child; what was missed is counted, and the end is told",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make()
        const server = yield* ServerProcess.start(workplace)
        const root = yield* server.client.calls.sessions.create({ payload: null })
        const stalled = yield* RawHttp.openStream(server, { path: eventsPath(root.id) })
        const brisk = yield* RawHttp.openStream(server, { path: eventsPath(root.id) })
        yield* stalled.until(RawHttp.isEvent("session_created"))
        yield* stalled.pause
        const blasts = yield* Effect.forEach(["one", "two", "three", "four"], () =>
          Record.spawn(server.client, root.id, "blast")
        )
        const children = yield* Record.settled(server.client, root.id)
        assert.deepStrictEqual(Record.tally(children.map(Record.endOf)), { "completed/done": 4 })
        const last = yield* server.client.calls.sessions.create({ payload: { title: "still here" } })
        assert.strictEqual(last.title, "still here")

        const ends = new Set<string>(blasts.map(({ session }) => session.id))
        const everyone = (left: Set<string>) => (frame: RawHttp.Frame) => {
          if (RawHttp.isEvent("sub_agent_completed")(frame)) left.delete(String(frame.event["childSessionId"]))
          return left.size === 0
        }
        const quick = heardOf(yield* brisk.until(everyone(new Set(ends))))
        assert.isTrue(quick.missed > 0 || quick.characters === 20_000_000, `${quick.characters} heard`)
        yield* stalled.resume
        const slow = heardOf(yield* stalled.until(everyone(new Set(ends))))
        assert.isTrue(slow.missed > 0 || slow.characters === 20_000_000, `${slow.characters} heard, nothing missed`)
      }),
    90_000
  )

  it.live(
    "that is closed stops nothing",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make()
        const server = yield* ServerProcess.start(workplace)
        const root = yield* server.client.calls.sessions.create({ payload: null })
        const streams = yield* Effect.forEach(
          [eventsPath(root.id), "/v1/feed", `${eventsPath(root.id)}?subtree`],
          (path) => RawHttp.openStream(server, { path })
        )
        const { session } = yield* Record.speaking(server.client, root.id, "gated")
        const own = yield* RawHttp.openStream(server, { path: eventsPath(session.id) })
        yield* Effect.forEach([...streams, own], (stream) => stream.close)
        assert.strictEqual((yield* workplace.alive).length, 1)
        yield* workplace.openGate("nobody watching")
        yield* Record.settled(server.client, root.id)
        const result = yield* server.client.calls.sessions.result({ params: { id: session.id } })
        assert.strictEqual(result.text, "waiting\nreleased by nobody watching\n")
      }),
    60_000
  )
})
