/** How children look in an editor. */
import { assert, describe, it } from "@effect/vitest"
import type { AgentEvent } from "@offshoot/core"
import { cardOf, cardUpdate, subagentOf } from "../src/acp/ChildCards.ts"
import * as NestedCards from "../src/acp/NestedCards.ts"
import * as TreeView from "@offshoot/core/TreeView"
import { a, b, after, completed, ran, root, started, status, token, wrapped } from "./treeEvents.ts"

const nodeOf = (events: ReadonlyArray<AgentEvent.AgentEvent>, id: string = a) => {
  const state = after(...events)
  const node = TreeView.nodeOf(state, id)
  if (node === undefined) throw new Error(`there is no ${id}`)
  return { state, node }
}

const card = (events: ReadonlyArray<AgentEvent.AgentEvent>, id: string = a) => {
  const { node, state } = nodeOf(events, id)
  return cardOf(state, node, 0)
}

describe("a child as a tool call", () => {
  it.each<readonly [string, ReadonlyArray<AgentEvent.AgentEvent>, string, string]>([
    ["that waits", [started(a, "A")], "pending", "waits for its launch"],
    ["that runs", [started(a, "A"), ran(a)], "in_progress", ""],
    ["that says something", [started(a, "A"), ran(a), token(a, "one\ntwo")], "in_progress", "```\none\ntwo\n```"],
    [
      "that uses a tool",
      [started(a, "A"), ran(a), wrapped(a, { type: "tool_start", toolCallId: "1", toolName: "grep", arguments: {} })],
      "in_progress",
      "uses grep"
    ],
    [
      "that asks",
      [
        started(a, "A"),
        ran(a),
        wrapped(a, { type: "clarification_needed", requestId: "q", question: "Which?" }),
        status(a, "awaiting_request")
      ],
      "in_progress",
      "asks: Which?"
    ],
    [
      "that is done",
      [started(a, "A"), ran(a), token(a, "42"), completed(a, "completed", "done")],
      "completed",
      "```\n42\n```"
    ],
    [
      "whose answer was cut off is no success",
      [started(a, "A"), ran(a), token(a, "4"), completed(a, "completed", "truncated")],
      "failed",
      "truncated\n\n```\n4\n```"
    ],
    [
      "that failed",
      [started(a, "A"), ran(a), completed(a, "error", "agent_failed", "exit 3")],
      "failed",
      "agent_failed: exit 3"
    ],
    [
      "that was cancelled",
      [started(a, "A"), completed(a, "cancelled", "by_parent", "Cancelled by parent")],
      "failed",
      "by_parent: Cancelled by parent"
    ],
    [
      "whose words are no markup",
      [started(a, "A"), ran(a), token(a, "\u001b[31m```\n# no title")],
      "in_progress",
      "````\n```\n# no title\n````"
    ]
  ])("%s", (_, events, expected, text) => {
    const shown = card(events)
    assert.deepStrictEqual([shown.status, shown.text], [expected, text])
  })

  it("is told of once, then only what has changed of it", () => {
    const before = card([started(a, "A"), ran(a)])
    const first = cardUpdate(before, undefined)
    assert.deepInclude(first, { sessionUpdate: "tool_call", toolCallId: a, title: "A", kind: "other" })
    assert.isUndefined(cardUpdate(before, before))
    const later = cardUpdate(card([started(a, "A"), ran(a), token(a, "x")]), before)
    assert.deepInclude(later, { sessionUpdate: "tool_call_update", toolCallId: a })
    assert.notProperty(later, "status")
    assert.notProperty(later, "title")
  })

  it("names its session and its parent's, also when its parent is a child", () => {
    assert.deepInclude(card([started(a, "A"), ran(a)]).meta, { sessionId: a, parentSessionId: root })
    assert.deepInclude(card([started(a, "A"), ran(a), started(b, "B", a)], b).meta, { parentSessionId: a })
  })
})

describe("a child as a session", () => {
  it.each<readonly [string, ReadonlyArray<AgentEvent.AgentEvent>, unknown]>([
    ["that waits has none yet", [started(a, "A")], undefined],
    ["that runs", [started(a, "A"), ran(a)], { state: "running" }],
    ["that asks", [started(a, "A"), ran(a), status(a, "awaiting_request")], { state: "requires_action" }],
    [
      "that is done",
      [started(a, "A"), ran(a), completed(a, "completed", "done")],
      { state: "idle", stopReason: "end_turn" }
    ],
    [
      "that was cut off",
      [started(a, "A"), ran(a), completed(a, "completed", "truncated")],
      { state: "idle", stopReason: "max_tokens" }
    ],
    [
      "that refused",
      [started(a, "A"), ran(a), completed(a, "error", "refused", "no")],
      { state: "idle", stopReason: "refusal" }
    ],
    [
      "that has no key",
      [started(a, "A"), ran(a), completed(a, "error", "auth_required", "no key")],
      { state: "idle", stopReason: "error", error: { code: -32_000, message: "no key" } }
    ],
    [
      "that took too long",
      [started(a, "A"), ran(a), completed(a, "timeout", "idle", "quiet")],
      { state: "idle", stopReason: "error", error: { code: -32_603, message: "quiet" } }
    ],
    [
      "that was cancelled",
      [started(a, "A"), completed(a, "cancelled", "by_user", "x")],
      { state: "idle", stopReason: "cancelled" }
    ],
    [
      "that had nothing to do",
      [started(a, "A"), completed(a, "skipped", "no_pending_message")],
      { state: "idle", stopReason: null }
    ]
  ])("%s", (_, events, state) => {
    const { node } = nodeOf(events)
    assert.deepInclude(subagentOf(node), { sessionId: a, title: "A", capabilities: { cancel: {} } })
    assert.deepStrictEqual<unknown>(subagentOf(node).state, state)
  })
})

describe("the sub-agents of a coding agent", () => {
  const nested = (nestedId: string, event: AgentEvent.NestedEvent, title?: string) =>
    ({ type: "nested_agent_event", nestedId, event, ...(title === undefined ? {} : { title }) }) as const

  const heard = (...events: ReadonlyArray<ReturnType<typeof nested>>) =>
    events.reduce((agents, event) => NestedCards.heard(agents, a, event), NestedCards.none)

  it("are shown with what they say and use, under the session of the agent", () => {
    const agents = heard(
      nested("1", { type: "token", content: "hm" }, "scout"),
      nested("1", { type: "tool_start", toolCallId: "t", toolName: "grep", arguments: {} })
    )
    const [shown] = NestedCards.cards(agents)
    assert.deepInclude(shown, {
      toolCallId: `${a}/1`,
      title: "scout",
      status: "in_progress",
      text: "uses grep\n\n```\nhm\n```"
    })
    assert.deepInclude(shown?.meta, { parentSessionId: a })
  })

  it("are over with the run of the agent that had them, and no other's", () => {
    const agents = NestedCards.heard(
      heard(nested("1", { type: "token", content: "x" })),
      b,
      nested("1", { type: "token", content: "y" })
    )
    const { cards, left } = NestedCards.settled(agents, a)
    assert.deepStrictEqual(
      cards.map(({ status: how, toolCallId }) => [toolCallId, how]),
      [[`${a}/1`, "completed"]]
    )
    assert.deepStrictEqual([...left.keys()], [`${b}/1`])
  })

  it("are at most so many", () => {
    const agents = heard(...Array.from({ length: 100 }, (_, at) => nested(String(at), { type: "token", content: "x" })))
    assert.strictEqual(agents.size, 64)
  })
})
