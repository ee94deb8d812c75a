import { assert, describe, it } from "@effect/vitest"
import * as Inert from "../src/Inert.ts"

const esc = "\u001B"

describe("Inert: what a child says stays text", () => {
  it.each([
    ["colours", `${esc}[31mred${esc}[0m`, "red"],
    ["a title", `${esc}]0;owned\u0007after`, "after"],
    ["a link of a terminal", `${esc}]8;;http://evil${esc}\\text${esc}]8;;${esc}\\`, "text"],
    ["cursor moves", `a${esc}[2J${esc}[Hb`, "ab"],
    ["the one-byte escape", "\u009B31mred", "red"],
    ["direction marks", "\u202Eevil\u202C \u2066x\u2069", "evil x"],
    ["what has no width", "a\u200Bb\u2060c", "abc"],
    ["null and bell", "a\u0000b\u0007c", "abc"],
    ["markup is text already", "<script>alert(1)</script>", "<script>alert(1)</script>"],
    ["white space", "  a \n\t b  ", "a b"],
    ["an emoji of several parts", "👩\u200D💻", "👩\u200D💻"]
  ])("%s", (_name, text, shown) => assert.strictEqual(Inert.line(text), shown))

  it("keeps the lines of a text, and begins one at a carriage return", () =>
    assert.strictEqual(Inert.lines(`a\r\nb\rc\td${esc}[1m!`), "a\nb\nc\td!"))

  it("shows every character that is not drawn by its number when it is raw", () =>
    assert.strictEqual(Inert.raw(`${esc}[31m\u202Ex\n\u200D`), "‹001B›[31m‹202E›x\n‹200D›"))

  it.each([
    ["one\ntwo\n\n", "two"],
    ["10%\r20%", "20%"],
    [`${esc}[2K`, ""]
  ])("the last line of %j is %s", (text, shown) => assert.strictEqual(Inert.lastLine(text), shown))

  it("takes a long run of escapes in time that grows with its length", () => {
    const text = `${esc}]`.repeat(200_000)
    assert.strictEqual(Inert.line(text), "")
  })
})
