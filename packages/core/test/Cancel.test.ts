import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"
import * as Agent from "../src/Agent.ts"
import type { StopMode } from "../src/ExternalChildRunner.ts"
import * as SessionStore from "../src/SessionStore.ts"
import { SpawnScheduler } from "../src/SpawnScheduler.ts"
import { type CancelRequest, SubAgents } from "../src/SubAgents.ts"
import { child, root, settled, statusOf, watch, world } from "./world.ts"

const run = <A, E>(
  effect: Effect.Effect<A, E, SubAgents | SpawnScheduler | SessionStore.SessionStore>,
  made = world()
) => Effect.provide(effect, made.layer)

const subtree: CancelRequest = { mode: "graceful", by: "by_user", reach: "subtree" }

describe("cancel", () => {
  it.effect("S-cancel-queued: a child cancelled while it is queued never launches, and completes as cancelled", () => {
    const made = world({ concurrent: 1 })
    return run(
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        const { seen } = yield* watch(parent.id)
        yield* child(parent.id, ["sleep 10"])
        const queued = yield* child(parent.id, ["say never"])
        yield* TestClock.adjust("1 second")
        yield* agents.cancel(queued.session.id, subtree)
        assert.strictEqual(yield* statusOf(queued.session.id), "cancelled")
        yield* TestClock.adjust("20 seconds")
        assert.strictEqual(made.census.started, 1)
        const last = seen.filter(
          (event) => event.type === "sub_agent_completed" && event.childSessionId === queued.session.id
        )
        assert.deepStrictEqual(
          last.map((event) => event.type === "sub_agent_completed" && event.reason),
          ["before_launch"]
        )
      }),
      made
    )
  })

  it.effect("a running child becomes cancelling, then cancelled with what it said", () =>
    run(
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        const { seen } = yield* watch(parent.id)
        const spawned = yield* child(parent.id, ["say so far", "hang"])
        yield* TestClock.adjust("1 second")
        const receipt = yield* agents.cancel(spawned.session.id, subtree)
        assert.deepStrictEqual(receipt.cancelled, [spawned.session.id])
        assert.deepStrictEqual((yield* settled(spawned)).outcome, { status: "cancelled", reason: "by_user" })
        const result = Option.getOrThrow(yield* agents.result(spawned.session.id))
        assert.strictEqual(result.text, "so far")
        yield* TestClock.adjust("1 millis")
        const statuses = seen.flatMap((event) =>
          event.type === "sub_agent_event" && event.event.type === "session_status_changed" ? [event.event.status] : []
        )
        assert.deepStrictEqual(statuses, ["cancelling"])
      })
    )
  )

  it.effect("I7: cancelling a root cancels the whole subtree, and no child is accepted under it afterwards", () => {
    const made = world()
    return run(
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        const one = yield* child(parent.id, ["hang"])
        const two = yield* child(one.session.id, ["await-request 1000"])
        const three = yield* child(two.session.id, ["hang"])
        yield* TestClock.adjust("1 second")
        const receipt = yield* agents.cancel(parent.id, subtree)
        assert.strictEqual(receipt.cancelled.length, 3)
        yield* TestClock.adjust("1 second")
        for (const { session } of [one, two, three]) assert.strictEqual(yield* statusOf(session.id), "cancelled")
        assert.strictEqual(yield* statusOf(parent.id), "cancelled")
        assert.strictEqual(made.census.open, 0)
        const late = yield* Effect.flip(child(two.session.id, ["say late"]))
        assert.strictEqual(late._tag, "ParentNotAccepting")
      }),
      made
    )
  })

  it.effect("I7: a child that is being recorded while its root is cancelled settles as cancelled", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const arrived = yield* Deferred.make<void>()
      const slowStore = Layer.effect(
        SessionStore.SessionStore,
        Effect.map(SessionStore.SessionStore, (store) => ({
          ...store,
          commit: (transition: SessionStore.Transition) =>
            transition.some((change) => change._tag === "JobAccepted")
              ? Deferred.succeed(arrived, undefined).pipe(
                  Effect.andThen(Deferred.await(gate)),
                  Effect.andThen(store.commit(transition))
                )
              : store.commit(transition)
        }))
      ).pipe(Layer.provide(SessionStore.layerMemory))
      const made = world({}, Layer.empty, slowStore)
      yield* run(
        Effect.gen(function* () {
          const agents = yield* SubAgents
          const parent = yield* root
          const spawning = yield* Effect.forkChild(child(parent.id, ["say late"]))
          yield* Deferred.await(arrived)
          yield* agents.cancel(parent.id, subtree)
          yield* Deferred.succeed(gate, undefined)
          const spawned = yield* Fiber.join(spawning)
          assert.strictEqual((yield* settled(spawned)).outcome?.reason, "before_launch")
          assert.strictEqual(made.census.started, 0)
        }),
        made
      )
    })
  )

  it.effect("a cancel that reaches only the session leaves its children running", () =>
    run(
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        const one = yield* child(parent.id, ["hang"])
        const two = yield* child(one.session.id, ["sleep 10"])
        yield* TestClock.adjust("1 second")
        yield* agents.cancel(one.session.id, { ...subtree, reach: "session" })
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* statusOf(one.session.id), "cancelled")
        assert.strictEqual(yield* statusOf(two.session.id), "completed")
      })
    )
  )

  it.effect("what does not exist, and what has settled, is refused", () =>
    run(
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        const spawned = yield* child(parent.id, ["say done"])
        yield* settled(spawned)
        const error = yield* Effect.flip(agents.cancel(spawned.session.id, subtree))
        assert.deepInclude(error, { _tag: "NotInFlight", status: "completed" })
        yield* agents.remove(spawned.session.id)
        assert.strictEqual((yield* Effect.flip(agents.cancel(spawned.session.id, subtree)))._tag, "SessionNotFound")
      })
    )
  )

  it.effect("a runner reads the mode of its cancel, and an abort cuts its grace time short", () =>
    Effect.gen(function* () {
      const modes: Array<StopMode> = []
      const stopping = yield* Deferred.make<void>()
      const made = world(
        {},
        Agent.layer({
          run: (context) =>
            Effect.onInterrupt(Effect.never, () =>
              Effect.gen(function* () {
                modes.push(yield* context.stopMode)
                yield* Deferred.succeed(stopping, undefined)
                yield* Effect.raceFirst(context.aborted, Effect.sleep("9 seconds"))
                modes.push(yield* context.stopMode)
              })
            )
        })
      )
      yield* run(
        Effect.gen(function* () {
          const agents = yield* SubAgents
          const parent = yield* root
          const spawned = yield* agents.spawn(parent.id, { prompt: "x" })
          yield* TestClock.adjust("1 second")
          yield* agents.cancel(spawned.session.id, subtree)
          yield* Deferred.await(stopping)
          yield* agents.cancel(spawned.session.id, { ...subtree, mode: "abort" })
          assert.strictEqual((yield* settled(spawned)).status, "cancelled")
          assert.deepStrictEqual(modes, ["graceful", "abort"])
        }),
        made
      )
    })
  )

  it.effect("I7: a runner that ignores its cancel is given up when the grace time is over", () =>
    run(
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        const spawned = yield* child(parent.id, ["deaf"])
        yield* TestClock.adjust("1 second")
        yield* agents.cancel(spawned.session.id, subtree)
        yield* TestClock.adjust("9 seconds")
        assert.strictEqual(yield* statusOf(spawned.session.id), "cancelling")
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* statusOf(spawned.session.id), "cancelled")
      })
    )
  )

  it.effect("removing a session stops its subtree, waits for it, and leaves nothing behind", () => {
    const made = world()
    return run(
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const scheduler = yield* SpawnScheduler
        const parent = yield* root
        const one = yield* child(parent.id, ["hang"])
        const two = yield* child(one.session.id, ["hang"])
        const { end, seen } = yield* watch(parent.id)
        yield* TestClock.adjust("1 second")
        yield* agents.remove(parent.id)
        for (const id of [parent.id, one.session.id, two.session.id]) {
          assert.strictEqual((yield* Effect.flip(agents.session(id)))._tag, "SessionNotFound")
        }
        assert.strictEqual(made.census.open, 0)
        assert.deepStrictEqual(yield* scheduler.counts, { inFlight: 0, running: 0, backlog: 0 })
        yield* end
        assert.strictEqual(seen.at(-1)?.type, "session_deleted")
      }),
      made
    )
  })
})

describe("wait", () => {
  it.effect("answers when the policy is satisfied, and pending when the time is over", () =>
    run(
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        yield* child(parent.id, ["sleep 10"])
        yield* child(parent.id, ["sleep 20", "fail bad"])
        const all = yield* Effect.forkChild(
          agents.wait(parent.id, { children: [], policy: "all", timeout: "1 minute" })
        )
        const any = yield* Effect.forkChild(
          agents.wait(parent.id, { children: [], policy: "any", timeout: "1 minute" })
        )
        const short = yield* Effect.forkChild(
          agents.wait(parent.id, { children: [], policy: "all", timeout: "5 seconds" })
        )
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual((yield* Fiber.join(short)).state, "pending")
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual((yield* Fiber.join(any)).state, "satisfied")
        assert.isUndefined(all.pollUnsafe())
        yield* TestClock.adjust("10 seconds")
        const { children, state } = yield* Fiber.join(all)
        assert.strictEqual(state, "satisfied")
        assert.deepStrictEqual(
          children.map(({ session }) => session.status),
          ["completed", "error"]
        )
      })
    )
  )

  it.effect("viewing is not owning: an interrupted wait or reader stops no child", () =>
    run(
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        const spawned = yield* child(parent.id, ["sleep 10"])
        const waiting = yield* Effect.forkChild(
          agents.wait(parent.id, { children: [], policy: "all", timeout: "1 hour" })
        )
        yield* TestClock.adjust("1 second")
        assert.isTrue(Exit.isFailure(yield* Fiber.interrupt(waiting).pipe(Effect.andThen(Fiber.await(waiting)))))
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* statusOf(spawned.session.id), "completed")
      })
    )
  )
})
