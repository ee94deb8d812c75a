import { assert, describe, it } from "@effect/vitest"
import type { AgentProfile } from "@offshoot/adapters-cli"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import { profileOf } from "../src/acp/AcpProfile.ts"
import * as Gemini from "../src/agents/Gemini.ts"
import * as Qwen from "../src/agents/Qwen.ts"

const input: AgentProfile.ArgumentsInput = {
  model: Option.none(),
  permission: "ask",
  resume: Option.none(),
  disabledTools: [],
  cwd: "/repo"
}
const model = Option.some("a-model")

describe("the arguments of an agent that speaks ACP", () => {
  it.each([
    ["gemini", Gemini.profile, input, ["--acp"]],
    ["gemini", Gemini.profile, { ...input, model }, ["--acp", "--model", "a-model"]],
    ["gemini", Gemini.profile, { ...input, permission: "full" as const }, ["--acp"]],
    ["qwen", Qwen.profile, input, ["--acp"]],
    [
      "qwen",
      Qwen.profile,
      { ...input, model, disabledTools: ["edit", "agent"] },
      ["--acp", "--model", "a-model", "--exclude-tools", "edit", "--exclude-tools", "agent"]
    ],
    ["any", profileOf(["/opt/agent", "acp", "--fast"]), { ...input, model }, ["acp", "--fast"]]
  ])("%s: are what they are in every mode, and never the prompt", (_, profile, given, args) => {
    assert.deepStrictEqual(profile.args(given), args)
  })
})

describe("the environment of an agent that speaks ACP", () => {
  it("of Gemini CLI has it work in one process, without telemetry and without a browser", () => {
    assert.deepStrictEqual(Gemini.profile.environment({ ...input, nonce: "n" }), {
      GEMINI_CLI_NO_RELAUNCH: "1",
      GEMINI_TELEMETRY_ENABLED: "false",
      NO_BROWSER: "1"
    })
  })

  it("of Qwen Code has it tell nobody of its use", () => {
    assert.deepInclude(Qwen.profile.environment({ ...input, nonce: "n" }), {
      QWEN_TELEMETRY_ENABLED: "false",
      QWEN_USAGE_STATISTICS_ENABLED: "false"
    })
  })

  it.each([Gemini.profile, Qwen.profile, profileOf(["agent"])])(
    "of $title is passed no key by itself",
    ({ passes }) => {
      assert.deepStrictEqual(
        passes.filter((name) => /KEY|TOKEN|SECRET/.test(name)),
        []
      )
    }
  )
})

describe("the sign-in of an agent that speaks ACP", () => {
  const seen = (variables: Record<string, string>, ...files: ReadonlyArray<string>): AgentProfile.SignInEvidence => ({
    variables,
    hasHomeFile: (path) => files.includes(path)
  })

  it.each([
    [Gemini.profile, seen({ GEMINI_API_KEY: "k" }), "SignedIn"],
    [Gemini.profile, seen({ GEMINI_API_KEY: "" }), "SignedOut"],
    [Gemini.profile, seen({ GOOGLE_GENAI_USE_VERTEXAI: "true" }), "SignedIn"],
    [Gemini.profile, seen({}, ".gemini/oauth_creds.json"), "SignedIn"],
    [Gemini.profile, seen({}, ".gemini/settings.json"), "Unknown"],
    [Gemini.profile, seen({}), "SignedOut"],
    [Qwen.profile, seen({ OPENAI_API_KEY: "k" }), "SignedIn"],
    [Qwen.profile, seen({}, ".qwen/oauth_creds.json"), "SignedIn"],
    [Qwen.profile, seen({}, ".qwen/settings.json"), "Unknown"],
    [Qwen.profile, seen({}), "SignedOut"],
    [profileOf(["agent"]), seen({}), "Unknown"]
  ])("%#: is seen in what is there", (profile, evidence, tag) => {
    assert.strictEqual(profile.signIn(evidence)._tag, tag)
  })
})

describe("Gemini CLI, which loses a session that is loaded in the minute in which it began", () => {
  const at = Date.UTC(2026, 10, 30, 22, 15, 48, 250)
  const delay = (handle: string | undefined, nowMillis: number) =>
    Option.getOrUndefined(
      Option.map(
        Gemini.profile.startDelay?.({ resume: Option.fromUndefinedOr(handle), nowMillis }) ?? Option.none(),
        ({ left }) => Duration.toMillis(left)
      )
    )

  it.each([
    ["begins", undefined, at, undefined],
    ["goes on within that minute", "one@2026-11-30T22:15Z", at, 11_750],
    ["goes on at its first moment", "one@2026-11-30T22:15Z", Date.UTC(2026, 10, 30, 22, 15), 60_000],
    ["goes on a minute later", "one@2026-11-30T22:14Z", at, undefined],
    ["goes on a day later", "one@2026-11-29T22:15Z", at, undefined],
    ["goes on with a name that somebody else gave", "one", at, undefined]
  ] as const)("waits until that minute is over, and never else: it %s", (_, handle, nowMillis, left) => {
    assert.strictEqual(delay(handle, nowMillis), left)
  })
})

describe("the quirks of an agent that speaks ACP", () => {
  const golden = NodeFS.readFileSync(NodePath.join(import.meta.dirname, "AcpGolden.test.ts"), "utf8")

  it.each([...Gemini.profile.quirks, ...Qwen.profile.quirks])("$name: is shown by a recording", ({ fixture }) => {
    assert.isTrue(NodeFS.existsSync(NodePath.join(import.meta.dirname, "fixtures", "transcripts", fixture)))
    assert.include(golden, fixture.slice(fixture.indexOf("/") + 1, -".jsonl".length))
  })
})
