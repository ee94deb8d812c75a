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

/**
 * A live process that carries a mark. A zombie has no environment any more and
 * is none. `startedTicks` is when it began, in ticks since the machine did: a
 * pid is used again, both together are not. Zero: not known.
 */
export interface MarkedProcess {
  readonly pid: number
  readonly startedTicks: number
  /** The leader of its process group; its own pid when that is not known. */
  readonly group: number
  readonly mark: RunMark.RunMark
}

export type StopSignal = "SIGTERM" | "SIGKILL"

/** A process, as it was seen, or all members of the group that it leads. */
export type Target =
  | { readonly type: "process"; readonly pid: number; readonly startedTicks: number }
  | { readonly type: "group"; readonly leader: number }

export class ProcessTable extends Context.Service<
  ProcessTable,
  {
    /**
     * All marked processes that were alive at one moment after the call.
     *
     * **Interruption**: of a caller that reads makes the next caller read.
     */
    readonly marked: Effect.Effect<ReadonlyArray<MarkedProcess>>
    /** The live members of a group, marked or not. Not shared: asked for only when a group did not end by itself. */
    readonly membersOf: (leader: number) => Effect.Effect<ReadonlyArray<number>>
    /**
     * Sends a signal; says whether anybody was there to get it, zombies of a
     * group included. A process that began at another time than the one that
     * was seen is another process, and gets none.
     */
    readonly signal: (target: Target, signal: StopSignal) => Effect.Effect<boolean>
  }
>()("@offshoot/adapters-cli/ProcessTable") {}

/** Reads at once: enough to keep the file threads busy, few enough to leave them to others. */
const readsAtOnce = 8

/** Process 1 and this one are never signalled, whatever their environment says. */
const mayBeSignalled = (pid: number): boolean => Number.isSafeInteger(pid) && pid > 1 && pid !== NodeProcess.pid

const send = (target: Target, signal: StopSignal): Effect.Effect<boolean> => {
  const pid = target.type === "process" ? target.pid : target.leader
  return mayBeSignalled(pid)
    ? Effect.isSuccess(
        Effect.try({
          try: () => NodeProcess.kill(target.type === "process" ? pid : -pid, signal),
          // Gone meanwhile (ESRCH) or somebody else's (EPERM): both end the matter.
          catch: () => "NotSignalled" as const
        })
      )
    : Effect.succeed(false)
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
      return turn.withPermit(
        Effect.suspend(() => {
          if (latest !== undefined && latest.number > asked) return Effect.succeed(latest.value)
          const number = ++begun
          return Effect.tap(effect, (value) =>
            Effect.sync(() => {
              latest = { number, value }
            })
          )
        })
      )
    })
  })

const processFolder = "/proc"

/** What `/proc/<pid>/stat` says of a process. */
export interface ProcessStat {
  readonly alive: boolean
  readonly group: number
  readonly startedTicks: number
}

/** Field 22 of `stat` (proc(5)), counted from the state, which is field 3. */
const startedField = 19

/** Reads what stands after the name in parentheses, which may hold anything: state, parent, group, …, start. */
export const readStat = (stat: string): ProcessStat | undefined => {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  const [state, , group] = fields
  // Z and X: ended, and kept only until somebody asks how.
  return Number(group) > 0
    ? {
        alive: state !== "Z" && state !== "X",
        group: Number(group),
        startedTicks: Number(fields[startedField] ?? 0) || 0
      }
    : undefined
}

const inspector = (fs: FileSystem.FileSystem) => {
  const pids = Effect.map(
    Effect.orElseSucceed(fs.readDirectory(processFolder), (): Array<string> => []),
    (names) =>
      names
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
        .filter(mayBeSignalled)
  )
  // A process that ended meanwhile, or whose files are not ours to read, reads as empty.
  const read = (pid: number, file: string) =>
    Effect.orElseSucceed(fs.readFileString(`${processFolder}/${pid}/${file}`), () => "")
  const readMarked = Effect.fnUntraced(function* (pid: number) {
    // The kernel bounds an environment by the limit of arguments, a few MiB.
    const mark = RunMark.fromEnvironmentBlock(yield* read(pid, "environ"))
    if (mark === undefined) return []
    const stat = readStat(yield* read(pid, "stat"))
    return [{ pid, startedTicks: stat?.startedTicks ?? 0, group: stat?.group ?? pid, mark }]
  })
  /** Whether the process with this pid is the one that was seen. */
  const isSame = (pid: number, startedTicks: number) =>
    Effect.map(read(pid, "stat"), (text) => readStat(text)?.startedTicks === startedTicks)
  const readMember = (leader: number) => (pid: number) =>
    Effect.map(read(pid, "stat"), (text) => {
      const stat = readStat(text)
      return stat?.alive === true && stat.group === leader ? [pid] : []
    })
  const each = <A>(of: (pid: number) => Effect.Effect<ReadonlyArray<A>>): Effect.Effect<ReadonlyArray<A>> =>
    Effect.map(
      Effect.flatMap(pids, (all) => Effect.forEach(all, of, { concurrency: readsAtOnce })),
      (found) => found.flat()
    )
  return {
    isSame,
    marked: each<MarkedProcess>(readMarked),
    membersOf: (leader: number) => each(readMember(leader))
  }
}

/** Linux: reads `/proc/<pid>/environ` and `stat`. */
export const layerLinux: Layer.Layer<ProcessTable, never, FileSystem.FileSystem> = Layer.effect(
  ProcessTable,
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { isSame, marked, membersOf } = inspector(fs)
    const signal = (target: Target, named: StopSignal) =>
      target.type === "group" || target.startedTicks === 0
        ? send(target, named)
        : Effect.flatMap(isSame(target.pid, target.startedTicks), (same) =>
            same ? send(target, named) : Effect.succeed(false)
          )
    return ProcessTable.of({ marked: yield* shared(marked), membersOf, signal })
  })
)

/**
 * A system where environments cannot be read: groups are signalled, marks are
 * not seen. A program that leaves its group there outlives its run.
 */
export const layerNone: Layer.Layer<ProcessTable> = Layer.succeed(
  ProcessTable,
  ProcessTable.of({ marked: Effect.succeed([]), membersOf: () => Effect.succeed([]), signal: send })
)

/** `layerLinux` where this process can read its own environment that way, else `layerNone`. */
export const layer: Layer.Layer<ProcessTable, never, FileSystem.FileSystem> = Layer.unwrap(
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    return yield* Effect.match(fs.readFile(`${processFolder}/self/environ`), {
      onFailure: () => layerNone,
      onSuccess: () => layerLinux
    })
  })
)
