/**
 * How much there is, runs and waits, and what it used: for who looks at all of it
 * at once. What one session used, and why one waits, is `SubAgents`'.
 *
 * @stability unstable
 */
import type { Usage } from "./Session.ts"
import type { Totals } from "./SessionStore.ts"

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
