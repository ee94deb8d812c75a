/**
 * Anthropic, by its Messages API.
 *
 * Asks it to cache what a session repeats in each round: the instructions, and
 * everything up to the last message.
 *
 * @stability unstable
 */
import type { LanguageModelV4CallOptions, LanguageModelV4Message } from "@ai-sdk/provider"
import { createAnthropic } from "@ai-sdk/anthropic"
import { AnthropicStructuredOutput } from "effect/ai"
import * as Option from "effect/Option"
import * as AiSdkModel from "./AiSdkModel.ts"
import type { Fault, FaultKind } from "./ModelFault.ts"
import type { ProviderKind } from "./ProviderKind.ts"
import { factsClaude } from "./internal/pricesClaude.ts"

const baseUrlDefault = "https://api.anthropic.com/v1"

const fullContext = /prompt is too long|exceed(s)? (the )?context (limit|window)|input length and `max_tokens`/i

/** The words of https://docs.anthropic.com/en/api/errors. */
const kindOf = ({ codes, message }: Fault): Option.Option<FaultKind> => {
  if (codes.includes("overloaded_error")) return Option.some("overloaded")
  if (codes.includes("rate_limit_error")) return Option.some("rate_limited")
  if (codes.includes("request_too_large") || fullContext.test(message)) return Option.some("context_full")
  if (codes.includes("billing_error") || /credit balance is too low/i.test(message)) return Option.some("quota")
  return Option.none()
}

const cached = (message: LanguageModelV4Message): LanguageModelV4Message => {
  const own = message.providerOptions?.["anthropic"]
  const providerOptions = {
    ...message.providerOptions,
    anthropic: { cacheControl: { type: "ephemeral" }, ...own }
  }
  return { ...message, providerOptions }
}

/** Two of the four breakpoints that it allows: an app may set the others. */
const prepare = (call: LanguageModelV4CallOptions): LanguageModelV4CallOptions => {
  const lastSystem = call.prompt.findLastIndex(({ role }) => role === "system")
  const last = call.prompt.length - 1
  return {
    ...call,
    prompt: call.prompt.map((message, index) => (index === lastSystem || index === last ? cached(message) : message))
  }
}

export const kind: ProviderKind = AiSdkModel.kind({
  type: "anthropic",
  keyVariable: Option.some("ANTHROPIC_API_KEY"),
  baseUrl: "known",
  dialect: {
    ...AiSdkModel.plain,
    kindOf,
    prepare,
    codecTransformer: AnthropicStructuredOutput.toCodecAnthropic,
    facts: factsClaude
  },
  model: ({ apiKey, baseURL = baseUrlDefault, fetch, headers }, { modelRef }) =>
    createAnthropic({ baseURL, fetch, headers, ...(apiKey === undefined ? {} : { apiKey }) }).languageModel(
      modelRef.model
    )
})
