/**
 * What a wire protocol must do so that its agents can be children.
 *
 * A protocol knows frames: how a conversation begins, how a prompt, a message,
 * an answer and a wish to stop are written, and what comes back. It starts no
 * process, has no clock and settles nothing: `CliRunner` owns the program, the
 * limits on every wait, what is told and how the run ends. That is why five
 * protocols behave alike under a cancel, a crash and a silence.
 *
 * @stability unstable
 */
import type { ExternalChildRunner, Outcome } from "@offshoot/core"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { Asked, Fact } from "./Fact.ts"
import type { ProgramEnd } from "./ProgramEnd.ts"

/** The modes of the configuration: who decides what an agent asks for. */
export const PermissionMode = Schema.Literals(["ask", "deny", "accept_edits", "full"])
export type PermissionMode = typeof PermissionMode.Type

/** The conversation cannot begin or go on; the run ends with this outcome. */
export class TurnFailed extends Data.TaggedError("TurnFailed")<{ readonly outcome: Outcome.RunnerOutcome }> {}

/** The program breaks its protocol, in words that say how. */
export const brokenProtocol = (message: string): TurnFailed =>
  new TurnFailed({ outcome: { status: "error", reason: "protocol", message } })

/** The program that the conversation is with. */
export interface ProgramLink {
  /**
   * Writes one frame and the end of its line. Never waits for the program;
   * fails when it has left too much unread, or its input is closed.
   */
  readonly send: (frame: unknown) => Effect.Effect<void, TurnFailed>
  /** Takes facts in their order, and acts on them. */
  readonly tell: (facts: ReadonlyArray<Fact>) => Effect.Effect<void>
}

/** What a conversation begins with. */
export interface Opening extends ProgramLink {
  /** Where the program works; absolute. */
  readonly cwd: string
  readonly model: Option.Option<string>
  readonly permission: PermissionMode
  /** The program's own name of the conversation to go on with; none: a new one. */
  readonly resume: Option.Option<string>
  /** Names of tools that the session may not use. */
  readonly disabledTools: ReadonlyArray<string>
  /** A value for each run that nobody can guess, as a password of its own server. */
  readonly nonce: string
}

/** What a person or a rule made of an ask, or the mode of the configuration, or nobody in time. */
export type Verdict = ExternalChildRunner.Answer

export interface Conversation {
  /**
   * Takes lines of standard output, in order. While it runs nothing more is
   * read: it never waits for the program, a person or the network.
   */
  readonly receive: (lines: ReadonlyArray<string>) => Effect.Effect<void>
  /** Returns once a prompt can be sent; tells the conversation's name as soon as it is known. */
  readonly begin: Effect.Effect<void, TurnFailed, Scope.Scope>
  /** Begins a turn. Its end is told as `turn_ended`, exactly once for each. */
  readonly prompt: (text: string) => Effect.Effect<void, TurnFailed>
  /** Hands a message to the turn that is under way; fails with why it was not taken. None: only between turns. */
  readonly steer: Option.Option<(text: string) => Effect.Effect<void, string>>
  /** Asks the turn to stop, by the protocol. `turn_ended` says that it did. Does nothing when there is none. */
  readonly interrupt: Effect.Effect<void>
  /** Answers an ask in the program's own words. */
  readonly answer: (asked: Asked, verdict: Verdict) => Effect.Effect<void>
  /**
   * What it means that the program ended in the middle of a turn, when the
   * protocol knows better than "it exited".
   */
  readonly exited: (end: ProgramEnd, standardError: string) => Option.Option<Outcome.RunnerOutcome>
}

export interface CliProtocol {
  /** The name on the wire: `external.protocol` of its sessions. */
  readonly name: string
  readonly capabilities: ExternalChildRunner.Capabilities
  /**
   * How the program ends when its work is done: `input_end` when its input is
   * closed, `signal` only when it is told to.
   */
  readonly leaves: "input_end" | "signal"
  readonly open: (opening: Opening) => Effect.Effect<Conversation, never, Scope.Scope>
}
