/**
 * One reader of the feed: pages from the record, then waits for the next commit.
 * It holds a number and nothing else, so a slow reader costs nothing.
 */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { EventQuery, RecordedEvent, StoreError } from "../SessionStore.ts"
import type { Recorder } from "./recorder.ts"

const pageMax = 256

/** See `SubAgents.feed`. */
export const feed = (
  { onEvents, store }: Recorder["Service"],
  query: Pick<EventQuery, "after" | "sessionId" | "types">
): Stream.Stream<RecordedEvent, StoreError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const bell = Latch.makeUnsafe(false)
      yield* Effect.acquireRelease(
        Effect.sync(() => onEvents(() => bell.openUnsafe())),
        (leave) => Effect.sync(leave)
      )
      const next = (
        after: number
      ): Effect.Effect<readonly [ReadonlyArray<RecordedEvent>, Option.Option<number>], StoreError> =>
        Effect.suspend(() => {
          bell.closeUnsafe() // closed, then read: a commit in between opens it again
          return Effect.flatMap(store.events({ ...query, after, limit: pageMax }), (page) => {
            const last = page[page.length - 1]
            return last === undefined
              ? Effect.andThen(
                  bell.await,
                  Effect.suspend(() => next(after))
                )
              : Effect.succeed([page, Option.some(last.number)] as const)
          })
        })
      return Stream.paginate(query.after, next)
    })
  )
