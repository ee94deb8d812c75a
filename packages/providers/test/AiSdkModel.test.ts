import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage
} from "@ai-sdk/provider"
import { assert, describe, it } from "@effect/vitest"
import { CallSettings, ModelFailure, ProviderRouter } from "@offshoot/core"
import { AiSdkModel, type ProviderSettings, Router } from "@offshoot/providers"
import * as Effect from "effect/Effect"
import { type LanguageModel, Prompt } from "effect/ai"
import * as Stream from "effect/Stream"
import { ask } from "./wireWorld.ts"

const usage: LanguageModelV4Usage = {
  inputTokens: { total: 30, noCache: 10, cacheRead: 15, cacheWrite: 5 },
  outputTokens: { total: 7, text: 4, reasoning: 3 }
}
const finish = (unified: "stop" | "tool-calls" | "error" | "interrupted", raw?: string): LanguageModelV4StreamPart => ({
  type: "finish",
  finishReason: { unified, raw },
  usage
})

interface Fake {
  readonly parts?: ReadonlyArray<LanguageModelV4StreamPart>
  readonly content?: ReadonlyArray<LanguageModelV4Content>
  readonly settings?: ProviderSettings.ModelSettings
}

/** A routed model that says what it is told, and what it was asked. */
const fake = ({ content = [], parts = [], settings = {} }: Fake) => {
  const calls: Array<LanguageModelV4CallOptions> = []
  const model: LanguageModelV4 = {
    specificationVersion: "v4",
    provider: "fake",
    modelId: "m",
    supportedUrls: {},
    doGenerate: (options) => {
      calls.push(options)
      return Promise.resolve({
        content: [...content],
        finishReason: { unified: "stop", raw: undefined },
        usage,
        warnings: []
      })
    },
    doStream: (options) => {
      calls.push(options)
      return Promise.resolve({ stream: ReadableStream.from(parts) })
    }
  }
  const routed = Router.make({
    settings: { providers: { it: { type: "fake" } }, models: { settings: { "it:m": settings } } },
    kinds: [AiSdkModel.provider("fake", "FAKE_KEY", () => model)],
    environment: { FAKE_KEY: "a-key" }
  })
    .route({ provider: "it", model: "m" })
    .pipe(Effect.map(({ model }) => model))
  return { routed, calls }
}

const told = (prompt: Prompt.RawInput, model: Fake = { parts: [finish("stop")] }) =>
  Effect.gen(function* () {
    const { calls, routed } = fake(model)
    const parts = yield* ask(yield* routed, prompt)
    return { parts, call: calls[0], messages: calls[0]?.prompt ?? [] }
  })

describe("AiSdkModel", () => {
  it.effect("gives arguments that are no JSON to whoever checks them, and back to the model as an object", () =>
    Effect.gen(function* () {
      const { parts } = yield* told("hello", {
        parts: [
          { type: "tool-call", toolCallId: "1", toolName: "weather", input: '{"city": "Os' },
          { type: "tool-call", toolCallId: "2", toolName: "weather", input: "" },
          { type: "tool-call", toolCallId: "3", toolName: "weather", input: '{"__proto__": {"x": 1}}' },
          finish("tool-calls")
        ]
      })
      const params = parts.flatMap((part) => (part.type === "tool-call" ? [part.params] : []))
      assert.deepStrictEqual(params, ['{"city": "Os', {}, '{"__proto__": {"x": 1}}'])
      const { messages } = yield* told(Prompt.concat(Prompt.make("hello"), Prompt.fromResponseParts(parts)))
      const inputs = messages.flatMap(({ content }) =>
        typeof content === "string" ? [] : content.flatMap((part) => (part.type === "tool-call" ? [part.input] : []))
      )
      assert.deepStrictEqual(inputs[0], { malformed_arguments: '{"city": "Os' })
    })
  )

  it.effect("shows the model texts, images and failures of tools as what they are", () =>
    Effect.gen(function* () {
      const image = Prompt.filePart({ mediaType: "image/png", data: "aW1n" })
      const text = (text: string) => Prompt.textPart({ text })
      const result = (
        id: string,
        isFailure: boolean,
        result: unknown,
        seen?: ReadonlyArray<typeof image | Prompt.TextPart>
      ) =>
        Prompt.toolResultPart({
          id,
          name: "weather",
          isFailure,
          result,
          providerExecuted: false,
          ...(seen === undefined ? {} : { modelOutput: seen })
        })
      const content = [
        result("1", false, { degrees: 4 }),
        result("2", false, "rain"),
        result("3", true, { why: "no such city" }),
        result("4", false, {}, [text("a picture:"), image]),
        result("5", true, {}, [text("broken")]),
        result("6", false, undefined)
      ]
      const { messages } = yield* told(Prompt.fromMessages([Prompt.toolMessage({ content })]))
      const last = messages.at(-1)
      assert(last?.role === "tool")
      assert.deepStrictEqual(
        last.content.map((part) => (part.type === "tool-result" ? part.output : undefined)),
        [
          { type: "json", value: { degrees: 4 } },
          { type: "text", value: "rain" },
          { type: "error-json", value: { why: "no such city" } },
          {
            type: "content",
            value: [
              { type: "text", text: "a picture:" },
              { type: "file", data: { type: "data", data: "aW1n" }, mediaType: "image/png" }
            ]
          },
          { type: "error-text", value: "broken" },
          { type: "json", value: null }
        ]
      )
    })
  )

  it.effect("sends no empty text and no empty message, and files from where they are", () =>
    Effect.gen(function* () {
      const file = (data: string | URL) => Prompt.filePart({ mediaType: "image/png", data })
      const { messages } = yield* told(
        Prompt.fromMessages([
          Prompt.systemMessage({ content: "" }),
          Prompt.userMessage({ content: [Prompt.textPart({ text: "" })] }),
          Prompt.assistantMessage({ content: [Prompt.textPart({ text: "" })] }),
          Prompt.userMessage({
            content: [
              file("data:image/png;base64,aW1n"),
              file(new URL("https://x.test/a.png")),
              file("https://x.test/b.png")
            ]
          })
        ])
      )
      assert.strictEqual(messages.length, 1)
      const [message] = messages
      assert(message?.role === "user")
      assert.deepStrictEqual(
        message.content.map((part) => (part.type === "file" ? part.data : undefined)),
        [
          { type: "data", data: "aW1n" },
          { type: "url", url: new URL("https://x.test/a.png") },
          { type: "url", url: new URL("https://x.test/b.png") }
        ]
      )
    })
  )

  it.effect("gives back what a provider said of its reasoning, and nothing of ours", () =>
    Effect.gen(function* () {
      const { parts } = yield* told("hello", {
        parts: [
          { type: "reasoning-start", id: "r", providerMetadata: { fake: { item: "i1", nothing: undefined } } },
          { type: "reasoning-delta", id: "r", delta: "hm" },
          { type: "reasoning-delta", id: "r", delta: "", providerMetadata: { fake: { signature: "s" } } },
          { type: "reasoning-end", id: "r" },
          { type: "text-start", id: "t" },
          { type: "text-delta", id: "t", delta: "yes" },
          { type: "text-end", id: "t" },
          finish("stop")
        ]
      })
      const own = Prompt.userMessage({
        content: [Prompt.textPart({ text: "and?" })],
        options: { [ProviderRouter.responseFactsKey]: { model: "m" } }
      })
      const history = Prompt.concat(Prompt.fromResponseParts(parts), Prompt.fromMessages([own]))
      const { messages } = yield* told(history)
      assert.deepStrictEqual(messages, [
        {
          role: "assistant",
          content: [
            { type: "reasoning", text: "hm", providerOptions: { fake: { item: "i1", signature: "s" } } },
            { type: "text", text: "yes" }
          ]
        },
        { role: "user", content: [{ type: "text", text: "and?" }] }
      ])
    })
  )

  it.effect(
    "keeps a call within what the model writes at most, and the call's settings before the configuration's",
    () =>
      Effect.gen(function* () {
        const settings = { outputTokensMax: 100, temperature: 0.5, providerOptions: { fake: { effort: "low" } } }
        const asked = (callSettings: CallSettings.CallSettingsShape) =>
          told("hello", { parts: [finish("stop")], settings }).pipe(
            Effect.provideService(CallSettings.CallSettings, callSettings),
            Effect.map(({ call }) => [call?.maxOutputTokens, call?.temperature, call?.providerOptions])
          )
        const own = { fake: { effort: "low" } }
        assert.deepStrictEqual(yield* asked({}), [100, 0.5, own])
        assert.deepStrictEqual(yield* asked({ maxOutputTokens: 40, temperature: 0 }), [40, 0, own])
        assert.deepStrictEqual(yield* asked({ maxOutputTokens: 4_000 }), [100, 0.5, own])
      })
  )

  it.effect("tells what was used, which model answered and what that cost", () =>
    Effect.gen(function* () {
      const price = { inputUsd: 10, outputUsd: 100, cacheReadUsd: 1, cacheWriteUsd: 20 }
      const { parts } = yield* told("hello", {
        parts: [
          { type: "stream-start", warnings: [{ type: "unsupported", feature: "temperature" }] },
          { type: "response-metadata", modelId: "m-2026" },
          finish("stop")
        ],
        settings: { price }
      })
      const last = parts.at(-1)
      assert(last?.type === "finish")
      assert.deepInclude(last.usage.inputTokens, { total: 30, uncached: 10, cacheRead: 15, cacheWrite: 5 })
      assert.deepInclude(last.usage.outputTokens, { total: 7, text: 4, reasoning: 3 })
      assert.deepStrictEqual(last.metadata[ProviderRouter.responseFactsKey], {
        provider: "it",
        model: "m-2026",
        costUsd: 0.000915,
        costSource: "estimated"
      })
    })
  )

  it.effect.each([
    ["the provider says that it was interrupted", [finish("interrupted")], "InternalProviderError"],
    ["it has no end", [], "InternalProviderError"],
    ["it ended with an error", [finish("error", "MALFORMED_FUNCTION_CALL")], "InvalidOutputError"],
    ["an error is streamed", [{ type: "error", error: "bad" }, finish("stop")], "InternalProviderError"]
  ] satisfies ReadonlyArray<readonly [string, ReadonlyArray<LanguageModelV4StreamPart>, string]>)(
    "a response is a failure when %s",
    ([, ends, tag]) =>
      Effect.gen(function* () {
        const text: ReadonlyArray<LanguageModelV4StreamPart> = [
          { type: "text-start", id: "t" },
          { type: "text-delta", id: "t", delta: "half" }
        ]
        const { routed } = fake({ parts: [...text, ...ends] })
        const model: LanguageModel.LanguageModel = yield* routed
        const seen: Array<string> = []
        const error = yield* model.streamText({ prompt: "hello" }).pipe(
          Stream.runForEach((part) => Effect.sync(() => seen.push(part.type))),
          Effect.flip
        )
        assert(error._tag === "AiError")
        assert.strictEqual(error.reason._tag, tag)
        assert.deepStrictEqual(seen, ["text-start", "text-delta"])
        assert.isTrue(error.isRetryable)
        assert.isFalse(ModelFailure.isContextFull(error))
      })
  )

  it.effect("answers in one piece too", () =>
    Effect.gen(function* () {
      const { routed } = fake({
        content: [
          { type: "reasoning", text: "hm", providerMetadata: { fake: { signature: "s" } } },
          { type: "text", text: "yes" }
        ]
      })
      const response = yield* (yield* routed).generateText({ prompt: "hello" })
      assert.strictEqual(response.text, "yes")
      assert.strictEqual(response.reasoningText, "hm")
      assert.deepStrictEqual(response.reasoning[0]?.metadata, { fake: { signature: "s" } })
      assert.strictEqual(response.finishReason, "stop")
      assert.strictEqual(response.usage.inputTokens.total, 30)
    })
  )
})
