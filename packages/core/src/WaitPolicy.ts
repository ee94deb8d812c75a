/**
 * When a wait for children is satisfied. Pure (`S-wait`, live and durable).
 *
 * @stability unstable
 */
import { isTerminal, type SessionStatus } from "./Session.ts"
import type { Policy } from "./Obligation.ts"

const isFailure = (status: SessionStatus): boolean =>
  status === "error" || status === "timeout" || status === "cancelled"

/** Whether a child with this status satisfies the policy, whatever its sisters do. */
export const suffices = (policy: Policy, status: SessionStatus): boolean => {
  switch (policy) {
    case "all":
      return false
    case "any":
      return isTerminal(status)
    case "first_error":
      return isFailure(status)
  }
}

/**
 * `all`: every child has settled. `any`: at least one has. `first_error`: one
 * ended as error, timeout or cancelled, or every one has settled. A wait for
 * nobody is satisfied.
 */
export const isSatisfied = (policy: Policy, statuses: ReadonlyArray<SessionStatus>): boolean =>
  statuses.every(isTerminal) || statuses.some((status) => suffices(policy, status))
