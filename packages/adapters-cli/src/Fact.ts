/**
 * What one frame of a coding agent means, as data.
 *
 * Every protocol translates its frames into facts by a plain function, so that
 * a recorded transcript is its test; `Narrator` carries facts out. An event of
 * the port is a fact as it stands; the rest is what the runner must act on.
 *
 * @stability unstable
 */
import type { AgentEvent, Outcome } from "@offshoot/core"

/**
 * What a permission is asked for. `edit` changes files in the workspace and
 * does nothing else; whatever is not surely that or `read` is `other`.
 */
export type AskedKind = "read" | "edit" | "execute" | "other"

/** A permission that the agent asks for. `id` is the program's own name for the ask, by which it is answered. */
export interface PermissionAsked {
  readonly type: "permission_asked"
  readonly id: string
  readonly kind: AskedKind
  readonly toolCallId: string
  readonly toolName: string
  readonly arguments: unknown
}

/** A question that the agent asks. */
export interface QuestionAsked {
  readonly type: "question_asked"
  readonly id: string
  readonly question: string
  readonly options: ReadonlyArray<string>
}

export type Asked = PermissionAsked | QuestionAsked

/** The program does not wait for the answer to this ask any more. */
export interface AskWithdrawn {
  readonly type: "ask_withdrawn"
  readonly id: string
}

/** How the program itself goes on with this conversation. Recorded as soon as it is told. */
export interface ConversationNamed {
  readonly type: "conversation_named"
  readonly handle: string
}

/** Something was said that shows life and nothing else: no event, but no silence either. */
export interface Alive {
  readonly type: "alive"
}

/**
 * The turn is over. `interrupted`: it was asked to stop and did; what that
 * means is for whoever asked. Only a structure of the protocol says this.
 */
export interface TurnEnded {
  readonly type: "turn_ended"
  readonly outcome: Outcome.RunnerOutcome | "interrupted"
}

export type Fact = AgentEvent.RunnerEvent | Asked | AskWithdrawn | ConversationNamed | Alive | TurnEnded

export const alive: Alive = { type: "alive" }

export const turnEnded = (outcome: TurnEnded["outcome"]): TurnEnded => ({ type: "turn_ended", outcome })

/** A line of standard output that is no frame of the protocol: shown, and nothing else. */
export const strayLine = (line: string): Fact => ({ type: "runner_output", channel: "stdout", content: `${line}\n` })
