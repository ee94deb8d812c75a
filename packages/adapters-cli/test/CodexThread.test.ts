import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import { profile } from "../src/agents/Codex.ts"
import type { PermissionMode } from "../src/CliProtocol.ts"
import * as CodexThread from "../src/codex-app-server/CodexThread.ts"
import type { Frame } from "../src/Frames.ts"

describe("a thread of Codex", () => {
  const optionsOf = (permission: PermissionMode, disabledTools: ReadonlyArray<string> = []) => ({
    cwd: "/place",
    model: Option.none<string>(),
    permission,
    disabledTools
  })

  it.each<[PermissionMode, string, string]>([
    ["ask", "untrusted", "workspace-write"],
    ["accept_edits", "untrusted", "workspace-write"],
    ["deny", "on-request", "read-only"],
    ["full", "never", "danger-full-access"]
  ])("in the mode %s asks %s, in the sandbox %s, and asks nobody but us", (mode, approvalPolicy, sandbox) => {
    assert.deepStrictEqual(CodexThread.paramsOf(optionsOf(mode), []), {
      cwd: "/place",
      approvalPolicy,
      sandbox,
      approvalsReviewer: "user"
    })
  })

  it("has the model that is named", () => {
    const params = CodexThread.paramsOf({ ...optionsOf("ask"), model: Option.some("gpt") }, [])
    assert.strictEqual(params["model"], "gpt")
  })

  it.each<[ReadonlyArray<string>, ReadonlyArray<string>, Frame]>([
    [[], ["lab"], {}],
    [["commandExecution"], [], { "features.shell_tool": false }],
    [["webSearch", "spawnAgent"], [], { web_search: "disabled", "features.multi_agent": false }],
    [["mcp__lab__look", "mcp__lab__quiz"], ["lab"], { "mcp_servers.lab.disabled_tools": ["look", "quiz"] }],
    // A server that is not configured would make the whole thread impossible.
    [["mcp__gone__look", "Bash"], ["lab"], {}]
  ])("without %j, where the servers are %j, is configured with %j", (disabledTools, servers, config) => {
    assert.deepStrictEqual(CodexThread.configWithout(disabledTools, servers), config)
  })

  it("that may not change files asks before each change, whatever the mode", () => {
    const params = CodexThread.paramsOf(optionsOf("full", ["fileChange"]), [])
    assert.deepInclude(params, { approvalPolicy: "untrusted", sandbox: "danger-full-access" })
  })

  it.each<[PermissionMode, string, string, boolean]>([
    ["ask", "untrusted", "workspaceWrite", false],
    ["ask", "never", "workspaceWrite", true],
    ["ask", "untrusted", "dangerFullAccess", true],
    ["deny", "on-request", "readOnly", false],
    ["full", "never", "dangerFullAccess", false]
  ])("in the mode %s that is answered with %s and %s does more than it may: %s", (mode, approvalPolicy, type, is) => {
    assert.strictEqual(CodexThread.isLooser(optionsOf(mode), { approvalPolicy, sandbox: { type } }), is)
  })

  it("is told of the MCP servers of the configuration, if there are any", () => {
    assert.deepStrictEqual(CodexThread.serversIn({ config: { mcp_servers: { lab: {}, other: {} } } }), ["lab", "other"])
    assert.deepStrictEqual(CodexThread.serversIn({ config: {} }), [])
    assert.deepStrictEqual(CodexThread.serversIn(null), [])
    assert.isTrue(CodexThread.needsServers(["mcp__lab__look"]))
    assert.isFalse(CodexThread.needsServers(["commandExecution"]))
  })
})

describe("the profile of Codex", () => {
  const input = {
    model: Option.some("gpt"),
    permission: "ask",
    resume: Option.some("thread"),
    disabledTools: ["webSearch"],
    cwd: "/place"
  } as const

  it("never runs `exec`, and gives commands no key but the mark of their run", () => {
    const args = profile.args(input)
    assert.strictEqual(args[0], "app-server")
    const list = args.find((arg) => arg.startsWith("shell_environment_policy.include_only="))
    const names: unknown = JSON.parse(list?.slice(list.indexOf("=") + 1) ?? "")
    assert.isTrue(Array.isArray(names) && names.includes("OFFSHOOT_*"))
    assert.isFalse(
      Array.isArray(names) &&
        names.some((name) => /KEY|TOKEN|\*$/.test(String(name)) && name !== "OFFSHOOT_*" && name !== "LC_*")
    )
    assert.includeMembers([...args], ["analytics.enabled=false", "features.shell_snapshot=false"])
  })

  it("says everything of a run by the protocol: its arguments are the same for each", () => {
    const other = { ...input, model: Option.none(), resume: Option.none(), permission: "full" } as const
    assert.deepStrictEqual(profile.args(input), profile.args(other))
    assert.deepStrictEqual(profile.environment({ ...input, nonce: "n" }), {})
  })

  it.each<[Readonly<Record<string, string>>, ReadonlyArray<string>, string]>([
    [{}, [".codex/auth.json"], "SignedIn"],
    [{}, [".codex/config.toml"], "Unknown"],
    [{}, [], "SignedOut"],
    // Measured: a key in the environment signs nothing in.
    [{ OPENAI_API_KEY: "key" }, [], "SignedOut"],
    [{ CODEX_HOME: "/elsewhere" }, [], "Unknown"]
  ])("with %j and the files %j is %s", (variables, files, tag) => {
    const signIn = profile.signIn({ variables, hasHomeFile: (path) => files.includes(path) })
    assert.strictEqual(signIn._tag, tag)
  })
})
