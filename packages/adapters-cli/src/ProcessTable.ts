/**
 * The marked processes of this machine, and signals to them.
 *
 * One scan reads the environment of every process. Runs that end together
 * share a scan: a caller gets the result of one that began after it asked,
 * and at most one scan is under way.
 *
 * A process is invisible here when it has no mark: it cleared or overwrote
 * its environment, or belongs to somebody else. What remains in its group is
 * still reached through the group.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import * as NodeProcess from "node:process"
import * as RunMark from "./RunMark.ts"

/** A live process that carries a mark. A zombie has no environment any more and is none. */
export interface MarkedProcess {
  readonly pid: number
  /** The leader of its process group; its own pid when that is not known. */
  readonly group: number
  readonly mark: RunMark.RunMark
}

export type StopSignal = "SIGTERM" | "SIGKILL"

/** A process, or all members of the group that it leads. */
export type Target = { readonly type: "process"; readonly pid: number } | { readonly type: "group"; readonly leader: number }

export class ProcessTable extends Context.Service<ProcessTable, {
  /** Whether `marked` sees anything on this system. */
  readonly supported: boolean
  /**
   * All marked processes that were alive at one moment after the call.
   *
   * **Interruption**: of a caller that reads makes the next caller read.
   */
  readonly marked: Effect.Effect<ReadonlyArray<MarkedProcess>>
  /** Sends a signal. Nobody there, or not ours to signal: nothing happens. */
  readonly signal: (target: Target, signal: StopSignal) => Effect.Effect<void>
}>()("@offshoot/adapters-cli/ProcessTable") {}

/** Reads at once: enough to keep the file threads busy, few enough to leave them to others. */
const readsAtOnce = 8

/** Process 1 and this one are never signalled, whatever their environment says. */
const mayBeSignalled = (pid: number): boolean => Number.isSafeInteger(pid) && pid > 1 && pid !== NodeProcess.pid

const send = (target: Target, signal: StopSignal): Effect.Effect<void> => {
  const pid = target.type === "process" ? target.pid : target.leader
  return mayBeSignalled(pid)
    ? Effect.ignore(Effect.try({
      try: () => NodeProcess.kill(target.type === "process" ? pid : -pid, signal),
      // Gone meanwhile (ESRCH) or somebody else's (EPERM): both end the matter.
      catch: () => "NotSignalled" as const
    }))
    : Effect.void
}

/**
 * Shares one effect between those who ask for it together.
 *
 * The result of a turn is good for a caller when the turn began after the call.
 */
const shared = <A>(effect: Effect.Effect<A>): Effect.Effect<Effect.Effect<A>> =>
  Effect.sync(() => {
    const turn = Semaphore.makeUnsafe(1)
    let begun = 0
    let latest: { readonly number: number; readonly value: A } | undefined
    return Effect.suspend(() => {
      const asked = begun
      return turn.withPermit(Effect.suspend(() => {
        if (latest !== undefined && latest.number > asked) return Effect.succeed(latest.value)
        const number = ++begun
        return Effect.tap(effect, (value) => Effect.sync(() => { latest = { number, value } }))
      }))
    })
  })

const processFolder = "/proc"

/** The group in a line of `/proc/<pid>/stat` (proc(5)): the third field after the name in parentheses. */
export const groupInStat = (stat: string): number | undefined => {
  const group = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2])
  return Number.isSafeInteger(group) && group > 0 ? group : undefined
}

const scan = (fs: FileSystem.FileSystem): Effect.Effect<ReadonlyArray<MarkedProcess>> => {
  // A process that ended meanwhile, or whose files are not ours to read, reads as empty.
  const read = (name: string, file: string) =>
    Effect.orElseSucceed(fs.readFileString(`${processFolder}/${name}/${file}`), () => "")
  const inspect = Effect.fnUntraced(function*(name: string) {
    // The kernel bounds an environment by the limit of arguments, a few MiB.
    const mark = RunMark.fromEnvironmentBlock(yield* read(name, "environ"))
    const pid = Number(name)
    if (mark === undefined || !mayBeSignalled(pid)) return []
    return [{ pid, group: groupInStat(yield* read(name, "stat")) ?? pid, mark }]
  })
  return Effect.orElseSucceed(fs.readDirectory(processFolder), (): Array<string> => []).pipe(
    Effect.flatMap((names) =>
      Effect.forEach(names.filter((name) => /^\d+$/.test(name)), inspect, { concurrency: readsAtOnce })),
    Effect.map((found) => found.flat())
  )
}

/** Linux: reads `/proc/<pid>/environ`. */
export const layerLinux: Layer.Layer<ProcessTable, never, FileSystem.FileSystem> = Layer.effect(
  ProcessTable,
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const marked = yield* shared(scan(fs))
    return ProcessTable.of({ supported: true, marked, signal: send })
  })
)

/** A system where environments cannot be read: groups are signalled, marks are not seen. */
export const layerNone: Layer.Layer<ProcessTable> = Layer.succeed(
  ProcessTable,
  ProcessTable.of({ supported: false, marked: Effect.succeed([]), signal: send })
)

/** `layerLinux` where this process can read its own environment that way, else `layerNone`. */
export const layer: Layer.Layer<ProcessTable, never, FileSystem.FileSystem> = Layer.unwrap(
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    return yield* Effect.match(fs.readFile(`${processFolder}/self/environ`), {
      onFailure: () => layerNone,
      onSuccess: () => layerLinux
    })
  })
)
