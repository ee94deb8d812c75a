/** Whether anybody asks the server for anything, and since when nobody does. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"

export interface TrafficShape {
  /** From here on until the request's scope closes, which for a stream is its end. */
  readonly enter: Effect.Effect<void>
  /** How long nobody has asked; 0 while somebody does. */
  readonly quietMillis: Effect.Effect<number>
}

export class Traffic extends Context.Service<Traffic, TrafficShape>()("@offshoot/server/internal/traffic") {}

export const layer: Layer.Layer<Traffic> = Layer.effect(
  Traffic,
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    let open = 0
    let lastAtMillis = clock.currentTimeMillisUnsafe()
    const leave = Effect.sync(() => {
      open -= 1
      lastAtMillis = clock.currentTimeMillisUnsafe()
    })
    return {
      enter: Effect.serviceOption(Scope.Scope).pipe(
        Effect.flatMap(
          Option.match({
            onNone: () => Effect.void,
            onSome: (scope) => {
              open += 1
              return Scope.addFinalizer(scope, leave)
            }
          })
        ),
        Effect.uninterruptible
      ),
      quietMillis: Effect.sync(() => (open > 0 ? 0 : clock.currentTimeMillisUnsafe() - lastAtMillis))
    }
  })
)
