import { assert, describe, it } from "@effect/vitest"
import type { CliProtocol, Fact } from "@offshoot/adapters-cli"
import * as Option from "effect/Option"
import { AcpAsks, resultOf } from "../src/acp/AcpAsks.ts"
import { plain } from "../src/acp/AcpDialect.ts"
import { ofElicitation } from "../src/acp/AcpForm.ts"
import { AcpToolCalls } from "../src/acp/AcpToolCalls.ts"

const approved: CliProtocol.Verdict = { _tag: "Approved", text: Option.none() }
const denied: CliProtocol.Verdict = { _tag: "Denied", text: Option.none() }
const expired: CliProtocol.Verdict = { _tag: "Expired" }
const answered = (text: string): CliProtocol.Verdict => ({ _tag: "Answered", text })

const selected = (optionId: string) => ({ outcome: { outcome: "selected", optionId } })
const dismissed = { outcome: { outcome: "cancelled" } }

const always = { optionId: "always", kind: "allow_always" }
const once = { optionId: "once", kind: "allow_once" }
const no = { optionId: "no", kind: "reject_once" }
const never = { optionId: "never", kind: "reject_always" }

const fresh = () => new AcpAsks(plain("Agent"), new AcpToolCalls(plain("Agent"), "/repo"))

const lastAsked = (facts: ReadonlyArray<Fact.Fact> | undefined): Fact.Asked => {
  const last = facts?.at(-1)
  if (last?.type !== "permission_asked" && last?.type !== "question_asked") throw new Error("nothing was asked")
  return last
}

describe("the answer to a permission", () => {
  it.each([
    { options: [always, once, no, never], verdict: approved, result: selected("once") },
    { options: [always, once, no, never], verdict: denied, result: selected("no") },
    { options: [always, once, no, never], verdict: expired, result: selected("no") },
    { options: [always, no], verdict: approved, result: selected("no") },
    { options: [always, never], verdict: approved, result: dismissed },
    { options: [never], verdict: denied, result: dismissed },
    { options: [once, { ...once, optionId: "and_switch" }], verdict: approved, result: selected("once") },
    { options: ["once", {}], verdict: approved, result: dismissed }
  ])("gives nothing that the agent would remember: $verdict._tag of $options.length (A2)", (given) => {
    assert.deepStrictEqual(resultOf(given.options, given.verdict), given.result)
  })

  it("is given once (A1)", () => {
    const asks = fresh()
    const asked = lastAsked(asks.permission(7, { toolCall: { toolCallId: "call" }, options: [once, no] }))
    assert.deepStrictEqual(asks.answer(asked, approved).reply, { id: 7, result: selected("once") })
    assert.deepStrictEqual(asks.answer(asked, denied), { reply: undefined, facts: [] })
  })

  it("closes the call that was not allowed, also where only more was offered than may be given", () => {
    const asks = fresh()
    const asked = lastAsked(asks.permission(7, { toolCall: { toolCallId: "call" }, options: [always, no] }))
    assert.deepStrictEqual(
      asks.answer(asked, approved).facts.map(({ type }) => type),
      ["tool_error"]
    )
  })

  it("reaches the second of two asks for one call", () => {
    const asks = fresh()
    const params = { toolCall: { toolCallId: "call" }, options: [once, no] }
    const first = lastAsked(asks.permission(1, params))
    const second = lastAsked(asks.permission(2, params))
    assert.notStrictEqual(first.id, second.id)
    assert.deepStrictEqual(asks.answer(second, approved).reply?.id, 2)
  })
})

describe("an ask that nobody waits for", () => {
  it("any more is withdrawn", () => {
    const asks = fresh()
    const { id } = lastAsked(asks.permission("p", { toolCall: { toolCallId: "call" }, options: [once] }))
    assert.deepStrictEqual(asks.withdrawn("p"), [{ type: "ask_withdrawn", id }])
    assert.deepStrictEqual(asks.withdrawn("p"), [])
  })

  it("because the turn is stopped is dismissed in its own words", () => {
    const asks = fresh()
    asks.permission(1, { toolCall: { toolCallId: "call" }, options: [once] })
    asks.elicitation(2, { mode: "form", message: "Go on?", requestedSchema: {} })
    assert.deepStrictEqual(asks.dismissed(), [
      { id: 1, result: dismissed },
      { id: 2, result: { action: "cancel" } }
    ])
    assert.deepStrictEqual(asks.dismissed(), [])
  })
})

describe("a form", () => {
  const form = (properties: object, more: object = {}) =>
    ofElicitation({ mode: "form", message: "Which?", requestedSchema: { type: "object", properties }, ...more })

  it.each([
    [{ type: "string" }, [], "free words", "free words"],
    [{ type: "string", enum: ["a", "b"] }, ["a", "b"], " b ", "b"],
    [{ type: "string", enum: ["a"] }, ["a"], "neither", "neither"],
    [{ type: "string", oneOf: [{ const: "a", title: "First" }] }, ["First"], "First", "a"],
    [{ type: "boolean" }, ["yes", "no"], "Yes", true],
    [{ type: "boolean" }, ["yes", "no"], "no", false],
    [{ type: "boolean" }, ["yes", "no"], "perhaps", undefined],
    [{ type: "integer" }, [], " 3 ", 3],
    [{ type: "number" }, [], "many", undefined],
    [{ type: "array", items: { type: "string", enum: ["a", "b"] } }, ["a", "b"], "a, b,", ["a", "b"]],
    [{ type: "array", items: { anyOf: [{ const: "a", title: "First" }] } }, ["First"], "First, x", ["a", "x"]],
    [{ type: "of_the_future" }, [], "words", "words"]
  ])("asks for %j", (property, options, words, value) => {
    const [field] = form({ one: property })?.fields ?? []
    assert.deepStrictEqual(field?.options, options)
    assert.deepStrictEqual(field?.valueOf(words), value)
  })

  it("of one field asks what the agent says, of several what each is", () => {
    assert.deepStrictEqual(
      form({ one: {} })?.fields.map(({ question }) => question),
      ["Which?"]
    )
    assert.deepStrictEqual(
      form({ one: {}, two: { title: "The second" } })?.fields.map(({ question }) => question),
      ["Which?\none", "Which?\nThe second"]
    )
  })

  it("that is none is not asked: an address to go to, and more fields than a person fills in", () => {
    assert.isUndefined(form({}, { mode: "url" }))
    assert.isUndefined(form(Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`f${index}`, {}]))))
  })

  it.each([
    { verdicts: [answered("left"), answered("2")], result: { action: "accept", content: { one: "left", two: 2 } } },
    { verdicts: [answered("left"), denied], result: { action: "decline" } },
    { verdicts: [answered("left"), answered("many")], result: { action: "decline" } },
    { verdicts: [expired], result: { action: "cancel" } },
    { verdicts: [approved], result: { action: "decline" } }
  ])("is answered whole or not at all: $result.action after $verdicts.length", ({ result, verdicts }) => {
    const asks = fresh()
    const properties = { one: { type: "string" }, two: { type: "integer" } }
    let asked = asks.elicitation(3, { mode: "form", message: "Which?", requestedSchema: { properties } })
    let last
    for (const verdict of verdicts) {
      last = asks.answer(lastAsked(asked), verdict)
      asked = last.facts
    }
    assert.deepStrictEqual(last?.reply, { id: 3, result })
  })

  it.each([
    ["yes", { action: "accept", content: {} }],
    ["no", { action: "decline" }]
  ])("without fields is one question, answered with %s", (words, result) => {
    const asks = fresh()
    const asked = lastAsked(asks.elicitation(3, { mode: "form", message: "Go on?", requestedSchema: {} }))
    assert.deepInclude(asked, { question: "Go on?", options: ["yes", "no"] })
    assert.deepStrictEqual(asks.answer(asked, answered(words)).reply?.result, result)
  })
})
