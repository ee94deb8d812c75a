/** A parent in process that waits for its children is a row and no fiber: it keeps its job, gives its slot back, and goes on when it is woken. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import type { SessionId } from "../src/Ids.ts"
import * as SessionStore from "../src/SessionStore.ts"
import { SpawnScheduler } from "../src/SpawnScheduler.ts"
import { SubAgents } from "../src/SubAgents.ts"
import { make as parentAgent, running, wakeWhenAll } from "./ParentAgent.ts"
import { childrenIn } from "./WaitsWorld.ts"
import { child, statusOf, watch, world } from "./world.ts"

const answersIn = (prompt: string) => childrenIn(prompt).map(({ answer }) => answer)

const counts = Effect.flatMap(SpawnScheduler, (scheduler) => scheduler.counts)

/** A child in process. */
const middle = (parentId: SessionId) =>
  Effect.map(
    Effect.flatMap(SubAgents, (agents) => agents.spawn(parentId, { prompt: "spawn and wait" })),
    ({ session }) => session.id
  )

/** A store whose commits the test may have fail: after they stood, or before. */
const moody = () => {
  let mood: (transition: SessionStore.Transition) => "calm" | "refuses" | "lies" = () => "calm"
  const unavailable = new SessionStore.StoreError({
    operation: "commit",
    reason: new SessionStore.StorageUnavailable({ condition: "io", cause: "mood" })
  })
  const layer = Layer.effect(
    SessionStore.SessionStore,
    Effect.map(SessionStore.SessionStore, (store) => ({
      ...store,
      commit: (transition: SessionStore.Transition) =>
        Effect.suspend(() => {
          const now = mood(transition)
          if (now === "refuses") return Effect.fail(unavailable)
          const committed = store.commit(transition)
          return now === "lies" ? Effect.andThen(committed, Effect.fail(unavailable)) : committed
        })
    }))
  ).pipe(Layer.provide(SessionStore.layerMemory))
  return {
    layer,
    be: (next: typeof mood) => {
      mood = next
    }
  }
}

const wakes = (transition: SessionStore.Transition): boolean =>
  transition.some((change) => change._tag === "ObligationChanged" && change.obligation.kind === "wait")

describe("a parent that rests", () => {
  it.effect("holds no slot, has not settled, and is told of once, when it is done", () => {
    const agent = parentAgent()
    return Effect.gen(function* () {
      const agents = yield* SubAgents
      const id = yield* running()
      const first = yield* agent.next
      yield* child(id, ["sleep 60", "say one"])
      yield* wakeWhenAll(id)
      const reader = yield* watch(id)
      yield* first.end
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(yield* statusOf(id), "waiting_for_children")
      assert.deepInclude(yield* counts, { inFlight: 2, running: 1 })
      yield* TestClock.adjust("60 seconds")
      const second = yield* agent.next
      assert.isTrue(second.isResumed)
      assert.deepStrictEqual(answersIn(second.prompt), ["one"])
      yield* second.end
      yield* TestClock.adjust("1 second")
      yield* reader.end
      assert.strictEqual(yield* statusOf(id), "completed")
      assert.strictEqual(reader.seen.filter(({ type }) => type === "complete").length, 1)
      assert.deepInclude(yield* counts, { inFlight: 0, running: 0 })
      assert.isTrue(Option.isNone((yield* agents.session(id)).hold))
    }).pipe(Effect.provide(world({}, agent.layer).layer))
  })

  it.effect("I10: waiting parents on every level leave the only slot to those that they wait for", () => {
    const agent = parentAgent()
    return Effect.gen(function* () {
      const id = yield* running()
      const top = yield* agent.next
      const middles = [yield* middle(id), yield* middle(id)]
      yield* wakeWhenAll(id)
      yield* top.end
      for (const one of middles) {
        const run = yield* agent.next
        assert.strictEqual(run.sessionId, one)
        yield* child(one, ["say leaf"])
        yield* wakeWhenAll(one)
        yield* run.end
      }
      yield* TestClock.adjust("1 second")
      for (const _ of middles) {
        const woken = yield* agent.next
        assert.include(middles, woken.sessionId)
        assert.deepStrictEqual(answersIn(woken.prompt), ["leaf"])
        yield* woken.end
      }
      const last = yield* agent.next
      assert.strictEqual(last.sessionId, id)
      assert.strictEqual(childrenIn(last.prompt).length, 2)
      yield* last.end
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* statusOf(id), "completed")
    }).pipe(Effect.provide(world({ concurrent: 1 }, agent.layer).layer))
  })

  it.effect("I7: ends as cancelled, with its children, when it is cancelled, and is not woken", () => {
    const agent = parentAgent()
    return Effect.gen(function* () {
      const agents = yield* SubAgents
      const id = yield* running()
      const first = yield* agent.next
      const spawned = yield* child(id, ["hang"])
      yield* wakeWhenAll(id)
      yield* first.end
      yield* TestClock.adjust("1 second")
      yield* agents.cancel(id, { mode: "graceful", by: "by_user", reach: "subtree" })
      yield* TestClock.adjust("10 minutes")
      const { session } = yield* agents.session(id)
      assert.deepStrictEqual(session.outcome, { status: "cancelled", reason: "by_user" })
      assert.strictEqual(yield* statusOf(spawned.session.id), "cancelled")
      assert.strictEqual(yield* agent.more, 0)
      assert.deepInclude(yield* counts, { inFlight: 0, running: 0 })
    }).pipe(Effect.provide(world({}, agent.layer).layer))
  })

  it.effect("goes on when it is sent a message, rests again, and is woken all the same", () => {
    const agent = parentAgent()
    return Effect.gen(function* () {
      const agents = yield* SubAgents
      const id = yield* running()
      const first = yield* agent.next
      yield* child(id, ["sleep 60", "say one"])
      yield* wakeWhenAll(id)
      yield* first.end
      yield* TestClock.adjust("1 second")
      yield* agents.send(id, { text: "how far?", mode: "queue", origin: "user", key: Option.none() })
      const second = yield* agent.next
      assert.strictEqual(second.prompt, "how far?")
      yield* second.end
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* statusOf(id), "waiting_for_children")
      yield* TestClock.adjust("60 seconds")
      const third = yield* agent.next
      assert.deepStrictEqual(answersIn(third.prompt), ["one"])
      yield* third.end
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* statusOf(id), "completed")
      assert.strictEqual(yield* agent.more, 0)
    }).pipe(Effect.provide(world({}, agent.layer).layer))
  })

  it.effect("goes on at once when its wait ends while its run does", () => {
    const agent = parentAgent()
    return Effect.gen(function* () {
      const id = yield* running()
      const first = yield* agent.next
      yield* child(id, ["say one"])
      yield* wakeWhenAll(id)
      yield* TestClock.adjust("1 second")
      const reader = yield* watch(id)
      yield* first.end
      const second = yield* agent.next
      assert.isTrue(second.isResumed)
      assert.deepStrictEqual(answersIn(second.prompt), ["one"])
      yield* second.end
      yield* TestClock.adjust("1 second")
      yield* reader.end
      assert.strictEqual(yield* statusOf(id), "completed")
    }).pipe(Effect.provide(world({}, agent.layer).layer))
  })

  it.effect("is woken once although the store said that the commit of its wake had failed", () => {
    const agent = parentAgent()
    const store = moody()
    return Effect.gen(function* () {
      const id = yield* running()
      const first = yield* agent.next
      yield* child(id, ["sleep 60", "say one"])
      yield* wakeWhenAll(id)
      yield* first.end
      yield* TestClock.adjust("30 seconds")
      let lies = 1
      store.be((transition) => (wakes(transition) && lies-- > 0 ? "lies" : "calm"))
      yield* TestClock.adjust("40 seconds")
      const second = yield* agent.next
      assert.deepStrictEqual(answersIn(second.prompt), ["one"])
      yield* second.end
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(yield* agent.more, 0)
      assert.strictEqual(yield* statusOf(id), "completed")
    }).pipe(Effect.provide(world({}, agent.layer, store.layer).layer))
  })
})

/** Two lives of one process over one store. */
const lives = Effect.fnUntraced(function* () {
  const store = Layer.succeedContext(yield* Layer.build(SessionStore.layerMemory))
  const [first, second] = [parentAgent(), parentAgent()]
  const dead = yield* Scope.make()
  const before = yield* Layer.buildWithScope(world({}, first.layer, store).layer, dead)
  return { first, second, before, dead, after: world({}, second.layer, store).layer }
})

describe("a parent that rested when its process ended", () => {
  it.effect("is woken by the next one when its child settles there", () =>
    Effect.gen(function* () {
      const { after, before, dead, first, second } = yield* lives()
      const ids = yield* Effect.provideContext(
        Effect.gen(function* () {
          const id = yield* running()
          const run = yield* first.next
          const spawned = yield* child(id, ["hang"])
          yield* wakeWhenAll(id)
          yield* run.end
          yield* TestClock.adjust("1 second")
          return { id, childId: spawned.session.id }
        }),
        before
      )
      yield* Effect.provide(
        Effect.gen(function* () {
          yield* TestClock.adjust("1 second")
          // Its child could not go on, and was lost: that ends the wait.
          const woken = yield* second.next
          assert.strictEqual(woken.sessionId, ids.id)
          assert.isTrue(woken.isResumed)
          assert.deepStrictEqual(
            childrenIn(woken.prompt).map(({ status }) => status),
            ["error"]
          )
          yield* woken.end
          yield* TestClock.adjust("1 second")
          assert.strictEqual(yield* statusOf(ids.id), "completed")
          assert.strictEqual(yield* second.more, 0)
        }),
        after
      )
      yield* Scope.close(dead, Exit.void)
    }).pipe(Effect.scoped)
  )

  it.effect("rests on while its child waits for its turn", () =>
    Effect.gen(function* () {
      const { after, before, dead, first, second } = yield* lives()
      const id = yield* Effect.provideContext(
        Effect.gen(function* () {
          const parent = yield* running()
          const run = yield* first.next
          const one = yield* middle(parent)
          yield* wakeWhenAll(parent)
          yield* run.end
          yield* first.next
          yield* TestClock.adjust("1 second")
          assert.strictEqual(yield* statusOf(one), "running")
          return parent
        }),
        before
      )
      yield* Effect.provide(
        Effect.gen(function* () {
          yield* TestClock.adjust("1 second")
          assert.strictEqual(yield* statusOf(id), "waiting_for_children")
          const resumed = yield* second.next
          assert.notStrictEqual(resumed.sessionId, id)
          yield* resumed.end
          const woken = yield* second.next
          assert.strictEqual(woken.sessionId, id)
          yield* woken.end
          yield* TestClock.adjust("1 second")
          assert.strictEqual(yield* statusOf(id), "completed")
        }),
        after
      )
      yield* Scope.close(dead, Exit.void)
    }).pipe(Effect.scoped)
  )
})
