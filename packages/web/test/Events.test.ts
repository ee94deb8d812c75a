import { assert, describe, it } from "@effect/vitest"
import { AgentEvent } from "@offshoot/core"
import * as Schema from "effect/Schema"
import { entryOf, isEvent } from "../src/Events.ts"

const decodes = Schema.is(AgentEvent.AgentEvent)

const pair = { parentSessionId: "ses_a", childSessionId: "ses_b" }

const events: ReadonlyArray<AgentEvent.AgentEvent | object> = [
  { type: "token", content: "a" },
  { type: "runner_output", channel: "stderr", content: "a" },
  { type: "tool_start", toolCallId: "1", toolName: "grep", arguments: { a: 1 } },
  { type: "tool_approval_requested", requestId: "req_1", toolCallId: "1", toolName: "grep", arguments: {} },
  { type: "clarification_needed", requestId: "req_1", question: "Which?", options: ["a"] },
  { type: "approval_changed", requestId: "req_1", status: "approved", by: "user" },
  { type: "session_created", sessionId: "ses_a", title: "A" },
  { type: "session_status_changed", sessionId: "ses_a", status: "running" },
  { type: "execution_started", runId: "run_1", sessionId: "ses_a", startedAt: "2026-12-01T00:00:00Z" },
  { type: "complete", runId: "run_1", status: "completed", reason: "done" },
  { type: "sub_agent_started", ...pair, title: "B" },
  { type: "sub_agent_completed", ...pair, status: "error", reason: "lost", error: "gone" },
  { type: "sub_agent_event", ...pair, event: { type: "token", content: "a" } },
  { type: "lagged", missed: 3 },
  { type: "feed_reset", oldest: 9 }
]

const refused: ReadonlyArray<unknown> = [
  undefined,
  null,
  "token",
  [],
  {},
  { type: "token" },
  { type: "token", content: 3 },
  { type: "of_a_newer_server", content: "a" },
  { type: "session_status_changed", sessionId: "ses_a", status: "dancing" },
  { type: "sub_agent_event", ...pair, event: { type: "token" } },
  {
    type: "sub_agent_event",
    ...pair,
    event: { type: "sub_agent_event", ...pair, event: { type: "token", content: "a" } }
  },
  { type: "__proto__" }
]

describe("Events", () => {
  it.each(events)("takes what core's schema takes: %j", (event) => {
    assert.isTrue(decodes(event))
    assert.isTrue(isEvent(event))
  })

  it.each(refused)("takes nothing else: %j", (value) => {
    assert.isFalse(isEvent(value))
    assert.isFalse(decodes(value))
  })

  it.each<readonly [string, string, number | undefined]>([
    [
      "an event with its stream and time",
      '{"type":"token","content":"a","streamId":"ses_a","at":"2026-12-01T00:00:00Z"}',
      4
    ],
    ["without a stream", '{"type":"token","content":"a","at":"2026-12-01T00:00:00Z"}', undefined],
    ["of an unknown type", '{"type":"dance","streamId":"ses_a","at":"2026-12-01T00:00:00Z"}', undefined],
    ["no JSON", '{"type":', undefined]
  ])("a frame of the feed: %s", (_name, data, number) => {
    assert.strictEqual(entryOf({ number: 4, data })?.number, number)
  })
})
