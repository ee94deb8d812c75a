/** The rows of the transitions that stand, gathered until they are written together. */
import { type Ids, Obligation, type Session, type SessionStore, type SpawnJob } from "@offshoot/core"
import type { OpenJobs } from "./openJobs.ts"
import type { Row } from "./statements.ts"

/** Rows that do not depend on each other's order; within a kind the order is kept. */
export interface Writes {
  readonly created: Map<Ids.SessionId, Row>
  readonly changed: Map<Ids.SessionId, Row>
  readonly childrenAdded: Map<Ids.SessionId, number>
  /** The sessions above each new child, as far up as this batch made them, and the first that it did not. */
  readonly ancestors: Map<Ids.SessionId, ReadonlyArray<Ids.SessionId>>
  readonly messages: Array<Row>
  readonly artifacts: Array<Row>
  readonly accepted: Map<Ids.RunId, Row>
  readonly launched: Array<Ids.RunId>
  readonly reported: Map<Ids.RunId, Row>
  /** Jobs that are open no longer: settled, or replaced by another try. */
  readonly ended: Array<Ids.RunId>
  readonly completions: Map<Ids.RunId, Row>
  readonly deliveries: Map<string, Row>
  readonly acknowledged: Array<Row>
  readonly told: Array<Ids.RunId>
  readonly opened: Map<Obligation.Obligation["id"], Row>
  readonly obligationsChanged: Map<Obligation.Obligation["id"], Row>
  readonly events: Array<Row>
}

export const none = (): Writes => ({
  created: new Map(),
  changed: new Map(),
  childrenAdded: new Map(),
  ancestors: new Map(),
  messages: [],
  artifacts: [],
  accepted: new Map(),
  launched: [],
  reported: new Map(),
  ended: [],
  completions: new Map(),
  deliveries: new Map(),
  acknowledged: [],
  told: [],
  opened: new Map(),
  obligationsChanged: new Map(),
  events: []
})

const sessionCreated = (writes: Writes, session: Session.Session, body: string): void => {
  const { id, kind, parentId, requestKey, rootId, status, version } = session
  writes.created.set(id, [id, kind, parentId ?? null, rootId, requestKey ?? null, status, version, body])
  if (parentId === undefined) return
  writes.childrenAdded.set(parentId, (writes.childrenAdded.get(parentId) ?? 0) + 1)
  writes.ancestors.set(id, [parentId, ...(writes.ancestors.get(parentId) ?? [])])
}

const sessionChanged = (writes: Writes, session: Session.Session, body: string): void => {
  const changed: Row = [session.id, session.status, session.version, body]
  const row = writes.created.get(session.id)
  if (row === undefined) writes.changed.set(session.id, changed)
  // Kind, place in the tree and request key stay those of the creation.
  else writes.created.set(session.id, [...row.slice(0, 5), ...changed.slice(1)])
}

const queuedRow = (job: SpawnJob.SpawnJob, body: string): Row => [job.runId, job.childSessionId, "queued", "{}", body]

/** Columns of a job's row that change while it is open. */
const stateAt = 2
const reportAt = 3

const updateAccepted = (writes: Writes, runId: Ids.RunId, at: number, value: string): void => {
  const row = writes.accepted.get(runId)
  if (row !== undefined) writes.accepted.set(runId, row.with(at, value))
}

const jobReplaced = (writes: Writes, jobs: OpenJobs, runId: Ids.RunId, job: SpawnJob.SpawnJob, body: string): void => {
  if (!jobs.replace(runId, job)) return
  for (const gone of [runId, job.runId]) {
    writes.accepted.delete(gone)
    writes.ended.push(gone)
  }
  writes.accepted.set(job.runId, queuedRow(job, body))
}

const deliveryText = (runId: Ids.RunId, handler: string): string => `${runId} ${handler}`

const jobSettled = (
  writes: Writes,
  completion: SpawnJob.ChildCompletion,
  handlers: ReadonlyArray<string>,
  since: number,
  body: string
): void => {
  const { childSessionId, parentSessionId, runId } = completion
  writes.accepted.delete(runId)
  writes.ended.push(runId)
  if (writes.completions.has(runId)) return
  writes.completions.set(runId, [runId, childSessionId, 0, body])
  for (const handler of handlers) {
    writes.deliveries.set(deliveryText(runId, handler), [runId, handler, parentSessionId ?? childSessionId, since])
  }
}

const completionTold = (writes: Writes, runId: Ids.RunId): void => {
  const row = writes.completions.get(runId)
  if (row !== undefined) writes.completions.set(runId, row.with(2, 1))
  writes.told.push(runId)
}

const obligationOpened = (writes: Writes, obligation: Obligation.Obligation, since: number, body: string): void => {
  const { id, kind, sessionId, version } = obligation
  const key = Obligation.keyOf(obligation) ?? null
  writes.opened.set(id, [id, kind, sessionId, key, Obligation.isOpen(obligation) ? 1 : 0, version, since, body])
}

const obligationChanged = (writes: Writes, obligation: Obligation.Obligation, body: string): void => {
  const { id, version } = obligation
  const open = Obligation.isOpen(obligation) ? 1 : 0
  const row = writes.opened.get(id)
  if (row === undefined) writes.obligationsChanged.set(id, [id, open, version, body])
  // Kind, session, key and number stay those of the opening.
  else writes.opened.set(id, [...row.slice(0, 4), open, version, ...row.slice(6, 7), body])
}

/** What a change means besides its own fields: the open jobs it is made among, and the head before its transition. */
export interface Circumstances {
  readonly jobs: OpenJobs
  readonly since: number
}

/** What a change of anything but a session's removal or an event adds. */
export const write = (
  writes: Writes,
  change: SessionStore.Change,
  body: string,
  { jobs, since }: Circumstances
): void => {
  switch (change._tag) {
    case "SessionCreated":
      return sessionCreated(writes, change.session, body)
    case "SessionChanged":
      return sessionChanged(writes, change.session, body)
    case "MessageAppended": {
      const { message } = change
      writes.messages.push([message.sessionId, message.runId ?? null, message.role, body])
      return
    }
    case "ArtifactKept":
      writes.artifacts.push([change.artifact.id, change.artifact.sessionId, body])
      return
    case "JobAccepted":
      jobs.accept(change.job)
      if (!writes.accepted.has(change.job.runId)) writes.accepted.set(change.job.runId, queuedRow(change.job, body))
      return
    case "JobLaunched":
      updateAccepted(writes, change.runId, stateAt, "launched")
      writes.launched.push(change.runId)
      return
    case "JobReported":
      updateAccepted(writes, change.runId, reportAt, body)
      writes.reported.set(change.runId, [change.runId, body])
      return
    case "JobReplaced":
      return jobReplaced(writes, jobs, change.runId, change.job, body)
    case "JobSettled":
      jobs.end(change.completion.runId)
      return jobSettled(writes, change.completion, change.handlers, since, body)
    case "CompletionAcknowledged":
      writes.deliveries.delete(deliveryText(change.runId, change.handler))
      writes.acknowledged.push([change.runId, change.handler])
      return
    case "CompletionTold":
      return completionTold(writes, change.runId)
    case "ObligationOpened":
      return obligationOpened(writes, change.obligation, since, body)
    case "ObligationChanged":
      return obligationChanged(writes, change.obligation, body)
  }
}

/** What is above the last of a child's known ancestors is the database's to say. */
export const lineageRows = (ancestors: Writes["ancestors"]): ReadonlyArray<Row> => {
  const rows: Array<Row> = []
  for (const [id, above] of ancestors) {
    for (const [index, ancestor] of above.entries()) {
      rows.push([id, ancestor, index + 1, index === above.length - 1 ? 1 : 0])
    }
  }
  return rows
}
