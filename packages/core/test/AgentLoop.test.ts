import { assert, describe, it } from "@effect/vitest"
import { AiError, Prompt } from "effect/ai"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type { RunnerEvent } from "../src/AgentEvent.ts"
import type { Budget } from "../src/Outcome.ts"
import { promptOf } from "../src/internal/agentPrompt.ts"
import { charsOf } from "../src/internal/promptSize.ts"
import { BudgetExhausted } from "../src/TreeBudget.ts"
import * as RunHarness from "../src/testing/RunHarness.ts"
import { answer, call, end, type Given, runnerOf, say, sessionOf, shown, toolOf, type Turn } from "./AgentWorld.ts"

const stand = Effect.fnUntraced(function* (given: Given, more: Partial<Parameters<typeof RunHarness.make>[0]> = {}) {
  const { runner, sent } = yield* runnerOf(given)
  const harness = yield* RunHarness.make({ session: sessionOf(), runId: "run_1", prompt: "go", ...more })
  return { harness, runner, sent }
})

/** Runs an agent to its end. */
const played = Effect.fnUntraced(function* (given: Given, more: Partial<Parameters<typeof RunHarness.make>[0]> = {}) {
  const { harness, runner, sent } = yield* stand(given, more)
  const { outcome, usage } = yield* harness.run(runner)
  return { harness, sent, outcome, usage, entries: yield* harness.entries, events: yield* harness.events }
})

const types = (events: ReadonlyArray<RunnerEvent>) => events.map(({ type }) => type)

/** The messages of a prompt as entries of a transcript. */
const entriesOf = ({ content }: Prompt.Prompt): Parameters<typeof promptOf>[0] =>
  content.flatMap((message) => (message.role === "system" ? [] : [{ role: message.role, text: "", content: message }]))

/** What the record holds, as the next run would send it. A valid one has no call that nobody answered. */
const recorded = (entries: Parameters<typeof promptOf>[0]) => {
  const { messages, unanswered } = promptOf(entries)
  assert.deepStrictEqual(unanswered, [], "a call stands in the transcript without an answer")
  return shown(Prompt.fromMessages(messages)).filter((line) => line !== "system")
}

describe("a run of the in-process agent", () => {
  it.effect("goes on from call to call until the model says no more, each round recorded", () =>
    Effect.gen(function* () {
      const { entries, events, outcome, sent, usage } = yield* played({
        turns: [
          [...say("looking"), ...call("1", "look"), ...call("2", "look"), ...end("tool-calls")],
          [...call("1", "look"), ...end("tool-calls", 30, 5)],
          answer("seen")
        ],
        tools: [toolOf("look")]
      })
      assert.deepStrictEqual(outcome, { status: "completed", reason: "done" })
      assert.deepStrictEqual(usage, Option.some({ inputTokens: 50, outputTokens: 15 }))
      assert.deepStrictEqual(recorded(entries), [
        "assistant: looking 1? 2?",
        'tool: 1="look" 2="look"',
        "assistant: 1_2?",
        'tool: 1_2="look"',
        "assistant: seen"
      ])
      const last = sent.at(-1)
      assert.isDefined(last)
      assert.deepStrictEqual(last === undefined ? [] : shown(last.prompt), [
        "system",
        "user: go",
        ...recorded(entries).slice(0, -1)
      ])
      assert.deepStrictEqual(last?.tools, ["look", "read_result"])
      assert.deepStrictEqual(types(events).slice(0, 4), [
        "runner_progress",
        "token",
        "token_budget_updated",
        "tool_start"
      ])
      assert.deepStrictEqual(
        events.flatMap((event) => (event.type === "runner_progress" ? [event.round] : [])),
        [1, 2, 3]
      )
    })
  )

  it.effect("the budget of its tree is asked before each call, after what the last one used was told", () =>
    Effect.gen(function* () {
      const { harness, runner, sent } = yield* stand({
        turns: [[...call("1", "look"), ...end("tool-calls")], answer("never said")],
        tools: [toolOf("look")]
      })
      const exhausted = new BudgetExhausted({
        sessionId: harness.context.session.rootId,
        budget: "tokens",
        limit: 15,
        used: 15,
        reserved: 0
      })
      const admitCall = Effect.flatMap(harness.report, ({ usage }) =>
        usage?.outputTokens === undefined ? Effect.void : Effect.fail(exhausted)
      )
      const { outcome } = yield* harness.run({
        ...runner,
        run: (context) => runner.run({ ...context, admitCall })
      })
      assert.deepStrictEqual(outcome, exhausted.outcome)
      assert.lengthOf(sent, 1)
      assert.lengthOf(recorded(yield* harness.entries), 2)
      assert.include(types(yield* harness.events), "budget_exceeded")
    })
  )

  it.effect("a failed call ends the run as what it was, and keeps what earlier rounds used", () =>
    Effect.gen(function* () {
      const { entries, outcome, usage } = yield* played({
        turns: [
          [...call("1", "look"), ...end("tool-calls")],
          [...say("half"), new AiError.RateLimitError({ retryAfter: Duration.seconds(7) })]
        ],
        tools: [toolOf("look")]
      })
      assert.deepInclude(outcome, { status: "error", reason: "rate_limited", retryAfterSeconds: 7 })
      const atLeast = ["inputTokens", "outputTokens"] as const
      assert.deepStrictEqual(usage, Option.some({ inputTokens: 10, outputTokens: 5, atLeast }))
      assert.lengthOf(recorded(entries), 2)
    })
  )

  it.effect("a response that was cut off by its length makes no call, and its text is kept", () =>
    Effect.gen(function* () {
      const { entries, outcome } = yield* played({
        turns: [[...say("half"), ...call("1", "look"), ...end("length")]],
        tools: [toolOf("look", { call: () => Effect.die(new Error("called")) })]
      })
      assert.deepStrictEqual(outcome, { status: "completed", reason: "truncated", limit: "length" })
      assert.deepStrictEqual(recorded(entries), ["assistant: half"])
    })
  )

  it.effect("a tool that lets the run rest ends it when its answers are recorded", () =>
    Effect.gen(function* () {
      const { entries, outcome } = yield* played({
        turns: [[...call("1", "wait"), ...end("tool-calls")]],
        tools: [
          toolOf("wait", { call: () => Effect.succeed({ isFailure: false, result: "later", afterwards: "rest" }) })
        ]
      })
      assert.deepStrictEqual(outcome, { status: "completed", reason: "done" })
      assert.deepStrictEqual(recorded(entries), ["assistant: 1?", 'tool: 1="later"'])
    })
  )

  it.effect("stopped in a call, it has told what it used at least", () =>
    Effect.gen(function* () {
      const { harness, runner } = yield* stand({
        turns: [
          [...call("1", "look"), ...end("tool-calls")],
          [...say("ready"), Effect.never]
        ],
        tools: [toolOf("look")]
      })
      const started = yield* harness.start(runner)
      yield* harness.awaitAnswer("ready")
      yield* started.cancel
      const atLeast = ["inputTokens", "outputTokens"] as const
      assert.deepStrictEqual((yield* harness.report).usage, { inputTokens: 10, outputTokens: 5, atLeast })
    })
  )

  const lookOnce = [...call("1", "look"), ...end("tool-calls")]
  it.effect.each<[Budget, Given["limits"], number]>([
    ["rounds", { roundsMax: 1 }, 1],
    ["tool_calls", { toolCallsMax: 1 }, 2],
    ["tokens", { tokensMax: Option.some(15) }, 1]
  ])("is refused before it exceeds its %s", ([budget, limits, calls]) =>
    Effect.gen(function* () {
      const { entries, events, outcome, sent } = yield* played({
        turns: () => lookOnce,
        tools: [toolOf("look")],
        limits: limits ?? {}
      })
      assert.deepInclude(outcome, { status: "error", reason: "budget", budget })
      assert.lengthOf(sent, calls)
      assert.include(types(events), "budget_exceeded")
      assert.lengthOf(recorded(entries), calls * 2)
    })
  )

  it.effect("the tools that its job hides are neither shown nor called", () =>
    Effect.gen(function* () {
      const { entries, sent } = yield* played(
        {
          turns: [[...call("1", "act"), ...end("tool-calls")], answer("so be it")],
          tools: [toolOf("look"), toolOf("act")]
        },
        { session: sessionOf({ tools: { allowed: [], denied: ["act"] } }) }
      )
      assert.deepStrictEqual(sent[0]?.tools, ["look", "read_result"])
      assert.include(recorded(entries)[1] ?? "", "You are not allowed to use act")
    })
  )

  it.effect("a message that is queued is read at the start of the next round", () =>
    Effect.gen(function* () {
      const { harness, runner, sent } = yield* stand({
        turns: [[...call("1", "listen"), ...end("tool-calls")], answer("left it is")],
        tools: [
          toolOf("listen", {
            call: ({ run }) => Effect.as(run.inbox.arrived("queue"), { isFailure: false, result: "" })
          })
        ]
      })
      const started = yield* harness.start(runner)
      yield* harness.send("turn left", "queue")
      yield* Fiber.join(started.fiber)
      assert.deepStrictEqual(sent[1] === undefined ? [] : shown(sent[1].prompt).slice(-2), [
        'tool: 1=""',
        "user: turn left"
      ])
      assert.deepStrictEqual(
        (yield* harness.receipts).map(({ status }) => status),
        ["delivered"]
      )
    })
  )

  it.effect("a message that comes while the model says its last is not left lying", () =>
    Effect.gen(function* () {
      const said = yield* Deferred.make<void>()
      const { harness, runner, sent } = yield* stand({
        turns: [[...say("done"), Deferred.await(said), ...end()], answer("and that")]
      })
      const started = yield* harness.start(runner)
      yield* harness.awaitAnswer("done")
      yield* harness.send("and that?", "queue")
      yield* Deferred.succeed(said, undefined)
      yield* Fiber.join(started.fiber)
      assert.deepStrictEqual(sent[1] === undefined ? [] : shown(sent[1].prompt).slice(-2), [
        "assistant: done",
        "user: and that?"
      ])
    })
  )

  it.effect("a message that is to interrupt cuts the model short, and what it had said stays", () =>
    Effect.gen(function* () {
      const { harness, runner, sent } = yield* stand({
        turns: [[...say("well,"), Effect.never, ...end()], answer("yes")]
      })
      const started = yield* harness.start(runner)
      yield* harness.awaitAnswer("well,")
      yield* harness.send("stop that", "interrupt")
      const { outcome } = yield* Fiber.join(started.fiber)
      assert.strictEqual(outcome.status, "completed")
      assert.deepStrictEqual(sent[1] === undefined ? [] : shown(sent[1].prompt).slice(-2), [
        "assistant: well,",
        "user: stop that"
      ])
    })
  )

  it.effect(
    "a message that is to interrupt cuts tool calls short: what was answered is kept, the others are answered",
    () =>
      Effect.gen(function* () {
        const { harness, runner } = yield* stand({
          turns: [[...call("1", "hang"), ...call("2", "look"), ...end("tool-calls")], answer("yes")],
          tools: [toolOf("hang", { call: () => Effect.never }), toolOf("look")]
        })
        const started = yield* harness.start(runner)
        yield* harness.awaitEvent(({ type }) => type === "tool_complete")
        yield* harness.send("stop that", "interrupt")
        yield* Fiber.join(started.fiber)
        assert.match(recorded(yield* harness.entries)[1] ?? "", /^tool: 1="Cancelled: a message came.*" 2="look"$/)
      })
  )

  it.effect.each<[string, Given["turns"], string]>([
    ["while the model speaks", [[...say("ready"), Effect.never]], ""],
    [
      "while a tool works",
      [[...say("ready"), ...call("1", "hang"), ...end("tool-calls")]],
      "Cancelled: the run was stopped"
    ]
  ])("stopped %s, it leaves a transcript that is valid", ([, turns, words]) =>
    Effect.gen(function* () {
      const { harness, runner } = yield* stand({ turns, tools: [toolOf("hang", { call: () => Effect.never })] })
      const started = yield* harness.start(runner)
      yield* words === "" ? harness.awaitAnswer("ready") : harness.awaitEvent(({ type }) => type === "tool_start")
      yield* started.cancel
      assert.include(recorded(yield* harness.entries).join("\n"), words)
    })
  )
})

describe("what a run begins with", () => {
  const long = "x".repeat(4_000)

  it.effect("a transcript that fills its model's context is sent shorter, and recorded whole", () =>
    Effect.gen(function* () {
      const rounds = 12
      const { entries, outcome, sent } = yield* played({
        turns: (_, index) =>
          index < rounds
            ? [...call(`${index}`, "look"), ...end("tool-calls", 1_000 * (index + 1), 10)]
            : answer("seen"),
        tools: [toolOf("look", { call: () => Effect.succeed({ isFailure: false, result: long }) })],
        model: { contextTokensMax: Option.some(10_000) }
      })
      assert.strictEqual(outcome.reason, "done")
      assert.lengthOf(recorded(entries), 2 * rounds + 1)
      const lengths = sent.map(({ prompt }) => charsOf(prompt.content))
      assert.isBelow(lengths.at(-1) ?? 0, Math.max(...lengths))
      for (const { prompt } of sent) {
        assert.match(shown(prompt)[1] ?? "", /^user: go/)
        assert.deepStrictEqual(promptOf(entriesOf(prompt)).unanswered, [])
      }
    })
  )

  it.effect(
    "a prompt that its provider refuses as too long is made shorter and sent once more, and only then it is the end",
    () =>
      Effect.gen(function* () {
        const full = new AiError.InvalidRequestError({ metadata: { offshoot: { kind: "context_full" } } })
        const many = Array.from({ length: 8 }, (_, index): Turn => [
          ...call(`${index}`, "look"),
          ...end("tool-calls", 1, 1)
        ])
        const given: Given = {
          turns: [...many, [full], answer("seen")],
          tools: [toolOf("look", { call: () => Effect.succeed({ isFailure: false, result: long }) })],
          model: { contextTokensMax: Option.some(20_000) }
        }
        const { outcome, sent } = yield* played(given)
        assert.strictEqual(outcome.reason, "done")
        assert.isBelow(charsOf(sent[9]?.prompt.content ?? []), charsOf(sent[8]?.prompt.content ?? []))
        const again = yield* played({ ...given, turns: [...many, [full], [full]] })
        assert.strictEqual(again.outcome.reason, "context_full")
      })
  )

  it.effect("tools that are not there now are told to readers and to the model, and the others are there", () =>
    Effect.gen(function* () {
      const { events, sent } = yield* played({
        turns: [answer("so be it")],
        tools: [toolOf("look")],
        missing: "the server does not answer"
      })
      assert.deepStrictEqual(sent[0]?.tools, ["look", "read_result"])
      assert.include(String(sent[0]?.prompt.content[0]?.content), "the server does not answer")
      assert.include(types(events), "runner_output")
    })
  )

  it.effect("a role that is not there any more ends it as setup, without a call", () =>
    Effect.gen(function* () {
      const { outcome, sent } = yield* played({ turns: [] }, { session: sessionOf({ profile: "gone" }) })
      assert.deepInclude(outcome, { status: "error", reason: "setup" })
      assert.deepStrictEqual(sent, [])
    })
  )
})
