/**
 * Records for tests of a `SessionStore`: complete, named by a number, and the
 * same on every run. The greater the number, the newer the id.
 */
import {
  type AgentEvent,
  Ids,
  type Obligation,
  Outcome,
  type Session,
  type SessionStore,
  type SpawnJob
} from "@offshoot/core"

const digits = (number: number): string => String(number).padStart(9, "0")

export const sessionId = (number: number): Ids.SessionId => Ids.SessionId.make(`ses_${digits(number)}`)
export const runId = (number: number): Ids.RunId => Ids.RunId.make(`run_${digits(number)}`)
export const waitId = (number: number): Ids.WaitId => Ids.WaitId.make(`wai_${digits(number)}`)
export const requestId = (number: number): Ids.RequestId => Ids.RequestId.make(`req_${digits(number)}`)
export const messageId = (number: number): Ids.MessageId => Ids.MessageId.make(`msg_${digits(number)}`)

const atMillis = 1_750_000_000_000

export const root = (number: number): Session.Session => ({
  id: sessionId(number),
  kind: "root",
  rootId: sessionId(number),
  depth: 0,
  title: `Root ${number}`,
  status: "idle",
  metadata: {},
  createdAtMillis: atMillis + number,
  updatedAtMillis: atMillis + number,
  version: 1
})

/** Waits for its launch, with a run of its own number. */
export const child = (number: number, parent: Session.Session): Session.Session => ({
  id: sessionId(number),
  kind: "child",
  parentId: parent.id,
  rootId: parent.rootId,
  depth: parent.depth + 1,
  title: `Child ${number} “ü” 😀`,
  status: "pending",
  runId: runId(number),
  profile: "researcher",
  model: "large",
  modelRef: { provider: "acme", model: "large" },
  conversation: { runId: runId(number), handle: "ü 😀", agentId: "a", protocol: "p", position: 3 },
  metadata: { last_run_status: "pending", "key with ' and \"": "value" },
  createdAtMillis: atMillis + number,
  updatedAtMillis: atMillis + number,
  version: 1
})

/** The next version, with another status. */
export const next = (session: Session.Session, status: Session.SessionStatus): Session.Session => ({
  ...session,
  status,
  updatedAtMillis: session.updatedAtMillis + 1,
  version: session.version + 1
})

export const message = (
  number: number,
  ofSession: Ids.SessionId,
  fields: Partial<Session.Message> = {}
): Session.Message => ({
  id: messageId(number),
  sessionId: ofSession,
  role: "user",
  text: `Message ${number}`,
  hidden: false,
  createdAtMillis: atMillis + number,
  ...fields
})

export const job = (number: number, session: Session.Session): SpawnJob.SpawnJob => ({
  runId: runId(number),
  ...(session.parentId === undefined ? {} : { parentSessionId: session.parentId }),
  childSessionId: session.id,
  model: "large",
  disabledTools: ["shell"],
  acceptedAtMillis: atMillis + number
})

export const completion = (number: number, session: Session.Session): SpawnJob.ChildCompletion => ({
  runId: runId(number),
  ...(session.parentId === undefined ? {} : { parentSessionId: session.parentId }),
  childSessionId: session.id,
  outcome: Outcome.done,
  usage: { inputTokens: 12, costUsd: 0.25, costSource: "provider" },
  artifacts: [
    {
      kind: "text",
      name: "ü.diff",
      id: Ids.ArtifactId.make("art_1"),
      mediaType: "text/x-diff",
      bytes: 3,
      missing: "two files"
    },
    { kind: "place", name: "worktree", location: "/trees/a", details: { branch: "b" } }
  ],
  completedAtMillis: atMillis + number
})

/** What a run told of itself: one tool call of that number is under way. */
export const report = (number: number): SpawnJob.RunReport => ({
  resume: `conversation ${number}`,
  usage: { inputTokens: number },
  openToolCalls: [{ toolCallId: `call_${number}`, toolName: "shell", sinceMillis: atMillis + number }]
})

/** Of an obligation: whose, first of its versions, and when. */
const owed = (number: number, session: Ids.SessionId) => ({
  sessionId: session,
  version: 1,
  openedAtMillis: atMillis + number,
  expiresAtMillis: atMillis + number + 21_600_000
})

export const wait = (number: number, ofSession: Ids.SessionId): Obligation.Wait => ({
  kind: "wait",
  id: waitId(number),
  ...owed(number, ofSession),
  policy: "all",
  children: [],
  status: "open"
})

export const request = (number: number, ofSession: Ids.SessionId): Obligation.Request => ({
  kind: "request",
  id: requestId(number),
  ...owed(number, ofSession),
  runId: runId(number),
  key: `ask ${number}`,
  ask: { type: "permission", toolCallId: "call", toolName: "shell", arguments: { command: ["ls", null, 1.5] } },
  status: "pending"
})

/** Without a key of its sender's. */
export const steer = (number: number, ofSession: Ids.SessionId): Obligation.Steer => ({
  kind: "steer",
  id: messageId(number),
  ...owed(number, ofSession),
  origin: "user",
  mode: "queue",
  text: `Steer ${number} “ü” 😀`,
  hidden: false,
  status: "queued"
})

export const artifact = (number: number, of: Ids.SessionId): Session.Artifact => ({
  id: Ids.ArtifactId.make(`art_${number}`),
  sessionId: of,
  runId: runId(number),
  text: `${number}: \u0000 "ümläut" 🙂 \ud800 `.repeat(10_000),
  mediaType: "text/plain",
  createdAtMillis: atMillis
})

/** The next version, closed as that kind is closed when all went well. */
export const closed = (obligation: Obligation.Obligation): Obligation.Obligation => {
  const version = obligation.version + 1
  switch (obligation.kind) {
    case "wait":
      return { ...obligation, version, status: "satisfied", closedAtMillis: atMillis }
    case "request":
      return { ...obligation, version, status: "approved", answeredAtMillis: atMillis, deliveredAtMillis: atMillis }
    case "steer":
      return { ...obligation, version, status: "delivered", closedAtMillis: atMillis, round: 3 }
  }
}

export const titled = (ofSession: Ids.SessionId, title: string): AgentEvent.AgentEvent => ({
  type: "session_title_updated",
  sessionId: ofSession,
  title
})

export const statusChanged = (ofSession: Ids.SessionId, status: Session.SessionStatus): AgentEvent.AgentEvent => ({
  type: "session_status_changed",
  sessionId: ofSession,
  status
})

export const created = (session: Session.Session): SessionStore.Change => ({ _tag: "SessionCreated", session })
export const changed = (session: Session.Session): SessionStore.Change => ({ _tag: "SessionChanged", session })
export const deleted = (id: Ids.SessionId): SessionStore.Change => ({ _tag: "SessionDeleted", sessionId: id })
export const appended = (entry: Session.Message): SessionStore.Change => ({ _tag: "MessageAppended", message: entry })
export const kept = (artifact: Session.Artifact): SessionStore.Change => ({ _tag: "ArtifactKept", artifact })
export const accepted = (entry: SpawnJob.SpawnJob): SessionStore.Change => ({ _tag: "JobAccepted", job: entry })
export const launched = (number: number): SessionStore.Change => ({ _tag: "JobLaunched", runId: runId(number) })
export const reported = (number: number, told: SpawnJob.RunReport = report(number)): SessionStore.Change => ({
  _tag: "JobReported",
  runId: runId(number),
  report: told
})
export const replaced = (number: number, entry: SpawnJob.SpawnJob): SessionStore.Change => ({
  _tag: "JobReplaced",
  runId: runId(number),
  job: entry
})

/** The handler of tests that need no particular one. */
export const handler = "handler"

export const settled = (
  entry: SpawnJob.ChildCompletion,
  handlers: ReadonlyArray<string> = [handler]
): SessionStore.Change => ({ _tag: "JobSettled", completion: entry, handlers })
export const acknowledged = (number: number, by: string = handler): SessionStore.Change => ({
  _tag: "CompletionAcknowledged",
  runId: runId(number),
  handler: by
})
export const told = (number: number): SessionStore.Change => ({ _tag: "CompletionTold", runId: runId(number) })
export const opened = (obligation: Obligation.Obligation): SessionStore.Change => ({
  _tag: "ObligationOpened",
  obligation
})
export const obligationChanged = (obligation: Obligation.Obligation): SessionStore.Change => ({
  _tag: "ObligationChanged",
  obligation
})
export const recorded = (ofSession: Ids.SessionId, event: AgentEvent.AgentEvent): SessionStore.Change => ({
  _tag: "EventRecorded",
  sessionId: ofSession,
  event
})
