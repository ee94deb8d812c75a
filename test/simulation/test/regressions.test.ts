/** Defects that the simulation found in the runtime, each as small as it goes. */
import { assert, describe, it } from "@effect/vitest"
import {
  AgentDirectory,
  type AgentEvent,
  ExternalChildRunner,
  type Ids,
  Limits,
  Offshoot,
  SessionStore,
  SpawnScheduler,
  SubAgents
} from "@offshoot/core"
import * as ScriptedRunner from "@offshoot/core/testing/ScriptedRunner"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"

const agent = "scripted"

const application = (
  limits: Partial<Limits.Limits> = {},
  runners: ReadonlyArray<ExternalChildRunner.ExternalChildRunner> = [],
  store: Layer.Layer<SessionStore.SessionStore> = SessionStore.layerMemory
) => {
  const scripted = ScriptedRunner.make({ agent, census: { open: 0, started: 0 } })
  return Offshoot.layer.pipe(
    Layer.provide(Limits.layer({ ...Limits.defaults, ...limits })),
    Layer.provide(ExternalChildRunner.layer([...runners, scripted])),
    Layer.provide(
      AgentDirectory.layer(
        [agent, "own"].map((id) => ({ id, protocol: ScriptedRunner.protocol, concurrentMax: 1_000 }))
      )
    ),
    Layer.provideMerge(store)
  )
}

const spawn = (parentId: Ids.SessionId, lines: ReadonlyArray<string>, by: string = agent) =>
  Effect.flatMap(SubAgents.SubAgents, (app) => app.spawn(parentId, { prompt: lines.join("\n"), agent: by }))

const read = (id: Ids.SessionId, onEvent: (event: AgentEvent.AgentEvent) => Effect.Effect<void>) =>
  Effect.flatMap(SubAgents.SubAgents, (app) =>
    Effect.forkChild(
      Stream.runForEach(app.events(id, { scope: "session", after: Option.none() }), ({ event }) => onEvent(event)),
      { startImmediately: true }
    ))

describe("found by the simulation", () => {
  it.effect("a run that comes back for its slot and ends in the same turn leaves no slot held (I10)", () =>
    Effect.gen(function*() {
      const app = yield* SubAgents.SubAgents
      const root = yield* app.createRoot({ title: "root" })
      yield* spawn(root.id, ["await-request 1"])
      yield* spawn(root.id, ["sleep 2"])
      yield* TestClock.adjust("3 seconds")
      const scheduler = yield* SpawnScheduler.SpawnScheduler
      assert.deepStrictEqual(yield* scheduler.counts, { inFlight: 0, running: 0, backlog: 0 })
    }).pipe(Effect.provide(application({ concurrent: 1 }))))

  it.effect("a reader that has stopped takes no event away from another one (I5)", () =>
    Effect.gen(function*() {
      const app = yield* SubAgents.SubAgents
      const root = yield* app.createRoot({ title: "root" })
      const never = yield* Deferred.make<void>()
      yield* read(root.id, () => Deferred.await(never))
      let tokens = 0
      let completed = 0
      yield* read(root.id, (event) =>
        Effect.sync(() => {
          if (event.type === "sub_agent_event" && event.event.type === "token") tokens += 1
          if (event.type === "sub_agent_completed") completed += 1
        }))
      yield* spawn(root.id, Array.from({ length: 30 }, () => "count 100\nsleep 1"))
      yield* TestClock.adjust("60 seconds")
      assert.deepStrictEqual({ tokens, completed }, { tokens: 3_000, completed: 1 })
    }).pipe(Effect.provide(application())))
})
