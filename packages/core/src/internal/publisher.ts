/**
 * Who sees which event: a session's own stream plainly, its parent's stream
 * wrapped once, deeper ancestors the lifecycle alone, subtree readers all of it.
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type { AgentEvent, OwnEvent } from "../AgentEvent.ts"
import type { SessionId } from "../Ids.ts"
import type { SessionStreamsShape } from "../SessionStreams.ts"

/** The place of a session in the tree. `ancestors` go from the parent up to the root. */
export interface Seat {
  readonly childId: SessionId
  readonly ancestors: ReadonlyArray<SessionId>
}

const ephemeral = Option.none<number>()

let lastMillis = 0
let lastIso = "1970-01-01T00:00:00.000Z"

/** A time as the wire shows it. Many events share a millisecond, so the last text is kept. */
export const isoOf = (millis: number): string => {
  if (millis !== lastMillis) {
    lastIso = DateTime.formatIso(DateTime.makeUnsafe(millis))
    lastMillis = millis
  }
  return lastIso
}

const wrap = (parentSessionId: SessionId, childSessionId: SessionId, event: OwnEvent): AgentEvent => ({
  type: "sub_agent_event",
  parentSessionId,
  childSessionId,
  event
})

/** Asks of a child and what becomes of them go up the whole tree, so that whoever watches the root can answer. */
const concernsAllAncestors = (event: OwnEvent): boolean =>
  event.type === "clarification_needed" || event.type === "tool_approval_requested" || event.type === "approval_changed"

/**
 * Publishes an event of a session's own stream. Returns above zero when its
 * readers are crowded (`SessionStreams.publish`).
 */
export const publishOwn = (
  streams: SessionStreamsShape,
  seat: Seat,
  number: Option.Option<number>,
  event: OwnEvent
): number => {
  const { ancestors, childId } = seat
  let crowded = streams.publish(childId, "session", childId, number, event)
  crowded = Math.max(crowded, streams.publish(childId, "subtree", childId, number, event))
  const parentId = ancestors[0]
  if (parentId === undefined) return crowded
  let wrapped: AgentEvent | undefined
  for (const ancestor of ancestors) {
    const direct = ancestor === parentId || concernsAllAncestors(event)
    if (direct && streams.hasReaders(ancestor, "session")) {
      wrapped ??= wrap(parentId, childId, event)
      crowded = Math.max(crowded, streams.publish(ancestor, "session", childId, ephemeral, wrapped))
    }
    if (streams.hasReaders(ancestor, "subtree")) {
      wrapped ??= wrap(parentId, childId, event)
      crowded = Math.max(crowded, streams.publish(ancestor, "subtree", childId, ephemeral, wrapped))
    }
  }
  return crowded
}

/** Publishes `sub_agent_started` or `sub_agent_completed`, recorded on the parent's stream, to every ancestor. */
export const publishLifecycle = (
  streams: SessionStreamsShape,
  seat: Seat,
  number: Option.Option<number>,
  event: AgentEvent
): void => {
  const parentId = seat.ancestors[0]
  if (parentId === undefined) return
  for (const ancestor of seat.ancestors) {
    streams.publish(ancestor, "session", parentId, number, event)
    streams.publish(ancestor, "subtree", parentId, number, event)
  }
}

/** Publishes a heartbeat of a child to its parent's readers. */
export const publishHeartbeat = (streams: SessionStreamsShape, seat: Seat, nowMillis: number): void => {
  const parentSessionId = seat.ancestors[0]
  if (parentSessionId === undefined) return
  for (const scope of ["session", "subtree"] as const) {
    if (!streams.hasReaders(parentSessionId, scope)) continue
    streams.publish(parentSessionId, scope, seat.childId, ephemeral, {
      type: "sub_agent_heartbeat",
      parentSessionId,
      childSessionId: seat.childId,
      timestamp: isoOf(nowMillis)
    })
  }
}
