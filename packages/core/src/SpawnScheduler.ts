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
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { Agent } from "./Agent.ts"
import { AgentDirectory, concurrentMaxDefault } from "./AgentDirectory.ts"
import type * as Execute from "./Execute.ts"
import { ExternalChildRunners, type StopMode } from "./ExternalChildRunner.ts"
import type { RunId, SessionId } from "./Ids.ts"
import { Budgets } from "./internal/budgets.ts"
import { CurrentFlights, type Flight, makeFlight, providerPrefix } from "./internal/flights.ts"
import { Floor, launching } from "./internal/floor.ts"
import { Heartbeats } from "./internal/heartbeats.ts"
import { Inbox } from "./internal/inbox.ts"
import { Recorder, type Show } from "./internal/recorder.ts"
import { recover } from "./internal/recovering.ts"
import { rest } from "./internal/resting.ts"
import { canResume } from "./internal/runnerChoice.ts"
import { Requests } from "./internal/requests.ts"
import {
  adopt,
  type Fibers,
  launch,
  releaseWaiting,
  pause,
  placeFlight,
  placeOrSettle,
  reserve,
  type Scheduling,
  settleUnbegun,
  stop,
  takeoverOf,
  tellToStop
} from "./internal/scheduling.ts"
import type { AcceptedJob } from "./internal/settlement.ts"
import { upkeep, upkeepLoop } from "./internal/upkeep.ts"
import { Waits } from "./internal/waits.ts"
import { CurrentLimits, GraceTime } from "./Limits.ts"
import type { CancelledBy } from "./Outcome.ts"
import { Outbox } from "./Outbox.ts"
import * as Recovery from "./Recovery.ts"
import * as Retry from "./Retry.ts"
import type { Session } from "./Session.ts"
import type { StoreError, Transition } from "./SessionStore.ts"
import { SessionStreams } from "./SessionStreams.ts"
import { jobIdOf, type SpawnJob } from "./SpawnJob.ts"
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

/** A cancel, or the end of the parent's job, came between the reading of the ancestors and the acceptance: look again. Nothing was accepted. */
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
  /** The job to which a child that is accepted under this session now belongs. */
  readonly ownerUnder: (parentId: SessionId) => Option.Option<RunId>
  /** Calls `tell` when the session or one below it settles, until the returned function is called. */
  readonly watch: (id: SessionId, tell: (settled: Flight) => void) => () => void
  readonly place: (runId: RunId) => Option.Option<QueuePlace>
  /** Gives jobs their places that were accepted inside another commit. */
  readonly adopt: (accepted: ReadonlyArray<AcceptedJob>) => Effect.Effect<void>
  /** Delivers the messages that wait for a session which is not in flight. */
  readonly release: (id: SessionId) => Effect.Effect<void>
  /** Ends a flight: a queued one settles now, a live one is told to stop. */
  readonly stop: (flight: Flight, by: CancelledBy, mode: StopMode) => Effect.Effect<void>
  /** Returns when the flight has settled. **Interruption**: stops the waiting only. */
  readonly settled: (flight: Flight) => Effect.Effect<void>
  /**
   * Takes nothing more and launches nothing more; gives what runs this long to
   * come to its end, then stops it and waits for that. Queued jobs stay
   * recorded, and so do runs that the next start can take up.
   *
   * **Interruption**: nothing is taken any more; what runs is not stopped by it.
   */
  readonly drain: (patience: Duration.Duration) => Effect.Effect<void>
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

const makeFloor = Effect.gen(function* () {
  const heartbeats = new Heartbeats(yield* SessionStreams)
  const limits = yield* CurrentLimits
  const directory = yield* AgentDirectory
  const agentMax = (agent: string): number =>
    agent.startsWith(providerPrefix)
      ? Number.MAX_SAFE_INTEGER
      : (directory.get(agent)?.concurrentMax ?? concurrentMaxDefault)
  return new Floor(limits, agentMax, yield* CurrentFlights, heartbeats)
})

const makeServices = Effect.fnUntraced(function* (floor: Floor, fibers: Fibers) {
  const agent = yield* Agent
  const runners = yield* ExternalChildRunners
  const inbox = yield* Inbox
  const requests = yield* Requests
  const waits = yield* Waits
  const services: Execute.ExecuteServices = {
    recorder: yield* Recorder,
    streams: yield* SessionStreams,
    outbox: yield* Outbox,
    inbox,
    requests,
    budgets: yield* Budgets,
    parts: { ofChild: [requests.part, inbox.part], ofParent: [waits.part] },
    agent,
    runners,
    policy: yield* CurrentPolicy,
    retry: yield* Retry.CurrentPolicy,
    recovery: { policy: yield* Recovery.CurrentPolicy, canResume: canResume(agent, runners) },
    grace: yield* GraceTime,
    closing: () => floor.closed,
    slots: { leave: (flight) => floor.leave(flight), reenter: (flight) => floor.reenter(flight) },
    hasChildrenInFlight: (session) => floor.flights.hasChildren(session.id),
    mayRest: ({ id }) => waits.hasOpenWait(id) || inbox.hasNews(id),
    rest: (flight, live) => rest({ floor, services, waits }, flight, live),
    onLive: (live) => floor.heartbeats.add(live),
    onRateLimited: (flight, seconds) => pause(floor, fibers, flight, seconds),
    reserve: (accepted) => reserve(floor, accepted),
    onDoubt: () => {
      floor.doubt()
    }
  }
  return { services, waits, inbox }
})

/** `S-launch`: one worker launches in order; a launch that crashes is logged and the next one goes on. */
const launchLoop = (scheduling: Scheduling) =>
  Effect.suspend(() => {
    const { floor, runs } = scheduling
    floor.wake.closeUnsafe()
    return Effect.forEach(
      floor.takeAdmitted(),
      (flight) => FiberMap.run(runs, flight.job.childSessionId, launch(scheduling, flight)),
      { discard: true }
    )
  }).pipe(
    Effect.tapCause((cause) => Effect.logError("launch.failed", cause)),
    Effect.ignoreCause,
    Effect.andThen(scheduling.floor.wake.await),
    Effect.forever
  )

/** Whether the parent's job is still the one under which the child was meant to be accepted. */
const ownerIsGone = (floor: Floor, { ownerRunId, parentSessionId }: SpawnJob): boolean => {
  if (ownerRunId === undefined || parentSessionId === undefined) return false
  const parent = floor.flights.get(parentSessionId)
  return parent === undefined || parent.settling || jobIdOf(parent.job) !== ownerRunId
}

const makeAccept = (scheduling: Scheduling) =>
  Effect.fnUntraced(function* (acceptance: Acceptance) {
    const { floor, services } = scheduling
    const { ancestors, changes, epoch, job, session, show } = acceptance
    if (floor.closed) return yield* new SchedulerClosed({})
    const changed = epoch !== floor.cancels || floor.refuses(job.childSessionId, ancestors) || ownerIsGone(floor, job)
    if (changed) return yield* new AncestryChanged({}) // I7
    const inFlight = floor.flights.get(job.childSessionId)
    if (inFlight !== undefined) {
      // I1
      return yield* new AlreadyRunning({ sessionId: job.childSessionId, runId: inFlight.runId })
    }
    if (floor.full()) return yield* new QueueFull({ backlogMax: floor.limits.backlog, retryAfterSeconds })
    const flight = makeFlight(job, ancestors, Option.some(session))
    floor.flights.add(flight)
    floor.recording += 1
    yield* services.recorder.commit(changes, show).pipe(
      // I2
      Effect.onError(() => Effect.sync(() => floor.flights.doubt(flight))),
      Effect.ensuring(
        Effect.sync(() => {
          floor.recording -= 1
        })
      )
    )
    if (flight.stop === undefined) return { flight, place: yield* placeFlight(scheduling, flight) }
    yield* settleUnbegun(scheduling, flight) // I7: cancelled while it was being recorded
    return { flight, place: launching }
  }, Effect.uninterruptible)

/** Lets what runs come to its end for a while, then stops it; each ends within the grace time. */
const makeDrain = ({ floor, runs }: Scheduling) =>
  Effect.fnUntraced(function* (patience: Duration.Duration) {
    floor.closed = true
    const running = yield* FiberMap.size(runs)
    if (running > 0 && Duration.toMillis(patience) > 0) {
      const patienceMillis = Duration.toMillis(patience)
      yield* Effect.logDebug("scheduler.draining").pipe(Effect.annotateLogs({ running, patienceMillis }))
      yield* Effect.timeoutOption(FiberMap.awaitEmpty(runs), patience)
    }
    const live = Array.from(floor.flights.all()).filter((flight) => flight.live !== undefined || flight.holdsSlot)
    yield* Effect.forEach(live, (flight) => tellToStop(flight, { _tag: "Stop", by: "shutdown" }, "graceful"), {
      discard: true
    })
    yield* FiberMap.awaitEmpty(runs)
  })

type Needed = Recorder | SessionStreams | Outbox | CurrentFlights | Inbox | Requests | Waits | Budgets

const shapeOf = (scheduling: Scheduling, drain: SpawnSchedulerShape["drain"]): SpawnSchedulerShape => {
  const { floor } = scheduling
  const accept = makeAccept(scheduling)
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
    release: (id) => releaseWaiting(scheduling, id),
    adopt: (accepted) => Effect.uninterruptible(adopt(scheduling, accepted)),
    flight: (childId) => Option.fromUndefinedOr(floor.flights.get(childId)),
    flightsBelow: (id) => floor.flights.below(id),
    hasChildrenInFlight: (id) => floor.flights.hasChildren(id),
    ownerUnder: (parentId) => floor.flights.ownerUnder(parentId),
    watch: (id, tell) => floor.flights.watch(id, tell),
    place: (runId) => Option.fromUndefinedOr(floor.place(runId)),
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
    stop: (flight, by, mode) => stop(scheduling, flight, by, mode),
    settled: ({ landing }) => landing.awaited,
    drain,
    counts: Effect.sync(() => ({
      inFlight: floor.flights.size,
      running: floor.queue.running,
      backlog: floor.waiting
    }))
  }
}

const make: Effect.Effect<SpawnSchedulerShape, StoreError, Needed | Scope.Scope> = Effect.gen(function* () {
  const floor = yield* makeFloor
  const fibers: Fibers = {
    runs: yield* FiberMap.make<SessionId, void, never>(),
    delays: yield* FiberMap.make<RunId, void, never>(),
    pauses: yield* FiberMap.make<string, void, never>()
  }
  const { services, waits } = yield* makeServices(floor, fibers)
  const scheduling: Scheduling = { ...fibers, floor, services, waits }
  floor.flights.onWoken = (flight) => placeOrSettle(scheduling, flight)
  yield* recover(services, takeoverOf(scheduling))
  yield* upkeep(scheduling)
  const drain = makeDrain(scheduling)
  yield* Effect.forkScoped(floor.heartbeats.run)
  yield* Effect.forkScoped(launchLoop(scheduling))
  yield* Effect.forkScoped(upkeepLoop(scheduling))
  yield* Effect.addFinalizer(() => drain(Duration.zero))
  return shapeOf(scheduling, drain)
})

/** The local scheduler: all runs in this process. Closing it drains it. */
export const layer: Layer.Layer<SpawnScheduler, StoreError, Needed> = Layer.effect(SpawnScheduler, make)
