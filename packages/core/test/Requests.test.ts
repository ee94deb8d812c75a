import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"
import type { AgentEvent } from "../src/AgentEvent.ts"
import { RequestId, type SessionId } from "../src/Ids.ts"
import type { Request } from "../src/Obligation.ts"
import * as RequestPolicy from "../src/RequestPolicy.ts"
import { SessionStore } from "../src/SessionStore.ts"
import { type Decision, type RequestsQuery, SubAgents } from "../src/SubAgents.ts"
import * as World from "./world.ts"

const approve: Decision = { _tag: "Approve", text: Option.none() }
const deny: Decision = { _tag: "Deny", text: Option.none() }
const words = (text: string): Decision => ({ _tag: "Answer", text })

const requests = (state: RequestsQuery["state"]) =>
  Effect.flatMap(SubAgents, (agents) =>
    agents.requests({ state, scope: { _tag: "All" }, after: Option.none(), limit: 100 })
  )

/** The one request of this world. */
const theRequest = Effect.map(requests("any"), ([request]): Request => {
  if (request === undefined) throw new Error("nothing was asked")
  return request
})

const answer = (id: RequestId, decision: Decision) => Effect.flatMap(SubAgents, (agents) => agents.answer(id, decision))

const textOf = (id: SessionId) =>
  Effect.flatMap(SubAgents, (agents) =>
    Effect.map(agents.result(id), (found) => (Option.isSome(found) ? found.value.text : ""))
  )

const cancel = (id: SessionId) =>
  Effect.flatMap(SubAgents, (agents) => agents.cancel(id, { mode: "graceful", by: "by_user", reach: "session" }))

const changesOf = (seen: ReadonlyArray<AgentEvent>): ReadonlyArray<string> =>
  seen.flatMap((event) => {
    const own = event.type === "sub_agent_event" ? event.event : event
    if (own.type === "approval_changed") return [`${own.status} by ${own.by ?? "nobody"}`]
    return own.type === "clarification_needed" || own.type === "tool_approval_requested" ? [own.type] : []
  })

/** A tick: whoever can go on has gone on. */
const turn = TestClock.adjust("1 millis")

const policy = (rules: ReadonlyArray<RequestPolicy.Rule>) => RequestPolicy.layer({ deadlineSeconds: 1_800, rules })

describe("a child's request", () => {
  it.effect("waits without a slot until it is answered, and the run goes on with the answer", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const asking = yield* World.child(root.id, ["ask colour Which colour?", "say .end"])
      const other = yield* World.child(root.id, ["say other"])
      yield* turn
      assert.strictEqual(yield* World.statusOf(asking.session.id), "awaiting_request")
      assert.strictEqual(yield* World.statusOf(other.session.id), "completed", "the slot of the one that asks is free")
      const request = yield* theRequest
      assert.deepStrictEqual(request.ask, { type: "question", question: "Which colour?" })
      yield* answer(request.id, words("blue"))
      yield* turn
      assert.strictEqual(yield* textOf(asking.session.id), "answered:blue.end")
      const { deliveredAtMillis, status } = yield* theRequest
      assert.strictEqual(status, "answered")
      assert.isDefined(deliveredAtMillis)
      assert.deepStrictEqual(yield* requests("open"), [])
    }).pipe(Effect.provide(World.world({ concurrent: 1 }).layer))
  )

  it.effect.each([
    ["approved", approve, "approved:shell"],
    ["denied", deny, "denied:shell"]
  ] as const)("for a permission is %s", ([status, decision, text]) =>
    Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["permit shell"])
      yield* turn
      const answered = yield* answer((yield* theRequest).id, decision)
      assert.strictEqual(answered.status, status)
      yield* turn
      assert.strictEqual(yield* textOf(session.id), text)
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("is told to every ancestor, with what becomes of it, and recorded once", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const child = yield* World.child(root.id, ["sleep 60"])
      yield* World.child(child.session.id, ["permit shell", "say ok"])
      const watching = yield* World.watch(root.id)
      yield* turn
      yield* answer((yield* theRequest).id, approve)
      yield* turn
      assert.deepStrictEqual(changesOf(watching.seen), ["tool_approval_requested", "approved by user"])
      const { events } = yield* Effect.flatMap(SessionStore, (store) =>
        store.events({
          after: 0,
          limit: 1_000,
          scope: { _tag: "All" },
          types: Option.some(["tool_approval_requested", "approval_changed"])
        })
      )
      assert.lengthOf(events, 2)
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect(
    "is answered once: the same again is harmless, another answer is refused, and so is one of another kind",
    () =>
      Effect.gen(function* () {
        const root = yield* World.root
        yield* World.child(root.id, ["permit shell", "sleep 60"])
        yield* turn
        const { id } = yield* theRequest
        assert.strictEqual((yield* Effect.flip(answer(id, words("yes"))))._tag, "DecisionMismatch")
        const first = yield* answer(id, approve)
        assert.strictEqual((yield* answer(id, approve)).status, first.status)
        yield* turn
        assert.strictEqual((yield* answer(id, approve)).status, "approved", "also when the run has it")
        const refused = yield* Effect.flip(answer(id, deny))
        assert.deepInclude(refused, { _tag: "RequestClosed", status: "approved" })
        const unknown = yield* Effect.flip(answer(RequestId.make("req_none"), approve))
        assert.strictEqual(unknown._tag, "RequestNotFound")
      }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("of two answers at the same moment one counts and the other is refused", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["permit shell"])
      yield* turn
      const { id } = yield* theRequest
      const results = yield* Effect.forEach([approve, deny], (decision) => Effect.exit(answer(id, decision)), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(
        results.map(({ _tag }) => _tag),
        ["Success", "Failure"]
      )
      yield* turn
      assert.strictEqual(yield* textOf(session.id), "approved:shell")
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("that nobody answers in time is not given", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const watching = yield* World.watch(root.id)
      const { session } = yield* World.child(root.id, ["permit shell", "say .end"])
      yield* TestClock.adjust("1799 seconds")
      assert.strictEqual(yield* World.statusOf(session.id), "awaiting_request", "the idle clock stands still")
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(yield* textOf(session.id), "expired:shell.end")
      assert.deepStrictEqual(changesOf(watching.seen), ["tool_approval_requested", "expired by deadline"])
      const refused = yield* Effect.flip(answer((yield* theRequest).id, approve))
      assert.deepInclude(refused, { _tag: "RequestClosed", status: "expired" })
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("whose answer comes with its deadline has one end, and the run hears that one", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["permit shell"])
      yield* turn
      const { expiresAtMillis, id, openedAtMillis } = yield* theRequest
      const answering = yield* Effect.forkChild(
        Effect.exit(Effect.delay(answer(id, approve), expiresAtMillis - openedAtMillis)),
        { startImmediately: true }
      )
      yield* TestClock.adjust(expiresAtMillis - openedAtMillis)
      const accepted = (yield* Fiber.join(answering))._tag === "Success"
      const { status } = yield* theRequest
      assert.strictEqual(status, accepted ? "approved" : "expired")
      assert.strictEqual(yield* textOf(session.id), accepted ? "approved:shell" : "expired:shell")
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("ends with the run that asked: unanswered it expires, answered and not taken it was not delivered", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const first = yield* World.child(root.id, ["permit one"])
      yield* turn
      yield* World.child(root.id, ["sleep 600"])
      const second = yield* World.child(root.id, ["permit two"])
      yield* turn
      yield* answer((yield* theRequest).id, approve)
      yield* turn
      assert.strictEqual(yield* World.statusOf(first.session.id), "awaiting_request", "it has no slot to go on with")
      yield* cancel(first.session.id)
      yield* TestClock.adjust("601 seconds")
      assert.strictEqual(yield* World.statusOf(second.session.id), "awaiting_request")
      yield* cancel(second.session.id)
      yield* TestClock.adjust("20 seconds")
      const ends = (yield* requests("any")).map(({ by, status }) => `${status} by ${by?.type ?? "nobody"}`)
      assert.deepStrictEqual(ends, ["delivery_failed by user", "expired by run_ended"])
      assert.deepStrictEqual(yield* requests("open"), [])
    }).pipe(Effect.provide(World.world({ concurrent: 1 }).layer))
  )

  it.effect("that a rule answers does not wait, and is told with the name of the rule", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const watching = yield* World.watch(root.id)
      const { session } = yield* World.child(root.id, ["permit read_file", "permit shell", "ask what What?"])
      yield* turn
      assert.deepStrictEqual(changesOf(watching.seen), [
        "tool_approval_requested",
        "approved by rule:reading",
        "tool_approval_requested",
        "denied by rule:no shell",
        "clarification_needed"
      ])
      assert.strictEqual(yield* World.statusOf(session.id), "awaiting_request", "no rule answers a question")
      assert.lengthOf(yield* requests("open"), 1)
    }).pipe(
      Effect.provide(
        World.world(
          {},
          policy([
            { name: "reading", tool: "read_*", decision: "allow" },
            { name: "no shell", tool: "shell", decision: "deny" }
          ])
        ).layer
      )
    )
  )

  it.effect("allowed for the session is not asked again of it, is asked of others, and is told as that rule", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const { session } = yield* World.child(root.id, ["permit shell", "permit shell again", "permit web"])
      yield* turn
      const first = yield* theRequest
      yield* answer(first.id, { _tag: "Approve", text: Option.none(), scope: "session" })
      yield* turn
      const [, second, third] = yield* requests("any")
      assert.deepStrictEqual(second?.by, { type: "rule", rule: `session:${first.id}` })
      assert.isUndefined(second?.scope)
      assert.deepInclude(third?.ask, { toolName: "web" })
      assert.strictEqual(third?.status, "pending")
      const other = yield* World.child(root.id, ["permit shell"])
      yield* turn
      const open = yield* requests("open")
      assert.deepStrictEqual(
        open.map(({ sessionId }) => sessionId),
        [session.id, other.session.id]
      )
    }).pipe(Effect.provide(World.world().layer))
  )

  it.effect("asked with the same key is the same request; a key that names another ask gives nothing", () =>
    Effect.gen(function* () {
      const root = yield* World.root
      const script = ["ask k Which?", "ask k Which?", "ask k Another one?"]
      const { session } = yield* World.child(root.id, script)
      yield* turn
      yield* answer((yield* theRequest).id, words("this"))
      yield* turn
      assert.lengthOf(yield* requests("any"), 1)
      assert.strictEqual(yield* textOf(session.id), "answered:thisanswered:thisdenied:k")
    }).pipe(Effect.provide(World.world().layer))
  )
})
