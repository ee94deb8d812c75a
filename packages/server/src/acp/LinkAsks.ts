/**
 * What a link's session and those below it ask, put to the editor, and its
 * answers, put into the same requests.
 *
 * The request is the runtime's: it is answered once, here or elsewhere. When
 * somebody else was first, or the run that asked has ended, the editor is told
 * that its answer is not wanted any more. An editor that has no answer leaves the
 * request to the others.
 *
 * The record brings a request, the live stream the words before it, each in its
 * own time: a request of the session itself waits until the live stream has come
 * to its place (A1). Of a child's words an editor is not told in order anyway.
 *
 * @stability unstable
 */
import { Ids } from "@offshoot/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Semaphore from "effect/Semaphore"
import * as TreeView from "@offshoot/core/TreeView"
import type * as Wire from "../Wire.ts"
import * as Asks from "./Asks.ts"
import { titleOf } from "./ChildCards.ts"
import type { RpcError } from "./JsonRpc.ts"
import type { LinkState } from "./LinkState.ts"
import { showChild, speak, spokenOf } from "./LinkTree.ts"
import { asked as toolAsked, textChunk } from "./OwnUpdates.ts"
import * as Params from "./Params.ts"

/** A server that is busy for a moment: what is not looked at is not asked here. */
const lookAgain = Schedule.spaced("200 millis").pipe(Schedule.upTo({ times: 3 }))

const decodePermission = Params.decoder(Params.PermissionAnswer)
const decodeForm = Params.decoder(Params.FormAnswer)

/** Whether the tool call of the request is one that the editor is told the end of by the session itself. */
const isOwnCall = ({ editor, id }: LinkState, { ask, sessionId }: Wire.WireRequest): boolean =>
  ask.type === "permission" && (sessionId === id || editor.subagents)

const placeOf = (state: LinkState, request: Wire.WireRequest): Asks.Place => {
  const { ask, id, sessionId } = request
  const toolCallId = ask.type === "permission" && isOwnCall(state, request) ? ask.toolCallId : id
  if (sessionId === state.id) return { sessionId, toolCallId }
  if (state.editor.subagents) return { sessionId, toolCallId }
  const node = TreeView.nodeOf(state.tree, sessionId)
  return { sessionId: state.id, asker: node === undefined ? sessionId : titleOf(node), toolCallId }
}

/** The editor's answer; none: it has none. */
const answerOf = (state: LinkState, put: Asks.Put): Effect.Effect<Wire.DecisionBody | undefined, RpcError> => {
  switch (put._tag) {
    case "Permission":
    case "Choice":
      return state.peer.request("session/request_permission", put.params).pipe(
        Effect.flatMap((given) => Effect.fromResult(decodePermission(given))),
        Effect.map((given) => (put._tag === "Permission" ? Asks.permitted(given) : Asks.chosen(given, put.options)))
      )
    case "Form":
      return state.peer.request("elicitation/create", put.params).pipe(
        Effect.flatMap((given) => Effect.fromResult(decodeForm(given))),
        Effect.map((given) => Asks.filled(given, put.options))
      )
    case "Words":
      return Effect.succeed(undefined)
  }
}

/** Twice is harmless, and so is too late: the record says what it became. */
const answer = ({ server }: LinkState, id: Wire.WireRequest["id"], payload: Wire.DecisionBody) =>
  server.client.calls.requests.answer({ params: { id }, payload }).pipe(
    Effect.asVoid,
    Effect.catch((error) => Effect.logWarning("acp.answer_not_taken", error))
  )

/** Asks the editor, and puts its answer into the request. `unasked`: the editor cannot be asked. */
const askEditor = (state: LinkState, request: Wire.WireRequest, put: Asks.Put, unasked: Effect.Effect<void>) =>
  Effect.result(answerOf(state, put)).pipe(
    Effect.flatMap((given) => {
      if (Result.isFailure(given)) return Effect.andThen(Effect.logWarning("acp.not_asked", given.failure), unasked)
      return given.success === undefined ? Effect.void : answer(state, request.id, given.success)
    }),
    Semaphore.withPermits(state.askingMax, 1)
  )

/** The turn ends with the question: the next message is its answer. */
const askInWords = Effect.fnUntraced(function* (state: LinkState, request: Wire.WireRequest, text: string) {
  state.inWords.push(request)
  yield* state.peer.update(state.id, textChunk("agent_message_chunk", `\n\n${text}\n`))
  const { turn } = state
  if (turn === undefined || !turn.sent) return
  state.turn = undefined
  yield* Deferred.succeed(turn.answer, { stopReason: turn.cancels > 0 ? "cancelled" : "end_turn" })
})

const begin = Effect.fnUntraced(function* (
  state: LinkState,
  request: Wire.WireRequest,
  unasked: (requestId: string) => Effect.Effect<void>
) {
  const { id, sessionId } = request
  if (sessionId !== state.id) yield* showChild(state, sessionId)
  const place = placeOf(state, request)
  const put = Asks.put(request, place, state.editor.forms ? "forms" : "no_forms")
  const isCard = put._tag === "Choice" || (put._tag === "Permission" && !isOwnCall(state, request))
  state.asked.set(id, { request, shownAs: isCard ? place : undefined })
  if (put._tag === "Words") return yield* askInWords(state, request, put.text)
  if (isOwnCall(state, request) && request.ask.type === "permission") {
    yield* speak(state, place.sessionId, toolAsked(spokenOf(state, place.sessionId), request.ask))
  }
  if (isCard) yield* state.peer.update(place.sessionId, { sessionUpdate: "tool_call", ...put.call })
  yield* FiberMap.run(state.asking, id, askEditor(state, request, put, unasked(id)))
})

/** Looks at a request that was told of; one that is closed already is not put to anybody. */
export const opened = Effect.fnUntraced(function* (
  state: LinkState,
  requestId: string,
  unasked: (requestId: string) => Effect.Effect<void>
) {
  if (state.asked.has(requestId)) return
  const found = yield* state.server.client.calls.requests
    .get({ params: { id: Ids.RequestId.make(requestId) } })
    .pipe(Effect.retry(lookAgain), Effect.option)
  if (Option.isSome(found) && found.value.status === "pending") yield* begin(state, found.value, unasked)
})

/** Requests of the session itself that wait to be put at a time; what is past them is put at once. */
const unheardMax = 256

/**
 * A request of the session itself, told by the record (A1). Returns whether it
 * waits for the live stream.
 */
export const openedInPlace = Effect.fnUntraced(function* (
  state: LinkState,
  requestId: string,
  number: number,
  unasked: (requestId: string) => Effect.Effect<void>
) {
  if (state.heardUpTo < number && state.unheard.size < unheardMax) {
    state.unheard.set(requestId, number)
    return true
  }
  yield* opened(state, requestId, unasked)
  return false
})

/** Puts what the live stream has come to the place of (A1). */
export const heardUpTo = Effect.fnUntraced(function* (
  state: LinkState,
  number: number,
  unasked: (requestId: string) => Effect.Effect<void>
) {
  state.heardUpTo = Math.max(state.heardUpTo, number)
  for (const [requestId, at] of state.unheard) {
    if (at > state.heardUpTo) continue
    state.unheard.delete(requestId)
    yield* opened(state, requestId, unasked)
  }
})

/** The live stream did not come to the place of a request in time: it is put without what was said before. */
export const unheard = Effect.fnUntraced(function* (
  state: LinkState,
  requestId: string,
  unasked: (requestId: string) => Effect.Effect<void>
) {
  if (state.unheard.delete(requestId)) yield* opened(state, requestId, unasked)
})

/** It is asked no more, wherever it was answered. */
export const closed = Effect.fnUntraced(function* (
  state: LinkState,
  requestId: string,
  status: Wire.WireRequest["status"]
) {
  if (status !== "pending") state.unheard.delete(requestId)
  const asked = state.asked.get(requestId)
  if (asked === undefined || status === "pending") return
  state.asked.delete(requestId)
  yield* FiberMap.remove(state.asking, requestId)
  const at = state.inWords.findIndex(({ id }) => id === requestId)
  if (at !== -1) state.inWords.splice(at, 1)
  if (asked.shownAs === undefined) return
  const { sessionId, toolCallId } = asked.shownAs
  yield* state.peer.update(sessionId, { sessionUpdate: "tool_call_update", ...Asks.answered(toolCallId, status) })
})

/** What is open according to a snapshot. */
export const level = Effect.fnUntraced(function* (
  state: LinkState,
  { requests, truncated }: Wire.Snapshot,
  unasked: (requestId: string) => Effect.Effect<void>
) {
  const open = new Set<string>(requests.flatMap(({ id, status }) => (status === "pending" ? [id] : [])))
  if (!truncated) {
    for (const id of state.asked.keys()) if (!open.has(id)) yield* closed(state, id, "expired")
  }
  for (const request of requests) {
    if (request.status === "pending" && !state.asked.has(request.id)) yield* begin(state, request, unasked)
  }
})

/** The editor cannot be asked: people are told how else to answer. */
export const unanswerable = Effect.fnUntraced(function* (state: LinkState, requestId: string) {
  const asked = state.asked.get(requestId)
  if (asked === undefined) return
  const how = asked.request.ask.type === "permission" ? "approve" : 'answer "…"'
  const text = `\n\n(this editor could not ask: answer with \`offshoot answer ${requestId} ${how}\`)\n`
  yield* state.peer.update(state.id, textChunk("agent_message_chunk", text))
})

/** A message as the answer to the oldest question that was put in words; whether there was one. */
export const answerInWords = Effect.fnUntraced(function* (state: LinkState, text: string) {
  const request = state.inWords.shift()
  if (request === undefined) return false
  yield* answer(state, request.id, Asks.inWords(request, text))
  return true
})
