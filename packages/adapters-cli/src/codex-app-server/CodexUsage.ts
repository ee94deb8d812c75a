/**
 * What a run has used, out of what the program tells: totals that grow over a
 * whole thread, whatever process it ran in, one for each thread.
 *
 * - The sum never shrinks, and counts what its own process did: a resumed
 *   thread tells its old total before its first turn, and a thread that
 *   overflowed begins again at zero (0.169.0).
 *
 * @stability unstable
 */
import type { Session } from "@offshoot/core"
import { type Frame, numberIn, recordIn } from "../Frames.ts"

/** As the program calls it, and as we do. Input includes what was cached, output what was thought, on both sides. */
const figures = [
  ["inputTokens", "inputTokens"],
  ["cachedInputTokens", "cacheReadTokens"],
  ["cacheWriteInputTokens", "cacheWriteTokens"],
  ["outputTokens", "outputTokens"],
  ["reasoningOutputTokens", "reasoningTokens"]
] as const

type Figure = (typeof figures)[number][1]

export class CodexUsage {
  private readonly totals = new Map<string, Frame>()
  private sum: { readonly [K in Figure]?: number } = {}

  /**
   * Takes what a thread tells. `isOurs`: of a turn that began in this process.
   * Returns the usage of the run when it has changed.
   */
  take(threadId: string, isOurs: boolean, told: Frame): Session.Usage | undefined {
    const total = recordIn(told, "total")
    if (total === undefined) return undefined
    const before = this.totals.get(threadId)
    this.totals.set(threadId, total)
    if (!isOurs) return undefined
    // The first call of a thread that nothing is known of: what came before it is all but itself.
    const last = recordIn(told, "last")
    const grown = (name: string): number | undefined => {
      const now = numberIn(total, name)
      if (now === undefined) return undefined
      const since = before === undefined ? last && numberIn(last, name) : now - (numberIn(before, name) ?? 0)
      return Math.max(0, Math.trunc(since ?? now))
    }
    let hasGrown = false
    const sum: { [K in Figure]?: number } = { ...this.sum }
    for (const [theirs, ours] of figures) {
      const more = grown(theirs)
      if (more === undefined || (more === 0 && sum[ours] !== undefined)) continue
      sum[ours] = (sum[ours] ?? 0) + more
      hasGrown = true
    }
    if (!hasGrown) return undefined
    this.sum = sum
    return sum
  }
}
