/**
 * Memory of parents in process that rest because they wait for their children.
 * Needs `--expose-gc`.
 */
import {
  Agent,
  AgentDirectory,
  ExternalChildRunner,
  Limits,
  Offshoot,
  Outcome,
  SubAgents,
  Watchdog
} from "@offshoot/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Measurement } from "./Measurement.ts"
import * as Runtime from "./Runtime.ts"

/** On the heap and beside it, after a collection: what nobody refers to is not counted. */
const heldBytes = (): number => {
  if (globalThis.gc === undefined) throw new Error("run with --expose-gc: memory is measured after a collection")
  globalThis.gc()
  globalThis.gc()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Rings when it has been told so often. */
const countdown = (count: number) => {
  const over = Deferred.makeUnsafe<void>()
  let left = count
  const tell = Effect.sync(() => {
    left -= 1
    if (left === 0) Deferred.doneUnsafe(over, Effect.void)
  })
  return { tell, over: Deferred.await(over) }
}
type Countdown = ReturnType<typeof countdown>

const parents = (ended: Countdown) =>
  Agent.layer({
    run: ({ appendRound }) =>
      appendRound([{ role: "assistant", text: "I wait for my child.", hidden: false }]).pipe(
        Effect.andThen(ended.tell),
        Effect.as(ExternalChildRunner.ended(Outcome.done))
      )
  })

/** The children run, and hang: what they hold is held before the first figure is taken. */
const layer = (count: number, begun: Countdown, ended: Countdown) =>
  Offshoot.layer.pipe(
    Layer.orDie,
    Layer.provideMerge(Runtime.embedded),
    Layer.provide(
      Layer.mergeAll(
        parents(ended),
        ExternalChildRunner.layer([Runtime.runnerOf(() => Effect.andThen(begun.tell, Effect.never))]),
        AgentDirectory.layer([{ id: Runtime.agent, protocol: Runtime.agent, concurrentMax: Number.MAX_SAFE_INTEGER }]),
        Limits.layer({ concurrent: count + 64, perParent: 64, depth: 3, queue: 128, backlog: 1_000_000 }),
        // No look at a child falls between the two figures.
        Watchdog.layer({ ...Watchdog.defaults, checkSeconds: 3_600, totalSeconds: 36_000, idleSeconds: 36_000 })
      )
    )
  )

const rested = Effect.fnUntraced(function* (count: number, begun: Countdown, ended: Countdown) {
  const offshoot = yield* SubAgents.SubAgents
  const ids = yield* Effect.forEach(
    Array.from({ length: count }, (_, index) => index),
    Effect.fnUntraced(function* (index) {
      const { id } = yield* offshoot.createRoot({ title: `parent ${index}`, prompt: "spawn and wait" })
      yield* offshoot.spawn(id, { prompt: "wait", agent: Runtime.agent })
      return id
    })
  )
  yield* begun.over
  const before = heldBytes()
  for (const id of ids) {
    yield* offshoot.wakeWhen(id, { children: [], policy: "all", lease: Option.none() })
    yield* offshoot.run(id)
  }
  yield* ended.over
  const views = yield* Effect.forEach(ids, (id) => offshoot.session(id))
  const atRest = views.filter(({ session }) => session.status === "waiting_for_children").length
  views.length = 0
  return { atRest, bytes: (heldBytes() - before) / count }
})

export const measure = async (count: number): Promise<ReadonlyArray<Measurement>> => {
  const run = (some: number) => {
    const [begun, ended] = [countdown(some), countdown(some)]
    return Effect.runPromise(rested(some, begun, ended).pipe(Effect.provide(layer(some, begun, ended))))
  }
  await run(200)
  const { atRest, bytes } = await run(count)
  if (atRest < count * 0.99) throw new Error(`${atRest} of ${count} parents rest`)
  return [
    {
      name: `held memory a resting parent, ${count.toLocaleString("en")} of them`,
      value: bytes / 1_024,
      unit: "KB",
      sample: `${count.toLocaleString("en")} roots in process that wait for one running child each, embedded store, once; heap and buffers after a collection, above what the children and the idle roots hold`,
      better: "less",
      aim: 2
    }
  ]
}
