/**
 * The request to run a session once, and the one terminal fact about it.
 *
 * A job may take several tries: each is a run with its own id, and only the
 * last of them has a completion.
 *
 * @stability unstable
 */
import * as Schema from "effect/Schema"
import { RunId, SessionId } from "./Ids.ts"
import { Outcome } from "./Outcome.ts"
import { NamedArtifact, Usage } from "./Session.ts"

/**
 * The run that a try goes on from. `handle` is the agent's own word for the
 * conversation, when it gave one. `cutOff` are the ids of the calls that had
 * begun, must not be made twice, and have no answer in the transcript.
 */
export const Resume = Schema.Struct({
  runId: RunId,
  handle: Schema.optionalKey(Schema.String),
  cutOff: Schema.optionalKey(Schema.Array(Schema.String))
})
export type Resume = typeof Resume.Type

/** A run of the job that has ended. */
export const EarlierTry = Schema.Struct({ runId: RunId, endedAtMillis: Schema.Int })
export type EarlierTry = typeof EarlierTry.Type

/**
 * `S-job`: parent, child, model, and the tools hidden from the model; plus the
 * run that this job is now. A root that runs by itself has no parent.
 *
 * `tries` are the earlier ones, oldest first; `lost` is how many of them ended
 * with their process. A try with `notBeforeMillis` is not launched earlier.
 * `spent` is what the runs of this job that have ended used together.
 */
export const SpawnJob = Schema.Struct({
  runId: RunId,
  parentSessionId: Schema.optionalKey(SessionId),
  childSessionId: SessionId,
  model: Schema.String,
  disabledTools: Schema.optionalKey(Schema.Array(Schema.String)),
  acceptedAtMillis: Schema.Int,
  /** The first of the tries that go on from each other; absent: this one is. */
  firstRunId: Schema.optionalKey(RunId),
  /** The parent's job, by its first try, when the child was accepted while that was in flight: its end closes the child. */
  ownerRunId: Schema.optionalKey(RunId),
  tries: Schema.optionalKey(Schema.Array(EarlierTry)),
  lost: Schema.optionalKey(Schema.Int),
  notBeforeMillis: Schema.optionalKey(Schema.Int),
  spent: Schema.optionalKey(Usage),
  resume: Schema.optionalKey(Resume),
  /** Where whoever asked for the job was in a trace, as W3C Trace Context writes it. */
  traceparent: Schema.optionalKey(Schema.String)
})
export type SpawnJob = typeof SpawnJob.Type

/** What the work is known by while its tries go on from each other: a try that begins again is another work. */
export const jobIdOf = (job: SpawnJob): RunId => job.firstRunId ?? job.runId

/** A tool call that has begun and whose end is not recorded. */
export const OpenToolCall = Schema.Struct({
  toolCallId: Schema.String,
  toolName: Schema.String,
  sinceMillis: Schema.Int
})
export type OpenToolCall = typeof OpenToolCall.Type

/**
 * What a run has told of itself so far, as it is recorded while it is live:
 * known also when the run never returns.
 */
export const RunReport = Schema.Struct({
  /** How the agent itself can go on with this conversation, in its own words. */
  resume: Schema.optionalKey(Schema.String),
  usage: Schema.optionalKey(Usage),
  /** What it leaves beside its answer. */
  artifacts: Schema.optionalKey(Schema.Array(NamedArtifact)),
  /** The earlier run of the job that had said the answer already, and only lost its process before it settled. */
  answeredBy: Schema.optionalKey(RunId),
  /** Calls that must not be made twice unawares. */
  openToolCalls: Schema.optionalKey(Schema.Array(OpenToolCall)),
  /** The ids of those among them, and of those that have ended, whose answers the transcript does not have yet. */
  begunToolCalls: Schema.optionalKey(Schema.Array(Schema.String))
})
export type RunReport = typeof RunReport.Type

/**
 * `S-completion`: exactly one per accepted job (I2), keyed by `runId`.
 * The answer is the transcript of `answerRunId`, or else of `runId`; `usage` is
 * that of all its runs.
 */
export const ChildCompletion = Schema.Struct({
  runId: RunId,
  parentSessionId: Schema.optionalKey(SessionId),
  childSessionId: SessionId,
  outcome: Outcome,
  answerRunId: Schema.optionalKey(RunId),
  usage: Schema.optionalKey(Usage),
  /** How the agent itself can go on with this conversation, in its own words. */
  resume: Schema.optionalKey(Schema.String),
  /** What the run left beside its answer. */
  artifacts: Schema.optionalKey(Schema.Array(NamedArtifact)),
  completedAtMillis: Schema.Int
})
export type ChildCompletion = typeof ChildCompletion.Type
