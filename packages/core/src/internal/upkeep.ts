/**
 * What nobody else comes back to: leases of waits that are over, jobs and
 * messages that a failing commit left only in the record.
 */
import * as Effect from "effect/Effect"
import type { StoreError } from "../SessionStore.ts"
import { recover } from "./recovering.ts"
import { adopt, releaseWaiting, rouse, type Scheduling, takeoverOf } from "./scheduling.ts"

/** Takes up jobs that are in the record and nowhere else: a commit stood although it was reported as failed. */
const adoptStrays = (scheduling: Scheduling): Effect.Effect<void, StoreError> =>
  Effect.suspend(() => {
    const { floor, services } = scheduling
    if (!floor.doubtful || floor.closed) return Effect.void
    floor.doubtful = false
    return recover(services, takeoverOf(scheduling)).pipe(
      Effect.andThen(services.inbox.reload),
      Effect.onError(() =>
        Effect.sync(() => {
          floor.doubtful = true
        })
      )
    )
  })

/** Parents that rest and that no wait wakes any more: the commit that woke them was reported as failed. */
const rouseForgotten = (scheduling: Scheduling): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { floor, waits } = scheduling
    const forgotten = Array.from(floor.flights.all()).filter(
      ({ job, suspended }) => suspended && !waits.hasOpenWait(job.childSessionId)
    )
    return Effect.forEach(forgotten, (flight) => rouse(scheduling, flight), { discard: true })
  })

/** Ends waits past their lease and repairs what an earlier process or a failing commit left undone. */
export const upkeep = (scheduling: Scheduling): Effect.Effect<void> => {
  const { services, waits } = scheduling
  return waits.sweep.pipe(
    Effect.flatMap(({ accepted }) => adopt(scheduling, accepted)),
    Effect.andThen(adoptStrays(scheduling)),
    Effect.andThen(rouseForgotten(scheduling)),
    Effect.andThen(
      Effect.suspend(() =>
        Effect.forEach(services.inbox.waitingSessions(), (id) => releaseWaiting(scheduling, id), { discard: true })
      )
    ),
    Effect.catchCause((cause) => {
      // What was in doubt still is, and is looked into soon.
      if (scheduling.floor.doubtful) scheduling.floor.doubt()
      return Effect.logWarning("upkeep.failed", cause)
    })
  )
}

/** Long enough for a store that was away to be there again, and for one look to serve many doubts. */
const doubtPause = "1 second"

export const upkeepLoop = (scheduling: Scheduling) => {
  const { doubts } = scheduling.floor
  const doubted = Effect.andThen(doubts.await, Effect.sleep(doubtPause))
  return Effect.raceFirst(scheduling.waits.due, doubted).pipe(
    Effect.andThen(Effect.sync(() => doubts.closeUnsafe())),
    Effect.andThen(upkeep(scheduling)),
    Effect.forever
  )
}
