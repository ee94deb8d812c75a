/**
 * The request to run a session once, and the one terminal fact about it.
 *
 * @stability unstable
 */
import * as Schema from "effect/Schema"
import { RunId, SessionId } from "./Ids.ts"
import { Outcome } from "./Outcome.ts"
import { Usage } from "./Session.ts"

/**
 * `S-job`: parent, child, model, and the tools hidden from the model; plus the
 * run that this job is. A root that runs by itself has no parent.
 */
export const SpawnJob = Schema.Struct({
  runId: RunId,
  parentSessionId: Schema.optionalKey(SessionId),
  childSessionId: SessionId,
  model: Schema.String,
  disabledTools: Schema.optionalKey(Schema.Array(Schema.String)),
  acceptedAtMillis: Schema.Int
})
export type SpawnJob = typeof SpawnJob.Type

/**
 * `S-completion`: exactly one per accepted job (I2), keyed by `runId`.
 * The answer is the transcript of `runId`.
 */
export const ChildCompletion = Schema.Struct({
  runId: RunId,
  parentSessionId: Schema.optionalKey(SessionId),
  childSessionId: SessionId,
  outcome: Outcome,
  usage: Schema.optionalKey(Usage),
  /** How the agent itself can go on with this conversation, in its own words. */
  resume: Schema.optionalKey(Schema.String),
  completedAtMillis: Schema.Int
})
export type ChildCompletion = typeof ChildCompletion.Type
