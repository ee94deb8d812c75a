import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { RunId, SessionId } from "../Ids.ts"
import type { Message, Session, StoredMessage } from "../Session.ts"
import type {
  Change,
  EventQuery,
  OpenJob,
  RecordedEvent,
  SessionFilter,
  SessionQuery,
  SessionStoreShape,
  Transition
} from "../SessionStore.ts"
import type { ChildCompletion, SpawnJob } from "../SpawnJob.ts"
import * as Store from "../StoreError.ts"

/** About 15 MB of events. A reader further behind gets `feed_reset`. */
const eventsMax = 65_536

interface SettledJob {
  readonly completion: ChildCompletion
  acknowledged: boolean
}

interface State {
  readonly sessions: Map<SessionId, Session>
  readonly children: Map<SessionId, Array<SessionId>>
  readonly requestKeys: Map<string, SessionId>
  readonly messages: Map<SessionId, Array<StoredMessage>>
  readonly jobs: Map<RunId, { readonly job: SpawnJob; state: OpenJob["state"] }>
  readonly settled: Map<RunId, SettledJob>
  readonly events: Array<RecordedEvent>
  head: number
}

const requestKeyOf = (parentId: SessionId, requestKey: string): string => `${parentId} ${requestKey}`

const conflict = ({ id, version }: Session): Store.StoreError =>
  new Store.StoreError({
    operation: "commit",
    reason: new Store.VersionConflict({ sessionId: id, expectedVersion: version - 1 })
  })

const keyTaken = (parentSessionId: SessionId, requestKey: string): Store.StoreError =>
  new Store.StoreError({ operation: "commit", reason: new Store.RequestKeyTaken({ parentSessionId, requestKey }) })

/**
 * Why the transition may not be applied, looked at before anything changes: all
 * or nothing. A change is judged by what the changes before it made.
 */
const refusal = (state: State, transition: Transition): Store.StoreError | undefined => {
  const versions = new Map<SessionId, number | undefined>()
  const keys = new Map<string, SessionId>()
  const versionOf = (id: SessionId): number | undefined =>
    versions.size > 0 && versions.has(id) ? versions.get(id) : state.sessions.get(id)?.version
  const setVersion = (id: SessionId, version: number | undefined): void => {
    versions.set(id, version)
  }
  for (const change of transition) {
    if (change._tag === "SessionDeleted") {
      setVersion(change.sessionId, undefined)
    } else if (change._tag === "SessionChanged") {
      if (versionOf(change.session.id) !== change.session.version - 1) return conflict(change.session)
      setVersion(change.session.id, change.session.version)
    } else if (change._tag === "SessionCreated") {
      const { id, parentId, requestKey, version } = change.session
      if (versionOf(id) !== undefined) return conflict(change.session)
      setVersion(id, version)
      if (parentId === undefined || requestKey === undefined) continue
      const key = requestKeyOf(parentId, requestKey)
      const owner = keys.get(key) ?? state.requestKeys.get(key)
      if (owner !== undefined && versionOf(owner) !== undefined) return keyTaken(parentId, requestKey)
      keys.set(key, id)
    }
  }
  return undefined
}

const addTo = <K, V>(map: Map<K, Array<V>>, key: K, value: V): void => {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

const removeSession = (state: State, id: SessionId): void => {
  const session = state.sessions.get(id)
  state.sessions.delete(id)
  state.messages.delete(id)
  if (session?.parentId !== undefined) {
    const siblings = state.children.get(session.parentId)?.filter((other) => other !== id)
    if (siblings !== undefined) state.children.set(session.parentId, siblings)
    if (session.requestKey !== undefined) state.requestKeys.delete(requestKeyOf(session.parentId, session.requestKey))
  }
  for (const [runId, { job }] of state.jobs) if (job.childSessionId === id) state.jobs.delete(runId)
  for (const [runId, { completion }] of state.settled) if (completion.childSessionId === id) state.settled.delete(runId)
}

const appendMessage = (state: State, message: Message): void => {
  const list = state.messages.get(message.sessionId)
  const position = (list?.at(-1)?.position ?? 0) + 1
  addTo(state.messages, message.sessionId, { ...message, position })
}

const recordEvent = (state: State, atMillis: number, sessionId: SessionId, event: RecordedEvent["event"]): number => {
  state.head += 1
  state.events.push({ number: state.head, sessionId, atMillis, event })
  // Cutting half at once keeps the cost per event constant.
  if (state.events.length >= eventsMax * 2) state.events.splice(0, state.events.length - eventsMax)
  return state.head
}

const apply = (state: State, change: Change, atMillis: number): number | undefined => {
  switch (change._tag) {
    case "SessionCreated": {
      const { session } = change
      state.sessions.set(session.id, session)
      if (session.parentId === undefined) return undefined
      addTo(state.children, session.parentId, session.id)
      if (session.requestKey !== undefined) {
        state.requestKeys.set(requestKeyOf(session.parentId, session.requestKey), session.id)
      }
      return undefined
    }
    case "SessionChanged":
      state.sessions.set(change.session.id, change.session)
      return undefined
    case "SessionDeleted":
      removeSession(state, change.sessionId)
      return undefined
    case "MessageAppended":
      appendMessage(state, change.message)
      return undefined
    case "JobAccepted":
      if (!state.jobs.has(change.job.runId)) state.jobs.set(change.job.runId, { job: change.job, state: "queued" })
      return undefined
    case "JobLaunched": {
      const open = state.jobs.get(change.runId)
      if (open !== undefined) open.state = "launched"
      return undefined
    }
    case "JobSettled":
      state.jobs.delete(change.completion.runId)
      // I2: the first completion of a run is the one.
      if (state.settled.has(change.completion.runId)) return undefined
      state.settled.set(change.completion.runId, {
        completion: change.completion,
        acknowledged: change.handlers === "none"
      })
      return undefined
    case "CompletionAcknowledged": {
      const settled = state.settled.get(change.runId)
      if (settled !== undefined) settled.acknowledged = true
      return undefined
    }
    case "EventRecorded":
      return recordEvent(state, atMillis, change.sessionId, change.event)
  }
}

const matches = (session: Session, filter: SessionFilter): boolean =>
  (filter.kind === undefined || session.kind === filter.kind) &&
  (filter.rootId === undefined || session.rootId === filter.rootId) &&
  (filter.parentId === undefined || session.parentId === filter.parentId) &&
  (filter.status === undefined || session.status === filter.status)

const findSessions = (state: State, query: SessionQuery): ReadonlyArray<Session> => {
  const { filter } = query
  const source: Iterable<Session> =
    filter.parentId === undefined
      ? state.sessions.values()
      : (state.children.get(filter.parentId) ?? []).flatMap((id) => state.sessions.get(id) ?? [])
  const before = Option.getOrUndefined(query.before)
  const found: Array<Session> = []
  for (const session of source) {
    if (matches(session, filter) && (before === undefined || session.id < before)) found.push(session)
  }
  return found.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, query.limit)
}

const findEvents = (state: State, query: EventQuery): ReadonlyArray<RecordedEvent> => {
  const first = state.events[0]
  if (first === undefined) return []
  const sessionId = Option.getOrUndefined(query.sessionId)
  const types = Option.getOrUndefined(query.types)
  const found: Array<RecordedEvent> = []
  for (let at = Math.max(0, query.after + 1 - first.number); at < state.events.length; at++) {
    const recorded = state.events[at]
    if (recorded === undefined || found.length >= query.limit) break
    if (sessionId !== undefined && recorded.sessionId !== sessionId) continue
    if (types !== undefined && !types.includes(recorded.event.type)) continue
    found.push(recorded)
  }
  return found
}

const findRecent = (state: State, sessionId: SessionId, limit: number): ReadonlyArray<RecordedEvent> => {
  const found: Array<RecordedEvent> = []
  for (let at = state.events.length - 1; at >= 0 && found.length < limit; at--) {
    const recorded = state.events[at]
    if (recorded?.sessionId === sessionId) found.push(recorded)
  }
  return found.toReversed()
}

export const make: Effect.Effect<SessionStoreShape> = Effect.sync(() => {
  const state: State = {
    sessions: new Map(),
    children: new Map(),
    requestKeys: new Map(),
    messages: new Map(),
    jobs: new Map(),
    settled: new Map(),
    events: [],
    head: 0
  }
  const read = <A>(evaluate: () => A): Effect.Effect<A> => Effect.sync(evaluate)
  return {
    commit: (transition) =>
      Clock.clockWith((clock) => {
        const refused = refusal(state, transition)
        if (refused !== undefined) return Effect.fail(refused)
        const atMillis = clock.currentTimeMillisUnsafe()
        const numbers: Array<number> = []
        for (const change of transition) {
          const number = apply(state, change, atMillis)
          if (number !== undefined) numbers.push(number)
        }
        return Effect.succeed(numbers)
      }),
    session: (id) => read(() => Option.fromUndefinedOr(state.sessions.get(id))),
    sessionByRequestKey: (parentId, requestKey) =>
      read(() => {
        const id = state.requestKeys.get(requestKeyOf(parentId, requestKey))
        return Option.fromUndefinedOr(id === undefined ? undefined : state.sessions.get(id))
      }),
    sessions: (query) => read(() => findSessions(state, query)),
    childCount: (parentId) => read(() => state.children.get(parentId)?.length ?? 0),
    messages: ({ after, limit, sessionId }) =>
      read(() => (state.messages.get(sessionId) ?? []).filter((entry) => entry.position > after).slice(0, limit)),
    lastMessage: (sessionId) => read(() => Option.fromUndefinedOr(state.messages.get(sessionId)?.at(-1))),
    answer: (sessionId, runId) =>
      read(() =>
        (state.messages.get(sessionId) ?? []).filter((entry) => entry.runId === runId && entry.role === "assistant")
      ),
    openJobs: read(() => Array.from(state.jobs.values(), (open) => ({ job: open.job, state: open.state }))),
    completion: (runId) => read(() => Option.fromUndefinedOr(state.settled.get(runId)?.completion)),
    unacknowledged: read(() =>
      Array.from(state.settled.values()).flatMap((settled) => (settled.acknowledged ? [] : [settled.completion]))
    ),
    events: (query) => read(() => findEvents(state, query)),
    recentEvents: (sessionId, limit) => read(() => findRecent(state, sessionId, limit)),
    feedBounds: read(() => ({ oldest: state.events[0]?.number ?? state.head + 1, head: state.head })),
    ready: Effect.void
  }
})
