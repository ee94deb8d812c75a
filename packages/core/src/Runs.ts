/**
 * What a live run shows of itself while it runs (`S-diagnostics`).
 *
 * Kept in memory only: it is derived from the run's events and is gone when
 * the run has settled.
 *
 * @stability unstable
 */
import type { RunnerEvent } from "./AgentEvent.ts"
import type { RunId } from "./Ids.ts"

/** The last tool call that was seen, and how far it is. */
export interface LastTool {
  readonly name: string
  readonly phase: "begin" | "finished" | "error"
  readonly sinceMillis: number
  /** The most telling of its arguments, in short; absent when there is none. */
  readonly argument?: string
}

export interface RunSnapshot {
  readonly runId: RunId
  readonly runner: string
  readonly startedAtMillis: number
  readonly lastEventAtMillis: number | undefined
  readonly rounds: number
  readonly lastTool: LastTool | undefined
  readonly budget: Extract<RunnerEvent, { readonly type: "token_budget_updated" }> | undefined
}
