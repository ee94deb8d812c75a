/**
 * What the end of a turn of opencode means. Pure, and by structure alone: the
 * names of its errors, the status of a failed model call, and the word with
 * which the last one ended.
 *
 * @stability unstable
 */
import { Outcome } from "@offshoot/core"
import type { TurnEnded } from "../Fact.ts"
import { type Frame, numberIn, recordIn, textIn } from "../Frames.ts"

/** An outcome is read by people: an error may hold a whole answer of a server, or a stack. */
const messageCharsMax = 2_000

const cut = (message: string): string =>
  message.length <= messageCharsMax ? message : `${message.slice(0, messageCharsMax)}…`

const failed = (message: string): Outcome.RunnerOutcome => ({ status: "error", reason: "agent_failed", message })

const truncated: Outcome.RunnerOutcome = { status: "completed", reason: "truncated", limit: "length" }

/** The wait that the model's server asked for. */
const waitIn = (data: Frame): { readonly retryAfterSeconds?: number } => {
  const headers = recordIn(data, "responseHeaders") ?? {}
  const millis = Number.parseFloat(textIn(headers, "retry-after-ms") ?? "")
  const seconds = Number.isNaN(millis) ? Number.parseFloat(textIn(headers, "retry-after") ?? "") : millis / 1000
  return seconds >= 0 ? { retryAfterSeconds: Math.ceil(seconds) } : {}
}

/** A call of the model's server that failed for good. */
const ofCall = (data: Frame, message: string): Outcome.RunnerOutcome => {
  const status = numberIn(data, "statusCode")
  if (status === 401 || status === 403) return { status: "error", reason: "auth_required", message }
  if (status === 429) return { status: "error", reason: "rate_limited", message, ...waitIn(data) }
  if (status === 413) return { status: "error", reason: "context_full", message }
  const isBusy = status === undefined ? data["isRetryable"] === true : status === 408 || status >= 500
  return isBusy ? { status: "error", reason: "unavailable", message, ...waitIn(data) } : failed(message)
}

/** The outcome of a turn that ended with this error. */
export const ofError = (error: Frame): Outcome.RunnerOutcome | "interrupted" => {
  const name = textIn(error, "name") ?? ""
  const data = recordIn(error, "data") ?? {}
  const message = cut(textIn(data, "message") ?? `opencode ended its turn with ${name === "" ? "an error" : name}`)
  switch (name) {
    case "MessageAbortedError":
      return "interrupted"
    case "MessageOutputLengthError":
      return truncated
    case "ProviderAuthError":
      return { status: "error", reason: "auth_required", message }
    case "ContextOverflowError":
      return { status: "error", reason: "context_full", message }
    case "ContentFilterError":
      return { status: "error", reason: "refused", message }
    case "APIError":
      return ofCall(data, message)
    default:
      return failed(message)
  }
}

/** What is known of a turn that has come to rest. */
export interface Rest {
  /** The word with which the last model call ended. */
  readonly finish: string | undefined
  readonly error: Frame | undefined
  /** Whether it was asked to stop. */
  readonly asked: "to stop" | "nothing"
}

export const ofRest = ({ asked, error, finish }: Rest): TurnEnded["outcome"] => {
  if (error !== undefined) return ofError(error)
  switch (finish) {
    case "stop":
    case "other":
      return Outcome.done
    case "length":
      return truncated
    case "content-filter":
      return { status: "error", reason: "refused", message: "The model's answer was stopped by its provider's filter" }
    default:
      // A turn that is stopped while it waits for another try has no error (1.18.33).
      if (asked === "to stop") return "interrupted"
      return failed(
        finish === undefined
          ? "opencode came to rest without an answer of its model"
          : `opencode came to rest in the middle of its work, after a model call that ended with ${finish}`
      )
  }
}

/**
 * How long a turn may wait between tries of one model call. opencode's own
 * pauses are 75 s at most, all of them together (1.18.33): what is longer is a
 * time that the model's server named.
 */
const retryWaitMillisMax = 90_000

/** Limits of an account, which last for hours. */
const accountReasons: ReadonlySet<string> = new Set(["free_tier_limit", "account_rate_limit"])

/**
 * What a pause before another try means. None: let it try. The status of the
 * failed call is not told (the quirk `retry-without-status`): a server that
 * names so long a time limits a rate.
 */
export const ofRetry = (
  status: Frame,
  waits: { readonly delayMillis: number; readonly waitedMillis: number }
): Outcome.RunnerOutcome | undefined => {
  const reason = textIn(recordIn(status, "action") ?? {}, "reason")
  const isOfAccount = reason !== undefined && accountReasons.has(reason)
  if (!isOfAccount && waits.waitedMillis + waits.delayMillis <= retryWaitMillisMax) return undefined
  const retryAfterSeconds = Math.ceil(waits.delayMillis / 1000)
  const message = cut(
    `${textIn(status, "message") ?? "The model's server refused"}; the next try would be in ${retryAfterSeconds} s`
  )
  return { status: "error", reason: "rate_limited", message, retryAfterSeconds }
}
