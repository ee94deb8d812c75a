import { stripVTControlCharacters } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { type AgentEvent, Ids } from "@offshoot/core"
import * as TreeLines from "../src/TreeLines.ts"
import * as TreeView from "@offshoot/core/TreeView"
import {
  root,
  runId,
  a,
  b,
  c,
  started,
  ran,
  token,
  status,
  completed,
  onFeed,
  take,
  after,
  canvas,
  shown
} from "./treeEvents.ts"

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
    const wide = TreeView.heard(four, token(b, "漢字👩‍👩‍👧 and so on ".repeat(20)), 1)
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

describe("TreeLines: what stays on the screen", () => {
  it.each<readonly [string, ReadonlyArray<AgentEvent.AgentEvent>, ReadonlyArray<string>]>([
    ["a root that only holds others has no row", [started(a, "A"), ran(a)], ["▶ running"]],
    [
      "nor when it was cancelled with them",
      [
        started(a, "A"),
        { type: "session_status_changed", sessionId: root, status: "cancelled" },
        completed(a, "cancelled", "by_parent")
      ],
      ["⊘ cancelled"]
    ],
    [
      "a root that ran has one",
      [
        { type: "execution_started", runId, sessionId: root, startedAt: "" },
        { type: "cancelled", runId, reason: "by_user" }
      ],
      ["⊘ cancelled"]
    ]
  ])("%s", (_, events, expected) => {
    const [, ...rows] = TreeLines.outcomes(after(...events), canvas)
    assert.deepStrictEqual(
      rows.map((row) => row.replace(/ {2,}.*/, "")),
      expected
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
      const next = take(state, event, index * 1_000)
      const line = TreeLines.transition(state, next, TreeView.subjectOf(onFeed(event, 0)), {
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
