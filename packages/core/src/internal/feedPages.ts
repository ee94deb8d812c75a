/**
 * One reader of the feed: pages from the record, then waits for the next commit.
 *
 * It holds two numbers and nothing else, so a reader that stops costs no more
 * than the page that it was given, and is caught up from the record.
 *
 * Invariants
 *   F1. A number is looked at once: a page begins where the one before it ended,
 *       whether or not anything in it was for this reader.
 *   F2. Every number after the reader's own is looked at, or a `Reset` says that
 *       it cannot be. A `Reset` names the place where the reader goes on, so
 *       one loss is told once.
 */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { EventPage, StoreError } from "../SessionStore.ts"
import type { FeedItem, FeedQuery } from "../SubAgents.ts"
import type { Recorder } from "./recorder.ts"

/** Some hundred kilobytes of ordinary events. */
const pageMax = 256

/** Numbers that a reader passes without a word: far fewer than are kept, so that one who comes back is not reset. */
export const silentMax = 1_024

/** Where a reader is. */
export interface Place {
  /** Everything up to here was looked at. */
  readonly after: number
  /** The last number that the reader was told, in whatever way. */
  readonly told: number
  /** Whether there was nothing more to read. */
  readonly atHead: boolean
}

export const start = (after: number): Place => ({ after, told: after, atHead: false })

/**
 * What a page says to a reader, and where the reader is then.
 *
 * A number is lost when it was trimmed before the reader came to it; one that
 * was never given is of another record, whose directory was replaced.
 */
export const read = (
  place: Place,
  page: EventPage
): { readonly items: ReadonlyArray<FeedItem>; readonly place: Place } => {
  const lost = place.after + 1 < page.oldest || place.after > page.head
  const from = lost ? page.oldest - 1 : place.after
  const after = lost && place.after > page.head ? from : Math.max(page.upTo, from)
  const items: Array<FeedItem> = lost ? [{ _tag: "Reset", oldest: page.oldest }] : []
  for (const recorded of page.events) items.push({ _tag: "Event", recorded })
  const told = page.events.at(-1)?.number ?? (lost ? from : place.told)
  const silent = after - told >= silentMax
  if (silent) items.push({ _tag: "Passed", upTo: after })
  return { items, place: { after, told: silent ? after : told, atHead: after >= page.head } }
}

/** See `SubAgents.feed`. */
export const feed = (
  { onEvents, store }: Pick<Recorder["Service"], "onEvents" | "store">,
  query: FeedQuery
): Stream.Stream<FeedItem, StoreError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const bell = Latch.makeUnsafe(false)
      yield* Effect.acquireRelease(
        Effect.sync(() => onEvents(() => bell.openUnsafe())),
        (leave) => Effect.sync(leave)
      )
      const look = Effect.fnUntraced(function* (place: Place) {
        bell.closeUnsafe() // closed, then read: a commit in between opens it again
        const page = yield* store.events({ ...query, after: place.after, limit: pageMax })
        const seen = read(place, page)
        return [seen.items, Option.some(seen.place)] as const
      })
      return Stream.paginate(start(query.after), (place) =>
        place.atHead ? Effect.andThen(bell.await, look(place)) : look(place)
      )
    })
  )
