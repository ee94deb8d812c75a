/**
 * What is asked for when a session is created: a root, or a child. Only shapes;
 * what becomes of them says `Spawn`.
 *
 * @stability unstable
 */
import * as Schema from "effect/Schema"
import { Metadata, ParentClose, RecoveryPolicy } from "./Session.ts"
import { ToolPolicy } from "./ToolPolicy.ts"
import { TreeLimits } from "./TreeBudget.ts"

/**
 * A new root session. `prompt` becomes its first user message. `profile` names
 * a role, whose agent and model are defaults; `tools` and `budget` bound it and
 * everything below it. `requestKey` makes the call idempotent: a repeat answers
 * with the root of the first call, until that is deleted.
 */
export const RootRequest = Schema.Struct({
  title: Schema.optionalKey(Schema.String),
  prompt: Schema.optionalKey(Schema.NonEmptyString),
  profile: Schema.optionalKey(Schema.String),
  model: Schema.optionalKey(Schema.String),
  tools: Schema.optionalKey(ToolPolicy),
  budget: Schema.optionalKey(TreeLimits),
  workspace: Schema.optionalKey(Schema.String),
  metadata: Schema.optionalKey(Metadata),
  requestKey: Schema.optionalKey(Schema.NonEmptyString)
})
export type RootRequest = typeof RootRequest.Type

/**
 * A new child. `agent` names an external agent of the configuration and sets
 * the three metadata keys of `S-external`; `requestKey` makes the call
 * idempotent per parent: a repeat answers with the child of the first call.
 * `profile` names a role, whose agent and model are defaults. Role, `tools` and
 * `disabledTools` narrow what the parent may use (I8); `budget` is promised out
 * of the parent's.
 */
export const SpawnRequest = Schema.Struct({
  title: Schema.optionalKey(Schema.String),
  prompt: Schema.NonEmptyString,
  profile: Schema.optionalKey(Schema.String),
  agent: Schema.optionalKey(Schema.NonEmptyString),
  model: Schema.optionalKey(Schema.String),
  disabledTools: Schema.optionalKey(Schema.Array(Schema.String)),
  tools: Schema.optionalKey(ToolPolicy),
  budget: Schema.optionalKey(TreeLimits),
  workspace: Schema.optionalKey(Schema.String),
  metadata: Schema.optionalKey(Metadata),
  requestKey: Schema.optionalKey(Schema.NonEmptyString),
  parentClose: Schema.optionalKey(ParentClose),
  recovery: Schema.optionalKey(RecoveryPolicy)
})
export type SpawnRequest = typeof SpawnRequest.Type
