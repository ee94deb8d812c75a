/**
 * How a run of ours ended, as the end of the client's run. Pure.
 *
 * Only what completed is a success, and only what a person or a parent stopped is
 * cancelled: everything else is an error with its reason as its code, what
 * happened and what to do next.
 *
 * @stability unstable
 */
import { Outcome, type Session } from "@offshoot/core"
import type { AgUiEvent, TokenUsage } from "./AgUiEvent.ts"
import type { TerminalEvent } from "./Narration.ts"

/** The client's own names. */
export interface Names {
  readonly threadId: string
  readonly runId: string
}

/** How it ended, as far as it is known; an outcome says more than the event of it. */
export interface End {
  readonly sessionId: string
  readonly runId: string | undefined
  readonly status: Outcome.TerminalStatus
  readonly reason: string
  readonly error: string | undefined
  readonly hint: string | undefined
  readonly retryable: boolean | undefined
}

export const endOf = (sessionId: string, runId: string, outcome: Outcome.Outcome): End => ({
  sessionId,
  runId,
  status: outcome.status,
  reason: outcome.reason,
  error: Outcome.errorText(outcome),
  hint: Outcome.hint(outcome),
  retryable: Outcome.retryable(outcome)
})

/** What the event alone says. */
export const endOfEvent = (sessionId: string, event: TerminalEvent): End => ({
  sessionId,
  runId: event.runId,
  status: event.type === "cancelled" ? "cancelled" : event.status,
  reason: event.reason,
  error: event.type === "error" ? event.message : undefined,
  hint: undefined,
  retryable: undefined
})

const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`)

export interface Failure {
  readonly code: string
  readonly message: string
  readonly hint: string | undefined
  readonly details?: Readonly<Record<string, unknown>>
}

export const failed = (
  { code, details = {}, hint, message }: Failure,
  usage: ReadonlyArray<TokenUsage>
): AgUiEvent => ({
  type: "RUN_ERROR",
  code,
  message: [sentence(message), hint ?? ""].filter((part) => part !== "").join(" "),
  metadata: { offshoot: { ...details, ...(hint === undefined ? {} : { hint }) } },
  ...(usage.length === 0 ? {} : { usage: [...usage] })
})

/** Nobody stopped what the end of the server cut off. */
const isCancelled = ({ reason, status }: End): boolean => status === "cancelled" && reason !== "shutdown"

export const ended = (names: Names, end: End, usage: ReadonlyArray<TokenUsage>): AgUiEvent => {
  const { error, hint, reason, retryable, runId, sessionId, status } = end
  const ours = { sessionId, status, reason, ...(runId === undefined ? {} : { runId }) }
  const used = usage.length === 0 ? {} : { usage: [...usage] }
  const { runId: requested, threadId } = names
  if (status === "completed") {
    const result = { ...ours, ...(reason === "done" || hint === undefined ? {} : { hint }) }
    return { type: "RUN_FINISHED", threadId, runId: requested, result, outcome: { type: "success" }, ...used }
  }
  if (isCancelled(end)) {
    const outcome = { type: "cancelled" as const }
    return { type: "RUN_FINISHED", threadId, runId: requested, outcome, metadata: { offshoot: ours }, ...used }
  }
  const details = { ...ours, ...(retryable === undefined ? {} : { retryable }) }
  return failed({ code: reason, message: error ?? reason, hint, details }, usage)
}

/** The figures of ours in the protocol's accounting: there the parts are in the totals, as they are here. */
const counted: ReadonlyArray<readonly [Exclude<Session.Figure, "costUsd">, keyof TokenUsage & `${string}Tokens`]> = [
  ["inputTokens", "inputTokens"],
  ["outputTokens", "outputTokens"],
  ["reasoningTokens", "reasoningTokens"],
  ["cacheReadTokens", "cachedInputTokens"],
  ["cacheWriteTokens", "cacheWriteInputTokens"]
]

/** What a tree used between two moments; nothing is said of what nobody counted. */
export const usedBetween = (before: Session.Usage, after: Session.Usage): ReadonlyArray<TokenUsage> => {
  const usage: { -readonly [K in keyof TokenUsage & `${string}Tokens`]?: number } = {}
  for (const [ours, theirs] of counted) {
    const now = after[ours]
    // Where a part of the tree told nothing, the sum is no total.
    if (now === undefined || after.atLeast?.includes(ours) === true) continue
    const more = now - (before[ours] ?? 0)
    if (more > 0) usage[theirs] = more
  }
  const { inputTokens, outputTokens } = usage
  if (inputTokens !== undefined && outputTokens !== undefined) usage.totalTokens = inputTokens + outputTokens
  return Object.keys(usage).length === 0 ? [] : [usage]
}
