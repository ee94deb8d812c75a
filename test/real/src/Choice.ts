/** Which programs a run is for, from its arguments or its environment. */
import * as Result from "effect/Result"
import { type ProgramId, isProgramId, programIds } from "./ProgramList.ts"

/** Names the programs where there are no arguments, with spaces or commas between them. */
export const variable = "OFFSHOOT_REAL_PROGRAMS"

export interface Choice {
  readonly programs: ReadonlyArray<ProgramId>
  /** Those that were named: a run in which one of them does not run is no success. */
  readonly required: ReadonlyArray<ProgramId>
  /** From the first argument with a dash on: for who runs the tests. */
  readonly rest: ReadonlyArray<string>
}

export const parse = (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string | undefined>>
): Result.Result<Choice, string> => {
  const dash = args.findIndex((arg) => arg.startsWith("-"))
  const words = dash === -1 ? args : args.slice(0, dash)
  const rest = dash === -1 ? [] : args.slice(dash)
  const fromEnvironment = (env[variable] ?? "").split(/[\s,]+/).filter((word) => word !== "")
  const named = words.length > 0 ? words : fromEnvironment
  const unknown = named.find((word) => !isProgramId(word))
  if (unknown !== undefined) {
    return Result.fail(`there is no program "${unknown}" here; there are ${programIds.join(", ")}`)
  }
  const required = programIds.filter((id) => named.includes(id))
  return Result.succeed({ programs: required.length === 0 ? programIds : required, required, rest })
}
