/** Defects that the simulation found in the runtime when commits stand that were reported as failed, and over restarts. */
import { assert, describe, it } from "@effect/vitest"
import {
  Agent,
  AgentDirectory,
  ExternalChildRunner,
  Limits,
  Offshoot,
  SessionStore,
  SpawnScheduler,
  SubAgents,
  Watchdog
} from "@offshoot/core"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"

type Body = (context: ExternalChildRunner.RunContext) => Effect.Effect<unknown>

const done = ExternalChildRunner.ended({ status: "completed", reason: "done" })
const able = { steer: true, requests: true, resume: true, usage: true, gracefulCancel: false }

const runner = (body: Body): ExternalChildRunner.ExternalChildRunner => ({
  name: "own",
  capabilities: able,
  shouldHandle: ({ metadata }) => metadata["external.agent_id"] === "own",
  run: (context) => Effect.as(body(context), done)
})

const parts = (body: Body, concurrent: number) =>
  Layer.mergeAll(
    Agent.layer({ run: (context) => Effect.as(body(context), done) }),
    ExternalChildRunner.layer([runner(body)]),
    AgentDirectory.layer([{ id: "own", protocol: "own", concurrentMax: 8 }]),
    Watchdog.layer({ ...Watchdog.defaults, checkSeconds: 1, idleSeconds: 5 }),
    Limits.layer({ ...Limits.defaults, concurrent }),
    Layer.succeed(Limits.GraceTime, Duration.seconds(1))
  )

/** A store whose first commit of a kind stands, and is reported as failed. */
const unanswered = (inner: SessionStore.SessionStoreShape, isThat: (change: SessionStore.Change) => boolean) => {
  let left = 1
  const lost = new SessionStore.StoreError({
    operation: "commit",
    reason: new SessionStore.StorageUnavailable({ condition: "io", cause: "simulated" })
  })
  return {
    ...inner,
    commit: (transition) =>
      Effect.suspend(() => {
        const isLost = left > 0 && transition.some(isThat)
        if (isLost) left -= 1
        return isLost ? Effect.andThen(inner.commit(transition), Effect.fail(lost)) : inner.commit(transition)
      })
  } satisfies SessionStore.SessionStoreShape
}

const memory = Effect.map(Layer.build(Layer.fresh(SessionStore.layerMemory)), (built) =>
  Context.get(built, SessionStore.SessionStore)
)

/** One start of the process; closing its scope is an orderly stop. */
const start = (store: SessionStore.SessionStoreShape, body: Body, concurrent = 8) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const app = Layer.fresh(Offshoot.layer).pipe(
      Layer.provide(parts(body, concurrent)),
      Layer.provide(Layer.succeed(SessionStore.SessionStore, store))
    )
    const built = yield* Layer.buildWithScope(app, scope)
    return {
      app: Context.get(built, SubAgents.SubAgents),
      scheduler: Context.get(built, SpawnScheduler.SpawnScheduler),
      stop: Scope.close(scope, Exit.void)
    }
  })

const statusOf = (
  { app }: { readonly app: SubAgents.SubAgentsShape },
  id: Parameters<SubAgents.SubAgentsShape["session"]>[0]
) => Effect.map(app.session(id), ({ session }) => session.status)

describe("found by the simulation", () => {
  it.effect.each([
    ["begins", (change: SessionStore.Change) => change._tag === "JobLaunched"],
    ["accepts it", (change: SessionStore.Change) => change._tag === "JobAccepted"],
    ["settles it", (change: SessionStore.Change) => change._tag === "JobSettled"],
    ["lets it go on", (change: SessionStore.Change) => change._tag === "JobReplaced"]
  ] as const)("a job is settled although the answer to the commit that %s was lost (I2)", ([, isThat]) =>
    Effect.scoped(
      Effect.gen(function* () {
        const inner = yield* memory
        const flaky: Body = ({ job }) => ((job.tries ?? []).length === 0 ? Effect.never : Effect.void)
        const now = yield* start(unanswered(inner, isThat), flaky)
        const root = yield* now.app.createRoot({ title: "root" })
        const metadata = { "child_retry.restart": "transient" }
        yield* Effect.ignore(now.app.spawn(root.id, { prompt: "go", agent: "own", metadata }))
        yield* TestClock.adjust("60 seconds")
        assert.deepStrictEqual(yield* inner.openJobs, [])
        assert.strictEqual((yield* now.scheduler.counts).inFlight, 0)
        const children = yield* now.app.sessions({ filter: { parentId: root.id }, before: Option.none(), limit: 2 })
        assert.deepStrictEqual(
          children.map(({ session }) => session.status),
          ["completed"]
        )
      })
    )
  )

  it.effect("an entry stands once although the answer to its commit was lost", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const inner = yield* memory
        const isEntry = (change: SessionStore.Change) =>
          change._tag === "MessageAppended" && change.message.role === "assistant"
        const now = yield* start(unanswered(inner, isEntry), ({ append }) =>
          append({ role: "assistant", text: "once", hidden: false })
        )
        const root = yield* now.app.createRoot({ title: "root" })
        const { session } = yield* now.app.spawn(root.id, { prompt: "go", agent: "own" })
        yield* TestClock.adjust("10 seconds")
        const messages = yield* now.app.messages(session.id, { after: 0, limit: 10 })
        assert.deepStrictEqual(
          messages.map(({ text }) => text),
          ["go", "once"]
        )
      })
    )
  )

  it.effect("a request can be answered although the answer to the commit that opened it was lost", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const inner = yield* memory
        const isRequest = (change: SessionStore.Change) => change._tag === "ObligationOpened"
        const now = yield* start(unanswered(inner, isRequest), ({ ask }) =>
          ask({ key: "k", ask: { type: "question", question: "?" } })
        )
        const root = yield* now.app.createRoot({ title: "root" })
        const { session } = yield* now.app.spawn(root.id, { prompt: "go", agent: "own" })
        yield* TestClock.adjust("1 second")
        const [asked] = yield* now.app.requests({
          state: "open",
          scope: { _tag: "All" },
          after: Option.none(),
          limit: 2
        })
        if (asked === undefined) return assert.fail("nothing was asked")
        yield* now.app.answer(asked.id, { _tag: "Answer", text: "yes" })
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* statusOf(now, session.id), "completed")
      })
    )
  )

  it.effect("a restart goes on with the children that their parent waits for (I7)", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const inner = yield* memory
        const body: Body = ({ session }) =>
          session.title === "child" ? Effect.sleep("3 seconds") : Effect.sleep("1 second")
        const first = yield* start(inner, body)
        const root = yield* first.app.createRoot({ title: "root", prompt: "go" })
        yield* first.app.run(root.id)
        const spawned = yield* first.app.spawn(root.id, { title: "child", prompt: "go" })
        yield* first.app.wakeWhen(root.id, { children: [], policy: "all", lease: Option.none() })
        yield* TestClock.adjust("2 seconds")
        yield* first.stop
        const second = yield* start(inner, body)
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* statusOf(second, spawned.session.id), "completed")
      })
    )
  )

  it.effect("a call that a shutdown cut off is not made again by the run that goes on", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const inner = yield* memory
        let told: ReadonlyArray<string> = []
        const body: Body = ({ onceOnly, resume }) =>
          Option.isNone(resume) ? onceOnly({ toolCallId: "pay", toolName: "pay" }, Effect.never) : Effect.void
        const first = yield* start(inner, body)
        const root = yield* first.app.createRoot({ title: "root", prompt: "go" })
        yield* first.app.run(root.id)
        yield* TestClock.adjust("1 second")
        yield* first.stop
        const second = yield* start(inner, body)
        yield* TestClock.adjust("1 second")
        told = (yield* second.app.messages(root.id, { after: 0, limit: 10 })).map(({ text }) => text)
        assert.isTrue(
          told.some((text) => text.includes("call pay of pay is unknown")),
          told.join("; ")
        )
      })
    )
  )

  it.effect("a run that was given up while it waited does not come back for a slot (I10)", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const inner = yield* memory
        const body: Body = ({ session, whileWaiting }) =>
          session.title === "given up"
            ? Effect.uninterruptible(whileWaiting("request", Effect.sleep("2 seconds")))
            : Effect.sleep("4 seconds")
        const now = yield* start(inner, body, 1)
        const root = yield* now.app.createRoot({ title: "root" })
        const metadata = { "child_watchdog.max_total_secs": "3" }
        yield* now.app.spawn(root.id, { title: "given up", prompt: "go", agent: "own", metadata })
        yield* now.app.spawn(root.id, { title: "second", prompt: "go", agent: "own" })
        yield* TestClock.adjust("30 seconds")
        assert.deepStrictEqual(yield* now.scheduler.counts, { inFlight: 0, running: 0, backlog: 0 })
      })
    )
  )
})
