/**
 * What a part is played through: one turn of a conversation, in the words of
 * one wire protocol.
 *
 * A voice owns the conversation: its handshake, its ids, its prompts, and when
 * a turn begins. `Play` decides what happens in a turn and never what it looks
 * like.
 */
import type { Fields } from "./Json.ts"
import type { Stage } from "./Stage.ts"

export interface ToolCall {
  readonly id: string
  readonly name: string
  readonly input: Fields
}

/** What one model call used. Cached tokens are not in `input`, reasoning tokens are not in `output`. */
export interface Spent {
  readonly input: number
  readonly cached: number
  readonly output: number
  readonly reasoning: number
  /** None: what the program would make of its price list. */
  readonly costUsd: number | undefined
}

/** What the recorded model calls used. */
export const spentByDefault: Spent = { input: 900, cached: 100, output: 45, reasoning: 5, costUsd: undefined }

export interface Failure {
  readonly kind: "api" | "rate_limit" | "unauthorized" | "overflow" | "server"
  readonly status: number
  readonly message: string
  readonly retryAfterSeconds: number | undefined
  /** Whether the program tries again before it gives up, as far as the real one does. */
  readonly retried: boolean
}

export type End =
  | { readonly kind: "done" }
  | { readonly kind: "cancelled" }
  | { readonly kind: "refused" }
  | { readonly kind: "limit"; readonly of: "turns" | "tokens" }
  | { readonly kind: "failed"; readonly failure: Failure }

export type Decision =
  | { readonly kind: "approved" }
  /** `words`: what the client said with it. Some programs end their turn then. */
  | { readonly kind: "denied"; readonly words: string; readonly endsTurn?: true }
  /** The ask was dismissed; where the protocol knows that, it also ends the turn. */
  | { readonly kind: "cancelled"; readonly endsTurn: boolean }

/** Somebody who speaks, thinks and uses tools: the agent of a turn, or a sub-agent of its own. */
export interface Speaker {
  /** One delta of the answer, where there are deltas. */
  readonly say: (text: string) => void
  readonly think: (text: string) => void
  readonly toolStart: (tool: ToolCall) => void
  /** Output while the tool runs; some programs tell nothing of it. */
  readonly toolOutput: (tool: ToolCall, text: string) => void
  readonly toolEnd: (tool: ToolCall, text: string) => void
  readonly toolFail: (tool: ToolCall, error: string) => void
}

/** A sub-agent of the agent's own. */
export interface Nested extends Speaker {
  readonly close: (text: string) => void
}

export interface Turn extends Speaker {
  /** The end of the model call that is open, and what it used. */
  readonly round: (spent: Spent) => void
  readonly plan: (items: ReadonlyArray<string>) => void
  /** A file that was changed by the call; what it holds now. */
  readonly edit: (tool: ToolCall, file: string, text: string) => void
  readonly ask: (tool: ToolCall) => Promise<Decision>
  /** The answer; undefined: it was dismissed. */
  readonly question: (key: string, text: string, options: ReadonlyArray<string>) => Promise<string | undefined>
  readonly nested: (tool: ToolCall, title: string) => Nested
  readonly retrying: (attempt: number, failure: Failure) => void
  /** The name of the conversation, and whether this process goes on with it. */
  readonly conversation: () => { readonly id: string; readonly resumed: boolean }
  /** A frame of a kind that no version of the program knows. */
  readonly strange: (fields: Fields) => void
  /** Whether a rate limit is waited out without a word, for longer than anybody waits. */
  readonly backsOffInSilence?: boolean
  /** Ends the stream of frames, where a program has one apart from its output. */
  readonly cut?: () => void
  /** Ends the turn. Called again, it says the end again. */
  readonly end: (end: End) => void
  /** The next message to the turn, also one that came before. */
  readonly message: () => Promise<string>
}

/** The messages to a turn, and the one who waits for the next of them. */
export class Inbox {
  private readonly waiting: Array<string> = []
  private taker: ((text: string) => void) | undefined

  put(text: string): void {
    const { taker } = this
    this.taker = undefined
    if (taker === undefined) this.waiting.push(text)
    else taker(text)
  }

  take(): Promise<string> {
    const next = this.waiting.shift()
    if (next !== undefined) return Promise.resolve(next)
    return new Promise((resolve) => {
      this.taker = resolve
    })
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0
  }

  /** What nobody took, oldest first. */
  rest(): ReadonlyArray<string> {
    return this.waiting.splice(0)
  }
}

/** Asks that wait for their answer, by the id under which it comes. */
export class Asks<Answer> {
  private readonly open = new Map<string, (answer: Answer) => void>()

  wait(id: string): Promise<Answer> {
    return new Promise((resolve) => {
      this.open.set(id, resolve)
    })
  }

  /** Whether somebody waited for it. */
  answer(id: string, answer: Answer): boolean {
    const waits = this.open.get(id)
    this.open.delete(id)
    waits?.(answer)
    return waits !== undefined
  }

  /** The ids of those that wait; none does any more. */
  drop(): ReadonlyArray<string> {
    const ids = [...this.open.keys()]
    this.open.clear()
    return ids
  }
}

export interface Voice {
  /** What `--version` says. */
  readonly version: { readonly text: string; readonly channel: "stdout" | "stderr" }
  /** Begins to listen and never returns anything: the process ends when nothing is left to do. */
  readonly start: (stage: Stage) => void
}
