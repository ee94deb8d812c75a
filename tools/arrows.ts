/**
 * The package arrows of .dependency-cruiser.mjs, with proof that they were
 * looked at: every TypeScript file that is there must have been read, and the
 * imports between packages must have been followed. Without a parser that it
 * likes, dependency-cruiser reads nothing and calls that a success.
 */
import * as NodeChildProcess from "node:child_process"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"

interface Cruised {
  readonly modules: ReadonlyArray<{
    readonly source: string
    readonly dependencies: ReadonlyArray<{ readonly resolved: string }>
  }>
  readonly summary: {
    readonly violations: ReadonlyArray<{
      readonly from: string
      readonly to: string
      readonly rule: { readonly name: string }
      readonly cycle?: ReadonlyArray<{ readonly name: string }>
    }>
  }
}

const root = NodePath.resolve(import.meta.dirname, "..")
const folders = ["packages", "test", "tools"]
const outputBytesMax = 64 * 1024 * 1024

const present = folders
  .filter((folder) => NodeFS.existsSync(NodePath.join(root, folder)))
  .flatMap((folder) =>
    NodeFS.readdirSync(NodePath.join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts") && !/(^|\/)(node_modules|dist|\.turbo)\//.test(path))
      .map((path) => `${folder}/${path}`)
  )

const cruise = (): Cruised => {
  const { stdout, stderr, error } = NodeChildProcess.spawnSync(
    "depcruise",
    ["--config", ".dependency-cruiser.mjs", "--output-type", "json", ...folders],
    { cwd: root, encoding: "utf8", maxBuffer: outputBytesMax }
  )
  if (error !== undefined) throw error
  try {
    return JSON.parse(stdout)
  } catch {
    throw new Error(`dependency-cruiser said no JSON:\n${stdout.slice(0, 500)}${stderr}`)
  }
}

const { modules, summary } = cruise()
const read = new Set(modules.map((module) => module.source))
const between = modules
  .filter((module) => module.source.startsWith("packages/") && !module.source.startsWith("packages/core/"))
  .flatMap((module) => module.dependencies)
  .filter((dependency) => dependency.resolved.startsWith("packages/core/src/"))

const findings = [
  ...summary.violations.map(
    ({ rule, from, to, cycle }) => `${rule.name}: ${[from, ...(cycle?.map((step) => step.name) ?? [to])].join(" -> ")}`
  ),
  ...present.filter((path) => !read.has(path)).map((path) => `not read: ${path}`),
  ...(present.length === 0 ? ["there is nothing to read"] : []),
  ...(between.length === 0 ? ["no import of core was followed: the arrows between packages were not seen"] : [])
]

process.stdout.write(`${present.length} modules, ${between.length} imports of core from other packages\n`)
for (const finding of findings) process.stdout.write(`${finding}\n`)
process.exitCode = findings.length === 0 ? 0 : 1
