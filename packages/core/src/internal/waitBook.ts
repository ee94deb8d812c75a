/**
 * Which parents wait, and which children are settling just now. Plain memory
 * that mirrors the open waits of the record. Nothing here waits, so what one
 * call sees and changes is one moment.
 *
 * Invariants
 *   W1. Whoever may open or close a wait has its turn first, and there is one
 *       turn a wait; a turn lasts until the commit it was taken for has ended.
 *   W2. A settling child waits only for children that began to settle before
 *       it, and for turns. Who has a turn waits for nobody that may want it:
 *       a registration only for children that were asked before it began.
 *   W3. Of the children of an `all` that settle at once the last one to begin
 *       decides, and by then the others are recorded.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { SessionId } from "../Ids.ts"
import type { Wait } from "../Obligation.ts"
import type { SessionStatus } from "../Session.ts"
import * as WaitPolicy from "../WaitPolicy.ts"
import type { Flight, Flights } from "./flights.ts"

type State =
  | { readonly _tag: "Registering" }
  | { readonly _tag: "Open"; readonly wait: Wait }
  | { readonly _tag: "Closed" }

/** The wait of one parent, from its registration to its end. */
export class Entry {
  readonly parentId: SessionId
  state: State = { _tag: "Registering" }
  private readonly named: ReadonlySet<SessionId>
  private turn: Deferred.Deferred<void> | undefined
  /** Children in flight of which it is known that their job is recorded, and has not settled. */
  private readonly recorded = new WeakSet<Flight>()

  constructor(parentId: SessionId, children: ReadonlyArray<SessionId>) {
    this.parentId = parentId
    this.named = new Set(children)
  }

  isAbout(childId: SessionId): boolean {
    return this.named.size === 0 || this.named.has(childId)
  }

  /** Ends with the turn of whoever has it; undefined: nobody has. */
  get taken(): Effect.Effect<void> | undefined {
    return this.turn === undefined ? undefined : Deferred.await(this.turn)
  }

  take(): void {
    this.turn = Deferred.makeUnsafe<void>()
  }

  give(): void {
    const { turn } = this
    this.turn = undefined
    if (turn !== undefined) Deferred.doneUnsafe(turn, Effect.void)
  }

  isKnown(flight: Flight): boolean {
    return this.recorded.has(flight)
  }

  know(flight: Flight): void {
    this.recorded.add(flight)
  }

  forget(flight: Flight): void {
    this.recorded.delete(flight)
  }
}

/** What a settling child has to do about the wait of its parent. */
export type Look =
  /** Nothing: the wait is over, is not about it, or somebody who settles later decides. */
  | { readonly _tag: "Pass" }
  /** Look again when this has ended. */
  | { readonly _tag: "Later"; readonly until: Effect.Effect<void> }
  /** It has the turn. `unsure` are sisters in flight whose job may not be recorded, or has settled. */
  | { readonly _tag: "Turn"; readonly wait: Wait; readonly unsure: ReadonlyArray<Flight> }

const pass: Look = { _tag: "Pass" }

export class WaitBook {
  private readonly entries = new Map<SessionId, Entry>()
  /** Children that were asked and whose commit has not ended, in the order of asking. */
  private readonly settling = new Map<Flight, Deferred.Deferred<void> | undefined>()
  private readonly flights: Flights

  constructor(flights: Flights) {
    this.flights = flights
  }

  of(parentId: SessionId): Entry | undefined {
    return this.entries.get(parentId)
  }

  all(): ReadonlyArray<Entry> {
    return Array.from(this.entries.values())
  }

  /** A new entry, with its turn taken. */
  enter(parentId: SessionId, children: ReadonlyArray<SessionId>): Entry {
    const entry = new Entry(parentId, children)
    entry.take()
    this.entries.set(parentId, entry)
    return entry
  }

  /** Ends a turn with the wait open. */
  open(entry: Entry, wait: Wait): void {
    entry.state = { _tag: "Open", wait }
    entry.give()
  }

  /** Ends a turn with the wait over. */
  close(entry: Entry): void {
    entry.state = { _tag: "Closed" }
    if (this.entries.get(entry.parentId) === entry) this.entries.delete(entry.parentId)
    entry.give()
  }

  begin(flight: Flight): void {
    this.settling.set(flight, undefined)
  }

  /** Its commit has ended. One that has settled may be in flight for a moment longer: only the record tells. */
  end(flight: Flight): void {
    const { parentSessionId } = flight.job
    if (parentSessionId !== undefined) this.entries.get(parentSessionId)?.forget(flight)
    const ended = this.settling.get(flight)
    this.settling.delete(flight)
    if (ended !== undefined) Deferred.doneUnsafe(ended, Effect.void)
  }

  /** Ends when every child of this parent that was asked before now has been recorded, or was not. */
  ended(parentId: SessionId): Effect.Effect<void> {
    const before = Array.from(this.settling.keys()).filter(({ job }) => job.parentSessionId === parentId)
    // All at this moment: one whose commit did not stand is asked again, and waits for whoever waits here.
    return Effect.all(
      before.map((flight) => this.endOf(flight)),
      { discard: true }
    )
  }

  /** Whether nobody is in flight who would decide. */
  isQuiet(entry: Entry): boolean {
    for (const flight of this.flights.children(entry.parentId)) {
      if (entry.isAbout(flight.job.childSessionId)) return false
    }
    for (const flight of this.settling.keys()) if (this.isSister(entry, flight)) return false
    return true
  }

  look(entry: Entry, flight: Flight, status: SessionStatus): Look {
    const { taken } = entry
    if (entry.state._tag === "Closed" || !entry.isAbout(flight.job.childSessionId)) return pass
    if (taken !== undefined) return { _tag: "Later", until: taken }
    if (entry.state._tag === "Registering") return pass
    const { wait } = entry.state
    const unsure: Array<Flight> = []
    if (!WaitPolicy.suffices(wait.policy, status)) {
      for (const sister of this.flights.children(entry.parentId)) {
        if (this.settling.has(sister) || !entry.isAbout(sister.job.childSessionId)) continue
        if (entry.isKnown(sister)) return pass
        unsure.push(sister)
      }
      const until = this.beforeAndAfter(entry, flight)
      if (until !== undefined) return until
    }
    entry.take()
    return { _tag: "Turn", wait, unsure }
  }

  /** W3: who settles later decides; who settles earlier is waited for. */
  private beforeAndAfter(entry: Entry, flight: Flight): Look | undefined {
    let earlier: Flight | undefined
    let reached = false
    for (const sister of this.settling.keys()) {
      if (sister === flight) reached = true
      else if (!this.isSister(entry, sister)) continue
      else if (reached) return pass
      else earlier ??= sister
    }
    return earlier === undefined ? undefined : { _tag: "Later", until: this.endOf(earlier) }
  }

  private isSister(entry: Entry, { job }: Flight): boolean {
    return job.parentSessionId === entry.parentId && entry.isAbout(job.childSessionId)
  }

  /** Also ends when the flight lands, should nobody say how its commit went. */
  private endOf(flight: Flight): Effect.Effect<void> {
    if (this.flights.get(flight.job.childSessionId) !== flight) {
      this.end(flight)
      return Effect.void
    }
    const ended = this.settling.get(flight) ?? Deferred.makeUnsafe<void>()
    this.settling.set(flight, ended)
    return Effect.raceFirst(Deferred.await(ended), flight.landing.awaited)
  }
}
