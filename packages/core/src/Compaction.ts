/**
 * What a model reads of a transcript that is too long for it.
 *
 * The transcript of the record keeps everything; only what is sent is made
 * shorter, from a share of the model's context on and then by much, so that it
 * stays the same for many rounds and a provider's cache of it holds. How it is
 * made shorter is the strategy's.
 *
 * Invariants
 *   C1. A tool call and its result stay together, or go together.
 *   C2. The instructions, the first message of the user and the last one stay.
 *
 * @stability unstable
 */
import type { Prompt } from "effect/ai"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { dropMiddle } from "./internal/dropMiddle.ts"
import { charsOf } from "./internal/promptSize.ts"

export type Messages = ReadonlyArray<Prompt.Message>

/**
 * Makes messages shorter: to `charsMax` characters if it can, as `charsOf`
 * counts them. What it returns is sent as it is.
 */
export type Strategy = (messages: Messages, charsMax: number) => Effect.Effect<Messages>

export interface CompactionShape {
  /** From which share of the model's context on. */
  readonly fromShare: number
  /** To which share; the rest is room until the next time. */
  readonly toShare: number
  readonly strategy: Strategy
}

/**
 * Keeps the instructions, the first and the last message of the user and the
 * last rounds; replaces old results by a word on their size; then leaves out
 * the middle, with a note on what it was.
 */
export const keepEnds: Strategy = (messages, charsMax) => Effect.sync(() => dropMiddle(messages, charsMax))

/**
 * From four fifths on: a response and the results of its calls fit into the
 * last fifth, with the default limits and any context of 100,000 tokens. Down
 * to two fifths: half of what is there is cut at once, and not again soon.
 */
export const defaults: CompactionShape = { fromShare: 0.8, toShare: 0.4, strategy: keepEnds }

export class Compaction extends Context.Reference<CompactionShape>("@offshoot/core/Compaction", {
  defaultValue: () => defaults
}) {}

export const layer = (compaction: CompactionShape): Layer.Layer<never> => Layer.succeed(Compaction, compaction)

/** What English and code take, when nobody has counted. */
const charsPerToken = 4
/** Single characters, as in some scripts; and long words that a model knows. */
const charsPerTokenBounds = { min: 1, max: 8 }

/** What the messages take of a context, when no provider has said so. */
export const estimatedTokens = (messages: Messages): number => Math.ceil(charsOf(messages) / charsPerToken)

/** Messages that took, or will take, so many tokens of a context that has so many. */
export interface Crowded {
  readonly messages: Messages
  readonly usedTokens: number
  readonly contextTokensMax: number
}

/** Whether it is time: cheap enough to be asked in every round. */
export const isDue = (
  { fromShare }: CompactionShape,
  { contextTokensMax, usedTokens }: Omit<Crowded, "messages">
): boolean => usedTokens >= contextTokensMax * fromShare

/** The messages as the strategy of this process makes them shorter, whether it is time or not. */
export const compacted = ({ contextTokensMax, messages, usedTokens }: Crowded): Effect.Effect<Messages> =>
  Effect.flatMap(Compaction, ({ strategy, toShare }) => {
    const counted = usedTokens === 0 ? charsPerToken : charsOf(messages) / usedTokens
    const ratio = Math.min(charsPerTokenBounds.max, Math.max(charsPerTokenBounds.min, counted))
    return strategy(messages, Math.floor(contextTokensMax * toShare * ratio))
  })
