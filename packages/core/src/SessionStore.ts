/**
 * The durable record of sessions, transcripts, jobs, completions and events.
 *
 * One `commit` takes every change of one transition and makes all of them
 * durable, or none. A store may carry several commits in one physical
 * transaction, as long as each stands or falls alone. The store decides
 * nothing: `Lifecycle` says what a transition is.
 *
 * Invariants
 *   I4. Feed numbers count from 1 without a gap, in the order of commits, and
 *       are given inside the commit that records the event.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import type { AgentEvent, EventType } from "./AgentEvent.ts"
import type { ArtifactId, RunId, SessionId } from "./Ids.ts"
import * as MemoryStore from "./internal/memoryStore.ts"
import type { Kind, Obligation, Request } from "./Obligation.ts"
import type { Artifact, Message, Session, SessionStatus, StoredMessage, Usage } from "./Session.ts"
import type { ChildCompletion, RunReport, SpawnJob } from "./SpawnJob.ts"
import type { StoreError } from "./StoreError.ts"

export {
  ObligationConflict,
  ObligationKeyTaken,
  RequestKeyTaken,
  StorageUnavailable,
  StoreError,
  StoreErrorReason,
  VersionConflict
} from "./StoreError.ts"

/** One change of a transition. Order within a commit is kept. */
export type Change =
  | { readonly _tag: "SessionCreated"; readonly session: Session }
  /** `session.version` is the new one; the stored one must be one less, or the commit fails with `VersionConflict`. */
  | { readonly _tag: "SessionChanged"; readonly session: Session }
  /** Removes the session with its transcript, artifacts, jobs, completions and obligations; events, its place in the tree and what it used stay. Unknown ids are ignored. */
  | { readonly _tag: "SessionDeleted"; readonly sessionId: SessionId }
  | { readonly _tag: "MessageAppended"; readonly message: Message }
  /** The first one with its id is the one. */
  | { readonly _tag: "ArtifactKept"; readonly artifact: Artifact }
  | { readonly _tag: "JobAccepted"; readonly job: SpawnJob }
  | { readonly _tag: "JobLaunched"; readonly runId: RunId }
  /** Replaces what the run has told of itself. Ignored when its job is not open. */
  | { readonly _tag: "JobReported"; readonly runId: RunId; readonly report: RunReport }
  /** The open job goes on as another try, which is queued: `job` stands for the job of `runId` from now on. */
  | { readonly _tag: "JobReplaced"; readonly runId: RunId; readonly job: SpawnJob }
  /** Ends the job. Each named handler is still to be told, until its `CompletionAcknowledged`. */
  | { readonly _tag: "JobSettled"; readonly completion: ChildCompletion; readonly handlers: ReadonlyArray<string> }
  | { readonly _tag: "CompletionAcknowledged"; readonly runId: RunId; readonly handler: string }
  /** The completion's result stands in its parent's transcript (I6). */
  | { readonly _tag: "CompletionTold"; readonly runId: RunId }
  /** Fails with `ObligationKeyTaken` when its session has one of this kind with its key. Its version is 1. */
  | { readonly _tag: "ObligationOpened"; readonly obligation: Obligation }
  /** `obligation.version` is the new one; the stored one must be one less, or the commit fails with `ObligationConflict`. */
  | { readonly _tag: "ObligationChanged"; readonly obligation: Obligation }
  /** Gets the next feed number. `event` must be of a durable type. */
  | { readonly _tag: "EventRecorded"; readonly sessionId: SessionId; readonly event: AgentEvent }

export type Transition = ReadonlyArray<Change>

/** A durable event with its place on the feed. `sessionId` is the stream it belongs to. */
export interface RecordedEvent {
  readonly number: number
  readonly sessionId: SessionId
  readonly atMillis: number
  readonly event: AgentEvent
}

/** An accepted job that has no completion yet, with its session and the sessions above it, from the parent up to the root. */
export interface OpenJob {
  readonly job: SpawnJob
  readonly state: "queued" | "launched"
  readonly report: RunReport
  readonly session: Option.Option<Session>
  readonly ancestors: ReadonlyArray<SessionId>
}

/** A completion, and whether its parent's transcript holds its result. */
export interface StoredCompletion extends ChildCompletion {
  readonly told: boolean
}

/**
 * What a session and everything below it used and did, over all its life:
 * sessions that were removed still count, for whoever is left above them.
 */
export interface TreeUsage {
  /** Of the session's own runs. */
  readonly own: Usage
  /** Of the whole tree, the own ones included. */
  readonly tree: Usage
  /** The part of it that open jobs have used. */
  readonly open: Usage
  /** The children that were ever accepted below it. */
  readonly spawned: number
  /** The jobs of the tree that have no completion. */
  readonly inFlight: number
}

/** What one session used, over all its life; a part of which nothing is to be counted is absent. */
export interface SessionUse {
  readonly sessionId: SessionId
  /** By its own jobs, the open one included. */
  readonly own: Usage | undefined
  /** By sessions that were removed below it, as far as it is the nearest that is left above them. */
  readonly removed: Usage | undefined
}

/** Everything that is recorded, added up. */
export interface Totals {
  /** How many sessions have each status; those of none are left out. */
  readonly statuses: ReadonlyArray<{ readonly status: SessionStatus; readonly sessions: number }>
  /** What all sessions used that are left, and those that were removed below them. */
  readonly usage: Usage
}

/** Every given field must match; `rootId` includes the root itself. */
export interface SessionFilter {
  readonly kind?: Session["kind"]
  readonly rootId?: SessionId
  readonly parentId?: SessionId
  readonly status?: SessionStatus
}

/** Sessions by id, newest first, older than the cursor when one is given. */
export interface SessionQuery {
  readonly filter: SessionFilter
  readonly before: Option.Option<SessionId>
  readonly limit: number
}

/** Which streams: all, one session's, or those of a session and everything that is or was below it. */
export type FeedScope =
  | { readonly _tag: "All" }
  | { readonly _tag: "Session"; readonly sessionId: SessionId }
  | { readonly _tag: "Subtree"; readonly sessionId: SessionId }

/** Events with a greater number than `after`, in order, at most `limit`; of some streams, and of some types when given. */
export interface EventQuery {
  readonly after: number
  readonly limit: number
  readonly scope: FeedScope
  readonly types: Option.Option<ReadonlyArray<EventType>>
}

/**
 * What was found, at one moment. `upTo`: every number up to here was looked at,
 * so the next query begins after it; at the end of the feed it is the head. A
 * store looks at a bounded number of events for one page, so an empty page may
 * be followed by more. `oldest` is the smallest number still kept.
 */
export interface EventPage {
  readonly events: ReadonlyArray<RecordedEvent>
  readonly upTo: number
  readonly oldest: number
  readonly head: number
}

/** Obligations in the order of opening, after one of them when given. Every given field must match. */
export interface ObligationQuery {
  readonly kind: Kind
  readonly state: "open" | "closed" | "any"
  readonly scope: FeedScope
  readonly after: Option.Option<Obligation["id"]>
  readonly limit: number
}

/** Sessions and open requests as they were when `number` was the head of the feed. */
export interface Snapshot {
  readonly number: number
  /** Newest first. */
  readonly sessions: ReadonlyArray<Session>
  /** Whether there are more sessions than were asked for. */
  readonly truncated: boolean
  readonly requests: ReadonlyArray<Request>
}

/** Which events may go: those that are older than the time, and those that are not among the newest so many. */
export interface Retention {
  readonly olderThanMillis: number
  readonly keepMax: number
}

/** The numbers that are kept: `head` is the last one given (0: none yet), `oldest` the smallest still readable. */
export interface FeedBounds {
  readonly oldest: number
  readonly head: number
}

type Read<A> = Effect.Effect<A, StoreError>

export interface SessionStoreShape {
  /**
   * Makes the whole transition durable and returns the feed numbers of its
   * `EventRecorded` changes, in order.
   *
   * **Interruption**: a commit that has begun ends; its caller only stops waiting.
   * **Durability**: after it returns, the change survives the end of this process
   * (not with `layerMemory`).
   */
  readonly commit: (transition: Transition) => Effect.Effect<ReadonlyArray<number>, StoreError>
  readonly session: (id: SessionId) => Read<Option.Option<Session>>
  /** The child of this parent with this key, or without a parent the root. */
  readonly sessionByRequestKey: (parentId: Option.Option<SessionId>, requestKey: string) => Read<Option.Option<Session>>
  readonly sessions: (query: SessionQuery) => Read<ReadonlyArray<Session>>
  /** One moment's truth; of an open job as far as its run's report is recorded. */
  readonly treeUsage: (id: SessionId) => Read<TreeUsage>
  /** What each of these sessions used; those of which there is nothing to count are left out. One moment's truth. */
  readonly usages: (ids: ReadonlyArray<SessionId>) => Read<ReadonlyArray<SessionUse>>
  /** Reads everything: not for every call. */
  readonly totals: Read<Totals>
  /** How many sessions have this parent. */
  readonly childCount: (parentId: SessionId) => Read<number>
  /** Entries with a greater position than `after`, in order. */
  readonly messages: (query: {
    readonly sessionId: SessionId
    readonly after: number
    readonly limit: number
  }) => Read<ReadonlyArray<StoredMessage>>
  /** The last `limit` entries, in order; of those before a position when one is given. */
  readonly recentMessages: (query: {
    readonly sessionId: SessionId
    readonly before: Option.Option<number>
    readonly limit: number
  }) => Read<ReadonlyArray<StoredMessage>>
  /** The assistant's entries of one run, in order. */
  readonly answer: (sessionId: SessionId, runId: RunId) => Read<ReadonlyArray<StoredMessage>>
  readonly artifact: (id: ArtifactId) => Read<Option.Option<Artifact>>
  /** Every job without a completion, in the order of acceptance. */
  readonly openJobs: Read<ReadonlyArray<OpenJob>>
  readonly completion: (runId: RunId) => Read<Option.Option<StoredCompletion>>
  /**
   * The lines in which completions wait for this handler: the parent, or the
   * session itself when it has none.
   */
  readonly undeliveredLines: (handler: string) => Read<ReadonlyArray<SessionId>>
  /** What one handler has not acknowledged of one line, in the order of settling. */
  readonly undelivered: (query: {
    readonly handler: string
    readonly line: SessionId
    readonly limit: number
  }) => Read<ReadonlyArray<ChildCompletion>>
  readonly obligation: (id: Obligation["id"]) => Read<Option.Option<Obligation>>
  readonly obligationByKey: (kind: Kind, sessionId: SessionId, key: string) => Read<Option.Option<Obligation>>
  readonly obligations: (query: ObligationQuery) => Read<ReadonlyArray<Obligation>>
  readonly events: (query: EventQuery) => Read<EventPage>
  /** The last `limit` events of one session's stream, in order. */
  readonly recentEvents: (sessionId: SessionId, limit: number) => Read<ReadonlyArray<RecordedEvent>>
  readonly feedBounds: Read<FeedBounds>
  /** All sessions, or a subtree; at most `limit` of them. One moment's truth. */
  readonly snapshot: (query: { readonly within: Option.Option<SessionId>; readonly limit: number }) => Read<Snapshot>
  /**
   * Forgets events from the oldest on: those that are older than the time or
   * more than are kept, but none that an open wait or an unacknowledged
   * completion needs (what was recorded since it was), and only so many at once
   * that a commit is not held up. Returns whether there is more to forget.
   */
  readonly trimFeed: (retention: Retention) => Effect.Effect<"more" | "done", StoreError>
  /** Succeeds when the store can be written now. */
  readonly ready: Effect.Effect<void, StoreError>
}

export class SessionStore extends Context.Service<SessionStore, SessionStoreShape>()("@offshoot/core/SessionStore") {}

/**
 * Everything in this process's memory: for tests, and for apps that need no
 * durability. Sessions stay until they are deleted; events
 * stay until the feed is trimmed.
 */
export const layerMemory: Layer.Layer<SessionStore> = Layer.effect(SessionStore, MemoryStore.make)
