/**
 * What the states of a session are called and drawn as, wherever a person reads
 * them. Pure, and without colours: those are the reader's.
 *
 * @stability unstable
 */
import type { SessionStatus } from "./Session.ts"

export interface Look {
  readonly icon: string
  readonly word: string
}

const looks: Record<SessionStatus, Look> = {
  idle: { icon: "·", word: "idle" },
  pending: { icon: "○", word: "queued" },
  running: { icon: "▶", word: "running" },
  awaiting_request: { icon: "?", word: "asking" },
  waiting_for_children: { icon: "◌", word: "waiting" },
  cancelling: { icon: "■", word: "stopping" },
  completed: { icon: "✔", word: "completed" },
  error: { icon: "✖", word: "error" },
  timeout: { icon: "✖", word: "timeout" },
  cancelled: { icon: "⊘", word: "cancelled" },
  skipped: { icon: "-", word: "skipped" }
}

export const lookOf = (status: SessionStatus): Look => looks[status]

const placeReasons: Record<string, string> = {
  launching: "is being launched",
  concurrent_limit: "waits: as many as may run are running",
  parent_limit: "waits: as many as may run under its parent are running",
  agent_limit: "waits: as many as may run of its agent are running, or its provider asked for a pause",
  launch_queue: "waits for its turn",
  retry_backoff: "waits before its next try"
}

const shortReasons: Record<string, string> = {
  launching: "is being launched",
  concurrent_limit: "all slots are used",
  parent_limit: "all slots of its parent are used",
  agent_limit: "all slots of its agent are used",
  retry_backoff: "waits before its next try"
}

interface Place {
  readonly position: number
  readonly reason?: string
}

/** The same as `whyQueued`, for a narrow column: what moves comes first. */
export const whyQueuedShort = (place: Place | undefined): string => {
  if (place === undefined) return "waits for its launch"
  const reason = shortReasons[place.reason ?? ""] ?? "waits for its turn"
  return place.position > 0 ? `place ${place.position}: ${reason}` : reason
}

/** Why a session that waits for its launch does so. */
export const whyQueued = (place: Place | undefined): string => {
  if (place === undefined) return "waits for its launch"
  const reason = placeReasons[place.reason ?? "launch_queue"] ?? "waits for its launch"
  return place.position > 0 ? `${reason} (place ${place.position})` : reason
}
