/** I2: every accepted job gets exactly one completion, and everybody is told the same one. */
import type { Ids } from "@offshoot/core"
import type { History, Remains } from "../Facts.ts"
import { type Ledger, ledgerOf } from "../Ledger.ts"

const settledOnce = (ledger: Ledger): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (const [runId, { settlings }] of ledger.jobs) {
    if (settlings.length !== 1) found.push(`${runId} has ${settlings.length} completions`)
  }
  return found
}

/** A handler may be called twice, with the same completion; a deleted child's may have been deleted with it. */
const handled = (history: History, ledger: Ledger): ReadonlyArray<string> => {
  const found: Array<string> = []
  const told = new Map<Ids.RunId, string>()
  for (const fact of history) {
    if (fact._tag !== "Handled") continue
    const { outcome, runId } = fact.completion
    const before = told.get(runId)
    const now = `${outcome.status}/${outcome.reason}`
    if (before !== undefined && before !== now) found.push(`handlers were told ${before} and ${now} of ${runId}`)
    told.set(runId, now)
    const settled = ledger.jobs.get(runId)?.settlings[0]
    if (settled === undefined) found.push(`handlers were told of ${runId}, which has no completion`)
    else if (settled.completion.outcome.reason !== outcome.reason) {
      found.push(`handlers were told ${now} of ${runId}, recorded is ${settled.completion.outcome.reason}`)
    }
  }
  for (const [runId, { job, settlings }] of ledger.jobs) {
    const [settled] = settlings
    if (settled === undefined || settled.handlers.length === 0 || ledger.deleted.has(job.childSessionId)) continue
    if (!told.has(runId)) found.push(`no handler was told of ${runId}`)
  }
  return found
}

/** On the record of each parent, as many `sub_agent_completed` of a child as its jobs settled. */
const completedEvents = (ledger: Ledger): ReadonlyArray<string> => {
  const expected = new Map<string, number>()
  const add = (key: string, by: number): void => {
    expected.set(key, (expected.get(key) ?? 0) + by)
  }
  for (const { job, settlings } of ledger.jobs.values()) {
    if (job.parentSessionId !== undefined) add(`${job.parentSessionId} ${job.childSessionId}`, settlings.length)
  }
  for (const { event, sessionId } of ledger.events) {
    if (event.type === "sub_agent_completed") add(`${sessionId} ${event.childSessionId}`, -1)
  }
  return Array.from(expected).flatMap(([pair, difference]) =>
    difference === 0
      ? []
      : [`${pair}: ${Math.abs(difference)} ${difference > 0 ? "missing" : "extra"} sub_agent_completed`]
  )
}

/** One request key under one parent names one child, until that is deleted. */
const oneChildAKey = (history: History, ledger: Ledger): ReadonlyArray<string> => {
  const found: Array<string> = []
  const owners = new Map<string, Ids.SessionId>()
  history.forEach((fact, index) => {
    if (fact._tag !== "KeyAnswered") return
    const key = `${fact.parentId} ${fact.key}`
    const owner = owners.get(key)
    const gone = owner !== undefined && (ledger.deleted.get(owner) ?? Number.POSITIVE_INFINITY) < index
    if (owner !== undefined && owner !== fact.sessionId && !gone) {
      found.push(`the key ${key} was answered with ${owner} and with ${fact.sessionId}`)
    }
    owners.set(key, fact.sessionId)
  })
  return found
}

export const completions = (history: History): ReadonlyArray<string> => {
  const ledger = ledgerOf(history)
  return [
    ...settledOnce(ledger),
    ...handled(history, ledger),
    ...completedEvents(ledger),
    ...oneChildAKey(history, ledger)
  ]
}

const inFlight = new Set(["pending", "running", "awaiting_request", "waiting_for_children", "cancelling"])

/** I2 and I10, afterwards: nothing in flight, no slot held, every status the completion's. */
export const aftermath = (remains: Remains): ReadonlyArray<string> => {
  const found: Array<string> = []
  const { counts } = remains
  for (const [name, count] of Object.entries({
    ...counts,
    openJobs: remains.openJobs,
    unacknowledged: remains.unacknowledged
  })) {
    if (count !== 0) found.push(`${name} is ${count} at the end`)
  }
  for (const { completionStatus, id, outcomeStatus, runId, status } of remains.sessions) {
    if (inFlight.has(status)) found.push(`${id} is left ${status}`)
    else if (runId !== undefined && (status !== completionStatus || status !== outcomeStatus)) {
      found.push(`${id} is ${status}, its outcome ${outcomeStatus}, the completion of ${runId} ${completionStatus}`)
    }
  }
  return found
}

/** No place in the queue is below zero. */
export const places = (history: History): ReadonlyArray<string> =>
  history.flatMap((fact) =>
    fact._tag === "Placed" && fact.position < 0 ? [`${fact.runId} had the place ${fact.position}`] : []
  )
