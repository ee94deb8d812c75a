/**
 * What a parent is told at once of children that it need not wait for. It says
 * what the wake of a wait would say and marks it as told, so that no wake says
 * it again (I6).
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { SessionId } from "../Ids.ts"
import { isInFlight } from "../Session.ts"
import type { Collected, CollectRequest } from "../SubAgents.ts"
import * as WaitPolicy from "../WaitPolicy.ts"
import { type FacadeServices, findSession } from "./facade.ts"
import { patiently, showNothing } from "./recorder.ts"
import { countedFor, type WaitedFor, waitedForNow } from "./waitedFor.ts"
import { statusOf, toTell } from "./wakes.ts"

const isUnderWay = ({ session }: WaitedFor): boolean => Option.isSome(session) && isInFlight(session.value.status)

/** See `SubAgents.collect`. An open wait tells what it is about itself. */
export const collect = Effect.fnUntraced(function* (
  { recorder, store, waits }: FacadeServices,
  parentId: SessionId,
  request: CollectRequest
) {
  yield* findSession(store, parentId)
  const children = yield* waitedForNow(store, parentId, request.children)
  const counted = yield* countedFor(store, request, children)
  const statuses = counted.map((child) => statusOf(child, Option.none()))
  const isNobodyLeft = !children.some(isUnderWay)
  const isOver = isNobodyLeft || (counted.length > 0 && WaitPolicy.isSatisfied(request.policy, statuses))
  const isSatisfied = isOver && !waits.hasOpenWait(parentId)
  const shown = isSatisfied ? children : children.filter(isUnderWay)
  const { reports, told, unnamed } = yield* toTell(store, { settling: Option.none(), children: shown })
  if (isSatisfied && told.length > 0) {
    const changes = told.map((runId) => ({ _tag: "CompletionTold", runId }) as const)
    yield* patiently(recorder.commit(changes, showNothing))
  }
  return { state: isSatisfied ? "satisfied" : "pending", children: reports, unnamed } satisfies Collected
}, Effect.uninterruptible)
