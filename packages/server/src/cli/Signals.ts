/**
 * What the operating system asks of a command: to stop, and then to stop at once.
 *
 * A command that says nothing stops at the first signal and is cut off at the
 * second. One that can do something useful with more says how many it deals
 * with; only the entry of the program knows the process.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { Interrupted } from "./Failures.ts"

export type Signal = "SIGINT" | "SIGTERM" | "SIGHUP"

export interface SignalsShape {
  /** Returns with the n-th signal, counted from 1; at once when it has come already. */
  readonly nth: (count: number) => Effect.Effect<Signal>
  /** The signal after this many ends the process at once. */
  readonly dealWith: (count: number) => Effect.Effect<void>
}

/** No signal ever, by default. */
export class Signals extends Context.Reference<SignalsShape>("@offshoot/server/cli/Signals", {
  defaultValue: () => ({ nth: () => Effect.never, dealWith: () => Effect.void })
}) {}

/**
 * Stops at the first signal, as a command that owns nothing may.
 *
 * **Interruption**: the effect's own finalizers end first.
 */
export const untilSignal = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | Interrupted, R> =>
  Effect.flatMap(Signals, (signals) =>
    Effect.raceFirst(
      effect,
      Effect.flatMap(signals.nth(1), (signal) => Effect.fail(new Interrupted({ signal })))
    )
  )
