/** What the committed transitions of a history add up to. */
import type { Ids, Obligation, Session, SessionStore, SpawnJob } from "@offshoot/core"
import type { FactOf, History } from "./Facts.ts"

type SessionId = Ids.SessionId
type RunId = Ids.RunId

export interface Settling {
  readonly completion: SpawnJob.ChildCompletion
  readonly handlers: ReadonlyArray<string>
  readonly atMillis: number
  readonly index: number
}

/** One try of a job. */
export interface Try {
  readonly job: SpawnJob.SpawnJob
  /** Where in the history it was accepted or queued again. */
  readonly index: number
  readonly atMillis: number
}

/** An accepted job over all its tries. */
export interface Job {
  readonly job: SpawnJob.SpawnJob
  readonly acceptedAtMillis: number
  /** Where in the history it was accepted. */
  readonly index: number
  /** Whether whoever asked for it was told that it is accepted. */
  readonly answered: boolean
  readonly tries: Array<Try>
  readonly settlings: Array<Settling>
}

export interface Recorded {
  readonly number: number
  readonly sessionId: SessionId
  readonly event: SessionStore.RecordedEvent["event"]
  readonly index: number
  /** Whether its commit was answered; if not, the live streams do not show it, and the feed does. */
  readonly answered: boolean
}

/** One version of an obligation. */
export interface Step {
  readonly obligation: Obligation.Obligation
  readonly index: number
  readonly atMillis: number
}

export interface Ledger {
  /** Every run with the job that it is a try of. */
  readonly byRun: ReadonlyMap<RunId, Job>
  readonly jobs: ReadonlyArray<Job>
  readonly events: ReadonlyArray<Recorded>
  readonly byNumber: ReadonlyMap<number, Recorded>
  readonly parentOf: ReadonlyMap<SessionId, SessionId>
  /** Sessions as they were created, with where in the history. */
  readonly created: ReadonlyMap<SessionId, { readonly session: Session.Session; readonly index: number }>
  /** Where in the history a session was deleted. */
  readonly deleted: ReadonlyMap<SessionId, number>
  /** Below this number the feed was forgotten at some time: who was behind then is not told of it any more. */
  readonly trimmedTo: number
  /** The versions of every obligation, in order. */
  readonly obligations: ReadonlyMap<Obligation.Obligation["id"], ReadonlyArray<Step>>
}

class Builder {
  readonly byRun = new Map<RunId, Job>()
  readonly jobs: Array<Job> = []
  readonly events: Array<Recorded> = []
  readonly parentOf = new Map<SessionId, SessionId>()
  readonly created = new Map<SessionId, { readonly session: Session.Session; readonly index: number }>()
  readonly deleted = new Map<SessionId, number>()
  readonly obligations = new Map<Obligation.Obligation["id"], Array<Step>>()

  take(change: SessionStore.Change, fact: FactOf<"Committed">, index: number, number: () => number): void {
    const { answered, atMillis } = fact
    switch (change._tag) {
      case "SessionCreated":
        this.created.set(change.session.id, { session: change.session, index })
        if (change.session.parentId !== undefined) this.parentOf.set(change.session.id, change.session.parentId)
        return
      case "SessionDeleted":
        this.deleted.set(change.sessionId, index)
        return
      case "JobAccepted": {
        const { job } = change
        const accepted: Job = {
          job,
          acceptedAtMillis: atMillis,
          index,
          answered,
          tries: [{ job, index, atMillis }],
          settlings: []
        }
        this.byRun.set(job.runId, accepted)
        this.jobs.push(accepted)
        return
      }
      case "JobReplaced": {
        const job = this.byRun.get(change.runId)
        if (job === undefined) return
        job.tries.push({ job: change.job, index, atMillis })
        this.byRun.set(change.job.runId, job)
        return
      }
      case "JobSettled": {
        const { completion, handlers } = change
        this.byRun.get(completion.runId)?.settlings.push({ completion, handlers, atMillis, index })
        return
      }
      case "ObligationOpened":
      case "ObligationChanged": {
        const { obligation } = change
        const steps = this.obligations.get(obligation.id) ?? []
        this.obligations.set(obligation.id, steps)
        steps.push({ obligation, index, atMillis })
        return
      }
      case "EventRecorded":
        this.events.push({ number: number(), sessionId: change.sessionId, event: change.event, index, answered })
        return
      default:
        return
    }
  }
}

const ledgers = new WeakMap<History, { readonly length: number; readonly ledger: Ledger }>()

/** Every check asks for it, so it is made once for a history. */
export const ledgerOf = (history: History): Ledger => {
  const known = ledgers.get(history)
  if (known !== undefined && known.length === history.length) return known.ledger
  const builder = new Builder()
  history.forEach((fact, index) => {
    if (fact._tag !== "Committed") return
    let at = 0
    for (const change of fact.transition) builder.take(change, fact, index, () => fact.numbers[at++] ?? 0)
  })
  const byNumber = new Map(builder.events.map((recorded) => [recorded.number, recorded]))
  const trimmedTo = history.reduce((max, fact) => (fact._tag === "Trimmed" ? Math.max(max, fact.oldest) : max), 0)
  const ledger: Ledger = { ...builder, byNumber, trimmedTo }
  ledgers.set(history, { length: history.length, ledger })
  return ledger
}

/** The sessions above one, its parent first. */
export const ancestorsOf = (ledger: Ledger, id: SessionId): ReadonlyArray<SessionId> => {
  const found: Array<SessionId> = []
  for (let next = ledger.parentOf.get(id); next !== undefined; next = ledger.parentOf.get(next)) found.push(next)
  return found
}

export const settledIndexOf = ({ settlings: [first] }: Job): number => first?.index ?? Number.POSITIVE_INFINITY
