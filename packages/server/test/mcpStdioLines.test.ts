/** What a host writes, before the protocol sees it. */
import { assert, describe, it } from "@effect/vitest"
import * as StdioLines from "../src/mcp/StdioLines.ts"

const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`

describe("a line", () => {
  it.each([
    ["a message", '{"jsonrpc":"2.0"}', "Message"],
    ["brackets in a text", `{"text":"${"[{".repeat(1_000)}\\"["}`, "Message"],
    ["a hundred levels", nested(100), "Message"],
    ["a thousand levels", nested(1_000), "Refused"],
    ["a million levels", nested(1_000_000), "Refused"],
    ["levels that are not closed", "[".repeat(1_000_000), "Refused"],
    ["a text without end", `{"text":"${"\\\\".repeat(500_000)}`, "Refused"],
    ["blanks", "  \r", "Nothing"]
  ])("of %s is judged", (_, text, tag) => {
    assert.strictEqual(StdioLines.judge({ _tag: "Text", text })._tag, tag)
  })
})
