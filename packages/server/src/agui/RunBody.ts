/**
 * The body of an answer: a run's events as frames, with a last word in any case.
 *
 * @stability unstable
 */
import type { Ids, SessionStore, SubAgents } from "@offshoot/core"
import type * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { ClosingShape } from "../internal/closing.ts"
import * as Refusals from "../internal/refusals.ts"
import * as Sse from "../Sse.ts"
import { type AgUiEvent, protocolVersion } from "./AgUiEvent.ts"
import * as Ending from "./Ending.ts"
import * as RunLink from "./RunLink.ts"
import { merged } from "./Speech.ts"

/** Items that are read ahead of the client; the rest waits in the session's own stream. */
const itemsMax = 256

export type Items = Queue.Dequeue<
  SubAgents.StreamItem,
  SubAgents.SessionNotFound | SessionStore.StoreError | Cause.Done
>

/**
 * What is narrated comes from now on, also what happens while the input is
 * carried out: the reader has subscribed when this returns, for the fiber that
 * reads is started at once and subscribes before it waits for anything. It ends
 * with the request.
 */
export const listen = Effect.fnUntraced(function* (
  subAgents: SubAgents.SubAgentsShape,
  rootId: Ids.SessionId,
  after: number
) {
  const items = yield* Queue.bounded<
    SubAgents.StreamItem,
    SubAgents.SessionNotFound | SessionStore.StoreError | Cause.Done
  >(itemsMax)
  yield* subAgents.events(rootId, { scope: "subtree", after: Option.some(after), until: "deleted" }).pipe(
    Stream.runForEachArray((arrived) => Queue.offerAll(items, arrived)),
    Effect.matchCauseEffect({
      onFailure: (cause) => Queue.failCause(items, cause),
      onSuccess: () => Queue.end(items)
    }),
    Effect.forkScoped({ startImmediately: true })
  )
  return items
})

export const started = ({ runId, threadId }: Ending.Names): AgUiEvent => ({
  type: "RUN_STARTED",
  threadId,
  runId,
  protocolVersion
})

/** Said of a run that the end of the server cuts off. */
const stopping: Ending.Failure = {
  code: "shutting_down",
  message: Refusals.shuttingDown.detail,
  hint: "The session is kept: send the same input again when the server has started again."
}

const cutOff: Ending.Failure = {
  code: "internal",
  message: "The stream was cut off by a failure: see the server's log",
  hint: "The session may go on: send the same input again."
}

export interface BodyOptions {
  readonly heartbeatEvery: Duration.Duration
  readonly closing: Pick<ClosingShape, "await" | "begun">
}

export const respond = <E>(
  { closing, heartbeatEvery }: BodyOptions,
  link: { over: boolean },
  events: Stream.Stream<ReadonlyArray<AgUiEvent>, E>
): HttpServerResponse.HttpServerResponse => {
  const frames = events.pipe(
    Stream.catchCause((cause) =>
      Stream.fromEffect(
        Effect.suspend(() => {
          const isOver = link.over
          link.over = true
          return Effect.as(Effect.logError("agui.cut", cause), isOver ? [] : [Ending.failed(cutOff, [])])
        })
      )
    ),
    Stream.interruptWhen(closing.await),
    Stream.concat(
      Stream.suspend(() =>
        link.over ? Stream.empty : Stream.make([Ending.failed(closing.begun() ? stopping : cutOff, [])])
      )
    ),
    Stream.flatMap((some) => Stream.fromIterable(merged(some)))
  )
  return Sse.response(Sse.body(Sse.framed(frames, Sse.plainFrame), { heartbeatEvery, closing: Effect.never }))
}

/** A run of a thread that there is not, and nothing to begin it with. */
export const nothingToDo = (options: BodyOptions, input: Ending.Names) =>
  respond(options, { over: true }, Stream.make([started(input), Ending.failed(RunLink.neverRan, [])]))

/** What the stream of a session brings, as the client is told it, up to the end of the run. */
export const narrated = (link: RunLink.RunLink, items: Items) =>
  Stream.fromQueue(items).pipe(
    Stream.chunks,
    Stream.mapEffect((heard) =>
      RunLink.hear(
        link,
        heard.map(({ event }) => event)
      )
    ),
    Stream.takeUntil(() => link.over)
  )
