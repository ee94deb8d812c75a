/**
 * Carries out what `Recovery` decides of the jobs that an earlier process left
 * open: every flight is known before the first of them ends or goes on.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Ending, ExecuteServices } from "../Execute.ts"
import * as Finalize from "../Finalize.ts"
import * as Ids from "../Ids.ts"
import type { Outcome } from "../Outcome.ts"
import * as Recovery from "../Recovery.ts"
import type { StoreError } from "../SessionStore.ts"
import { type Flight, type Flights, makeFlight } from "./flights.ts"

/** What recovery does with the flights: the scheduler's. */
export interface Takeover {
  readonly flights: Flights
  readonly place: (flight: Flight) => Effect.Effect<void>
  readonly ended: (flight: Flight, ending: Ending) => Effect.Effect<void>
}

/** Enough that commits share their physical transactions; more only costs memory. */
const concurrency = 256

const lost: Outcome = { status: "error", reason: "lost", message: "the server stopped while it was running" }

const settle = (
  services: ExecuteServices,
  flight: Flight,
  open: Recovery.Planned["open"],
  outcome: Outcome
): Effect.Effect<Ending> =>
  Effect.map(
    Finalize.finalize(services, flight, open.session, outcome, { report: open.report }),
    Option.match({
      onNone: (): Ending => ({ _tag: "Left" }),
      onSome: (accepted): Ending => ({ _tag: "Settled", accepted })
    })
  )

const goOn = Effect.fnUntraced(function* (
  services: ExecuteServices,
  flight: Flight,
  { report, session }: Recovery.Planned["open"],
  mode: "resume" | "retry"
) {
  if (Option.isNone(session)) return Option.none<Ending>()
  const job = Recovery.nextJob(flight.job, {
    runId: yield* Ids.makeRunId,
    mode,
    handle: report.resume,
    endedAtMillis: yield* Clock.currentTimeMillis,
    notBeforeMillis: undefined,
    ended: "lost"
  })
  const continued = yield* Finalize.goOn(services, flight, session.value, { job, mode, outcome: lost }, { report })
  return Option.map(continued, (next): Ending => ({ _tag: "Again", job, session: next, mode }))
})

const takeUp = Effect.fnUntraced(function* (
  services: ExecuteServices,
  takeover: Takeover,
  flight: Flight,
  { decision, open }: Recovery.Planned
) {
  switch (decision._tag) {
    case "Requeue":
      return yield* takeover.place(flight)
    case "Settle":
      return yield* takeover.ended(flight, yield* settle(services, flight, open, decision.outcome))
    case "Continue": {
      const ending = yield* goOn(services, flight, open, decision.mode)
      return yield* takeover.ended(
        flight,
        Option.isSome(ending) ? ending.value : yield* settle(services, flight, open, lost)
      )
    }
  }
})

/**
 * Takes up every open job of the record.
 *
 * **Durability**: what it decides is recorded as it goes; a crash in it is
 * recovered by the next start.
 */
export const recover = (services: ExecuteServices, takeover: Takeover): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const planned = Recovery.plan(yield* services.recorder.store.openJobs, services.recovery)
    const flights = planned.map((found) => {
      const flight = makeFlight(found.open.job, found.open.ancestors, found.open.session)
      takeover.flights.add(flight)
      return { flight, found }
    })
    yield* Effect.forEach(flights, ({ flight, found }) => takeUp(services, takeover, flight, found), {
      concurrency,
      discard: true
    })
  })
