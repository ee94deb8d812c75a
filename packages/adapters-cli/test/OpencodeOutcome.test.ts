import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { choose, offeredOf } from "../src/opencode-serve/OpencodeModel.ts"
import { ofError, ofRest, ofRetry } from "../src/opencode-serve/OpencodeOutcome.ts"

const reasonOf = (outcome: ReturnType<typeof ofRest>) => (outcome === "interrupted" ? outcome : outcome.reason)

const callError = (data: object) => ({ name: "APIError", data: { message: "why", ...data } })

describe("an error of opencode", () => {
  it.each<[object, string]>([
    [{ name: "MessageAbortedError", data: { message: "Aborted" } }, "interrupted"],
    [{ name: "MessageOutputLengthError", data: {} }, "truncated"],
    [{ name: "ProviderAuthError", data: { providerID: "x", message: "no key" } }, "auth_required"],
    [{ name: "ContextOverflowError", data: { message: "too long" } }, "context_full"],
    [{ name: "ContentFilterError", data: { message: "no" } }, "refused"],
    [{ name: "StructuredOutputError", data: { message: "no" } }, "agent_failed"],
    [{ name: "UnknownError", data: { message: "Model not found: x/y." } }, "agent_failed"],
    [{ name: "NextYearsError" }, "agent_failed"],
    [{}, "agent_failed"],
    [callError({ statusCode: 400, isRetryable: false }), "agent_failed"],
    [callError({ statusCode: 401, isRetryable: false }), "auth_required"],
    [callError({ statusCode: 403, isRetryable: false }), "auth_required"],
    [callError({ statusCode: 408, isRetryable: true }), "unavailable"],
    [callError({ statusCode: 413, isRetryable: false }), "context_full"],
    [callError({ statusCode: 429, isRetryable: true }), "rate_limited"],
    [callError({ statusCode: 500, isRetryable: true }), "unavailable"],
    [callError({ statusCode: 529, isRetryable: true }), "unavailable"],
    [callError({ isRetryable: true }), "unavailable"],
    [callError({ isRetryable: false }), "agent_failed"]
  ])("as %j means %s", (error, reason) => {
    assert.strictEqual(reasonOf(ofError({ ...error })), reason)
  })

  it.each<[Record<string, string>, number | undefined]>([
    [{ "retry-after": "12" }, 12],
    [{ "retry-after": "1.2" }, 2],
    [{ "retry-after-ms": "1500" }, 2],
    [{ "retry-after": "Mon, 30 Nov 2026 22:55:25 GMT" }, undefined],
    [{}, undefined]
  ])("with the headers %j is to be tried again after %s s", (responseHeaders, seconds) => {
    const outcome = ofError(callError({ statusCode: 429, responseHeaders }))
    assert.strictEqual(
      outcome !== "interrupted" && outcome.reason === "rate_limited" ? outcome.retryAfterSeconds : "other",
      seconds
    )
  })

  it("is quoted, and cut where it is as long as a page", () => {
    assert.deepInclude(ofError(callError({ statusCode: 400 })), { message: "why" })
    const long = ofError(callError({ message: "x".repeat(5_000) }))
    assert.strictEqual(long !== "interrupted" && "message" in long ? long.message.length : 0, 2_001)
  })
})

describe("a rest of opencode", () => {
  it.each<[string | undefined, "to stop" | "nothing", string]>([
    ["stop", "nothing", "done"],
    ["stop", "to stop", "done"],
    ["other", "nothing", "done"],
    ["length", "nothing", "truncated"],
    ["content-filter", "nothing", "refused"],
    ["tool-calls", "nothing", "agent_failed"],
    ["tool-calls", "to stop", "interrupted"],
    [undefined, "nothing", "agent_failed"],
    [undefined, "to stop", "interrupted"]
  ])("after %s, asked for %s, means %s", (finish, asked, reason) => {
    assert.strictEqual(reasonOf(ofRest({ finish, asked, error: undefined })), reason)
  })

  it("with an error means the error", () => {
    const error = callError({ statusCode: 429 })
    assert.strictEqual(reasonOf(ofRest({ finish: "stop", asked: "nothing", error })), "rate_limited")
  })
})

describe("a pause of opencode before another try", () => {
  it.each<[string, object, number, number, string | undefined]>([
    ["of its own", {}, 2_000, 0, undefined],
    ["that is its fifth", {}, 37_500, 37_500, undefined],
    ["that its model's server named", {}, 91_000, 0, "rate_limited"],
    ["that makes all of them too long", {}, 40_000, 60_000, "rate_limited"],
    ["for a limit of the account", { action: { reason: "account_rate_limit" } }, 2_000, 0, "rate_limited"],
    ["for a limit of what is free", { action: { reason: "free_tier_limit" } }, 2_000, 0, "rate_limited"],
    ["with another thing to do", { action: { reason: "subscribe" } }, 2_000, 0, undefined]
  ])("%s is judged by its length and its reason", (_, status, delayMillis, waitedMillis, reason) => {
    assert.strictEqual(ofRetry({ ...status }, { delayMillis, waitedMillis })?.reason, reason)
  })
})

describe("the model of a run", () => {
  const offered = offeredOf({
    providers: [
      { id: "anthropic", models: { "claude-x": {} } },
      { id: "openrouter", models: { "meta/llama": {} } }
    ]
  })
  const chosen = (name: string | undefined, of: typeof offered) =>
    Result.match(choose(Option.fromUndefinedOr(name), of), {
      onFailure: ({ reason }) => reason,
      onSuccess: (model) =>
        Option.match(model, { onNone: () => "any", onSome: ({ modelID, providerID }) => `${providerID} ${modelID}` })
    })

  it.each<[string | undefined, string]>([
    [undefined, "any"],
    ["anthropic/claude-x", "anthropic claude-x"],
    ["openrouter/meta/llama", "openrouter meta/llama"],
    ["openai/gpt", "auth_required"],
    ["anthropic/other", "setup"],
    ["anthropic/constructor", "setup"],
    ["claude-x", "setup"],
    ["/claude-x", "setup"],
    ["anthropic/", "setup"]
  ])("named %s is %s", (name, expected) => {
    assert.strictEqual(chosen(name, offered), expected)
  })

  it("needs a sign-in where nothing is offered", () => {
    assert.strictEqual(chosen(undefined, offeredOf({ providers: [] })), "auth_required")
  })

  it("is taken as it is named where it is not known what is offered", () => {
    assert.isUndefined(offeredOf({ name: "NotFoundError" }))
    assert.strictEqual(chosen("openai/gpt", undefined), "openai gpt")
  })
})
