/** In which order the next start gives slots to what an earlier process left. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import * as ExternalChildRunner from "../src/ExternalChildRunner.ts"
import * as SessionStore from "../src/SessionStore.ts"
import * as ScriptedRunner from "../src/testing/ScriptedRunner.ts"
import { agent, child, root, statusOf, world } from "./world.ts"

/** One whose commits take their time, as those of a database do. */
const unhurried = Layer.effect(
  SessionStore.SessionStore,
  Effect.map(SessionStore.SessionStore, (store) => ({
    ...store,
    commit: (transition: SessionStore.Transition) => Effect.andThen(Effect.yieldNow, store.commit(transition))
  }))
).pipe(Layer.provide(SessionStore.layerMemory))

/** Two at once; the runner can go on. */
const life = (store: Layer.Layer<SessionStore.SessionStore>) => {
  const scripted = ScriptedRunner.make({ agent, census: { open: 0, started: 0 }, capabilities: { resume: true } })
  return world({ concurrent: 2 }, ExternalChildRunner.layer([scripted]), store).layer
}

const script = ["resume-handle h", "hang"]

it.effect("S-restart: who had begun has its slot again before anybody who was still queued", () =>
  Effect.gen(function* () {
    const store = Layer.succeedContext(yield* Layer.build(unhurried))
    const dead = yield* Scope.make()
    const accepted = Effect.gen(function* () {
      const [one, other] = [yield* root, yield* root]
      const begun = [yield* child(one.id, script), yield* child(one.id, script)]
      const queued = [yield* child(other.id, script), yield* child(one.id, script)]
      yield* TestClock.adjust("1 second")
      return [...begun, ...queued].map(({ session }) => session.id)
    })
    const ids = yield* Effect.flatMap(Layer.buildWithScope(life(store), dead), (context) =>
      Effect.provideContext(accepted, context)
    )
    const statuses = yield* Effect.provide(
      Effect.andThen(TestClock.adjust("1 second"), Effect.forEach(ids, statusOf)),
      life(store)
    )
    assert.deepStrictEqual(statuses, ["running", "running", "pending", "pending"])
    yield* Scope.close(dead, Exit.void)
  }).pipe(Effect.scoped)
)
