/**
 * What the end of a model call means for its run: one table from finish
 * reasons and from the errors of `effect/ai` to outcomes. Pure, and no provider
 * is known here (decision 0011).
 */
import { AiError, type Response } from "effect/ai"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as ModelFailure from "../ModelFailure.ts"
import { type Budget, done, type RunnerOutcome } from "../Outcome.ts"
import type { ModelResponse } from "./readResponse.ts"

/** What a run does after a response. */
export type Next =
  /** Its calls are made, and the model is called again. */
  | { readonly _tag: "Calls" }
  /** The model is called again at once: it asked for a pause. */
  | { readonly _tag: "Again" }
  | { readonly _tag: "End"; readonly outcome: RunnerOutcome }

/** What is told of a provider's own words. */
const messageCharsMax = 2_000

const bounded = (text: string): string =>
  text.length > messageCharsMax ? `${text.slice(0, messageCharsMax - 1)}…` : text

type Plain = "agent_failed" | "refused" | "context_full" | "auth_required" | "protocol" | "setup"

const failed = (reason: Plain, message: string): RunnerOutcome => ({
  status: "error",
  reason,
  message: bounded(message)
})

const pausing = (
  reason: "rate_limited" | "unavailable",
  message: string,
  retryAfterSeconds: Option.Option<number>
): RunnerOutcome => ({
  status: "error",
  reason,
  message: bounded(message),
  ...(Option.isNone(retryAfterSeconds) ? {} : { retryAfterSeconds: retryAfterSeconds.value })
})

/** An account that is used up is not a rate: without a time at which it is filled again, nobody can wait for it. */
const quota = ({ message, resetAt }: AiError.QuotaExhaustedError, nowMillis: number): RunnerOutcome => {
  if (resetAt === undefined) return failed("agent_failed", message)
  const seconds = Math.max(0, Math.ceil((DateTime.toEpochMillis(resetAt) - nowMillis) / 1_000))
  return pausing("rate_limited", message, Option.some(seconds))
}

/** The outcome of a run whose model call failed. */
export const ofError = (error: AiError.AiError, nowMillis: number): RunnerOutcome => {
  const { reason } = error
  const { message } = reason
  if (ModelFailure.isContextFull(error)) return failed("context_full", message)
  const { kind } = ModelFailure.factsOf(error)
  const after = Option.map(ModelFailure.retryAfter(error), Duration.toSeconds)
  if (kind === "overloaded" || kind === "cut_off") return pausing("unavailable", message, after)
  switch (reason._tag) {
    case "RateLimitError":
      return pausing("rate_limited", message, after)
    case "QuotaExhaustedError":
      return quota(reason, nowMillis)
    case "AuthenticationError":
      return failed("auth_required", message)
    case "ContentPolicyError":
      return failed("refused", message)
    case "InternalProviderError":
      return pausing("unavailable", message, after)
    case "NetworkError":
      return reason.isRetryable ? pausing("unavailable", message, after) : failed("setup", message)
    case "InvalidRequestError":
    case "InvalidUserInputError":
    case "UnsupportedSchemaError":
    case "ToolConfigurationError":
      return failed("setup", message)
    case "UnknownError":
      return failed("agent_failed", message)
    default:
      return failed("protocol", message)
  }
}

const end = (outcome: RunnerOutcome): Next => ({ _tag: "End", outcome })

const describe = (value: unknown): string => (value instanceof Error ? value.message : String(value))

/** The outcome that a finish reason alone decides; none: it depends on what was said. */
export const ofFinish = (finish: Response.FinishReason): Option.Option<RunnerOutcome> => {
  switch (finish) {
    case "length":
      return Option.some({ status: "completed", reason: "truncated", limit: "length" })
    case "content-filter":
      return Option.some(failed("refused", "the provider's content filter stopped the response"))
    case "error":
      return Option.some(pausing("unavailable", "the provider ended the response with an error", Option.none()))
    default:
      return Option.none()
  }
}

/** What comes after a response that has ended. */
export const afterResponse = (response: ModelResponse, nowMillis: number): Next => {
  const { calls, content, failure, finish, overflowed } = response
  if (Option.isSome(failure)) {
    const { value } = failure
    return end(
      AiError.isAiError(value) ? ofError(value, nowMillis) : pausing("unavailable", describe(value), Option.none())
    )
  }
  if (overflowed) return end({ status: "completed", reason: "truncated", limit: "transcript" })
  if (Option.isNone(finish)) return end(pausing("unavailable", "the response ended before it was whole", Option.none()))
  const decided = ofFinish(finish.value)
  if (Option.isSome(decided)) return end(decided.value)
  if (finish.value === "pause") return { _tag: "Again" }
  if (calls.length > 0) return { _tag: "Calls" }
  if (content.length > 0 || finish.value === "stop") return end(done)
  return end(failed("agent_failed", `the model ended without an answer (${finish.value})`))
}

/** The run, or its tree, may not do more; said before more is done. */
export const overBudget = (budget: Budget, message: string): Extract<RunnerOutcome, { readonly reason: "budget" }> => ({
  status: "error",
  reason: "budget",
  message,
  budget
})
