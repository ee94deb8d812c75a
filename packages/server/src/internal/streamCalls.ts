/** The two streams: where they start, what happens when a source fails. And the snapshot that the feed goes on from. */
import { type AgentEvent, type Ids, type SessionStore, SubAgents } from "@offshoot/core"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Api } from "../Api.ts"
import * as Sse from "../Sse.ts"
import * as Wire from "../Wire.ts"
import { Closing } from "./closing.ts"
import * as Refusals from "./refusals.ts"
import { StreamPlaces } from "./streamPlaces.ts"

export interface StreamOptions {
  readonly heartbeatEvery: Duration.Duration
}

/** A failing source ends its stream; the headers are long gone, so the log has the reason. */
const endWhenCut = <E>(frames: Stream.Stream<Uint8Array, E>): Stream.Stream<Uint8Array> =>
  Stream.catchCause(frames, (cause) =>
    Stream.concat(Stream.fromEffectDrain(Effect.logError("http.stream_cut", cause)), Sse.cut)
  )

const flag = (value: "" | "true" | "1" | "false" | "0" | undefined): boolean =>
  value === "" || value === "true" || value === "1"

/** The numbers of a reader: what the browser remembers wins over what the address says. */
const cursorOf = (
  headers: { readonly "last-event-id"?: number },
  query: { readonly since?: number }
): number | undefined => headers["last-event-id"] ?? query.since

const resetTo = (bounds: SessionStore.FeedBounds) => Stream.make(Sse.feedResetFrame(bounds.oldest))

/**
 * A number that this record never gave is of another record, whose directory
 * was replaced: the reader is told, and gets what one without a number gets.
 */
const eventFrames = (
  subAgents: SubAgents.SubAgentsShape,
  id: Ids.SessionId,
  request: Pick<SubAgents.EventsRequest, "scope" | "until"> & { readonly cursor: number | undefined },
  bounds: SessionStore.FeedBounds
) => {
  const foreign = request.cursor !== undefined && request.cursor > bounds.head
  const items = subAgents.events(id, {
    scope: request.scope,
    ...(request.until === undefined ? {} : { until: request.until }),
    after: foreign ? Option.none() : Option.fromUndefinedOr(request.cursor)
  })
  const frames = Sse.framed(items, Sse.liveFrame)
  return foreign ? Stream.concat(resetTo(bounds), frames) : frames
}

interface FeedQuery {
  readonly session?: Ids.SessionId
  readonly subtree?: Ids.SessionId
  readonly types?: ReadonlyArray<AgentEvent.EventType>
}

/** The contract lets no request through that names both. */
const scopeOf = ({ session, subtree }: FeedQuery): SessionStore.FeedScope => {
  if (session !== undefined) return { _tag: "Session", sessionId: session }
  return subtree === undefined ? { _tag: "All" } : { _tag: "Subtree", sessionId: subtree }
}

/** Who brings no number starts at the oldest event kept, and has lost nothing. */
const feedFrames = (subAgents: SubAgents.SubAgentsShape, query: FeedQuery, after: number) =>
  Sse.framed(
    subAgents.feed({ after, scope: scopeOf(query), types: Option.fromUndefinedOr(query.types) }),
    Sse.feedFrame
  )

const refused = {
  SessionNotFound: (error: SubAgents.SessionNotFound) => Effect.fail(Refusals.sessionNotFound(error)),
  StoreError: (error: SessionStore.StoreError) => Effect.fail(Refusals.storeError(error))
}

export const layer = (options: StreamOptions) =>
  HttpApiBuilder.group(
    Api,
    "streams",
    Effect.fn(function* (handlers) {
      const subAgents = yield* SubAgents.SubAgents
      const closing = yield* Closing
      const { take: admit } = yield* StreamPlaces
      const bounds = Effect.mapError(subAgents.feedBounds, Refusals.storeError)
      const answer = <E>(frames: Stream.Stream<Uint8Array, E>) =>
        Sse.response(Sse.body(endWhenCut(frames), { heartbeatEvery: options.heartbeatEvery, closing: closing.await }))
      return handlers.handleAll({
        events: Effect.fnUntraced(function* ({ headers, params, query }) {
          yield* Effect.catchTags(subAgents.session(params.id), refused)
          const scope = flag(query.subtree) ? "subtree" : "session"
          const { until } = query
          const more = until === undefined ? {} : { until }
          const request = { scope, ...more, cursor: cursorOf(headers, query) } as const
          const now = yield* bounds
          yield* admit
          return answer(eventFrames(subAgents, params.id, request, now))
        }),
        feed: Effect.fnUntraced(function* ({ headers, query }) {
          const now = yield* bounds
          yield* admit
          return answer(feedFrames(subAgents, query, cursorOf(headers, query) ?? now.oldest - 1))
        }),
        snapshot: Effect.fnUntraced(function* ({ query }) {
          const asked = {
            within: Option.fromUndefinedOr(query.subtree),
            limit: query.limit ?? Wire.snapshotDefault
          }
          const taken = yield* Effect.catchTags(subAgents.snapshot(asked), refused)
          return Wire.snapshot(taken, yield* Effect.mapError(subAgents.usages(taken), Refusals.storeError))
        })
      })
    })
  )
