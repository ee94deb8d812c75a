/** The children that a wait is about, as they are recorded. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { SessionId } from "../Ids.ts"
import type { Wait } from "../Obligation.ts"
import { isInFlight, type Session } from "../Session.ts"
import type { SessionQuery, SessionStoreShape, StoreError } from "../SessionStore.ts"
import { SessionNotFound } from "../SubAgents.ts"

/** Children of one parent that are looked at for one wait; a parent with more is answered for the newest of them. */
const childrenMax = 10_000

/** Children that are read at once. */
const pageMax = 1_000

/** A child that was removed since it was named is one that has settled: it is waited for no longer. */
export interface WaitedFor {
  readonly id: SessionId
  readonly session: Option.Option<Session>
}

/** Every session with this parent, oldest first; at most so many, and then the newest. */
export const childrenOf = Effect.fnUntraced(function* (store: SessionStoreShape, parentId: SessionId, max: number) {
  const children: Array<Session> = []
  let before = Option.none<SessionId>()
  while (children.length < max) {
    const query: SessionQuery = { filter: { parentId }, before, limit: Math.min(pageMax, max - children.length) }
    const page: ReadonlyArray<Session> = yield* store.sessions(query)
    children.push(...page)
    const last = page[page.length - 1]
    if (last === undefined || page.length < query.limit) break
    before = Option.some(last.id)
  }
  return children.toReversed()
})

/** Those named, or all children of the parent when none is named. */
export const waitedFor = (
  store: SessionStoreShape,
  parentId: SessionId,
  named: ReadonlyArray<SessionId>
): Effect.Effect<ReadonlyArray<WaitedFor>, StoreError> =>
  named.length === 0
    ? Effect.map(childrenOf(store, parentId, childrenMax), (children) =>
        children.map((session) => ({ id: session.id, session: Option.some(session) }))
      )
    : Effect.forEach(named, (id) => Effect.map(store.session(id), (session) => ({ id, session })))

/** The same at the beginning of a wait: who is named has to be there, and to be a child of the parent. */
export const waitedForNow = (
  store: SessionStoreShape,
  parentId: SessionId,
  named: ReadonlyArray<SessionId>
): Effect.Effect<ReadonlyArray<WaitedFor>, SessionNotFound | StoreError> =>
  Effect.tap(waitedFor(store, parentId, named), (children) =>
    Effect.forEach(
      children,
      ({ id, session }) =>
        Option.isSome(session) && session.value.parentId === parentId
          ? Effect.void
          : Effect.fail(new SessionNotFound({ sessionId: id })),
      { discard: true }
    )
  )

/**
 * Those that decide whether the wait is over. A wait for any of all children is
 * about news: one that its parent was told of before would end it at once, and
 * again and again.
 */
export const countedFor = (
  store: SessionStoreShape,
  { children: named, policy }: Pick<Wait, "children" | "policy">,
  children: ReadonlyArray<WaitedFor>
): Effect.Effect<ReadonlyArray<WaitedFor>, StoreError> =>
  policy === "all" || named.length > 0
    ? Effect.succeed(children)
    : Effect.filter(children, ({ session }) => Effect.map(isTold(store, session), (told) => !told))

const isTold = (store: SessionStoreShape, session: Option.Option<Session>): Effect.Effect<boolean, StoreError> => {
  const { runId, status } = Option.getOrElse(session, () => ({ runId: undefined, status: "idle" }) as const)
  if (runId === undefined || isInFlight(status)) return Effect.succeed(false)
  return Effect.map(store.completion(runId), (found) => Option.isSome(found) && found.value.told)
}
