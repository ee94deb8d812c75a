import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Ids from "../src/Ids.ts"
import * as Recorder from "../src/internal/recorder.ts"
import * as SessionStore from "../src/SessionStore.ts"
import { SubAgents } from "../src/SubAgents.ts"
import { child, root, settled, world } from "./world.ts"

const sessionId = Ids.SessionId.make("ses_1")
const titled = (title: string): SessionStore.Transition => [
  { _tag: "EventRecorded", sessionId, event: { type: "session_title_updated", sessionId, title } }
]

/** A store that answers a commit when its gate opens; what has no gate is answered at once. */
const gated = (gates: ReadonlyMap<string, Deferred.Deferred<void>>, lost: ReadonlySet<string>) =>
  Layer.effect(
    SessionStore.SessionStore,
    Effect.map(SessionStore.SessionStore, (store) => ({
      ...store,
      commit: (transition: SessionStore.Transition) =>
        Effect.flatMap(store.commit(transition), (numbers) => {
          const [change] = transition
          const title =
            change?._tag === "EventRecorded" && change.event.type === "session_title_updated" ? change.event.title : ""
          const answer = lost.has(title)
            ? Effect.fail(
                new SessionStore.StoreError({
                  operation: "commit",
                  reason: new SessionStore.StorageUnavailable({ condition: "io", cause: new Error("lost answer") })
                })
              )
            : Effect.succeed(numbers)
          const gate = gates.get(title)
          return gate === undefined ? answer : Effect.andThen(Deferred.await(gate), answer)
        })
    }))
  ).pipe(Layer.provide(SessionStore.layerMemory))

describe("Recorder", () => {
  it.effect("I4: of two commits the one with the smaller number is shown first, whichever answers first", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const shown: Array<string> = []
      yield* Effect.gen(function* () {
        const { commit } = yield* Recorder.Recorder
        const say = (title: string) => commit(titled(title), () => shown.push(title))
        const slow = yield* Effect.forkChild(say("slow"), { startImmediately: true })
        const quick = yield* Effect.forkChild(say("quick"), { startImmediately: true })
        assert.deepStrictEqual(shown, [])
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(slow)
        yield* Fiber.join(quick)
        assert.deepStrictEqual(shown, ["slow", "quick"])
      }).pipe(Effect.provide(Recorder.layer.pipe(Layer.provide(gated(new Map([["slow", gate]]), new Set())))))
    })
  )

  it.effect("a number whose answer was lost holds nobody back, even if other commits never rest", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const never = yield* Deferred.make<void>()
      const shown: Array<string> = []
      const gates = new Map([
        ["old", gate],
        ["new", never]
      ])
      yield* Effect.gen(function* () {
        const { commit } = yield* Recorder.Recorder
        const say = (title: string) => commit(titled(title), () => shown.push(title))
        const old = yield* Effect.forkDetach(say("old"), { startImmediately: true })
        yield* Effect.flip(say("lost"))
        const next = yield* Effect.forkDetach(say("next"), { startImmediately: true })
        yield* Effect.forkDetach(say("new"), { startImmediately: true })
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(old)
        yield* Fiber.join(next)
        assert.deepStrictEqual(shown, ["old", "next"])
      }).pipe(Effect.provide(Recorder.layer.pipe(Layer.provide(gated(gates, new Set(["lost"]))))))
    })
  )
})

describe("SubAgents.events", () => {
  it.effect("a cursor past the newest number is reset, and loses no event that comes", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const parent = yield* root
      const reader = yield* Effect.forkChild(
        agents.events(parent.id, { scope: "session", after: Option.some(1_000_000) }).pipe(
          Stream.map(({ event }) => event.type),
          Stream.takeUntil((type) => type === "sub_agent_completed"),
          Stream.runCollect
        ),
        { startImmediately: true }
      )
      yield* settled(yield* child(parent.id, ["say x"]))
      const types = yield* Fiber.join(reader)
      assert.strictEqual(types[0], "feed_reset")
      assert.include(types, "sub_agent_started")
      assert.strictEqual(types.at(-1), "sub_agent_completed")
    }).pipe(Effect.provide(world().layer))
  )
})
