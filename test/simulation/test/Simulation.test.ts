/** Random worlds against the invariants. `OFFSHOOT_SEED=n` replays one; `OFFSHOOT_SEEDS=n` says how many. */
import { assert, describe, it } from "@effect/vitest"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Checks from "../src/Checks.ts"
import { nobodyIsDelayed } from "../src/checks/Lag.ts"
import * as Plan from "../src/Plan.ts"
import * as Simulation from "../src/Simulation.ts"

const seedsDefault = 60
const testMillisMax = 600_000

const seeds = Effect.gen(function* () {
  const one = yield* Config.option(Config.Int("OFFSHOOT_SEED"))
  if (Option.isSome(one)) return [one.value]
  const count = yield* Config.withDefault(Config.Int("OFFSHOOT_SEEDS"), seedsDefault)
  const from = yield* Config.withDefault(Config.Int("OFFSHOOT_SEEDS_FROM"), 1)
  return Array.from({ length: count }, (_, index) => from + index)
})

const report = (seed: number, kind: string, found: ReadonlyArray<string>): ReadonlyArray<string> =>
  found.slice(0, 5).map((finding) => `OFFSHOOT_SEED=${seed} (${kind}) ${finding}`)

describe("any world of accepted jobs", () => {
  it.live(
    "keeps I1 to I5 and I7, whatever fails, stops or dies in it",
    () =>
      Effect.gen(function* () {
        const found: Array<string> = []
        for (const seed of yield* seeds) {
          const plan = Plan.wild(seed)
          found.push(...report(seed, "wild", Checks.findings(plan, yield* Simulation.run(plan))))
        }
        assert.deepStrictEqual(found, [])
      }),
    testMillisMax
  )

  it.live(
    "goes with slow and stopped readers exactly as it goes with none (I5)",
    () =>
      Effect.gen(function* () {
        const found: Array<string> = []
        for (const seed of yield* seeds) {
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
})
