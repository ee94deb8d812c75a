/** Durable waits: what ends one, what its parent is told, and that both happen once. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"
import * as Agent from "../src/Agent.ts"
import * as Flights from "../src/internal/flights.ts"
import * as Recorder from "../src/internal/recorder.ts"
import { Waits } from "../src/internal/waits.ts"
import * as Records from "./SessionRecords.ts"
import {
  calm,
  childrenIn,
  create,
  eventsOn,
  external,
  failed,
  inProcess,
  only,
  pair,
  parent,
  parentId,
  settle,
  settledParent,
  spawn,
  speak,
  storedWait,
  waitFor,
  wakes,
  world
} from "./WaitsWorld.ts"

const toldOf = (name: string) =>
  Effect.flatMap(Recorder.Recorder, ({ store }) =>
    Effect.map(store.completion(Records.runId(name)), (found) => Option.getOrThrow(found).told)
  )

describe("Waits", () => {
  it.effect("S-wait: all wakes the parent with its last child, in the commit that settles it", () =>
    Effect.gen(function* () {
      const [a, b] = yield* pair()
      const { accepted, wait } = yield* waitFor()
      assert.deepStrictEqual(accepted, [])
      assert.strictEqual(wait.status, "open")
      yield* speak(a, "one")
      assert.deepStrictEqual(yield* settle(a), [])
      assert.deepStrictEqual(yield* wakes(), [])
      yield* speak(b, "two")
      const [job] = yield* settle(b, failed)
      const after = yield* parent
      assert.strictEqual(job?.job.childSessionId, parentId)
      assert.strictEqual(after.status, "pending")
      assert.strictEqual(after.runId, job?.job.runId)
      const [wake] = yield* wakes()
      const stored = yield* storedWait(wait)
      assert.deepStrictEqual([stored.status, stored.messageId, stored.version], ["satisfied", wake?.id, 2])
      assert.deepStrictEqual(childrenIn(wake?.text ?? ""), [
        { child: "ses_a", title: "a", status: "completed", reason: "done", answer: "one" },
        { child: "ses_b", title: "b", status: "error", reason: "agent_failed", error: "it broke", answer: "two" }
      ])
      assert.deepStrictEqual([yield* toldOf("a"), yield* toldOf("b")], [true, true])
      assert.deepStrictEqual(
        (yield* eventsOn(parentId)).map((event) => ("status" in event ? `${event.type} ${event.status}` : event.type)),
        ["wait_changed open", "session_status_changed pending", "wait_changed satisfied", "message_appended"]
      )
      assert.deepStrictEqual(yield* (yield* Waits).sweep, { repaired: 0, expired: 0, accepted: [] })
    }).pipe(Effect.provide(world()))
  )

  it.effect("S-wait: a wait registered after the last child settled ends at once, with the same message", () =>
    Effect.gen(function* () {
      const a = yield* only()
      yield* speak(a, "one")
      yield* settle(a)
      const { accepted, wait } = yield* waitFor()
      assert.strictEqual(wait.status, "satisfied")
      assert.strictEqual(accepted.length, 1)
      const [wake] = yield* wakes()
      assert.strictEqual(wake?.id, wait.messageId)
      assert.deepStrictEqual(childrenIn(wake?.text ?? ""), [
        { child: "ses_a", title: "a", status: "completed", reason: "done", answer: "one" }
      ])
      assert.isFalse((yield* Waits).hasOpenWait(parentId))
    }).pipe(Effect.provide(world()))
  )

  it.effect("S-wait: any ends with the first child, and says how far the others are", () =>
    Effect.gen(function* () {
      const [, b] = yield* pair()
      yield* waitFor({ policy: "any" })
      assert.strictEqual((yield* settle(b)).length, 1)
      const [wake] = yield* wakes()
      assert.deepStrictEqual(
        childrenIn(wake?.text ?? "").map(({ child, status }) => [child, status]),
        [
          ["ses_b", "completed"],
          ["ses_a", "running"]
        ]
      )
    }).pipe(Effect.provide(world()))
  )

  it.effect("any of all children is about news: what was told before does not end the next wait", () =>
    Effect.gen(function* () {
      const [a, b] = yield* pair(external)
      yield* waitFor({ policy: "any" })
      yield* settle(b)
      assert.strictEqual((yield* waitFor({ policy: "any" })).wait.status, "open")
      yield* settle(a)
      const told = (yield* wakes()).map(({ text }) => childrenIn(text)[0]?.child)
      assert.deepStrictEqual(told, ["ses_b", "ses_a"])
      // Named, it is about them, whatever was told.
      const named = yield* waitFor({ policy: "any", children: [b.job.childSessionId] })
      assert.strictEqual(named.wait.status, "satisfied")
    }).pipe(Effect.provide(world()))
  )

  it.effect("S-wait: first_error goes on after a good end and ends with the first bad one", () =>
    Effect.gen(function* () {
      const [a, b] = yield* pair()
      yield* spawn("c")
      yield* waitFor({ policy: "first_error" })
      yield* settle(a)
      assert.deepStrictEqual(yield* wakes(), [])
      yield* settle(b, failed)
      assert.strictEqual((yield* wakes()).length, 1)
    }).pipe(Effect.provide(world()))
  )

  it.effect("S-wait: first_error ends when all have settled well", () =>
    Effect.gen(function* () {
      const [a, b] = yield* pair()
      yield* waitFor({ policy: "first_error" })
      yield* settle(a)
      yield* settle(b)
      assert.strictEqual((yield* wakes()).length, 1)
    }).pipe(Effect.provide(world()))
  )

  it.effect("a wait for named children does not care for the others", () =>
    Effect.gen(function* () {
      const [a, b] = yield* pair()
      yield* waitFor({ children: [a.job.childSessionId] })
      yield* settle(b)
      assert.deepStrictEqual(yield* wakes(), [])
      yield* settle(a)
      const [wake] = yield* wakes()
      assert.deepStrictEqual(
        childrenIn(wake?.text ?? "").map(({ child }) => child),
        ["ses_a"]
      )
    }).pipe(Effect.provide(world()))
  )

  it.effect("a wait for all children is also about those that come later", () =>
    Effect.gen(function* () {
      const a = yield* only()
      yield* waitFor()
      const late = yield* spawn("late")
      yield* settle(a)
      assert.deepStrictEqual(yield* wakes(), [])
      yield* settle(late)
      assert.strictEqual((yield* wakes()).length, 1)
    }).pipe(Effect.provide(world()))
  )

  it.effect("a child whose acceptance was never recorded holds nobody's wait", () =>
    Effect.gen(function* () {
      const a = yield* only()
      yield* waitFor()
      const job = Records.job({ runId: Records.runId("ghost"), childSessionId: Records.sessionId("ghost") })
      ;(yield* Flights.CurrentFlights).add(Flights.makeFlight(job, [parentId], Option.none()))
      yield* settle(a)
      assert.strictEqual((yield* wakes()).length, 1)
    }).pipe(Effect.provide(world()))
  )

  it.effect("I6: a result that was told is only named by a later wait", () =>
    Effect.gen(function* () {
      const [a, b] = yield* pair(external)
      yield* speak(a, "only once")
      yield* waitFor({ policy: "any" })
      yield* settle(a)
      yield* waitFor()
      yield* settle(b)
      const [, second] = yield* wakes()
      assert.deepStrictEqual(childrenIn(second?.text ?? ""), [
        { child: "ses_b", title: "b", status: "completed", reason: "done", answer: "" },
        { child: "ses_a", title: "a", status: "completed", reason: "done", toldBefore: true }
      ])
      assert.strictEqual((yield* wakes()).filter(({ text }) => text.includes("only once")).length, 1)
    }).pipe(Effect.provide(world()))
  )

  it.effect("a parent has one open wait at a time, and may wait again after it", () =>
    Effect.gen(function* () {
      const a = yield* only()
      const { wait } = yield* waitFor()
      assert.isTrue((yield* Waits).hasOpenWait(parentId))
      const refused = yield* Effect.flip(waitFor())
      assert.strictEqual(refused._tag, "WaitOpen")
      assert.deepInclude(refused, { sessionId: parentId, waitId: wait.id })
      yield* settle(a)
      const again = yield* waitFor()
      assert.deepStrictEqual(yield* (yield* Waits).last(parentId), Option.some(again.wait))
    }).pipe(Effect.provide(world()))
  )

  it.effect("a wait for somebody else's child, or for nobody's, is refused and leaves nothing", () =>
    Effect.gen(function* () {
      yield* only()
      yield* create(Records.root({ id: Records.sessionId("other"), rootId: Records.sessionId("other") }))
      for (const name of ["other", "nobody"]) {
        const refused = yield* Effect.flip(waitFor({ children: [Records.sessionId(name)] }))
        assert.strictEqual(refused._tag, "SessionNotFound")
      }
      assert.strictEqual((yield* waitFor()).wait.status, "open")
    }).pipe(Effect.provide(world()))
  )

  it.effect("S-wait: a child that was removed counts as settled", () =>
    Effect.gen(function* () {
      const [a, b] = yield* pair()
      yield* waitFor({ children: [a.job.childSessionId, b.job.childSessionId] })
      yield* settle(a)
      const { store } = yield* Recorder.Recorder
      yield* store.commit([{ _tag: "SessionDeleted", sessionId: a.job.childSessionId }])
      yield* settle(b)
      const [wake] = yield* wakes()
      assert.deepStrictEqual(
        childrenIn(wake?.text ?? "").map(({ child, status }) => [child, status]),
        [
          ["ses_b", "completed"],
          ["ses_a", "deleted"]
        ]
      )
    }).pipe(Effect.provide(world()))
  )

  it.effect("S-wait: after six hours a lease ends, the parent is told how far all are, and nobody is stopped", () =>
    Effect.gen(function* () {
      const a = yield* only()
      const waits = yield* Waits
      const { wait } = yield* waitFor()
      assert.strictEqual(wait.expiresAtMillis, Duration.toMillis("6 hours"))
      yield* TestClock.adjust("5 hours")
      assert.strictEqual((yield* waits.sweep).expired, 0)
      yield* TestClock.adjust("1 hour")
      const { accepted, expired } = yield* waits.sweep
      assert.strictEqual(expired, 1)
      assert.strictEqual(accepted.length, 1)
      assert.strictEqual((yield* storedWait(wait)).status, "expired")
      assert.strictEqual(a?.stop, undefined)
      yield* settle(a)
      assert.strictEqual((yield* wakes()).length, 1)
    }).pipe(Effect.provide(world()))
  )

  it.effect("a sweep is due every minute, and at the end of a lease that begins meanwhile", () =>
    Effect.gen(function* () {
      yield* only()
      const waits = yield* Waits
      const minute = yield* Effect.forkChild(waits.due, { startImmediately: true })
      yield* TestClock.adjust("59 seconds")
      assert.isUndefined(minute.pollUnsafe())
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(minute)
      const lease = yield* Effect.forkChild(waits.due, { startImmediately: true })
      yield* waitFor({ lease: Option.some(Duration.seconds(10)) })
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(lease)
      assert.strictEqual((yield* waits.sweep).expired, 1)
    }).pipe(Effect.provide(world()))
  )
})

describe("the parent of a wait", () => {
  it.effect.each([
    ["runs outside", external, inProcess],
    ["was cancelled", { ...settledParent, status: "cancelled" } as const, inProcess],
    ["has no agent in this process", settledParent, Agent.layerNone]
  ] as const)("that %s gets the message and does not run", ([, fields, parts]) =>
    Effect.gen(function* () {
      const a = yield* only(fields)
      yield* waitFor()
      assert.deepStrictEqual(yield* settle(a), [])
      assert.strictEqual((yield* wakes()).length, 1)
      assert.strictEqual((yield* parent).status, fields.status)
    }).pipe(Effect.provide(world(calm(), parts)))
  )

  it.effect("that stands under a cancelled session does not run (I7)", () =>
    Effect.gen(function* () {
      yield* create(Records.root({ id: Records.sessionId("top"), status: "cancelled" }))
      const a = yield* only({
        ...settledParent,
        kind: "child",
        parentId: Records.sessionId("top"),
        depth: 1
      })
      yield* waitFor()
      assert.deepStrictEqual(yield* settle(a), [])
      assert.strictEqual((yield* wakes()).length, 1)
    }).pipe(Effect.provide(world()))
  )

  it.effect("I3: that is a child itself is started again on its parent's stream before anything else", () =>
    Effect.gen(function* () {
      const top = Records.sessionId("top")
      yield* create(Records.root({ id: top, rootId: top }))
      const a = yield* only({ ...settledParent, kind: "child", parentId: top, depth: 1 })
      yield* waitFor()
      const [job] = yield* settle(a)
      assert.deepStrictEqual(job?.ancestors, [top])
      assert.deepStrictEqual(
        (yield* eventsOn(top)).map(({ type }) => type),
        ["sub_agent_started"]
      )
    }).pipe(Effect.provide(world()))
  )

  it.effect("that is in flight gets the message on its way, in the commit of the last child", () =>
    Effect.gen(function* () {
      const a = yield* only({ status: "running", runId: Records.runId("parent") })
      const { wait } = yield* waitFor()
      assert.deepStrictEqual(yield* settle(a), [])
      assert.deepStrictEqual(yield* wakes(), [])
      const { store } = yield* Recorder.Recorder
      const id = Option.getOrThrow(Option.fromUndefinedOr((yield* storedWait(wait)).messageId))
      const posted = Option.getOrThrow(yield* store.obligation(id))
      assert.deepInclude(posted, {
        kind: "steer",
        sessionId: parentId,
        status: "queued",
        origin: "runtime",
        hidden: true
      })
    }).pipe(Effect.provide(world()))
  )
})
