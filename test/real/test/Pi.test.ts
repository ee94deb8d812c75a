/** pi itself as a child: what it is asked, told, stopped and refused, against a scripted model. */
import { assert, it } from "@effect/vitest"
import type { CliAgent } from "@offshoot/adapters-cli"
import type { ExternalChildRunner } from "@offshoot/core"
import { ModelServer, RealChild, Script, Waypoint, describeProgram } from "@offshoot/test-real"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"

type Permission = NonNullable<CliAgent.AgentOptions["permission"]>

const atHome = (permission: Permission = "ask") => RealChild.make("pi", { permission, given: [], secret: ["FAKE_KEY"] })

const nobodyAlive = ({ alive }: RealChild.RealChild) =>
  Effect.map(alive, (processes) => assert.deepStrictEqual(processes, []))

const approved: ExternalChildRunner.Answer = { _tag: "Approved", text: Option.none() }

/** Answers the only ask of a run. */
const answered = Effect.fnUntraced(function* (
  { harness, started }: RealChild.Running,
  answer: ExternalChildRunner.Answer
) {
  const call = yield* harness.awaitEvent(({ type }) => type === "tool_start")
  if (call.type === "tool_start") yield* harness.answerAsk(call.toolCallId, answer)
  return yield* Fiber.join(started.fiber)
})

const test = (name: string, body: Effect.Effect<void, never, ModelServer.ModelServer | Scope.Scope>) =>
  it.live(name, () => Effect.provide(body, ModelServer.layer))

describeProgram("pi", () => {
  test(
    "asks before a command, runs it when that is approved, and tells what came of it",
    Effect.gen(function* () {
      const child = yield* atHome()
      const running = yield* child.start("shell echo made > made.txt; echo there ;; say all done")
      const end = yield* answered(running, approved)
      assert.deepStrictEqual(end.outcome, { status: "completed", reason: "done" })
      assert.strictEqual(yield* running.harness.answer, "all done")
      const done = (yield* running.harness.events).find((event) => event.type === "tool_complete")
      assert.strictEqual(done?.type === "tool_complete" ? done.result : undefined, "there\n")
      assert.isAbove(Option.getOrThrow(end.usage).inputTokens ?? 0, 0)
      assert.strictEqual(NodeFS.readFileSync(NodePath.join(child.place.cwd, "made.txt"), "utf8"), "made\n")
      yield* nobodyAlive(child)
    })
  )

  test(
    "goes on without what is denied, and hears why",
    Effect.gen(function* () {
      const child = yield* atHome()
      const running = yield* child.start("shell touch made.txt ;; say went on")
      const why = "Leave that file alone."
      const end = yield* answered(running, { _tag: "Denied", text: Option.some(why) })
      assert.strictEqual(end.outcome.status, "completed")
      assert.isFalse(NodeFS.existsSync(NodePath.join(child.place.cwd, "made.txt")))
      const heard = (yield* child.server.requests).filter(({ turns }) => turns.some(({ text }) => text.includes(why)))
      assert.isNotEmpty(heard)
      yield* nobodyAlive(child)
    })
  )

  test(
    "asks nobody where everything is denied, and does nothing",
    Effect.gen(function* () {
      const child = yield* atHome("deny")
      const { end, harness } = yield* child.run("shell touch made.txt ;; say done")
      assert.strictEqual(end.outcome.status, "completed")
      assert.deepStrictEqual(yield* harness.asks, [])
      assert.isFalse(NodeFS.existsSync(NodePath.join(child.place.cwd, "made.txt")))
    })
  )

  test(
    "takes a message while a command runs",
    Effect.gen(function* () {
      const child = yield* atHome("full")
      const waypoint = yield* Waypoint.make(child.place)
      const { harness, started } = yield* child.start(`shell ${waypoint.command} ;; say not heard`)
      yield* waypoint.reached
      yield* harness.send("say heard", "queue")
      yield* harness.awaitTaken
      yield* waypoint.pass
      yield* Fiber.join(started.fiber)
      assert.strictEqual(yield* harness.answer, "heard")
      yield* nobodyAlive(child)
    })
  )

  test(
    "stops while it speaks, and keeps what it said",
    Effect.gen(function* () {
      const child = yield* atHome("full")
      const { harness, started } = yield* child.start("hang")
      yield* harness.awaitAnswer("This takes a while.")
      yield* started.cancel
      yield* nobodyAlive(child)
      assert.isDefined((yield* harness.report).resume)
    })
  )

  test(
    "stops in the middle of a command, with all that the command has started",
    Effect.gen(function* () {
      const child = yield* atHome("full")
      const waypoint = yield* Waypoint.make(child.place)
      const { started } = yield* child.start(`shell setsid sleep 100000 & ${waypoint.command} ;; say never`)
      yield* waypoint.reached
      yield* started.cancel
      yield* nobodyAlive(child)
    })
  )

  test(
    "needs to be signed in when its provider says so",
    Effect.gen(function* () {
      const child = yield* atHome()
      assert.strictEqual((yield* child.run("status 401")).end.outcome.reason, "auth_required")
    })
  )

  test(
    "is rate limited when its provider goes on saying so",
    Effect.gen(function* () {
      const child = yield* atHome()
      assert.strictEqual((yield* child.run("status 429")).end.outcome.reason, "rate_limited")
    })
  )

  test(
    "goes on with its conversation in another process, and says when it is lost",
    Effect.gen(function* () {
      const child = yield* atHome()
      const first = yield* child.run("say one")
      const second = yield* child.run("say two", Option.getOrThrow(first.end.resume))
      assert.strictEqual(second.answer, "two")
      const request = (yield* child.server.requests).at(-1)
      assert.isTrue(request?.turns.some(({ text }) => text.includes("say one")))
      const lost = yield* child.run("say one", "01a22e8c-0000-7000-8000-000000000000")
      assert.strictEqual(lost.end.outcome.reason, "lost")
    })
  )

  test(
    "says an answer of two megabytes whole",
    Effect.gen(function* () {
      const child = yield* atHome()
      const { answer, end } = yield* child.run("big 2000000")
      assert.strictEqual(end.outcome.status, "completed")
      assert.strictEqual(answer, Script.bigText(2_000_000))
    })
  )

  test(
    "asks nobody but its model's provider",
    Effect.gen(function* () {
      const child = yield* atHome()
      yield* child.run("say hello")
      assert.deepStrictEqual(yield* child.server.strays, [])
    })
  )
})
