/** An outbox over a store of its own, and handlers that write down what they hear. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import {
  type ChildCompletionHandler,
  CompletionNotHandled,
  layer as handlersLayer
} from "../src/ChildCompletionHandler.ts"
import type { SessionId } from "../src/Ids.ts"
import * as Outbox from "../src/Outbox.ts"
import { layerMemory, SessionStore, type SessionStoreShape } from "../src/SessionStore.ts"
import type { ChildCompletion } from "../src/SpawnJob.ts"
import { StorageUnavailable, StoreError } from "../src/StoreError.ts"
import * as Records from "./SessionRecords.ts"

export const failure = new CompletionNotHandled({ handler: "flaky", cause: "not now" })
export const away = new StoreError({
  operation: "test",
  reason: new StorageUnavailable({ condition: "io", cause: "away" })
})

export const one = Records.sessionId("one")
export const two = Records.sessionId("two")

export type React = (call: number, completion: ChildCompletion) => Effect.Effect<void, CompletionNotHandled>

export const takes: React = () => Effect.void

/** Writes down when it is called and with what, then does what `react` says; and lets a test await its n-th call. */
export const handler = (react: React = takes, name = "flaky") => {
  const calls: Array<{ readonly run: string; readonly atMillis: number }> = []
  const awaited = new Map<number, Deferred.Deferred<void>>()
  const now = { calls: 0, callsMax: 0 }
  const value: ChildCompletionHandler = {
    name,
    onChildCompleted: (completion) =>
      Effect.clockWith((clock) => {
        calls.push({ run: completion.runId.slice("run_".length), atMillis: clock.currentTimeMillisUnsafe() })
        now.calls += 1
        now.callsMax = Math.max(now.callsMax, now.calls)
        const reached = awaited.get(calls.length)
        if (reached !== undefined) Deferred.doneUnsafe(reached, Effect.void)
        return react(calls.length, completion)
      }).pipe(
        Effect.ensuring(
          Effect.sync(() => {
            now.calls -= 1
          })
        )
      )
  }
  const heard = (count: number) =>
    Effect.suspend(() => {
      if (calls.length >= count) return Effect.void
      const reached = Deferred.makeUnsafe<void>()
      awaited.set(count, reached)
      return Deferred.await(reached)
    })
  return { calls, now, value, heard, runs: () => calls.map(({ run }) => run).join(" ") }
}

export const outbox = (handlers: ReadonlyArray<ChildCompletionHandler>) =>
  Outbox.layer.pipe(Layer.provide(handlersLayer(handlers)))

/** An outbox over a new memory store, some of whose operations are replaced. */
export const world = (
  handlers: ReadonlyArray<ChildCompletionHandler>,
  replace: (store: SessionStoreShape) => Partial<SessionStoreShape> = () => ({})
) => {
  const replaced = Layer.effect(
    SessionStore,
    Effect.map(SessionStore, (store) => SessionStore.of({ ...store, ...replace(store) }))
  ).pipe(Layer.provide(layerMemory))
  return Layer.provideMerge(outbox(handlers), replaced)
}

export const quiet = Effect.provideService(References.MinimumLogLevel, "None")

export const record = (completion: ChildCompletion) =>
  Effect.gen(function* () {
    const { handlers } = yield* Outbox.Outbox
    yield* (yield* SessionStore).commit([{ _tag: "JobSettled", completion, handlers }])
  })

export const deliver = (completion: ChildCompletion) =>
  Effect.flatMap(Outbox.Outbox, (service) => service.deliver(completion))

/** Records a completion as settled and hands it over. */
export const settle = (name: string, parent: SessionId) => {
  const completion = Records.completion(name, parent)
  return Effect.andThen(record(completion), deliver(completion))
}

/** What the record still holds for a handler. */
export const pending = (name = "flaky") =>
  Effect.gen(function* () {
    const store = yield* SessionStore
    const left: Array<string> = []
    for (const line of yield* store.undeliveredLines(name)) {
      const found = yield* store.undelivered({ handler: name, line, limit: 100_000 })
      left.push(...found.map(({ runId }) => runId.slice("run_".length)))
    }
    return left
  })

export const turns = Effect.repeat(Effect.yieldNow, { times: 50 })

/** A store that outlives the outboxes built over it. */
export const lasting = Effect.map(SessionStore, (store) => Layer.succeed(SessionStore, store))
