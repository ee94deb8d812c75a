/**
 * What OpenAI's models cost and how much they take, as of July 2026.
 *
 * Sources: https://openai.com/api/pricing and, for limits and the price of long
 * input, LiteLLM's table of the same month. Cached input is read at a discount
 * and costs nothing to write. Standard service; batch and priority differ.
 */
import * as Pricing from "../Pricing.ts"

const price = (inputUsd: number, cacheReadUsd: number, outputUsd: number) => ({ inputUsd, cacheReadUsd, outputUsd })

/** Whoever sends more than this pays the second price for all of it. In tokens. */
const longAbove = 272_000

const small = { contextTokensMax: 400_000, outputTokensMax: 128_000 }
const large = { contextTokensMax: 1_050_000, outputTokensMax: 128_000 }

const table: Readonly<Record<string, Pricing.KnownModel>> = {
  "gpt-5.5": { ...large, price: price(5, 0.5, 30), long: { aboveInputTokens: longAbove, price: price(10, 1, 45) } },
  "gpt-5.4": {
    ...large,
    price: price(2.5, 0.25, 15),
    long: { aboveInputTokens: longAbove, price: price(5, 0.5, 22.5) }
  },
  "gpt-5.4-mini": { ...large, price: price(0.75, 0.075, 4.5) },
  "gpt-5.4-nano": { ...large, price: price(0.2, 0.02, 1.25) },
  "gpt-5.2": { ...small, price: price(1.75, 0.175, 14) },
  "gpt-5.1": { ...small, price: price(1.25, 0.125, 10) },
  "gpt-5": { ...small, price: price(1.25, 0.125, 10) },
  "gpt-5-mini": { ...small, price: price(0.25, 0.025, 2) },
  "gpt-5-nano": { ...small, price: price(0.05, 0.005, 0.4) },
  "gpt-4.1": { contextTokensMax: 1_047_576, outputTokensMax: 32_768, price: price(2, 0.5, 8) },
  "gpt-4.1-mini": { contextTokensMax: 1_047_576, outputTokensMax: 32_768, price: price(0.4, 0.1, 1.6) },
  "gpt-4.1-nano": { contextTokensMax: 1_047_576, outputTokensMax: 32_768, price: price(0.1, 0.025, 0.4) },
  "gpt-4o": { contextTokensMax: 128_000, outputTokensMax: 16_384, price: price(2.5, 1.25, 10) },
  "gpt-4o-mini": { contextTokensMax: 128_000, outputTokensMax: 16_384, price: price(0.15, 0.075, 0.6) }
}

export const factsOpenai = (model: string): Pricing.ModelFacts => Pricing.lookup(table, model)
