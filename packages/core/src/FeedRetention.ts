/**
 * How long the feed keeps its events, and the sweep that forgets the older ones.
 *
 * It decides only how much is kept. What an open wait or an unacknowledged
 * completion still needs stays whatever the settings say: that floor is the
 * store's (`SessionStore.trimFeed`). Readers who come too late are told so with
 * a `feed_reset` and read a snapshot.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as DateTime from "effect/DateTime"
import { SessionStore, type SessionStoreShape } from "./SessionStore.ts"

/** An event goes when it is older than `maxAge`, or when `maxEvents` newer ones are kept. */
export interface FeedRetention {
  readonly maxAge: Duration.Duration
  readonly maxEvents: number
}

/**
 * A week, so that whoever was away over some days still goes on where they were;
 * a hundred thousand events, which are some ten thousand children and, kept in
 * memory, about 25 MB. A server with a disk may well keep ten times as many.
 */
export const defaults: FeedRetention = { maxAge: Duration.days(7), maxEvents: 100_000 }

export class CurrentFeedRetention extends Context.Reference<FeedRetention>("@offshoot/core/CurrentFeedRetention", {
  defaultValue: () => defaults
}) {}

export const layer = (retention: FeedRetention): Layer.Layer<never> => Layer.succeed(CurrentFeedRetention, retention)

/** A feed that grows by a thousand events a second is then a few percent over its size. */
const sweepEvery = Duration.minutes(1)

/** Between two chunks of a sweep, so that commits are not held up by the forgetting of a long feed. */
const chunksSpacing = Duration.millis(250)

/** Forgets until there is nothing more to forget. */
const sweep = Effect.fnUntraced(function* (store: SessionStoreShape, { maxAge, maxEvents }: FeedRetention) {
  const now = yield* DateTime.now
  const olderThanMillis = DateTime.toEpochMillis(DateTime.subtractDuration(now, maxAge))
  while ((yield* store.trimFeed({ olderThanMillis, keepMax: maxEvents })) === "more") yield* Effect.sleep(chunksSpacing)
})

/**
 * Sweeps at the start and every minute, for as long as the layer lives. A sweep
 * that fails is logged, and the next one tries again: what is kept too long
 * harms nobody.
 *
 * **Interruption**: between two chunks; what was forgotten by then stays so.
 */
export const layerSweep: Layer.Layer<never, never, SessionStore> = Layer.effectDiscard(
  Effect.gen(function* () {
    const store = yield* SessionStore
    const retention = yield* CurrentFeedRetention
    yield* sweep(store, retention).pipe(
      Effect.catchCause((cause) => Effect.logWarning("feed.sweep_failed", cause)),
      Effect.andThen(Effect.sleep(sweepEvery)),
      Effect.forever,
      Effect.forkScoped
    )
  })
)
