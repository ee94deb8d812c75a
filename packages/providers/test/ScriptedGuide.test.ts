/** The guide of scripted models: what it shows is what happens. */
import { SessionStore, SubAgents } from "@offshoot/core"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { TestClock } from "effect/testing"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Option from "effect/Option"
import * as Script from "../src/Script.ts"
import { inProcess } from "./ScriptedProcess.ts"

const guide = new URL("../../../docs/guides/scripted-model.md", import.meta.url).pathname
const example = new URL("fixtures/scriptedModels.ts", import.meta.url).pathname

const blocksOf = (page: string, language: string): ReadonlyArray<string> =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, block = ""]) => block)

const read = (path: string) =>
  Effect.flatMap(FileSystem.FileSystem, (files) => files.readFileString(path)).pipe(Effect.provide(NodeServices.layer))

const parsed = (text: string) => Effect.fromResult(Script.parse(text, "tour.jsonc"))

describe("the guide of scripted models shows", () => {
  it.effect("a script by which a parent spawns three children, waits for them and says what they found", () =>
    Effect.gen(function* () {
      const script = yield* parsed(blocksOf(yield* read(guide), "jsonc").join(""))
      const result = yield* Effect.gen(function* () {
        const agents = yield* SubAgents.SubAgents
        const { id } = yield* agents.createRoot({ prompt: "a tour of the shop" })
        yield* agents.run(id)
        yield* TestClock.adjust("10 seconds")
        return Option.getOrThrow(yield* agents.result(id))
      }).pipe(Effect.provide(inProcess(script, SessionStore.layerMemory)))
      assert.strictEqual(result.outcome.reason, "done")
      const found = [1, 2, 3].map((part) => `part ${part}: Nothing is wrong here.`)
      assert.strictEqual(result.text, ["This is what they found:", ...found].join("\n"))
    })
  )

  it.effect("code that compiles", () =>
    Effect.gen(function* () {
      const code = (yield* read(example)).replace("export const", "const")
      assert.deepStrictEqual(blocksOf(yield* read(guide), "ts"), [code])
    })
  )

  it.effect("the message that a wrong script gets", () =>
    Effect.gen(function* () {
      const page = yield* read(guide)
      const wrong = blocksOf(page, "jsonc").join("").replace('"text": "Three', '"txet": "Three')
      const { message } = yield* Effect.flip(parsed(wrong))
      assert.include(blocksOf(page, "text"), `${message}\n`)
    })
  )
})
