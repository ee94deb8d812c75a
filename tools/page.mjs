/**
 * Builds the page when it is older than its sources, in about a second:
 *
 *     node tools/page.mjs [FOLDER]
 *
 * With a folder it also copies the page there: so it comes into the server's build.
 *
 * `tools/bootstrap.mjs` does it before a server is started and before tests are
 * run, so that a clone needs no command of its own. What was built says of which
 * sources it is; two of these at once do no harm, because a folder that is whole
 * takes the place of another. Words go to standard error. A page that cannot be
 * built is no reason not to start: the server then says so at `/`.
 */
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const web = path.join(root, "packages", "web")
const built = path.join(web, "dist", "page")
const stampName = ".sources"
/** Vite needs a second; a machine that is very slow gets this long. */
const buildMillisMax = 120_000

const say = (text) => fs.writeSync(2, `offshoot: ${text}\n`)

const filesIn = (folder) =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))

/** Everything that decides what a build gives, as one line. */
const wanted = () => {
  const named = ["index.html", "package.json", "vite.config.ts"].map((name) => path.join(web, name))
  const folders = [path.join(web, "src"), path.join(web, "public"), path.join(root, "packages", "core", "src")]
  const files = [...named, path.join(root, "pnpm-lock.yaml"), ...folders.flatMap(filesIn)]
  files.sort()
  const hash = createHash("sha256")
  for (const file of files)
    hash
      .update(`${path.relative(root, file)}\n`)
      .update(fs.readFileSync(file))
      .update("\0")
  return `${hash.digest("hex")}\n`
}

const stampOf = (folder) => {
  try {
    return fs.readFileSync(path.join(folder, stampName), "utf8")
  } catch {
    return undefined
  }
}

/** The folder is moved to its place whole. When another one was faster, that is the one. */
const replace = (fresh) => {
  const old = `${built}.old-${process.pid}`
  if (fs.existsSync(built)) fs.renameSync(built, old)
  try {
    fs.renameSync(fresh, built)
  } catch (cause) {
    if (cause.code !== "ENOTEMPTY" && cause.code !== "EEXIST") throw cause
  }
  for (const folder of [old, fresh]) fs.rmSync(folder, { recursive: true, force: true })
}

const build = (stamp) => {
  const fresh = `${built}.new-${process.pid}`
  const vite = path.join(web, "node_modules", "vite", "bin", "vite.js")
  const { error, status, stderr, stdout } = spawnSync(
    path.join(root, "node_modules", ".bin", process.platform === "win32" ? "node.exe" : "node"),
    [vite, "build", "--outDir", fresh, "--emptyOutDir", "--logLevel", "warn"],
    { cwd: web, encoding: "utf8", timeout: buildMillisMax }
  )
  if (status !== 0) {
    fs.rmSync(fresh, { recursive: true, force: true })
    throw error ?? new Error(`${stdout}${stderr}`)
  }
  fs.writeFileSync(path.join(fresh, stampName), stamp)
  replace(fresh)
}

/** Returns whether the page is that of the sources. */
export const ensurePage = () => {
  try {
    const stamp = wanted()
    if (stampOf(built) === stamp) return true
    const started = Date.now()
    build(stamp)
    say(`built the page in ${((Date.now() - started) / 1000).toFixed(1)} s`)
    return true
  } catch (cause) {
    say(`the page could not be built: ${cause.message}`)
    return false
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const isBuilt = ensurePage()
  const into = process.argv[2]
  if (isBuilt && into !== undefined) {
    fs.rmSync(into, { recursive: true, force: true })
    fs.cpSync(built, into, { recursive: true })
  }
  process.exitCode = isBuilt ? 0 : 1
}
