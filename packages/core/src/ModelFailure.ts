/**
 * What a failed model call means beyond the reason that `effect/ai` has for it.
 *
 * A bridge to a provider recognises what only that provider says, and marks the
 * reason's `metadata.offshoot` with it; the agent loop asks here and knows no
 * provider. A failure that carries no mark is only what its reason says.
 *
 * @stability unstable
 */
import type { AiError } from "effect/ai"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/**
 * `context_full`: the prompt, or the prompt and what was to be written, is longer
 * than the model can read. `overloaded`: the provider has no room now, for
 * anybody. `cut_off`: the response ended before its end was said.
 */
export const ModelFailureKind = Schema.Literals(["context_full", "overloaded", "cut_off"])
export type ModelFailureKind = typeof ModelFailureKind.Type

export const ModelFailureFacts = Schema.Struct({
  kind: Schema.optionalKey(ModelFailureKind),
  /** When to try again, where the reason itself has no place for it. */
  retryAfterSeconds: Schema.optionalKey(Schema.Finite)
})
export type ModelFailureFacts = typeof ModelFailureFacts.Type

/** The key of `ModelFailureFacts` in the metadata of a reason. */
export const modelFailureKey = "offshoot"

const decodeFacts = Schema.decodeUnknownOption(ModelFailureFacts)

/** What was marked; empty when nothing was. */
export const factsOf = (error: AiError.AiError): ModelFailureFacts => {
  if (!("metadata" in error.reason)) return {}
  return Option.getOrElse(decodeFacts(error.reason.metadata[modelFailureKey]), () => ({}))
}

/** The same request can never succeed: the transcript has to become shorter first. */
export const isContextFull = (error: AiError.AiError): boolean => factsOf(error).kind === "context_full"

/** When the provider wants to be asked again, if it said so. */
export const retryAfter = (error: AiError.AiError): Option.Option<Duration.Duration> => {
  if (error.retryAfter !== undefined) return Option.some(error.retryAfter)
  return Option.map(Option.fromUndefinedOr(factsOf(error).retryAfterSeconds), Duration.seconds)
}
