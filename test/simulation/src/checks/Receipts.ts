/** Messages to a session: each ends in one receipt, and stands in the transcript once if that says so. */
import type { Ids, Obligation } from "@offshoot/core"
import type { History } from "../Facts.ts"
import { type Ledger, ledgerOf } from "../Ledger.ts"

type Steps = ReadonlyArray<{ readonly obligation: Obligation.Steer; readonly index: number }>

const sentOf = (ledger: Ledger): ReadonlyMap<Ids.MessageId, Steps> => {
  const found = new Map<Ids.MessageId, Steps>()
  for (const all of ledger.obligations.values()) {
    const steps = all.flatMap(({ index, obligation }) => (obligation.kind === "steer" ? [{ index, obligation }] : []))
    const id = steps[0]?.obligation.id
    if (id !== undefined) found.set(id, steps)
  }
  return found
}

const appendedOf = (history: History): ReadonlyMap<Ids.MessageId, number> => {
  const times = new Map<Ids.MessageId, number>()
  for (const fact of history) {
    if (fact._tag !== "Committed") continue
    for (const change of fact.transition) {
      if (change._tag === "MessageAppended") times.set(change.message.id, (times.get(change.message.id) ?? 0) + 1)
    }
  }
  return times
}

const oneReceipt = (id: Ids.MessageId, steps: Steps, appended: number): ReadonlyArray<string> => {
  const found: Array<string> = []
  const ends = steps.filter(({ obligation }) => obligation.status !== "queued")
  const end = ends[0]?.obligation
  if (ends.length > 1) found.push(`${id} was ${ends.map(({ obligation }) => obligation.status).join(" and ")}`)
  const due = end?.status === "delivered" ? 1 : 0
  if (appended !== due) found.push(`${id} is ${end?.status ?? "queued"} and stands ${appended} times in the transcript`)
  return found
}

/** One message for one key of one session, while that exists. */
const oneMessageAKey = (history: History): ReadonlyArray<string> => {
  const owners = new Map<string, Ids.MessageId>()
  return history.flatMap((fact) => {
    if (fact._tag !== "SendAnswered" || fact.key === undefined) return []
    const key = `${fact.sessionId} ${fact.key}`
    const owner = owners.get(key) ?? fact.messageId
    owners.set(key, owner)
    return owner === fact.messageId ? [] : [`the key ${key} was answered with ${owner} and with ${fact.messageId}`]
  })
}

export const receipts = (history: History): ReadonlyArray<string> => {
  const sent = sentOf(ledgerOf(history))
  const appended = appendedOf(history)
  const found = Array.from(sent).flatMap(([id, steps]) => oneReceipt(id, steps, appended.get(id) ?? 0))
  history.forEach((fact, index) => {
    if (fact._tag === "SendAnswered" && !sent.has(fact.messageId)) {
      found.push(`${fact.messageId} was accepted and is not on the record`)
    }
    if (fact._tag !== "Handed") return
    const closed = sent.get(fact.messageId)?.find(({ obligation }) => obligation.status !== "queued")
    if (closed !== undefined && closed.index < index) {
      found.push(`${fact.messageId} was handed to ${fact.runId} when it was ${closed.obligation.status}`)
    }
  })
  return [...found, ...oneMessageAKey(history)]
}
