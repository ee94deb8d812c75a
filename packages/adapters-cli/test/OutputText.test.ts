import { assert, describe, it } from "@effect/vitest"
import * as OutputText from "../src/OutputText.ts"
import * as ProcessTable from "../src/ProcessTable.ts"
import * as RunMark from "../src/RunMark.ts"
import * as SecretMask from "../src/SecretMask.ts"

const bytes = (...values: ReadonlyArray<number>) => Uint8Array.from(values)
const utf8 = (text: string) => new TextEncoder().encode(text)

/** What comes out when the input arrives byte by byte. */
const trickled = (input: Uint8Array, secrets: ReadonlyArray<string> = []) => {
  const channel = OutputText.channel(secrets)
  return [...input]
    .flatMap((byte) => channel.push([bytes(byte)]))
    .concat(channel.end())
    .join("")
}

describe("OutputText", () => {
  it.each(["plain", "no newline at the end", "é€😀 and on", "\ufeffwith a mark", "a\0b", ""])(
    "keeps %j whole, however it is cut",
    (text) => {
      assert.strictEqual(trickled(utf8(text)), text)
    }
  )

  it.each<[string, Uint8Array, string]>([
    ["a byte that begins nothing", bytes(0xff, 0x61), "\ufffda"],
    ["a character that breaks off", bytes(0xc3, 0x28), "\ufffd("],
    ["a character that the end cuts", bytes(0x61, 0xe2, 0x82), "a\ufffd"]
  ])("replaces %s", (_, input, expected) => {
    assert.strictEqual(trickled(input), expected)
  })

  it("coalesces the reads of one turn and bounds every piece", () => {
    const channel = OutputText.channel([])
    assert.deepStrictEqual(channel.push([utf8("a"), utf8("b"), utf8("c")]), ["abc"])
    const large = channel.push([utf8("x".repeat(3 * OutputText.eventCharsMax + 1))])
    assert.deepStrictEqual(
      large.map((text) => text.length),
      [OutputText.eventCharsMax, OutputText.eventCharsMax, OutputText.eventCharsMax, 1]
    )
  })

  it("emits nothing for a read that brings no whole character", () => {
    const channel = OutputText.channel([])
    assert.deepStrictEqual(channel.push([bytes(0xe2)]), [])
    assert.deepStrictEqual(channel.push([bytes(0x82, 0xac)]), ["€"])
    assert.deepStrictEqual(channel.end(), [])
  })

  it("cuts no surrogate pair in two", () => {
    assert.deepStrictEqual(OutputText.pieces("a😀b", 2), ["a", "😀", "b"])
    assert.deepStrictEqual(OutputText.pieces("😀😀", 2), ["😀", "😀"])
    assert.strictEqual(OutputText.pieces("😀😀", 1).join(""), "😀😀")
  })

  it("keeps the end and no more", () => {
    const tail = OutputText.tail(4)
    for (const text of ["abc", "defgh", "ij"]) tail.push(text)
    assert.strictEqual(tail.text(), "ghij")
    tail.push("0123456789")
    assert.strictEqual(tail.text(), "6789")
  })

  it.each([
    ["\u001b[1;31mred\u001b[0m", "red"],
    ["\u001b]0;title\u0007text", "text"],
    ["\u001b]8;;http://x\u001b\\link", "link"],
    ["tab\tand\r\nnewline\u0000\u009b", "tab\tand\nnewline"]
  ])("shows %j as %j", (text, expected) => {
    assert.strictEqual(OutputText.plain(text), expected)
  })
})

describe("SecretMask", () => {
  const key = "sk-0123456789"

  it.each([
    [`key ${key} is wrong`, `key ${SecretMask.masked} is wrong`],
    [`${key}${key}`, `${SecretMask.masked}${SecretMask.masked}`],
    ["sk-012345678", "sk-012345678"],
    [`sk-01234sk-0123456789`, `sk-01234${SecretMask.masked}`],
    ["nothing here", "nothing here"]
  ])("shows %j as %j, however it is cut", (text, expected) => {
    const mask = SecretMask.maskOf([key])
    assert.strictEqual(mask.push(text) + mask.end(), expected)
    assert.strictEqual(trickled(utf8(text), [key]), expected)
  })

  it("takes the longer of two secrets whole", () => {
    const mask = SecretMask.maskOf(["password", "password-and-more"])
    assert.strictEqual(
      mask.push("password-and-more password!") + mask.end(),
      `${SecretMask.masked} ${SecretMask.masked}!`
    )
  })

  it("holds text back only while it may be a secret", () => {
    const mask = SecretMask.maskOf([key])
    assert.strictEqual(mask.push("hello s"), "hello ")
    assert.strictEqual(mask.push("ad"), "sad")
  })

  it("lets short values pass", () => {
    assert.strictEqual(SecretMask.maskOf(["true", ""]).push("it is true"), "it is true")
  })
})

describe("RunMark", () => {
  const mark = { instance: "i", boot: "b", runId: "run_1" }

  it("is read back from an environment", () => {
    const block = Object.entries({ PATH: "/bin", ...RunMark.toEnvironment(mark), Z: "OFFSHOOT_RUN_ID=other" })
      .map(([name, value]) => `${name}=${value}\0`)
      .join("")
    assert.deepStrictEqual(RunMark.fromEnvironmentBlock(block), mark)
  })

  it.each(["", "PATH=/bin\0", "OFFSHOOT_RUN_ID=run_1\0", "A=OFFSHOOT_RUN_ID\0"])("is absent from %j", (block) => {
    assert.isUndefined(RunMark.fromEnvironmentBlock(block))
  })

  it.each([
    ["12 (sh) S 1 34 56 0", { alive: true, group: 34, startedTicks: 0 }],
    [
      "12 (a (b) c d) R 1 99 99 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 345678 9 0",
      { alive: true, group: 99, startedTicks: 345_678 }
    ],
    ["12 (sh) Z 1 34 56 0", { alive: false, group: 34, startedTicks: 0 }],
    ["2 (kthreadd) S 0 0 0 0", undefined],
    ["", undefined]
  ])("the line %j reads as %o", (line, expected) => {
    assert.deepStrictEqual(ProcessTable.readStat(line), expected)
  })
})
