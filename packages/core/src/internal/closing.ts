/**
 * Which of the flights below a session end with it: by each child's policy for
 * the end of its parent. Pure; the scheduler carries it out.
 *
 * A child that is spared keeps everything below it.
 */
import type { SessionId } from "../Ids.ts"
import { jobIdOf } from "../SpawnJob.ts"
import type { Flight, Flights } from "./flights.ts"

/** `settled`: the parent's run is over by itself; the others are how far a cancel goes. */
export type Occasion = "settled" | "graceful" | "abort"

/** An abandoned child is never stopped with its parent; a draining one only before it began, or by an abort. */
export const isSpared = (flight: Pick<Flight, "parentClose" | "live">, occasion: Occasion): boolean => {
  switch (flight.parentClose) {
    case "cancel":
      return false
    case "drain":
      return flight.live !== undefined && occasion !== "abort"
    case "abandon":
      return true
  }
}

/** Of everything in flight below a session that is cancelled, what is to be stopped; shallow first. */
export const endingWith = (below: ReadonlyArray<Flight>, occasion: Occasion): ReadonlyArray<Flight> => {
  const spared = new Set<SessionId>()
  const ending: Array<Flight> = []
  for (const flight of below.toSorted((a, b) => a.ancestors.length - b.ancestors.length)) {
    const kept = flight.ancestors.some((above) => spared.has(above)) || isSpared(flight, occasion)
    if (kept) spared.add(flight.job.childSessionId)
    else ending.push(flight)
  }
  return ending
}

/**
 * What belongs to a job that is over: its own children in flight and what is
 * below them, down to the children that are spared. Only ever looks at children.
 */
export const belongingTo = (flights: Flights, over: Flight): ReadonlyArray<Flight> => {
  const ending: Array<Flight> = []
  const owner = jobIdOf(over.job)
  for (const child of flights.children(over.job.childSessionId)) {
    if (child.job.ownerRunId === owner && !isSpared(child, "settled")) ending.push(child)
  }
  for (let at = 0; at < ending.length; at++) {
    const above = ending[at]
    if (above === undefined) break
    for (const child of flights.children(above.job.childSessionId)) {
      if (!isSpared(child, "settled")) ending.push(child)
    }
  }
  return ending
}
