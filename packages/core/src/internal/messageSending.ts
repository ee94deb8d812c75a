/** Sending a message to a session: found by its key, put in the inbox, or taken as the next thing to work on. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ids from "../Ids.ts"
import type { Steer } from "../Obligation.ts"
import type { Session } from "../Session.ts"
import type { StoreError } from "../SessionStore.ts"
import {
  type AgentNotConfigured,
  type AlreadyRunning,
  InboxFull,
  type ParentNotAccepting,
  type QueueFull,
  type SchedulerClosed,
  type SendRequest,
  SessionNotFound,
  SteerRefused
} from "../SubAgents.ts"
import { bytesMax, messagesMax } from "./inboxBook.ts"
import { end, type InboxParts, isConflict, looksMax, refresh, seatOf } from "./inboxParts.ts"
import { type FlightPhase, routeOf } from "./messageRoute.ts"
import * as MessageSteps from "./messageSteps.ts"
import { builtOf } from "./ownChanges.ts"
import { type Built, patiently } from "./recorder.ts"

/** Accepts one more run of a session that is not in flight, with what `together` adds to that commit. */
export type RunAgain = (
  together: (runId: Ids.RunId, nowMillis: number) => Built
) => Effect.Effect<
  unknown,
  AgentNotConfigured | AlreadyRunning | ParentNotAccepting | QueueFull | SchedulerClosed | SessionNotFound | StoreError
>

/** The message of an earlier call with the same key. */
const earlier = Effect.fnUntraced(function* ({ recorder }: InboxParts, id: Ids.SessionId, request: SendRequest) {
  if (Option.isNone(request.key)) return Option.none<Steer>()
  const found = yield* recorder.store.obligationByKey("steer", id, request.key.value)
  return Option.filter(found, (obligation) => obligation.kind === "steer")
})

const phaseOf = ({ flights, taken }: InboxParts, id: Ids.SessionId): FlightPhase => {
  const flight = flights.get(id)
  if (flight === undefined) return "none"
  if (flight.stop !== undefined) return "stopping"
  return flight.live !== undefined || taken.has(flight) ? "taken" : "queued"
}

const full = (sessionId: Ids.SessionId): InboxFull => new InboxFull({ sessionId, messagesMax, bytesMax })

/** What the runtime itself has to tell gives way to nobody. */
const isReplaceable = ({ mode, origin }: Steer): boolean => mode === "interrupt" && origin !== "runtime"

/**
 * Records a message that waits. An interrupt takes the place of those before it
 * that nobody has been given yet.
 */
const putIn = Effect.fnUntraced(function* (parts: InboxParts, session: Session, request: SendRequest) {
  const { book, recorder, streams } = parts
  const { id } = session
  const nowMillis = yield* Clock.currentTimeMillis
  const steer = MessageSteps.steerOf({ ...request, sessionId: id, hidden: false }, yield* Ids.makeMessageId, nowMillis)
  const superseded = book
    .of(id)
    .flatMap((other) =>
      request.mode === "interrupt" && !other.handing && isReplaceable(other.steer) ? other.steer : []
    )
  const giveBack = book.reserve(id, request.text, superseded)
  if (giveBack === undefined) return yield* full(id)
  const built = builtOf(streams, seatOf(parts, id), [
    ...superseded.map((other) => MessageSteps.superseded(other, steer.id, nowMillis)),
    MessageSteps.sent(steer)
  ])
  yield* patiently(recorder.commit(built.changes, built.show)).pipe(
    // The id is new: when it is on the record, the commit stood, and only its answer was lost.
    Effect.catchIf(isConflict, (error) =>
      Effect.flatMap(recorder.store.obligation(steer.id), (known) =>
        Option.isSome(known) ? Effect.void : Effect.andThen(Effect.ignore(refresh(parts, id)), Effect.fail(error))
      )
    ),
    Effect.andThen(
      Effect.sync(() => {
        for (const other of superseded) book.remove(other)
        book.add(steer)
      })
    ),
    Effect.ensuring(Effect.sync(giveBack))
  )
  return steer
}, Effect.uninterruptible)

/** Two interrupts that were recorded at the same moment did not see each other: all but the last give way. */
const keepLastInterrupt = Effect.fnUntraced(function* (parts: InboxParts, { mode, sessionId }: Steer) {
  if (mode !== "interrupt") return
  const waiting = parts.book.of(sessionId).filter(({ handing, steer }) => !handing && isReplaceable(steer))
  const last = waiting.reduce((latest, { steer }) => (steer.id > latest ? steer.id : latest), "")
  const nowMillis = yield* Clock.currentTimeMillis
  for (const { steer } of waiting) {
    if (steer.id !== last) yield* end(parts, steer, MessageSteps.superseded(steer, last, nowMillis))
  }
}, Effect.uninterruptible)

/** The launch took what waited while this one was being recorded, and nobody takes anything after it. */
const missedLaunch = Effect.fnUntraced(function* (parts: InboxParts, session: Session, steer: Steer) {
  const { id } = session
  const route = routeOf("running", phaseOf(parts, id), parts.runByOf(session))
  if (route._tag !== "Refuse" || route.reason !== "runner_cannot_steer" || !parts.book.has(id, steer.id)) return
  const nowMillis = yield* Clock.currentTimeMillis
  const ended = yield* end(parts, steer, MessageSteps.undelivered(steer, "refused", "runner_cannot_steer", nowMillis))
  if (ended) return yield* new SteerRefused({ sessionId: id, reason: "runner_cannot_steer" })
}, Effect.uninterruptible)

/** The session takes it as its next message and runs again, in one commit. */
const runWith = Effect.fnUntraced(function* (
  parts: InboxParts,
  session: Session,
  request: SendRequest,
  runAgain: RunAgain
) {
  const { id } = session
  const giveBack = parts.book.reserve(id, request.text, [])
  if (giveBack === undefined) return yield* full(id)
  const messageId = yield* Ids.makeMessageId
  let taken: Option.Option<Steer> = Option.none()
  const together = (runId: Ids.RunId, nowMillis: number): Built => {
    const steer = MessageSteps.steerOf({ ...request, sessionId: id, hidden: false }, messageId, nowMillis)
    const step = MessageSteps.deliveredAtOnce(steer, Option.some({ runId, round: 0 }), nowMillis)
    taken = Option.some(step.steer)
    return builtOf(parts.streams, seatOf(parts, id), [step])
  }
  yield* Effect.ensuring(runAgain(together), Effect.sync(giveBack))
  return Option.getOrThrow(taken)
})

const sendOnce = Effect.fnUntraced(function* (
  parts: InboxParts,
  id: Ids.SessionId,
  request: SendRequest,
  runAgain: RunAgain
) {
  const found = yield* parts.recorder.store.session(id)
  if (Option.isNone(found)) return yield* new SessionNotFound({ sessionId: id })
  const session = found.value
  const before = yield* earlier(parts, id, request)
  if (Option.isSome(before)) return before.value
  const route = routeOf(session.status, phaseOf(parts, id), parts.runByOf(session))
  switch (route._tag) {
    case "Refuse":
      return yield* new SteerRefused({ sessionId: id, reason: route.reason })
    case "RunAgain":
      return yield* runWith(parts, session, request, runAgain)
    case "Inbox": {
      const steer = yield* putIn(parts, session, request)
      yield* keepLastInterrupt(parts, steer)
      yield* missedLaunch(parts, session, steer)
      return steer
    }
  }
})

const mayLookAgain = (error: { readonly _tag: string } | StoreError): boolean =>
  error._tag === "AlreadyRunning" || ("reason" in error && error._tag === "StoreError" && isConflict(error))

/** The session started or settled between the look and the commit: look again. */
export const send = (parts: InboxParts) => (id: Ids.SessionId, request: SendRequest, runAgain: RunAgain) =>
  sendOnce(parts, id, request, runAgain).pipe(
    Effect.retry({ times: looksMax, while: mayLookAgain }),
    Effect.catchTag("AlreadyRunning", (error) => Effect.die(error)),
    // Two calls with one key at once: the other one's message is this one's too.
    Effect.catchReason("StoreError", "ObligationKeyTaken", (_, error) =>
      Effect.flatMap(earlier(parts, id, request), (found) =>
        Option.isSome(found) ? Effect.succeed(found.value) : Effect.fail(error)
      )
    )
  )
