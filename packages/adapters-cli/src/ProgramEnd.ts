/**
 * How a program ended, or why it never began, read from what the platform
 * reports. What that means for a run is the protocol's to say.
 *
 * @stability unstable
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as FileSystem from "effect/FileSystem"
import type * as PlatformError from "effect/PlatformError"
import * as Schema from "effect/Schema"

/** The leader's own end. `signal` is unknown when the platform does not name it. */
export type ProgramEnd =
  | { readonly type: "exited"; readonly code: number }
  | { readonly type: "signalled"; readonly signal: string | undefined }

/**
 * - `program_missing`: no such file on `PATH`, or its interpreter is missing.
 * - `program_not_permitted`: it is there and may not be executed.
 * - `directory_missing`, `directory_not_usable`: the working directory is not there, is none, or may not be entered.
 * - `refused`: the system or the platform refused; `code` says more.
 */
export const Reason = Schema.Literals([
  "program_missing",
  "program_not_permitted",
  "directory_missing",
  "directory_not_usable",
  "refused"
])
export type Reason = typeof Reason.Type

/** A program never began. `subject` is the program or the directory; nothing here quotes arguments or environment. */
export class ProgramNotStarted extends Schema.TaggedError<ProgramNotStarted>()("ProgramNotStarted", {
  reason: Reason,
  subject: Schema.String,
  /** The system's own word (`EAGAIN`), or the platform's description. */
  code: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    const detail = this.code === undefined ? "" : ` (${this.code})`
    switch (this.reason) {
      case "program_missing":
        return `Program ${this.subject} was not found, or the interpreter that it names`
      case "program_not_permitted":
        return `Program ${this.subject} may not be executed: check its permissions${detail}`
      case "directory_missing":
        return `Working directory ${this.subject} does not exist`
      case "directory_not_usable":
        return `Working directory ${this.subject} cannot be used: check that it is a directory and may be entered${detail}`
      case "refused":
        return `Program ${this.subject} could not be started${detail}`
    }
  }
}

/** The `code` of a Node error, or nothing. */
const errnoOf = (cause: unknown): string | undefined =>
  typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string"
    ? cause.code
    : undefined

/** Reads the refusal of a spawn: a reason of the platform, or whatever it threw. */
export const notStarted = (program: string, reason: unknown): ProgramNotStarted => {
  const platform = isReason(reason) ? reason : undefined
  const code = errnoOf(platform === undefined ? reason : platform.cause) ?? platform?.description
  const detail = code === undefined ? {} : { code }
  switch (platform?._tag) {
    case "NotFound":
      return new ProgramNotStarted({ reason: "program_missing", subject: program })
    case "PermissionDenied":
      return new ProgramNotStarted({ reason: "program_not_permitted", subject: program, ...detail })
    default:
      return new ProgramNotStarted({ reason: "refused", subject: program, ...detail })
  }
}

const isReason = (value: unknown): value is PlatformError.PlatformError["reason"] =>
  typeof value === "object" && value !== null && "_tag" in value && "module" in value

/**
 * Whether a program can be started here. The system itself reports a bad
 * directory in the same words as a missing program.
 */
export const checkDirectory = (
  fs: FileSystem.FileSystem,
  directory: string | undefined
): Effect.Effect<void, ProgramNotStarted> => {
  if (directory === undefined) return Effect.void
  const unusable = (code?: string) =>
    new ProgramNotStarted({
      reason: "directory_not_usable",
      subject: directory,
      ...(code === undefined ? {} : { code })
    })
  // The dot inside the directory is only found by those who may enter it.
  return fs.stat(`${directory}/.`).pipe(
    Effect.mapError(({ reason }) =>
      reason._tag === "NotFound"
        ? new ProgramNotStarted({ reason: "directory_missing", subject: directory })
        : unusable(errnoOf(reason.cause))
    ),
    Effect.flatMap((info) => (info.type === "Directory" ? Effect.void : Effect.fail(unusable())))
  )
}

/**
 * Reads the platform's exit. A death by signal is a failure there, and only
 * its cause's text names the signal (`@effect/platform-node-shared` 4.1.0).
 */
export const endOf = (exit: Exit.Exit<number, PlatformError.PlatformError>): ProgramEnd => {
  if (Exit.isSuccess(exit)) return { type: "exited", code: exit.value }
  for (const failure of exit.cause.reasons) {
    if (failure._tag !== "Fail") continue
    const cause = failure.error.reason.cause
    const signal = cause instanceof Error ? /'(SIG[A-Z0-9]+)'/.exec(cause.message)?.[1] : undefined
    return { type: "signalled", signal }
  }
  return { type: "signalled", signal: undefined }
}
