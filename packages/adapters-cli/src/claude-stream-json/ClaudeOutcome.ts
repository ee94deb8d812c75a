/**
 * What the end of a turn of Claude Code means for its run. Pure, and by
 * structure alone: subtypes, statuses and words of closed sets, never a text.
 *
 * A failed call of the model's server is told as `subtype: "success"` with
 * `is_error: true`, and its words as if the agent had said them.
 *
 * @stability unstable
 */
import { Outcome } from "@offshoot/core"
import type { TurnEnded } from "../Fact.ts"
import { type Frame, listIn, numberIn, textIn } from "../Frames.ts"

/** What the program said of a failed model call in front of the result. */
export interface Trouble {
  /** The program's word for the failure, as `rate_limit`. */
  readonly word: string | undefined
  /** When the account may be used again, from the moment of the failure. */
  readonly retryAfterSeconds: number | undefined
}

export const noTrouble: Trouble = { word: undefined, retryAfterSeconds: undefined }

/** An outcome is read by people: the program may quote a whole answer of a server. */
const messageCharsMax = 2_000

const cut = (message: string): string =>
  message.length <= messageCharsMax ? message : `${message.slice(0, messageCharsMax)}…`

const signInWords: ReadonlySet<string> = new Set([
  "authentication_failed",
  "oauth_org_not_allowed",
  "account_on_hold",
  "verification_required",
  "cloud_credential_error"
])
const busyWords: ReadonlySet<string> = new Set(["overloaded", "server_error"])

/** Ends by the size of the conversation (`terminal_reason`). */
const fullReasons: ReadonlySet<string> = new Set(["prompt_too_long", "blocking_limit", "rapid_refill_breaker"])
const stoppedReasons: ReadonlySet<string> = new Set(["aborted_streaming", "aborted_tools"])

const isSignIn = (status: number | undefined, word: string | undefined): boolean =>
  status === 401 || status === 403 || (word !== undefined && signInWords.has(word))

const isRateLimit = (status: number | undefined, word: string | undefined): boolean =>
  status === 429 || word === "rate_limit"

const isBusy = (status: number | undefined, word: string | undefined): boolean =>
  (status !== undefined && (status >= 500 || status === 408)) || (word !== undefined && busyWords.has(word))

const after = (seconds: number | undefined) => (seconds === undefined ? {} : { retryAfterSeconds: seconds })

/** A call of the model's server that failed for good. */
const ofFailedCall = (
  status: number | undefined,
  { retryAfterSeconds, word }: Trouble,
  message: string
): Outcome.RunnerOutcome => {
  if (isSignIn(status, word)) return { status: "error", reason: "auth_required", message }
  if (isRateLimit(status, word)) {
    return { status: "error", reason: "rate_limited", message, ...after(retryAfterSeconds) }
  }
  if (word === "max_output_tokens") return { status: "completed", reason: "truncated", limit: "length" }
  if (status === 413) return { status: "error", reason: "context_full", message }
  if (word === "model_not_found") return { status: "error", reason: "setup", message }
  if (isBusy(status, word)) return { status: "error", reason: "unavailable", message }
  return { status: "error", reason: "agent_failed", message }
}

/** The program's words for why it failed. */
const messageOf = (result: Frame): string => {
  const errors = listIn(result, "errors").filter((error) => typeof error === "string")
  const words = errors.length > 0 ? errors.join("\n") : (textIn(result, "result") ?? "")
  return words === "" ? "Claude Code ended its turn with an error and did not say which" : cut(words)
}

/**
 * The end of a turn. None: this result ends no turn, as that of a compaction
 * in the middle of one does not.
 *
 * `stopping`: it was asked to stop. Versions without a `terminal_reason` say
 * `error_during_execution` of a turn that did (2.0.0, 2.1.0).
 */
export const ofResult = (
  result: Frame,
  trouble: Trouble,
  stopping: "stopping" | "going on"
): TurnEnded["outcome"] | undefined => {
  const subtype = textIn(result, "subtype") ?? ""
  const reason = textIn(result, "terminal_reason") ?? ""
  if (subtype !== "success" && !subtype.startsWith("error_")) return undefined
  if (stoppedReasons.has(reason)) return "interrupted"
  if (subtype === "error_during_execution" && stopping === "stopping") return "interrupted"
  if (subtype === "error_max_turns" || reason === "max_turns") {
    return { status: "completed", reason: "truncated", limit: "rounds" }
  }
  const message = messageOf(result)
  if (subtype === "error_max_budget_usd" || reason === "budget_exhausted") {
    return { status: "error", reason: "budget", budget: "cost", message }
  }
  if (fullReasons.has(reason)) return { status: "error", reason: "context_full", message }
  const stopReason = textIn(result, "stop_reason")
  if (stopReason === "refusal") return { status: "error", reason: "refused", message }
  if (subtype !== "success" || result["is_error"] === true) {
    return ofFailedCall(numberIn(result, "api_error_status"), trouble, message)
  }
  return stopReason === "max_tokens" ? { status: "completed", reason: "truncated", limit: "length" } : Outcome.done
}

/**
 * How long a turn may wait between tries of one model call, all its waits
 * together: a child that only waits keeps a slot from those that could work,
 * and its job can be run again later.
 */
export const retryWaitMillisMax = 60_000

/**
 * What a retry that the program announces means. None: let it try.
 * `waitedMillis`: the waits for this model call so far. A sign-in is not tried
 * ten times, which takes more than a minute (2.1.330).
 */
export const ofRetry = (retry: Frame, waitedMillis: number): Outcome.RunnerOutcome | undefined => {
  const status = numberIn(retry, "error_status")
  const word = textIn(retry, "error")
  const delayMillis = numberIn(retry, "retry_delay_ms") ?? 0
  if (isSignIn(status, word)) {
    const message = `The model's server refuses the sign-in of Claude Code${status === undefined ? "" : ` (${status})`}`
    return { status: "error", reason: "auth_required", message }
  }
  if (waitedMillis + delayMillis <= retryWaitMillisMax) return undefined
  const seconds = Math.ceil(delayMillis / 1000)
  const message = `The model's server answers ${retryWords(retry)}; the next try would be in ${seconds} s`
  return isRateLimit(status, word)
    ? { status: "error", reason: "rate_limited", message, retryAfterSeconds: seconds }
    : { status: "error", reason: "unavailable", message, retryAfterSeconds: seconds }
}

/** The failure that a retry is for. */
export const retryWords = (retry: Frame): string => {
  const status = numberIn(retry, "error_status")
  const word = textIn(retry, "error") ?? "unknown"
  return status === undefined ? word : `${status} (${word})`
}

/** Refusals to start that a sign-in mends. */
const signInStarts: ReadonlySet<string> = new Set([
  "org_verify_failed",
  "org_pin_api_key_conflict",
  "org_pin_mismatch",
  "org_config_refused",
  "gateway_signin_required",
  "gateway_access_denied"
])
/** Refusals to start that may be over at the next try. */
const passingStarts: ReadonlySet<string> = new Set([
  "org_config_required_unavailable",
  "remote_settings_required_unavailable",
  "worktree_unverified"
])

const unknownConversation = (handle: string): Outcome.RunnerOutcome => ({
  status: "error",
  reason: "lost",
  message: `Claude Code does not know the conversation ${handle}: it was deleted, or belongs to another folder or home`
})

/**
 * A result that comes before a prompt was asked for. A known refusal to start
 * names its reason; the one that has none is that of a conversation to go on
 * with that is not there (2.1.330).
 */
export const ofStartup = (result: Frame, resume: string | undefined): Outcome.RunnerOutcome => {
  const message = messageOf(result)
  const why = textIn(result, "startup_failure_reason")
  if (why === undefined) {
    return resume === undefined ? { status: "error", reason: "agent_failed", message } : unknownConversation(resume)
  }
  if (signInStarts.has(why)) return { status: "error", reason: "auth_required", message }
  if (passingStarts.has(why)) return { status: "error", reason: "unavailable", message }
  return { status: "error", reason: "setup", message }
}

/** Standard error of a version that ends without a result (the quirk `unknown-conversation-in-words`). */
const unknownWords = "No conversation found with session ID: "

/** What it means that the program ended before it was ready. None: that it exited is all there is to say. */
export const ofEarlyExit = (standardError: string, resume: string | undefined): Outcome.RunnerOutcome | undefined =>
  resume !== undefined && standardError.includes(`${unknownWords}${resume}`) ? unknownConversation(resume) : undefined
