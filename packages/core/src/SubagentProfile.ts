/**
 * Subagent profiles: named roles (`S-profiles`).
 *
 * The model, the port and the built-in roles. Which roles there are says the
 * layer: the built-in ones, or also those that a loader finds on disk. A role
 * never widens what its session may do (I8): it narrows the tools, and says who
 * the agent is.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type BuiltinProfile, builtinProfiles, fallbackProfile } from "./internal/builtinProfiles.ts"
import { nearest } from "./Nearest.ts"
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

/**
 * A file that holds no role although it should. `line` and `column` count from
 * 1. `name` is the role that is missing because of it, as far as that shows.
 */
export const ProfileProblem = Schema.Struct({
  name: Schema.optionalKey(Schema.String),
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
  /** Read anew, so that an edited file is effective at the next spawn, at the latest a second later. */
  readonly list: (workspace: Option.Option<string>) => Effect.Effect<ProfileList>
}

const fromBuiltin = (profile: BuiltinProfile): SubagentProfile => ({ ...profile, source: "builtin", ignored: [] })

/** The roles that need no file: general-purpose, plan, researcher, coder, reviewer, tester. */
export const builtin: ReadonlyArray<SubagentProfile> = builtinProfiles.map(fromBuiltin)

/** The role of a child whose spawn names none. */
export const fallback: SubagentProfile = fromBuiltin(fallbackProfile)

/** The roles of this process. The built-in ones by default. */
export class SubagentProfiles extends Context.Reference<SubagentProfilesShape>("@offshoot/core/SubagentProfiles", {
  defaultValue: () => ({ list: () => Effect.succeed({ profiles: builtin, problems: [] }) })
}) {}

export const layer = (profiles: SubagentProfilesShape): Layer.Layer<never> => Layer.succeed(SubagentProfiles, profiles)

const placeOf = ({ column, line, source }: ProfileProblem): string =>
  [source, line, column].filter((part) => part !== undefined).join(":")

/** There is no role of this name. `known` are those that there are, `problem` why there is not the one that was meant. */
export class ProfileUnknown extends Schema.TaggedError<ProfileUnknown>()("ProfileUnknown", {
  name: Schema.String,
  known: Schema.Array(Schema.String),
  problem: Schema.optionalKey(ProfileProblem)
}) {
  readonly retryable = false
  override get message(): string {
    if (this.problem !== undefined) {
      return `the role ${this.name} cannot be used: ${placeOf(this.problem)}: ${this.problem.message}`
    }
    const meant = nearest(this.name, this.known)
    const question = Option.isSome(meant) ? `did you mean ${meant.value}? ` : ""
    return `there is no role ${this.name}: ${question}there are ${this.known.join(", ")}`
  }
}

const isCalled = (name: string, other: string | undefined): boolean => other?.toLowerCase() === name.toLowerCase()

/** The role of this name. Letter case decides only between two that have it (`S-profiles`). */
export const find = (list: ProfileList, name: string): Option.Option<SubagentProfile> =>
  Option.fromUndefinedOr(
    list.profiles.find((profile) => profile.name === name) ??
      list.profiles.find((profile) => isCalled(name, profile.name))
  )

const unknown = (list: ProfileList, name: string): ProfileUnknown => {
  const problem = list.problems.find((problem) => isCalled(name, problem.name))
  const known = list.profiles.map((profile) => profile.name)
  return new ProfileUnknown(problem === undefined ? { name, known } : { name, known, problem })
}

/**
 * The role that a spawn names, or the fallback for one that names none. A role
 * that was meant is never replaced by another: that could give it more tools.
 */
export const resolve = (
  list: ProfileList,
  name: string | undefined
): Result.Result<SubagentProfile, ProfileUnknown> => {
  const given = name?.trim() ?? ""
  const wanted = given === "" ? fallback.name : given
  return Result.fromOption(find(list, wanted), () => unknown(list, wanted))
}
