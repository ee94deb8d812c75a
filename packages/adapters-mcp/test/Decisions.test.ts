import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as McpSettings from "../src/McpSettings.ts"
import * as ProjectFile from "../src/ProjectFile.ts"
import * as Reconnect from "../src/Reconnect.ts"
import * as ToolListing from "../src/ToolListing.ts"
import * as ToolName from "../src/ToolName.ts"
import * as ToolResult from "../src/ToolResult.ts"

const asIs = (text: string) => text
const policy = McpSettings.policyOf({}, "believed")

describe("the name of a tool", () => {
  it.each([
    ["kit", "echo", "mcp__kit__echo"],
    ["kit", "read-file_2", "mcp__kit__read-file_2"]
  ])("of server %s and tool %s is what users write", (server, tool, name) => {
    assert.strictEqual(ToolName.toolName(server, tool), name)
  })

  it("that no provider would take is made safe, bounded and its own, the same each time", () => {
    const changed = [
      ["kit", "a b"],
      ["kit", "a.b"],
      ["käse", "echo"],
      ["kit", "x".repeat(200)],
      ["kit", `${"x".repeat(200)}y`]
    ] as const
    const names = () => changed.map(([server, tool]) => ToolName.toolName(server, tool))
    for (const name of names()) {
      assert.match(name, /^mcp__[A-Za-z0-9_-]+$/)
      assert.isAtMost(name.length, ToolName.nameCharsMax)
    }
    assert.deepStrictEqual(names(), names())
    assert.lengthOf(new Set([...names(), ToolName.toolName("kit", "a_b")]), 6)
  })

  it("is given once", () => {
    const taken = new Set<string>()
    assert.strictEqual(ToolName.claim(taken, "kit", "echo"), "mcp__kit__echo")
    assert.isUndefined(ToolName.claim(taken, "kit", "echo"))
  })
})

describe("a server's hints", () => {
  const readOnly = { readOnlyHint: true }
  const harmless = { destructiveHint: false }
  it.each([
    ["believed", "destructive", {}, { repeatable: false, parallel: false, asksFirst: true }],
    ["believed", "destructive", readOnly, { repeatable: true, parallel: true, asksFirst: false }],
    ["believed", "destructive", harmless, { repeatable: false, parallel: false, asksFirst: false }],
    ["believed", "destructive", { idempotentHint: true }, { repeatable: true, parallel: false, asksFirst: true }],
    ["believed", "always", readOnly, { repeatable: true, parallel: true, asksFirst: true }],
    ["believed", "never", {}, { repeatable: false, parallel: false, asksFirst: false }],
    ["ignored", "destructive", readOnly, { repeatable: false, parallel: false, asksFirst: true }],
    ["ignored", "destructive", harmless, { repeatable: false, parallel: false, asksFirst: true }],
    ["ignored", "never", readOnly, { repeatable: false, parallel: false, asksFirst: false }]
  ] as const)("that are %s under `%s` and say %j mean %j", (annotations, approve, hints, treatment) => {
    assert.deepStrictEqual(ToolListing.treatmentOf(hints, { ...policy, annotations, approve }), treatment)
  })

  it("that are none of a kind are as good as none", () => {
    const read = ToolListing.readTool(
      { name: "a", inputSchema: { type: "object" }, annotations: { readOnlyHint: "yes" } },
      policy
    )
    assert.isTrue(Result.isSuccess(read) && read.success.asksFirst)
  })
})

describe("the settings", () => {
  const decode = Schema.decodeUnknownOption(McpSettings.McpSettings, { onExcessProperty: "error" })
  const accepts = (server: unknown, name = "kit") =>
    Option.isSome(decode({ mcpServers: { [name]: server }, trust: [], mcpProjects: {} }))
  it.each([
    ["a program", { command: "npx", args: ["-y", "kit"], env: { KEY: { ref: "KEY" } }, cwd: "/srv" }],
    ["what is copied from elsewhere", { type: "stdio", command: "kit" }],
    ["an address", { type: "http", url: "https://x.example/mcp", headers: { "X-Region": "eu" } }],
    [
      "a secret by reference",
      { url: "https://x.example", headers: { Authorization: { ref: "T", prefix: "Bearer " } } }
    ],
    ["a policy", { command: "kit", approve: "never", annotations: "ignored", startSeconds: 5, callSeconds: 60 }]
  ])("take %s", (_, server) => assert.isTrue(accepts(server)))

  it.each([
    ["a secret that is written down", { url: "https://x.example", headers: { authorization: "Bearer abc" } }],
    ["a password in an address", { url: "https://user:pass@x.example" }],
    ["an address of another kind", { url: "file:///etc/passwd" }],
    ["a variable of the runtime's", { command: "kit", env: { OFFSHOOT_TOKEN: "x" } }],
    ["an unknown key", { command: "kit", arguments: [] }],
    ["a call without a limit", { command: "kit", callSeconds: 0 }]
  ])("refuse %s", (_, server) => assert.isFalse(accepts(server)))

  it.each([
    [{ command: "kit", arguments: [] }, "arguments"],
    [{ url: "ftp://x.example" }, "url"]
  ])("say of %j only what is wrong with %s", (entry, key) => {
    const schema = McpSettings.schemaFor(entry)
    const result = Schema.decodeUnknownResult(schema, { onExcessProperty: "error", errors: "all" })(entry)
    assert.isTrue(Result.isFailure(result))
    if (Result.isFailure(result)) assert.match(result.failure.message, new RegExp(`^[^\\n]+\\n  at \\["${key}"\\]$`))
  })

  it.each(["a__b", "a b", "", "_a", "x".repeat(33)])("refuse the server name %j", (name) =>
    assert.isFalse(accepts({ command: "kit" }, name))
  )
})

describe("an entry of .mcp.json", () => {
  const environment = { TOKEN: "tok-123456789", EMPTY: "", HOME: "/home/u" }
  const read = (value: unknown) =>
    ProjectFile.definitionOf({ name: "kit", value, path: "/w/.mcp.json", workspace: "/w" }, McpSettings.none, {
      environment,
      mark: {}
    })

  it("gets its variables from the environment, with defaults, and those are secrets", () => {
    const result = read({
      type: "http",
      url: "https://${HOST:-x.example}/mcp",
      headers: { Authorization: "Bearer ${TOKEN}", A: "${EMPTY:-none}", B: "${HOME}" }
    })
    assert.isTrue(Result.isSuccess(result))
    if (Result.isFailure(result) || result.success.target.type !== "http") return
    const { secrets, target } = result.success
    assert.strictEqual(Redacted.value(target.url), "https://x.example/mcp")
    assert.deepStrictEqual(
      Object.entries(target.headers).map(([name, value]) => [name, Redacted.value(value)]),
      [
        ["Authorization", "Bearer tok-123456789"],
        ["A", "none"],
        ["B", "/home/u"]
      ]
    )
    assert.deepStrictEqual(secrets.map(Redacted.value), ["tok-123456789"])
  })

  it("runs in the workspace, its hints are ignored, and keys of other programs are let be", () => {
    const result = read({ command: "kit", args: ["${TOKEN}"], alwaysAllow: ["*"], approve: "never" })
    assert.isTrue(Result.isSuccess(result))
    if (Result.isFailure(result) || result.success.target.type !== "stdio") return
    assert.strictEqual(result.success.target.cwd, "/w")
    assert.deepStrictEqual(result.success.target.args, ["tok-123456789"])
    assert.strictEqual(result.success.policy.annotations, "ignored")
    assert.strictEqual(result.success.policy.approve, "destructive")
  })

  it.each([
    [{ command: "kit", args: ["${NOT_THERE}", "${NOR_THIS}"] }, "NOT_THERE, NOR_THIS"],
    [{ url: "${TOKEN}" }, "http://"],
    [{ command: 5 }, "command"],
    [{ command: "kit", env: { OFFSHOOT_TOKEN: "x" } }, "command"],
    ["kit", "command"]
  ])("%j is off, and why names %s", (value, words) => {
    const result = read(value)
    assert.isTrue(Result.isFailure(result))
    if (Result.isSuccess(result)) return
    assert.include(result.failure, words)
    assert.notInclude(result.failure, "tok-123456789")
  })

  it.each(["", "[]", "{}", '{"mcpServers": []}', "not json"])("is not found in the text %j", (text) => {
    assert.isTrue(Result.isFailure(ProjectFile.serversIn(text)))
  })
})

describe("a server that failed", () => {
  it("is tried again later and later, at most a minute", () => {
    assert.deepStrictEqual([0, 1, 2, 3, 4].map(Reconnect.delayMillisAfter), [0, 250, 500, 1000, 2000])
    assert.strictEqual(Reconnect.delayMillisAfter(1000), 60_000)
  })

  const failures = (count: number) => ({ count, lastAtMillis: 10_000 })
  it.each([
    ["never failed", 0, 10_000, 0, { type: "try", after: Duration.millis(0) }],
    ["failed just now", 1, 10_000, 1, { type: "try", after: Duration.millis(250) }],
    ["failed a while ago", 4, 12_000, 0, { type: "try", after: Duration.millis(0) }],
    ["is too far from its next try", 4, 10_000, 0, { type: "refuse", nextTryIn: Duration.seconds(2) }],
    ["was tried often enough", 1, 10_000, Reconnect.triesMax, { type: "refuse", nextTryIn: Duration.millis(250) }]
  ] as const)("%s: %i failures, at %i, after %i tries", (_, count, now, tries, decision) => {
    assert.deepStrictEqual(Reconnect.decide(failures(count), now, tries), decision)
  })

  it("and then held for ten seconds begins anew; one that ended at once does not", () => {
    assert.deepStrictEqual(Reconnect.afterEnd(failures(3), 20_000, 30_000), Reconnect.noFailures)
    assert.deepStrictEqual(Reconnect.afterEnd(failures(3), 20_000, 20_500), { count: 4, lastAtMillis: 20_500 })
  })
})

describe("an answer of a server", () => {
  it.each([
    ["nothing at all", {}, { isFailure: false, result: "" }],
    [
      "texts",
      {
        content: [
          { type: "text", text: "a" },
          { type: "text", text: "b" }
        ]
      },
      { isFailure: false, result: "a\nb" }
    ],
    ["an error", { content: [{ type: "text", text: "no" }], isError: true }, { isFailure: true, result: "no" }],
    ["structure alone", { structuredContent: { a: 1 } }, { isFailure: false, result: { a: 1 } }],
    [
      "what is unknown",
      { content: [{ type: "hologram" }] },
      { isFailure: false, result: "[a part that is not known here]" }
    ],
    [
      "no base64",
      { content: [{ type: "image", data: "?!", mimeType: "image/png" }] },
      { isFailure: false, result: "[image image/png: its data is not base64]" }
    ],
    ["no answer", [], { isFailure: true, result: "The server's answer is not one of a tool." }]
  ])("with %s", (_, raw, answer) => {
    assert.deepStrictEqual(ToolResult.answerOf(raw, asIs), answer)
  })

  it("keeps text within its limit and says what was left out", () => {
    const { result } = ToolResult.answerOf(
      {
        content: [
          { type: "text", text: "x".repeat(ToolResult.textCharsMax + 7) },
          { type: "text", text: "yy" }
        ]
      },
      asIs
    )
    assert.isTrue(typeof result === "string" && result.length < ToolResult.textCharsMax + 200)
    assert.include(String(result), "[7 more characters were left out]")
    assert.include(String(result), "[2 more characters were left out]")
  })

  it("leaves out files beyond its limit", () => {
    const data = "A".repeat(ToolResult.fileCharsMax / 2)
    const image = { type: "image", data, mimeType: "image/png" }
    const { modelOutput } = ToolResult.answerOf({ content: [image, image, image] }, asIs)
    assert.deepStrictEqual(
      modelOutput?.map(({ type }) => type),
      ["file", "file", "text"]
    )
  })

  it("shows no secret, in text or structure", () => {
    const answer = ToolResult.answerOf(
      { content: [{ type: "text", text: "key K" }], structuredContent: { deep: ["the K"] } },
      (text) => text.replaceAll("K", "*")
    )
    assert.deepStrictEqual(answer.result, { deep: ["the *"] })
    assert.deepStrictEqual(
      answer.modelOutput?.map((part) => part.type === "text" && part.text),
      ["key *"]
    )
  })
})
