/** I2: every accepted job gets exactly one completion over all its tries, and nothing is left behind. */
import type { Ids } from "@offshoot/core"
import type { History, Remains } from "../Facts.ts"
import { type Ledger, ledgerOf } from "../Ledger.ts"

const settledOnce = (ledger: Ledger): ReadonlyArray<string> =>
  ledger.jobs.flatMap(({ answered, job: { childSessionId, runId }, settlings, tries }) => {
    // Its caller was told that it was not accepted, and it went with a session above it.
    if (!answered && settlings.length === 0 && ledger.deleted.has(childSessionId)) return []
    if (settlings.length !== 1) return [`${runId} has ${settlings.length} completions`]
    const last = tries.at(-1)?.job.runId
    const of = settlings[0]?.completion.runId
    return last === of ? [] : [`${runId} goes on as ${last}, and ${of} was settled`]
  })

/** On the record of each parent, as many `sub_agent_completed` of a child as its jobs settled. */
const completedEvents = (ledger: Ledger): ReadonlyArray<string> => {
  const expected = new Map<string, number>()
  const add = (key: string, by: number): void => {
    expected.set(key, (expected.get(key) ?? 0) + by)
  }
  for (const { job, settlings } of ledger.jobs) {
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
  return [...settledOnce(ledger), ...completedEvents(ledger), ...oneChildAKey(history, ledger)]
}

const inFlight = new Set(["pending", "running", "awaiting_request", "waiting_for_children", "cancelling"])

/** I2 and I10, afterwards: nothing in flight, no slot held, nothing owed, every status the completion's. */
export const aftermath = (remains: Remains): ReadonlyArray<string> => {
  const found: Array<string> = []
  const { counts, openJobs, undelivered } = remains
  for (const [name, count] of Object.entries({ ...counts, openJobs, undelivered })) {
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

/** The runtime said nothing of itself that a correct one does not say. */
export const alarms = (history: History, allowed: ReadonlyArray<string>): ReadonlyArray<string> =>
  history.flatMap((fact) =>
    fact._tag === "Warned" && !allowed.includes(fact.message) ? [`the runtime warned of ${fact.message}`] : []
  )
