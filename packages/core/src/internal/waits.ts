/**
 * Durable waits: a parent's wish to be woken, from its registration to the one
 * commit that ends it.
 *
 * It owns the waits and when they end. When a wait is satisfied says
 * `WaitPolicy`; what its end records, `wakes`; who decides among children that
 * settle at once, `WaitBook`. It places no job: whoever commits does.
 *
 * Invariants (those of `WaitBook` hold too)
 *   I6. A wait ends once, whatever the book says: its end changes the version
 *       that was read, and its message is in the same commit.
 *   W4. Whatever settles after a wait was recorded is asked about it, and
 *       whatever settled before is seen by its registration.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Agent } from "../Agent.ts"
import * as Ids from "../Ids.ts"
import type { Wait } from "../Obligation.ts"
import { isInFlight } from "../Session.ts"
import type { StoreError } from "../SessionStore.ts"
import { SessionStreams } from "../SessionStreams.ts"
import { SessionNotFound, WaitOpen, type WakeRequest } from "../SubAgents.ts"
import * as WaitPolicy from "../WaitPolicy.ts"
import { CurrentFlights, type Flight, makeFlight } from "./flights.ts"
import { Inbox } from "./inbox.ts"
import { openWaits, pageMax, stillOpen, whileOpen } from "./openWaits.ts"
import { builtOf } from "./ownChanges.ts"
import { patiently, Recorder } from "./recorder.ts"
import {
  type AcceptedJob,
  type Addition,
  addsNothing,
  noAddition,
  type SettlementPart,
  type Settling
} from "./settlement.ts"
import { type Entry, WaitBook } from "./waitBook.ts"
import { countedFor, waitedFor, waitedForNow } from "./waitedFor.ts"
import { changedEvent, type Ended, type Ending, endOf, statusOf, type WakeServices } from "./wakes.ts"

/** `S-wait`: six hours, when a wait does not say. */
const leaseDefault = Duration.hours(6)
/** Nobody who waits for a month still waits. */
const leaseMax = Duration.days(30)
/** How long a wait may go unrepaired; a correct run needs no repair. */
const sweepInterval = Duration.minutes(1)
/** How often a wait is looked at again when something else changes in between; more in a row is a fault of ours. */
const looksMax = 32

export interface Registered {
  readonly wait: Wait
  /** To be placed by the caller. */
  readonly accepted: ReadonlyArray<AcceptedJob>
}

export interface Swept {
  /** Waits whose children had all settled, and that nobody had ended. */
  readonly repaired: number
  readonly expired: number
  /** To be placed by the caller. */
  readonly accepted: ReadonlyArray<AcceptedJob>
}

export class Waits extends Context.Service<
  Waits,
  {
    readonly part: SettlementPart
    /**
     * Records a wait; one that is satisfied already ends in the same commit.
     * Afterwards the parent's inbox is to be released if it is not in flight.
     *
     * **Durability**: what it returned for is recorded.
     * **Interruption**: either nothing was recorded, or all of it was.
     */
    readonly register: (
      parentId: Ids.SessionId,
      request: WakeRequest
    ) => Effect.Effect<Registered, SessionNotFound | WaitOpen | StoreError>
    /** The parent's open wait, or its last one. */
    readonly last: (parentId: Ids.SessionId) => Effect.Effect<Option.Option<Wait>, StoreError>
    /**
     * Ends what is over: waits whose lease has ended, and waits that should have
     * been ended. Reads the record, so that it mends the book as well.
     */
    readonly sweep: Effect.Effect<Swept, StoreError>
    /** Returns when the next sweep is due: at the end of a lease, and every minute. **Interruption**: loses nothing. */
    readonly due: Effect.Effect<void>
    /**
     * Does something while it is certain that the parent's wait is open, and
     * that nobody ends it meanwhile; nothing when there is none. What it does
     * waits for no child.
     */
    readonly whileOpen: <A, E>(
      parentId: Ids.SessionId,
      effect: Effect.Effect<A, E>
    ) => Effect.Effect<Option.Option<A>, E | StoreError>
    readonly hasOpenWait: (parentId: Ids.SessionId) => boolean
    /** The parent's open wait, as the book has it. */
    readonly openWait: (parentId: Ids.SessionId) => Option.Option<Wait>
  }
>()("@offshoot/core/internal/waits") {}

interface Parts extends WakeServices {
  readonly recorder: Recorder["Service"]
  readonly book: WaitBook
  /** Rung when a lease ends before the sweep that is due. */
  readonly bell: Latch.Latch
}

const isConflict = ({ reason }: StoreError): boolean =>
  reason._tag === "ObligationConflict" || reason._tag === "VersionConflict"

const nothing = { _tag: "Nothing" } as const
type Conclusion = typeof nothing | { readonly _tag: "Gone" } | ({ readonly _tag: "Ended" } & Ended)

type Circumstance = Pick<Ending, "ending" | "settling" | "nowMillis">

/** What ends an open wait now, when something does. The caller has the turn. */
const conclude = Effect.fnUntraced(function* (parts: Parts, known: Wait, circumstance: Circumstance) {
  const found = yield* stillOpen(parts, known)
  const parent = yield* parts.store.session(known.sessionId)
  if (Option.isNone(found) || Option.isNone(parent)) return { _tag: "Gone" } satisfies Conclusion
  const wait: Wait = { ...found.value, version: found.value.version + 1 }
  const children = yield* waitedFor(parts.store, wait.sessionId, wait.children)
  const counted = yield* countedFor(parts.store, wait, children)
  const statuses = counted.map((child) => statusOf(child, circumstance.settling))
  if (circumstance.ending === "satisfied" && !WaitPolicy.isSatisfied(wait.policy, statuses)) return nothing
  const ending: Ending = { ...circumstance, wait, change: "ObligationChanged", parent: parent.value, children }
  return { _tag: "Ended", ...(yield* endOf(parts, ending)) } satisfies Conclusion
})

/** Whether one of these sisters has a recorded job that has not settled: then it will, and decide. */
const isOneRecorded = Effect.fnUntraced(function* ({ store }: Parts, entry: Entry, sisters: ReadonlyArray<Flight>) {
  for (const sister of sisters) {
    const session = Option.getOrUndefined(yield* store.session(sister.job.childSessionId))
    if (session?.runId !== sister.runId || !isInFlight(session.status)) continue
    entry.know(sister)
    return true
  }
  return false
})

/** The rest of a turn that a settling child has: until its commit has ended. */
const withTurn = (parts: Parts, entry: Entry, addition: Addition): Addition => ({
  ...addition,
  done: (recorded) =>
    Effect.andThen(
      addition.done(recorded),
      Effect.sync(() => (recorded === "recorded" ? parts.book.close(entry) : entry.give()))
    )
})

const giveTurn = (parts: Parts, entry: Entry, conclusion: Exclude<Conclusion, { _tag: "Ended" }>): void => {
  if (conclusion._tag === "Gone") parts.book.close(entry)
  else entry.give()
}

/** What a settling child adds; nothing when it does not end the wait. */
const decide = Effect.fnUntraced(function* (parts: Parts, entry: Entry, settling: Settling) {
  const { flight, nowMillis, outcome } = settling
  while (true) {
    const look = parts.book.look(entry, flight, outcome.status)
    if (look._tag === "Pass") return noAddition
    if (look._tag === "Later") {
      yield* look.until
      continue
    }
    const circumstance = { ending: "satisfied", settling: Option.some(settling), nowMillis } as const
    const asked = Effect.flatMap(isOneRecorded(parts, entry, look.unsure), (isLast) =>
      isLast ? Effect.succeed<Conclusion>(nothing) : conclude(parts, look.wait, circumstance)
    )
    const conclusion = yield* Effect.onError(patiently(asked), () => Effect.sync(() => entry.give()))
    if (conclusion._tag === "Ended") return withTurn(parts, entry, conclusion.addition)
    giveTurn(parts, entry, conclusion)
    return noAddition
  }
})

/** The child is under way until its commit has ended. */
const whileSettling = ({ book }: Parts, flight: Flight, addition: Addition): Addition => ({
  ...addition,
  done: (recorded) =>
    Effect.andThen(
      Effect.sync(() => book.end(flight)),
      addition.done(recorded)
    )
})

/**
 * A child of nobody who waits costs a place in a set, so that a registration
 * which begins meanwhile knows whom it has to wait for.
 */
const settlementPart = (parts: Parts): SettlementPart => ({
  add: (settling) =>
    Effect.suspend(() => {
      const { flight } = settling
      const parentId = flight.job.parentSessionId
      if (parentId === undefined) return addsNothing
      parts.book.begin(flight)
      const entry = parts.book.of(parentId)
      if (entry === undefined) {
        return Effect.succeed({ ...noAddition, done: () => Effect.sync(() => parts.book.end(flight)) })
      }
      return decide(parts, entry, settling).pipe(
        // The store cannot be read: the sweep looks at this wait again.
        Effect.catch((error) => Effect.as(Effect.logError("wait.not_looked_at", error), noAddition)),
        Effect.map((addition) => whileSettling(parts, flight, addition)),
        Effect.onError(() => Effect.sync(() => parts.book.end(flight)))
      )
    })
})

/**
 * A new entry with its turn, when the parent does not wait already, and the end
 * of the children that were asked before it. Both in one step: one that is
 * asked in between would wait for the turn, and the turn for it (W2).
 */
const enter = Effect.fnUntraced(function* (parts: Parts, parentId: Ids.SessionId, children: Wait["children"]) {
  while (true) {
    const entry = parts.book.of(parentId)
    if (entry === undefined) {
      const askedBefore = parts.book.ended(parentId)
      return { entry: parts.book.enter(parentId, children), askedBefore }
    }
    if (entry.taken !== undefined) {
      yield* entry.taken
      continue
    }
    if (entry.state._tag !== "Open") continue
    const { wait } = entry.state
    // The answer to the commit that ended it may have been lost.
    entry.take()
    const found = yield* Effect.onError(patiently(stillOpen(parts, wait)), () => Effect.sync(() => entry.give()))
    if (Option.isNone(found)) {
      parts.book.close(entry)
      continue
    }
    entry.give()
    return yield* new WaitOpen({ sessionId: parentId, waitId: wait.id })
  }
})

const leaseMillisOf = (lease: WakeRequest["lease"]): number => {
  const wanted = Option.getOrElse(lease, () => leaseDefault)
  return Math.ceil(Duration.toMillis(Duration.min(wanted, leaseMax)))
}

/** One look at the record: what to commit for a wait that begins now. */
const beginning = Effect.fnUntraced(function* (
  parts: Parts,
  parentId: Ids.SessionId,
  request: WakeRequest,
  id: Ids.WaitId
) {
  const { store, streams } = parts
  const parent = yield* store.session(parentId)
  if (Option.isNone(parent)) return yield* new SessionNotFound({ sessionId: parentId })
  const named = Array.from(new Set(request.children))
  const children = yield* waitedForNow(store, parentId, named)
  const nowMillis = yield* Clock.currentTimeMillis
  const wait: Wait = {
    kind: "wait",
    id,
    sessionId: parentId,
    version: 1,
    openedAtMillis: nowMillis,
    expiresAtMillis: nowMillis + leaseMillisOf(request.lease),
    policy: request.policy,
    children: named,
    status: "open"
  }
  const counted = yield* countedFor(store, wait, children)
  const statuses = counted.map((child) => statusOf(child, Option.none()))
  const circumstance = { change: "ObligationOpened", ending: "satisfied", settling: Option.none(), nowMillis } as const
  if (WaitPolicy.isSatisfied(request.policy, statuses)) {
    return yield* endOf(parts, { ...circumstance, wait, parent: parent.value, children })
  }
  const steps = [{ changes: [{ _tag: "ObligationOpened", obligation: wait } as const], events: [changedEvent(wait)] }]
  const ancestors = parts.flights.get(parentId)?.ancestors ?? [] // I3: who is at rest is seen on its own stream only
  return { wait, addition: { ...noAddition, ...builtOf(streams, { childId: parentId, ancestors }, steps) } }
})

/** A job that is about to be recorded is in flight from before its commit (I1); the answer says how that went. */
const reserve = ({ flights }: Parts, accepted: ReadonlyArray<AcceptedJob>) => {
  const added = accepted.flatMap(({ ancestors, job, session }) => {
    if (flights.get(job.childSessionId) !== undefined) return []
    const flight = makeFlight(job, ancestors, Option.some(session))
    flights.add(flight)
    return [flight]
  })
  return (recorded: boolean): void => {
    if (!recorded) for (const flight of added) flights.doubt(flight)
  }
}

/** Commits what begins or ends a wait, and tells how it went. A conflict is an answer, not a failure. */
const record = (parts: Parts, { addition }: Ended) =>
  Effect.suspend(() => {
    const reserved = reserve(parts, addition.accepted)
    const commit = Effect.as(parts.recorder.commit(addition.changes, addition.show), "recorded" as const)
    return patiently(Effect.catchIf(commit, isConflict, () => Effect.succeed("not_recorded" as const))).pipe(
      Effect.tap((recorded) => addition.done(recorded)),
      Effect.tapError(() => addition.done("not_recorded")),
      Effect.onExit((exit) =>
        Effect.sync(() => {
          const isRecorded = exit._tag === "Success" && exit.value === "recorded"
          reserved(isRecorded)
          // A conflict may be one with itself: then its message is in the record and in no book.
          if (!isRecorded) parts.flights.onDoubt()
        })
      )
    )
  })

const register = (parts: Parts) => (parentId: Ids.SessionId, request: WakeRequest) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const { askedBefore, entry } = yield* enter(parts, parentId, request.children)
      const id = yield* Ids.makeWaitId
      const recorded = Effect.gen(function* () {
        yield* restore(askedBefore) // W4
        for (let look = 0; look < looksMax; look++) {
          const begun = yield* patiently(beginning(parts, parentId, request, id))
          if ((yield* record(parts, begun)) === "recorded") return begun
          // The answer to an earlier commit of this very wait may have been lost.
          const known = yield* patiently(parts.store.obligation(id))
          if (Option.isSome(known)) return begun
        }
        return yield* Effect.die(new Error(`wait ${id} met ${looksMax} conflicts in a row`))
      })
      const { addition, wait } = yield* Effect.onError(recorded, () => Effect.sync(() => parts.book.close(entry)))
      if (wait.status === "open") parts.book.open(entry, wait)
      else parts.book.close(entry)
      parts.bell.openUnsafe()
      return { wait, accepted: addition.accepted } satisfies Registered
    })
  )

/** Takes up a wait of the record that the book does not have: the answer to its registration was lost. */
const adopt = Effect.fnUntraced(function* (parts: Parts, wait: Wait) {
  if (parts.book.of(wait.sessionId) !== undefined) return
  const entry = parts.book.enter(wait.sessionId, wait.children)
  const found = yield* Effect.onError(stillOpen(parts, wait), () => Effect.sync(() => parts.book.close(entry)))
  if (Option.isSome(found)) parts.book.open(entry, found.value)
  else parts.book.close(entry)
}, Effect.uninterruptible)

/** Ends one wait, when it is over. Nothing when somebody has its turn: then that one ends it, or the next sweep. */
const endNow = Effect.fnUntraced(function* (parts: Parts, entry: Entry, ending: Ending["ending"]) {
  for (let look = 0; look < looksMax; look++) {
    if (entry.state._tag !== "Open" || entry.taken !== undefined) return Option.none<Ended>()
    const { wait } = entry.state
    entry.take()
    const nowMillis = yield* Clock.currentTimeMillis
    const concluded = Effect.gen(function* () {
      const conclusion = yield* conclude(parts, wait, { ending, settling: Option.none(), nowMillis })
      if (conclusion._tag !== "Ended") return conclusion
      return { ...conclusion, recorded: yield* record(parts, conclusion) }
    })
    const conclusion = yield* Effect.onError(concluded, () => Effect.sync(() => entry.give()))
    if (conclusion._tag !== "Ended") {
      giveTurn(parts, entry, conclusion)
      return Option.none<Ended>()
    }
    if (conclusion.recorded === "recorded") {
      parts.book.close(entry)
      return Option.some<Ended>(conclusion)
    }
    entry.give()
  }
  return Option.none<Ended>()
}, Effect.uninterruptible)

const sweep = (parts: Parts) =>
  Effect.gen(function* () {
    const recorded = yield* openWaits(parts)
    for (const wait of recorded.values()) yield* adopt(parts, wait)
    const accepted: Array<AcceptedJob> = []
    let repaired = 0
    let expired = 0
    for (const entry of parts.book.all()) {
      if (entry.state._tag !== "Open") continue
      const { expiresAtMillis, id } = entry.state.wait
      const isOver = expiresAtMillis <= (yield* Clock.currentTimeMillis)
      if (!isOver && recorded.has(id) && !parts.book.isQuiet(entry)) continue
      const ended = yield* endNow(parts, entry, isOver ? "expired" : "satisfied")
      if (Option.isNone(ended)) continue
      accepted.push(...ended.value.addition.accepted)
      if (isOver) expired += 1
      else {
        repaired += 1
        yield* Effect.logWarning("wait.repaired", { waitId: id })
      }
    }
    return { repaired, expired, accepted } satisfies Swept
  })

const nextExpiryMillis = ({ book }: Parts): number => {
  let next = Number.POSITIVE_INFINITY
  for (const { state } of book.all()) if (state._tag === "Open") next = Math.min(next, state.wait.expiresAtMillis)
  return next
}

const due = (parts: Parts) =>
  Effect.gen(function* () {
    const byMillis = (yield* Clock.currentTimeMillis) + Duration.toMillis(sweepInterval)
    while (true) {
      parts.bell.closeUnsafe()
      const millis = Math.min(byMillis, nextExpiryMillis(parts)) - (yield* Clock.currentTimeMillis)
      if (millis <= 0) return
      yield* Effect.raceFirst(parts.bell.await, Effect.sleep(Duration.millis(millis)))
    }
  })

const last = (parts: Parts) =>
  Effect.fnUntraced(function* (parentId: Ids.SessionId) {
    const open = openWait(parts)(parentId)
    if (Option.isSome(open)) return open
    let latest = Option.none<Wait>()
    while (true) {
      const scope = { _tag: "Session", sessionId: parentId } as const
      const after = Option.map(latest, ({ id }) => id)
      const page = yield* parts.store.obligations({ kind: "wait", state: "any", scope, after, limit: pageMax })
      const end = page.at(-1)
      if (end?.kind === "wait") latest = Option.some(end)
      if (page.length < pageMax) return latest
    }
  })

const openWait =
  ({ book }: Parts) =>
  (parentId: Ids.SessionId): Option.Option<Wait> => {
    const state = book.of(parentId)?.state
    return state?._tag === "Open" ? Option.some(state.wait) : Option.none()
  }

const make = Effect.gen(function* () {
  const recorder = yield* Recorder
  const flights = yield* CurrentFlights
  const { post } = yield* Inbox
  const parts: Parts = {
    recorder,
    store: recorder.store,
    streams: yield* SessionStreams,
    flights,
    post,
    hasAgent: Option.isSome(yield* Agent),
    book: new WaitBook(flights),
    bell: Latch.makeUnsafe(false)
  }
  for (const wait of (yield* openWaits(parts)).values())
    parts.book.open(parts.book.enter(wait.sessionId, wait.children), wait)
  return Waits.of({
    part: settlementPart(parts),
    register: register(parts),
    last: last(parts),
    sweep: sweep(parts),
    due: due(parts),
    whileOpen: whileOpen(parts),
    hasOpenWait: (parentId) => parts.book.of(parentId) !== undefined,
    openWait: openWait(parts)
  })
})

/** Loads the open waits of the record. To be built before anything settles. */
export const layer: Layer.Layer<Waits, StoreError, Recorder | SessionStreams | CurrentFlights | Inbox> = Layer.effect(
  Waits,
  make
)
