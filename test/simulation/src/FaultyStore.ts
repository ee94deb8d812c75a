/**
 * A store that fails and is late where the plan says so, and can die.
 *
 * A commit fails before it is applied or not at all; what is applied is
 * answered in the order of application, as a store with one writer does.
 */
import { SessionStore } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as References from "effect/References"
import type { Recorder } from "./Facts.ts"
import type { Plan } from "./Plan.ts"
import type { Prng } from "./Prng.ts"

/** One incarnation's access to the store. A dead one is refused everything. */
export interface Access {
  dead: boolean
}

export interface Faults {
  readonly plan: Plan
  readonly access: Access
  readonly chance: Prng
  readonly nowMillis: () => number
  readonly recorder: Recorder
}

/** What is applied is written down in the same turn, or the history would not be in the order of the record. */
const oneTurn = Effect.provideService(References.MaxOpsBeforeYield, Number.MAX_SAFE_INTEGER)

const unavailable = (operation: string, condition: SessionStore.StorageUnavailable["condition"]) =>
  new SessionStore.StoreError({
    operation,
    reason: new SessionStore.StorageUnavailable({ condition, cause: new Error("simulated") })
  })

export const wrap = (inner: SessionStore.SessionStoreShape, faults: Faults): SessionStore.SessionStoreShape => {
  const { access, chance, nowMillis, plan, recorder } = faults
  const { commitFault, storeMillis } = plan

  const outage = () =>
    plan.outages.find(({ fromMillis, toMillis }) => fromMillis <= nowMillis() && nowMillis() < toMillis)

  const read = <A>(effect: Effect.Effect<A, SessionStore.StoreError>): Effect.Effect<A, SessionStore.StoreError> =>
    Effect.suspend(() => {
      if (access.dead) return Effect.fail(unavailable("read", "closed"))
      return outage()?.reads === true ? Effect.fail(unavailable("read", "io")) : effect
    })

  const apply = (transition: SessionStore.Transition) =>
    Effect.suspend(() => {
      if (access.dead) return Effect.fail(unavailable("commit", "closed"))
      if (outage() !== undefined || (commitFault > 0 && chance.chance(commitFault))) {
        return Effect.fail(unavailable("commit", "io"))
      }
      return Effect.tap(inner.commit(transition), (numbers) =>
        Effect.sync(() => recorder.add({ _tag: "Committed", transition, numbers }))
      ).pipe(oneTurn)
    })

  const commit = (transition: SessionStore.Transition) => {
    if (storeMillis === "at_once") return apply(transition)
    if (storeMillis === "next_turn") return Effect.tap(apply(transition), () => Effect.yieldNow)
    // Not a child of the caller: a commit that has begun ends, whoever waits for it.
    return Effect.flatMap(
      Effect.forkDetach(Effect.delay(apply(transition), storeMillis), { startImmediately: true }),
      Fiber.join
    )
  }

  return {
    commit,
    session: (id) => read(inner.session(id)),
    sessionByRequestKey: (parentId, requestKey) => read(inner.sessionByRequestKey(parentId, requestKey)),
    sessions: (query) => read(inner.sessions(query)),
    childCount: (parentId) => read(inner.childCount(parentId)),
    messages: (query) => read(inner.messages(query)),
    lastMessage: (sessionId) => read(inner.lastMessage(sessionId)),
    recentMessages: (sessionId, limit) => read(inner.recentMessages(sessionId, limit)),
    answer: (sessionId, runId) => read(inner.answer(sessionId, runId)),
    openJobs: read(inner.openJobs),
    completion: (runId) => read(inner.completion(runId)),
    undeliveredLines: (handler) => read(inner.undeliveredLines(handler)),
    undelivered: (query) => read(inner.undelivered(query)),
    obligation: (id) => read(inner.obligation(id)),
    obligationByKey: (kind, sessionId, key) => read(inner.obligationByKey(kind, sessionId, key)),
    obligations: (query) => read(inner.obligations(query)),
    events: (query) => read(inner.events(query)),
    recentEvents: (sessionId, limit) => read(inner.recentEvents(sessionId, limit)),
    feedBounds: read(inner.feedBounds),
    snapshot: (query) => read(inner.snapshot(query)),
    trimFeed: (retention) => read(inner.trimFeed(retention)),
    ready: read(inner.ready)
  }
}
