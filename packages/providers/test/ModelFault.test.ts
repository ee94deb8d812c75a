import { APICallError } from "@ai-sdk/provider"
import { assert, describe, it } from "@effect/vitest"
import { ModelFailure } from "@offshoot/core"
import { ModelFault, ProviderKinds, Router } from "@offshoot/providers"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { AiError } from "effect/ai"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"

const silent: ModelFault.Recogniser = { kindOf: () => Option.none(), retryAfterSeconds: () => Option.none() }
const circumstances = { recogniser: silent, mask: (text: string) => text, nowMillis: 1_000_000, url: "http://it" }

const answered = (statusCode: number, headers: Record<string, string> = {}) =>
  ModelFault.faultOf(
    new APICallError({ message: "no", url: "u", requestBodyValues: {}, statusCode, responseHeaders: headers })
  )
const errorOf = (fault: ModelFault.Fault) =>
  AiError.make({ module: "m", method: "f", reason: ModelFault.reasonOf(fault, circumstances) })

describe("ModelFault", () => {
  it.each([
    [400, "InvalidRequestError"],
    [401, "AuthenticationError"],
    [402, "QuotaExhaustedError"],
    [403, "AuthenticationError"],
    [404, "InvalidRequestError"],
    [408, "InternalProviderError"],
    [429, "RateLimitError"],
    [500, "InternalProviderError"],
    [503, "InternalProviderError"],
    [529, "InternalProviderError"]
  ])("without words that it knows, a status of %i is a %s", (status, tag) => {
    assert.strictEqual(errorOf(answered(status)).reason._tag, tag)
  })

  it.each([
    [{ "retry-after": "7" }, 7],
    [{ "retry-after": "1.5" }, 1.5],
    [{ "retry-after-ms": "250", "retry-after": "9" }, 0.25],
    [{ "retry-after": "Thu, 01 Jan 1970 00:17:10 GMT" }, 30],
    [{ "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }, undefined],
    [{ "retry-after": "soon" }, undefined],
    [{ "retry-after": "-3" }, undefined],
    [{}, undefined]
  ])("reads when to try again from %j", (headers, seconds) => {
    for (const status of [429, 529]) {
      const expected = Option.map(Option.fromUndefinedOr(seconds), Duration.seconds)
      assert.deepStrictEqual(ModelFailure.retryAfter(errorOf(answered(status, headers))), expected)
    }
  })

  it("hides a secret and the words that begin like it, and leaves other words", () => {
    const mask = ModelFault.masking([Redacted.make("sk-abc+def(1"), Redacted.make("none")])
    assert.strictEqual(mask("wrong key sk-abc+def(1, or sk-abc***f(1?"), "wrong key ***, or ***")
    assert.strictEqual(mask("none of the sk- keys"), "none of the sk- keys")
    assert.strictEqual(ModelFault.masking([])("as it is"), "as it is")
  })
})

/** What each provider really says, and what it has to be taken for. */
const said: ReadonlyArray<readonly [type: string, status: number, error: object, tag: string, kind?: string]> = [
  ["openai", 400, { code: "context_length_exceeded", message: "too long" }, "InvalidRequestError", "context_full"],
  ["openai", 429, { code: "insufficient_quota", message: "You exceeded your current quota" }, "QuotaExhaustedError"],
  ["openai", 429, { code: "rate_limit_exceeded", message: "Rate limit reached" }, "RateLimitError"],
  ["openai", 400, { code: "unknown_parameter", message: "Unknown parameter" }, "InvalidRequestError"],
  [
    "anthropic",
    400,
    { type: "invalid_request_error", message: "prompt is too long: 210000 tokens > 200000 maximum" },
    "InvalidRequestError",
    "context_full"
  ],
  [
    "anthropic",
    413,
    { type: "request_too_large", message: "Request too large" },
    "InvalidRequestError",
    "context_full"
  ],
  [
    "anthropic",
    400,
    { type: "invalid_request_error", message: "Your credit balance is too low to access the API" },
    "QuotaExhaustedError"
  ],
  ["anthropic", 529, { type: "overloaded_error", message: "Overloaded" }, "InternalProviderError", "overloaded"],
  [
    "google",
    400,
    {
      code: 400,
      status: "INVALID_ARGUMENT",
      message: "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."
    },
    "InvalidRequestError",
    "context_full"
  ],
  ["google", 400, { code: 400, status: "INVALID_ARGUMENT", message: "API key not valid." }, "AuthenticationError"],
  ["google", 503, { code: 503, status: "UNAVAILABLE", message: "Busy" }, "InternalProviderError", "overloaded"],
  [
    "openai-compatible",
    400,
    { type: "exceed_context_size_error", message: "the request exceeds the available context size" },
    "InvalidRequestError",
    "context_full"
  ],
  [
    "openai-compatible",
    400,
    { message: "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens" },
    "InvalidRequestError",
    "context_full"
  ]
]

const responding = (respond: () => Response) => {
  const fetch: typeof globalThis.fetch = () => Promise.resolve(respond())
  return (type: string) =>
    Router.make({
      settings: { providers: { it: { type, baseUrl: "http://it", apiKeyRef: "KEY" } } },
      kinds: ProviderKinds.builtin,
      environment: { KEY: "a-long-key-0123456789" }
    })
      .route({ provider: "it", model: "m" })
      .pipe(
        Effect.flatMap(({ model }) => Stream.runCollect(model.streamText({ prompt: "hello" }))),
        Effect.flip,
        Effect.provideService(FetchHttpClient.Fetch, fetch)
      )
}

describe("The words of providers", () => {
  it.effect.each(said)("%s says %i %j: %s", ([type, status, error, tag, kind]) =>
    Effect.gen(function* () {
      const json = { status, headers: { "content-type": "application/json" } }
      const failure = yield* responding(() => new Response(JSON.stringify({ type: "error", error }), json))(type)
      assert(failure._tag === "AiError")
      assert.strictEqual(failure.reason._tag, tag)
      assert.strictEqual(ModelFailure.factsOf(failure).kind, kind)
      assert.strictEqual(ModelFailure.isContextFull(failure), kind === "context_full")
    })
  )

  it.effect("a pause that is named in the body is heard", () =>
    Effect.gen(function* () {
      const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34s" }]
      const error = { code: 429, status: "RESOURCE_EXHAUSTED", message: "Quota exceeded", details }
      const failure = yield* responding(() => new Response(JSON.stringify({ error }), { status: 429 }))("google")
      assert(failure._tag === "AiError")
      assert.deepStrictEqual(ModelFailure.retryAfter(failure), Option.some(Duration.seconds(34)))
    })
  )

  it.effect("an overload in the middle of a stream is one too", () =>
    Effect.gen(function* () {
      const event = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } }
      const message = {
        id: "m",
        type: "message",
        role: "assistant",
        model: "c",
        content: [],
        usage: { input_tokens: 1, output_tokens: 1 }
      }
      const lines = [{ type: "message_start", message }, { type: "ping" }, event]
      const body = lines.map((line) => `event: ${line.type}\ndata: ${JSON.stringify(line)}\n\n`).join("")
      const failure = yield* responding(() => new Response(body, { headers: { "content-type": "text/event-stream" } }))(
        "anthropic"
      )
      assert(failure._tag === "AiError")
      assert.strictEqual(ModelFailure.factsOf(failure).kind, "overloaded", failure.message)
    })
  )
})
