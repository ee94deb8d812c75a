/**
 * Hands completions to the app's handlers until they acknowledge.
 *
 * The record holds what is still to be handed over; this module owns the
 * calling. In order per parent; parents do not wait for each other. A handler
 * may be called twice for one run (`S-handler`).
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { type ChildCompletionHandler, ChildCompletionHandlers } from "./ChildCompletionHandler.ts"
import type { SessionId } from "./Ids.ts"
import { SessionStore, type SessionStoreShape, type StoreError } from "./SessionStore.ts"
import type { ChildCompletion } from "./SpawnJob.ts"

/** Completions kept in memory; past that they are read again from the record when the line is short. */
const linesMax = 10_000

/** A failing handler is called again after 100 ms, 200 ms, and so on up to every 30 s. */
const backoff = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("30 seconds")])

export class Outbox extends Context.Service<
  Outbox,
  {
    /** Whether anybody is to be told at all. */
    readonly wanted: boolean
    /**
     * Puts a recorded completion in its parent's line.
     *
     * **Durability**: the record has it; a crash before the acknowledgement hands it over again.
     */
    readonly deliver: (completion: ChildCompletion) => Effect.Effect<void>
  }
>()("@offshoot/core/Outbox") {}

const tell = (handler: ChildCompletionHandler, completion: ChildCompletion): Effect.Effect<void> =>
  handler.onChildCompleted(completion).pipe(
    Effect.catchDefect((defect) => Effect.fail(defect)),
    Effect.tapError((error) => Effect.logWarning("completion.not_handled", handler.name, error)),
    Effect.retry(backoff),
    Effect.ignore
  )

const acknowledge = (store: SessionStoreShape, completion: ChildCompletion): Effect.Effect<void> =>
  store.commit([{ _tag: "CompletionAcknowledged", runId: completion.runId }]).pipe(Effect.retry(backoff), Effect.ignore)

interface Lines {
  readonly waiting: Map<SessionId, Array<ChildCompletion>>
  count: number
  overflowed: boolean
}

const lineOf = (completion: ChildCompletion): SessionId => completion.parentSessionId ?? completion.childSessionId

/** The live outbox. With no handler there is nothing to do and nothing is kept. */
export const layer: Layer.Layer<Outbox, StoreError, SessionStore> = Layer.effect(
  Outbox,
  Effect.gen(function* () {
    const handlers = yield* ChildCompletionHandlers
    if (handlers.length === 0) return Outbox.of({ wanted: false, deliver: () => Effect.void })
    const store = yield* SessionStore
    const workers = yield* FiberSet.make<void>()
    const lines: Lines = { waiting: new Map(), count: 0, overflowed: false }

    const work = (line: SessionId): Effect.Effect<void> =>
      Effect.suspend(() => {
        const next = lines.waiting.get(line)?.shift()
        if (next === undefined) {
          lines.waiting.delete(line)
          return refill
        }
        lines.count -= 1
        return Effect.forEach(handlers, (handler) => tell(handler, next), {
          concurrency: "unbounded",
          discard: true
        }).pipe(Effect.andThen(acknowledge(store, next)), Effect.andThen(work(line)))
      })

    const deliver = (completion: ChildCompletion): Effect.Effect<void> =>
      Effect.suspend(() => {
        if (lines.count >= linesMax) {
          lines.overflowed = true
          return Effect.void
        }
        const line = lineOf(completion)
        const waiting = lines.waiting.get(line)
        lines.count += 1
        if (waiting !== undefined) {
          waiting.push(completion)
          return Effect.void
        }
        lines.waiting.set(line, [completion])
        return Effect.asVoid(FiberSet.run(workers, work(line)))
      })

    /** Reads what did not fit, once there is room for all of it. */
    const refill: Effect.Effect<void> = Effect.suspend(() => {
      if (!lines.overflowed || lines.count > 0) return Effect.void
      lines.overflowed = false
      return store.unacknowledged.pipe(
        Effect.flatMap((pending) => Effect.forEach(pending, deliver, { discard: true })),
        Effect.catchTag("StoreError", (error) => Effect.logError("outbox.unreadable", error))
      )
    })

    const pending = yield* store.unacknowledged
    yield* Effect.forEach(pending, deliver, { discard: true })
    return Outbox.of({ wanted: true, deliver })
  })
)
