import { assert, describe, it } from "@effect/vitest"
import type { Fact } from "@offshoot/adapters-cli"
import * as Option from "effect/Option"
import type { Verdict } from "../src/CliProtocol.ts"
import * as CodexAsks from "../src/codex-app-server/CodexAsks.ts"
import * as CodexForms from "../src/codex-app-server/CodexForms.ts"
import type { Frame } from "../src/Frames.ts"

const asked = (
  method: string,
  params: Frame,
  known: Partial<CodexAsks.Known> = {}
): { readonly ask: CodexAsks.Ask | undefined; readonly first: Fact.Asked | undefined } => {
  const ask = CodexAsks.read(method, {
    rpcId: 7,
    params: { threadId: "t", turnId: "u", ...params },
    known: { cwd: "/place/repo", turnId: "u", changesOf: () => [], callOf: () => undefined, ...known }
  })
  return { ask, first: ask?.asked[0] }
}

const verdicts: Readonly<Record<string, Verdict>> = {
  approved: { _tag: "Approved", text: Option.none() },
  denied: { _tag: "Denied", text: Option.none() },
  expired: { _tag: "Expired" },
  answered: { _tag: "Answered", text: "yes" }
}

describe("a change of files that Codex asks for", () => {
  const at = (path: string, kind: Frame = { type: "update", move_path: null }) => ({ path, kind, diff: "" })

  it.each<[string, ReadonlyArray<unknown>, Frame, Fact.AskedKind]>([
    ["inside the workspace", [at("/place/repo/a.ts"), at("/place/repo/b/c.ts")], {}, "edit"],
    ["outside of it", [at("/place/repo/a.ts"), at("/place/other.ts")], {}, "other"],
    ["beside it by its name", [at("/place/repository/a.ts")], {}, "other"],
    ["that leaves it by its path", [at("/place/repo/../other.ts")], {}, "other"],
    ["that moves a file out", [at("/place/repo/a.ts", { type: "update", move_path: "/etc/a.ts" })], {}, "other"],
    ["of a hook of git", [at("/place/repo/.git/hooks/pre-commit")], {}, "other"],
    ["of what Codex may do", [at("/place/repo/.codex/config.toml")], {}, "other"],
    ["that also wants a folder for the session", [at("/place/repo/a.ts")], { grantRoot: "/place" }, "other"],
    ["that nothing is known of", [], {}, "other"],
    ["of a kind that nobody knows", ["a.ts"], {}, "other"]
  ])("%s", (_, changes, params, kind) => {
    const { first } = asked("item/fileChange/requestApproval", { itemId: "c", ...params }, { changesOf: () => changes })
    assert.deepInclude(first, { type: "permission_asked", kind, toolCallId: "c", toolName: "fileChange" })
  })
})

describe("an ask of Codex", () => {
  it("for a command is to execute it, whatever it says that the command does", () => {
    const commandActions = [{ type: "read", command: "cat a", name: "a", path: "a" }]
    const params = { itemId: "c", command: "cat a", cwd: "/place", reason: null, commandActions }
    const { first } = asked("item/commandExecution/requestApproval", params)
    assert.deepInclude(first, { kind: "execute", arguments: { command: "cat a", cwd: "/place" } })
  })

  it.each<[string, unknown]>([
    ["approved", { decision: "accept" }],
    ["denied", { decision: "decline" }],
    ["expired", { decision: "decline" }],
    ["answered", { decision: "decline" }]
  ])("for a command that is %s is answered %j", (name, result) => {
    const { ask } = asked("item/commandExecution/requestApproval", { itemId: "c" })
    assert.deepStrictEqual(ask?.resultOf([verdicts[name] ?? { _tag: "Expired" }]), result)
  })

  it("for more permissions gives what was asked, for this turn, or nothing", () => {
    const permissions = { network: { enabled: true }, fileSystem: null }
    const { ask, first } = asked("item/permissions/requestApproval", { itemId: "c", permissions, reason: "why" })
    assert.deepInclude(first, { kind: "other", toolName: "permissions", arguments: { permissions, reason: "why" } })
    const resultOf = (name: string) => ask?.resultOf([verdicts[name] ?? { _tag: "Expired" }])
    assert.deepStrictEqual(resultOf("approved"), { permissions: { network: { enabled: true } }, scope: "turn" })
    assert.deepStrictEqual(resultOf("denied"), { permissions: {}, scope: "turn" })
  })

  it("for a secret, or for what nobody here has, is none", () => {
    const secret = { id: "key", question: "Which key?", isSecret: true, options: null }
    assert.isUndefined(asked("item/tool/requestUserInput", { itemId: "c", questions: [secret] }).ask)
    assert.isUndefined(asked("account/chatgptAuthTokens/refresh", {}).ask)
    assert.isUndefined(asked("constructor", {}).ask)
  })

  it("of an MCP server that has something opened is a question with the address", () => {
    const params = { serverName: "lab", mode: "url", message: "Sign in", url: "https://host/x", elicitationId: "e" }
    const { ask, first } = asked("mcpServer/elicitation/request", { ...params, turnId: null })
    assert.deepStrictEqual(first, {
      type: "question_asked",
      id: "u/7",
      question: "lab: Sign in\nhttps://host/x",
      options: ["Done", "Decline"]
    })
    const resultOf = (verdict: Verdict) => ask?.resultOf([verdict])
    assert.deepStrictEqual(resultOf({ _tag: "Answered", text: "Done" }), {
      action: "accept",
      content: null,
      _meta: null
    })
    assert.deepStrictEqual(resultOf({ _tag: "Answered", text: "Decline" }), {
      action: "decline",
      content: null,
      _meta: null
    })
  })

  it("with two questions is answered when both have a verdict, and is withdrawn whole", () => {
    const questions = [
      { id: "a", question: "A?", options: null },
      { id: "b", question: "B?", options: null }
    ]
    const open = new CodexAsks.OpenAsks()
    const add = () => {
      const { ask } = asked("item/tool/requestUserInput", { questions })
      if (ask !== undefined) open.add(ask)
    }
    add()
    assert.isUndefined(open.answer("u/7/b", { _tag: "Answered", text: "two" }))
    const done = open.answer("u/7/a", { _tag: "Expired" })
    assert.deepStrictEqual(done?.result, { answers: { b: { answers: ["two"] } } })
    assert.deepStrictEqual(open.withdraw(7), [])
    add()
    assert.deepStrictEqual(open.withdraw(7), ["u/7/a", "u/7/b"])
    assert.isUndefined(open.answer("u/7/a", { _tag: "Expired" }))
  })
})

const schemaOf = (properties: Frame): Frame => ({ type: "object", properties })
const choice = { type: "string", enum: ["r", "b"], enumNames: ["Red", "Blue"] }
const titled = { type: "string", oneOf: [{ const: "r", title: "Red" }] }

describe("a form of an MCP server", () => {
  it.each<[Frame | undefined, ReadonlyArray<string>]>([
    [undefined, ["Accept", "Decline"]],
    [schemaOf({}), ["Accept", "Decline"]],
    [schemaOf({ colour: choice }), ["Red", "Blue"]],
    [schemaOf({ colour: titled }), ["Red"]],
    [schemaOf({ sure: { type: "boolean" } }), ["true", "false"]],
    [schemaOf({ name: { type: "string" } }), []],
    [schemaOf({ name: { type: "string" }, sure: { type: "boolean" } }), []]
  ])("%j has the options %j", (schema, options) => {
    assert.deepStrictEqual(CodexForms.questionOf("Which?", schema).options, options)
  })

  it("says what is to be filled in", () => {
    const { question } = CodexForms.questionOf("Which?", schemaOf({ n: { type: "integer", description: "How many" } }))
    assert.strictEqual(question, "Which?\nn (integer): How many")
  })

  it.each<[Frame, string, Frame | undefined]>([
    [schemaOf({}), "Accept", {}],
    [schemaOf({}), "Decline", undefined],
    [schemaOf({ colour: choice }), "Blue", { colour: "b" }],
    [schemaOf({ colour: choice }), "b", { colour: "b" }],
    [schemaOf({ colour: choice }), "green", undefined],
    [schemaOf({ sure: { type: "boolean" } }), "false", { sure: false }],
    [schemaOf({ sure: { type: "boolean" } }), "perhaps", undefined],
    [schemaOf({ n: { type: "integer" } }), "3", { n: 3 }],
    [schemaOf({ n: { type: "integer" } }), "3.5", undefined],
    [schemaOf({ n: { type: "number" } }), "3.5", { n: 3.5 }],
    [schemaOf({ n: { type: "number" } }), " ", undefined],
    [schemaOf({ name: { type: "string" } }), "any text", { name: "any text" }],
    [schemaOf({ name: { type: "string" }, n: { type: "integer" } }), ' {"name": "x"}', { name: "x" }],
    [schemaOf({ name: { type: "string" }, n: { type: "integer" } }), "x", undefined]
  ])("%j answered with %j is filled in as %j", (schema, text, content) => {
    assert.deepStrictEqual(CodexForms.contentOf(schema, text), content)
  })
})
