/**
 * The public surface of each package as one reviewed file: a change of
 * `api/<package>.d.ts` in a diff is a change of what users can see.
 *
 * Refresh with `pnpm api` and read the diff. The surface is what the package's
 * `exports` reach, without `src/internal` and without comments.
 */
import { assert, beforeAll, describe, expect, it } from "@effect/vitest"
import * as OpenApi from "effect/http-api/OpenApi"
import * as NodeChildProcess from "node:child_process"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import { Api } from "../packages/server/src/Api.ts"

const root = NodePath.resolve(import.meta.dirname, "..")
const work = NodePath.join(root, "node_modules/.cache/offshoot/api")
const emitted = NodePath.join(work, "emitted")
const packages = NodeFS.readdirSync(NodePath.join(root, "packages")).toSorted()

/** Type errors are the business of another check: declarations come out all the same. */
const emit = () => {
  NodeFS.rmSync(work, { recursive: true, force: true })
  NodeFS.mkdirSync(work, { recursive: true })
  const config = {
    extends: NodePath.join(root, "tsconfig.base.json"),
    include: [NodePath.join(root, "packages/*/src")],
    compilerOptions: {
      declaration: true,
      emitDeclarationOnly: true,
      stripInternal: true,
      removeComments: true,
      rootDir: root,
      outDir: emitted
    }
  }
  NodeFS.writeFileSync(NodePath.join(work, "tsconfig.json"), JSON.stringify(config))
  NodeChildProcess.spawnSync("tsc", ["-p", work], { stdio: "ignore" })
}

const entries = (name: string): ReadonlyArray<string> => {
  const manifest = JSON.parse(NodeFS.readFileSync(NodePath.join(root, "packages", name, "package.json"), "utf8"))
  return Object.values<Record<string, string>>(manifest.exports).flatMap((target) => target["@offshoot/source"] ?? [])
}

/**
 * The type of the whole HTTP contract is a union of all its calls, which the
 * compiler writes in another order each time; `api/openapi.json` is its review.
 */
const withoutContract = (text: string): string =>
  text.replace(
    /^declare const Api_base: [\s\S]*?^(?=export )/m,
    'declare const Api_base: HttpApi.HttpApi<"offshoot">;\n'
  )

/** The declaration files that a package's entries reach by relative imports, by path. */
const surface = (name: string): string => {
  const folder = NodePath.join(emitted, "packages", name)
  const texts = new Map<string, string>()
  const visit = (path: string) => {
    if (texts.has(path) || path.includes("/internal/")) return
    const file = NodePath.join(folder, path)
    assert.isTrue(NodeFS.existsSync(file), `packages/${name}: the public surface names ${path}, which is not there`)
    const text = withoutContract(NodeFS.readFileSync(file, "utf8"))
    texts.set(path, text)
    for (const [, target] of text.matchAll(/from "(\.{1,2}\/[^"]+)"/g)) {
      if (target !== undefined) visit(declarationOf(NodePath.join(NodePath.dirname(path), target)))
    }
  }
  for (const entry of entries(name)) visit(declarationOf(NodePath.normalize(entry)))
  return Array.from(texts)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, text]) => `// ${path}\n${text}`)
    .join("\n")
}

const declarationOf = (path: string) => path.replace(/\.[jt]s$/, ".d.ts")

describe("the public surface", () => {
  // The compiler writes the declarations of everything: half a minute alone, minutes on a busy machine.
  beforeAll(emit, 300_000)

  it.each(packages)("of %s is the reviewed one", async (name) => {
    await expect(surface(name)).toMatchFileSnapshot(NodePath.join(root, "api", `${name}.d.ts`))
  })

  it("of HTTP is the reviewed one", async () => {
    const document = JSON.stringify(OpenApi.fromApi(Api), undefined, 1)
    await expect(`${document}\n`).toMatchFileSnapshot(NodePath.join(root, "api/openapi.json"))
  })

  it("has no review of a package that is gone", () => {
    const reviewed = NodeFS.readdirSync(NodePath.join(root, "api"))
      .filter((file) => file.endsWith(".d.ts"))
      .map((file) => file.replace(/\.d\.ts$/, ""))
    assert.deepStrictEqual(
      reviewed.filter((name) => !packages.includes(name)),
      []
    )
  })
})
