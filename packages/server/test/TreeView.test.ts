import { stripVTControlCharacters } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { type AgentEvent, Ids } from "@offshoot/core"
import * as TreeLines from "../src/TreeLines.ts"
import * as TreeView from "../src/TreeView.ts"

const root = Ids.SessionId.make("ses_root")
const a = Ids.SessionId.make("ses_a")
const b = Ids.SessionId.make("ses_b")
const c = Ids.SessionId.make("ses_c")
const runId = Ids.RunId.make("run_1")

const started = (child: Ids.SessionId, title: string, parent = root): AgentEvent.AgentEvent => ({
  type: "sub_agent_started",
  parentSessionId: parent,
  childSessionId: child,
  title
})
const wrapped = (child: Ids.SessionId, event: AgentEvent.OwnEvent, parent = root): AgentEvent.AgentEvent => ({
  type: "sub_agent_event",
  parentSessionId: parent,
  childSessionId: child,
  event
})
const ran = (child: Ids.SessionId): AgentEvent.AgentEvent =>
  wrapped(child, { type: "execution_started", runId, sessionId: child, startedAt: "" })
const token = (child: Ids.SessionId, content: string): AgentEvent.AgentEvent =>
  wrapped(child, { type: "token", content })
const status = (
  child: Ids.SessionId,
  now: "pending" | "running" | "awaiting_request" | "waiting_for_children" | "cancelling" | "completed"
) => wrapped(child, { type: "session_status_changed", sessionId: child, status: now })
const completed = (
  child: Ids.SessionId,
  end: "completed" | "error" | "timeout" | "cancelled" | "skipped",
  reason: string,
  error?: string
): AgentEvent.AgentEvent => ({
  type: "sub_agent_completed",
  parentSessionId: root,
  childSessionId: child,
  status: end,
  reason,
  ...(error === undefined ? {} : { error })
})

/** One second between two events. */
const after = (...events: ReadonlyArray<AgentEvent.AgentEvent>): TreeView.TreeState =>
  events.reduce(
    (state, event, index) => TreeView.reduce(state, event, (index + 1) * 1_000),
    TreeView.start({ id: root, title: "Root" }, 0)
  )

const canvas = { columns: 80, rows: 24, colour: false, nowMillis: 10_000 }
const shown = (state: TreeView.TreeState, id: string): string => {
  const node = TreeView.nodeOf(state, id)
  return node === undefined ? "none" : `${node.status} ${TreeLines.detailOf(state, node, 10_000)}`.trim()
}

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
      "V1: a token after the end",
      [started(a, "A"), ran(a), completed(a, "completed", "done"), token(a, "late")],
      "completed"
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
    assert.isTrue(after({ type: "feed_reset", oldest: 3 }).stale)
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

  it("V1: a reading that is older than the stream does not undo an end", () => {
    const state = TreeView.learn(after(started(a, "A"), ran(a), completed(a, "error", "lost", "x")), [known])
    assert.strictEqual(shown(state, a), "error lost: x")
    assert.strictEqual(TreeView.nodeOf(state, a)?.agent, "lines")
  })

  it("an end that the stream did not tell of, and the hole is mended", () => {
    const hole = after(started(a, "A"), ran(a), { type: "feed_reset", oldest: 9 })
    const state = TreeView.learn(hole, [
      { ...known, status: "error", reason: "setup", error: "no such program", updatedAtMillis: 7_000 }
    ])
    assert.strictEqual(shown(state, a), "error setup: no such program")
    assert.isFalse(state.stale)
  })
})

describe("TreeLines: the picture", () => {
  const four = TreeView.learn(
    after(
      started(a, "Count lines"),
      started(b, "Slow"),
      started(c, "Fails"),
      ran(a),
      ran(b),
      ran(c),
      token(a, "12345 total\n"),
      completed(a, "completed", "done"),
      completed(c, "error", "agent_failed", "exit 3")
    ),
    [
      {
        id: a,
        title: "Count lines",
        agent: "lines",
        status: "completed",
        createdAtMillis: 1_000,
        updatedAtMillis: 8_000
      }
    ]
  )

  it("says of every child what it is, in words, and fits the terminal", () => {
    assert.deepStrictEqual(TreeLines.render(four, canvas), [
      "Root  1 running · 1 completed · 1 error",
      "├─ ✔ completed Count lines (lines)   7.0s  12345 total",
      "├─ ▶ running   Slow                    8s",
      "└─ ✖ error     Fails                 6.0s  agent_failed: exit 3"
    ])
  })

  it.each([1, 2, 5, 10, 20, 40, 60, 79, 200])("no line is wider than %d columns", (columns) => {
    const wide = TreeView.reduce(four, token(b, "漢字👩‍👩‍👧 and so on ".repeat(20)), 1)
    for (const line of TreeLines.render(wide, { ...canvas, columns })) {
      assert.isAtMost(width(line), columns, line)
    }
    for (const line of TreeLines.outcomes(wide, { ...canvas, columns })) {
      assert.isAtMost(width(line), columns, line)
    }
  })

  it.each([1, 2, 3, 4, 10])("no more than %d rows, whatever there is to show", (rows) => {
    const many = after(
      ...Array.from({ length: 200 }, (_, index) => started(Ids.SessionId.make(`ses_${index}`), `T${index}`))
    )
    assert.isAtMost(TreeLines.render(many, { ...canvas, rows }).length, rows)
  })

  it("of 200 children those that need somebody are shown, the others are counted", () => {
    const ids = Array.from({ length: 200 }, (_, index) => Ids.SessionId.make(`ses_${index}`))
    const asking = Ids.SessionId.make("ses_150")
    const state = after(...ids.map((id, index) => started(id, `T${index}`)), status(asking, "awaiting_request"))
    const lines = TreeLines.render(state, { ...canvas, rows: 5 })
    assert.strictEqual(lines.length, 5)
    assert.isTrue(lines.some((line) => line.includes("T150")))
    assert.strictEqual(lines.at(-1), "… and 197 more: 197 queued")
  })

  it("what a child says can do nothing to the terminal", () => {
    const nasty = "\u001B[2J\u001B]0;title\u0007a\u0000b\u009B31mc\u202Ed\u2028e\u001B"
    const state = after(started(a, nasty), ran(a), token(a, nasty), token(a, nasty))
    const lines = [...TreeLines.render(state, canvas), ...TreeLines.outcomes(state, canvas)]
    for (const line of lines) assert.notMatch(line, /[\p{Cc}\p{Zl}\u202A-\u202E\u2066-\u2069]/u)
  })

  it("an escape sequence that comes in two pieces is gone all the same", () => {
    const state = after(started(a, "A"), ran(a), token(a, "x\u001B["), token(a, "31mred"))
    assert.strictEqual(shown(state, a), "running xred")
  })

  it("a child that was heard of and is silent says so", () => {
    const state = after(started(a, "A"), ran(a), {
      type: "sub_agent_heartbeat",
      parentSessionId: root,
      childSessionId: a,
      timestamp: ""
    })
    const node = TreeView.nodeOf(state, a)
    assert.strictEqual(node && TreeLines.detailOf(state, node, 17_999), "")
    assert.strictEqual(node && TreeLines.detailOf(state, node, 18_000), "no sign of life for 15s")
  })

  it("a lost connection and missed events are said in the first line", () => {
    const state = TreeView.connected(after({ type: "lagged", missed: 3 }), "lost")
    assert.strictEqual(
      TreeLines.render(state, canvas)[0],
      "Root  [connection lost, trying again]  [3 live events missed]"
    )
  })

  it("colour changes no text", () => {
    const plain = TreeLines.render(four, canvas)
    const coloured = TreeLines.render(four, { ...canvas, colour: true })
    assert.notDeepEqual(coloured, plain)
    assert.deepStrictEqual(
      coloured.map((line) => stripVTControlCharacters(line)),
      plain
    )
  })
})

describe("TreeLines: one line per transition", () => {
  const events = [
    started(a, "A"),
    ran(a),
    token(a, "x"),
    status(a, "running"),
    completed(a, "timeout", "idle", "quiet for 3 s")
  ]
  it("only transitions are told", () => {
    const lines: Array<string> = []
    let state = TreeView.start({ id: root, title: "Root" }, 0)
    for (const [index, event] of events.entries()) {
      const next = TreeView.reduce(state, event, index * 1_000)
      const line = TreeLines.transition(state, next, TreeView.subjectOf(next, event), {
        nowMillis: index * 1_000,
        sinceMillis: 0
      })
      if (line !== undefined) lines.push(line)
      state = next
    }
    assert.deepStrictEqual(lines, [
      "  0.0s  queued     A  ses_a",
      "  1.0s  running    A  ses_a",
      "  4.0s  timeout    A  ses_a  idle: quiet for 3 s"
    ])
  })
})

describe("TreeLines: the table", () => {
  it.each<readonly [number, ReadonlyArray<string>]>([
    [40, ["ID   TITLE", "1    a long title that needs room", "22   b"]],
    [20, ["ID   TITLE", "1    a long title t…", "22   b"]]
  ])("in %d columns", (columns, expected) => {
    const lines = TreeLines.table(
      ["ID ", "TITLE"],
      [
        ["1", "a long title that needs room"],
        ["22", "b"]
      ],
      { columns, colour: false }
    )
    assert.deepStrictEqual(lines, expected)
  })
})

const width = (line: string): number => {
  const segments = [...new Intl.Segmenter().segment(line)]
  return segments.reduce(
    (total, { segment }) => total + (/\p{Emoji_Presentation}|\p{Script=Han}/u.test(segment) ? 2 : 1),
    0
  )
}
