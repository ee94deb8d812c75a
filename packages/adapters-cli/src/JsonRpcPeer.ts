/**
 * Both sides of JSON-RPC over lines, as the agents of this package speak it:
 * calls of ours with their answers, calls and notifications of theirs.
 *
 * It has no clock: the waits for answers are bounded by whoever owns the run.
 * An answer to a call that nobody made, and a second one, are left out.
 *
 * @stability unstable
 */
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { ProgramLink, TurnFailed } from "./CliProtocol.ts"
import { type Frame, isRecord, numberIn, objectOf, recordIn, textIn } from "./Frames.ts"

/** The other side refused a call, in its words. */
export class RpcRefused extends Data.TaggedError("RpcRefused")<{
  readonly method: string
  readonly code: number
  readonly message: string
  readonly data: unknown
}> {}

export type RpcId = string | number

export type Answer = Result.Result<unknown, RpcRefused>

/** What the other side says that settles no `call`. */
export type Incoming =
  | { readonly _tag: "Call"; readonly id: RpcId; readonly method: string; readonly params: Frame }
  | { readonly _tag: "Notice"; readonly method: string; readonly params: Frame }
  /** To what `begin` began. */
  | { readonly _tag: "Answer"; readonly id: RpcId; readonly answer: Answer }
  /** No JSON object, or none of JSON-RPC. */
  | { readonly _tag: "Stray"; readonly line: string }

/** From JSON-RPC 2.0, section 5.1. */
export const methodNotFound = -32_601

/** Calls without an answer that are remembered; ours are made one after the other. */
const openCallsMax = 256

export interface JsonRpcPeer {
  /** Sends a call; returns with the result. **Interruption**: forgets the call, its answer is left out. */
  readonly call: (method: string, params: Frame) => Effect.Effect<unknown, RpcRefused | TurnFailed>
  /**
   * Sends a call whose answer comes out of `read`, in its place among what else
   * is said: for one that lasts as long as a turn.
   */
  readonly begin: (method: string, params: Frame) => Effect.Effect<RpcId, TurnFailed>
  readonly notify: (method: string, params: Frame) => Effect.Effect<void, TurnFailed>
  readonly answer: (id: RpcId, result: unknown) => Effect.Effect<void, TurnFailed>
  readonly refuse: (id: RpcId, code: number, message: string) => Effect.Effect<void, TurnFailed>
  /** Takes a line: settles the call that it answers, or says what it is. */
  readonly read: (line: string) => Incoming | undefined
}

const none: Frame = {}

const idIn = (frame: Frame): RpcId | undefined => textIn(frame, "id") ?? numberIn(frame, "id")

const tooMany = Effect.die(new Error("JsonRpcPeer: too many open calls"))

/** `waits`: who is told of the answer; none: `read` gives it back. */
interface OpenCall {
  readonly method: string
  readonly waits: Deferred.Deferred<unknown, RpcRefused> | undefined
}

const answerIn = (method: string, frame: Frame): Answer => {
  const { error } = frame
  if (error === undefined || error === null) return Result.succeed(frame["result"])
  const known = isRecord(error) ? error : none
  return Result.fail(
    new RpcRefused({
      method,
      code: numberIn(known, "code") ?? 0,
      message: textIn(known, "message") ?? "no reason was given",
      data: known["data"]
    })
  )
}

/** `envelope`: what every frame has besides its own members. */
export const make = (send: ProgramLink["send"], envelope: Frame): JsonRpcPeer => {
  const open = new Map<RpcId, OpenCall>()
  let lastId = 0

  const settle = (id: RpcId, frame: Frame): Incoming | undefined => {
    const call = open.get(id)
    if (call === undefined) return undefined
    open.delete(id)
    const answer = answerIn(call.method, frame)
    if (call.waits === undefined) return { _tag: "Answer", id, answer }
    Deferred.doneUnsafe(call.waits, Effect.fromResult(answer))
    return undefined
  }

  return {
    call: (method, params) =>
      Effect.suspend(() => {
        if (open.size >= openCallsMax) return tooMany
        const id = ++lastId
        const waits = Deferred.makeUnsafe<unknown, RpcRefused>()
        open.set(id, { method, waits })
        return Effect.ensuring(
          Effect.andThen(send({ ...envelope, id, method, params }), Deferred.await(waits)),
          Effect.sync(() => open.delete(id))
        )
      }),
    begin: (method, params) =>
      Effect.suspend(() => {
        if (open.size >= openCallsMax) return tooMany
        const id = ++lastId
        open.set(id, { method, waits: undefined })
        return Effect.as(send({ ...envelope, id, method, params }), id)
      }),
    notify: (method, params) => send({ ...envelope, method, params }),
    answer: (id, result) => send({ ...envelope, id, result }),
    refuse: (id, code, message) => send({ ...envelope, id, error: { code, message } }),
    read: (line) => {
      const frame = objectOf(line)
      if (frame === undefined) return { _tag: "Stray", line }
      const id = idIn(frame)
      const method = textIn(frame, "method")
      if (method === undefined) {
        if (id === undefined) return { _tag: "Stray", line }
        return settle(id, frame)
      }
      const params = recordIn(frame, "params") ?? none
      return id === undefined ? { _tag: "Notice", method, params } : { _tag: "Call", id, method, params }
    }
  }
}
