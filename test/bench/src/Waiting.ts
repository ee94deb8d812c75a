/**
 * Memory of children that run and wait, and whether a child's cost grows with
 * their number. Needs `--expose-gc`.
 */
import { SubAgents } from "@offshoot/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Measurement } from "./Measurement.ts"
import * as Runtime from "./Runtime.ts"

const collect = (): void => {
  if (globalThis.gc === undefined) throw new Error("run with --expose-gc: memory is measured after a collection")
  globalThis.gc()
  globalThis.gc()
}

const residentBytes = (): number => {
  collect()
  return process.memoryUsage.rss()
}

/** Bare fibers that wait, for the floor. */
const floorBytes = async (count: number): Promise<number> => {
  const before = residentBytes()
  const fibers = Array.from({ length: count }, () => Effect.runFork(Effect.never))
  const bytes = (residentBytes() - before) / count
  await Effect.runPromise(Fiber.interruptAll(fibers))
  return bytes
}

/** Spawns `count` children that all run and wait; the figures are taken while they do. */
const waiting = Effect.fnUntraced(function* (count: number, allReady: Deferred.Deferred<void>) {
  const agents = yield* SubAgents.SubAgents
  const root = yield* agents.createRoot({ title: "bench" })
  const before = residentBytes()
  const startedAt = performance.now()
  for (let index = 0; index < count; index++) yield* agents.spawn(root.id, { prompt: "wait", agent: Runtime.agent })
  yield* Deferred.await(allReady)
  const micros = ((performance.now() - startedAt) * 1_000) / count
  return { bytes: (residentBytes() - before) / count, micros }
})

const run = (count: number) => {
  const allReady = Deferred.makeUnsafe<void>()
  let ready = 0
  const runner = Runtime.runnerOf((context) =>
    context.emit({ type: "token", content: "ready" }).pipe(
      Effect.andThen(
        Effect.sync(() => {
          ready += 1
          if (ready === count) Deferred.doneUnsafe(allReady, Effect.void)
        })
      ),
      Effect.andThen(Effect.never)
    )
  )
  return Effect.runPromise(waiting(count, allReady).pipe(Effect.provide(Runtime.layer("memory", runner, count))))
}

/** One process measures one number of children, so that no other number's garbage is in the figure. */
export const measure = async (count: number): Promise<ReadonlyArray<Measurement>> => {
  await run(1_000)
  const floor = await floorBytes(count)
  const { bytes, micros } = await run(count)
  const sample = `${count.toLocaleString("en")} children that wait, memory store, once`
  const memory: Measurement = {
    name: `resident memory a waiting child, ${count.toLocaleString("en")} of them`,
    value: bytes / 1_024,
    unit: "KB",
    sample,
    floor: floor / 1_024,
    better: "less",
    aim: 6
  }
  const cost: Measurement = {
    name: `from spawn to waiting, ${count.toLocaleString("en")} children`,
    value: micros,
    unit: "us/child",
    sample,
    better: "less"
  }
  return count >= 100_000 ? [memory, cost] : [cost]
}
