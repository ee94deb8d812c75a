/**
 * One life of a process with many children, for the bench of recovery: prints a
 * line of JSON once all of them are where they belong, and then waits to be
 * killed. `fill DIRECTORY` makes the children; `resume DIRECTORY` and `settle
 * DIRECTORY` take up what a killed one left.
 */
import * as NodeProcess from "node:process"
import { ExternalChildRunner, Outcome, Recovery, SpawnScheduler, SubAgents } from "@offshoot/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { RecoveryLoad } from "./Recovery.ts"
import * as Runtime from "./Runtime.ts"

const [act = "fill", directory = "", load = "{}"] = NodeProcess.argv.slice(2)
const { parents, queued, running }: RecoveryLoad = JSON.parse(load)

/** Completed once as many have come as are counted. */
const counter = (count: number) => {
  const all = Deferred.makeUnsafe<void>()
  let come = 0
  return {
    all: Deferred.await(all),
    one: () => {
      come += 1
      if (come === count) Deferred.doneUnsafe(all, Effect.void)
    }
  }
}

const begun = counter(running)
const resumed = counter(running)
const fresh = counter(queued)

/** Says how it could go on, and hangs. */
const runner: ExternalChildRunner.ExternalChildRunner = {
  name: Runtime.agent,
  capabilities: { steer: false, requests: false, resume: true, usage: false, gracefulCancel: false },
  shouldHandle: () => true,
  run: (context) =>
    Effect.suspend(() => {
      if (Option.isSome(context.resume)) resumed.one()
      else fresh.one()
      return Option.isSome(context.resume) ? Effect.void : context.report({ resume: context.session.id })
    }).pipe(
      Effect.andThen(Effect.sync(begun.one)),
      Effect.andThen(Effect.never),
      Effect.as(ExternalChildRunner.ended(Outcome.done))
    )
}

/** As many commits under way as share their transactions. */
const spawners = 256

const fill = Effect.gen(function* () {
  const agents = yield* SubAgents.SubAgents
  const roots = yield* Effect.forEach(Array.from({ length: parents }), () => agents.createRoot({ title: "bench" }))
  const spawn = (count: number) =>
    Effect.forEach(
      Array.from({ length: count }, (_, index) => roots[index % parents]),
      (root) => (root === undefined ? Effect.void : agents.spawn(root.id, { prompt: "hang", agent: Runtime.agent })),
      { concurrency: spawners, discard: true }
    )
  yield* spawn(running)
  yield* begun.all
  yield* spawn(queued)
})

const toJson = Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))

const say = (facts: object): Effect.Effect<void> => Effect.sync(() => NodeProcess.stdout.write(`${toJson(facts)}\n`))

/** Milliseconds since this process was started: loading the program is part of a start. */
const sinceStart = Effect.sync(() => performance.now())

/** What the start has to bring about besides taking everything up. */
const untilRight = act === "fill" ? fill : act === "resume" ? resumed.all : fresh.all

const life = Effect.gen(function* () {
  const scheduler = yield* SpawnScheduler.SpawnScheduler
  const takenUpMillis = yield* sinceStart
  yield* untilRight
  const rightMillis = yield* sinceStart
  const { system, user } = NodeProcess.threadCpuUsage()
  globalThis.gc?.()
  yield* say({
    takenUpMillis,
    rightMillis,
    processorMillis: (system + user) / 1_000,
    ...(yield* scheduler.counts),
    residentBytes: NodeProcess.memoryUsage.rss(),
    peakBytes: NodeProcess.resourceUsage().maxRSS * 1_024
  })
  return yield* Effect.never
})

await Effect.runPromise(
  life.pipe(
    Effect.provide(
      Layer.provide(
        Runtime.layerOver(Runtime.embeddedIn(directory), runner, running),
        Recovery.layer(act === "settle" ? "settle" : "resume")
      )
    )
  )
)
