/**
 * A program driven by hand: lines into its standard input, lines out of its
 * standard output, as they are. For looking at a program without any code of
 * ours in between; it understands nothing of what is said.
 */
import * as NodeChildProcess from "node:child_process"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Facts from "./Facts.ts"
import type { Place } from "./RealProgram.ts"

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

type Fits = (line: string, index: number) => boolean

export interface RawProgram {
  readonly pid: number
  /** Without the newline. */
  readonly write: (line: string) => Effect.Effect<void>
  readonly closeInput: Effect.Effect<void>
  readonly signal: (signal: NodeJS.Signals) => Effect.Effect<void>
  /** The first line that fits, printed already or still to come; fails when the program ends without it. */
  readonly line: (fits: Fits) => Effect.Effect<string, LineNotPrinted>
  readonly lines: Effect.Effect<ReadonlyArray<string>>
  /** The last part of what it said on standard error. */
  readonly standardError: Effect.Effect<string>
  /** Returns when the process is gone and nobody holds its output any more. */
  readonly ended: Effect.Effect<Ended>
}

/** The program ended, or took too long, before it printed what was waited for. */
export class LineNotPrinted extends Data.TaggedError("LineNotPrinted")<{
  readonly how: string
  readonly lines: ReadonlyArray<string>
  readonly standardError: string
}> {
  override get message(): string {
    return `${this.how} before the line came\n${this.lines.map((line) => line.slice(0, 400)).join("\n")}\n${this.standardError}`
  }
}

/** The slowest has needed 40 seconds for a line on a machine that was busy with other things. */
const lineLimit = Duration.seconds(90)

/** From SIGTERM to SIGKILL at the end of a scope. */
const stopLimit = Duration.seconds(5)

const standardErrorCharactersMax = 65_536

const launch = (place: Place, args: ReadonlyArray<string>, env: Readonly<Record<string, string>>): RawProgram => {
  const child = NodeChildProcess.spawn(place.program, args, {
    cwd: place.cwd,
    env: { ...place.env, ...env },
    detached: true,
    stdio: ["pipe", "pipe", "pipe"]
  })
  const ended = Deferred.makeUnsafe<Ended>()
  const facts = Facts.make<string>()
  let unfinished = ""
  let standardError = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (unfinished + text).split("\n")
    unfinished = lines.pop() ?? ""
    for (const line of lines) facts.add(line)
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    standardError = (standardError + text).slice(-standardErrorCharactersMax)
  })
  child.stdin.on("error", () => undefined)
  child.once("close", (code, signal) => {
    if (unfinished !== "") facts.add(unfinished)
    Deferred.doneUnsafe(ended, Effect.succeed({ code, signal }))
  })
  const notPrinted = (how: string) =>
    Effect.suspend(() => Effect.fail(new LineNotPrinted({ how, lines: facts.all(), standardError })))
  const neverPrinted = (fits: Fits) =>
    Effect.flatMap(Deferred.await(ended), ({ code, signal }) => {
      const found = facts.all().find(fits)
      return found === undefined ? notPrinted(`ended with ${code ?? signal}`) : Effect.succeed(found)
    })
  return {
    pid: child.pid ?? 0,
    write: (line) => Effect.sync(() => child.stdin.write(`${line}\n`)),
    closeInput: Effect.sync(() => child.stdin.end()),
    signal: (signal) =>
      Effect.sync(() => {
        if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      }),
    line: (fits) =>
      Effect.raceFirst(facts.first(fits), neverPrinted(fits)).pipe(
        Effect.timeoutOrElse({
          duration: lineLimit,
          orElse: () => notPrinted(`nothing for ${Duration.format(lineLimit)}`)
        })
      ),
    lines: Effect.sync(() => facts.all()),
    standardError: Effect.sync(() => standardError),
    ended: Deferred.await(ended)
  }
}

const signalGroup = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-pid, signal)
  } catch {
    // The whole group has ended.
  }
}

/** What it started in a session of its own is left for the place's leak check. */
const release = (program: RawProgram): Effect.Effect<void> =>
  Effect.gen(function* () {
    if (program.pid === 0) return
    signalGroup(program.pid, "SIGTERM")
    const ended = yield* Effect.timeoutOption(program.ended, stopLimit)
    signalGroup(program.pid, "SIGKILL")
    if (Option.isNone(ended)) yield* Effect.timeoutOption(program.ended, stopLimit)
  })

/** Starts the program in its place; the end of the scope ends its group. */
export const start = (
  place: Place,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
): Effect.Effect<RawProgram, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => launch(place, args, env)),
    release
  )
