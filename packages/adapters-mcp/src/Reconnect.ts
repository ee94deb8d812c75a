/**
 * When a server that failed is tried again. Pure.
 *
 * A server that cannot start must not be started for every session and call:
 * after each failure in a row the next try is further away.
 *
 * @stability unstable
 */
import * as Duration from "effect/Duration"

/** The failures since the server last held for a while. */
export interface Failures {
  readonly count: number
  readonly lastAtMillis: number
}

export const noFailures: Failures = { count: 0, lastAtMillis: 0 }

const firstDelayMillis = 250

/** Somebody who has mended the server waits no longer than this. */
const delayMillisMax = 60_000

/** Longer than this nobody is kept waiting for a try: the answer is that there is none now. */
const worthWaitingMillis = 1000

/** Of one caller, in a row. */
export const triesMax = 3

/** A connection that lasted this long was a good one. */
const goodAfterMillis = 10_000

export const delayMillisAfter = (count: number): number =>
  count === 0 ? 0 : Math.min(firstDelayMillis * 2 ** Math.min(count - 1, 20), delayMillisMax)

export const afterFailure = (failures: Failures, nowMillis: number): Failures => ({
  count: failures.count + 1,
  lastAtMillis: nowMillis
})

/** A connection that ended at once is a failure; one that held for a while begins anew. */
export const afterEnd = (failures: Failures, connectedAtMillis: number, nowMillis: number): Failures =>
  nowMillis - connectedAtMillis >= goodAfterMillis ? noFailures : afterFailure(failures, nowMillis)

export type Decision =
  | { readonly type: "try"; readonly after: Duration.Duration }
  | { readonly type: "refuse"; readonly nextTryIn: Duration.Duration }

/** Whether a caller that tried `tries` times in this call may try again, and when. */
export const decide = (failures: Failures, nowMillis: number, tries: number): Decision => {
  const waitMillis = Math.max(0, failures.lastAtMillis + delayMillisAfter(failures.count) - nowMillis)
  return tries < triesMax && waitMillis <= worthWaitingMillis
    ? { type: "try", after: Duration.millis(waitMillis) }
    : { type: "refuse", nextTryIn: Duration.millis(waitMillis) }
}
