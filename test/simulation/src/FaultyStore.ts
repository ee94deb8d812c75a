/**
 * A store that fails, is late, loses its answers and dies where the plan says so.
 *
 * What is applied is written down in the order of application; a commit may
 * fail before that, stand and be reported as failed, or be the last thing that
 * its process did.
 */
import { SessionStore } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as References from "effect/References"
import type { Recorder } from "./Facts.ts"
import { type Plan, secret } from "./Plan.ts"
import type { Prng } from "./Prng.ts"

/** One incarnation's access to the store. A dead one is refused everything. */
export interface Access {
  dead: boolean
  /** It died suddenly: what its fibers still do is seen by nobody. */
  crashed: boolean
  /** How often a dead one was refused: after a while it is not answered any more, or it would ask for ever. */
  refusals: number
}

const refusalsMax = 500

const closed = (access: Access, operation: string): Effect.Effect<never, SessionStore.StoreError> => {
  access.refusals += 1
  return access.refusals > refusalsMax ? Effect.never : Effect.fail(unavailable(operation, "closed"))
}

export interface Faults {
  readonly plan: Plan
  readonly access: Access
  readonly chance: Prng
  readonly nowMillis: () => number
  readonly recorder: Recorder
  /** Commits of the whole world so far. */
  readonly commits: { count: number }
  /** The process dies here and now. */
  readonly die: () => void
}

/** What is applied is written down in the same turn, or the history would not be in the order of the record. */
const oneTurn = Effect.provideService(References.MaxOpsBeforeYield, Number.MAX_SAFE_INTEGER)

const unavailable = (operation: string, condition: SessionStore.StorageUnavailable["condition"]) =>
  new SessionStore.StoreError({
    operation,
    reason: new SessionStore.StorageUnavailable({ condition, cause: new Error(`simulated: ${secret}`) })
  })

type Commit = SessionStore.SessionStoreShape["commit"]

const isAway = ({ nowMillis, plan }: Faults): Plan["outages"][number] | undefined =>
  plan.outages.find(({ fromMillis, toMillis }) => fromMillis <= nowMillis() && nowMillis() < toMillis)

const crashAt = ({ commits, plan }: Faults): Plan["crashes"][number] | undefined =>
  plan.crashes.find(({ atCommit }) => atCommit === commits.count)

const refused = ({ chance, plan: { commits } }: Faults): boolean =>
  commits.refused > 0 && chance.chance(commits.refused)

const unanswered = ({ chance, plan: { commits } }: Faults): boolean =>
  commits.unanswered > 0 && chance.chance(commits.unanswered)

/** One commit, with what it meets. */
const applyTo =
  (inner: Commit, faults: Faults): Commit =>
  (transition) =>
    Effect.suspend(() => {
      const { access, commits, die, recorder } = faults
      if (access.dead) return closed(access, "commit")
      commits.count += 1
      const crash = crashAt(faults)
      if (crash?.when === "before") {
        die()
        return Effect.fail(unavailable("commit", "closed"))
      }
      if (isAway(faults) !== undefined || refused(faults)) return Effect.fail(unavailable("commit", "io"))
      const answered = crash === undefined && !unanswered(faults)
      const applied = Effect.tap(inner(transition), (numbers) =>
        Effect.sync(() => {
          recorder.add({ _tag: "Committed", transition, numbers, answered })
          if (crash !== undefined) die()
        })
      ).pipe(oneTurn)
      if (crash !== undefined) return Effect.andThen(applied, Effect.fail(unavailable("commit", "closed")))
      return answered ? applied : Effect.andThen(applied, Effect.fail(unavailable("commit", "io")))
    })

/** Not a child of the caller: a commit that has begun ends, whoever waits for it. */
const detached = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.flatMap(Effect.forkDetach(effect, { startImmediately: true }), Fiber.join)

const timed =
  (apply: Commit, { chance, plan: { commits, storeMillis } }: Faults): Commit =>
  (transition) => {
    const applied =
      storeMillis === "at_once"
        ? apply(transition)
        : storeMillis === "next_turn"
          ? Effect.tap(apply(transition), () => Effect.yieldNow)
          : Effect.delay(apply(transition), storeMillis)
    if (commits.answerMillisMax === 0) return typeof storeMillis === "number" ? detached(applied) : applied
    const lateMillis = chance.int(0, commits.answerMillisMax)
    return detached(Effect.onExit(applied, () => (lateMillis === 0 ? Effect.void : Effect.sleep(lateMillis))))
  }

export const wrap = (inner: SessionStore.SessionStoreShape, faults: Faults): SessionStore.SessionStoreShape => {
  const { access, chance, plan } = faults

  const read = <A>(effect: Effect.Effect<A, SessionStore.StoreError>): Effect.Effect<A, SessionStore.StoreError> =>
    Effect.suspend(() => {
      if (access.dead) return closed(access, "read")
      const fails = isAway(faults)?.reads === true || (plan.readFault > 0 && chance.chance(plan.readFault))
      return fails ? Effect.fail(unavailable("read", "io")) : effect
    })

  return {
    commit: timed(applyTo(inner.commit, faults), faults),
    session: (id) => read(inner.session(id)),
    sessionByRequestKey: (parentId, requestKey) => read(inner.sessionByRequestKey(parentId, requestKey)),
    sessions: (query) => read(inner.sessions(query)),
    treeUsage: (id) => read(inner.treeUsage(id)),
    usages: (ids) => read(inner.usages(ids)),
    totals: read(inner.totals),
    childCount: (parentId) => read(inner.childCount(parentId)),
    messages: (query) => read(inner.messages(query)),
    recentMessages: (query) => read(inner.recentMessages(query)),
    answer: (sessionId, runId) => read(inner.answer(sessionId, runId)),
    artifact: (id) => read(inner.artifact(id)),
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
