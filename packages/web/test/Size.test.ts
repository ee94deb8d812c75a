import { assert, describe, it } from "@effect/vitest"
import * as NodeFS from "node:fs"
import * as NodeOS from "node:os"
import * as NodePath from "node:path"
import * as NodeZlib from "node:zlib"
import { build } from "vite"

/** What a person loads before there is anything to see. */
const gzippedBytesMax = 60 * 1024

const built = async (): Promise<ReadonlyMap<string, Buffer>> => {
  const outDir = NodeFS.mkdtempSync(NodePath.join(NodeOS.tmpdir(), "offshoot-page-"))
  try {
    const web = NodePath.resolve(import.meta.dirname, "..")
    await build({
      configFile: NodePath.join(web, "vite.config.ts"),
      root: web,
      logLevel: "silent",
      build: { outDir, emptyOutDir: true }
    })
    const paths = NodeFS.readdirSync(outDir, { recursive: true, encoding: "utf8" })
    return new Map(
      paths
        .filter((path) => NodeFS.statSync(NodePath.join(outDir, path)).isFile())
        .map((path) => [path, NodeFS.readFileSync(NodePath.join(outDir, path))] as const)
    )
  } finally {
    NodeFS.rmSync(outDir, { recursive: true, force: true })
  }
}

describe("the built page", () => {
  it(
    "is at most 60 KB gzipped, and runs under a policy without inline script or style",
    { timeout: 120_000 },
    async () => {
      const files = await built()
      const sizes = [...files].map(([path, bytes]) => [path, NodeZlib.gzipSync(bytes, { level: 9 }).length] as const)
      assert.isTrue(sizes.some(([path]) => path.endsWith(".js")))
      assert.isTrue(sizes.some(([path]) => path.endsWith(".css")))
      const total = sizes.reduce((sum, [, size]) => sum + size, 0)
      assert.isAtMost(total, gzippedBytesMax, JSON.stringify(sizes))

      const html = files.get("index.html")?.toString("utf8") ?? ""
      assert.notMatch(html, /<script(?![^>]*\bsrc=)/)
      assert.notMatch(html, /<style|\sstyle=|\son[a-z]+=/)
      for (const [, address = ""] of html.matchAll(/(?:src|href)="([^"]+)"/g)) assert.match(address, /^\/[^/]/)
      const scripts = [...files].filter(([path]) => path.endsWith(".js")).map(([, bytes]) => bytes.toString("utf8"))
      for (const script of scripts) assert.notMatch(script, /\beval\(|new Function\(|innerHTML\s*=[^=]*location/)
    }
  )
})
