import { assert, describe, it } from "@effect/vitest"
import { ModelFailure } from "@offshoot/core"
import * as Duration from "effect/Duration"
import { AiError } from "effect/ai"
import * as Option from "effect/Option"

const failed = (reason: AiError.AiErrorReason) => AiError.make({ module: "m", method: "f", reason })
const marked = (offshoot: { readonly [key: string]: string | number }) =>
  failed(new AiError.InternalProviderError({ description: "x", metadata: { offshoot } }))

describe("ModelFailure", () => {
  it.each([
    ["marked", failed(new AiError.InvalidRequestError({ metadata: { offshoot: { kind: "context_full" } } })), true],
    ["another kind", marked({ kind: "overloaded" }), false],
    ["a mark of nobody", marked({ kind: "nonsense" }), false],
    ["no mark", failed(new AiError.InvalidRequestError({})), false],
    ["no place for a mark", failed(new AiError.InvalidUserInputError({ description: "x" })), false]
  ])("knows a full context by its mark alone: %s", (_, error, isFull) => {
    assert.strictEqual(ModelFailure.isContextFull(error), isFull)
  })

  it.each([
    [failed(new AiError.RateLimitError({ retryAfter: Duration.seconds(3) })), Option.some(Duration.seconds(3))],
    [marked({ kind: "overloaded", retryAfterSeconds: 7 }), Option.some(Duration.seconds(7))],
    [failed(new AiError.RateLimitError({})), Option.none()]
  ])("knows when to try again from the reason or from the mark", (error, expected) => {
    assert.deepStrictEqual(ModelFailure.retryAfter(error), expected)
  })
})
