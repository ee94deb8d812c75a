/**
 * I3: on a parent's stream, per child and run: started, then its events in
 * order, then completed; nothing after it.
 */
import { AgentEvent, type Ids } from "@offshoot/core"
import type { FactOf, History } from "../Facts.ts"
import { type Ledger, ledgerOf } from "../Ledger.ts"

/** Per child: whether its run has begun and has not completed. */
class Children {
  private readonly open = new Map<Ids.SessionId, boolean>()
  private readonly strict: boolean

  /** `strict`: the stream is read from its beginning. */
  constructor(strict: boolean) {
    this.strict = strict
  }

  /** What is wrong with this event coming now. */
  take(event: AgentEvent.AgentEvent): string | undefined {
    switch (event.type) {
      case "sub_agent_started": {
        const { childSessionId: child } = event
        const again = this.open.get(child) === true
        this.open.set(child, true)
        return again ? `${child} started twice` : undefined
      }
      case "sub_agent_completed": {
        const { childSessionId: child } = event
        const open = this.open.get(child) ?? !this.strict
        this.open.set(child, false)
        return open ? undefined : `${child} completed without having started`
      }
      case "sub_agent_event":
      case "sub_agent_heartbeat": {
        const what = event.type === "sub_agent_event" ? event.event.type : "heartbeat"
        return (this.open.get(event.childSessionId) ?? !this.strict)
          ? undefined
          : `${what} of ${event.childSessionId} outside its run`
      }
      default:
        return undefined
    }
  }
}

/** The record itself, and the record alone, is in order. */
const inRecord = (ledger: Ledger): ReadonlyArray<string> => {
  const children = new Children(true)
  return ledger.events.flatMap(({ event, number }) => {
    const wrong = children.take(event)
    return wrong === undefined ? [] : [`number ${number} of the record: ${wrong}`]
  })
}

/** What may be recorded of a session whose run has ended: what others do to it, its children, a run that never began. */
const mayFollow = (event: AgentEvent.AgentEvent): boolean =>
  AgentEvent.isTerminalEvent(event) ||
  event.type.startsWith("session_") ||
  event.type.startsWith("sub_agent_") ||
  event.type === "wait_changed" ||
  event.type === "message_receipt_changed" ||
  (event.type === "message_appended" && event.role === "user")

/** On the record of a session, a run says nothing after its last word. */
const silentAfterTheEnd = (ledger: Ledger): ReadonlyArray<string> => {
  const ended = new Set<Ids.SessionId>()
  return ledger.events.flatMap(({ event, number, sessionId }) => {
    // A try that was queued again, and is closed before it began, tells what the one before it left.
    if (event.type === "execution_started" || event.type === "run_retried") ended.delete(sessionId)
    const late = ended.has(sessionId) && !mayFollow(event)
    if (AgentEvent.isTerminalEvent(event)) ended.add(sessionId)
    return late ? [`number ${number} of the record: ${event.type} of ${sessionId} after its run had ended`] : []
  })
}

const childOf = (event: AgentEvent.AgentEvent): Ids.SessionId | undefined => {
  switch (event.type) {
    case "sub_agent_event":
    case "sub_agent_heartbeat":
    case "sub_agent_started":
    case "sub_agent_completed":
      return event.childSessionId
    default:
      return undefined
  }
}

interface Reading {
  readonly opened: FactOf<"ReaderOpened">
  readonly seen: ReadonlyArray<FactOf<"Seen">>
  readonly how: FactOf<"ReaderClosed">["how"] | undefined
}

export const readingsOf = (history: History): ReadonlyArray<Reading> => {
  const found = new Map<
    number,
    { readonly opened: Reading["opened"]; readonly seen: Array<FactOf<"Seen">>; how: Reading["how"] }
  >()
  for (const fact of history) {
    if (fact._tag === "ReaderOpened") found.set(fact.reader, { opened: fact, seen: [], how: undefined })
    else if (fact._tag === "Seen") found.get(fact.reader)?.seen.push(fact)
    else if (fact._tag === "ReaderClosed") {
      const reading = found.get(fact.reader)
      if (reading !== undefined) reading.how = fact.how
    }
  }
  return Array.from(found.values())
}

const name = ({ opened: { reader, scope, sessionId } }: Reading): string =>
  `reader ${reader} of ${sessionId} (${scope})`

const unshownOf = new WeakMap<Ledger, ReadonlySet<Ids.SessionId>>()

/** Children whose start or end live readers may not have been shown: the answer to its commit was lost. */
const unshown = (ledger: Ledger): ReadonlySet<Ids.SessionId> => {
  const known = unshownOf.get(ledger)
  if (known !== undefined) return known
  const found = new Set(
    ledger.events.flatMap(({ answered, event }) =>
      !answered && (event.type === "sub_agent_started" || event.type === "sub_agent_completed")
        ? [event.childSessionId]
        : []
    )
  )
  unshownOf.set(ledger, found)
  return found
}

/** Started, events, completed: for the children of the session that is read. */
const childrenInOrder = (ledger: Ledger, reading: Reading): ReadonlyArray<string> => {
  const children = new Children(false)
  const unsure = unshown(ledger)
  return reading.seen.flatMap(({ item }) => {
    const child = childOf(item.event)
    if (child === undefined || ledger.parentOf.get(child) !== reading.opened.sessionId || unsure.has(child)) return []
    const wrong = children.take(item.event)
    return wrong === undefined ? [] : [`${name(reading)}: ${wrong}`]
  })
}

/** The durable events of the session that is read: in the order of their numbers, each once, none missing. */
const durableComplete = (ledger: Ledger, reading: Reading): ReadonlyArray<string> => {
  const { sessionId } = reading.opened
  const told: Array<number> = []
  for (const { item } of reading.seen) {
    if (item.number._tag === "Some" && ledger.byNumber.get(item.number.value)?.sessionId === sessionId) {
      told.push(item.number.value)
    }
  }
  const first = told[0]
  if (first === undefined) return []
  const last = reading.how === "caught_up" ? Number.POSITIVE_INFINITY : Math.max(...told)
  const expected = ledger.events
    .filter((recorded) => recorded.sessionId === sessionId && recorded.number >= first && recorded.number <= last)
    .filter(({ answered, number }) => (answered && number >= ledger.trimmedTo) || told.includes(number))
    .map((recorded) => recorded.number)
  const wrong = told.find((number, index) => number !== expected[index])
  if (wrong === undefined && told.length === expected.length) return []
  return [`${name(reading)}: told the numbers ${told.join(" ")}, recorded are ${expected.join(" ")}`]
}

/** Of the session that is read: after the last word of a run, the next thing said is the start of another. */
const silentForReaders = (ledger: Ledger, reading: Reading): ReadonlyArray<string> => {
  const { sessionId } = reading.opened
  if (isStartUnshown(ledger, sessionId)) return []
  let isOver = false
  return reading.seen.flatMap(({ item: { event, number } }) => {
    if (event.type === "execution_started") isOver = false
    const own = number._tag === "Some" && ledger.byNumber.get(number.value)?.sessionId === sessionId
    if (own && AgentEvent.isTerminalEvent(event)) isOver = true
    return isOver && event.type === "token" ? [`${name(reading)}: a token after the run had ended`] : []
  })
}

/** A reader that is not told of a start cannot tell two runs apart. */
const isStartUnshown = (ledger: Ledger, id: Ids.SessionId): boolean =>
  ledger.events.some(
    ({ answered, event, sessionId }) => !answered && sessionId === id && event.type === "execution_started"
  )

/** Whether the part stands in the whole without a gap; a reader may come late and go early. */
const hasRun = (whole: ReadonlyArray<string>, part: ReadonlyArray<string>): boolean =>
  whole.some((_, from) => part.every((token, index) => token === whole[from + index])) || part.length === 0

/** The tokens of each run, as they are told, are those that were said, in order; with nothing missed, all of them. */
const tokensInOrder = (
  ledger: Ledger,
  said: ReadonlyMap<string, ReadonlyArray<string>>,
  reading: Reading
): ReadonlyArray<string> => {
  const { sessionId } = reading.opened
  const runs: Array<{ readonly runId: string; readonly tokens: Array<string> }> = []
  let missed = false
  for (const {
    item: { event }
  } of reading.seen) {
    if (event.type === "lagged") missed = true
    if (event.type === "execution_started" && event.sessionId === sessionId)
      runs.push({ runId: event.runId, tokens: [] })
    if (event.type === "token") runs.at(-1)?.tokens.push(event.content)
  }
  if (isStartUnshown(ledger, sessionId)) return []
  return runs.flatMap(({ runId, tokens }) => {
    const all = said.get(runId) ?? []
    let at = 0
    for (const token of tokens) {
      while (at < all.length && all[at] !== token) at++
      if (at++ >= all.length) return [`${name(reading)}: the tokens of ${runId} are out of order`]
    }
    return missed || hasRun(all, tokens)
      ? []
      : [`${name(reading)}: a token of ${runId} is missing, and it was not told so`]
  })
}

export const streamOrder = (history: History): ReadonlyArray<string> => {
  const ledger = ledgerOf(history)
  const said = new Map<string, Array<string>>()
  for (const fact of history) {
    if (fact._tag !== "Said" || fact.append) continue
    const texts = said.get(fact.runId)
    if (texts === undefined) said.set(fact.runId, [fact.text])
    else texts.push(fact.text)
  }
  const readings = readingsOf(history)
  return [
    ...inRecord(ledger),
    ...silentAfterTheEnd(ledger),
    ...readings.flatMap((reading) => childrenInOrder(ledger, reading)),
    ...readings.flatMap((reading) => silentForReaders(ledger, reading)),
    ...readings.flatMap((reading) => durableComplete(ledger, reading)),
    ...readings.flatMap((reading) => tokensInOrder(ledger, said, reading))
  ]
}
