/**
 * From the call that spawns a child to its first event on the parent's stream,
 * while 1,000 other children run and speak.
 */
import { type ExternalChildRunner, SubAgents } from "@offshoot/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type Measurement, percentile } from "./Measurement.ts"
import * as Runtime from "./Runtime.ts"

const running = 1_000
const samples = 1_000

/** The background says a word every 100 ms: 10,000 events a second over all. The probe says one and ends. */
const runner: ExternalChildRunner.ExternalChildRunner = Runtime.runnerOf((context) => {
  const word = context.emit({ type: "token", content: "word " })
  return context.prompt === "probe" ? word : Effect.forever(Effect.andThen(word, Effect.sleep("100 millis")))
})

const probe = Effect.fnUntraced(function* () {
  const agents = yield* SubAgents.SubAgents
  const background = yield* agents.createRoot({ title: "background" })
  for (let index = 0; index < running; index++) {
    yield* agents.spawn(background.id, { prompt: "speak", agent: Runtime.agent })
  }
  const root = yield* agents.createRoot({ title: "probes" })
  let arrived = yield* Deferred.make<void>()
  yield* Effect.forkChild(
    agents
      .events(root.id, { scope: "session", after: Option.none() })
      .pipe(
        Stream.runForEach(({ event }) =>
          event.type === "sub_agent_event" && event.event.type === "token"
            ? Deferred.succeed(arrived, undefined)
            : Effect.void
        )
      ),
    { startImmediately: true }
  )
  const millis: Array<number> = []
  for (let index = 0; index < samples; index++) {
    arrived = yield* Deferred.make<void>()
    const startedAt = performance.now()
    yield* agents.spawn(root.id, { prompt: "probe", agent: Runtime.agent })
    yield* Deferred.await(arrived)
    millis.push(performance.now() - startedAt)
    yield* Effect.sleep("1 millis")
  }
  return millis
})

export const measure = async (store: Runtime.StoreKind): Promise<ReadonlyArray<Measurement>> => {
  const millis = await Effect.runPromise(
    Effect.scoped(probe()).pipe(Effect.provide(Runtime.layer(store, runner, running + 10)))
  )
  const sample = `${samples} spawns, one after the other, at ${running} running children, ${store} store`
  return [50, 99].map((percent) => ({
    name: `spawn to first event, ${percent === 50 ? "median" : "99th percentile"}, ${store} store`,
    value: percentile(millis, percent),
    unit: "ms",
    sample,
    better: "less"
  }))
}
