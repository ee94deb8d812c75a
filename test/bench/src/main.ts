/**
 * `pnpm bench [--json] [--only NAME]`: every figure of `docs/BENCHMARKS.md`.
 *
 * Each section runs in a process of its own, so that neither its garbage nor
 * its compiled code is another one's; the floor runs in the same process as
 * what it is compared with.
 */
import * as NodeChildProcess from "node:child_process"
import * as NodeOS from "node:os"
import type { Measurement } from "./Measurement.ts"
import * as Report from "./Report.ts"

const sections: Readonly<Record<string, () => Promise<ReadonlyArray<Measurement>>>> = {
  "memory-10": async () =>
    (await import("./Throughput.ts")).measure({ children: 10_000, events: 10, store: "memory", rounds: 7 }),
  "memory-1000": async () =>
    (await import("./Throughput.ts")).measure({ children: 1_000, events: 1_000, store: "memory", rounds: 5 }),
  "embedded-10": async () =>
    (await import("./Throughput.ts")).measure({ children: 10_000, events: 10, store: "embedded", rounds: 3 }),
  "waiting-1000": async () => (await import("./Waiting.ts")).measure(1_000),
  "waiting-10000": async () => (await import("./Waiting.ts")).measure(10_000),
  "waiting-100000": async () => (await import("./Waiting.ts")).measure(100_000),
  "resting-10000": async () => (await import("./Resting.ts")).measure(10_000),
  "latency-memory": async () => (await import("./Latency.ts")).measure("memory"),
  "latency-embedded": async () => (await import("./Latency.ts")).measure("embedded"),
  mcp: async () => (await import("./Mcp.ts")).measure(),
  "agent-rounds": async () => (await import("./AgentRounds.ts")).measure(),
  "coding-agent-events": async () => (await import("./CodingAgents.ts")).events(),
  "coding-agents-100": async () => (await import("./CodingAgents.ts")).together(),
  "coding-agent-cancel": async () => (await import("./CodingAgents.ts")).cancelled(),
  page: async () => (await import("./Page.ts")).measure(),
  recovery: async () => (await import("./Recovery.ts")).measure(),
  "fan-out-1": async () => (await import("./FanOut.ts")).measure(1),
  "fan-out-10": async () => (await import("./FanOut.ts")).measure(10),
  "fan-out-100": async () => (await import("./FanOut.ts")).measure(100)
}

const machine = (): string => {
  const cpus = NodeOS.cpus()
  const memory = Math.round(NodeOS.totalmem() / 2 ** 30)
  return `${cpus.length} x ${cpus[0]?.model.trim() ?? "unknown"}, ${memory} GB, Node ${process.versions.node}, ${NodeOS.type()}`
}

/** A young generation of 64 MB, as the server is started: less of what lives briefly is copied. */
const nodeFlags = ["--conditions=@offshoot/source", "--expose-gc", "--max-semi-space-size=64"]

/** Runs a section in its own process. Its figures come over the channel between the two. */
const inProcess = (name: string): Promise<ReadonlyArray<Measurement>> =>
  new Promise((resolve, reject) => {
    const child = NodeChildProcess.fork(import.meta.filename, ["--section", name], { execArgv: nodeFlags })
    let figures: ReadonlyArray<Measurement> = []
    child.on("message", (message: ReadonlyArray<Measurement>) => {
      figures = message
    })
    child.on("exit", (code) =>
      code === 0 ? resolve(figures) : reject(new Error(`section ${name} ended with ${code}`))
    )
  })

const all = async (only: string | undefined, format: "table" | "json"): Promise<void> => {
  const names = Object.keys(sections).filter((name) => only === undefined || name.startsWith(only))
  if (names.length === 0) throw new Error(`no section ${only}; known are ${Object.keys(sections).join(", ")}`)
  const figures: Array<Measurement> = []
  for (const name of names) {
    process.stderr.write(`measuring ${name} …\n`)
    figures.push(...(await inProcess(name)))
  }
  process.stdout.write(
    format === "json" ? `${Report.json(machine(), figures)}\n` : `${machine()}\n\n${Report.table(figures)}\n`
  )
}

const argument = (flag: string): string | undefined => {
  const at = process.argv.indexOf(flag)
  return at < 0 ? undefined : process.argv[at + 1]
}

const section = argument("--section")
if (section === undefined) {
  await all(argument("--only"), process.argv.includes("--json") ? "json" : "table")
} else {
  const figures = await sections[section]?.()
  process.send?.(figures, () => process.exit(0))
}
