/** Records for core's own tests: complete, and different only where a test says so. */
import * as Option from "effect/Option"
import * as Ids from "../src/Ids.ts"
import type { Session, StoredMessage } from "../src/Session.ts"
import type { ChildCompletion, SpawnJob } from "../src/SpawnJob.ts"

export const sessionId = (name: string): Ids.SessionId => Ids.SessionId.make(`ses_${name}`)
export const runId = (name: string): Ids.RunId => Ids.RunId.make(`run_${name}`)

export const parentId = sessionId("parent")
export const childId = sessionId("child")

/** A queued child of `parentId`. */
export const child = (fields: Partial<Session> = {}): Session => ({
  id: childId,
  kind: "child",
  parentId,
  rootId: parentId,
  depth: 1,
  title: "child",
  status: "pending",
  runId: runId("now"),
  metadata: {},
  createdAtMillis: 1_000,
  updatedAtMillis: 1_000,
  version: 7,
  ...fields
})

/** A root that never ran. */
export const root = (fields: Partial<Session> = {}): Session => ({
  id: parentId,
  kind: "root",
  rootId: parentId,
  depth: 0,
  title: "root",
  status: "idle",
  metadata: {},
  createdAtMillis: 1_000,
  updatedAtMillis: 1_000,
  version: 1,
  ...fields
})

export const job = (fields: Partial<SpawnJob> = {}): SpawnJob => ({
  runId: runId("now"),
  parentSessionId: parentId,
  childSessionId: childId,
  model: "",
  acceptedAtMillis: 1_000,
  ...fields
})

/** A completion of its own run under `parent`. */
export const completion = (name: string, parent: Ids.SessionId): ChildCompletion => ({
  runId: runId(name),
  parentSessionId: parent,
  childSessionId: sessionId(name),
  outcome: { status: "completed", reason: "done" },
  completedAtMillis: 2_000
})

export const message = (role: StoredMessage["role"], text: string): Option.Option<StoredMessage> =>
  Option.some({
    id: Ids.MessageId.make("msg_last"),
    sessionId: childId,
    role,
    text,
    hidden: false,
    createdAtMillis: 1_000,
    position: 1
  })
