/**
 * A parent that waits for its children and has nothing else to do rests: its
 * run is over, its job is not. It is a row and a flight without fiber or slot
 * until it is woken, and then goes on as the next run of the same job.
 *
 * Invariants
 *   I1. Who takes `suspended` from a flight gives its job the place or the end:
 *       the end of its wait, `rouse`, or a cancel. Each looks and takes in one step.
 *   I10. Whoever rests holds no slot, so that waiting parents cannot keep the
 *       children from running that they wait for.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Ending, ExecuteServices } from "../Execute.ts"
import * as Finalize from "../Finalize.ts"
import * as Ids from "../Ids.ts"
import * as Recovery from "../Recovery.ts"
import type { Session } from "../Session.ts"
import type { StoreError } from "../SessionStore.ts"
import { type Flight, makeFlight } from "./flights.ts"
import type { Floor } from "./floor.ts"
import type { LiveRun } from "./liveRun.ts"
import { builtOf } from "./ownChanges.ts"
import { patiently, type Refused } from "./recorder.ts"
import type { Waits } from "./waits.ts"

export interface RestServices {
  readonly floor: Floor
  readonly services: ExecuteServices
  readonly waits: Waits["Service"]
}

const nextOf = Effect.fnUntraced(function* (flight: Flight, live: LiveRun) {
  return Recovery.nextJob(flight.job, {
    runId: yield* Ids.makeRunId,
    mode: "resume",
    handle: live.handle,
    endedAtMillis: yield* Clock.currentTimeMillis,
    notBeforeMillis: undefined,
    ended: "suspended",
    usage: live.usage,
    begunToolCalls: live.report.begunToolCalls ?? []
  })
})

/** In flight without a gap, as another run of the same job. */
const layDown = ({ floor }: RestServices, flight: Flight, live: LiveRun, next: Flight): void => {
  next.suspended = true
  next.stop = flight.stop
  floor.heartbeats.remove(live)
  floor.flights.replace(flight, next)
  floor.leave(flight)
}

const restUntil = Effect.fnUntraced(function* (
  resting: RestServices,
  flight: Flight,
  live: LiveRun,
  wished: Finalize.Rest["until"]
) {
  const { services } = resting
  const until = services.inbox.hasWaiting(live.session.id) ? "now" : wished
  const job = yield* nextOf(flight, live)
  const session = yield* Finalize.suspend(services, flight, live.session, { job, until })
  return Option.map(session, (recorded): Ending => {
    if (until === "now") return { _tag: "Again", job, session: recorded, mode: "resume" }
    layDown(resting, flight, live, makeFlight(job, flight.ancestors, Option.some(recorded)))
    return { _tag: "Resting" }
  })
})

/**
 * Puts the run of a parent to rest; none: it has no wait and nothing that it was
 * told, or its state does not let it, and it is to be settled.
 *
 * **Durability**: when it returns some, the next run of the job is recorded.
 */
export const rest = Effect.fnUntraced(function* (resting: RestServices, flight: Flight, live: LiveRun) {
  const { services, waits } = resting
  const { id } = live.session
  const asleep = yield* waits.whileOpen(id, restUntil(resting, flight, live, "woken")).pipe(
    // The wait cannot be looked at: the run ends, and the end of its wait has the session run again.
    Effect.catch((error) => Effect.as(Effect.logWarning("child.not_suspended", error), Option.none()))
  )
  if (Option.isSome(asleep)) return asleep.value
  // The wait ended while the run did, and what it told is on its way to nobody else.
  return services.inbox.hasNews(id) ? yield* restUntil(resting, flight, live, "now") : Option.none<Ending>()
})

/** The session of a flight that rested, queued again; it may be already, when a commit stood that was reported as failed. */
const queueAgain = Effect.fnUntraced(function* ({ services }: RestServices, flight: Flight) {
  const { childSessionId: sessionId, runId } = flight.job
  const found = yield* services.recorder.store.session(sessionId)
  const isQueued = Option.filter(found, ({ status }) => status === "pending")
  if (Option.isNone(found) || Option.isSome(isQueued)) return isQueued
  const seat = { childId: sessionId, ancestors: flight.ancestors }
  const changed = { type: "session_status_changed", sessionId, status: "pending" } as const
  return yield* services.recorder
    .transact(found.value, { _tag: "Wake", runId }, () =>
      builtOf(services.streams, seat, [{ changes: [], events: [changed] }])
    )
    .pipe(Effect.asSome)
})

const doze = (flight: Flight, error: StoreError | Refused) =>
  Effect.suspend(() => {
    flight.suspended = true
    return Effect.as(Effect.logWarning("child.not_roused", error), Option.none<Session>())
  })

/**
 * Has a parent that rests go on now, although its wait may be open: it was told
 * something, or nobody else wakes it. Returns its session when the caller is to
 * give it its place.
 */
export const rouse = (resting: RestServices, flight: Flight): Effect.Effect<Option.Option<Session>> => {
  const { waits } = resting
  const woken = Effect.suspend(() => {
    if (!flight.suspended || flight.stop !== undefined) return Effect.succeedNone
    flight.suspended = false // I1
    return patiently(queueAgain(resting, flight)).pipe(Effect.catch((error) => doze(flight, error)))
  })
  // Not while somebody ends the wait, who would take it for resting.
  return waits.whileOpen(flight.job.childSessionId, woken).pipe(
    Effect.flatMap(Option.match({ onNone: () => woken, onSome: Effect.succeed })),
    Effect.catch((error) => Effect.as(Effect.logWarning("child.not_roused", error), Option.none<Session>())),
    Effect.uninterruptible
  )
}
