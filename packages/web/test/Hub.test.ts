import { assert, describe, it } from "@effect/vitest"
import { backoff, Hub, streamsMax } from "../src/Hub.ts"
import type { Connection, Down } from "../src/HubWords.ts"
import { FakeServer, Listener } from "./FakeServer.ts"

const session = (id: string, status = "running") => ({
  id,
  rootId: id,
  depth: 0,
  title: id,
  status,
  createdAt: "2026-12-01T00:00:00Z",
  updatedAt: "2026-12-01T00:00:00Z"
})

const snapshot = (number: number, ...sessions: ReadonlyArray<ReturnType<typeof session>>) => ({
  number,
  sessions,
  truncated: false,
  requests: []
})

const overview = (number: number) => ({ version: "0.1.0", number })

const frame = (number: number, title = "t"): string =>
  `id: ${number}\ndata: ${JSON.stringify({
    type: "session_title_updated",
    sessionId: "ses_1",
    title,
    streamId: "ses_1",
    at: "2026-12-01T00:00:00Z"
  })}\n\n`

const isState = (state: Connection["state"]) => (down: Down) =>
  down.type === "connection" && down.connection.state === state
const isEntries = (down: Down) => down.type === "entries"
const isSnapshot = (down: Down) => down.type === "snapshot"

const numbers = (told: ReadonlyArray<Down>): ReadonlyArray<number> =>
  told.flatMap((down) => (down.type === "entries" ? down.entries.map(({ number }) => number) : []))

/** A hub with one tab that is live at number 5. */
const live = async () => {
  const server = new FakeServer()
  const hub = new Hub(server.around)
  const stop = new AbortController()
  const tab = new Listener<Down>()
  hub.take("a", { type: "join", visible: true }, tab.tell)
  void hub.run(stop.signal)
  ;(await server.next("/v1/overview")).json(overview(5))
  ;(await server.next("/v1/snapshot")).json(snapshot(5, session("ses_1", "completed")))
  const call = await server.next("/v1/feed")
  const feed = call.open()
  await tab.until(isState("live"))
  return { server, hub, stop, tab, feed, call }
}

describe("Hub", () => {
  it("H1: tells a snapshot, then every entry after it", async () => {
    const { call, feed, stop, tab } = await live()
    assert.strictEqual(call.path, "/v1/feed?since=5")
    feed.send(frame(5) + frame(6) + frame(7))
    await tab.until(isEntries)
    assert.deepStrictEqual(numbers(tab.told), [6, 7])
    stop.abort()
  })

  it("H1: goes on where it was when the server comes back, without doubles", async () => {
    const { feed, server, stop, tab } = await live()
    feed.send(frame(6))
    await tab.until(isEntries)
    feed.end()
    await tab.until(isState("offline"))
    server.pauses.at(-1)?.end()
    ;(await server.next("/v1/overview")).json(overview(8))
    const again = await server.next("/v1/feed")
    assert.strictEqual(again.path, "/v1/feed?since=6")
    const second = again.open()
    const replaying = await tab.until(isState("replaying"))
    assert.deepInclude(replaying, { connection: { state: "replaying", left: 2 } })
    second.send(frame(6) + frame(7) + frame(8))
    await tab.until(isState("live"))
    assert.deepStrictEqual(numbers(tab.told), [6, 7, 8])
    stop.abort()
  })

  it("H1: forgets everything when the record is another one", async () => {
    const { feed, server, stop, tab } = await live()
    feed.end()
    await tab.until(isState("offline"))
    server.pauses.at(-1)?.end()
    ;(await server.next("/v1/overview")).json(overview(2))
    ;(await server.next("/v1/snapshot")).json(snapshot(2))
    await tab.until((down) => down.type === "snapshot" && down.fresh && down.snapshot.number === 2)
    assert.strictEqual((await server.next("/v1/feed")).path, "/v1/feed?since=2")
    stop.abort()
  })

  it("H1: takes a snapshot again when the feed has forgotten its place", async () => {
    const { feed, server, stop, tab } = await live()
    feed.send('data: {"type":"feed_reset","oldest":90}\n\n')
    await tab.until(isState("offline"))
    server.pauses.at(-1)?.end()
    ;(await server.next("/v1/overview")).json(overview(95))
    ;(await server.next("/v1/snapshot")).json(snapshot(95))
    await tab.until((down) => down.type === "snapshot" && down.fresh && down.snapshot.number === 95)
    stop.abort()
  })

  it("takes a snapshot rather than a replay of thousands of events", async () => {
    const { feed, server, stop, tab } = await live()
    feed.end()
    await tab.until(isState("offline"))
    server.pauses.at(-1)?.end()
    ;(await server.next("/v1/overview")).json(overview(50_000))
    ;(await server.next("/v1/snapshot")).json(snapshot(50_000))
    const told = await tab.until((down) => down.type === "snapshot" && down.snapshot.number === 50_000)
    assert.deepInclude(told, { fresh: false })
    stop.abort()
  })

  it("works with a server that has no overview", async () => {
    const server = new FakeServer()
    const hub = new Hub(server.around)
    const stop = new AbortController()
    const tab = new Listener<Down>()
    hub.take("a", { type: "join", visible: true }, tab.tell)
    void hub.run(stop.signal)
    ;(await server.next("/v1/overview")).json({ type: "x" }, 404)
    ;(await server.next("/v1/snapshot")).json(snapshot(5))
    ;(await server.next("/v1/feed")).open()
    await tab.until(isState("live"))
    stop.abort()
  })

  it("reads again, while something runs, what the feed does not tell, and tells what has changed", async () => {
    const server = new FakeServer()
    const hub = new Hub(server.around)
    const stop = new AbortController()
    const tab = new Listener<Down>()
    void hub.run(stop.signal)
    ;(await server.next("/v1/overview")).json(overview(5))
    ;(await server.next("/v1/snapshot")).json(snapshot(5, session("ses_1"), session("ses_2")))
    ;(await server.next("/v1/feed")).open()
    await server.paused(30_000)
    hub.take("a", { type: "join", visible: true }, tab.tell)
    await tab.until(isState("live"))
    const [level, head] = await Promise.all([server.next("/v1/snapshot"), server.next("/v1/overview")])
    level.json(snapshot(5, session("ses_1"), { ...session("ses_2"), title: "another" }))
    head.json(overview(5))
    const told = await tab.until((down) => down.type === "snapshot" && !down.fresh)
    assert.deepStrictEqual(told.type === "snapshot" ? told.snapshot.sessions.map(({ id }) => id) : [], ["ses_2"])
    await server.paused(2_000)
    stop.abort()
  })

  it("says that nobody is signed in, and tries again when somebody is", async () => {
    const { feed, server, stop, tab } = await live()
    feed.end()
    await tab.until(isState("offline"))
    server.pauses.at(-1)?.end()
    ;(await server.next("/v1/overview")).json({ type: "x" }, 401)
    await tab.until(isState("signed_out"))
    stop.abort()
  })

  it("waits longer after each failure, and is woken by who does not want to wait", async () => {
    const { feed, hub, server, stop, tab } = await live()
    feed.end()
    const first = await tab.until(isState("offline"))
    server.pauses.at(-1)?.end()
    ;(await server.next("/v1/overview")).fail()
    const second = await tab.until(isState("offline"))
    const retryAt = (down: Down) =>
      down.type === "connection" && down.connection.state === "offline" ? down.connection.retryAtMillis : 0
    assert.isAbove(retryAt(second), retryAt(first))
    hub.take("a", { type: "retry" }, tab.tell)
    await server.next("/v1/overview")
    stop.abort()
  })

  it("tells a tab that comes later the same as the others, on the same connection", async () => {
    const { feed, hub, server, stop, tab } = await live()
    feed.send(frame(6))
    await tab.until(isEntries)
    const others = Array.from({ length: 7 }, () => new Listener<Down>())
    others.forEach((other, index) => hub.take(`b${index}`, { type: "join", visible: false }, other.tell))
    feed.send(frame(7))
    await tab.until(isEntries)
    for (const other of others) {
      assert.isTrue(other.told.some(isSnapshot))
      assert.deepStrictEqual(numbers(other.told), [6, 7])
    }
    assert.deepStrictEqual(server.untaken, [])
    stop.abort()
  })

  it("H3: reads streams for a few tabs that are looked at, and for no other", async () => {
    const { hub, server, stop } = await live()
    const tabs = Array.from({ length: streamsMax + 1 }, () => new Listener<Down>())
    tabs.forEach((tab, index) => {
      hub.take(`t${index}`, { type: "join", visible: true }, tab.tell)
      hub.take(`t${index}`, { type: "watch", sessionId: `ses_${index}` }, tab.tell)
    })
    const [first] = tabs
    const calls = await Promise.all(tabs.map((_, index) => server.next(`/v1/sessions/ses_${index}/events`)))
    assert.isTrue(calls[0]?.signal.aborted)
    assert.deepStrictEqual(
      calls.map(({ signal }) => signal.aborted),
      tabs.map((_, index) => index === 0)
    )
    hub.take("t1", { type: "visible", visible: false }, tabs[1]?.tell ?? (() => undefined))
    assert.isTrue(calls[1]?.signal.aborted)
    const again = await server.next("/v1/sessions/ses_0/events")
    again.open().send('data: {"type":"token","content":"hi"}\n\n')
    const said = await first?.until((down) => down.type === "said")
    assert.deepInclude(said, { sessionId: "ses_0", begun: true })
    stop.abort()
  })

  it.each([
    [0, 500],
    [1, 1_000],
    [3, 4_000],
    [30, 15_000]
  ])("after %d failures it waits at most %d ms, and at least half of that", (failures, millis) => {
    assert.strictEqual(backoff(failures, 1), millis)
    assert.strictEqual(backoff(failures, 0), millis / 2)
  })
})
