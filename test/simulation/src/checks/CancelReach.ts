/** I7: what a cancel reached settles within its grace time, children attached late included. */
import type { Ids } from "@offshoot/core"
import type { FactOf, History } from "../Facts.ts"
import type { Outage } from "../Plan.ts"
import { ancestorsOf, type Job, type Ledger, ledgerOf } from "../Ledger.ts"

export interface Allowance {
  readonly graceMillis: number
  readonly outages: ReadonlyArray<Outage>
  /** Whether single commits fail too. */
  readonly flaky: boolean
}

/** Writing the wish and writing the end, both with a store that has to be asked again: three seconds each. */
const recordingMillis = 8_000
/** After a store that was away for long, it is asked every five seconds. */
const returnMillis = 6_000
const flakyMillis = 30_000

/** When a cancel asked for at this time must have been carried out. */
export const deadlineOf = (atMillis: number, { flaky, graceMillis, outages }: Allowance): number => {
  const slackMillis = graceMillis + recordingMillis + (flaky ? flakyMillis : 0)
  let deadline = atMillis + slackMillis
  for (const { fromMillis, toMillis } of outages.toSorted((a, b) => a.fromMillis - b.fromMillis)) {
    if (fromMillis <= deadline && toMillis >= atMillis)
      deadline = Math.max(deadline, toMillis + slackMillis + returnMillis)
  }
  return deadline
}

const settledAt = ({ settlings: [first] }: Job): number => first?.atMillis ?? Number.POSITIVE_INFINITY

/** A cancel, when its caller was told that it is recorded, and until when it counts. */
interface Cancel {
  readonly asked: FactOf<"CancelAsked">
  readonly index: number
  readonly answeredAt: number
}

const cancelsOf = (history: History): ReadonlyArray<Cancel> => {
  const answered = new Map<number, number>()
  history.forEach((fact, index) => {
    if (fact._tag === "CancelAnswered") answered.set(fact.call, index)
  })
  return history.flatMap((asked, index) => {
    if (asked._tag !== "CancelAsked") return []
    const answeredAt = answered.get(asked.call)
    return answeredAt === undefined ? [] : [{ asked, index, answeredAt }]
  })
}

/** Stops of the process: who has not settled by then is dealt with at the next start. */
export const stopsOf = (history: History): ReadonlyArray<number> =>
  history.flatMap((fact) => (fact._tag === "Stopping" ? [fact.atMillis] : []))

/** Whether the session, or one between it and the cancelled one, goes on or may go on without its parent. */
const isSpared = (ledger: Ledger, { sessionId }: Cancel["asked"], id: Ids.SessionId): boolean => {
  for (let next: Ids.SessionId | undefined = id; next !== undefined; next = ledger.parentOf.get(next)) {
    if (next === sessionId) return false
    const policy = ledger.created.get(next)?.session.parentClose ?? "cancel"
    if (policy !== "cancel") return true
  }
  return false
}

/** The jobs that this cancel has to end. */
const reachedBy = (ledger: Ledger, { asked, index }: Cancel): ReadonlyArray<Job> => {
  const within = (id: Ids.SessionId): boolean =>
    id === asked.sessionId || (asked.subtree && ancestorsOf(ledger, id).includes(asked.sessionId))
  const openThen: Array<Job> = []
  const later: Array<Job> = []
  for (const job of ledger.jobs) {
    if (!within(job.job.childSessionId) || isSpared(ledger, asked, job.job.childSessionId)) continue
    if (job.index > index) later.push(job)
    else if ((job.settlings[0]?.index ?? Number.POSITIVE_INFINITY) > index) openThen.push(job)
  }
  if (!asked.subtree) return openThen
  const late = later.filter((job) =>
    ancestorsOf(ledger, job.job.childSessionId).some((ancestor) =>
      openThen.some(
        (reached) =>
          reached.job.childSessionId === ancestor &&
          (reached.settlings[0]?.index ?? Number.POSITIVE_INFINITY) > job.index
      )
    )
  )
  return [...openThen, ...late]
}

export const cancelReach = (history: History, allowance: Allowance): ReadonlyArray<string> => {
  const ledger = ledgerOf(history)
  const stops = stopsOf(history)
  return cancelsOf(history).flatMap((cancel) => {
    const { asked } = cancel
    const deadline = deadlineOf(asked.atMillis, allowance)
    if (stops.some((stop) => stop >= asked.atMillis && stop <= deadline)) return []
    return reachedBy(ledger, cancel).flatMap((job) =>
      settledAt(job) <= deadline
        ? []
        : [
            `${job.job.childSessionId} accepted at ${job.acceptedAtMillis}, under the cancel of ${asked.sessionId} at ${asked.atMillis}, ` +
              `settled at ${settledAt(job)}, after ${deadline}`
          ]
    )
  })
}

/** After everything: no body is left that can be interrupted; those of a dead process are gone with it. */
export const bodies = (history: History): ReadonlyArray<string> => {
  const open = new Map<Ids.RunId, FactOf<"BodyStarted">>()
  for (const fact of history) {
    if (fact._tag === "BodyStarted") open.set(fact.runId, fact)
    else if (fact._tag === "BodyEnded" || fact._tag === "WentDeaf") open.delete(fact.runId)
    else if (fact._tag === "Stopping" && fact.how === "crashed") {
      for (const { incarnation, runId } of open.values()) if (incarnation === fact.incarnation) open.delete(runId)
    }
  }
  return Array.from(open.values(), ({ runId, sessionId }) => `the body of ${runId} (${sessionId}) never ended`)
}
