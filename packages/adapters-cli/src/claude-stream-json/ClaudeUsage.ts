/**
 * What one run of Claude Code has used, from three tellings that overlap.
 *
 * While a call streams its own figures come; the result of a turn has those of
 * every call since the last result, the agent's own sub-agents and calls that
 * were cut off included. Versions before that tell the turn's main calls, and
 * a cost that grows with the process. Pure.
 *
 * - U1 What a result tells replaces what was counted since the last one.
 *
 * @stability unstable
 */
import type { Session } from "@offshoot/core"
import { type Frame, isRecord, numberIn, recordIn } from "../Frames.ts"

interface Tokens {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly reasoning: number
}

const noTokens: Tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 }

const plus = (a: Tokens, b: Tokens): Tokens => ({
  input: a.input + b.input,
  output: a.output + b.output,
  cacheRead: a.cacheRead + b.cacheRead,
  cacheWrite: a.cacheWrite + b.cacheWrite,
  reasoning: a.reasoning + b.reasoning
})

const isNothing = ({ input, output }: Tokens): boolean => input + output === 0

/** In the words of the provider's API: its input is what was neither read from nor written to the cache. */
const ofApi = (usage: Frame, known: Tokens): Tokens => {
  const cacheRead = numberIn(usage, "cache_read_input_tokens") ?? known.cacheRead
  const cacheWrite = numberIn(usage, "cache_creation_input_tokens") ?? known.cacheWrite
  const uncached = numberIn(usage, "input_tokens") ?? known.input - known.cacheRead - known.cacheWrite
  const details = recordIn(usage, "output_tokens_details")
  return {
    input: uncached + cacheRead + cacheWrite,
    output: numberIn(usage, "output_tokens") ?? known.output,
    cacheRead,
    cacheWrite,
    reasoning: (details && numberIn(details, "thinking_tokens")) ?? known.reasoning
  }
}

/** In the words of the program's own count of one model. */
const ofModel = (used: Frame): Tokens => {
  const cacheRead = numberIn(used, "cacheReadInputTokens") ?? 0
  const cacheWrite = numberIn(used, "cacheCreationInputTokens") ?? 0
  return {
    input: (numberIn(used, "inputTokens") ?? 0) + cacheRead + cacheWrite,
    output: numberIn(used, "outputTokens") ?? 0,
    cacheRead,
    cacheWrite,
    reasoning: numberIn(used, "thinkingTokens") ?? 0
  }
}

/** `fresh`: the conversation begins with this process, so that what it has cost is what this run has. */
export class ClaudeUsage {
  private readonly beginning: "fresh" | "resumed"
  /** Until the last result. */
  private settled = noTokens
  private costUsd: number | undefined
  /** Calls that have ended since, and the one under way. */
  private ended = noTokens
  private call = noTokens

  constructor(beginning: "fresh" | "resumed") {
    this.beginning = beginning
  }

  /** A model call has begun: its input is known, of its output nothing. */
  callBegan(message: Frame): void {
    this.ended = plus(this.ended, this.call)
    const usage = recordIn(message, "usage")
    this.call = usage === undefined ? noTokens : { ...ofApi(usage, noTokens), output: 0 }
  }

  /** What the call under way has used in the end. */
  callEnded(usage: Frame): void {
    this.call = ofApi(usage, this.call)
  }

  /** U1 */
  settle(result: Frame): void {
    const since = recordIn(result, "model_usage_since_last_result")
    const turn = since === undefined ? this.ofTurn(result) : this.ofModels(since)
    this.settled = plus(this.settled, turn)
    this.ended = noTokens
    this.call = noTokens
  }

  /** All of the run so far; none: nothing was told. */
  total(): Session.Usage | undefined {
    const open = plus(this.ended, this.call)
    const sum = plus(this.settled, open)
    if (isNothing(sum)) return undefined
    const cost = this.costUsd
    return {
      inputTokens: sum.input,
      outputTokens: sum.output,
      cacheReadTokens: sum.cacheRead,
      cacheWriteTokens: sum.cacheWrite,
      // A count of nought is also what a server gives that does not count it.
      ...(sum.reasoning === 0 ? {} : { reasoningTokens: sum.reasoning }),
      // From the program's own table of prices, whatever server answers.
      ...(cost === undefined ? {} : { costUsd: cost, costSource: "estimated" as const }),
      ...(cost === undefined || isNothing(open) ? {} : { atLeast: ["costUsd"] as const })
    }
  }

  private ofModels(models: Frame): Tokens {
    let sum = noTokens
    for (const used of Object.values(models)) {
      if (!isRecord(used)) continue
      sum = plus(sum, ofModel(used))
      this.costUsd = (this.costUsd ?? 0) + (numberIn(used, "costUSD") ?? 0)
    }
    return sum
  }

  private ofTurn(result: Frame): Tokens {
    if (this.beginning === "fresh") this.costUsd = numberIn(result, "total_cost_usd") ?? this.costUsd
    const usage = recordIn(result, "usage")
    const told = usage === undefined ? noTokens : ofApi(usage, noTokens)
    // A turn that was cut off is told as nothing.
    return isNothing(told) ? plus(this.ended, this.call) : told
  }
}
