/** I10: only a run that can make progress holds a slot. */
import type { History } from "../Facts.ts"

/** At every moment that was looked at: no more than the limit, and none for a body that waits. */
export const slots = (history: History, concurrentMax: number): ReadonlyArray<string> =>
  history.flatMap((fact) => {
    if (fact._tag !== "Counted") return []
    const { atMillis, backlog, inFlight, running, waiting } = fact
    const found: Array<string> = []
    if (running > concurrentMax) found.push(`${running} slots are held at ${atMillis}, there are ${concurrentMax}`)
    if (running > inFlight - backlog - waiting) {
      found.push(`${running} slots are held at ${atMillis} by ${inFlight - backlog} runs, of which ${waiting} wait`)
    }
    return found
  })

/** No place in the queue is below zero. */
export const places = (history: History): ReadonlyArray<string> =>
  history.flatMap((fact) =>
    fact._tag === "Placed" && fact.position < 0 ? [`${fact.runId} had the place ${fact.position}`] : []
  )
