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
import type { RunId, SessionId } from "./Ids.ts"
import * as MemoryStore from "./internal/memoryStore.ts"
import type { Message, Session, SessionStatus, StoredMessage } from "./Session.ts"
import type { ChildCompletion, SpawnJob } from "./SpawnJob.ts"
import type { StoreError } from "./StoreError.ts"

export { RequestKeyTaken, StorageUnavailable, StoreError, StoreErrorReason, VersionConflict } from "./StoreError.ts"

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
 * 65,536 are kept.
 */
export const layerMemory: Layer.Layer<SessionStore> = Layer.effect(SessionStore, MemoryStore.make)
