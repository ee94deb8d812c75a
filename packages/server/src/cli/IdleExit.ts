/**
 * The end of a server that nobody needs: nothing is in flight, and nobody has
 * asked for a while. For one that was started by a program, not by a person.
 */
import { SpawnScheduler } from "@offshoot/core"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Traffic } from "../internal/traffic.ts"
import type * as ServerRun from "./ServerRun.ts"

/** Looks at most this often; a server that idles costs nothing. */
const lookEveryMin = Duration.millis(100)
const looksPerWhile = 10

/** Whether the server may end: what is in flight keeps it, queued work as well. */
export const isIdle = (
  { backlog, inFlight }: SpawnScheduler.SchedulerCounts,
  quietMillis: number,
  after: Duration.Duration
): boolean => inFlight === 0 && backlog === 0 && quietMillis >= Duration.toMillis(after)

/**
 * Returns when the server has been idle for so long.
 *
 * Who asks between the last look and the end is told that the server stops, and
 * finds another one: what is recorded is there.
 */
export const idle = Effect.fn("Cli.idle")(function* ({ context }: ServerRun.Running, after: Duration.Duration) {
  const scheduler = Context.get(context, SpawnScheduler.SpawnScheduler)
  const traffic = Context.get(context, Traffic)
  const pause = Duration.max(lookEveryMin, Duration.divideUnsafe(after, looksPerWhile))
  for (;;) {
    yield* Effect.sleep(pause)
    if (isIdle(yield* scheduler.counts, yield* traffic.quietMillis, after)) break
  }
  yield* Console.log(`offshoot idle for ${Duration.format(after)}: stopping`)
})
