/**
 * Every accepted job of this process that has no completion yet, by child.
 *
 * Plain memory, rebuilt from the record at start. I1: one flight a child.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Layer from "effect/Layer"
import * as Context from "effect/Context"
import type { RunId, SessionId } from "../Ids.ts"
import { metadataKeys, type ParentClose, type Session } from "../Session.ts"
import { jobIdOf, type SpawnJob } from "../SpawnJob.ts"
import { BudgetLedger, type Charged, uncharged } from "./budgetLedger.ts"
import type { Entry } from "./fairQueue.ts"
import type { LiveRun, Stop } from "./liveRun.ts"
import type { Seat } from "./publisher.ts"

/** Whether a flight has landed. Costs a deferred only when somebody waits for it. */
export class Landing {
  private over = false
  private waiting: Deferred.Deferred<void> | undefined

  happened(): void {
    this.over = true
    if (this.waiting !== undefined) Deferred.doneUnsafe(this.waiting, Effect.void)
  }

  /** At once when it has happened already. **Interruption**: stops the waiting only. */
  get awaited(): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.over) return Effect.void
      this.waiting ??= Deferred.makeUnsafe<void>()
      return Deferred.await(this.waiting)
    })
  }
}

/** One accepted job on its way from acceptance to completion. */
export interface Flight extends Entry, Charged {
  readonly job: SpawnJob
  /** From the parent up to the root. */
  readonly ancestors: ReadonlyArray<SessionId>
  readonly parentClose: ParentClose
  live: LiveRun | undefined
  /** The session as it was queued, when that is known without asking; let go with the launch. */
  queued: Session | undefined
  /** A cancel that came before the run was live. */
  stop: Stop | undefined
  holdsSlot: boolean
  /** Its end is being recorded: whoever looks for work that is still to come does not count it. */
  settling: boolean
  /** It rests until its session's children wake it, and has no place; changed by who has the turn of the wait. */
  suspended: boolean
  /** Completed with the move into the launch queue, for who waits for room there. */
  room: Deferred.Deferred<void> | undefined
  /** Its end, for who waits for that; the same over all tries of the job. */
  landing: Landing
}

/** The agent whose share a session's runs take; for one that runs in process, its provider. */
const agentOf = ({ metadata, modelRef }: Session): string | undefined => {
  const external = metadata[metadataKeys.externalAgentId]
  if (external !== undefined) return external
  const provider = modelRef?.provider.trim() ?? metadata[metadataKeys.providerName]?.trim() ?? ""
  return provider === "" ? undefined : providerPrefix + provider
}

/** Tells a provider from an agent of the same name. */
export const providerPrefix = "provider:"

export const makeFlight = (
  job: SpawnJob,
  ancestors: ReadonlyArray<SessionId>,
  session: Option.Option<Session>
): Flight => ({
  job,
  runId: job.runId,
  line: job.parentSessionId ?? job.childSessionId,
  agent: Option.getOrUndefined(Option.flatMapNullishOr(session, agentOf)),
  parentClose: Option.match(session, { onNone: () => "cancel", onSome: ({ parentClose }) => parentClose ?? "cancel" }),
  ancestors,
  budgets: Option.getOrUndefined(Option.flatMapNullishOr(session, ({ budgets }) => budgets)),
  charged: uncharged,
  live: undefined,
  queued: undefined,
  stop: undefined,
  holdsSlot: false,
  settling: false,
  suspended: false,
  room: undefined,
  landing: new Landing()
})

/**
 * The place of a session as it is when something is shown: on the streams above
 * it, nothing follows the end of its run but the start of another (I3).
 */
export const seatOf = (flights: Flights, childId: SessionId): Seat => ({
  childId,
  get ancestors() {
    const flight = flights.get(childId)
    return flight === undefined || flight.settling ? [] : flight.ancestors
  }
})

type Tell = (settled: Flight) => void

export class Flights {
  private readonly byChild = new Map<SessionId, Flight>()
  private readonly byParent = new Map<SessionId, Set<Flight>>()
  private readonly watchers = new Map<SessionId, Set<Tell>>()
  /** What budgeted flights use. */
  readonly ledger = new BudgetLedger<Flight>()

  /** Told when the commit of a job was reported as failed: it may be in the record all the same. */
  onDoubt: () => void = () => undefined
  /** Gives a parent its place whose rest is over; told by who took `suspended` from its flight. */
  onWoken: (flight: Flight) => Effect.Effect<void> = () => Effect.void
  /** Whether no job of this session is accepted now: it is being removed, or one above it is or is being stopped. */
  refuses: (id: SessionId, ancestors: ReadonlyArray<SessionId>) => boolean = () => false

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
    this.ledger.add(flight)
    if (parentSessionId === undefined) return
    const sisters = this.byParent.get(parentSessionId)
    if (sisters === undefined) this.byParent.set(parentSessionId, new Set([flight]))
    else sisters.add(flight)
  }

  /** The same job as another try, at the same moment: nobody is told that it has settled. */
  replace(flight: Flight, next: Flight): void {
    next.landing = flight.landing
    this.ledger.replace(flight, next)
    this.byChild.set(next.job.childSessionId, next)
    const { parentSessionId } = flight.job
    const sisters = parentSessionId === undefined ? undefined : this.byParent.get(parentSessionId)
    sisters?.delete(flight)
    sisters?.add(next)
  }

  /** Ends a flight and tells who watches it or a session above it. */
  settle(flight: Flight): void {
    const { childSessionId, parentSessionId } = flight.job
    if (this.byChild.get(childSessionId) === flight) this.byChild.delete(childSessionId)
    this.ledger.settle(flight)
    const sisters = parentSessionId === undefined ? undefined : this.byParent.get(parentSessionId)
    if (parentSessionId !== undefined && sisters?.delete(flight) === true && sisters.size === 0) {
      this.byParent.delete(parentSessionId)
    }
    this.tell(childSessionId, flight)
    for (const ancestor of flight.ancestors) this.tell(ancestor, flight)
    flight.landing.happened()
    if (flight.room !== undefined) Deferred.doneUnsafe(flight.room, Effect.void)
  }

  /** Ends a flight whose job may not be in the record. */
  doubt(flight: Flight): void {
    this.settle(flight)
    this.onDoubt()
  }

  hasChildren(parentId: SessionId): boolean {
    return this.byParent.has(parentId)
  }

  /** The job to which a child that is accepted under this session now belongs: the one in flight, unless it is ending. */
  ownerUnder(parentId: SessionId): Option.Option<RunId> {
    const flight = this.byChild.get(parentId)
    return flight === undefined || flight.settling ? Option.none() : Option.some(jobIdOf(flight.job))
  }

  /** The flights of this session's own children. */
  children(parentId: SessionId): Iterable<Flight> {
    return this.byParent.get(parentId) ?? []
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

/** The flights of this process: the scheduler adds and settles them, others look. */
export class CurrentFlights extends Context.Service<CurrentFlights, Flights>()(
  "@offshoot/core/internal/flights/CurrentFlights"
) {}

export const layer: Layer.Layer<CurrentFlights> = Layer.sync(CurrentFlights, () => new Flights())
