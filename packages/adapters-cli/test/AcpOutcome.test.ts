import { assert, describe, it } from "@effect/vitest"
import { plain } from "../src/acp/AcpDialect.ts"
import * as AcpOutcome from "../src/acp/AcpOutcome.ts"
import { RpcRefused } from "../src/JsonRpcPeer.ts"

const dialect = plain("Agent")

describe("the end of a prompt", () => {
  it.each([
    { stopReason: "end_turn", outcome: { status: "completed", reason: "done" } },
    { stopReason: "max_tokens", outcome: { status: "completed", reason: "truncated", limit: "length" } },
    { stopReason: "max_turn_requests", outcome: { status: "completed", reason: "truncated", limit: "rounds" } },
    {
      stopReason: "refusal",
      outcome: { status: "error", reason: "refused", message: "Agent declined to go on with this" }
    },
    { stopReason: "cancelled", outcome: "interrupted" },
    {
      stopReason: "of_the_future",
      outcome: {
        status: "error",
        reason: "protocol",
        message: "Agent ended its turn for a reason that this runtime does not know: of_the_future"
      }
    },
    {
      stopReason: 7,
      outcome: {
        status: "error",
        reason: "protocol",
        message: "Agent answered a prompt without saying why its turn is over"
      }
    }
  ])("with the stop reason $stopReason is not taken for another", ({ outcome, stopReason }) => {
    assert.deepStrictEqual<unknown>(AcpOutcome.ofResult(dialect, { stopReason }), outcome)
  })

  it("for want of room is no success where an agent says it as max_tokens", () => {
    const outcome = AcpOutcome.ofResult({ ...dialect, maxTokens: "context_full" }, { stopReason: "max_tokens" })
    assert.propertyVal(outcome, "reason", "context_full")
  })
})

describe("the refusal of a call", () => {
  const refused = (code: number, message = "no", data: unknown = undefined) =>
    new RpcRefused({ method: "session/prompt", code, message, data })

  it.each([
    [-32_000, "auth_required"],
    [-32_603, "agent_failed"],
    [-32_602, "agent_failed"],
    [400, "agent_failed"],
    [401, "auth_required"],
    [403, "auth_required"],
    [404, "agent_failed"],
    [413, "context_full"],
    [429, "rate_limited"],
    [500, "unavailable"],
    [503, "unavailable"],
    [529, "unavailable"],
    [600, "agent_failed"]
  ] as const)("with the code %i is %s", (code, reason) => {
    assert.strictEqual(AcpOutcome.ofRefusal(dialect, refused(code), []).reason, reason)
  })

  it("tells the ways to sign in that the agent names with it, or else those that it named before", () => {
    const named = [{ id: "a", name: "Log in", description: "With an account" }, { id: "key" }, "none"]
    const before = AcpOutcome.ofRefusal(dialect, refused(-32_000, "Sign in first."), named)
    assert.propertyVal(
      before,
      "message",
      "Agent is not signed in: Sign in first. It names these ways to sign in: Log in (With an account); key"
    )
    const own = AcpOutcome.ofRefusal(dialect, refused(-32_000, "no", { authMethods: [{ name: "Own" }] }), named)
    assert.propertyVal(own, "message", "Agent is not signed in: no. It names these ways to sign in: Own")
    const none = AcpOutcome.ofRefusal(dialect, refused(-32_000), [])
    assert.propertyVal(none, "message", "Agent is not signed in: no.")
  })

  it.each([
    { message: "Internal error", data: { details: "the cause" }, words: "the cause" },
    { message: "Internal error", data: { details: "" }, words: "Internal error" },
    { message: '{"error":{"code":400,"message":"bad request"}}', data: undefined, words: "bad request" },
    { message: "{not json", data: "text", words: "{not json" }
  ])("that says $message is told as $words", ({ data, message, words }) => {
    assert.strictEqual(AcpOutcome.wordsOf(refused(1, message, data)), words)
  })

  it("is told as far as it can be read", () => {
    assert.isAtMost(AcpOutcome.wordsOf(refused(1, "x".repeat(1_000_000))).length, 4096)
  })
})
