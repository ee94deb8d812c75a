/**
 * A typed client of the HTTP contract: for the command line, for tests, for
 * programs beside the server.
 *
 * Calls are generated from `Api`; a refusal is one of the classes of
 * `Problems`. The streams are read by core's `FeedReader`, which goes on over
 * reconnections by itself. It does not start a server and keeps no state between
 * streams.
 *
 * @stability unstable
 */
import { type AgentEvent, FeedReader, type Ids, Session, type SessionStore } from "@offshoot/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Stream from "effect/Stream"
import { Api } from "./Api.ts"
import * as Wire from "./Wire.ts"

/** Where the server is and how to be let in. `baseUrl` has no path: `http://127.0.0.1:4117`. */
export interface Connection {
  readonly baseUrl: string
  readonly token: Redacted.Redacted
}

/** A stream was refused; `problem` is the document that the server sent. */
export const StreamRefused = FeedReader.StreamRefused
export type StreamRefused = FeedReader.StreamRefused

export type StreamError = FeedReader.StreamError

/** One event of a session's stream. Durable ones have a feed number. */
export type Followed = Pick<FeedReader.Entry, "number" | "event">

/**
 * One event of the feed. Only `feed_reset` has no number, stream and time: the
 * cursor was too old, and what follows starts at the oldest event kept.
 */
export type FeedEntry = FeedReader.Entry

export interface EventsOptions {
  readonly subtree?: boolean
  /** Go on after this feed number; none: the replay for those who come late. */
  readonly since?: number
  /** Absent: until it has settled. One who talks to a session hears its next run from the beginning. */
  readonly until?: "settled" | "deleted"
}

export interface FeedOptions {
  /** Go on after this feed number; none: from the oldest event kept. */
  readonly since?: number
  readonly scope?: SessionStore.FeedScope
  readonly types?: ReadonlyArray<AgentEvent.EventType>
}

type Calls = HttpApiClient.ForApi<typeof Api>

/** A snapshot or a feed could not be had. */
export type ConvergeError = StreamError | Effect.Error<ReturnType<Calls["streams"]["snapshot"]>>

export interface ClientShape {
  /** Every call of the contract but the streams. */
  readonly calls: Calls
  /**
   * A session's stream, until it has settled for good. Reconnects with the
   * last number that it saw; a first connection that fails is an error.
   *
   * **Interruption**: closes the connection; the session runs on.
   */
  readonly events: (id: Ids.SessionId, options?: EventsOptions) => Stream.Stream<Followed, StreamError>
  /**
   * The durable feed, for ever. Reconnects as `events` does and shows no event twice.
   *
   * **Interruption**: closes the connection.
   */
  readonly feed: (options?: FeedOptions) => Stream.Stream<FeedEntry, StreamError>
  /**
   * A session and everything below it, for ever: a snapshot, then the durable
   * events from its number; another snapshot when some of them are gone.
   *
   * **Interruption**: closes the connection.
   */
  readonly converge: (id: Ids.SessionId) => Stream.Stream<FeedReader.Told<Wire.Snapshot>, ConvergeError>
}

export class Client extends Context.Service<Client, ClientShape>()("@offshoot/server/Client") {}

export const make = (connection: Connection): Effect.Effect<ClientShape, never, HttpClient.HttpClient> =>
  Effect.gen(function* () {
    const plain = yield* HttpClient.HttpClient
    const http = HttpClient.mapRequest(plain, (request) =>
      request.pipe(HttpClientRequest.prependUrl(connection.baseUrl), HttpClientRequest.bearerToken(connection.token))
    )
    const calls = yield* HttpApiClient.makeWith(Api, { httpClient: http })
    const feedOf = (options: FeedOptions) =>
      FeedReader.httpSource(plain, {
        ...connection,
        scope: options.scope ?? { _tag: "All" },
        types: Option.fromUndefinedOr(options.types)
      })
    return {
      calls,
      events: (id, options) =>
        FeedReader.session({
          source: FeedReader.requestSource(
            http,
            HttpClientRequest.get(`/v1/sessions/${encodeURIComponent(id)}/events`).pipe(
              HttpClientRequest.setUrlParams({
                subtree: options?.subtree === true ? "true" : undefined,
                until: options?.until
              })
            )
          ),
          after: Option.fromUndefinedOr(options?.since),
          isOver: calls.sessions.get({ params: { id } }).pipe(
            Effect.map((session) => options?.until !== "deleted" && !Session.isInFlight(session.status)),
            Effect.catch((error) => Effect.succeed(error._tag === "SessionNotFound"))
          )
        }),
      feed: (options = {}) =>
        FeedReader.make({ source: feedOf(options), after: Option.fromUndefinedOr(options.since) }),
      converge: (id) =>
        FeedReader.converge<Wire.Snapshot, ConvergeError>({
          source: { ...feedOf({ scope: { _tag: "Subtree", sessionId: id } }), mayMend },
          snapshot: calls.streams.snapshot({ query: { subtree: id, limit: Wire.snapshotMax } })
        })
    }
  })

/** A network, a server that stops or starts, a store that is locked: the same may succeed a moment later. */
const mayMend = (error: ConvergeError): boolean =>
  error._tag === "HttpClientError" ||
  ("retryable" in error && error.retryable) ||
  ("status" in error && error.status === 503)

export const layer = (connection: Connection): Layer.Layer<Client, never, HttpClient.HttpClient> =>
  Layer.effect(Client, make(connection))
