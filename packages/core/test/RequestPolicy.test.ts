import { assert, describe, it } from "@effect/vitest"
import * as Ids from "../src/Ids.ts"
import type { Ask } from "../src/Obligation.ts"
import * as RequestPolicy from "../src/RequestPolicy.ts"
import { metadataKeys } from "../src/Session.ts"
import * as Records from "./SessionRecords.ts"

const permission = (toolName: string): Ask => ({ type: "permission", toolCallId: "1", toolName, arguments: {} })

const asker = Records.child({ profile: "reviewer", depth: 2, metadata: { [metadataKeys.externalAgentId]: "coder" } })

type Matcher = Omit<RequestPolicy.Rule, "name" | "decision">

describe("RequestPolicy.decide", () => {
  const matchers: ReadonlyArray<readonly [string, Matcher, string, boolean]> = [
    ["nothing given", {}, "shell", true],
    ["the tool itself", { tool: "shell" }, "shell", true],
    ["another tool", { tool: "shell" }, "shell2", false],
    ["the beginning of the tool", { tool: "mcp__files__*" }, "mcp__files__read", true],
    ["another beginning", { tool: "mcp__files__*" }, "mcp__web__get", false],
    ["a star inside a name is no wildcard", { tool: "a*b" }, "axb", false],
    ["every tool", { tool: "*" }, "shell", true],
    ["the profile", { profile: "reviewer" }, "shell", true],
    ["another profile", { profile: "writer" }, "shell", false],
    ["the agent", { agent: "coder" }, "shell", true],
    ["another agent", { agent: "other" }, "shell", false],
    ["the depth is the smallest", { depthMin: 2 }, "shell", true],
    ["the depth is too small", { depthMin: 3 }, "shell", false],
    ["the depth is the greatest", { depthMax: 2 }, "shell", true],
    ["the depth is too great", { depthMax: 1 }, "shell", false],
    ["one of two does not match", { tool: "shell", profile: "writer" }, "shell", false]
  ]
  it.each(matchers)("%s", (_, matcher, toolName, matches) => {
    const rule = { ...matcher, name: "only", decision: "allow" } as const
    assert.deepStrictEqual<unknown>(
      RequestPolicy.decide([rule], asker, permission(toolName)),
      matches ? { _tag: "Answer", decision: "allow", rule: "only" } : { _tag: "Ask" }
    )
  })

  it("the first rule that matches decides, also when it says to ask", () => {
    const rules = [
      { name: "ask for shell", tool: "shell", decision: "ask" },
      { name: "deny the rest", decision: "deny" }
    ] as const
    assert.deepStrictEqual<unknown>(RequestPolicy.decide(rules, asker, permission("shell")), { _tag: "Ask" })
    assert.deepStrictEqual<unknown>(RequestPolicy.decide(rules, asker, permission("web")), {
      _tag: "Answer",
      decision: "deny",
      rule: "deny the rest"
    })
  })

  const granted = new Map([["shell", Ids.RequestId.make("req_1")]])
  const allow = { name: "allow", tool: "shell", decision: "allow" } as const
  const deny = { name: "deny", tool: "shell", decision: "deny" } as const
  const askFirst = { name: "ask", tool: "shell", decision: "ask" } as const
  const bySession = { _tag: "Answer", decision: "allow", rule: "session:req_1" }
  it.each([
    ["allows the tool that it is for", [], "shell", bySession],
    ["allows no other tool", [], "shell2", { _tag: "Ask" }],
    ["is no wildcard", [], "shel", { _tag: "Ask" }],
    ["stands where a rule says to ask", [askFirst], "shell", bySession],
    ["does not stand against a rule that denies", [deny], "shell", { _tag: "Answer", decision: "deny", rule: "deny" }],
    ["is not named where a rule allows", [allow], "shell", { _tag: "Answer", decision: "allow", rule: "allow" }]
  ] as const)("what a person allowed for the session %s", (_, rules, toolName, verdict) => {
    assert.deepStrictEqual<unknown>(RequestPolicy.decide(rules, asker, permission(toolName), granted), verdict)
  })

  it("what a person allowed for the session answers no question", () => {
    const question = { type: "question", question: "which?" } as const
    assert.deepStrictEqual<unknown>(RequestPolicy.decide([], asker, question, granted), { _tag: "Ask" })
  })

  it("no rule answers a question", () => {
    const rules = [{ name: "all", decision: "allow" }] as const
    assert.deepStrictEqual<unknown>(RequestPolicy.decide(rules, asker, { type: "question", question: "which?" }), {
      _tag: "Ask"
    })
  })

  it("without rules a person is asked", () => {
    assert.deepStrictEqual<unknown>(RequestPolicy.decide([], asker, permission("shell")), { _tag: "Ask" })
  })
})
