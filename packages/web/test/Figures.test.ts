import { assert, describe, it } from "@effect/vitest"
import * as Figures from "../src/Figures.ts"

describe("Figures: what is unknown is never shown as zero", () => {
  it.each<readonly [Parameters<typeof Figures.tokens>[0], string]>([
    [undefined, "—"],
    [{}, "—"],
    [{ costUsd: 1 }, "—"],
    [{ inputTokens: 0, outputTokens: 0 }, "0"],
    [{ inputTokens: 900, outputTokens: 99 }, "999"],
    [{ inputTokens: 900 }, "900+"],
    [{ inputTokens: 1_000, outputTokens: 234 }, "1.2k"],
    [{ inputTokens: 56_000, outputTokens: 1_000 }, "57k"],
    [{ inputTokens: 999_900, outputTokens: 100 }, "1.0M"],
    [{ inputTokens: 1_000, outputTokens: 0, atLeast: ["outputTokens"] }, "1.0k+"],
    [{ inputTokens: 1_000, outputTokens: 0, atLeast: ["costUsd"] }, "1.0k"]
  ])("tokens of %j are %s", (usage, shown) => assert.strictEqual(Figures.tokens(usage), shown))

  it.each<readonly [Parameters<typeof Figures.cost>[0], string]>([
    [undefined, "—"],
    [{ inputTokens: 5 }, "—"],
    [{ costUsd: 1.234, costSource: "provider" }, "$1.23"],
    [{ costUsd: 1.234, costSource: "estimated" }, "~$1.23"],
    [{ costUsd: 1.234 }, "~$1.23"],
    [{ costUsd: 0.0001, costSource: "provider" }, "$<0.01"],
    [{ costUsd: 0, costSource: "provider" }, "$0"],
    [{ costUsd: 512.4, costSource: "provider", atLeast: ["costUsd"] }, "$512+"]
  ])("cost of %j is %s", (usage, shown) => assert.strictEqual(Figures.cost(usage), shown))

  it.each([
    ["12", "12", "12"],
    ["12", "30", "12 / 30"],
    ["—", "30", "— / 30"],
    ["12", "—", "12"]
  ])("own %s and all %s are %s", (own, tree, shown) => assert.strictEqual(Figures.ownAndTree(own, tree), shown))

  it.each([
    [-5, "0s"],
    [42_000, "42s"],
    [187_000, "3m07s"],
    [7_500_000, "2h05m"],
    [356_400_000, "4d03h"]
  ])("%d ms are %s", (millis, shown) => assert.strictEqual(Figures.duration(millis), shown))
})
