/** The one signal that the server has begun to stop: readiness, streams and waits listen to it. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"

export interface ClosingShape {
  readonly begun: () => boolean
  readonly begin: Effect.Effect<void>
  readonly await: Effect.Effect<void>
}

export class Closing extends Context.Service<Closing, ClosingShape>()("@offshoot/server/internal/closing") {}

export const layer: Layer.Layer<Closing> = Layer.effect(
  Closing,
  Effect.sync(() => {
    const latch = Latch.makeUnsafe(false)
    let begun = false
    return {
      begun: () => begun,
      begin: Effect.sync(() => {
        begun = true
        latch.openUnsafe()
      }),
      await: latch.await
    }
  })
)
