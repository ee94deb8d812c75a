import { assert, describe, it } from "@effect/vitest"
import type { CliProtocol } from "@offshoot/adapters-cli"
import * as Option from "effect/Option"
import { ClaudeAsks } from "../src/claude-stream-json/ClaudeAsks.ts"
import type { Asked, AskedKind } from "../src/Fact.ts"
import type { Frame } from "../src/Frames.ts"

const input = { command: "make" }
const request = (toolName: string, fields: Frame = {}): Frame => ({
  subtype: "can_use_tool",
  tool_name: toolName,
  input,
  tool_use_id: "toolu_1",
  ...fields
})

const approved: CliProtocol.Verdict = { _tag: "Approved", text: Option.none() }
const expired: CliProtocol.Verdict = { _tag: "Expired" }
const denied = (text?: string): CliProtocol.Verdict => ({ _tag: "Denied", text: Option.fromUndefinedOr(text) })
const answered = (text: string): CliProtocol.Verdict => ({ _tag: "Answered", text })

const success = (response: Frame): Frame => ({
  type: "control_response",
  response: { subtype: "success", request_id: "r1", response }
})

/** The asks that one request becomes. */
const take = (asks: ClaudeAsks, asked: Frame): readonly [Asked, ...ReadonlyArray<Asked>] => {
  const [first, ...more] = asks.take("r1", asked)
  if (first === undefined) throw new Error("nothing is asked")
  return [first, ...more]
}

describe("a permission", () => {
  it.each<[string, Frame, AskedKind]>([
    ["Bash", {}, "execute"],
    ["Bash", { blocked_path: "/etc" }, "execute"],
    ["Edit", {}, "edit"],
    ["Write", { blocked_path: null }, "edit"],
    ["NotebookEdit", {}, "edit"],
    ["Write", { decision_reason_type: "workingDir" }, "other"],
    ["Edit", { decision_reason: "a guarded file" }, "other"],
    ["Edit", { matched_ask_rule: { source: "userSettings" } }, "other"],
    ["Read", {}, "read"],
    ["Read", { decision_reason_type: "workingDir" }, "other"],
    ["WebFetch", {}, "other"],
    ["mcp__files__write", {}, "other"]
  ])("for %s with %o is one to %s", (toolName, fields, kind) => {
    assert.deepStrictEqual(new ClaudeAsks().take("r1", request(toolName, fields)), [
      { type: "permission_asked", id: "r1", kind, toolCallId: "toolu_1", toolName, arguments: input }
    ])
  })

  it("that is given has the input that was asked for, and not the program's way to ask no more", () => {
    const asks = new ClaudeAsks()
    const [asked] = take(asks, request("Bash", { permission_suggestions: [{ type: "setMode" }] }))
    assert.deepStrictEqual(asks.answer(asked, approved), success({ behavior: "allow", updatedInput: input }))
  })

  it.each<[string, CliProtocol.Verdict, RegExp]>([
    ["is denied with words", denied("not on Sundays"), /^not on Sundays$/],
    ["is denied without words", denied(), /not allowed/],
    ["nobody answered", expired, /Nobody answered/]
  ])("that %s lets the turn go on without it", (_, verdict, words) => {
    const asks = new ClaudeAsks()
    const [asked] = take(asks, request("Bash"))
    const reply = asks.answer(asked, verdict)
    const message = /"message":"([^"]*)"/.exec(JSON.stringify(reply))?.[1] ?? ""
    assert.match(message, words)
    assert.deepStrictEqual(reply, success({ behavior: "deny", message, interrupt: false }))
  })

  it("is answered once, and not at all when it was withdrawn", () => {
    const asks = new ClaudeAsks()
    const [asked] = take(asks, request("Bash"))
    assert.isDefined(asks.answer(asked, approved))
    assert.isUndefined(asks.answer(asked, approved))
    const [again] = take(asks, request("Bash"))
    assert.deepStrictEqual(asks.withdraw("r1"), [{ type: "ask_withdrawn", id: "r1" }])
    assert.isUndefined(asks.answer(again, approved))
    assert.deepStrictEqual(asks.withdraw("r1"), [])
  })

  it("is not what a request of another kind asks for", () => {
    assert.deepStrictEqual(new ClaudeAsks().take("r1", { subtype: "hook_callback" }), [])
  })
})

describe("a question", () => {
  const question = (text: string, multiSelect = false) => ({
    question: text,
    header: "h",
    multiSelect,
    options: [
      { label: "A", description: "the first" },
      { label: "B", description: "B" }
    ]
  })
  const questions = { questions: [question("Which?"), question("What else?", true)] }
  const asking = request("AskUserQuestion", { input: questions })

  it("is put to a person by itself, with what its choices mean", () => {
    assert.deepStrictEqual(take(new ClaudeAsks(), asking), [
      { type: "question_asked", id: "toolu_1", question: "Which?\nA: the first", options: ["A", "B"] },
      {
        type: "question_asked",
        id: "toolu_1?2",
        question: "What else?\nA: the first\nSeveral are possible, with commas between them.",
        options: ["A", "B"]
      }
    ])
  })

  it("is answered together with those that were asked with it, in whatever order", () => {
    const asks = new ClaudeAsks()
    const [first, second] = take(asks, asking)
    assert.isUndefined(asks.answer(second ?? first, answered("A, B")))
    assert.deepStrictEqual(
      asks.answer(first, answered("neither")),
      success({
        behavior: "allow",
        updatedInput: { ...questions, answers: { "Which?": "neither", "What else?": "A, B" } }
      })
    )
  })

  it("that nobody answered among others is said to be so", () => {
    const asks = new ClaudeAsks()
    const [first, second] = take(asks, asking)
    asks.answer(first, expired)
    const answers = { "Which?": "Nobody answered: decide yourself.", "What else?": "B" }
    assert.deepStrictEqual(
      asks.answer(second ?? first, answered("B")),
      success({ behavior: "allow", updatedInput: { ...questions, answers } })
    )
  })

  it("that nobody answered at all is denied, in the words of whoever did", () => {
    const asks = new ClaudeAsks()
    const [first, second] = take(asks, asking)
    asks.answer(first, denied("Decide yourself"))
    assert.deepStrictEqual(
      asks.answer(second ?? first, expired),
      success({ behavior: "deny", message: "Decide yourself", interrupt: false })
    )
  })

  it("that is withdrawn takes those that were asked with it along", () => {
    const asks = new ClaudeAsks()
    take(asks, asking)
    assert.deepStrictEqual(
      asks.withdraw("r1").map(({ id }) => id),
      ["toolu_1", "toolu_1?2"]
    )
  })

  it("in a shape that nobody knows is a permission", () => {
    const [asked] = take(new ClaudeAsks(), request("AskUserQuestion", { input: { poll: 1 } }))
    assert.strictEqual(asked.type, "permission_asked")
  })
})
