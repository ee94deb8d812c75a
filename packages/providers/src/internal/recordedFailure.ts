/**
 * The failure of a model call, as it stands in a recording: its kind, what it
 * says, and our marks. Requests, responses and causes are left out, because keys
 * and content are in them. Pure.
 */
import { ModelFailure } from "@offshoot/core"
import { AiError } from "effect/ai"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

const described = {
  description: Schema.optionalKey(Schema.String),
  marks: Schema.optionalKey(ModelFailure.ModelFailureFacts)
}

export const RecordedFailure = Schema.Union([
  Schema.Struct({
    kind: Schema.Literal("RateLimitError"),
    retryAfterMillis: Schema.optionalKey(Schema.Finite),
    ...described
  }),
  Schema.Struct({
    kind: Schema.Literal("AuthenticationError"),
    problem: Schema.Literals(["InvalidKey", "ExpiredKey", "MissingKey", "InsufficientPermissions", "Unknown"]),
    ...described
  }),
  Schema.Struct({
    kind: Schema.Literal("NetworkError"),
    problem: Schema.Literals(["TransportError", "EncodeError", "InvalidUrlError"]),
    ...described
  }),
  Schema.Struct({
    kind: Schema.Literals([
      "QuotaExhaustedError",
      "ContentPolicyError",
      "InvalidRequestError",
      "InternalProviderError",
      "InvalidResponseError",
      "InvalidOutputError",
      "UnknownError"
    ]),
    ...described
  })
])
export type RecordedFailure = typeof RecordedFailure.Type

const describedBy = (error: AiError.AiError, text: (text: string) => string) => {
  const { reason } = error
  const description = "description" in reason && reason.description !== undefined ? reason.description : reason.message
  const marks = ModelFailure.factsOf(error)
  return { description: text(description), ...(Object.keys(marks).length === 0 ? {} : { marks }) }
}

/** `text` takes secrets out. What has no kind of its own here is unknown. */
export const ofError = (error: AiError.AiError, text: (text: string) => string): RecordedFailure => {
  const { reason } = error
  const more = describedBy(error, text)
  switch (reason._tag) {
    case "RateLimitError": {
      const wait = reason.retryAfter === undefined ? {} : { retryAfterMillis: Duration.toMillis(reason.retryAfter) }
      return { kind: reason._tag, ...wait, ...more }
    }
    case "AuthenticationError":
      return { kind: reason._tag, problem: reason.kind, ...more }
    case "NetworkError":
      return { kind: reason._tag, problem: reason.reason, ...more }
    case "QuotaExhaustedError":
    case "ContentPolicyError":
    case "InvalidRequestError":
    case "InternalProviderError":
    case "InvalidResponseError":
    case "InvalidOutputError":
      return { kind: reason._tag, ...more }
    default:
      return { kind: "UnknownError", ...more, description: `${reason._tag}: ${more.description}` }
  }
}

export const reasonOf = (failure: RecordedFailure): AiError.AiErrorReason => {
  const description = failure.description ?? failure.kind
  const metadata = failure.marks === undefined ? {} : { [ModelFailure.modelFailureKey]: failure.marks }
  switch (failure.kind) {
    case "RateLimitError": {
      const { retryAfterMillis } = failure
      const wait = retryAfterMillis === undefined ? {} : { retryAfter: Duration.millis(retryAfterMillis) }
      return new AiError.RateLimitError({ ...wait, metadata })
    }
    case "AuthenticationError":
      return new AiError.AuthenticationError({ kind: failure.problem, description, metadata })
    case "NetworkError":
      return new AiError.NetworkError({ reason: failure.problem, method: "POST", url: "", description })
    case "QuotaExhaustedError":
      return new AiError.QuotaExhaustedError({ metadata })
    case "ContentPolicyError":
      return new AiError.ContentPolicyError({ description, metadata })
    case "InvalidRequestError":
      return new AiError.InvalidRequestError({ description, metadata })
    case "InternalProviderError":
      return new AiError.InternalProviderError({ description, metadata })
    case "InvalidResponseError":
      return new AiError.InvalidResponseError({ description, metadata })
    case "InvalidOutputError":
      return new AiError.InvalidOutputError({ description, metadata })
    case "UnknownError":
      return new AiError.UnknownError({ description, metadata })
  }
}
