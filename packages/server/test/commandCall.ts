/** Runs one command of `offshoot` in this process, without a server, and says what it printed and how it ended. */
import * as Cause from "effect/Cause"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Runtime from "effect/Runtime"
import * as Stdio from "effect/Stdio"
import * as Terminal from "effect/Terminal"
import * as TestConsole from "effect/testing/TestConsole"
import { offshoot } from "../src/cli/Offshoot.ts"
import { Environment } from "../src/Environment.ts"

export const call = (environment: Record<string, string>, ...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const written: Array<string> = []
    const terminal = Terminal.make({
      columns: Effect.succeed(0),
      rows: Effect.succeed(0),
      size: Queue.unbounded<Terminal.Size>(),
      readInput: Queue.unbounded<Terminal.UserInput>(),
      readLine: Effect.succeed(""),
      display: (text) => Effect.sync(() => void written.push(...text.split("\n").slice(0, -1)))
    })
    const exit = yield* Command.runWith(offshoot, { version: "1.2.3" })(args).pipe(
      Effect.provide(Layer.mergeAll(Layer.succeed(Terminal.Terminal, terminal), Stdio.layerTest({}))),
      Effect.provideService(Environment, environment),
      Effect.exit
    )
    const printed = yield* TestConsole.logLines
    const code = Exit.isFailure(exit) ? Runtime.getErrorExitCode(Cause.squash(exit.cause)) : 0
    return { code, out: [...printed.map(String), ...written] }
  }).pipe(Effect.provide(TestConsole.layer))
