/**
 * Why a session does not move, on the wire. The other shapes are in `Wire`.
 *
 * @stability unstable
 */
import { Ids, type SubAgents } from "@offshoot/core"
import * as Schema from "effect/Schema"
import { isoTime } from "./internal/isoTime.ts"

/** Where a queued job waits, from 1, and for what; 0: it is being launched. */
export const Place = Schema.Struct({
  position: Schema.Int,
  reason: Schema.Literals([
    "launching",
    "concurrent_limit",
    "parent_limit",
    "agent_limit",
    "launch_queue",
    "retry_backoff"
  ])
}).annotate({ identifier: "Place" })
export type Place = typeof Place.Type

const held = <const Type extends string, Fields extends Schema.Struct.Fields>(type: Type, fields: Fields) =>
  Schema.Struct({ type: Schema.Literal(type), ...fields })

/**
 * Why a session does not move, or what it is in the middle of: queued, waiting
 * for its next try, for an answer or for its children, running a tool, stopping.
 */
export const WireHold = Schema.Union([
  held("queued", { ...Place.fields, since: Schema.String }),
  held("retrying", { notBefore: Schema.String, tries: Schema.Int }),
  held("request", { requestId: Ids.RequestId, since: Schema.String }),
  held("tool", { toolName: Schema.String, since: Schema.String }),
  held("children", { since: Schema.String }),
  held("stopping", { since: Schema.String })
]).annotate({ identifier: "Hold" })
export type WireHold = typeof WireHold.Type

export const hold = (holds: SubAgents.Hold): WireHold => {
  switch (holds._tag) {
    case "Queued":
      return { type: "queued", ...holds.place, since: isoTime(holds.sinceMillis) }
    case "Retrying":
      return { type: "retrying", notBefore: isoTime(holds.notBeforeMillis), tries: holds.tries }
    case "Request":
      return { type: "request", requestId: holds.requestId, since: isoTime(holds.sinceMillis) }
    case "Tool":
      return { type: "tool", toolName: holds.toolName, since: isoTime(holds.sinceMillis) }
    case "Children":
      return { type: "children", since: isoTime(holds.sinceMillis) }
    case "Stopping":
      return { type: "stopping", since: isoTime(holds.sinceMillis) }
  }
}
