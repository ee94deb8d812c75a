/** The two streams: where they start, how many there may be, what happens when a source fails. */
import { type SessionStore, SubAgents } from "@offshoot/core"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Api } from "../Api.ts"
import * as Problems from "../Problems.ts"
import * as Sse from "../Sse.ts"
import { Closing } from "./closing.ts"
import * as Refusals from "./refusals.ts"

export interface StreamOptions {
  readonly streamsMax: number
  readonly heartbeatEvery: Duration.Duration
}

const openGauge = Metric.gauge("offshoot_http_streams_open", { description: "Event streams that are open" })

/** A place among the open streams, given back when the request's scope closes: the reader is gone by then. */
const admission = (streamsMax: number): Effect.Effect<void, Problems.TooBusy, Scope.Scope> => {
  let open = 0
  const count = (change: number) =>
    Effect.suspend(() => {
      open += change
      return Metric.update(openGauge, open)
    })
  const full = new Problems.TooBusy({
    detail: `${streamsMax} event streams are open, and this server carries no more.`,
    hint: "Close a stream that is not read, or follow several sessions with one /v1/feed.",
    what: "streams",
    openMax: streamsMax
  })
  return Effect.suspend(() =>
    open >= streamsMax ? Effect.fail(full) : Effect.acquireRelease(count(1), () => count(-1))
  )
}

/** A failing source ends its stream; the headers are long gone, so the log has the reason. */
const endWhenCut = <E>(frames: Stream.Stream<Uint8Array, E>): Stream.Stream<Uint8Array> =>
  Stream.catchCause(frames, (cause) =>
    Stream.concat(Stream.fromEffectDrain(Effect.logError("http.stream_cut", cause)), Sse.cut)
  )

const flag = (value: "" | "true" | "1" | "false" | "0" | undefined): boolean =>
  value === "" || value === "true" || value === "1"

/** Where a feed starts, and whether the reader's own place is gone. */
const feedStart = (
  cursor: number | undefined,
  bounds: SessionStore.FeedBounds
): { readonly after: number; readonly reset: boolean } => {
  const beginning = bounds.oldest - 1
  return cursor === undefined
    ? { after: beginning, reset: false }
    : cursor < beginning || cursor > bounds.head
      ? { after: beginning, reset: true }
      : { after: cursor, reset: false }
}

/** The numbers of a reader: what the browser remembers wins over what the address says. */
const cursorOf = (
  headers: { readonly "last-event-id"?: number },
  query: { readonly since?: number }
): number | undefined => headers["last-event-id"] ?? query.since

export const layer = (options: StreamOptions) =>
  HttpApiBuilder.group(
    Api,
    "streams",
    Effect.fn(function* (handlers) {
      const subAgents = yield* SubAgents.SubAgents
      const closing = yield* Closing
      const admit = admission(options.streamsMax)
      const answer = <E>(frames: Stream.Stream<Uint8Array, E>) =>
        Sse.response(Sse.body(endWhenCut(frames), { heartbeatEvery: options.heartbeatEvery, closing: closing.await }))
      return handlers.handleAll({
        events: Effect.fnUntraced(function* ({ headers, params, query }) {
          yield* Effect.catchTags(subAgents.session(params.id), {
            SessionNotFound: (error) => Effect.fail(Refusals.sessionNotFound(error)),
            StoreError: (error) => Effect.fail(Refusals.storeError(error))
          })
          yield* admit
          const items = subAgents.events(params.id, {
            scope: flag(query.subtree) ? "subtree" : "session",
            after: Option.fromUndefinedOr(cursorOf(headers, query))
          })
          return answer(Sse.framed(items, Sse.liveFrame))
        }),
        feed: Effect.fnUntraced(function* ({ headers, query }) {
          const bounds = yield* Effect.mapError(subAgents.feedBounds, Refusals.storeError)
          yield* admit
          const start = feedStart(cursorOf(headers, query), bounds)
          const entries = subAgents.feed({
            after: start.after,
            sessionId: Option.fromUndefinedOr(query.session),
            types: Option.fromUndefinedOr(query.types)
          })
          const frames = Sse.framed(entries, Sse.feedFrame)
          return answer(start.reset ? Stream.concat(Stream.make(Sse.feedResetFrame(bounds.oldest)), frames) : frames)
        })
      })
    })
  )
