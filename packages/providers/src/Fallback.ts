/**
 * Several models as one: the next is asked when one cannot answer now.
 *
 * Only before the model has said anything, because what was streamed cannot be
 * taken back, and only for reasons that another model may not have. It waits for
 * nobody and tries none twice: that is the business of whoever calls.
 *
 * @stability unstable
 */
import * as Effect from "effect/Effect"
import type { AiError } from "effect/ai"
import * as Stream from "effect/Stream"
import type { ModelCalls } from "./ProviderKind.ts"

/** Whether another model may well answer the same request. */
export const isElsewhereAnswerable = ({ reason }: AiError.AiError): boolean => {
  switch (reason._tag) {
    case "RateLimitError":
    case "QuotaExhaustedError":
    case "InternalProviderError":
      return true
    case "NetworkError":
      return reason.isRetryable
    default:
      return false
  }
}

const noteFallback = (error: AiError.AiError): Effect.Effect<void> =>
  Effect.logWarning("model.fallback").pipe(Effect.annotateLogs({ reason: error.reason._tag }))

const orElse = (first: ModelCalls, next: ModelCalls): ModelCalls => ({
  ...first,
  generateText: (options) =>
    first
      .generateText(options)
      .pipe(
        Effect.catchIf(isElsewhereAnswerable, (error) =>
          Effect.andThen(noteFallback(error), next.generateText(options))
        )
      ),
  streamText: (options) =>
    Stream.suspend(() => {
      let hasSpoken = false
      return first.streamText(options).pipe(
        Stream.tap((part) =>
          Effect.sync(() => {
            hasSpoken ||= part.type !== "response-metadata"
          })
        ),
        Stream.catchIf(
          (error) => !hasSpoken && isElsewhereAnswerable(error),
          (error) => Stream.unwrap(Effect.as(noteFallback(error), next.streamText(options)))
        )
      )
    })
})

/** `first`, then `others` in order. The last one's failure is the failure. */
export const inOrder = (first: ModelCalls, others: ReadonlyArray<ModelCalls>): ModelCalls => {
  const [next, ...rest] = others
  return next === undefined ? first : orElse(first, inOrder(next, rest))
}
