/**
 * Who can run sessions, on the wire: the agents of the configuration, those of
 * this machine that it could name, and whether there is one in the server's own process. The other shapes are in `Wire`.
 *
 * @stability unstable
 */
import * as Schema from "effect/Schema"

/**
 * One that can be run, or could be if the configuration named it (`configured`).
 * `lacks` says what is in its way, `mend` the command or setting that mends the
 * first of it; `state` is `unknown` until its program was looked at.
 */
export const Agent = Schema.Struct({
  id: Schema.String,
  title: Schema.optionalKey(Schema.String),
  protocol: Schema.String,
  concurrentMax: Schema.Int,
  configured: Schema.Boolean,
  state: Schema.Literals(["ready", "not_ready", "missing", "unknown"]),
  version: Schema.optionalKey(Schema.String),
  lacks: Schema.Array(Schema.String),
  mend: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Agent" })
export type Agent = typeof Agent.Type

/** `inProcess`: whether sessions that name no agent are run. */
export const AgentList = Schema.Struct({
  items: Schema.Array(Agent),
  nextCursor: Schema.optionalKey(Schema.String),
  inProcess: Schema.Boolean
}).annotate({ identifier: "AgentList" })
