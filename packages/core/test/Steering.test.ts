import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"
import * as Agent from "../src/Agent.ts"
import type { AgentEvent } from "../src/AgentEvent.ts"
import * as ExternalChildRunner from "../src/ExternalChildRunner.ts"
import { SessionId } from "../src/Ids.ts"
import { bytesMax, messagesMax } from "../src/internal/inboxBook.ts"
import * as Outcome from "../src/Outcome.ts"
import { type SendRequest, SubAgents } from "../src/SubAgents.ts"
import * as ScriptedRunner from "../src/testing/ScriptedRunner.ts"
import * as Watchdog from "../src/Watchdog.ts"
import * as World from "./world.ts"

const send = (id: SessionId, text: string, more: Partial<SendRequest> = {}) =>
  Effect.flatMap(SubAgents, (agents) =>
    agents.send(id, { text, mode: "queue", key: Option.none(), origin: "user", ...more })
  )

/** All messages to a session: what each says, what became of it, in which round, and why. */
const receipts = (id: SessionId) =>
  Effect.flatMap(SubAgents, (agents) =>
    Effect.map(agents.sent(id, { state: "any", after: Option.none(), limit: 500 }), (sent) =>
      sent.map(({ reason, round, status, text }) => ({ text, status, round, reason }))
    )
  )

const statuses = (id: SessionId) => Effect.map(receipts(id), (sent) => sent.map(({ status }) => status))

const transcript = (id: SessionId) =>
  Effect.flatMap(SubAgents, (agents) =>
    Effect.map(agents.messages(id, { after: 0, limit: 100 }), (entries) =>
      entries.map(({ role, text }) => `${role}: ${text}`)
    )
  )

const receiptEvents = (seen: ReadonlyArray<AgentEvent>): ReadonlyArray<string> =>
  seen.flatMap((event) => {
    const own = event.type === "sub_agent_event" ? event.event : event
    return own.type === "message_receipt_changed" ? [own.status] : []
  })

const turn = TestClock.adjust("1 millis")

const patientWatchdog = Watchdog.layer({ ...Watchdog.defaults, totalSeconds: 1_000_000, idleSeconds: 1_000_000 })

/** An in-process agent that says what it was asked to work on, a minute after it began. */
const slowEcho = Agent.layer({
  run: (context) =>
    Effect.as(
      Effect.andThen(
        Effect.sleep("60 seconds"),
        context.append({ role: "assistant", text: `on ${context.prompt}`, hidden: false })
      ),
      ExternalChildRunner.ended(Outcome.done)
    )
})

describe("a message to a live run", () => {
  it.effect("is taken at its next safe point, in the round that the run is in, after what was said before", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const watching = yield* World.watch(root.id)
      const { session } = yield* World.child(root.id, ["say before", "round 3", "sleep 10", "take", "say after"])
      yield* turn
      const sent = yield* send(session.id, "left")
      assert.strictEqual(sent.status, "queued")
      assert.deepStrictEqual(yield* statuses(session.id), ["queued"])
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* receipts(session.id), [
        { text: "left", status: "delivered", round: 3, reason: undefined }
      ])
      assert.deepStrictEqual((yield* transcript(session.id)).slice(1), [
        "assistant: before",
        "user: left",
        "assistant: <left>after"
      ])
      assert.deepStrictEqual(receiptEvents(watching.seen), ["queued", "delivered"])
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("is waited for by a run that wants one", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["take-wait"])
      yield* turn
      yield* send(session.id, "now")
      yield* turn
      assert.strictEqual(yield* World.statusOf(session.id), "completed")
      assert.deepStrictEqual(yield* statuses(session.id), ["delivered"])
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("ends a pause when it is to interrupt, and only then", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["interruptible 600", "take"])
      yield* turn
      yield* send(session.id, "some time")
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* statuses(session.id), ["queued"])
      yield* send(session.id, "now", { mode: "interrupt" })
      yield* turn
      assert.deepStrictEqual(yield* statuses(session.id), ["delivered", "delivered"])
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("that interrupts takes the place of those before it that nobody took; messages that queue stay", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["sleep 10", "take"])
      yield* turn
      yield* send(session.id, "queued")
      yield* send(session.id, "first", { mode: "interrupt" })
      yield* send(session.id, "second", { mode: "interrupt" })
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* statuses(session.id), ["delivered", "superseded", "delivered"])
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("that the run does not accept is refused in the words of the run", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["sleep 10", "take"])
      yield* turn
      yield* send(session.id, "no")
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* receipts(session.id), [
        { text: "no", status: "refused", round: undefined, reason: "not that" }
      ])
      assert.notInclude(yield* transcript(session.id), "user: no")
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("that it never takes expires when the run has settled", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["sleep 10"])
      yield* turn
      yield* send(session.id, "unheard")
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* receipts(session.id), [
        { text: "unheard", status: "expired", round: undefined, reason: "run_settled" }
      ])
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("is refused at once when its runner cannot be steered, and nothing is recorded", () => {
    const census: ScriptedRunner.Census = { open: 0, started: 0 }
    return Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["sleep 10"])
      yield* turn
      const refused = yield* Effect.flip(send(session.id, "left"))
      assert.deepInclude(refused, { _tag: "SteerRefused", reason: "runner_cannot_steer" })
      assert.deepStrictEqual(yield* receipts(session.id), [])
    }).pipe(Effect.provide(World.worldWith(ScriptedRunner.make({ agent: World.agent, census }))))
  })

  it.effect("is refused when it is being stopped", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["deaf"])
      yield* turn
      const agents = yield* SubAgents
      yield* agents.cancel(session.id, { mode: "graceful", by: "by_user", reach: "session" })
      const refused = yield* Effect.flip(send(session.id, "left"))
      assert.deepInclude(refused, { _tag: "SteerRefused", reason: "stopping" })
      yield* TestClock.adjust("30 seconds")
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("expires when nobody took it for six hours", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["sleep 30000", "take"])
      yield* turn
      yield* send(session.id, "old")
      yield* TestClock.adjust("5 hours")
      yield* send(session.id, "newer")
      yield* TestClock.adjust("62 minutes")
      assert.deepStrictEqual(yield* receipts(session.id), [
        { text: "old", status: "expired", round: undefined, reason: "lifetime" },
        { text: "newer", status: "queued", round: undefined, reason: undefined }
      ])
    }).pipe(Effect.provide(World.world({}, patientWatchdog).layer))
  )
})

describe("an inbox", () => {
  it.effect("takes a bounded number of messages, and has room again when they were taken", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["sleep 10", "take", "sleep 10"])
      yield* turn
      yield* Effect.forEach(Array.from({ length: messagesMax }), () => send(session.id, "x"), {
        concurrency: "unbounded"
      })
      const refused = yield* Effect.flip(send(session.id, "one too many"))
      assert.deepInclude(refused, { _tag: "InboxFull", messagesMax, bytesMax })
      assert.lengthOf(yield* receipts(session.id), messagesMax)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* send(session.id, "again")).status, "queued")
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("takes a bounded number of bytes, however many characters they are", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["sleep 10"])
      yield* turn
      yield* send(session.id, "é".repeat(bytesMax / 4))
      assert.strictEqual((yield* Effect.flip(send(session.id, "é".repeat(bytesMax / 4 + 1))))._tag, "InboxFull")
      yield* send(session.id, "é".repeat(bytesMax / 4))
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("knows a message by its key: on its way, delivered, and when two come at once", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["sleep 10", "take", "sleep 10"])
      yield* turn
      const keyed = send(session.id, "once", { key: Option.some("k") })
      const both = yield* Effect.all([keyed, keyed], { concurrency: "unbounded" })
      assert.strictEqual(both[0].id, both[1].id)
      yield* TestClock.adjust("10 seconds")
      assert.deepInclude(yield* keyed, { id: both[0].id, status: "delivered" })
      assert.lengthOf(yield* receipts(session.id), 1)
    }).pipe(Effect.provide(World.world().layer))
  )
})

describe("a message to a session without a live run", () => {
  it.effect("that is queued joins the prompt of its launch, whoever runs it", () => {
    const census: ScriptedRunner.Census = { open: 0, started: 0 }
    return Effect.gen(function* () {
      const root = yield* World.root
      yield* World.child(root.id, ["sleep 10"])
      const { session } = yield* World.child(root.id, ["say first"])
      yield* send(session.id, "say second")
      yield* TestClock.adjust("11 seconds")
      assert.deepStrictEqual(yield* receipts(session.id), [
        { text: "say second", status: "delivered", round: 0, reason: undefined }
      ])
      assert.deepStrictEqual(yield* transcript(session.id), [
        "user: say first",
        "user: say second",
        "assistant: firstsecond"
      ])
    }).pipe(Effect.provide(World.worldWith(ScriptedRunner.make({ agent: World.agent, census }), { concurrent: 1 })))
  })

  it.effect("that was queued with nothing to do is what it runs for", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["say first"])
      yield* turn
      yield* World.child(root.id, ["sleep 10"])
      yield* agents.run(session.id)
      yield* send(session.id, "say second")
      assert.deepStrictEqual(yield* statuses(session.id), ["queued"])
      yield* TestClock.adjust("11 seconds")
      assert.deepStrictEqual(yield* statuses(session.id), ["delivered"])
      assert.deepStrictEqual((yield* transcript(session.id)).slice(2), ["user: say second", "assistant: second"])
    }).pipe(Effect.provide(World.world({ concurrent: 1 }).layer))
  )

  it.effect("is its next message, and it runs again", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["say first"])
      yield* turn
      const sent = yield* send(session.id, "say second", { key: Option.some("k") })
      assert.deepInclude(sent, { status: "delivered", round: 0 })
      yield* turn
      assert.deepStrictEqual((yield* transcript(session.id)).slice(1), [
        "assistant: first",
        "user: say second",
        "assistant: second"
      ])
      const again = yield* send(session.id, "say second", { key: Option.some("k") })
      assert.strictEqual(again.id, sent.id)
      yield* turn
      assert.lengthOf(yield* transcript(session.id), 4, "the same key runs nothing again")
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("that ended well in process without taking it is delivered, and the session runs again with it", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const root = yield* agents.createRoot({ title: "root", prompt: "one" })
      yield* agents.run(root.id)
      yield* turn
      yield* send(root.id, "two")
      yield* TestClock.adjust("60 seconds")
      assert.strictEqual((yield* agents.session(root.id)).session.status, "running")
      assert.deepStrictEqual(yield* statuses(root.id), ["delivered"])
      yield* TestClock.adjust("60 seconds")
      assert.deepStrictEqual(yield* transcript(root.id), [
        "user: one",
        "assistant: on one",
        "user: two",
        "assistant: on two"
      ])
    }).pipe(Effect.provide(World.world({}, slowEcho).layer))
  )

  it.effect("does not exist when the session does not", () =>
    Effect.gen(function* () {
      const refused = yield* Effect.flip(send(SessionId.make("ses_none"), "left"))
      assert.strictEqual(refused._tag, "SessionNotFound")
    }).pipe(Effect.provide(World.world().layer))
  )
})
