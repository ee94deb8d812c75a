/**
 * The pipe to an MCP server that is a program, as the SDK's client wants it.
 *
 * The program leads its own process group, which the scope ends: input closed,
 * a moment to leave, SIGTERM, SIGKILL. What of it is no message is kept as its
 * last words and otherwise ignored.
 */
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js"
import { type JSONRPCMessage, JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js"
import type * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type * as PlatformError from "effect/PlatformError"
import * as ChildProcess from "effect/process/ChildProcess"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { type ServerDefinition, type Target, placeOf } from "../ServerDefinition.ts"
import { ConnectFailed } from "./connectFailed.ts"
import { type LineReader, lineReader } from "./lineReader.ts"
import { firstChars, lastChars, maskOf, plain } from "./secretText.ts"

/** Messages that the server has not read yet. One that reads nothing is not worth more memory. */
const outgoingMax = 1024

/** Of what it printed aside: enough to see why it gave up, little enough for an error. */
const lastWordsCharsMax = 1500

/** A program that prints this many lines in a row that are no messages speaks something else. */
const strayLinesMax = 1000

/** How long the other half of an end may take: the exit after the last output, and the other way round. */
const endingWait = Duration.seconds(1)

/** A server that ends with its input needs no signal (specification 2025-11-25, lifecycle, shutdown). */
const leaveWait = Duration.millis(500)

/** From SIGTERM to SIGKILL. A server holds no work of its own. */
const killWait = "2 seconds"

type Program = Extract<Target, { readonly type: "stdio" }>

/** Only hands messages over; the fibers of `open` do the work. */
class PipeTransport implements Transport {
  onclose?: (() => void) | undefined
  onerror?: ((error: Error) => void) | undefined
  onmessage?: Transport["onmessage"]
  readonly input: Queue.Queue<string, Cause.Done>
  constructor(input: Queue.Queue<string, Cause.Done>) {
    this.input = input
  }
  start(): Promise<void> {
    return Promise.resolve()
  }
  send(message: JSONRPCMessage): Promise<void> {
    return Queue.offerUnsafe(this.input, `${JSON.stringify(message)}\n`)
      ? Promise.resolve()
      : Promise.reject(new Error("the server does not read its input"))
  }
  close(): Promise<void> {
    this.onclose?.()
    return Promise.resolve()
  }
}

/** How a program ended. A death by signal is a failure whose cause's text names the signal. */
const endWords = (exit: Exit.Exit<number, PlatformError.PlatformError>): string => {
  if (Exit.isSuccess(exit)) return `it ended with code ${exit.value}`
  for (const reason of exit.cause.reasons) {
    const cause = reason._tag === "Fail" ? reason.error.reason.cause : undefined
    const signal = cause instanceof Error ? /'(SIG[A-Z0-9]+)'/.exec(cause.message)?.[1] : undefined
    if (signal !== undefined) return `it was ended by ${signal}`
  }
  return "it was ended by a signal"
}

const commandCharsMax = 300

const notStarted = (definition: ServerDefinition, command: string, reason: unknown): ConnectFailed => {
  const place = placeOf(definition.name, definition.origin)
  const tag = typeof reason === "object" && reason !== null && "_tag" in reason ? reason._tag : undefined
  switch (tag) {
    case "NotFound":
      return new ConnectFailed({
        problem: `the program ${command} was not found. Install it, or correct the command of ${place}`,
        again: "later"
      })
    case "PermissionDenied":
      return new ConnectFailed({
        problem: `the program ${command} may not be executed. Check its permissions, or correct the command of ${place}`,
        again: "later"
      })
    default:
      return new ConnectFailed({
        problem: `the program ${command} could not be started. Check the command of ${place}`,
        again: "soon"
      })
  }
}

/** The system reports a missing folder in the words of a missing program. */
const checkFolder = Effect.fnUntraced(function* (definition: ServerDefinition, target: Program) {
  if (target.cwd === undefined) return
  const fs = yield* FileSystem.FileSystem
  const info = yield* Effect.option(fs.stat(target.cwd))
  if (Option.isNone(info) || info.value.type !== "Directory") {
    return yield* new ConnectFailed({
      problem: `${target.cwd}, where it would run, is not a folder that can be used. Correct the session's workspace or the cwd of ${placeOf(definition.name, definition.origin)}`,
      again: "later"
    })
  }
})

/** Takes the lines of standard output: messages to the client, the rest aside. Says what is wrong when it cannot go on. */
const receiver = (transport: PipeTransport, aside: (text: string) => void) => {
  let strays = 0
  const receive = (line: string): string | undefined => {
    if (line.trim() === "") return undefined
    const message = JSONRPCMessageSchema.safeParse(jsonOf(line))
    if (message.success) {
      strays = 0
      transport.onmessage?.(message.data)
      return undefined
    }
    aside(`${firstChars(line, 200)}\n`)
    strays++
    return strays > strayLinesMax ? "it printed what is no MCP on standard output" : undefined
  }
  return (reader: LineReader, text: string): string | undefined => {
    for (const line of reader.push(text)) {
      const problem = receive(line)
      if (problem !== undefined) return problem
    }
    return reader.overflown() ? "it sent a message of more than 16 million characters. Ask it for less" : undefined
  }
}

const jsonOf = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const spawn = Effect.fnUntraced(function* (definition: ServerDefinition, target: Program, command: string) {
  const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
  yield* checkFolder(definition, target)
  return yield* spawner
    .spawn(
      ChildProcess.make(target.command, target.args, {
        ...(target.cwd === undefined ? {} : { cwd: target.cwd }),
        env: target.env,
        extendEnv: false,
        stdin: "pipe",
        forceKillAfter: killWait
      })
    )
    .pipe(
      Effect.mapError((error) => notStarted(definition, command, error.reason)),
      // Node throws some refusals of the system (E2BIG, ENOTDIR) instead of reporting them.
      Effect.catchDefect((defect) => Effect.fail(notStarted(definition, command, defect)))
    )
})

/** Why it is over, once it is: the program's exit, the end of its output, or output that cannot be read on. */
const endOf = (
  handle: ChildProcessSpawner.ChildProcessHandle,
  reading: Fiber.Fiber<Option.Option<string>>
): Effect.Effect<string> => {
  const exit = Effect.map(Effect.exit(handle.exitCode), endWords)
  const exitSoon = Effect.map(
    Effect.timeoutOption(exit, endingWait),
    Option.getOrElse(() => "it closed its standard output")
  )
  return Effect.raceFirst(
    Effect.flatMap(Fiber.join(reading), (problem) =>
      Option.isSome(problem) ? Effect.succeed(problem.value) : exitSoon
    ),
    Effect.tap(exit, () => Effect.timeoutOption(Fiber.await(reading), endingWait))
  )
}

/**
 * Starts the program. `ended` gets the words for its end, with its last words,
 * before the client hears that the connection is closed.
 */
export const open = Effect.fnUntraced(function* (
  definition: ServerDefinition,
  target: Program,
  ended: Deferred.Deferred<string>
) {
  const mask = maskOf(definition.secrets)
  const command = mask(firstChars([target.command, ...target.args].join(" "), commandCharsMax))
  const handle = yield* spawn(definition, target, command)
  const input = yield* Queue.bounded<string, Cause.Done>(outgoingMax)
  const transport = new PipeTransport(input)
  let printed = ""
  const aside = (text: string) => {
    printed = (printed + text).slice(-2 * lastWordsCharsMax)
  }
  const receive = receiver(transport, aside)
  const reader = lineReader()
  // All of these end with the scope, after the program was let go and before its group is killed.
  yield* Stream.fromQueue(input).pipe(
    Stream.encodeText,
    Stream.run(handle.stdin),
    // A program that does not read breaks the pipe: its end says so.
    Effect.ignoreCause,
    Effect.forkScoped
  )
  yield* handle.stderr.pipe(
    Stream.decodeText(),
    Stream.runForEach((text) => Effect.sync(() => aside(text))),
    Effect.ignoreCause,
    Effect.forkScoped
  )
  const reading = yield* handle.stdout.pipe(
    Stream.decodeText(),
    Stream.map((text) => receive(reader, text)),
    Stream.filter((problem) => problem !== undefined),
    Stream.runHead,
    Effect.catchCause(() => Effect.succeed(Option.none<string>())),
    Effect.forkScoped
  )
  yield* endOf(handle, reading).pipe(
    Effect.flatMap((end) =>
      Effect.sync(() => {
        const last = lastChars(mask(plain(printed)).trim(), lastWordsCharsMax)
        Deferred.doneUnsafe(ended, Exit.succeed(last === "" ? end : `${end}. It said last:\n${last}`))
        transport.onclose?.()
      })
    ),
    Effect.forkScoped
  )
  yield* Effect.addFinalizer(() =>
    Effect.andThen(Queue.end(input), Effect.timeoutOption(Effect.exit(handle.exitCode), leaveWait))
  )
  return { transport, leave: Effect.void, called: `\`${command}\`` }
})
