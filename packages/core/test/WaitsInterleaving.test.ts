/**
 * One parent, several children and a wait, in random order over a store that
 * delays, fails and loses answers: whatever happens, the parent is woken once.
 */
import { assert, describe, it } from "@effect/vitest"

import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import type { Flight } from "../src/internal/flights.ts"
import { Recorder } from "../src/internal/recorder.ts"
import { Waits } from "../src/internal/waits.ts"
import type { Policy } from "../src/Obligation.ts"
import * as Outcome from "../src/Outcome.ts"
import * as Records from "./SessionRecords.ts"
import {
  calm,
  childrenIn,
  create,
  external,
  failed,
  parentId,
  settle,
  settledParent,
  spawn,
  speak,
  storedWait,
  unavailable,
  waitFor,
  wakes,
  type Weather,
  world
} from "./WaitsWorld.ts"

const policies: ReadonlyArray<Policy> = ["all", "any", "first_error"]

const below = (limit: number) => Random.nextIntBetween(0, limit, { halfOpen: true })

const pause = Effect.flatMap(below(6), (turns) => Effect.repeat(Effect.yieldNow, { times: turns }))

/** No more failures in a row than a patient caller outlasts. */
const failuresMax = 2

/** Delays everything; some reads and commits fail, and some commits only say so. */
const storm = (weather: Weather): void => {
  let failures = 0
  const mayFail = Effect.suspend(() => (failures < failuresMax ? below(12) : Effect.succeed(11)))
  weather.before = Effect.gen(function* () {
    yield* pause
    if ((yield* mayFail) > 0) return
    failures += 1
    return yield* unavailable
  })
  weather.commit = (commit) =>
    Effect.gen(function* () {
      const luck = yield* mayFail
      yield* pause
      if (luck > 2) {
        failures = 0
        return yield* Effect.tap(commit, () => pause)
      }
      failures += 1
      if (luck === 1) yield* commit
      yield* pause
      return yield* unavailable
    })
}

/** Lets time pass for who waits for a better moment; nobody needs more of it than this. */
const ticking = Effect.andThen(
  Effect.repeat(TestClock.adjust("100 millis"), { times: 2_000 }),
  Effect.die(new Error("somebody waits for ever"))
)

interface History {
  readonly statuses: ReadonlyArray<Outcome.Outcome>
  readonly policy: Policy
  readonly named: number
}

const drawn = Effect.gen(function* () {
  const count = 1 + (yield* below(5))
  const statuses = yield* Effect.forEach(Array.from({ length: count }), () =>
    Effect.map(below(3), (luck): Outcome.Outcome => (luck === 0 ? failed : Outcome.done))
  )
  const policy = policies[yield* below(policies.length)] ?? "all"
  return { statuses, policy, named: yield* below(count + 1) } satisfies History
})

/** Everything at once: the children settle and the wait begins, each after a while of its own. */
const played = Effect.fnUntraced(function* (weather: Weather, { named, policy, statuses }: History) {
  const flights: Array<Flight> = []
  for (const [index] of statuses.entries()) {
    const flight = yield* spawn(`c${index}`)
    yield* speak(flight, `the answer of ${index}`)
    flights.push(flight)
  }
  storm(weather)
  const settling = flights.map((flight, index) =>
    Effect.andThen(Effect.repeat(pause, { times: 4 }), settle(flight, statuses[index]))
  )
  const children = flights.slice(0, named).map(({ job }) => job.childSessionId)
  const registering = Effect.andThen(
    Effect.repeat(pause, { times: 4 }),
    waitFor({ policy, children, lease: Option.none() })
  )
  const all = Effect.all([Effect.all(settling, { concurrency: "unbounded" }), registering], { concurrency: 2 })
  const [settled, registered] = yield* Effect.raceFirst(all, ticking)
  Object.assign(weather, calm())
  return { accepted: [...settled.flat(), ...registered.accepted], wait: registered.wait }
})

const seeds = { seed: Schema.Int }

describe("whatever the order", () => {
  it.effect.prop(
    "a wait ends once, with one message that tells each result at most once, and the sweep finds nothing",
    seeds,
    ({ seed }) => {
      const weather = calm()
      return Effect.gen(function* () {
        yield* create(Records.root(external))
        const history = yield* drawn
        const { wait } = yield* played(weather, history)
        const told = yield* wakes()
        assert.strictEqual(told.length, 1)
        const stored = yield* storedWait(wait)
        assert.deepStrictEqual([stored.status, stored.messageId], ["satisfied", told[0]?.id])
        const children = childrenIn(told[0]?.text ?? "")
        assert.strictEqual(children.length, history.named === 0 ? history.statuses.length : history.named)
        const { store } = yield* Recorder
        for (const { answer, child } of children) {
          const name = String(child).slice("ses_".length)
          const completion = yield* store.completion(Records.runId(name))
          if (answer !== undefined) assert.strictEqual(answer, `the answer of ${name.slice(1)}`)
          assert.strictEqual(Option.getOrThrow(completion).told, answer !== undefined)
        }
        if (history.policy === "all") assert.isTrue(children.every(({ answer }) => answer !== undefined))
        assert.strictEqual((yield* (yield* Waits).sweep).repaired, 0)
        assert.strictEqual((yield* wakes()).length, 1)
        // A wait after the wait tells what is left, and nothing twice.
        yield* waitFor()
        const all = (yield* wakes()).flatMap(({ text }) => childrenIn(text)).flatMap(({ answer }) => answer ?? [])
        assert.deepStrictEqual(
          all.toSorted(),
          history.statuses.map((_, index) => `the answer of ${index}`)
        )
      }).pipe(Effect.provide(world(weather)), Random.withSeed(seed))
    },
    { arbitrary: { runs: 150 } }
  )

  it.effect.prop(
    "a parent that runs in process is accepted to run once",
    seeds,
    ({ seed }) => {
      const weather = calm()
      return Effect.gen(function* () {
        yield* create(Records.root(settledParent))
        yield* played(weather, yield* drawn)
        const { store } = yield* Recorder
        const jobs = (yield* store.openJobs).filter(({ job }) => job.childSessionId === parentId)
        assert.strictEqual(jobs.length, 1)
        assert.strictEqual((yield* wakes()).length, 1)
      }).pipe(Effect.provide(world(weather)), Random.withSeed(seed))
    },
    { arbitrary: { runs: 100 } }
  )
})
