/** The whole runtime over the memory store with one scripted agent, for tests. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { AgentEvent } from "../src/AgentEvent.ts"
import * as ExternalChildRunner from "../src/ExternalChildRunner.ts"
import type { SessionId } from "../src/Ids.ts"
import * as Limits from "../src/Limits.ts"
import * as Offshoot from "../src/Offshoot.ts"
import type { Session } from "../src/Session.ts"
import * as SessionStore from "../src/SessionStore.ts"
import { type Spawned, type SpawnRequest, SubAgents } from "../src/SubAgents.ts"
import * as ScriptedRunner from "../src/testing/ScriptedRunner.ts"

export const agent = "scripted-agent"

/** All but `resume`: a run whose process died is not gone on with. */
const capabilities = { steer: true, requests: true, usage: true }

export interface World {
  readonly census: ScriptedRunner.Census
  readonly layer: Layer.Layer<Layer.Success<typeof Offshoot.layer> | SessionStore.SessionStore, SessionStore.StoreError>
}

/** A new world. `limits` replaces some of the defaults; `parts` are further reference layers. */
export const world = (
  limits: Partial<Limits.Limits> = {},
  parts: Layer.Layer<never> = Layer.empty,
  store: Layer.Layer<SessionStore.SessionStore> = SessionStore.layerMemory
): World => {
  const census: ScriptedRunner.Census = { open: 0, started: 0 }
  return { census, layer: worldWith(ScriptedRunner.make({ agent, census, capabilities }), limits, parts, store) }
}

/** The same with a runner of the test's own, which runs the children of `agent`. */
export const worldWith = (
  runner: ExternalChildRunner.ExternalChildRunner,
  limits: Partial<Limits.Limits> = {},
  parts: Layer.Layer<never> = Layer.empty,
  store: Layer.Layer<SessionStore.SessionStore> = SessionStore.layerMemory
): World["layer"] =>
  Offshoot.layer.pipe(
    Layer.provideMerge(store),
    Layer.provide(parts),
    Layer.provide(ExternalChildRunner.layer([runner])),
    Layer.provide(ScriptedRunner.directory(agent)),
    Layer.provide(Limits.layer({ ...Limits.defaults, ...limits }))
  )

export const root: Effect.Effect<Session, SessionStore.StoreError, SubAgents> = Effect.flatMap(SubAgents, (agents) =>
  // A root that names no role and no program cannot name a wrong one.
  agents.createRoot({ title: "root" }).pipe(Effect.catchTags({ AgentUnknown: Effect.die, ProfileUnknown: Effect.die }))
)

/** Spawns a scripted child. The lines are its script. */
export const child = (parentId: SessionId, lines: ReadonlyArray<string>, more: Partial<SpawnRequest> = {}) =>
  Effect.flatMap(SubAgents, (agents) => agents.spawn(parentId, { prompt: lines.join("\n"), agent, ...more }))

export const statusOf = (id: SessionId) =>
  Effect.flatMap(SubAgents, (agents) => Effect.map(agents.session(id), ({ session }) => session.status))

/** The session as it is when its run has settled. */
export const settled = ({ session: { id, parentId } }: Spawned) =>
  Effect.gen(function* () {
    const agents = yield* SubAgents
    if (parentId === undefined) return (yield* agents.session(id)).session
    const { children } = yield* agents.wait(parentId, { children: [id], policy: "all", timeout: forever })
    const [view] = children
    return view === undefined ? yield* Effect.die(new Error("no such child")) : view.session
  })

const forever = "365 days"

/** Everything that one reader of a session's stream has seen so far, from now on. */
export const watch = (id: SessionId) =>
  Effect.gen(function* () {
    const agents = yield* SubAgents
    const seen: Array<AgentEvent> = []
    const fiber = yield* Effect.forkChild(
      agents
        .events(id, { scope: "session", after: Option.none() })
        .pipe(Stream.runForEach(({ event }) => Effect.sync(() => seen.push(event)))),
      { startImmediately: true }
    )
    return { seen, end: Fiber.join(fiber) }
  })

/** The events of one child on its parent's stream, unwrapped; heartbeats left out. */
export const eventsOf = (seen: ReadonlyArray<AgentEvent>, childId: SessionId): ReadonlyArray<AgentEvent> =>
  seen.flatMap((event): ReadonlyArray<AgentEvent> => {
    if (event.type === "sub_agent_event") return event.childSessionId === childId ? [event.event] : []
    if (event.type === "sub_agent_started" || event.type === "sub_agent_completed") {
      return event.childSessionId === childId ? [event] : []
    }
    return []
  })
