/**
 * Who and what can run sessions, on the wire: the agents of the configuration and
 * those of this machine that it could name, the roles that a child may have, and
 * the models that the configuration names. The other shapes are in `Wire`.
 *
 * @stability unstable
 */
import { type ProviderRouter, type SubAgents, SubagentProfile } from "@offshoot/core"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/**
 * One that can be run, or could be if the configuration named it (`configured`).
 * `lacks` says what is in its way, `mend` the command or setting that mends the
 * first of it; `state` is `unknown` until its program was looked at.
 */
export const Agent = Schema.Struct({
  id: Schema.String,
  title: Schema.optionalKey(Schema.String),
  protocol: Schema.String,
  concurrentMax: Schema.Int,
  configured: Schema.Boolean,
  state: Schema.Literals(["ready", "not_ready", "missing", "unknown"]),
  version: Schema.optionalKey(Schema.String),
  lacks: Schema.Array(Schema.String),
  mend: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Agent" })
export type Agent = typeof Agent.Type

/** `inProcess`: whether sessions that name no agent are run. */
export const AgentList = Schema.Struct({
  items: Schema.Array(Agent),
  nextCursor: Schema.optionalKey(Schema.String),
  inProcess: Schema.Boolean
}).annotate({ identifier: "AgentList" })

/** A role. `model` and `agent` are what plays it when a spawn does not say; `source` is `builtin` or its file. */
export const Profile = Schema.Struct({
  name: Schema.String,
  description: Schema.String,
  model: Schema.optionalKey(Schema.String),
  agent: Schema.optionalKey(Schema.String),
  source: Schema.String
}).annotate({ identifier: "Profile" })
export type Profile = typeof Profile.Type

/** `problems`: files that hold no role although they should. */
export const ProfileList = Schema.Struct({
  items: Schema.Array(Profile),
  problems: Schema.Array(SubagentProfile.ProfileProblem)
}).annotate({ identifier: "ProfileList" })
export type ProfileList = typeof ProfileList.Type

/** `reference` is what `model` of a session takes: `provider:model`. `alias` is a name of the configuration for it. */
export const Model = Schema.Struct({
  reference: Schema.String,
  alias: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Model" })

/** `fallback` serves sessions that name no model. */
export const ModelList = Schema.Struct({
  items: Schema.Array(Model),
  fallback: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "ModelList" })
export type ModelList = typeof ModelList.Type

export const profiles = (list: SubagentProfile.ProfileList): ProfileList => ({
  items: list.profiles.map(({ agent, description, model, name, source }) => ({
    name,
    description,
    ...(model === undefined ? {} : { model }),
    ...(agent === undefined ? {} : { agent }),
    source
  })),
  problems: list.problems
})

const referenceOf = ({ model, provider }: ProviderRouter.ListedModel["modelRef"]): string => `${provider}:${model}`

export const models = ({ fallback, models: listed }: SubAgents.ModelList): ModelList => ({
  items: listed.map(({ modelRef, name }) => {
    const reference = referenceOf(modelRef)
    return name === reference ? { reference } : { reference, alias: name }
  }),
  ...(Option.isNone(fallback) ? {} : { fallback: referenceOf(fallback.value) })
})
