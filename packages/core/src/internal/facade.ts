/** The facade's calls that look, wait and cancel. Spawning is `Spawn`. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import type { ArtifactId, MessageId, SessionId } from "../Ids.ts"
import { conversationOf, isInFlight, isTerminal, type Session } from "../Session.ts"
import type { Change, SessionStoreShape } from "../SessionStore.ts"
import type { SessionStreamsShape } from "../SessionStreams.ts"
import type { SpawnSchedulerShape } from "../SpawnScheduler.ts"
import {
  ArtifactNotFound,
  type CancelReceipt,
  type CancelRequest,
  NotInFlight,
  SessionNotFound,
  type SessionResult,
  type SessionTree,
  type SessionView,
  type WaitAnswer,
  type WaitRequest,
  type WakeRequest
} from "../SubAgents.ts"
import { StorageUnavailable, StoreError } from "../StoreError.ts"
import * as WaitPolicy from "../WaitPolicy.ts"
import { endingWith } from "./closing.ts"
import type { Flight } from "./flights.ts"
import { holdOf } from "./hold.ts"
import { publishOwn } from "./publisher.ts"
import { patiently, type Recorder } from "./recorder.ts"
import { childrenOf, waitedFor, waitedForNow } from "./waitedFor.ts"
import type { Waits } from "./waits.ts"

/** A tree larger than this is shown in part; its lists are paged instead. */
const treeNodesMax = 10_000

/** The end of an answer that a result carries: one mebibyte of characters. The rest is in the transcript. */
const answerCharsMax = 1_048_576

export interface FacadeServices {
  readonly store: SessionStoreShape
  readonly recorder: Recorder["Service"]
  readonly streams: SessionStreamsShape
  readonly scheduler: SpawnSchedulerShape
  readonly waits: Waits["Service"]
}

export const findSession = Effect.fnUntraced(function* (store: SessionStoreShape, id: SessionId) {
  const found = yield* store.session(id)
  return Option.isSome(found) ? found.value : yield* new SessionNotFound({ sessionId: id })
})

/** A session as it is at this moment; the time is that of the looking. */
export const viewOf = ({ scheduler, waits }: FacadeServices, session: Session, nowMillis: number): SessionView => {
  const flight = scheduler.flight(session.id)
  const live = Option.flatMapNullishOr(flight, (found) => found.live)
  const place =
    session.status === "pending" && session.runId !== undefined ? scheduler.place(session.runId) : Option.none()
  const hold = holdOf({
    session,
    flight,
    live: Option.map(live, (run) => ({
      open: run.vitals(false, nowMillis).open,
      waitingSinceMillis: run.waitingSinceMillis
    })),
    place,
    request: Option.flatMap(live, (run) => run.oldestAsk()),
    wait: waits.openWait(session.id),
    nowMillis
  })
  return { session, run: Option.map(live, (run) => run.snapshot()), place, hold }
}

/** Many sessions as they are at one moment. */
export const viewsOf = (
  services: FacadeServices,
  sessions: ReadonlyArray<Session>
): Effect.Effect<ReadonlyArray<SessionView>> =>
  Effect.map(Clock.currentTimeMillis, (nowMillis) => sessions.map((session) => viewOf(services, session, nowMillis)))

export const tree = Effect.fnUntraced(function* (services: FacadeServices, id: SessionId) {
  const root = yield* findSession(services.store, id)
  const childLists = new Map<SessionId, ReadonlyArray<Session>>()
  let level: ReadonlyArray<Session> = [root]
  let left = treeNodesMax
  while (level.length > 0 && left > 0) {
    const below: Array<Session> = []
    for (const session of level) {
      const children: ReadonlyArray<Session> = left > 0 ? yield* childrenOf(services.store, session.id, left) : []
      left -= children.length
      childLists.set(session.id, children)
      below.push(...children)
    }
    level = below
  }
  const nowMillis = yield* Clock.currentTimeMillis
  const build = (session: Session): SessionTree => ({
    view: viewOf(services, session, nowMillis),
    children: (childLists.get(session.id) ?? []).map(build)
  })
  return build(root)
})

export const result = Effect.fnUntraced(function* ({ store }: FacadeServices, id: SessionId) {
  const session = yield* findSession(store, id)
  const { runId, status } = session
  if (runId === undefined || !isTerminal(status)) return Option.none<SessionResult>()
  const completion = yield* store.completion(runId)
  if (Option.isNone(completion)) return Option.none<SessionResult>()
  const text = (yield* store.answer(id, completion.value.answerRunId ?? runId)).map((entry) => entry.text).join("")
  return Option.some<SessionResult>({
    sessionId: id,
    runId,
    outcome: completion.value.outcome,
    text: text.length > answerCharsMax ? text.slice(-answerCharsMax) : text,
    textTruncated: text.length > answerCharsMax,
    usage: Option.fromUndefinedOr(completion.value.usage),
    // A run that told nothing of it leaves the conversation as it was.
    resume: Option.orElse(Option.fromUndefinedOr(completion.value.resume), () =>
      Option.map(conversationOf(session), ({ handle }) => handle)
    ),
    artifacts: completion.value.artifacts ?? []
  })
})

/** One session's texts are not readable under the name of another. */
export const artifact = Effect.fnUntraced(function* ({ store }: FacadeServices, id: SessionId, artifactId: ArtifactId) {
  yield* findSession(store, id)
  const found = yield* store.artifact(artifactId)
  return Option.isSome(found) && found.value.sessionId === id
    ? found.value
    : yield* new ArtifactNotFound({ sessionId: id, artifactId })
})

export const wait = Effect.fnUntraced(function* (services: FacadeServices, parentId: SessionId, request: WaitRequest) {
  const { store } = services
  yield* findSession(store, parentId)
  yield* waitedForNow(store, parentId, request.children)
  const bell = Latch.makeUnsafe(false)
  const answer = (state: WaitAnswer["state"], sessions: ReadonlyArray<Session>): Effect.Effect<WaitAnswer> =>
    Effect.map(viewsOf(services, sessions), (children) => ({ state, children }))
  const look = Effect.gen(function* () {
    bell.closeUnsafe() // closed, then read: a settling in between opens it again
    const found = yield* waitedFor(store, parentId, request.children)
    // One that was removed meanwhile is waited for no longer.
    const children = found.flatMap(({ session }) => Option.toArray(session))
    const statuses = children.map(({ status }) => status)
    return { children, satisfied: WaitPolicy.isSatisfied(request.policy, statuses) }
  })
  const untilSatisfied = Effect.gen(function* () {
    while (true) {
      const { children, satisfied } = yield* look
      if (satisfied) return yield* answer("satisfied", children)
      yield* bell.await
    }
  })
  const watching = Effect.acquireRelease(
    Effect.sync(() =>
      services.scheduler.watch(parentId, ({ job }) => job.parentSessionId === parentId && bell.openUnsafe())
    ),
    (leave) => Effect.sync(leave)
  )
  const answered = yield* Effect.scoped(Effect.andThen(watching, Effect.timeoutOption(untilSatisfied, request.timeout)))
  if (Option.isSome(answered)) return answered.value
  return yield* answer("pending", (yield* look).children)
})

/** See `SubAgents.wakeWhen`. */
export const wakeWhen = Effect.fnUntraced(function* (
  { scheduler, store, waits }: FacadeServices,
  parentId: SessionId,
  request: WakeRequest
) {
  yield* findSession(store, parentId)
  const { accepted, wait: registered } = yield* waits.register(parentId, request)
  yield* scheduler.adopt(accepted)
  yield* scheduler.release(parentId)
  return registered
}, Effect.uninterruptible)

/** Messages to a session with their receipts, oldest first. */
export const sent = Effect.fnUntraced(function* (
  { store }: FacadeServices,
  id: SessionId,
  page: { readonly state: "open" | "any"; readonly after: Option.Option<MessageId>; readonly limit: number }
) {
  yield* findSession(store, id)
  const found = yield* store.obligations({ kind: "steer", scope: { _tag: "Session", sessionId: id }, ...page })
  return found.filter((obligation) => obligation.kind === "steer")
})

/** Records the wish on the session itself: a live one becomes `cancelling`, one that never ran `cancelled`. */
const recordCancel = Effect.fnUntraced(function* (
  { recorder, streams }: FacadeServices,
  session: Session,
  ancestors: ReadonlyArray<SessionId>
) {
  const { id } = session
  const eventOf = (next: Session) => ({ type: "session_status_changed", sessionId: id, status: next.status }) as const
  yield* patiently(
    recorder.transact(session, { _tag: "Cancel" }, (next) => ({
      changes: [{ _tag: "EventRecorded", sessionId: id, event: eventOf(next) }],
      show: (numbers) => {
        publishOwn(streams, { childId: id, ancestors }, Option.fromUndefinedOr(numbers[0]), eventOf(next))
      }
    }))
  ).pipe(Effect.catchTag("Refused", () => Effect.void))
})

/**
 * I7: the session first, then everything below it that is in flight; whoever is
 * accepted meanwhile finds the new epoch and looks again.
 */
export const cancel = Effect.fnUntraced(function* (services: FacadeServices, id: SessionId, request: CancelRequest) {
  const { scheduler, store } = services
  const session = yield* findSession(store, id)
  const own = scheduler.flight(id)
  const isOpen = Option.isSome(own) || session.status === "idle"
  if (!isOpen && (request.reach === "session" || scheduler.flightsBelow(id).length === 0)) {
    return yield* new NotInFlight({ sessionId: id, status: session.status })
  }
  if (isOpen) yield* recordCancel(services, session, Option.isSome(own) ? own.value.ancestors : [])
  scheduler.noteCancel()
  const below = request.reach === "subtree" ? endingWith(scheduler.flightsBelow(id), request.mode) : []
  const stops = [
    ...(Option.isSome(own) ? [scheduler.stop(own.value, request.by, request.mode)] : []),
    ...below.map((flight) => scheduler.stop(flight, "by_parent", request.mode))
  ]
  // At once: a queued one that the store cannot settle now must not keep a live one from being told.
  yield* Effect.forEach(stops, (stop) => stop, { concurrency: "unbounded", discard: true })
  const ids = below.map((flight) => flight.job.childSessionId)
  return { cancelled: Option.isSome(own) ? [id, ...ids] : ids } satisfies CancelReceipt
}, Effect.uninterruptible)

/** A removal that meets a job which is only in the record leaves the upkeep this long to find it, that often. */
const removalPause = "1 second"
const removalLooksMax = 32

/** The sessions of a subtree, deepest last. */
const subtreeOf = Effect.fnUntraced(function* (store: SessionStoreShape, id: SessionId) {
  const root = yield* store.session(id)
  const found: Array<Session> = Option.toArray(root)
  for (let at = 0; at < found.length; at++) {
    const parent = found[at]
    if (parent === undefined) break
    found.push(...(yield* childrenOf(store, parent.id, Number.MAX_SAFE_INTEGER)))
  }
  return found
})

/**
 * Stops everything of a subtree, also what a cancel spares, until the record
 * has nothing of it in flight: a job that is removed gets no completion (I2).
 */
const atRest = Effect.fnUntraced(function* ({ scheduler, store }: FacadeServices, id: SessionId) {
  for (let look = 0; look < removalLooksMax; look++) {
    const flights = [...Option.toArray(scheduler.flight(id)), ...scheduler.flightsBelow(id)]
    const stopped = (flight: Flight) =>
      Effect.andThen(scheduler.stop(flight, "by_parent", "graceful"), scheduler.settled(flight))
    yield* Effect.forEach(flights, stopped, { concurrency: "unbounded", discard: true })
    const gone = yield* subtreeOf(store, id)
    if (!gone.some(({ status }) => isInFlight(status))) return gone.map((session) => session.id)
    yield* Effect.sleep(removalPause)
  }
  const cause = `${id} did not come to rest`
  return yield* new StoreError({ operation: "remove", reason: new StorageUnavailable({ condition: "locked", cause }) })
})

const removeSettled = Effect.fnUntraced(function* (services: FacadeServices, session: Session) {
  const { recorder, scheduler, streams } = services
  const { id } = session
  if (isInFlight(session.status) || session.status === "idle" || scheduler.flightsBelow(id).length > 0) {
    yield* cancel(services, id, { mode: "graceful", by: "by_user", reach: "subtree" }).pipe(
      Effect.catchTag("NotInFlight", () => Effect.void)
    )
  }
  const gone = yield* atRest(services, id)
  const changes: ReadonlyArray<Change> = gone.toReversed().flatMap((sessionId): ReadonlyArray<Change> => [
    { _tag: "SessionDeleted", sessionId },
    { _tag: "EventRecorded", sessionId, event: { type: "session_deleted", sessionId } }
  ])
  yield* patiently(
    recorder.commit(changes, (numbers) =>
      gone.toReversed().forEach((sessionId, index) => {
        const event = { type: "session_deleted", sessionId } as const
        publishOwn(streams, { childId: sessionId, ancestors: [] }, Option.fromUndefinedOr(numbers[index]), event)
      })
    )
  )
})

/** I2: nothing is accepted in the subtree meanwhile, or the removal would take a job away that has not settled. */
export const remove = Effect.fnUntraced(function* (services: FacadeServices, id: SessionId) {
  const session = yield* findSession(services.store, id)
  yield* Effect.acquireUseRelease(
    Effect.sync(() => services.scheduler.refuse(id)),
    () => removeSettled(services, session),
    (accept) => Effect.sync(accept)
  )
})
