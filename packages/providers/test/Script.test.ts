/** Reading scripts: what is a script, and where one is wrong. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Result from "effect/Result"
import * as Script from "../src/Script.ts"

const parsed = (text: string) => Script.parse(text, "demo.jsonc")

const whole = `{
  // comments and final commas are fine
  "name": "demo",
  "conversations": [{ "name": "a", "steps": [{ "text": "hello {{prompt}}", }] }],
}`

const withStep = (step: unknown): string =>
  JSON.stringify({ name: "demo", conversations: [{ name: "a", steps: [{ text: "fine" }, step] }] })

const problemsOf = (text: string): string =>
  Result.match(parsed(text), { onFailure: ({ message }) => message, onSuccess: () => "no problem" })

describe("Script.parse", () => {
  it("reads JSON with comments", () => {
    assert.strictEqual(Result.getOrThrow(parsed(whole)).name, "demo")
  })

  it.each([
    ["text that is not JSON", '{\n  "name": demo\n}', ["demo.jsonc", "line 2, column 11"]],
    ["a key that there is not", withStep({ txet: "x", text: "x" }), ["conversations[0].steps[1].txet"]],
    ["a step that says nothing", withStep({ pauseMs: 5 }), ["conversations[0].steps[1]", "at least one of"]],
    ["two ends", withStep({ text: "x", hang: true, finish: "stop" }), ["steps[1].finish", "there is hang"]],
    ["a reference to nothing", withStep({ text: "{{promt}}" }), ["steps[1].text", "{{promt}} refers to nothing"]],
    ["a reference that is not closed", withStep({ text: "x {{prompt" }), ["{{ at character 3 is not closed"]],
    [
      "a reference to nothing, deep in parameters",
      withStep({ toolCalls: [{ name: "t", params: { a: [{ b: "{{}}" }] } }] }),
      ["toolCalls[0].params.a[0].b"]
    ],
    [
      "a time to come again after a refusal",
      withStep({ error: { kind: "refused", retryAfterMs: 1 } }),
      ["error.retryAfterMs"]
    ],
    [
      "two conversations of one name",
      JSON.stringify({
        name: "x",
        conversations: [
          { name: "a", steps: [{ text: "" }] },
          { name: "a", steps: [{ text: "" }] }
        ]
      }),
      ["conversations[1].name", '"a" is taken']
    ]
  ])("refuses %s and says where", (_, text, words) => {
    const message = problemsOf(text)
    for (const word of words) assert.include(message, word)
  })
})

describe("Script.load", () => {
  it.layer(NodeServices.layer)("from a file", (it) => {
    it.effect("names the file that is wrong, not there, or too big to be a script", () =>
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        const folder = yield* files.makeTempDirectoryScoped()
        yield* files.writeFileString(`${folder}/good.jsonc`, whole)
        yield* files.writeFileString(`${folder}/wrong.json`, "{}")
        yield* files.writeFileString(`${folder}/big.json`, " ".repeat(1024 * 1024 + 1))
        assert.strictEqual((yield* Script.load(`${folder}/good.jsonc`)).name, "demo")
        for (const name of ["wrong.json", "none.json", "big.json"]) {
          const error = yield* Effect.flip(Script.load(`${folder}/${name}`))
          assert.strictEqual(error._tag, "ScriptInvalid")
          assert.include(error.message, name)
        }
      })
    )
  })
})
