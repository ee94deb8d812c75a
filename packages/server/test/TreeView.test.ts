import { assert, describe, it } from "@effect/vitest"
import { type AgentEvent, Ids } from "@offshoot/core"
import * as HashMap from "effect/HashMap"
import * as TreeView from "@offshoot/core/TreeView"
import {
  root,
  a,
  b,
  c,
  runId,
  started,
  wrapped,
  ranPlain,
  ran,
  token,
  status,
  completed,
  after,
  shown
} from "./treeEvents.ts"

describe("TreeView: what the events of a child make of it", () => {
  it.each<readonly [string, ReadonlyArray<AgentEvent.AgentEvent>, string]>([
    ["started: it waits", [started(a, "A")], "pending waits for its launch"],
    ["its run started", [started(a, "A"), ran(a)], "running"],
    ["its last line", [started(a, "A"), ran(a), token(a, "one\ntw"), token(a, "o")], "running two"],
    ["a line that has ended stays until the next", [started(a, "A"), ran(a), token(a, "one\n\n")], "running one"],
    ["a carriage return begins a line", [started(a, "A"), ran(a), token(a, "10%\r20%")], "running 20%"],
    [
      "standard error is a line of its own",
      [
        started(a, "A"),
        ran(a),
        token(a, "an answer"),
        wrapped(a, { type: "runner_output", channel: "stderr", content: "warn" })
      ],
      "running warn"
    ],
    [
      "a tool",
      [started(a, "A"), ran(a), wrapped(a, { type: "tool_start", toolCallId: "1", toolName: "grep", arguments: {} })],
      "running uses grep"
    ],
    [
      "a tool that has ended",
      [
        started(a, "A"),
        ran(a),
        wrapped(a, { type: "tool_start", toolCallId: "1", toolName: "grep", arguments: {} }),
        wrapped(a, { type: "tool_complete", toolCallId: "1", toolName: "grep", result: "" })
      ],
      "running"
    ],
    [
      "a question",
      [
        started(a, "A"),
        ran(a),
        wrapped(a, { type: "clarification_needed", requestId: "q", question: "Which?" }),
        status(a, "awaiting_request")
      ],
      "awaiting_request asks: Which?"
    ],
    [
      "a question that was answered",
      [
        started(a, "A"),
        ran(a),
        wrapped(a, { type: "clarification_needed", requestId: "q", question: "Which?" }),
        status(a, "awaiting_request"),
        wrapped(a, { type: "approval_changed", requestId: "q", status: "answered" }),
        status(a, "running")
      ],
      "running"
    ],
    [
      "its own children",
      [started(a, "A"), ran(a), started(b, "B", a), status(a, "waiting_for_children")],
      "waiting_for_children waits for 1 child"
    ],
    ["done", [started(a, "A"), ran(a), token(a, "42"), completed(a, "completed", "done")], "completed 42"],
    [
      "cut off is not the same as done",
      [started(a, "A"), ran(a), token(a, "4"), completed(a, "completed", "truncated")],
      "completed truncated: 4"
    ],
    [
      "failed",
      [started(a, "A"), ran(a), completed(a, "error", "agent_failed", "exit 3")],
      "error agent_failed: exit 3"
    ],
    [
      "failed, and what it last said",
      [started(a, "A"), ran(a), token(a, "no such file"), completed(a, "error", "agent_failed", "exit 3")],
      "error agent_failed: exit 3 · no such file"
    ],
    [
      "stopped by the idle check",
      [started(a, "A"), ran(a), completed(a, "timeout", "idle", "quiet")],
      "timeout idle: quiet"
    ],
    [
      "cancelled",
      [started(a, "A"), completed(a, "cancelled", "before_launch", "Cancelled before launch")],
      "cancelled before_launch: Cancelled before launch"
    ],
    ["skipped", [started(a, "A"), completed(a, "skipped", "no_pending_message")], "skipped no_pending_message"],
    [
      "V1: last words that are heard after the end",
      [started(a, "A"), ran(a), completed(a, "completed", "done"), token(a, "late")],
      "completed late"
    ],
    [
      "V1: a tool that is heard of after the end",
      [
        started(a, "A"),
        ran(a),
        completed(a, "completed", "done"),
        wrapped(a, { type: "tool_start", toolCallId: "1", toolName: "grep", arguments: {} })
      ],
      "completed"
    ],
    [
      "words that are heard before the record tells of it",
      [token(a, "early"), started(a, "A"), ran(a)],
      "running early"
    ],
    [
      "an end that is told twice, the second time with more",
      [
        started(a, "A"),
        ran(a),
        wrapped(a, { type: "cancelled", runId, reason: "by_parent" }),
        completed(a, "cancelled", "by_parent", "Cancelled by parent")
      ],
      "cancelled by_parent: Cancelled by parent"
    ],
    [
      "created before it is started",
      [{ type: "session_created", sessionId: a, parentSessionId: root, title: "A", agent: "lines" }, started(a, "A")],
      "pending waits for its launch"
    ],
    [
      "tried again",
      [
        started(a, "A"),
        ran(a),
        token(a, "first try"),
        wrapped(a, {
          type: "run_retried",
          runId,
          nextRunId: Ids.RunId.make("run_2"),
          mode: "retry",
          tries: 2,
          reason: "agent_failed"
        }),
        status(a, "pending"),
        ran(a)
      ],
      "running"
    ],
    [
      "V1: a status after the end",
      [started(a, "A"), ran(a), completed(a, "completed", "done"), status(a, "cancelling")],
      "completed"
    ],
    [
      "V1: a second end",
      [started(a, "A"), ran(a), completed(a, "error", "lost", "x"), completed(a, "completed", "done")],
      "error lost: x"
    ],
    ["its next run", [started(a, "A"), ran(a), token(a, "x"), completed(a, "completed", "done"), ran(a)], "running"],
    [
      "V1: a replay of its start",
      [started(a, "A"), ran(a), completed(a, "completed", "done"), started(a, "A")],
      "completed"
    ],
    [
      "queued once more",
      [started(a, "A"), ran(a), completed(a, "completed", "done"), status(a, "pending")],
      "pending waits for its launch"
    ],
    ["started twice is once", [started(a, "A"), ran(a), started(a, "A")], "running"],
    ["an event of a session that is not known", [token(a, "x")], "none"],
    ["deleted", [started(a, "A"), wrapped(a, { type: "session_deleted", sessionId: a })], "none"]
  ])("%s", (_, events, expected) => {
    assert.strictEqual(shown(after(...events), a), expected)
  })

  it("a child of a child hangs below it, one of an unknown parent below the root", () => {
    const state = after(started(a, "A"), started(b, "B", a), started(c, "C", Ids.SessionId.make("ses_unknown")))
    assert.deepStrictEqual(
      [...TreeView.walk(state)].map((node) => [node.id, node.parentId]),
      [
        [root, undefined],
        [a, root],
        [b, a],
        [c, root]
      ]
    )
  })

  it("deleting a child removes everything below it", () => {
    const state = after(started(a, "A"), started(b, "B", a), wrapped(a, { type: "session_deleted", sessionId: a }))
    assert.deepStrictEqual(
      [...TreeView.walk(state)].map((node) => node.id),
      [root]
    )
  })

  it("the events of the watched session itself are its own", () => {
    const state = after(
      { type: "execution_started", runId, sessionId: root, startedAt: "" },
      { type: "token", content: "hello" },
      { type: "error", runId, status: "error", reason: "agent_failed", message: "no" }
    )
    assert.strictEqual(shown(state, root), "error agent_failed: no · hello")
  })

  it("what this reader missed is counted", () => {
    assert.strictEqual(after({ type: "lagged", missed: 3 }, { type: "lagged", missed: 4 }).missed, 7)
  })

  it("V2: the output of a child that never ends a line is bounded", () => {
    const events = Array.from({ length: 100 }, () => token(a, "x".repeat(100)))
    const state = after(started(a, "A"), ran(a), ...events)
    assert.strictEqual(TreeView.nodeOf(state, a)?.output.tail.length, TreeView.outputMax)
  })

  it("V2: sessions past the limit are only counted", () => {
    const events = Array.from({ length: TreeView.nodesMax + 5 }, (_, index) =>
      started(Ids.SessionId.make(`ses_${index}`), "")
    )
    const state = after(...events)
    assert.strictEqual(state.unseen, 6)
    const known = { id: "ses_other", title: "", status: "running" as const, createdAtMillis: 0, updatedAtMillis: 0 }
    assert.strictEqual(TreeView.learn(state, [known]).unseen, 7)
  })
})

describe("TreeView: what a reading adds", () => {
  const known: TreeView.Known = {
    id: a,
    parentId: root,
    title: "A",
    agent: "lines",
    status: "pending",
    createdAtMillis: 500,
    updatedAtMillis: 600,
    place: { position: 3, reason: "parent_limit" }
  }

  it("the agent, and why it waits", () => {
    const state = TreeView.learn(after(started(a, "A")), [known])
    assert.strictEqual(shown(state, a), "pending waits: as many as may run under its parent are running (place 3)")
    assert.strictEqual(TreeView.nodeOf(state, a)?.agent, "lines")
  })

  it("a session that the stream did not tell of", () => {
    assert.strictEqual(shown(TreeView.learn(after(), [{ ...known, status: "running" }]), a), "running")
  })

  it("what it left, for a reader who came too late to hear it", () => {
    const settled = { ...known, status: "completed" as const, reason: "done", answer: "one\n42\n" }
    assert.strictEqual(shown(TreeView.learn(after(started(a, "A")), [settled]), a), "completed 42")
  })
})

describe("TreeView: a snapshot", () => {
  const rootKnown: TreeView.Known = {
    id: root,
    title: "Root",
    status: "idle",
    createdAtMillis: 0,
    updatedAtMillis: 0
  }
  const known: TreeView.Known = { ...rootKnown, id: a, parentId: root, title: "A", agent: "lines", status: "running" }
  const levelAt = (number: number, ...sessions: ReadonlyArray<TreeView.Known>): TreeView.Level => ({
    number,
    truncated: false,
    sessions: [rootKnown, ...sessions]
  })
  const settledState = after(started(a, "A"), ran(a), completed(a, "error", "lost", "x"))
  const ended = { status: "error", reason: "setup", error: "no such program", updatedAtMillis: 7_000 } as const

  it.each<readonly [string, TreeView.TreeState, TreeView.Level, string]>([
    ["a session that the feed did not tell of", after(), levelAt(9, known), "running"],
    [
      "an end that was lost",
      after(started(a, "A"), ran(a)),
      levelAt(9, { ...known, ...ended }),
      "error setup: no such program"
    ],
    ["V3: a next run whose beginning was lost", settledState, levelAt(9, known), "running"],
    ["V3: a running that was true before the end", settledState, levelAt(1, known), "error lost: x"],
    ["a removal that was lost", after(started(a, "A"), ran(a)), levelAt(9), "none"],
    ["V3: of before it was there", after(started(a, "A"), ran(a)), levelAt(-1), "running"],
    [
      "what it asks",
      after(started(a, "A"), ran(a)),
      levelAt(9, { ...known, status: "awaiting_request", request: { requestId: "q", question: "Which?" } }),
      "awaiting_request asks: Which?"
    ],
    [
      "a question whose answer was lost",
      after(started(a, "A"), ran(a), wrapped(a, { type: "clarification_needed", requestId: "q", question: "Which?" })),
      levelAt(9, known),
      "running"
    ],
    [
      "a place in the queue, also of an older one",
      after(started(a, "A"), started(b, "B")),
      levelAt(0, { ...known, status: "pending", place: { position: 3, reason: "parent_limit" } }),
      "pending waits: as many as may run under its parent are running (place 3)"
    ]
  ])("%s", (_, state, level, expected) => {
    assert.strictEqual(shown(TreeView.level(state, level), a), expected)
  })

  it("V3: an event of an earlier number changes nothing", () => {
    const state = TreeView.level(after(), levelAt(5, { ...known, ...ended }))
    for (const number of [1, 5]) {
      assert.strictEqual(TreeView.recorded(state, { number, streamId: a, event: ranPlain(a) }, 0), state)
    }
    assert.strictEqual(shown(TreeView.recorded(state, { number: 6, streamId: a, event: ranPlain(a) }, 0), a), "running")
  })

  it("keeps what was heard, unless it is of an earlier run", () => {
    const state = after(started(a, "A"), ran(a), token(a, "said"))
    assert.strictEqual(shown(TreeView.level(state, levelAt(9, known)), a), "running said")
    const over = TreeView.level(state, levelAt(9, { ...known, ...ended }))
    assert.strictEqual(shown(TreeView.level(over, levelAt(12, known)), a), "running")
  })

  it("that is not whole removes nobody, and says that there are more", () => {
    const state = TreeView.level(after(started(a, "A")), { number: 9, truncated: true, sessions: [rootKnown] })
    assert.strictEqual(shown(state, a), "pending waits for its launch")
    assert.strictEqual(state.unseen, 1)
    assert.strictEqual(TreeView.level(state, levelAt(10, known)).unseen, 0)
  })

  it("of a root that was cancelled before it ever ran says so", () => {
    const cancelled: AgentEvent.AgentEvent = { type: "session_status_changed", sessionId: root, status: "cancelled" }
    assert.strictEqual(TreeView.nodeOf(after(cancelled), root)?.status, "cancelled")
  })

  it("V2: of sessions that are heard early only so many are kept", () => {
    const ids = Array.from({ length: 200 }, (_, index) => Ids.SessionId.make(`ses_${index}`))
    const state = after(...ids.map((id) => token(id, "x".repeat(5_000))))
    assert.isAtMost(HashMap.size(state.early), 64)
  })
})
