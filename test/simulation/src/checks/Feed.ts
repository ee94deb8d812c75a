/** I4: whoever follows the feed is told every number of its part, in order, or that some were forgotten. */
import type { Ids } from "@offshoot/core"
import type { Converged, FactOf, History, Remains } from "../Facts.ts"
import { ancestorsOf, type Ledger, ledgerOf, type Recorded } from "../Ledger.ts"

interface Following {
  readonly follower: number
  readonly after: number
  readonly isAbout: (recorded: Recorded) => boolean
  readonly items: Array<{ readonly item: FactOf<"Followed">["item"]; readonly index: number }>
  isComplete: boolean
}

const isWithin = (ledger: Ledger, scope: FactOf<"FollowOpened">["scope"], id: Ids.SessionId): boolean => {
  switch (scope._tag) {
    case "All":
      return true
    case "Session":
      return scope.sessionId === id
    case "Subtree":
      return scope.sessionId === id || ancestorsOf(ledger, id).includes(scope.sessionId)
  }
}

const followingsOf = (history: History, ledger: Ledger): ReadonlyArray<Following> => {
  const all: Following = { follower: 0, after: 0, isAbout: () => true, items: [], isComplete: true }
  const found = new Map<number, Following>([[0, all]])
  history.forEach((fact, index) => {
    if (fact._tag === "FollowOpened") {
      const { after, follower, scope, types } = fact
      const isAbout = ({ event, sessionId }: Recorded): boolean =>
        (types === undefined || types.includes(event.type)) && isWithin(ledger, scope, sessionId)
      found.set(follower, { follower, after, isAbout, items: [], isComplete: false })
    } else if (fact._tag === "Followed") found.get(fact.follower)?.items.push({ item: fact.item, index })
    else if (fact._tag === "FollowClosed") {
      const following = found.get(fact.follower)
      if (following !== undefined) following.isComplete = fact.how === "caught_up"
    }
  })
  return Array.from(found.values())
}

/** The smallest number that was kept at this place of the history. */
const oldestAt = (history: History): ((index: number) => number) => {
  const trims = history.flatMap((fact, index) => (fact._tag === "Trimmed" ? [{ index, oldest: fact.oldest }] : []))
  return (at) => trims.findLast(({ index }) => index <= at)?.oldest ?? 1
}

const toldAll = (ledger: Ledger, oldest: (index: number) => number, following: Following): ReadonlyArray<string> => {
  const { after, follower, isAbout, isComplete, items } = following
  const mine = ledger.events.filter(isAbout)
  const found: Array<string> = []
  let at = after
  const nextAfter = (number: number) => mine.find((recorded) => recorded.number > number)
  for (const { index, item } of items) {
    if (item._tag === "Passed") {
      const skipped = nextAfter(at)
      if (skipped !== undefined && skipped.number <= item.upTo)
        found.push(`follower ${follower} passed ${skipped.number}`)
      at = item.upTo
    } else if (item._tag === "Reset") {
      if (item.oldest > oldest(index))
        found.push(`follower ${follower} was reset to ${item.oldest}, kept is ${oldest(index)}`)
      if (at + 1 >= item.oldest) found.push(`follower ${follower} was reset at ${at} to ${item.oldest} for nothing`)
      at = item.oldest - 1
    } else {
      const { event, number } = item.recorded
      const due = nextAfter(at)
      if (due?.number !== number)
        found.push(`follower ${follower} was told ${number} after ${at}, due was ${due?.number}`)
      const recorded = ledger.byNumber.get(number)
      if (recorded === undefined || recorded.index > index)
        found.push(`follower ${follower} was told ${number} too early`)
      else if (JSON.stringify(recorded.event) !== JSON.stringify(event))
        found.push(`follower ${follower} was told another ${number}`)
      at = number
    }
  }
  const left = isComplete ? nextAfter(at) : undefined
  return left === undefined ? found : [...found, `follower ${follower} ended at ${at}, ${left.number} was there`]
}

/** What an open wait and an unacknowledged completion need is kept. */
const keptWhatIsNeeded = (history: History, ledger: Ledger): ReadonlyArray<string> =>
  history.flatMap((fact, index) => {
    if (fact._tag !== "Trimmed") return []
    const waits = Array.from(ledger.obligations.values()).flatMap((steps) => {
      const [first] = steps
      if (first === undefined || first.obligation.kind !== "wait" || first.index > index) return []
      const isOpen = steps.findLast((step) => step.index <= index)?.obligation.status === "open"
      const isGone = (ledger.deleted.get(first.obligation.sessionId) ?? Number.POSITIVE_INFINITY) < index
      return isOpen && !isGone ? [first.index] : []
    })
    return waits.flatMap((from) => {
      const needed = ledger.events.find((recorded) => recorded.index >= from)?.number
      return needed === undefined || fact.oldest <= needed ? [] : [`a trim forgot ${needed}, which an open wait needs`]
    })
  })

export const feed = (history: History): ReadonlyArray<string> => {
  const ledger = ledgerOf(history)
  const oldest = oldestAt(history)
  return [
    ...followingsOf(history, ledger).flatMap((following) => toldAll(ledger, oldest, following)),
    ...keptWhatIsNeeded(history, ledger)
  ]
}

/** Who read a snapshot and then the feed knows what the record knows. */
export const converges = ({ converged, open, sessions }: Remains): ReadonlyArray<string> => {
  const found: Array<string> = []
  const { pending, statuses }: Converged = converged
  const ids = new Set(sessions.map(({ id }): string => id))
  for (const { id, status } of sessions) {
    if (statuses.get(id) !== status) found.push(`${id} is ${status}, a reader of the feed has ${statuses.get(id)}`)
  }
  for (const id of statuses.keys()) if (!ids.has(id)) found.push(`${id} is gone, a reader of the feed has it`)
  const asked = new Set(
    open.flatMap(({ id, kind, status }) => (kind === "request" && status === "pending" ? [String(id)] : []))
  )
  for (const id of asked) if (!pending.has(id)) found.push(`${id} is asked, a reader of the feed does not know`)
  return found
}
