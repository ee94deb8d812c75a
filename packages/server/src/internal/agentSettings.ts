/**
 * The `agents` of the configuration: which there are, and each one's own options.
 *
 * The options belong to the adapter that speaks the protocol. One line per
 * protocol here is all that the configuration knows of it.
 */
import * as NodePath from "node:path"
import { AgentDirectory } from "@offshoot/core"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type Problem, problemsOf } from "./configFile.ts"
import { nearest } from "./nearest.ts"

/** One agent, ready for its adapter. */
export interface AgentSetting {
  readonly id: string
  readonly protocol: string
  readonly concurrentMax: number
  readonly options: Readonly<Record<string, unknown>>
}

type Written = Readonly<Record<string, unknown>>
type Decoded = { readonly settings: ReadonlyArray<AgentSetting>; readonly problems: ReadonlyArray<Problem> }

const protocolsAvailable = ["command"]

const decodeHead = Schema.decodeUnknownResult(
  Schema.Struct({
    protocol: Schema.NonEmptyString,
    concurrent: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)))
  }),
  { errors: "all" }
)

const protocolProblem = (protocol: string): string => {
  const available = `available in this version: ${protocolsAvailable.join(", ")}`
  const meant = nearest(protocol, protocolsAvailable)
  return Option.isSome(meant) ? `did you mean ${meant.value}? ${available}` : `this protocol is not one of those ${available}`
}

/** A relative working directory counts from the folder of the file that names it. */
const placed = (options: Written, folder: string): Written =>
  typeof options["cwd"] === "string" ? { ...options, cwd: NodePath.resolve(folder, options["cwd"]) } : options

const decodeAgent = (id: string, written: Written, folder: string): Result.Result<AgentSetting, ReadonlyArray<Problem>> => {
  const head = decodeHead(written)
  if (Result.isFailure(head)) return Result.fail(problemsOf(head.failure, ["agents", id]))
  const { concurrent, protocol } = head.success
  if (!protocolsAvailable.includes(protocol)) {
    return Result.fail([{ path: `agents.${id}.protocol`, message: protocolProblem(protocol) }])
  }
  const { concurrent: _concurrent, protocol: _protocol, ...options } = written
  return Result.succeed({
    id,
    protocol,
    concurrentMax: concurrent ?? AgentDirectory.concurrentMaxDefault,
    options: placed(options, folder)
  })
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
