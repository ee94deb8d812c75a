/** The page that explains the configuration is the configuration. */
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { ConfigFile } from "../src/internal/configFile.ts"
import * as Settings from "../src/Settings.ts"

const path = NodePath.resolve(import.meta.dirname, "../../../docs/CONFIGURATION.md")
const page = NodeFS.readFileSync(path, "utf8")
const example = /```jsonc\n([^`]*)```/.exec(page)?.[1] ?? ""

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
    const { agents: _a, budget: _b, requests: saidRequests, server: _s, ...said } = told
    const { agents: _c, budget, requests, server: _t, ...defaults } = own
    assert.deepStrictEqual(said, defaults)
    assert.deepStrictEqual(budget, {})
    assert.strictEqual(saidRequests.deadlineSeconds, requests.deadlineSeconds)
  })

  const keys = keysOf(Schema.toType(ConfigFile).ast)

  it("the keys that it is looked through for are those of the file, inner ones too", () => {
    assert.includeMembers(Array.from(keys), ["limits", "backlog", "retry", "intensity", "drainSeconds"])
  })

  it.each(keys)("it tells of %s", (key) => {
    assert.match(page, new RegExp(`["\`{ ]${key}["\`?,} :]`))
  })
})
