/**
 * Every accepted job of this process that has no completion yet, by child.
 *
 * Plain memory, rebuilt from the record at start. I1: one flight a child.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { SessionId } from "../Ids.ts"
import type { SpawnJob } from "../SpawnJob.ts"
import type { Entry } from "./fairQueue.ts"
import type { LiveRun, Stop } from "./liveRun.ts"

/** One accepted job on its way from acceptance to completion. */
export interface Flight extends Entry {
  readonly job: SpawnJob
  /** From the parent up to the root. */
  readonly ancestors: ReadonlyArray<SessionId>
  live: LiveRun | undefined
  /** A cancel that came before the run was live. */
  stop: Stop | undefined
  holdsSlot: boolean
  /** Completed with the move into the launch queue, for who waits for room there. */
  room: Deferred.Deferred<void> | undefined
  /** Completed with the settling, for who waits for that. */
  settled: Deferred.Deferred<void> | undefined
}

export const makeFlight = (job: SpawnJob, ancestors: ReadonlyArray<SessionId>, agent: string | undefined): Flight => ({
  job,
  runId: job.runId,
  line: job.parentSessionId ?? job.childSessionId,
  agent,
  ancestors,
  live: undefined,
  stop: undefined,
  holdsSlot: false,
  room: undefined,
  settled: undefined
})

type Tell = (settled: Flight) => void

export class Flights {
  private readonly byChild = new Map<SessionId, Flight>()
  private readonly childrenOf = new Map<SessionId, number>()
  private readonly watchers = new Map<SessionId, Set<Tell>>()

  get size(): number {
    return this.byChild.size
  }

  get(childId: SessionId): Flight | undefined {
    return this.byChild.get(childId)
  }

  all(): Iterable<Flight> {
    return this.byChild.values()
  }

  add(flight: Flight): void {
    const { childSessionId, parentSessionId } = flight.job
    this.byChild.set(childSessionId, flight)
    if (parentSessionId !== undefined) {
      this.childrenOf.set(parentSessionId, (this.childrenOf.get(parentSessionId) ?? 0) + 1)
    }
  }

  /** Ends a flight and tells who watches it or a session above it. */
  settle(flight: Flight): void {
    const { childSessionId, parentSessionId } = flight.job
    if (this.byChild.get(childSessionId) === flight) this.byChild.delete(childSessionId)
    if (parentSessionId !== undefined) {
      const left = (this.childrenOf.get(parentSessionId) ?? 1) - 1
      if (left === 0) this.childrenOf.delete(parentSessionId)
      else this.childrenOf.set(parentSessionId, left)
    }
    this.tell(childSessionId, flight)
    for (const ancestor of flight.ancestors) this.tell(ancestor, flight)
    if (flight.settled !== undefined) Deferred.doneUnsafe(flight.settled, Effect.void)
    if (flight.room !== undefined) Deferred.doneUnsafe(flight.room, Effect.void)
  }

  hasChildren(parentId: SessionId): boolean {
    return this.childrenOf.has(parentId)
  }

  /** The flights of all sessions below this one. */
  below(id: SessionId): ReadonlyArray<Flight> {
    const found: Array<Flight> = []
    for (const flight of this.byChild.values()) if (flight.ancestors.includes(id)) found.push(flight)
    return found
  }

  /** Calls `tell` whenever the session itself or one below it settles, until the returned function is called. */
  watch(sessionId: SessionId, tell: Tell): () => void {
    const set = this.watchers.get(sessionId) ?? new Set()
    this.watchers.set(sessionId, set.add(tell))
    return () => {
      set.delete(tell)
      if (set.size === 0) this.watchers.delete(sessionId)
    }
  }

  private tell(sessionId: SessionId, settled: Flight): void {
    for (const tell of this.watchers.get(sessionId) ?? []) tell(settled)
  }
}
