import { assert, describe, it } from "@effect/vitest"
import { AiError, Prompt, type Response } from "effect/ai"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { afterResponse, ofError } from "../src/internal/agentOutcome.ts"
import type { ModelResponse } from "../src/internal/readResponse.ts"

const said: ModelResponse = {
  content: [Prompt.makePart("text", { text: "words" })],
  text: "words",
  calls: [],
  finish: Option.some("stop"),
  usage: {},
  facts: {},
  failure: Option.none(),
  overflowed: false
}
const called: ModelResponse = { ...said, calls: [{ id: "1", name: "look", params: {} }] }
const finished = (response: ModelResponse, finish: Response.FinishReason): ModelResponse => ({
  ...response,
  finish: Option.some(finish)
})
const silent: ModelResponse = { ...said, content: [], text: "" }

describe("afterResponse", () => {
  it.each<[string, ModelResponse, string]>([
    ["an answer", said, "completed/done"],
    ["an empty answer", silent, "completed/done"],
    ["calls", finished(called, "tool-calls"), "Calls"],
    ["calls by a server that says stop", called, "Calls"],
    ["a pause", finished(said, "pause"), "Again"],
    ["an answer that was cut off by its length", finished(said, "length"), "completed/truncated"],
    ["calls that may be cut off", finished(called, "length"), "completed/truncated"],
    ["calls behind which the filter stopped", finished(called, "content-filter"), "error/refused"],
    ["an error at the end", finished(called, "error"), "error/unavailable"],
    ["an answer that ends for some other reason", finished(said, "other"), "completed/done"],
    ["silence for an unknown reason", finished(silent, "unknown"), "error/agent_failed"],
    ["a stream that ended in the middle", { ...called, finish: Option.none() }, "error/unavailable"],
    ["an error part", { ...said, failure: Option.some(new Error("no")) }, "error/unavailable"],
    ["more than is kept", { ...said, overflowed: true }, "completed/truncated"]
  ])("%s", (_, response, expected) => {
    const next = afterResponse(response, 0)
    assert.strictEqual(next._tag === "End" ? `${next.outcome.status}/${next.outcome.reason}` : next._tag, expected)
  })
})

describe("ofError", () => {
  const errorOf = (reason: AiError.AiErrorReason) => AiError.make({ module: "Test", method: "call", reason })
  const full = { metadata: { offshoot: { kind: "context_full" } } } as const

  it.each<[string, AiError.AiErrorReason, string, number | undefined]>([
    ["a rate limit", new AiError.RateLimitError({ retryAfter: Duration.seconds(7) }), "rate_limited", 7],
    ["a rate limit without a time", new AiError.RateLimitError({}), "rate_limited", undefined],
    [
      "a quota that is filled again",
      new AiError.QuotaExhaustedError({ resetAt: DateTime.makeUnsafe(60_000) }),
      "rate_limited",
      50
    ],
    ["a quota that is not", new AiError.QuotaExhaustedError({}), "agent_failed", undefined],
    ["a wrong key", new AiError.AuthenticationError({ kind: "InvalidKey" }), "auth_required", undefined],
    ["a forbidden content", new AiError.ContentPolicyError({ description: "no" }), "refused", undefined],
    ["a conversation that is too long", new AiError.InvalidRequestError(full), "context_full", undefined],
    ["a request that is wrong", new AiError.InvalidRequestError({}), "setup", undefined],
    [
      "a provider without room",
      new AiError.InternalProviderError({
        description: "busy",
        metadata: { offshoot: { kind: "overloaded", retryAfterSeconds: 3 } }
      }),
      "unavailable",
      3
    ],
    [
      "a network that is down",
      new AiError.NetworkError({ reason: "TransportError", method: "POST", url: "http://x" }),
      "unavailable",
      undefined
    ],
    [
      "an address that is wrong",
      new AiError.NetworkError({ reason: "InvalidUrlError", method: "POST", url: "x" }),
      "setup",
      undefined
    ],
    ["an output that nobody understands", new AiError.InvalidOutputError({ description: "?" }), "protocol", undefined],
    ["anything else", new AiError.UnknownError({}), "agent_failed", undefined]
  ])("%s", (_, reason, expected, retryAfterSeconds) => {
    const outcome = ofError(errorOf(reason), 10_000)
    assert.deepStrictEqual(
      [outcome.status, outcome.reason, "retryAfterSeconds" in outcome ? outcome.retryAfterSeconds : undefined],
      ["error", expected, retryAfterSeconds]
    )
  })
})
