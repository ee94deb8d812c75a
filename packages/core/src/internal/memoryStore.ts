import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ArtifactId, SessionId } from "../Ids.ts"
import type { Request } from "../Obligation.ts"
import type { Artifact, Message, Session, SessionStatus, StoredMessage } from "../Session.ts"
import type {
  Change,
  FeedScope,
  SessionFilter,
  SessionQuery,
  SessionStoreShape,
  Snapshot,
  Totals,
  Transition
} from "../SessionStore.ts"
import * as Store from "../StoreError.ts"
import * as UsageSum from "../UsageSum.ts"
import { Feed, Lineage } from "./memoryFeed.ts"
import { Jobs } from "./memoryJobs.ts"
import { Obligations } from "./memoryObligations.ts"
import { TreeUse } from "./memoryTreeUse.ts"
import { present } from "./present.ts"

interface State {
  readonly sessions: Map<SessionId, Session>
  readonly children: Map<SessionId, Array<SessionId>>
  readonly requestKeys: Map<string, SessionId>
  readonly messages: Map<SessionId, Array<StoredMessage>>
  readonly artifacts: Map<ArtifactId, Artifact>
  readonly lineage: Lineage
  readonly jobs: Jobs
  readonly treeUse: TreeUse
  readonly obligations: Obligations
  readonly feed: Feed
}

const empty = (): State => {
  const lineage = new Lineage()
  const jobs = new Jobs()
  return {
    sessions: new Map(),
    children: new Map(),
    requestKeys: new Map(),
    messages: new Map(),
    artifacts: new Map(),
    lineage,
    jobs,
    treeUse: new TreeUse(lineage, jobs),
    obligations: new Obligations(),
    feed: new Feed(lineage)
  }
}

/** Roots share one space of keys. */
const requestKeyOf = (parentId: SessionId | undefined, requestKey: string): string => `${parentId ?? ""} ${requestKey}`

const conflict = ({ id, version }: Session): Store.StoreError =>
  new Store.StoreError({
    operation: "commit",
    reason: new Store.VersionConflict({ sessionId: id, expectedVersion: version - 1 })
  })

const keyTaken = (parentId: SessionId | undefined, requestKey: string): Store.StoreError =>
  new Store.StoreError({
    operation: "commit",
    reason: new Store.RequestKeyTaken({ ...present("parentSessionId", parentId), requestKey })
  })

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
      if (requestKey === undefined) continue
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
  state.treeUse.removeSession(id, (other) => state.sessions.has(other))
  state.sessions.delete(id)
  state.messages.delete(id)
  for (const artifact of state.artifacts.values()) if (artifact.sessionId === id) state.artifacts.delete(artifact.id)
  if (session?.parentId !== undefined) {
    const siblings = state.children.get(session.parentId)?.filter((other) => other !== id)
    if (siblings !== undefined) state.children.set(session.parentId, siblings)
  }
  if (session?.requestKey !== undefined) {
    state.requestKeys.delete(requestKeyOf(session.parentId, session.requestKey))
  }
  state.jobs.removeSession(id)
  state.obligations.removeSession(id)
}

const appendMessage = (state: State, message: Message): void => {
  const list = state.messages.get(message.sessionId)
  const position = (list?.at(-1)?.position ?? 0) + 1
  addTo(state.messages, message.sessionId, { ...message, position })
}

const createSession = (state: State, session: Session): void => {
  const { id, parentId, requestKey } = session
  state.sessions.set(id, session)
  if (requestKey !== undefined) state.requestKeys.set(requestKeyOf(parentId, requestKey), id)
  if (parentId === undefined) return
  state.lineage.place(id, parentId)
  addTo(state.children, parentId, id)
}

/** `since` is the head of the feed before the transition. Returns the number of an event. */
const apply = (state: State, change: Change, atMillis: number, since: number): number | undefined => {
  const { jobs, obligations } = state
  switch (change._tag) {
    case "SessionCreated":
      createSession(state, change.session)
      return undefined
    case "SessionChanged":
      state.sessions.set(change.session.id, change.session)
      return undefined
    case "SessionDeleted":
      removeSession(state, change.sessionId)
      return undefined
    case "MessageAppended":
      appendMessage(state, change.message)
      return undefined
    case "ArtifactKept":
      if (!state.artifacts.has(change.artifact.id)) state.artifacts.set(change.artifact.id, change.artifact)
      return undefined
    case "JobAccepted":
      jobs.accept(change.job)
      return undefined
    case "JobLaunched":
      jobs.launch(change.runId)
      return undefined
    case "JobReported":
      jobs.report(change.runId, change.report)
      return undefined
    case "JobReplaced":
      jobs.replace(change.runId, change.job)
      return undefined
    case "JobSettled":
      jobs.settle(change.completion, change.handlers, since)
      return undefined
    case "CompletionAcknowledged":
      jobs.acknowledge(change.runId, change.handler)
      return undefined
    case "CompletionTold":
      jobs.tell(change.runId)
      return undefined
    case "ObligationOpened":
      obligations.open(change.obligation, since)
      return undefined
    case "ObligationChanged":
      obligations.change(change.obligation)
      return undefined
    case "EventRecorded":
      return state.feed.record(atMillis, change.sessionId, change.event)
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

const totals = (state: State): Totals => {
  const counts = new Map<SessionStatus, number>()
  for (const { status } of state.sessions.values()) counts.set(status, (counts.get(status) ?? 0) + 1)
  const used = state.treeUse.each(Array.from(state.sessions.keys()))
  return {
    statuses: Array.from(counts, ([status, sessions]) => ({ status, sessions })),
    usage: UsageSum.total(used.flatMap(({ own, removed }) => [own, removed].filter((part) => part !== undefined)))
  }
}

const snapshot = (state: State, within: Option.Option<SessionId>, limit: number): Snapshot => {
  const { feed, lineage, obligations } = state
  const scope: FeedScope = Option.match(within, {
    onNone: () => ({ _tag: "All" }),
    onSome: (sessionId) => ({ _tag: "Subtree", sessionId })
  })
  const sessions = Array.from(state.sessions.values())
    .filter(({ id }) => lineage.isWithin(scope, id))
    .toSorted((a, b) => (a.id < b.id ? 1 : -1))
  const open = obligations.find(
    { kind: "request", state: "open", scope, after: Option.none(), limit: Number.POSITIVE_INFINITY },
    lineage
  )
  const requests = open.filter(
    (obligation): obligation is Request => obligation.kind === "request" && obligation.status === "pending"
  )
  return { number: feed.head, sessions: sessions.slice(0, limit), truncated: sessions.length > limit, requests }
}

const commit = (state: State, transition: Transition): Effect.Effect<ReadonlyArray<number>, Store.StoreError> =>
  Clock.clockWith((clock) => {
    const refused = refusal(state, transition) ?? state.obligations.refusal(transition)
    if (refused !== undefined) return Effect.fail(refused)
    const atMillis = clock.currentTimeMillisUnsafe()
    const since = state.feed.head
    const numbers: Array<number> = []
    for (const change of transition) {
      const number = apply(state, change, atMillis, since)
      if (number !== undefined) numbers.push(number)
    }
    return Effect.succeed(numbers)
  })

const read = <A>(evaluate: () => A): Effect.Effect<A> => Effect.sync(evaluate)

const ofSessions = (state: State) =>
  ({
    session: (id) => read(() => Option.fromUndefinedOr(state.sessions.get(id))),
    sessionByRequestKey: (parentId, requestKey) =>
      read(() => {
        const id = state.requestKeys.get(requestKeyOf(Option.getOrUndefined(parentId), requestKey))
        return Option.fromUndefinedOr(id === undefined ? undefined : state.sessions.get(id))
      }),
    sessions: (query) => read(() => findSessions(state, query)),
    treeUsage: (id) => read(() => state.treeUse.of(id, (other) => state.sessions.has(other))),
    usages: (ids) => read(() => state.treeUse.each(ids)),
    totals: read(() => totals(state)),
    childCount: (parentId) => read(() => state.children.get(parentId)?.length ?? 0),
    messages: ({ after, limit, sessionId }) =>
      read(() => (state.messages.get(sessionId) ?? []).filter((entry) => entry.position > after).slice(0, limit)),
    recentMessages: ({ before, limit, sessionId }) =>
      read(() => {
        const entries = state.messages.get(sessionId) ?? []
        const end = Option.match(before, {
          onNone: () => entries.length,
          onSome: (position) => Math.min(entries.length, position - 1)
        })
        return entries.slice(Math.max(0, end - limit), Math.max(0, end))
      }),
    answer: (sessionId, runId) =>
      read(() =>
        (state.messages.get(sessionId) ?? []).filter((entry) => entry.runId === runId && entry.role === "assistant")
      ),
    artifact: (id) => read(() => Option.fromUndefinedOr(state.artifacts.get(id))),
    snapshot: ({ limit, within }) => read(() => snapshot(state, within, limit))
  }) satisfies Partial<SessionStoreShape>

const ofJobs = ({ jobs, lineage, sessions }: State) =>
  ({
    openJobs: read(() =>
      jobs.open().map(({ job, report, state }) => ({
        job,
        state,
        report,
        session: Option.fromUndefinedOr(sessions.get(job.childSessionId)),
        ancestors: lineage.ancestors(job.childSessionId)
      }))
    ),
    completion: (runId) => read(() => jobs.completion(runId)),
    undeliveredLines: (handler) => read(() => jobs.lines(handler)),
    undelivered: ({ handler, limit, line }) => read(() => jobs.undelivered(handler, line, limit))
  }) satisfies Partial<SessionStoreShape>

const ofFeed = ({ feed, jobs, lineage, obligations, sessions }: State) =>
  ({
    obligation: (id) => read(() => obligations.get(id)),
    obligationByKey: (kind, sessionId, key) => read(() => obligations.byKey(kind, sessionId, key)),
    obligations: (query) => read(() => obligations.find(query, lineage)),
    events: (query) => read(() => feed.page(query)),
    recentEvents: (sessionId, limit) => read(() => feed.recent(sessionId, limit)),
    feedBounds: read(() => feed.bounds()),
    trimFeed: (retention) =>
      Effect.sync(() =>
        feed.trim(retention, Math.min(jobs.neededAfter(), obligations.neededAfter()), (id) => !sessions.has(id))
      )
  }) satisfies Partial<SessionStoreShape>

export const make: Effect.Effect<SessionStoreShape> = Effect.sync(() => {
  const state = empty()
  return {
    ...ofSessions(state),
    ...ofJobs(state),
    ...ofFeed(state),
    commit: (transition) => commit(state, transition),
    ready: Effect.void
  }
})
