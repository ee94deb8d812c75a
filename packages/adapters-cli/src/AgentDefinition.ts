/**
 * From an entry of `agents` in the configuration to who runs it. Pure.
 *
 * An entry says who the agent is in one of three ways: `command`, any program;
 * `acp`, any program that speaks the Agent Client Protocol; `program`, one that
 * a profile is known for. Everything else of an entry is options.
 *
 * @stability unstable
 */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Nearest } from "@offshoot/core"
import { profileOf } from "./acp/AcpProfile.ts"
import { name as acp } from "./acp/AcpProtocol.ts"
import type { AgentProfile } from "./AgentProfile.ts"
import { profiles } from "./Agents.ts"
import { AcpAgent, type AgentOptions, CliAgent } from "./CliAgent.ts"
import * as CommandAgent from "./command/CommandAgent.ts"

/** An agent, ready for its runner. */
export type AgentDefinition =
  | { readonly _tag: "Command"; readonly protocol: string; readonly agent: CommandAgent.CommandAgent }
  | {
      readonly _tag: "Coding"
      readonly protocol: string
      readonly agent: AgentOptions
      readonly profile: AgentProfile
      /** A name on `PATH`, or a path. */
      readonly program: string
    }

/** What is wrong with an entry: a shape that the schema refuses, or a key with words. */
export type Refused =
  | { readonly _tag: "Shape"; readonly error: Schema.SchemaError }
  | { readonly _tag: "Key"; readonly key: string; readonly message: string }

const strict = { errors: "all", onExcessProperty: "error" } as const
const decodeCommand = Schema.decodeUnknownResult(CommandAgent.CommandAgent, strict)
const decodeAcp = Schema.decodeUnknownResult(AcpAgent, strict)
const decodeCli = Schema.decodeUnknownResult(CliAgent, strict)

const shape = <A>(result: Result.Result<A, Schema.SchemaError>): Result.Result<A, Refused> =>
  Result.mapError(result, (error) => ({ _tag: "Shape", error }))

const refused = (key: string, message: string): Result.Result<never, Refused> =>
  Result.fail({ _tag: "Key", key, message })

/** The names of the protocols that an entry may name. */
export const protocols: ReadonlyArray<string> = [
  ...new Set([CommandAgent.protocol, ...profiles.map(({ protocol }) => protocol.name)])
]

const baseOf = (program: string): string =>
  program
    .slice(program.lastIndexOf("/") + 1)
    .replace(/^.*\\/, "")
    .replace(/\.(exe|cmd|js|mjs)$/i, "")

/** The profile for a program: by the name that the entry gives, or by the program's own. */
const profileFor = ({ profile, program }: CliAgent): Option.Option<AgentProfile> =>
  Option.fromUndefinedOr(
    profile === undefined
      ? profiles.find(({ programs }) => programs.includes(baseOf(program)))
      : profiles.find(({ id }) => id === profile)
  )

const profileIds = profiles.map(({ id }) => id)

const unknownProfile = (given: string): string => {
  const meant = Nearest.nearest(given, profileIds)
  const known = `known are ${profileIds.join(", ")}`
  return Option.isSome(meant) ? `did you mean ${meant.value}? ${known}` : `no such profile; ${known}`
}

/** An agent with a profile. */
export const codingOf = (
  profile: AgentProfile,
  program: string,
  agent: AgentOptions
): Extract<AgentDefinition, { readonly _tag: "Coding" }> => ({
  _tag: "Coding",
  protocol: profile.protocol.name,
  agent,
  profile,
  program
})

const ofAcp = (written: AcpAgent): AgentDefinition => {
  const { acp: command, protocol: _acp, ...agent } = written
  return codingOf(profileOf(command), command[0], agent)
}

const ofCli = (written: CliAgent): Result.Result<AgentDefinition, Refused> => {
  const { profile: named, program, protocol, ...agent } = written
  const found = profileFor(written)
  if (protocol === acp && !Option.exists(found, (known) => known.protocol.name === acp)) {
    return Result.succeed(codingOf(profileOf([program]), program, agent))
  }
  if (Option.isNone(found)) {
    return named === undefined
      ? refused(
          "program",
          `no profile is known for this program: name one (profile: ${profileIds.join(", ")}), or use {"acp": [program, …]} or {"command": [program, …]}`
        )
      : refused("profile", unknownProfile(named))
  }
  if (protocol !== undefined && protocol !== found.value.protocol.name) {
    return refused("protocol", `${found.value.title} is spoken to by ${found.value.protocol.name}: leave this out`)
  }
  return Result.succeed(codingOf(found.value, program, agent))
}

type Written = Readonly<Record<string, unknown>>

const protocolProblem = (protocol: unknown): string => {
  const list = `available in this version: ${protocols.join(", ")}`
  const meant = typeof protocol === "string" ? Nearest.nearest(protocol, protocols) : Option.none()
  return Option.isSome(meant) ? `did you mean ${meant.value}? ${list}` : `this protocol is not one of those ${list}`
}

/** Reads one entry. */
export const read = (written: Written): Result.Result<AgentDefinition, Refused> => {
  const { protocol } = written
  if (protocol !== undefined && !(typeof protocol === "string" && protocols.includes(protocol))) {
    return refused("protocol", protocolProblem(protocol))
  }
  if (protocol === CommandAgent.protocol || (protocol === undefined && "command" in written)) {
    return Result.map(shape(decodeCommand({ protocol: CommandAgent.protocol, ...written })), (agent) => ({
      _tag: "Command",
      protocol: CommandAgent.protocol,
      agent
    }))
  }
  if ("acp" in written) return Result.map(shape(decodeAcp(written)), ofAcp)
  if ("program" in written || protocol !== undefined) return Result.flatMap(shape(decodeCli(written)), ofCli)
  return refused("program", `say who the agent is: "program", "acp" or "command"`)
}

/** An agent that nobody configured, as it is offered when its program is on `PATH`. */
export const offered = (profile: AgentProfile, program: string): AgentDefinition => codingOf(profile, program, {})

/** How many runs of it may hold a slot at once; none: it does not say. */
export const concurrentOf = ({ agent }: AgentDefinition): Option.Option<number> =>
  Option.fromUndefinedOr(agent.concurrent)

/** Its working directory, counted from `folder` when it is relative; `resolve` is the platform's. */
export const placed = (definition: AgentDefinition, resolve: (path: string) => string): AgentDefinition => {
  const { cwd } = definition.agent
  if (definition._tag === "Command") {
    return cwd === undefined ? definition : { ...definition, agent: { ...definition.agent, cwd: resolve(cwd) } }
  }
  const { roots } = definition.agent
  return {
    ...definition,
    agent: {
      ...definition.agent,
      ...(cwd === undefined ? {} : { cwd: resolve(cwd) }),
      ...(roots === undefined ? {} : { roots: roots.map(resolve) })
    }
  }
}
