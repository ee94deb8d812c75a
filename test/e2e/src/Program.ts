/**
 * One call of the `offshoot` program as its own process: what it prints line by
 * line, signals to it, and how it ends.
 */
import * as NodeChildProcess from "node:child_process"
import * as NodePath from "node:path"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"

/** The root of this repository. */
export const repository = NodePath.resolve(import.meta.dirname, "../../..")

/** The program itself. */
export const bin = NodePath.join(repository, "packages/server/src/bin.ts")

/** What the compiler made of the sources is kept between the many starts of these tests. */
const compileCache = NodePath.join(repository, "node_modules/.cache/offshoot/e2e")

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: ReadonlyArray<string>
  readonly err: string
}

/** The program ended without printing what was waited for. */
export class LineNotPrinted extends Data.TaggedError("LineNotPrinted")<{ readonly ended: Ended }> {
  override get message(): string {
    const { code, err, out, signal } = this.ended
    return `ended with ${code ?? signal} before the line came\n${out.join("\n")}\n${err}`
  }
}

export interface Program {
  readonly pid: number
  /** The first line of standard output that fits, printed already or still to come. */
  readonly line: (fits: RegExp) => Effect.Effect<string, LineNotPrinted>
  readonly signal: (signal: NodeJS.Signals) => Effect.Effect<void>
  /** Returns when the process is gone and nobody holds its output any more. */
  readonly ended: Effect.Effect<Ended>
}

export interface Options {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Runs as this user; only root may ask for that. */
  readonly uid?: number
  /** A program of the tests instead of `offshoot`: it ends with its standard input, and so with the tests. */
  readonly entry?: string
}

/** Longer than the program itself takes to give up a stop that hangs. */
const releaseTimeout = Duration.seconds(45)

/** What every call of the program gets, and what the test gives it. */
export const environmentOf = (options: Options): Record<string, string | undefined> => ({
  PATH: process.env["PATH"],
  HOME: options.cwd,
  NODE_COMPILE_CACHE: compileCache,
  OFFSHOOT_DEMO: "0",
  ...options.env
})

const launch = (args: ReadonlyArray<string>, options: Options): Program => {
  const child = NodeChildProcess.spawn(
    process.execPath,
    ["--conditions=@offshoot/source", options.entry ?? bin, ...args],
    {
      cwd: options.cwd,
      env: environmentOf(options),
      stdio: ["pipe", "pipe", "pipe"],
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid })
    }
  )
  if (options.entry === undefined) child.stdin.end()
  const ended = Deferred.makeUnsafe<Ended>()
  const watchers = new Set<() => void>()
  let out: ReadonlyArray<string> = []
  let unfinished = ""
  let err = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (unfinished + text).split("\n")
    unfinished = lines.pop() ?? ""
    out = [...out, ...lines]
    for (const watcher of watchers) watcher()
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text
  })
  child.on("close", (code, signal) => {
    if (unfinished !== "") out = [...out, unfinished]
    Deferred.doneUnsafe(ended, Effect.succeed({ code, signal, out, err }))
  })
  const printed = (fits: RegExp): Effect.Effect<string> =>
    Effect.callback((resume) => {
      const look = () => {
        const found = out.find((line) => fits.test(line))
        if (found !== undefined) resume(Effect.succeed(found))
      }
      watchers.add(look)
      look()
      return Effect.sync(() => watchers.delete(look))
    })
  const neverPrinted = (fits: RegExp) =>
    Effect.flatMap(Deferred.await(ended), (how) => {
      const found = how.out.find((line) => fits.test(line))
      return found === undefined ? Effect.fail(new LineNotPrinted({ ended: how })) : Effect.succeed(found)
    })
  return {
    pid: child.pid ?? 0,
    line: (fits) => Effect.raceFirst(printed(fits), neverPrinted(fits)),
    signal: (signal) => Effect.sync(() => child.kill(signal)),
    ended: Deferred.await(ended)
  }
}

/** One that a test left running must still stop when it is asked. */
const release = (program: Program): Effect.Effect<void> =>
  program.signal("SIGTERM").pipe(
    Effect.andThen(Effect.timeoutOption(program.ended, releaseTimeout)),
    Effect.flatMap((ended) =>
      Option.isSome(ended)
        ? Effect.void
        : program.signal("SIGKILL").pipe(
            Effect.andThen(program.ended),
            Effect.flatMap(({ err }) => Effect.die(new Error(`a program did not stop at SIGTERM\n${err}`)))
          )
    )
  )

/** Starts the program; the end of the scope stops it. */
export const start = (args: ReadonlyArray<string>, options: Options): Effect.Effect<Program, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => launch(args, options)),
    release
  )

/** Runs the program to its end. */
export const run = (args: ReadonlyArray<string>, options: Options): Effect.Effect<Ended> =>
  Effect.scoped(Effect.flatMap(start(args, options), (program) => program.ended))
