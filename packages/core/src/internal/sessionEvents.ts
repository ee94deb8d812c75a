/**
 * One reader of a session's stream: replay, then live, without a gap and
 * without a double (`S-late`), and told of what it missed.
 *
 * The reader subscribes before it reads the record, so nothing falls between;
 * durable events that are in both are told once, by their number.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type AgentEvent, isTerminalEvent, terminalOf } from "../AgentEvent.ts"
import type { SessionId } from "../Ids.ts"
import { errorText } from "../Outcome.ts"
import { isTerminal, type Session } from "../Session.ts"
import type { EventPage, RecordedEvent, SessionStoreShape, StoreError } from "../SessionStore.ts"
import type { Published, SessionStreamsShape, Subscription } from "../SessionStreams.ts"
import type { SpawnSchedulerShape } from "../SpawnScheduler.ts"
import { type EventsRequest, SessionNotFound, type StreamItem } from "../SubAgents.ts"

/** `S-late`: how many durable events a late subscriber gets. */
const lateMax = 32

/** One page of a replay from the record. */
const pageMax = 256

export interface ReaderServices {
  readonly store: SessionStoreShape
  readonly streams: SessionStreamsShape
  readonly scheduler: SpawnSchedulerShape
}

interface Cursor {
  /** The greatest number of this session's own durable events that was told. */
  told: number
  /** Up to here they were read from the record: the live ones are told already. */
  skipTo: number
  ordinal: number
  /** Whether the session has settled, as far as was published. */
  settled: boolean
  /** Children whose completion was told: nothing of them is told until they start again (I3). */
  readonly over: Set<SessionId>
}

/**
 * Whether this comes too late to be told. A completion may be read from the
 * record before what happened ahead of it was published.
 */
const isLate = ({ over }: Cursor, event: AgentEvent): boolean => {
  switch (event.type) {
    case "sub_agent_started":
      over.delete(event.childSessionId)
      return false
    case "sub_agent_completed":
      over.add(event.childSessionId)
      return false
    case "sub_agent_event":
    case "sub_agent_heartbeat":
      return over.has(event.childSessionId)
    default:
      return false
  }
}

const ephemeral = (event: AgentEvent): StreamItem => ({ number: Option.none(), event })

const fromRecord = (recorded: RecordedEvent): StreamItem => ({
  number: Option.some(recorded.number),
  event: recorded.event
})

/** Every durable event of the session after a number, page by page, up to and including another. */
const recordedBetween = (
  store: SessionStoreShape,
  sessionId: SessionId,
  after: number,
  upTo: number
): Effect.Effect<ReadonlyArray<RecordedEvent>, StoreError> =>
  Effect.gen(function* () {
    const found: Array<RecordedEvent> = []
    let cursor = after
    while (true) {
      const page: EventPage = yield* store.events({
        after: cursor,
        limit: pageMax,
        scope: { _tag: "Session", sessionId },
        types: Option.none()
      })
      for (const recorded of page.events) if (recorded.number <= upTo) found.push(recorded)
      if (page.upTo >= Math.min(upTo, page.head) || page.upTo <= cursor) return found
      cursor = page.upTo
    }
  })

/** What is told before the live events: from the reader's number, or the last 32 and the last budget. */
const replay = Effect.fnUntraced(function* (services: ReaderServices, session: Session, request: EventsRequest) {
  const { scheduler, store } = services
  if (Option.isSome(request.after)) {
    const missed = yield* recordedBetween(store, session.id, request.after.value, Number.POSITIVE_INFINITY)
    return missed.map(fromRecord)
  }
  const items = (yield* store.recentEvents(session.id, lateMax)).map(fromRecord)
  const budget = Option.flatMapNullishOr(scheduler.flight(session.id), (flight) => flight.live?.budget)
  return Option.isSome(budget) ? [ephemeral(budget.value), ...items] : items
})

/** A settled session's last word, when the replay did not reach it. */
const lastWord = (session: Session): ReadonlyArray<StreamItem> =>
  isTerminal(session.status) && session.outcome !== undefined && session.runId !== undefined
    ? [ephemeral(terminalOf(session.runId, session.outcome, errorText(session.outcome)))]
    : []

/** Whether the session has settled, as far as its own stream says; undefined when an event says nothing about that. */
const settledBy = (event: AgentEvent, id: SessionId): boolean | undefined => {
  if (isTerminalEvent(event)) return true
  switch (event.type) {
    case "execution_started":
      return false
    case "session_deleted":
      return event.sessionId === id ? true : undefined
    case "session_status_changed":
      return event.sessionId === id ? isTerminal(event.status) : undefined
    default:
      return undefined
  }
}

/**
 * Turns what was published into what this reader is told. A jump of the
 * ordinal is a loss: the durable events in it are read from the record, the
 * rest is counted.
 */
const tell = Effect.fnUntraced(function* (
  store: SessionStoreShape,
  sessionId: SessionId,
  cursor: Cursor,
  items: ReadonlyArray<Published>
) {
  const told: Array<StreamItem> = []
  for (const item of items) {
    const missed = item.ordinal - cursor.ordinal - 1
    cursor.ordinal = item.ordinal
    if (missed > 0) {
      const before = Option.getOrElse(item.number, () => item.durableHead + 1) - 1
      const kept = item.durableHead > cursor.told ? yield* recordedBetween(store, sessionId, cursor.told, before) : []
      told.push(ephemeral({ type: "lagged", missed: Math.max(0, missed - kept.length) }), ...kept.map(fromRecord))
      for (const { event } of kept) {
        cursor.settled = settledBy(event, sessionId) ?? cursor.settled
        isLate(cursor, event)
      }
      cursor.skipTo = Math.max(cursor.skipTo, kept.at(-1)?.number ?? 0)
      cursor.told = Math.max(cursor.told, cursor.skipTo)
    }
    cursor.settled = settledBy(item.event, sessionId) ?? cursor.settled
    if (item.number._tag === "Some" && item.origin === sessionId) {
      if (item.number.value <= cursor.skipTo) continue
      cursor.told = Math.max(cursor.told, item.number.value)
    }
    if (!isLate(cursor, item.event)) told.push(item)
  }
  return told
})

/** Whether nothing can follow: the session has settled and nothing below it is in flight. */
const isOver = Effect.fnUntraced(function* (
  { scheduler, store }: ReaderServices,
  id: SessionId,
  until: EventsRequest["until"]
) {
  if (Option.isSome(scheduler.flight(id)) || scheduler.hasChildrenInFlight(id)) return false
  if (scheduler.flightsBelow(id).length > 0) return false
  const session = yield* store.session(id)
  return Option.isNone(session) || (until !== "deleted" && isTerminal(session.value.status))
})

/**
 * What is published from now on, until nothing can follow. The last event is
 * shown before its flight has landed, so the reader looks again with every
 * landing: `take` comes back empty-handed for it.
 */
const live = (
  services: ReaderServices,
  id: SessionId,
  until: EventsRequest["until"],
  subscription: Subscription,
  cursor: Cursor
) =>
  Stream.paginate(undefined, () =>
    Effect.gen(function* () {
      const items = yield* subscription.take
      const told = yield* tell(services.store, id, cursor, items)
      if (!cursor.settled || !(yield* isOver(services, id, until))) return [told, Option.some(undefined)] as const
      // All that there is to tell was published before the last landing.
      const rest = yield* tell(services.store, id, cursor, yield* subscription.poll)
      return [[...told, ...rest], Option.none()] as const
    })
  )

/**
 * The request as the record can answer it, and what the reader is told first: a
 * cursor that is too old, or past the newest number, is not a place to go on from.
 */
const answerable = Effect.fnUntraced(function* ({ store }: ReaderServices, request: EventsRequest) {
  const { head, oldest } = yield* store.feedBounds
  const after = Option.getOrElse(request.after, () => head)
  const first = after + 1 < oldest || after > head ? [ephemeral({ type: "feed_reset", oldest })] : []
  return after > head ? { request: { ...request, after: Option.none<number>() }, first } : { request, first }
})

const open = Effect.fnUntraced(function* (services: ReaderServices, id: SessionId, asked: EventsRequest) {
  const subscription = yield* services.streams.subscribe(id, asked.scope)
  yield* Effect.acquireRelease(
    Effect.sync(() => services.scheduler.watch(id, () => subscription.ring())),
    (leave) => Effect.sync(leave)
  )
  // Before the replay: what is over by now is in the record as a whole.
  const over = yield* isOver(services, id, asked.until)
  const found = yield* services.store.session(id)
  if (Option.isNone(found)) return yield* new SessionNotFound({ sessionId: id })
  const { first, request } = yield* answerable(services, asked)
  const replayed = [...first, ...(yield* replay(services, found.value, request))]
  const told = replayed.reduce(
    (max, { number }) =>
      Math.max(
        max,
        Option.getOrElse(number, () => 0)
      ),
    0
  )
  const from = Math.max(
    told,
    Option.getOrElse(request.after, () => 0)
  )
  const settled = isTerminal(found.value.status)
  const cursor: Cursor = { told: from, skipTo: from, ordinal: subscription.from, settled, over: new Set() }
  for (const { event } of replayed) isLate(cursor, event)
  const goesOn = asked.until === "deleted"
  const terminalTold = goesOn || Option.isSome(request.after) || replayed.some(({ event }) => isTerminalEvent(event))
  const start = Stream.fromIterable(terminalTold ? replayed : [...replayed, ...lastWord(found.value)])
  return over ? start : Stream.concat(start, live(services, id, asked.until, subscription, cursor))
})

/** See `SubAgents.events`. */
export const sessionEvents = (
  services: ReaderServices,
  id: SessionId,
  request: EventsRequest
): Stream.Stream<StreamItem, SessionNotFound | StoreError> => Stream.unwrap(open(services, id, request))
