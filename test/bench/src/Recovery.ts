/**
 * From the start of a process to the moment in which everything that a killed
 * one left is where it belongs: runs that go on are running again, lost ones
 * have their completion, and the queued ones are queued again.
 */
import * as NodeChildProcess from "node:child_process"
import * as NodeFS from "node:fs"
import * as NodeOS from "node:os"
import * as NodePath from "node:path"
import * as NodeReadline from "node:readline"
import { type Measurement, median } from "./Measurement.ts"
import * as RecoveryFloor from "./RecoveryFloor.ts"

/** How many children there are at the kill, and under how many parents. */
export interface RecoveryLoad {
  readonly parents: number
  readonly running: number
  readonly queued: number
}

/** What a process tells of itself once everything is in its place. */
interface Told {
  readonly takenUpMillis: number
  readonly rightMillis: number
  /** What its main thread has worked until then: it does not grow with what else runs on the machine. */
  readonly processorMillis: number
  readonly inFlight: number
  readonly running: number
  readonly backlog: number
  readonly residentBytes: number
  readonly peakBytes: number
}

const load: RecoveryLoad = { parents: 100, running: 10_000, queued: 10_000 }

/** The same directory is recovered so often, each time from a copy. */
const rounds = 3

const program = NodePath.join(import.meta.dirname, "recoveryProcess.ts")

/**
 * Lets a process come to its line, and kills it there. It is started as the
 * bench itself is, with its types stripped once for all starts: an installed
 * program has none.
 */
const live = async (act: "fill" | "resume" | "settle", directory: string): Promise<Told> => {
  const child = NodeChildProcess.spawn(
    process.execPath,
    [...process.execArgv, program, act, directory, JSON.stringify(load)],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_COMPILE_CACHE: NodePath.join(NodePath.dirname(directory), "compiled") }
    }
  )
  const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()))
  const lines = NodeReadline.createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = await lines.next()
  child.kill("SIGKILL")
  await ended
  if (line.done === true) throw new Error(`${act} ended before everything was in its place`)
  return JSON.parse(line.value)
}

const inCopy = async <A>(of: string, act: (directory: string) => Promise<A>): Promise<A> => {
  const directory = `${of}-copy`
  NodeFS.cpSync(of, directory, { recursive: true })
  try {
    return await act(directory)
  } finally {
    NodeFS.rmSync(directory, { recursive: true, force: true })
  }
}

const repeated = async (of: string, act: (directory: string) => Promise<Told>): Promise<ReadonlyArray<Told>> => {
  const told: Array<Told> = []
  for (let round = 0; round < rounds; round++) told.push(await inCopy(of, act))
  return told
}

const aimMillis = 5_000

const figuresOf = (
  policy: "resume" | "settle",
  told: ReadonlyArray<Told>,
  floorMillis: number
): ReadonlyArray<Measurement> => {
  const { queued, running } = load
  const jobs = `${running.toLocaleString("en")} running and ${queued.toLocaleString("en")} queued children at the kill`
  const sample = `${jobs}, ${rounds} kills, from the start of the process`
  const right = median(told.map(({ rightMillis }) => rightMillis))
  return [
    {
      name: `recovery, ${policy}: until every job is taken up`,
      value: median(told.map(({ takenUpMillis }) => takenUpMillis)),
      unit: "ms",
      sample: `${sample}; the floor from its first statement`,
      floor: floorMillis,
      better: "less",
      ...(policy === "settle" ? { aim: aimMillis } : {})
    },
    {
      name: policy === "resume" ? "recovery, resume: until all run again" : "recovery, settle: until the queued run",
      value: right,
      unit: "ms",
      sample,
      better: "less",
      aim: aimMillis
    },
    {
      name: `recovery, ${policy}: work of the main thread until then, a job`,
      value: (median(told.map(({ processorMillis }) => processorMillis)) * 1_000) / (running + queued),
      unit: "us",
      sample,
      better: "less"
    },
    {
      name: `recovery, ${policy}: resident memory, peak`,
      value: median(told.map(({ peakBytes }) => peakBytes)) / 2 ** 20,
      unit: "MB",
      sample,
      better: "less"
    }
  ]
}

export const measure = async (): Promise<ReadonlyArray<Measurement>> => {
  const folder = NodeFS.mkdtempSync(NodePath.join(NodeOS.tmpdir(), "offshoot-bench-"))
  const left = NodePath.join(folder, "left")
  try {
    const filled = await live("fill", left)
    if (filled.running !== load.running || filled.backlog !== load.queued) {
      throw new Error(`not as meant at the kill: ${JSON.stringify(filled)}`)
    }
    const floor = await inCopy(left, async (directory) => RecoveryFloor.millis(directory))
    const resume = await repeated(left, (directory) => live("resume", directory))
    const settle = await repeated(left, (directory) => live("settle", directory))
    return [...figuresOf("resume", resume, floor), ...figuresOf("settle", settle, floor)]
  } finally {
    NodeFS.rmSync(folder, { recursive: true, force: true })
  }
}
