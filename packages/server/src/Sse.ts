/**
 * Server-sent events by hand: frames, heartbeats, the end of a stream.
 *
 * A frame is `id:` (durable events only: the feed number), one `data:` line of
 * JSON, an empty line. There is no `event:` field; the JSON has a `type`. The
 * reader is told to come back after a second, gets a comment when it is quiet
 * for long, and a last comment when the server ends the stream. Which events a
 * stream has is not decided here.
 *
 * Memory per reader: one batch of `eventsPerWriteMax` frames, the socket's own
 * buffer, and what the source keeps. The source is pulled only when the socket
 * has drained.
 *
 * @stability unstable
 */
import type { AgentEvent, SessionStore, SubAgents } from "@offshoot/core"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as Wire from "./Wire.ts"

/** So that one write never holds more than a few hundred kilobytes of ordinary events. */
const eventsPerWriteMax = 32

const utf8 = new TextEncoder()

const comment = (text: string): Uint8Array => utf8.encode(`: ${text}\n\n`)

const heartbeat = comment("heartbeat")

/** Also what makes the headers leave at once. */
const opening = utf8.encode("retry: 1000\n\n")

const render = (number: Option.Option<number>, json: string): Uint8Array =>
  utf8.encode(Option.isSome(number) ? `id: ${number.value}\ndata: ${json}\n\n` : `data: ${json}\n\n`)

/** An event in memory is what the wire shows, so nothing but `JSON.stringify` stands on the hot path. */
const toJson = (event: object): string => JSON.stringify(event)

interface Encoded {
  readonly number: number | undefined
  readonly bytes: Uint8Array
}

/** Frames by event: the readers of one stream share the event, so they share its encoding. Gone with the event. */
const encoded = new WeakMap<AgentEvent.AgentEvent, Encoded>()

/** One item of a session's stream. */
export const liveFrame = (item: SubAgents.StreamItem): Uint8Array => {
  const number = Option.getOrUndefined(item.number)
  const known = encoded.get(item.event)
  if (known !== undefined && known.number === number) {
    return known.bytes
  }
  const bytes = render(item.number, toJson(item.event))
  encoded.set(item.event, { number, bytes })
  return bytes
}

/** One event of the feed, with the session whose stream it is on and its time. */
const eventFrame = (recorded: SessionStore.RecordedEvent): Uint8Array =>
  render(
    Option.some(recorded.number),
    toJson({ ...recorded.event, streamId: recorded.sessionId, at: Wire.isoTime(recorded.atMillis) })
  )

/** Has no id, so that a reader that comes back does not skip what it has not seen. */
export const feedResetFrame = (oldest: number): Uint8Array => {
  const event: AgentEvent.AgentEvent = { type: "feed_reset", oldest }
  return render(Option.none(), toJson(event))
}

/**
 * A place without an event: readers remember the id and are given nothing. The
 * `retry:` says nothing new; it is there for parsers that drop a frame without
 * any other field.
 */
const passedFrame = (upTo: number): Uint8Array => utf8.encode(`id: ${upTo}\nretry: 1000\n\n`)

/** An event of another protocol: it has no number of ours. */
export const plainFrame = (event: object): Uint8Array => render(Option.none(), toJson(event))

/** What a reader of the feed is told. */
export const feedFrame = (item: SubAgents.FeedItem): Uint8Array => {
  switch (item._tag) {
    case "Event":
      return eventFrame(item.recorded)
    case "Reset":
      return feedResetFrame(item.oldest)
    case "Passed":
      return passedFrame(item.upTo)
  }
}

const batches = <A>(items: ReadonlyArray<A>): Array<ReadonlyArray<A>> => {
  const split: Array<ReadonlyArray<A>> = []
  for (let at = 0; at < items.length; at += eventsPerWriteMax) {
    split.push(items.slice(at, at + eventsPerWriteMax))
  }
  return split
}

/** Items that are ready together leave in one write, at most `eventsPerWriteMax` at a time. */
export const framed = <A, E, R>(
  items: Stream.Stream<A, E, R>,
  frame: (item: A) => Uint8Array
): Stream.Stream<Uint8Array, E, R> =>
  items.pipe(
    Stream.chunks,
    Stream.flatMap((ready) => Stream.fromIterable(batches(ready))),
    Stream.rechunk(1),
    Stream.map((batch) => Buffer.concat(batch.map(frame)))
  )

export interface BodyOptions {
  readonly heartbeatEvery: Duration.Duration
  /** Completes when the server begins to stop. */
  readonly closing: Effect.Effect<void>
}

/**
 * The whole body: opening, frames with heartbeats between, a last word.
 *
 * **Interruption**: when the reader goes away its source is closed; nothing
 * else is touched.
 */
export const body = (frames: Stream.Stream<Uint8Array>, options: BodyOptions): Stream.Stream<Uint8Array> =>
  Stream.suspend(() => {
    let stopped = false
    const closing = Effect.tap(options.closing, () =>
      Effect.sync(() => {
        stopped = true
      })
    )
    const heartbeats = Stream.fromSchedule(Schedule.spaced(options.heartbeatEvery)).pipe(Stream.map(() => heartbeat))
    return Stream.make(opening).pipe(
      Stream.concat(Stream.merge(frames, heartbeats, { haltStrategy: "left" }).pipe(Stream.interruptWhen(closing))),
      Stream.concat(Stream.suspend(() => (stopped ? Stream.make(comment("the server is stopping")) : Stream.empty)))
    )
  })

/** A proxy in between must neither buffer nor keep it; the socket carries nothing afterwards. */
export const response = (stream: Stream.Stream<Uint8Array>): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.stream(stream, {
    contentType: "text/event-stream; charset=utf-8",
    headers: {
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
      connection: "close"
    }
  })

/** The end of a stream whose source failed: the reader comes back and goes on from its last number. */
export const cut: Stream.Stream<Uint8Array> = Stream.make(comment("cut off by a failure: see the server's log"))
