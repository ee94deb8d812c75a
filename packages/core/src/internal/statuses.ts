/** What a status means. Apart from its shape, for who knows no schema. */
import type { SessionStatus } from "../Session.ts"

export const isTerminal = (status: SessionStatus): boolean => {
  switch (status) {
    case "completed":
    case "error":
    case "timeout":
    case "cancelled":
    case "skipped":
      return true
    default:
      return false
  }
}

/** Whether a run of this session is live or waiting for its launch. */
export const isInFlight = (status: SessionStatus): boolean => status !== "idle" && !isTerminal(status)
