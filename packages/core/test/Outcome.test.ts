import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Outcome from "../src/Outcome.ts"

interface Row {
  readonly outcome: Outcome.Outcome
  readonly text: string | undefined
  readonly retryable: boolean
}

const late = { elapsedSeconds: 61, limitSeconds: 60 }
const message = "no"

/** Every reason; a new one does not compile until it is here. */
const byReason: { readonly [Reason in Outcome.Reason]: Row & { readonly outcome: { readonly reason: Reason } } } = {
  done: { outcome: { status: "completed", reason: "done" }, text: undefined, retryable: false },
  truncated: {
    outcome: { status: "completed", reason: "truncated", limit: "length" },
    text: undefined,
    retryable: false
  },
  agent_failed: {
    outcome: { status: "error", reason: "agent_failed", message, exitCode: 1, detail: "tail" },
    text: message,
    retryable: false
  },
  refused: { outcome: { status: "error", reason: "refused", message }, text: message, retryable: false },
  rate_limited: {
    outcome: { status: "error", reason: "rate_limited", message, retryAfterSeconds: 2.5 },
    text: message,
    retryable: true
  },
  context_full: { outcome: { status: "error", reason: "context_full", message }, text: message, retryable: false },
  unavailable: {
    outcome: { status: "error", reason: "unavailable", message, retryAfterSeconds: 5 },
    text: message,
    retryable: true
  },
  auth_required: { outcome: { status: "error", reason: "auth_required", message }, text: message, retryable: false },
  not_installed: {
    outcome: { status: "error", reason: "not_installed", message, program: "agent" },
    text: message,
    retryable: false
  },
  protocol: { outcome: { status: "error", reason: "protocol", message }, text: message, retryable: false },
  budget: { outcome: { status: "error", reason: "budget", message, budget: "cost" }, text: message, retryable: false },
  lost: { outcome: { status: "error", reason: "lost", message }, text: message, retryable: true },
  setup: { outcome: { status: "error", reason: "setup", message }, text: message, retryable: false },
  defect: { outcome: { status: "error", reason: "defect", message }, text: message, retryable: false },
  total: {
    outcome: { status: "timeout", reason: "total", ...late },
    text: "Child session timed out after 61 seconds (max_total_secs=60)",
    retryable: true
  },
  idle: {
    outcome: { status: "timeout", reason: "idle", ...late },
    text: "Child session idle timeout after 61 seconds without events (max_idle_secs=60)",
    retryable: true
  },
  tool: {
    outcome: { status: "timeout", reason: "tool", ...late, toolName: "shell" },
    text: "Tool shell timed out after 61 seconds (max_tool_secs=60)",
    retryable: true
  },
  request: {
    outcome: { status: "timeout", reason: "request", ...late },
    text: "Request timed out after 61 seconds without an answer (max_request_secs=60)",
    retryable: false
  },
  by_parent: { outcome: { status: "cancelled", reason: "by_parent" }, text: "Cancelled by parent", retryable: false },
  by_user: { outcome: { status: "cancelled", reason: "by_user" }, text: "Cancelled by user", retryable: false },
  shutdown: { outcome: { status: "cancelled", reason: "shutdown" }, text: "Cancelled by shutdown", retryable: true },
  before_launch: {
    outcome: { status: "cancelled", reason: "before_launch" },
    text: "Cancelled before launch",
    retryable: false
  },
  no_pending_message: {
    outcome: { status: "skipped", reason: "no_pending_message" },
    text: "No pending message to execute",
    retryable: false
  }
}

const rows = Object.values(byReason).map((row) => [row.outcome.reason, row] as const)
const decode = Schema.decodeUnknownSync(Outcome.Outcome)
const encode = Schema.encodeSync(Outcome.Outcome)
const json = Schema.fromJsonString(Outcome.Outcome)

describe("Outcome", () => {
  it.each(rows)(
    "S-reasons: the error text of %s is the seed's, and only a completed run has none",
    (_, { outcome, text }) => {
      assert.strictEqual(Outcome.errorText(outcome), text)
      assert.strictEqual(Outcome.errorText(outcome) === undefined, outcome.status === "completed")
    }
  )

  it.each<[Outcome.Outcome, string, string]>([
    [
      { status: "timeout", reason: "idle", ...late, setting: "agents.a.silenceSeconds" },
      "Child session idle timeout after 61 seconds without events (agents.a.silenceSeconds=60)",
      "agents.a.silenceSeconds"
    ],
    [
      { status: "timeout", reason: "idle", ...late },
      "Child session idle timeout after 61 seconds without events (max_idle_secs=60)",
      "child_watchdog.max_idle_secs"
    ],
    [
      { status: "timeout", reason: "tool", ...late, toolName: "shell", setting: "agents.a.toolSeconds" },
      "Tool shell timed out after 61 seconds (agents.a.toolSeconds=60)",
      "agents.a.toolSeconds"
    ],
    [
      { status: "timeout", reason: "tool", ...late, toolName: "shell" },
      "Tool shell timed out after 61 seconds (max_tool_secs=60)",
      "child_watchdog.max_tool_secs"
    ]
  ])("%j names the limit that was reached, and says to raise that one", (outcome, text, setting) => {
    assert.strictEqual(Outcome.errorText(outcome), text)
    assert.include(Outcome.hint(outcome), `raise ${setting} `)
  })

  it.each(rows)("%s says truly whether the same job may end better", (_, { outcome, retryable }) => {
    assert.strictEqual(Outcome.retryable(outcome), retryable)
  })

  it.each(rows)("%s has one sentence on what to do next", (_, { outcome }) => {
    assert.match(Outcome.hint(outcome), /^[A-Z].*\.$/)
  })

  it.each(rows)("%s survives the wire unchanged", (_, { outcome }) => {
    assert.deepStrictEqual(decode(encode(outcome)), outcome)
    assert.deepStrictEqual(Schema.decodeSync(json)(Schema.encodeSync(json)(outcome)), outcome)
  })

  it("S-status: the terminal strings are the seed's five", () => {
    assert.deepStrictEqual(Outcome.TerminalStatus.literals, ["completed", "error", "timeout", "cancelled", "skipped"])
  })

  it("every reason of the schema has its row here", () => {
    const reasons = Outcome.Outcome.members.map((member) => member.fields.reason.literal)
    assert.deepStrictEqual(new Set(reasons), new Set(Object.keys(byReason)))
    assert.lengthOf(reasons, rows.length)
  })

  it.each([
    ["a reason under the wrong status", { status: "completed", reason: "lost", message }],
    ["a reason nobody knows", { status: "error", reason: "sad", message }],
    ["a timeout without its seconds", { status: "timeout", reason: "idle" }]
  ])("refuses %s", (_, value) => {
    assert.throws(() => decode(value))
  })

  it.each(["by_parent", "by_user", "shutdown"] as const)("a cancel %s is an outcome of status cancelled", (by) => {
    assert.deepStrictEqual(Outcome.cancelled(by), byReason[by].outcome)
  })
})
