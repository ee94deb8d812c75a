/**
 * Carries out a plan: the whole application in one process, on a test clock,
 * over one memory store that outlives its restarts.
 *
 * It only drives and writes down; whether what happened was right, the checks
 * say (`Checks`).
 */
import { SessionStore } from "@offshoot/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as References from "effect/References"
import * as TestClock from "effect/testing/TestClock"
import type { History, Remains } from "./Facts.ts"
import type { Act, Plan } from "./Plan.ts"
import { Stage, soon } from "./Stage.ts"

export interface World {
  readonly history: History
  readonly remains: Remains
  /** What took longer than it may: a start, a stop, the settling of everything. */
  readonly overdue: ReadonlyArray<string>
}

const isReading = ({ _tag }: Act): boolean => _tag === "Read" || _tag === "Follow"

/** Thirty rests of five seconds, and the turns of who was stopped. */
const readOut = "200 seconds"

const simulate = Effect.fnUntraced(function* (plan: Plan) {
  const clock = yield* Clock.Clock
  const inner = yield* Effect.map(Layer.build(Layer.fresh(SessionStore.layerMemory)), (built) =>
    Context.get(built, SessionStore.SessionStore)
  )
  const release = yield* Deferred.make<void>()
  const stage = new Stage(plan, inner, clock, release)
  let now = yield* stage.boot()
  let acts = 0
  for (const { act, atMillis } of plan.timeline) {
    if (now.access.dead) now = yield* stage.revive(now)
    if (act._tag === "Restart" || act._tag === "Drain" || act._tag === "Jump") {
      yield* stage.advanceTo(atMillis)
      if (act._tag === "Jump") yield* stage.jump(act)
      else now = yield* stage.restart(now, act)
      continue
    }
    if (!isReading(act)) acts += 1 // a world without readers has the same titles
    yield* stage.actSoon(now, act, `a${acts}`, atMillis)
  }
  yield* stage.advanceTo(plan.timeline.at(-1)?.atMillis ?? 0)
  now = yield* stage.settle(now)
  const remains = yield* stage.remains(now)
  yield* soon(Deferred.succeed(release, undefined))
  yield* TestClock.adjust(readOut)
  yield* stage.closeReaders("caught_up")
  yield* stage.close(now)
  yield* TestClock.adjust("60 seconds") // what an abandoned incarnation still had to end
  return { history: stage.recorder.history, remains, overdue: stage.overdue } satisfies World
})

/** What happens in this plan's world. The same plan gives the same world. */
export const run = (plan: Plan): Effect.Effect<World, SessionStore.StoreError> =>
  simulate(plan).pipe(
    Effect.scoped,
    Random.withSeed(`offshoot-${plan.seed}`),
    Effect.provideService(References.MinimumLogLevel, "Warn"),
    Effect.provide(TestClock.layer())
  )
