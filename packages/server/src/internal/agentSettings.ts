/**
 * The `agents` of the configuration: which there are, each read by the adapter
 * that runs it. What an entry may say is the adapter's to know.
 */
import * as NodePath from "node:path"
import { AgentDefinition } from "@offshoot/adapters-cli"
import { AgentDirectory } from "@offshoot/core"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { type Problem, problemsOf } from "./configFile.ts"

/** One agent, ready for its adapter. */
export interface AgentSetting {
  readonly id: string
  readonly concurrentMax: number
  readonly definition: AgentDefinition.AgentDefinition
}

type Written = Readonly<Record<string, unknown>>
type Decoded = { readonly settings: ReadonlyArray<AgentSetting>; readonly problems: ReadonlyArray<Problem> }

const problemsIn = (id: string, refused: AgentDefinition.Refused): ReadonlyArray<Problem> =>
  refused._tag === "Shape"
    ? problemsOf(refused.error, ["agents", id])
    : [{ path: `agents.${id}.${refused.key}`, message: refused.message }]

/** The setting of one agent. */
export const settingOf = (id: string, definition: AgentDefinition.AgentDefinition): AgentSetting => ({
  id,
  concurrentMax: Option.getOrElse(AgentDefinition.concurrentOf(definition), () => AgentDirectory.concurrentMaxDefault),
  definition
})

/** A relative folder counts from the folder of the file that names it. */
export const decodeAgents = (agents: Readonly<Record<string, Written>>, folder: string): Decoded => {
  const settings: Array<AgentSetting> = []
  const problems: Array<Problem> = []
  for (const [id, written] of Object.entries(agents)) {
    const read = AgentDefinition.read(written)
    if (Result.isFailure(read)) problems.push(...problemsIn(id, read.failure))
    else
      settings.push(
        settingOf(
          id,
          AgentDefinition.placed(read.success, (path) => NodePath.resolve(folder, path))
        )
      )
  }
  return { settings, problems }
}
