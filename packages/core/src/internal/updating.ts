/** Changing a session that is not in flight: its title, its model, what it is to do next. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ids from "../Ids.ts"
import { isInFlight, type Session, type StoredMessage } from "../Session.ts"
import { StoreError } from "../StoreError.ts"
import { AlreadyRunning, type UpdateRequest } from "../SubAgents.ts"
import { type FacadeServices, findSession } from "./facade.ts"
import { builtOf, type Step } from "./ownChanges.ts"
import { patiently } from "./recorder.ts"

/** How often it looks again when something else changes the session in between. */
const looksMax = 8

/** A model by its name replaces one by its reference. */
const changed = ({ modelRef, ...session }: Session, { model, title = session.title }: UpdateRequest): Session => {
  if (model !== undefined) return { ...session, title, model }
  return modelRef === undefined ? { ...session, title } : { ...session, title, modelRef }
}

const isSame = (a: Session, b: Session): boolean =>
  a.title === b.title && a.model === b.model && a.modelRef === b.modelRef

/** A prompt that is there already and unanswered is not put there again. */
const isThere = (last: StoredMessage | undefined, prompt: string): boolean =>
  last?.role === "user" && last.text === prompt

const stepsOf = Effect.fnUntraced(function* (
  { store }: FacadeServices,
  session: Session,
  request: UpdateRequest,
  nowMillis: number
) {
  const sessionId = session.id
  const next = changed(session, request)
  const { prompt } = request
  const [last] = yield* store.recentMessages({ sessionId, before: Option.none(), limit: 1 })
  const isAsked = prompt !== undefined && !isThere(last, prompt)
  if (isSame(session, next) && !isAsked) return []
  const { title } = next
  // Also for a prompt alone: a run that is accepted meanwhile is to notice it.
  const recorded = { ...next, updatedAtMillis: nowMillis, version: session.version + 1 }
  const told = title === session.title ? [] : [{ type: "session_title_updated", sessionId, title } as const]
  const steps: Array<Step> = [{ changes: [{ _tag: "SessionChanged", session: recorded }], events: told }]
  if (isAsked) {
    const id = yield* Ids.makeMessageId
    const message = { id, sessionId, role: "user", text: prompt, hidden: false, createdAtMillis: nowMillis } as const
    const appended = { type: "message_appended", sessionId, messageId: id, role: "user" } as const
    steps.push({ changes: [{ _tag: "MessageAppended", message }], events: [appended] })
  }
  return steps
})

const updateOnce = Effect.fnUntraced(function* (services: FacadeServices, id: Ids.SessionId, request: UpdateRequest) {
  const { recorder, scheduler, store, streams } = services
  const session = yield* findSession(store, id)
  const flight = scheduler.flight(id)
  const runId = Option.isSome(flight) ? flight.value.runId : session.runId
  if (runId !== undefined && (Option.isSome(flight) || isInFlight(session.status))) {
    return yield* new AlreadyRunning({ sessionId: id, runId })
  }
  const steps = yield* stepsOf(services, session, request, yield* Clock.currentTimeMillis)
  if (steps.length === 0) return session
  // I3: who is at rest is seen on its own stream only.
  const { changes, show } = builtOf(streams, { childId: id, ancestors: [] }, steps)
  yield* recorder.commit(changes, show)
  return yield* findSession(store, id)
})

const isConflict = (error: { readonly _tag: string }): boolean =>
  error instanceof StoreError && error.reason._tag === "VersionConflict"

/** See `SubAgents.update`. */
export const update = (services: FacadeServices, id: Ids.SessionId, request: UpdateRequest) =>
  patiently(updateOnce(services, id, request)).pipe(
    Effect.retry({ times: looksMax, while: isConflict }),
    Effect.uninterruptible
  )
