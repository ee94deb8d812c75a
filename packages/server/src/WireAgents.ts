/**
 * Who can run sessions, on the wire: the agents of the configuration, and whether
 * there is one in the server's own process. The other shapes are in `Wire`.
 *
 * @stability unstable
 */
import * as Schema from "effect/Schema"
import { Agent } from "./Wire.ts"

/** `inProcess`: whether sessions that name no agent are run. */
export const AgentList = Schema.Struct({
  items: Schema.Array(Agent),
  nextCursor: Schema.optionalKey(Schema.String),
  inProcess: Schema.Boolean
}).annotate({ identifier: "AgentList" })
