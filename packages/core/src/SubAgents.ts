/**
 * The facade: what HTTP, tools, the command line and apps call.
 *
 * Every door to Offshoot is a thin translation of these calls. The facade adds
 * no rule of its own; `Spawn`, `Lifecycle`, `SpawnScheduler` and `SessionStore`
 * decide and record.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { AgentEvent } from "./AgentEvent.ts"
import type { StopMode } from "./ExternalChildRunner.ts"
import { RunId, SessionId } from "./Ids.ts"
import type { CancelledBy, Outcome } from "./Outcome.ts"
import type { RunSnapshot } from "./Runs.ts"
import { Metadata, type Session, SessionStatus, type StoredMessage, type Usage } from "./Session.ts"
import type { EventQuery, FeedBounds, RecordedEvent, SessionQuery, StoreError } from "./SessionStore.ts"

/** There is no session with this id. */
export class SessionNotFound extends Schema.TaggedError<SessionNotFound>()("SessionNotFound", {
  sessionId: SessionId
}) {
  readonly retryable = false
  override get message(): string {
    return `there is no session ${this.sessionId}`
  }
}

/** The backlog is full; nothing was accepted. */
export class QueueFull extends Schema.TaggedError<QueueFull>()("QueueFull", {
  backlogMax: Schema.Int,
  retryAfterSeconds: Schema.Int
}) {
  readonly retryable = true
  override get message(): string {
    return `${this.backlogMax} jobs are waiting already: try again in ${this.retryAfterSeconds} s`
  }
}

/** The scheduler has been shut down (`S-queue`). */
export class SchedulerClosed extends Schema.TaggedError<SchedulerClosed>()("SchedulerClosed", {}) {
  readonly retryable = true
  override get message(): string {
    return "spawn scheduler is not running"
  }
}

/** The child would be deeper than the limit allows (I8). */
export class DepthExceeded extends Schema.TaggedError<DepthExceeded>()("DepthExceeded", {
  parentSessionId: SessionId,
  depth: Schema.Int,
  depthMax: Schema.Int
}) {
  readonly retryable = false
  override get message(): string {
    return `a child of ${this.parentSessionId} would be at depth ${this.depth}; the limit is ${this.depthMax}`
  }
}

/** The parent is being cancelled, was cancelled or stands under a cancelled ancestor (I7). */
export class ParentNotAccepting extends Schema.TaggedError<ParentNotAccepting>()("ParentNotAccepting", {
  parentSessionId: SessionId,
  status: SessionStatus
}) {
  readonly retryable = false
  override get message(): string {
    return `session ${this.parentSessionId} takes no more children: it is ${this.status}`
  }
}

/** The session has a run already, live or waiting for its launch (`S-dup`, I1). */
export class AlreadyRunning extends Schema.TaggedError<AlreadyRunning>()("AlreadyRunning", {
  sessionId: SessionId,
  runId: RunId
}) {
  readonly retryable = false
  override get message(): string {
    return `session ${this.sessionId} is running already, as ${this.runId}`
  }
}

/** There is nothing to cancel: the session's run has settled, or it never ran. */
export class NotInFlight extends Schema.TaggedError<NotInFlight>()("NotInFlight", {
  sessionId: SessionId,
  status: SessionStatus
}) {
  readonly retryable = false
  override get message(): string {
    return `session ${this.sessionId} has no run: it is ${this.status}`
  }
}

/** This process has no in-process agent that could run the session. */
export class AgentNotConfigured extends Schema.TaggedError<AgentNotConfigured>()("AgentNotConfigured", {
  sessionId: SessionId
}) {
  readonly retryable = false
  override get message(): string {
    return `session ${this.sessionId} names no external agent, and no in-process agent is configured`
  }
}

/** The agent named in the request is not in the configuration. */
export class AgentUnknown extends Schema.TaggedError<AgentUnknown>()("AgentUnknown", {
  agent: Schema.String,
  known: Schema.Array(Schema.String)
}) {
  readonly retryable = false
  override get message(): string {
    const known = this.known.length === 0 ? "none is configured" : `known are ${this.known.join(", ")}`
    return `agent ${this.agent} is not configured: ${known}`
  }
}

/** A new root session. `prompt` becomes its first user message. */
export const RootRequest = Schema.Struct({
  title: Schema.optionalKey(Schema.String),
  prompt: Schema.optionalKey(Schema.NonEmptyString),
  profile: Schema.optionalKey(Schema.String),
  model: Schema.optionalKey(Schema.String),
  workspace: Schema.optionalKey(Schema.String),
  metadata: Schema.optionalKey(Metadata)
})
export type RootRequest = typeof RootRequest.Type

/**
 * A new child. `agent` names an external agent of the configuration and sets
 * the three metadata keys of `S-external`; `requestKey` makes the call
 * idempotent per parent: a repeat answers with the child of the first call.
 */
export const SpawnRequest = Schema.Struct({
  title: Schema.optionalKey(Schema.String),
  prompt: Schema.NonEmptyString,
  profile: Schema.optionalKey(Schema.String),
  agent: Schema.optionalKey(Schema.NonEmptyString),
  model: Schema.optionalKey(Schema.String),
  disabledTools: Schema.optionalKey(Schema.Array(Schema.String)),
  workspace: Schema.optionalKey(Schema.String),
  metadata: Schema.optionalKey(Metadata),
  requestKey: Schema.optionalKey(Schema.NonEmptyString)
})
export type SpawnRequest = typeof SpawnRequest.Type

/** Where an accepted job waits, from 1, and why it does not move; `position` 0: it is being launched or was. */
export interface QueuePlace {
  readonly position: number
  readonly reason: "launching" | "concurrent_limit" | "parent_limit" | "agent_limit" | "launch_queue"
}

export interface Spawned {
  readonly session: Session
  readonly runId: RunId
  readonly place: QueuePlace
}

/** A session as it is now: the record, its live run, its place in the queue. */
export interface SessionView {
  readonly session: Session
  readonly run: Option.Option<RunSnapshot>
  readonly place: Option.Option<QueuePlace>
}

export interface SessionTree {
  readonly view: SessionView
  readonly children: ReadonlyArray<SessionTree>
}

export interface CancelRequest {
  readonly mode: StopMode
  readonly by: CancelledBy
  /** `subtree` also cancels every session below. */
  readonly reach: "session" | "subtree"
}

/** The sessions that a cancel reached: those that were in flight. */
export interface CancelReceipt {
  readonly cancelled: ReadonlyArray<SessionId>
}

/** What a settled run left. `text` is the end of the answer when it is longer than `answerBytesMax`. */
export interface SessionResult {
  readonly sessionId: SessionId
  readonly runId: RunId
  readonly outcome: Outcome
  readonly text: string
  readonly textTruncated: boolean
  readonly usage: Option.Option<Usage>
  readonly resume: Option.Option<string>
}

export type WaitPolicy = "all" | "any" | "first_error"

export interface WaitRequest {
  /** Empty: all children of the parent. */
  readonly children: ReadonlyArray<SessionId>
  readonly policy: WaitPolicy
  readonly timeout: Duration.Input
}

/** `pending` is a normal answer: the time was over before the policy was satisfied. */
export interface WaitAnswer {
  readonly state: "satisfied" | "pending"
  readonly children: ReadonlyArray<SessionView>
}

/**
 * One thing on a live stream. `number` is the feed number of a durable event;
 * an ephemeral one has none. `frame` keeps the encoded event, so that many
 * readers of one stream pay for one encoding.
 */
export interface StreamItem {
  readonly number: Option.Option<number>
  readonly event: AgentEvent
}

export interface EventsRequest {
  /** `subtree`: also the events of every session below, each wrapped once. */
  readonly scope: "session" | "subtree"
  /** Continue after this feed number; none: the late-join replay (`S-late`). */
  readonly after: Option.Option<number>
}

export interface SubAgentsShape {
  readonly createRoot: (request: RootRequest) => Effect.Effect<Session, StoreError>
  /**
   * Accepts a child: session, message, job and `sub_agent_started` in one commit.
   *
   * **Durability**: what it returned for survives the end of the process.
   * **Interruption**: either nothing was accepted, or all of it was.
   */
  readonly spawn: (
    parentId: SessionId,
    request: SpawnRequest
  ) => Effect.Effect<
    Spawned,
    SessionNotFound | QueueFull | SchedulerClosed | DepthExceeded | ParentNotAccepting | AgentUnknown | StoreError
  >
  /** Runs a session that is not in flight, once more or for the first time. */
  readonly run: (
    id: SessionId
  ) => Effect.Effect<
    Spawned,
    | SessionNotFound
    | QueueFull
    | SchedulerClosed
    | AlreadyRunning
    | AgentNotConfigured
    | ParentNotAccepting
    | StoreError
  >
  /**
   * Wishes that the session stops. Returns once the wish is recorded; the
   * children settle within the grace time (I7).
   */
  readonly cancel: (
    id: SessionId,
    request: CancelRequest
  ) => Effect.Effect<CancelReceipt, SessionNotFound | NotInFlight | StoreError>
  /** Cancels the subtree, waits until it has settled, then removes it from the record. */
  readonly remove: (id: SessionId) => Effect.Effect<void, SessionNotFound | StoreError>
  readonly session: (id: SessionId) => Effect.Effect<SessionView, SessionNotFound | StoreError>
  readonly sessions: (query: SessionQuery) => Effect.Effect<ReadonlyArray<SessionView>, StoreError>
  /** The session and all below it, at most `treeNodesMax`; breadth first. */
  readonly tree: (id: SessionId) => Effect.Effect<SessionTree, SessionNotFound | StoreError>
  readonly messages: (
    id: SessionId,
    page: { readonly after: number; readonly limit: number }
  ) => Effect.Effect<ReadonlyArray<StoredMessage>, SessionNotFound | StoreError>
  /** The result of the session's last run; none while it is in flight or never ran. */
  readonly result: (id: SessionId) => Effect.Effect<Option.Option<SessionResult>, SessionNotFound | StoreError>
  /** **Interruption**: stops the waiting, nothing else. */
  readonly wait: (parentId: SessionId, request: WaitRequest) => Effect.Effect<WaitAnswer, SessionNotFound | StoreError>
  /**
   * A session's stream: replay, then everything as it happens. Ends after the
   * terminal event of a settled session without children in flight.
   *
   * **Interruption**: closes this reader only; viewing is not owning.
   */
  readonly events: (id: SessionId, request: EventsRequest) => Stream.Stream<StreamItem, SessionNotFound | StoreError>
  /** Durable events from a number on, for ever. Fails never for being slow; reads from the record. */
  readonly feed: (query: Pick<EventQuery, "after" | "sessionId" | "types">) => Stream.Stream<RecordedEvent, StoreError>
  readonly feedBounds: Effect.Effect<FeedBounds, StoreError>
}

export class SubAgents extends Context.Service<SubAgents, SubAgentsShape>()("@offshoot/core/SubAgents") {}
