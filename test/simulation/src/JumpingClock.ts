/** A wall clock that can be set forward, over a clock that cannot. Who sleeps sleeps as long as before. */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

export interface JumpingClock extends Clock.Clock {
  readonly jump: (millis: number) => void
}

const nanosPerMilli = 1_000_000n

export const make = (inner: Clock.Clock): JumpingClock => {
  let aheadMillis = 0
  const currentTimeMillisUnsafe = (): number => inner.currentTimeMillisUnsafe() + aheadMillis
  const currentTimeNanosUnsafe = (): bigint => inner.currentTimeNanosUnsafe() + BigInt(aheadMillis) * nanosPerMilli
  return {
    currentTimeMillisUnsafe,
    currentTimeMillis: Effect.sync(currentTimeMillisUnsafe),
    currentTimeNanosUnsafe,
    currentTimeNanos: Effect.sync(currentTimeNanosUnsafe),
    monotonicTimeNanosUnsafe: () => inner.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: inner.monotonicTimeNanos,
    sleep: (duration) => inner.sleep(duration),
    jump: (millis) => {
      aheadMillis += millis
    }
  }
}
