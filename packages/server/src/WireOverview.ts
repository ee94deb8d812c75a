/**
 * What goes on, on the wire: for a page that begins. The other shapes are in
 * `Wire`.
 *
 * @stability unstable
 */
import { Session, type SubAgents } from "@offshoot/core"
import * as Schema from "effect/Schema"
import { WireSession } from "./Wire.ts"

/**
 * `number` is the head of the feed. `queued` jobs are in the launch queue, those
 * of the `backlog` behind it; `why` says in one sentence why they wait. `demo`:
 * it may be started now. `totals` are some seconds old at most, and leave out
 * statuses that no session has.
 */
export const Overview = Schema.Struct({
  version: Schema.String,
  number: Schema.Int,
  slots: Schema.Struct({ used: Schema.Int, max: Schema.Int }),
  queued: Schema.Int,
  backlog: Schema.Int,
  why: Schema.optionalKey(Schema.String),
  demo: Schema.Boolean,
  totals: Schema.Struct({
    sessions: Schema.Int,
    inFlight: Schema.Int,
    statuses: Schema.Record(Schema.String, Schema.Int),
    usage: Session.Usage
  })
}).annotate({ identifier: "Overview" })
export type Overview = typeof Overview.Type

/** The root under which the demo is played. */
export const DemoStarted = Schema.Struct({ session: WireSession }).annotate({ identifier: "DemoStarted" })

/** Why jobs wait that nothing else holds back; none wait: nothing. Pure. */
export const whyQueued = ({
  backlog,
  queued,
  slots
}: Pick<SubAgents.Overview, "backlog" | "queued" | "slots">): string | undefined => {
  if (queued + backlog === 0) return undefined
  if (slots.used >= slots.max) return `All ${slots.max} slots are used (limits.concurrent).`
  return "Their parents or agents have no slot left, or their next try is not due yet."
}

export const overview = (
  now: SubAgents.Overview,
  more: { readonly version: string; readonly demo: "possible" | "not_now" }
): Overview => {
  const why = whyQueued(now)
  const { statuses, usage } = now.totals
  return {
    version: more.version,
    number: now.number,
    slots: now.slots,
    queued: now.queued,
    backlog: now.backlog,
    ...(why === undefined ? {} : { why }),
    demo: more.demo === "possible",
    totals: {
      sessions: statuses.reduce((sum, { sessions }) => sum + sessions, 0),
      inFlight: now.inFlight,
      statuses: Object.fromEntries(statuses.map(({ sessions, status }) => [status, sessions])),
      usage
    }
  }
}
