import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"
import { Tool } from "effect/ai"
import { defaults } from "../src/AgentLimits.ts"
import type { AgentTool, ToolAnswer } from "../src/AgentTools.ts"
import { jsonTextOf } from "../src/internal/boundedJson.ts"
import { callTools, decide, offeredTools, type ToolEnv, type WantedCall } from "../src/internal/toolRound.ts"
import * as RunHarness from "../src/testing/RunHarness.ts"
import { everything, type ToolScope } from "../src/ToolPolicy.ts"

const done = (result: unknown): ToolAnswer => ({ isFailure: false, result })

/** A tool that answers with its own name, unless the test gives it something to do. */
const tool = (name: string, parts: Partial<AgentTool> = {}): AgentTool => ({
  name,
  tool: Tool.dynamic(name, { description: name }),
  repeatable: true,
  parallel: true,
  asksFirst: false,
  call: () => Effect.succeed(done(name)),
  ...parts
})

const byName = (tools: ReadonlyArray<AgentTool>) => new Map(tools.map((each) => [each.name, each]))

const call = (name: string, parts: Partial<WantedCall> = {}): WantedCall => ({
  id: `call_${name}`,
  name,
  params: {},
  ...parts
})

const stand = (tools: ReadonlyArray<AgentTool>, limits: Partial<typeof defaults> = {}, scope?: ToolScope) =>
  Effect.map(
    RunHarness.make({
      session: RunHarness.externalSession("none", "none", scope === undefined ? {} : { tools: scope }),
      runId: "run_tools",
      prompt: ""
    }),
    (harness) => {
      const env: ToolEnv = { context: harness.context, tools: byName(tools), limits: { ...defaults, ...limits } }
      return { env, harness }
    }
  )

const words = (calls: ReadonlyArray<WantedCall>, tools: ReadonlyArray<AgentTool>, scope: ToolScope = everything) => {
  const earlier = new Set<string>()
  return calls.map((each) => {
    const verdict = decide(scope, byName(tools), each, earlier)
    earlier.add(each.id)
    return verdict._tag === "Refuse" ? verdict.words : "made"
  })
}

describe("which calls are made", () => {
  it("S-job: a tool that the scope denies is not called, and the model is told what it has", () => {
    const scope: ToolScope = { allowed: [["read_*", "write_file"]], denied: ["write_*"] }
    const tools = [tool("read_file"), tool("read_tree"), tool("write_file")]
    assert.deepStrictEqual(words([call("write_file"), call("read_file")], tools, scope), [
      "You are not allowed to use write_file. Your tools are: read_file, read_tree.",
      "made"
    ])
  })

  it("a tool that nobody has is answered with the names that are nearest to it", () => {
    const many = Array.from({ length: 30 }, (_, index) => tool(`other_${index}`))
    const [answer = ""] = words([call("ReadFile")], [...many, tool("files__read_file"), tool("read_files")])
    assert.include(answer, "The nearest of your 32 tools are: files__read_file, read_files, ")
    assert.isBelow(answer.length, 400)
  })

  it.each([["text"], [[1]], [7], ["{"]])("arguments that are no object are not handed to a tool: %s", (params) => {
    assert.match(words([call("a", { params })], [tool("a")])[0] ?? "", /must be one JSON object/)
  })

  it.each([[undefined], [null], [""], [{}]])("no arguments are an empty object: %s", (params) => {
    const verdict = decide(everything, byName([tool("a")]), call("a", { params }), new Set())
    assert.deepStrictEqual(verdict._tag === "Make" ? verdict.params : verdict.words, {})
  })

  it("a repeated id is called once", () => {
    assert.deepStrictEqual(words([call("a"), call("a")], [tool("a")]), [
      "made",
      "Not called: an earlier call of this round has the same id."
    ])
  })

  it("of a thousand calls in one round the first 128 are made, and the others are told why not", () => {
    const calls = Array.from({ length: 1_000 }, (_, index) => call("a", { id: String(index) }))
    const told = words(calls, [tool("a")])
    assert.strictEqual(told.filter((each) => each === "made").length, 128)
    assert.include(told.at(-1) ?? "", "at most 128 tool calls")
  })
})

describe("a round of calls", () => {
  it.effect("answers every call in its order, and shows each with its beginning and its end", () =>
    Effect.gen(function* () {
      const failing = tool("failing", { call: () => Effect.succeed({ isFailure: true, result: "no such file" }) })
      const { env, harness } = yield* stand([tool("good"), failing])
      const round = yield* callTools(env, [call("failing"), call("gone"), call("good", { params: { a: 1 } })])
      assert.deepStrictEqual(
        round.answers.map(({ answer, id }) => [id, answer.isFailure]),
        [
          ["call_failing", true],
          ["call_gone", true],
          ["call_good", false]
        ]
      )
      assert.isFalse(round.rest)
      const events = yield* harness.events
      const about = (name: string) => events.filter((event) => "toolName" in event && event.toolName === name)
      assert.deepStrictEqual(about("good"), [
        { type: "tool_start", toolCallId: "call_good", toolName: "good", arguments: { a: 1 } },
        { type: "tool_complete", toolCallId: "call_good", toolName: "good", result: "good" }
      ])
      assert.deepStrictEqual(
        about("failing").map(({ type }) => type),
        ["tool_start", "tool_error"]
      )
      assert.deepStrictEqual(
        about("gone").map(({ type }) => type),
        ["tool_start", "tool_error"]
      )
    })
  )

  it.effect(
    "runs what may run beside each other at once, up to the limit, and everything else alone and in order",
    () =>
      Effect.gen(function* () {
        const log: Array<string> = []
        let running = 0
        let most = 0
        const logged = (name: string, parallel: boolean) =>
          tool(name, {
            parallel,
            call: () =>
              Effect.gen(function* () {
                running += 1
                most = Math.max(most, running)
                log.push(`${name} begins with ${running}`)
                yield* Effect.sleep("1 second")
                running -= 1
                return done(name)
              })
          })
        const tools = [...["a", "b", "c", "d"].map((name) => logged(name, true)), logged("alone", false)]
        const { env } = yield* stand(tools, { parallelTools: 2 })
        const calls = ["a", "b", "c", "alone", "d"].map((name) => call(name))
        const fiber = yield* Effect.forkChild(callTools(env, calls), { startImmediately: true })
        yield* TestClock.adjust("10 seconds")
        const round = yield* Fiber.join(fiber)
        assert.strictEqual(most, 2)
        assert.deepStrictEqual(log.slice(3), ["alone begins with 1", "d begins with 1"])
        assert.deepStrictEqual(
          round.answers.map(({ name }) => name),
          ["a", "b", "c", "alone", "d"]
        )
      })
  )

  it.effect("a tool that crashes, interrupts itself or takes too long fails alone", () =>
    Effect.gen(function* () {
      let released = 0
      const release = Effect.sync(() => {
        released += 1
      })
      const tools = [
        tool("dies", { call: () => Effect.die(new Error("kaput")) }),
        tool("throws", {
          call: () => {
            throw new Error("thrown")
          }
        }),
        tool("leaves", { call: () => Effect.interrupt }),
        tool("hangs", {
          repeatable: false,
          call: () =>
            Effect.andThen(
              Effect.addFinalizer(() => release),
              Effect.never
            )
        }),
        tool("good")
      ]
      const { env, harness } = yield* stand(tools, { toolSeconds: 5 })
      const calls = tools.map(({ name }) => call(name))
      const fiber = yield* Effect.forkChild(callTools(env, calls), { startImmediately: true })
      yield* TestClock.adjust("5 seconds")
      const { answers } = yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        answers.map(({ answer }) => answer.isFailure),
        [true, true, true, true, false]
      )
      assert.deepStrictEqual(
        answers.slice(0, 2).map(({ answer }) => answer.result),
        ["The tool failed: Error: kaput", "The tool failed: Error: thrown"]
      )
      assert.match(String(answers[3]?.answer.result), /within 5 seconds.*took effect is not known/)
      assert.strictEqual(released, 1)
      assert.deepStrictEqual(yield* harness.calls, [{ toolName: "hangs", ended: true }])
    })
  )

  it.effect("an interruption ends the calls, is no answer, and is shown as their end", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      let released = false
      const hangs = tool("hangs", {
        call: () =>
          Effect.gen(function* () {
            yield* Effect.addFinalizer(() =>
              Effect.sync(() => {
                released = true
              })
            )
            yield* Deferred.succeed(begun, undefined)
            return yield* Effect.never
          })
      })
      const { env, harness } = yield* stand([hangs])
      const fiber = yield* Effect.forkChild(callTools(env, [call("hangs")]))
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(fiber)
      assert.isTrue(released)
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
      assert.deepStrictEqual(
        (yield* harness.events).map(({ type }) => type),
        ["tool_start", "tool_error"]
      )
    })
  )

  it.effect("asks before a call under a key that a later try finds again, and makes no call that was not allowed", () =>
    Effect.gen(function* () {
      let made = 0
      const counted = tool("delete", {
        asksFirst: true,
        call: () =>
          Effect.sync(() => {
            made += 1
            return done("gone")
          })
      })
      const { env, harness } = yield* stand([counted])
      const calls = ["1", "2", "3"].map((id) => call("delete", { id, params: { id } }))
      const fiber = yield* Effect.forkChild(callTools(env, calls), { startImmediately: true })
      yield* harness.answerAsk("tool:run_tools:1", { _tag: "Approved", text: Option.none() })
      yield* harness.answerAsk("tool:run_tools:2", { _tag: "Denied", text: Option.some("it is in use") })
      yield* harness.answerAsk("tool:run_tools:3", { _tag: "Expired" })
      const { answers } = yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        answers.map(({ answer }) => answer.result),
        [
          "gone",
          "Not called: the call was not allowed. The reason: it is in use",
          "Not called: nobody allowed the call in time."
        ]
      )
      assert.strictEqual(made, 1)
      const [asked] = yield* harness.asks
      assert.deepStrictEqual(asked?.ask, {
        type: "permission",
        toolCallId: "1",
        toolName: "delete",
        arguments: { id: "1" }
      })
    })
  )

  it.effect("the run rests after the round when one tool says so, and the other calls are made all the same", () =>
    Effect.gen(function* () {
      const waits = tool("wait", { call: () => Effect.succeed({ ...done("later"), afterwards: "rest" as const }) })
      const { env } = yield* stand([waits, tool("good")])
      const round = yield* callTools(env, [call("wait"), call("good")])
      assert.isTrue(round.rest)
      assert.strictEqual(round.answers[1]?.answer.result, "good")
    })
  )

  it.effect("progress is shown live, cut to a line", () =>
    Effect.gen(function* () {
      const chatty = tool("chatty", {
        call: ({ progress }) => Effect.as(progress("x".repeat(100_000)), done("ok"))
      })
      const { env, harness } = yield* stand([chatty])
      yield* callTools(env, [call("chatty", { params: { text: "y".repeat(100_000) } })])
      const events = yield* harness.events
      assert.deepStrictEqual(
        events.map(({ type }) => type),
        ["tool_start", "tool_lifecycle", "tool_complete"]
      )
      assert.isBelow(String(yield* Effect.fromOption(jsonTextOf(events))).length, 8_000)
    })
  )
})

describe("a result that is too large", () => {
  it.effect("is shown cut, kept whole, and read on to its end by the tool that is offered for it", () =>
    Effect.gen(function* () {
      const whole = Array.from({ length: 3_000 }, (_, index) => `line ${index} 🙂`).join("\n")
      const scope: ToolScope = { allowed: [["big"]], denied: ["*"] }
      const { env } = yield* stand([tool("big", { call: () => Effect.succeed(done(whole)) })], {
        toolResultBytes: 4_096
      })
      const [first] = (yield* callTools(env, [call("big")])).answers
      const shown = String(first?.answer.result)
      assert.isBelow(shown.length, 4_400)
      const [, id = "", offset = ""] = /"result":"(art_1)","offset":(\d+)/.exec(shown) ?? []
      assert.strictEqual(id, "art_1")
      let read = shown.slice(0, Number(offset))
      let at: string | undefined = offset
      let calls = 0
      while (at !== undefined && calls < 100) {
        calls += 1
        const params: unknown = { result: id, offset: Number(at) }
        const narrow = { ...env, context: { ...env.context, session: { ...env.context.session, tools: scope } } }
        const [next] = (yield* callTools(narrow, [call("read_result", { params })])).answers
        const text = String(next?.answer.result)
        assert.isFalse(next?.answer.isFailure, text)
        assert.isAtMost(new TextEncoder().encode(text).length, 4_096)
        read += text.slice(text.indexOf("\n") + 1)
        at = /read on at offset (\d+)/.exec(text.split("\n")[0] ?? "")?.[1]
      }
      assert.strictEqual(read, whole)
    })
  )

  it.effect("is offered only to a session that has tools, and answers for its own results only", () =>
    Effect.gen(function* () {
      const { env } = yield* stand([tool("a")])
      const { session } = env.context
      const names = (scope: ToolScope) => [...offeredTools({ ...env, session: { ...session, tools: scope } }).keys()]
      assert.deepStrictEqual(names(everything), ["a", "read_result"])
      assert.deepStrictEqual(names({ allowed: [], denied: ["a"] }), [])
      const wanted = [{ result: "art_9" }, { result: 4 }, { result: "art_1", offset: -1 }]
      const round = yield* callTools(
        env,
        wanted.map((params, index) => call("read_result", { id: String(index), params }))
      )
      assert.isTrue(round.answers.every(({ answer }) => answer.isFailure))
    })
  )
})
