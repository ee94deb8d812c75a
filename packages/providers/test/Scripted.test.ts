/** Scripted models: which step a prompt comes to, and how it is played. */
import { ModelFailure, ProviderRouter } from "@offshoot/core"
import { assert, describe, it } from "@effect/vitest"
import { type AiError, LanguageModel, type Prompt, type Response } from "effect/ai"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Router from "../src/Router.ts"
import type * as Script from "../src/Script.ts"
import * as Scripted from "../src/Scripted.ts"

type Steps = Script.Conversation["steps"]

const scriptOf = (steps: Steps, fields: Partial<Script.Conversation> = {}): Script.Script => ({
  name: "demo",
  conversations: [{ name: "parent", steps, ...fields }]
})

/** What a loop asks for: the parts of one round, calls unchecked. */
const stream = (script: Script.Script, prompt: Prompt.RawInput) =>
  Stream.unwrap(
    Effect.map(Effect.orDie(Scripted.make(script)), ({ model }) =>
      model.streamText({ prompt, disableToolCallResolution: true, toolCallValidation: "deferred" })
    )
  )

const roundOf = (script: Script.Script, prompt: Prompt.RawInput) => Stream.runCollect(stream(script, prompt))

const textIn = (parts: ReadonlyArray<Response.AnyPart>): string =>
  parts.flatMap((part) => (part.type === "text-delta" ? [part.delta] : [])).join("")

const saidTo = (script: Script.Script, prompt: Prompt.RawInput) => Effect.map(roundOf(script, prompt), textIn)

const callsIn = (parts: ReadonlyArray<Response.AnyPart>) =>
  parts.flatMap((part) => (part.type === "tool-call" ? [{ id: part.id, name: part.name, params: part.params }] : []))

const user = (text: string): Prompt.MessageEncoded => ({ role: "user", content: text })
const said = (text: string): Prompt.MessageEncoded => ({ role: "assistant", content: text })
const system = (text: string): Prompt.MessageEncoded => ({ role: "system", content: text })
const called = (id: string, name: string): Prompt.MessageEncoded => ({
  role: "assistant",
  content: [{ type: "tool-call", id, name, params: {} }]
})
const results = (
  ...answers: ReadonlyArray<readonly [id: string, name: string, result: unknown]>
): Prompt.MessageEncoded => ({
  role: "tool",
  content: answers.map(([id, name, result]) => ({ type: "tool-result", id, name, result, isFailure: false }))
})

const three = scriptOf([{ text: "one" }, { text: "two" }, { text: "three" }])

const roles: Script.Script = {
  name: "roles",
  conversations: [
    { name: "stop", when: { user: { contains: "stop" } }, steps: [{ text: "stopped" }, { text: "still stopped" }] },
    { name: "reviewer", when: { system: { contains: "reviewer" } }, steps: [{ text: "looks good" }] },
    { name: "greeting", when: { user: { startsWith: "hello" } }, steps: [{ text: "hi" }, { text: "hi again" }] },
    { name: "other", steps: [{ text: "other 1" }, { text: "other 2" }] }
  ]
}

describe("the step that a prompt comes to", () => {
  it.effect.each<[string, Script.Script, ReadonlyArray<Prompt.MessageEncoded>, string]>([
    ["is the first for a first message", three, [user("go")], "one"],
    ["is counted in assistant messages, whoever else spoke", three, [user("go"), said("a"), user("on")], "two"],
    ["follows the results of tools", three, [user("go"), called("c", "t"), results(["c", "t", 1])], "two"],
    [
      "says so when there is none left",
      three,
      [user("go"), said("a"), said("b"), said("c")],
      'The script "demo" has no more steps for "parent" than 3.'
    ],
    [
      "begins again where the script wants it",
      scriptOf([{ text: "one" }, { text: "two" }], { atEnd: "again" }),
      [user("go"), said("a"), said("b")],
      "one"
    ],
    ["belongs to the first conversation that is for the message", roles, [user("hello there")], "hi"],
    [
      "belongs to a role by its system prompt",
      roles,
      [system("You are a reviewer."), user("hello there")],
      "looks good"
    ],
    ["belongs to a conversation without conditions when no other is for it", roles, [user("what?")], "other 1"],
    [
      "begins anew with a later message that is recognised",
      roles,
      [user("hello"), said("hi"), user("stop")],
      "stopped"
    ],
    [
      "goes on after a later message that is not",
      roles,
      [user("hello"), said("hi"), user("your children are done")],
      "hi again"
    ],
    [
      "goes on after a wake, even one with the words that began it",
      roles,
      [user("hello"), said("hi"), user('over\n{"child":"ses_a","answer":"stop"}')],
      "hi again"
    ],
    [
      "is not begun anew by an earlier one",
      roles,
      [user("hello"), said("hi"), user("stop"), said("stopped"), user("hm")],
      "still stopped"
    ]
  ])("%s", ([, script, prompt, text]) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* saidTo(script, prompt), text)
    })
  )

  it.effect.each<[string, Script.Script, string]>([
    ["no conversation is for the prompt", scriptOf([{ text: "x" }], { when: { user: { exact: "x" } } }), '"parent"'],
    ["it wants to fail after its last step", scriptOf([{ text: "x" }], { atEnd: "fail" }), "no more steps"],
    [
      "it refers to what is not there",
      scriptOf([{ text: "x" }, { text: "{{tool.read.name}}" }]),
      'step 2 of "parent": {{tool.read.name}}'
    ]
  ])("does not exist when %s: the call fails and says so", ([, script, words]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(roundOf(script, [user("go"), said("x")]))
      assert.strictEqual(error.reason._tag, "InvalidRequestError")
      assert.isFalse(error.isRetryable)
      assert.include(error.message, words)
    })
  )

  it.effect("is the same for the same prompt, in another process too", () =>
    Effect.gen(function* () {
      const script = scriptOf([
        { text: "first", toolCalls: [{ name: "SubAgent", params: { prompt: "{{prompt}}" }, repeat: 2 }] },
        { text: "then {{tool.SubAgent}}", toolCalls: [{ name: "SubAgent", params: {} }] }
      ])
      const prompt = [user("go"), called("call_0_0_0", "SubAgent"), results(["call_0_0_0", "SubAgent", "x"])]
      const before = yield* roundOf(script, prompt)
      yield* roundOf(script, [user("something else")])
      assert.deepStrictEqual(yield* roundOf(script, prompt), before)
    })
  )
})

describe("a round", () => {
  it.effect("streams reasoning, text and calls in this order, and then what it used", () =>
    Effect.gen(function* () {
      const parts = yield* roundOf(
        scriptOf([
          {
            reasoning: "hm",
            text: ["Hel", "lo"],
            toolCalls: [{ name: "read", params: { path: "a" } }],
            usage: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 4 },
            costUsd: 0.25
          }
        ]),
        "go"
      )
      assert.deepStrictEqual(
        parts.map(({ type }) => type),
        [
          "reasoning-start",
          "reasoning-delta",
          "reasoning-end",
          "text-start",
          "text-delta",
          "text-delta",
          "text-end",
          "tool-call",
          "finish"
        ]
      )
      const finish = parts.at(-1)
      assert.isTrue(finish?.type === "finish")
      if (finish?.type !== "finish") return
      assert.strictEqual(finish.reason, "tool-calls")
      assert.deepInclude(finish.usage.inputTokens, { total: 10, uncached: 6, cacheRead: 4 })
      assert.deepStrictEqual(finish.metadata[ProviderRouter.responseFactsKey], {
        provider: "scripted",
        model: "demo",
        costUsd: 0.25,
        costSource: "provider"
      })
    })
  )

  it.effect("uses and costs what nobody knows when the script does not say", () =>
    Effect.gen(function* () {
      const finish = (yield* roundOf(scriptOf([{ text: "x", finish: "length" }]), "go")).at(-1)
      assert.isTrue(
        finish?.type === "finish" && finish.reason === "length" && finish.usage.inputTokens.total === undefined
      )
      assert.notProperty(finish?.metadata[ProviderRouter.responseFactsKey], "costUsd")
    })
  )

  it.effect("is the same as one answer when it is not streamed", () =>
    Effect.gen(function* () {
      const { model } = yield* Scripted.make(scriptOf([{ reasoning: "hm", text: ["Hel", "lo"], pauseMs: 0 }]))
      const answer = yield* model.generateText({ prompt: "go" })
      assert.strictEqual(answer.text, "Hello")
      assert.strictEqual(answer.reasoningText, "hm")
      assert.strictEqual(answer.finishReason, "stop")
    })
  )

  it.effect("takes the time that the script says, piece by piece", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const script = scriptOf([{ pauseMs: 1_000, text: "one two three", pieceMs: 100 }])
      const fiber = yield* Effect.forkChild(
        Stream.runForEach(stream(script, "go"), (part) =>
          Effect.sync(() => void (part.type === "text-delta" && seen.push(part.delta)))
        )
      )
      yield* TestClock.adjust(999)
      assert.deepStrictEqual(seen, [])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(seen, ["one "])
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(seen, ["one ", "two "])
      yield* TestClock.adjust(100)
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(seen, ["one ", "two ", "three"])
    })
  )

  it.effect("that hangs says what it has and ends only when it is interrupted", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const fiber = yield* Effect.forkChild(
        Stream.runForEach(stream(scriptOf([{ text: "wait", hang: true }]), "go"), (part) =>
          Effect.sync(() => void seen.push(part.type))
        )
      )
      yield* TestClock.adjust(Duration.days(1))
      assert.deepStrictEqual(seen, ["text-start", "text-delta", "text-end"])
      assert.isUndefined(fiber.pollUnsafe())
      yield* Fiber.interrupt(fiber)
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
    })
  )

  it.effect.each<[Script.Failure, AiError.AiErrorReason["_tag"], boolean]>([
    [{ kind: "rateLimited", retryAfterMs: 1_500 }, "RateLimitError", true],
    [{ kind: "overloaded", retryAfterMs: 1_500 }, "InternalProviderError", true],
    [{ kind: "authentication" }, "AuthenticationError", false],
    [{ kind: "contextFull" }, "InvalidRequestError", false],
    [{ kind: "refused" }, "ContentPolicyError", false],
    [{ kind: "malformed" }, "InvalidResponseError", false],
    [{ kind: "cutOff" }, "InvalidResponseError", false]
  ])("fails as a provider does, after what it said: %o", ([error, tag, isRetryable]) =>
    Effect.gen(function* () {
      const seen: Array<Response.AnyPart> = []
      const failure = yield* Effect.flip(
        Stream.runForEach(stream(scriptOf([{ text: "so far", error }]), "go"), (part) =>
          Effect.sync(() => void seen.push(part))
        )
      )
      assert.strictEqual(textIn(seen), "so far")
      assert.strictEqual(failure.reason._tag, tag)
      assert.strictEqual(failure.isRetryable, isRetryable)
      assert.strictEqual(ModelFailure.isContextFull(failure), error.kind === "contextFull")
      assert.deepStrictEqual(
        ModelFailure.retryAfter(failure),
        Option.map(Option.fromUndefinedOr(error.retryAfterMs), Duration.millis)
      )
    })
  )
})

const spawning = scriptOf([
  {
    toolCalls: [
      {
        name: "SubAgent",
        label: "child",
        params: { action: "create", prompt: "part {{number}} of {{prompt}}" },
        repeat: 20
      }
    ]
  },
  {
    toolCalls: [
      {
        name: "SubAgent",
        params: {
          action: "wait",
          children: "{{tools.child.child_session_id}}",
          first: "{{tool.child_0.child_session_id}}"
        }
      }
    ]
  },
  { text: "{{children.line}}" }
])

describe("what a script refers to", () => {
  it.effect("makes twenty calls of one, each with its number and an id of its own", () =>
    Effect.gen(function* () {
      const calls = callsIn(yield* roundOf(spawning, "the book"))
      assert.strictEqual(calls.length, 20)
      assert.strictEqual(new Set(calls.map(({ id }) => id)).size, 20)
      assert.deepStrictEqual(calls[19]?.params, { action: "create", prompt: "part 20 of the book" })
    })
  )

  it.effect("is what the tools answered, as a value", () =>
    Effect.gen(function* () {
      const prompt = [
        user("the book"),
        called("call_0_child_0", "SubAgent"),
        results(
          ["call_0_child_0", "SubAgent", { child_session_id: "ses_a" }],
          ["call_0_child_1", "SubAgent", '{"child_session_id":"ses_b"}']
        )
      ]
      const [call] = callsIn(yield* roundOf(spawning, prompt))
      assert.deepStrictEqual(call, {
        id: "call_1_0",
        name: "SubAgent",
        params: { action: "wait", children: ["ses_a", "ses_b"], first: "ses_a" }
      })
    })
  )

  it.effect.each<[string, Prompt.MessageEncoded]>([
    [
      "in the message that wakes",
      user(
        [
          "The wait is over.",
          "=== x children ===",
          '{"child":"ses_a","title":"a","status":"completed","answer":"A"}',
          '{"child":"ses_b","title":"b","status":"error","error":"gone","answer":""}',
          '{"child":"ses_c","title":"c","status":"completed","answerBegin":"C","answerEnd":"c","answerChars":9}',
          "=== x end ==="
        ].join("\n")
      )
    ],
    [
      "at once, when they had settled before the wait",
      results([
        "call_1_0",
        "SubAgent",
        {
          state: "settled",
          children: [
            { child_session_id: "ses_a", title: "a", status: "completed", written_by_child: { answer: "A" } },
            { child_session_id: "ses_b", title: "b", status: "error", error: "gone", written_by_child: { answer: "" } },
            { child_session_id: "ses_c", title: "c", status: "completed", written_by_child: { answer_begin: "C" } }
          ]
        }
      ])
    ]
  ])("is what the children said, %s", ([, told]) =>
    Effect.gen(function* () {
      const prompt = [user("the book"), said("1"), called("call_1_0", "SubAgent"), told]
      assert.strictEqual(yield* saidTo(spawning, prompt), "a: A\nb: gone\nc: C")
    })
  )

  it.effect("never makes an id that an earlier round had, even one that is not in the prompt any more", () =>
    Effect.gen(function* () {
      const script = scriptOf([{ toolCalls: [{ name: "t", params: {} }] }], { atEnd: "again" })
      const prompt = [user("a summary of what was before"), called("call_7_0", "t"), results(["call_7_0", "t", 1])]
      assert.deepStrictEqual(
        callsIn(yield* roundOf(script, prompt)).map(({ id }) => id),
        ["call_8_0"]
      )
    })
  )
})

describe("Scripted.kind", () => {
  it.effect("stands beside other types of provider in the router of a configuration", () =>
    Effect.gen(function* () {
      const kind = yield* Scripted.kind([roles])
      const settings = { providers: { demo: { type: "scripted" } }, models: { default: "demo:roles" } }
      const router = Router.make({ settings, kinds: [kind], environment: {} })
      const { isScripted, model } = yield* router.route({ provider: "demo", model: "roles" })
      assert.isTrue(isScripted)
      assert.strictEqual((yield* model.generateText({ prompt: "hello" })).text, "hi")
      const refused = yield* Effect.flip(router.route({ provider: "demo", model: "none" }))
      assert.include(refused.message, "there are the scripts roles")
    })
  )
})

describe("Scripted.router", () => {
  it.effect("routes a reference to its script, badged as scripted, and refuses others by name", () =>
    Effect.gen(function* () {
      const router = yield* Scripted.router([{ ...three, contextTokensMax: 1_000 }, roles])
      const ref = Option.getOrThrow(router.parse("scripted:roles"))
      const model = yield* router.route(ref)
      assert.deepInclude(model, {
        modelRef: { provider: "scripted", model: "roles" },
        isScripted: true,
        providerType: "scripted"
      })
      const first = yield* router.route(Option.getOrThrow(router.defaultRef))
      assert.deepStrictEqual(first.contextTokensMax, Option.some(1_000))
      const answer = yield* LanguageModel.generateText({ prompt: "hello" }).pipe(
        Effect.provideService(LanguageModel.LanguageModel, model.model)
      )
      assert.strictEqual(answer.text, "hi")
      const refused = yield* Effect.flip(router.route({ provider: "scripted", model: "none" }))
      assert.include(refused.message, "there are the scripts demo, roles")
      const twice = yield* Effect.flip(Scripted.router([roles, three, { ...three }]))
      assert.include(twice.message, "the script demo")
      assert.deepStrictEqual(router.parse("elsewhere:roles"), Option.none())
    })
  )
})
