/**
 * Budgets of trees: how much a session and everything below it may use.
 *
 * A budget is given with a root or a spawn and recorded with the session
 * (`Session.budget`). What holds is decided here; what was used comes from the
 * runs' own reports. Figures that a run does not tell cannot be held back.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { SessionId } from "./Ids.ts"
import type { Outcome } from "./Outcome.ts"

/** What a tree budget counts: `spawns` are the children accepted below its session, over all its life. */
export const Dimension = Schema.Literals(["tokens", "cost", "spawns"])
export type Dimension = typeof Dimension.Type

const Amount = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))
const Dollars = Schema.Finite.check(Schema.isGreaterThan(0))

/** At most so much for a session and everything below it; what is left out has no limit here. `tokens` are those read and written. */
export const TreeLimits = Schema.Struct({
  tokens: Schema.optionalKey(Amount),
  costUsd: Schema.optionalKey(Dollars),
  spawns: Schema.optionalKey(Amount)
})
export type TreeLimits = typeof TreeLimits.Type

/** The budget of a session, as it bounds a session of its tree. */
export const HeldBudget = Schema.Struct({ sessionId: SessionId, ...TreeLimits.fields })
export type HeldBudget = typeof HeldBudget.Type

/** What roots get that say nothing of a limit themselves. Nothing by default. */
export class DefaultLimits extends Context.Reference<TreeLimits>("@offshoot/core/TreeBudget/DefaultLimits", {
  defaultValue: () => ({})
}) {}

/** Gives what roots get that say nothing of a limit themselves. */
export const layer = (limits: TreeLimits): Layer.Layer<never> => Layer.succeed(DefaultLimits, limits)

const unitOf: Record<Dimension, string> = { tokens: "tokens", cost: "dollars", spawns: "children" }

/** The tree of `sessionId` has used its budget, or promised it to children: nothing more is begun on it. */
export class BudgetExhausted extends Schema.TaggedError<BudgetExhausted>()("BudgetExhausted", {
  /** Whose budget it is. */
  sessionId: SessionId,
  budget: Dimension,
  limit: Schema.Finite,
  used: Schema.Finite,
  /** Promised to children that have a budget of their own, and not used by them yet. */
  reserved: Schema.Finite,
  /** How much a spawn asked for; absent: a call was to be made. */
  asked: Schema.optionalKey(Schema.Finite)
}) {
  readonly retryable = false
  override get message(): string {
    const reserved = this.reserved === 0 ? "" : ` and ${this.reserved} promised to children`
    const asked = this.asked === undefined ? "" : `, and a spawn asks for ${this.asked}`
    return `the budget of session ${this.sessionId} is used up: ${this.used} of ${this.limit} ${unitOf[this.budget]} used${reserved}${asked}`
  }
  /** How a run ends that may not go on. */
  get outcome(): Extract<Outcome, { readonly reason: "budget" }> {
    return { status: "error", reason: "budget", message: this.message, budget: this.budget }
  }
}
