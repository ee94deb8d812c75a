/**
 * An editor's hold on one session while its connection lasts.
 *
 * Two streams of the server meet here: the live one (what is said) and the record
 * (who there is, what is asked, how things ended), which converges whatever was
 * lost. One fiber takes what comes from both and from the editor, one after the
 * other, and owns the link's memory; only cancels do not wait in that line.
 *
 * Viewing is not owning: when a link ends, its session goes on.
 *
 * @stability unstable
 */
import type { PromptResponse } from "@agentclientprotocol/sdk/unstable"
import { type AgentEvent, type Ids, Session } from "@offshoot/core"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import type { Followed } from "../Client.ts"
import type { Connected } from "../cli/Connect.ts"
import * as TreeView from "@offshoot/core/TreeView"
import type * as Wire from "../Wire.ts"
import type { Editor } from "./Editor.ts"
import { failed, notFound } from "./Failed.ts"
import type { RpcError } from "./JsonRpc.ts"
import * as LinkAsks from "./LinkAsks.ts"
import type { Input, LinkState, Shows } from "./LinkState.ts"
import * as LinkText from "./LinkText.ts"
import * as LinkTree from "./LinkTree.ts"
import * as LinkTurn from "./LinkTurn.ts"
import * as NestedCards from "./NestedCards.ts"
import { silent } from "./OwnUpdates.ts"
import type { Peer } from "./Peer.ts"

/** Events that are read ahead of the editor; the rest stays with the server. */
const inputsMax = 64

/** Questions that an editor is asked at once; a person answers one after the other anyway. */
const askingMax = 16

/** What children say gathers for so long: four times a second is as often as people look. */
const gatherFor = Duration.millis(250)

/** How long a turn's answer waits for the record, and a question for the words before it: another connection brings them. */
const overdueAfter = Duration.seconds(2)

/** A session whose events are all forgotten tells nothing at first: then it is not waited for longer. */
const hearingTimeout = Duration.seconds(1)

export interface Options {
  readonly server: Connected
  readonly peer: Peer
  readonly editor: Editor
  readonly session: Wire.WireSession
  readonly shows: Shows
  /** The last entry of the transcript that the editor has. */
  readonly position: number
}

export interface Link {
  readonly id: Ids.SessionId
  /** Whether anything still comes of it; one that has ended can be opened anew. */
  readonly isAlive: () => boolean
  /** Returns when nothing that happens from now on is missed, and everything of before has been shown. */
  readonly ready: Effect.Effect<void, RpcError>
  /**
   * One turn to its end.
   *
   * **Interruption**: stops waiting for the answer; the session goes on.
   */
  readonly prompt: (text: string) => Effect.Effect<PromptResponse, RpcError>
  /** Stops the session and everything below it: gracefully, and at once when it is asked for again in a turn. */
  readonly cancel: Effect.Effect<void>
  /** Stops a child and everything below it; false: it is none of this session's. */
  readonly cancelChild: (id: Ids.SessionId) => Effect.Effect<boolean>
}

const stateOf = Effect.fnUntraced(function* ({ editor, peer, position, server, session, shows }: Options) {
  const state: LinkState = {
    id: session.id,
    server,
    peer,
    editor,
    shows,
    asking: yield* FiberMap.make<string>(),
    askingMax: yield* Semaphore.make(askingMax),
    tree: TreeView.start(session, yield* Clock.currentTimeMillis),
    from: undefined,
    toldUpTo: 0,
    heardUpTo: 0,
    cards: new Map(),
    hidden: new Set(),
    dirty: new Set(),
    gathered: yield* Latch.make(false),
    nested: NestedCards.none,
    spoken: new Map([[session.id, silent(session.workspace, String(session.version))]]),
    announced: new Map(),
    heard: "",
    // The beginning of what it says now was said before.
    gap: Session.isInFlight(session.status) ? "open" : "none",
    position,
    own: new Set(),
    context: undefined,
    wentOnAs: new Map(),
    turn: undefined,
    coming: new Set(),
    asked: new Map(),
    unheard: new Map(),
    inWords: []
  }
  return state
})

type Offer = (input: Input) => Effect.Effect<void>

const hearOwn = Effect.fnUntraced(function* (
  state: LinkState,
  event: AgentEvent.OwnEvent,
  number: Option.Option<number>,
  overdue: (turn: NonNullable<LinkState["turn"]>) => Effect.Effect<void>
) {
  switch (event.type) {
    case "complete":
    case "cancelled":
    case "error": {
      const turn = yield* LinkTurn.ended(state, event, number)
      return turn === undefined ? undefined : yield* overdue(turn)
    }
    case "lagged":
      LinkText.missed(state)
      return yield* LinkTree.missed(state, event.missed)
    case "feed_reset":
      return LinkText.missed(state)
    case "run_suspended":
      return LinkTurn.wentOn(state, event.runId, event.nextRunId)
    case "run_retried":
      LinkTurn.wentOn(state, event.runId, event.nextRunId)
      return yield* LinkText.hear(state, event)
    case "message_receipt_changed":
      return yield* LinkTurn.received(state, event)
    default:
      return yield* LinkText.hear(state, event)
  }
})

const hear = Effect.fnUntraced(function* (
  state: LinkState,
  { event, number }: Followed,
  overdue: (turn: NonNullable<LinkState["turn"]>) => Effect.Effect<void>,
  unasked: (requestId: string) => Effect.Effect<void>
) {
  if (Option.isNone(number) && event.type !== "lagged") LinkText.goesOn(state)
  // What is repeated of before is in the transcript.
  if (Option.exists(number, (known) => state.from === undefined || known <= state.from)) return
  if (event.type === "sub_agent_event") yield* LinkTree.hearChild(state, event)
  else yield* hearOwn(state, event, number, overdue)
  if (Option.isSome(number)) yield* LinkAsks.heardUpTo(state, number.value, unasked)
})

const tell = Effect.fnUntraced(function* (
  state: LinkState,
  told: Extract<Input, { readonly _tag: "Told" }>["told"],
  unasked: (requestId: string) => Effect.Effect<void>,
  unheard: (requestId: string) => Effect.Effect<void>
) {
  if (told._tag === "Snapshot") {
    yield* LinkTree.level(state, told.snapshot)
    yield* LinkAsks.level(state, told.snapshot, unasked)
    return yield* LinkTurn.told(state)
  }
  if (told._tag !== "Entry") return
  const { event, number, streamId } = told.entry
  if (Option.isNone(number) || Option.isNone(streamId)) return
  yield* LinkTree.record(state, { number: number.value, streamId: streamId.value, event })
  if (event.type === "tool_approval_requested" || event.type === "clarification_needed") {
    const isOwn = streamId.value === state.id
    if (!isOwn) yield* LinkAsks.opened(state, event.requestId, unasked)
    else if (yield* LinkAsks.openedInPlace(state, event.requestId, number.value, unasked)) {
      yield* unheard(event.requestId)
    }
  }
  if (event.type === "approval_changed") yield* LinkAsks.closed(state, event.requestId, event.status)
  yield* LinkTurn.told(state)
})

interface Moments {
  /** The record has been told for the first time. */
  readonly told: Deferred.Deferred<void>
  /** The live stream is there. */
  readonly hearing: Deferred.Deferred<void>
}

/** Takes one input after the other. Fails when the server does not answer any more: the link is lost then. */
const stepping = (state: LinkState, moments: Moments, offer: Offer, scope: Scope.Scope) => {
  const later = (input: Input) =>
    Effect.asVoid(Effect.sleep(overdueAfter).pipe(Effect.andThen(offer(input)), Effect.forkIn(scope)))
  const overdue = (turn: NonNullable<LinkState["turn"]>) => later({ _tag: "Overdue", turn })
  const unheard = (requestId: string) => later({ _tag: "Unheard", requestId })
  const unasked = (requestId: string) => offer({ _tag: "Unasked", requestId })
  return Effect.fnUntraced(function* (input: Input) {
    switch (input._tag) {
      case "Live":
        yield* hear(state, input.followed, overdue, unasked)
        return yield* Deferred.succeed(moments.hearing, undefined)
      case "Told":
        yield* tell(state, input.told, unasked, unheard)
        return yield* Deferred.succeed(moments.told, undefined)
      case "Prompt":
        return yield* LinkTurn.begin(state, input.turn)
      case "Tick":
        return yield* LinkTree.showGathered(state)
      case "Overdue":
        return yield* LinkTurn.finish(state, input.turn)
      case "Abandoned":
        yield* LinkTurn.give(state, input.turn, Result.fail(input.error))
        return yield* input.error
      case "Unheard":
        return yield* LinkAsks.unheard(state, input.requestId, unasked)
      case "Unasked":
        return yield* LinkAsks.unanswerable(state, input.requestId)
    }
  })
}

/** Reads both streams for as long as they last, and says why they do not. */
const reading = (state: LinkState, offer: Offer): Effect.Effect<never, RpcError> => {
  const { client, url } = state.server
  const live = client
    .events(state.id, { subtree: true, until: "deleted" })
    .pipe(Stream.runForEach((followed) => offer({ _tag: "Live", followed })))
  const told = client.converge(state.id).pipe(Stream.runForEach((one) => offer({ _tag: "Told", told: one })))
  return Effect.raceFirst(
    Effect.mapError(live, (error) => failed(error, url)),
    Effect.mapError(told, (error) => failed(error, url))
  ).pipe(Effect.andThen(Effect.fail(notFound(state.id))))
}

/** Looks at a tree of which the record has told. */
const cancelChildOf = (state: LinkState) => (id: Ids.SessionId) => {
  if (id === state.id || TreeView.nodeOf(state.tree, id) === undefined) return Effect.succeed(false)
  return state.server.client.calls.sessions
    .cancel({ params: { id }, payload: { mode: "graceful", cascade: true } })
    .pipe(Effect.ignore, Effect.as(true))
}

/** A turn of which nobody can be told to stop is given up: what became of its run is not known here. */
const cancelOf = (state: LinkState, offer: Offer) =>
  Effect.suspend(() => {
    const { coming, turn } = state
    for (const wanted of coming) wanted.cancels += 1
    if (turn !== undefined) turn.cancels += 1
    // It is stopped as soon as the session has the message (T2).
    if (turn?.sent === false || (turn === undefined && coming.size > 0)) return Effect.void
    return LinkTurn.stop(state, turn !== undefined && turn.cancels > 1 ? "abort" : "graceful").pipe(
      Effect.catch((error) =>
        turn === undefined ? Effect.logWarning("acp.not_cancelled", error) : offer({ _tag: "Abandoned", turn, error })
      )
    )
  })

/** Opens a link, which lasts as long as the scope, or until its session is deleted or its server is gone. */
export const open: (options: Options) => Effect.Effect<Link, never, Scope.Scope> = Effect.fn("acp.Link.open")(
  function* (options: Options) {
    const state = yield* stateOf(options)
    const scope = yield* Effect.scope
    const inputs = yield* Queue.bounded<Input>(inputsMax)
    const offer: Offer = (input) => Effect.asVoid(Queue.offer(inputs, input))
    const moments: Moments = { told: yield* Deferred.make<void>(), hearing: yield* Deferred.make<void>() }
    const lost = yield* Deferred.make<never, RpcError>()
    // Who still waits when the session is closed is answered.
    yield* Effect.addFinalizer(() =>
      Effect.suspend(() =>
        state.turn === undefined ? Effect.void : Deferred.succeed(state.turn.answer, { stopReason: "cancelled" })
      ).pipe(Effect.andThen(Deferred.fail(lost, notFound(state.id))))
    )
    const step = stepping(state, moments, offer, scope)
    const taking = Queue.take(inputs).pipe(
      Effect.flatMap((input) => Effect.catchDefect(step(input), (defect) => Effect.logError("acp.link_fault", defect))),
      Effect.forever
    )
    const ticking = state.gathered.await.pipe(
      Effect.andThen(Effect.sleep(gatherFor)),
      Effect.andThen(offer({ _tag: "Tick" })),
      Effect.forever
    )
    yield* Effect.raceAllFirst([taking, ticking, reading(state, offer)]).pipe(
      Effect.catch((error) => Deferred.fail(lost, error)),
      Effect.forkScoped({ startImmediately: true })
    )
    const whileOpen = <A>(effect: Effect.Effect<A, RpcError>) => Effect.raceFirst(effect, Deferred.await(lost))
    const hearing = Deferred.await(moments.hearing).pipe(
      Effect.timeoutOption(hearingTimeout),
      Effect.andThen(Deferred.succeed(moments.hearing, undefined))
    )
    const ready = whileOpen(Effect.andThen(Deferred.await(moments.told), Effect.asVoid(hearing)))
    return {
      id: state.id,
      isAlive: () => !Deferred.isDoneUnsafe(lost),
      ready,
      prompt: Effect.fnUntraced(function* (text: string) {
        const turn = yield* LinkTurn.start(text)
        state.coming.add(turn)
        const turning = ready.pipe(
          Effect.andThen(offer({ _tag: "Prompt", turn })),
          Effect.andThen(Deferred.await(turn.answer))
        )
        return yield* Effect.ensuring(
          whileOpen(turning),
          Effect.sync(() => state.coming.delete(turn))
        )
      }),
      cancel: cancelOf(state, offer),
      cancelChild: cancelChildOf(state)
    }
  }
)
