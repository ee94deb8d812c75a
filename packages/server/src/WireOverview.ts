/**
 * What there is and what goes on, on the wire: for a page that begins, and for
 * who starts work from it. The other shapes are in `Wire`.
 *
 * @stability unstable
 */
import { Session, type SubagentProfile, type SubAgents } from "@offshoot/core"
import * as Option from "effect/Option"
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

/** A role that a child can have. `source`: `builtin`, or the file that it comes from. */
export const ProfileList = Schema.Struct({
  items: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      description: Schema.String,
      model: Schema.optionalKey(Schema.String),
      agent: Schema.optionalKey(Schema.String),
      source: Schema.String
    })
  ),
  nextCursor: Schema.optionalKey(Schema.String),
  /** Files that hold no role although they should. */
  problems: Schema.Array(Schema.Struct({ source: Schema.String, message: Schema.String }))
}).annotate({ identifier: "ProfileList" })
export type ProfileList = typeof ProfileList.Type

/** The models of the configuration; others of their providers can be named as well. `fallback` serves who names none. */
export const ModelList = Schema.Struct({
  items: Schema.Array(Schema.Struct({ reference: Schema.String, alias: Schema.optionalKey(Schema.String) })),
  nextCursor: Schema.optionalKey(Schema.String),
  fallback: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "ModelList" })
export type ModelList = typeof ModelList.Type

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

export const profiles = ({ problems, profiles }: SubagentProfile.ProfileList): ProfileList => ({
  items: profiles.map(({ agent, description, model, name, source }) => ({
    name,
    description,
    ...(model === undefined ? {} : { model }),
    ...(agent === undefined ? {} : { agent }),
    source
  })),
  problems: problems.map(({ message, source }) => ({ source, message }))
})

const referenceOf = ({ model, provider }: Session.ModelRef): string => `${provider}:${model}`

export const models = ({ fallback, models }: SubAgents.ModelList): ModelList => ({
  items: models.map(({ modelRef, name }) => {
    const reference = referenceOf(modelRef)
    return name === reference ? { reference } : { reference, alias: name }
  }),
  ...(Option.isSome(fallback) ? { fallback: referenceOf(fallback.value) } : {})
})
