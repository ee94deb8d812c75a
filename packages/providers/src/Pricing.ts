/**
 * What a response cost: the provider's own figure, else an estimate from a price,
 * else unknown. Unknown is never zero. Which model has which price is not here.
 *
 * @stability unstable
 */
import type { Response } from "effect/ai"
import * as Option from "effect/Option"
import type { Price } from "./ProviderSettings.ts"

/** A price for calls whose input is longer than `aboveInputTokens`; it is for the whole call. */
export interface LongPrice {
  readonly aboveInputTokens: number
  readonly price: Price
}

/** What is known of a model beforehand. */
export interface ModelFacts {
  readonly price: Option.Option<Price>
  readonly longPrice: Option.Option<LongPrice>
  /** Input and output together, in tokens. */
  readonly contextTokensMax: Option.Option<number>
  readonly outputTokensMax: Option.Option<number>
}

export const nothingKnown: ModelFacts = {
  price: Option.none(),
  longPrice: Option.none(),
  contextTokensMax: Option.none(),
  outputTokensMax: Option.none()
}

export interface Cost {
  readonly costUsd: number
  readonly costSource: "provider" | "estimated"
}

type Usage = typeof Response.Usage.Encoded

const perMillion = 1_000_000

/** `tokens` that are known to be none cost nothing, whatever their price. */
const cost = (tokens: number, usd: number | undefined): Option.Option<number> => {
  if (tokens === 0) return Option.some(0)
  return usd === undefined ? Option.none() : Option.some((tokens * usd) / perMillion)
}

/** From counts and a price. None when a count or the price of a count that matters is not known. */
export const estimate = ({ inputTokens, outputTokens }: Usage, price: Price): Option.Option<number> => {
  const { cacheRead = 0, cacheWrite = 0, total } = inputTokens
  const uncached = inputTokens.uncached ?? (total === undefined ? undefined : total - cacheRead - cacheWrite)
  if (uncached === undefined || uncached < 0 || outputTokens.total === undefined) return Option.none()
  return Option.map(
    Option.all([
      cost(uncached, price.inputUsd),
      cost(cacheRead, price.cacheReadUsd),
      cost(cacheWrite, price.cacheWriteUsd),
      cost(outputTokens.total, price.outputUsd)
    ]),
    (parts) => parts.reduce((sum, part) => sum + part, 0)
  )
}

/** The price that counts for a call of this size. */
export const priceFor = ({ longPrice, price }: ModelFacts, { inputTokens }: Usage): Option.Option<Price> => {
  const size = inputTokens.total ?? 0
  const long = Option.filter(longPrice, ({ aboveInputTokens }) => size > aboveInputTokens)
  return Option.orElse(
    Option.map(long, ({ price }) => price),
    () => price
  )
}

/** None: nobody knows. */
export const costOf = (told: Option.Option<number>, usage: Usage, facts: ModelFacts): Option.Option<Cost> =>
  Option.match(
    Option.filter(told, (usd) => Number.isFinite(usd) && usd >= 0),
    {
      onSome: (costUsd) => Option.some({ costUsd, costSource: "provider" }),
      onNone: () =>
        priceFor(facts, usage).pipe(
          Option.flatMap((price) => estimate(usage, price)),
          Option.map((costUsd) => ({ costUsd, costSource: "estimated" }))
        )
    }
  )

/** A model's facts as they are written down: dollars per million tokens, limits in tokens. */
export interface KnownModel {
  readonly price: Price
  readonly long?: LongPrice
  readonly contextTokensMax: number
  readonly outputTokensMax: number
}

/** The same model under a dated name, or as the newest of its line. */
const dated = /-(\d{8}|\d{4}-\d{2}-\d{2}|latest)$/

/** Only a name that is in the table, dated or not: a near name may be another model with another price. */
export const lookup = (table: Readonly<Record<string, KnownModel>>, model: string): ModelFacts => {
  const name = model.replace(dated, "")
  const known = Object.hasOwn(table, name) ? table[name] : undefined
  if (known === undefined) return nothingKnown
  return {
    price: Option.some(known.price),
    longPrice: Option.fromUndefinedOr(known.long),
    contextTokensMax: Option.some(known.contextTokensMax),
    outputTokensMax: Option.some(known.outputTokensMax)
  }
}
