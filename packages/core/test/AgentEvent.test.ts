import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as AgentEvent from "../src/AgentEvent.ts"
import { MessageId, WaitId } from "../src/Ids.ts"
import type { Outcome } from "../src/Outcome.ts"
import * as Records from "./SessionRecords.ts"

const pair = { parentSessionId: Records.parentId, childSessionId: Records.childId }
const sessionId = Records.childId
const runId = Records.runId("now")
const call = { toolCallId: "call_1", toolName: "shell" }
const requestId = "req_1"

/** One sample of each type; a new one does not compile until it is here. */
const samples: { readonly [Type in AgentEvent.EventType]: Extract<AgentEvent.AgentEvent, { readonly type: Type }> } = {
  token: { type: "token", content: "“ü” 😀\u2028" },
  reasoning_token: { type: "reasoning_token", content: "" },
  tool_start: { type: "tool_start", ...call, arguments: { command: ["ls", null, 1.5] } },
  tool_complete: { type: "tool_complete", ...call, result: "done" },
  tool_error: { type: "tool_error", ...call, error: "no" },
  tool_lifecycle: { type: "tool_lifecycle", ...call, phase: "approved", detail: "by rule" },
  runner_progress: { type: "runner_progress", round: 3 },
  runner_output: { type: "runner_output", channel: "stderr", content: "warning\n" },
  token_budget_updated: { type: "token_budget_updated", usedTokens: 7, limitTokens: 100 },
  budget_exceeded: { type: "budget_exceeded", budget: "tokens", message: "too many" },
  task_list_changed: { type: "task_list_changed", tasks: [{ title: "look", status: "done" }] },
  file_changed: { type: "file_changed", path: "src/a.ts", change: "modified", toolCallId: "call_1", diff: "-a\n+b" },
  usage_updated: { type: "usage_updated", usage: { inputTokens: 7, costUsd: 0.5, costSource: "provider" } },
  nested_agent_event: {
    type: "nested_agent_event",
    nestedId: "call_1",
    title: "look",
    event: { type: "token", content: "hi" }
  },
  clarification_needed: { type: "clarification_needed", requestId, question: "which?", options: ["a", "b"] },
  tool_approval_requested: { type: "tool_approval_requested", requestId, ...call, arguments: {} },
  approval_changed: { type: "approval_changed", requestId, status: "approved" },
  session_created: { type: "session_created", sessionId, parentSessionId: Records.parentId, title: "look" },
  session_title_updated: { type: "session_title_updated", sessionId, title: "look again" },
  session_cleared: { type: "session_cleared", sessionId },
  session_deleted: { type: "session_deleted", sessionId },
  session_status_changed: { type: "session_status_changed", sessionId, status: "cancelling" },
  message_appended: { type: "message_appended", sessionId, messageId: MessageId.make("msg_1"), role: "user" },
  execution_started: { type: "execution_started", runId, sessionId, startedAt: "1970-01-01T00:00:00.000Z" },
  run_retried: { type: "run_retried", runId, nextRunId: runId, mode: "retry", tries: 1, reason: "rate_limited" },
  run_suspended: { type: "run_suspended", runId, nextRunId: runId },
  tool_outcome_unknown: { type: "tool_outcome_unknown", runId, ...call },
  wait_changed: { type: "wait_changed", sessionId, waitId: WaitId.make("wai_1"), status: "satisfied" },
  message_receipt_changed: {
    type: "message_receipt_changed",
    sessionId,
    messageId: MessageId.make("msg_1"),
    status: "delivered",
    mode: "interrupt",
    round: 3
  },
  complete: { type: "complete", runId, status: "completed", reason: "done" },
  cancelled: { type: "cancelled", runId, reason: "by_user" },
  error: { type: "error", runId, status: "timeout", reason: "idle", message: "too late" },
  sub_agent_started: { type: "sub_agent_started", ...pair, title: "look" },
  sub_agent_heartbeat: { type: "sub_agent_heartbeat", ...pair, timestamp: "1970-01-01T00:00:00.000Z" },
  sub_agent_completed: { type: "sub_agent_completed", ...pair, status: "error", reason: "lost", error: "gone" },
  lagged: { type: "lagged", missed: 3 },
  feed_reset: { type: "feed_reset", oldest: 9 },
  sub_agent_event: { type: "sub_agent_event", ...pair, event: { type: "token", content: "hi" } }
}

/** The seed's list; `session_status_changed` and those about tries, waits and messages are ours. */
const durable: ReadonlySet<AgentEvent.EventType> = new Set<AgentEvent.EventType>([
  "message_appended",
  "session_created",
  "session_deleted",
  "session_cleared",
  "session_title_updated",
  "session_status_changed",
  "task_list_changed",
  "sub_agent_started",
  "sub_agent_completed",
  "approval_changed",
  "clarification_needed",
  "tool_approval_requested",
  "execution_started",
  "budget_exceeded",
  "run_retried",
  "run_suspended",
  "tool_outcome_unknown",
  "wait_changed",
  "message_receipt_changed",
  "complete",
  "cancelled",
  "error"
])

const rows = Object.values(samples).map((sample) => [sample.type, sample] as const)
const decode = Schema.decodeUnknownSync(AgentEvent.AgentEvent)
const encode = Schema.encodeSync(AgentEvent.AgentEvent)
const wire = Schema.fromJsonString(AgentEvent.AgentEvent)

describe("AgentEvent", () => {
  it("S-durable: every type of the union is listed once", () => {
    const types = AgentEvent.AgentEvent.members.map((member) => member.fields.type.literal)
    assert.strictEqual(new Set(types).size, types.length)
    assert.deepStrictEqual(types.toSorted(), Object.keys(samples).toSorted())
  })

  it.each(rows)("S-durable: %s is recorded before it is seen exactly when the list says so", (type) => {
    assert.strictEqual(AgentEvent.isDurable(type), durable.has(type))
  })

  it.each(rows)("a %s survives the wire unchanged", (_, sample) => {
    assert.deepStrictEqual(Schema.decodeSync(wire)(Schema.encodeSync(wire)(sample)), sample)
  })

  it.each(rows)("the shape of a %s in memory is its shape on the wire", (_, sample) => {
    assert.deepStrictEqual(encode(sample), sample)
  })

  it.each(rows.filter(([type]) => type !== "sub_agent_event"))(
    "S-forward: a child's %s can be wrapped once",
    (_, event) => {
      const wrapped = { type: "sub_agent_event", ...pair, event }
      assert.deepStrictEqual<unknown>(decode(wrapped), wrapped)
    }
  )

  it.each([
    ["an unknown type", { type: "tokens", content: "x" }],
    ["no type", { content: "x" }],
    ["a token without content", { type: "token" }],
    ["an empty session id", { ...samples.sub_agent_started, childSessionId: "" }],
    ["a status that is not terminal", { ...samples.sub_agent_completed, status: "running" }],
    ["S-forward: an event that is wrapped twice", { ...samples.sub_agent_event, event: samples.sub_agent_event }],
    ["a fraction of an event", { type: "lagged", missed: 0.5 }]
  ])("refuses %s", (_, value) => {
    assert.throws(() => decode(value))
  })

  it("a runner can say nothing that only the runtime may say", () => {
    const runner = new Set<string>(AgentEvent.RunnerEvent.members.map((member) => member.fields.type.literal))
    const runtimeOnly = [
      "complete",
      "cancelled",
      "error",
      "execution_started",
      "sub_agent_completed",
      "session_deleted"
    ]
    assert.deepStrictEqual(
      runtimeOnly.filter((type) => runner.has(type)),
      []
    )
  })
})

describe("AgentEvent.terminalOf", () => {
  const outcomes: ReadonlyArray<readonly [Outcome, string | undefined, AgentEvent.OwnEvent]> = [
    [
      { status: "completed", reason: "done" },
      undefined,
      { type: "complete", runId, status: "completed", reason: "done" }
    ],
    [
      { status: "skipped", reason: "no_pending_message" },
      "No pending message to execute",
      { type: "complete", runId, status: "skipped", reason: "no_pending_message" }
    ],
    [{ status: "cancelled", reason: "by_user" }, "Cancelled by user", { type: "cancelled", runId, reason: "by_user" }],
    [
      { status: "timeout", reason: "idle", elapsedSeconds: 2, limitSeconds: 1 },
      "late",
      { type: "error", runId, status: "timeout", reason: "idle", message: "late" }
    ],
    [
      { status: "error", reason: "lost", message: "gone" },
      "gone",
      { type: "error", runId, status: "error", reason: "lost", message: "gone" }
    ]
  ]
  it.each(outcomes)("S-verdict: the run that ended as %j says so once on its own stream", (outcome, text, expected) => {
    const event = AgentEvent.terminalOf(runId, outcome, text)
    assert.deepStrictEqual(event, expected)
    assert.isTrue(AgentEvent.isTerminalEvent(event))
    assert.isTrue(AgentEvent.isDurable(event.type))
  })

  it.each(rows)("a %s ends its session's run only when it is complete, cancelled or error", (type, sample) => {
    assert.strictEqual(AgentEvent.isTerminalEvent(sample), ["complete", "cancelled", "error"].includes(type))
  })
})
