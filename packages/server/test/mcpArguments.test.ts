/** Arguments as models send them, and what standard input may carry. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Arguments from "../src/mcp/Arguments.ts"
import * as StdioLines from "../src/mcp/StdioLines.ts"
import * as ToolSpec from "../src/mcp/ToolSpec.ts"

const readerOf = (name: ToolSpec.ToolName) => {
  const { parameters } = ToolSpec.tools[name]
  return Arguments.reader<unknown>(parameters, Arguments.shown(parameters, "arguments"))
}

describe("arguments", () => {
  it.each([
    ["wait_agents", undefined, {}],
    ["wait_agents", null, {}],
    ["wait_agents", { agent_ids: null, cursor: null }, {}],
    ["wait_agents", { agent_ids: "ses_1" }, { agent_ids: ["ses_1"] }],
    ["wait_agents", { agent_ids: '["ses_1","ses_2"]' }, { agent_ids: ["ses_1", "ses_2"] }],
    ["wait_agents", { timeout_seconds: "12" }, { timeout_seconds: 12 }],
    ["get_result", { agent_id: "ses_1", offset: "16000" }, { agent_id: "ses_1", offset: 16_000 }],
    [
      "send_message",
      { agent_id: "ses_1", message: 7, interrupt: "true" },
      { agent_id: "ses_1", message: "7", interrupt: true }
    ],
    ["spawn_agents", { agents: { prompt: "do" } }, { agents: [{ prompt: "do" }] }],
    ["spawn_agents", { agents: '[{"prompt":"do","title":null}]' }, { agents: [{ prompt: "do" }] }],
    ["spawn_agent", '{"prompt":"do"}', { prompt: "do" }]
  ] as const)("of %s written as %j are %j", (name, written, read) => {
    assert.deepStrictEqual(Result.getOrThrow(readerOf(name)(written)), read)
  })

  it.each([
    ["spawn_agent", { promt: "do" }, "did you mean prompt?"],
    ["spawn_agent", { prompt: "" }, "prompt: "],
    ["spawn_agent", { prompt: "do", __proto__: null, constructor: "x" }, "constructor: "],
    ["spawn_agents", { agents: [] }, "agents: "],
    ["spawn_agents", { agents: Array.from({ length: 65 }, () => ({ prompt: "do" })) }, "agents: "],
    ["wait_agents", { timeout_seconds: "soon" }, "timeout_seconds: "],
    ["wait_agents", { timeout_seconds: -1 }, "timeout_seconds: "],
    ["wait_agents", { wait_for: "some" }, "wait_for: "],
    ["wait_agents", { agent_ids: [[["ses_1"]]] }, "agent_ids.0: "],
    ["get_result", {}, "agent_id: "],
    ["get_result", { agent_id: "x".repeat(129) }, "agent_id: "],
    ["answer_request", { request_id: "req_1", decision: "yes" }, "decision: "],
    ["cancel_agent", [], "arguments: "],
    ["cancel_agent", 7, "arguments: "]
  ] as const)("of %s written as %j are refused with %j and the names that there are", (name, written, words) => {
    const refused = readerOf(name)(written)
    assert.isTrue(Result.isFailure(refused))
    if (Result.isFailure(refused)) {
      assert.include(refused.failure, words)
      assert.include(refused.failure, "The arguments are: ")
      assert.isBelow(refused.failure.length, 4_000)
    }
  })

  it("are shown as an object that takes nothing else, without references, for every tool", () => {
    for (const [name, { parameters }] of Object.entries(ToolSpec.tools)) {
      const shape = Arguments.shown(parameters, "arguments")
      assert.strictEqual(shape.type, "object", name)
      assert.strictEqual(shape["additionalProperties"], false, name)
      assert.notInclude(JSON.stringify(shape), "$ref", name)
    }
  })
})

describe("a wait", () => {
  it.each([
    [undefined, 30],
    [0, 0],
    [12.5, 12.5],
    [45, 45],
    [46, 45],
    [1e9, 45]
  ])("that is asked to take %j s takes %d", (asked, taken) => {
    assert.strictEqual(ToolSpec.waitSeconds(asked), taken)
  })
})

describe("a line of standard input", () => {
  it.each([
    [
      { _tag: "Text", text: ' {"jsonrpc":"2.0"} ' },
      { _tag: "Message", text: '{"jsonrpc":"2.0"}\n' }
    ],
    [
      { _tag: "Text", text: "[]" },
      { _tag: "Message", text: "[]\n" }
    ],
    [{ _tag: "Text", text: "  " }, { _tag: "Nothing" }]
  ] as const)("%j is %j", (line, judged) => {
    assert.deepStrictEqual(StdioLines.judge(line), judged)
  })

  it.each([
    [{ _tag: "Text", text: "garbage" }, -32_700],
    [{ _tag: "Text", text: "7" }, -32_600],
    [{ _tag: "Text", text: "null" }, -32_600],
    [{ _tag: "TooLong" }, -32_600]
  ] as const)("%j is refused with code %d", (line, code) => {
    const judged = StdioLines.judge(line)
    assert.strictEqual(judged._tag, "Refused")
    if (judged._tag === "Refused") assert.strictEqual(JSON.parse(judged.answer).error.code, code)
  })
})
