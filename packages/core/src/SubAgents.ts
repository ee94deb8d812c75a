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
import { ArtifactId, type MessageId, RequestId, RunId, SessionId, WaitId } from "./Ids.ts"
import {
  type GrantScope,
  type Policy,
  type Request,
  RequestStatus,
  type Steer,
  type SteerMode,
  type Wait
} from "./Obligation.ts"
import type { CancelledBy, Outcome } from "./Outcome.ts"
import type { ModelList, Overview, OwnAndTree } from "./Overview.ts"
import type { ChildReport } from "./internal/wakeMessage.ts"
import type { RunSnapshot } from "./Runs.ts"
import {
  type Artifact,
  type NamedArtifact,
  type Session,
  SessionStatus,
  type StoredMessage,
  type Usage
} from "./Session.ts"
import type {
  EventQuery,
  FeedBounds,
  FeedScope,
  RecordedEvent,
  SessionQuery,
  StoreError,
  TreeUsage
} from "./SessionStore.ts"
import type { ProfileUnknown } from "./SubagentProfile.ts"
import type { RootRequest, SpawnRequest } from "./SpawnRequest.ts"
import type { BudgetExhausted } from "./TreeBudget.ts"

export type { ModelList, Overview, OwnAndTree } from "./Overview.ts"
export { RootRequest, SpawnRequest } from "./SpawnRequest.ts"

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

/** The parent waits already; it has one wait at a time. */
export class WaitOpen extends Schema.TaggedError<WaitOpen>()("WaitOpen", { sessionId: SessionId, waitId: WaitId }) {
  readonly retryable = false
  override get message(): string {
    return `session ${this.sessionId} waits already, as ${this.waitId}`
  }
}

/** The session cannot take a message now: its runner does not take any while it runs, or it is being stopped. */
export class SteerRefused extends Schema.TaggedError<SteerRefused>()("SteerRefused", {
  sessionId: SessionId,
  reason: Schema.Literals(["runner_cannot_steer", "stopping"])
}) {
  readonly retryable = false
  override get message(): string {
    return this.reason === "stopping"
      ? `session ${this.sessionId} is being stopped and takes no more messages`
      : `what runs session ${this.sessionId} takes no messages while it runs`
  }
}

/** Too many messages wait for the session, or too large ones. */
export class InboxFull extends Schema.TaggedError<InboxFull>()("InboxFull", {
  sessionId: SessionId,
  messagesMax: Schema.Int,
  bytesMax: Schema.Int
}) {
  readonly retryable = true
  override get message(): string {
    return `session ${this.sessionId} has not taken its messages: at most ${this.messagesMax} and ${this.bytesMax} bytes may wait`
  }
}

/** The session has kept no text with this id. */
export class ArtifactNotFound extends Schema.TaggedError<ArtifactNotFound>()("ArtifactNotFound", {
  sessionId: SessionId,
  artifactId: ArtifactId
}) {
  readonly retryable = false
  override get message(): string {
    return `session ${this.sessionId} has no artifact ${this.artifactId}`
  }
}

/** There is no request with this id. */
export class RequestNotFound extends Schema.TaggedError<RequestNotFound>()("RequestNotFound", {
  requestId: RequestId
}) {
  readonly retryable = false
  override get message(): string {
    return `there is no request ${this.requestId}`
  }
}

/** The request was closed before, with another answer. */
export class RequestClosed extends Schema.TaggedError<RequestClosed>()("RequestClosed", {
  requestId: RequestId,
  status: RequestStatus
}) {
  readonly retryable = false
  override get message(): string {
    return `request ${this.requestId} is closed: it is ${this.status}`
  }
}

/** A question is answered, a permission approved or denied. */
export class DecisionMismatch extends Schema.TaggedError<DecisionMismatch>()("DecisionMismatch", {
  requestId: RequestId,
  type: Schema.Literals(["question", "permission"])
}) {
  readonly retryable = false
  override get message(): string {
    return this.type === "question"
      ? `request ${this.requestId} is a question: answer it with text`
      : `request ${this.requestId} asks for permission: approve or deny it`
  }
}

/** What changes of a session that is not in flight. `prompt` is its next user message; it does not run for it. */
export interface UpdateRequest {
  readonly title?: string
  readonly model?: string
  readonly prompt?: string
}

/** Where an accepted job waits, from 1, and why it does not move; `position` 0: it is being launched or was. */
export interface QueuePlace {
  readonly position: number
  readonly reason:
    | "launching"
    | "concurrent_limit"
    | "parent_limit"
    /** The agent or provider has no share left, or asked for a pause. */
    | "agent_limit"
    | "launch_queue"
    /** The last try failed, and the pause before the next one is not over. */
    | "retry_backoff"
}

export interface Spawned {
  readonly session: Session
  readonly runId: RunId
  readonly place: QueuePlace
}

/** Why a session in flight does not move, or what it is in the middle of, and since when. */
export type Hold =
  | { readonly _tag: "Queued"; readonly place: QueuePlace; readonly sinceMillis: number }
  /** The last try failed; the next one is not launched before. */
  | { readonly _tag: "Retrying"; readonly notBeforeMillis: number; readonly tries: number }
  | { readonly _tag: "Request"; readonly requestId: RequestId; readonly sinceMillis: number }
  | { readonly _tag: "Tool"; readonly toolName: string; readonly sinceMillis: number }
  | { readonly _tag: "Children"; readonly sinceMillis: number }
  | { readonly _tag: "Stopping"; readonly sinceMillis: number }

/** A session as it is now: the record, its live run, its place in the queue, and what holds it. */
export interface SessionView {
  readonly session: Session
  readonly run: Option.Option<RunSnapshot>
  readonly place: Option.Option<QueuePlace>
  readonly hold: Option.Option<Hold>
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
  /** What the run left beside its answer; the texts among it are read with `artifact`. */
  readonly artifacts: ReadonlyArray<NamedArtifact>
}

export interface WaitRequest {
  /** Empty: all children of the parent. */
  readonly children: ReadonlyArray<SessionId>
  readonly policy: Policy
  readonly timeout: Duration.Input
}

/** A wait that is recorded and wakes its parent. `lease`: how long it is kept; 6 h when it does not say (`S-wait`). */
export interface WakeRequest {
  /** Empty: all children of the parent, also those that come later. */
  readonly children: ReadonlyArray<SessionId>
  readonly policy: Policy
  readonly lease: Option.Option<Duration.Duration>
}

/** What the wake of a wait would say now. Empty `children`: all children of the parent. */
export interface CollectRequest {
  readonly children: ReadonlyArray<SessionId>
  readonly policy: Policy
}

export type { ChildReport, Excerpt } from "./internal/wakeMessage.ts"

/** `pending`: a wait with this request would not be over now, or one is open; nothing was told. */
export interface Collected {
  readonly state: "satisfied" | "pending"
  /** The new first; when pending those that are in flight. */
  readonly children: ReadonlyArray<ChildReport>
  /** Children that it is about and does not name. */
  readonly unnamed: number
}

/** A message to a session. `key` makes it idempotent: the same one again is the same message. */
export interface SendRequest {
  readonly text: string
  /** `queue`: at the next safe point; `interrupt`: as soon as the runner can. */
  readonly mode: SteerMode
  readonly key: Option.Option<string>
  readonly origin: "user" | "parent"
}

/** What a person says to a request. */
export type Decision =
  /** `scope` absent: `once`. */
  | { readonly _tag: "Approve"; readonly text: Option.Option<string>; readonly scope?: GrantScope }
  | { readonly _tag: "Deny"; readonly text: Option.Option<string> }
  | { readonly _tag: "Answer"; readonly text: string }

export interface RequestsQuery {
  readonly state: "open" | "closed" | "any"
  readonly scope: FeedScope
  readonly after: Option.Option<RequestId>
  readonly limit: number
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
  /** When it ends: once nothing can follow without a new run, which is what holds when it is absent, or only when the session is deleted. */
  readonly until?: "settled" | "deleted"
}

/** Which durable events, after which number: 0 is before the first one. */
export type FeedQuery = Pick<EventQuery, "after" | "scope" | "types">

/** One thing that a reader of the feed is told. */
export type FeedItem =
  | { readonly _tag: "Event"; readonly recorded: RecordedEvent }
  /** What the reader asked for is no longer kept, or never was: it goes on from `oldest` (`S-feed`). */
  | { readonly _tag: "Reset"; readonly oldest: number }
  /** Nothing for this reader up to here: a place to go on from, told once in a while. */
  | { readonly _tag: "Passed"; readonly upTo: number }

/** All sessions, or one and everything below it; at most `limit` of them, newest first. */
export interface SnapshotQuery {
  readonly within: Option.Option<SessionId>
  readonly limit: number
}

/** What was true when `number` was the head of the feed; live runs and places in the queue are those of now. */
export interface TreeSnapshot {
  readonly number: number
  readonly sessions: ReadonlyArray<SessionView>
  /** Whether there are more sessions than the limit. */
  readonly truncated: boolean
  /** What is asked and not answered yet. */
  readonly requests: ReadonlyArray<Request>
}

export interface SubAgentsShape {
  readonly createRoot: (request: RootRequest) => Effect.Effect<Session, ProfileUnknown | AgentUnknown | StoreError>
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
    | SessionNotFound
    | QueueFull
    | SchedulerClosed
    | DepthExceeded
    | ParentNotAccepting
    | AgentUnknown
    | ProfileUnknown
    | BudgetExhausted
    | StoreError
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
   * Changes a session that is not in flight. The same again changes nothing.
   *
   * **Durability**: what it returned is recorded. **Interruption**: either
   * nothing was changed, or all of it was.
   */
  readonly update: (
    id: SessionId,
    request: UpdateRequest
  ) => Effect.Effect<Session, SessionNotFound | AlreadyRunning | StoreError>
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
  /** What the session and everything below it used, over all its life. */
  readonly usage: (id: SessionId) => Effect.Effect<TreeUsage, SessionNotFound | StoreError>
  /** The result of the session's last run; none while it is in flight or never ran. */
  readonly result: (id: SessionId) => Effect.Effect<Option.Option<SessionResult>, SessionNotFound | StoreError>
  /** A text that a run of the session has kept, whole. */
  readonly artifact: (
    id: SessionId,
    artifactId: ArtifactId
  ) => Effect.Effect<Artifact, SessionNotFound | ArtifactNotFound | StoreError>
  /**
   * Records a wait: when its policy is satisfied or its lease is over, the
   * parent gets one hidden message with each child's result, and runs again if
   * it is one that runs in process (I6).
   *
   * **Durability**: what it returned for survives the process. A wait that is
   * satisfied already is returned as `satisfied`, with its message recorded.
   * **Interruption**: either nothing was recorded, or all of it was.
   */
  readonly wakeWhen: (
    parentId: SessionId,
    request: WakeRequest
  ) => Effect.Effect<Wait, SessionNotFound | WaitOpen | StoreError>
  /**
   * What the wake of this wait would say, when the wait would be over now: the
   * results are told then, and no wake tells them again (I6).
   *
   * **Durability**: what it told is recorded as told. **Interruption**: either
   * nothing was told, or all of it was.
   */
  readonly collect: (
    parentId: SessionId,
    request: CollectRequest
  ) => Effect.Effect<Collected, SessionNotFound | StoreError>
  /** The parent's open wait, or its last one. */
  readonly lastWait: (parentId: SessionId) => Effect.Effect<Option.Option<Wait>, SessionNotFound | StoreError>
  /**
   * Sends a message to a session. One that is not in flight takes it as its
   * next user message and runs again; one that is queued takes it with its
   * launch; a live run takes it at its next safe point, if its runner can.
   *
   * **Durability**: the message and its receipt are recorded.
   * **Interruption**: either nothing was recorded, or all of it was.
   */
  readonly send: (
    id: SessionId,
    request: SendRequest
  ) => Effect.Effect<
    Steer,
    | SessionNotFound
    | SteerRefused
    | InboxFull
    | QueueFull
    | SchedulerClosed
    | AgentNotConfigured
    | ParentNotAccepting
    | StoreError
  >
  /** Messages to a session with their receipts, oldest first; those that are still on their way, or all. */
  readonly sent: (
    id: SessionId,
    page: { readonly state: "open" | "any"; readonly after: Option.Option<MessageId>; readonly limit: number }
  ) => Effect.Effect<ReadonlyArray<Steer>, SessionNotFound | StoreError>
  readonly requests: (query: RequestsQuery) => Effect.Effect<ReadonlyArray<Request>, StoreError>
  readonly request: (id: RequestId) => Effect.Effect<Request, RequestNotFound | StoreError>
  /**
   * Answers a request. The same answer twice is harmless; another one is refused.
   *
   * **Durability**: the answer is recorded, and reaches the run also after a restart.
   */
  readonly answer: (
    id: RequestId,
    decision: Decision
  ) => Effect.Effect<Request, RequestNotFound | RequestClosed | DecisionMismatch | StoreError>
  /** **Interruption**: stops the waiting, nothing else. */
  readonly wait: (parentId: SessionId, request: WaitRequest) => Effect.Effect<WaitAnswer, SessionNotFound | StoreError>
  /**
   * A session's stream: replay, then everything as it happens. Ends after the
   * terminal event of a settled session without children in flight, unless it
   * is to go on until the session is deleted.
   *
   * **Interruption**: closes this reader only; viewing is not owning.
   */
  readonly events: (id: SessionId, request: EventsRequest) => Stream.Stream<StreamItem, SessionNotFound | StoreError>
  /**
   * Durable events from a number on, for ever. Fails never for being slow; reads
   * from the record. What stands between a `Snapshot` of this facade and the
   * end of the feed is told whole, or a `Reset` says that it is not.
   *
   * **Interruption**: closes this reader only.
   */
  readonly feed: (query: FeedQuery) => Stream.Stream<FeedItem, StoreError>
  /** The sessions, or a subtree, and what is asked in them, with the feed number that this is true at. */
  readonly snapshot: (query: SnapshotQuery) => Effect.Effect<TreeSnapshot, SessionNotFound | StoreError>
  readonly feedBounds: Effect.Effect<FeedBounds, StoreError>
  /**
   * What the sessions of a snapshot used; those of which nothing is known are
   * left out. Asks the record once, for those that may have changed.
   */
  readonly usages: (snapshot: TreeSnapshot) => Effect.Effect<ReadonlyMap<SessionId, OwnAndTree>, StoreError>
  readonly overview: Effect.Effect<Overview, StoreError>
  readonly models: Effect.Effect<ModelList>
}

export class SubAgents extends Context.Service<SubAgents, SubAgentsShape>()("@offshoot/core/SubAgents") {}
