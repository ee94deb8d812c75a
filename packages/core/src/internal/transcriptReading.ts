/** Reads as much of a session's transcript as a run works on. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { SessionId } from "../Ids.ts"
import type { StoredMessage } from "../Session.ts"
import type { SessionStoreShape, StoreError } from "../SessionStore.ts"

/** Entries that are read at once. */
const pageMax = 500
/** Entries that are read in all: some ten thousand rounds, more than any model reads. Older ones stay in the record. */
const pagesMax = 40

/**
 * The last entries of the transcript, oldest first. A transcript that is longer
 * begins with a message of its user.
 */
export const readTranscript = Effect.fnUntraced(function* (
  store: SessionStoreShape,
  sessionId: SessionId
): Effect.fn.Return<ReadonlyArray<StoredMessage>, StoreError> {
  const pages: Array<ReadonlyArray<StoredMessage>> = []
  let before = Option.none<number>()
  while (pages.length < pagesMax) {
    const page: ReadonlyArray<StoredMessage> = yield* store.recentMessages({ sessionId, before, limit: pageMax })
    pages.push(page)
    const [oldest] = page
    if (oldest === undefined || page.length < pageMax) return pages.toReversed().flat()
    before = Option.some(oldest.position)
  }
  const entries = pages.toReversed().flat()
  return entries.slice(entries.findIndex(({ role }) => role === "user"))
})
