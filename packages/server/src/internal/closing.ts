/** That the server is about to stop: readiness hears of it first, streams and waits when the end begins. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"

export interface ClosingShape {
  /** Whether the end was announced, or has begun already. */
  readonly announced: () => boolean
  /** Says that the end will come: calls and streams go on. */
  readonly announce: Effect.Effect<void>
  readonly begun: () => boolean
  readonly begin: Effect.Effect<void>
  readonly await: Effect.Effect<void>
}

export class Closing extends Context.Service<Closing, ClosingShape>()("@offshoot/server/internal/closing") {}

export const layer: Layer.Layer<Closing> = Layer.effect(
  Closing,
  Effect.sync(() => {
    const latch = Latch.makeUnsafe(false)
    let announced = false
    let begun = false
    return {
      announced: () => announced || begun,
      announce: Effect.sync(() => {
        announced = true
      }),
      begun: () => begun,
      begin: Effect.sync(() => {
        begun = true
        latch.openUnsafe()
      }),
      await: latch.await
    }
  })
)
