/** Whatever a file says of its tools, in whichever kind of file, its role stays within bounds. */
import { assert, describe, it } from "@effect/vitest"
import { ToolPolicy } from "@offshoot/core"
import * as Schema from "effect/Schema"
import { formats } from "../src/Formats.ts"
import * as ClaudeAgents from "../src/ClaudeAgents.ts"
import * as GithubAgents from "../src/GithubAgents.ts"
import * as OpencodeAgents from "../src/OpencodeAgents.ts"
import type { RoleFormat } from "../src/internal/roleFormat.ts"
import { page, read } from "./reading.ts"

const words = [
  "*",
  "Read",
  "read",
  "Bash",
  "bash",
  "Bash(git diff:*)",
  "Write",
  "edit",
  "task",
  "Agent(worker, tester)",
  "web",
  "mcp__tracker",
  "mcp__tracker__*",
  "mcp__tracker__list",
  "mcp__*",
  "mcp__*__list",
  "tracker_*",
  "tracker/list",
  "*_list",
  "?",
  "nonsense"
] as const
const Word = Schema.Literals(words)
const Words = Schema.Array(Word).check(Schema.isMaxLength(5))

const Policy = Schema.Union([
  Schema.Struct({ type: Schema.Literal("inherit") }),
  Schema.Struct({ type: Schema.Literal("allow"), tools: Words }),
  Schema.Struct({ type: Schema.Literal("deny"), tools: Words })
])

/** Real tools: of the app, and of servers that are called in the usual ways and in others. */
const real = [
  "bash",
  "Bash",
  "read_file",
  "write_file",
  "fetch",
  "web_search",
  "SubAgent",
  "nonsense",
  "mcp__tracker__list",
  "mcp__tracker__close",
  "mcp__filesystem__read_text_file",
  "mcp__filesystem__write_file",
  "mcp__shell__run"
]

/** The same wishes in the words of each kind of file; YAML reads JSON, and so does TOML where it matters. */
const heads = (only: ReadonlyArray<string>, denied: ReadonlyArray<string>): string =>
  [
    "name: a",
    "description: b",
    `tools: ${JSON.stringify(only)}`,
    `disallowedTools: ${JSON.stringify(denied)}`,
    "kind: local"
  ].join("\n")

const switches = (only: ReadonlyArray<string>, denied: ReadonlyArray<string>): string =>
  page(
    `permission: ${JSON.stringify(Object.fromEntries([["*", "deny"], ...only.map((name) => [name, "allow"]), ...denied.map((name) => [name, "deny"])]))}`
  )

const rolesOf = (format: RoleFormat, only: ReadonlyArray<string>, denied: ReadonlyArray<string>) =>
  [page(heads(only, denied)), switches(only, denied)].flatMap((text) => read(format, text).roles)

const permitted = (scope: ToolPolicy.ToolScope): ReadonlyArray<string> =>
  real.filter((name) => ToolPolicy.permits(scope, name))

const alone = (policy: ToolPolicy.ToolPolicy): ReadonlyArray<string> =>
  permitted(ToolPolicy.narrow(ToolPolicy.everything, policy, []))

/** Each run reads a dozen files. */
const runs = { arbitrary: { runs: 50 } }

describe("a role from a file", () => {
  it.prop(
    "has no tool that its parent has not",
    { parent: Policy, only: Words, denied: Words },
    (given) => {
      const scope = ToolPolicy.narrow(ToolPolicy.everything, given.parent, [])
      const roles = formats.flatMap((format) => rolesOf(format, given.only, given.denied))
      assert.isNotEmpty(roles)
      for (const { tools } of roles) {
        const child = ToolPolicy.narrow(scope, tools, [])
        assert.deepStrictEqual(
          permitted(child).filter((name) => !ToolPolicy.permits(scope, name)),
          []
        )
      }
    },
    runs
  )

  it.prop(
    "loses tools, and never gains one, when its file denies another name",
    {
      only: Words,
      denied: Words,
      more: Word
    },
    ({ denied, more, only }) => {
      for (const format of [ClaudeAgents.format, OpencodeAgents.format]) {
        const before = rolesOf(format, only, denied)
        const after = rolesOf(format, only, [...denied, more])
        for (const [index, role] of after.entries()) {
          const had = before[index]
          if (had !== undefined) assert.includeMembers([...alone(had.tools)], [...alone(role.tools)])
        }
      }
    },
    runs
  )

  it.prop(
    "has each tool by one of the names that its file allows",
    { only: Words },
    ({ only }) => {
      for (const format of [ClaudeAgents.format, GithubAgents.format]) {
        const each = only.flatMap((name) =>
          read(format, page(heads([name], []))).roles.flatMap(({ tools }) => alone(tools))
        )
        for (const { tools } of read(format, page(heads(only, []))).roles) {
          assert.includeMembers([...each], [...alone(tools)])
        }
      }
    },
    runs
  )
})
