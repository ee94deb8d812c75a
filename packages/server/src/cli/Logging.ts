/**
 * Where log lines of a server in this process go.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Queue from "effect/Queue"
import * as Screen from "./Screen.ts"

/** Log lines that the terminal has not taken yet; the oldest give way. */
const logLinesMax = 1_000

/**
 * Log lines go to standard error, as the ready line has standard output. On a
 * terminal that shows a drawing they go above it.
 */
export const logging = Layer.unwrap(
  Effect.gen(function* () {
    const screen = yield* Screen.Screen
    if (!screen.live) return Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)])
    const lines = yield* Queue.sliding<string>(logLinesMax)
    yield* Effect.forkScoped(
      Effect.forever(Effect.flatMap(Queue.takeAll(lines), (taken) => Effect.ignore(screen.print(taken))))
    )
    return Logger.layer([
      Logger.map(Logger.formatLogFmt, (line) => {
        Queue.offerUnsafe(lines, line)
      })
    ])
  })
)
