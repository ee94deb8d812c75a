/**
 * What an error of a turn means for its run, by its structure: a name, or a
 * name with the HTTP status that came from the model's provider. Pure.
 *
 * Two ends have no structure (`quirks`): they are told by the exact words of
 * the version in which they were seen, and an unknown wording is a failure.
 *
 * @stability unstable
 */
import type { Outcome } from "@offshoot/core"
import { type Frame, isRecord, numberIn, recordIn, textIn } from "../Frames.ts"

/** What is kept of the program's words: a paragraph, not a page of HTML that a proxy answered with. */
const messageCharsMax = 2000

/** A turn's error, read once. */
export interface TurnError {
  readonly message: string
  /** The name of its kind; "other" when it has none. */
  readonly kind: string
  readonly httpStatus: number | undefined
}

const silentError: TurnError = { message: "Codex did not say why", kind: "other", httpStatus: undefined }

export const errorOf = (error: Frame | undefined): TurnError => {
  if (error === undefined) return silentError
  const message = (textIn(error, "message") ?? silentError.message).slice(0, messageCharsMax)
  const info = error["codexErrorInfo"]
  if (typeof info === "string") return { message, kind: info, httpStatus: undefined }
  const [kind] = isRecord(info) ? Object.keys(info) : []
  if (!isRecord(info) || kind === undefined) return { message, kind: "other", httpStatus: undefined }
  const data = recordIn(info, kind)
  return { message, kind, httpStatus: data && numberIn(data, "httpStatusCode") }
}

/** An attempt that is to be repeated: what went wrong stands in its details, its message only counts. */
export const attemptOf = (error: Frame | undefined): TurnError => {
  const details = error && textIn(error, "additionalDetails")
  return { ...errorOf(error), ...(details === undefined ? {} : { message: details.slice(0, messageCharsMax) }) }
}

/** Of 0.169.0, with a fixture each. */
export const quirks = {
  /** An answer that was cut at its length fails its turn, in words alone. */
  "cut-answer-in-words": "Incomplete response returned, reason: max_output_tokens",
  /** A filtered answer is asked for again, and fails its turn in words alone. */
  "filtered-answer-in-words": "Incomplete response returned, reason: content_filter"
} as const

const unavailable = "unavailable"

/** Kinds whose name says it all. */
const reasons: Readonly<
  Record<string, "context_full" | "rate_limited" | "unavailable" | "auth_required" | "refused" | "setup">
> = {
  contextWindowExceeded: "context_full",
  usageLimitExceeded: "rate_limited",
  rateLimitExceeded: "rate_limited",
  flexUnavailable: unavailable,
  serverOverloaded: unavailable,
  policyCapacityUnavailable: unavailable,
  internalServerError: unavailable,
  unauthorized: "auth_required",
  cyberPolicy: "refused",
  misalignmentPolicyViolation: "refused",
  inferenceHookDenied: "refused",
  tooManyDenials: "refused",
  modelNotFound: "setup"
}

/** Kinds that say that the provider was not reached, or broke off, with its status if it gave one. */
const ofConnection: ReadonlySet<string> = new Set([
  "httpConnectionFailed",
  "responseStreamConnectionFailed",
  "responseStreamDisconnected",
  "responseTooManyFailedAttempts"
])

type Reason = (typeof reasons)[string] | "agent_failed"

const ofStatus = (status: number | undefined): Reason => {
  if (status === undefined || status >= 500) return unavailable
  if (status === 401 || status === 403) return "auth_required"
  if (status === 429) return "rate_limited"
  // Payload Too Large: the conversation is more than the provider takes.
  return status === 413 ? "context_full" : "agent_failed"
}

const reasonOf = ({ httpStatus, kind }: TurnError): Reason =>
  ofConnection.has(kind) ? ofStatus(httpStatus) : (reasons[kind] ?? "agent_failed")

export interface Circumstances {
  /** The last attempt of this turn that was to be repeated, when nothing has come since. */
  readonly lastRetry: TurnError | undefined
  /** When the account may be used again, from its limits. */
  readonly retryAfterSeconds: number | undefined
}

/** The outcome of a turn that failed. */
export const ofFailure = (error: TurnError, { lastRetry, retryAfterSeconds }: Circumstances): Outcome.RunnerOutcome => {
  const { message } = error
  if (error.kind === "other" && message.endsWith(quirks["cut-answer-in-words"])) {
    return { status: "completed", reason: "truncated", limit: "length" }
  }
  if (error.kind === "other" && message.endsWith(quirks["filtered-answer-in-words"])) {
    return { status: "error", reason: "refused", message }
  }
  if (error.kind === "sessionBudgetExceeded") return { status: "error", reason: "budget", message, budget: "tokens" }
  // After attempts that broke off the last error has no kind of its own: theirs is the structure.
  const reason = reasonOf(error.kind === "other" && lastRetry !== undefined ? lastRetry : error)
  return reason === "rate_limited" && retryAfterSeconds !== undefined
    ? { status: "error", reason, message, retryAfterSeconds }
    : { status: "error", reason, message }
}

/**
 * Of a 429 the program has waited as long as it was told to, twice. What it
 * goes on waiting for holds a place in which others could run; the runtime
 * tries again without one.
 */
const rateLimitedAttemptsMax = 3

/** The program gives up after five by WebSocket and five by HTTPS; it never does while the provider is out of reach. */
const attemptsMax = 12

/** Whether an attempt that is to be repeated ends the turn here; `attempts` have failed since something came. */
export const ofRetry = (error: TurnError, attempts: number): Outcome.RunnerOutcome | undefined => {
  const reason = reasonOf(error)
  const isHopeless =
    reason === "auth_required" ||
    (reason === "rate_limited" && attempts >= rateLimitedAttemptsMax) ||
    attempts >= attemptsMax
  return isHopeless ? ofFailure(error, { lastRetry: undefined, retryAfterSeconds: undefined }) : undefined
}

/** When every limit of the account that is used up has been reset, in seconds from `now`. */
export const retryAfterSecondsOf = (limits: Frame | undefined, now: number | undefined): number | undefined => {
  if (limits === undefined || now === undefined) return undefined
  const resets = ["primary", "secondary"].flatMap((name) => {
    const window = recordIn(limits, name)
    const at = window && (numberIn(window, "usedPercent") ?? 0) >= 100 ? numberIn(window, "resetsAt") : undefined
    return at === undefined ? [] : [at]
  })
  return resets.length === 0 ? undefined : Math.max(0, ...resets.map((at) => at - now))
}
