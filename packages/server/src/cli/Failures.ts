/**
 * Why a command ends without success, each with its exit code.
 *
 * 0: all children completed, all files are good. 1: some did not, or are not. 2: usage or configuration. 3: no
 * server. 128 and a signal's number: stopped by it. The message says what to
 * do next; an empty one means that the command has said it all already.
 */
import * as Data from "effect/Data"
import * as Runtime from "effect/Runtime"

/** There is no server to talk to. */
export class ServerUnreachable extends Data.TaggedError("ServerUnreachable")<{
  /** Where one was looked for: a URL, or a data directory. */
  readonly where: string
  readonly why: "none_running" | "no_answer"
}> {
  override readonly [Runtime.errorExitCode] = 3
  override get message(): string {
    return this.why === "none_running"
      ? `no server is running for ${this.where}: start one with \`offshoot serve\`, or name one with --url and --token`
      : `the server at ${this.where} does not answer: check the address, and that \`offshoot serve\` is running there`
  }
}

/** The request cannot be carried out as it was given. */
export class UsageRefused extends Data.TaggedError("UsageRefused")<{ readonly told: string }> {
  override readonly [Runtime.errorExitCode] = 2
  override get message(): string {
    return this.told
  }
}

/** The server cannot start or cannot go on. */
export class ServeFailed extends Data.TaggedError("ServeFailed")<{ readonly told: string; readonly cause?: unknown }> {
  override readonly [Runtime.errorExitCode] = 2
  override get message(): string {
    return this.told
  }
}

/** The server was asked to stop and could not in time; it is cut off. */
export class StopTimedOut extends Data.TaggedError("StopTimedOut")<{ readonly seconds: number }> {
  override readonly [Runtime.errorExitCode] = 1
  override get message(): string {
    return `not everything had stopped after ${this.seconds} s; the next start ends what is left`
  }
}

/** Some child of the run did not complete; the table has said which. */
export class ChildrenNotCompleted extends Data.TaggedError("ChildrenNotCompleted")<{ readonly count: number }> {
  override readonly [Runtime.errorExitCode] = 1
  override get message(): string {
    return ""
  }
}

/** The last turn of a conversation without a person did not complete; its end has been shown. */
export class TurnNotCompleted extends Data.TaggedError("TurnNotCompleted") {
  override readonly [Runtime.errorExitCode] = 1
  override get message(): string {
    return ""
  }
}

/** Some file holds no role although it should; the list has said which, and where. */
export class RolesNotUsable extends Data.TaggedError("RolesNotUsable")<{ readonly count: number }> {
  override readonly [Runtime.errorExitCode] = 1
  override get message(): string {
    return ""
  }
}

/** Agents that somebody counts on cannot run; the list has said which, and what mends it. */
export class AgentsNotReady extends Data.TaggedError("AgentsNotReady")<{ readonly agents: ReadonlyArray<string> }> {
  override readonly [Runtime.errorExitCode] = 1
  override get message(): string {
    return ""
  }
}

/** A change was shown and nobody agreed to it. */
export class NotWritten extends Data.TaggedError("NotWritten")<{ readonly why: "declined" | "nobody_to_ask" }> {
  override readonly [Runtime.errorExitCode] = 1
  override get message(): string {
    return this.why === "declined"
      ? "nothing was written"
      : "nothing was written, as there is no terminal to ask at: add --yes to write it"
  }
}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const

/** Somebody stopped the command. */
export class Interrupted extends Data.TaggedError("Interrupted")<{ readonly signal: keyof typeof signalNumbers }> {
  override readonly [Runtime.errorExitCode]: number = 128 + signalNumbers[this.signal]
  override get message(): string {
    return ""
  }
}

/** Nobody reads the output any more: there is nothing left to do, and nothing went wrong. */
export class OutputClosed extends Data.TaggedError("OutputClosed") {
  override readonly [Runtime.errorExitCode] = 0
  override get message(): string {
    return ""
  }
}
