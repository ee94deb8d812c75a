/** What a conversation shows of events, and what it takes for an answer. */
import { assert, describe, it } from "@effect/vitest"
import { type AgentEvent, Ids } from "@offshoot/core"
import * as ChatLines from "../src/cli/ChatLines.ts"
import type * as Wire from "../src/Wire.ts"

const parentSessionId = Ids.SessionId.make("ses_parent")
const childSessionId = Ids.SessionId.make("ses_child")
const titles = new Map<string, string>([[childSessionId, "counter"]])
const both = { parentSessionId, childSessionId }
const call = { toolCallId: "call_1", toolName: "write" }

describe("ChatLines.shownOf", () => {
  it.each<
    readonly [string, AgentEvent.AgentEvent, Partial<ChatLines.Shown> & { readonly _tag: ChatLines.Shown["_tag"] }]
  >([
    ["text without escapes", { type: "token", content: "\u001b[1ma\r\nb\u0007" }, { _tag: "Text", text: "a\nb" }],
    [
      "a tool and what it is given",
      { type: "tool_start", ...call, arguments: { path: "a" } },
      { _tag: "Line", line: '  ⚒ write {"path":"a"}' }
    ],
    [
      "a child by its title",
      { type: "sub_agent_completed", ...both, status: "error", reason: "lost", error: "gone" },
      { _tag: "Line", line: "  ↳ counter: error, gone" }
    ],
    [
      "a child that waits",
      {
        type: "sub_agent_event",
        ...both,
        event: { type: "session_status_changed", sessionId: childSessionId, status: "waiting_for_children" }
      },
      { _tag: "Line", line: "  ↳ counter: waiting for children" }
    ],
    [
      "nothing of what a child says",
      { type: "sub_agent_event", ...both, event: { type: "token", content: "hi" } },
      { _tag: "Nothing" }
    ],
    [
      "nothing of a child's end, which is told as such",
      {
        type: "sub_agent_event",
        ...both,
        event: { type: "complete", runId: Ids.RunId.make("run_1"), status: "completed", reason: "done" }
      },
      { _tag: "Nothing" }
    ],
    [
      "what a child asks",
      { type: "sub_agent_event", ...both, event: { type: "clarification_needed", requestId: "req_1", question: "?" } },
      { _tag: "Asked", requestId: "req_1" }
    ],
    [
      "an answer given elsewhere",
      { type: "approval_changed", requestId: "req_1", status: "approved" },
      { _tag: "Closed", requestId: "req_1" }
    ],
    [
      "a turn that was cut off",
      { type: "complete", runId: Ids.RunId.make("run_1"), status: "completed", reason: "truncated" },
      { _tag: "Ended", line: "  (truncated)", completed: true }
    ],
    ["how much was missed", { type: "lagged", missed: 3 }, { _tag: "Line", line: "  … 3 events were missed" }]
  ])("%s", (_, event, shown) => {
    assert.deepStrictEqual(ChatLines.shownOf(event, titles), shown)
  })
})

const request = (ask: Wire.WireRequest["ask"]): Wire.WireRequest => ({
  id: Ids.RequestId.make("req_1"),
  sessionId: childSessionId,
  runId: Ids.RunId.make("run_1"),
  ask,
  status: "pending",
  openedAt: "",
  expiresAt: ""
})

const permission = request({ type: "permission", ...call, arguments: {} })
const question = request({ type: "question", question: "which?", options: ["red", "blue"] })

describe("ChatLines.decisionOf", () => {
  it.each<readonly [string, Wire.WireRequest, string, Wire.DecisionBody | undefined]>([
    ["yes allows", permission, "Yes", { decision: "approve" }],
    ["no denies and may say why", permission, "n, too risky", { decision: "deny", text: "too risky" }],
    ["anything else is no answer to a permission", permission, "nothing doing", undefined],
    ["a number is an option", question, "2", { decision: "answer", text: "blue" }],
    ["words are an answer", question, "green", { decision: "answer", text: "green" }],
    ["an empty line is none", question, " ", undefined]
  ])("%s", (_, asked, line, decision) => {
    assert.deepStrictEqual(ChatLines.decisionOf(asked, line), decision)
  })
})

describe("ChatLines.missedOf", () => {
  it.each([
    ["nothing when all was streamed", "a b", "a b", ""],
    ["the rest", "a", "a b", " b"],
    ["all of it when its begin was missed", "b", "a b", "a b"]
  ])("%s", (_, streamed, recorded, missed) => {
    assert.strictEqual(ChatLines.missedOf(streamed, recorded), missed)
  })
})
