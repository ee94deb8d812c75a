import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"
import type { RequestStatus } from "../src/Obligation.ts"
import * as SessionStore from "../src/SessionStore.ts"
import { type Decision, SubAgents } from "../src/SubAgents.ts"
import * as World from "./world.ts"

const approve: Decision = { _tag: "Approve", text: Option.none() }
const turn = TestClock.adjust("1 millis")

const theRequest = Effect.flatMap(SubAgents, (agents) =>
  Effect.map(
    agents.requests({ state: "any", scope: { _tag: "All" }, after: Option.none(), limit: 2 }),
    ([request, second]) => {
      if (request === undefined || second !== undefined) throw new Error("not exactly one request")
      return request
    }
  )
)

const answer = Effect.flatMap(theRequest, ({ id }) => Effect.flatMap(SubAgents, (agents) => agents.answer(id, approve)))

/** A memory store that holds every commit which makes a request `status` until the gate opens. */
const gated = (status: RequestStatus) => {
  const gate = Deferred.makeUnsafe<void>()
  const layer = Layer.effect(
    SessionStore.SessionStore,
    Effect.map(SessionStore.SessionStore, (store) => ({
      ...store,
      commit: (transition: SessionStore.Transition) => {
        const isHeld = transition.some(
          (change) =>
            change._tag === "ObligationChanged" &&
            change.obligation.kind === "request" &&
            change.obligation.status === status &&
            change.obligation.deliveredAtMillis === undefined
        )
        return isHeld ? Effect.andThen(Deferred.await(gate), store.commit(transition)) : store.commit(transition)
      }
    }))
  ).pipe(Layer.provide(SessionStore.layerMemory))
  return { layer, open: Deferred.succeed(gate, undefined) }
}

describe("Q1: of two ends of a request at once one is recorded", () => {
  it.effect("an answer that the settling overtakes is refused", () => {
    const store = gated("approved")
    return Effect.gen(function* () {
      const agents = yield* SubAgents
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["permit shell"])
      yield* turn
      const answering = yield* Effect.forkChild(Effect.flip(answer), { startImmediately: true })
      yield* agents.cancel(session.id, { mode: "graceful", by: "by_user", reach: "session" })
      yield* turn
      assert.strictEqual(yield* World.statusOf(session.id), "cancelled")
      yield* store.open
      assert.deepInclude(yield* Fiber.join(answering), { _tag: "RequestClosed", status: "expired" })
      assert.deepInclude(yield* theRequest, { status: "expired", by: { type: "run_ended" } })
    }).pipe(Effect.provide(World.world({}, Layer.empty, store.layer).layer))
  })

  it.effect("a settling that the answer overtakes settles with what is true then", () => {
    const store = gated("expired")
    return Effect.gen(function* () {
      const agents = yield* SubAgents
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["permit shell"])
      yield* turn
      yield* agents.cancel(session.id, { mode: "graceful", by: "by_user", reach: "session" })
      yield* turn
      assert.strictEqual((yield* answer).status, "approved")
      yield* store.open
      yield* turn
      assert.strictEqual(yield* World.statusOf(session.id), "cancelled")
      assert.strictEqual((yield* theRequest).status, "delivery_failed")
    }).pipe(Effect.provide(World.world({}, Layer.empty, store.layer).layer))
  })

  it.effect("a deadline that the answer overtakes does not count", () => {
    const store = gated("expired")
    return Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["permit shell"])
      yield* TestClock.adjust("1800 seconds")
      yield* answer
      yield* store.open
      yield* turn
      assert.deepInclude(yield* theRequest, { status: "approved", by: { type: "user" } })
      assert.strictEqual(yield* World.statusOf(session.id), "completed")
    }).pipe(Effect.provide(World.world({}, Layer.empty, store.layer).layer))
  })
})

describe("a request of a run whose process ends", () => {
  const inOneRecord = <A, E>(
    lives: (
      live: <B, F>(
        life: Effect.Effect<B, F, Layer.Success<World.World["layer"]>>
      ) => Effect.Effect<B, F | SessionStore.StoreError>
    ) => Effect.Effect<A, E>
  ) =>
    Effect.flatMap(Effect.provide(SessionStore.SessionStore, SessionStore.layerMemory), (store) =>
      lives((life) =>
        Effect.provide(life, World.world({}, Layer.empty, Layer.succeed(SessionStore.SessionStore, store)).layer)
      )
    )

  const asking = Effect.gen(function* () {
    const root = yield* World.root
    const { session } = yield* World.child(root.id, ["permit shell"], { recovery: "retry" })
    yield* turn
    return { id: session.id, request: yield* theRequest }
  })

  it.effect("S-restart: is the same one for its next try, which goes on with the answer", () =>
    inOneRecord((live) =>
      Effect.gen(function* () {
        const { id, request } = yield* live(asking)
        yield* live(
          Effect.gen(function* () {
            yield* turn
            assert.strictEqual((yield* theRequest).id, request.id)
            assert.strictEqual(yield* World.statusOf(id), "awaiting_request")
            yield* answer
            yield* turn
            assert.strictEqual(yield* World.statusOf(id), "completed")
            assert.strictEqual((yield* theRequest).status, "approved")
          })
        )
      })
    )
  )

  it.effect("S-restart: keeps its deadline, also the one that passed while no process was there", () =>
    inOneRecord((live) =>
      Effect.gen(function* () {
        const { id } = yield* live(asking)
        yield* TestClock.adjust("2 hours")
        yield* live(
          Effect.gen(function* () {
            yield* turn
            assert.deepInclude(yield* theRequest, { status: "expired", by: { type: "deadline" } })
            assert.strictEqual(yield* World.statusOf(id), "completed")
          })
        )
      })
    )
  )
})
