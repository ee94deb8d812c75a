/** How much there is, runs and waits: the scheduler's counts beside the record's totals. */
import * as Effect from "effect/Effect"
import type { Limits } from "../Limits.ts"
import type { Overview } from "../Overview.ts"
import type { SessionStoreShape, StoreError } from "../SessionStore.ts"
import type { SpawnSchedulerShape } from "../SpawnScheduler.ts"
import type { Usages } from "./usages.ts"

interface Services {
  readonly store: SessionStoreShape
  readonly scheduler: SpawnSchedulerShape
  readonly limits: Limits
  readonly usages: Usages
}

export const overview = ({ limits, scheduler, store, usages }: Services): Effect.Effect<Overview, StoreError> =>
  Effect.gen(function* () {
    const { head } = yield* store.feedBounds
    const { backlog: waiting, inFlight, running } = yield* scheduler.counts
    const backlog = Math.max(0, waiting - limits.queue)
    const slots = { used: running, max: limits.concurrent }
    return { number: head, slots, queued: waiting - backlog, backlog, inFlight, totals: yield* usages.total() }
  })
