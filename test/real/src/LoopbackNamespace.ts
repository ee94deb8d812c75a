/**
 * A network namespace that has the loopback device and nothing else: what runs
 * in it cannot reach anybody but itself, and what was started in it is
 * found again, whatever session or group it put itself in.
 *
 * It lives as long as a process is in it, and nobody is in it for longer than
 * we live, so a run that is killed leaves nothing to tidy up. Root makes it as it is, another user together with a user
 * namespace, where the system allows that.
 */
import * as NodeChildProcess from "node:child_process"
import * as NodeFS from "node:fs"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Stream from "node:stream"

/** There can be no such namespace here; nothing may be run with the network instead. */
export class NamespaceImpossible extends Data.TaggedError("NamespaceImpossible")<{ readonly detail: string }> {
  override get message(): string {
    return `no network namespace of our own can be made here (${this.detail}); it takes Linux, unshare (util-linux) and ip (iproute2), and root or user namespaces`
  }
}

/** The kernel's name of a namespace, as `net:[4026531840]`. */
export type NamespaceId = string

/** On it the wrapping tells which namespace it made, and which process is its guard. */
const tellDescriptor = 3

/** It is open as long as we are alive. */
const holdDescriptor = 4

/**
 * Waits in the namespace for our end, and kills everybody else there then: a
 * run whose process is killed leaves nobody behind. Twice, for those who fork meanwhile.
 */
const guard = `read -r _
for round in 1 2; do
  for pid in $(ls -l /proc/[0-9]*/ns/net 2>/dev/null | grep -F "$1" | sed 's#.*/proc/\\([0-9]*\\)/ns/net.*#\\1#'); do
    [ "$pid" = $$ ] || kill -KILL "$pid" 2>/dev/null
  done
done`

/** Brings the loopback device up, leaves a guard, tells who is where, and becomes the program. */
const enter = `ip link set lo up && id=$(readlink /proc/self/ns/net) || exit 1
guard=$1; shift
/bin/sh -c "$guard" guard "$id" <&${holdDescriptor} ${tellDescriptor}>&- ${holdDescriptor}<&- >/dev/null 2>&1 &
echo "$id $!" >&${tellDescriptor}
exec "$@" ${tellDescriptor}>&- ${holdDescriptor}<&-`

const asUser = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"]

const idOf = (process: string): Option.Option<NamespaceId> => {
  try {
    return Option.some(NodeFS.readlinkSync(`/proc/${process}/ns/net`))
  } catch {
    return Option.none()
  }
}

/** The network devices of the namespace that this process is in. */
export const devices = (): ReadonlyArray<string> =>
  NodeFS.readFileSync("/proc/net/dev", "utf8")
    .split("\n")
    .flatMap((line) => /^\s*([^\s:|]+):/.exec(line)?.[1] ?? [])

/** Whether this process has the loopback device and no other. */
export const inside = (): boolean => devices().join() === "lo"

export interface Options {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Of the program's standard streams; its output is the caller's to read. */
  readonly output: "inherit" | "pipe"
  /** Past it, everybody in the namespace is killed. */
  readonly limit: Duration.Duration
}

export interface Ended {
  /** None: it was ended by a signal, or was not to be started. */
  readonly code: Option.Option<number>
  /** Whether it took longer than it may. */
  readonly late: boolean
  /** What it said on both outputs, the last part of it, when that was piped. */
  readonly output: string
  /** The commands of those who were still there when the program itself had ended; they were killed then. */
  readonly left: ReadonlyArray<string>
}

/** Enough to say why a program failed. */
const outputCharactersMax = 65_536

interface Process {
  readonly pid: string
  readonly command: string
}

const commandOf = (pid: string): string => {
  try {
    return NodeFS.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim()
  } catch {
    return ""
  }
}

/** The live processes of a namespace; one without a command is a zombie. */
const processesOf = (id: NamespaceId): ReadonlyArray<Process> =>
  NodeFS.readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Option.contains(idOf(name), id))
    .map((pid) => ({ pid, command: commandOf(pid) }))
    .filter(({ command }) => command !== "")

/** One that forks while it is looked for is found by the next look; this many are enough for any tree but a fork bomb. */
const sweepsMax = 20

/** Kills everybody in the namespace, which is never the one that this process is in; the guard was to be there. */
const sweep = (id: NamespaceId, guardPid: string): ReadonlyArray<string> => {
  if (Option.contains(idOf("self"), id)) return []
  const left = processesOf(id)
  for (let round = 0, found = left; found.length > 0 && round < sweepsMax; round += 1, found = processesOf(id)) {
    for (const { pid } of found) {
      try {
        process.kill(Number(pid), "SIGKILL")
      } catch {
        // It has ended by itself since.
      }
    }
  }
  return left.filter(({ pid }) => pid !== guardPid).map(({ command, pid }) => `${pid} ${command}`)
}

interface Running {
  readonly child: NodeChildProcess.ChildProcess
  /** The program itself has ended; somebody whom it left behind may still hold its output open. */
  readonly ended: Effect.Effect<Option.Option<number>>
  /** Nobody holds its output open any more. */
  readonly closed: Effect.Effect<void>
  readonly output: () => string
  readonly sweep: () => ReadonlyArray<string>
}

const textOf = (stream: Stream.Readable | null): (() => string) => {
  let text = ""
  stream?.setEncoding("utf8").on("data", (part: string) => {
    text = (text + part).slice(-outputCharactersMax)
  })
  return () => text
}

const launch = (command: ReadonlyArray<string>, options: Options): Running => {
  const child = NodeChildProcess.spawn(
    "unshare",
    [...asUser, "--net", "/bin/sh", "-c", enter, "sh", guard, ...command],
    {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...(options.env ?? process.env) },
      stdio: ["ignore", options.output, options.output, "pipe", "pipe"]
    }
  )
  const [out, err] = [textOf(child.stdout), textOf(child.stderr)]
  let told = ""
  child.stdio[tellDescriptor]?.on("data", (part: Buffer) => {
    told += part.toString()
  })
  const ended = Deferred.makeUnsafe<Option.Option<number>>()
  const closed = Deferred.makeUnsafe<void>()
  child.once("error", () => Deferred.doneUnsafe(ended, Effect.succeedNone))
  child.once("exit", (code) => Deferred.doneUnsafe(ended, Effect.succeed(Option.fromNullOr(code))))
  child.once("close", () => Deferred.doneUnsafe(closed, Effect.void))
  return {
    child,
    ended: Deferred.await(ended),
    closed: Deferred.await(closed),
    output: () => out() + err(),
    sweep: () => {
      const [id, guardPid] = told.trim().split(" ")
      return id === undefined || guardPid === undefined ? [] : sweep(id, guardPid)
    }
  }
}

/** The output of the dead is read to its end in less; a process that cannot be killed must not hold us up. */
const closeLimit = Duration.seconds(2)

/**
 * Runs a program in a namespace of its own, to its end.
 *
 * **Interruption**: kills everybody in the namespace.
 */
export const run = (command: ReadonlyArray<string>, options: Options): Effect.Effect<Ended> =>
  Effect.acquireUseRelease(
    Effect.sync(() => launch(command, options)),
    ({ closed, ended, output, sweep }) =>
      Effect.gen(function* () {
        const end = yield* Effect.timeoutOption(ended, options.limit)
        const left = sweep()
        yield* Effect.timeoutOption(closed, closeLimit)
        return { code: Option.flatten(end), late: Option.isNone(end), output: output(), left }
      }),
    (running) =>
      Effect.sync(() => {
        running.child.kill("SIGKILL")
        running.sweep()
      })
  )

const checkLimit = Duration.seconds(10)

/** Fails when a namespace cannot be made here, or would have more than the loopback device. */
export const check: Effect.Effect<void, NamespaceImpossible> = Effect.flatMap(
  run(["cat", "/proc/net/dev"], { output: "pipe", limit: checkLimit }),
  ({ code, output }) => {
    if (!Option.contains(code, 0))
      return Effect.fail(new NamespaceImpossible({ detail: output.trim() || "it does not start" }))
    return /^\s*lo:/m.test(output) && output.split("\n").filter((line) => line.includes(":")).length === 1
      ? Effect.void
      : Effect.fail(new NamespaceImpossible({ detail: `it has more than the loopback device: ${output.trim()}` }))
  }
)
