import { assert, describe, it } from "@effect/vitest"
import { Pricing } from "@offshoot/providers"
import * as Option from "effect/Option"

const price = { inputUsd: 10, outputUsd: 100, cacheReadUsd: 1, cacheWriteUsd: 20 }
const facts: Pricing.ModelFacts = {
  ...Pricing.nothingKnown,
  price: Option.some(price),
  longPrice: Option.some({ aboveInputTokens: 1_000_000, price: { inputUsd: 20, outputUsd: 200 } })
}
const used = (inputTokens: object, total: number | undefined = 0) => ({ inputTokens, outputTokens: { total } })

describe("Pricing", () => {
  it.each([
    [
      "input, output and both ways of the cache",
      used({ uncached: 100_000, cacheRead: 200_000, cacheWrite: 10_000, total: 310_000 }, 1_000),
      1 + 0.2 + 0.2 + 0.1
    ],
    ["what is not said to be cached as not cached", used({ total: 100_000 }, 1_000), 1.1],
    ["the rest of a total", used({ total: 100_000, cacheRead: 100_000 }), 0.1],
    ["nothing for nothing", used({ total: 0 }), 0],
    ["a long input at its own price", used({ total: 2_000_000 }, 1_000), 40.2],
    ["a long input whose cache has no price", used({ total: 2_000_000, cacheRead: 1 }), undefined],
    ["an unknown input", used({}, 10), undefined],
    ["an unknown output", { inputTokens: { total: 10 }, outputTokens: {} }, undefined],
    ["a total that is less than its parts", used({ total: 10, cacheRead: 20 }), undefined]
  ])("estimates %s", (_, usage, usd) => {
    const cost = Pricing.costOf(Option.none(), usage, facts)
    if (usd === undefined) assert.deepStrictEqual(cost, Option.none())
    else assert.approximately(Option.getOrThrow(cost).costUsd, usd, 1e-9)
  })

  it("takes the provider's own figure before any estimate, also when that is nothing", () => {
    const usage = used({ total: 100 }, 100)
    assert.deepStrictEqual(
      Pricing.costOf(Option.some(0), usage, facts),
      Option.some({ costUsd: 0, costSource: "provider" })
    )
    assert.strictEqual(Option.getOrThrow(Pricing.costOf(Option.some(Number.NaN), usage, facts)).costSource, "estimated")
  })

  it("does not know what it has no price for", () => {
    assert.deepStrictEqual(Pricing.costOf(Option.none(), used({ total: 1 }, 1), Pricing.nothingKnown), Option.none())
  })

  it.each([
    ["m-1", true],
    ["m-1-20250929", true],
    ["m-1-2025-09-29", true],
    ["m-1-latest", true],
    ["m-1-pro", false],
    ["m-10", false],
    ["m", false],
    ["constructor", false]
  ])("knows %s by its whole name: %s", (model, isKnown) => {
    const table = { "m-1": { price, contextTokensMax: 10, outputTokensMax: 5 } }
    assert.strictEqual(Option.isSome(Pricing.lookup(table, model).price), isKnown)
  })
})
