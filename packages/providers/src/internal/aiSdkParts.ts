/**
 * What a model answers: parts of the AI SDK's provider interface in the words of
 * `effect/ai`. Pure. What ends a response, well or not, is decided in `AiSdkModel`.
 * Parts that `effect/ai` has no word for (a provider's own kinds of content,
 * questions of tools that run at the provider) are left out.
 */
import type {
  LanguageModelV4Content,
  LanguageModelV4ResponseMetadata,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage
} from "@ai-sdk/provider"
import { isJSONObject } from "@ai-sdk/provider"
import { type Response, Tool } from "effect/ai"
import * as Base64 from "effect/encoding/Base64"
import type * as Schema from "effect/Schema"

type Metadata = Record<string, Schema.MutableJson>

/** Only what JSON can say: providers leave fields undefined, which a record of a transcript cannot. */
const plain = (value: unknown): Metadata => {
  const text = isJSONObject(value) ? JSON.stringify(value) : undefined
  return text === undefined ? {} : JSON.parse(text)
}

/** By provider, as the prompt of a later round takes it back. */
export const metadata = (said: unknown): { readonly metadata?: Metadata } => {
  const found = plain(said)
  return Object.keys(found).length === 0 ? {} : { metadata: found }
}

/** A count is a whole number or unknown. */
const count = (value: number | undefined): number | undefined =>
  value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : undefined

export const usage = ({ inputTokens, outputTokens }: LanguageModelV4Usage): typeof Response.Usage.Encoded => ({
  inputTokens: {
    uncached: count(inputTokens.noCache),
    total: count(inputTokens.total),
    cacheRead: count(inputTokens.cacheRead),
    cacheWrite: count(inputTokens.cacheWrite)
  },
  outputTokens: {
    total: count(outputTokens.total),
    text: count(outputTokens.text),
    reasoning: count(outputTokens.reasoning)
  }
})

export const responseMetadata = (
  said: LanguageModelV4ResponseMetadata | undefined
): Response.ResponseMetadataPartEncoded => ({
  type: "response-metadata",
  id: said?.id,
  modelId: said?.modelId,
  timestamp:
    said?.timestamp === undefined || Number.isNaN(said.timestamp.getTime()) ? undefined : said.timestamp.toISOString()
})

/** Arguments that are no JSON stay a string: whoever checks them against the tool's schema tells the model. */
const argumentsOf = (input: string): unknown => {
  if (input.trim() === "") return {}
  try {
    return Tool.unsafeSecureJsonParse(input)
  } catch {
    return input
  }
}

type Named = (providerName: string) => string

/** What comes in one piece, streamed or not. */
const wholePart = (
  part: Exclude<LanguageModelV4Content, { readonly type: "text" | "reasoning" }>,
  named: Named
): ReadonlyArray<Response.PartEncoded & Response.StreamPartEncoded> => {
  switch (part.type) {
    case "tool-call":
      return [
        {
          type: "tool-call",
          id: part.toolCallId,
          name: named(part.toolName),
          params: argumentsOf(part.input),
          providerExecuted: part.providerExecuted ?? false,
          ...metadata(part.providerMetadata)
        }
      ]
    case "tool-result":
      return [
        {
          type: "tool-result",
          id: part.toolCallId,
          name: named(part.toolName),
          result: part.result,
          isFailure: part.isError ?? false,
          providerExecuted: true,
          preliminary: part.preliminary ?? false,
          ...metadata(part.providerMetadata)
        }
      ]
    case "source":
      return [
        part.sourceType === "url"
          ? {
              type: "source",
              sourceType: "url",
              id: part.id,
              url: part.url,
              title: part.title ?? part.url,
              ...metadata(part.providerMetadata)
            }
          : {
              type: "source",
              sourceType: "document",
              id: part.id,
              mediaType: part.mediaType,
              title: part.title,
              ...(part.filename === undefined ? {} : { fileName: part.filename }),
              ...metadata(part.providerMetadata)
            }
      ]
    case "file": {
      if (part.data.type === "url") return []
      const data = typeof part.data.data === "string" ? part.data.data : Base64.encode(part.data.data)
      return [{ type: "file", mediaType: part.mediaType, data, ...metadata(part.providerMetadata) }]
    }
    default:
      return []
  }
}

/** A part of a whole response. */
export const contentPart = (part: LanguageModelV4Content, named: Named): ReadonlyArray<Response.PartEncoded> =>
  part.type === "text" || part.type === "reasoning"
    ? [{ type: part.type, text: part.text, ...metadata(part.providerMetadata) }]
    : wholePart(part, named)

/** A part of a streamed response that neither ends it nor fails. */
export const streamPart = (
  part: Exclude<LanguageModelV4StreamPart, { readonly type: "finish" | "error" }>,
  named: Named
): ReadonlyArray<Response.StreamPartEncoded> => {
  switch (part.type) {
    case "text-start":
    case "text-end":
    case "reasoning-start":
    case "reasoning-end":
      return [{ type: part.type, id: part.id, ...metadata(part.providerMetadata) }]
    case "text-delta":
    case "reasoning-delta":
      return [{ type: part.type, id: part.id, delta: part.delta, ...metadata(part.providerMetadata) }]
    case "tool-input-start":
      return [
        {
          type: "tool-params-start",
          id: part.id,
          name: named(part.toolName),
          providerExecuted: part.providerExecuted ?? false
        }
      ]
    case "tool-input-delta":
      return [{ type: "tool-params-delta", id: part.id, delta: part.delta }]
    case "tool-input-end":
      return [{ type: "tool-params-end", id: part.id }]
    case "response-metadata":
      return [responseMetadata(part)]
    case "stream-start":
    case "ping":
    case "raw":
      return []
    default:
      return wholePart(part, named)
  }
}
