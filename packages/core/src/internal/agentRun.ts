/**
 * What one run of the in-process agent knows while it goes on, and what it may
 * still do. Plain memory, owned by the run's own fiber.
 */
import type { Prompt } from "effect/ai"
import * as Option from "effect/Option"
import type { AgentLimitsShape } from "../AgentLimits.ts"
import * as Compaction from "../Compaction.ts"
import type { RunnerOutcome } from "../Outcome.ts"
import type { Usage } from "../Session.ts"
import * as UsageSum from "../UsageSum.ts"
import { overBudget } from "./agentOutcome.ts"
import { callIds } from "./agentPrompt.ts"
import type { ModelResponse } from "./readResponse.ts"

/** What a run may still do, as far as its own limits go. */
export type Refusal = Extract<RunnerOutcome, { readonly reason: "budget" }>

export class AgentRun {
  /** The ids of all calls of the transcript. */
  readonly usedIds: Set<string>
  rounds = 0
  toolCalls = 0
  /** Of all responses; none came: there is none. */
  usage: Usage | undefined
  /** The system prompt, then the transcript. */
  private list: Array<Prompt.Message>
  /** What the context held after the last response, in tokens, and how many messages that were; 0: nobody counted. */
  private counted = { tokens: 0, messages: 0 }
  private readonly limits: AgentLimitsShape

  constructor(messages: ReadonlyArray<Prompt.Message>, limits: AgentLimitsShape) {
    this.list = [...messages]
    this.usedIds = callIds(messages)
    this.limits = limits
  }

  /** What the model is sent next; it stays as it is while the run goes on. */
  get messages(): ReadonlyArray<Prompt.Message> {
    return this.list.slice()
  }

  add(message: Prompt.Message): void {
    this.list.push(message)
  }

  replace(messages: ReadonlyArray<Prompt.Message>): void {
    this.list = [...messages]
    this.counted = { tokens: 0, messages: 0 }
  }

  /** Takes in what a response used; call it before its message is added. */
  count({ usage }: ModelResponse): void {
    this.usage = this.usage === undefined ? usage : UsageSum.add(this.usage, usage)
    const tokens = UsageSum.tokensOf(usage)
    this.counted = { tokens, messages: tokens === 0 ? 0 : this.list.length + 1 }
  }

  /** Takes in that a call ended without saying what it used. */
  countUntold(): void {
    this.usage = UsageSum.add(this.usage ?? UsageSum.untold, UsageSum.untold)
  }

  private get tokensUsed(): number {
    return this.usage === undefined ? 0 : UsageSum.tokensOf(this.usage)
  }

  /** What the next call takes of the context: as the provider counted, and by estimate what came since. */
  get contextTokens(): number {
    const { messages, tokens } = this.counted
    return tokens + Compaction.estimatedTokens(this.list.slice(messages))
  }

  /** Why no further model call is made; asked before each. */
  refusesRound(): Option.Option<Refusal> {
    const { roundsMax, tokensMax } = this.limits
    if (this.rounds >= roundsMax) return refusal("rounds", `the run has made all of its ${roundsMax} model calls`)
    const used = this.tokensUsed
    return Option.exists(tokensMax, (max) => used >= max)
      ? refusal("tokens", `the run has used ${used} tokens of ${Option.getOrElse(tokensMax, () => 0)}`)
      : Option.none()
  }

  /** Why these further tool calls are not made; asked before they are. */
  refusesCalls(count: number): Option.Option<Refusal> {
    const { toolCallsMax } = this.limits
    return this.toolCalls + count > toolCallsMax
      ? refusal("tool_calls", `the run may make ${toolCallsMax} tool calls, and has made ${this.toolCalls}`)
      : Option.none()
  }

  /** Tokens that the next response may still use; none: there is no limit. */
  get tokensLeft(): Option.Option<number> {
    return Option.map(this.limits.tokensMax, (max) => Math.max(1, max - this.tokensUsed))
  }
}

const refusal = (budget: "rounds" | "tokens" | "tool_calls", message: string): Option.Option<Refusal> =>
  Option.some(overBudget(budget, message))
