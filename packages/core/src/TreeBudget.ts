/**
 * Budgets of trees: how much a session and everything below it may use.
 *
 * A budget is given with a root or a spawn and recorded with the session
 * (`Session.budget`). What holds is decided here; what was used comes from the
 * runs' own reports. Figures that a run does not tell cannot be held back.
 *
 * @stability unstable
 */
import * as Schema from "effect/Schema"
import { SessionId } from "./Ids.ts"
import type { Outcome } from "./Outcome.ts"

/** What a tree budget counts: `spawns` are the children accepted below its session, over all its life. */
export const Dimension = Schema.Literals(["tokens", "cost", "spawns"])
export type Dimension = typeof Dimension.Type

const unitOf: Record<Dimension, string> = { tokens: "tokens", cost: "dollars", spawns: "children" }

/** The tree of `sessionId` has used its budget, or promised it to children: nothing more is begun on it. */
export class BudgetExhausted extends Schema.TaggedError<BudgetExhausted>()("BudgetExhausted", {
  /** Whose budget it is. */
  sessionId: SessionId,
  budget: Dimension,
  limit: Schema.Finite,
  used: Schema.Finite,
  /** Promised to children that have a budget of their own, and not used by them yet. */
  reserved: Schema.Finite
}) {
  readonly retryable = false
  override get message(): string {
    const reserved = this.reserved === 0 ? "" : ` and ${this.reserved} promised to children`
    return `the budget of session ${this.sessionId} is used up: ${this.used} of ${this.limit} ${unitOf[this.budget]} used${reserved}`
  }
  /** How a run ends that may not go on. */
  get outcome(): Extract<Outcome, { readonly reason: "budget" }> {
    return { status: "error", reason: "budget", message: this.message, budget: this.budget }
  }
}
