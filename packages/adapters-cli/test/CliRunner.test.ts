import { assert, describe, it } from "@effect/vitest"
import { CliProtocol, type CliAgent } from "@offshoot/adapters-cli"
import { Ids, Limits } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import type { Fact } from "../src/Fact.ts"
import * as StandInAgent from "./StandInAgent.ts"

const { done, failed, session } = StandInAgent

const over: Fact = { type: "turn_ended", outcome: done }
const tool: Fact = { type: "tool_start", toolCallId: "c", toolName: "shell", arguments: {} }
const asked: Fact = {
  type: "permission_asked",
  id: "1",
  kind: "execute",
  toolCallId: "c",
  toolName: "shell",
  arguments: { command: "ls" }
}

/** A run that is at work: its first prompt has been sent. */
const atWork = Effect.fnUntraced(function* (given: {
  readonly manners?: StandInAgent.Manners
  readonly options?: CliAgent.AgentOptions
  readonly prompt?: string
  readonly resume?: string
}) {
  const agent = yield* StandInAgent.make(given.manners)
  const runner = yield* StandInAgent.runnerOf(agent, given.options)
  const harness = yield* RunHarness.make({
    session,
    runId: "run_stand_in",
    prompt: given.prompt ?? "go",
    ...(given.resume === undefined ? {} : { resume: { runId: Ids.RunId.make("run_before"), handle: given.resume } })
  })
  const run = yield* harness.start(runner)
  return { agent, harness, run }
})

const words = (what: StandInAgent.Happened): string => ("text" in what ? `${what.type}: ${what.text}` : what.type)

describe("a run of a coding agent", () => {
  it.effect("ends with its turn, and tells what its program told", () =>
    Effect.gen(function* () {
      const { agent, harness, run } = yield* atWork({})
      assert.deepStrictEqual(yield* agent.next, { type: "prompted", text: "go" })
      yield* agent.say([
        { type: "conversation_named", handle: "conv" },
        { type: "token", content: "hi" },
        { type: "usage_updated", usage: { inputTokens: 3 } },
        over
      ])
      assert.deepStrictEqual(words(yield* agent.next), "input_closed")
      const end = yield* Fiber.join(run.fiber)
      assert.deepStrictEqual(end.outcome, done)
      assert.deepStrictEqual(yield* harness.report, { resume: "conv", usage: { inputTokens: 3 } })
      assert.strictEqual(yield* harness.answer, "hi")
    }).pipe(Effect.provide(StandInAgent.platform))
  )

  it.effect("whose program exits in the middle of its turn has failed, whatever the exit code (R1)", () =>
    Effect.gen(function* () {
      const { agent, run } = yield* atWork({})
      yield* agent.next
      yield* agent.exit({ type: "exited", code: 0 })
      const { outcome } = yield* Fiber.join(run.fiber)
      assert.strictEqual(outcome.reason, "agent_failed")
    }).pipe(Effect.provide(StandInAgent.platform))
  )

  it.effect("whose program is not ready in time breaks its protocol", () =>
    Effect.gen(function* () {
      const { agent, run } = yield* atWork({
        manners: { begin: Effect.never },
        options: { waits: { beginSeconds: 7 } }
      })
      yield* agent.launched
      yield* TestClock.adjust("7 seconds")
      yield* agent.next
      yield* agent.exit({ type: "exited", code: 0 })
      const { outcome } = yield* Fiber.join(run.fiber)
      assert.deepStrictEqual(outcome, {
        status: "error",
        reason: "protocol",
        message: "Stand-in was not ready for a prompt within 7 s"
      })
    }).pipe(Effect.provide(StandInAgent.platform))
  )

  it.effect("that cannot begin ends with the reason that its protocol gives", () =>
    Effect.gen(function* () {
      const begin = Effect.fail(new CliProtocol.TurnFailed({ outcome: failed }))
      const { agent, run } = yield* atWork({ manners: { begin } })
      yield* agent.next
      yield* agent.exit({ type: "exited", code: 1 })
      assert.deepStrictEqual((yield* Fiber.join(run.fiber)).outcome, failed)
    }).pipe(Effect.provide(StandInAgent.platform))
  )

  it.effect.each([
    ["with nothing new", "", /^prompted: Your process was ended .* go on with it\.$/],
    ["and may have heard its prompt", "go", /^prompted: Your process was ended .* This is what you were asked:\n\ngo$/s]
  ] as const)("that goes on after its process died, %s, is told so", ([, prompt, expected]) =>
    Effect.gen(function* () {
      const { agent, run } = yield* atWork({ prompt, resume: "conv" })
      assert.match(words(yield* agent.next), expected)
      yield* run.cancel
    }).pipe(Effect.provide(StandInAgent.platform))
  )

  it.effect("that is cancelled asks by the protocol, closes the input, then stops the program (R2)", () =>
    Effect.gen(function* () {
      const { agent, harness, run } = yield* atWork({ manners: { onInputEnd: "stays" } })
      yield* agent.next
      yield* agent.say([tool])
      const cancelled = yield* Effect.forkChild(run.cancel, { startImmediately: true })
      yield* agent.next
      yield* agent.next
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(cancelled)
      assert.deepStrictEqual((yield* agent.happened).map(words), [
        "prompted: go",
        "interrupted",
        "input_closed",
        "stopped"
      ])
      const last = (yield* harness.events).at(-1)
      assert.strictEqual(last?.type, "tool_error")
    }).pipe(Effect.provide(StandInAgent.platform))
  )

  it.effect("that is aborted asks nothing", () =>
    Effect.gen(function* () {
      const { agent, harness, run } = yield* atWork({})
      yield* agent.next
      yield* harness.abort
      yield* run.cancel
      assert.notInclude((yield* agent.happened).map(words), "interrupted")
      assert.include((yield* agent.happened).map(words), "stopped")
    }).pipe(Effect.provide(StandInAgent.platform))
  )
})

describe("a silence", () => {
  const options: CliAgent.AgentOptions = { waits: { firstEventSeconds: 10, silenceSeconds: 30 } }

  it.effect("before the first event ends the run after its own limit", () =>
    Effect.gen(function* () {
      const { agent, run } = yield* atWork({ options })
      yield* agent.next
      yield* TestClock.adjust("9 seconds")
      assert.deepStrictEqual((yield* agent.happened).map(words), ["prompted: go"])
      yield* TestClock.adjust("1 second")
      const { outcome } = yield* Fiber.join(run.fiber)
      assert.deepStrictEqual(outcome, {
        status: "timeout",
        reason: "idle",
        elapsedSeconds: 10,
        limitSeconds: 10,
        setting: "agents.stand-in.waits.firstEventSeconds"
      })
    }).pipe(Effect.provide(StandInAgent.platform))
  )

  it.effect("between events is counted from the last of them", () =>
    Effect.gen(function* () {
      const { agent, run } = yield* atWork({ options })
      yield* agent.next
      for (let round = 0; round < 5; round++) {
        yield* agent.say([{ type: "alive" }])
        yield* TestClock.adjust("29 seconds")
      }
      assert.isUndefined(run.fiber.pollUnsafe())
      yield* TestClock.adjust("1 second")
      const { outcome } = yield* Fiber.join(run.fiber)
      assert.strictEqual(outcome.reason, "idle")
    }).pipe(Effect.provide(StandInAgent.platform))
  )

  it.effect("while a call is open is the call's, and begins again behind it", () =>
    Effect.gen(function* () {
      const { agent, run } = yield* atWork({ options })
      yield* agent.next
      yield* agent.say([tool])
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual((yield* agent.happened).map(words), ["prompted: go"])
      yield* agent.say([{ type: "tool_complete", toolCallId: "c", toolName: "shell", result: "" }])
      yield* TestClock.adjust("29 seconds")
      assert.deepStrictEqual((yield* agent.happened).map(words), ["prompted: go"])
      yield* TestClock.adjust("31 seconds")
      assert.strictEqual((yield* Fiber.join(run.fiber)).outcome.reason, "idle")
    }).pipe(Effect.provide(StandInAgent.platform))
  )

  it.effect("while a permission is asked for is the asker's", () =>
    Effect.gen(function* () {
      const { agent, harness, run } = yield* atWork({ options })
      yield* agent.next
      yield* agent.say([asked])
      yield* harness.awaitAsk("c")
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual((yield* agent.happened).map(words), ["prompted: go"])
      yield* harness.answerAsk("c", { _tag: "Expired" })
      assert.deepStrictEqual(yield* agent.next, { type: "answered", id: "1", verdict: "Expired" })
      yield* agent.say([over])
      assert.deepStrictEqual((yield* Fiber.join(run.fiber)).outcome, done)
    }).pipe(Effect.provide(StandInAgent.platform))
  )
})

describe("messages", () => {
  it.effect("are handed to the turn under way where the program takes them", () =>
    Effect.gen(function* () {
      const { agent, harness, run } = yield* atWork({ manners: { steer: () => Effect.void } })
      yield* agent.next
      yield* harness.send("left", "queue")
      assert.strictEqual(words(yield* agent.next), "steered: left")
      yield* agent.say([over])
      assert.deepStrictEqual((yield* Fiber.join(run.fiber)).outcome, done)
    }).pipe(Effect.provide(StandInAgent.platform))
  )

  it.effect("that the turn under way did not take begin the next one", () =>
    Effect.gen(function* () {
      const { agent, harness, run } = yield* atWork({ manners: { steer: () => Effect.fail("too late") } })
      yield* agent.next
      yield* harness.send("left", "queue")
      assert.strictEqual(words(yield* agent.next), "steered: left")
      yield* agent.say([over])
      assert.strictEqual(words(yield* agent.next), "prompted: left")
      assert.deepStrictEqual(
        (yield* harness.receipts).map(({ status }) => status),
        ["delivered"]
      )
      yield* run.cancel
    }).pipe(Effect.provide(StandInAgent.platform))
  )

  it.effect("begin the next turn where a program takes none in the middle", () =>
    Effect.gen(function* () {
      const { agent, harness } = yield* atWork({})
      yield* agent.next
      yield* harness.send("one", "queue")
      yield* harness.send("two", "queue")
      assert.deepStrictEqual(
        (yield* harness.receipts).map(({ status }) => status),
        ["queued", "queued"]
      )
      yield* agent.say([over])
      assert.strictEqual(words(yield* agent.next), "prompted: one\n\ntwo")
      yield* agent.say([over])
    }).pipe(Effect.provide(StandInAgent.platform))
  )

  it.effect("that are to interrupt stop the turn first", () =>
    Effect.gen(function* () {
      const { agent, harness } = yield* atWork({ manners: { steer: () => Effect.void } })
      yield* agent.next
      yield* harness.send("turn left", "interrupt")
      assert.strictEqual(words(yield* agent.next), "interrupted")
      assert.strictEqual(words(yield* agent.next), "prompted: turn left")
      yield* agent.say([over])
    }).pipe(Effect.provide(StandInAgent.platform))
  )

  it.effect("that come after a failure wait for another try", () =>
    Effect.gen(function* () {
      const { agent, harness, run } = yield* atWork({})
      yield* agent.next
      yield* harness.send("left", "queue")
      yield* agent.say([{ type: "turn_ended", outcome: failed }])
      assert.deepStrictEqual((yield* Fiber.join(run.fiber)).outcome, failed)
      assert.deepStrictEqual(
        (yield* harness.receipts).map(({ status }) => status),
        ["queued"]
      )
    }).pipe(Effect.provide(StandInAgent.platform))
  )
})

describe("asks", () => {
  it.effect("go on beside the agent's work, and are answered by their own id", () =>
    Effect.gen(function* () {
      const { agent, harness, run } = yield* atWork({})
      yield* agent.next
      yield* agent.say([asked, { ...asked, id: "2", toolCallId: "d" }, { type: "token", content: "on" }])
      yield* harness.answerAsk("d", { _tag: "Approved", text: StandInAgent.noText })
      assert.deepStrictEqual(yield* agent.next, { type: "answered", id: "2", verdict: "Approved" })
      yield* harness.answerAsk("c", { _tag: "Denied", text: StandInAgent.noText })
      assert.deepStrictEqual(yield* agent.next, { type: "answered", id: "1", verdict: "Denied" })
      yield* agent.say([over])
      yield* Fiber.join(run.fiber)
    }).pipe(Effect.provide(StandInAgent.platform))
  )

  it.effect("a second time for one call do not find the answer of the first", () =>
    Effect.gen(function* () {
      const { agent, harness } = yield* atWork({})
      yield* agent.next
      yield* agent.say([asked])
      yield* harness.answerAsk("c", { _tag: "Approved", text: StandInAgent.noText })
      yield* agent.next
      yield* agent.say([{ ...asked, id: "2" }])
      yield* harness.awaitAsk("c#2")
      assert.lengthOf(
        (yield* agent.happened).filter(({ type }) => type === "answered"),
        1
      )
    }).pipe(Effect.provide(StandInAgent.platform))
  )

  it.effect("are answered by the mode without anybody being asked", () =>
    Effect.gen(function* () {
      const { agent, harness } = yield* atWork({ options: { permission: "full" } })
      yield* agent.next
      yield* agent.say([asked])
      assert.deepStrictEqual(yield* agent.next, { type: "answered", id: "1", verdict: "Approved" })
      assert.deepStrictEqual(yield* harness.asks, [])
    }).pipe(Effect.provide(StandInAgent.platform))
  )

  it.effect("that are withdrawn, or outlive their turn, wait for nobody", () =>
    Effect.gen(function* () {
      const { agent, harness, run } = yield* atWork({})
      yield* agent.next
      yield* agent.say([asked, { ...asked, id: "2", toolCallId: "d" }])
      yield* harness.awaitAsk("d")
      yield* agent.say([{ type: "ask_withdrawn", id: "1" }])
      yield* agent.say([over])
      yield* Fiber.join(run.fiber)
      assert.deepStrictEqual(yield* harness.counts, { running: 0, waiting: 0, late: 0 })
    }).pipe(Effect.provide(StandInAgent.platform))
  )
})

describe("the grace time of a program", () => {
  it.effect("is what the agent asks for, and never so long that the runtime gives the run up first", () =>
    Effect.gen(function* () {
      const { agent, run } = yield* atWork({
        options: { graceSeconds: 3600, waits: { interruptSeconds: 2, exitSeconds: 1 } }
      })
      const { grace } = yield* agent.launched
      assert.strictEqual(Duration.toSeconds(grace), 30 - 3 - 2 - 1)
      yield* run.cancel
    }).pipe(Effect.provideService(Limits.GraceTime, Duration.seconds(30)), Effect.provide(StandInAgent.platform))
  )
})
