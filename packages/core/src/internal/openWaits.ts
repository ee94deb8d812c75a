/** Waits that are open in the record, and what may be done only while one is. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Ids from "../Ids.ts"
import type { Wait } from "../Obligation.ts"
import type { SessionStoreShape, StoreError } from "../SessionStore.ts"
import type { Flights } from "./flights.ts"
import { patiently } from "./recorder.ts"
import type { WaitBook } from "./waitBook.ts"

/** Waits that are read at once. */
export const pageMax = 500

interface Parts {
  readonly store: SessionStoreShape
  readonly flights: Flights
  readonly book: WaitBook
}

/** The wait as it is recorded, when it is open. */
export const stillOpen = (
  { store }: Pick<Parts, "store">,
  wait: Wait
): Effect.Effect<Option.Option<Wait>, StoreError> =>
  Effect.map(store.obligation(wait.id), (found) =>
    Option.filter(found, (obligation): obligation is Wait => obligation.kind === "wait" && obligation.status === "open")
  )

/** Every open wait of the record. */
export const openWaits = Effect.fnUntraced(function* ({ store }: Pick<Parts, "store">) {
  const open = new Map<Ids.WaitId, Wait>()
  let after = Option.none<Ids.WaitId>()
  while (true) {
    const query = { kind: "wait", state: "open", scope: { _tag: "All" }, after, limit: pageMax } as const
    const page = yield* store.obligations(query)
    for (const obligation of page) {
      if (obligation.kind !== "wait") continue
      open.set(obligation.id, obligation)
      after = Option.some(obligation.id)
    }
    if (page.length < pageMax) return open
  }
})

/** See `Waits.whileOpen`. The effect has the turn of the wait (W1). */
export const whileOpen =
  (parts: Parts) =>
  <A, E>(parentId: Ids.SessionId, effect: Effect.Effect<A, E>): Effect.Effect<Option.Option<A>, E | StoreError> =>
    Effect.uninterruptible(
      Effect.gen(function* () {
        while (true) {
          const entry = parts.book.of(parentId)
          if (entry === undefined) return Option.none()
          if (entry.taken !== undefined) {
            yield* entry.taken
            continue
          }
          if (entry.state._tag !== "Open") return Option.none()
          entry.take() // W1
          const found = yield* Effect.onError(patiently(stillOpen(parts, entry.state.wait)), () =>
            Effect.sync(() => entry.give())
          )
          if (Option.isNone(found)) {
            // The answer to the commit that ended it was lost, and what it told may be in no book.
            parts.book.close(entry)
            parts.flights.onDoubt()
            return Option.none()
          }
          return yield* Effect.ensuring(
            Effect.asSome(effect),
            Effect.sync(() => entry.give())
          )
        }
      })
    )
