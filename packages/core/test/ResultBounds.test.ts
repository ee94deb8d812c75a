import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import { Prompt } from "effect/ai"
import { boundAnswer, cutText, fits } from "../src/internal/resultBounds.ts"

const bytesOf = (text: string): number => new TextEncoder().encode(text).length
const textPart = (text: string) => Prompt.textPart({ text })
const howToRead = (offset: number): string => `Read on at ${offset}.`
const bound = (result: unknown, modelOutput?: ReadonlyArray<Prompt.TextPart | Prompt.FilePart>) =>
  boundAnswer(
    { isFailure: false, result, ...(modelOutput === undefined ? {} : { modelOutput }) },
    1_000,
    howToRead,
    textPart
  )

describe("what a model is shown of a result", () => {
  it.each(["plain", "ümläut", "日本語", "🙂🙃", "a🙂b日"])("bytes are counted as UTF-8 counts them: %s", (unit) => {
    for (let times = 0; times < 200; times++) {
      const text = unit.repeat(times)
      assert.strictEqual(fits(text, 300), bytesOf(text) <= 300)
    }
  })

  it.each(["plain", "ümläut", "日本語", "🙂🙃", "x🙂"])(
    "a cut keeps begin and end, parts no pair and says how to read on: %s",
    (unit) => {
      const text = unit.repeat(5_000)
      const cut = cutText(text, 1_000, howToRead)
      const [begin = "", note = "", end = ""] = cut.split("\n")
      assert.isTrue(text.startsWith(begin))
      assert.isTrue(text.endsWith(end))
      assert.isAtMost(bytesOf(begin) + bytesOf(end), 1_000)
      assert.isTrue(cut.isWellFormed())
      assert.strictEqual(
        note,
        `[${text.length - begin.length - end.length} of ${text.length} characters are left out here. Read on at ${begin.length}.]`
      )
    }
  )

  it("a small result is left as it is, and no result is null", () => {
    const result = { files: ["a", "b"] }
    assert.strictEqual(bound(result).answer.result, result)
    assert.isTrue(Option.isNone(bound(result).whole))
    assert.isNull(bound(null).answer.result)
  })

  it("a large result of any shape is shown as cut text, and its whole text is handed on", () => {
    const result = Array.from({ length: 1_000 }, (_, index) => ({ index }))
    const { answer, whole } = bound(result)
    assert.strictEqual(Option.getOrThrow(whole), JSON.stringify(result))
    assert.isString(answer.result)
    assert.isBelow(String(answer.result).length, 1_200)
  })

  it("a value that is no JSON does not reach the transcript", () => {
    const circular: Record<string, unknown> = {}
    circular["self"] = circular
    assert.match(String(bound(circular).answer.result), /no JSON/)
  })

  it("output for the model is bounded in its texts and in its files", () => {
    const file = (chars: number) => Prompt.filePart({ mediaType: "image/png", data: "x".repeat(chars) })
    const small = [textPart("a picture"), file(10)]
    assert.strictEqual(bound("r", small).answer.modelOutput, small)
    const large = bound("r", [textPart("y".repeat(9_000)), file(10), file(17_000_000)])
    assert.deepStrictEqual(
      large.answer.modelOutput?.map(({ type }) => type),
      ["text", "file"]
    )
    assert.include(Option.getOrThrow(large.whole), "too large to be shown")
  })
})
