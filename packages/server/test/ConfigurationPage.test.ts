/** The page that explains the configuration is the configuration. */
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { CliAgent } from "@offshoot/adapters-cli"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { ConfigFile } from "../src/internal/configFile.ts"
import * as Settings from "../src/Settings.ts"

const path = NodePath.resolve(import.meta.dirname, "../../../docs/CONFIGURATION.md")
const page = NodeFS.readFileSync(path, "utf8")
const example = /```jsonc\n([^`]*)```/.exec(page)?.[1] ?? ""

const guide = NodeFS.readFileSync(NodePath.resolve(path, "../guides/coding-agents.md"), "utf8")
const agentsExample = /```jsonc\n([^`]*)```/.exec(guide)?.[1] ?? ""

const resolve = (text: string) =>
  Settings.resolve({
    flags: {},
    environment: { MY_TOKEN_VARIABLE: "secret" },
    file: Option.some({ path: "/app/offshoot.config.json", text }),
    cwd: "/app"
  })

/** The names of an object's members, and of the objects within it. */
const keysOf = (ast: SchemaAST.AST): ReadonlyArray<string> =>
  SchemaAST.isObjects(ast) ? ast.propertySignatures.flatMap(({ name, type }) => [String(name), ...keysOf(type)]) : []

describe("docs/CONFIGURATION.md", () => {
  it("its example is accepted as it stands", () => {
    const resolved = resolve(example)
    assert.isTrue(Result.isSuccess(resolved), JSON.stringify(resolved))
  })

  it("what it gives as defaults are the defaults", () => {
    const told = Result.getOrThrow(resolve(example))
    const own = Result.getOrThrow(resolve("{}"))
    const { agents: _a, agentsBy: _by, budget: _b, requests: saidRequests, server: _s, ...said } = told
    const { agents: _c, agentsBy: _own, budget, requests, server: _t, ...defaults } = own
    assert.deepStrictEqual(said, defaults)
    assert.deepStrictEqual(budget, {})
    assert.strictEqual(saidRequests.deadlineSeconds, requests.deadlineSeconds)
  })

  it("the agents of its guide are accepted, and each is who it says", () => {
    const { agents } = Result.getOrThrow(resolve(agentsExample))
    assert.deepStrictEqual(
      agents.map(({ definition, id }) => [id, definition.protocol]),
      [
        ["claude", "claude-stream-json"],
        ["fixer", "codex-app-server"],
        ["any-acp", "acp"],
        ["any-program", "command"]
      ]
    )
  })

  it.each(Object.keys({ ...CliAgent.CliAgent.fields, ...CliAgent.AcpAgent.fields }))(
    "the guide of the coding agents tells of %s",
    (key) => {
      assert.include(guide, `\`${key}\``)
    }
  )

  const keys = keysOf(Schema.toType(ConfigFile).ast)

  it("the keys that it is looked through for are those of the file, inner ones too", () => {
    assert.includeMembers(Array.from(keys), ["limits", "backlog", "retry", "intensity", "drainSeconds"])
  })

  it.each(keys)("it tells of %s", (key) => {
    assert.match(page, new RegExp(`["\`{ ]${key}["\`?,} :]`))
  })
})
