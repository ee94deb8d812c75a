/**
 * Random worlds against the invariants. `OFFSHOOT_SEED=n` replays one seed,
 * `OFFSHOOT_SEEDS=n` says how many, `OFFSHOOT_SEEDS_FROM=n` where they begin.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Checks from "../src/Checks.ts"
import { nobodyIsDelayed } from "../src/checks/Lag.ts"
import type { History } from "../src/Facts.ts"
import * as Plan from "../src/Plan.ts"
import * as Simulation from "../src/Simulation.ts"

/** About fifteen seconds on two cores: some twenty worlds a second, three worlds a seed. */
const seedsDefault = 100
/** With fewer seeds the rarest of what must happen may not happen. */
const seedsForAll = 50
const findingsShownMax = 5
const testMillisMax = 3_600_000

const seeds = Effect.runSync(
  Effect.gen(function* () {
    const one = yield* Config.option(Config.Int("OFFSHOOT_SEED"))
    if (Option.isSome(one)) return [one.value]
    const count = yield* Config.withDefault(Config.Int("OFFSHOOT_SEEDS"), seedsDefault)
    const from = yield* Config.withDefault(Config.Int("OFFSHOOT_SEEDS_FROM"), 1)
    return Array.from({ length: count }, (_, index) => from + index)
  })
)
const range = seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds[0]} to ${seeds.at(-1)}`

const report = (seed: number, kind: string, found: ReadonlyArray<string>): ReadonlyArray<string> =>
  found.slice(0, findingsShownMax).map((finding) => `OFFSHOOT_SEED=${seed} (${kind}) ${finding}`)

/** What happened in a history, to see that the worlds are not empty. */
const happenings = (history: History): ReadonlyArray<string> =>
  history.flatMap((fact): ReadonlyArray<string> => {
    switch (fact._tag) {
      case "Committed":
        return fact.transition.flatMap((change) =>
          change._tag === "JobSettled" ? [change.completion.outcome.status, change.completion.outcome.reason] : []
        )
      case "Stopping":
        return [fact.how]
      case "Seen":
        return fact.item.event.type === "lagged" ? ["lagged"] : []
      case "ReaderClosed":
        return [`reader ${fact.how}`]
      default:
        return [fact._tag]
    }
  })

const mustHappen: ReadonlyArray<string> =
  "completed error timeout cancelled skipped by_user by_parent before_launch shutdown lost defect refused idle request"
    .split(" ")
    .concat("closed crashed lagged CancelAnswered KeyAnswered WentDeaf Handled".split(" "))
    .concat("reader ended,reader caught_up,reader left,reader cut".split(","))

describe(`any world of accepted jobs, ${range}`, () => {
  it.live(
    "keeps I1 to I5 and I7, whatever fails, stops or dies in it",
    () =>
      Effect.gen(function* () {
        const found: Array<string> = []
        const happened = new Set<string>()
        for (const seed of seeds) {
          const plan = Plan.wild(seed)
          const world = yield* Simulation.run(plan)
          for (const what of happenings(world.history)) happened.add(what)
          found.push(...report(seed, "wild", Checks.findings(plan, world)))
        }
        assert.deepStrictEqual(found, [])
        if (seeds.length < seedsForAll) return
        assert.deepStrictEqual(
          mustHappen.filter((what) => !happened.has(what)),
          [],
          "these never happened"
        )
      }),
    testMillisMax
  )

  it.live(
    "goes with slow and stopped readers exactly as it goes with none (I5)",
    () =>
      Effect.gen(function* () {
        const found: Array<string> = []
        for (const seed of seeds) {
          const plan = Plan.calm(seed)
          const watched = yield* Simulation.run(plan)
          const unwatched = yield* Simulation.run(Plan.unwatched(plan))
          const delayed = nobodyIsDelayed(watched.history, unwatched.history).map((finding) => `I5: ${finding}`)
          found.push(...report(seed, "calm", [...Checks.findings(plan, watched), ...delayed]))
        }
        assert.deepStrictEqual(found, [])
      }),
    testMillisMax
  )

  it.live("is the same each time it is played", () =>
    Effect.gen(function* () {
      for (const seed of seeds.slice(0, 3)) {
        const first = yield* Simulation.run(Plan.wild(seed))
        const second = yield* Simulation.run(Plan.wild(seed))
        assert.deepStrictEqual(second, first)
      }
    })
  )
})
