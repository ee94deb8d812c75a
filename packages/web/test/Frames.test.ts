import { assert, describe, it } from "@effect/vitest"
import { makeReader } from "../src/Frames.ts"

const read = (...pieces: ReadonlyArray<string>) => {
  const take = makeReader()
  return pieces.flatMap((piece) => take(piece))
}

describe("Frames", () => {
  it.each<readonly [string, ReadonlyArray<string>, ReturnType<typeof read>]>([
    ["a durable event", ["id: 7\ndata: {}\n\n"], [{ number: 7, data: "{}" }]],
    [
      "an ephemeral event has no number",
      ["id: 7\ndata: a\n\ndata: b\n\n"],
      [
        { number: 7, data: "a" },
        { number: undefined, data: "b" }
      ]
    ],
    ["a place that is passed", ["id: 9\nretry: 1000\n\n"], [{ number: 9, data: undefined }]],
    ["the opening and comments are no frames", ["retry: 1000\n\n", ": heartbeat\n\n"], []],
    ["pieces that end anywhere", ["i", "d: 1", "2\nda", "ta: x", "\n", "\n"], [{ number: 12, data: "x" }]],
    ["lines that end in two bytes", ["id: 3\r\ndata: x\r\n\r\n"], [{ number: 3, data: "x" }]],
    ["an id that is no number is none", ["id: x\ndata: y\n\n"], [{ number: undefined, data: "y" }]],
    ["what is not finished is not told", ["id: 4\ndata: x\n"], []]
  ])("%s", (_name, pieces, frames) => {
    assert.deepStrictEqual(read(...pieces), frames)
  })

  it("passes over a line that is longer than any event, and goes on after it", () => {
    const long = "x".repeat(1024 * 1024)
    assert.deepStrictEqual(read("data: ", long, long, long, "\n\nid: 1\ndata: y\n\n"), [{ number: 1, data: "y" }])
  })
})
