/**
 * The inbox of every session: messages that are recorded and wait for a run to
 * take them, each until its receipt ends.
 *
 * It owns the way of a message from its sending to its delivery. Where one goes
 * is said by `messageRoute`, what is recorded by `messageSteps`. Starting a run
 * is the scheduler's.
 *
 * Invariants
 *   B1. A message's way ends once: whoever ends it changes the version that was
 *       read, so of a run that takes it, a settling, a sweep and a later
 *       interrupt exactly one wins, and the others drop it.
 *   B2. The book holds no message that the record does not hold as open; it may
 *       hold one that was closed just now, and then B1 finds out.
 *   B3. No message waits for a session that is not in flight: whoever ends a
 *       flight, or a commit with a message of `post`, calls `release` afterwards.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Agent } from "../Agent.ts"
import { ExternalChildRunners, type RunInbox } from "../ExternalChildRunner.ts"
import * as Ids from "../Ids.ts"
import type { Steer } from "../Obligation.ts"
import type { StoreError } from "../SessionStore.ts"
import { SessionStreams } from "../SessionStreams.ts"
import type {
  AgentNotConfigured,
  InboxFull,
  ParentNotAccepting,
  QueueFull,
  SchedulerClosed,
  SendRequest,
  SessionNotFound,
  SteerRefused
} from "../SubAgents.ts"
import { CurrentFlights, type Flight } from "./flights.ts"
import { InboxBook } from "./inboxBook.ts"
import { end, type InboxParts, seatOf } from "./inboxParts.ts"
import type { LiveRun } from "./liveRun.ts"
import { forRun } from "./messageDelivery.ts"
import { release } from "./messageRelease.ts"
import { isExternal, outlivesRun } from "./messageRoute.ts"
import { type RunAgain, send } from "./messageSending.ts"
import * as MessageSteps from "./messageSteps.ts"
import { builtOf } from "./ownChanges.ts"
import type { Seat } from "./publisher.ts"
import { Recorder } from "./recorder.ts"
import {
  type AcceptedJob,
  type Addition,
  addsNothing,
  noAddition,
  type Reserve,
  type SettlementPart
} from "./settlement.ts"

/** A message may be a minute late for its own end. */
const sweepInterval = Duration.minutes(1)

/** Messages that are read at once when the process starts. */
const pageMax = 500

export class Inbox extends Context.Service<
  Inbox,
  {
    /**
     * What puts a message on its way to a session in flight, as part of a
     * commit of the caller's. The live run hears of it when that commit stands.
     */
    readonly post: (message: MessageSteps.OutgoingMessage, nowMillis: number) => Effect.Effect<Addition>
    /** Ends what is not delivered any more; what is stays, for `release` after the landing. */
    readonly part: SettlementPart
    /** Delivers what waits with the launch, as part of the commit that begins the run; `texts` join the prompt. */
    readonly atLaunch: (
      flight: Flight,
      nowMillis: number
    ) => Effect.Effect<Addition & { readonly texts: ReadonlyArray<string> }>
    /** `before` writes down what was said before a message is delivered. */
    readonly forRun: (live: LiveRun, before: Effect.Effect<void, StoreError>) => RunInbox
    /** Takes up what is open in the record and not in the book: a commit stood although it was reported as failed. */
    readonly reload: Effect.Effect<void, StoreError>
    readonly hasWaiting: (id: Ids.SessionId) => boolean
    /** Whether something waits that the runtime itself has to tell. */
    readonly hasNews: (id: Ids.SessionId) => boolean
    /** The sessions for which something waits; at a start, those that are not in flight are to be released. */
    readonly waitingSessions: () => ReadonlyArray<Ids.SessionId>
    /**
     * Delivers what waits for a session that is not in flight, in one commit,
     * which also accepts one more run where there is one. Does nothing for a
     * session in flight.
     */
    readonly release: (id: Ids.SessionId, reserve: Reserve) => Effect.Effect<ReadonlyArray<AcceptedJob>, StoreError>
    /** Sends a message to a session; see `SubAgents.send`. */
    readonly send: (
      id: Ids.SessionId,
      request: SendRequest,
      runAgain: RunAgain
    ) => Effect.Effect<
      Steer,
      | AgentNotConfigured
      | InboxFull
      | ParentNotAccepting
      | QueueFull
      | SchedulerClosed
      | SessionNotFound
      | SteerRefused
      | StoreError
    >
  }
>()("@offshoot/core/internal/inbox") {}

const post = (parts: InboxParts) => (message: MessageSteps.OutgoingMessage, nowMillis: number) =>
  Effect.map(Ids.makeMessageId, (id): Addition => {
    const steer = MessageSteps.steerOf(message, id, nowMillis)
    return {
      ...builtOf(parts.streams, seatOf(parts, steer.sessionId), [MessageSteps.sent(steer)]),
      accepted: [],
      done: (recorded) =>
        Effect.sync(() => {
          if (recorded === "recorded") parts.book.add(steer)
        })
    }
  })

const removeWhenRecorded =
  ({ book }: InboxParts, steers: ReadonlyArray<Steer>): Addition["done"] =>
  (recorded) =>
    Effect.sync(() => {
      if (recorded === "recorded") for (const steer of steers) book.remove(steer)
    })

const settlementPart = (parts: InboxParts): SettlementPart => ({
  add: ({ flight, nowMillis, outcome, session }) => {
    if (!parts.book.hasWaiting(session.id)) return addsNothing
    return Effect.sync(() => {
      const waiting = parts.book.of(session.id).map(({ steer }) => steer)
      const ending = waiting.filter((steer) => !outlivesRun(steer, session, outcome))
      if (ending.length === 0) return noAddition
      const steps = ending.map((steer) => MessageSteps.undelivered(steer, "expired", "run_settled", nowMillis))
      return {
        ...builtOf(parts.streams, { childId: session.id, ancestors: flight.ancestors }, steps),
        accepted: [],
        done: removeWhenRecorded(parts, ending)
      }
    })
  }
})

const atLaunch = (parts: InboxParts) => (flight: Flight, nowMillis: number) =>
  Effect.sync(() => {
    parts.taken.add(flight)
    const steers = parts.book.of(flight.job.childSessionId).map(({ steer }) => steer)
    const forget = removeWhenRecorded(parts, steers)
    const done = (recorded: "recorded" | "not_recorded") =>
      Effect.suspend(() => {
        if (recorded === "not_recorded") parts.taken.delete(flight)
        return forget(recorded)
      })
    if (steers.length === 0) return { ...noAddition, texts: [], done }
    const seat: Seat = { childId: flight.job.childSessionId, ancestors: flight.ancestors }
    const taker = Option.some({ runId: flight.job.runId, round: 0 })
    const steps = steers.map((steer) => MessageSteps.delivered(steer, taker, nowMillis))
    return { ...builtOf(parts.streams, seat, steps), texts: steers.map(({ text }) => text), accepted: [], done }
  })

/** Ends what has been on its way for too long. What the runtime has to tell is never too late. */
const sweep = Effect.fnUntraced(function* (parts: InboxParts) {
  const nowMillis = yield* Clock.currentTimeMillis
  for (const id of parts.book.sessions()) {
    for (const { handing, steer } of parts.book.of(id)) {
      if (handing || steer.origin === "runtime" || steer.expiresAtMillis > nowMillis) continue
      yield* end(parts, steer, MessageSteps.undelivered(steer, "expired", "lifetime", nowMillis))
    }
  }
})

/** Takes every open message of the record into the book. */
const load = Effect.fnUntraced(function* ({ book, recorder }: InboxParts) {
  let after = Option.none<Steer["id"]>()
  while (true) {
    const query = { kind: "steer", state: "open", scope: { _tag: "All" }, after, limit: pageMax } as const
    const page = yield* recorder.store.obligations(query)
    for (const obligation of page) {
      if (obligation.kind !== "steer") continue
      if (!book.has(obligation.sessionId, obligation.id)) book.add(obligation)
      after = Option.some(obligation.id)
    }
    if (page.length < pageMax) return
  }
})

const make = Effect.gen(function* () {
  const runners = yield* ExternalChildRunners
  const parts: InboxParts = {
    recorder: yield* Recorder,
    streams: yield* SessionStreams,
    flights: yield* CurrentFlights,
    book: new InboxBook(),
    hasAgent: Option.isSome(yield* Agent),
    runByOf: (session) =>
      isExternal(session)
        ? {
            _tag: "Runner",
            steer: runners.find((runner) => runner.shouldHandle(session))?.capabilities.steer ?? false
          }
        : { _tag: "InProcess" },
    taken: new WeakSet()
  }
  yield* load(parts)
  const sweeping = sweep(parts).pipe(
    Effect.catch((error) => Effect.logWarning("inbox.not_swept", error)),
    Effect.delay(sweepInterval),
    Effect.forever
  )
  yield* Effect.forkScoped(sweeping)
  return Inbox.of({
    post: post(parts),
    part: settlementPart(parts),
    atLaunch: atLaunch(parts),
    forRun: forRun(parts),
    reload: load(parts),
    hasWaiting: (id) => parts.book.hasWaiting(id),
    hasNews: (id) => parts.book.hasWaiting(id) && parts.book.of(id).some(({ steer }) => steer.origin === "runtime"),
    waitingSessions: () => parts.book.sessions(),
    release: release(parts),
    send: send(parts)
  })
})

export const layer: Layer.Layer<Inbox, StoreError, Recorder | SessionStreams | CurrentFlights> = Layer.effect(
  Inbox,
  make
)
