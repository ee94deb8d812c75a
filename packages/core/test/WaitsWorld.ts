/** Waits over a memory store that may delay and fail, with the settling of children played by the test. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Agent from "../src/Agent.ts"
import { MessageId, type SessionId } from "../src/Ids.ts"
import * as Flights from "../src/internal/flights.ts"
import * as Inbox from "../src/internal/inbox.ts"
import * as Recorder from "../src/internal/recorder.ts"
import type { AcceptedJob, Addition } from "../src/internal/settlement.ts"
import * as Waits from "../src/internal/waits.ts"
import type { Wait } from "../src/Obligation.ts"
import * as Outcome from "../src/Outcome.ts"
import { isTerminal, metadataKeys, type Session } from "../src/Session.ts"
import * as SessionStore from "../src/SessionStore.ts"
import * as SessionStreams from "../src/SessionStreams.ts"
import type { WakeRequest } from "../src/SubAgents.ts"
import * as Records from "./SessionRecords.ts"

export const parentId = Records.parentId

/** What a test does to the store: before every call, and to every commit. */
export interface Weather {
  before: Effect.Effect<void, SessionStore.StoreError>
  commit: (
    commit: Effect.Effect<ReadonlyArray<number>, SessionStore.StoreError>
  ) => Effect.Effect<ReadonlyArray<number>, SessionStore.StoreError>
}

export const calm = (): Weather => ({ before: Effect.void, commit: (commit) => commit })

export const unavailable = new SessionStore.StoreError({
  operation: "commit",
  reason: new SessionStore.StorageUnavailable({ condition: "io", cause: "weather" })
})

const exposed = (weather: Weather, store: SessionStore.SessionStoreShape): SessionStore.SessionStoreShape => {
  const after = <A>(read: Effect.Effect<A, SessionStore.StoreError>) =>
    Effect.andThen(
      Effect.suspend(() => weather.before),
      read
    )
  return {
    ...store,
    commit: (transition) => after(Effect.suspend(() => weather.commit(store.commit(transition)))),
    session: (id) => after(store.session(id)),
    sessions: (query) => after(store.sessions(query)),
    completion: (id) => after(store.completion(id)),
    answer: (id, run) => after(store.answer(id, run)),
    obligation: (id) => after(store.obligation(id)),
    obligations: (query) => after(store.obligations(query))
  }
}

/** One start of a process over a record that outlives it. */
export const processOver = (store: SessionStore.SessionStoreShape, weather: Weather, parts: Layer.Layer<never>) =>
  Waits.layer.pipe(
    Layer.provideMerge(Inbox.layer),
    Layer.provideMerge([SessionStreams.layer, Flights.layer]),
    Layer.provideMerge(Recorder.layer),
    Layer.provideMerge(Layer.succeed(SessionStore.SessionStore, exposed(weather, store))),
    Layer.provide(parts)
  )

export const inProcess: Layer.Layer<never> = Agent.layer({ run: () => Effect.never })

/** A world whose parent runs in process. */
export const world = (weather: Weather = calm(), parts: Layer.Layer<never> = inProcess) =>
  Layer.unwrap(
    Effect.map(SessionStore.SessionStore, (store) => processOver(store, weather, parts)).pipe(
      Effect.provide(SessionStore.layerMemory)
    )
  )

export const create = (session: Session) =>
  Effect.flatMap(Recorder.Recorder, ({ store }) => store.commit([{ _tag: "SessionCreated", session }]))

/** A running child with its flight. */
export const spawn = Effect.fnUntraced(function* (name: string, fields: Partial<Session> = {}) {
  const flights = yield* Flights.CurrentFlights
  const session = Records.child({
    id: Records.sessionId(name),
    title: name,
    status: "running",
    runId: Records.runId(name),
    version: 1,
    ...fields
  })
  const job = Records.job({ runId: Records.runId(name), childSessionId: session.id })
  const { store } = yield* Recorder.Recorder
  yield* store.commit([
    { _tag: "SessionCreated", session },
    { _tag: "JobAccepted", job }
  ])
  const flight = Flights.makeFlight(job, [parentId], Option.some(session))
  flights.add(flight)
  return flight
})

export const failed: Outcome.Outcome = { status: "error", reason: "agent_failed", message: "it broke" }

const say = (flight: Flights.Flight, text: string): SessionStore.Change => ({
  _tag: "MessageAppended",
  message: {
    id: MessageId.make(`msg_${flight.runId}`),
    sessionId: flight.job.childSessionId,
    runId: flight.runId,
    role: "assistant",
    text,
    hidden: false,
    createdAtMillis: 1_500
  }
})

export const speak = (flight: Flights.Flight, text: string) =>
  Effect.flatMap(Recorder.Recorder, ({ store }) => store.commit([say(flight, text)]))

const isStored = (session: Session, flight: Flights.Flight): boolean =>
  session.runId === flight.runId && isTerminal(session.status)

/** One try of the commit that settles; false: it did not stand. */
const attempt = Effect.fnUntraced(function* (flight: Flights.Flight, outcome: Outcome.Outcome) {
  const recorder = yield* Recorder.Recorder
  const { part } = yield* Waits.Waits
  const found = yield* Recorder.patiently(recorder.store.session(flight.job.childSessionId))
  const session = Option.getOrThrow(found)
  if (isStored(session, flight)) return Option.some<ReadonlyArray<AcceptedJob>>([]) // the answer to its commit was lost
  const nowMillis = yield* Clock.currentTimeMillis
  const addition: Addition = yield* part.add({ flight, session, outcome, artifacts: [], nowMillis })
  const { childSessionId, parentSessionId, runId } = flight.job
  const completion = {
    runId,
    ...(parentSessionId === undefined ? {} : { parentSessionId }),
    childSessionId,
    outcome,
    completedAtMillis: nowMillis
  }
  const committed = yield* recorder
    .transact(session, { _tag: "Settle", runId, outcome, left: Option.none() }, () => ({
      changes: [{ _tag: "JobSettled", completion, handlers: [] }, ...addition.changes],
      show: addition.show
    }))
    .pipe(
      Effect.as(true),
      Effect.catch(() => Effect.succeed(false))
    )
  yield* addition.done(committed ? "recorded" : "not_recorded")
  return committed ? Option.some(addition.accepted) : Option.none()
})

/** Settles a child as the scheduler does; returns the jobs that were accepted with it. */
export const settle = Effect.fnUntraced(function* (flight: Flights.Flight, outcome: Outcome.Outcome = Outcome.done) {
  const flights = yield* Flights.CurrentFlights
  flight.settling = true
  while (true) {
    const accepted = yield* attempt(flight, outcome)
    if (Option.isNone(accepted)) continue
    flights.settle(flight)
    return accepted.value
  }
})

export const waitFor = (request: Partial<WakeRequest> = {}) =>
  Effect.flatMap(Waits.Waits, ({ register }) =>
    register(parentId, { children: [], policy: "all", lease: Option.none(), ...request })
  )

export const parent = Effect.flatMap(Recorder.Recorder, ({ store }) =>
  Effect.map(store.session(parentId), Option.getOrThrow)
)

/** The hidden messages in the parent's transcript. */
export const wakes = (id: SessionId = parentId) =>
  Effect.flatMap(Recorder.Recorder, ({ store }) =>
    Effect.map(store.messages({ sessionId: id, after: 0, limit: 1_000 }), (messages) =>
      messages.filter(({ hidden, role }) => hidden && role === "user")
    )
  )

export const storedWait = (wait: Wait) =>
  Effect.flatMap(Recorder.Recorder, ({ store }) =>
    Effect.map(store.obligation(wait.id), (found) => {
      const stored = Option.getOrThrow(found)
      if (stored.kind !== "wait") throw new Error("no wait")
      return stored
    })
  )

/** The types of the events on one session's stream. */
export const eventsOn = (sessionId: SessionId) =>
  Effect.flatMap(Recorder.Recorder, ({ store }) =>
    Effect.map(store.recentEvents(sessionId, 1_000), (events) => events.map(({ event }) => event))
  )

/** The lines of a wake message, as a reader of its frame takes them. */
export const childrenIn = (text: string): ReadonlyArray<Record<string, unknown>> => {
  const lines = text.split("\n")
  const begin = lines.findIndex((line) => /^=== \S+ children ===$/.test(line))
  const mark = lines[begin]?.split(" ")[1] ?? ""
  const end = lines.indexOf(`=== ${mark} end ===`)
  return lines.slice(begin + 1, end).map((line): Record<string, unknown> => JSON.parse(line))
}

export const settledParent: Partial<Session> = {
  status: "completed",
  runId: Records.runId("parent"),
  outcome: Outcome.done
}

export const external: Partial<Session> = { ...settledParent, metadata: { [metadataKeys.runtimeKind]: "external" } }

/** A parent with one running child. */
export const only = Effect.fnUntraced(function* (fields: Partial<Session> = settledParent) {
  yield* create(Records.root(fields))
  return yield* spawn("a")
})

/** A parent with two running children. */
export const pair = Effect.fnUntraced(function* (fields: Partial<Session> = settledParent) {
  const a = yield* only(fields)
  return [a, yield* spawn("b")] as const
})
