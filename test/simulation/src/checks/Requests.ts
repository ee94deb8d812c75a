/** What children ask: one end each, the answer that was given, and never more than that. */
import type { Obligation, SubAgents } from "@offshoot/core"
import type { FactOf, History } from "../Facts.ts"
import { type Ledger, ledgerOf, type Step } from "../Ledger.ts"

const isRequest = (obligation: Obligation.Obligation): obligation is Obligation.Request => obligation.kind === "request"

interface Life {
  readonly steps: ReadonlyArray<Step & { readonly obligation: Obligation.Request }>
  readonly last: Obligation.Request
}

const livesOf = (ledger: Ledger): ReadonlyArray<Life> =>
  Array.from(ledger.obligations.values()).flatMap((all) => {
    const steps = all.flatMap(({ obligation, ...step }) => (isRequest(obligation) ? [{ ...step, obligation }] : []))
    const last = steps.at(-1)?.obligation
    return last === undefined ? [] : [{ steps, last }]
  })

/** `pending` once, then one answer; an answer that nobody took ends as `delivery_failed`. */
const endsOnce = ({ last, steps }: Life): ReadonlyArray<string> => {
  const words = steps.map(({ obligation: { status } }) => status).filter((status, at, all) => status !== all[at - 1])
  const isAnswer = words.filter((status) => status !== "pending" && status !== "delivery_failed").length
  const wellFormed =
    words.indexOf("pending") <= 0 &&
    isAnswer <= 1 &&
    words.indexOf("delivery_failed") === (words.includes("delivery_failed") ? words.length - 1 : -1)
  return wellFormed ? [] : [`${last.id} was ${words.join(", then ")}`]
}

const statusOf = (decision: SubAgents.Decision): Obligation.RequestStatus =>
  decision._tag === "Approve" ? "approved" : decision._tag === "Deny" ? "denied" : "answered"

/** Everybody whose answer was accepted gave the same one, and it is the one on the record. */
const acceptedAnswers = (history: History, ledger: Ledger): ReadonlyArray<string> =>
  history.flatMap((fact) => {
    if (fact._tag !== "AnswerAccepted") return []
    const { decision, request } = fact
    const steps = ledger.obligations.get(request.id) ?? []
    const holds = steps.some(
      ({ obligation }) =>
        obligation.kind === "request" &&
        obligation.status === statusOf(decision) &&
        (decision._tag !== "Answer" || obligation.text === decision.text)
    )
    return holds
      ? []
      : [`${request.id} was answered with ${decision._tag}, and the record has ${steps.at(-1)?.obligation.status}`]
  })

/** What a body was told is what the record had then; nothing was given that nobody gave. */
const toldRight = (fact: FactOf<"Told">, index: number, lives: ReadonlyArray<Life>): ReadonlyArray<string> => {
  if (fact.answer._tag !== "Approved" && fact.answer._tag !== "Answered") return []
  const { answer } = fact
  const wanted = answer._tag === "Approved" ? "approved" : "answered"
  const given = lives.some(
    ({ last, steps }) =>
      last.sessionId === fact.sessionId &&
      last.key === fact.key &&
      steps.some(
        ({ index: at, obligation }) =>
          at < index && obligation.status === wanted && (answer._tag === "Approved" || obligation.text === answer.text)
      )
  )
  return given ? [] : [`${fact.runId} was told ${answer._tag} on ${fact.key}, which nobody said`]
}

export const requests = (history: History): ReadonlyArray<string> => {
  const ledger = ledgerOf(history)
  const lives = livesOf(ledger)
  const told = history.flatMap((fact, index) => (fact._tag === "Told" ? toldRight(fact, index, lives) : []))
  return [...lives.flatMap(endsOnce), ...acceptedAnswers(history, ledger), ...told]
}

/** Nothing is owed to anybody at the end. */
export const nothingOpen = (open: ReadonlyArray<Obligation.Obligation>): ReadonlyArray<string> =>
  open.map(({ id, kind, sessionId, status }) => `${kind} ${id} of ${sessionId} is left ${status}`)
