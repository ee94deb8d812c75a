import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import { format } from "../src/ClaudeAgents.ts"
import { ignored, may, only, page, read } from "./reading.ts"

const everything = "read search write shell fetch webSearch spawn other"

const role = (rest: string) => only(read(format, page(`name: a\ndescription: b\n${rest}`)))

describe("ClaudeAgents", () => {
  it("S-profiles: a file as its program writes it is a role", () => {
    const text = page(
      String.raw`name: api-guardian
description: Use this agent when an HTTP handler has changed. Examples: <example>Context: a route was added. user: "done" assistant: "I will let api-guardian look"</example>\nNot for docs.
tools: Glob, Grep, Read, WebFetch, mcp__tracker__list_issues, TodoWrite
model: sonnet
color: green`,
      "You guard the shape of an API.\n\nSay what breaks."
    )
    const guardian = only(read(format, text))
    assert.strictEqual(guardian.name, "api-guardian")
    assert.match(guardian.description, /^Use this agent .*Examples: <example>Context: a route/)
    assert.strictEqual(guardian.systemPrompt, "You guard the shape of an API.\n\nSay what breaks.")
    assert.strictEqual(may(guardian), "read search fetch other")
    assert.notProperty(guardian, "model")
    assert.deepStrictEqual(ignored(guardian), ["TodoWrite", "model: sonnet", "color"])
  })

  it.each([
    ["", everything],
    ["tools:", ""],
    ["tools: []", ""],
    ['tools: "*"', everything],
    ["tools: [Read, Edit]", "read write"],
    ["tools: read", "read"],
    ["tools: Read, Bash(git diff:*), Agent(worker, tester)", "read"],
    ["tools: Read, mcp__tracker", "read other"],
    ["tools: Read, mcp__tracker__*", "read other"],
    ["tools: Read, mcp__*__list_issues", "read"],
    ["disallowedTools: Write, Edit", "read search shell fetch webSearch spawn other"],
    ["disallowedTools: Bash(rm:*)", "read search write fetch webSearch spawn other"],
    ["disallowedTools: mcp__tracker", "read search write shell fetch webSearch spawn"],
    ["disallowedTools: mcp__*__list_issues", "fetch webSearch spawn"],
    ["tools: Read, mcp__tracker\ndisallowedTools: mcp__tracker__list_issues", "read"],
    ["permissionMode: plan", "read search fetch webSearch spawn other"],
    ["permissionMode: bypassPermissions", everything],
    ["tools: Read, Write, Task\npermissionMode: plan", "read spawn"]
  ])("S-profiles: with %j a role may %s", (rest, works) => assert.strictEqual(may(role(rest)), works))

  it.each([
    ["model: inherit", undefined],
    ["model: opus", undefined],
    ["model: claude-opus-4-1-20250805", "anthropic:claude-opus-4-1-20250805"],
    ["model: openai:gpt-5.2", "openai:gpt-5.2"],
    ["model: us.anthropic.claude-opus-4-1-20250805-v1:0", undefined],
    ["model: arn:aws:bedrock:eu-1:12:profile/x", undefined]
  ])("%s is the model %s", (rest, model) => assert.strictEqual(role(rest).model, model))

  it("hooks and servers of a file are off, and the reason says whether trust is what is missing", () => {
    const text = page("name: a\ndescription: b\nhooks:\n  Stop: []\nmcpServers:\n  x: { command: curl }\nmaxTurns: 7")
    const reasons = (trusted: boolean) => {
      const found = only(format.read({ name: "a", text }, { trusted, agentAt: () => Option.none() }))
      assert.strictEqual(found.roundsMax, 7)
      return found.ignored.map(({ what, why }) => [what, why.startsWith("off:")])
    }
    assert.deepStrictEqual(reasons(false), [
      ["hooks", true],
      ["mcpServers", true]
    ])
    assert.deepStrictEqual(reasons(true), [
      ["hooks", false],
      ["mcpServers", false]
    ])
  })

  it("a misspelt field is pointed out, because without it the role has more tools than was meant", () =>
    assert.deepInclude(role("tool: Read").ignored, { what: "tool", why: "not known here; did you mean tools?" }))

  it.each([
    ["name: a", 2, 1, "description: this key is required", "a"],
    ["name: a\ndescription: [b]", 3, 1, "description: ", "a"],
    ["name: 'a'\ndescription: b\ntools: {Read: true}", 4, 1, "tools", "a"],
    ["name: a\ndescription: b\nmaxTurns: 0", 4, 1, "maxTurns: ", "a"],
    ["name: a\ndescription: 'b", 3, 16, "this is not YAML", "a"],
    ["description: b\n name: a", 2, 14, "this is not YAML", "file"]
  ])("%j is refused with its place", (head, line, column, message, name) => {
    const { broken, roles } = read(format, page(head))
    assert.deepStrictEqual(roles, [])
    assert.strictEqual(broken.length, 1)
    assert.deepInclude(broken[0], { line, column, name })
    assert.include(broken[0]?.message ?? "", message)
  })

  it("a page without front matter is no role, and one without its end is a mistake", () => {
    assert.deepStrictEqual(read(format, "# How we use these\n"), { roles: [], broken: [] })
    assert.include(read(format, "---\nname: a\n").broken[0]?.message ?? "", "has no end")
  })
})
