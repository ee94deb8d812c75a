/**
 * What went wrong with a call of a provider, from what it threw or streamed.
 *
 * `faultOf` reads, `kindOf` decides, `reasonOf` says it in the words of
 * `effect/ai`. A provider's own words for a fault are its `Recogniser`'s; where
 * that is silent, the HTTP status decides. No request, key or header is kept: a
 * fault may be logged (I9).
 *
 * @stability unstable
 */
import {
  APICallError,
  JSONParseError,
  LoadAPIKeyError,
  TypeValidationError,
  UnsupportedFunctionalityError
} from "@ai-sdk/provider"
import { ResponseTooLarge } from "./internal/boundedFetch.ts"
import { ModelFailure } from "@offshoot/core"
import * as Duration from "effect/Duration"
import { AiError } from "effect/ai"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"

/** A fault as the provider told it. */
export interface Fault {
  /** None: there was no answer at all. A success: the answer broke off. */
  readonly status: Option.Option<number>
  /** The provider's own words for the kind of fault, as it has them: `code` and `type`. */
  readonly codes: ReadonlyArray<string>
  readonly message: string
  readonly headers: Readonly<Record<string, string>>
  /** The answer's body, decoded where it was JSON. */
  readonly body: unknown
  /** Whether the fault was found here and not told by the provider. */
  readonly origin: "provider" | "network" | "here"
}

export type FaultKind =
  | "auth_invalid"
  | "auth_missing"
  | "auth_denied"
  | "rate_limited"
  | "quota"
  | "context_full"
  | "refused"
  | "invalid"
  | "overloaded"
  | "down"
  | "unreachable"
  | "cut_off"
  | "garbled"

/** What only this provider says. */
export interface Recogniser {
  readonly kindOf: (fault: Fault) => Option.Option<FaultKind>
  /** When it wants to be asked again, where it says so elsewhere than in `Retry-After`. */
  readonly retryAfterSeconds: (fault: Fault) => Option.Option<number>
}

/** Longer texts are of no more use, and may be pages. In characters. */
const messageMax = 1_000

/** The provider's words for something: `error.code`, `error.type`, `error.status` of a body, or of a streamed error. */
const codesOf = (value: unknown): ReadonlyArray<string> =>
  [value, Predicate.hasProperty(value, "error") ? value.error : undefined].flatMap((place) =>
    ["code", "type", "status"].flatMap((key) => {
      const word: unknown = Predicate.hasProperty(place, key) ? place[key] : undefined
      return typeof word === "string" ? [word] : []
    })
  )

const messageOf = (value: unknown): string => {
  if (value instanceof Error) return value.message
  if (typeof value === "string") return value
  return Predicate.hasProperty(value, "message") && typeof value.message === "string" ? value.message : "no message"
}

const jsonBody = (text: string | undefined): unknown => {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return text
  }
}

const numberAt = (value: unknown, key: string): Option.Option<number> =>
  Predicate.hasProperty(value, key) && typeof value[key] === "number" ? Option.some(value[key]) : Option.none()

const here = (message: string, codes: ReadonlyArray<string>): Fault => ({
  status: Option.none(),
  codes,
  message,
  headers: {},
  body: undefined,
  origin: "here"
})

const isSuccess = (status: number): boolean => status >= 200 && status < 300

/** It was answered, and well, but not in the words of the protocol. */
const isUnreadable = (cause: unknown): cause is Error =>
  JSONParseError.isInstance(cause) || TypeValidationError.isInstance(cause) || cause instanceof ResponseTooLarge

/** What was thrown, rejected with, or streamed as an error. */
export const faultOf = (cause: unknown): Fault => {
  if (APICallError.isInstance(cause)) {
    const body = jsonBody(cause.responseBody)
    const status = Option.fromUndefinedOr(cause.statusCode)
    const origin = Option.isNone(status) ? "network" : "provider"
    if (Option.exists(status, isSuccess) && isUnreadable(cause.cause))
      return here(`${cause.message}: ${cause.cause.message}`, [])
    return {
      status,
      codes: codesOf(body),
      message: cause.message,
      headers: cause.responseHeaders ?? {},
      body,
      origin
    }
  }
  if (LoadAPIKeyError.isInstance(cause)) return here(cause.message, ["missing_key"])
  if (UnsupportedFunctionalityError.isInstance(cause)) return here(cause.message, ["unsupported"])
  if (cause instanceof TypeError) return { ...here(messageOf(cause.cause ?? cause), []), origin: "network" }
  if (cause instanceof Error) return here(cause.message, [cause.name])
  return {
    status: Option.orElse(numberAt(cause, "statusCode"), () => numberAt(cause, "code")),
    codes: codesOf(cause),
    message: messageOf(cause),
    headers: {},
    body: Predicate.hasProperty(cause, "data") ? cause.data : cause,
    origin: "provider"
  }
}

/** The response ended without saying so. */
export const cutOff: Fault = here("the response ended before it was complete", ["cut_off"])

/** A connection that broke after the answer had begun. */
export const brokenOff = (cause: unknown): Fault => {
  const fault = faultOf(cause)
  return fault.origin === "network" ? { ...cutOff, message: fault.message } : fault
}

const ownKind = ({ codes }: Fault): FaultKind => {
  if (codes.includes("cut_off")) return "cut_off"
  if (codes.includes("missing_key")) return "auth_missing"
  return codes.includes("unsupported") ? "invalid" : "garbled"
}

const statusKind = (status: number): FaultKind => {
  if (isSuccess(status)) return "cut_off"
  switch (status) {
    case 401:
      return "auth_invalid"
    case 402:
      return "quota"
    case 403:
      return "auth_denied"
    case 429:
      return "rate_limited"
    case 408:
    case 409:
      return "down"
    case 503:
    case 529:
      return "overloaded"
    default:
      return status >= 500 ? "down" : "invalid"
  }
}

/** The provider's own words first, then the status. */
export const kindOf = (fault: Fault, recogniser: Recogniser): FaultKind => {
  return Option.getOrElse(recogniser.kindOf(fault), () => {
    if (fault.origin === "here") return ownKind(fault)
    if (fault.origin === "network") return "unreachable"
    // An error in the middle of a stream has no status, and the provider gave no word that we know.
    return Option.match(fault.status, { onNone: () => "down", onSome: statusKind })
  })
}

const positive = (seconds: number): Option.Option<number> =>
  Number.isFinite(seconds) && seconds > 0 ? Option.some(seconds) : Option.none()

/** Anything else that a date parser would take is no date of HTTP. */
const httpDate = /^[A-Za-z]+, .*GMT$/

/** `Retry-After` in seconds or as a date (RFC 9110, 10.2.3), or `retry-after-ms`. */
const headerSeconds = (headers: Fault["headers"], nowMillis: number): Option.Option<number> => {
  const millis = headers["retry-after-ms"]
  if (millis !== undefined) return positive(Number(millis) / 1_000)
  const text = headers["retry-after"]?.trim() ?? ""
  if (/^\d+(\.\d+)?$/.test(text)) return positive(Number(text))
  return httpDate.test(text) ? positive((Date.parse(text) - nowMillis) / 1_000) : Option.none()
}

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")

/** What hides secrets in a text: whole, or as the beginning of a word, as providers like to quote them. */
export const masking = (secrets: ReadonlyArray<Redacted.Redacted>): ((text: string) => string) => {
  const values = secrets.map(Redacted.value).filter((value) => value.length >= secretLengthMin)
  if (values.length === 0) return (text) => text
  const words = values.flatMap((value) => [literal(value), `${literal(value.slice(0, quotedLength))}\\S*`])
  const pattern = new RegExp(words.join("|"), "g")
  return (text) => text.replace(pattern, "***")
}

/** Shorter values are words like `none`, which would blank whole sentences. In characters. */
const secretLengthMin = 8
/** Enough to be that key and no other word. In characters. */
const quotedLength = 6

const requestIds = new Set(["request-id", "x-request-id"])

const httpOf = ({ headers, status }: Fault): { readonly http?: typeof AiError.HttpContext.Type } => {
  if (Option.isNone(status)) return {}
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => requestIds.has(name)))
  return { http: { response: { status: status.value, headers: kept } } }
}

export interface Circumstances {
  readonly recogniser: Recogniser
  readonly mask: (text: string) => string
  readonly nowMillis: number
  /** Where the call went, without a query. */
  readonly url: string
}

const marked = (
  kind: ModelFailure.ModelFailureKind,
  retryAfterSeconds: Option.Option<number>
): { readonly metadata: Record<string, { kind: ModelFailure.ModelFailureKind; retryAfterSeconds?: number }> } => ({
  metadata: {
    [ModelFailure.modelFailureKey]: {
      kind,
      ...(Option.isSome(retryAfterSeconds) ? { retryAfterSeconds: retryAfterSeconds.value } : {})
    }
  }
})

/** The reason of the `AiError`. */
export const reasonOf = (fault: Fault, { mask, nowMillis, recogniser, url }: Circumstances): AiError.AiErrorReason => {
  const description = mask(fault.message).slice(0, messageMax)
  const http = httpOf(fault)
  const seconds = Option.orElse(headerSeconds(fault.headers, nowMillis), () => recogniser.retryAfterSeconds(fault))
  const kind = kindOf(fault, recogniser)
  switch (kind) {
    case "auth_invalid":
      return new AiError.AuthenticationError({ kind: "InvalidKey", description, ...http })
    case "auth_missing":
      return new AiError.AuthenticationError({ kind: "MissingKey", description, ...http })
    case "auth_denied":
      return new AiError.AuthenticationError({ kind: "InsufficientPermissions", description, ...http })
    case "rate_limited":
      return new AiError.RateLimitError({
        ...(Option.isSome(seconds) ? { retryAfter: Duration.seconds(seconds.value) } : {}),
        ...http
      })
    case "quota":
      return new AiError.QuotaExhaustedError(http)
    case "context_full":
      return new AiError.InvalidRequestError({ description, ...http, ...marked(kind, Option.none()) })
    case "refused":
      return new AiError.ContentPolicyError({ description, ...http })
    case "invalid":
      return new AiError.InvalidRequestError({ description, ...http })
    case "overloaded":
    case "cut_off":
      return new AiError.InternalProviderError({ description, ...http, ...marked(kind, seconds) })
    case "down":
      return new AiError.InternalProviderError({ description, ...http })
    case "unreachable":
      return new AiError.NetworkError({ reason: "TransportError", method: "POST", url, description })
    case "garbled":
      return new AiError.InvalidResponseError({ description, ...http })
  }
}
