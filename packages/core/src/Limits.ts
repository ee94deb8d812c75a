/**
 * How much may run, wait and nest at once. One value for the whole process.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

/**
 * - `concurrent`: runs that hold a slot, over all parents.
 * - `perParent`: of those, under one parent.
 * - `depth`: how deep a child may be; a root has depth 0.
 * - `queue`: places in the launch queue (128 in the seed, `S-queue`).
 * - `backlog`: accepted jobs that wait for a place there.
 */
export const Limits = Schema.Struct({
  concurrent: Count,
  perParent: Count,
  depth: Count,
  queue: Count,
  backlog: Count
})
export type Limits = typeof Limits.Type

/** From the design: 256 runs, 32 per parent, three levels, 128 places, a backlog of 10,000. */
export const defaults: Limits = { concurrent: 256, perParent: 32, depth: 3, queue: 128, backlog: 10_000 }

export class CurrentLimits extends Context.Reference<Limits>("@offshoot/core/CurrentLimits", {
  defaultValue: () => defaults
}) {}

/** How long a cancelled or timed-out run may take to stop before it is given up. */
export class GraceTime extends Context.Reference<Duration.Duration>("@offshoot/core/GraceTime", {
  defaultValue: () => Duration.seconds(10)
}) {}

export const layer = (limits: Limits): Layer.Layer<never> => Layer.succeed(CurrentLimits, limits)
