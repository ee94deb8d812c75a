/** `offshoot profiles` on folders as people have them, without a server. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import { call } from "./commandCall.ts"

const makeWorld = Effect.gen(function* () {
  const disk = yield* FileSystem.FileSystem
  const root = yield* disk.makeTempDirectoryScoped()
  const write = Effect.fnUntraced(function* (place: string, text: string) {
    yield* disk.makeDirectory(`${root}/${place.slice(0, place.lastIndexOf("/"))}`, { recursive: true })
    yield* disk.writeFileString(`${root}/${place}`, text)
  })
  yield* disk.makeDirectory(`${root}/shop`)
  const environment = { HOME: `${root}/home`, OFFSHOOT_DATA_DIR: `${root}/data` }
  return {
    root,
    write,
    environment,
    list: (...args: ReadonlyArray<string>) => call(environment, "profiles", "--workspace", `${root}/shop`, ...args)
  }
})

const Listed = Schema.Struct({
  workspace: Schema.String,
  profiles: Schema.Array(Schema.Struct({ name: Schema.String, source: Schema.String })),
  problems: Schema.Array(Schema.Struct({ source: Schema.String, line: Schema.Int, column: Schema.Int }))
})
const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Listed))

it.layer(NodeServices.layer)("offshoot profiles", (it) => {
  it.effect("lists the built-in roles where nobody has any, and succeeds", () =>
    Effect.gen(function* () {
      const { list } = yield* makeWorld
      const { code, out } = yield* list()
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(
        out.map((line) => line.split(/ {2,}/)),
        [
          ["ROLE", "TOOLS", "MODEL", "AGENT", "SOURCE"],
          ["general-purpose", "its parent's", "its parent's", "builtin"],
          ["plan", "not write, shell, spawn", "its parent's", "builtin"],
          ["researcher", "not write, shell, spawn", "its parent's", "builtin"],
          ["coder", "not spawn", "its parent's", "builtin"],
          ["reviewer", "not write, shell, spawn", "its parent's", "builtin"],
          ["tester", "not write, spawn", "its parent's", "builtin"]
        ]
      )
    })
  )

  it.effect("S-profiles: says where a role is from, what is ignored and why, and fails for a file that is wrong", () =>
    Effect.gen(function* () {
      const { list, write } = yield* makeWorld
      yield* write("home/.claude/agents/coder.md", "---\nname: coder\ndescription: mine\n---\n")
      yield* write(
        "shop/.claude/agents/coder.md",
        "---\nname: coder\ndescription: ours\ntools: Read, mcp__tracker, Oracle\nmodel: opus\nhooks: { Stop: [] }\n---\n"
      )
      yield* write("shop/.gemini/agents/\u001b[31mred.md", "---\nname: red\n  x\n---\n")
      const { code, out } = yield* list()
      assert.strictEqual(code, 1)
      const coder = out.find((line) => line.startsWith("coder"))
      assert.match(coder ?? "", /only read, Read, mcp__tracker__\* +its parent's +\.claude\/agents\/coder\.md/)
      assert.deepStrictEqual(out.slice(out.indexOf("ignored")), [
        "ignored",
        "  coder: Oracle: no tool here is known to be this one, so it is denied",
        "  coder: model: opus: does not say which provider's model: write provider:model",
        "  coder: hooks: off: the folder is not trusted, and hooks are not run here",
        "  coder: ~/.claude/agents/coder.md: has the same name and is weaker",
        "",
        "not usable",
        ...out.slice(-1)
      ])
      assert.match(out.at(-1) ?? "", /^ {2}\.gemini\/agents\/red\.md:\d+:\d+: \S/)
    })
  )

  it.effect("prints all of it as JSON, with the lines and columns", () =>
    Effect.gen(function* () {
      const { environment, list, root, write } = yield* makeWorld
      yield* write("shop/.codex/agents/a.toml", "name = ")
      const { code, out } = yield* list("--json")
      assert.strictEqual(code, 1)
      const listed = yield* decode(out.at(-1) ?? "")
      assert.strictEqual(listed.workspace, `${root}/shop`)
      assert.strictEqual(listed.profiles.length, 6)
      assert.deepStrictEqual(listed.problems, [{ source: `${root}/shop/.codex/agents/a.toml`, line: 1, column: 8 }])
      yield* write("named.json", '{"profiles": [{"id": "a", "system_prompt": "You are."}]}')
      const named = { ...environment, OFFSHOOT_SUBAGENT_PROFILES_FILE: `${root}/named.json` }
      const other = yield* decode((yield* call(named, "profiles", "--workspace", root, "--json")).out.at(-1) ?? "")
      assert.deepStrictEqual(other.profiles.at(-1), { name: "a", source: `${root}/named.json` })
    })
  )

  it.effect("refuses a workspace that is no folder as wrong usage", () =>
    Effect.gen(function* () {
      const { environment, root } = yield* makeWorld
      assert.strictEqual((yield* call(environment, "profiles", "--workspace", `${root}/nowhere`)).code, 2)
    })
  )
})
