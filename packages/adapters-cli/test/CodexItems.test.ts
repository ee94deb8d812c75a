import { assert, describe, it } from "@effect/vitest"
import * as CodexItems from "../src/codex-app-server/CodexItems.ts"
import type { Frame } from "../src/Frames.ts"

describe("an item of Codex", () => {
  const update = (path: string, move_path: string | null) => ({ path, kind: { type: "update", move_path }, diff: "d" })

  it("that changed, moved and deleted files tells each", () => {
    const changes = [update("/a", null), update("/b", "/c"), { path: "/d", kind: { type: "delete" }, diff: "" }, "odd"]
    const events = CodexItems.completed({ type: "fileChange", id: "c", status: "completed", changes })
    assert.deepStrictEqual(
      events.flatMap((event) => (event.type === "file_changed" ? [[event.path, event.change]] : [])),
      [
        ["/a", "modified"],
        ["/c", "moved"],
        ["/d", "deleted"]
      ]
    )
  })

  it("that was not carried out changed nothing", () => {
    const item = { type: "fileChange", id: "c", status: "declined", changes: [update("/a", null)] }
    assert.deepStrictEqual(CodexItems.completed(item), [
      { type: "tool_error", toolCallId: "c", toolName: "fileChange", error: "This was not allowed" }
    ])
  })

  it.each<[Frame, string]>([
    [
      { type: "commandExecution", status: "failed", exitCode: 2, aggregatedOutput: "bad" },
      "It exited with code 2\nbad"
    ],
    [{ type: "commandExecution", status: "failed", exitCode: null, aggregatedOutput: null }, "It ended as failed"],
    [{ type: "mcpToolCall", status: "failed", error: { message: "gone" } }, "gone"],
    [{ type: "mcpToolCall", status: "failed", result: { content: [{ type: "text", text: "broke" }] } }, "broke"],
    [{ type: "dynamicToolCall", status: "failed", contentItems: [{ type: "inputText", text: "no" }] }, "no"],
    [{ type: "collabAgentToolCall", tool: "wait", status: "interrupted" }, "It ended as interrupted"],
    [{ type: "imageGeneration", status: "failed", failure: { message: "filtered" } }, "filtered"]
  ])("%j failed with %j", (item, error) => {
    const [event] = CodexItems.completed({ id: "c", ...item })
    assert.deepInclude(event, { type: "tool_error", error })
  })

  it.each<[Frame, string, unknown]>([
    [
      {
        type: "mcpToolCall",
        server: "lab",
        tool: "look",
        status: "completed",
        result: { structuredContent: { a: 1 } }
      },
      "mcp__lab__look",
      { a: 1 }
    ],
    [{ type: "mcpToolCall", server: "lab", tool: "look", status: "completed" }, "mcp__lab__look", null],
    [{ type: "webSearch", query: "q", action: null, results: null }, "webSearch", { query: "q" }],
    [
      { type: "collabAgentToolCall", tool: "wait", status: "completed", agentsStates: {} },
      "wait",
      { agentsStates: {} }
    ],
    [{ type: "imageView", path: "/a.png" }, "imageView", { path: "/a.png" }],
    [{ type: "imageGeneration", status: "completed", result: "base64" }, "imageGeneration", { status: "completed" }]
  ])("%j is a call of %s that came to %j", (item, toolName, result) => {
    const [event] = CodexItems.completed({ id: "c", ...item })
    assert.deepStrictEqual(event, { type: "tool_complete", toolCallId: "c", toolName, result })
  })

  it.each(["agentMessage", "reasoning", "userMessage", "ofANewerVersion", "toString"])("%s is no call", (type) => {
    assert.deepStrictEqual([...CodexItems.started({ type, id: "c" }), ...CodexItems.completed({ type, id: "c" })], [])
  })
})
