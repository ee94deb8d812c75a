/** Jobs that go on as further tries, and what everybody sees of it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"
import * as ExternalChildRunner from "../src/ExternalChildRunner.ts"
import * as Retry from "../src/Retry.ts"
import { SpawnScheduler } from "../src/SpawnScheduler.ts"
import { type Spawned, SubAgents } from "../src/SubAgents.ts"
import * as ScriptedRunner from "../src/testing/ScriptedRunner.ts"
import { agent, child, eventsOf, root, settled, statusOf, watch, world } from "./world.ts"

const transient = { metadata: { [Retry.overrideKeys.restart]: "transient" } }

const able = (census: ScriptedRunner.Census) =>
  ExternalChildRunner.layer([ScriptedRunner.make({ agent, census, capabilities: { resume: true, usage: true } })])

const textOf = (id: Parameters<typeof statusOf>[0]) =>
  Effect.flatMap(SubAgents, (agents) => Effect.map(agents.result(id), (found) => Option.getOrThrow(found).text))

describe("retries", () => {
  it.effect("a rate limit is no end: the job goes on after the time that was asked for, and completes once", () =>
    Effect.gen(function* () {
      const parent = yield* root
      const { seen } = yield* watch(parent.id)
      const spawned = yield* child(parent.id, ["say a", "limited 30", "tries", "say b"], transient)
      yield* TestClock.adjust("29 seconds")
      const agents = yield* SubAgents
      const view = yield* agents.session(spawned.session.id)
      assert.strictEqual(view.session.status, "pending")
      assert.strictEqual(Option.getOrThrow(view.hold)._tag, "Retrying")
      assert.notStrictEqual(view.session.runId, spawned.runId)
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual((yield* settled(spawned)).status, "completed")
      const types = eventsOf(seen, spawned.session.id).map(({ type }) => type)
      assert.strictEqual(types.filter((type) => type === "sub_agent_completed").length, 1)
      assert.strictEqual(types.filter((type) => type === "run_retried").length, 1)
      assert.strictEqual(types.filter((type) => type === "complete" || type === "error").length, 1)
      assert.strictEqual(yield* textOf(spawned.session.id), "atries:1b")
    }).pipe(Effect.provide(world().layer))
  )

  it.effect("S-completion: the usage of a completion is that of all tries of the job", () =>
    Effect.gen(function* () {
      const parent = yield* root
      const agents = yield* SubAgents
      const usageOf = (spawned: Spawned) =>
        Effect.map(agents.result(spawned.session.id), (found) => Option.getOrUndefined(Option.getOrThrow(found).usage))
      const told = yield* child(parent.id, ["usage 5", "limited 1 2"], transient)
      const silentOnce = yield* child(parent.id, ["limited 1", "usage 5"], transient)
      yield* TestClock.adjust("1 minute")
      const cancelled = yield* child(parent.id, ["usage 5", "limited 600"], transient)
      yield* TestClock.adjust("1 second")
      yield* agents.cancel(cancelled.session.id, { mode: "graceful", by: "by_user", reach: "subtree" })
      for (const spawned of [told, silentOnce, cancelled]) yield* settled(spawned)
      assert.deepStrictEqual(yield* usageOf(told), { outputTokens: 15 })
      assert.deepStrictEqual(yield* usageOf(silentOnce), { outputTokens: 5, atLeast: ["outputTokens"] })
      // Its second try never began.
      assert.deepStrictEqual(yield* usageOf(cancelled), { outputTokens: 5 })
    }).pipe(Effect.provide(world().layer))
  )

  it.effect("without being asked for, nothing is tried again", () =>
    Effect.gen(function* () {
      const parent = yield* root
      const spawned = yield* child(parent.id, ["limited 1"])
      const session = yield* settled(spawned)
      assert.strictEqual(session.outcome?.reason, "rate_limited")
      assert.strictEqual(session.runId, spawned.runId)
    }).pipe(Effect.provide(world().layer))
  )

  it.effect("when the tries are used up, the last one's outcome is the child's", () =>
    Effect.gen(function* () {
      const parent = yield* root
      const few = { metadata: { ...transient.metadata, [Retry.overrideKeys.intensity]: "2" } }
      const spawned = yield* child(parent.id, ["tries", "limited 1 9"], few)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* settled(spawned)).outcome?.reason, "rate_limited")
      assert.strictEqual(yield* textOf(spawned.session.id), "tries:2")
    }).pipe(Effect.provide(world().layer))
  )

  it.effect("a permanent child begins again after it has completed, until its intensity", () =>
    Effect.gen(function* () {
      const parent = yield* root
      const permanent = {
        metadata: { [Retry.overrideKeys.restart]: "permanent", [Retry.overrideKeys.intensity]: "3" }
      }
      const spawned = yield* child(parent.id, ["tries"], permanent)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* settled(spawned)).status, "completed")
      assert.strictEqual(yield* textOf(spawned.session.id), "tries:3")
    }).pipe(Effect.provide(world().layer))
  )

  it.effect("a cancel during the pause settles the job, and no further try is made", () => {
    const made = world()
    return Effect.gen(function* () {
      const parent = yield* root
      const agents = yield* SubAgents
      const spawned = yield* child(parent.id, ["limited 60"], transient)
      yield* TestClock.adjust("1 second")
      yield* agents.cancel(spawned.session.id, { mode: "graceful", by: "by_user", reach: "subtree" })
      assert.strictEqual(yield* statusOf(spawned.session.id), "cancelled")
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(made.census.started, 1)
      const scheduler = yield* SpawnScheduler
      assert.deepStrictEqual(yield* scheduler.counts, { inFlight: 0, running: 0, backlog: 0 })
    }).pipe(Effect.provide(made.layer))
  })

  it.effect("a cancel while a try runs is the end, whatever the policy", () =>
    Effect.gen(function* () {
      const parent = yield* root
      const agents = yield* SubAgents
      const permanent = { metadata: { [Retry.overrideKeys.restart]: "permanent" } }
      const spawned = yield* child(parent.id, ["hang"], permanent)
      yield* TestClock.adjust("1 second")
      yield* agents.cancel(spawned.session.id, { mode: "graceful", by: "by_user", reach: "subtree" })
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* statusOf(spawned.session.id), "cancelled")
    }).pipe(Effect.provide(world().layer))
  )

  it.effect("the pause that a provider asks for holds for the siblings on the same agent", () => {
    const made = world({ concurrent: 1 })
    return Effect.gen(function* () {
      const parent = yield* root
      const limited = yield* child(parent.id, ["limited 60"])
      const sibling = yield* child(parent.id, ["say hi"])
      yield* settled(limited)
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual(yield* statusOf(sibling.session.id), "pending")
      assert.strictEqual(made.census.started, 1)
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual((yield* settled(sibling)).status, "completed")
    }).pipe(Effect.provide(made.layer))
  })

  it.effect("a try that can go on from the last one is told where, and keeps its children", () => {
    const census: ScriptedRunner.Census = { open: 0, started: 0 }
    return Effect.gen(function* () {
      const parent = yield* root
      const script = ["resume-handle h1", "usage 7", "resumed", "sleep 1", "limited 5"]
      const spawned = yield* child(parent.id, script, transient)
      const grandchild = yield* child(spawned.session.id, ["sleep 30"])
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* settled(spawned)).status, "completed")
      assert.strictEqual(yield* textOf(spawned.session.id), "resumed:h1")
      // It was closed by the end of the job, not by the end of the first try.
      yield* TestClock.adjust("1 second")
      const view = yield* Effect.flatMap(SubAgents, (agents) => agents.session(grandchild.session.id))
      assert.isTrue(view.session.updatedAtMillis >= 6_000)
    }).pipe(Effect.provide(world({}, able(census)).layer))
  })

  it.effect("the default of the app is a Retry layer", () =>
    Effect.gen(function* () {
      const parent = yield* root
      const spawned = yield* child(parent.id, ["limited 1"])
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* settled(spawned)).status, "completed")
    }).pipe(Effect.provide(world({}, Layer.mergeAll(Retry.layer({ ...Retry.defaults, restart: "transient" }))).layer))
  )

  it.effect("a later try also works on what an earlier one was told while it ran", () => {
    const census: ScriptedRunner.Census = { open: 0, started: 0 }
    const steered = ExternalChildRunner.layer([
      ScriptedRunner.make({ agent, census, capabilities: { steer: true, resume: true } })
    ])
    return Effect.gen(function* () {
      const agents = yield* SubAgents
      const parent = yield* root
      const spawned = yield* child(parent.id, ["say task", "take-wait", "limited 1"], transient)
      yield* TestClock.adjust("1 second")
      yield* agents.send(spawned.session.id, {
        text: "say more",
        mode: "queue",
        key: Option.none(),
        origin: "user"
      })
      yield* TestClock.adjust("10 seconds")
      // The second try waits for a message again: it has the whole script before it.
      assert.strictEqual(yield* statusOf(spawned.session.id), "running")
      yield* agents.send(spawned.session.id, { text: "say last", mode: "queue", key: Option.none(), origin: "user" })
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* settled(spawned)).status, "completed")
      assert.strictEqual(yield* textOf(spawned.session.id), "task<say last>more")
    }).pipe(Effect.provide(world({}, steered).layer))
  })
})
