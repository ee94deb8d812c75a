/**
 * The turns of a link: one message of the editor each, answered when the run that
 * took it has ended.
 *
 * Which end is a turn's is not a matter of time: a message to a session at rest
 * begins a run with a known id, which may go on as others; a message to one at
 * work is taken by a run, which says so. Another door may run the session at the
 * same moment.
 *
 * Invariants
 *   T1. A turn is answered once, after everything that was told of it.
 *   T2. A wish to stop reaches the session also when it came before the message did.
 *
 * @stability unstable
 */
import type { PromptResponse } from "@agentclientprotocol/sdk/unstable"
import type { AgentEvent } from "@offshoot/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { failed, isUnreachable } from "./Failed.ts"
import { codes, RpcError } from "./JsonRpc.ts"
import { answerInWords } from "./LinkAsks.ts"
import type { LinkState, TerminalEvent, Turn } from "./LinkState.ts"
import { catchUpToEnd } from "./LinkText.ts"
import { endRun, showAll } from "./LinkTree.ts"
import { type End, turnAnswer } from "./TurnEnd.ts"

export const start = (text: string): Effect.Effect<Turn> =>
  Effect.map(Deferred.make<PromptResponse, RpcError>(), (answer) => ({
    text,
    answer,
    cancels: 0,
    sent: false,
    messageId: undefined,
    taken: false,
    runId: undefined,
    ended: undefined
  }))

/** Wishes that the session and everything below it stops; one that does not run is stopped already. */
export const stop = ({ id, server }: LinkState, mode: "graceful" | "abort"): Effect.Effect<void, RpcError> =>
  server.client.calls.sessions.cancel({ params: { id }, payload: { mode, cascade: true } }).pipe(
    Effect.catchTag("NotInFlight", () => Effect.void),
    Effect.asVoid,
    Effect.mapError((error) => failed(error, server.url))
  )

/** Answers a turn, unless it has its answer already. */
export const give = (state: LinkState, turn: Turn, answer: Result.Result<PromptResponse, RpcError>) => {
  if (state.turn === turn) state.turn = undefined
  return Deferred.complete(turn.answer, Effect.fromResult(answer))
}

/** Gives the message to the session (T2). */
const send = Effect.fnUntraced(function* (state: LinkState, turn: Turn) {
  const { client, url } = state.server
  if (yield* answerInWords(state, turn.text)) {
    turn.taken = true
    return
  }
  const receipt = yield* client.calls.messages
    .send({ params: { id: state.id }, payload: { text: turn.text } })
    .pipe(Effect.mapError((error) => failed(error, url)))
  state.own.add(receipt.messageId)
  turn.messageId = receipt.messageId
  turn.taken = receipt.status === "delivered"
  turn.runId = receipt.runId
})

/** Begins a turn, unless there is one. Fails, beside the turn itself, when its server does not answer. */
export const begin = Effect.fnUntraced(function* (state: LinkState, turn: Turn) {
  state.coming.delete(turn)
  if (turn.cancels > 0) return yield* give(state, turn, Result.succeed({ stopReason: "cancelled" }))
  if (state.turn !== undefined) {
    const message = "this session is in the middle of a turn: cancel it, or wait for its end"
    return yield* Deferred.fail(turn.answer, new RpcError({ code: codes.invalidRequest, message }))
  }
  state.turn = turn
  const sent = yield* Effect.result(send(state, turn))
  if (Result.isFailure(sent)) {
    yield* give(state, turn, Result.fail(sent.failure))
    return isUnreachable(sent.failure) ? yield* sent.failure : undefined
  }
  turn.sent = true
  if (turn.cancels > 0) yield* Effect.ignore(stop(state, "graceful"))
})

/** Runs that one turn goes through and that are remembered: each wait of a parent is one. */
const runsMax = 1_024

/** A run ended, and its job goes on as another. */
export const wentOn = ({ wentOnAs }: LinkState, runId: string, nextRunId: string): void => {
  const [oldest] = wentOnAs.keys()
  if (wentOnAs.size >= runsMax && oldest !== undefined) wentOnAs.delete(oldest)
  wentOnAs.set(runId, nextRunId)
}

/** The run that a run went on as, in the end. */
const lastOf = ({ wentOnAs }: LinkState, runId: string): string => {
  let last = runId
  for (let next = wentOnAs.get(last); next !== undefined; next = wentOnAs.get(last)) last = next
  return last
}

const isOf = (state: LinkState, turn: Turn, { runId }: TerminalEvent): boolean => {
  if (!turn.sent) return false
  if (turn.runId === undefined) return turn.taken
  return runId === undefined || lastOf(state, turn.runId) === runId
}

const endOf = Effect.fnUntraced(function* ({ id, server }: LinkState, event: TerminalEvent) {
  const found = yield* Effect.option(server.client.calls.sessions.result({ params: { id } }))
  if (Option.isSome(found) && (event.runId === undefined || found.value.runId === event.runId)) return found.value
  const told: End = {
    status: event.type === "cancelled" ? "cancelled" : event.status,
    reason: event.reason,
    ...(event.type === "error" ? { error: event.message } : {})
  }
  return told
})

/** What all of it has cost, where the editor shows the context too: one has no place without the other. */
const showCost = Effect.fnUntraced(function* ({ context, id, peer, server }: LinkState) {
  if (context === undefined) return
  const usage = yield* Effect.option(server.client.calls.sessions.usage({ params: { id } }))
  const amount = Option.getOrUndefined(usage)?.tree.costUsd
  if (amount === undefined) return
  yield* peer.update(id, { sessionUpdate: "usage_update", ...context, cost: { amount, currency: "USD" } })
})

/** Answers a turn whose run has ended (T1). */
export const finish = Effect.fnUntraced(function* (state: LinkState, turn: Turn) {
  if (state.turn !== turn || turn.ended === undefined) return
  yield* catchUpToEnd(state)
  yield* showAll(state)
  yield* showCost(state)
  const end = yield* endOf(state, turn.ended.event)
  yield* give(state, turn, turnAnswer(end, turn.cancels > 0 ? "cancelled" : "not_cancelled"))
})

/** Answers the turn when the record has been told up to its end. */
export const told = (state: LinkState): Effect.Effect<void> => {
  const { toldUpTo, turn } = state
  return turn?.ended !== undefined && toldUpTo >= turn.ended.number ? finish(state, turn) : Effect.void
}

/** A run of the session has ended. Returns the turn that is over with it, if the record has yet to be told. */
export const ended = Effect.fnUntraced(function* (
  state: LinkState,
  event: TerminalEvent,
  number: Option.Option<number>
) {
  yield* endRun(state, state.id)
  const { turn } = state
  if (turn === undefined || !isOf(state, turn, event)) {
    yield* catchUpToEnd(state)
    return undefined
  }
  turn.ended = { event, number: Option.getOrElse(number, () => 0) }
  yield* told(state)
  return state.turn === turn ? turn : undefined
})

type Receipt = Extract<AgentEvent.OwnEvent, { readonly type: "message_receipt_changed" }>

/** What became of a message. One that no run will take ends its turn. */
export const received = Effect.fnUntraced(function* (state: LinkState, { messageId, reason, status }: Receipt) {
  const { turn } = state
  if (turn === undefined || turn.messageId !== messageId || status === "queued") return
  if (status === "delivered") {
    turn.taken = true
    return
  }
  const message = `the message was not taken: ${reason ?? status}`
  yield* give(
    state,
    turn,
    turn.cancels > 0
      ? Result.succeed({ stopReason: "cancelled" })
      : Result.fail(new RpcError({ code: codes.internal, message }))
  )
})
