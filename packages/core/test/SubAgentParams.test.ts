/** What a model is shown of the `SubAgent` tool, and what of its words is taken. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { decode, shown } from "../src/internal/subAgentParams.ts"

const id = "ses_1"

describe("the arguments of SubAgent", () => {
  it("are shown as one flat object that is small and always the same", () => {
    const { properties, required } = shown([], [])
    assert.deepStrictEqual(required, ["action"])
    assert.deepStrictEqual(Object.keys(properties), [
      "action",
      "prompt",
      "title",
      "subagent_type",
      "model",
      "workspace",
      "disabled_tools",
      "wait",
      "child_session_ids",
      "wait_for",
      "child_session_id",
      "artifact_id",
      "offset",
      "message",
      "interrupt_running"
    ])
    assert.isBelow(JSON.stringify(shown([], [])).length, 2_500)
  })

  it("name the roles and agents that there are", () => {
    const { properties } = shown(
      [{ name: "reviewer", description: "reads\n changes" }],
      [{ name: "remote", description: "" }]
    )
    assert.include(properties["subagent_type"]?.["description"], "reviewer (reads changes)")
    assert.include(properties["agent"]?.["description"], "remote")
  })

  it.each([
    ["no action is create", { prompt: " do it " }, { action: "create", prompt: "do it" }],
    ["null is nothing", { action: "wait", wait_for: null }, { action: "wait" }],
    [
      "a part is read from an offset",
      { action: "get", child_session_id: id, artifact_id: "art_1", offset: 3 },
      { action: "get", child_session_id: id, artifact_id: "art_1", offset: 3 }
    ],
    [
      "several are waited for",
      { action: "wait", child_session_ids: [id], wait_for: "first_error" },
      { action: "wait", child_session_ids: [id], wait_for: "first_error" }
    ]
  ])("%s", (_, written, taken) => {
    assert.deepStrictEqual(Result.getOrThrow(decode(written)), taken)
  })

  it.each([
    ["anything but an object", "create", "not an object"],
    ["an action that there is not", { action: "kill" }, "there are create, wait, list"],
    ["what the action does not take", { action: "list", prompt: "x" }, "list does not take prompt: it takes nothing"],
    ["a create without a prompt", { action: "create", title: "x" }, "prompt"],
    ["a prompt of nothing", { action: "create", prompt: "  " }, "prompt"],
    ["a child without its id", { action: "cancel" }, "child_session_id"]
  ])("refuses %s and says what is right", (_, written, words) => {
    assert.include(Result.match(decode(written), { onFailure: (problem) => problem, onSuccess: () => "" }), words)
  })
})
