/** The calls of the facade that look at everything at once: the scheduler's counts beside what the record has. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Limits } from "../Limits.ts"
import type { SubAgentsShape } from "../SubAgents.ts"
import { type FacadeServices, findSession, viewsOf } from "./facade.ts"
import type { Usages } from "./usages.ts"

type Looks = Pick<SubAgentsShape, "snapshot" | "feedBounds" | "usages" | "overview">

export const lookOver = (facade: FacadeServices, limits: Limits, usages: Usages): Looks => {
  const { scheduler, store } = facade
  return {
    snapshot: (query) =>
      Effect.andThen(
        Option.isSome(query.within) ? findSession(store, query.within.value) : Effect.void,
        Effect.flatMap(store.snapshot(query), (snapshot) =>
          Effect.map(viewsOf(facade, snapshot.sessions), (sessions) => ({ ...snapshot, sessions }))
        )
      ),
    feedBounds: store.feedBounds,
    usages: ({ sessions, truncated }) =>
      usages.of(
        sessions.map(({ session }) => session),
        truncated ? "part" : "whole"
      ),
    overview: Effect.gen(function* () {
      const { head } = yield* store.feedBounds
      const { backlog: waiting, inFlight, running } = yield* scheduler.counts
      const backlog = Math.max(0, waiting - limits.queue)
      const slots = { used: running, max: limits.concurrent }
      return { number: head, slots, queued: waiting - backlog, backlog, inFlight, totals: yield* usages.total() }
    })
  }
}
