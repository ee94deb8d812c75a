/**
 * Code of the app that is told of every completion.
 *
 * Called from the durable outbox, in the order of settling, until it succeeds:
 * at least once per run id, so it must be idempotent (`S-handler`).
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { ChildCompletion } from "./SpawnJob.ts"

/** A handler could not take the completion now; it is called again, after a pause. */
export class CompletionNotHandled extends Schema.TaggedError<CompletionNotHandled>()("CompletionNotHandled", {
  handler: Schema.String,
  cause: Schema.Defect()
}) {
  readonly retryable = true
  override get message(): string {
    return `completion handler ${this.handler} failed`
  }
}

export interface ChildCompletionHandler {
  /** Its key in the record, and for logs: unique in the app, and the same at every start. */
  readonly name: string
  /** **Interruption**: at shutdown; the completion is handed over again at the next start. */
  readonly onChildCompleted: (completion: ChildCompletion) => Effect.Effect<void, CompletionNotHandled>
}

/** Every handler is told of every completion. None by default. */
export class ChildCompletionHandlers extends Context.Reference<ReadonlyArray<ChildCompletionHandler>>(
  "@offshoot/core/ChildCompletionHandlers",
  { defaultValue: () => [] }
) {}

export const layer = (handlers: ReadonlyArray<ChildCompletionHandler>): Layer.Layer<never> =>
  Layer.succeed(ChildCompletionHandlers, handlers)

/** Nobody is told; completions are on the parent's stream and in the store all the same. */
export const layerNone: Layer.Layer<never> = layer([])
