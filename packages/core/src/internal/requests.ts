/**
 * What children ask: opened, answered once, taken by the run, or expired.
 *
 * It owns a request from its asking to its end. What the rules answer is said
 * by `RequestPolicy`; what each step records by `requestSteps`. The slot and the
 * idle clock of a run that waits are `runContext`'s.
 *
 * Invariants
 *   Q1. A request has one final status. Answer, deadline, settling and delivery
 *       each change the version that they read: of two at once one is recorded,
 *       and the other reads again and decides again.
 *   Q2. A permission that nobody gave is not given: whatever goes wrong here is
 *       `Expired` or `Denied` to the run.
 *   Q3. A run that waits is told of the end of its request by whoever recorded
 *       that end, after the record; it never asks the clock itself.
 *   Q4. No request stays open for a job that has ended: they end in the commit
 *       that settles it. For a job that goes on they stay for its next try.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Answer, Asking, RunContext } from "../ExternalChildRunner.ts"
import * as Ids from "../Ids.ts"
import { isOpen, type Request } from "../Obligation.ts"
import * as RequestPolicy from "../RequestPolicy.ts"
import type { StoreError } from "../SessionStore.ts"
import { SessionStreams } from "../SessionStreams.ts"
import {
  type Decision,
  type DecisionMismatch,
  type RequestClosed,
  RequestNotFound,
  type RequestsQuery
} from "../SubAgents.ts"
import { boundedAsk, sameAsk } from "./askBounds.ts"
import { CurrentFlights, seatOf } from "./flights.ts"
import { Grants } from "./grants.ts"
import type { LiveRun } from "./liveRun.ts"
import { builtOf, type Step } from "./ownChanges.ts"
import { patiently, Recorder } from "./recorder.ts"
import * as RequestSteps from "./requestSteps.ts"
import { addsNothing, noAddition, type SettlementPart } from "./settlement.ts"

/** A session with more open requests asks more than anybody answers; the next ones are not given. */
const openMax = 64
/** A runner's own name for an ask; a longer one is a fault of the runner. */
const keyCharsMax = 512
/** Requests that are read at once when the process starts. */
const pageMax = 500
/** How often an answer looks again when the request changes in between: it changes three times at most. */
const looksMax = 8
/** After a deadline could not be recorded. */
const deadlineRetryMillis = 5_000

export class Requests extends Context.Service<
  Requests,
  {
    /** `RunContext.ask` of one run. */
    readonly askFor: (
      live: LiveRun,
      whileWaiting: RunContext["whileWaiting"]
    ) => (asking: Asking) => Effect.Effect<Answer>
    readonly part: SettlementPart
    /** See `SubAgents.answer`. */
    readonly answer: (
      id: Ids.RequestId,
      decision: Decision
    ) => Effect.Effect<Request, RequestNotFound | RequestClosed | DecisionMismatch | StoreError>
    readonly list: (query: RequestsQuery) => Effect.Effect<ReadonlyArray<Request>, StoreError>
    readonly find: (id: Ids.RequestId) => Effect.Effect<Request, RequestNotFound | StoreError>
  }
>()("@offshoot/core/internal/requests") {}

/** An open request, and who waits for its end. */
interface Entry {
  request: Request
  /** Completed with the request as it was when it was no longer pending. */
  readonly closed: Deferred.Deferred<Request>
}

interface Parts {
  readonly recorder: Recorder["Service"]
  readonly streams: SessionStreams["Service"]
  readonly flights: CurrentFlights["Service"]
  readonly policy: RequestPolicy.Policy
  readonly grants: Grants
  /** The open requests of the record. */
  readonly book: Map<Ids.RequestId, Entry>
  readonly bySession: Map<Ids.SessionId, Set<Ids.RequestId>>
  readonly alarm: Alarm
}

/** When the next deadline is looked at; the bell says that there is an earlier one. */
interface Alarm {
  atMillis: number
  readonly bell: Latch.Latch
}

const isConflict = (error: StoreError): boolean => error.reason._tag === "ObligationConflict"

const commit = ({ flights, recorder, streams }: Parts, step: Step, sessionId: Ids.SessionId) => {
  const built = builtOf(streams, seatOf(flights, sessionId), [step])
  return patiently(recorder.commit(built.changes, built.show))
}

const forget = ({ book, bySession }: Parts, { id, sessionId }: Request): void => {
  book.delete(id)
  const ids = bySession.get(sessionId)
  if (ids?.delete(id) === true && ids.size === 0) bySession.delete(sessionId)
}

/** Oldest first. */
const openOf = ({ book, bySession }: Parts, id: Ids.SessionId): ReadonlyArray<Entry> =>
  Array.from(bySession.get(id) ?? []).flatMap((requestId) => book.get(requestId) ?? [])

/**
 * Brings the book to what the record says now, and tells who waits (Q3): last,
 * because whoever is told may run on to its settling at once.
 */
const note = (parts: Parts, request: Request): Entry => {
  const { alarm, book, bySession } = parts
  const entry = book.get(request.id) ?? { request, closed: Deferred.makeUnsafe<Request>() }
  if (request.version >= entry.request.version) entry.request = request
  if (isOpen(entry.request)) {
    book.set(request.id, entry)
    const ids = bySession.get(request.sessionId)
    if (ids === undefined) bySession.set(request.sessionId, new Set([request.id]))
    else ids.add(request.id)
    if (request.expiresAtMillis < alarm.atMillis) alarm.bell.openUnsafe()
  } else {
    forget(parts, request)
  }
  parts.grants.note(entry.request)
  if (entry.request.status !== "pending") Deferred.doneUnsafe(entry.closed, Effect.succeed(entry.request))
  return entry
}

const find = ({ recorder }: Parts, id: Ids.RequestId): Effect.Effect<Request, RequestNotFound | StoreError> =>
  Effect.flatMap(recorder.store.obligation(id), (found) =>
    Option.isSome(found) && found.value.kind === "request"
      ? Effect.succeed(found.value)
      : Effect.fail(new RequestNotFound({ requestId: id }))
  )

/** What the record has under this key, if the session asked with it before. */
const earlier = ({ recorder }: Parts, sessionId: Ids.SessionId, key: string) =>
  Effect.map(recorder.store.obligationByKey("request", sessionId, key), (found) =>
    Option.filter(found, (obligation) => obligation.kind === "request")
  )

/** None: there are too many open ones to open another. */
const openOnce = Effect.fnUntraced(function* (parts: Parts, live: LiveRun, asking: Asking) {
  const { job, session } = live
  const before = yield* earlier(parts, session.id, asking.key)
  if (Option.isSome(before)) return Option.some(note(parts, before.value))
  if ((parts.bySession.get(session.id)?.size ?? 0) + live.opening > openMax) return Option.none<Entry>()
  const granted = asking.ask.type === "permission" ? yield* parts.grants.of(session.id) : undefined
  const verdict = RequestPolicy.decide(parts.policy.rules, session, asking.ask, granted)
  const opening: RequestSteps.Opening = {
    id: yield* Ids.makeRequestId,
    sessionId: session.id,
    runId: job.runId,
    ...asking,
    nowMillis: yield* Clock.currentTimeMillis,
    deadlineMillis: parts.policy.deadlineSeconds * 1_000
  }
  const step =
    verdict._tag === "Answer"
      ? RequestSteps.openedByRule(opening, verdict.decision, verdict.rule)
      : RequestSteps.opened(opening)
  yield* commit(parts, step, session.id).pipe(
    // The id is new: the commit stood, and only its answer was lost.
    Effect.catchIf(isConflict, () => Effect.void),
    // It may stand all the same: then the settling ends it, and forgets it otherwise (Q4).
    Effect.tapError(() => Effect.sync(() => note(parts, step.request)))
  )
  return Option.some(note(parts, step.request))
}, Effect.uninterruptible)

/** Two asks with one key at once are one request. */
const open = (parts: Parts, live: LiveRun, asking: Asking): Effect.Effect<Option.Option<Entry>, StoreError> =>
  Effect.suspend(() => {
    live.opening += 1
    return openOnce(parts, live, asking).pipe(
      Effect.retry({ times: 1, while: (error) => error.reason._tag === "ObligationKeyTaken" }),
      Effect.ensuring(
        Effect.sync(() => {
          live.opening -= 1
        })
      )
    )
  })

/**
 * Records that the run has the answer. When something else was recorded first,
 * that is the request's end, and the run is being settled.
 */
const deliver = Effect.fnUntraced(function* (parts: Parts, live: LiveRun, request: Request) {
  if (live.closed || !isOpen(request)) return
  const step = RequestSteps.delivered(request, yield* Clock.currentTimeMillis)
  yield* commit(parts, step, request.sessionId).pipe(
    Effect.catchIf(isConflict, () => Effect.void),
    Effect.andThen(Effect.sync(() => note(parts, step.request)))
  )
}, Effect.uninterruptible)

const notGiven: Answer = { _tag: "Expired" }

/** A key that named another ask gives nothing: an answer is for what was shown to whoever gave it (Q2). */
const otherAsk: Answer = { _tag: "Denied", text: Option.some("the key of this ask names another one") }

const refuse = (live: LiveRun, answer: Answer, reason: string): Effect.Effect<Answer> =>
  Effect.logWarning("request.not_opened").pipe(
    Effect.annotateLogs({ childSessionId: live.job.childSessionId, reason }),
    Effect.as(answer)
  )

/** Waits for the end of a request; who looks at the run meanwhile sees which one it is. */
const awaitClosed = (live: LiveRun, { closed, request }: Entry): Effect.Effect<Request> =>
  Effect.suspend(() => {
    live.beginAsking(request.id, request.openedAtMillis)
    return Effect.ensuring(
      Deferred.await(closed),
      Effect.sync(() => live.endAsking(request.id))
    )
  })

const askFor =
  (parts: Parts) =>
  (live: LiveRun, whileWaiting: RunContext["whileWaiting"]) =>
  (asking: Asking): Effect.Effect<Answer> =>
    Effect.gen(function* () {
      if (live.closed) return notGiven
      if (asking.key.length > keyCharsMax) {
        return yield* Effect.die(new RangeError(`the key of an ask is longer than ${keyCharsMax} characters`))
      }
      const ask = boundedAsk(asking.ask)
      const opened = yield* Effect.orDie(open(parts, live, { key: asking.key, ask }))
      if (Option.isNone(opened)) return yield* refuse(live, notGiven, `${openMax} requests are open`)
      const { request } = opened.value
      if (!sameAsk(request.ask, ask)) return yield* refuse(live, otherAsk, "the key names another ask")
      const closed =
        request.status === "pending" ? yield* whileWaiting("request", awaitClosed(live, opened.value)) : request
      yield* Effect.orDie(deliver(parts, live, closed))
      return Option.getOrElse(RequestSteps.answerOf(closed), () => notGiven)
    })

/** Reads, decides and records, until nothing comes in between (Q1). */
const answer = (parts: Parts) => (id: Ids.RequestId, decision: Decision) =>
  Effect.gen(function* () {
    const request = yield* find(parts, id)
    const step = yield* Effect.fromResult(RequestSteps.answered(request, decision, yield* Clock.currentTimeMillis))
    if (Option.isNone(step)) {
      note(parts, request) // Q3: also when the answer to the commit that recorded it was lost
      return request
    }
    yield* Effect.uninterruptible(
      Effect.andThen(
        commit(parts, step.value, request.sessionId),
        Effect.sync(() => note(parts, step.value.request))
      )
    )
    return step.value.request
  }).pipe(Effect.retry({ times: looksMax, while: (error) => error._tag === "StoreError" && isConflict(error) }))

const settlementPart = (parts: Parts): SettlementPart => ({
  add: ({ flight, nowMillis, session }) => {
    if (!parts.bySession.has(session.id)) return addsNothing
    return Effect.sync(() => {
      const open = openOf(parts, session.id)
      if (open.length === 0) return noAddition
      const steps = open.map(({ request }) => RequestSteps.runEnded(request, nowMillis))
      return {
        ...builtOf(parts.streams, { childId: session.id, ancestors: flight.ancestors }, steps),
        accepted: [],
        done: (recorded) =>
          recorded === "recorded"
            ? Effect.sync(() => steps.forEach(({ request }) => note(parts, request)))
            : Effect.ignore(refresh(parts, open))
      }
    })
  }
})

/** Brings these requests to what the record says; those that it does not have any more are forgotten. */
const refresh = (parts: Parts, entries: ReadonlyArray<Entry>): Effect.Effect<void, StoreError> =>
  Effect.forEach(
    entries,
    ({ request }) =>
      find(parts, request.id).pipe(
        Effect.map((known) => void note(parts, known)),
        Effect.catchTag("RequestNotFound", () => Effect.sync(() => forget(parts, request)))
      ),
    { discard: true }
  )

/** Records that a deadline has passed; when something else was recorded first, that is what counts (Q1). */
const expire = Effect.fnUntraced(function* (parts: Parts, entry: Entry, nowMillis: number) {
  if (entry.request.status !== "pending") return // it ended while others were expired
  const step = RequestSteps.expired(entry.request, nowMillis)
  yield* commit(parts, step, entry.request.sessionId).pipe(
    Effect.andThen(Effect.sync(() => void note(parts, step.request))),
    Effect.catchIf(isConflict, () => refresh(parts, [entry]))
  )
}, Effect.uninterruptible)

/** Ends every request whose deadline has come, whether its run is live or not, and sleeps until the next one. */
const deadlines = (parts: Parts): Effect.Effect<never> =>
  Effect.gen(function* () {
    const { alarm, book } = parts
    alarm.bell.closeUnsafe()
    const pending = Array.from(book.values()).filter(({ request }) => request.status === "pending")
    const nowMillis = yield* Clock.currentTimeMillis
    const due = pending.filter(({ request }) => request.expiresAtMillis <= nowMillis)
    if (due.length > 0) return yield* Effect.forEach(due, (entry) => expire(parts, entry, nowMillis), { discard: true })
    alarm.atMillis = pending.reduce(
      (earliest, { request }) => Math.min(earliest, request.expiresAtMillis),
      Number.POSITIVE_INFINITY
    )
    return pending.length === 0
      ? yield* alarm.bell.await
      : yield* Effect.asVoid(Effect.timeoutOption(alarm.bell.await, alarm.atMillis - nowMillis))
  }).pipe(
    Effect.catch((error) =>
      Effect.andThen(Effect.logWarning("request.not_expired", error), Effect.sleep(deadlineRetryMillis))
    ),
    Effect.forever
  )

const load = Effect.fnUntraced(function* (parts: Parts) {
  let after = Option.none<Request["id"]>()
  while (true) {
    const query = { kind: "request", state: "open", scope: { _tag: "All" }, after, limit: pageMax } as const
    const page = yield* parts.recorder.store.obligations(query)
    for (const obligation of page) {
      if (obligation.kind !== "request") continue
      note(parts, obligation)
      after = Option.some(obligation.id)
    }
    if (page.length < pageMax) return
  }
})

const make = Effect.gen(function* () {
  const recorder = yield* Recorder
  const parts: Parts = {
    recorder,
    streams: yield* SessionStreams,
    flights: yield* CurrentFlights,
    policy: yield* RequestPolicy.CurrentPolicy,
    grants: new Grants(recorder.store),
    book: new Map(),
    bySession: new Map(),
    alarm: { atMillis: Number.POSITIVE_INFINITY, bell: Latch.makeUnsafe(false) }
  }
  yield* load(parts)
  yield* Effect.forkScoped(deadlines(parts))
  return Requests.of({
    askFor: askFor(parts),
    part: settlementPart(parts),
    answer: answer(parts),
    list: (query) =>
      Effect.map(parts.recorder.store.obligations({ ...query, kind: "request" }), (found) =>
        found.filter((obligation) => obligation.kind === "request")
      ),
    find: (id) => find(parts, id)
  })
})

export const layer: Layer.Layer<Requests, StoreError, Recorder | SessionStreams | CurrentFlights> = Layer.effect(
  Requests,
  make
)
