/** I2: each handler is told of every completion that is owed to it, in the order of its parent's line. */
import type { Ids, SpawnJob } from "@offshoot/core"
import type { FactOf, History } from "../Facts.ts"
import { type Ledger, ledgerOf, type Settling } from "../Ledger.ts"

const lineOf = ({ childSessionId, parentSessionId }: SpawnJob.ChildCompletion): Ids.SessionId =>
  parentSessionId ?? childSessionId

/** What one handler was told of one run, and where. */
interface Telling {
  readonly fact: FactOf<"Handled">
  readonly index: number
}

interface Told {
  readonly tellings: ReadonlyMap<string, ReadonlyArray<Telling>>
  readonly acknowledged: ReadonlyMap<string, number>
}

const keyOf = (handler: string, runId: Ids.RunId): string => `${handler} ${runId}`

const toldOf = (history: History): Told => {
  const tellings = new Map<string, Array<Telling>>()
  const acknowledged = new Map<string, number>()
  history.forEach((fact, index) => {
    if (fact._tag === "Handled") {
      const key = keyOf(fact.handler, fact.completion.runId)
      const known = tellings.get(key) ?? []
      tellings.set(key, known)
      known.push({ fact, index })
    } else if (fact._tag === "Committed") {
      for (const change of fact.transition) {
        if (change._tag !== "CompletionAcknowledged") continue
        const key = keyOf(change.handler, change.runId)
        if (!acknowledged.has(key)) acknowledged.set(key, index)
      }
    }
  })
  return { tellings, acknowledged }
}

/** The truth, and not again after the acknowledgement; a second time only in another process. */
const truthful = (ledger: Ledger, { acknowledged, tellings }: Told): ReadonlyArray<string> =>
  Array.from(tellings).flatMap(([key, times]) => {
    const found: Array<string> = []
    const processes = new Set<number>()
    for (const { fact, index } of times) {
      const { completion, incarnation } = fact
      const settled = ledger.byRun.get(completion.runId)?.settlings[0]
      if (settled === undefined || settled.index > index) {
        found.push(`${key} was told, which has no completion`)
      } else if (settled.completion.outcome.reason !== completion.outcome.reason) {
        found.push(`${key} was told ${completion.outcome.reason}, recorded is ${settled.completion.outcome.reason}`)
      }
      if ((acknowledged.get(key) ?? Number.POSITIVE_INFINITY) < index)
        found.push(`${key} was told after it acknowledged`)
      if (processes.has(incarnation)) found.push(`${key} was told twice by one process`)
      processes.add(incarnation)
    }
    return found
  })

const inOrder = (
  handler: string,
  line: Ids.SessionId,
  owed: ReadonlyArray<Settling>,
  { tellings }: Told
): ReadonlyArray<string> => {
  let last = -1
  return owed.flatMap(({ completion: { runId } }) => {
    const first = tellings.get(keyOf(handler, runId))?.[0]
    if (first === undefined) return []
    const wrong = first.index < last ? [`${handler} was told of ${runId} before an earlier one of ${line}`] : []
    last = Math.max(last, first.index)
    return wrong
  })
}

/** What the record owes: by handler and line, in the order of settling. */
const owedOf = (ledger: Ledger): ReadonlyMap<string, ReadonlyMap<Ids.SessionId, ReadonlyArray<Settling>>> => {
  const owed = new Map<string, Map<Ids.SessionId, Array<Settling>>>()
  const settlings = ledger.jobs.flatMap((job) => job.settlings.slice(0, 1)).toSorted((a, b) => a.index - b.index)
  for (const settling of settlings) {
    for (const handler of settling.handlers) {
      const lines = owed.get(handler) ?? new Map<Ids.SessionId, Array<Settling>>()
      owed.set(handler, lines)
      const line = lineOf(settling.completion)
      const known = lines.get(line) ?? []
      lines.set(line, known)
      known.push(settling)
    }
  }
  return owed
}

/** What a deleted child is told of may have been deleted with it. */
export const telling = (history: History, handlers: ReadonlyArray<string>): ReadonlyArray<string> => {
  const ledger = ledgerOf(history)
  const told = toldOf(history)
  const found = [...truthful(ledger, told)]
  const owed = owedOf(ledger)
  for (const name of handlers) {
    for (const [line, settlings] of owed.get(name) ?? []) {
      found.push(...inOrder(name, line, settlings, told))
      for (const { completion } of settlings) {
        if (ledger.deleted.has(completion.childSessionId)) continue
        const { runId } = completion
        if (!told.tellings.has(keyOf(name, runId))) found.push(`${name} was never told of ${runId}`)
        if (!told.acknowledged.has(keyOf(name, runId))) found.push(`${name} never acknowledged ${runId}`)
      }
    }
  }
  for (const { job, settlings } of ledger.jobs) {
    const [settled] = settlings
    if (settled !== undefined && handlers.some((name) => !settled.handlers.includes(name))) {
      found.push(`${job.runId} settled and owes ${settled.handlers.join(" ") || "nobody"} a word`)
    }
  }
  return found
}
