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
import { Launch } from "../src/cli/Launch.ts"
import { offshoot } from "../src/cli/Offshoot.ts"
import { Environment } from "../src/Environment.ts"

export interface Caller {
  /** At a terminal: what a person answers to every question, once something is done. */
  readonly answer?: Effect.Effect<string>
  readonly launch?: (typeof Launch)["Service"]
}

export const callBy = (
  { answer, launch }: Caller,
  environment: Record<string, string>,
  ...args: ReadonlyArray<string>
) =>
  Effect.gen(function* () {
    const written: Array<string> = []
    const terminal = Terminal.make({
      columns: Effect.succeed(0),
      rows: Effect.succeed(0),
      size: Queue.unbounded<Terminal.Size>(),
      readInput: Queue.unbounded<Terminal.UserInput>(),
      readLine: answer ?? Effect.succeed(""),
      display: (text) => Effect.sync(() => void written.push(...text.split("\n").slice(0, -1)))
    })
    const isTerminal = Effect.succeed(answer !== undefined)
    const stdio = Stdio.layerTest({ stdinIsTerminal: isTerminal, stdoutIsTerminal: isTerminal })
    const started = launch === undefined ? Layer.empty : Layer.succeed(Launch, launch)
    const exit = yield* Command.runWith(offshoot, { version: "1.2.3" })(args).pipe(
      Effect.provide(Layer.mergeAll(Layer.succeed(Terminal.Terminal, terminal), stdio, started)),
      Effect.provideService(Environment, environment),
      Effect.exit
    )
    const printed = yield* TestConsole.logLines
    const told = yield* TestConsole.errorLines
    const failure = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
    return {
      code: failure === undefined ? 0 : Runtime.getErrorExitCode(failure),
      failure: failure instanceof Error ? failure.message : "",
      out: [...printed.map(String), ...written],
      told: told.map(String)
    }
  }).pipe(Effect.provide(Layer.fresh(TestConsole.layer)))

export const call = (environment: Record<string, string>, ...args: ReadonlyArray<string>) =>
  callBy({}, environment, ...args)
