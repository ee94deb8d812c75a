import { assert, describe, it } from "@effect/vitest"
import type { AgentEvent } from "@offshoot/core"
import * as TreeView from "@offshoot/core/TreeView"
import { a, b, c, ranPlain, root, runId, started } from "./treeEvents.ts"

const told = (
  state: TreeView.TreeState,
  ...events: ReadonlyArray<readonly [streamId: string, event: AgentEvent.AgentEvent]>
): TreeView.TreeState =>
  events.reduce(
    (before, [streamId, event]) =>
      TreeView.recorded(before, { number: before.number + 1, streamId, event }, (before.number + 2) * 1_000),
    state
  )

const created = (sessionId: typeof a, parentSessionId?: typeof a): AgentEvent.AgentEvent => ({
  type: "session_created",
  sessionId,
  title: `title of ${sessionId}`,
  ...(parentSessionId === undefined ? {} : { parentSessionId })
})

const asks: AgentEvent.AgentEvent = {
  type: "tool_approval_requested",
  requestId: "req_1",
  toolCallId: "1",
  toolName: "bash",
  arguments: { command: "ls" }
}

const shape = (state: TreeView.TreeState): ReadonlyArray<string> =>
  [...TreeView.walk(state)].slice(1).map(({ id, parentId, status }) => `${parentId ?? ""}/${id} ${status}`)

const open = (state: TreeView.TreeState): ReadonlyArray<string> =>
  TreeView.requestsOf(state).map(({ ask, id }) => `${id} ${TreeView.questionOf(ask)}`)

const two = told(TreeView.startForest(0), [root, created(root)], [b, created(b)], [a, created(a, root)])

const known = (id: string, more: Partial<TreeView.Known> = {}): TreeView.Known => ({
  id,
  title: "",
  status: "running",
  createdAtMillis: 0,
  updatedAtMillis: 0,
  ...more
})

const level = (number: number, more: Partial<TreeView.Level>): TreeView.Level => ({
  number,
  truncated: false,
  sessions: [],
  ...more
})

describe("TreeView: many roots", () => {
  it("hang below no session", () => {
    assert.deepStrictEqual(shape(two), [`/${root} idle`, `${root}/${a} pending`, `/${b} idle`])
  })

  it("go with everything below them when they are deleted", () => {
    assert.deepStrictEqual(shape(told(two, [root, { type: "session_deleted", sessionId: root }])), [`/${b} idle`])
  })

  it("are those of the snapshot, but for one that tells only what has changed", () => {
    const whole = TreeView.level(two, level(9, { sessions: [known(b)] }))
    assert.deepStrictEqual(shape(whole), [`/${b} running`])
    const part = TreeView.level(two, level(9, { sessions: [known(b)], isPart: true }))
    assert.deepStrictEqual(shape(part), [`/${root} idle`, `${root}/${a} pending`, `/${b} running`])
  })

  it("hear what is said on the stream of any session", () => {
    const heard = TreeView.heard(told(two, [a, ranPlain(a)]), { type: "token", content: "hi" }, 0, a)
    assert.strictEqual(TreeView.nodeOf(heard, a)?.output.tail.trim(), "hi")
  })
})

describe("TreeView: what is asked", () => {
  const asking = told(two, [a, ranPlain(a)], [a, asks])

  it("is there until it is answered, by whomever", () => {
    assert.deepStrictEqual(open(asking), ["req_1 may it use bash?"])
    assert.deepStrictEqual(
      open(told(asking, [a, { type: "approval_changed", requestId: "req_1", status: "denied" }])),
      []
    )
  })

  it.each<readonly [string, string, AgentEvent.AgentEvent]>([
    ["its run", a, { type: "complete", runId, status: "completed", reason: "done" }],
    ["its session", a, { type: "session_deleted", sessionId: a }],
    ["its parent's tree", root, { type: "session_deleted", sessionId: root }]
  ])("goes with %s", (_name, streamId, event) => assert.deepStrictEqual(open(told(asking, [streamId, event])), []))

  it("V1: is not opened again by what is told after the end", () => {
    const ended = told(asking, [a, { type: "cancelled", reason: "by_user" }])
    assert.deepStrictEqual(open(told(ended, [a, asks])), [])
  })

  it("is what the snapshot says, which knows the deadline too", () => {
    const request: TreeView.OpenRequest = {
      id: "req_2",
      sessionId: c,
      ask: { type: "question", question: "Which?" },
      openedAtMillis: 0,
      expiresAtMillis: 5
    }
    assert.deepStrictEqual(open(TreeView.level(asking, level(99, { requests: [request] }))), ["req_2 Which?"])
  })

  it("V3: learns the deadline from a snapshot that is older than what the feed told", () => {
    const request = TreeView.requestOf(asking, "req_1")
    assert.isDefined(request)
    assert.isUndefined(request?.expiresAtMillis)
    const dated = request === undefined ? [] : [{ ...request, expiresAtMillis: 7 }]
    const after = TreeView.level(asking, level(0, { requests: dated }))
    assert.strictEqual(TreeView.requestOf(after, "req_1")?.expiresAtMillis, 7)
    assert.strictEqual(after.number, asking.number)
  })
})

describe("TreeView: what only a reading tells", () => {
  const running = told(two, [a, ranPlain(a)])
  const usage = { own: { inputTokens: 1 }, tree: { inputTokens: 2 } }

  it.each([99, 0])("V3: use, model and tool are taken from a snapshot of number %d", (number) => {
    const tool = { name: "bash", argument: "ls" }
    const sessions = [known(root), known(b), known(a, { parentId: root, model: "m", usage, tool })]
    const node = TreeView.nodeOf(TreeView.level(running, level(number, { sessions })), a)
    assert.deepInclude(node, { model: "m", usage, activity: { _tag: "Tool", toolCallId: "", ...tool } })
  })

  it("a tool that was read ends with the next reading, one that was heard with its own end", () => {
    const tool = { name: "bash" }
    const read = TreeView.level(running, level(99, { sessions: [known(a, { parentId: root, tool })] }))
    const next = TreeView.level(read, level(100, { sessions: [known(a, { parentId: root })] }))
    assert.strictEqual(TreeView.nodeOf(next, a)?.activity._tag, "Nothing")
    const start: AgentEvent.AgentEvent = {
      type: "tool_start",
      toolCallId: "9",
      toolName: "grep",
      arguments: { pattern: "x" }
    }
    const heard = TreeView.level(
      TreeView.heard(running, start, 0, a),
      level(99, { sessions: [known(a, { parentId: root })], isPart: true })
    )
    assert.deepInclude(TreeView.nodeOf(heard, a)?.activity, { name: "grep", argument: "x" })
  })

  it("since when it is as it is", () => {
    assert.strictEqual(TreeView.nodeOf(running, a)?.sinceMillis, 4_000)
    const again = told(running, [a, { type: "session_status_changed", sessionId: a, status: "running" }])
    assert.strictEqual(TreeView.nodeOf(again, a)?.sinceMillis, 4_000)
  })
})

describe("TreeView: a call in short", () => {
  it.each<readonly [unknown, string]>([
    [{ command: "ls -l", timeout: 3 }, "ls -l"],
    [{ path: "/a", command: "ls" }, "ls"],
    [{ command: ["git", "log"] }, "git log"],
    [{ depth: 1, name: "x" }, "x"],
    ["plain", "plain"],
    [{ depth: 1 }, ""],
    [null, ""],
    [{ command: "x".repeat(900) }, "x".repeat(200)]
  ])("%j is %j", (given, short) => assert.strictEqual(TreeView.inShort(given), short))
})

describe("TreeView: doubles", () => {
  it("a child that its parent and itself tell of is there once", () => {
    const both = told(two, [root, started(c, "C")], [c, created(c, root)], [root, started(c, "C")])
    assert.strictEqual(shape(both).filter((line) => line.includes(c)).length, 1)
  })
})
