import { assert, describe, it } from "@effect/vitest"
import { titleOf } from "../src/Spawn.ts"

const long = "x".repeat(81)

describe("Spawn.titleOf", () => {
  it.each([
    ["a given title wins, trimmed", "  Look  ", "prompt", "Look"],
    ["a blank title is none", "   ", "prompt", "prompt"],
    ["no title: the first line of the prompt", undefined, "one\ntwo", "one"],
    ["leading blank lines are passed over", undefined, "\n\n  one\ntwo", "one"],
    ["a line that ends in carriage return and newline ends before both", undefined, "one\r\ntwo", "one"],
    ["eighty characters stay whole", undefined, "x".repeat(80), "x".repeat(80)],
    ["eighty-one are cut to eighty, the last an ellipsis", undefined, long, `${"x".repeat(79)}…`],
    [
      "a character outside the basic plane is not cut in two",
      undefined,
      `${"x".repeat(78)}😀😀😀`,
      `${"x".repeat(78)}😀…`
    ],
    ["neither title nor prompt: empty", undefined, undefined, ""]
  ])("%s", (_, title, prompt, expected) => {
    assert.strictEqual(titleOf(title, prompt), expected)
  })
})
