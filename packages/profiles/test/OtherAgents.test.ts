import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as CodexAgents from "../src/CodexAgents.ts"
import * as CursorAgents from "../src/CursorAgents.ts"
import * as GeminiAgents from "../src/GeminiAgents.ts"
import * as GithubAgents from "../src/GithubAgents.ts"
import * as OpencodeAgents from "../src/OpencodeAgents.ts"
import { ignored, may, only, page, read, untrusted } from "./reading.ts"

const everything = "read search write shell fetch webSearch spawn other"

describe("OpencodeAgents", () => {
  it("S-profiles: a file as people have it is a role, called by its path", () => {
    const text = page(
      `description: Looks at a change and says what is wrong with it
mode: subagent
model: anthropic/claude-sonnet-4-5
temperature: 0.1
steps: 12
permission:
  edit: deny
  webfetch: deny
  bash:
    "git diff*": allow
    "*": ask`,
      "You review."
    )
    const found = only(read(OpencodeAgents.format, text, "quality/review"))
    assert.deepInclude(found, {
      name: "quality/review",
      model: "anthropic:claude-sonnet-4-5",
      roundsMax: 12,
      systemPrompt: "You review."
    })
    assert.strictEqual(may(found), "read search webSearch spawn other")
    assert.deepStrictEqual(ignored(found), ["bash", "temperature"])
  })

  it.each([
    ["description: a", everything],
    ["tools: { write: false, edit: false, bash: false }", "read search fetch webSearch spawn other"],
    ['tools: { "*": false, read: true, grep: true }', "read search"],
    ['tools: { read: true, "*": false }', ""],
    ['permission: { "*": deny, read: allow, "tracker_*": allow }', "read other"],
    ['permission: { "*": deny, tracker_list_issues: allow }', ""],
    ['permission: { "*": deny, "my_tracker_*": allow }', ""],
    ["permission: deny", ""],
    ["permission: { task: ask }", "read search write shell fetch webSearch other"],
    ['permission: { "tracker_*": deny }', "read search write shell fetch webSearch spawn"],
    ["permission: { tracker_list_issues: deny }", "read search write shell fetch webSearch spawn"],
    ['permission: { "*_list_issues": deny }', ""],
    ["permission: { doom_loop: ask, external_directory: deny }", everything],
    ["permission: { read: { '*.env': deny } }", "search write shell fetch webSearch spawn other"]
  ])("S-profiles: with %s a role may %s", (head, works) =>
    assert.strictEqual(may(only(read(OpencodeAgents.format, page(head)))), works)
  )

  it("a role that is switched off is none", () =>
    assert.deepStrictEqual(read(OpencodeAgents.format, page("disable: true")).roles, []))
})

describe("CodexAgents", () => {
  const role = (rest: string) =>
    only(read(CodexAgents.format, `name = "a"\ndescription = "b"\n${rest}\ndeveloper_instructions = "You do it."`))

  it("S-profiles: a file as people have it is a role", () => {
    const found = only(
      read(
        CodexAgents.format,
        `name = "schema-reader"
description = "Reads migrations and says what they do to old rows."
nickname_candidates = ["Delta", "Echo"]
model = "gpt-5.2-codex"
model_reasoning_effort = "high"
sandbox_mode = "read-only"
developer_instructions = """
Read every migration in order.
Name the locks that each takes.
"""

[mcp_servers.docs]
url = "https://docs.example.com/mcp"
`
      )
    )
    assert.deepInclude(found, { name: "schema-reader", model: "openai:gpt-5.2-codex" })
    assert.strictEqual(found.systemPrompt, "Read every migration in order.\nName the locks that each takes.")
    assert.strictEqual(may(found), "read search fetch webSearch spawn other")
    assert.deepStrictEqual(ignored(found), ["nickname_candidates", "model_reasoning_effort", "mcp_servers"])
  })

  it.each([
    ["", everything, undefined],
    ['sandbox_mode = "workspace-write"', everything, undefined],
    ['sandbox_mode = "read-only"\nweb_search = "disabled"', "read search spawn other", undefined],
    ['model = "gpt-oss:20b"', everything, undefined],
    ['model = "gpt-oss:20b"\nmodel_provider = "ollama"', everything, "ollama:gpt-oss:20b"],
    ['model = "o3"', everything, "openai:o3"]
  ])("with %j a role may %s and has the model %s", (rest, works, model) => {
    assert.strictEqual(may(role(rest)), works)
    assert.strictEqual(role(rest).model, model)
  })

  it.each([
    ['name = "a"\ndescription = "b"', 1, 1, "developer_instructions: this key is required", "a"],
    ['name = "a"\ndescription = 3\ndeveloper_instructions = "c"', 2, 1, "description: ", "a"],
    ['name = "a"\ndescription = "b', 2, 15, "this is not TOML: ", "a"],
    ['description = "b"', 1, 1, "name: this key is required", "file"]
  ])("%j is refused with its place", (text, line, column, message, name) => {
    const { broken } = read(CodexAgents.format, text)
    assert.deepInclude(broken[0], { line, column, name })
    assert.include(broken[0]?.message ?? "", message)
    assert.notInclude(broken[0]?.message ?? "", "\n")
  })
})

describe("GeminiAgents", () => {
  it("S-profiles: a local role as people have it", () => {
    const found = only(
      read(
        GeminiAgents.format,
        page(`kind: local
name: db-tuner
description: Finds slow queries
tools: [read_file, grep_search, run_shell_command, mcp_tracker_*, ask_user]
model: gemini-2.5-pro
temperature: 0.2
max_turns: 15
timeout_mins: 5`)
      )
    )
    assert.deepInclude(found, { name: "db-tuner", model: "google:gemini-2.5-pro", roundsMax: 15 })
    assert.strictEqual(may(found), "read search shell other")
    assert.deepStrictEqual(ignored(found), ["ask_user", "temperature", "timeout_mins"])
  })

  it.each([
    ["[]", ""],
    ["['*']", everything],
    ["['mcp_*']", "read search write shell other"],
    ["[tracker__list_issues]", "other"],
    ["[mcp_tracker_list_issues]", "other"]
  ])("tools: %s is %j", (tools, works) => {
    const found = only(read(GeminiAgents.format, page(`name: a\ndescription: b\ntools: ${tools}`)))
    assert.strictEqual(may(found), works)
  })

  const remote = "kind: remote\nname: payroll\nagent_card_url: https://hr.example.com/card.json?key=s3cret"

  it("S-profiles: a remote role is played by the agent of the configuration at its address", () => {
    const agentAt = (address: string) =>
      address === "https://hr.example.com/card.json?key=s3cret" ? Option.some("hr") : Option.none()
    const found = only(read(GeminiAgents.format, page(remote), "x", { trusted: true, agentAt }))
    assert.deepInclude(found, { name: "payroll", agent: "hr" })
  })

  it("a remote role whose agent the operator did not name cannot be used, and no secret of its address is told", () => {
    const { broken, roles } = read(GeminiAgents.format, page(remote))
    assert.deepStrictEqual(roles, [])
    assert.deepInclude(broken[0], { name: "payroll", line: 4, column: 1 })
    assert.include(broken[0]?.message ?? "", "https://hr.example.com/card.json")
    assert.notInclude(broken[0]?.message ?? "", "s3cret")
  })

  it("a file may hold several remote roles, each with its own mistake", () => {
    const text = page("- name: a\n  agent_card_url: https://a.example.com\n- name: b\n  agent_card_url: nowhere")
    const around = { ...untrusted, agentAt: () => Option.some("hr") }
    const { broken, roles } = read(GeminiAgents.format, text, "x", around)
    assert.deepStrictEqual(
      roles.map(({ name }) => name),
      ["a"]
    )
    assert.deepInclude(broken[0], { line: 5, column: 3 })
  })
})

describe("GithubAgents", () => {
  it("S-profiles: a file as people have it is a role, called by its file name", () => {
    const found = only(
      read(
        GithubAgents.format,
        page(`name: 'Test Specialist'
description: 'Looks after the tests'
tools: ['read', 'edit/editFiles', 'search/codebase', 'tracker/list_issues', 'problems']
model: Claude Sonnet 4.5 (copilot)
mcp-servers:
  tracker: { type: local, command: npx }
handoffs:
  - label: next
    agent: other`),
        "test-specialist.agent"
      )
    )
    assert.strictEqual(found.name, "test-specialist")
    assert.strictEqual(may(found), "read search write other")
    assert.deepStrictEqual(ignored(found), [
      "problems",
      "model: Claude Sonnet 4.5 (copilot)",
      "name",
      "mcp-servers",
      "handoffs"
    ])
  })

  it.each([
    ["", everything],
    ["tools: ['*']", everything],
    ["tools: []", ""],
    ["tools: read, Execute", "read shell"],
    ["tools: ['web', 'agent']", "fetch webSearch spawn"],
    ["tools: ['tracker/*']", "other"],
    ["tools: ['execute/getTerminalOutput', 'azure.tools/x']", ""]
  ])("with %j a role may %s", (rest, works) =>
    assert.strictEqual(may(only(read(GithubAgents.format, page(`description: b\n${rest}`)))), works)
  )
})

describe("CursorAgents", () => {
  it("S-profiles: a file as people have it is a role", () => {
    const found = only(
      read(
        CursorAgents.format,
        page(
          "name: verifier\ndescription: Checks what is said to be done\nmodel: fast\nreadonly: true\nis_background: true"
        )
      )
    )
    assert.strictEqual(found.name, "verifier")
    assert.strictEqual(may(found), "read search fetch webSearch spawn other")
    assert.deepStrictEqual(ignored(found), ["model: fast", "is_background"])
  })

  it.each([
    ["model: inherit", "file", everything],
    ["name: x\nreadonly: false", "x", everything],
    ["tools: Read, Bash", "file", "read shell"]
  ])("%j is the role %s that may %s", (head, name, works) => {
    const found = only(read(CursorAgents.format, page(head)))
    assert.strictEqual(found.name, name)
    assert.strictEqual(may(found), works)
  })
})
