#!/usr/bin/env node
/**
 * The entry of the `offshoot` program: the process around the command.
 *
 * The only module that knows arguments, environment, signals and exit codes of
 * the process. Exit codes: `cli/Failures` lists them.
 */
import * as NodePath from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as CliError from "effect/cli/CliError"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import { Invocation } from "./cli/Invocation.ts"
import { Launch } from "./cli/Launch.ts"
import { offshoot } from "./cli/Offshoot.ts"
import { OwnOutput } from "./cli/OwnOutput.ts"
import { type Signal, Signals } from "./cli/Signals.ts"
import { Environment } from "./Environment.ts"
import { claimedOutput } from "./internal/claimedOutput.ts"
import { version } from "./Version.ts"

const signalNumbers: Readonly<Record<Signal, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }

/** As many turns of a conversation may be cancelled with Ctrl-C; the next one ends the process. */
const signalsMax = 64

const signals = (() => {
  const arrivals = Array.from({ length: signalsMax }, () => Deferred.makeUnsafe<Signal>())
  let arrived = 0
  let dealtWith = 1
  const onSignal = (signal: Signal): void => {
    const arrival = arrivals[arrived++]
    if (arrived > dealtWith || arrival === undefined) process.exit(128 + signalNumbers[signal])
    Deferred.doneUnsafe(arrival, Exit.succeed(signal))
  }
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal).on("SIGHUP", onSignal)
  return Layer.succeed(Signals, {
    nth: (count) => {
      const arrival = arrivals[count - 1]
      return arrival === undefined ? Effect.never : Deferred.await(arrival)
    },
    dealWith: (count) =>
      Effect.sync(() => {
        dealtWith = Math.min(count, signalsMax - 1)
      })
  })
})()

/** A reader that went away is found out by the next write, which fails; it is no reason to crash. */
process.stdout.on("error", () => undefined)
process.stderr.on("error", () => undefined)

/** What is wrong with the arguments has been printed already, with the help. */
const isUsage = (error: unknown): boolean => CliError.isCliError(error) && error._tag === "ShowHelp"

const exitCodeOf = (cause: Cause.Cause<unknown>): number => {
  if (Cause.hasInterruptsOnly(cause)) return 130
  const error = Cause.squash(cause)
  if (isUsage(error)) return 2
  return typeof error === "object" && error !== null && Runtime.errorExitCode in error
    ? Runtime.getErrorExitCode(error)
    : defectCode
}

/** EX_SOFTWARE of sysexits.h: the fault is ours. */
const defectCode = 70

const tell = (cause: Cause.Cause<unknown>): Effect.Effect<void> => {
  const code = exitCodeOf(cause)
  const error = Cause.squash(cause)
  if (isUsage(error) || Cause.hasInterruptsOnly(cause)) return Effect.void
  if (code === defectCode)
    return Console.error(`offshoot: this is a fault of ours, please report it\n${Cause.pretty(cause)}`)
  return error instanceof Error && error.message !== "" ? Console.error(`offshoot: ${error.message}`) : Effect.void
}

/** From source, this file is not called by its short name. */
const invocation = import.meta.filename.endsWith(".ts")
  ? `node --conditions=@offshoot/source ${NodePath.relative(process.cwd(), import.meta.filename)}`
  : "offshoot"

const main = Command.runWith(offshoot, { version })(process.argv.slice(2)).pipe(
  Effect.tapCause(tell),
  Effect.provide(
    Layer.mergeAll(
      NodeServices.layer,
      signals,
      Layer.succeed(Environment, process.env),
      Layer.succeed(Invocation, invocation),
      Layer.succeed(Launch, {
        node: process.execPath,
        options: process.execArgv,
        script: import.meta.filename,
        platform: process.platform,
        folder: process.cwd()
      }),
      Layer.succeed(OwnOutput, claimedOutput)
    )
  )
)

const runMain = Runtime.makeRunMain(({ fiber, teardown }) => {
  fiber.addObserver((exit) => teardown(exit, (code) => process.exit(code)))
})

runMain(main, {
  disableErrorReporting: true,
  teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) ? 0 : exitCodeOf(exit.cause))
})
