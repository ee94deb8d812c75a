/** The guide of scripted models: what it shows is what happens. */
import { assert, describe, it } from "@effect/vitest"
import type { Prompt, Response } from "effect/ai"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Script from "../src/Script.ts"
import * as Scripted from "../src/Scripted.ts"

const guide = new URL("../../../docs/guides/scripted-model.md", import.meta.url).pathname

const blocksOf = (page: string, language: string): ReadonlyArray<string> =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, block = ""]) => block)

const shown = Effect.flatMap(FileSystem.FileSystem, (files) => files.readFileString(guide))

interface Answered {
  readonly text: string
  readonly calls: ReadonlyArray<{ readonly id: string; readonly name: string; readonly params: unknown }>
}

const answered = (parts: ReadonlyArray<Response.AnyPart>): Answered => ({
  text: parts.flatMap((part) => (part.type === "text-delta" ? [part.delta] : [])).join(""),
  calls: parts.flatMap((part) => (part.type === "tool-call" ? [part] : []))
})

const recorded = ({ calls, text }: Answered): Prompt.MessageEncoded => ({
  role: "assistant",
  content: [
    { type: "text", text },
    ...calls.map(({ id, name, params }) => ({ type: "tool-call", id, name, params }) as const)
  ]
})

const results = (calls: Answered["calls"], resultOf: (at: number) => unknown): Prompt.MessageEncoded => ({
  role: "tool",
  content: calls.map(({ id, name }, at) => ({ type: "tool-result", id, name, result: resultOf(at), isFailure: false }))
})

describe("the guide of scripted models", () => {
  it.layer(Layer.mergeAll(NodeServices.layer), { excludeTestServices: true })("shows", (it) => {
    it.effect("a script by which a parent spawns three children, waits for them and says what they found", () =>
      Effect.gen(function* () {
        const [block = ""] = blocksOf(yield* shown, "jsonc")
        const { model } = yield* Scripted.make(yield* Effect.fromResult(Script.parse(block, "the guide")))
        const ask = (prompt: ReadonlyArray<Prompt.MessageEncoded>) =>
          Effect.map(
            Stream.runCollect(
              model.streamText({ prompt, disableToolCallResolution: true, toolCallValidation: "deferred" })
            ),
            answered
          )
        const prompt: Array<Prompt.MessageEncoded> = [{ role: "user", content: "a tour of the shop" }]
        const spawning = yield* ask(prompt)
        assert.deepStrictEqual(spawning.calls[2]?.params, {
          action: "create",
          title: "part 3",
          prompt: "Look at part 3 of this: a tour of the shop"
        })
        prompt.push(
          recorded(spawning),
          results(spawning.calls, (at) => ({ child_session_id: `ses_${at}` }))
        )

        const waiting = yield* ask(prompt)
        assert.deepStrictEqual(
          waiting.calls.map(({ params }) => params),
          [{ action: "wait", child_session_ids: ["ses_0", "ses_1", "ses_2"] }]
        )

        const child = yield* ask([{ role: "user", content: "Look at part 1 of this: a tour of the shop" }])
        assert.deepStrictEqual(child, { text: "Nothing is wrong here.", calls: [] })

        const told = `{"child":"ses_0","title":"part 1","status":"completed","reason":"done","answer":"${child.text}"}`
        prompt.push(
          recorded(waiting),
          results(waiting.calls, () => ({ state: "waiting" })),
          { role: "user", content: `The wait is over.\n${told}` }
        )
        assert.deepStrictEqual(yield* ask(prompt), {
          text: "This is what they found:\npart 1: Nothing is wrong here.",
          calls: []
        })
      })
    )

    it.effect("code that compiles, and the message that a wrong script gets", () =>
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        const page = yield* shown
        const example = new URL("fixtures/scriptedModels.ts", import.meta.url).pathname
        const code = (yield* files.readFileString(example)).replace("export const", "const")
        assert.deepStrictEqual(blocksOf(page, "ts"), [code])
        const wrong = yield* Effect.flip(
          Effect.fromResult(
            Script.parse(blocksOf(page, "jsonc").join("").replaceAll('"text": "Three', '"txet": "Three'), "tour.jsonc")
          )
        )
        assert.include(blocksOf(page, "text"), `${wrong.message}\n`)
      })
    )
  })
})
