import { assert, describe, it } from "@effect/vitest"
import type { Outcome } from "@offshoot/core"
import * as CodexOutcome from "../src/codex-app-server/CodexOutcome.ts"
import { promptRefused } from "../src/codex-app-server/CodexProtocol.ts"
import type { Frame } from "../src/Frames.ts"
import { RpcRefused } from "../src/JsonRpcPeer.ts"

const alone: CodexOutcome.Circumstances = { lastRetry: undefined, retryAfterSeconds: undefined }
const errorOf = (codexErrorInfo: unknown, message = "words") => CodexOutcome.errorOf({ message, codexErrorInfo })
const httpStatus = (kind: string, httpStatusCode: number | null) => ({ [kind]: { httpStatusCode } })

describe("a turn of Codex that failed", () => {
  it.each<[unknown, Outcome.RunnerOutcome["reason"]]>([
    ["contextWindowExceeded", "context_full"],
    ["usageLimitExceeded", "rate_limited"],
    ["rateLimitExceeded", "rate_limited"],
    ["serverOverloaded", "unavailable"],
    ["flexUnavailable", "unavailable"],
    ["policyCapacityUnavailable", "unavailable"],
    ["internalServerError", "unavailable"],
    ["unauthorized", "auth_required"],
    ["cyberPolicy", "refused"],
    ["misalignmentPolicyViolation", "refused"],
    ["tooManyDenials", "refused"],
    ["modelNotFound", "setup"],
    ["sessionBudgetExceeded", "budget"],
    ["badRequest", "agent_failed"],
    ["sandboxError", "agent_failed"],
    ["other", "agent_failed"],
    ["ofANewerVersion", "agent_failed"],
    [null, "agent_failed"],
    [httpStatus("httpConnectionFailed", 401), "auth_required"],
    [httpStatus("httpConnectionFailed", 403), "auth_required"],
    [httpStatus("responseTooManyFailedAttempts", 429), "rate_limited"],
    [httpStatus("responseStreamConnectionFailed", 502), "unavailable"],
    [httpStatus("responseStreamDisconnected", null), "unavailable"],
    [httpStatus("httpConnectionFailed", 413), "context_full"],
    [httpStatus("httpConnectionFailed", 404), "agent_failed"],
    [{ activeTurnNotSteerable: { turnKind: "review" } }, "agent_failed"]
  ])("by %j has the reason %s", (info, reason) => {
    const outcome = CodexOutcome.ofFailure(errorOf(info), alone)
    assert.strictEqual(outcome.reason, reason)
    assert.strictEqual(outcome.status, "error")
  })

  it("without a word of why says so", () => {
    assert.deepStrictEqual(CodexOutcome.ofFailure(CodexOutcome.errorOf(undefined), alone), {
      status: "error",
      reason: "agent_failed",
      message: "Codex did not say why"
    })
  })

  it("after attempts that broke off has their reason when it has none of its own", () => {
    const lastRetry = errorOf(httpStatus("responseStreamDisconnected", null))
    const reasonOf = (info: unknown) => CodexOutcome.ofFailure(errorOf(info), { ...alone, lastRetry }).reason
    assert.strictEqual(reasonOf("other"), "unavailable")
    assert.strictEqual(reasonOf("cyberPolicy"), "refused")
  })

  it.each<[Frame | undefined, number | undefined, number | undefined]>([
    [{ primary: { usedPercent: 100, resetsAt: 1600 }, secondary: { usedPercent: 20, resetsAt: 9000 } }, 1000, 600],
    [{ primary: { usedPercent: 100, resetsAt: 1600 }, secondary: { usedPercent: 100, resetsAt: 9000 } }, 1000, 8000],
    [{ primary: { usedPercent: 99, resetsAt: 1600 }, secondary: null }, 1000, undefined],
    [{ primary: { usedPercent: 100, resetsAt: null } }, 1000, undefined],
    [{ primary: { usedPercent: 100, resetsAt: 900 } }, 1000, 0],
    [{ primary: { usedPercent: 100, resetsAt: 900 } }, undefined, undefined],
    [undefined, 1000, undefined]
  ])("at limits %j and time %s may be tried again after %s seconds", (limits, now, seconds) => {
    assert.strictEqual(CodexOutcome.retryAfterSecondsOf(limits, now), seconds)
  })

  it("at a limit says when to try again", () => {
    const outcome = CodexOutcome.ofFailure(errorOf("usageLimitExceeded"), { ...alone, retryAfterSeconds: 60 })
    assert.deepStrictEqual(outcome, {
      status: "error",
      reason: "rate_limited",
      message: "words",
      retryAfterSeconds: 60
    })
  })
})

describe("an attempt that Codex repeats", () => {
  it.each<[number | null, number, Outcome.RunnerOutcome["reason"] | undefined]>([
    [401, 1, "auth_required"],
    [403, 1, "auth_required"],
    [429, 1, undefined],
    [429, 2, undefined],
    [429, 3, "rate_limited"],
    [500, 5, undefined],
    [404, 10, undefined],
    [null, 11, undefined],
    [null, 12, "unavailable"]
  ])("with the status %s, for the %s. time, ends the turn as %s", (status, attempts, reason) => {
    const attempt = CodexOutcome.attemptOf({
      message: "Reconnecting... 1/5",
      codexErrorInfo: httpStatus("responseStreamDisconnected", status),
      additionalDetails: "what it was"
    })
    const outcome = CodexOutcome.ofRetry(attempt, attempts)
    assert.strictEqual(outcome?.reason, reason)
    if (outcome !== undefined) assert.deepInclude(outcome, { message: "what it was" })
  })
})

describe("a prompt that Codex refuses", () => {
  const refused = (data: unknown) =>
    promptRefused(new RpcRefused({ method: "turn/start", code: -32_602, message: "no", data })).outcome

  it("as too long is a conversation that is full", () => {
    assert.deepStrictEqual(refused({ input_error_code: "input_too_large", max_chars: 1_048_576 }), {
      status: "error",
      reason: "context_full",
      message: "The prompt is longer than Codex takes (1048576 characters)"
    })
  })

  it("otherwise is a break of the protocol", () => {
    assert.strictEqual(refused(undefined).reason, "protocol")
  })
})
