/**
 * A typed client of the HTTP contract: for the command line, for tests, for
 * programs beside the server.
 *
 * Calls are generated from `Api`; a refusal is one of the classes of
 * `Problems`. The two streams are read here, because their frames carry more
 * than a schema says: feed numbers, and a place to go on from. A stream goes
 * on over reconnections by itself. It does not start a server and keeps no
 * state between streams.
 *
 * @stability unstable
 */
import { AgentEvent, type Ids, Session } from "@offshoot/core"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Sse from "effect/encoding/Sse"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as ProblemDetails from "effect/http/ProblemDetails"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Api } from "./Api.ts"
import * as Wire from "./Wire.ts"

/** Where the server is and how to be let in. `baseUrl` has no path: `http://127.0.0.1:4117`. */
export interface Connection {
  readonly baseUrl: string
  readonly token: Redacted.Redacted
}

/** A stream was refused; `problem` is the document that the server sent. */
export class StreamRefused extends Data.TaggedError("StreamRefused")<{
  readonly problem: ProblemDetails.ProblemDetails
}> {
  /** Whether the same request may be accepted a moment later. */
  get retryable(): boolean {
    return this.problem.status === 429 || this.problem.status === 503
  }
  override get message(): string {
    return this.problem.detail ?? this.problem.title ?? this.problem.type
  }
}

/** The server sent something that is not an event of this contract. */
export class StreamUnreadable extends Data.TaggedError("StreamUnreadable")<{ readonly cause: unknown }> {
  readonly retryable = false
  override get message(): string {
    return "the server sent an event that cannot be read: client and server may be of different versions"
  }
}

export type StreamError = StreamRefused | StreamUnreadable | HttpClientError.HttpClientError

/** One event of a session's stream. Durable ones have a feed number. */
export interface Followed {
  readonly number: Option.Option<number>
  readonly event: AgentEvent.AgentEvent
}

/**
 * One event of the feed. Only `feed_reset` has no number, stream and time: the
 * cursor was too old, and what follows starts at the oldest event kept.
 */
export interface FeedEntry extends Followed {
  readonly streamId: Option.Option<Ids.SessionId>
  readonly at: Option.Option<string>
}

export interface EventsOptions {
  readonly subtree?: boolean
  /** Go on after this feed number; none: the replay for those who come late. */
  readonly since?: number
}

export interface FeedOptions {
  /** Go on after this feed number; none: from the oldest event kept. */
  readonly since?: number
  readonly session?: Ids.SessionId
  readonly types?: ReadonlyArray<AgentEvent.EventType>
}

export interface ClientShape {
  /** Every call of the contract but the streams. */
  readonly calls: HttpApiClient.ForApi<typeof Api>
  /**
   * A session's stream, until it has settled for good. Reconnects with the
   * last number that it saw; a first connection that fails is an error.
   *
   * **Interruption**: closes the connection; the session runs on.
   */
  readonly events: (id: Ids.SessionId, options?: EventsOptions) => Stream.Stream<Followed, StreamError>
  /**
   * The durable feed, for ever. Reconnects as `events` does.
   *
   * **Interruption**: closes the connection.
   */
  readonly feed: (options?: FeedOptions) => Stream.Stream<FeedEntry, StreamError>
}

/** What the server asks of readers with `retry:`. */
const reconnectDelay = Duration.seconds(1)
/** Reconnections in a row without a single answer before a stream gives up: five minutes. */
const failuresMax = 300
/** Twice the body limit: a tool call with a megabyte of arguments, wrapped, still passes. */
const eventLengthMax = 2 * 1024 * 1024

const FeedMembers = Schema.Struct({
  streamId: Schema.optionalKey(Wire.feedMembers.streamId),
  at: Schema.optionalKey(Wire.feedMembers.at)
})
const parseJson = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Unknown))
const decodeEvent = Schema.decodeUnknownResult(AgentEvent.AgentEvent)
const decodeFeedMembers = Schema.decodeUnknownResult(FeedMembers)
const decodeTyped = Schema.decodeUnknownResult(Schema.Struct({ type: Schema.String }))
const decodeProblem = Schema.decodeUnknownResult(Schema.fromJsonString(ProblemDetails.Schema))

const knownTypes: ReadonlySet<string> = new Set(
  AgentEvent.AgentEvent.members.map((member) => member.fields.type.literal)
)

/** An event of a type that this client does not know is left out, as a newer server may send more. */
const readData = (data: string): Result.Result<Option.Option<Omit<FeedEntry, "number">>, StreamUnreadable> =>
  Result.gen(function* () {
    const json = yield* Result.mapError(parseJson(data), (cause) => new StreamUnreadable({ cause }))
    const { type } = yield* Result.mapError(decodeTyped(json), (cause) => new StreamUnreadable({ cause }))
    if (!knownTypes.has(type)) {
      return Option.none()
    }
    const event = yield* Result.mapError(decodeEvent(json), (cause) => new StreamUnreadable({ cause }))
    const members = yield* Result.mapError(decodeFeedMembers(json), (cause) => new StreamUnreadable({ cause }))
    return Option.some({
      event,
      streamId: Option.fromUndefinedOr(members.streamId),
      at: Option.fromUndefinedOr(members.at)
    })
  })

/**
 * Turns text into entries. A parser's `id` is inherited from frame to frame,
 * so only a *new* id is this frame's own.
 */
const makeReader = () => {
  let entries: Array<FeedEntry> = []
  let failure: StreamUnreadable | undefined
  let lastId: string | undefined
  const parser = Sse.makeParser(
    (parsed) => {
      if (parsed._tag === "Retry") {
        return
      }
      const own = parsed.id !== lastId
      lastId = parsed.id
      const read = readData(parsed.data)
      if (Result.isFailure(read)) {
        failure ??= read.failure
      } else if (Option.isSome(read.success)) {
        const number = own && parsed.id !== undefined ? Option.some(Number(parsed.id)) : Option.none<number>()
        entries.push({ number, ...read.success.value })
      }
    },
    { maxEventSize: eventLengthMax }
  )
  return (text: string): Result.Result<ReadonlyArray<FeedEntry>, StreamUnreadable> => {
    const tooLarge = parser.feed(text)
    const read = entries
    entries = []
    return failure !== undefined
      ? Result.fail(failure)
      : tooLarge === undefined
        ? Result.succeed(read)
        : Result.fail(new StreamUnreadable({ cause: tooLarge }))
  }
}

const refused = (response: HttpClientResponse.HttpClientResponse): Effect.Effect<never, StreamError> =>
  Effect.flatMap(response.text, (body) => {
    const problem = decodeProblem(body)
    return Effect.fail(
      new StreamRefused({
        problem: Result.isSuccess(problem)
          ? { ...problem.success, status: response.status }
          : { type: ProblemDetails.blankType, status: response.status, title: `the server answered ${response.status}` }
      })
    )
  })

/** Where a stream is: kept over its connections. */
interface Position {
  after: number | undefined
  answered: boolean
  failures: number
  complete: boolean
}

const connect = (
  http: HttpClient.HttpClient,
  request: HttpClientRequest.HttpClientRequest,
  position: Position
): Stream.Stream<FeedEntry, StreamError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const resumed =
        position.after === undefined
          ? request
          : HttpClientRequest.setHeader(request, "last-event-id", String(position.after))
      const response = yield* http.execute(resumed)
      if (response.status !== 200) {
        return yield* refused(response)
      }
      position.answered = true
      position.failures = 0
      const read = makeReader()
      return response.stream.pipe(
        Stream.decodeText(),
        Stream.mapEffect((text) => Effect.fromResult(read(text))),
        Stream.flattenIterable
      )
    })
  )

const retryable = (error: StreamError): boolean => error._tag === "HttpClientError" || error.retryable

/**
 * One stream over as many connections as it takes. When one ends without a
 * failure, `complete` says whether that was the end of the stream or of the
 * server.
 */
const follow = (
  http: HttpClient.HttpClient,
  request: HttpClientRequest.HttpClientRequest,
  complete: Effect.Effect<boolean>
): Stream.Stream<FeedEntry, StreamError> =>
  Stream.suspend(() => {
    const position: Position = { after: undefined, answered: false, failures: 0, complete: false }
    return Stream.suspend(() => connect(http, request, position)).pipe(
      Stream.tap((entry) =>
        Effect.sync(() => {
          position.after = Option.getOrElse(entry.number, () => position.after)
        })
      ),
      Stream.concat(
        Stream.fromEffectDrain(
          Effect.map(complete, (yes) => {
            position.complete = yes
          })
        )
      ),
      Stream.catch((error) => {
        position.failures++
        return position.answered && retryable(error) && position.failures < failuresMax
          ? Stream.empty
          : Stream.fail(error)
      }),
      Stream.repeat(Schedule.spaced(reconnectDelay).pipe(Schedule.while(() => !position.complete)))
    )
  })

export class Client extends Context.Service<Client, ClientShape>()("@offshoot/server/Client") {}

export const make = (connection: Connection): Effect.Effect<ClientShape, never, HttpClient.HttpClient> =>
  Effect.gen(function* () {
    const http = HttpClient.mapRequest(yield* HttpClient.HttpClient, (request) =>
      request.pipe(HttpClientRequest.prependUrl(connection.baseUrl), HttpClientRequest.bearerToken(connection.token))
    )
    const calls = yield* HttpApiClient.makeWith(Api, { httpClient: http })
    return {
      calls,
      events: (id, options) =>
        follow(
          http,
          HttpClientRequest.get(`/v1/sessions/${encodeURIComponent(id)}/events`).pipe(
            HttpClientRequest.setUrlParams({
              subtree: options?.subtree === true ? "true" : undefined,
              since: options?.since
            })
          ),
          calls.sessions.get({ params: { id } }).pipe(
            Effect.map((session) => !Session.isInFlight(session.status)),
            Effect.orElseSucceed(() => false)
          )
        ),
      feed: (options) =>
        follow(
          http,
          HttpClientRequest.get("/v1/feed").pipe(
            HttpClientRequest.setUrlParams({
              since: options?.since,
              session: options?.session,
              types: options?.types?.join(",")
            })
          ),
          Effect.succeed(false)
        )
    }
  })

export const layer = (connection: Connection): Layer.Layer<Client, never, HttpClient.HttpClient> =>
  Layer.effect(Client, make(connection))
