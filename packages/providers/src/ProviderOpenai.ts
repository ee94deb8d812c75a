/**
 * OpenAI, by its Responses API. What speaks its older chat protocol elsewhere is
 * `ProviderOpenaiCompatible`.
 *
 * Nothing is kept at the provider: reasoning comes and goes back encrypted, so
 * that a session can be resumed from our transcript alone.
 *
 * @stability unstable
 */
import type { LanguageModelV4CallOptions } from "@ai-sdk/provider"
import { createOpenAI } from "@ai-sdk/openai"
import { OpenAiStructuredOutput } from "effect/ai"
import * as Option from "effect/Option"
import * as AiSdkModel from "./AiSdkModel.ts"
import type { Fault, FaultKind } from "./ModelFault.ts"
import type { ProviderKind } from "./ProviderKind.ts"
import { factsOpenai } from "./internal/pricesOpenai.ts"

const baseUrlDefault = "https://api.openai.com/v1"

/** The words of https://platform.openai.com/docs/guides/error-codes. */
const kindOf = ({ codes, message }: Fault): Option.Option<FaultKind> => {
  if (codes.includes("context_length_exceeded") || /exceeds the context window|maximum context length/.test(message)) {
    return Option.some("context_full")
  }
  if (codes.includes("insufficient_quota") || codes.includes("billing_hard_limit_reached")) return Option.some("quota")
  if (codes.includes("rate_limit_exceeded")) return Option.some("rate_limited")
  if (codes.includes("invalid_api_key")) return Option.some("auth_invalid")
  return codes.includes("content_policy_violation") ? Option.some("refused") : Option.none()
}

/** Its strict mode makes every parameter of a tool required; a tool has to ask for that itself. */
const prepare = (call: LanguageModelV4CallOptions): LanguageModelV4CallOptions => {
  const options = { ...call.providerOptions, openai: { store: false, ...call.providerOptions?.["openai"] } }
  const tools = call.tools?.map((tool) => (tool.type === "function" ? { strict: false, ...tool } : tool))
  return { ...call, providerOptions: options, ...(tools === undefined ? {} : { tools }) }
}

export const kind: ProviderKind = AiSdkModel.kind({
  type: "openai",
  keyVariable: Option.some("OPENAI_API_KEY"),
  baseUrl: "known",
  dialect: {
    ...AiSdkModel.plain,
    kindOf,
    prepare,
    codecTransformer: OpenAiStructuredOutput.toCodecOpenAI,
    facts: factsOpenai
  },
  model: ({ apiKey, baseURL = baseUrlDefault, fetch, headers }, { modelRef }) =>
    createOpenAI({ baseURL, fetch, headers, ...(apiKey === undefined ? {} : { apiKey }) }).responses(modelRef.model)
})
