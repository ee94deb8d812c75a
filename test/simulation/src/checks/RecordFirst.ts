/** I4: a durable event is recorded before anyone sees it; numbers count without a gap. */
import { AgentEvent, type Ids } from "@offshoot/core"
import type { History } from "../Facts.ts"

/** Two events that say the same have the same key; `JSON` keeps the order in which a shape was built. */
const keyOf = (event: AgentEvent.AgentEvent): string => JSON.stringify(event)

class Record {
  head = 0
  private readonly byNumber = new Map<number, string>()
  private readonly bySession = new Map<Ids.SessionId, Set<string>>()

  add(number: number, sessionId: Ids.SessionId, event: AgentEvent.AgentEvent): void {
    this.head = number
    const key = keyOf(event)
    this.byNumber.set(number, key)
    const known = this.bySession.get(sessionId) ?? new Set()
    this.bySession.set(sessionId, known.add(key))
  }

  holds(number: number, event: AgentEvent.AgentEvent): boolean {
    return this.byNumber.get(number) === keyOf(event)
  }

  holdsOf(sessionId: Ids.SessionId, event: AgentEvent.AgentEvent): boolean {
    return this.bySession.get(sessionId)?.has(keyOf(event)) === true
  }
}

/** The last word of a settled session is made from its outcome, for a reader that came late. */
const isLastWord = AgentEvent.isTerminalEvent

const seenTooEarly = (
  record: Record,
  fact: Extract<History[number], { readonly _tag: "Seen" }>
): string | undefined => {
  const {
    item: { event, number },
    reader
  } = fact
  if (number._tag === "Some") {
    return record.holds(number.value, event)
      ? undefined
      : `reader ${reader} saw ${event.type} as ${number.value}, which is not recorded`
  }
  if (event.type === "sub_agent_event") {
    return !AgentEvent.isDurable(event.event.type) || record.holdsOf(event.childSessionId, event.event)
      ? undefined
      : `reader ${reader} saw ${event.event.type} of ${event.childSessionId} before it was recorded`
  }
  return AgentEvent.isDurable(event.type) && !isLastWord(event)
    ? `reader ${reader} saw ${event.type} without a number`
    : undefined
}

export const recordFirst = (history: History): ReadonlyArray<string> => {
  const found: Array<string> = []
  const record = new Record()
  for (const fact of history) {
    if (fact._tag === "Committed") {
      let at = 0
      for (const change of fact.transition) {
        if (change._tag !== "EventRecorded") continue
        const number = fact.numbers[at++]
        if (number !== record.head + 1) found.push(`number ${number} follows ${record.head} in the record`)
        if (number !== undefined) record.add(number, change.sessionId, change.event)
      }
    } else if (fact._tag === "Seen") {
      const wrong = seenTooEarly(record, fact)
      if (wrong !== undefined) found.push(wrong)
    }
  }
  return found
}
