/**
 * How much one run of an in-process agent may do. What a whole tree may use is
 * not here, and neither is how long a run may take: that is the watchdog's.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

/**
 * - `roundsMax`: model calls.
 * - `toolCallsMax`: tool calls, all rounds together.
 * - `tokensMax`: tokens read and written, all rounds together.
 * - `toolSeconds`: one tool call, without the time that somebody takes to permit it.
 * - `toolResultBytes`: what the model is shown of one result; the whole is kept.
 * - `parallelTools`: calls of one round that run at once.
 */
export interface AgentLimitsShape {
  readonly roundsMax: number
  readonly toolCallsMax: number
  readonly tokensMax: Option.Option<number>
  readonly toolSeconds: number
  readonly toolResultBytes: number
  readonly parallelTools: number
}

/**
 * - 200 rounds: with 18 s for each they fill the hour that a run has (`S-policy`).
 * - 1,000 tool calls: five in each of those rounds.
 * - Tokens are not limited: what is too much depends on the model and on who pays.
 * - 600 s for a tool: two thirds of the idle limit (`S-policy`), and far below the
 *   watchdog's own cap, so that the model hears of it and the run goes on.
 * - 32 KiB of a result: some 8,000 tokens, so that ten of them fit into any context.
 * - 8 at once: what a provider sends in one round at most, as a rule.
 */
export const defaults: AgentLimitsShape = {
  roundsMax: 200,
  toolCallsMax: 1_000,
  tokensMax: Option.none(),
  toolSeconds: 600,
  toolResultBytes: 32_768,
  parallelTools: 8
}

/** The limits of this process; a profile may allow its role fewer rounds. */
export class AgentLimits extends Context.Reference<AgentLimitsShape>("@offshoot/core/AgentLimits", {
  defaultValue: () => defaults
}) {}

export const layer = (limits: AgentLimitsShape): Layer.Layer<never> => Layer.succeed(AgentLimits, limits)
