/**
 * A client of the feed: a stream that reconnects, goes on where it was and never
 * shows an event twice; and on top of it a view that converges.
 *
 * Whoever missed anything has two ways back: the feed from the last number
 * (edge), and a snapshot with the number it is true at (level). `converge` takes
 * whichever is left. It keeps nothing on disk: a program that goes on after its
 * own restart stores the last number itself and gives it as `after`.
 *
 * Invariants
 *   R1. Of the numbers after the reader's place every one that the source has is
 *       shown once, in order, or a `feed_reset` is shown in their stead.
 *   R2. Its memory is its place: what is not read stays with the source.
 *
 * @stability unstable
 */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { EventType } from "./AgentEvent.ts"
import * as EventStream from "./internal/eventStream.ts"
import { isoOf } from "./internal/publisher.ts"
import { type Read, reconnecting } from "./internal/reconnecting.ts"
import type { FeedScope } from "./SessionStore.ts"
import type { FeedItem } from "./SubAgents.ts"

export { StreamRefused, StreamUnreadable } from "./internal/eventStream.ts"
export type { Entry, Frame, StreamError } from "./internal/eventStream.ts"

type Entry = EventStream.Entry
type Frame = EventStream.Frame

/** Where a feed comes from. */
export interface Source<E> {
  /**
   * Opens the feed after a number, without one from the oldest event kept.
   * Succeeds when the other side has answered; the scope closes the connection.
   */
  readonly connect: (after: Option.Option<number>) => Effect.Effect<Stream.Stream<Frame, E>, E, Scope.Scope>
  /** Whether the same may succeed a moment later. */
  readonly mayMend: (error: E) => boolean
}

/** What the feed makes of one frame. */
export const readFeed = (after: Option.Option<number>, frame: Frame): Read<Entry> => {
  const known = Option.getOrElse(after, () => 0)
  if (frame._tag === "Passed") return { after: Option.some(Math.max(known, frame.upTo)), shown: [], next: "go_on" }
  const { entry } = frame
  if (entry.event.type === "feed_reset") {
    return { after: Option.some(entry.event.oldest - 1), shown: [entry], next: "go_on" }
  }
  if (Option.isNone(entry.number) || entry.number.value <= known) return { after, shown: [], next: "go_on" }
  return { after: entry.number, shown: [entry], next: "go_on" }
}

/**
 * The feed after a number, for ever, over as many connections as it takes. A
 * `feed_reset` is an entry without a number: what was not shown before it is
 * gone, and what follows it begins at its `oldest`.
 *
 * **Details** Waits one to ten seconds before another connection, and gives up
 * after five minutes without an answer. A first connection that fails is a
 * failure at once.
 *
 * **Interruption**: closes the connection; the last number shown is where
 * another reader goes on.
 */
export const make = <E>(options: {
  readonly source: Source<E>
  readonly after: Option.Option<number>
}): Stream.Stream<Entry, E> =>
  reconnecting({
    ...options.source,
    after: options.after,
    read: readFeed,
    isOver: Effect.succeed(false),
    lost: []
  })

/**
 * What a converging reader is told. A `Snapshot` stands for everything before
 * it; the entries after it follow its number without a gap. Between `Lost` and
 * the next `Resumed` or `Snapshot` the reader knows nothing new.
 */
export type Told<S> =
  | { readonly _tag: "Snapshot"; readonly snapshot: S }
  | { readonly _tag: "Entry"; readonly entry: Entry }
  | { readonly _tag: "Lost" }
  | { readonly _tag: "Resumed" }

type Converging<S> = Frame | Extract<Told<S>, { readonly _tag: "Snapshot" | "Resumed" }>

const readConverging = <S extends { readonly number: number }>(
  after: Option.Option<number>,
  frame: Converging<S>
): Read<Told<S>> => {
  if (frame._tag === "Snapshot") return { after: Option.some(frame.snapshot.number), shown: [frame], next: "go_on" }
  if (frame._tag === "Resumed") return { after, shown: [frame], next: "go_on" }
  if (frame._tag === "Entry" && frame.entry.event.type === "feed_reset") {
    return { after: Option.none(), shown: [], next: "connect_again" }
  }
  const read = readFeed(after, frame)
  return { ...read, shown: read.shown.map((entry) => ({ _tag: "Entry", entry })) }
}

/**
 * A snapshot, then the feed from its number; after a reset another snapshot. A
 * reader that folds what it is told has what the record has, whatever was lost
 * on the way.
 *
 * **Details** Reconnects as `make` does; a snapshot that cannot be read counts
 * as a connection without an answer. The snapshot must be one moment's truth:
 * everything up to its number and nothing after it.
 *
 * **Interruption**: closes the connection.
 */
export const converge = <S extends { readonly number: number }, E>(options: {
  readonly source: Source<E>
  readonly snapshot: Effect.Effect<S, E>
}): Stream.Stream<Told<S>, E> => {
  const { connect, mayMend } = options.source
  const level = Effect.flatMap(options.snapshot, (snapshot) =>
    Effect.map(connect(Option.some(snapshot.number)), (frames) =>
      Stream.concat(Stream.succeed<Converging<S>>({ _tag: "Snapshot", snapshot }), frames)
    )
  )
  const edge = (after: Option.Option<number>) =>
    Effect.map(connect(after), (frames) => Stream.concat(Stream.succeed<Converging<S>>({ _tag: "Resumed" }), frames))
  return reconnecting<Converging<S>, Told<S>, E>({
    after: Option.none(),
    connect: (after) => (Option.isNone(after) ? level : edge(after)),
    read: readConverging,
    mayMend,
    isOver: Effect.succeed(false),
    lost: [{ _tag: "Lost" }]
  })
}

/** A session's live stream: every entry, the ephemeral ones too; ends when a connection ends and `isOver` says so. */
export const session = <E>(options: {
  readonly source: Source<E>
  readonly after: Option.Option<number>
  readonly isOver: Effect.Effect<boolean>
}): Stream.Stream<Entry, E> =>
  reconnecting<Frame, Entry, E>({
    ...options.source,
    after: options.after,
    read: (after, frame) =>
      frame._tag === "Passed"
        ? { after, shown: [], next: "go_on" }
        : { after: Option.orElse(frame.entry.number, () => after), shown: [frame.entry], next: "go_on" },
    isOver: options.isOver,
    lost: []
  })

/**
 * The feed of this process, as a source: a reader in the app itself converges as
 * one outside does. Without a place it begins before the first number.
 */
export const fromFeed = <E>(feed: (after: number) => Stream.Stream<FeedItem, E>): Source<E> => ({
  connect: (after) => Effect.succeed(Stream.map(feed(Option.getOrElse(after, () => 0)), frameOf)),
  mayMend: () => false
})

const frameOf = (item: FeedItem): Frame => {
  switch (item._tag) {
    case "Passed":
      return item
    case "Reset":
      return {
        _tag: "Entry",
        entry: {
          number: Option.none(),
          event: { type: "feed_reset", oldest: item.oldest },
          streamId: Option.none(),
          at: Option.none()
        }
      }
    case "Event": {
      const { atMillis, event, number, sessionId } = item.recorded
      return {
        _tag: "Entry",
        entry: {
          number: Option.some(number),
          event,
          streamId: Option.some(sessionId),
          at: Option.some(isoOf(atMillis))
        }
      }
    }
  }
}

/** Any event stream of the HTTP contract, by its request. */
export const requestSource = (
  http: HttpClient.HttpClient,
  request: HttpClientRequest.HttpClientRequest
): Source<EventStream.StreamError> => ({
  connect: (after) => EventStream.open(http, request, after),
  mayMend: (error) => error._tag === "HttpClientError" || error.retryable
})

/** Which feed of which server. `baseUrl` has no path: `http://127.0.0.1:4117`. */
export interface HttpOptions {
  readonly baseUrl: string
  readonly token: Redacted.Redacted
  readonly scope: FeedScope
  readonly types: Option.Option<ReadonlyArray<EventType>>
}

const scopeParams = (scope: FeedScope): Record<string, string> => {
  switch (scope._tag) {
    case "All":
      return {}
    case "Session":
      return { session: scope.sessionId }
    case "Subtree":
      return { subtree: scope.sessionId }
  }
}

/** `GET /v1/feed` of a server. */
export const httpSource = (http: HttpClient.HttpClient, options: HttpOptions): Source<EventStream.StreamError> =>
  requestSource(
    http,
    HttpClientRequest.get(`${options.baseUrl}/v1/feed`).pipe(
      HttpClientRequest.bearerToken(options.token),
      HttpClientRequest.setUrlParams({
        ...scopeParams(options.scope),
        types: Option.getOrUndefined(Option.map(options.types, (types) => types.join(",")))
      })
    )
  )

/** The feed of a server after a number; see `make`. */
export const fromHttp = (
  options: HttpOptions & { readonly after: Option.Option<number> }
): Stream.Stream<Entry, EventStream.StreamError, HttpClient.HttpClient> =>
  Stream.unwrap(
    Effect.map(HttpClient.HttpClient, (http) => make({ source: httpSource(http, options), after: options.after }))
  )
