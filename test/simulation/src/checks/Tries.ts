/** The tries of a job: each goes on from what is recorded, not too early, and makes no call twice unawares. */
import { type Ids, Session } from "@offshoot/core"
import * as Option from "effect/Option"
import type { FactOf, History } from "../Facts.ts"
import { type Ledger, ledgerOf } from "../Ledger.ts"
import { keepsConversations } from "../SimRunner.ts"

/** Whether the agent of a session keeps its conversation, as the session was created. */
const isKept = (ledger: Ledger, id: Ids.SessionId): boolean => {
  const created = ledger.created.get(id)
  const agent = created === undefined ? Option.none() : Session.externalAgentOf(created.session)
  return Option.exists(agent, ({ agentId }) => keepsConversations(agentId))
}

/**
 * A resumed run is given the run before it and the handle that was recorded last
 * of the work; any run of an agent that keeps conversations the one that an
 * earlier job of its session left, when its own work has none yet.
 */
const goesOnFromTheRecord = (history: History, ledger: Ledger): ReadonlyArray<string> => {
  const handles = new Map<Ids.RunId, string>()
  const kept = new Map<Ids.SessionId, string>()
  return history.flatMap((fact) => {
    if (fact._tag === "Committed") {
      for (const change of fact.transition) {
        if (change._tag === "JobReported" && change.report.resume !== undefined) {
          handles.set(change.runId, change.report.resume)
        }
        const before = change._tag === "JobReplaced" ? handles.get(change.runId) : undefined
        if (change._tag === "JobReplaced" && change.job.resume !== undefined && before !== undefined) {
          handles.set(change.job.runId, before)
        }
        if (change._tag === "JobSettled" && change.completion.resume !== undefined) {
          kept.set(change.completion.childSessionId, change.completion.resume)
        }
      }
      return []
    }
    if (fact._tag !== "BodyStarted") return []
    const tries = ledger.byRun.get(fact.runId)?.tries ?? []
    const at = tries.findIndex(({ job }) => job.runId === fact.runId)
    const before = tries[at - 1]?.job.runId
    if (fact.resumes !== undefined && fact.resumes.runId !== before)
      return [`${fact.runId} goes on from ${fact.resumes.runId}, before it was ${before}`]
    const ofSession = isKept(ledger, fact.sessionId) ? kept.get(fact.sessionId) : undefined
    const handle = (fact.resumes === undefined ? undefined : handles.get(fact.runId)) ?? ofSession
    return fact.handle === handle ? [] : [`${fact.runId} goes on from ${fact.handle}, recorded is ${handle}`]
  })
}

/** No earlier than it was put off to, by the clock that the runtime knows. */
const notTooEarly = (ledger: Ledger): ReadonlyArray<string> =>
  ledger.events.flatMap(({ event }) => {
    if (event.type !== "execution_started") return []
    const found = ledger.byRun.get(event.runId)?.tries.find(({ job }) => job.runId === event.runId)
    const before = found?.job.notBeforeMillis ?? 0
    return Date.parse(event.startedAt) >= before ? [] : [`${event.runId} began at ${event.startedAt}, before ${before}`]
  })

/** Whether the process of this call died in it. */
const diedIn = (history: History, call: FactOf<"Called">, index: number): boolean => {
  for (const fact of history.slice(index + 1)) {
    if (fact._tag === "Called" && fact.toolCallId === call.toolCallId && fact.runId === call.runId) return false
    if (fact._tag === "BodyEnded" && fact.runId === call.runId) return false
    if (fact._tag === "Stopping" && fact.how === "crashed") return true
  }
  return false
}

const unknownOf = (ledger: Ledger): ReadonlySet<string> =>
  new Set(ledger.events.flatMap(({ event }) => (event.type === "tool_outcome_unknown" ? [event.toolCallId] : [])))

/** A call is begun once for all tries that go on from each other; one whose process died is told as unknown. */
const callsOnce = (history: History, ledger: Ledger): ReadonlyArray<string> => {
  const begun = new Set<string>()
  const unknown = unknownOf(ledger)
  return history.flatMap((fact, index) => {
    if (fact._tag !== "Called") return []
    // Known to have failed, it may be made again.
    if (fact.now === "failed") begun.delete(fact.toolCallId)
    if (fact.now !== "begins") return []
    const { toolCallId } = fact
    const again = begun.has(toolCallId) ? [`${toolCallId} was made twice`] : []
    begun.add(toolCallId)
    const isSilent = diedIn(history, fact, index) && !unknown.has(toolCallId)
    return isSilent ? [...again, `${toolCallId} was under way in a crash, and nobody is told so`] : again
  })
}

export const tries = (history: History): ReadonlyArray<string> => {
  const ledger = ledgerOf(history)
  return [...goesOnFromTheRecord(history, ledger), ...notTooEarly(ledger), ...callsOnce(history, ledger)]
}
