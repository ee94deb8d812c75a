import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"
import { type AgentEvent, isDurable } from "../src/AgentEvent.ts"
import * as RequestPolicy from "../src/RequestPolicy.ts"
import { type StreamItem, SubAgents } from "../src/SubAgents.ts"
import * as Records from "./SessionRecords.ts"
import {
  late,
  numbersOf,
  read,
  recordOf,
  runnableRoot,
  since,
  stalled,
  times,
  typesOf,
  whole
} from "./SessionReaders.ts"
import * as World from "./world.ts"

/** Asks are answered at once. */
const denyAll = RequestPolicy.layer({ deadlineSeconds: 60, rules: [{ name: "all", decision: "deny" }] })

describe("a late reader", () => {
  it.effect("S-late: gets the last budget event, the last 32 durable events, then what is live", () =>
    Effect.gen(function* () {
      const parent = yield* World.root
      const script = ["budget 5", ...times(40, "append x"), "budget 9", "say before", "sleep 10", "say after"]
      const { session } = yield* World.child(parent.id, script)
      yield* TestClock.adjust("5 seconds")
      const reader = yield* read(session.id)
      yield* TestClock.adjust("5 seconds")
      const seen = yield* reader.end
      const [budget, ...rest] = seen
      assert.deepStrictEqual(budget?.event, { type: "token_budget_updated", usedTokens: 9 })
      const before = (yield* recordOf(session.id)).filter(({ atMillis }) => atMillis < 5_000)
      assert.isAbove(before.length, 32)
      assert.deepStrictEqual(
        numbersOf(rest.slice(0, 32)),
        before.slice(-32).map(({ number }) => number)
      )
      assert.deepStrictEqual(rest[32]?.event, { type: "token", content: "after" })
      assert.deepStrictEqual(typesOf(rest.slice(32)), ["token", "message_appended", "complete"])
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect.each([
    [["say hi"], "complete"],
    [["fail no"], "error"],
    [["die boom"], "error"]
  ] as const)(
    "S-late: of a session that ended with %j gets its one terminal event, and the stream ends",
    ([script, type]) =>
      Effect.gen(function* () {
        const parent = yield* World.root
        const spawned = yield* World.child(parent.id, script)
        yield* World.settled(spawned)
        const types = typesOf(yield* whole(spawned.session.id))
        assert.deepStrictEqual(
          types.filter((each) => ["complete", "error", "cancelled"].includes(each)),
          [type]
        )
        assert.strictEqual(types.at(-1), type)
      }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("S-late: is told the end of a finished session even when 32 events came after it", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const root = yield* runnableRoot(["say hi"])
      const running = yield* read(root.id)
      const { runId } = yield* agents.run(root.id)
      yield* running.end
      for (let count = 0; count < 20; count++) yield* World.settled(yield* World.child(root.id, ["say x"]))
      const seen = yield* whole(root.id)
      assert.strictEqual(seen.length, 33)
      assert.deepStrictEqual(seen.at(-1)?.event, { type: "complete", runId, status: "completed", reason: "done" })
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("S-late: of a finished session whose children run is told its end too, and then of theirs", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const root = yield* runnableRoot(["say hi"])
      const running = yield* read(root.id)
      yield* agents.run(root.id)
      yield* running.end
      for (let count = 0; count < 20; count++) yield* World.settled(yield* World.child(root.id, ["say x"]))
      yield* World.child(root.id, ["sleep 60"])
      const reader = yield* read(root.id)
      yield* TestClock.adjust("59 seconds")
      assert.isTrue(reader.isOpen())
      assert.lengthOf(
        reader.seen.filter(({ event }) => event.type === "complete"),
        1
      )
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual((yield* reader.end).at(-1)?.event.type, "sub_agent_completed")
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("there is no stream of a session that does not exist", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(whole(Records.sessionId("nobody")))
      assert.strictEqual(error._tag, "SessionNotFound")
    }).pipe(Effect.provide(World.world().layer))
  )
})

describe("a reader with a cursor", () => {
  it.effect("S-late: gets everything that was recorded since, page after page, in order and once", () =>
    Effect.gen(function* () {
      const parent = yield* World.root
      const spawned = yield* World.child(parent.id, times(600, "append x"))
      yield* World.settled(spawned)
      const record = (yield* recordOf(spawned.session.id)).map(({ number }) => number)
      assert.isAbove(record.length, 600)
      for (const cursor of [0, record[299] ?? 0, record.at(-2) ?? 0, record.at(-1) ?? 0]) {
        const seen = yield* whole(spawned.session.id, since(cursor))
        assert.deepStrictEqual(
          numbersOf(seen),
          record.filter((number) => number > cursor)
        )
      }
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("goes on from the record to the live events without a gap and without a double", () =>
    Effect.gen(function* () {
      const parent = yield* World.root
      const beat = ["append x", "sleep 1"]
      const spawned = yield* World.child(parent.id, [...beat, ...beat, ...beat, ...beat])
      const first = yield* read(spawned.session.id)
      yield* TestClock.adjust("2500 millis")
      const cursor = numbersOf(first.seen).at(-2) ?? 0
      const second = yield* read(spawned.session.id, since(cursor))
      yield* TestClock.adjust("1 minute")
      const numbers = (yield* recordOf(spawned.session.id)).map(({ number }) => number)
      assert.deepStrictEqual(numbersOf(yield* first.end), numbers)
      assert.deepStrictEqual(
        numbersOf(yield* second.end),
        numbers.filter((number) => number > cursor)
      )
    }).pipe(Effect.provide(World.world().layer))
  )
})

describe("a reader that falls behind", () => {
  const script = ["sleep 1", "count 1500", "append one", "count 1500", "append two", "count 1500", "append three"]

  it.effect(
    "I5: costs the child nothing, is told how much it missed, and gets every durable event in order and once",
    () =>
      Effect.gen(function* () {
        const parent = yield* World.root
        const spawned = yield* World.child(parent.id, script)
        const reader = yield* stalled(spawned.session.id)
        yield* TestClock.adjust("1 seconds")
        assert.strictEqual((yield* World.settled(spawned)).status, "completed")
        yield* reader.goOn
        const seen = yield* reader.end
        const record = yield* recordOf(spawned.session.id)
        assert.deepStrictEqual(
          numbersOf(seen),
          record.map(({ number }) => number)
        )
        const lagged = seen.flatMap(({ event }) => (event.type === "lagged" ? [event.missed] : []))
        assert.lengthOf(lagged, 1)
        const tokens = seen.filter(({ event }) => event.type === "token").length
        assert.isBelow(tokens, 4_500)
        assert.strictEqual(tokens + (lagged[0] ?? 0), 4_500)
      }).pipe(Effect.provide(World.world().layer))
  )

  it.effect(
    "S-forward: one that stands still takes no event away from another, and one that follows misses nothing",
    () =>
      Effect.gen(function* () {
        const parent = yield* World.root
        const idle = yield* stalled(parent.id)
        const reader = yield* read(parent.id)
        const spawned = yield* World.child(parent.id, script)
        yield* TestClock.adjust("1 seconds")
        yield* World.settled(spawned)
        yield* Effect.repeat(Effect.yieldNow, { times: 50 })
        const events = World.eventsOf(
          reader.seen.map(({ event }) => event),
          spawned.session.id
        )
        assert.lengthOf(
          events.filter(({ type }) => type === "token"),
          4_500
        )
        assert.notInclude(typesOf(reader.seen), "lagged")
        assert.strictEqual(events.at(-1)?.type, "sub_agent_completed")
        yield* idle.goOn
        yield* Effect.repeat(Effect.yieldNow, { times: 50 })
        assert.include(typesOf(idle.seen), "lagged")
      }).pipe(Effect.provide(World.world().layer))
  )
})

describe("the scopes of a reader", () => {
  it.effect(
    "S-forward: the subtree shows a grandchild's events once, with its own ids; the session only its start and end",
    () =>
      Effect.gen(function* () {
        const root = yield* World.root
        const subtree = yield* read(root.id, { ...late, scope: "subtree" })
        const own = yield* read(root.id)
        const child = yield* World.child(root.id, ["sleep 10"])
        const grandchild = yield* World.child(child.session.id, ["say hi"])
        yield* TestClock.adjust("10 seconds")
        const ids = { parentSessionId: child.session.id, childSessionId: grandchild.session.id }
        const hi: AgentEvent = { type: "sub_agent_event", ...ids, event: { type: "token", content: "hi" } }
        const about = (items: ReadonlyArray<StreamItem>): ReadonlyArray<AgentEvent> =>
          items.flatMap(({ event }) =>
            "childSessionId" in event && event.childSessionId === grandchild.session.id ? [event] : []
          )
        const told = about(subtree.seen)
        assert.deepStrictEqual(
          told.filter((event) => event.type === "sub_agent_event" && event.event.type === "token"),
          [hi]
        )
        const lifecycle = ["sub_agent_started", "sub_agent_completed"]
        assert.deepStrictEqual(
          told.map(({ type }) => type).filter((type) => lifecycle.includes(type)),
          lifecycle
        )
        assert.deepStrictEqual(
          about(own.seen).map(({ type }) => type),
          lifecycle
        )
      }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("an ask of a grandchild reaches the root's own stream", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const own = yield* read(root.id)
      const child = yield* World.child(root.id, ["sleep 10"])
      yield* World.child(child.session.id, ["ask which Which one?"])
      yield* TestClock.adjust("10 seconds")
      const asks = own.seen.filter(
        ({ event }) => event.type === "sub_agent_event" && event.event.type === "clarification_needed"
      )
      assert.lengthOf(asks, 1)
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("S-durable: only durable events have numbers, and of this session's own stream each has", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const spawned = yield* World.child(root.id, [
        "say hi",
        "tool shell",
        "tool-done shell",
        "budget 3",
        "permit shell"
      ])
      const seen = yield* whole(spawned.session.id)
      for (const { event, number } of seen) assert.strictEqual(Option.isSome(number), isDurable(event.type), event.type)
    }).pipe(Effect.provide(World.world({}, denyAll).layer))
  )
})
