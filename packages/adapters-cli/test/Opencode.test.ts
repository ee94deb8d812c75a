import { assert, describe, it } from "@effect/vitest"
import type { AgentProfile, CliProtocol } from "@offshoot/adapters-cli"
import * as Option from "effect/Option"
import { profile } from "../src/agents/Opencode.ts"
import { objectOf } from "../src/Frames.ts"
import { addressIn } from "../src/opencode-serve/OpencodeServer.ts"

const input: AgentProfile.ArgumentsInput = {
  model: Option.some("anthropic/claude-x"),
  permission: "ask",
  resume: Option.some("ses_1"),
  disabledTools: ["bash"],
  cwd: "/place"
}

const configOf = (permission: CliProtocol.PermissionMode) =>
  objectOf(profile.environment({ ...input, permission, nonce: "n" })["OPENCODE_CONFIG_CONTENT"] ?? "") ?? {}

describe("opencode", () => {
  it("listens on this machine alone, on a port that it finds", () => {
    assert.deepStrictEqual(profile.args(input), ["serve", "--hostname", "127.0.0.1", "--port", "0"])
  })

  it("has the password of the run, and none of it in its configuration", () => {
    const environment = profile.environment({ ...input, nonce: "the-nonce" })
    assert.strictEqual(environment["OPENCODE_SERVER_PASSWORD"], "the-nonce")
    assert.notInclude(environment["OPENCODE_CONFIG_CONTENT"], "the-nonce")
  })

  it("leaves models and providers to its user's own files", () => {
    for (const key of ["model", "provider", "mcp", "plugin"]) assert.notProperty(configOf("ask"), key)
  })

  it.each<[CliProtocol.PermissionMode, boolean]>([
    ["ask", true],
    ["deny", true],
    ["accept_edits", true],
    ["full", false]
  ])("in the mode %s is configured to ask: %s", (permission, asks) => {
    assert.strictEqual("permission" in configOf(permission), asks)
  })

  it.each<[string, string | undefined]>([
    ["opencode server listening on http://127.0.0.1:4096", "http://127.0.0.1:4096"],
    ["http://127.0.0.1:50123 is it", "http://127.0.0.1:50123"],
    ["opencode server listening on http://0.0.0.0:4096", undefined],
    ["opencode server listening on https://127.0.0.1:4096", undefined],
    ["see http://127.0.0.1.example.test:80", undefined],
    ["http://127.0.0.1:123456", undefined],
    ["Warning: OPENCODE_SERVER_PASSWORD is not set; server is unsecured.", undefined]
  ])("that says %j is at %s", (line, address) => {
    assert.strictEqual(addressIn(line), address)
  })

  it.each<[string, Record<string, string>, ReadonlyArray<string>, string]>([
    ["a key of a provider", { ANTHROPIC_API_KEY: "x" }, [], "SignedIn"],
    ["an empty key", { OPENAI_API_KEY: "" }, [], "Unknown"],
    ["its own login", {}, [".local/share/opencode/auth.json"], "SignedIn"],
    ["a login that may be elsewhere", { XDG_DATA_HOME: "/x" }, [".local/share/opencode/auth.json"], "Unknown"],
    ["nothing: some of its models are free", {}, [], "Unknown"]
  ])("with %s is judged by what is there", (_, variables, files, tag) => {
    const { _tag } = profile.signIn({ variables, hasHomeFile: (path) => files.includes(path) })
    assert.strictEqual(_tag, tag)
  })
})
