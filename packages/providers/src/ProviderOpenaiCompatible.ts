/**
 * Whoever speaks OpenAI's chat protocol at an address of their own: local servers
 * (Ollama, llama.cpp, vLLM, LM Studio) and gateways to many providers.
 *
 * Needs no key unless the configuration names one.
 *
 * @stability unstable
 */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible"
import { OpenAiStructuredOutput } from "effect/ai"
import * as Option from "effect/Option"
import * as AiSdkModel from "./AiSdkModel.ts"
import type { Fault, FaultKind } from "./ModelFault.ts"
import type { ProviderKind } from "./ProviderKind.ts"

/** Each server has its own words; these are those of the servers above. */
const fullContext =
  /maximum context length|context_length_exceeded|exceed(s|ed)? the (available |maximum )?context|context (size|window|length)[^.]{0,80}(exceed|too small|not enough)|prompt is too long/i

const kindOf = ({ codes, message }: Fault): Option.Option<FaultKind> => {
  if (codes.includes("context_length_exceeded") || codes.includes("exceed_context_size_error")) {
    return Option.some("context_full")
  }
  if (fullContext.test(message)) return Option.some("context_full")
  if (/ended without a finish reason/.test(message)) return Option.some("cut_off")
  return codes.includes("insufficient_quota") ? Option.some("quota") : Option.none()
}

/** Gateways tell the cost with the usage, or, as LiteLLM does, in a header. In dollars. */
const costUsd = ({ headers, usage }: AiSdkModel.Answer): Option.Option<number> => {
  const inUsage = usage["cost"]
  if (typeof inUsage === "number") return Option.some(inUsage)
  const inHeader = Number.parseFloat(headers["x-litellm-response-cost"] ?? "")
  return Number.isFinite(inHeader) ? Option.some(inHeader) : Option.none()
}

export const kind: ProviderKind = AiSdkModel.kind({
  type: "openai-compatible",
  keyVariable: Option.none(),
  baseUrl: "required",
  dialect: { ...AiSdkModel.plain, kindOf, costUsd, codecTransformer: OpenAiStructuredOutput.toCodecOpenAI },
  model: ({ apiKey, baseURL = "", fetch, headers, name }, { modelRef }) =>
    createOpenAICompatible({
      name,
      baseURL,
      headers,
      fetch,
      includeUsage: true,
      ...(apiKey === undefined ? {} : { apiKey })
    }).chatModel(modelRef.model)
})
