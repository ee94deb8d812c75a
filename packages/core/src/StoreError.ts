/**
 * The one family of errors that a store fails with.
 *
 * @stability unstable
 */
import * as Schema from "effect/Schema"
import { SessionId } from "./Ids.ts"

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

/** This parent already has a child with this request key, or without a parent: there is such a root. It was accepted before. */
export class RequestKeyTaken extends Schema.TaggedError<RequestKeyTaken>()("RequestKeyTaken", {
  parentSessionId: Schema.optionalKey(SessionId),
  requestKey: Schema.String
}) {
  readonly retryable = false
  override get message(): string {
    const where = this.parentSessionId === undefined ? "by a root" : `under ${this.parentSessionId}`
    return `request key ${this.requestKey} is taken ${where}`
  }
}

/** Another writer changed or closed the obligation first: read it again and decide again. */
export class ObligationConflict extends Schema.TaggedError<ObligationConflict>()("ObligationConflict", {
  obligationId: Schema.String,
  expectedVersion: Schema.Int
}) {
  readonly retryable = true
  override get message(): string {
    return `${this.obligationId} is no longer at version ${this.expectedVersion}`
  }
}

/** The session already has an obligation of this kind with this key: it was opened before. */
export class ObligationKeyTaken extends Schema.TaggedError<ObligationKeyTaken>()("ObligationKeyTaken", {
  sessionId: SessionId,
  key: Schema.String
}) {
  readonly retryable = false
  override get message(): string {
    return `key ${this.key} is taken in ${this.sessionId}`
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

export const StoreErrorReason = Schema.Union([
  VersionConflict,
  RequestKeyTaken,
  ObligationConflict,
  ObligationKeyTaken,
  StorageUnavailable
])

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
