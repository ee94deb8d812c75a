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
import * as Schema from "effect/Schema"
import type { AgentEvent, EventType } from "./AgentEvent.ts"
import { RunId, SessionId } from "./Ids.ts"
import * as MemoryStore from "./internal/memoryStore.ts"
import type { Message, Session, SessionStatus, StoredMessage } from "./Session.ts"
import type { ChildCompletion, SpawnJob } from "./SpawnJob.ts"

/** Another writer changed the session first: read it again and decide again. */
export class VersionConflict extends Schema.TaggedError<VersionConflict>()("VersionConflict", {
  sessionId: SessionId,
  expectedVersion: Schema.Int
}) {
  readonly retryable = true
  override get message(): string {
    return `session ${this.sessionId} is no longer at version ${this.expectedVersion}`
  }
}

/** This parent already has a child with this request key: the spawn was accepted before. */
export class RequestKeyTaken extends Schema.TaggedError<RequestKeyTaken>()("RequestKeyTaken", {
  parentSessionId: SessionId,
  requestKey: Schema.String
}) {
  readonly retryable = false
  override get message(): string {
    return `request key ${this.requestKey} is taken under ${this.parentSessionId}`
  }
}

/** The record could not be read or written now; nothing was half written. */
export class StorageUnavailable extends Schema.TaggedError<StorageUnavailable>()("StorageUnavailable", {
  condition: Schema.Literals(["full", "read_only", "locked", "corrupt", "closed", "io"]),
  cause: Schema.Defect()
}) {
  get retryable(): boolean {
    return this.condition === "full" || this.condition === "locked" || this.condition === "io"
  }
  override get message(): string {
    return storageMessages[this.condition]
  }
}

const storageMessages: Record<StorageUnavailable["condition"], string> = {
  full: "the disk of the data directory is full: free some space; nothing that was accepted is lost",
  read_only: "the data directory is read-only: make it writable or name another with OFFSHOOT_DATA_DIR",
  locked: "the database is locked by another process: stop the other one or name another data directory",
  corrupt: "the database is damaged: restore it from a copy, or move it aside to start with an empty one",
  closed: "the store is closed",
  io: "the database could not be read or written"
}

export const StoreErrorReason = Schema.Union([VersionConflict, RequestKeyTaken, StorageUnavailable])

/** The one family a store fails with. */
export class StoreError extends Schema.TaggedError<StoreError>()("StoreError", {
  operation: Schema.String,
  reason: StoreErrorReason
}) {
  get retryable(): boolean {
    return this.reason.retryable
  }
  override get message(): string {
    return `${this.operation}: ${this.reason.message}`
  }
}

/** One change of a transition. Order within a commit is kept. */
export type Change =
  | { readonly _tag: "SessionCreated"; readonly session: Session }
  /** `session.version` is the new one; the stored one must be one less, or the commit fails with `VersionConflict`. */
  | { readonly _tag: "SessionChanged"; readonly session: Session }
  /** Removes the session with its transcript, jobs, completions; events stay. Unknown ids are ignored. */
  | { readonly _tag: "SessionDeleted"; readonly sessionId: SessionId }
  | { readonly _tag: "MessageAppended"; readonly message: Message }
  | { readonly _tag: "JobAccepted"; readonly job: SpawnJob }
  | { readonly _tag: "JobLaunched"; readonly runId: RunId }
  /** Ends the job. With `pending` handlers are still to be told, until `CompletionAcknowledged`. */
  | { readonly _tag: "JobSettled"; readonly completion: ChildCompletion; readonly handlers: "pending" | "none" }
  | { readonly _tag: "CompletionAcknowledged"; readonly runId: RunId }
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

/** An accepted job that has no completion yet. */
export interface OpenJob {
  readonly job: SpawnJob
  readonly state: "queued" | "launched"
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

/** Events with a greater number than `after`, in order, at most `limit`; of one session and of some types when given. */
export interface EventQuery {
  readonly after: number
  readonly limit: number
  readonly sessionId: Option.Option<SessionId>
  readonly types: Option.Option<ReadonlyArray<EventType>>
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
  readonly sessionByRequestKey: (parentId: SessionId, requestKey: string) => Read<Option.Option<Session>>
  readonly sessions: (query: SessionQuery) => Read<ReadonlyArray<Session>>
  /** How many sessions have this parent. */
  readonly childCount: (parentId: SessionId) => Read<number>
  /** Entries with a greater position than `after`, in order. */
  readonly messages: (query: {
    readonly sessionId: SessionId
    readonly after: number
    readonly limit: number
  }) => Read<ReadonlyArray<StoredMessage>>
  readonly lastMessage: (sessionId: SessionId) => Read<Option.Option<StoredMessage>>
  /** The assistant's entries of one run, in order. */
  readonly answer: (sessionId: SessionId, runId: RunId) => Read<ReadonlyArray<StoredMessage>>
  /** Every job without a completion, in the order of acceptance. */
  readonly openJobs: Read<ReadonlyArray<OpenJob>>
  readonly completion: (runId: RunId) => Read<Option.Option<ChildCompletion>>
  /** Completions whose handlers have not acknowledged, in the order of settling. */
  readonly unacknowledged: Read<ReadonlyArray<ChildCompletion>>
  readonly events: (query: EventQuery) => Read<ReadonlyArray<RecordedEvent>>
  /** The last `limit` events of one session's stream, in order. */
  readonly recentEvents: (sessionId: SessionId, limit: number) => Read<ReadonlyArray<RecordedEvent>>
  readonly feedBounds: Read<FeedBounds>
  /** Succeeds when the store can be written now. */
  readonly ready: Effect.Effect<void, StoreError>
}

export class SessionStore extends Context.Service<SessionStore, SessionStoreShape>()("@offshoot/core/SessionStore") {}

/**
 * Everything in this process's memory: for tests, and for apps that need no
 * durability. Sessions stay until they are deleted; of the events the newest
 * `MemoryStore.eventsMax` are kept.
 */
export const layerMemory: Layer.Layer<SessionStore> = Layer.effect(SessionStore, MemoryStore.make)
