/**
 * A server that is held for as long as it answers: for programs that call it now
 * and then, and outlive it. Who calls first looks for it; those who call meanwhile
 * wait for that one look.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { Connected } from "./Connect.ts"

/** A server of this machine answers in milliseconds. */
const probeTimeout = Duration.seconds(2)

export interface Held {
  readonly connected: Connected
  /** One of our own lasts as long as we do; somebody else's is asked each time. */
  readonly lasts: "with_us" | "by_itself"
}

/** The server; the same one as long as it answers, then what another look finds. */
export const make = Effect.fnUntraced(function* <E>(look: Effect.Effect<Held, E>) {
  const oneAtATime = yield* Semaphore.make(1)
  let held: Held | undefined
  const lookAgain = Effect.map(look, (found) => {
    held = found
    return found.connected
  })
  const stillThere = ({ connected, lasts }: Held) =>
    lasts === "with_us"
      ? Effect.succeed(connected)
      : connected.client.calls.service.health().pipe(
          Effect.timeout(probeTimeout),
          Effect.as(connected),
          Effect.catchCause((cause) => (Cause.hasInterruptsOnly(cause) ? Effect.interrupt : lookAgain))
        )
  return Effect.suspend(() => (held === undefined ? lookAgain : stillThere(held))).pipe(
    Semaphore.withPermits(oneAtATime, 1)
  )
})
