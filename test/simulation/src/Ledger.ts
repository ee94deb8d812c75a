/** What the committed transitions of a history add up to. */
import type { Ids, SessionStore, SpawnJob } from "@offshoot/core"
import type { History } from "./Facts.ts"

type SessionId = Ids.SessionId
type RunId = Ids.RunId

export interface Settling {
  readonly completion: SpawnJob.ChildCompletion
  readonly handlers: ReadonlyArray<string>
  readonly atMillis: number
  readonly index: number
}

export interface Job {
  readonly job: SpawnJob.SpawnJob
  readonly acceptedAtMillis: number
  /** Where in the history it was accepted. */
  readonly index: number
  readonly settlings: Array<Settling>
}

export interface Recorded {
  readonly number: number
  readonly sessionId: SessionId
  readonly event: SessionStore.RecordedEvent["event"]
  readonly index: number
}

export interface Ledger {
  readonly jobs: ReadonlyMap<RunId, Job>
  readonly events: ReadonlyArray<Recorded>
  readonly byNumber: ReadonlyMap<number, Recorded>
  readonly parentOf: ReadonlyMap<SessionId, SessionId>
  readonly titles: ReadonlyMap<SessionId, string>
  /** Where in the history a session was deleted. */
  readonly deleted: ReadonlyMap<SessionId, number>
}

export const ledgerOf = (history: History): Ledger => {
  const jobs = new Map<RunId, Job>()
  const events: Array<Recorded> = []
  const parentOf = new Map<SessionId, SessionId>()
  const titles = new Map<SessionId, string>()
  const deleted = new Map<SessionId, number>()
  history.forEach((fact, index) => {
    if (fact._tag !== "Committed") return
    const { atMillis } = fact
    let at = 0
    for (const change of fact.transition) {
      switch (change._tag) {
        case "SessionCreated":
          titles.set(change.session.id, change.session.title)
          if (change.session.parentId !== undefined) parentOf.set(change.session.id, change.session.parentId)
          break
        case "SessionDeleted":
          deleted.set(change.sessionId, index)
          break
        case "JobAccepted":
          jobs.set(change.job.runId, { job: change.job, acceptedAtMillis: atMillis, index, settlings: [] })
          break
        case "JobSettled": {
          const { completion, handlers } = change
          jobs.get(completion.runId)?.settlings.push({ completion, handlers, atMillis, index })
          break
        }
        case "EventRecorded":
          events.push({ number: fact.numbers[at++] ?? 0, sessionId: change.sessionId, event: change.event, index })
          break
        default:
          break
      }
    }
  })
  const byNumber = new Map(events.map((recorded) => [recorded.number, recorded]))
  return { jobs, events, byNumber, parentOf, titles, deleted }
}

/** The sessions above one, its parent first. */
export const ancestorsOf = (ledger: Ledger, id: SessionId): ReadonlyArray<SessionId> => {
  const found: Array<SessionId> = []
  for (let next = ledger.parentOf.get(id); next !== undefined; next = ledger.parentOf.get(next)) found.push(next)
  return found
}
