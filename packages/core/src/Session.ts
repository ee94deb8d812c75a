/**
 * A session and its transcript, as they are stored and as the wire shows them.
 *
 * Only shapes and reading of metadata: every change of `status` is decided by
 * `Lifecycle`.
 *
 * @stability unstable
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ArtifactId, MessageId, RunId, SessionId } from "./Ids.ts"
import { Outcome } from "./Outcome.ts"
import { ToolScope } from "./ToolPolicy.ts"
import { HeldBudget } from "./TreeBudget.ts"

/** `idle` never ran; `pending` waits for its launch; the last five are terminal. */
export const SessionStatus = Schema.Literals([
  "idle",
  "pending",
  "running",
  "awaiting_request",
  "waiting_for_children",
  "cancelling",
  "completed",
  "error",
  "timeout",
  "cancelled",
  "skipped"
])
export type SessionStatus = typeof SessionStatus.Type

/** Free key and value pairs; the keys the runtime reads are `metadataKeys`. */
export const Metadata = Schema.Record(Schema.String, Schema.String)
export type Metadata = typeof Metadata.Type

/** The metadata that the runtime itself reads or writes (`S-marker`, `S-policy`, `S-external`, `S-modelref`). */
export const metadataKeys = {
  lastRunStatus: "last_run_status",
  lastRunError: "last_run_error",
  runtimeKind: "runtime.kind",
  externalAgentId: "external.agent_id",
  externalProtocol: "external.protocol",
  providerName: "provider_name"
} as const

/**
 * What becomes of a child when its parent's run has settled or was cancelled:
 * `cancel` stops it; `drain` stops it only while it waits for its launch;
 * `abandon` leaves it alone.
 */
export const ParentClose = Schema.Literals(["cancel", "drain", "abandon"])
export type ParentClose = typeof ParentClose.Type

/**
 * What becomes of a run whose process died: `resume` goes on where its runner
 * can, `retry` also begins again where it cannot, `settle` ends it as `lost`.
 */
export const RecoveryPolicy = Schema.Literals(["resume", "retry", "settle"])
export type RecoveryPolicy = typeof RecoveryPolicy.Type

/** A provider and one of its models. */
export const ModelRef = Schema.Struct({ provider: Schema.String, model: Schema.String })
export type ModelRef = typeof ModelRef.Type

/**
 * What an external agent keeps of a session on its own side. `handle` is its
 * word for it, as the run `runId` told it last; `agentId` and `protocol` say
 * whose word that is. What stands in the transcript up to `position` was there
 * when that run settled: it is no news to the agent.
 */
export const Conversation = Schema.Struct({
  runId: RunId,
  handle: Schema.String,
  agentId: Schema.String,
  protocol: Schema.String,
  position: Schema.Int
})
export type Conversation = typeof Conversation.Type

/**
 * One conversation, root or child. Times are milliseconds since the epoch, UTC.
 * `version` grows by one with every stored change; `runId` is the run that is
 * queued, live or last; `outcome` is how the last run ended.
 */
export const Session = Schema.Struct({
  id: SessionId,
  kind: Schema.Literals(["root", "child"]),
  parentId: Schema.optionalKey(SessionId),
  rootId: SessionId,
  depth: Schema.Int,
  title: Schema.String,
  status: SessionStatus,
  runId: Schema.optionalKey(RunId),
  outcome: Schema.optionalKey(Outcome),
  profile: Schema.optionalKey(Schema.String),
  agent: Schema.optionalKey(Schema.String),
  model: Schema.optionalKey(Schema.String),
  modelRef: Schema.optionalKey(ModelRef),
  workspace: Schema.optionalKey(Schema.String),
  /** What its runs may use of the tools that there are. Absent: everything. */
  tools: Schema.optionalKey(ToolScope),
  /** The budgets that bound it, nearest first; the first is its own when it has one. Absent: none. */
  budgets: Schema.optionalKey(Schema.Array(HeldBudget)),
  requestKey: Schema.optionalKey(Schema.String),
  /** Absent: `cancel`. */
  parentClose: Schema.optionalKey(ParentClose),
  /** Absent: what the app is configured for. */
  recovery: Schema.optionalKey(RecoveryPolicy),
  /** Absent: no run of an external agent has told how to go on with it. */
  conversation: Schema.optionalKey(Conversation),
  metadata: Metadata,
  createdAtMillis: Schema.Int,
  updatedAtMillis: Schema.Int,
  version: Schema.Int
})
export type Session = typeof Session.Type

/** Which external agent runs a session, and by which protocol it is spoken to; none: it runs in process. */
export const externalAgentOf = ({
  metadata
}: Pick<Session, "metadata">): Option.Option<Pick<Conversation, "agentId" | "protocol">> =>
  metadata[metadataKeys.runtimeKind] === "external"
    ? Option.some({
        agentId: metadata[metadataKeys.externalAgentId] ?? "",
        protocol: metadata[metadataKeys.externalProtocol] ?? ""
      })
    : Option.none()

/** What the agent that runs the session now keeps of it: the word of another one is none of its own. */
export const conversationOf = (session: Pick<Session, "conversation" | "metadata">): Option.Option<Conversation> =>
  Option.flatMap(externalAgentOf(session), ({ agentId, protocol }) =>
    Option.filter(
      Option.fromUndefinedOr(session.conversation),
      (kept) => kept.agentId === agentId && kept.protocol === protocol
    )
  )

export { isInFlight, isTerminal } from "./internal/statuses.ts"

export const Role = Schema.Literals(["user", "assistant", "system", "tool"])
export type Role = typeof Role.Type

/**
 * One entry of a transcript. A long answer is kept in several entries with the
 * same `runId`; `hidden` ones are for the model, not for people. `content` is
 * what a model said or was told in full, when that is more than `text`: a
 * message of `effect/ai`, encoded as JSON.
 */
export const Message = Schema.Struct({
  id: MessageId,
  sessionId: SessionId,
  runId: Schema.optionalKey(RunId),
  role: Role,
  text: Schema.String,
  hidden: Schema.Boolean,
  content: Schema.optionalKey(Schema.Unknown),
  createdAtMillis: Schema.Int
})
export type Message = typeof Message.Type

/** How a kept text is read: `base64` are bytes that are no text. Without a media type it is plain text. */
export const ArtifactForm = Schema.Struct({
  mediaType: Schema.optionalKey(Schema.String),
  encoding: Schema.optionalKey(Schema.Literal("base64"))
})
export type ArtifactForm = typeof ArtifactForm.Type

/** A text of a session, kept whole beside its transcript. */
export const Artifact = Schema.Struct({
  id: ArtifactId,
  sessionId: SessionId,
  runId: RunId,
  text: Schema.String,
  ...ArtifactForm.fields,
  createdAtMillis: Schema.Int
})
export type Artifact = typeof Artifact.Type

/**
 * What a run leaves beside its answer, as its result names it.
 *
 * - `text`: a kept artifact of so many bytes; `missing` says in words what is
 *   not in it, when it had to be bounded.
 * - `place`: something outside of the record, such as a folder on the server's
 *   machine. `details` says what else is known of it.
 */
export const NamedArtifact = Schema.Union([
  Schema.Struct({
    kind: Schema.Literal("text"),
    name: Schema.String,
    id: ArtifactId,
    mediaType: Schema.String,
    bytes: Schema.Int,
    missing: Schema.optionalKey(Schema.String)
  }),
  Schema.Struct({
    kind: Schema.Literal("place"),
    name: Schema.String,
    location: Schema.String,
    details: Schema.Record(Schema.String, Schema.String)
  })
])
export type NamedArtifact = typeof NamedArtifact.Type

/** A stored message with its place: `position` grows within a session, not always by one. */
export interface StoredMessage extends Message {
  readonly position: number
}

/** What is counted. */
export const figures = [
  "inputTokens",
  "outputTokens",
  "cacheReadTokens",
  "cacheWriteTokens",
  "reasoningTokens",
  "costUsd"
] as const
export type Figure = (typeof figures)[number]

/**
 * What a child used, as far as it is known. A missing figure is unknown, never
 * zero. Counts are tokens; `costUsd` is dollars. Of a sum, `atLeast` names the
 * figures that some part did not tell.
 */
export const Usage = Schema.Struct({
  inputTokens: Schema.optionalKey(Schema.Int),
  outputTokens: Schema.optionalKey(Schema.Int),
  cacheReadTokens: Schema.optionalKey(Schema.Int),
  cacheWriteTokens: Schema.optionalKey(Schema.Int),
  reasoningTokens: Schema.optionalKey(Schema.Int),
  costUsd: Schema.optionalKey(Schema.Finite),
  costSource: Schema.optionalKey(Schema.Literals(["provider", "estimated"])),
  atLeast: Schema.optionalKey(Schema.Array(Schema.Literals(figures)))
})
export type Usage = typeof Usage.Type
