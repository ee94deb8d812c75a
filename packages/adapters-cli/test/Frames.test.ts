import { assert, describe, it } from "@effect/vitest"
import * as Frames from "../src/Frames.ts"

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Everything that comes of these reads, the last unterminated line included. */
const framed = (reads: ReadonlyArray<Uint8Array>, bytesMax = 1024): ReadonlyArray<string> => {
  const framer = Frames.framer(bytesMax)
  return [...reads.flatMap((read) => framer.push(read)), ...framer.end()]
}

describe("a framer", () => {
  it.each<[string, ReadonlyArray<string>, ReadonlyArray<string>]>([
    ["nothing", [], []],
    ["one line", ["a\n"], ["a"]],
    ["two in one read", ["a\nb\n"], ["a", "b"]],
    ["one in three reads", ["a", "b", "c\n"], ["abc"]],
    ["a line and the begin of the next", ["a\nb", "c\nd"], ["a", "bc", "d"]],
    ["a last line without an end", ["a\nb"], ["a", "b"]],
    ["empty lines", ["\n\n", "a\n\n"], ["a"]],
    ["carriage returns before the end", ["a\r\nb\r\n"], ["a", "b"]],
    ["a carriage return that is cut off from its newline", ["a\r", "\nb\n"], ["a", "b"]],
    ["carriage returns inside", ["a\rb\n"], ["a\rb"]],
    ["the line separators of Unicode", ["a\u2028b\u2029c\u0085d\n"], ["a\u2028b\u2029c\u0085d"]]
  ])("gives of %s the lines", (_, reads, lines) => {
    assert.deepStrictEqual(framed(reads.map(bytes)), lines)
  })

  it("gives the same lines however the bytes are cut", () => {
    const whole = bytes("é1\n😀2\r\n\nende")
    for (let size = 1; size <= whole.length; size++) {
      const reads: Array<Uint8Array> = []
      for (let from = 0; from < whole.length; from += size) reads.push(whole.subarray(from, from + size))
      assert.deepStrictEqual(framed(reads), ["é1", "😀2", "ende"], `reads of ${size} bytes`)
    }
  })

  it("keeps a line though its reader uses the buffer again", () => {
    const framer = Frames.framer(1024)
    const buffer = bytes("abc")
    framer.push(buffer)
    buffer.set(bytes("xyz"))
    assert.deepStrictEqual(framer.push(bytes("\n")), ["abc"])
  })

  it("replaces what is not UTF-8", () => {
    assert.deepStrictEqual(framed([Uint8Array.of(0x61, 0xff, 0x0a)]), ["a\uFFFD"])
  })

  it.each([
    ["in one read", ["ok\n", `${"x".repeat(11)}\n`, "after\n"]],
    ["in many reads", ["ok\n", ..."x".repeat(11), "\nafter\n"]],
    ["without an end", ["ok\n", "x".repeat(11)]]
  ])("says so when a line is too long %s, and gives nothing after it", (_, reads) => {
    const framer = Frames.framer(10)
    const lines = reads.flatMap((read) => framer.push(bytes(read)))
    assert.deepStrictEqual([...lines, ...framer.end()], ["ok"])
    assert.deepStrictEqual(framer.tooLong(), { bytesMax: 10 })
  })

  it("takes a line that is as long as is allowed", () => {
    const framer = Frames.framer(10)
    assert.deepStrictEqual(framer.push(bytes(`${"x".repeat(10)}\n`)), ["x".repeat(10)])
    assert.isUndefined(framer.tooLong())
  })
})

describe("the object of a line", () => {
  it.each([
    ['{"a":1}', { a: 1 }],
    ["{}", {}],
    ["[1]", undefined],
    ['"{"', undefined],
    ["{", undefined],
    ['{"a":1} and more', undefined],
    ["log line", undefined],
    ["", undefined]
  ])("is of %s", (line, object) => {
    assert.deepStrictEqual(Frames.objectOf(line), object)
  })

  it("is written as one line, whatever it holds", () => {
    assert.strictEqual(Frames.lineOf({ a: "x\ny\u2028" }), '{"a":"x\\ny\u2028"}\n')
  })
})
