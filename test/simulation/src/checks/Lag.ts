/** I5: nobody is waited for, and who missed something is told how much. */
import type { History } from "../Facts.ts"
import { ancestorsOf, ledgerOf } from "../Ledger.ts"
import { readingsOf } from "./StreamOrder.ts"

type Reading = ReturnType<typeof readingsOf>[number]

/** What the reader was told that has no number, and what it was told it missed. */
const ephemeralOf = ({ seen }: Reading): number =>
  seen.reduce((sum, { item: { event, number } }) => {
    if (event.type === "lagged") return sum + event.missed
    return number._tag === "None" ? sum + 1 : sum
  }, 0)

/** Events of deeper descendants that carry the number of another stream: a reader that lags may miss them, counted. */
const foreignOf = (history: History): ((reading: Reading) => number) => {
  const { byNumber } = ledgerOf(history)
  return ({ opened, seen }) =>
    seen.filter(
      ({ item: { number } }) => number._tag === "Some" && byNumber.get(number.value)?.sessionId !== opened.sessionId
    ).length
}

/**
 * A slow reader and the fast one beside it, both to the end of one stream: told
 * and missed make the same sum.
 */
export const lagAddsUp = (history: History): ReadonlyArray<string> => {
  const readings = readingsOf(history)
  const foreign = foreignOf(history)
  const byReader = new Map(readings.map((reading) => [reading.opened.reader, reading]))
  return readings.flatMap((slow) => {
    const fast = slow.opened.twin === undefined ? undefined : byReader.get(slow.opened.twin)
    if (fast === undefined || slow.how !== "caught_up" || fast.how !== "caught_up") return []
    const [told, expected] = [ephemeralOf(slow) + foreign(slow), ephemeralOf(fast) + foreign(fast)]
    return told === expected
      ? []
      : [`reader ${slow.opened.reader} was told or told to have missed ${told} events, there were ${expected}`]
  })
}

/** How each run of a world ended, and when, by the titles that both worlds share. */
const outcomesOf = (history: History): ReadonlyArray<string> => {
  const ledger = ledgerOf(history)
  return Array.from(ledger.jobs, ({ acceptedAtMillis, job, settlings }) => {
    const path = [job.childSessionId, ...ancestorsOf(ledger, job.childSessionId)].map(
      (id) => ledger.created.get(id)?.session.title
    )
    const ends = settlings.map(
      ({ atMillis, completion: { outcome } }) => `${outcome.status}/${outcome.reason} at ${atMillis}`
    )
    return `${path.toReversed().join(" > ")} accepted at ${acceptedAtMillis}: ${ends.join(", ")}`
  }).toSorted()
}

/** The world with readers went as the world without. */
export const nobodyIsDelayed = (watched: History, unwatched: History): ReadonlyArray<string> => {
  const [seen, unseen] = [outcomesOf(watched), outcomesOf(unwatched)]
  const extra = seen.filter((line) => !unseen.includes(line)).map((line) => `only with readers: ${line}`)
  const missing = unseen.filter((line) => !seen.includes(line)).map((line) => `only without: ${line}`)
  return [...extra, ...missing]
}
