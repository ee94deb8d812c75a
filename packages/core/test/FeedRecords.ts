/** A record with a feed, for tests of its readers: cheap events, a store that says what it was asked. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { AgentEvent } from "../src/AgentEvent.ts"
import type { SessionId } from "../src/Ids.ts"
import * as Recorder from "../src/internal/recorder.ts"
import * as SessionStore from "../src/SessionStore.ts"
import { sessionId } from "./SessionRecords.ts"

export const streamId = sessionId("stream")

export const titled = (id: SessionId = streamId): AgentEvent => ({
  type: "session_title_updated",
  sessionId: id,
  title: "t"
})

export const recorded = (id: SessionId, event: AgentEvent): SessionStore.Change => ({
  _tag: "EventRecorded",
  sessionId: id,
  event
})

/** Commits events of one stream, a thousand at a time. */
export const say = (count: number, id: SessionId = streamId) =>
  Effect.gen(function* () {
    const { commit } = yield* Recorder.Recorder
    for (let left = count; left > 0; left -= 1_000) {
      const changes = Array.from({ length: Math.min(left, 1_000) }, () => recorded(id, titled(id)))
      yield* commit(changes, Recorder.showNothing)
    }
  })

export const record = (id: SessionId, event: AgentEvent) =>
  Effect.flatMap(Recorder.Recorder, ({ commit }) => commit([recorded(id, event)], Recorder.showNothing))

/** Forgets all but the newest so many. */
export const keep = (keepMax: number) =>
  Effect.gen(function* () {
    const { store } = yield* Recorder.Recorder
    while ((yield* store.trimFeed({ olderThanMillis: 0, keepMax })) === "more") yield* Effect.yieldNow
  })

/** The part of the feed that one query looked at: after the first number, up to the second. */
export type Looked = readonly [after: number, upTo: number]

/** Notes what every page looked at. */
const noting = (looked: Array<Looked>) =>
  Layer.effect(
    SessionStore.SessionStore,
    Effect.map(SessionStore.SessionStore, (store) => ({
      ...store,
      events: (query: SessionStore.EventQuery) =>
        Effect.tap(store.events(query), (page) => Effect.sync(() => looked.push([query.after, page.upTo])))
    }))
  ).pipe(Layer.provide(SessionStore.layerMemory))

export const layer = (looked: Array<Looked> = []) => Recorder.layer.pipe(Layer.provide(noting(looked)))
