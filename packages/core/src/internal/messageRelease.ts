/**
 * What becomes of messages that wait for a session which is not in flight: they
 * join its transcript, and where it can go on with them it runs again.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Ids from "../Ids.ts"
import type { Session } from "../Session.ts"
import { type InboxParts, isConflict, looksMax, refresh } from "./inboxParts.ts"
import { atRest, isExternal } from "./messageRoute.ts"
import * as MessageSteps from "./messageSteps.ts"
import { oneMoreRun } from "./oneMoreRun.ts"
import { builtOf, joined } from "./ownChanges.ts"
import { patiently } from "./recorder.ts"
import type { Reserve } from "./settlement.ts"

/** The sessions from the parent up to the root, and whether one of them is or was cancelled (I7). */
const lineageOf = Effect.fnUntraced(function* ({ flights, recorder: { store } }: InboxParts, session: Session) {
  const ancestors: Array<Ids.SessionId> = []
  let stopped = false
  let { parentId } = session
  while (parentId !== undefined) {
    const parent: Option.Option<Session> = yield* store.session(parentId)
    ancestors.push(parentId)
    if (Option.isNone(parent)) break
    stopped ||= parent.value.status === "cancelling" || parent.value.status === "cancelled"
    parentId = parent.value.parentId
  }
  return { ancestors, stopped: stopped || flights.refuses(session.id, ancestors) }
})

const releaseOnce = Effect.fnUntraced(function* (parts: InboxParts, id: Ids.SessionId, reserve: Reserve) {
  const { book, flights, recorder, streams } = parts
  const found = yield* recorder.store.session(id)
  const waiting = book.of(id).map(({ steer }) => steer)
  if (Option.isNone(found)) {
    for (const steer of waiting) book.remove(steer) // removed with its session
    return []
  }
  const session = found.value
  if (waiting.length === 0 || flights.get(id) !== undefined) return []
  const { ancestors, stopped } = yield* lineageOf(parts, session)
  const runnable = !stopped && (isExternal(session) || parts.hasAgent)
  const plan = atRest(waiting, session, runnable)
  const nowMillis = yield* Clock.currentTimeMillis
  const runId = yield* Ids.makeRunId
  const owner = session.parentId === undefined ? Option.none<Ids.RunId>() : flights.ownerUnder(session.parentId)
  const asked = { session, ancestors, owner, runId, nowMillis, traceparent: Option.none<string>() }
  const more = plan.runAgain ? Result.getSuccess(oneMoreRun(streams, asked)) : Option.none()
  if (plan.runAgain && Option.isNone(more)) return []
  const taker: MessageSteps.Taker = plan.runAgain ? Option.some({ runId, round: 0 }) : Option.none()
  const steps = [
    ...plan.deliver.map((steer) => MessageSteps.delivered(steer, taker, nowMillis)),
    ...plan.expire.map((steer) => MessageSteps.undelivered(steer, "expired", "run_settled", nowMillis))
  ]
  const run = Option.toArray(more)
  // I3: on the streams above, nothing follows the end of a run but the start of another.
  const seat = { childId: id, ancestors: run.length > 0 ? ancestors : [] }
  const built = joined([...run, builtOf(streams, seat, steps)])
  const accepted = run.map((one) => one.accepted)
  const reserved = reserve(accepted)
  yield* Effect.onExit(patiently(recorder.commit(built.changes, built.show)), ({ _tag }) =>
    Effect.sync(() => reserved(_tag === "Success"))
  )
  for (const steer of waiting) book.remove(steer)
  return accepted
}, Effect.uninterruptible)

/** In one commit; see `Inbox.release`. */
export const release = (parts: InboxParts) => (id: Ids.SessionId, reserve: Reserve) =>
  releaseOnce(parts, id, reserve).pipe(
    Effect.tapError((error) => (isConflict(error) ? Effect.ignore(refresh(parts, id)) : Effect.void)),
    Effect.retry({ times: looksMax, while: isConflict })
  )
