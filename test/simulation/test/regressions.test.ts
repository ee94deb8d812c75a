/** Defects that the simulation found in the runtime, each as small as it goes. */
import { assert, describe, it } from "@effect/vitest"
import {
  AgentDirectory,
  type AgentEvent,
  ExternalChildRunner,
  type Ids,
  Limits,
  Offshoot,
  SessionStore,
  SpawnScheduler,
  SubAgents
} from "@offshoot/core"
import * as ScriptedRunner from "@offshoot/core/testing/ScriptedRunner"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"

const agent = "scripted"

const application = (
  limits: Partial<Limits.Limits> = {},
  runners: ReadonlyArray<ExternalChildRunner.ExternalChildRunner> = [],
  store: Layer.Layer<SessionStore.SessionStore> = SessionStore.layerMemory
) => {
  const scripted = ScriptedRunner.make({ agent, census: { open: 0, started: 0 } })
  return Offshoot.layer.pipe(
    Layer.provide(Limits.layer({ ...Limits.defaults, ...limits })),
    Layer.provide(ExternalChildRunner.layer([...runners, scripted])),
    Layer.provide(
      AgentDirectory.layer(
        [agent, "own", "asking"].map((id) => ({ id, protocol: ScriptedRunner.protocol, concurrentMax: 1_000 }))
      )
    ),
    Layer.provideMerge(store)
  )
}

const spawn = (parentId: Ids.SessionId, lines: ReadonlyArray<string>, by: string = agent) =>
  Effect.flatMap(SubAgents.SubAgents, (app) => app.spawn(parentId, { prompt: lines.join("\n"), agent: by }))

const read = (id: Ids.SessionId, onEvent: (event: AgentEvent.AgentEvent) => Effect.Effect<void>) =>
  Effect.flatMap(SubAgents.SubAgents, (app) =>
    Effect.forkChild(
      Stream.runForEach(app.events(id, { scope: "session", after: Option.none() }), ({ event }) => onEvent(event)),
      { startImmediately: true }
    )
  )

/** The memory store, with commits that fail while `refuses` says so of one of their changes. */
const failing = (refuses: (change: SessionStore.Change, tries: number) => boolean) =>
  Layer.effect(
    SessionStore.SessionStore,
    Effect.map(SessionStore.SessionStore, (store) => {
      let tries = 0
      return {
        ...store,
        commit: (transition) =>
          Effect.suspend(() => {
            const refused = transition.some((change) => refuses(change, tries))
            if (!refused) return store.commit(transition)
            tries += 1
            return Effect.fail(unavailable)
          })
      } satisfies SessionStore.SessionStoreShape
    })
  ).pipe(Layer.provide(Layer.fresh(SessionStore.layerMemory)))

const unreadable = (refuses: () => boolean) =>
  Layer.effect(
    SessionStore.SessionStore,
    Effect.map(
      SessionStore.SessionStore,
      (store) =>
        ({
          ...store,
          session: (id) => Effect.suspend(() => (refuses() ? Effect.fail(unavailable) : store.session(id)))
        }) satisfies SessionStore.SessionStoreShape
    )
  ).pipe(Layer.provide(Layer.fresh(SessionStore.layerMemory)))

const unavailable = new SessionStore.StoreError({
  operation: "commit",
  reason: new SessionStore.StorageUnavailable({ condition: "io", cause: new Error("simulated") })
})

/** The entry with this text is recorded at once, and its writer is told two seconds later. */
const answeredLater = (text: string) =>
  Layer.effect(
    SessionStore.SessionStore,
    Effect.map(
      SessionStore.SessionStore,
      (store) =>
        ({
          ...store,
          commit: (transition) => {
            const slow = transition.some((change) => change._tag === "MessageAppended" && change.message.text === text)
            return Effect.tap(store.commit(transition), () => Effect.sleep(slow ? "2 seconds" : 0))
          }
        }) satisfies SessionStore.SessionStoreShape
    )
  ).pipe(Layer.provide(Layer.fresh(SessionStore.layerMemory)))

const own = (
  body: (context: ExternalChildRunner.RunContext) => Effect.Effect<void>
): ExternalChildRunner.ExternalChildRunner => ({
  name: "own",
  capabilities: { steer: false, requests: false, resume: false, usage: false, gracefulCancel: false },
  shouldHandle: ({ metadata }) => metadata["external.agent_id"] === "own",
  run: (context) => Effect.as(body(context), ExternalChildRunner.ended({ status: "completed", reason: "done" }))
})

/** Reads take a turn, as those of a database do. */
const readLater = Layer.effect(
  SessionStore.SessionStore,
  Effect.map(
    SessionStore.SessionStore,
    (store) =>
      ({
        ...store,
        session: (id) => Effect.andThen(Effect.yieldNow, store.session(id))
      }) satisfies SessionStore.SessionStoreShape
  )
).pipe(Layer.provide(Layer.fresh(SessionStore.layerMemory)))

describe("found by the simulation", () => {
  it.effect("a run that comes back for its slot and ends in the same turn leaves no slot held (I10)", () =>
    Effect.gen(function* () {
      const app = yield* SubAgents.SubAgents
      const root = yield* app.createRoot({ title: "root" })
      yield* spawn(root.id, ["await-request 1"])
      yield* spawn(root.id, ["sleep 2"])
      yield* TestClock.adjust("3 seconds")
      const scheduler = yield* SpawnScheduler.SpawnScheduler
      assert.deepStrictEqual(yield* scheduler.counts, { inFlight: 0, running: 0, backlog: 0 })
    }).pipe(Effect.provide(application({ concurrent: 1 })))
  )

  it.effect("a reader that has stopped takes no event away from another one (I5)", () =>
    Effect.gen(function* () {
      const app = yield* SubAgents.SubAgents
      const root = yield* app.createRoot({ title: "root" })
      const never = yield* Deferred.make<void>()
      yield* read(root.id, () => Deferred.await(never))
      let tokens = 0
      let completed = 0
      yield* read(root.id, (event) =>
        Effect.sync(() => {
          if (event.type === "sub_agent_event" && event.event.type === "token") tokens += 1
          if (event.type === "sub_agent_completed") completed += 1
        })
      )
      yield* spawn(
        root.id,
        Array.from({ length: 30 }, () => "count 100\nsleep 1")
      )
      yield* TestClock.adjust("60 seconds")
      assert.deepStrictEqual({ tokens, completed }, { tokens: 3_000, completed: 1 })
    }).pipe(Effect.provide(application()))
  )

  it.effect("text that could not be written comes before the entry that could (S-finalize)", () =>
    Effect.gen(function* () {
      const app = yield* SubAgents.SubAgents
      const root = yield* app.createRoot({ title: "root" })
      const { session } = yield* spawn(root.id, ["say first", "append second"])
      yield* TestClock.adjust("10 seconds")
      const messages = yield* app.messages(session.id, { after: 0, limit: 10 })
      const answer = messages.filter(({ role }) => role === "assistant").map(({ text }) => text)
      assert.strictEqual("first second".startsWith(answer.join(" ")), true, answer.join(" "))
    }).pipe(
      Effect.provide(
        application(
          {},
          [],
          failing((change, tries) => change._tag === "MessageAppended" && change.message.text === "first" && tries < 7)
        )
      )
    )
  )

  it.effect("text that is being written when its run is stopped is in the transcript once", () =>
    Effect.gen(function* () {
      const app = yield* SubAgents.SubAgents
      const root = yield* app.createRoot({ title: "root" })
      const metadata = { "child_watchdog.max_total_secs": "1" }
      const { session } = yield* app.spawn(root.id, { prompt: "say first\nappend second", agent, metadata })
      yield* TestClock.adjust("20 seconds")
      const messages = yield* app.messages(session.id, { after: 0, limit: 10 })
      assert.deepStrictEqual(
        messages.filter(({ role }) => role === "assistant").map(({ text }) => text),
        ["first"]
      )
    }).pipe(Effect.provide(application({}, [], answeredLater("first"))))
  )

  it.effect("a runner that was given up while it tried to write adds nothing to the ended run (I3)", () =>
    Effect.gen(function* () {
      const app = yield* SubAgents.SubAgents
      const root = yield* app.createRoot({ title: "root" })
      const { session } = yield* spawn(root.id, ["any"], "own")
      yield* TestClock.adjust("1 second")
      yield* app.cancel(session.id, { mode: "graceful", by: "by_user", reach: "session" })
      yield* TestClock.adjust("60 seconds")
      const messages = yield* app.messages(session.id, { after: 0, limit: 10 })
      assert.deepStrictEqual(
        messages.filter(({ role }) => role === "assistant").map(({ text }) => text),
        ["before"]
      )
    }).pipe(
      Effect.provide(
        application(
          {},
          [
            own((context) =>
              Effect.gen(function* () {
                yield* Effect.sleep("10 seconds")
                yield* context.emit({ type: "token", content: "before" })
                yield* context.append({ role: "assistant", text: "after", hidden: false })
              }).pipe(Effect.uninterruptible)
            )
          ],
          failing((change, tries) => change._tag === "MessageAppended" && change.message.text !== "any" && tries < 5)
        )
      )
    )
  )

  it.effect("a session that is being removed takes no run and no child (I2)", () =>
    Effect.gen(function* () {
      const app = yield* SubAgents.SubAgents
      const root = yield* app.createRoot({ title: "root" })
      const { session } = yield* spawn(root.id, ["say done"])
      yield* TestClock.adjust("1 second")
      yield* Effect.forkChild(app.remove(session.id), { startImmediately: true })
      assert.strictEqual((yield* Effect.flip(app.run(session.id)))._tag, "ParentNotAccepting")
      assert.strictEqual((yield* Effect.flip(spawn(session.id, ["say late"])))._tag, "ParentNotAccepting")
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Effect.flip(app.session(session.id)))._tag, "SessionNotFound")
    }).pipe(
      Effect.provide(
        application(
          {},
          [],
          failing((change, tries) => change._tag === "SessionDeleted" && tries < 3)
        )
      )
    )
  )

  it.effect(
    "a child that is spawned by a run which is being stopped is not accepted, whatever stands above (I7)",
    () => {
      let late: SubAgents.SubAgentsShape | undefined
      const spawning = own((context) =>
        Effect.onInterrupt(Effect.never, () =>
          Effect.suspend(() =>
            late === undefined ? Effect.void : Effect.ignore(late.spawn(context.session.id, { prompt: "hang", agent }))
          )
        )
      )
      return Effect.gen(function* () {
        const app = yield* SubAgents.SubAgents
        late = app
        const metadata = { "runtime.kind": "external", "external.agent_id": agent, "external.protocol": "scripted" }
        const root = yield* app.createRoot({ title: "root", prompt: "say done", metadata })
        yield* app.run(root.id)
        yield* TestClock.adjust("1 second")
        const { session } = yield* spawn(root.id, ["any"], "own")
        yield* TestClock.adjust("1 second")
        yield* app.cancel(root.id, { mode: "graceful", by: "by_user", reach: "subtree" })
        yield* TestClock.adjust("20 seconds")
        const below = yield* app.sessions({ filter: { parentId: session.id }, before: Option.none(), limit: 10 })
        assert.deepStrictEqual(
          below.map((view) => view.session.status),
          []
        )
        assert.strictEqual((yield* app.session(session.id)).session.status, "cancelled")
      }).pipe(Effect.provide(application({}, [spawning])))
    }
  )

  it.effect("a job whose session could not be read when it was launched settles with its session (I2)", () => {
    let refusing = false
    const store = unreadable(() => refusing)
    return Effect.gen(function* () {
      const app = yield* SubAgents.SubAgents
      const root = yield* app.createRoot({ title: "root" })
      yield* spawn(root.id, ["sleep 1"])
      const { session } = yield* spawn(root.id, ["say done"])
      refusing = true
      yield* TestClock.adjust("10 seconds")
      refusing = false
      yield* TestClock.adjust("10 seconds")
      const result = yield* app.result(session.id)
      assert.isTrue(Option.isSome(result), (yield* app.session(session.id)).session.status)
    }).pipe(Effect.provide(application({ concurrent: 1 }, [], store)))
  })

  it.effect("a cancel elsewhere does not refuse a run", () =>
    Effect.gen(function* () {
      const app = yield* SubAgents.SubAgents
      const root = yield* app.createRoot({ title: "root" })
      const other = yield* app.createRoot({ title: "other" })
      const { session } = yield* spawn(root.id, ["say done"])
      yield* TestClock.adjust("1 second")
      const running = yield* Effect.forkChild(Effect.result(app.run(session.id)), { startImmediately: true })
      yield* app.cancel(other.id, { mode: "graceful", by: "by_user", reach: "subtree" })
      yield* TestClock.adjust("1 second")
      const answer = yield* Fiber.join(running)
      assert.strictEqual(answer._tag, "Success")
    }).pipe(Effect.provide(application({}, [], readLater)))
  )

  it.effect("a request that ends with its run ends before the run's last word, and before its completion (I3)", () =>
    Effect.gen(function* () {
      const app = yield* SubAgents.SubAgents
      const root = yield* app.createRoot({ title: "root" })
      const told: Array<string> = []
      yield* read(root.id, (event) =>
        Effect.sync(() => {
          told.push(event.type === "sub_agent_event" ? event.event.type : event.type)
        })
      )
      const { session } = yield* spawn(root.id, ["ask key why"], "asking")
      yield* TestClock.adjust("1 second")
      yield* app.cancel(session.id, { mode: "graceful", by: "by_user", reach: "session" })
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(told.slice(-3), ["approval_changed", "cancelled", "sub_agent_completed"])
    }).pipe(
      Effect.provide(
        application({}, [
          ScriptedRunner.make({
            agent: "asking",
            census: { open: 0, started: 0 },
            capabilities: { requests: true }
          })
        ])
      )
    )
  )
})
