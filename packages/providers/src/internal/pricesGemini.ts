/**
 * What Gemini models cost and how much they take, as of July 2026, for text,
 * images and video; audio costs more.
 *
 * Sources: https://ai.google.dev/gemini-api/docs/pricing and, for limits,
 * LiteLLM's table of the same month. Writing to the implicit cache is free.
 */
import * as Pricing from "../Pricing.ts"

const price = (inputUsd: number, cacheReadUsd: number, outputUsd: number) => ({ inputUsd, cacheReadUsd, outputUsd })

const limits = { contextTokensMax: 1_048_576, outputTokensMax: 65_535 }
/** Whoever sends more than this pays the second price for all of it. In tokens. */
const longAbove = 200_000

const pro = {
  ...limits,
  price: price(2, 0.2, 12),
  long: { aboveInputTokens: longAbove, price: price(4, 0.4, 18) }
}

const table: Readonly<Record<string, Pricing.KnownModel>> = {
  "gemini-3.5-flash": { ...limits, price: price(1.5, 0.15, 9) },
  "gemini-3.1-pro-preview": pro,
  "gemini-3-pro-preview": pro,
  "gemini-3-flash-preview": { ...limits, price: price(0.5, 0.05, 3) },
  "gemini-2.5-pro": {
    ...limits,
    price: price(1.25, 0.125, 10),
    long: { aboveInputTokens: longAbove, price: price(2.5, 0.25, 15) }
  },
  "gemini-2.5-flash": { ...limits, price: price(0.3, 0.03, 2.5) },
  "gemini-2.5-flash-lite": { ...limits, price: price(0.1, 0.01, 0.4) }
}

export const factsGemini = (model: string): Pricing.ModelFacts => Pricing.lookup(table, model)
