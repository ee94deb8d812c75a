/**
 * Subagent profiles: named roles (`S-profiles`).
 *
 * Only the model and the port. Which roles there are says the layer: the
 * built-in ones, or those that a loader finds on disk. A role never widens what
 * its session may do (I8): it narrows the tools, and says who the agent is.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ToolPolicy } from "./ToolPolicy.ts"

/** Something in a role's file that has no effect, and why. */
export const Ignored = Schema.Struct({ what: Schema.String, why: Schema.String })
export type Ignored = typeof Ignored.Type

/**
 * One role. `model` is a reference as people write it, a hint only. `agent`
 * names an external agent that plays the role instead of the in-process one.
 */
export const SubagentProfile = Schema.Struct({
  name: Schema.NonEmptyString,
  description: Schema.String,
  systemPrompt: Schema.String,
  tools: ToolPolicy,
  model: Schema.optionalKey(Schema.String),
  agent: Schema.optionalKey(Schema.String),
  /** Rounds that a run of the role may take, when it says so itself. */
  roundsMax: Schema.optionalKey(Schema.Int),
  /** Where it comes from: `builtin`, or a file. */
  source: Schema.String,
  ignored: Schema.Array(Ignored)
})
export type SubagentProfile = typeof SubagentProfile.Type

/** A file that holds no role although it should. `line` and `column` count from 1. */
export const ProfileProblem = Schema.Struct({
  source: Schema.String,
  line: Schema.optionalKey(Schema.Int),
  column: Schema.optionalKey(Schema.Int),
  message: Schema.String
})
export type ProfileProblem = typeof ProfileProblem.Type

/** Every role that is effective for a workspace, by name; what could not be read does not hide the rest. */
export interface ProfileList {
  readonly profiles: ReadonlyArray<SubagentProfile>
  readonly problems: ReadonlyArray<ProfileProblem>
}

export interface SubagentProfilesShape {
  /** Read anew, so that an edited file is effective at the next spawn. */
  readonly list: (workspace: Option.Option<string>) => Effect.Effect<ProfileList>
}

/** The roles of this process. */
export class SubagentProfiles extends Context.Reference<SubagentProfilesShape>("@offshoot/core/SubagentProfiles", {
  defaultValue: () => ({ list: () => Effect.succeed({ profiles: [], problems: [] }) })
}) {}

export const layer = (profiles: SubagentProfilesShape): Layer.Layer<never> => Layer.succeed(SubagentProfiles, profiles)

/** The role of this name. */
export const find = (list: ProfileList, name: string): Option.Option<SubagentProfile> =>
  Option.fromUndefinedOr(list.profiles.find((profile) => profile.name === name))
