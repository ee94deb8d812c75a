import { assert, describe, it } from "@effect/vitest"
import * as TreeView from "@offshoot/core/TreeView"
import { nowLine } from "../src/NowLine.ts"
import * as Rows from "../src/Rows.ts"

type Status = TreeView.TreeNode["status"]

const known = (id: string, status: Status, more: Partial<TreeView.Known> = {}): TreeView.Known => ({
  id,
  title: `title of ${id}`,
  status,
  createdAtMillis: 0,
  updatedAtMillis: 0,
  ...more
})

const forest = (...sessions: ReadonlyArray<TreeView.Known>): TreeView.TreeState =>
  TreeView.level(TreeView.startForest(0), { number: 1, truncated: false, sessions, requests: [] })

const some = forest(
  known("done", "completed"),
  known("failed", "error", { reason: "lost", error: "gone" }),
  known("busy", "idle"),
  known("b1", "running", { parentId: "busy", agent: "claude" }),
  known("b2", "completed", { parentId: "busy" }),
  known("stuck", "waiting_for_children"),
  known("s1", "awaiting_request", { parentId: "stuck" })
)

const shown = (state: TreeView.TreeState, filter: Partial<Rows.Filter>, ...folded: ReadonlyArray<string>) =>
  Rows.rowsOf(state, { ...Rows.everything, ...filter }, new Set(folded)).map(
    (row) => `${"  ".repeat(row.level - 1)}${row.kind === "group" ? `${row.title} ${row.count}` : row.id}`
  )

describe("Rows", () => {
  it("group trees by what is most urgent in them, newest first", () => {
    assert.deepStrictEqual(shown(some, {}), [
      "Needs input 1",
      "  stuck",
      "    s1",
      "Running 1",
      "  busy",
      "    b1",
      "    b2",
      "Done 2",
      "  failed",
      "  done"
    ])
  })

  it.each<readonly [string, Partial<Rows.Filter>, ReadonlyArray<string>, ReadonlyArray<string>]>([
    [
      "active only folds what is done",
      { active: true },
      [],
      ["Needs input 1", "  stuck", "    s1", "Running 1", "  busy", "    b1", "Done 2"]
    ],
    [
      "what is done can be unfolded all the same",
      { active: true },
      ["group:done", "group:asking", "group:running"],
      ["Needs input 1", "Running 1", "Done 2", "  failed", "  done"]
    ],
    [
      "a search finds what is done too, with its parents",
      { active: true, text: "B2" },
      [],
      ["Running 1", "  busy", "    b2"]
    ],
    ["failures", { active: true, status: "failed" }, [], ["Done 1", "  failed"]],
    ["an agent", { agent: "claude" }, [], ["Running 1", "  busy", "    b1"]],
    ["nothing matches", { text: "nowhere" }, [], []],
    ["a folded session", { text: "s1" }, ["stuck"], ["Needs input 1", "  stuck"]]
  ])("%s", (_name, filter, folded, rows) => assert.deepStrictEqual(shown(some, filter, ...folded), rows))

  it("know their place among their siblings", () => {
    const rows = Rows.rowsOf(some, Rows.everything, new Set())
    const places = rows.map(({ id, place, siblings }) => `${id} ${place}/${siblings}`)
    assert.include(places, "group:running 2/3")
    assert.include(places, "b2 2/2")
    assert.include(places, "failed 1/2")
  })

  it("show a path from the root", () => {
    assert.deepStrictEqual(
      Rows.pathTo(some, "s1").map(({ id }) => id),
      ["stuck", "s1"]
    )
  })

  it("are made of thousands of sessions in little time, each once", () => {
    const many = forest(
      known("root", "idle"),
      ...Array.from({ length: 5_000 }, (_, index) => known(`c${index}`, "running", { parentId: "root" }))
    )
    const rows = Rows.rowsOf(many, { ...Rows.everything, active: true }, new Set())
    assert.strictEqual(rows.length, 5_002)
    assert.strictEqual(new Set(rows.map(({ id }) => id)).size, 5_002)
  })
})

describe("the line of what a session does now", () => {
  it.each<readonly [TreeView.Known, string]>([
    [
      known("a", "pending", { place: { position: 2, reason: "agent_limit" } }),
      "place 2: all slots of its agent are used · for 9s"
    ],
    [known("a", "running", { tool: { name: "bash", argument: "ls -l" } }), "bash ls -l"],
    [known("a", "waiting_for_children"), "waits for 0 children · for 9s"],
    [known("a", "error", { reason: "rate_limited", error: "429" }), "rate limited · 429"],
    [known("a", "completed", { reason: "done" }), ""],
    [known("a", "cancelling"), "was told to stop and saves what it has · for 9s"]
  ])("%j", (session, line) => {
    const state = forest(session)
    const node = TreeView.nodeOf(state, "a")
    assert.isDefined(node)
    if (node !== undefined) assert.strictEqual(nowLine(state, node, 9_000), line)
  })

  it("names the one child that is waited for, and what is asked", () => {
    const state = TreeView.recorded(
      some,
      {
        number: 2,
        streamId: "s1",
        event: {
          type: "tool_approval_requested",
          requestId: "req",
          toolCallId: "1",
          toolName: "bash",
          arguments: { command: "rm -r build" }
        }
      },
      0
    )
    const line = (id: string) => {
      const node = TreeView.nodeOf(state, id)
      return node === undefined ? undefined : nowLine(state, node, 9_000)
    }
    assert.strictEqual(line("stuck"), "waits for title of s1 · for 9s")
    assert.strictEqual(line("s1"), "asks: bash rm -r build · for 9s")
    assert.strictEqual(line("busy"), "1 of 2 children in flight")
  })
})
