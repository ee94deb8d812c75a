import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import * as AgentDirectory from "../src/AgentDirectory.ts"
import * as Ids from "../src/Ids.ts"
import type { Session } from "../src/Session.ts"
import * as SessionStore from "../src/SessionStore.ts"
import { type Acceptance, SpawnScheduler } from "../src/SpawnScheduler.ts"
import { SubAgents } from "../src/SubAgents.ts"
import * as ScriptedRunner from "../src/testing/ScriptedRunner.ts"
import { agent, child, root, settled, statusOf, watch, world } from "./world.ts"

type Services = SubAgents | SpawnScheduler | SessionStore.SessionStore

const run = <A, E>(effect: Effect.Effect<A, E, Services>, made = world()) => Effect.provide(effect, made.layer)

const statuses = (children: ReadonlyArray<{ readonly session: Session }>) =>
  Effect.forEach(children, ({ session }) => statusOf(session.id))

/** A child whose session exists, and the acceptance of its job, as an embedding app would build it. */
const acceptance = Effect.fnUntraced(function* (parent: Session, index: number, script: string) {
  const store = yield* SessionStore.SessionStore
  const scheduler = yield* SpawnScheduler
  const id = Ids.SessionId.make(`ses_${index}`)
  const runId = Ids.RunId.make(`run_${index}`)
  const session: Session = {
    id,
    kind: "child",
    parentId: parent.id,
    rootId: parent.id,
    depth: 1,
    title: `${index}`,
    status: "pending",
    runId,
    metadata: { "runtime.kind": "external", "external.agent_id": agent, "external.protocol": ScriptedRunner.protocol },
    createdAtMillis: 0,
    updatedAtMillis: 0,
    version: 1
  }
  const message = {
    id: Ids.MessageId.make(`msg_${index}`),
    sessionId: id,
    role: "user",
    text: script,
    hidden: false,
    createdAtMillis: 0
  } as const
  yield* store.commit([
    { _tag: "SessionCreated", session },
    { _tag: "MessageAppended", message }
  ])
  const job = { runId, parentSessionId: parent.id, childSessionId: id, model: "", acceptedAtMillis: 0 }
  return {
    job,
    session,
    ancestors: [parent.id],
    changes: [{ _tag: "JobAccepted", job }],
    show: () => undefined,
    epoch: scheduler.cancelEpoch()
  } satisfies Acceptance
})

describe("SpawnScheduler: the queue", () => {
  it.effect("S-queue: enqueue gives 128 jobs a place, and the next one waits for room", () =>
    run(
      Effect.gen(function* () {
        const parent = yield* root
        const scheduler = yield* SpawnScheduler
        for (let index = 0; index < 129; index++) {
          yield* scheduler.enqueue(yield* acceptance(parent, index, "sleep 10"))
          yield* Effect.yieldNow
        }
        const last = yield* Effect.forkChild(scheduler.enqueue(yield* acceptance(parent, 129, "say last")))
        yield* TestClock.adjust("9 seconds")
        assert.isUndefined(last.pollUnsafe())
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(last)
      }),
      world({ concurrent: 1, perParent: 1_000 })
    )
  )

  it.effect("S-lost-queue: a job that waits for room is recorded already", () =>
    run(
      Effect.gen(function* () {
        const parent = yield* root
        const scheduler = yield* SpawnScheduler
        const store = yield* SessionStore.SessionStore
        for (let index = 0; index < 2; index++) yield* scheduler.enqueue(yield* acceptance(parent, index, "hang"))
        const waiting = yield* Effect.forkChild(scheduler.enqueue(yield* acceptance(parent, 2, "hang")))
        yield* TestClock.adjust("1 second")
        assert.isUndefined(waiting.pollUnsafe())
        assert.strictEqual((yield* store.openJobs).length, 3)
        yield* Fiber.interrupt(waiting)
        assert.strictEqual((yield* store.openJobs).length, 3)
      }),
      world({ concurrent: 1, queue: 1 })
    )
  )

  it.effect("S-queue: after shutdown enqueue fails with the seed's words", () =>
    run(
      Effect.gen(function* () {
        const parent = yield* root
        const scheduler = yield* SpawnScheduler
        yield* scheduler.drain(Duration.zero)
        const error = yield* Effect.flip(scheduler.enqueue(yield* acceptance(parent, 1, "hang")))
        assert.strictEqual(error._tag, "SchedulerClosed")
        assert.strictEqual(error.message, "spawn scheduler is not running")
      })
    )
  )

  it.effect("a spawn past the backlog is refused with when to try again, and nothing is recorded", () =>
    run(
      Effect.gen(function* () {
        const parent = yield* root
        const agents = yield* SubAgents
        for (let index = 0; index < 4; index++) yield* child(parent.id, ["hang"])
        const error = yield* Effect.flip(child(parent.id, ["hang"]))
        assert.strictEqual(error._tag, "QueueFull")
        assert.strictEqual(error._tag === "QueueFull" && error.retryAfterSeconds > 0, true)
        const children = yield* agents.sessions({ filter: { parentId: parent.id }, before: Option.none(), limit: 10 })
        assert.strictEqual(children.length, 4)
      }),
      world({ concurrent: 1, queue: 1, backlog: 2 })
    )
  )

  it.effect("S-launch: jobs start in the order of acceptance, and one that crashes stops nobody", () =>
    run(
      Effect.gen(function* () {
        const parent = yield* root
        const { seen } = yield* watch(parent.id)
        const first = yield* child(parent.id, ["die at once"])
        const second = yield* child(parent.id, ["fail too"])
        const third = yield* child(parent.id, ["say fine"])
        assert.strictEqual((yield* settled(third)).status, "completed")
        yield* TestClock.adjust("1 millis")
        const started = seen.flatMap((event) =>
          event.type === "sub_agent_event" && event.event.type === "execution_started" ? [event.childSessionId] : []
        )
        assert.deepStrictEqual(started, [first.session.id, second.session.id, third.session.id])
      }),
      world({ concurrent: 1 })
    )
  )

  it.effect("S-cap: no more run at once than the limit, and the rest follow", () => {
    const made = world({ concurrent: 3 })
    return run(
      Effect.gen(function* () {
        const parent = yield* root
        const children = yield* Effect.forEach(Array.from({ length: 7 }), () => child(parent.id, ["sleep 10"]))
        yield* TestClock.adjust("1 second")
        assert.strictEqual(made.census.open, 3)
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(made.census.open, 3)
        yield* TestClock.adjust("20 seconds")
        assert.deepStrictEqual(new Set(yield* statuses(children)), new Set(["completed"]))
      }),
      made
    )
  })

  it.effect("S-cap: one parent's crowd does not keep another parent's child waiting", () => {
    const made = world({ perParent: 2 })
    return run(
      Effect.gen(function* () {
        const crowded = yield* root
        const other = yield* root
        yield* Effect.forEach(Array.from({ length: 200 }), () => child(crowded.id, ["sleep 100"]))
        const quick = yield* child(other.id, ["say hi"])
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* statusOf(quick.session.id), "completed")
        assert.strictEqual(made.census.open, 2)
      }),
      made
    )
  })

  it.effect("S-cap: with one slot, parents take turns", () =>
    run(
      Effect.gen(function* () {
        const crowded = yield* root
        const other = yield* root
        const many = yield* Effect.forEach(Array.from({ length: 20 }), () => child(crowded.id, ["sleep 10"]))
        const few = yield* Effect.forEach(Array.from({ length: 2 }), () => child(other.id, ["sleep 10"]))
        yield* TestClock.adjust("60 seconds")
        assert.deepStrictEqual(yield* statuses(few), ["completed", "completed"])
        const done = (yield* statuses(many)).filter((status) => status === "completed")
        assert.strictEqual(done.length, 4)
      }),
      world({ concurrent: 1, queue: 1 })
    )
  )

  it.effect("S-cap: an agent's own limit holds, and its place and reason are visible", () =>
    run(
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        const children = yield* Effect.forEach(Array.from({ length: 3 }), () => child(parent.id, ["sleep 10"]))
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* statuses(children), ["running", "pending", "pending"])
        const [, , third] = children
        const { place } = yield* agents.session(third?.session.id ?? parent.id)
        assert.deepStrictEqual(place, Option.some({ position: 2, reason: "agent_limit" as const }))
      }),
      world({}, AgentDirectory.layer([{ id: agent, protocol: ScriptedRunner.protocol, concurrentMax: 1 }]))
    )
  )

  it.effect("S-cap, I10: a slot is free while its run waits for a request, and comes back before new launches", () => {
    const made = world({ concurrent: 1 })
    return run(
      Effect.gen(function* () {
        const parent = yield* root
        const asking = yield* child(parent.id, ["await-request 10", "sleep 100"])
        const second = yield* child(parent.id, ["sleep 20"])
        const third = yield* child(parent.id, ["sleep 20"])
        yield* TestClock.adjust("5 seconds")
        assert.deepStrictEqual(yield* statuses([asking, second, third]), ["awaiting_request", "running", "pending"])
        yield* TestClock.adjust("16 seconds")
        assert.deepStrictEqual(yield* statuses([asking, second, third]), ["running", "completed", "pending"])
      }),
      made
    )
  })

  it.effect("S-cap: a child deeper than the limit is refused", () =>
    run(
      Effect.gen(function* () {
        const parent = yield* root
        const one = yield* child(parent.id, ["sleep 100"])
        const two = yield* child(one.session.id, ["sleep 100"])
        const error = yield* Effect.flip(child(two.session.id, ["say too deep"]))
        assert.deepInclude(error, { _tag: "DepthExceeded", depth: 3, depthMax: 2 })
      }),
      world({ depth: 2 })
    )
  )

  it.effect("S-dup, S-reserve: a child in flight is refused with its run id, and a settled one runs as a new run", () =>
    run(
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        const spawned = yield* child(parent.id, ["sleep 10"])
        yield* TestClock.adjust("1 second")
        const error = yield* Effect.flip(agents.run(spawned.session.id))
        assert.deepInclude(error, { _tag: "AlreadyRunning", runId: spawned.runId })
        yield* TestClock.adjust("10 seconds")
        const again = yield* agents.run(spawned.session.id)
        assert.notStrictEqual(again.runId, spawned.runId)
      })
    )
  )
})

describe("SpawnScheduler: request keys", () => {
  it.effect("a repeated request key answers with the first child, also when both calls come at once", () =>
    run(
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        const calls = yield* Effect.forEach(
          Array.from({ length: 5 }),
          () => child(parent.id, ["say once"], { requestKey: "k" }),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(new Set(calls.map(({ session }) => session.id)).size, 1)
        yield* Effect.forEach(calls, settled)
        const children = yield* agents.sessions({ filter: { parentId: parent.id }, before: Option.none(), limit: 10 })
        assert.strictEqual(children.length, 1)
      })
    )
  )

  it.effect("a repeated request key answers with the first root until that is deleted, and no child takes it", () =>
    run(
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const keyed = { prompt: "begin", requestKey: "k" }
        const calls = yield* Effect.forEach(Array.from({ length: 5 }), () => agents.createRoot(keyed), {
          concurrency: "unbounded"
        })
        const [first] = calls
        assert.isDefined(first)
        assert.deepStrictEqual(new Set(calls.map(({ id }) => id)), new Set([first.id]))
        assert.strictEqual((yield* agents.messages(first.id, { after: 0, limit: 10 })).length, 1)
        yield* settled(yield* child(first.id, ["say once"], { requestKey: "k" }))
        assert.strictEqual((yield* agents.createRoot(keyed)).id, first.id)
        yield* agents.remove(first.id)
        assert.notStrictEqual((yield* agents.createRoot(keyed)).id, first.id)
      })
    )
  )
})

/** Whatever a test of two lives may fail with. */
type Failures = Effect.Error<ReturnType<typeof child>> | Effect.Error<ReturnType<typeof settled>>

describe("SpawnScheduler: restarts", () => {
  const twice = <A, B>(
    first: Effect.Effect<A, Failures, Services>,
    second: (a: A, census: ScriptedRunner.Census) => Effect.Effect<B, Failures, Services>,
    limits = {}
  ) =>
    Effect.gen(function* () {
      const store = yield* Layer.build(SessionStore.layerMemory)
      const shared = Layer.succeedContext(store)
      const before = world(limits, Layer.empty, shared)
      const a = yield* Effect.provide(first, before.layer)
      assert.strictEqual(before.census.open, 0)
      const after = world(limits, Layer.empty, shared)
      return yield* Effect.provide(second(a, after.census), after.layer)
    })

  it.effect(
    "a clean stop settles what runs as cancelled by the shutdown, and what is queued runs after the restart",
    () =>
      twice(
        Effect.gen(function* () {
          const parent = yield* root
          const running = yield* child(parent.id, ["say partial", "hang"])
          const queued = yield* child(parent.id, ["say later"])
          yield* TestClock.adjust("1 second")
          return { running: running.session.id, queued: queued.session.id }
        }),
        ({ queued, running }) =>
          Effect.gen(function* () {
            const agents = yield* SubAgents
            yield* TestClock.adjust("1 second")
            const stopped = Option.getOrThrow(yield* agents.result(running))
            assert.deepStrictEqual(stopped.outcome, { status: "cancelled", reason: "shutdown" })
            assert.strictEqual(stopped.text, "partial")
            assert.strictEqual(yield* statusOf(queued), "completed")
          }),
        { concurrent: 1 }
      )
  )

  it.effect("S-restart: a run whose process died is settled as lost, and the parent is told once", () =>
    Effect.gen(function* () {
      const store = yield* Layer.build(SessionStore.layerMemory)
      const shared = Layer.succeedContext(store)
      const scope = yield* Scope.make()
      const dead = world({}, Layer.empty, shared)
      const context = yield* Layer.buildWithScope(dead.layer, scope)
      const spawned = yield* Effect.gen(function* () {
        const parent = yield* root
        return yield* child(parent.id, ["say partial", "hang"])
      }).pipe(Effect.provideContext(context))
      yield* TestClock.adjust("1 second")
      // The first process is never closed: for the store it has died.
      const alive = world({}, Layer.empty, shared)
      yield* Effect.gen(function* () {
        const agents = yield* SubAgents
        const result = Option.getOrThrow(yield* agents.result(spawned.session.id))
        assert.strictEqual(result.outcome.reason, "lost")
        assert.isTrue(yield* agents.feedBounds.pipe(Effect.map(({ head }) => head > 0)))
        const memory = yield* SessionStore.SessionStore
        const events = yield* memory.events({
          after: 0,
          limit: 100,
          scope: { _tag: "All" },
          types: Option.some(["sub_agent_completed"])
        })
        assert.strictEqual(events.events.length, 1)
      }).pipe(Effect.provide(alive.layer))
      yield* Scope.close(scope, Exit.void)
    })
  )
})
