/**
 * What the scheduler does with a flight: gives it its place, launches it, tells
 * it to stop, and carries out how it ended. The fibers are the scheduler's.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Option from "effect/Option"
import * as Execute from "../Execute.ts"
import type { StopMode } from "../ExternalChildRunner.ts"
import type { RunId, SessionId } from "../Ids.ts"
import type { CancelledBy } from "../Outcome.ts"
import type { QueuePlace } from "../SubAgents.ts"
import * as Closing from "./closing.ts"
import { type Flight, makeFlight } from "./flights.ts"
import type { Floor } from "./floor.ts"
import type { Stop } from "./liveRun.ts"
import type { Takeover } from "./recovering.ts"
import * as Resting from "./resting.ts"
import type { AcceptedJob } from "./settlement.ts"
import type { Waits } from "./waits.ts"

/** The fibers of one scheduler: a run each, a delay each, a pause each. */
export interface Fibers {
  readonly runs: FiberMap.FiberMap<SessionId, void, never>
  readonly delays: FiberMap.FiberMap<RunId, void, never>
  readonly pauses: FiberMap.FiberMap<string, void, never>
}

export interface Scheduling extends Fibers {
  readonly floor: Floor
  readonly services: Execute.ExecuteServices
  readonly waits: Waits["Service"]
}

export const pause = (floor: Floor, { pauses }: Fibers, flight: Flight, seconds: number): Effect.Effect<void> =>
  Effect.flatMap(Clock.currentTimeMillis, (nowMillis) => {
    const { agent } = flight
    if (agent === undefined || !floor.pause(agent, nowMillis + Math.ceil(seconds * 1_000))) return Effect.void
    const end = Effect.andThen(
      Effect.sleep(Math.ceil(seconds * 1_000)),
      Effect.sync(() => floor.endPause(agent))
    )
    return Effect.asVoid(FiberMap.run(pauses, agent, end))
  })

/** Jobs that are about to be recorded are in flight from before their commit, as those of `accept` are (I1). */
export const reserve = (floor: Floor, accepted: ReadonlyArray<AcceptedJob>) => {
  const added = accepted.flatMap(({ ancestors, job, session }) => {
    if (floor.flights.get(job.childSessionId) !== undefined) return []
    const flight = makeFlight(job, ancestors, Option.some(session))
    floor.flights.add(flight)
    return [flight]
  })
  return (recorded: boolean): void => {
    if (!recorded) for (const flight of added) floor.flights.doubt(flight)
  }
}

/** Puts a recorded job in its line, when its time has come. */
export const placeFlight = ({ delays, floor }: Scheduling, flight: Flight): Effect.Effect<QueuePlace> =>
  Effect.flatMap(Clock.currentTimeMillis, (nowMillis) => {
    const { notBeforeMillis = 0 } = flight.job
    if (notBeforeMillis <= nowMillis) return Effect.succeed(floor.enter(flight))
    const place = floor.delay(flight, notBeforeMillis)
    const enter = Effect.andThen(
      Effect.sleep(notBeforeMillis - nowMillis),
      Effect.sync(() => floor.endDelay(flight) && floor.enter(flight))
    )
    return Effect.as(FiberMap.run(delays, flight.runId, Effect.asVoid(enter)), place)
  })

/** Jobs accepted inside another commit get their places; one that was stopped meanwhile settles. */
export const adopt = (scheduling: Scheduling, accepted: ReadonlyArray<AcceptedJob>): Effect.Effect<void> =>
  Effect.forEach(
    accepted,
    (one) => Effect.flatMap(flightFor(scheduling.floor, one), (flight) => placeOrSettle(scheduling, flight)),
    { discard: true }
  )

/**
 * The flight of a recorded job. Another one of its session is on its way out:
 * it is landing, or its own acceptance meets the conflict with this job (I1).
 */
const flightFor = (floor: Floor, accepted: AcceptedJob): Effect.Effect<Flight> =>
  Effect.suspend(() => {
    const { ancestors, job, session } = accepted
    const known = floor.flights.get(job.childSessionId)
    if (known?.runId === job.runId) return Effect.succeed(known)
    if (known !== undefined) return Effect.flatMap(known.landing.awaited, () => flightFor(floor, accepted))
    const flight = makeFlight(job, ancestors, Option.some(session))
    floor.flights.add(flight)
    return Effect.succeed(flight)
  })

/** The end of a flight in memory, after its completion is recorded or given up. */
const land = (floor: Floor, flight: Flight): Effect.Effect<void> =>
  Effect.sync(() => {
    if (flight.live !== undefined) floor.heartbeats.remove(flight.live)
    floor.leave(flight)
    floor.flights.settle(flight)
  })

/** The same job as another try: in flight without a gap, so that nobody takes it for settled. It has no place yet. */
const succeed = (
  scheduling: Scheduling,
  flight: Flight,
  ending: Extract<Execute.Ending, { _tag: "Again" }>
): Effect.Effect<Flight> =>
  Effect.suspend(() => {
    const { floor } = scheduling
    const next = makeFlight(ending.job, flight.ancestors, Option.some(ending.session))
    next.stop = flight.stop
    next.queued = ending.session
    if (flight.live !== undefined) floor.heartbeats.remove(flight.live)
    floor.flights.replace(flight, next)
    floor.leave(flight)
    return Effect.as(ending.mode === "retry" ? closeChildren(scheduling, flight) : Effect.void, next)
  })

/** Has a parent that rests go on now; see `Resting.rouse`. */
export const rouse = (scheduling: Scheduling, flight: Flight): Effect.Effect<void> =>
  Effect.flatMap(
    Resting.rouse(scheduling, flight),
    Option.match({
      onNone: () => Effect.void,
      onSome: (session) => {
        flight.queued = session
        return placeOrSettle(scheduling, flight)
      }
    })
  )

/** Puts a recorded job in its line, or settles one that was stopped before it had a place. */
export const placeOrSettle = (scheduling: Scheduling, flight: Flight): Effect.Effect<void> =>
  Effect.suspend(() =>
    flight.stop === undefined ? Effect.asVoid(placeFlight(scheduling, flight)) : settleUnbegun(scheduling, flight)
  )

/** I7: what belongs to a job that is over ends with it, unless its parent waits for it. */
const closeChildren = (scheduling: Scheduling, flight: Flight): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { floor, waits } = scheduling
    if (!floor.flights.hasChildren(flight.job.childSessionId)) return Effect.void
    // A cancel has said already how far it goes, and nothing was accepted below it since.
    if (flight.stop !== undefined || waits.hasOpenWait(flight.job.childSessionId)) return Effect.void
    const ending = Closing.belongingTo(floor.flights, flight)
    return Effect.forEach(ending, (child) => stop(scheduling, child, "by_parent", "graceful"), {
      concurrency: "unbounded",
      discard: true
    })
  })

export const tellToStop = (flight: Flight, wish: Stop, mode: StopMode): Effect.Effect<void> =>
  Effect.sync(() => {
    flight.stop ??= wish
    const { live } = flight
    if (live === undefined) return
    if (mode === "abort") {
      live.stopMode = "abort"
      if (live.aborted !== undefined) Deferred.doneUnsafe(live.aborted, Effect.void)
    }
    Deferred.doneUnsafe(live.verdict, Effect.succeed(flight.stop))
  })

export const stop = (scheduling: Scheduling, flight: Flight, by: CancelledBy, mode: StopMode): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { delays, floor } = scheduling
    return Effect.andThen(
      tellToStop(flight, { _tag: "Stop", by }, mode),
      Effect.suspend(() => {
        if (flight.suspended) return settleResting(scheduling, flight)
        return floor.withdraw(flight)
          ? Effect.andThen(FiberMap.remove(delays, flight.runId), settleUnbegun(scheduling, flight))
          : Effect.void
      })
    )
  }).pipe(Effect.uninterruptible)

/** A parent that rests and was stopped is not woken any more (I7). */
const settleResting = (scheduling: Scheduling, flight: Flight): Effect.Effect<void> =>
  Effect.suspend(() => {
    flight.suspended = false // I1
    return settleUnbegun(scheduling, flight)
  })

/** Carries out how a launch ended, after the flight has landed. */
const afterwards = (scheduling: Scheduling, flight: Flight, ending: Execute.Ending): Effect.Effect<void> => {
  if (ending._tag === "Left") return land(scheduling.floor, flight)
  if (ending._tag === "Resting") return laidDown(scheduling, flight.job.childSessionId)
  if (ending._tag === "Again") {
    return Effect.flatMap(succeed(scheduling, flight, ending), (next) => placeOrSettle(scheduling, next))
  }
  return Effect.andThen(
    land(scheduling.floor, flight),
    Effect.suspend(() =>
      isQuiet(scheduling, flight, ending.accepted) ? Effect.void : settled(scheduling, flight, ending)
    )
  )
}

/** What came while the rest was being recorded found a run that was over. */
const laidDown = (scheduling: Scheduling, id: SessionId): Effect.Effect<void> =>
  Effect.suspend(() => {
    const resting = scheduling.floor.flights.get(id)
    if (resting?.suspended !== true || resting.stop === undefined) return releaseWaiting(scheduling, id)
    // A shutdown leaves it as it is: recorded, and woken by the next process.
    return resting.stop.by === "shutdown" ? Effect.void : settleResting(scheduling, resting)
  })

/** Nothing belonged to the job, nothing was accepted with its end, and nobody was sent anything: as with most. */
const isQuiet = ({ floor, services }: Scheduling, { job }: Flight, accepted: ReadonlyArray<AcceptedJob>): boolean =>
  accepted.length === 0 &&
  !floor.flights.hasChildren(job.childSessionId) &&
  !services.inbox.hasWaiting(job.childSessionId) &&
  (job.parentSessionId === undefined || !services.inbox.hasWaiting(job.parentSessionId))

const settled = (
  scheduling: Scheduling,
  flight: Flight,
  { accepted }: Extract<Execute.Ending, { _tag: "Settled" }>
): Effect.Effect<void> => {
  const { childSessionId, parentSessionId } = flight.job
  return closeChildren(scheduling, flight).pipe(
    Effect.andThen(adopt(scheduling, accepted)),
    Effect.andThen(releaseWaiting(scheduling, childSessionId)),
    // A wake was put on its way to a parent in flight, which may have settled in the meantime.
    Effect.andThen(parentSessionId === undefined ? Effect.void : releaseWaiting(scheduling, parentSessionId))
  )
}

export const releaseWaiting = (scheduling: Scheduling, id: SessionId): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { floor, services } = scheduling
    if (!services.inbox.hasWaiting(id)) return Effect.void
    const flight = floor.flights.get(id)
    if (flight === undefined) return release(scheduling, id)
    return flight.suspended ? rouse(scheduling, flight) : Effect.void
  })

/** What waits for a session that is not in flight any more is delivered to it, which may run it again. */
const release = (scheduling: Scheduling, id: SessionId): Effect.Effect<void> =>
  scheduling.services.inbox.release(id, scheduling.services.reserve).pipe(
    Effect.flatMap((accepted) => adopt(scheduling, accepted)),
    // The next upkeep tries again.
    Effect.catch((error) => Effect.logWarning("inbox.not_released", error))
  )

export const settleUnbegun = (scheduling: Scheduling, flight: Flight): Effect.Effect<void> =>
  Execute.settleUnbegun(scheduling.services, flight).pipe(
    Effect.onError(() => land(scheduling.floor, flight)),
    Effect.flatMap((ending) => afterwards(scheduling, flight, ending))
  )

/** One launch to its end: whatever happens in it, the flight lands. */
export const launch = (scheduling: Scheduling, flight: Flight): Effect.Effect<void> =>
  Execute.execute(scheduling.services, flight).pipe(
    Effect.tapCause((cause) => Effect.logError("launch.crashed", cause)),
    Effect.catchCause(() => Effect.succeed<Execute.Ending>({ _tag: "Left" })),
    Effect.flatMap((ending) => afterwards(scheduling, flight, ending)),
    Effect.tapCause((cause) => Effect.logError("landing.crashed", cause)),
    Effect.ignoreCause,
    Effect.uninterruptible
  )

/** How the jobs of the record that have no flight are taken up. */
export const takeoverOf = (scheduling: Scheduling): Takeover => ({
  flights: scheduling.floor.flights,
  hasOpenWait: (id) => scheduling.waits.hasOpenWait(id),
  place: (flight) => (flight.suspended ? rouse(scheduling, flight) : placeOrSettle(scheduling, flight)),
  succeed: (flight, again) => succeed(scheduling, flight, again),
  ended: (flight, ending) => afterwards(scheduling, flight, ending)
})
