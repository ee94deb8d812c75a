/**
 * What the end of a plain command means for its run.
 *
 * The exit code is all the protocol there is: zero is success, and nothing
 * else is.
 *
 * @stability unstable
 */
import { Outcome } from "@offshoot/core"
import * as OutputText from "../OutputText.ts"
import type { ProgramEnd, ProgramNotStarted } from "../ProgramEnd.ts"

/** The outcome of a program that ended as it should not have, told as `says` tells how it ended. */
export const ofFailedEnd = (
  end: ProgramEnd,
  standardError: string,
  says: (howItEnded: string) => string
): Outcome.RunnerOutcome => {
  const failed = { status: "error", reason: "agent_failed" } as const
  const text = OutputText.plain(standardError).trim()
  const detail = text === "" ? {} : { detail: text }
  return end.type === "exited"
    ? { ...failed, message: says(`exited with code ${end.code}`), exitCode: end.code, ...detail }
    : {
        ...failed,
        message: says(`was ended by ${end.signal ?? "a signal"}`),
        ...(end.signal === undefined ? {} : { signal: end.signal }),
        ...detail
      }
}

/** The outcome of a program that ran; `standardError` is the end of what it said there. */
export const ofEnd = (program: string, end: ProgramEnd, standardError: string): Outcome.RunnerOutcome =>
  end.type === "exited" && end.code === 0
    ? Outcome.done
    : ofFailedEnd(end, standardError, (howItEnded) => `Program ${program} ${howItEnded}`)

/** The outcome of a program that never began. */
export const ofNotStarted = (agentId: string, program: string, error: ProgramNotStarted): Outcome.RunnerOutcome => {
  switch (error.reason) {
    case "program_missing":
      return {
        status: "error",
        reason: "not_installed",
        message: `${error.message}. Install it, or correct agents.${agentId}.command`,
        program
      }
    case "directory_missing":
    case "directory_not_usable":
      return setup(`${error.message}. Correct the session's workspace or agents.${agentId}.cwd`)
    default:
      return setup(error.message)
  }
}

/** The outcome of references in `env` that lead nowhere. Names only, never values. */
export const ofMissingVariables = (agentId: string, names: ReadonlyArray<string>): Outcome.RunnerOutcome =>
  setup(`The server's environment does not have ${names.join(", ")}, which agents.${agentId}.env refers to`)

/** The outcome of a configuration or session that cannot be carried out. */
export const setup = (message: string): Outcome.RunnerOutcome => ({ status: "error", reason: "setup", message })
