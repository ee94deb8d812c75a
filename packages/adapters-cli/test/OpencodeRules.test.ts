import { assert, describe, it } from "@effect/vitest"
import type { CliProtocol } from "@offshoot/adapters-cli"
import {
  type Agent,
  agentsOf,
  configOf,
  mainOf,
  type Rule,
  rulesIn,
  sessionRules,
  unguardedOf
} from "../src/opencode-serve/OpencodeRules.ts"

const rule = (permission: string, action: Rule["action"], pattern = "*"): Rule => ({ permission, pattern, action })

/** What opencode 1.18.33 has by itself, as far as it matters here. */
const native = [
  rule("*", "allow"),
  rule("doom_loop", "ask"),
  rule("external_directory", "ask"),
  rule("external_directory", "allow", "/data/tool-output/*"),
  rule("question", "deny"),
  rule("read", "allow"),
  rule("read", "ask", "*.env")
]

const agent = (name: string, mode: Agent["mode"], rules: ReadonlyArray<Rule>): Agent => ({
  name,
  mode,
  isHidden: false,
  rules
})

const build = (own: ReadonlyArray<Rule> = []) =>
  agent("build", "primary", [...native, rule("question", "allow"), ...own])

/** As opencode decides: the last rule that fits. Only `*` stands for others here. */
const decided = (rules: ReadonlyArray<Rule>, permission: string, pattern = "x") =>
  rules.findLast(
    (one) =>
      (one.permission === "*" || one.permission === permission) && (one.pattern === "*" || one.pattern === pattern)
  )?.action

const modes: ReadonlyArray<CliProtocol.PermissionMode> = ["ask", "deny", "accept_edits"]

describe("the rules of a session", () => {
  it.each(modes)("have everything asked for that changes, runs or fetches, in the mode %s (P1)", (mode) => {
    const own = [rule("bash", "allow"), rule("edit", "allow"), rule("tracker_*", "allow")]
    const rules = sessionRules(mode, [build(own)], build(own), [])
    for (const permission of ["bash", "edit", "webfetch", "websearch", "tracker_write", "anything_new"]) {
      assert.strictEqual(decided(rules, permission), "ask", permission)
    }
    assert.strictEqual(decided(rules, "external_directory"), "ask")
  })

  it.each<[string, string, Rule["action"]]>([
    ["read", "a.ts", "allow"],
    ["read", "*.env", "ask"],
    ["grep", "x", "allow"],
    ["todowrite", "x", "allow"],
    ["task", "general", "allow"],
    ["question", "x", "allow"],
    ["external_directory", "/data/tool-output/*", "allow"],
    ["doom_loop", "x", "ask"]
  ])("leave %s of %s as it is: %s", (permission, pattern, action) => {
    assert.strictEqual(decided(sessionRules("ask", [build()], build(), []), permission, pattern), action)
  })

  it("keep what the user denies, also where a rule for everything came behind it (P2)", () => {
    const own = [rule("bash", "deny", "rm *"), rule("edit", "deny"), rule("*", "ask")]
    const rules = sessionRules("accept_edits", [build(own)], build(own), [])
    assert.strictEqual(decided(rules, "bash", "rm *"), "deny")
    assert.strictEqual(decided(rules, "bash", "ls"), "ask")
    assert.strictEqual(decided(rules, "edit"), "deny")
  })

  it("deny nothing that the user allows again behind it", () => {
    const own = [rule("bash", "deny", "rm *"), rule("bash", "allow")]
    assert.strictEqual(decided(sessionRules("full", [build(own)], build(own), []), "bash", "rm *"), "allow")
  })

  it("are those of the agent itself in the mode full", () => {
    const own = [rule("bash", "ask"), rule("edit", "deny", "secrets/*")]
    const rules = sessionRules("full", [build(own)], build(own), [])
    assert.strictEqual(decided(rules, "bash"), "ask")
    assert.strictEqual(decided(rules, "webfetch"), "allow")
    assert.strictEqual(decided(rules, "edit", "secrets/*"), "deny")
  })

  it.each<[ReadonlyArray<string>, string, Rule["action"]]>([
    [["bash"], "bash", "deny"],
    [["webfetch", "task"], "task", "deny"],
    [["write"], "edit", "ask"],
    [["edit", "write", "apply_patch"], "edit", "deny"]
  ])("without the tools %j have %s: %s", (tools, permission, action) => {
    assert.strictEqual(decided(sessionRules("full", [build()], build(), tools), permission), action)
  })
})

describe("a sub-agent", () => {
  const asking = [rule("*", "ask"), rule("read", "allow"), rule("grep", "allow")]

  it.each<[string, ReadonlyArray<Rule>, "is used" | "is not used"]>([
    ["that has opencode's own rules", native, "is not used"],
    ["that has them under a rule for everything", [...native, ...asking], "is used"],
    ["that only looks", [...native, rule("*", "deny"), rule("grep", "allow")], "is used"],
    ["that may run commands", [...native, ...asking, rule("bash", "allow")], "is not used"],
    ["that may run some commands", [...native, ...asking, rule("bash", "allow", "git *")], "is not used"],
    [
      "that may run commands, and may not behind that",
      [...native, ...asking, rule("bash", "allow", "git *"), rule("bash", "ask")],
      "is used"
    ],
    ["that may use everything again", [...native, ...asking, rule("*", "allow")], "is not used"],
    ["that may reach every folder", [...asking, rule("external_directory", "allow")], "is not used"],
    ["that may reach a folder that is named", [...asking, rule("external_directory", "allow", "/data/*")], "is used"],
    ["without a rule, which asks", [], "is used"]
  ])("%s %s", (_, rules, use) => {
    const agents = [build(), agent("helper", "subagent", rules)]
    const isUsed = use === "is used"
    assert.deepStrictEqual(unguardedOf("ask", agents), isUsed ? [] : ["helper"])
    const decision = decided(sessionRules("ask", agents, build(), []), "task", "helper")
    assert.strictEqual(decision, isUsed ? "allow" : "deny")
  })

  it("is used as it is in the mode full", () => {
    assert.deepStrictEqual(unguardedOf("full", [agent("helper", "subagent", native)]), [])
  })

  it("is not looked for among those that only a person chooses", () => {
    assert.deepStrictEqual(unguardedOf("ask", [agent("plan", "primary", native)]), [])
  })
})

describe("agents as they are told", () => {
  it("begin with the one of a new session, unless that is hidden or for others to launch", () => {
    const agents = agentsOf([
      { name: "title", mode: "primary", hidden: true, permission: [] },
      { name: "general", mode: "subagent", permission: [] },
      { name: "mine", permission: [{ permission: "bash", pattern: "*", action: "ask" }] }
    ])
    assert.deepStrictEqual(mainOf(agents), agent("mine", "all", [rule("bash", "ask")]))
  })

  it.each([[undefined], [{}], [[]], [[3, { mode: "primary" }]]])("of another shape (%j) are none", (body) => {
    assert.isUndefined(mainOf(agentsOf(body)))
  })

  it("have only rules that can be read", () => {
    assert.deepStrictEqual(
      rulesIn({ permission: [{ permission: "bash", pattern: "*", action: "maybe" }, "x", rule("edit", "deny")] }),
      [rule("edit", "deny")]
    )
  })
})

describe("the configuration of a run", () => {
  it.each(["ask", "deny", "accept_edits", "full"] as const)("updates and publishes nothing in the mode %s", (mode) => {
    assert.deepInclude(configOf(mode), { autoupdate: false, share: "disabled" })
  })

  it("says nothing of permissions in the mode full", () => {
    assert.notProperty(configOf("full"), "permission")
    assert.notProperty(configOf("full"), "agent")
  })

  it.each(modes)("has everything asked for first, so that what follows can only be looking, in the mode %s", (mode) => {
    const permission = configOf(mode)["permission"]
    assert.deepStrictEqual(Object.entries(Object(permission))[0], ["*", "ask"])
    assert.notProperty(permission, "bash")
    assert.notProperty(permission, "edit")
  })
})
