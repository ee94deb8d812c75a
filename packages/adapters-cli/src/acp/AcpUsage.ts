/**
 * What tokens an agent says it used, in this runtime's figures. Pure.
 *
 * Agents count differently: for some what was read from a cache is a part of
 * the input, for others not; so with thoughts and the output. The total that
 * they tell beside it says which.
 *
 * @stability unstable
 */
import type { Session } from "@offshoot/core"
import { type Frame, numberIn, textIn } from "../Frames.ts"

type Usage = Session.Usage

const countIn = (counts: Frame, key: string): number | undefined => {
  const count = numberIn(counts, key)
  return count !== undefined && Number.isSafeInteger(count) && count >= 0 ? count : undefined
}

/** Where a kind of token stands that has a figure of its own. */
type Place = "inside" | "beside"

const places: ReadonlyArray<readonly [cached: Place, thoughts: Place]> = [
  ["beside", "beside"],
  ["beside", "inside"],
  ["inside", "inside"],
  ["inside", "beside"]
]

/**
 * `Usage` of the protocol: `inputTokens`, `outputTokens`, `totalTokens` and
 * what is told of caches and thoughts. Without a total that fits, each figure
 * is taken as a kind of its own, as the protocol describes them.
 */
export const ofCounts = (counts: Frame): Usage | undefined => {
  const input = countIn(counts, "inputTokens")
  const output = countIn(counts, "outputTokens")
  if (input === undefined || output === undefined) return undefined
  const read = countIn(counts, "cachedReadTokens")
  const written = countIn(counts, "cachedWriteTokens")
  const thoughts = countIn(counts, "thoughtTokens")
  const total = countIn(counts, "totalTokens")
  const beside = (place: Place, tokens: number): number => (place === "beside" ? tokens : 0)
  const cachedTokens = (read ?? 0) + (written ?? 0)
  const [cached, thinking] = places.find(
    (place) => input + output + beside(place[0], cachedTokens) + beside(place[1], thoughts ?? 0) === total
  ) ?? ["beside", "beside"]
  return {
    inputTokens: input + beside(cached, cachedTokens),
    outputTokens: output + beside(thinking, thoughts ?? 0),
    ...(read === undefined ? {} : { cacheReadTokens: read }),
    ...(written === undefined ? {} : { cacheWriteTokens: written }),
    ...(thoughts === undefined ? {} : { reasoningTokens: thoughts })
  }
}

/** Dollars of a `Cost`; another currency, or credits, is no figure here. */
export const dollarsOf = (cost: Frame): number | undefined => {
  const amount = numberIn(cost, "amount")
  return textIn(cost, "currency") === "USD" && amount !== undefined && amount >= 0 ? amount : undefined
}
