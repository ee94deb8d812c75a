/** What becomes of children when their parent's job ends. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"
import * as ExternalChildRunner from "../src/ExternalChildRunner.ts"
import type { SessionId } from "../src/Ids.ts"
import { endingWith, isSpared, type Occasion } from "../src/internal/closing.ts"
import { makeFlight } from "../src/internal/flights.ts"
import { LiveRun } from "../src/internal/liveRun.ts"
import type { ParentClose } from "../src/Session.ts"
import { SubAgents } from "../src/SubAgents.ts"
import * as ScriptedRunner from "../src/testing/ScriptedRunner.ts"
import * as Records from "./SessionRecords.ts"
import { agent, child, root, settled, statusOf, world } from "./world.ts"

const flightOf = (name: string, parentClose: ParentClose, above: ReadonlyArray<SessionId>, begun: boolean) => {
  const session = Records.child({ id: Records.sessionId(name), parentClose })
  const job = Records.job({ childSessionId: session.id, runId: Records.runId(name) })
  const flight = makeFlight(job, above, Option.some(session))
  if (begun) flight.live = new LiveRun(job, session, above, 0)
  return flight
}

describe("who is spared", () => {
  const cases: ReadonlyArray<readonly [ParentClose, "queued" | "begun", Occasion, boolean]> = [
    ["cancel", "queued", "settled", false],
    ["cancel", "begun", "settled", false],
    ["drain", "queued", "settled", false],
    ["drain", "begun", "settled", true],
    ["drain", "begun", "graceful", true],
    ["drain", "begun", "abort", false],
    ["abandon", "queued", "graceful", true],
    ["abandon", "begun", "abort", true]
  ]
  it.each(cases)("a %s child that is %s, when its parent is over (%s): %s", (parentClose, state, occasion, spared) => {
    assert.strictEqual(isSpared(flightOf("a", parentClose, [], state === "begun"), occasion), spared)
  })

  it("a spared child keeps what is below it, whatever the policy of that", () => {
    const top = Records.sessionId("top")
    const kept = flightOf("kept", "abandon", [top], true)
    const below = flightOf("below", "cancel", [kept.job.childSessionId, top], true)
    const other = flightOf("other", "cancel", [top], true)
    const names = endingWith([below, other, kept], "abort").map(({ runId }) => runId)
    assert.deepStrictEqual(names, [other.runId])
  })
})

/** A child that runs for ten seconds, and what was spawned under it while it ran. */
const parentOfTen = Effect.gen(function* () {
  const top = yield* root
  const middle = yield* child(top.id, ["sleep 10"])
  yield* TestClock.adjust("1 second")
  return middle
})

describe("the end of a parent's job", () => {
  it.effect("a child that belongs to it is cancelled by its parent, and so is what is below that", () =>
    Effect.gen(function* () {
      const middle = yield* parentOfTen
      const below = yield* child(middle.session.id, ["sleep 60"])
      const deepest = yield* child(below.session.id, ["sleep 60"])
      yield* TestClock.adjust("10 seconds")
      const agents = yield* SubAgents
      for (const { session } of [below, deepest]) {
        const found = yield* agents.result(session.id)
        assert.deepStrictEqual(Option.getOrThrow(found).outcome, { status: "cancelled", reason: "by_parent" })
      }
    }).pipe(Effect.provide(world().layer))
  )

  it.effect("a queued one never launches", () => {
    const made = world({ perParent: 1 })
    return Effect.gen(function* () {
      const middle = yield* parentOfTen
      yield* child(middle.session.id, ["sleep 60"])
      const queued = yield* child(middle.session.id, ["say never"])
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* statusOf(queued.session.id), "cancelled")
      assert.strictEqual(made.census.started, 2)
    }).pipe(Effect.provide(made.layer))
  })

  it.effect("an abandoned child goes on, and a draining one goes on when it had begun", () =>
    Effect.gen(function* () {
      const middle = yield* parentOfTen
      const abandoned = yield* child(middle.session.id, ["sleep 60", "say a"], { parentClose: "abandon" })
      const draining = yield* child(middle.session.id, ["sleep 60", "say d"], { parentClose: "drain" })
      const queued = yield* child(middle.session.id, ["say q"], { parentClose: "drain" })
      yield* TestClock.adjust("9 seconds")
      assert.strictEqual(yield* statusOf(middle.session.id), "completed")
      assert.strictEqual(yield* statusOf(queued.session.id), "cancelled")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* statusOf(abandoned.session.id), "completed")
      assert.strictEqual(yield* statusOf(draining.session.id), "completed")
    }).pipe(Effect.provide(world({ perParent: 2 }).layer))
  )

  it.effect("what was spawned under a session that was not in flight does not belong to its later run", () =>
    Effect.gen(function* () {
      const top = yield* root
      const first = yield* child(top.id, ["say done"])
      yield* settled(first)
      const outside = yield* child(first.session.id, ["sleep 60", "say mine"])
      const agents = yield* SubAgents
      yield* agents.send(first.session.id, {
        text: "say again",
        mode: "queue",
        key: Option.none(),
        origin: "user"
      })
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(yield* statusOf(first.session.id), "completed")
      assert.strictEqual(yield* statusOf(outside.session.id), "completed")
    }).pipe(Effect.provide(world().layer))
  )

  it.effect("a graceful cancel leaves an abandoned child alone; cancelling that one stops it", () =>
    Effect.gen(function* () {
      const top = yield* root
      const abandoned = yield* child(top.id, ["sleep 60"], { parentClose: "abandon" })
      const other = yield* child(top.id, ["sleep 60"])
      yield* TestClock.adjust("1 second")
      const agents = yield* SubAgents
      yield* agents.cancel(top.id, { mode: "abort", by: "by_user", reach: "subtree" })
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* statusOf(other.session.id), "cancelled")
      assert.strictEqual(yield* statusOf(abandoned.session.id), "running")
      yield* agents.cancel(abandoned.session.id, { mode: "graceful", by: "by_user", reach: "subtree" })
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* statusOf(abandoned.session.id), "cancelled")
    }).pipe(Effect.provide(world().layer))
  )

  it.effect("the removal of a session takes what it abandoned with it", () =>
    Effect.gen(function* () {
      const top = yield* root
      yield* child(top.id, ["sleep 60"], { parentClose: "abandon" })
      yield* TestClock.adjust("1 second")
      const agents = yield* SubAgents
      yield* agents.remove(top.id)
      const left = yield* agents.sessions({ filter: {}, before: Option.none(), limit: 10 })
      assert.deepStrictEqual(left, [])
    }).pipe(Effect.provide(world().layer))
  )

  it.effect("a child that its parent's last act spawned is closed like the others", () => {
    const census: ScriptedRunner.Census = { open: 0, started: 0 }
    const scripted = ScriptedRunner.make({ agent, census })
    return Effect.gen(function* () {
      const top = yield* root
      const agents = yield* SubAgents
      const spawner: ExternalChildRunner.ExternalChildRunner = {
        ...scripted,
        name: "spawner",
        shouldHandle: ({ depth }) => depth === 1,
        run: (context) =>
          Effect.andThen(
            Effect.orDie(agents.spawn(context.session.id, { prompt: "sleep 60", agent })),
            Effect.succeed(ExternalChildRunner.ended({ status: "completed", reason: "done" }))
          )
      }
      runners.push(spawner, scripted)
      const middle = yield* child(top.id, ["go"])
      assert.strictEqual((yield* settled(middle)).status, "completed")
      yield* TestClock.adjust("1 second")
      const [late] = yield* agents.sessions({
        filter: { parentId: middle.session.id },
        before: Option.none(),
        limit: 2
      })
      assert.strictEqual(late?.session.status, "cancelled")
    }).pipe(Effect.provide(world({}, Layer.mergeAll(ExternalChildRunner.layer(runners))).layer))
  })
})

/** Filled by the test that needs it: its runner spawns through the app that it is part of. */
const runners: Array<ExternalChildRunner.ExternalChildRunner> = []
