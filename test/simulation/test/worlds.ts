/**
 * Random worlds against the invariants, in shards that run side by side.
 * `OFFSHOOT_SEED=n` replays one seed, `OFFSHOOT_SEEDS=n` says how many,
 * `OFFSHOOT_SEEDS_FROM=n` where they begin.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Checks from "../src/Checks.ts"
import { nobodyIsDelayed } from "../src/checks/Lag.ts"
import type { History } from "../src/Facts.ts"
import * as Simulation from "../src/Simulation.ts"
import * as Worlds from "../src/Worlds.ts"

/** What CI plays within five minutes on two cores (docs/SIMULATION.md). */
const seedsDefault = 2_000
/** A calm world is played twice and finds little that a wild one does not: one seed in so many has one. */
const calmEvery = 8
/** With fewer seeds in a shard the rarest of what must happen may not happen. */
const seedsForAll = 500
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
        return fact.transition.flatMap((change) => {
          if (change._tag === "JobSettled") return [change.completion.outcome.status, change.completion.outcome.reason]
          if (change._tag !== "ObligationOpened" && change._tag !== "ObligationChanged") return [change._tag]
          return [`${change.obligation.kind} ${change.obligation.status}`]
        })
      case "Stopping":
        return [fact.how]
      case "Seen":
        return fact.item.event.type === "lagged" ? ["lagged"] : []
      case "Followed":
        return [fact.item._tag]
      case "ReaderClosed":
        return [`reader ${fact.how}`]
      case "Called":
        return [`call ${fact.now}`]
      default:
        return [fact._tag]
    }
  })

const mustHappen: ReadonlyArray<string> =
  "completed error timeout cancelled skipped by_user by_parent before_launch shutdown lost defect refused idle request"
    .split(" ")
    .concat("closed crashed lagged CancelAnswered KeyAnswered WentDeaf Handled JobReplaced JobReported".split(" "))
    .concat("Event,Reset,Trimmed,Handed,Told,AnswerAccepted,SendAnswered,WaitAnswered,call ended".split(","))
    .concat("wait open,wait satisfied,wait expired,steer delivered,steer expired,steer superseded".split(","))
    .concat("request approved,request denied,request answered,request expired,steer refused".split(","))
    .concat("reader ended,reader caught_up,reader left,reader cut".split(","))

/** Plays every `of`-th seed, from this one on. */
export const play = (shard: number, of: number): void => {
  const mine = seeds.filter((_, index) => index % of === shard)
  // A replay of one seed is played by the first part.
  describe.skipIf(mine.length === 0)(`any world of accepted jobs, ${range}, part ${shard + 1} of ${of}`, () => {
    it.live(
      "keeps I1 to I10, whatever fails, stops or dies in it",
      () =>
        Effect.gen(function* () {
          const found: Array<string> = []
          const happened = new Set<string>()
          for (const seed of mine) {
            const plan = Worlds.wild(seed)
            const world = yield* Simulation.run(plan)
            for (const what of happenings(world.history)) happened.add(what)
            found.push(...report(seed, "wild", Checks.findings(plan, world)))
          }
          assert.deepStrictEqual(found, [])
          if (mine.length < seedsForAll) return
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
          const calm = mine.length === 1 ? mine : mine.filter((_, index) => index % calmEvery === 0)
          for (const seed of calm) {
            const plan = Worlds.calm(seed)
            const watched = yield* Simulation.run(plan)
            const unwatched = yield* Simulation.run(Worlds.unwatched(plan))
            const delayed = nobodyIsDelayed(watched.history, unwatched.history).map((finding) => `I5: ${finding}`)
            found.push(...report(seed, "calm", [...Checks.findings(plan, watched), ...delayed]))
          }
          assert.deepStrictEqual(found, [])
        }),
      testMillisMax
    )

    it.live("is the same each time it is played", () =>
      Effect.gen(function* () {
        for (const seed of mine.slice(0, 2)) {
          const first = yield* Simulation.run(Worlds.wild(seed))
          const second = yield* Simulation.run(Worlds.wild(seed))
          assert.deepStrictEqual(second, first)
        }
      })
    )
  })
}
