/**
 * Children and events per second through the whole path, at one live subscriber
 * of the parent's stream, against bare fibers that publish to a bare PubSub.
 */
import { SubAgents } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import { median, type Measurement } from "./Measurement.ts"
import * as Runtime from "./Runtime.ts"

export interface Load {
  readonly children: number
  readonly events: number
  readonly store: Runtime.StoreKind
  readonly rounds: number
}

/** The default limit of the product. */
const concurrent = 256

/** How many spawns are under way at once with a store that answers later: as many as run. */
const spawnersFor = { memory: 1, embedded: 256 } as const

/** A fiber a child, an object an event, one PubSub, one reader that takes what there is. */
const floorRound = (load: Load): Effect.Effect<void> =>
  Effect.scoped(
    Effect.gen(function* () {
      const bus = yield* PubSub.unbounded<{ readonly child: number; readonly index: number }>()
      const subscription = yield* PubSub.subscribe(bus)
      const total = load.children * load.events
      const reader = yield* Effect.forkChild(
        Effect.gen(function* () {
          let seen = 0
          while (seen < total) seen += (yield* PubSub.takeAll(subscription)).length
        })
      )
      const speak = Effect.fnUntraced(function* (child: number) {
        for (let index = 0; index < load.events; index++) yield* PubSub.publish(bus, { child, index })
      })
      for (let child = 0; child < load.children; child++) yield* Effect.forkChild(speak(child))
      yield* Fiber.join(reader)
    })
  )

/** Spawns all children under a new root and returns when its reader has seen every completion. */
const round = Effect.fnUntraced(function* (load: Load) {
  const agents = yield* SubAgents.SubAgents
  const root = yield* agents.createRoot({ title: "bench" })
  let completed = 0
  let tokens = 0
  let missed = 0
  const reader = yield* Effect.forkChild(
    agents.events(root.id, { scope: "session", after: Option.none() }).pipe(
      Stream.takeUntil(({ event }) => event.type === "sub_agent_completed" && ++completed === load.children),
      Stream.runForEachArray((items) =>
        Effect.sync(() => {
          for (const { event } of items) {
            if (event.type === "sub_agent_event" && event.event.type === "token") tokens += 1
            else if (event.type === "lagged") missed += event.missed
          }
        })
      )
    ),
    { startImmediately: true }
  )
  yield* Effect.forEach(
    Array.from({ length: load.children }),
    () => agents.spawn(root.id, { prompt: "go", agent: Runtime.agent }),
    { concurrency: spawnersFor[load.store], discard: true }
  )
  yield* Fiber.join(reader)
  return { tokens, missed }
})

const millisOf = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

/** The first round of each warms up and does not count. */
export const measure = async (load: Load): Promise<ReadonlyArray<Measurement>> => {
  const floors: Array<number> = []
  const ours: Array<number> = []
  let missed = 0
  const runtime = ManagedRuntime.make(Runtime.layer(load.store, Runtime.talker(load.events), concurrent))
  for (let count = 0; count <= load.rounds; count++) {
    const floor = await millisOf(() => Effect.runPromise(floorRound(load)))
    const millis = await millisOf(async () => {
      missed += (await runtime.runPromise(round(load))).missed
    })
    if (count === 0) continue
    floors.push(floor)
    ours.push(millis)
  }
  await runtime.dispose()
  const perSecond = (millis: ReadonlyArray<number>, count: number): number => count / (median(millis) / 1_000)
  const { children, events, store } = load
  const sample = `${children.toLocaleString("en")} children x ${events} events, ${load.rounds} rounds, one reader, ${missed} events missed`
  const many = children * events
  const childrenAim = store === "memory" ? 20_000 : 4_000
  const byChild: Measurement = {
    name: `children, ${store} store, ${events} events each`,
    value: perSecond(ours, children),
    unit: "children/s",
    sample,
    floor: perSecond(floors, children),
    better: "more",
    ...(events === 10 ? { aim: childrenAim } : {})
  }
  const byEvent: Measurement = {
    name: `events, ${store} store, ${events} a child`,
    value: perSecond(ours, many),
    unit: "events/s",
    sample,
    floor: perSecond(floors, many),
    better: "more",
    ...(events === 1_000 && store === "memory" ? { aim: 700_000 } : {})
  }
  return events === 10 ? [byChild] : [byEvent]
}
