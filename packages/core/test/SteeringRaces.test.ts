import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"
import type { SessionId } from "../src/Ids.ts"
import type { ReceiptStatus, Steer, SteerMode } from "../src/Obligation.ts"
import * as SessionStore from "../src/SessionStore.ts"
import { SubAgents } from "../src/SubAgents.ts"
import * as ScriptedRunner from "../src/testing/ScriptedRunner.ts"
import * as World from "./world.ts"

const send = (id: SessionId, text: string, mode: SteerMode = "queue") =>
  Effect.flatMap(SubAgents, (agents) => agents.send(id, { text, mode, key: Option.none(), origin: "user" }))

const sent = (id: SessionId) =>
  Effect.flatMap(SubAgents, (agents) => agents.sent(id, { state: "any", after: Option.none(), limit: 10 }))

/** What became of each message, with the versions that it took: every step is one. */
const steps = (id: SessionId) =>
  Effect.map(sent(id), (messages) =>
    messages.map(({ reason, status, version }) => `${status} v${version} ${reason ?? ""}`.trim())
  )

const turn = TestClock.adjust("1 millis")

const steersOf = (transition: SessionStore.Transition): ReadonlyArray<Steer> =>
  transition.flatMap((change) => {
    if (change._tag !== "ObligationOpened" && change._tag !== "ObligationChanged") return []
    return change.obligation.kind === "steer" ? [change.obligation] : []
  })

/** A memory store that holds the commits which make a message `status` until the gate opens. */
const gated = (status: ReceiptStatus) => {
  const gate = Deferred.makeUnsafe<void>()
  const layer = Layer.effect(
    SessionStore.SessionStore,
    Effect.map(SessionStore.SessionStore, (store) => ({
      ...store,
      commit: (transition: SessionStore.Transition) =>
        steersOf(transition).some((steer) => steer.status === status)
          ? Effect.andThen(Deferred.await(gate), store.commit(transition))
          : store.commit(transition)
    }))
  ).pipe(Layer.provide(SessionStore.layerMemory))
  return { layer, open: Deferred.succeed(gate, undefined) }
}

describe("B1: the way of a message ends once", () => {
  it.effect("one that the launch did not wait for is refused when nobody can take it any more", () => {
    const store = gated("queued")
    const census: ScriptedRunner.Census = { open: 0, started: 0 }
    return Effect.gen(function* () {
      const root = yield* World.root
      yield* World.child(root.id, ["sleep 10"])
      const { session } = yield* World.child(root.id, ["sleep 60"])
      const sending = yield* Effect.forkChild(Effect.flip(send(session.id, "late")), { startImmediately: true })
      yield* TestClock.adjust("11 seconds")
      assert.strictEqual(yield* World.statusOf(session.id), "running")
      yield* store.open
      yield* turn
      assert.deepInclude(yield* Fiber.join(sending), { _tag: "SteerRefused", reason: "runner_cannot_steer" })
      assert.deepStrictEqual(yield* steps(session.id), ["refused v2 runner_cannot_steer"])
    }).pipe(
      Effect.provide(
        World.worldWith(
          ScriptedRunner.make({ agent: World.agent, census }),
          { concurrent: 1 },
          Layer.empty,
          store.layer
        )
      )
    )
  })

  it.effect("one that is being expired when a run takes it is delivered or expired, never both", () => {
    const store = gated("expired")
    return Effect.gen(function* () {
      const agents = yield* SubAgents
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["sleep 10"])
      yield* turn
      yield* send(session.id, "left")
      yield* agents.cancel(session.id, { mode: "graceful", by: "by_user", reach: "session" })
      yield* turn
      assert.deepStrictEqual(yield* steps(session.id), ["queued v1"])
      yield* store.open
      yield* turn
      assert.strictEqual(yield* World.statusOf(session.id), "cancelled")
      assert.deepStrictEqual(yield* steps(session.id), ["expired v2 run_settled"])
    }).pipe(Effect.provide(World.world({}, Layer.empty, store.layer).layer))
  })

  it.effect("one that a run is just being given is not superseded by a later interrupt", () => {
    const store = gated("delivered")
    return Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["sleep 10", "take", "sleep 10", "take"])
      yield* turn
      yield* send(session.id, "first", "interrupt")
      yield* TestClock.adjust("10 seconds")
      yield* send(session.id, "second", "interrupt")
      yield* store.open
      yield* TestClock.adjust("11 seconds")
      assert.deepStrictEqual(yield* steps(session.id), ["delivered v2", "delivered v2"])
    }).pipe(Effect.provide(World.world({}, Layer.empty, store.layer).layer))
  })

  it.effect("of many interrupts that are recorded at the same moment exactly one is left", () => {
    const store = gated("queued")
    return Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["sleep 10", "take"])
      yield* turn
      const sending = yield* Effect.forkChild(
        Effect.forEach(
          Array.from({ length: 8 }, (_, index) => `${index}`),
          (text) => send(session.id, text, "interrupt"),
          { concurrency: "unbounded" }
        ),
        { startImmediately: true }
      )
      yield* turn
      yield* store.open
      yield* Fiber.join(sending)
      yield* TestClock.adjust("11 seconds")
      const counts = (yield* sent(session.id)).filter(({ status }) => status === "delivered")
      assert.lengthOf(counts, 1)
      assert.lengthOf(
        (yield* sent(session.id)).filter(({ status }) => status === "superseded"),
        7
      )
    }).pipe(Effect.provide(World.world({}, Layer.empty, store.layer).layer))
  })
})

describe("a message whose process ends", () => {
  it.effect("S-restart: waits in the record, and is delivered with the launch in the next one", () =>
    Effect.gen(function* () {
      const store = yield* Effect.provide(SessionStore.SessionStore, SessionStore.layerMemory)
      const world = () =>
        World.world({ concurrent: 1 }, Layer.empty, Layer.succeed(SessionStore.SessionStore, store)).layer
      const id = yield* Effect.gen(function* () {
        const root = yield* World.root
        yield* World.child(root.id, ["sleep 600"])
        const { session } = yield* World.child(root.id, ["say first"])
        yield* send(session.id, "say second")
        return session.id
      }).pipe(Effect.provide(world()))
      yield* Effect.gen(function* () {
        assert.deepStrictEqual(yield* steps(id), ["queued v1"])
        yield* TestClock.adjust("601 seconds")
        assert.strictEqual(yield* World.statusOf(id), "completed")
        assert.deepStrictEqual(yield* steps(id), ["delivered v2"])
      }).pipe(Effect.provide(world()))
    })
  )
})
