/** What the parts of the inbox work with, and the one way in which a message's way ends. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Ids from "../Ids.ts"
import type { Steer } from "../Obligation.ts"
import type { Session } from "../Session.ts"
import type { StoreError } from "../SessionStore.ts"
import type { SessionStreamsShape } from "../SessionStreams.ts"
import * as Flights from "./flights.ts"
import type { InboxBook } from "./inboxBook.ts"
import type { RunBy } from "./messageRoute.ts"
import { builtOf, type Step } from "./ownChanges.ts"
import type { Seat } from "./publisher.ts"
import { patiently, type Recorder } from "./recorder.ts"

/** How often somebody looks again when a session or a message changes in between. */
export const looksMax = 8

export interface InboxParts {
  readonly recorder: Recorder["Service"]
  readonly streams: SessionStreamsShape
  readonly flights: Flights.Flights
  readonly book: InboxBook
  readonly runByOf: (session: Session) => RunBy
  readonly hasAgent: boolean
  /** Flights whose launch has taken what waited: a message that comes later is not part of it. */
  readonly taken: WeakSet<Flights.Flight>
}

export const seatOf = ({ flights }: InboxParts, id: Ids.SessionId): Seat => Flights.seatOf(flights, id)

export const isConflict = (error: StoreError): boolean =>
  error.reason._tag === "ObligationConflict" || error.reason._tag === "VersionConflict"

/**
 * Records one step of one message that waits. False: somebody else ended its way
 * first (B1), or its session was removed; in both cases the book forgets it.
 */
export const end = (parts: InboxParts, steer: Steer, step: Step): Effect.Effect<boolean, StoreError> =>
  Effect.suspend(() => {
    const built = builtOf(parts.streams, seatOf(parts, steer.sessionId), [step])
    return patiently(parts.recorder.commit(built.changes, built.show)).pipe(
      Effect.as(true),
      Effect.catchIf(isConflict, () => Effect.succeed(false)),
      Effect.tap(() => Effect.sync(() => parts.book.remove(steer)))
    )
  })

/** A message that was ended by somebody else meanwhile is gone from the book before the next look (B2). */
export const refresh = Effect.fnUntraced(function* ({ book, recorder }: InboxParts, id: Ids.SessionId) {
  for (const { steer } of book.of(id)) {
    const known = yield* recorder.store.obligation(steer.id)
    if (Option.isNone(known) || known.value.version !== steer.version) book.remove(steer)
  }
})
