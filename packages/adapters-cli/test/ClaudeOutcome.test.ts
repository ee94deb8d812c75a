import { assert, describe, it } from "@effect/vitest"
import type { Outcome } from "@offshoot/core"
import {
  noTrouble,
  ofResult,
  ofRetry,
  ofStartup,
  retryWaitMillisMax,
  type Trouble
} from "../src/claude-stream-json/ClaudeOutcome.ts"
import type { Frame } from "../src/Frames.ts"

const of = (word: string, retryAfterSeconds?: number): Trouble => ({ word, retryAfterSeconds })
const failed = (fields: Frame): Frame => ({ subtype: "success", is_error: true, result: "words", ...fields })
const ended = (subtype: string, fields: Frame = {}): Frame => ({
  subtype,
  is_error: true,
  errors: ["words"],
  ...fields
})

const error = (reason: "agent_failed" | "refused" | "context_full" | "unavailable" | "auth_required" | "setup") =>
  ({ status: "error", reason, message: "words" }) satisfies Outcome.RunnerOutcome
const truncated = (limit: "length" | "rounds"): Outcome.RunnerOutcome => ({
  status: "completed",
  reason: "truncated",
  limit
})
const done: Outcome.RunnerOutcome = { status: "completed", reason: "done" }

describe("the end of a turn", () => {
  it.each<[string, Frame, Trouble, Outcome.RunnerOutcome | "interrupted" | undefined]>([
    ["a success", { subtype: "success", is_error: false, stop_reason: "end_turn" }, noTrouble, done],
    ["a success after failed tries", { subtype: "success", is_error: false }, of("server_error"), done],
    [
      "an answer that was cut",
      { subtype: "success", is_error: false, stop_reason: "max_tokens" },
      noTrouble,
      truncated("length")
    ],
    ["an answer that was cut too often", failed({}), of("max_output_tokens"), truncated("length")],
    ["too many rounds", ended("error_max_turns"), noTrouble, truncated("rounds")],
    [
      "a budget",
      ended("error_max_budget_usd"),
      noTrouble,
      { status: "error", reason: "budget", budget: "cost", message: "words" }
    ],
    ["a refusal", failed({ stop_reason: "refusal" }), of("invalid_request"), error("refused")],
    [
      "a conversation that is too long",
      failed({ terminal_reason: "prompt_too_long", api_error_status: 400 }),
      of("invalid_request"),
      error("context_full")
    ],
    ["a request that is too large", failed({ api_error_status: 413 }), of("invalid_request"), error("context_full")],
    ["a status 400", failed({ api_error_status: 400 }), of("unknown"), error("agent_failed")],
    ["a status 401", failed({ api_error_status: 401 }), noTrouble, error("auth_required")],
    ["a status 403", failed({ api_error_status: 403 }), noTrouble, error("auth_required")],
    ["no sign-in at all", failed({ api_error_status: null }), of("authentication_failed"), error("auth_required")],
    ["an account on hold", failed({}), of("account_on_hold"), error("auth_required")],
    ["no money", failed({ api_error_status: 400 }), of("billing_error"), error("agent_failed")],
    ["a model that is not there", failed({ api_error_status: 404 }), of("model_not_found"), error("setup")],
    [
      "a rate limit",
      failed({ api_error_status: 429 }),
      noTrouble,
      { status: "error", reason: "rate_limited", message: "words" }
    ],
    [
      "a limit with its end",
      failed({ api_error_status: 429 }),
      of("rate_limit", 90),
      { status: "error", reason: "rate_limited", message: "words", retryAfterSeconds: 90 }
    ],
    ["a server that failed", failed({ api_error_status: 500 }), noTrouble, error("unavailable")],
    ["an overloaded server", failed({ api_error_status: 529 }), of("server_error"), error("unavailable")],
    ["a lost connection", failed({ api_error_status: null }), of("server_error"), error("unavailable")],
    ["an error without a cause", ended("error_during_execution"), noTrouble, error("agent_failed")],
    [
      "a turn that was stopped",
      ended("error_during_execution", { terminal_reason: "aborted_tools" }),
      noTrouble,
      "interrupted"
    ],
    ["the end of a compaction", { subtype: "compact", is_error: false }, noTrouble, undefined]
  ])("of %s is told as it is", (_, result, trouble, outcome) => {
    assert.deepStrictEqual(ofResult(result, trouble, "going on"), outcome)
  })

  it("of a turn that was asked to stop is an interrupt, whether an error or not", () => {
    const stopped = { subtype: "error_during_execution", is_error: false }
    assert.strictEqual(ofResult(stopped, noTrouble, "stopping"), "interrupted")
    assert.deepStrictEqual(ofResult({ subtype: "success", is_error: false }, noTrouble, "stopping"), done)
  })

  it("has words that fit on a screen, or says that there were none", () => {
    const long = ofResult(ended("error_during_execution", { errors: ["x".repeat(100_000)] }), noTrouble, "going on")
    assert.isTrue(long !== undefined && long !== "interrupted" && "message" in long && long.message.length < 2_100)
    const silent = ofResult({ subtype: "error_during_execution" }, noTrouble, "going on")
    assert.isTrue(silent !== undefined && silent !== "interrupted" && "message" in silent && silent.message !== "")
  })
})

describe("a retry", () => {
  const retry = (fields: Frame): Frame => ({ attempt: 1, max_retries: 10, retry_delay_ms: 500, ...fields })

  it.each<[string, Frame, number, Outcome.RunnerOutcome["reason"] | undefined]>([
    ["a 401", retry({ error_status: 401 }), 0, "auth_required"],
    ["a 403", retry({ error_status: 403 }), 0, "auth_required"],
    ["a sign-in without a status", retry({ error_status: null, error: "authentication_failed" }), 0, "auth_required"],
    ["a 429", retry({ error_status: 429, error: "rate_limit" }), 0, undefined],
    ["a 429, the last of many", retry({ error_status: 429 }), retryWaitMillisMax, "rate_limited"],
    ["a 429 with a long wait", retry({ error_status: 429, retry_delay_ms: 90_000 }), 0, "rate_limited"],
    ["a 529", retry({ error_status: 529, error: "overloaded" }), 30_000, undefined],
    ["a 529, the last of many", retry({ error_status: 529 }), retryWaitMillisMax, "unavailable"],
    ["a lost connection", retry({ error_status: null, error: "unknown" }), 0, undefined],
    ["a lost connection, the last of many", retry({ error_status: null }), retryWaitMillisMax, "unavailable"]
  ])("for %s ends the turn only where waiting holds a slot for nothing", (_, frame, waitedMillis, reason) => {
    assert.strictEqual(ofRetry(frame, waitedMillis)?.reason, reason)
  })

  it("that is not waited for says when it would be", () => {
    assert.deepStrictEqual(ofRetry(retry({ error_status: 429, error: "rate_limit", retry_delay_ms: 90_000 }), 0), {
      status: "error",
      reason: "rate_limited",
      message: "The model's server answers 429 (rate_limit); the next try would be in 90 s",
      retryAfterSeconds: 90
    })
  })
})

describe("a refusal to start", () => {
  it.each<[string | undefined, Outcome.RunnerOutcome["reason"]]>([
    ["gateway_signin_required", "auth_required"],
    ["org_pin_mismatch", "auth_required"],
    ["org_config_required_unavailable", "unavailable"],
    ["config_file_invalid", "setup"],
    ["one that nobody knows yet", "setup"],
    [undefined, "lost"]
  ])("for the reason %s is %s when there is a conversation to go on with", (reason, expected) => {
    const frame = {
      ...ended("error_during_execution"),
      ...(reason === undefined ? {} : { startup_failure_reason: reason })
    }
    assert.strictEqual(ofStartup(frame, "conversation").reason, expected)
  })
})
