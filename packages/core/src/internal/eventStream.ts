/**
 * One connection to an event stream over HTTP: text into entries.
 *
 * Lines, ids and shapes only; what a reader makes of them is in `FeedReader`.
 */
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Sse from "effect/encoding/Sse"
import type * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as ProblemDetails from "effect/http/ProblemDetails"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { AgentEvent } from "../AgentEvent.ts"
import { SessionId } from "../Ids.ts"

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

/** One event of a stream. Durable ones have a feed number; those of the feed also a stream and a time. */
export interface Entry {
  readonly number: Option.Option<number>
  readonly event: AgentEvent
  readonly streamId: Option.Option<SessionId>
  readonly at: Option.Option<string>
}

/** What a connection brings. `Passed`: there was nothing for this reader up to here. */
export type Frame =
  | { readonly _tag: "Entry"; readonly entry: Entry }
  | { readonly _tag: "Passed"; readonly upTo: number }

/** Twice the body limit: a tool call with a megabyte of arguments, wrapped, still passes. */
const eventLengthMax = 2 * 1024 * 1024

/** Four comments that did not come: the other end is gone, and nobody has said so. */
const silenceMax = Duration.seconds(60)

const FeedMembers = Schema.Struct({ streamId: Schema.optionalKey(SessionId), at: Schema.optionalKey(Schema.String) })
const parseJson = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Unknown))
const decodeEvent = Schema.decodeUnknownResult(AgentEvent)
const decodeFeedMembers = Schema.decodeUnknownResult(FeedMembers)
const decodeTyped = Schema.decodeUnknownResult(Schema.Struct({ type: Schema.String }))
const decodeProblem = Schema.decodeUnknownResult(Schema.fromJsonString(ProblemDetails.Schema))

const knownTypes: ReadonlySet<string> = new Set(AgentEvent.members.map((member) => member.fields.type.literal))

const unreadable = (cause: unknown): StreamUnreadable => new StreamUnreadable({ cause })

/** None: an event of a type that this client does not know, as a newer server may send more. */
const readData = (data: string): Result.Result<Option.Option<Omit<Entry, "number">>, StreamUnreadable> =>
  Result.gen(function* () {
    const json = yield* Result.mapError(parseJson(data), unreadable)
    const { type } = yield* Result.mapError(decodeTyped(json), unreadable)
    if (!knownTypes.has(type)) return Option.none()
    const event = yield* Result.mapError(decodeEvent(json), unreadable)
    const members = yield* Result.mapError(decodeFeedMembers(json), unreadable)
    return Option.some({
      event,
      streamId: Option.fromUndefinedOr(members.streamId),
      at: Option.fromUndefinedOr(members.at)
    })
  })

const numberOf = (id: string | undefined): Option.Option<number> => {
  const number = id === undefined || id === "" ? Number.NaN : Number(id)
  return Number.isSafeInteger(number) ? Option.some(number) : Option.none()
}

/**
 * Turns text into frames. A parser's `id` is inherited from frame to frame, so
 * only a *new* id is this frame's own; one that comes with a `retry:` and no
 * data says how far the reader is.
 */
export const makeDecoder = (): ((text: string) => Result.Result<ReadonlyArray<Frame>, StreamUnreadable>) => {
  let frames: Array<Frame> = []
  let failure: StreamUnreadable | undefined
  let lastId: string | undefined
  const parser = Sse.makeParser(
    (parsed) => {
      const id = parsed._tag === "Retry" ? parsed.lastEventId : parsed.id
      const number = id === lastId ? Option.none<number>() : numberOf(id)
      lastId = id
      const read = parsed._tag === "Retry" ? Result.succeed(Option.none()) : readData(parsed.data)
      if (Result.isFailure(read)) failure ??= read.failure
      else if (Option.isSome(read.success)) frames.push({ _tag: "Entry", entry: { number, ...read.success.value } })
      else if (Option.isSome(number)) frames.push({ _tag: "Passed", upTo: number.value })
    },
    { maxEventSize: eventLengthMax }
  )
  return (text) => {
    const tooLarge = parser.feed(text)
    const read = frames
    frames = []
    if (failure !== undefined) return Result.fail(failure)
    return tooLarge === undefined ? Result.succeed(read) : Result.fail(unreadable(tooLarge))
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

/**
 * Opens the stream after a number and returns when it was answered. The stream
 * ends when the server ends it, and when nothing came for `silenceMax`.
 */
export const open = Effect.fnUntraced(function* (
  http: HttpClient.HttpClient,
  request: HttpClientRequest.HttpClientRequest,
  after: Option.Option<number>
) {
  const placed = Option.isNone(after)
    ? request
    : HttpClientRequest.setHeader(request, "last-event-id", String(after.value))
  const response = yield* http.execute(placed)
  if (response.status !== 200) return yield* refused(response)
  const decode = makeDecoder()
  return response.stream.pipe(
    Stream.decodeText(),
    Stream.timeout(silenceMax),
    Stream.mapEffect((text) => Effect.fromResult(decode(text))),
    Stream.flattenIterable
  )
})
