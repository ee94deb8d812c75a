/**
 * Starts programs and owns them to the last process.
 *
 * Every protocol of this package starts its agents here. A program leads its
 * own process group and carries its run's mark. Only running: what its output
 * means is the protocol's business.
 *
 * - I1 When `run` has returned, been interrupted, or its caller's scope has
 *   closed, nothing that the program started is alive and no output is
 *   delivered any more.
 * - I2 Output is read until the last process is gone, the grace time of a
 *   cancel included: a program that says its last words is not blocked by a
 *   full pipe, and nobody loses what it had said.
 *
 * @stability unstable
 */
import type { ExternalChildRunner } from "@offshoot/core"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as ChildProcess from "effect/process/ChildProcess"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import type * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type ProgramEnd, type ProgramNotStarted, checkDirectory, endOf, notStarted } from "./ProgramEnd.ts"
import { ProcessTable } from "./ProcessTable.ts"
import * as RunMark from "./RunMark.ts"
import * as StopLadder from "./StopLadder.ts"

export interface LaunchOptions {
  readonly program: string
  readonly args: ReadonlyArray<string>
  /** Where the program runs; without it, where the server runs. */
  readonly cwd: string | undefined
  /** The whole environment but for the mark, which is added. */
  readonly env: Readonly<Record<string, string | Redacted.Redacted<string>>>
  /**
   * Written as it comes; the input is closed when the stream ends. A program
   * that does not read holds up nobody but this stream. Without it standard
   * input is `/dev/null`.
   */
  readonly stdin: Stream.Stream<Uint8Array> | undefined
  readonly mark: RunMark.RunMark
  /** Takes what one read brought. While it runs nothing more is read of that stream. */
  readonly onStdout: (chunks: ReadonlyArray<Uint8Array>) => Effect.Effect<void>
  readonly onStderr: (chunks: ReadonlyArray<Uint8Array>) => Effect.Effect<void>
  /** Standard output has ended; the program may live on. Not to wait in. */
  readonly onStdoutEnd: Effect.Effect<void>
  /** From SIGTERM to SIGKILL when the program is stopped. */
  readonly grace: Duration.Duration
  readonly stopMode: Effect.Effect<ExternalChildRunner.StopMode>
  /** Returns when a graceful stop has become an abort. */
  readonly aborted: Effect.Effect<void>
}

export class ProgramLauncher extends Context.Service<
  ProgramLauncher,
  {
    /**
     * Runs a program to its end; returns how the program itself ended.
     *
     * **Details**: what the program leaves running when it ends by itself gets
     * SIGTERM, a second, and SIGKILL.
     *
     * **Interruption**: stops the program and returns when nothing of it is
     * alive (I1). So does closing the scope.
     */
    readonly run: (options: LaunchOptions) => Effect.Effect<ProgramEnd, ProgramNotStarted, Scope.Scope>
  }
>()("@offshoot/adapters-cli/ProgramLauncher") {}

/** What a program leaves behind gets this long: its work is over, only closing of files is left. */
const leftoverGrace = Duration.seconds(1)

/**
 * After the program's own end its output may stay open in a grandchild's
 * hands. Four quiet looks in a row mean that nothing comes any more; several,
 * so that a busy event loop is not taken for a quiet program.
 */
const quietLook = Duration.millis(250)
const quietLooksMax = 4
/** A daemon that writes for ever is cut off here. */
const outputAfterEnd = Duration.seconds(10)

/** Reading of both outputs, and whether something came lately. */
interface Pumps {
  readonly fiber: Fiber.Fiber<unknown>
  /** Returns when both have ended, or nothing comes any more. */
  readonly settled: Effect.Effect<void>
}

const startPumps = Effect.fnUntraced(function* (
  handle: ChildProcessSpawner.ChildProcessHandle,
  options: LaunchOptions,
  scope: Scope.Scope
) {
  let reads = 0
  let delivering = 0
  const pump = (
    output: ChildProcessSpawner.ChildProcessHandle["stdout"],
    deliver: (chunks: ReadonlyArray<Uint8Array>) => Effect.Effect<void>
  ) =>
    Stream.runForEachArray(output, (chunks) =>
      Effect.suspend(() => {
        reads++
        delivering++
        return Effect.ensuring(
          deliver(chunks),
          Effect.sync(() => {
            delivering--
          })
        )
      })
    ).pipe(
      // A pipe that breaks says what its end says: no more output.
      Effect.catch((error) => Effect.logDebug("program.output_broke", error.reason._tag))
    )
  // The scope interrupts it, after the program has been stopped.
  const fiber = yield* Effect.forkIn(
    Effect.all(
      [
        Effect.andThen(pump(handle.stdout, options.onStdout), options.onStdoutEnd),
        pump(handle.stderr, options.onStderr)
      ],
      { concurrency: 2, discard: true }
    ),
    scope,
    { startImmediately: true }
  )
  const quiet = Effect.suspend(() => {
    let seen = reads
    let looks = 0
    return Effect.repeat(
      Effect.andThen(
        Effect.sleep(quietLook),
        Effect.sync(() => {
          looks = reads === seen && delivering === 0 ? looks + 1 : 0
          seen = reads
          return looks
        })
      ),
      { until: (quietLooks) => quietLooks >= quietLooksMax }
    )
  })
  const settled = Effect.raceFirst(
    Effect.asVoid(Fiber.await(fiber)),
    Effect.asVoid(Effect.timeoutOption(quiet, outputAfterEnd))
  )
  const pumps: Pumps = { fiber, settled }
  return pumps
})

interface Services {
  readonly spawner: ChildProcessSpawner.ChildProcessSpawner["Service"]
  readonly fs: FileSystem.FileSystem
  readonly table: ProcessTable["Service"]
}

/** Ends whatever of the program is alive. */
const stopProgram = (
  table: ProcessTable["Service"],
  handle: ChildProcessSpawner.ChildProcessHandle,
  options: LaunchOptions
) =>
  Effect.gen(function* () {
    const leaderRunning = Effect.orElseSucceed(handle.isRunning, () => false)
    const running = yield* leaderRunning
    const aborting = running && (yield* options.stopMode) === "abort"
    const grace = running ? options.grace : Duration.min(options.grace, leftoverGrace)
    yield* StopLadder.stop(table, {
      select: (mark) => mark.runId === options.mark.runId && mark.boot === options.mark.boot,
      group: {
        leader: handle.pid,
        leaderRunning,
        leaderGone: Effect.asVoid(Effect.exit(handle.exitCode))
      },
      grace: aborting ? Duration.zero : grace,
      cut: options.aborted
    })
    // The spawner would now wait for zombies of the group, a second each time where no init reaps them.
    if (!(yield* leaderRunning)) yield* Effect.ignore(handle.unref)
  })

/**
 * Starts the program in `scope`. Finalizers run in this order: stop the
 * program, let its output end, stop reading, let the spawner see that its
 * group is gone (I2).
 */
const start = Effect.fnUntraced(function* (services: Services, options: LaunchOptions, scope: Scope.Closeable) {
  yield* checkDirectory(services.fs, options.cwd)
  const handle = yield* services.spawner
    .spawn(
      ChildProcess.make(options.program, options.args, {
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        env: { ...options.env, ...RunMark.toEnvironment(options.mark) },
        extendEnv: false,
        // A program that does not read its input breaks the pipe: the writer ends, nothing else happens.
        stdin: options.stdin ?? "ignore",
        // The spawner's own way out meets only what the ladder left: zombies that nobody reaps.
        forceKillAfter: "100 millis"
      })
    )
    .pipe(
      Effect.mapError((error) => notStarted(options.program, error.reason)),
      // Node throws some refusals of the system (E2BIG, ENOTDIR) instead of reporting them.
      Effect.catchDefect((defect) => Effect.fail(notStarted(options.program, defect))),
      Scope.provide(scope)
    )
  const pumps = yield* startPumps(handle, options, scope)
  yield* Scope.addFinalizer(scope, pumps.settled)
  yield* Scope.addFinalizer(scope, stopProgram(services.table, handle, options))
  const leaderEnd = Effect.map(Effect.exit(handle.exitCode), endOf)
  // Reading fails only by a defect of the one who takes the output: the program could block for ever on a full pipe.
  const readingFailed = Effect.andThen(Fiber.join(pumps.fiber), Effect.never)
  return { end: Effect.tap(Effect.raceFirst(leaderEnd, readingFailed), pumps.settled) }
})

/** Ownership that does not depend on who ends first: the caller's fiber, or the caller's scope (I1). */
const run = (services: Services) =>
  Effect.fn("ProgramLauncher.run")(function* (options: LaunchOptions) {
    const callers = yield* Scope.Scope
    const own = yield* Scope.make()
    // Whoever closes first does the work; the other waits for the same work.
    const close = yield* Effect.cached(Effect.uninterruptible(Scope.close(own, Exit.void)))
    yield* Scope.addFinalizer(callers, close)
    return yield* Effect.uninterruptible(start(services, options, own)).pipe(
      Effect.flatMap(({ end }) => end),
      Effect.onExit(() => close)
    )
  })

/** Launches through the platform's spawner; sweeps through the process table. */
export const layer: Layer.Layer<
  ProgramLauncher,
  never,
  ChildProcessSpawner.ChildProcessSpawner | FileSystem.FileSystem | ProcessTable
> = Layer.effect(
  ProgramLauncher,
  Effect.gen(function* () {
    const services: Services = {
      spawner: yield* ChildProcessSpawner.ChildProcessSpawner,
      fs: yield* FileSystem.FileSystem,
      table: yield* ProcessTable
    }
    return ProgramLauncher.of({ run: run(services) })
  })
)
