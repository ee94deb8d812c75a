/**
 * One end of a JSON-RPC connection over standard input and output.
 *
 * It owns the order: lines are taken one after the other, so that what was sent
 * later is handled later, and everything leaves through one `Outbox`. Requests
 * of the other side run beside each other; what they mean is `Handlers`' to say.
 *
 * Invariants
 *   P1. A request is answered once, unless the other side has gone away.
 *   P2. A fault in a handler is answered without its words, which go to the log.
 *   P3. Nobody waits for a slow reader but who has an update to send.
 *
 * @stability unstable
 */
import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Latch from "effect/Latch"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as JsonRpc from "./JsonRpc.ts"
import { codes, RpcError } from "./JsonRpc.ts"
import { type Line, LineCutter, lineBytesMax } from "./Lines.ts"
import { Outbox, type Outgoing } from "./Outbox.ts"

/** Requests of the other side that may be open: an editor has a handful of conversations. */
const requestsMax = 256

/** Requests of ours that may be open: no person answers more questions at once. */
const ownRequestsMax = 128

/** How long a reader that has stopped sending may take to read the rest. */
const drainTimeout = Duration.seconds(2)

/** What a request comes to. `afterwards` begins when the answer has been put before it. */
export interface Answer {
  readonly result: object
  readonly afterwards?: Effect.Effect<void>
}

export interface Handlers {
  /** **Interruption**: the other side has gone away. */
  readonly request: (id: JsonRpc.RequestId, method: string, params: unknown) => Effect.Effect<Answer, RpcError>
  readonly notification: (method: string, params: unknown) => Effect.Effect<void>
}

export interface Peer {
  /** Sends `session/update`; waits while the other side is far behind. */
  readonly update: (sessionId: string, update: SessionUpdate) => Effect.Effect<void>
  /**
   * Asks the other side.
   *
   * **Interruption**: tells it that the answer is not wanted any more.
   */
  readonly request: (method: string, params: object) => Effect.Effect<unknown, RpcError>
  /**
   * Reads until the other side ends its output or takes no more of ours. What
   * is still being handled then is interrupted.
   */
  readonly serve: (handlers: Handlers) => Effect.Effect<void>
}

interface Connection {
  readonly outbox: Outbox
  /** Open while something waits to be written. */
  readonly work: Latch.Latch
  /** Open while there is room for more. */
  readonly room: Latch.Latch
  /** Open while everything has been written. */
  readonly written: Latch.Latch
  readonly pending: Map<JsonRpc.RequestId, Deferred.Deferred<unknown, RpcError>>
  readonly handled: Set<JsonRpc.RequestId>
  asked: number
}

const put = (connection: Connection, entry: Outgoing): void => {
  const { outbox, room, work, written } = connection
  outbox.put(entry)
  written.closeUnsafe()
  work.openUnsafe()
  if (outbox.isFull) room.closeUnsafe()
}

const putMessage = (connection: Connection, message: object): void => put(connection, { _tag: "Message", message })

/** What is to be written next; asked for only when everything before it was taken. */
const next = ({ outbox, room, work, written }: Connection): Effect.Effect<string> =>
  Effect.suspend(() => {
    if (outbox.isEmpty) {
      work.closeUnsafe()
      written.openUnsafe()
    }
    return work.await
  }).pipe(
    Effect.andThen(
      Effect.sync(() => {
        const lines = outbox.take()
        if (!outbox.isFull) room.openUnsafe()
        return lines.map((line) => `${line}\n`).join("")
      })
    )
  )

/** Writes until the other side takes no more. */
const writing = Effect.fnUntraced(function* (connection: Connection) {
  const stdio = yield* Stdio.Stdio
  yield* Stream.fromEffectRepeat(next(connection)).pipe(Stream.run(stdio.stdout()), Effect.ignore)
})

const asking = (connection: Connection, method: string, params: object): Effect.Effect<unknown, RpcError> =>
  Effect.suspend(() => {
    const { pending } = connection
    if (pending.size >= ownRequestsMax) {
      return Effect.fail(new RpcError({ code: codes.internal, message: "too many questions are open already" }))
    }
    connection.asked += 1
    const id = connection.asked
    const answer = Deferred.makeUnsafe<unknown, RpcError>()
    pending.set(id, answer)
    putMessage(connection, JsonRpc.request(id, method, params))
    return Deferred.await(answer).pipe(
      Effect.onInterrupt(() =>
        Effect.sync(() => putMessage(connection, JsonRpc.notification("$/cancel_request", { requestId: id })))
      ),
      Effect.ensuring(Effect.sync(() => pending.delete(id)))
    )
  })

const fault = new RpcError({ code: codes.internal, message: "a fault of this agent: its log says more" })

/** Answers one request of the other side (P1, P2). */
const answering = (
  connection: Connection,
  handlers: Handlers,
  { id, method, params }: Extract<JsonRpc.Incoming, { readonly _tag: "Request" }>
): Effect.Effect<void> =>
  handlers.request(id, method, params).pipe(
    Effect.exit,
    Effect.flatMap((exit) => {
      if (Exit.isSuccess(exit)) {
        putMessage(connection, JsonRpc.response(id, Result.succeed(exit.value.result)))
        return exit.value.afterwards ?? Effect.void
      }
      const refusal = Cause.findErrorOption(exit.cause)
      putMessage(connection, JsonRpc.response(id, Result.fail(refusal._tag === "Some" ? refusal.value : fault)))
      return refusal._tag === "Some" ? Effect.void : Effect.logError("acp.fault", exit.cause)
    }),
    Effect.ensuring(Effect.sync(() => connection.handled.delete(id)))
  )

const refusalOf = ({ handled }: Connection, id: JsonRpc.RequestId): RpcError | undefined => {
  if (handled.has(id)) {
    return new RpcError({ code: codes.invalidRequest, message: "a request with this id is open already" })
  }
  return handled.size >= requestsMax
    ? new RpcError({ code: codes.internal, message: `${requestsMax} requests are open already` })
    : undefined
}

const handling = (connection: Connection, handlers: Handlers, fibers: FiberSet.FiberSet) =>
  Effect.fnUntraced(function* (line: Line) {
    const message = line._tag === "TooLong" ? JsonRpc.tooLong(lineBytesMax) : JsonRpc.incoming(line.text)
    switch (message?._tag) {
      case undefined:
        return
      case "Wrong":
        return putMessage(connection, JsonRpc.response(message.id, Result.fail(message.error)))
      case "Response": {
        const waiting = connection.pending.get(message.id)
        if (waiting !== undefined) yield* Deferred.completeWith(waiting, Effect.fromResult(message.answer))
        return
      }
      case "Notification":
        // Begun in its turn, and not waited for: what it does may take a while.
        yield* FiberSet.run(fibers, handlers.notification(message.method, message.params))
        return
      case "Request": {
        const refusal = refusalOf(connection, message.id)
        if (refusal !== undefined) {
          return putMessage(connection, JsonRpc.response(message.id, Result.fail(refusal)))
        }
        connection.handled.add(message.id)
        yield* FiberSet.run(fibers, answering(connection, handlers, message))
      }
    }
  })

/** The fibers of the handlers end with this one. */
const reading = Effect.fnUntraced(function* (connection: Connection, handlers: Handlers) {
  const stdio = yield* Stdio.Stdio
  const handle = handling(connection, handlers, yield* FiberSet.make())
  const cutter = new LineCutter()
  yield* stdio.stdin.pipe(
    Stream.runForEach((piece) => Effect.forEach(cutter.push(piece), handle, { discard: true })),
    Effect.ignore
  )
  yield* Effect.forEach(cutter.end(), handle, { discard: true })
}, Effect.scoped)

/** A connection over this process's standard input and output, which are its alone until the scope closes. */
export const make: Effect.Effect<Peer, never, Stdio.Stdio | Scope.Scope> = Effect.gen(function* () {
  const connection: Connection = {
    outbox: new Outbox(),
    work: Latch.makeUnsafe(false),
    room: Latch.makeUnsafe(true),
    written: Latch.makeUnsafe(true),
    pending: new Map(),
    handled: new Set(),
    asked: 0
  }
  const stdio = yield* Stdio.Stdio
  const gone = Deferred.makeUnsafe<void>()
  yield* writing(connection).pipe(
    Effect.ensuring(Deferred.succeed(gone, undefined)),
    Effect.forkScoped({ startImmediately: true })
  )
  const update: Peer["update"] = (sessionId, change) =>
    Effect.andThen(
      connection.room.await,
      Effect.sync(() => put(connection, { _tag: "Update", sessionId, update: change }))
    )
  return {
    update,
    request: (method, params) => asking(connection, method, params),
    serve: (handlers) =>
      Effect.raceFirst(reading(connection, handlers), Deferred.await(gone)).pipe(
        Effect.andThen(
          Effect.timeoutOption(Effect.raceFirst(connection.written.await, Deferred.await(gone)), drainTimeout)
        ),
        Effect.asVoid,
        Effect.provideService(Stdio.Stdio, stdio)
      )
  }
})
