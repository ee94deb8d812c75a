import { assert, describe, it } from "@effect/vitest"
import { read } from "../src/RoleFile.ts"
import { may, only } from "./reading.ts"

const entry = (rest: object): string =>
  JSON.stringify({ profiles: [{ id: "scribe", system_prompt: "You write.", ...rest }] })

describe("RoleFile", () => {
  it.each([
    [{}, "read search write shell fetch webSearch spawn other"],
    [{ tools: { mode: "inherit" } }, "read search write shell fetch webSearch spawn other"],
    [{ tools: { mode: "allowlist", allow: ["fetch", "mcp__tracker__*"] } }, "fetch other"],
    [{ tools: { mode: "allowlist" } }, ""],
    [{ tools: { mode: "denylist", deny: ["mcp__*", "SubAgent"] } }, "fetch webSearch"]
  ])("S-profiles: a role with %j may %s", (rest, works) => assert.strictEqual(may(only(read(entry(rest)))), works))

  it("S-profiles: a role with the keys of the seed is read whole, and what has no effect is said", () => {
    const role = only(
      read(
        entry({
          display_name: "Scribe",
          description: "Writes it down",
          model_hint: { tier: "chat" },
          default_responsibility: "Write",
          ui: { icon: "x" }
        })
      )
    )
    assert.deepInclude(role, { name: "scribe", description: "Writes it down", systemPrompt: "You write." })
    assert.deepStrictEqual(
      role.ignored.map(({ what }) => what),
      ["model_hint.tier", "display_name", "default_responsibility", "ui"]
    )
    const hinted = only(read(entry({ model_hint: { tier: "chat", model_ref: "fast" }, agent: "hr", rounds_max: 3 })))
    assert.deepInclude(hinted, { model: "fast", agent: "hr", roundsMax: 3 })
  })

  it("S-profiles: a file that is no JSON defines nothing, and says where and which roles are missing", () => {
    const text = '{\n  "profiles": [\n    { "id": "coder", "system_prompt": "x" }\n    { "id": "tester" }\n  ]\n}'
    const { broken, roles } = read(text)
    assert.deepStrictEqual(roles, [])
    assert.deepInclude(broken[0], { name: "coder", line: 4, column: 5 })
    assert.include(broken[0]?.message ?? "", "this is not JSON: comma expected")
  })

  it.each([
    ["", 1, 1],
    ["[]", 1, 1],
    ['{"profiles": {}}', 1, 2],
    ['{"profiles": [], // more\n}', 1, 18]
  ])("%j is a mistake", (text, line, column) => {
    const { broken, roles } = read(text)
    assert.deepStrictEqual(roles, [])
    assert.deepInclude(broken[0], { line, column })
  })

  it("a role with a mistake does not hide the others", () => {
    const text = `{
  "profiles": [
    { "id": "a", "system_prompt": "x", "toolz": { "mode": "allowlist" } },
    { "id": "b", "system_prompt": "x", "tools": { "mode": "allowlist", "allow": ["*_x"] } },
    { "id": "c", "system_prompt": "x" }
  ]
}`
    const { broken, roles } = read(text)
    assert.deepStrictEqual(
      roles.map(({ name }) => name),
      ["c"]
    )
    assert.deepInclude(broken[0], { name: "a", line: 3, column: 40 })
    assert.deepInclude(broken[1], { name: "b", line: 4 })
  })
})
