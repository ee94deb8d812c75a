/**
 * A folder of one test: configuration, data directory, two pipes. Its end is
 * the leak check: no program of a child is alive, no port is open, and the
 * folder is gone.
 */
import * as NodeChildProcess from "node:child_process"
import * as NodeFS from "node:fs"
import * as NodeNet from "node:net"
import * as NodeOS from "node:os"
import * as NodePath from "node:path"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Agents from "./Agents.ts"
import * as Machine from "./Machine.ts"

export interface Workplace {
  readonly folder: string
  readonly dataDir: string
  readonly config: string
  /** The live processes that carry the mark of this data directory. */
  readonly alive: Effect.Effect<ReadonlyArray<number>>
  /** Returns when no program of a child is alive any more; dies with their names when that does not come. */
  readonly programsGone: Effect.Effect<void>
  /** Lets one `gated` child go on, now or when it comes to the gate. */
  readonly openGate: (word: string) => Effect.Effect<void>
  /** To be checked at the end: nobody listens there any more. */
  readonly usesPort: (port: number) => void
}

export interface Options {
  /** Members of the configuration beside `agents`. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Relative to the folder. */
  readonly dataDir?: string
  /** Agents beside those of `Agents`. */
  readonly agents?: (
    folder: string,
    places: { readonly held: string; readonly gate: string }
  ) => Readonly<Record<string, unknown>>
}

const toJson = Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))

/** Beyond every grace time there is: SIGTERM, SIGKILL, guardian. */
const goneTimeout = Duration.seconds(60)

const ended = (child: NodeChildProcess.ChildProcess): Effect.Effect<void> =>
  Effect.callback((resume) => {
    if (child.exitCode === null && child.signalCode === null) child.once("exit", () => resume(Effect.void))
    else resume(Effect.void)
  })

/** A pipe whose reader ends with the last of those who hold it. */
const heldPipe = (path: string) => {
  const open = () => {
    const own = NodeFS.openSync(path, "r+")
    const readEnd = NodeFS.openSync(path, "r")
    const reader = NodeChildProcess.spawn("cat", [], { stdio: [readEnd, "ignore", "ignore"] })
    NodeFS.closeSync(readEnd)
    return { own, reader }
  }
  let now = open()
  return {
    everybodyGone: Effect.suspend(() => {
      NodeFS.closeSync(now.own)
      return Effect.tap(ended(now.reader), () =>
        Effect.sync(() => {
          now = open()
        })
      )
    }),
    close: Effect.suspend(() => {
      NodeFS.closeSync(now.own)
      now.reader.kill("SIGKILL")
      return ended(now.reader)
    })
  }
}

const listens = (port: number): Effect.Effect<boolean> =>
  Effect.callback((resume) => {
    const socket = NodeNet.connect(port, "127.0.0.1")
    socket.on("connect", () => {
      socket.destroy()
      resume(Effect.succeed(true))
    })
    socket.on("error", () => resume(Effect.succeed(false)))
  })

const described = (pids: ReadonlyArray<number>): string =>
  pids.map((pid) => `${pid} ${Machine.commandOf(pid)}`).join("\n")

const prepare = (options: Options) => {
  const folder = NodeFS.mkdtempSync(NodePath.join(NodeFS.realpathSync(NodeOS.tmpdir()), "offshoot-e2e-"))
  const place = (name: string) => NodePath.join(folder, name)
  const places = { held: place("held"), gate: place("gate") }
  NodeChildProcess.execFileSync("sh", ["-c", 'mkfifo "$@"', "mkfifo", places.held, places.gate])
  const agents = { ...Agents.settings(places), ...options.agents?.(folder, places) }
  NodeFS.writeFileSync(place("offshoot.config.json"), toJson({ ...options.config, agents }))
  const dataDir = NodePath.resolve(folder, options.dataDir ?? "data")
  const mark = Machine.markOf(dataDir)
  const pipe = heldPipe(places.held)
  const gate = NodeFS.openSync(places.gate, "r+")
  const ports = new Set<number>()
  const alive = Effect.sync(() => Machine.marked(mark))
  const programsGone = pipe.everybodyGone.pipe(
    Effect.timeoutOrElse({
      duration: goneTimeout,
      orElse: () =>
        Effect.flatMap(alive, (pids) => {
          for (const pid of pids) process.kill(pid, "SIGKILL")
          return Effect.die(new Error(`still alive, and killed now:\n${described(pids)}`))
        })
    })
  )
  const workplace: Workplace = {
    folder,
    dataDir,
    config: place("offshoot.config.json"),
    alive,
    programsGone,
    openGate: (word) => Effect.sync(() => NodeFS.writeSync(gate, `${word}\n`)),
    usesPort: (port) => ports.add(port)
  }
  const leave = Effect.gen(function* () {
    yield* programsGone
    yield* pipe.close
    NodeFS.closeSync(gate)
    const left = yield* alive
    const open = yield* Effect.filter([...ports], listens)
    NodeFS.rmSync(folder, { recursive: true, force: true })
    if (left.length > 0) return yield* Effect.die(new Error(`processes were left alive:\n${described(left)}`))
    if (open.length > 0) return yield* Effect.die(new Error(`ports were left open: ${open.join(", ")}`))
  })
  return { workplace, leave }
}

/** A place for one test; what it starts must be started after it, so that it has ended when the check comes. */
export const make = (options: Options = {}): Effect.Effect<Workplace, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => prepare(options)),
      ({ leave }) => leave
    ),
    ({ workplace }) => workplace
  )
