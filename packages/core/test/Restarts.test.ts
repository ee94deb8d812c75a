/** What the next start makes of what an earlier process left. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import * as Agent from "../src/Agent.ts"
import * as ExternalChildRunner from "../src/ExternalChildRunner.ts"
import type { SessionId } from "../src/Ids.ts"
import * as Recovery from "../src/Recovery.ts"
import type { RecoveryPolicy } from "../src/Session.ts"
import * as SessionStore from "../src/SessionStore.ts"
import { SpawnScheduler } from "../src/SpawnScheduler.ts"
import { SubAgents } from "../src/SubAgents.ts"
import * as ScriptedRunner from "../src/testing/ScriptedRunner.ts"
import { agent, child, root, settled, statusOf, world } from "./world.ts"

const everything = { steer: true, requests: true, resume: true, usage: true, gracefulCancel: true }

interface Life {
  readonly census: ScriptedRunner.Census
  readonly layer: ReturnType<typeof world>["layer"]
}

/** A process over a store that outlives it. Its runner can go on, or not. */
const life = (
  store: Layer.Layer<SessionStore.SessionStore>,
  ability: "can_resume" | "cannot",
  policy: RecoveryPolicy = "resume"
): Life => {
  const census: ScriptedRunner.Census = { open: 0, started: 0 }
  const capabilities = { ...everything, resume: ability === "can_resume" }
  const scripted = ScriptedRunner.make({ agent, census, capabilities })
  const inProcess = ScriptedRunner.make({ agent: "in-process", census, capabilities: everything })
  const parts = Layer.mergeAll(
    ExternalChildRunner.layer([scripted]),
    Agent.layer({ run: inProcess.run }),
    Recovery.layer(policy)
  )
  return { census, layer: world({}, parts, store).layer }
}

/** Two processes: the first ends suddenly, as far as the store can tell, while the scripts hang. */
const afterCrash = <A, E, B, F>(
  ability: "can_resume" | "cannot",
  policy: RecoveryPolicy,
  first: Effect.Effect<A, E, Layer.Success<Life["layer"]>>,
  second: (a: A, census: ScriptedRunner.Census) => Effect.Effect<B, F, Layer.Success<Life["layer"]>>
) =>
  Effect.gen(function* () {
    const store = Layer.succeedContext(yield* Layer.build(SessionStore.layerMemory))
    const dead = yield* Scope.make()
    const context = yield* Layer.buildWithScope(life(store, ability, policy).layer, dead)
    const a = yield* Effect.provideContext(Effect.tap(first, TestClock.adjust("1 second")), context)
    const next = life(store, ability, policy)
    const b = yield* Effect.provide(second(a, next.census), next.layer)
    yield* Scope.close(dead, Exit.void)
    return b
  }).pipe(Effect.scoped)

const resultOf = (id: SessionId) =>
  Effect.flatMap(SubAgents, (agents) => Effect.map(agents.result(id), Option.getOrThrow))

const typesOn = (id: SessionId) =>
  Effect.gen(function* () {
    const store = yield* SessionStore.SessionStore
    const page = yield* store.events({
      after: 0,
      limit: 1_000,
      scope: { _tag: "Session", sessionId: id },
      types: Option.none()
    })
    return page.events.map(({ event }) => event.type)
  })

/** Hangs in its first life and goes on in the next one. */
const script = ["resume-handle h1", "say before", "append kept", "resumed", "tries"]
const hangsOnce = [...script, "hang-first", "say after"].join("\n")

describe("a run whose process died", () => {
  it.effect("S-restart: goes on where its runner can: told from where, with one completion and no lost text", () =>
    afterCrash(
      "can_resume",
      "resume",
      Effect.flatMap(root, (parent) => child(parent.id, [hangsOnce])),
      (spawned) =>
        Effect.gen(function* () {
          const session = yield* settled(spawned)
          assert.strictEqual(session.status, "completed")
          assert.notStrictEqual(session.runId, spawned.runId)
          const result = yield* resultOf(session.id)
          assert.strictEqual(result.text, "beforekeptresumed:h1tries:1after")
          const types = yield* typesOn(session.id)
          assert.strictEqual(types.filter((type) => type === "run_retried").length, 1)
          assert.strictEqual(types.filter((type) => type === "complete").length, 1)
          const { parentId } = spawned.session
          const above = parentId === undefined ? [] : yield* typesOn(parentId)
          assert.strictEqual(above.filter((type) => type === "sub_agent_completed").length, 1)
          const store = yield* SessionStore.SessionStore
          const texts = yield* store.messages({ sessionId: session.id, after: 0, limit: 100 })
          assert.include(
            texts.map(({ text }) => text),
            "kept"
          )
        })
    )
  )

  it.effect("S-completion: what it had told that it used is in the completion of the job", () =>
    Effect.forEach(["can_resume", "cannot"] as const, (ability) =>
      afterCrash(
        ability,
        "resume",
        Effect.flatMap(root, (parent) =>
          child(parent.id, [
            ...(ability === "can_resume" ? ["resume-handle h"] : []),
            "usage 5",
            "append recorded",
            "hang-first"
          ])
        ),
        (spawned) =>
          Effect.gen(function* () {
            const { usage } = yield* resultOf((yield* settled(spawned)).id)
            assert.deepStrictEqual(usage, Option.some({ outputTokens: ability === "can_resume" ? 10 : 5 }))
          })
      )
    )
  )

  it.effect("S-restart: is lost when its runner cannot go on, and what it said stays", () =>
    afterCrash(
      "cannot",
      "resume",
      Effect.flatMap(root, (parent) => child(parent.id, ["append kept", "hang"])),
      (spawned) =>
        Effect.gen(function* () {
          const result = yield* resultOf(spawned.session.id)
          assert.strictEqual(result.outcome.reason, "lost")
          assert.strictEqual(result.text, "kept")
          assert.strictEqual(result.runId, spawned.runId)
        })
    )
  )

  it.effect("begins again when its policy says retry and its runner cannot go on", () =>
    afterCrash(
      "cannot",
      "retry",
      Effect.flatMap(root, (parent) => child(parent.id, ["say one", "hang-first", "tries"])),
      (spawned) =>
        Effect.gen(function* () {
          assert.strictEqual((yield* settled(spawned)).status, "completed")
          assert.strictEqual((yield* resultOf(spawned.session.id)).text, "onetries:1")
        })
    )
  )

  it.effect("a session's own policy wins over the app's", () =>
    afterCrash(
      "can_resume",
      "resume",
      Effect.flatMap(root, (parent) => child(parent.id, ["resume-handle h", "hang"], { recovery: "settle" })),
      (spawned) => Effect.map(resultOf(spawned.session.id), ({ outcome }) => assert.strictEqual(outcome.reason, "lost"))
    )
  )

  it.effect("in process goes on from its transcript, without a handle", () =>
    afterCrash(
      "cannot",
      "resume",
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const own = yield* agents.createRoot({ prompt: "append round one\nhang-first\nsay round two" })
        return yield* agents.run(own.id)
      }),
      (spawned) =>
        Effect.gen(function* () {
          yield* TestClock.adjust("1 second")
          assert.strictEqual(yield* statusOf(spawned.session.id), "completed")
        })
    )
  )

  it.effect("a tool call that must not be repeated is recorded as unknown, and its body is not run again", () =>
    afterCrash(
      "can_resume",
      "resume",
      Effect.flatMap(root, (parent) => child(parent.id, ["resume-handle h", "once pay 60"])),
      (spawned) =>
        Effect.gen(function* () {
          const types = yield* typesOn(spawned.session.id)
          assert.strictEqual(types.filter((type) => type === "tool_outcome_unknown").length, 1)
          const store = yield* SessionStore.SessionStore
          const entries = yield* store.messages({ sessionId: spawned.session.id, after: 0, limit: 100 })
          const told = entries.find(({ role }) => role === "tool")
          assert.include(told?.text, "unknown")
          assert.include(told?.text, "pay")
        })
    )
  )

  it.effect("the children of a parent that is lost are closed; those of one that goes on run on", () =>
    Effect.gen(function* () {
      const family = (handle: ReadonlyArray<string>) =>
        Effect.gen(function* () {
          const top = yield* root
          const parent = yield* child(top.id, [...handle, "hang-first", "say on", "sleep 5"])
          yield* TestClock.adjust("1 second")
          const below = yield* child(parent.session.id, [...handle, "hang-first", "say below"])
          return { parent, below }
        })
      yield* afterCrash("cannot", "resume", family([]), ({ below }) =>
        Effect.map(resultOf(below.session.id), ({ outcome }) =>
          assert.deepStrictEqual(outcome, { status: "cancelled", reason: "by_parent" })
        )
      )
      yield* afterCrash("can_resume", "resume", family(["resume-handle h"]), ({ below, parent }) =>
        Effect.gen(function* () {
          yield* TestClock.adjust("1 minute")
          assert.strictEqual(yield* statusOf(below.session.id), "completed")
          assert.strictEqual(yield* statusOf(parent.session.id), "completed")
        })
      )
    })
  )

  it.effect("a job that takes its process with it again and again is given up", () =>
    Effect.gen(function* () {
      const store = Layer.succeedContext(yield* Layer.build(SessionStore.layerMemory))
      const scopes: Array<Scope.Closeable> = []
      const start = Effect.gen(function* () {
        const scope = yield* Scope.make()
        scopes.push(scope)
        return yield* Layer.buildWithScope(life(store, "can_resume").layer, scope)
      })
      const first = yield* start
      const spawned = yield* Effect.provideContext(
        Effect.flatMap(root, (parent) => child(parent.id, ["resume-handle h", "hang"])),
        first
      )
      yield* TestClock.adjust("1 second")
      for (let lives = 0; lives < Recovery.lostMax; lives++) {
        const context = yield* start
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* Effect.provideContext(statusOf(spawned.session.id), context), "running")
      }
      const last = yield* start
      const result = yield* Effect.provideContext(resultOf(spawned.session.id), last)
      assert.strictEqual(result.outcome.reason, "lost")
      yield* Effect.forEach(scopes, (scope) => Scope.close(scope, Exit.void), { discard: true })
    }).pipe(Effect.scoped)
  )
})

describe("an orderly end", () => {
  const twice = <A, E, B, F>(
    ability: "can_resume" | "cannot",
    first: Effect.Effect<A, E, Layer.Success<Life["layer"]>>,
    second: (a: A) => Effect.Effect<B, F, Layer.Success<Life["layer"]>>
  ) =>
    Effect.gen(function* () {
      const store = Layer.succeedContext(yield* Layer.build(SessionStore.layerMemory))
      const before = life(store, ability)
      const a = yield* Effect.provide(first, before.layer)
      assert.strictEqual(before.census.open, 0)
      return yield* Effect.provide(second(a), life(store, ability).layer)
    }).pipe(Effect.scoped)

  it.effect("leaves what the next start can take up, and the next start takes it up", () =>
    twice(
      "can_resume",
      Effect.gen(function* () {
        const parent = yield* root
        const spawned = yield* child(parent.id, ["resume-handle h1", "say before", "hang-first", "resumed"])
        yield* TestClock.adjust("1 second")
        return spawned
      }),
      (spawned) =>
        Effect.gen(function* () {
          assert.strictEqual((yield* settled(spawned)).status, "completed")
          const store = yield* SessionStore.SessionStore
          const entries = yield* store.messages({ sessionId: spawned.session.id, after: 0, limit: 10 })
          assert.deepStrictEqual(
            entries.filter(({ role }) => role === "assistant").map(({ text }) => text),
            ["before", "beforeresumed:h1"]
          )
        })
    )
  )

  it.effect("tells a run why it is interrupted: the next start goes on with it, or nobody does", () =>
    Effect.gen(function* () {
      const causes: Array<string> = []
      const reporting = (id: string, resume: boolean): ExternalChildRunner.ExternalChildRunner => ({
        name: id,
        capabilities: { ...everything, resume },
        shouldHandle: ({ title }) => title === id,
        run: (context) =>
          context.report({ resume: "h" }).pipe(
            Effect.andThen(Effect.never),
            Effect.onInterrupt(() =>
              Effect.map(context.stopCause, (cause) => {
                causes.push(`${id}:${cause}`)
              })
            )
          )
      })
      const runners = ExternalChildRunner.layer([reporting("goes on", true), reporting("does not", false)])
      const begun = Effect.gen(function* () {
        const agents = yield* SubAgents
        const parent = yield* root
        yield* agents.spawn(parent.id, { title: "goes on", prompt: "x", agent })
        yield* agents.spawn(parent.id, { title: "does not", prompt: "x", agent })
        const unwanted = yield* agents.spawn(parent.id, { title: "goes on", prompt: "x", agent })
        yield* TestClock.adjust("1 second")
        yield* agents.cancel(unwanted.session.id, { mode: "graceful", by: "by_user", reach: "session" })
        yield* TestClock.adjust("1 second")
      })
      yield* Effect.provide(begun, world({}, Layer.mergeAll(runners, Recovery.layer("resume"))).layer)
      assert.deepStrictEqual(causes.toSorted(), ["does not:cancel", "goes on:cancel", "goes on:detach"])
    })
  )

  it.effect("gives what runs its time, launches nothing more, and only then stops it", () =>
    twice(
      "cannot",
      Effect.gen(function* () {
        const parent = yield* root
        const scheduler = yield* SpawnScheduler
        const short = yield* child(parent.id, ["sleep 5", "say in time"])
        const long = yield* child(parent.id, ["sleep 60"])
        yield* TestClock.adjust("1 second")
        const draining = yield* Effect.forkChild(scheduler.drain(Duration.seconds(10)), { startImmediately: true })
        const refused = yield* Effect.flip(child(parent.id, ["say no"]))
        assert.strictEqual(refused._tag, "SchedulerClosed")
        yield* TestClock.adjust("9 seconds")
        assert.isUndefined(draining.pollUnsafe())
        assert.strictEqual(yield* statusOf(short.session.id), "completed")
        assert.strictEqual(yield* statusOf(long.session.id), "running")
        yield* TestClock.adjust("1 seconds")
        return { short, long }
      }),
      ({ long, short }) =>
        Effect.gen(function* () {
          assert.strictEqual((yield* resultOf(short.session.id)).text, "in time")
          assert.strictEqual((yield* resultOf(long.session.id)).outcome.reason, "shutdown")
        })
    )
  )
})
