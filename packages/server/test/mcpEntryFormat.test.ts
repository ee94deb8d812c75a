/** One entry put into the files of others and taken out again: what else there is stays as it is. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as EntryFormat from "../src/mcp/EntryFormat.ts"
import { refusalText } from "../src/mcp/TextFormat.ts"

const entry = { command: "offshoot", args: ["mcp"] }
const path = ["mcpServers", "offshoot"]

const lines = (...all: ReadonlyArray<string>): string => all.map((line) => `${line}\n`).join("")

const whole = (result: Result.Result<string, Parameters<typeof refusalText>[1]>): string =>
  Result.match(result, { onFailure: (refusal) => refusalText("file", refusal), onSuccess: (text) => text })

interface Case {
  readonly name: string
  readonly before: string
  readonly after: string
  /** What is left when the entry is taken out again; where it is not given, `before`. */
  readonly left?: string
}

type Whole = Required<Case> & { readonly format: EntryFormat.FormatName }

const json: ReadonlyArray<Case> = [
  {
    name: "an empty file",
    before: "",
    after: lines(
      "{",
      '  "mcpServers": {',
      '    "offshoot": {',
      '      "command": "offshoot",',
      '      "args": [',
      '        "mcp"',
      "      ]",
      "    }",
      "  }",
      "}"
    ),
    left: lines("{", '  "mcpServers": {', "  }", "}")
  },
  {
    name: "an object on one line",
    before: '{"a":1}',
    after: '{"a":1, "mcpServers": {"offshoot":{"command":"offshoot","args":["mcp"]}}}',
    left: '{"a":1, "mcpServers": {}}'
  },
  {
    name: "the last member's comment, which stays with it",
    before: lines("{", "\t// mine", '\t"mcpServers": {', '\t\t"a": {} // the first', "\t}, /* b */", '\t"z": [1]', "}"),
    after: lines(
      "{",
      "\t// mine",
      '\t"mcpServers": {',
      '\t\t"a": {}, // the first',
      '\t\t"offshoot": {',
      '\t\t\t"command": "offshoot",',
      '\t\t\t"args": [',
      '\t\t\t\t"mcp"',
      "\t\t\t]",
      "\t\t}",
      "\t}, /* b */",
      '\t"z": [1]',
      "}"
    )
  },
  {
    name: "a trailing comma, which stays the way of the file",
    before: lines("{", '  "mcpServers": {', '    "a": {},', "  },", "}"),
    after: lines(
      "{",
      '  "mcpServers": {',
      '    "a": {},',
      '    "offshoot": {',
      '      "command": "offshoot",',
      '      "args": [',
      '        "mcp"',
      "      ]",
      "    },",
      "  },",
      "}"
    )
  },
  {
    name: "an object that holds a comment only",
    before: lines("{", '  "mcpServers": {', "    // none yet", "  }", "}"),
    after: lines(
      "{",
      '  "mcpServers": {',
      "    // none yet",
      '    "offshoot": {',
      '      "command": "offshoot",',
      '      "args": [',
      '        "mcp"',
      "      ]",
      "    }",
      "  }",
      "}"
    )
  },
  {
    name: "line ends of Windows and a byte order mark",
    before: '\uFEFF{\r\n  "mcpServers": {\r\n    "a": {}\r\n  }\r\n}',
    after:
      '\uFEFF{\r\n  "mcpServers": {\r\n    "a": {},\r\n    "offshoot": {\r\n      "command": "offshoot",\r\n' +
      '      "args": [\r\n        "mcp"\r\n      ]\r\n    }\r\n  }\r\n}'
  },
  {
    name: "another entry of the name, between others",
    before: lines("{", '  "mcpServers": {', '    "offshoot": { "url": "x" }, // old', '    "b": {}', "  }", "}"),
    after: lines(
      "{",
      '  "mcpServers": {',
      '    "offshoot": {',
      '      "command": "offshoot",',
      '      "args": [',
      '        "mcp"',
      "      ]",
      "    }, // old",
      '    "b": {}',
      "  }",
      "}"
    ),
    left: lines("{", '  "mcpServers": { // old', '    "b": {}', "  }", "}")
  },
  {
    name: "a line behind a comment, whose brace must not get behind that",
    before: '{"mcpServers": { // c\n"offshoot": {},}}',
    after: '{"mcpServers": { // c\n"offshoot": {\n  "command": "offshoot",\n  "args": [\n    "mcp"\n  ]\n},}}',
    left: '{"mcpServers": { // c\n}}'
  }
]

const tomlPath = ["mcp_servers", "offshoot"]
const block = ["[mcp_servers.offshoot]", 'command = "offshoot"', 'args = [ "mcp" ]']

const toml: ReadonlyArray<Case> = [
  { name: "an empty file", before: "", after: lines(...block) },
  {
    name: "a file without a line end, at its end",
    before: '# mine\nmodel = "x" # why',
    after: `# mine\nmodel = "x" # why\n\n${lines(...block)}`,
    left: '# mine\nmodel = "x" # why\n'
  },
  {
    name: "a table of the name with one below it, before one with a comment",
    before: lines(
      "[mcp_servers.a]",
      "command='x'",
      "",
      '[ mcp_servers . "offshoot" ] # old',
      'command = "old"',
      "",
      "[mcp_servers.offshoot.env]",
      'A = "1"',
      "",
      "# about b",
      "[mcp_servers.b]",
      "args = [",
      '  "x", # [y]',
      "]"
    ),
    after: lines(
      "[mcp_servers.a]",
      "command='x'",
      "",
      ...block,
      "",
      "# about b",
      "[mcp_servers.b]",
      "args = [",
      '  "x", # [y]',
      "]"
    ),
    left: lines("[mcp_servers.a]", "command='x'", "", "# about b", "[mcp_servers.b]", "args = [", '  "x", # [y]', "]")
  },
  {
    name: "line ends of Windows",
    before: 'a = 1\r\n[b]\r\nc = """\r\n[d]\r\n"""\r\n',
    after: `a = 1\r\n[b]\r\nc = """\r\n[d]\r\n"""\r\n\r\n${block.join("\r\n")}\r\n`
  }
]

const completed =
  (format: EntryFormat.FormatName) =>
  ({ after, before, left, name }: Case): Whole => ({ name, format, before, after, left: left ?? before })

const cases = [...json.map(completed("jsonc")), ...toml.map(completed("toml"))]

const placeOf = ({ format }: Whole) => (format === "toml" ? tomlPath : path)

describe("an entry", () => {
  it.each(cases)("is put into $name", (one) => {
    assert.strictEqual(whole(EntryFormat.put(one.format, one.before, placeOf(one), entry)), one.after)
  })

  it.each(cases)("that is there already changes nothing: $name", (one) => {
    assert.strictEqual(whole(EntryFormat.put(one.format, one.after, placeOf(one), entry)), one.after)
  })

  it.each(cases)("is taken out of $name", (one) => {
    assert.strictEqual(whole(EntryFormat.take(one.format, one.after, placeOf(one))), one.left)
  })

  it.each<readonly [name: string, format: EntryFormat.FormatName, text: string, told: string]>([
    [
      "a comment where none is read",
      "json",
      '{\n  // c\n  "a": 1\n}',
      "file:2:3: this is not JSON: invalid comment token"
    ],
    ["a missing comma", "jsonc", '{"a": 1 "secret": 2}', "file:1:9: this is not JSON: comma expected"],
    ["a list", "jsonc", " []", "file:1:2: an object is expected here"],
    ["servers that are no object", "jsonc", '{"mcpServers": []}', "file:1:16: an object is expected here"],
    [
      "a name that is there twice",
      "jsonc",
      '{"mcpServers": {"a": 1}, "mcpServers": {"b": 1}}',
      "file: the entry cannot be changed without changing something else of the file: edit it by hand"
    ],
    ["no value", "toml", "[a]\nsecret = \n", "file:2:10: this is not TOML: invalid value"],
    [
      "servers in one line",
      "toml",
      "mcp_servers = { a = { command = 'x' } }\n",
      "file: the entry cannot be changed without changing something else of the file: edit it by hand"
    ],
    [
      "an entry in one line",
      "toml",
      "[mcp_servers]\noffshoot = { command = 'x' }\n",
      "file: the entry is there, but not as a table with a header of its own: edit it by hand"
    ],
    [
      "a header within a string",
      "toml",
      '[mcp_servers.offshoot]\ncommand = "x"\nnote = """\n[a]\nb"""\n',
      "file: the entry cannot be changed without changing something else of the file: edit it by hand"
    ]
  ])("is refused with its place, and nothing of the file, for %s", (_, format, text, told) => {
    assert.strictEqual(whole(EntryFormat.put(format, text, format === "toml" ? tomlPath : path, entry)), told)
  })
})
