/**
 * What Claude models cost and how much they take, as of July 2026.
 *
 * Sources: https://claude.com/pricing#api and, for
 * limits, LiteLLM's table of the same month. Writing to the cache is priced for
 * the five minutes that `ProviderAnthropic` asks for.
 */
import * as Pricing from "../Pricing.ts"

/** Reading the cache costs a tenth of the input, writing to it a quarter more. */
const price = (inputUsd: number, outputUsd: number) => ({
  inputUsd,
  outputUsd,
  cacheReadUsd: inputUsd / 10,
  cacheWriteUsd: inputUsd * 1.25
})

const half = { contextTokensMax: 200_000, outputTokensMax: 64_000 }
const whole = { contextTokensMax: 1_000_000, outputTokensMax: 128_000 }
const long = { aboveInputTokens: 200_000, price: price(6, 22.5) }

const table: Readonly<Record<string, Pricing.KnownModel>> = {
  "claude-opus-4-8": { ...whole, price: price(5, 25) },
  "claude-opus-4-7": { ...whole, price: price(5, 25) },
  "claude-opus-4-6": { ...whole, price: price(5, 25) },
  "claude-opus-4-5": { ...half, price: price(5, 25) },
  "claude-opus-4-1": { contextTokensMax: 200_000, outputTokensMax: 32_000, price: price(15, 75) },
  "claude-sonnet-5": { ...whole, price: price(2, 10) },
  "claude-sonnet-4-6": { contextTokensMax: 1_000_000, outputTokensMax: 64_000, price: price(3, 15) },
  "claude-sonnet-4-5": { ...half, price: price(3, 15), long },
  "claude-sonnet-4": { ...half, price: price(3, 15), long },
  "claude-haiku-4-5": { ...half, price: price(1, 5) }
}

export const factsClaude = (model: string): Pricing.ModelFacts => Pricing.lookup(table, model)
