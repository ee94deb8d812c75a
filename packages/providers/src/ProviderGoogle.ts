/**
 * Google's models, by its Generative Language API.
 *
 * @stability unstable
 */
import { createGoogle } from "@ai-sdk/google"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as AiSdkModel from "./AiSdkModel.ts"
import type { Fault, FaultKind } from "./ModelFault.ts"
import type { ProviderKind } from "./ProviderKind.ts"
import { factsGemini } from "./internal/pricesGemini.ts"

const baseUrlDefault = "https://generativelanguage.googleapis.com/v1beta"

/** The words of `google.rpc.Code`. A wrong key is a bad request there. */
const kindOf = ({ codes, message }: Fault): Option.Option<FaultKind> => {
  if (/token count .*exceeds the maximum/i.test(message)) return Option.some("context_full")
  if (/api key (not valid|expired)/i.test(message)) return Option.some("auth_invalid")
  if (codes.includes("RESOURCE_EXHAUSTED")) return Option.some("rate_limited")
  if (codes.includes("UNAVAILABLE")) return Option.some("overloaded")
  return codes.includes("PERMISSION_DENIED") ? Option.some("auth_denied") : Option.none()
}

const detailsOf = (body: unknown): ReadonlyArray<unknown> => {
  const error: unknown = Predicate.hasProperty(body, "error") ? body.error : body
  return Predicate.hasProperty(error, "details") && Array.isArray(error.details) ? error.details : []
}

/** `google.rpc.RetryInfo`: `"retryDelay": "34s"`. */
const retryAfterSeconds = ({ body }: Fault): Option.Option<number> => {
  const delays = detailsOf(body).flatMap((detail) =>
    Predicate.hasProperty(detail, "retryDelay") && typeof detail.retryDelay === "string" ? [detail.retryDelay] : []
  )
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(delays[0] ?? "")?.[1]
  return Option.map(Option.fromUndefinedOr(seconds), Number)
}

export const kind: ProviderKind = AiSdkModel.kind({
  type: "google",
  keyVariable: Option.some("GEMINI_API_KEY"),
  baseUrl: "known",
  dialect: { ...AiSdkModel.plain, kindOf, retryAfterSeconds, facts: factsGemini },
  model: ({ apiKey, baseURL = baseUrlDefault, fetch, headers }, { modelRef }) =>
    createGoogle({ baseURL, fetch, headers, ...(apiKey === undefined ? {} : { apiKey }) }).languageModel(modelRef.model)
})
