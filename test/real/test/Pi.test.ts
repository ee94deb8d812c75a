/** pi itself as a child: what it is asked, told, stopped and refused, against a scripted model. */
import { assert } from "@effect/vitest"
import type { ExternalChildRunner } from "@offshoot/core"
import { RealChild, Waypoint, describeProgram } from "@offshoot/test-real"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as NodeFS from "node:fs"
import {
  approved,
  asksNobodyButItsProvider,
  daemon,
  fileIn,
  nobodyAlive,
  type Program,
  saysALongAnswerWhole,
  takesAMessageWhileACommandRuns,
  test
} from "./everyProgram.ts"

const atHome = (permission: RealChild.Options["permission"] = "ask") =>
  RealChild.make("pi", { permission, given: [], secret: ["FAKE_KEY"] })

const pi: Program = { atHome }

/** Answers the only ask of a run. */
const answered = Effect.fnUntraced(function* (
  { harness, started }: RealChild.Running,
  answer: ExternalChildRunner.Answer
) {
  const call = yield* harness.awaitEvent(({ type }) => type === "tool_start")
  if (call.type === "tool_start") yield* harness.answerAsk(call.toolCallId, answer)
  return yield* Fiber.join(started.fiber)
})

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
      assert.strictEqual(NodeFS.readFileSync(fileIn(child, "made.txt"), "utf8"), "made\n")
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
      assert.isFalse(NodeFS.existsSync(fileIn(child, "made.txt")))
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
      assert.isFalse(NodeFS.existsSync(fileIn(child, "made.txt")))
    })
  )

  takesAMessageWhileACommandRuns(pi)

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
      const { started } = yield* child.start(`shell ${daemon} ${waypoint.command} ;; say never`)
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

  saysALongAnswerWhole(pi)
  asksNobodyButItsProvider(pi)
})
