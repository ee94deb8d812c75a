/**
 * What is particular to one agent on a known protocol, as data.
 *
 * One file per agent, each a value of this type: how it is found, which
 * versions were seen, its arguments, its environment, how it signs in, its
 * quirks. A profile starts nothing and reads nothing; there may be two entries
 * of the configuration with one profile, as two accounts have.
 *
 * @stability unstable
 */
import type * as Duration from "effect/Duration"
import type * as Option from "effect/Option"
import type { Environment } from "./CliHost.ts"
import type { CliProtocol, PermissionMode } from "./CliProtocol.ts"

/** What the arguments of one run are made of. The prompt is never among them. */
export interface ArgumentsInput {
  readonly model: Option.Option<string>
  readonly permission: PermissionMode
  /** The program's own name of the conversation to go on with. */
  readonly resume: Option.Option<string>
  readonly disabledTools: ReadonlyArray<string>
  readonly cwd: string
}

/** What can be seen of an agent's sign-in without starting it. */
export interface SignInEvidence {
  /** The variables that a child of this agent would have. Values are only looked at for being there. */
  readonly variables: Environment
  /** Whether a file of the home directory is there, by its path from it. */
  readonly hasHomeFile: (path: string) => boolean
}

export type SignIn =
  | { readonly _tag: "SignedIn"; readonly by: string }
  /** `mend` is the command or the setting that mends it. */
  | { readonly _tag: "SignedOut"; readonly mend: string }
  /** Nothing that can be seen from outside says so. */
  | { readonly _tag: "Unknown"; readonly why: string }

/** A way in which a version of the program departs from its protocol, and what is done about it. */
export interface Quirk {
  /** In words with dashes: `golden` tests name it. */
  readonly name: string
  /** The version in which it was seen. */
  readonly seenIn: string
  /** The fixture that shows it, below `test/fixtures/transcripts`. */
  readonly fixture: string
}

/** Why a program is not started yet. `why` completes "… is started in 3 s: …". */
export interface StartDelay {
  readonly left: Duration.Duration
  readonly why: string
}

export interface AgentProfile {
  /** The id under which it is offered when the configuration names no agents. */
  readonly id: string
  /** As its makers write it. */
  readonly title: string
  readonly protocol: CliProtocol
  /** The names of its program, looked for on `PATH` in this order. */
  readonly programs: readonly [string, ...ReadonlyArray<string>]
  readonly version: {
    readonly args: ReadonlyArray<string>
    /** The oldest that is supported, and the newest that was seen; both inclusive. */
    readonly oldest: string
    readonly newest: string
  }
  /** The command that installs it. */
  readonly install: string
  /** After the program's name, in front of what the configuration adds. Pure. */
  readonly args: (input: ArgumentsInput) => ReadonlyArray<string>
  /**
   * Set for every run of the agent: no updates, no telemetry, no colours. Pure.
   * `nonce` is that of the run.
   */
  readonly environment: (input: ArgumentsInput & { readonly nonce: string }) => Readonly<Record<string, string>>
  /** Further variables of the server that it finds its own files by. Never a secret: those are given by reference. */
  readonly passes: ReadonlyArray<string>
  readonly signIn: (evidence: SignInEvidence) => SignIn
  /** How long a run must wait before its program may start, for one that could do harm at once. Pure. */
  readonly startDelay?: (
    input: Pick<ArgumentsInput, "resume"> & { readonly nowMillis: number }
  ) => Option.Option<StartDelay>
  readonly quirks: ReadonlyArray<Quirk>
}
