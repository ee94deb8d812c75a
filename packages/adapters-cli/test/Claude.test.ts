import { assert, describe, it } from "@effect/vitest"
import type { AgentProfile, CliProtocol } from "@offshoot/adapters-cli"
import * as Option from "effect/Option"
import { profile } from "../src/agents/Claude.ts"

const input: AgentProfile.ArgumentsInput = {
  model: Option.none(),
  permission: "ask",
  resume: Option.none(),
  disabledTools: [],
  cwd: "/place"
}

const always =
  "-p --input-format stream-json --output-format stream-json --verbose --include-partial-messages --permission-prompt-tool stdio".split(
    " "
  )

describe("the arguments of Claude Code", () => {
  it.each<CliProtocol.PermissionMode>(["ask", "deny", "accept_edits", "full"])(
    "have it ask in the mode %s too: nothing is allowed but here",
    (permission) => {
      assert.deepStrictEqual(profile.args({ ...input, permission }), [...always, "--permission-mode", "default"])
    }
  )

  it.each<[string, Partial<AgentProfile.ArgumentsInput>, ReadonlyArray<string>]>([
    ["a model", { model: Option.some("opus") }, ["--permission-mode", "default", "--model", "opus"]],
    ["a conversation", { resume: Option.some("c1") }, ["--permission-mode", "default", "--resume", "c1"]],
    [
      "tools that it may not use",
      { disabledTools: ["Bash", "Edit(src/**)"] },
      ["--disallowedTools", "Bash,Edit(src/**)", "--permission-mode", "default"]
    ]
  ])("hold %s", (_, fields, more) => {
    assert.deepStrictEqual(profile.args({ ...input, ...fields }), [...always, ...more])
  })
})

describe("the sign-in of Claude Code", () => {
  const nowhere = () => false

  it.each(["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CODE_USE_BEDROCK"])(
    "is seen in %s",
    (name) => {
      assert.deepStrictEqual(profile.signIn({ variables: { [name]: "x" }, hasHomeFile: nowhere }), {
        _tag: "SignedIn",
        by: name
      })
    }
  )

  it.each<[string, Record<string, string>, ReadonlyArray<string>, string]>([
    ["its own login", {}, [".claude/.credentials.json"], "SignedIn"],
    ["a use without a login that can be seen", {}, [".claude.json"], "Unknown"],
    ["a folder of its own", { CLAUDE_CONFIG_DIR: "/elsewhere" }, [".claude/.credentials.json"], "Unknown"],
    ["an empty key", { ANTHROPIC_API_KEY: "" }, [], "SignedOut"],
    ["nothing", {}, [], "SignedOut"]
  ])("with %s is judged by what is there", (_, variables, files, tag) => {
    const { _tag } = profile.signIn({ variables, hasHomeFile: (path) => files.includes(path) })
    assert.strictEqual(_tag, tag)
  })
})

it("Claude Code neither updates itself nor calls home, and says when it is idle", () => {
  assert.deepStrictEqual(profile.environment({ ...input, nonce: "n" }), {
    DISABLE_AUTOUPDATER: "1",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS: "1",
    CLAUDE_CODE_STARTUP_FAILURE_RESULTS: "1"
  })
})
