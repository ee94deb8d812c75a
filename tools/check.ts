/**
 * Every check of this repository in one command: `pnpm check`, or some of them
 * by name: `pnpm check lint types`.
 *
 * The checks are independent and run side by side, as many as there are
 * processors. What a check says is shown whole, and only when it fails. Each is
 * known to fail on the fault that it is there for (docs/decisions/0001).
 */
import * as NodeChildProcess from "node:child_process"
import * as NodeOS from "node:os"
import * as NodePath from "node:path"

interface Check {
  readonly name: string
  readonly command: readonly [string, ...ReadonlyArray<string>]
  /** What the output says when the check looked at something at all. */
  readonly evidence?: RegExp
}

interface Verdict {
  readonly check: Check
  readonly passed: boolean
  readonly seconds: number
  readonly output: string
}

/** The longest first, so that none of them starts last. */
const checks: ReadonlyArray<Check> = [
  { name: "tidy", command: ["vitest", "run", "--config", "vitest.tools.config.ts"] },
  {
    name: "effect",
    command: [
      "effect-tsgo",
      "diagnostics",
      "--project",
      "tsconfig.json",
      "--format",
      "text",
      "--strict",
      "--severity",
      "error,warning"
    ],
    evidence: /Checked [1-9]\d* files/
  },
  { name: "dead", command: ["knip", "--no-progress", "--no-config-hints"] },
  { name: "arrows", command: ["node", "tools/arrows.ts"], evidence: /[1-9]\d* modules/ },
  { name: "types", command: ["tsc", "-p", "tsconfig.json"] },
  { name: "page", command: ["tsc", "-p", "tsconfig.web.json"] },
  { name: "lint", command: ["oxlint", "--deny-warnings"], evidence: /on [1-9]\d* files/ },
  { name: "format", command: ["oxfmt", "--check"], evidence: /on [1-9]\d* files/ }
]

const root = NodePath.resolve(import.meta.dirname, "..")
const say = (text: string) => process.stdout.write(`${text}\n`)

const run = (check: Check): Promise<Verdict> =>
  new Promise((resolve) => {
    const started = performance.now()
    const [program, ...args] = check.command
    const child = NodeChildProcess.spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    const end = (code: number | null) => {
      const looked = check.evidence === undefined || check.evidence.test(output)
      if (code === 0 && !looked) output += `\n${check.name} looked at nothing.\n`
      resolve({ check, passed: code === 0 && looked, seconds: (performance.now() - started) / 1000, output })
    }
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text))
    child.once("error", (cause) => {
      output += String(cause)
      end(null)
    })
    child.once("close", end)
  })

const runAll = async (chosen: ReadonlyArray<Check>): Promise<ReadonlyArray<Verdict>> => {
  const queue = [...chosen]
  const verdicts: Array<Verdict> = []
  const lane = async () => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) {
      const verdict = await run(check)
      verdicts.push(verdict)
      say(`${verdict.passed ? "ok    " : "FAILED"} ${check.name.padEnd(8)} ${verdict.seconds.toFixed(1)} s`)
      if (!verdict.passed) say(`$ ${check.command.join(" ")}\n${verdict.output.trim()}\n`)
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, NodeOS.availableParallelism()) }, lane))
  return verdicts
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !checks.some((check) => check.name === name))
if (unknown.length > 0) {
  say(`no such check: ${unknown.join(", ")}; there are ${checks.map((check) => check.name).join(", ")}`)
  process.exit(2)
}

const verdicts = await runAll(checks.filter((check) => wanted.length === 0 || wanted.includes(check.name)))
const failed = verdicts.filter((verdict) => !verdict.passed).map((verdict) => verdict.check.name)
say(failed.length === 0 ? `Checks: ${verdicts.length} passed` : `Checks: failed: ${failed.join(", ")}`)
process.exitCode = failed.length === 0 ? 0 : 1
