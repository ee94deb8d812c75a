/**
 * Runs one command of this repository on the Node that the repository pins,
 * after installing what is needed. The first command after a clone and the
 * tenth take the same path:
 *
 *     node tools/bootstrap.mjs vitest run
 *
 * It runs on Node 18 and newer with nothing installed, so it is plain
 * JavaScript without dependencies. It installs only when `node_modules` does not
 * belong to the lock file at hand, with the pnpm that package.json names and the
 * lock file frozen. Two of these at once share one install.
 *
 * The command gets the standard streams as they are and the signals that come
 * here; its exit code is ours (128 + n when signal n ended it). All words of
 * this program go to standard error.
 */
import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const bin = path.join(root, "node_modules", ".bin")
const stampFile = path.join(root, "node_modules", ".offshoot-install")
const lockFile = path.join(root, ".install-lock")
const windows = process.platform === "win32"

/** The holder of the lock renews it this often; one that is silent for longer than the limit is dead. */
const lockRenewMillis = 2_000
const lockSilenceMaxMillis = 30_000
const lockPollMillis = 250
/** A parent that is gone is noticed within this time. */
const parentPollMillis = 1_000
/** What a terminal sends to the whole group and npm passes on as well arrives twice within this time. */
const sameSignalMillis = 300
/** npm's own pauses between tries add up to more than a minute of silence before it says that nothing answers. */
const quickRetries = { npm_config_fetch_retry_mintimeout: "1000", npm_config_fetch_retry_maxtimeout: "5000" }
/** How much of the installer's words is kept to explain a failure. */
const keptOutputMax = 65_536

const say = (text) => fs.writeSync(2, `offshoot: ${text}\n`)
const read = (file) => fs.readFileSync(file, "utf8")
const exitCodeOf = (code, signal) => code ?? 128 + (os.constants.signals[signal] ?? 0)

// What is installed, and what should be

const manifests = () => {
  const folders = ["packages", "test"].filter((folder) => fs.existsSync(path.join(root, folder)))
  const members = folders.flatMap((folder) =>
    fs.readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}`)
  )
  return [
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "package.json",
    ...members.sort().map((name) => `${name}/package.json`)
  ]
    .map((name) => path.join(root, name))
    .filter((file) => fs.existsSync(file))
}

/** Everything that decides what an install gives, as one line. */
const wantedStamp = () => {
  const hash = createHash("sha256")
  for (const file of manifests())
    hash
      .update(`${path.relative(root, file)}\n`)
      .update(fs.readFileSync(file))
      .update("\0")
  return `${hash.digest("hex")} ${process.platform} ${process.arch}\n`
}

const installed = () =>
  fs.existsSync(stampFile) &&
  read(stampFile) === wantedStamp() &&
  fs.existsSync(path.join(bin, windows ? "node.exe" : "node"))

// One install at a time

/** Creates `file` unless it is there; true when it is ours. */
const create = (file) => {
  try {
    fs.writeFileSync(file, `${process.pid} ${os.hostname()}\n`, { flag: "wx" })
    return true
  } catch (cause) {
    if (cause.code === "EEXIST") return false
    throw cause
  }
}

const ageMillis = (file) => {
  try {
    return Date.now() - fs.statSync(file).mtimeMs
  } catch {
    return 0
  }
}

const alive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return cause.code === "EPERM"
  }
}

/** Whether the lock's holder is gone without having released it. */
const abandoned = () => {
  try {
    const [pid, host] = read(lockFile).trim().split(" ")
    if (host === os.hostname() && Number(pid) > 0 && !alive(Number(pid))) return true
    return ageMillis(lockFile) > lockSilenceMaxMillis
  } catch {
    return false
  }
}

/** Two that see the same abandoned lock must not both take it: the removal is itself guarded by a file. */
const removeAbandoned = () => {
  const guard = `${lockFile}.removal`
  if (ageMillis(guard) > lockSilenceMaxMillis) fs.rmSync(guard, { force: true })
  if (!create(guard)) return
  try {
    if (abandoned()) fs.rmSync(lockFile, { force: true })
  } finally {
    fs.rmSync(guard, { force: true })
  }
}

/** Runs `body` while no other process of this clone does. */
const locked = async (body) => {
  let said = false
  while (!create(lockFile)) {
    if (abandoned()) removeAbandoned()
    else {
      if (!said) say("another install of this clone is under way, waiting for it")
      said = true
      await sleep(lockPollMillis)
    }
  }
  const renewal = setInterval(() => fs.utimesSync(lockFile, new Date(), new Date()), lockRenewMillis)
  try {
    return await body()
  } finally {
    clearInterval(renewal)
    fs.rmSync(lockFile, { force: true })
  }
}

// Children

/** PATH with this clone's programs first, or without them. */
const environment = (withPrograms) => {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === "PATH") ?? "PATH"
  const others = (process.env[name] ?? "").split(path.delimiter).filter((folder) => folder !== "" && folder !== bin)
  return { ...process.env, [name]: (withPrograms ? [bin, ...others] : others).join(path.delimiter) }
}

const signalGroup = (pid, signal) => {
  try {
    process.kill(-pid, signal)
  } catch (cause) {
    if (cause.code !== "ESRCH") throw cause
  }
}

/**
 * Waits for a child and passes on the signals that come here, each once.
 *
 * A child of our own group gets Ctrl-C from the terminal like everybody in it, and
 * a second one would mean "at once" to some programs, so it is not passed on. A
 * child that leads a group of its own gets everything from here, and so does
 * whatever it has started.
 * When npm or pnpm started us and is killed itself, nobody would stop the child,
 * so its death counts as SIGTERM.
 */
const supervise = (child, leadsGroup = false) =>
  new Promise((resolve, reject) => {
    const seen = new Map()
    const pass = (signal) => {
      const now = Date.now()
      const again = now - (seen.get(signal) ?? -Infinity) < sameSignalMillis
      seen.set(signal, now)
      if (again || (signal === "SIGINT" && process.stdin.isTTY && !leadsGroup)) return
      if (leadsGroup) signalGroup(child.pid, signal)
      else child.kill(signal)
    }
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"]
    for (const signal of signals) process.on(signal, pass)

    const parent = process.ppid
    const watch = setInterval(() => {
      if (process.env.npm_lifecycle_event === undefined || process.ppid === parent) return
      clearInterval(watch)
      pass("SIGTERM")
    }, parentPollMillis)

    const end = (settle, value) => {
      clearInterval(watch)
      for (const signal of signals) process.removeListener(signal, pass)
      settle(value)
    }
    child.once("error", (cause) => end(reject, cause))
    child.once("close", (code, signal) =>
      end(resolve, { code: exitCodeOf(code, signal), stopped: signal !== null || seen.size > 0 })
    )
  })

// The install

const unreachable =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|META_FETCH_FAIL|dns error|error sending request|connection refused/i

const explain = (output) => {
  if (/OUTDATED_LOCKFILE/.test(output)) {
    say("the install failed: pnpm-lock.yaml does not fit the package.json files.")
    say("Run `npx pnpm install --no-frozen-lockfile`, look at the change and commit it.")
  } else if (unreachable.test(output)) {
    say("the install failed: the package registry cannot be reached.")
    say("Check the network, the proxy and npm's `registry` setting (`npm ping` asks it), then try again.")
  } else {
    say("the install failed; the lines above say why. Nothing was marked as installed, so it is safe to try again.")
  }
}

const install = async () => {
  const pinned = JSON.parse(read(path.join(root, "package.json"))).packageManager.split("+")[0]
  const running = (process.env.npm_config_user_agent ?? "").split(" ")[0].replace("/", "@")
  const [program, ...before] = running === pinned ? ["pnpm"] : ["npx", "--yes", pinned]
  say(`installing the dependencies with ${pinned} (once for each change of the lock file)`)
  const started = Date.now()
  const child = spawn(program, [...before, "install", "--frozen-lockfile", "--reporter=append-only"], {
    cwd: root,
    env: { ...quickRetries, ...environment(false) },
    shell: windows,
    detached: !windows,
    stdio: ["ignore", "pipe", "pipe"]
  })
  let output = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output = (output + text).slice(-keptOutputMax)
      fs.writeSync(2, text)
    })
  }
  const { code, stopped } = await supervise(child, !windows)
  if (stopped) process.exit(code === 0 ? 130 : code)
  if (code !== 0) {
    explain(output)
    process.exit(code)
  }
  fs.writeFileSync(stampFile, wantedStamp())
  say(`installed in ${((Date.now() - started) / 1000).toFixed(1)} s`)
}

/** A server shows the page, tests and the bench look at it: it is then that of the sources. */
const showsPage = (program, args) =>
  program === "vitest" || args.some((argument) => argument === "serve" || /\/(bench|page)\//.test(argument))

const main = async () => {
  const [program, ...args] = process.argv.slice(2)
  if (program === undefined) {
    say("name a command, as in: node tools/bootstrap.mjs vitest run")
    process.exit(2)
  }
  if (!installed()) await locked(async () => (installed() ? undefined : install()))
  if (showsPage(program, args)) (await import("./page.mjs")).ensurePage()
  const child = spawn(program, args, { cwd: root, env: environment(true), shell: windows, stdio: "inherit" })
  process.exit((await supervise(child)).code)
}

process.once("exit", () => {
  try {
    if (read(lockFile).startsWith(`${process.pid} `)) fs.rmSync(lockFile, { force: true })
  } catch {
    // It is not there, which is as it should be.
  }
})

main().catch((cause) => {
  say(cause.code === "ENOENT" ? `cannot find the program ${cause.path}` : String(cause?.stack ?? cause))
  process.exit(1)
})
