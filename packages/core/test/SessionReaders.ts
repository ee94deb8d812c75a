/** Readers of a session's stream, for tests. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { AgentEvent } from "../src/AgentEvent.ts"
import type { SessionId } from "../src/Ids.ts"
import { type RecordedEvent, SessionStore } from "../src/SessionStore.ts"
import { type EventsRequest, type StreamItem, SubAgents } from "../src/SubAgents.ts"
import { protocol } from "../src/testing/ScriptedRunner.ts"
import * as World from "./world.ts"

export const late: EventsRequest = { scope: "session", after: Option.none() }
export const since = (number: number): EventsRequest => ({ scope: "session", after: Option.some(number) })

/** A reader from now on. `end` returns when its stream has ended. */
export const read = (id: SessionId, request: EventsRequest = late) =>
  Effect.gen(function* () {
    const agents = yield* SubAgents
    const seen: Array<StreamItem> = []
    const fiber = yield* Effect.forkChild(
      Stream.runForEach(agents.events(id, request), (item) => Effect.sync(() => seen.push(item))),
      { startImmediately: true }
    )
    return { seen, end: Effect.as(Fiber.join(fiber), seen), isOpen: () => fiber.pollUnsafe() === undefined }
  })

/** All of a stream that ends. */
export const whole = (id: SessionId, request: EventsRequest = late) =>
  Effect.flatMap(SubAgents, (agents) => Stream.runCollect(agents.events(id, request)))

export const recordOf = (id: SessionId): Effect.Effect<ReadonlyArray<RecordedEvent>, never, SessionStore> =>
  Effect.flatMap(SessionStore, (store) => Effect.orDie(store.recentEvents(id, 100_000)))

/** A root that can run: the scripted agent plays its prompt. */
export const runnableRoot = (lines: ReadonlyArray<string>) =>
  Effect.flatMap(SubAgents, (agents) =>
    agents.createRoot({
      prompt: lines.join("\n"),
      metadata: { "runtime.kind": "external", "external.agent_id": World.agent, "external.protocol": protocol }
    })
  )

export const numbersOf = (items: ReadonlyArray<StreamItem>): ReadonlyArray<number> =>
  items.flatMap(({ number }) => Option.toArray(number))

export const typesOf = (items: ReadonlyArray<{ readonly event: AgentEvent }>): ReadonlyArray<string> =>
  items.map(({ event }) => event.type)

export const times = (count: number, line: string): ReadonlyArray<string> => Array.from({ length: count }, () => line)

/** A reader that takes its first event and then nothing until it is let go. */
export const stalled = (id: SessionId) =>
  Effect.gen(function* () {
    const agents = yield* SubAgents
    const goOn = yield* Deferred.make<void>()
    const seen: Array<StreamItem> = []
    const fiber = yield* Effect.forkChild(
      Stream.runForEach(agents.events(id, late), (item) => {
        seen.push(item)
        return Deferred.await(goOn)
      }),
      { startImmediately: true }
    )
    return { seen, goOn: Deferred.succeed(goOn, undefined), end: Effect.as(Fiber.join(fiber), seen) }
  })
