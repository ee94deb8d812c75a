/**
 * Requests as nobody's client would send them, and event streams frame by
 * frame, over real sockets.
 */
import * as NodeHttp from "node:http"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"

/** Where to ask, and the token that lets in. */
export interface Target {
  readonly port: number
  readonly token: string
}

export interface Asked {
  readonly method?: string
  readonly path: string
  /** `undefined` leaves out a header that would be sent. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly body?: string
}

export interface Answered {
  readonly status: number
  readonly headers: NodeHttp.IncomingHttpHeaders
  readonly text: string
}

const headersOf = (target: Target, asked: Asked): Record<string, string> => {
  const wanted: Record<string, string | undefined> = {
    authorization: `Bearer ${target.token}`,
    ...(asked.body === undefined ? {} : { "content-type": "application/json" }),
    ...asked.headers
  }
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  )
}

const request = (target: Target, asked: Asked, answer: (response: NodeHttp.IncomingMessage) => void) =>
  NodeHttp.request(
    {
      host: "127.0.0.1",
      port: target.port,
      agent: false,
      method: asked.method ?? "GET",
      path: asked.path,
      headers: headersOf(target, asked)
    },
    answer
  )

/** One request on a connection of its own. */
export const ask = (target: Target, asked: Asked): Effect.Effect<Answered> =>
  Effect.callback((resume) => {
    const sent = request(target, asked, (response) => {
      let text = ""
      response.setEncoding("utf8")
      response.on("data", (part: string) => {
        text += part
      })
      response.on("end", () =>
        resume(Effect.succeed({ status: response.statusCode ?? 0, headers: response.headers, text }))
      )
    })
    sent.on("error", (error) => resume(Effect.die(new Error(`${asked.method} ${asked.path}: ${error.message}`))))
    sent.end(asked.body)
    return Effect.sync(() => sent.destroy())
  })

const decode = Schema.decodeSync(Schema.fromJsonString(Schema.Unknown))

export const json = (text: string): unknown => decode(text)

const decodeRecord = Schema.decodeSync(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))

/** A JSON object's members. */
export const members = (text: string): Readonly<Record<string, unknown>> => decodeRecord(text)

/** One frame of an event stream, or a comment, or its end. */
export type Frame =
  | { readonly _tag: "Event"; readonly id: string | undefined; readonly event: Readonly<Record<string, unknown>> }
  | { readonly _tag: "Other"; readonly text: string }
  | { readonly _tag: "End" }

export interface EventStream {
  readonly status: number
  readonly headers: NodeHttp.IncomingHttpHeaders
  readonly next: Effect.Effect<Frame>
  /** Frames up to and with the first that fits, or up to the end. */
  readonly until: (fits: (frame: Frame) => boolean) => Effect.Effect<ReadonlyArray<Frame>>
  /** From now on nothing is read from the socket. */
  readonly pause: Effect.Effect<void>
  readonly resume: Effect.Effect<void>
  readonly close: Effect.Effect<void>
}

const frameOf = (block: string): Frame => {
  const lines = block.split("\n")
  const data = lines.find((line) => line.startsWith("data: "))
  const id = lines.find((line) => line.startsWith("id: "))
  return data === undefined
    ? { _tag: "Other", text: block }
    : { _tag: "Event", id: id?.slice("id: ".length), event: members(data.slice("data: ".length)) }
}

const framesOf = (response: NodeHttp.IncomingMessage, frames: Queue.Queue<Frame>): void => {
  let unfinished = ""
  const end = () => Queue.offerUnsafe(frames, { _tag: "End" })
  response.setEncoding("utf8")
  response.on("data", (part: string) => {
    const blocks = (unfinished + part).split("\n\n")
    unfinished = blocks.pop() ?? ""
    for (const block of blocks) Queue.offerUnsafe(frames, frameOf(block))
  })
  response.on("end", end)
  response.on("error", end)
}

const take = (next: Effect.Effect<Frame>, fits: (frame: Frame) => boolean): Effect.Effect<ReadonlyArray<Frame>> =>
  Effect.gen(function* () {
    const taken: Array<Frame> = []
    while (true) {
      const frame = yield* next
      taken.push(frame)
      if (frame._tag === "End" || fits(frame)) return taken
    }
  })

/** Opens a stream; the scope's end closes the connection. */
export const openStream = (target: Target, asked: Asked): Effect.Effect<EventStream, never, Scope.Scope> =>
  Effect.gen(function* () {
    const frames = yield* Queue.unbounded<Frame>()
    const response = yield* Effect.acquireRelease(
      Effect.callback<NodeHttp.IncomingMessage>((resume) => {
        const sent = request(target, asked, (answered) => resume(Effect.succeed(answered)))
        sent.on("error", (error) => resume(Effect.die(error)))
        sent.end(asked.body)
      }),
      (answered) => Effect.sync(() => answered.destroy())
    )
    framesOf(response, frames)
    const next = Queue.take(frames)
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      next,
      until: (fits) => take(next, fits),
      pause: Effect.sync(() => response.pause()),
      resume: Effect.sync(() => response.resume()),
      close: Effect.sync(() => response.destroy())
    }
  })

export const isEvent =
  (type: string) =>
  (frame: Frame): frame is Extract<Frame, { readonly _tag: "Event" }> =>
    frame._tag === "Event" && frame.event["type"] === type

/** The events among the frames. */
export const eventsOf = (frames: ReadonlyArray<Frame>) =>
  frames.flatMap((frame) => (frame._tag === "Event" ? [frame] : []))
