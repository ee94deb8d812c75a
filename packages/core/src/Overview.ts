/**
 * What there is, how much of it runs and waits, and what it used: for who looks at
 * all of it at once. What one session used, and why one waits, is `SubAgents`'.
 *
 * @stability unstable
 */
import type * as Option from "effect/Option"
import type { ListedModel } from "./ProviderRouter.ts"
import type { ModelRef, Usage } from "./Session.ts"
import type { Totals } from "./SessionStore.ts"

/** The models of the configuration. `fallback` serves sessions that name none. */
export interface ModelList {
  readonly fallback: Option.Option<ModelRef>
  readonly models: ReadonlyArray<ListedModel>
}

/** How much there is and runs, and what it used. */
export interface Overview {
  /** The last number of the feed. */
  readonly number: number
  readonly slots: { readonly used: number; readonly max: number }
  /** Jobs that wait for their launch: `queued` in the launch queue, `backlog` behind it. */
  readonly queued: number
  readonly backlog: number
  readonly inFlight: number
  /** Some seconds old at most. */
  readonly totals: Totals
}

/** What a session used, and what it and everything below it did. */
export interface OwnAndTree {
  readonly own: Usage
  readonly tree: Usage
}
