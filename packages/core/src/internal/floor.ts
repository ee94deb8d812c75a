/**
 * Where accepted jobs wait, hold their slots and come back for them: the queue,
 * the delays before a next try, and the pauses that providers ask for. Plain
 * memory, rebuilt from the record at the start; owned by the scheduler.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type { RunId, SessionId } from "../Ids.ts"
import type { Limits } from "../Limits.ts"
import type { QueuePlace } from "../SubAgents.ts"
import { FairQueue } from "./fairQueue.ts"
import type { Flight, Flights } from "./flights.ts"
import type { Heartbeats } from "./heartbeats.ts"

export const launching: QueuePlace = { position: 0, reason: "launching" }

export class Floor {
  readonly flights: Flights
  readonly heartbeats: Heartbeats
  readonly queue: FairQueue<Flight>
  readonly wake = Latch.makeUnsafe(false)
  readonly limits: Limits
  closed = false
  /** Sessions that are being removed: no job of theirs or of a session below is accepted. */
  readonly leaving = new Set<{ readonly id: SessionId }>()
  /** Accepted but not recorded yet: they count against the backlog. */
  recording = 0
  cancels = 0
  /** A commit failed that may have stood all the same: the record is to be looked through for jobs that have no flight. */
  doubtful = false
  /** Opened by a doubt, for the upkeep that looks into it. */
  readonly doubts = Latch.makeUnsafe(false)
  /** Runs that want their slot back, first in first out; before any launch. */
  private returning: Array<{ readonly flight: Flight; readonly room: Deferred.Deferred<void> }> = []
  /** Admitted, with a slot, and not launched yet. */
  private admitted: Array<Flight> = []
  /** Jobs whose next try is not launched yet, and when it may be. */
  private readonly delayed = new Map<RunId, number>()
  /** Until when nothing new of an agent or provider is launched. */
  private readonly paused = new Map<string, number>()

  constructor(limits: Limits, agentMax: (agent: string) => number, flights: Flights, heartbeats: Heartbeats) {
    this.limits = limits
    this.flights = flights
    this.heartbeats = heartbeats
    flights.onDoubt = () => this.doubt()
    flights.refuses = (id, ancestors) => this.refuses(id, ancestors)
    this.queue = new FairQueue(limits, (agent) => (this.paused.has(agent) ? 0 : agentMax(agent)))
  }

  doubt(): void {
    this.doubtful = true
    this.doubts.openUnsafe()
  }

  /** Whether the session or one above it is being removed, or one above it has a run that is being stopped (I7). */
  refuses(id: SessionId, ancestors: ReadonlyArray<SessionId>): boolean {
    for (const gone of this.leaving) if (gone.id === id || ancestors.includes(gone.id)) return true
    return ancestors.some((above) => this.flights.get(above)?.stop !== undefined)
  }

  full(): boolean {
    return this.queue.waiting + this.delayed.size + this.recording >= this.limits.backlog + this.limits.queue
  }

  get waiting(): number {
    return this.queue.waiting + this.delayed.size
  }

  /** Hands the admitted flights to the launch loop. */
  takeAdmitted(): ReadonlyArray<Flight> {
    const { admitted } = this
    this.admitted = []
    return admitted
  }

  /** Lets go on who may: first who comes back, then who is next in the launch queue. */
  admit(): void {
    if (this.closed) return
    this.admitReturning()
    while (true) {
      for (const flight of this.queue.refill()) {
        if (flight.room !== undefined) Deferred.doneUnsafe(flight.room, Effect.void)
      }
      const flight = this.queue.take()
      if (flight === undefined) return
      flight.holdsSlot = true
      this.admitted.push(flight)
      this.wake.openUnsafe()
    }
  }

  /** Puts a recorded job in its line. */
  enter(flight: Flight): QueuePlace {
    this.queue.offer(flight)
    this.admit()
    return this.queue.place(flight.runId) ?? launching
  }

  /** Keeps a job out of its line until somebody lets it in. */
  delay(flight: Flight, untilMillis: number): QueuePlace {
    this.delayed.set(flight.runId, untilMillis)
    return { position: 0, reason: "retry_backoff" }
  }

  /** False when it is not delayed any more: it was stopped meanwhile. */
  endDelay(flight: Flight): boolean {
    return this.delayed.delete(flight.runId)
  }

  /** Launches nothing more of an agent. Whether that is later than what was asked for before. */
  pause(agent: string, untilMillis: number): boolean {
    if ((this.paused.get(agent) ?? 0) >= untilMillis) return false
    this.paused.set(agent, untilMillis)
    this.queue.recall(agent)
    return true
  }

  endPause(agent: string): void {
    this.paused.delete(agent)
    this.admit()
  }

  place(runId: RunId): QueuePlace | undefined {
    if (this.delayed.has(runId)) return { position: 0, reason: "retry_backoff" }
    return this.queue.place(runId)
  }

  /** Takes a job out before its launch; false when it does not wait for one. */
  withdraw(flight: Flight): boolean {
    return this.endDelay(flight) || this.queue.withdraw(flight.runId)
  }

  leave(flight: Flight): void {
    if (!flight.holdsSlot) return
    flight.holdsSlot = false
    this.queue.release(flight)
    this.admit()
  }

  reenter(flight: Flight): Effect.Effect<void> {
    return Effect.suspend(() => {
      const waiting = { flight, room: Deferred.makeUnsafe<void>() }
      this.returning.push(waiting)
      this.admit()
      return Effect.onInterrupt(Deferred.await(waiting.room), () =>
        Effect.sync(() => {
          this.returning = this.returning.filter((other) => other !== waiting)
        })
      )
    })
  }

  /** Completing a room may run the whole rest of that run, and come in here again: its entry is gone by then. */
  private admitReturning(): void {
    while (true) {
      // One that was given up may still want to come back: its flight has landed, and would never leave again.
      this.returning = this.returning.filter(({ flight }) => this.flights.get(flight.job.childSessionId) === flight)
      const at = this.returning.findIndex(({ flight }) => this.queue.reenter(flight))
      const [next] = at < 0 ? [] : this.returning.splice(at, 1)
      if (next === undefined) return
      next.flight.holdsSlot = true
      Deferred.doneUnsafe(next.room, Effect.void)
    }
  }
}
