import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as References from "effect/References"
import { TestClock } from "effect/testing"
import { SessionStore, layerMemory } from "../src/SessionStore.ts"
import { SubAgents } from "../src/SubAgents.ts"
import * as Records from "./SessionRecords.ts"
import { late, read, runnableRoot, since, stalled, typesOf } from "./SessionReaders.ts"
import * as World from "./world.ts"

describe("how long a stream stays open", () => {
  it.effect("S-late: it stays open while a child of the finished session runs", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const root = yield* runnableRoot(["say hi"])
      const reader = yield* read(root.id)
      yield* World.child(root.id, ["sleep 60", "say bye"])
      yield* agents.run(root.id)
      yield* TestClock.adjust("59 seconds")
      assert.include(typesOf(reader.seen), "complete")
      assert.isTrue(reader.isOpen())
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual((yield* reader.end).at(-1)?.event.type, "sub_agent_completed")
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect.each(["session", "subtree"] as const)(
    "S-late: a reader of the %s stays while a grandchild of the finished session runs",
    (scope) =>
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const root = yield* runnableRoot(["say hi"])
        const reader = yield* read(root.id, { ...late, scope })
        const child = yield* World.child(root.id, ["sleep 10"])
        const grandchild = yield* World.child(child.session.id, ["sleep 60"], { parentClose: "abandon" })
        yield* agents.run(root.id)
        yield* TestClock.adjust("59 seconds")
        assert.isTrue(reader.isOpen())
        yield* TestClock.adjust("1 seconds")
        const last = (yield* reader.end).at(-1)?.event
        assert.strictEqual(last?.type, "sub_agent_completed")
        if (last?.type === "sub_agent_completed") assert.strictEqual(last.childSessionId, grandchild.session.id)
      }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("a root that never ran stays open after its children have ended", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const reader = yield* read(root.id)
      yield* World.settled(yield* World.child(root.id, ["say hi"]))
      yield* TestClock.adjust("1 hour")
      assert.isTrue(reader.isOpen())
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect(
    "a reader until the session is deleted hears each run from its beginning, and no end of an earlier one",
    () =>
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const root = yield* runnableRoot(["say one"])
        yield* agents.run(root.id)
        yield* TestClock.adjust("1 second")
        const reader = yield* read(root.id, { scope: "session", after: Option.some(1_000), until: "deleted" })
        const before = reader.seen.length
        const mode = { mode: "queue", key: Option.none(), origin: "user" } as const
        yield* agents.send(root.id, { ...mode, text: "say two" })
        yield* TestClock.adjust("1 hour")
        assert.isTrue(reader.isOpen())
        const heard = typesOf(reader.seen.slice(before))
        assert.includeMembers([...heard], ["execution_started", "token", "complete"])
        yield* agents.remove(root.id)
        assert.strictEqual((yield* reader.end).at(-1)?.event.type, "session_deleted")
      }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("it ends with the session's removal", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const root = yield* World.root
      const reader = yield* read(root.id)
      yield* World.settled(yield* World.child(root.id, ["say hi"]))
      yield* agents.remove(root.id)
      assert.strictEqual((yield* reader.end).at(-1)?.event.type, "session_deleted")
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("a session that runs again is told of again, up to the end of the second run", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const root = yield* runnableRoot(["say hi"])
      yield* World.child(root.id, ["sleep 60"])
      const reader = yield* read(root.id)
      yield* agents.run(root.id)
      yield* TestClock.adjust("1 seconds")
      const store = yield* SessionStore
      const [message] = yield* store.messages({ sessionId: root.id, after: 0, limit: 1 })
      assert.isDefined(message)
      const again = { ...message, id: Records.message("user", "").pipe(Option.getOrThrow).id, text: "sleep 90" }
      yield* store.commit([{ _tag: "MessageAppended", message: again }])
      yield* agents.run(root.id)
      yield* TestClock.adjust("60 seconds")
      assert.isTrue(reader.isOpen())
      yield* TestClock.adjust("30 seconds")
      const types = typesOf(yield* reader.end)
      assert.lengthOf(
        types.filter((type) => type === "complete"),
        2
      )
      assert.strictEqual(types.at(-1), "complete")
    }).pipe(Effect.provide(World.world().layer))
  )
})

describe("a reader that missed the end", () => {
  it.effect("S-late: is told of it from the record, once, and its stream ends", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const root = yield* runnableRoot(["say hi"])
      const reader = yield* stalled(root.id)
      const other = yield* read(root.id)
      const child = yield* World.child(root.id, ["sleep 1", "count 3000"])
      yield* agents.run(root.id)
      yield* TestClock.adjust("1 seconds")
      yield* World.settled(child)
      yield* reader.goOn
      for (const seen of [yield* reader.end, yield* other.end]) {
        assert.lengthOf(
          seen.filter(({ event }) => event.type === "complete"),
          1
        )
      }
      assert.include(typesOf(reader.seen), "lagged")
    }).pipe(Effect.provide(World.world().layer))
  )
})

/** A store that tells of a settling and holds it back: recorded, but not yet known to who recorded it. */
const holdingBack = (recorded: Deferred.Deferred<void>, goOn: Deferred.Deferred<void>): Layer.Layer<SessionStore> =>
  Layer.effect(
    SessionStore,
    Effect.map(SessionStore, (store) => ({
      ...store,
      commit: (transition) =>
        transition.some(({ _tag }) => _tag === "JobSettled")
          ? Effect.tap(store.commit(transition), () =>
              Effect.andThen(Deferred.succeed(recorded, undefined), Deferred.await(goOn))
            )
          : store.commit(transition)
    }))
  ).pipe(Layer.provide(layerMemory))

const budgets = [3, 4, 5, 7, 11, 13, 17, 23]

describe("the end of a stream, wherever a fiber loses its turn", () => {
  it.effect.each([late, since(0)])(
    "a reader that finds the end in the record before it is published ends, once told (%j)",
    (request) =>
      Effect.gen(function* () {
        const recorded = yield* Deferred.make<void>()
        const goOn = yield* Deferred.make<void>()
        yield* Effect.gen(function* () {
          const parent = yield* World.root
          const spawned = yield* World.child(parent.id, ["say hi"])
          yield* Deferred.await(recorded)
          const reader = yield* read(spawned.session.id, request)
          yield* Deferred.succeed(goOn, undefined)
          const types = typesOf(yield* reader.end)
          assert.lengthOf(
            types.filter((type) => type === "complete"),
            1
          )
        }).pipe(Effect.provide(World.world({}, Layer.empty, holdingBack(recorded, goOn)).layer))
      })
  )

  it.effect.each(budgets.flatMap((ops) => Array.from({ length: 12 }, (_, delay) => [ops, delay * 7] as const)))(
    "S-late: every reader ends with its session (a turn of %s steps, %s turns later)",
    ([ops, delay]) =>
      Effect.gen(function* () {
        const root = yield* runnableRoot(["say hi"])
        const agents = yield* SubAgents
        const early = yield* read(root.id)
        const child = yield* World.child(root.id, ["yield", "say one"])
        yield* agents.run(root.id)
        yield* Effect.repeat(Effect.yieldNow, { times: delay })
        const joining = yield* read(root.id)
        const ofChild = yield* read(child.session.id)
        for (const reader of [early, joining, ofChild]) {
          const ends = typesOf(yield* reader.end).filter((type) => type === "complete")
          assert.lengthOf(ends, 1)
        }
      }).pipe(Effect.provide(World.world().layer), Effect.provideService(References.MaxOpsBeforeYield, ops))
  )
})
