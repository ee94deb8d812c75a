/**
 * Carries out what `Recovery` decides of the jobs that an earlier process left
 * open: every flight is known before the first of them ends or goes on.
 */
import * as Array from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Ending, ExecuteServices } from "../Execute.ts"
import * as Finalize from "../Finalize.ts"
import * as Ids from "../Ids.ts"
import type { SessionId } from "../Ids.ts"
import type { Outcome } from "../Outcome.ts"
import * as Recovery from "../Recovery.ts"
import type { StoreError } from "../SessionStore.ts"
import type { SpawnJob } from "../SpawnJob.ts"
import { type Flight, type Flights, makeFlight } from "./flights.ts"

/** What recovery does with the flights: the scheduler's. */
export interface Takeover {
  readonly flights: Flights
  /** Whether this parent waits for children that go on without it. */
  readonly hasOpenWait: (id: SessionId) => boolean
  readonly place: (flight: Flight) => Effect.Effect<void>
  /** Returns the next try of the job, which has no place yet. */
  readonly succeed: (flight: Flight, again: Again) => Effect.Effect<Flight>
  readonly ended: (flight: Flight, ending: Exclude<Ending, Again>) => Effect.Effect<void>
}

type Again = Extract<Ending, { readonly _tag: "Again" }>

/** Enough that commits share their physical transactions; more only costs memory. */
const concurrency = 256

const lost: Outcome = { status: "error", reason: "lost", message: "the server stopped while it was running" }

const settle = (
  services: ExecuteServices,
  flight: Flight,
  open: Recovery.Planned["open"],
  outcome: Outcome
): Effect.Effect<Exclude<Ending, Again>> =>
  Effect.map(
    Finalize.finalize(services, flight, open.session, outcome, { report: open.report, state: open.state }),
    Option.match({
      onNone: () => ({ _tag: "Left" }),
      onSome: (accepted) => ({ _tag: "Settled", accepted })
    })
  )

const goOn = Effect.fnUntraced(function* (
  services: ExecuteServices,
  flight: Flight,
  { report, session, state }: Recovery.Planned["open"],
  mode: "resume" | "retry"
) {
  if (Option.isNone(session)) return Option.none<Again>()
  const job = Recovery.nextJob(flight.job, {
    runId: yield* Ids.makeRunId,
    mode,
    handle: Recovery.handleOf(flight.job, report, session.value),
    endedAtMillis: yield* Clock.currentTimeMillis,
    notBeforeMillis: undefined,
    ended: "lost",
    usage: report.usage,
    begunToolCalls: report.begunToolCalls ?? []
  })
  const continued = yield* Finalize.goOn(
    services,
    flight,
    session.value,
    { job, mode, outcome: lost },
    { report, state }
  )
  return Option.map(continued, (next): Again => ({ _tag: "Again", job, session: next, mode }))
})

/** Queued, and waiting for its children: its run had put it to rest, and their end wakes it. */
const isResting = ({ job, session, state }: Recovery.Planned["open"]): boolean =>
  state === "queued" &&
  Option.exists(session, ({ runId, status }) => status === "waiting_for_children" && runId === job.runId)

/** Ends the run that was lost. Returns the flight that is to have a place, when its job goes on. */
const takeUp = Effect.fnUntraced(function* (
  services: ExecuteServices,
  takeover: Takeover,
  flight: Flight,
  { decision, open }: Recovery.Planned
) {
  if (decision._tag === "Requeue") {
    // The end of a lost child, just recorded, may have woken it: then it has its place (I1).
    const isPlaced = isResting(open) && !flight.suspended
    const rests = flight.suspended && takeover.hasOpenWait(flight.job.childSessionId)
    return isPlaced || rests ? Option.none<Flight>() : Option.some(flight)
  }
  if (decision._tag === "Continue") {
    const again = yield* goOn(services, flight, open, decision.mode)
    if (Option.isSome(again)) return Option.some(yield* takeover.succeed(flight, again.value))
  }
  const outcome = decision._tag === "Settle" ? decision.outcome : lost
  yield* takeover.ended(flight, yield* settle(services, flight, open, outcome))
  return Option.none<Flight>()
})

/**
 * Takes up every open job of the record that has no flight. Who had begun has had its turn, and
 * has a place again before who was queued; both in the order of acceptance.
 *
 * **Durability**: what it decides is recorded as it goes; a crash in it is
 * recovered by the next start.
 */
export const recover = (services: ExecuteServices, takeover: Takeover): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const open = yield* services.recorder.store.openJobs
    const isAlive = ({ childSessionId }: SpawnJob): boolean => takeover.flights.get(childSessionId) !== undefined
    const planned = Recovery.plan(open, services.recovery, { hasOpenWait: takeover.hasOpenWait, isAlive })
    const strays = planned.filter(({ open: { job } }) => !isAlive(job))
    const flights = strays.map((found) => {
      const flight = makeFlight(found.open.job, found.open.ancestors, found.open.session)
      flight.suspended = isResting(found.open)
      takeover.flights.add(flight)
      return { flight, found }
    })
    for (const state of ["launched", "queued"] as const) {
      const going = yield* Effect.forEach(
        flights.filter(({ found }) => found.open.state === state),
        ({ flight, found }) => takeUp(services, takeover, flight, found),
        { concurrency }
      )
      yield* Effect.forEach(Array.getSomes(going), takeover.place, { discard: true })
    }
  })
