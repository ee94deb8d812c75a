/** Completion handlers in the whole runtime. How the outbox calls them is tested with the outbox. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import { type ChildCompletionHandler, layer as handlersLayer } from "../src/ChildCompletionHandler.ts"
import { layerMemory, SessionStore } from "../src/SessionStore.ts"
import type { ChildCompletion } from "../src/SpawnJob.ts"
import { failure, handler, lasting, pending, quiet, turns } from "./OutboxWorld.ts"
import * as World from "./world.ts"

describe("completion handlers of the runtime", () => {
  it.effect("S-completion: a handler is told parent, child, run, outcome and time", () => {
    const seen: Array<ChildCompletion> = []
    const told: ChildCompletionHandler = {
      name: "seen",
      onChildCompleted: (completion) => Effect.sync(() => seen.push(completion))
    }
    return Effect.gen(function* () {
      const parent = yield* World.root
      const spawned = yield* World.child(parent.id, ["sleep 3", "fail no"])
      yield* TestClock.adjust("3 seconds")
      yield* World.settled(spawned)
      yield* turns
      assert.deepStrictEqual(seen, [
        {
          runId: spawned.runId,
          parentSessionId: parent.id,
          childSessionId: spawned.session.id,
          outcome: { status: "error", reason: "agent_failed", message: "no" },
          completedAtMillis: 3_000
        }
      ])
    }).pipe(Effect.provide(World.world({}, handlersLayer([told])).layer))
  })

  it.effect("S-finalize: the parent's readers see the completion before a handler is called", () =>
    Effect.gen(function* () {
      const order: Array<string> = []
      const told: ChildCompletionHandler = {
        name: "seen",
        onChildCompleted: () => Effect.sync(() => order.push("handler"))
      }
      yield* Effect.gen(function* () {
        const store = yield* SessionStore
        const parent = yield* World.root
        const spawned = yield* World.child(parent.id, ["say hi"])
        yield* World.settled(spawned)
        yield* turns
        const types = (yield* store.recentEvents(parent.id, 10)).map(({ event }) => event.type)
        assert.include(types, "sub_agent_completed")
        assert.deepStrictEqual(order, ["handler"])
      }).pipe(Effect.provide(World.world({}, handlersLayer([told])).layer))
    })
  )

  it.effect("S-handler: a completion that nobody was to be told of is not handed to a handler that comes later", () =>
    Effect.gen(function* () {
      const same = yield* lasting
      const spawned = yield* Effect.gen(function* () {
        const child = yield* World.child((yield* World.root).id, ["say hi"])
        yield* World.settled(child)
        return child
      }).pipe(Effect.provide(World.world({}, Layer.empty, same).layer))
      const late = handler()
      yield* turns.pipe(Effect.provide(World.world({}, handlersLayer([late.value]), same).layer))
      assert.strictEqual(late.runs(), "")
      const completion = yield* Effect.flatMap(SessionStore, (store) => store.completion(spawned.runId))
      assert.strictEqual(completion._tag, "Some")
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("S-handler, S-restart: what was not taken before a restart is handed over after it, in order", () =>
    Effect.gen(function* () {
      const same = yield* lasting
      const before = handler(() => Effect.fail(failure))
      const spawned = yield* Effect.gen(function* () {
        const parent = yield* World.root
        const first = yield* World.child(parent.id, ["say one"])
        yield* World.settled(first)
        const second = yield* World.child(parent.id, ["say two"])
        yield* World.settled(second)
        return [first, second].map(({ runId }) => runId.slice("run_".length)).join(" ")
      }).pipe(Effect.provide(World.world({}, handlersLayer([before.value]), same).layer), quiet)
      const after = handler()
      yield* turns.pipe(Effect.provide(World.world({}, handlersLayer([after.value]), same).layer))
      assert.strictEqual(after.runs(), spawned)
      assert.deepStrictEqual(yield* pending(), [])
    }).pipe(Effect.provide(layerMemory))
  )
})
