/**
 * Takes accepted jobs to their launch, in turn and within the limits, and ends
 * them when they are cancelled or the process closes.
 *
 * It owns the fibers of all runs: one a child. What a run is, `Execute` says;
 * which status follows which, `Lifecycle`.
 *
 * Invariants
 *   I1. One flight a child: a second job for a child in flight is refused.
 *   I2. A job is recorded before it has a place, and leaves only by settling.
 *   I7. Whoever is accepted under a cancelled ancestor is cancelled at once:
 *       the check follows the registration, a cancel registers before it looks.
 *   I10. A run holds a slot from its launch to its settling, except while it waits.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { Agent } from "./Agent.ts"
import { AgentDirectory, concurrentMaxDefault } from "./AgentDirectory.ts"
import * as Execute from "./Execute.ts"
import { ExternalChildRunners, type StopMode } from "./ExternalChildRunner.ts"
import * as Finalize from "./Finalize.ts"
import type { RunId, SessionId } from "./Ids.ts"
import { FairQueue } from "./internal/fairQueue.ts"
import { type Flight, Flights, makeFlight } from "./internal/flights.ts"
import { Heartbeats } from "./internal/heartbeats.ts"
import type { Stop } from "./internal/liveRun.ts"
import { Recorder, type Show } from "./internal/recorder.ts"
import { CurrentLimits, GraceTime, type Limits } from "./Limits.ts"
import type { CancelledBy } from "./Outcome.ts"
import { Outbox } from "./Outbox.ts"
import * as Recovery from "./Recovery.ts"
import { metadataKeys, type Session } from "./Session.ts"
import type { StoreError, Transition } from "./SessionStore.ts"
import { SessionStreams } from "./SessionStreams.ts"
import type { SpawnJob } from "./SpawnJob.ts"
import { AlreadyRunning, QueueFull, type QueuePlace, SchedulerClosed } from "./SubAgents.ts"
import { CurrentPolicy } from "./Watchdog.ts"

/** A guess at when some of the backlog has moved on: a child of a few seconds. */
const retryAfterSeconds = 5

/** What is to be accepted: the job, where it stands, and the changes that record it with everything it comes with. */
export interface Acceptance {
  readonly job: SpawnJob
  readonly session: Session
  /** From the parent up to the root. */
  readonly ancestors: ReadonlyArray<SessionId>
  readonly changes: Transition
  /** Called after the commit and before the job has its place, to show what was recorded. */
  readonly show: Show
  /** `cancelEpoch` as it was before the ancestors' statuses were read (I7). */
  readonly epoch: number
}

/** A cancel came between the reading of the ancestors and the acceptance: look again. Nothing was accepted. */
export class AncestryChanged extends Schema.TaggedError<AncestryChanged>()("AncestryChanged", {}) {
  readonly retryable = true
  override get message(): string {
    return "an ancestor may have been cancelled meanwhile"
  }
}

export interface SpawnSchedulerShape {
  /**
   * Records the job and waits for room in the launch queue (`S-queue`).
   *
   * **Durability**: the job is recorded before it waits (`S-lost-queue`).
   * **Interruption**: a recorded job stays accepted; only the waiting stops.
   */
  readonly enqueue: (
    acceptance: Acceptance
  ) => Effect.Effect<void, QueueFull | SchedulerClosed | AlreadyRunning | AncestryChanged | StoreError>
  /**
   * Records the job and gives it a place, without waiting for room.
   *
   * **Interruption**: either nothing was accepted, or all of it was.
   */
  readonly accept: (
    acceptance: Acceptance
  ) => Effect.Effect<QueuePlace, QueueFull | SchedulerClosed | AlreadyRunning | AncestryChanged | StoreError>
  /** Grows with every cancel that was recorded; see `Acceptance`. */
  readonly cancelEpoch: () => number
  /** To be called when a session's cancel is recorded, before its subtree is stopped. */
  readonly noteCancel: () => void
  /** Accepts no job of this session or below it until the returned function is called. */
  readonly refuse: (id: SessionId) => () => void
  readonly flight: (childId: SessionId) => Option.Option<Flight>
  readonly flightsBelow: (id: SessionId) => ReadonlyArray<Flight>
  readonly hasChildrenInFlight: (id: SessionId) => boolean
  /** Calls `tell` when the session or one below it settles, until the returned function is called. */
  readonly watch: (id: SessionId, tell: (settled: Flight) => void) => () => void
  readonly place: (runId: RunId) => Option.Option<QueuePlace>
  /** Ends a flight: a queued one settles now, a live one is told to stop. */
  readonly stop: (flight: Flight, by: CancelledBy, mode: StopMode) => Effect.Effect<void>
  /** Returns when the flight has settled. **Interruption**: stops the waiting only. */
  readonly settled: (flight: Flight) => Effect.Effect<void>
  /** Takes nothing more, launches nothing more, stops what runs and waits for it. Queued jobs stay recorded. */
  readonly drain: Effect.Effect<void>
  /** How much is in flight, how many of it hold a slot, and how many wait for their launch. */
  readonly counts: Effect.Effect<SchedulerCounts>
}

export interface SchedulerCounts {
  readonly inFlight: number
  readonly running: number
  readonly backlog: number
}

export class SpawnScheduler extends Context.Service<SpawnScheduler, SpawnSchedulerShape>()(
  "@offshoot/core/SpawnScheduler"
) {}

const agentOf = (session: Session): string | undefined => session.metadata[metadataKeys.externalAgentId]

/** Everything mutable of one scheduler. */
class Floor {
  readonly flights = new Flights()
  readonly heartbeats: Heartbeats
  readonly queue: FairQueue<Flight>
  readonly wake = Latch.makeUnsafe(false)
  readonly limits: Limits
  /** Runs that want their slot back, first in first out; before any launch. */
  returning: Array<{ readonly flight: Flight; readonly room: Deferred.Deferred<void> }> = []
  closed = false
  /** Sessions that are being removed: no job of theirs or of a session below is accepted. */
  readonly leaving = new Set<{ readonly id: SessionId }>()
  /** Accepted but not recorded yet: they count against the backlog. */
  recording = 0
  cancels = 0
  /** Admitted, with a slot, and not launched yet. */
  private admitted: Array<Flight> = []

  constructor(limits: Limits, agentMax: (agent: string) => number, heartbeats: Heartbeats) {
    this.limits = limits
    this.heartbeats = heartbeats
    this.queue = new FairQueue(limits, agentMax)
  }

  /** Whether the session or one above it is being removed, or one above it has a run that is being stopped (I7). */
  refuses(id: SessionId, ancestors: ReadonlyArray<SessionId>): boolean {
    for (const gone of this.leaving) if (gone.id === id || ancestors.includes(gone.id)) return true
    return ancestors.some((above) => this.flights.get(above)?.stop !== undefined)
  }

  full(): boolean {
    return this.queue.waiting + this.recording >= this.limits.backlog + this.limits.queue
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

  /** Completing a room may run the whole rest of that run, and come in here again: its entry is gone by then. */
  private admitReturning(): void {
    while (true) {
      const at = this.returning.findIndex(({ flight }) => this.queue.reenter(flight))
      const [next] = at < 0 ? [] : this.returning.splice(at, 1)
      if (next === undefined) return
      next.flight.holdsSlot = true
      Deferred.doneUnsafe(next.room, Effect.void)
    }
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
}

const makeFloor = Effect.gen(function* () {
  const heartbeats = new Heartbeats(yield* SessionStreams)
  const limits = yield* CurrentLimits
  const directory = yield* AgentDirectory
  return new Floor(limits, (agent) => directory.get(agent)?.concurrentMax ?? concurrentMaxDefault, heartbeats)
})

const makeServices = Effect.fnUntraced(function* (floor: Floor) {
  const services: Execute.ExecuteServices = {
    recorder: yield* Recorder,
    streams: yield* SessionStreams,
    outbox: yield* Outbox,
    agent: yield* Agent,
    runners: yield* ExternalChildRunners,
    policy: yield* CurrentPolicy,
    grace: yield* GraceTime,
    closing: () => floor.closed,
    slots: { leave: (flight) => floor.leave(flight), reenter: (flight) => floor.reenter(flight) },
    hasChildrenInFlight: (session) => floor.flights.hasChildren(session.id),
    onLive: (live) => floor.heartbeats.add(live)
  }
  return services
})

/** The end of a flight in memory, after its completion is recorded or given up. */
const land = (floor: Floor, flight: Flight): Effect.Effect<void> =>
  Effect.sync(() => {
    if (flight.live !== undefined) floor.heartbeats.remove(flight.live)
    floor.leave(flight)
    floor.flights.settle(flight)
  })

/** `S-launch`: one worker launches in order; a launch that crashes is logged and the next one goes on. */
const launchLoop = (floor: Floor, services: Execute.ExecuteServices, runs: FiberMap.FiberMap<SessionId, void, never>) =>
  Effect.suspend(() => {
    floor.wake.closeUnsafe()
    return Effect.forEach(
      floor.takeAdmitted(),
      (flight) =>
        FiberMap.run(
          runs,
          flight.job.childSessionId,
          Execute.execute(services, flight).pipe(
            Effect.tapCause((cause) => Effect.logError("launch.crashed", cause)),
            Effect.ignoreCause,
            Effect.ensuring(land(floor, flight))
          )
        ),
      { discard: true }
    )
  }).pipe(
    Effect.tapCause((cause) => Effect.logError("launch.failed", cause)),
    Effect.ignoreCause,
    Effect.andThen(floor.wake.await),
    Effect.forever
  )

const tellToStop = (flight: Flight, stop: Stop, mode: StopMode): Effect.Effect<void> =>
  Effect.sync(() => {
    flight.stop ??= stop
    const { live } = flight
    if (live === undefined) return
    if (mode === "abort") {
      live.stopMode = "abort"
      if (live.aborted !== undefined) Deferred.doneUnsafe(live.aborted, Effect.void)
    }
    Deferred.doneUnsafe(live.verdict, Effect.succeed(flight.stop))
  })

/** Puts a recorded job in its line. */
const placeFlight = (floor: Floor, flight: Flight): QueuePlace => {
  floor.queue.offer(flight)
  floor.admit()
  return floor.queue.place(flight.runId) ?? launching
}

const launching: QueuePlace = { position: 0, reason: "launching" }

const makeAccept = (floor: Floor, services: Execute.ExecuteServices) =>
  Effect.fnUntraced(function* (acceptance: Acceptance) {
    const { ancestors, changes, epoch, job, session, show } = acceptance
    if (floor.closed) return yield* new SchedulerClosed({})
    if (epoch !== floor.cancels || floor.refuses(job.childSessionId, ancestors)) return yield* new AncestryChanged({}) // I7
    const inFlight = floor.flights.get(job.childSessionId)
    if (inFlight !== undefined) {
      // I1
      return yield* new AlreadyRunning({ sessionId: job.childSessionId, runId: inFlight.runId })
    }
    if (floor.full()) return yield* new QueueFull({ backlogMax: floor.limits.backlog, retryAfterSeconds })
    const flight = makeFlight(job, ancestors, agentOf(session))
    floor.flights.add(flight)
    floor.recording += 1
    yield* services.recorder.commit(changes, show).pipe(
      // I2
      Effect.onError(() => Effect.sync(() => floor.flights.settle(flight))),
      Effect.ensuring(
        Effect.sync(() => {
          floor.recording -= 1
        })
      )
    )
    if (flight.stop === undefined) return { flight, place: placeFlight(floor, flight) }
    yield* Execute.settleUnbegun(services, flight).pipe(Effect.ensuring(land(floor, flight))) // I7: cancelled while it was being recorded
    return { flight, place: launching }
  }, Effect.uninterruptible)

const makeStop = (floor: Floor, services: Execute.ExecuteServices) =>
  Effect.fnUntraced(function* (flight: Flight, by: CancelledBy, mode: StopMode) {
    yield* tellToStop(flight, { _tag: "Stop", by }, mode)
    if (!floor.queue.withdraw(flight.runId)) return
    yield* Execute.settleUnbegun(services, flight).pipe(Effect.ensuring(land(floor, flight)))
  }, Effect.uninterruptible)

const settledOf = (flight: Flight): Effect.Effect<void> =>
  Effect.suspend(() => {
    flight.settled ??= Deferred.makeUnsafe<void>()
    return Deferred.await(flight.settled)
  })

/** Stops everything that runs and waits for it; each ends within the grace time. */
const makeDrain = (floor: Floor, runs: FiberMap.FiberMap<SessionId, void, never>) =>
  Effect.suspend(() => {
    floor.closed = true
    const live = Array.from(floor.flights.all()).filter((flight) => flight.live !== undefined || flight.holdsSlot)
    return Effect.forEach(live, (flight) => tellToStop(flight, { _tag: "Stop", by: "shutdown" }, "graceful"), {
      discard: true
    }).pipe(Effect.andThen(FiberMap.awaitEmpty(runs)))
  })

/** Takes up what a process before this one left: queued jobs queue again, launched ones are lost. */
const recover = Effect.fnUntraced(function* (floor: Floor, services: Execute.ExecuteServices) {
  for (const found of yield* Recovery.openJobs(services.recorder.store)) {
    const flight = makeFlight(
      found.job,
      found.ancestors,
      Option.getOrUndefined(Option.flatMapNullishOr(found.session, agentOf))
    )
    floor.flights.add(flight)
    if (found.decision._tag === "Requeue") {
      placeFlight(floor, flight)
    } else {
      yield* Finalize.finalize(services, flight, found.session, found.decision.outcome)
      yield* land(floor, flight)
    }
  }
})

const make: Effect.Effect<SpawnSchedulerShape, StoreError, Recorder | SessionStreams | Outbox | Scope.Scope> =
  Effect.gen(function* () {
    const floor = yield* makeFloor
    const services = yield* makeServices(floor)
    const runs = yield* FiberMap.make<SessionId, void, never>()
    yield* recover(floor, services)
    const drain = makeDrain(floor, runs)
    yield* Effect.forkScoped(floor.heartbeats.run)
    yield* Effect.forkScoped(launchLoop(floor, services, runs))
    yield* Effect.addFinalizer(() => drain)
    const accept = makeAccept(floor, services)
    return {
      accept: (acceptance) => Effect.map(accept(acceptance), ({ place }) => place),
      enqueue: (acceptance) =>
        Effect.flatMap(accept(acceptance), ({ flight }) =>
          Effect.suspend(() => {
            if (!floor.queue.waitsForRoom(flight.runId)) return Effect.void
            flight.room = Deferred.makeUnsafe<void>()
            return Deferred.await(flight.room)
          })
        ),
      flight: (childId) => Option.fromUndefinedOr(floor.flights.get(childId)),
      flightsBelow: (id) => floor.flights.below(id),
      hasChildrenInFlight: (id) => floor.flights.hasChildren(id),
      watch: (id, tell) => floor.flights.watch(id, tell),
      place: (runId) => Option.fromUndefinedOr(floor.queue.place(runId)),
      cancelEpoch: () => floor.cancels,
      noteCancel: () => {
        floor.cancels += 1
      },
      refuse: (id) => {
        const gone = { id }
        floor.leaving.add(gone)
        return () => {
          floor.leaving.delete(gone)
        }
      },
      stop: makeStop(floor, services),
      settled: settledOf,
      drain,
      counts: Effect.sync(() => ({
        inFlight: floor.flights.size,
        running: floor.queue.running,
        backlog: floor.queue.waiting
      }))
    }
  })

/** The local scheduler: all runs in this process. Closing it drains it. */
export const layer: Layer.Layer<SpawnScheduler, StoreError, Recorder | SessionStreams | Outbox> = Layer.effect(
  SpawnScheduler,
  make
)
