/** A real Node process beside the test: its lines as they come, killed with the scope. */
import type * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { spawn } from "node:child_process"
import * as Path from "node:path"
import * as Readline from "node:readline"

export interface ChildProgram {
  /** What it printed; ends with it. */
  readonly lines: Queue.Dequeue<string, Cause.Done>
  /** `SIGKILL`, and wait for its end. */
  readonly kill: Effect.Effect<void>
}

export const start = (file: string, args: ReadonlyArray<string>): Effect.Effect<ChildProgram, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const lines = yield* Queue.unbounded<string, Cause.Done>()
      const ended = yield* Deferred.make<void>()
      const program = spawn(
        process.execPath,
        ["--conditions=@offshoot/source", Path.join(import.meta.dirname, file), ...args],
        { stdio: ["ignore", "pipe", "inherit"] }
      )
      Readline.createInterface({ input: program.stdout })
        .on("line", (line) => Queue.offerUnsafe(lines, line))
        .on("close", () => Queue.endUnsafe(lines))
      program.on("close", () => Deferred.doneUnsafe(ended, Effect.void))
      const kill = Effect.andThen(
        Effect.sync(() => program.kill("SIGKILL")),
        Deferred.await(ended)
      )
      return { lines, kill }
    }),
    (program) => program.kill
  )
