/** The world of a plan while it is played: the store that outlives it, its incarnations, and those who look on. */
import { type SessionStore, SpawnScheduler, SubAgents } from "@offshoot/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { Acts, Known } from "./Acts.ts"
import { Recorder, type Remains, type Witness } from "./Facts.ts"
import type * as FaultyStore from "./FaultyStore.ts"
import { Followers } from "./Followers.ts"
import * as JumpingClock from "./JumpingClock.ts"
import type { Act, Plan } from "./Plan.ts"
import * as Prng from "./Prng.ts"
import { alarmsTo, layerOf, type Machine, type Process } from "./Process.ts"
import { Readers } from "./Readers.ts"

/** Everything settles in this much virtual time, or it is stuck: the longest lease or deadline, and the rest. */
const quietMillisMax = 16 * 3_600_000
const sessionsMax = 100_000

/** One start of the process. */
export interface Incarnation {
  readonly number: number
  readonly access: FaultyStore.Access
  readonly witness: Witness
  readonly scope: Scope.Closeable
  readonly app: SubAgents.SubAgentsShape
  readonly scheduler: SpawnScheduler.SpawnSchedulerShape
  readonly onlookers: ReadonlyArray<Fiber.Fiber<never>>
}

/** Forks behind a sleep: of what the clock wakes, it waits until all that follows is idle. */
export const soon = <A, E, R>(effect: Effect.Effect<A, E, R>, millis = 1): Effect.Effect<Fiber.Fiber<A, E>, never, R> =>
  Effect.forkDetach(Effect.andThen(Effect.sleep(Math.max(1, millis)), effect), { startImmediately: true })

export class Stage {
  readonly plan: Plan
  readonly recorder: Recorder
  readonly overdue: Array<string> = []
  private readonly inner: SessionStore.SessionStoreShape
  private readonly clock: Clock.Clock
  private readonly wallClock: JumpingClock.JumpingClock
  private readonly readers: Readers
  private readonly followers: Followers
  private readonly acts: Acts
  private readonly known: Known
  private readonly machine: Machine
  private incarnations = 0
  /** Everything after a long sleep happens so much later than the plan says. */
  private sleptMillis = 0

  constructor(plan: Plan, inner: SessionStore.SessionStoreShape, clock: Clock.Clock, release: Deferred.Deferred<void>) {
    this.plan = plan
    this.inner = inner
    this.clock = clock
    this.wallClock = JumpingClock.make(clock)
    this.recorder = new Recorder(() => clock.currentTimeMillisUnsafe())
    this.readers = new Readers(this.recorder, release)
    this.followers = new Followers(release)
    this.known = new Known(this.recorder.history)
    this.acts = new Acts(plan, this.known)
    this.machine = {
      plan,
      recorder: this.recorder,
      inner,
      census: { open: 0, started: 0 },
      woken: new Map(),
      commits: { count: 0 },
      chance: Prng.make(plan.seed + 1),
      nowMillis: () => clock.currentTimeMillisUnsafe(),
      die: (process) => this.die(process)
    }
  }

  get nowMillis(): number {
    return this.clock.currentTimeMillisUnsafe()
  }

  /** As the runtime sees it: with turns as short as the plan says, by its own wall clock. */
  private within<A, E, R>(witness: Witness, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return effect.pipe(
      Effect.provideService(References.MaxOpsBeforeYield, this.plan.turnOps),
      Effect.provideService(Clock.Clock, this.wallClock),
      Effect.provideService(Logger.CurrentLoggers, new Set([alarmsTo(witness)]))
    )
  }

  advanceTo(atMillis: number): Effect.Effect<void> {
    return Effect.suspend(() => TestClock.adjust(Math.max(0, atMillis + this.sleptMillis - this.nowMillis)))
  }

  jump(act: Extract<Act, { readonly _tag: "Jump" }>): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (act.how === "sleep") {
        this.sleptMillis += act.millis
        return TestClock.adjust(act.millis)
      }
      this.wallClock.jump(act.millis)
      return Effect.void
    })
  }

  /** Moves the clock until it is so, at first in small steps. */
  private advanceUntil(what: string, isSo: () => boolean, stepMillis: number, maxMillis: number): Effect.Effect<void> {
    const { overdue } = this
    return Effect.gen({ self: this }, function* () {
      const start = this.nowMillis
      let step = 1
      while (!isSo()) {
        if (this.nowMillis - start > maxMillis) {
          overdue.push(`${what} took more than ${maxMillis} ms`)
          return
        }
        yield* TestClock.adjust(step)
        step = Math.min(stepMillis, step * 2)
      }
    })
  }

  private die({ access, number }: Pick<Process, "access" | "number">): void {
    if (access.dead) return
    this.recorder.add({ _tag: "Stopping", incarnation: number, how: "crashed" })
    access.dead = true
    access.crashed = true
  }

  /** Builds the application; while the store refuses to be read, or dies in it, again and again. */
  boot(): Effect.Effect<Incarnation> {
    return Effect.gen({ self: this }, function* () {
      while (true) {
        const access: FaultyStore.Access = { dead: false, crashed: false, refusals: 0 }
        const witness = this.recorder.ofProcess(access)
        const building: Process = {
          number: ++this.incarnations,
          access,
          witness,
          runtime: { app: undefined, scheduler: undefined }
        }
        const scope = yield* Scope.make()
        const fiber = yield* soon(this.within(witness, Layer.buildWithScope(layerOf(this.machine, building), scope)))
        yield* this.advanceUntil("a start", () => access.dead || fiber.pollUnsafe() !== undefined, 1_000, 600_000)
        const built = fiber.pollUnsafe()
        if (built !== undefined && Exit.isSuccess(built) && !access.dead) {
          return yield* this.begin(building, scope, built.value)
        }
        // What was built so far is a process that could not start.
        this.die(building)
        fiber.interruptUnsafe()
        yield* soon(Scope.close(scope, Exit.void))
        yield* TestClock.adjust("1 second")
      }
    })
  }

  private begin(
    { access, number, runtime, witness }: Process,
    scope: Scope.Closeable,
    built: Context.Context<SubAgents.SubAgents | SpawnScheduler.SpawnScheduler>
  ): Effect.Effect<Incarnation> {
    return Effect.gen({ self: this }, function* () {
      const app = Context.get(built, SubAgents.SubAgents)
      const scheduler = Context.get(built, SpawnScheduler.SpawnScheduler)
      runtime.app = app
      runtime.scheduler = scheduler
      witness.add({ _tag: "Booted", incarnation: number })
      const onlookers = [yield* soon(this.followers.readAll(app, witness)), yield* soon(this.followers.converge(app))]
      return { number, access, witness, scope, app, scheduler, onlookers }
    })
  }

  /** Closes the application and waits until it has stopped, or has died in it: then it never ends by itself. */
  close(old: Incarnation): Effect.Effect<"stopped" | "died"> {
    return Effect.gen({ self: this }, function* () {
      old.witness.add({ _tag: "Stopping", incarnation: old.number, how: "closed" })
      const closing = yield* soon(this.within(old.witness, Scope.close(old.scope, Exit.void)))
      const maxMillis = this.plan.graceMillis + 60_000
      const isOver = () => closing.pollUnsafe() !== undefined || old.access.dead
      yield* this.advanceUntil("a stop", isOver, 1_000, maxMillis)
      if (old.access.dead) return "died"
      yield* this.cutReaders(old)
      old.witness.add({ _tag: "Stopped", incarnation: old.number })
      old.access.dead = true // the process has ended: what a caller still wanted of it never comes
      return "stopped"
    })
  }

  restart(old: Incarnation, act: Extract<Act, { readonly _tag: "Restart" | "Drain" }>): Effect.Effect<Incarnation> {
    return Effect.gen({ self: this }, function* () {
      if (act._tag === "Restart" && act.how === "crashed") {
        this.die(old)
        return yield* this.revive(old)
      }
      if (act._tag === "Drain") {
        old.witness.add({ _tag: "Stopping", incarnation: old.number, how: "closed" })
        const draining = yield* soon(this.within(old.witness, old.scheduler.drain(Duration.millis(act.patienceMillis))))
        const maxMillis = act.patienceMillis + this.plan.graceMillis + 60_000
        yield* this.advanceUntil("a drain", () => draining.pollUnsafe() !== undefined, 1_000, maxMillis)
      }
      return (yield* this.close(old)) === "stopped" ? yield* this.boot() : yield* this.revive(old)
    })
  }

  /** After a sudden death, as far as one process can show it: the next one starts, and only then the old one is cleared away. */
  revive(old: Incarnation): Effect.Effect<Incarnation> {
    return Effect.gen({ self: this }, function* () {
      yield* this.cutReaders(old)
      const next = yield* this.boot()
      yield* soon(Scope.close(old.scope, Exit.void))
      return next
    })
  }

  closeReaders(how: "caught_up" | "cut"): Effect.Effect<void> {
    return Effect.andThen(this.readers.closeAll(how), this.followers.closeAll(how))
  }

  private cutReaders({ onlookers }: Incarnation): Effect.Effect<void> {
    return Effect.andThen(
      Effect.forEach(onlookers, (fiber) => Fiber.interrupt(fiber), { discard: true }),
      this.closeReaders("cut")
    )
  }

  /** Lets an act happen at its time, beside whatever else happens then. */
  actSoon(
    { access, app, witness }: Incarnation,
    act: Exclude<Act, { readonly _tag: "Restart" | "Drain" | "Jump" }>,
    title: string,
    atMillis: number
  ): Effect.Effect<void> {
    const acting = Effect.suspend(() => (access.dead ? Effect.void : this.act({ app, witness }, act, title)))
    return Effect.andThen(this.advanceTo(atMillis - 1), Effect.asVoid(soon(this.within(witness, acting))))
  }

  private act(
    target: { readonly app: SubAgents.SubAgentsShape; readonly witness: Witness },
    act: Exclude<Act, { readonly _tag: "Restart" | "Drain" | "Jump" }>,
    title: string
  ): Effect.Effect<void> {
    const { acts } = this
    switch (act._tag) {
      case "Root":
        return acts.createRoot(target, act, title)
      case "Look":
        return acts.look(target)
      case "Answer":
        return acts.answer(target, act)
      case "Trim":
        return this.trim(target.witness, act.keepMax)
      default:
        break
    }
    const rootsOnly = "rootsOnly" in act && act.rootsOnly
    const id = this.known.session(act._tag === "Spawn" ? act.under : act.session, rootsOnly)
    if (id === undefined) return Effect.void
    switch (act._tag) {
      case "Spawn":
        return acts.spawn(target, id, act, title)
      case "Run":
        return acts.run(target, id)
      case "Remove":
        return acts.remove(target, id)
      case "Cancel":
        return acts.cancel(target, id, act)
      case "Send":
        return acts.send(target, id, act)
      case "Wake":
        return acts.wake(target, id, act)
      case "Read":
        return this.readers.read(target.app, target.witness, id, act)
      case "Follow": {
        const scope = act.scope === "All" ? ({ _tag: "All" } as const) : { _tag: act.scope, sessionId: id }
        return this.followers.follow(target.app, target.witness, { ...act, scope }, act.pace)
      }
    }
  }

  /** What the retention sweep does, all at once. */
  private trim(witness: Witness, keepMax: number): Effect.Effect<void> {
    const { inner } = this
    return Effect.gen(function* () {
      while ((yield* inner.trimFeed({ olderThanMillis: 0, keepMax })) === "more");
      const { oldest } = yield* inner.feedBounds
      witness.add({ _tag: "Trimmed", oldest })
    }).pipe(Effect.ignore)
  }

  private undelivered(): Effect.Effect<number, SessionStore.StoreError> {
    const { handlers } = this.plan
    return Effect.map(
      Effect.forEach(handlers, ({ name }) => this.inner.undeliveredLines(name)),
      (lines) => lines.flat().length
    )
  }

  private openObligations() {
    const query = { state: "open", scope: { _tag: "All" }, after: Option.none(), limit: sessionsMax } as const
    return Effect.map(
      Effect.forEach(["wait", "request", "steer"] as const, (kind) => this.inner.obligations({ ...query, kind })),
      (open) => open.flat()
    )
  }

  remains({ scheduler }: Incarnation): Effect.Effect<Remains, SessionStore.StoreError> {
    return Effect.gen({ self: this }, function* () {
      const { inner } = this
      const sessions = yield* inner.sessions({ filter: {}, before: Option.none(), limit: sessionsMax })
      return {
        counts: yield* scheduler.counts,
        openJobs: (yield* inner.openJobs).length,
        undelivered: yield* this.undelivered(),
        open: yield* this.openObligations(),
        converged: this.followers.converged,
        sessions: yield* Effect.forEach(sessions, ({ id, outcome, runId, status }) =>
          Effect.gen(function* () {
            const completion = runId === undefined ? Option.none() : yield* inner.completion(runId)
            return {
              id,
              runId,
              status,
              outcomeStatus: outcome?.status,
              completionStatus: Option.getOrUndefined(Option.map(completion, (known) => known.outcome.status))
            }
          })
        )
      }
    })
  }

  /** Whether nothing is in flight, nothing is owed and every handler was told, read from the store itself. */
  private quiet(now: Incarnation): Effect.Effect<boolean, SessionStore.StoreError> {
    return Effect.gen({ self: this }, function* () {
      const { inFlight } = yield* now.scheduler.counts
      if (inFlight > 0 || (yield* this.inner.openJobs).length > 0) return false
      return (yield* this.undelivered()) === 0 && (yield* this.openObligations()).length === 0
    })
  }

  /** Until nothing is in flight any more; steps grow, so that long leases cost little. */
  settle(start: Incarnation): Effect.Effect<Incarnation, SessionStore.StoreError> {
    return Effect.gen({ self: this }, function* () {
      let now = start
      const lastOutage = Math.max(0, ...this.plan.outages.map(({ toMillis }) => toMillis))
      yield* TestClock.adjust(Math.max(5_000, lastOutage - this.nowMillis))
      const startMillis = this.nowMillis
      let step = 5_000
      while (true) {
        if (now.access.dead) now = yield* this.revive(now)
        if (yield* this.quiet(now)) {
          yield* TestClock.adjust("5 seconds") // whoever reads has read it
          if (yield* this.quiet(now)) break
        }
        if (this.nowMillis - startMillis > quietMillisMax) {
          this.overdue.push(`the settling of everything took more than ${quietMillisMax} ms`)
          break
        }
        yield* TestClock.adjust(step)
        if (this.nowMillis - startMillis > 600_000) step = 60_000
      }
      return now
    })
  }
}
