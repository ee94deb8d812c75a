/** I7: what belongs to a job ends with it, by each child's own policy, and nobody else is stopped. */
import type { Ids } from "@offshoot/core"
import type { History } from "../Facts.ts"
import { ancestorsOf, type Job, type Ledger, ledgerOf, settledIndexOf } from "../Ledger.ts"
import { type Allowance, deadlineOf, stopsOf } from "./CancelReach.ts"

const policyOf = (ledger: Ledger, { job }: Job): "cancel" | "drain" | "abandon" =>
  ledger.created.get(job.childSessionId)?.session.parentClose ?? "cancel"

/** The runs of a job that go on from each other: a try that begins again is another work. */
interface Work {
  readonly job: Job
  readonly fromIndex: number
  readonly toIndex: number
  readonly endedAtMillis: number
  readonly first: Ids.RunId
}

const worksOf = (job: Job): ReadonlyArray<Work> => {
  const starts = job.tries.filter(({ job: tried }) => tried.firstRunId === undefined)
  return starts.flatMap((start, at) => {
    const next = starts[at + 1]
    const settled = job.settlings[0]
    const end = next ?? settled
    return end === undefined
      ? []
      : [{ job, first: start.job.runId, fromIndex: start.index, toIndex: end.index, endedAtMillis: end.atMillis }]
  })
}

/** Whether the parent waits at this place of the history: then its children go on. */
const waitsAt = (ledger: Ledger, id: Ids.SessionId, index: number): boolean =>
  Array.from(ledger.obligations.values()).some((steps) => {
    if (steps[0]?.obligation.kind !== "wait" || steps[0].obligation.sessionId !== id) return false
    const last = steps.findLast((step) => step.index <= index)
    return last?.obligation.status === "open"
  })

const beganBy = (history: History, job: Job, index: number): boolean => {
  const runs = new Set(job.tries.filter((one) => one.index <= index).map((one) => one.job.runId))
  return history
    .slice(job.index, index)
    .some(
      (fact) =>
        fact._tag === "Committed" &&
        fact.transition.some((change) => change._tag === "JobLaunched" && runs.has(change.runId))
    )
}

const wasStopped = (history: History, ledger: Ledger, id: Ids.SessionId, index: number): boolean => {
  const above = new Set([id, ...ancestorsOf(ledger, id)])
  return history
    .slice(0, index)
    .some((fact) => (fact._tag === "CancelAsked" || fact._tag === "RemoveAsked") && above.has(fact.sessionId))
}

const endsInTime = (
  history: History,
  ledger: Ledger,
  work: Work,
  allowance: Allowance,
  stops: ReadonlyArray<number>
): ReadonlyArray<string> => {
  const parentId = work.job.job.childSessionId
  if (waitsAt(ledger, parentId, work.toIndex)) return []
  const deadline = deadlineOf(work.endedAtMillis, allowance)
  if (stops.some((stop) => stop >= work.endedAtMillis && stop <= deadline)) return []
  // A cancel of the parent has said itself how far it goes.
  if (wasStopped(history, ledger, parentId, work.toIndex)) return []
  return ledger.jobs.flatMap((child) => {
    if (child.job.ownerRunId !== work.first || settledIndexOf(child) <= work.toIndex) return []
    const policy = policyOf(ledger, child)
    if (policy === "abandon" || (policy === "drain" && beganBy(history, child, work.toIndex))) return []
    const settledAt = child.settlings[0]?.atMillis ?? Number.POSITIVE_INFINITY
    return settledAt <= deadline
      ? []
      : [
          `${child.job.childSessionId} (${policy}) belongs to ${work.first}, which ended at ${work.endedAtMillis}; it settled at ${settledAt}`
        ]
  })
}

/** At a start, a lost parent and its children are settled at the same time, in any order, by a store that may refuse for a while. */
const togetherMillis = 90_000

/** Whether somebody asked that this session or one above it is stopped or removed, before this place. */
const isAskedFor = (history: History, ledger: Ledger, child: Job, index: number): boolean => {
  const id = child.job.childSessionId
  const above = ancestorsOf(ledger, id)
  return history
    .slice(0, index)
    .some(
      (fact) =>
        (fact._tag === "RemoveAsked" && (fact.sessionId === id || above.includes(fact.sessionId))) ||
        (fact._tag === "CancelAsked" &&
          (fact.sessionId === id ||
            (fact.subtree && above.includes(fact.sessionId) && policyOf(ledger, child) !== "abandon")))
    )
}

/** Who is stopped by its parent, and not on somebody's wish, belonged to a job that is over, and may be stopped with it. */
const spared = (history: History, ledger: Ledger, works: ReadonlyArray<Work>): ReadonlyArray<string> =>
  ledger.jobs.flatMap((child) => {
    const { childSessionId: id, ownerRunId, parentSessionId } = child.job
    const [settled] = child.settlings
    if (settled === undefined || settled.completion.outcome.reason !== "by_parent") return []
    if (isAskedFor(history, ledger, child, settled.index)) return []
    const policy = policyOf(ledger, child)
    if (policy === "abandon") return [`${id} is abandoned by its parent, and was stopped by it`]
    const parents = ledger.jobs.filter((job) => job.job.childSessionId === parentSessionId)
    const stopped = parents.some((parent) =>
      parent.settlings.some(({ completion: { outcome } }) => outcome.status === "cancelled")
    )
    if (stopped || parentSessionId === undefined) return []
    const owner = works.find(({ first }) => first === ownerRunId)
    // A run of the parent that was refused by the store while the child was accepted never was.
    if (owner === undefined) return []
    if (owner.endedAtMillis > settled.atMillis + togetherMillis)
      return [`${id} was stopped by its parent, whose job goes on`]
    return waitsAt(ledger, parentSessionId, owner.toIndex) && waitsAt(ledger, parentSessionId, settled.index - 1)
      ? [`${id} was stopped by its parent, which waits for it`]
      : []
  })

export const closing = (history: History, allowance: Allowance): ReadonlyArray<string> => {
  const ledger = ledgerOf(history)
  const stops = stopsOf(history)
  const works = ledger.jobs.flatMap(worksOf)
  return [
    ...works.flatMap((work) => endsInTime(history, ledger, work, allowance, stops)),
    ...spared(history, ledger, works)
  ]
}
