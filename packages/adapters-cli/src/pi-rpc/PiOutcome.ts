/**
 * What the end of a turn of pi means. Pure.
 *
 * pi tells how a model call ended as a word, and why it failed as a text of
 * the provider's: its status stands at the beginning, which is all that is read
 * of it (the quirk `status-in-message`).
 *
 * @stability unstable
 */
import { Outcome } from "@offshoot/core"

/** What is known when the agent has come to rest. */
export interface Rest {
  /** The last model call's `stopReason`. */
  readonly stopReason: string | undefined
  readonly errorMessage: string | undefined
  /** The context was full and could not be made shorter. */
  readonly contextFull: string | undefined
}

const failed = (message: string): Outcome.RunnerOutcome => ({ status: "error", reason: "agent_failed", message })

/** The HTTP status with which the provider's message begins. */
const statusIn = (message: string): number | undefined => {
  const status = /^(\d{3})\b/.exec(message)?.[1]
  return status === undefined ? undefined : Number(status)
}

/** The outcome of a model call that failed with these words. */
export const ofError = (message: string): Outcome.RunnerOutcome => {
  const status = statusIn(message)
  if (status === 401 || status === 403) return { status: "error", reason: "auth_required", message }
  if (status === 429) return { status: "error", reason: "rate_limited", message }
  if (status === 413) return { status: "error", reason: "context_full", message }
  if (status !== undefined && status >= 500) return { status: "error", reason: "unavailable", message }
  return failed(message)
}

export const ofRest = ({ contextFull, errorMessage, stopReason }: Rest): Outcome.RunnerOutcome | "interrupted" => {
  if (contextFull !== undefined) return { status: "error", reason: "context_full", message: contextFull }
  switch (stopReason) {
    case "stop":
      return Outcome.done
    case "length":
      return { status: "completed", reason: "truncated", limit: "length" }
    case "aborted":
      return "interrupted"
    case "error":
      return ofError(errorMessage ?? "The model call failed and pi did not say why")
    case undefined:
      return failed("pi came to rest without having asked its model")
    default:
      return failed(`pi came to rest with the stop reason ${stopReason}`)
  }
}
