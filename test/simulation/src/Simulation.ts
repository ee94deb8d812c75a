/**
 * Carries out a plan: the whole application in one process, on a test clock,
 * over one memory store that outlives its restarts.
 *
 * It only drives and writes down; whether what happened was right, the checks
 * say (`Checks`).
 */
import {
  AgentDirectory,
  ChildCompletionHandler,
  ExternalChildRunner,
  type Ids,
  Limits,
  Offshoot,
  SessionStore,
  SpawnScheduler,
  SubAgents,
  Watchdog
} from "@offshoot/core"
import * as ScriptedRunner from "@offshoot/core/testing/ScriptedRunner"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { type History, Recorder, type Remains } from "./Facts.ts"
import * as FaultyStore from "./FaultyStore.ts"
import type { Act, Plan } from "./Plan.ts"
import * as Prng from "./Prng.ts"
import { Readers } from "./Readers.ts"
import * as SimRunner from "./SimRunner.ts"

export interface World {
  readonly history: History
  readonly remains: Remains
  /** What took longer than it may: a start, a stop, the settling of everything. */
  readonly overdue: ReadonlyArray<string>
}

/** Everything settles in this much virtual time, or it is stuck. */
const quietMillisMax = 6 * 3_600_000
const sessionsMax = 100_000
const handlerName = "simulated"

interface Incarnation {
  readonly number: number
  readonly access: FaultyStore.Access
  readonly scope: Scope.Closeable
  readonly app: SubAgents.SubAgentsShape
  readonly scheduler: SpawnScheduler.SpawnSchedulerShape
  readonly feed: Fiber.Fiber<never>
}

/** Forks behind a sleep: of what the clock wakes, it waits until all that follows is idle. */
const soon = <A, E, R>(effect: Effect.Effect<A, E, R>, millis = 1): Effect.Effect<Fiber.Fiber<A, E>, never, R> =>
  Effect.forkDetach(Effect.andThen(Effect.sleep(Math.max(1, millis)), effect), { startImmediately: true })

class Stage {
  readonly plan: Plan
  readonly recorder: Recorder
  readonly inner: SessionStore.SessionStoreShape
  readonly clock: Clock.Clock
  readonly readers: Readers
  readonly overdue: Array<string> = []
  private readonly census: ScriptedRunner.Census = { open: 0, started: 0 }
  private readonly chance: Prng.Prng
  private incarnations = 0
  private calls = 0
  /** Up to where the history was searched for sessions. */
  private searched = 0
  private readonly roots: Array<Ids.SessionId> = []
  private readonly known: Array<Ids.SessionId> = []

  constructor(
    plan: Plan,
    inner: SessionStore.SessionStoreShape,
    clock: Clock.Clock,
    readers: Readers,
    recorder: Recorder
  ) {
    this.plan = plan
    this.inner = inner
    this.clock = clock
    this.readers = readers
    this.recorder = recorder
    this.chance = Prng.make(plan.seed + 1)
  }

  get nowMillis(): number {
    return this.clock.currentTimeMillisUnsafe()
  }

  /** With turns as short as the plan says; the driver itself is not to lose its turn. */
  inTurns<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.provideService(effect, References.MaxOpsBeforeYield, this.plan.turnOps)
  }

  advanceTo(atMillis: number): Effect.Effect<void> {
    return Effect.suspend(() => TestClock.adjust(Math.max(0, atMillis - this.nowMillis)))
  }

  /** Moves the clock until it is so, at first in small steps. */
  advanceUntil(what: string, isSo: () => boolean, stepMillis: number, maxMillis: number): Effect.Effect<void> {
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

  private layerOf(number: number, access: FaultyStore.Access, runtime: { app: SubAgents.SubAgentsShape | undefined }) {
    const { plan, recorder } = this
    const store = FaultyStore.wrap(this.inner, {
      plan,
      access,
      chance: this.chance,
      nowMillis: () => this.nowMillis,
      recorder
    })
    const runners = SimRunner.make({
      plan,
      recorder,
      incarnation: number,
      census: this.census,
      runtime: () => runtime.app
    })
    const handler: ChildCompletionHandler.ChildCompletionHandler = {
      name: handlerName,
      onChildCompleted: (completion) =>
        Effect.suspend(() => {
          if (this.chance.chance(plan.handlerFault)) {
            return Effect.fail(
              new ChildCompletionHandler.CompletionNotHandled({ handler: handlerName, cause: "chance" })
            )
          }
          recorder.add({ _tag: "Handled", completion })
          return Effect.void
        })
    }
    const directory = SimRunner.agents.map((id) => ({
      id,
      protocol: ScriptedRunner.protocol,
      concurrentMax: plan.agentMax
    }))
    return Layer.fresh(Offshoot.layer).pipe(
      Layer.provide([
        Layer.succeed(SessionStore.SessionStore, store),
        Layer.succeed(Limits.GraceTime, Duration.millis(plan.graceMillis)),
        Limits.layer(plan.limits),
        Watchdog.layer(plan.policy),
        ExternalChildRunner.layer(runners),
        AgentDirectory.layer(directory),
        ChildCompletionHandler.layer([handler])
      ])
    )
  }

  /** Builds the application; while the store refuses to be read, again and again. */
  boot(): Effect.Effect<Incarnation> {
    return Effect.gen({ self: this }, function* () {
      const number = ++this.incarnations
      while (true) {
        const access: FaultyStore.Access = { dead: false }
        const runtime: { app: SubAgents.SubAgentsShape | undefined } = { app: undefined }
        const scope = yield* Scope.make()
        const building = yield* soon(this.inTurns(Layer.buildWithScope(this.layerOf(number, access, runtime), scope)))
        yield* this.advanceUntil("a start", () => building.pollUnsafe() !== undefined, 1_000, 300_000)
        const built = yield* Effect.exit(Fiber.join(building))
        if (Exit.isFailure(built)) {
          yield* Scope.close(scope, Exit.void)
          yield* TestClock.adjust("1 second")
          continue
        }
        const app = Context.get(built.value, SubAgents.SubAgents)
        runtime.app = app
        this.recorder.add({ _tag: "Booted", incarnation: number })
        const feed = yield* soon(this.readers.feed(app, number))
        return { number, access, scope, app, scheduler: Context.get(built.value, SpawnScheduler.SpawnScheduler), feed }
      }
    })
  }

  /** Closes the application and waits until it has stopped. */
  close(old: Incarnation): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      this.recorder.add({ _tag: "Stopping", incarnation: old.number, how: "closed" })
      const closing = yield* soon(Scope.close(old.scope, Exit.void))
      const maxMillis = this.plan.graceMillis + 30_000
      yield* this.advanceUntil("a stop", () => closing.pollUnsafe() !== undefined, 1_000, maxMillis)
      yield* this.cutReaders(old)
      old.access.dead = true // the process has ended: what a caller still wanted of it never comes
      this.recorder.add({ _tag: "Stopped", incarnation: old.number })
    })
  }

  /** Ends an incarnation as a sudden death does, as far as one process can show it, and starts the next. */
  crash(old: Incarnation): Effect.Effect<Incarnation> {
    return Effect.gen({ self: this }, function* () {
      this.recorder.add({ _tag: "Stopping", incarnation: old.number, how: "crashed" })
      old.access.dead = true
      yield* this.cutReaders(old)
      const next = yield* this.boot()
      yield* soon(Scope.close(old.scope, Exit.void))
      return next
    })
  }

  private cutReaders(old: Incarnation): Effect.Effect<void> {
    return Effect.andThen(Fiber.interrupt(old.feed), this.readers.closeAll("cut"))
  }

  private search(): void {
    const { history } = this.recorder
    for (; this.searched < history.length; this.searched++) {
      const fact = history[this.searched]
      if (fact?._tag !== "Committed") continue
      for (const change of fact.transition) {
        if (change._tag !== "SessionCreated") continue
        this.known.push(change.session.id)
        if (change.session.kind === "root") this.roots.push(change.session.id)
      }
    }
  }

  private chosen(share: number, rootsOnly: boolean): Ids.SessionId | undefined {
    this.search()
    const from = rootsOnly ? this.roots : this.known
    return from[Math.floor(share * from.length)]
  }

  private placed({ place, runId }: SubAgents.Spawned): void {
    this.recorder.add({ _tag: "Placed", runId, position: place.position })
  }

  /** One action against the facade. A typed refusal is an answer like any other. */
  act(
    app: SubAgents.SubAgentsShape,
    act: Exclude<Act, { readonly _tag: "Restart" }>,
    title: string
  ): Effect.Effect<void> {
    return Effect.suspend((): Effect.Effect<void> => {
      if (act._tag === "Root") return Effect.ignore(this.createRoot(app, act.script, title))
      if (act._tag === "Look") return Effect.ignore(this.look(app))
      const rootsOnly = "rootsOnly" in act && act.rootsOnly
      const id = this.chosen(act._tag === "Spawn" ? act.under : act.session, rootsOnly)
      if (id === undefined) return Effect.void
      switch (act._tag) {
        case "Spawn":
          return Effect.ignore(this.spawn(app, id, act, title))
        case "Run":
          return Effect.ignore(Effect.map(app.run(id), (spawned) => this.placed(spawned)))
        case "Remove":
          return Effect.ignore(app.remove(id))
        case "Read":
          return this.readers.read(app, id, act)
        case "Cancel":
          return Effect.ignore(this.cancel(app, id, act))
      }
    })
  }

  private createRoot(app: SubAgents.SubAgentsShape, script: number | undefined, title: string) {
    if (script === undefined) return app.createRoot({ title })
    const { agent = "scripted", prompt } = SimRunner.requestOf(this.plan, script, title, undefined)
    const metadata = {
      "runtime.kind": "external",
      "external.agent_id": agent,
      "external.protocol": ScriptedRunner.protocol
    }
    return app.createRoot({ title, prompt, metadata })
  }

  private spawn(
    app: SubAgents.SubAgentsShape,
    parentId: Ids.SessionId,
    act: Extract<Act, { readonly _tag: "Spawn" }>,
    title: string
  ) {
    const { key } = act
    return Effect.map(app.spawn(parentId, SimRunner.requestOf(this.plan, act.script, title, key)), (spawned) => {
      this.placed(spawned)
      if (key !== undefined) {
        this.recorder.add({ _tag: "KeyAnswered", parentId, key, sessionId: spawned.session.id })
      }
    })
  }

  private cancel(
    app: SubAgents.SubAgentsShape,
    sessionId: Ids.SessionId,
    act: Extract<Act, { readonly _tag: "Cancel" }>
  ) {
    const call = ++this.calls
    this.recorder.add({ _tag: "CancelAsked", call, sessionId, subtree: act.reach === "subtree" })
    return Effect.map(app.cancel(sessionId, { mode: act.mode, by: "by_user", reach: act.reach }), ({ cancelled }) =>
      this.recorder.add({ _tag: "CancelAnswered", call, cancelled })
    )
  }

  private look(app: SubAgents.SubAgentsShape) {
    const query: SessionStore.SessionQuery = { filter: {}, before: Option.none(), limit: sessionsMax }
    return Effect.map(app.sessions(query), (views) => {
      for (const { place, session } of views) {
        if (Option.isNone(place) || session.runId === undefined) continue
        this.recorder.add({ _tag: "Placed", runId: session.runId, position: place.value.position })
      }
    })
  }

  remains({ scheduler }: Incarnation): Effect.Effect<Remains, SessionStore.StoreError> {
    const { inner } = this
    return Effect.gen(function* () {
      const sessions = yield* inner.sessions({ filter: {}, before: Option.none(), limit: sessionsMax })
      return {
        counts: yield* scheduler.counts,
        openJobs: (yield* inner.openJobs).length,
        unacknowledged: (yield* inner.undeliveredLines(handlerName)).length,
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

  /** Whether nothing is in flight and every handler was told, read from the store itself. */
  private quiet(now: Incarnation) {
    const { inner } = this
    return Effect.gen(function* () {
      const { inFlight } = yield* now.scheduler.counts
      return (
        inFlight === 0 &&
        (yield* inner.openJobs).length === 0 &&
        (yield* inner.undeliveredLines(handlerName)).length === 0
      )
    })
  }

  /** Until nothing is in flight any more. */
  settle(now: Incarnation): Effect.Effect<void, SessionStore.StoreError> {
    return Effect.gen({ self: this }, function* () {
      const lastOutage = Math.max(0, ...this.plan.outages.map(({ toMillis }) => toMillis))
      yield* this.advanceTo(lastOutage)
      const start = this.nowMillis
      while (!(yield* this.quiet(now))) {
        if (this.nowMillis - start > quietMillisMax) {
          this.overdue.push(`the settling of everything took more than ${quietMillisMax} ms`)
          return
        }
        yield* TestClock.adjust("5 seconds")
      }
    })
  }
}

const simulate = Effect.fnUntraced(function* (plan: Plan) {
  const clock = yield* Clock.Clock
  const recorder = new Recorder(() => clock.currentTimeMillisUnsafe())
  const inner = yield* Effect.map(Layer.build(Layer.fresh(SessionStore.layerMemory)), (built) =>
    Context.get(built, SessionStore.SessionStore)
  )
  const release = yield* Deferred.make<void>()
  const stage = new Stage(plan, inner, clock, new Readers(recorder, release), recorder)
  let now = yield* stage.boot()
  let acts = 0
  for (const { act, atMillis } of plan.timeline) {
    if (act._tag === "Restart") {
      yield* stage.advanceTo(atMillis)
      if (act.how === "closed") yield* stage.close(now)
      now = act.how === "crashed" ? yield* stage.crash(now) : yield* stage.boot()
      continue
    }
    if (act._tag !== "Read") acts += 1 // a world without readers has the same titles
    const title = `a${acts}`
    yield* soon(stage.inTurns(Effect.suspend(() => stage.act(now.app, act, title))), atMillis - stage.nowMillis)
  }
  yield* stage.advanceTo(plan.timeline.at(-1)?.atMillis ?? 0)
  yield* stage.settle(now)
  const remains = yield* stage.remains(now)
  yield* soon(Deferred.succeed(release, undefined))
  yield* TestClock.adjust("200 seconds") // thirty rests of five seconds, and the turns of who was stopped
  yield* stage.readers.closeAll("caught_up")
  yield* stage.close(now)
  yield* TestClock.adjust("60 seconds") // what an abandoned incarnation still had to end
  return { history: recorder.history, remains, overdue: stage.overdue } satisfies World
})

/** What happens in this plan's world. The same plan gives the same world. */
export const run = (plan: Plan): Effect.Effect<World, SessionStore.StoreError> =>
  simulate(plan).pipe(
    Effect.scoped,
    Random.withSeed(`offshoot-${plan.seed}`),
    Effect.provideService(References.MinimumLogLevel, "None"),
    Effect.provide(TestClock.layer())
  )
