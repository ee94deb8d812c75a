import { assert, describe, it } from "@effect/vitest"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import type { Fact } from "../src/Fact.ts"
import { objectOf } from "../src/Frames.ts"
import { ofError, ofRest, type Rest } from "../src/pi-rpc/PiOutcome.ts"
import { PiTranslation } from "../src/pi-rpc/PiTranslation.ts"

const transcript = (name: string) =>
  NodeFS.readFileSync(NodePath.join(import.meta.dirname, "fixtures/transcripts/pi-0.73.1", `${name}.jsonl`), "utf8")
    .split("\n")
    .filter((line) => line !== "")

const translated = (name: string) => {
  const translation = new PiTranslation()
  translation.begin()
  const facts = transcript(name).flatMap((line) => translation.read(objectOf(line) ?? {}))
  const said = facts.filter(({ type }) => type !== "alive")
  return { translation, said, rest: translation.rest }
}

const textOf = (facts: ReadonlyArray<Fact>, type: "token" | "reasoning_token"): string =>
  facts.map((fact) => (fact.type === type ? fact.content : "")).join("")

const call = (toolCallId: string, command: string, output: string): ReadonlyArray<Fact> => [
  { type: "tool_start", toolCallId, toolName: "bash", arguments: { command } },
  { type: "tool_lifecycle", toolCallId, toolName: "bash", phase: "output", detail: output },
  { type: "tool_complete", toolCallId, toolName: "bash", result: output }
]

describe("what pi 0.73.1 said", () => {
  it("in a turn with reasoning, text and three calls is told whole and in order", () => {
    const { rest, said, translation } = translated("ok")
    assert.strictEqual(textOf(said, "reasoning_token"), "pondering it")
    assert.strictEqual(textOf(said, "token"), "I will run it\n\nall done")
    const byCall = (id: string) => said.filter((fact) => "toolCallId" in fact && fact.toolCallId === id)
    const ids = said.flatMap((fact) => (fact.type === "tool_start" ? [fact.toolCallId] : []))
    assert.lengthOf(ids, 3)
    assert.deepStrictEqual(ids.map(byCall), [
      call(ids[0] ?? "", "echo hi-tool", "hi-tool\n"),
      call(ids[1] ?? "", "echo a", "a\n"),
      call(ids[2] ?? "", "echo b", "b\n")
    ])
    const usage = said.flatMap((fact) => (fact.type === "usage_updated" ? [fact.usage] : []))
    // Three model calls, each of 900 fresh and 100 cached tokens.
    assert.deepStrictEqual(
      usage.map(({ inputTokens, outputTokens, cacheReadTokens }) => [inputTokens, outputTokens, cacheReadTokens]),
      [
        [1000, 50, 100],
        [2000, 100, 200],
        [3000, 150, 300]
      ]
    )
    assert.closeTo(usage.at(-1)?.costUsd ?? 0, 3 * 0.00348, 1e-9)
    assert.deepStrictEqual(ofRest(rest), { status: "completed", reason: "done" })
    assert.isFalse(translation.isBusy)
  })

  it("when its model answered 400 is a failure, though it exits with 0 (status-in-message)", () => {
    const { rest, said } = translated("error400")
    assert.strictEqual(textOf(said, "token"), "")
    assert.deepStrictEqual(ofRest(rest), { status: "error", reason: "agent_failed", message: "400 fake error 400" })
  })

  it("when its provider client tried again by itself is an answer like any other", () => {
    const { rest, said } = translated("retry500")
    assert.strictEqual(textOf(said, "token"), "FAKE-RECOVERED")
    assert.deepStrictEqual(ofRest(rest), { status: "completed", reason: "done" })
  })
})

describe("a rest of pi", () => {
  const at = (rest: Partial<Rest>): Rest => ({
    stopReason: undefined,
    errorMessage: undefined,
    contextFull: undefined,
    ...rest
  })

  it.each<[Partial<Rest>, string]>([
    [{ stopReason: "stop" }, "done"],
    [{ stopReason: "length" }, "truncated"],
    [{ stopReason: "error", errorMessage: "401 no" }, "auth_required"],
    [{ stopReason: "error", errorMessage: "403 no" }, "auth_required"],
    [{ stopReason: "error", errorMessage: "429 slow down" }, "rate_limited"],
    [{ stopReason: "error", errorMessage: "413 too large" }, "context_full"],
    [{ stopReason: "error", errorMessage: "500 broken" }, "unavailable"],
    [{ stopReason: "error", errorMessage: "529 overloaded" }, "unavailable"],
    [{ stopReason: "error", errorMessage: "400 no" }, "agent_failed"],
    [{ stopReason: "error", errorMessage: "it said 429 somewhere" }, "agent_failed"],
    [{ stopReason: "error" }, "agent_failed"],
    [{ stopReason: "stop", contextFull: "no room" }, "context_full"],
    [{ stopReason: "toolUse" }, "agent_failed"],
    [{}, "agent_failed"]
  ])("with %o means %s", (rest, reason) => {
    const outcome = ofRest(at(rest))
    assert.strictEqual(outcome === "interrupted" ? outcome : outcome.reason, reason)
  })

  it("that was asked for is an interruption", () => {
    assert.strictEqual(ofRest(at({ stopReason: "aborted" })), "interrupted")
  })

  it("keeps the words of the failure", () => {
    assert.deepInclude(ofError("500 broken"), { message: "500 broken" })
  })
})

describe("frames of pi", () => {
  it("that are unknown, or of another shape, are nothing", () => {
    const translation = new PiTranslation()
    for (const frame of [
      {},
      { type: "next_year" },
      { type: "message_update" },
      { type: "tool_execution_end" },
      { type: "turn_end", message: 3 },
      { type: "extension_ui_request", method: "select" },
      { type: "extension_ui_request", method: "setStatus", id: "1" }
    ]) {
      assert.doesNotThrow(() => translation.read(frame))
    }
  })

  it("in which an extension asks are questions, and those of the gate are permissions", () => {
    const translation = new PiTranslation()
    const request = { type: "extension_ui_request", id: "u1", options: ["A", "B"] }
    assert.deepStrictEqual(translation.read({ ...request, method: "select", title: "Which?" }), [
      { type: "question_asked", id: "u1", question: "Which?", options: ["A", "B"] }
    ])
    assert.deepStrictEqual(translation.read({ ...request, method: "confirm", title: "Sure?", message: "Really" }), [
      { type: "question_asked", id: "u1", question: "Sure?\nReally", options: ["Yes", "No"] }
    ])
    const title = `offshoot.permission ${JSON.stringify({ toolCallId: "c", toolName: "bash", input: { command: "ls" } })}`
    assert.deepStrictEqual(translation.read({ ...request, method: "select", title }), [
      {
        type: "permission_asked",
        id: "u1",
        kind: "execute",
        toolCallId: "c",
        toolName: "bash",
        arguments: { command: "ls" }
      }
    ])
  })

  it("that change a file tell which", () => {
    const translation = new PiTranslation()
    const named = { toolCallId: "c", toolName: "edit" }
    translation.read({ type: "tool_execution_start", ...named, args: { path: "a.ts" } })
    const ended = translation.read({
      type: "tool_execution_end",
      ...named,
      result: { content: [{ type: "text", text: "ok" }], details: { diff: "+1 b" } }
    })
    assert.deepStrictEqual(ended[1], {
      type: "file_changed",
      path: "a.ts",
      change: "modified",
      toolCallId: "c",
      diff: "+1 b"
    })
  })
})
