/**
 * A server inside this process, for as long as a scope lives.
 *
 * What can go wrong at the start is one sentence that says what to do next.
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as App from "../App.ts"
import type * as Settings from "../Settings.ts"
import { ServeFailed } from "./Failures.ts"

const startFailed = (error: { readonly message: string }): ServeFailed =>
  new ServeFailed({ told: error.message, cause: error })

/** A server that accepts. */
export interface Running {
  /** The address as it was asked for. */
  readonly announced: string
  /** The address by which this machine reaches it. */
  readonly local: string
  readonly token: Redacted.Redacted
  readonly context: Context.Context<App.Services>
}

/**
 * Builds the server in the current scope and returns once it accepts.
 *
 * **Interruption**: takes down what has been built so far.
 */
export const start: (settings: Settings.Settings) => Effect.Effect<Running, ServeFailed, Scope.Scope> = Effect.fn(
  "ServerRun.start"
)(function* (settings: Settings.Settings) {
  const token = App.tokenOf(settings)
  const context = yield* Layer.build(App.layer(settings, token)).pipe(Effect.mapError(startFailed))
  const addresses = yield* App.addresses(settings).pipe(Effect.provideContext(context))
  return { ...addresses, token, context }
})
