/**
 * The HTTP of one `opencode serve`: calls to it, and its stream of events.
 *
 * Knows addresses, limits and frames; what is said is the conversation's
 * business. It speaks to the address that its own program announced and to no
 * other: redirects are not followed, and nothing but the loopback address is
 * one.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { type Frame, frameBytesMin, framer, objectOf } from "../Frames.ts"

/** Of an answer: the whole conversation is the longest, and it is read again when the stream broke off. */
const bodyBytesMax = 67_108_864

/** Of all events of a run: as much as a program may say over a pipe unless its configuration allows another amount. */
const eventBytesMax = 1_073_741_824

/** The first call has the program read its configuration: 6.5 s were seen on a busy machine (1.18.33). */
const callLimit = Duration.seconds(60)

const user = "opencode"

/**
 * `broken_off`: the other end went away, or never answered; it may be there
 * again. `too_large`: it said more than is read. `refused`: it lets us not in.
 */
export class ServerLost extends Data.TaggedError("ServerLost")<{
  readonly reason: "broken_off" | "too_large" | "refused"
  readonly message: string
}> {}

export interface Answer {
  readonly status: number
  /** The JSON of its body; nothing: it had none. */
  readonly body: unknown
}

export interface OpencodeServer {
  readonly call: (method: "GET" | "POST" | "PATCH", path: string, body?: unknown) => Effect.Effect<Answer, ServerLost>
  /**
   * Connects, has `opened` done before the first event is read, and returns
   * when the stream ends. **Interruption**: closes the connection.
   */
  readonly events: (
    opened: Effect.Effect<void, ServerLost>,
    take: (events: ReadonlyArray<Frame>) => Effect.Effect<void>
  ) => Effect.Effect<void, ServerLost>
}

/** The address in the line by which the program says that it listens; none: it says something else. */
export const addressIn = (line: string): string | undefined => /\bhttp:\/\/127\.0\.0\.1:\d{1,5}\b/.exec(line)?.[0]

/** The event of a line of the stream. opencode writes each on one line (1.18.33). */
const eventIn = (line: string): Frame | undefined =>
  line.startsWith("data:") ? objectOf(line.slice("data:".length).trimStart()) : undefined

const tooLarge = (bytesMax: number): ServerLost =>
  new ServerLost({ reason: "too_large", message: `opencode said more than ${bytesMax} bytes at once` })

const brokenOff = (message: string): ServerLost => new ServerLost({ reason: "broken_off", message })

const refused = (status: number): ServerLost =>
  new ServerLost({ reason: "refused", message: `opencode's server refused to tell its events, with ${status}` })

const unheard = (): ServerLost => brokenOff("the connection to opencode's server broke off")

/** A body is JSON, or nothing is made of it. */
const parsed = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

const noContent = 204

const bodyOf = (response: HttpClientResponse.HttpClientResponse): Effect.Effect<unknown, ServerLost> =>
  Effect.suspend(() => {
    if (response.status === noContent) return Effect.void
    const decoder = new TextDecoder("utf-8")
    let text = ""
    let bytes = 0
    return response.stream.pipe(
      Stream.mapError(unheard),
      Stream.runForEach((chunk) => {
        bytes += chunk.length
        if (bytes > bodyBytesMax) return Effect.fail(tooLarge(bodyBytesMax))
        text += decoder.decode(chunk, { stream: true })
        return Effect.void
      }),
      Effect.map(() => parsed(text + decoder.decode()))
    )
  })

/** Takes in what comes, line by line. */
const follow = (
  response: HttpClientResponse.HttpClientResponse,
  spent: { bytes: number },
  take: (events: ReadonlyArray<Frame>) => Effect.Effect<void>
): Effect.Effect<void, ServerLost> => {
  const lines = framer(frameBytesMin)
  return response.stream.pipe(
    Stream.mapError(unheard),
    Stream.runForEachArray((chunks) =>
      Effect.suspend(() => {
        const events: Array<Frame> = []
        for (const chunk of chunks) {
          spent.bytes += chunk.length
          for (const line of lines.push(chunk)) {
            const event = eventIn(line)
            if (event !== undefined) events.push(event)
          }
        }
        const taken = events.length === 0 ? Effect.void : take(events)
        if (lines.tooLong() !== undefined) return Effect.andThen(taken, Effect.fail(tooLarge(frameBytesMin)))
        return spent.bytes > eventBytesMax ? Effect.andThen(taken, Effect.fail(tooLarge(eventBytesMax))) : taken
      })
    )
  )
}

/** Makes a server of an address. */
export const client = Effect.map(Layer.build(FetchHttpClient.layer), (services) => {
  const http = Context.get(services, HttpClient.HttpClient)
  return (address: string, password: string): OpencodeServer => {
    const spent = { bytes: 0 }
    const execute = (request: HttpClientRequest.HttpClientRequest) =>
      http
        .execute(request.pipe(HttpClientRequest.prependUrl(address), HttpClientRequest.basicAuth(user, password)))
        .pipe(
          Effect.mapError(unheard),
          Effect.provideService(FetchHttpClient.RequestInit, { redirect: "error" }),
          // The program is no service of ours: it gets the run's trace in its environment.
          Effect.provideService(HttpClient.TracerDisabledWhen, () => true)
        )
    return {
      call: (method, path, body) =>
        Effect.suspend(() => {
          const request = HttpClientRequest.make(method)(path)
          return execute(body === undefined ? request : HttpClientRequest.bodyJsonUnsafe(request, body))
        }).pipe(
          Effect.flatMap((response) =>
            Effect.map(bodyOf(response), (read): Answer => ({ status: response.status, body: read }))
          ),
          Effect.timeoutOrElse({
            duration: callLimit,
            orElse: () => Effect.fail(brokenOff(`opencode did not answer within ${Duration.toSeconds(callLimit)} s`))
          })
        ),
      events: (opened, take) =>
        Effect.flatMap(execute(HttpClientRequest.get("/event")), (response) =>
          response.status === 200
            ? Effect.andThen(opened, follow(response, spent, take))
            : Effect.fail(refused(response.status))
        )
    }
  }
})
