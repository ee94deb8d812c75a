/**
 * When a wait for children is satisfied. Pure (`S-wait`, the live part).
 *
 * @stability unstable
 */
import { isTerminal, type SessionStatus } from "./Session.ts"
import type { WaitPolicy } from "./SubAgents.ts"

/**
 * `all`: every child has settled. `any`: at least one has. `first_error`: one
 * ended as error, timeout or cancelled, or every one has settled. A wait for
 * nobody is satisfied.
 */
export const isSatisfied = (policy: WaitPolicy, statuses: ReadonlyArray<SessionStatus>): boolean => {
  const all = statuses.every(isTerminal)
  if (all) return true
  switch (policy) {
    case "all":
      return false
    case "any":
      return statuses.some(isTerminal)
    case "first_error":
      return statuses.some((status) => status === "error" || status === "timeout" || status === "cancelled")
  }
}
