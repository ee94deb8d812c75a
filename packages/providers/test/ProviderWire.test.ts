import { APICallError } from "@ai-sdk/provider"
import { assert, describe, it } from "@effect/vitest"
import { ModelFailure, ProviderRouter } from "@offshoot/core"
import { ModelFault, ProviderKinds, Router } from "@offshoot/providers"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type AiError, Prompt } from "effect/ai"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { bounded, ResponseTooLarge } from "../src/internal/boundedFetch.ts"
import { ask, key, mock, modelAt, server, stalling, tapped, textOf, vendors } from "./wireWorld.ts"

const rain = "It rains in Oslo."

describe.each(vendors)("$type, over the wire", (vendor) => {
  const [openai, anthropic, google, compatible] = vendors

  it.live("streams a text to its end, with what it used and which model answered", () =>
    Effect.gen(function* () {
      const provider = yield* mock
      provider.onMessage("hello", { content: rain, usage: { input_tokens: 12, output_tokens: 5 } }, { chunkSize: 4 })
      const parts = yield* ask(yield* modelAt(vendor, provider.url), "hello")
      assert.strictEqual(textOf(parts), rain)
      assert.isAbove(parts.filter((part) => part.type === "text-delta").length, 2)
      const finish = parts.at(-1)
      assert(finish?.type === "finish")
      assert.strictEqual(finish.reason, "stop")
      const facts = finish.metadata[ProviderRouter.responseFactsKey]
      assert.deepInclude(facts, { provider: "it", model: vendor.model })
      const isPriced = vendor !== compatible
      assert.strictEqual(Object.hasOwn(Object(facts), "costUsd"), isPriced)
    })
  )

  it.live("calls a tool, and takes its result and its own earlier words in the next round", () =>
    Effect.gen(function* () {
      const provider = yield* mock
      provider.on(
        { userMessage: "weather", hasToolResult: false },
        {
          toolCalls: [{ id: "call_1", name: "weather", arguments: '{"city":"Oslo"}' }],
          reasoning: "I should look.",
          reasoningSignature: "c2lnbmVk",
          ...(vendor === google ? { finishReason: "stop" } : {})
        }
      )
      provider.on({ hasToolResult: true }, { content: rain })
      const { bodies, url } = yield* tapped(provider.url)
      const model = yield* modelAt(vendor, url)
      const question = Prompt.make("What is the weather in Oslo?")
      const asked = yield* ask(model, question)
      const call = asked.find((part) => part.type === "tool-call")
      assert(call !== undefined)
      assert.strictEqual(call.name, "weather")
      assert.deepStrictEqual(call.params, { city: "Oslo" })
      assert.strictEqual(asked.find((part) => part.type === "finish")?.reason, "tool-calls")

      const result = Prompt.toolResultPart({
        id: call.id,
        name: call.name,
        isFailure: false,
        result: "rain, 4 degrees",
        providerExecuted: false
      })
      const history = Prompt.concat(question, Prompt.fromResponseParts(asked))
      const answered = yield* ask(
        model,
        Prompt.concat(history, Prompt.fromMessages([Prompt.toolMessage({ content: [result] })]))
      )
      assert.strictEqual(textOf(answered), rain)
      const sent = String(bodies.at(-1))
      assert.include(sent, "rain, 4 degrees")
      if (vendor === anthropic) {
        assert.include(sent, "c2lnbmVk")
        assert.include(sent, '"cache_control":{"type":"ephemeral"}')
      }
      if (vendor === openai) {
        assert.notInclude(sent, "item_reference")
        assert.include(sent, '"store":false')
        assert.include(sent, '"strict":false')
        assert.match(sent, /"encrypted_content":"[^"]+"/)
      }
    })
  )

  const failed = (status: number, error: { readonly type?: string; readonly code?: string }, retryAfter?: number) =>
    Effect.gen(function* () {
      const provider = yield* mock
      provider.on(
        {},
        {
          status,
          error: { message: `refused, ${key} is not allowed`, ...error },
          ...(retryAfter === undefined ? {} : { retryAfter })
        }
      )
      return yield* Effect.flip(ask(yield* modelAt(vendor, provider.url), "hello"))
    })

  const everythingSaid = (error: AiError.AiError): string =>
    [error.message, String(error), JSON.stringify(error), String(error.stack)].join("\n")

  it.live("a key that is refused is an authentication error, and stands in no error", () =>
    Effect.gen(function* () {
      const error = yield* failed(401, { type: "authentication_error", code: "invalid_api_key" })
      assert(error._tag === "AiError")
      assert.strictEqual(error.reason._tag, "AuthenticationError")
      assert.notInclude(everythingSaid(error), key)
      assert.notInclude(everythingSaid(error), key.slice(0, 8))
      assert.include(error.message, "***")
    })
  )

  it.live("a rate limit says when to try again", () =>
    Effect.gen(function* () {
      const error = yield* failed(429, { type: "rate_limit_error", code: "rate_limit_exceeded" }, 7)
      assert(error._tag === "AiError")
      assert.strictEqual(error.reason._tag, "RateLimitError")
      assert.deepStrictEqual(ModelFailure.retryAfter(error), Option.some(Duration.seconds(7)))
    })
  )

  it.live("a provider without room is overloaded, not wrong", () =>
    Effect.gen(function* () {
      const error = yield* failed(529, { type: "overloaded_error" })
      assert(error._tag === "AiError")
      assert.strictEqual(error.reason._tag, "InternalProviderError")
      assert.isTrue(error.isRetryable)
      assert.strictEqual(ModelFailure.factsOf(error).kind, "overloaded")
    })
  )

  it.live("a stream that breaks off in the middle is a failure", () =>
    Effect.gen(function* () {
      const provider = yield* mock
      provider.on({}, { content: rain.repeat(4) }, { chunkSize: 4, truncateAfterChunks: 8, latency: 2 })
      const error = yield* Effect.flip(ask(yield* modelAt(vendor, provider.url), "hello"))
      assert(error._tag === "AiError")
      assert.strictEqual(ModelFailure.factsOf(error).kind, "cut_off", error.message)
      assert.isTrue(error.isRetryable)
    })
  )

  it.live("a stream that ends in order before the response does is a failure too", () =>
    Effect.gen(function* () {
      const url = yield* server((_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" })
        response.end()
      })
      const error = yield* Effect.flip(ask(yield* modelAt(vendor, url), "hello"))
      assert(error._tag === "AiError")
      assert.strictEqual(ModelFailure.factsOf(error).kind, "cut_off", error.message)
    })
  )

  it.live("words that are no JSON are an invalid response", () =>
    Effect.gen(function* () {
      const url = yield* server((_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" })
        response.end("data: {this is not JSON\n\n")
      })
      const error = yield* Effect.flip(ask(yield* modelAt(vendor, url), "hello"))
      assert(error._tag === "AiError")
      assert.strictEqual(error.reason._tag, "InvalidResponseError", error.message)
    })
  )

  it.live("nobody at the address is a network error that may be tried again", () =>
    Effect.gen(function* () {
      const url = yield* Effect.scoped(server(() => undefined))
      const error = yield* Effect.flip(ask(yield* modelAt(vendor, url), "hello"))
      assert(error._tag === "AiError")
      assert.strictEqual(error.reason._tag, "NetworkError")
      assert.isTrue(error.isRetryable)
    })
  )

  it.live("an interrupted call closes its connection", () =>
    Effect.gen(function* () {
      const { begun, gone, url } = yield* stalling(": nothing yet\n\n")
      const asking = yield* Effect.forkChild(ask(yield* modelAt(vendor, url), "hello"))
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(asking)
      yield* Deferred.await(gone)
    })
  )
})

describe("A slow provider", () => {
  it.live("is heard word by word, and let go when nobody listens any more", () =>
    Effect.gen(function* () {
      const head = 'data: {"id":"1","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"It"}}]}\n\n'
      const { gone, url } = yield* stalling(head)
      const model = yield* modelAt({ type: "openai-compatible", model: "m", path: "/v1" }, url)
      const first = yield* model.streamText({ prompt: "hello" }).pipe(
        Stream.filter((part) => part.type === "text-delta"),
        Stream.runHead
      )
      assert.strictEqual(Option.getOrThrow(first).delta, "It")
      yield* Deferred.await(gone)
    })
  )
})

describe("A provider that cannot answer now", () => {
  it.live("is replaced by the fallback, which says that it was the one", () =>
    Effect.gen(function* () {
      const busy = yield* mock
      busy.on({}, { status: 529, error: { message: "Overloaded", type: "overloaded_error" } })
      const free = yield* mock
      free.onMessage("hello", { content: rain })
      const router = Router.make({
        settings: {
          providers: {
            first: { type: "anthropic", baseUrl: `${busy.url}/v1` },
            second: { type: "openai-compatible", baseUrl: `${free.url}/v1` }
          },
          models: { aliases: { good: "first:claude-haiku-4-5" }, fallbacks: { good: ["second:llama3.2"] } }
        },
        kinds: ProviderKinds.builtin,
        environment: { ANTHROPIC_API_KEY: key }
      })
      const { model } = yield* router.route(Option.getOrThrow(router.parse("good")))
      const parts = yield* ask(model, "hello")
      assert.strictEqual(textOf(parts), rain)
      const finish = parts.at(-1)
      assert(finish?.type === "finish")
      assert.deepInclude(finish.metadata[ProviderRouter.responseFactsKey], { provider: "second" })
    })
  )
})

describe("A gateway", () => {
  it.live.each<readonly [string, string, Record<string, string>]>([
    ["with the usage", ',"cost":0.0012', {}],
    ["in a header", "", { "x-litellm-response-cost": "0.0012" }]
  ])("that tells what a response cost %s is believed", ([, cost, headers]) =>
    Effect.gen(function* () {
      const chunk = `{"id":"1","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"It"},"finish_reason":"stop"}]`
      const usage = `,"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4${cost}}}`
      const url = yield* server((_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream", ...headers })
        response.end(`data: ${chunk}${usage}\n\ndata: [DONE]\n\n`)
      })
      const parts = yield* ask(yield* modelAt({ type: "openai-compatible", model: "m", path: "/v1" }, url), "hello")
      const finish = parts.at(-1)
      assert(finish?.type === "finish")
      const facts = finish.metadata[ProviderRouter.responseFactsKey]
      assert.deepInclude(facts, { costUsd: 0.0012, costSource: "provider" })
    })
  )

  it.live("that never stops is stopped", () =>
    Effect.gen(function* () {
      const endless = (size: number): typeof globalThis.fetch =>
        bounded(() => Promise.resolve(new Response(new Uint8Array(size))), 10)
      const read = (size: number) => endless(size)("http://it").then((response) => response.text())
      assert.strictEqual((yield* Effect.promise(() => read(10))).length, 10)
      const broken = yield* Effect.promise(() => read(11).then(String, (cause: unknown) => cause))
      assert.instanceOf(broken, ResponseTooLarge)
      const fault = ModelFault.faultOf(
        new APICallError({
          message: "Failed to process successful response",
          cause: new ResponseTooLarge(10),
          statusCode: 200,
          url: "u",
          requestBodyValues: {}
        })
      )
      assert.strictEqual(fault.origin, "here")
      assert.include(fault.message, "longer than 10 bytes")
    })
  )
})
