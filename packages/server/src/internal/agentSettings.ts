/**
 * The `agents` of the configuration: which there are, each decoded by the
 * adapter that speaks its protocol. One line per protocol here is all that the
 * configuration knows of it.
 */
import * as NodePath from "node:path"
import { CommandAgent } from "@offshoot/adapters-cli"
import { AgentDirectory, Nearest } from "@offshoot/core"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type Problem, problemsOf } from "./configFile.ts"

/** One agent, ready for its adapter. */
export interface AgentSetting {
  readonly id: string
  readonly concurrentMax: number
  readonly agent: CommandAgent.CommandAgent
}

type Written = Readonly<Record<string, unknown>>
type Decoded = { readonly settings: ReadonlyArray<AgentSetting>; readonly problems: ReadonlyArray<Problem> }

const strict = { errors: "all", onExcessProperty: "error" } as const

const protocols = {
  [CommandAgent.protocol]: Schema.decodeUnknownResult(CommandAgent.CommandAgent, strict)
}
const available = Object.keys(protocols)

const isProtocol = (name: string): name is keyof typeof protocols => Object.hasOwn(protocols, name)

const decodeProtocol = Schema.decodeUnknownResult(Schema.Struct({ protocol: Schema.NonEmptyString }), { errors: "all" })

const protocolProblem = (protocol: string): string => {
  const list = `available in this version: ${available.join(", ")}`
  const meant = Nearest.nearest(protocol, available)
  return Option.isSome(meant) ? `did you mean ${meant.value}? ${list}` : `this protocol is not one of those ${list}`
}

/** A relative working directory counts from the folder of the file that names it. */
const placed = (agent: CommandAgent.CommandAgent, folder: string): CommandAgent.CommandAgent =>
  agent.cwd === undefined ? agent : { ...agent, cwd: NodePath.resolve(folder, agent.cwd) }

const decodeAgent = (
  id: string,
  written: Written,
  folder: string
): Result.Result<AgentSetting, ReadonlyArray<Problem>> => {
  const head = decodeProtocol(written)
  if (Result.isFailure(head)) return Result.fail(problemsOf(head.failure, ["agents", id]))
  const { protocol } = head.success
  if (!isProtocol(protocol)) {
    return Result.fail([{ path: `agents.${id}.protocol`, message: protocolProblem(protocol) }])
  }
  return protocols[protocol](written).pipe(
    Result.mapBoth({
      onFailure: (error) => problemsOf(error, ["agents", id]),
      onSuccess: (agent) => ({
        id,
        concurrentMax: agent.concurrent ?? AgentDirectory.concurrentMaxDefault,
        agent: placed(agent, folder)
      })
    })
  )
}

export const decodeAgents = (agents: Readonly<Record<string, Written>>, folder: string): Decoded => {
  const settings: Array<AgentSetting> = []
  const problems: Array<Problem> = []
  for (const [id, written] of Object.entries(agents)) {
    const decoded = decodeAgent(id, written, folder)
    if (Result.isSuccess(decoded)) settings.push(decoded.success)
    else problems.push(...decoded.failure)
  }
  return { settings, problems }
}
