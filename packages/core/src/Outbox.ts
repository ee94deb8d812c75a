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
import type { RunId, SessionId } from "./Ids.ts"
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

/** However a handler does not take it, by a failure, a defect or an interruption from inside, it is called again. */
const tell = (handler: ChildCompletionHandler, completion: ChildCompletion): Effect.Effect<void> =>
  Effect.suspend(() => handler.onChildCompleted(completion)).pipe(
    Effect.catchCause((cause) =>
      Effect.andThen(Effect.logWarning("completion.not_handled", handler.name, cause), Effect.fail("not handled"))
    ),
    Effect.retry(backoff),
    Effect.ignore
  )

const acknowledge = (store: SessionStoreShape, completion: ChildCompletion): Effect.Effect<void> =>
  store.commit([{ _tag: "CompletionAcknowledged", runId: completion.runId }]).pipe(Effect.retry(backoff), Effect.ignore)

interface Lines {
  readonly waiting: Map<SessionId, Array<ChildCompletion>>
  /** In a line, or being told. */
  readonly held: Set<RunId>
  /** In the lines. */
  count: number
  /** Some are only in the record: nothing newer may overtake them. */
  overflowed: boolean
  /** How many did not fit so far. */
  missed: number
  /** Whether the record is being read for what did not fit. */
  reading: boolean
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
    const lines: Lines = { waiting: new Map(), held: new Set(), count: 0, overflowed: false, missed: 0, reading: false }

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
        }).pipe(
          Effect.andThen(acknowledge(store, next)),
          Effect.andThen(Effect.sync(() => lines.held.delete(next.runId))),
          Effect.andThen(work(line))
        )
      })

    const enter = (completion: ChildCompletion): Effect.Effect<void> => {
      const line = lineOf(completion)
      const waiting = lines.waiting.get(line)
      lines.held.add(completion.runId)
      lines.count += 1
      if (waiting !== undefined) {
        waiting.push(completion)
        return Effect.void
      }
      lines.waiting.set(line, [completion])
      return Effect.asVoid(FiberSet.run(workers, work(line)))
    }

    const deliver = (completion: ChildCompletion): Effect.Effect<void> =>
      Effect.suspend(() => {
        if (lines.held.has(completion.runId)) return Effect.void
        if (!lines.overflowed && lines.count < linesMax) return enter(completion)
        lines.overflowed = true
        lines.missed += 1
        return Effect.void
      })

    /** Reads what did not fit, once the lines are empty; what came during the reading waits for the next one. */
    const refill: Effect.Effect<void> = Effect.suspend(() => {
      if (!lines.overflowed || lines.reading || lines.count > 0) return Effect.void
      lines.reading = true
      const { missed } = lines
      return Effect.flatMap(Effect.retry(store.unacknowledged, backoff), (pending) => {
        const fresh = pending.filter(({ runId }) => !lines.held.has(runId))
        const fitting = fresh.slice(0, linesMax)
        lines.reading = false
        lines.overflowed = lines.missed !== missed || fitting.length < fresh.length
        return Effect.andThen(Effect.forEach(fitting, enter, { discard: true }), refill)
      })
    }).pipe(Effect.ignore)

    const pending = yield* store.unacknowledged
    yield* Effect.forEach(pending, deliver, { discard: true })
    return Outbox.of({ wanted: true, deliver })
  })
)
