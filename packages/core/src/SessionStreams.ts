/**
 * Live events per session: one `PubSub` a stream, made for its first reader
 * and dropped with its last.
 *
 * Publishing never waits. A stream keeps the last `liveBufferMax` events; a
 * reader further behind loses the oldest ephemeral ones, is told how many
 * (`lagged`), and gets the durable ones it missed from the record.
 *
 * Invariants
 *   I3. What is published in order is read in order.
 *   I4. The caller has committed a durable event before it publishes it.
 *   I5. `publish` is synchronous: no reader can make it wait.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import type * as Scope from "effect/Scope"
import type { AgentEvent } from "./AgentEvent.ts"
import type { SessionId } from "./Ids.ts"

/** `S-streams`: the live buffer of the seed. */
export const liveBufferMax = 1_000

/** Past this many unread events a publisher gives the readers one turn, once. */
const crowdedAt = liveBufferMax / 2

/**
 * One published event. `ordinal` counts on its stream from 1; `origin` is the
 * session on whose stream a durable event is recorded; `durableHead` is the
 * greatest feed number published on this stream so far.
 */
export interface Published {
  readonly ordinal: number
  readonly durableHead: number
  readonly origin: SessionId
  readonly number: Option.Option<number>
  readonly event: AgentEvent
}

/** Which events of the tree a reader wants. */
export type StreamScope = "session" | "subtree"

/**
 * One reader. Its bell wakes it once for all that is published until it has
 * its turn: resuming it for every event would run it inside the publisher.
 */
interface Reader {
  taken: number
  rung: boolean
  readonly bell: Latch.Latch
}

class Bus {
  readonly pubsub: PubSub.PubSub<Published>
  readonly readers = new Set<Reader>()
  /** Readers that have read everything and sleep. */
  readonly asleep = new Set<Reader>()
  published = 0
  durableHead = 0
  /** Grows with every turn in which some reader took something. */
  turn = 0
  constructor(pubsub: PubSub.PubSub<Published>) {
    this.pubsub = pubsub
  }
  /** Whether even the fastest reader is far behind. */
  crowded(): boolean {
    if (this.published < crowdedAt) return false
    for (const reader of this.readers) if (this.published - reader.taken < crowdedAt) return false
    return true
  }
}

/** One reader's end. */
export interface Subscription {
  /** The ordinal after which this reader began. */
  readonly from: number
  /** Waits for what is published, and returns all of it in order; nothing only after a `ring`. */
  readonly take: Effect.Effect<ReadonlyArray<Published>>
  /** Makes this or the next `take` return now. */
  readonly ring: () => void
  /** What was published since, in order; nothing when there is nothing. */
  readonly poll: Effect.Effect<ReadonlyArray<Published>>
}

export interface SessionStreamsShape {
  /** Whether anybody reads this session's stream. Without a reader publishing is no work. */
  readonly hasReaders: (sessionId: SessionId, scope: StreamScope) => boolean
  /**
   * Shows an event to the readers of one stream. Returns a number to compare:
   * above zero, the readers are crowded and the caller should let them have a
   * turn, once per number, before it goes on.
   */
  readonly publish: (
    sessionId: SessionId,
    scope: StreamScope,
    origin: SessionId,
    number: Option.Option<number>,
    event: AgentEvent
  ) => number
  /**
   * Reads one stream from now on.
   *
   * **Interruption**: closing the scope ends this reader and nobody else.
   */
  readonly subscribe: (sessionId: SessionId, scope: StreamScope) => Effect.Effect<Subscription, never, Scope.Scope>
}

export class SessionStreams extends Context.Service<SessionStreams, SessionStreamsShape>()(
  "@offshoot/core/SessionStreams"
) {}

type Buses = Map<SessionId, Bus>

interface Entered {
  readonly bus: Bus
  readonly reader: Reader
}

const join = (buses: Buses, sessionId: SessionId, bus: Bus): Entered => {
  const reader: Reader = { taken: bus.published, rung: false, bell: Latch.makeUnsafe(false) }
  bus.readers.add(reader)
  buses.set(sessionId, bus)
  return { bus, reader }
}

/**
 * Makes the bus for its first reader. A fiber may lose its turn between any two
 * effects, so the map is looked at and the reader put down in one step: a second
 * first reader finds the bus, and the last one to leave does not take it away.
 */
const enter = (buses: Buses, sessionId: SessionId): Effect.Effect<Entered> =>
  Effect.suspend(() => {
    const found = buses.get(sessionId)
    if (found !== undefined) return Effect.succeed(join(buses, sessionId, found))
    return Effect.map(PubSub.sliding<Published>(liveBufferMax), (pubsub) =>
      join(buses, sessionId, buses.get(sessionId) ?? new Bus(pubsub))
    )
  })

const leave = (buses: Buses, sessionId: SessionId, { bus, reader }: Entered): Effect.Effect<void> =>
  Effect.suspend(() => {
    bus.readers.delete(reader)
    bus.asleep.delete(reader)
    if (bus.readers.size > 0) return Effect.void
    if (buses.get(sessionId) === bus) buses.delete(sessionId)
    return PubSub.shutdown(bus.pubsub)
  })

const subscribeTo = Effect.fnUntraced(function* (buses: Buses, sessionId: SessionId) {
  const { bus, reader } = yield* Effect.acquireRelease(enter(buses, sessionId), (entered) =>
    leave(buses, sessionId, entered)
  )
  const subscription = yield* PubSub.subscribe(bus.pubsub)
  const from = bus.published
  reader.taken = from
  const sleep = Effect.suspend(() => {
    // Published since it was found empty: nobody would ring for that any more.
    if (reader.rung || Option.getOrElse(PubSub.remainingUnsafe(subscription), () => 1) > 0) return Effect.void
    reader.bell.closeUnsafe()
    bus.asleep.add(reader)
    return Effect.andThen(reader.bell.await, Effect.yieldNow)
  })
  const poll: Effect.Effect<ReadonlyArray<Published>> = Effect.map(
    PubSub.takeUpTo(subscription, Number.POSITIVE_INFINITY),
    (items) => {
      const last = items[items.length - 1]
      if (last === undefined) return items
      reader.taken = last.ordinal
      bus.turn += 1
      return items
    }
  )
  const take: Effect.Effect<ReadonlyArray<Published>> = Effect.flatMap(poll, (items) => {
    if (items.length === 0 && !reader.rung) return Effect.andThen(sleep, take)
    reader.rung = false
    return Effect.succeed(items)
  })
  const ring = (): void => {
    reader.rung = true
    reader.bell.openUnsafe()
  }
  return { from, take, ring, poll }
})

/** `publishUnsafe` alone does not slide: a full buffer would refuse the event for every reader. */
const offer = (pubsub: PubSub.PubSub<Published>, item: Published): void => {
  if (PubSub.publishUnsafe(pubsub, item)) return
  pubsub.pubsub.slide()
  PubSub.publishUnsafe(pubsub, item)
}

const publishTo = (bus: Bus, origin: SessionId, number: Option.Option<number>, event: AgentEvent): number => {
  bus.published += 1
  if (number._tag === "Some" && number.value > bus.durableHead) bus.durableHead = number.value
  offer(bus.pubsub, { ordinal: bus.published, durableHead: bus.durableHead, origin, number, event })
  if (bus.asleep.size > 0) {
    const asleep = Array.from(bus.asleep)
    bus.asleep.clear()
    for (const reader of asleep) reader.bell.openUnsafe()
  }
  return bus.crowded() ? bus.turn + 1 : 0
}

export const layer: Layer.Layer<SessionStreams> = Layer.sync(SessionStreams, () => {
  const own: Buses = new Map()
  const subtree: Buses = new Map()
  const busesOf = (scope: StreamScope): Buses => (scope === "session" ? own : subtree)
  return {
    hasReaders: (sessionId, scope) => busesOf(scope).has(sessionId),
    publish: (sessionId, scope, origin, number, event) => {
      const bus = busesOf(scope).get(sessionId)
      return bus === undefined ? 0 : publishTo(bus, origin, number, event)
    },
    subscribe: (sessionId, scope) => subscribeTo(busesOf(scope), sessionId)
  }
})
