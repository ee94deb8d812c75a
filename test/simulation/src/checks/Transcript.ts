/** The truth about what was said: a transcript holds it once, in order, up to where the run was stopped. */
import type { Ids } from "@offshoot/core"
import type { History } from "../Facts.ts"
import { ledgerOf } from "../Ledger.ts"

interface Texts {
  readonly said: Map<Ids.RunId, Array<string>>
  readonly written: Map<Ids.RunId, string>
}

const textsOf = (history: History): Texts => {
  const texts: Texts = { said: new Map(), written: new Map() }
  for (const fact of history) {
    if (fact._tag === "Said") {
      const list = texts.said.get(fact.runId)
      if (list === undefined) texts.said.set(fact.runId, [fact.text])
      else list.push(fact.text)
    } else if (fact._tag === "Committed") {
      for (const change of fact.transition) {
        if (change._tag !== "MessageAppended") continue
        const { role, runId, text } = change.message
        if (role !== "assistant" || runId === undefined) continue
        texts.written.set(runId, (texts.written.get(runId) ?? "") + text)
      }
    }
  }
  return texts
}

/** The settling of a run closes its transcript: what a stubborn body says later is not in it. */
const saidBefore = (history: History, runId: Ids.RunId, settledIndex: number): number =>
  history.slice(0, settledIndex).filter((fact) => fact._tag === "Said" && fact.runId === runId).length

/** What was not written when a process died is lost with it; after an orderly stop, only what the store refused. */
const diesBetween = (history: History, from: number, to: number, isFaulty: boolean): boolean =>
  history.slice(from, to).some((fact) => fact._tag === "Stopping" && (isFaulty || fact.how === "crashed"))

export const transcript = (history: History, isFaulty = false): ReadonlyArray<string> => {
  const ledger = ledgerOf(history)
  const { said, written } = textsOf(history)
  const stubborn = new Set(history.flatMap((fact) => (fact._tag === "WentDeaf" ? [fact.runId] : [])))
  const ended = new Map<Ids.RunId, number>()
  history.forEach((fact, index) => {
    if (fact._tag === "BodyEnded") ended.set(fact.runId, index)
  })
  const found: Array<string> = []
  for (const [runId, texts] of said) {
    const whole = texts.join("")
    const text = written.get(runId) ?? ""
    if (!whole.startsWith(text)) {
      found.push(
        `${runId} said ${JSON.stringify(whole.slice(0, 200))}, its transcript has ${JSON.stringify(text.slice(0, 200))}`
      )
      continue
    }
    const settling = ledger.byRun.get(runId)?.settlings[0]
    if (settling?.completion.runId !== runId || settling.completion.outcome.reason === "lost") continue
    const endedAt = ended.get(runId) ?? Number.POSITIVE_INFINITY
    if (endedAt >= settling.index || stubborn.has(runId) || diesBetween(history, endedAt, settling.index, isFaulty))
      continue
    // Stopped in the middle of a word, it may be missing; the words before it may not.
    const due = texts.slice(0, Math.max(0, saidBefore(history, runId, settling.index) - 1)).join("")
    if (text.length < due.length) {
      found.push(
        `${runId} settled as ${settling.completion.outcome.reason} with ${text.length} of ${due.length} characters that it had said`
      )
    }
  }
  return found
}
