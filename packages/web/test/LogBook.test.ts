import { assert, describe, it } from "@effect/vitest"
import type { AgentEvent } from "@offshoot/core"
import { LogBook, lineMax, overlapOf, rowsMax, wrap } from "../src/LogBook.ts"

const token = (content: string): AgentEvent.AgentEvent => ({ type: "token", content })
const output = (channel: string, content: string): AgentEvent.AgentEvent => ({
  type: "runner_output",
  channel,
  content
})

const shown = (...events: ReadonlyArray<AgentEvent.AgentEvent>): ReadonlyArray<string> => {
  const book = new LogBook()
  for (const event of events) book.take(event, undefined)
  return book.rows.map(({ label, text }) => (label === "" ? text : `${label}: ${text}`))
}

describe("LogBook", () => {
  it.each<readonly [string, ReadonlyArray<AgentEvent.AgentEvent>, ReadonlyArray<string>]>([
    ["tokens of one line are one row", [token("one "), token("two")], ["one two"]],
    ["a line end begins a row", [token("one\ntw"), token("o")], ["one", "two"]],
    [
      "another voice begins a row",
      [token("one"), output("stderr", "warn"), token("two")],
      ["one", "stderr: warn", "two"]
    ],
    [
      "a tool with its argument and what came of it",
      [
        { type: "tool_start", toolCallId: "1", toolName: "bash", arguments: { command: "ls -l", timeout: 3 } },
        { type: "tool_complete", toolCallId: "1", toolName: "bash", result: "total 0" }
      ],
      ["bash: ls -l", "bash ✔: total 0"]
    ],
    ["what says nothing to a reader is left out", [{ type: "usage_updated", usage: {} }], []],
    ["markup and escapes", [token("<b>\u001B[31mx\u202E</b>")], ["<b>x</b>"]]
  ])("%s", (_name, events, rows) => assert.deepStrictEqual(shown(...events), rows))

  it("L1, L2: cuts a line of a million characters, and says how much is not there", () => {
    const book = new LogBook()
    book.take(token("x".repeat(1_000_000)), undefined)
    const texts = book.rows.map(({ text }) => text)
    assert.strictEqual(texts.filter((text) => text.startsWith("x")).join("").length, lineMax)
    assert.strictEqual(texts.at(-1), `… and ${(1_000_000 - lineMax).toLocaleString("en")} more characters of this line`)
  })

  it("L1, L2: keeps the last rows, and counts those that left", () => {
    const book = new LogBook()
    for (let line = 0; line < rowsMax + 5_000; line++) book.take(token(`line ${line}\n`), undefined)
    assert.isAtMost(book.rows.length, rowsMax)
    assert.strictEqual(book.dropped + book.rows.length, rowsMax + 5_001)
    assert.strictEqual(book.rows.at(-2)?.text, `line ${rowsMax + 4_999}`)
  })

  it.each<readonly [string, string, number]>([
    ["one two three four five", "three four five six", 0],
    ["one two three four five six", "three four five six and seven", 19],
    ["a", "a", 0],
    ["", "something that nobody recorded", 0],
    ["the end of it is something else", "the end of it is not", 0]
  ])("of %j what was heard, %j, repeats %d characters, if enough of them are alike", (recorded, heard, size) =>
    assert.strictEqual(overlapOf(recorded, heard), size)
  )

  it("breaks its lines again when the window is another, and shows what is hidden when it is raw", () => {
    const book = new LogBook()
    book.take(token(`${"word ".repeat(30)}\u001B[0mend`), undefined)
    assert.strictEqual(book.rows.length, 2)
    book.fit(40, "clean")
    assert.strictEqual(book.rows.length, 4)
    book.fit(40, "raw")
    assert.isTrue(book.rows.some(({ text }) => text.includes("‹001B›[0m")))
  })

  it.each<readonly [string, number, ReadonlyArray<string>]>([
    ["short", 10, ["short"]],
    ["between words it is", 10, ["between ", "words it ", "is"]],
    ["xxxxxxxxxxxxxx", 10, ["xxxxxxxxxx", "xxxx"]],
    ["日本語日本語", 6, ["日本語", "日本語"]],
    ["aaaaaaaaaa b", 10, ["aaaaaaaaaa", "b"]]
  ])("wraps %j at %d columns", (text, columns, pieces) => assert.deepStrictEqual(wrap(text, columns), pieces))
})
