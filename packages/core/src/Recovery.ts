/**
 * What becomes of the jobs that a process left open when it ended.
 *
 * `decide` is the seam for better answers than "lost": resuming and
 * re-attaching belong here, by what a runner declares.
 *
 * @stability unstable
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { SessionId } from "./Ids.ts"
import type { Outcome } from "./Outcome.ts"
import type { Session } from "./Session.ts"
import type { OpenJob, SessionStoreShape, StoreError } from "./SessionStore.ts"
import type { SpawnJob } from "./SpawnJob.ts"

export type Decision = { readonly _tag: "Requeue" } | { readonly _tag: "Settle"; readonly outcome: Outcome }

/** A queued job runs; a launched one has no live owner any more and is lost. */
export const decide = (open: OpenJob, session: Option.Option<Session>): Decision => {
  if (open.state === "queued") return { _tag: "Requeue" }
  const cancelling = Option.isSome(session) && session.value.status === "cancelling"
  const known = cancelling ? "while it was being cancelled" : "while it was running"
  return {
    _tag: "Settle",
    outcome: {
      status: "error",
      reason: "lost",
      message: `the server stopped ${known}; what it did until then is in its transcript`
    }
  }
}

export interface FoundJob {
  readonly job: SpawnJob
  readonly session: Option.Option<Session>
  /** From the parent up to the root. */
  readonly ancestors: ReadonlyArray<SessionId>
  readonly decision: Decision
}

/** No tree is deeper than this; it bounds the walk over a damaged record. */
const depthMax = 64

/** The sessions above one, from its parent up to the root. */
export const lineage = Effect.fnUntraced(function* (store: SessionStoreShape, parentId: SessionId | undefined) {
  const ancestors: Array<SessionId> = []
  let next = parentId
  while (next !== undefined && ancestors.length < depthMax) {
    ancestors.push(next)
    const found: Option.Option<Session> = yield* store.session(next)
    next = Option.isSome(found) ? found.value.parentId : undefined
  }
  return ancestors
})

/** Every open job of the record, in the order of acceptance, with what becomes of it. */
export const openJobs = (store: SessionStoreShape): Effect.Effect<ReadonlyArray<FoundJob>, StoreError> =>
  Effect.flatMap(store.openJobs, (open) =>
    Effect.forEach(open, (found) =>
      Effect.gen(function* () {
        const session = yield* store.session(found.job.childSessionId)
        const ancestors = yield* lineage(store, found.job.parentSessionId)
        return { job: found.job, session, ancestors, decision: decide(found, session) }
      })
    )
  )
