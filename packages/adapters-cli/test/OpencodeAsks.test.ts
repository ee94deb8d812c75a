import { assert, describe, it } from "@effect/vitest"
import type { CliProtocol } from "@offshoot/adapters-cli"
import * as Option from "effect/Option"
import type { Asked } from "../src/Fact.ts"
import { OpencodeAsks } from "../src/opencode-serve/OpencodeAsks.ts"

const approved: CliProtocol.Verdict = { _tag: "Approved", text: Option.none() }
const denied: CliProtocol.Verdict = { _tag: "Denied", text: Option.none() }
const expired: CliProtocol.Verdict = { _tag: "Expired" }
const said = (text: string): CliProtocol.Verdict => ({ _tag: "Answered", text })

const permission = (fields: object = {}) => ({
  id: "per_1",
  sessionID: "ses_1",
  permission: "bash",
  patterns: ["ls"],
  metadata: { command: "ls" },
  tool: { messageID: "m", callID: "call_1" },
  ...fields
})

const asked = (fields: object = {}, tool = "bash") => {
  const asks = new OpencodeAsks()
  const [only] = asks.permission(permission(fields), tool, { whole: "input" })
  return { asks, only }
}

const theOnly = (fields: object = {}): { asks: OpencodeAsks; only: Asked } => {
  const { asks, only } = asked(fields)
  if (only === undefined) throw new Error("nothing was asked")
  return { asks, only }
}

describe("a permission that opencode asks for", () => {
  it("is for its call, with what is to be done", () => {
    assert.deepStrictEqual(asked().only, {
      type: "permission_asked",
      id: "per_1",
      kind: "execute",
      toolCallId: "call_1",
      toolName: "bash",
      arguments: { command: "ls" }
    })
  })

  it.each<[string, ReadonlyArray<string>, string]>([
    ["bash", ["ls"], "execute"],
    ["read", [".env"], "read"],
    ["grep", ["x"], "read"],
    ["edit", ["src/a.ts"], "edit"],
    ["edit", ["docs/opencode.json.md"], "edit"],
    ["edit", ["opencode.json"], "other"],
    ["edit", ["packages/a/opencode.jsonc"], "other"],
    ["edit", ["a.ts", ".opencode/plugin/x.ts"], "other"],
    ["edit", ["..\\home\\.opencode\\agent\\x.md"], "other"],
    ["external_directory", ["/etc/*"], "other"],
    ["webfetch", ["https://a.test"], "other"],
    ["task", ["general"], "other"],
    ["tracker_write", ["*"], "other"]
  ])("of %s for %j is one of the kind %s", (name, patterns, kind) => {
    const { only } = asked({ permission: name, patterns })
    assert.strictEqual(only?.type === "permission_asked" ? only.kind : "", kind)
  })

  it.each<[string, object, string | undefined, object]>([
    ["what it says itself", {}, "bash", { command: "ls" }],
    ["the arguments of its call where it says nothing", { metadata: {}, permission: "t_w" }, "t_w", { whole: "input" }],
    [
      "also which permission that is, where it is another than the tool's own",
      { permission: "external_directory", patterns: ["/etc/*"], metadata: { parentDir: "/etc" } },
      "read",
      { permission: "external_directory", patterns: ["/etc/*"], parentDir: "/etc" }
    ]
  ])("tells %s", (_, fields, tool, expected) => {
    const { only } = asked(fields, tool)
    assert.deepStrictEqual(only?.type === "permission_asked" ? only.arguments : undefined, expected)
  })

  it.each<[CliProtocol.Verdict, object]>([
    [approved, { reply: "once" }],
    [denied, { reply: "reject", message: "This is not allowed. Go on without it, or say that you cannot." }],
    [
      { _tag: "Denied", text: Option.some("not today") },
      { reply: "reject", message: "not today" }
    ],
    [
      expired,
      {
        reply: "reject",
        message: "Nobody answered in time: it is not allowed. Go on without it, or say that you cannot."
      }
    ]
  ])("is answered to %j with %j, and never for always", (verdict, body) => {
    const { asks, only } = theOnly()
    assert.deepStrictEqual(asks.answer(only, verdict), { path: "/permission/per_1/reply", body })
    assert.isUndefined(asks.answer(only, verdict))
  })

  it("is asked once, however often it is told", () => {
    const { asks, only } = theOnly()
    assert.deepStrictEqual(asks.permission(permission(), "bash", {}), [])
    asks.answer(only, approved)
    assert.deepStrictEqual(asks.permission(permission(), "bash", {}), [])
  })
})

describe("an answer that opencode tells of", () => {
  it.each<[string, CliProtocol.Verdict | undefined, "granted" | "rejected", unknown]>([
    ["is ours when we had allowed it", approved, "granted", "ours"],
    ["is ours when we had denied it", denied, "rejected", "ours"],
    ["is forged when nobody here had answered", undefined, "granted", "forged"],
    ["is forged when we had denied it", denied, "granted", "forged"],
    [
      "withdraws the ask when another denial took it along",
      undefined,
      "rejected",
      [{ type: "ask_withdrawn", id: "per_1" }]
    ]
  ])("%s", (_, verdict, reply, expected) => {
    const { asks, only } = theOnly()
    if (verdict !== undefined) asks.answer(only, verdict)
    assert.deepStrictEqual(asks.replied("per_1", reply), expected)
  })

  it("is forged when nothing was asked here", () => {
    assert.strictEqual(new OpencodeAsks().replied("per_9", "granted"), "forged")
  })

  it("is ours once: an answer for the second time is not", () => {
    const { asks, only } = theOnly()
    asks.answer(only, approved)
    assert.strictEqual(asks.replied("per_1", "granted"), "ours")
    assert.strictEqual(asks.replied("per_1", "granted"), "forged")
  })
})

describe("questions of opencode", () => {
  const question = (text: string, more: object = {}) => ({
    question: text,
    header: "H",
    options: [{ label: "A", description: "first" }],
    ...more
  })
  const put = (...questions: ReadonlyArray<object>) => {
    const asks = new OpencodeAsks()
    return { asks, all: asks.questions({ id: "que_1", questions, tool: { callID: "call_1" } }) }
  }

  it("are put one by one, the first under the name of its call", () => {
    const { all } = put(question("One?"), question("Two?", { multiple: true }))
    assert.deepStrictEqual(all, [
      { type: "question_asked", id: "call_1", question: "One?\nA: first", options: ["A"] },
      {
        type: "question_asked",
        id: "call_1?2",
        question: "Two?\nA: first\nSeveral are possible, with commas between them.",
        options: ["A"]
      }
    ])
  })

  const answeredWith = (first: CliProtocol.Verdict, second: CliProtocol.Verdict) => {
    const { all, asks } = put(question("One?"), question("Two?"))
    const [one, two] = all
    if (one === undefined || two === undefined) throw new Error("two were put")
    assert.isUndefined(asks.answer(two, second))
    return { asks, reply: asks.answer(one, first) }
  }

  it("are answered together, in their order", () => {
    const { asks, reply } = answeredWith(said("x"), said("y"))
    assert.deepStrictEqual(reply, { path: "/question/que_1/reply", body: { answers: [["x"], ["y"]] } })
    assert.strictEqual(asks.replied("que_1", "granted"), "ours")
  })

  it("are answered as far as there are answers", () => {
    assert.deepStrictEqual(answeredWith(expired, said("y")).reply?.body, { answers: [[], ["y"]] })
  })

  it("are dismissed when none of them has an answer", () => {
    assert.deepStrictEqual(answeredWith(expired, denied).reply, { path: "/question/que_1/reject", body: {} })
  })

  it("that somebody else answers are forged, and those that are dismissed are withdrawn", () => {
    assert.strictEqual(put(question("One?")).asks.replied("que_1", "granted"), "forged")
    assert.deepStrictEqual(put(question("One?"), question("Two?")).asks.replied("que_1", "rejected"), [
      { type: "ask_withdrawn", id: "call_1" },
      { type: "ask_withdrawn", id: "call_1?2" }
    ])
  })
})
