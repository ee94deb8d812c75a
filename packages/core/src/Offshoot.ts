/**
 * All of Offshoot as one layer: the facade and the scheduler over any store.
 *
 * Only wiring; what the parts do is said in `SubAgents`, `SpawnScheduler`,
 * `SessionStore` and `SessionStreams`.
 *
 * @stability unstable
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Agent } from "./Agent.ts"
import { AgentDirectory } from "./AgentDirectory.ts"
import * as FeedRetention from "./FeedRetention.ts"
import * as Ids from "./Ids.ts"
import { collect } from "./internal/collecting.ts"
import * as Budgets from "./internal/budgets.ts"
import * as Facade from "./internal/facade.ts"
import { feed } from "./internal/feedPages.ts"
import * as Flights from "./internal/flights.ts"
import * as Inbox from "./internal/inbox.ts"
import { lookOver } from "./internal/overview.ts"
import * as Recorder from "./internal/recorder.ts"
import * as Requests from "./internal/requests.ts"
import { sessionEvents } from "./internal/sessionEvents.ts"
import { update } from "./internal/updating.ts"
import { Usages } from "./internal/usages.ts"
import * as Waits from "./internal/waits.ts"
import { CurrentLimits } from "./Limits.ts"
import * as Outbox from "./Outbox.ts"
import { ProviderRouter, type ProviderRouterShape } from "./ProviderRouter.ts"
import type { SessionStore, StoreError } from "./SessionStore.ts"
import * as SessionStreams from "./SessionStreams.ts"
import * as Spawn from "./Spawn.ts"
import * as SpawnScheduler from "./SpawnScheduler.ts"
import { SubagentProfiles } from "./SubagentProfile.ts"
import * as TreeBudget from "./TreeBudget.ts"
import * as SubAgentTool from "./SubAgentTool.ts"
import { type ModelList, SubAgents } from "./SubAgents.ts"

const modelsOf = Option.match({
  onNone: (): ModelList => ({ fallback: Option.none(), models: [] }),
  onSome: ({ defaultRef, models }: ProviderRouterShape): ModelList => ({ fallback: defaultRef, models })
})

const make = Effect.gen(function* () {
  const recorder = yield* Recorder.Recorder
  const streams = yield* SessionStreams.SessionStreams
  const scheduler = yield* SpawnScheduler.SpawnScheduler
  const { commit, store } = recorder
  const inbox = yield* Inbox.Inbox
  const requests = yield* Requests.Requests
  const waits = yield* Waits.Waits
  const facade: Facade.FacadeServices = { store, recorder, streams, scheduler, waits }
  const limits = yield* CurrentLimits
  const usages = new Usages(store)
  const spawning: Spawn.SpawnServices = {
    store,
    commit,
    streams,
    scheduler,
    limits,
    directory: yield* AgentDirectory,
    hasAgent: Option.isSome(yield* Agent),
    profiles: yield* SubagentProfiles,
    budgets: yield* Budgets.Budgets,
    rootLimits: yield* TreeBudget.DefaultLimits
  }
  // The app's entropy, also for callers that have none of their own.
  const entropy = Ids.ordered(yield* Ids.Entropy)
  const withIds = Effect.provideService(Ids.Entropy, entropy)
  const subAgents = SubAgents.of({
    createRoot: (request) => withIds(Spawn.createRoot(spawning, request)),
    spawn: (parentId, request) => withIds(Spawn.spawn(spawning, parentId, request)),
    run: (id) => withIds(Spawn.rerun(spawning, id)),
    update: (id, request) => withIds(update(facade, id, request)),
    cancel: (id, request) => Facade.cancel(facade, id, request),
    remove: (id) =>
      Effect.ensuring(
        Facade.remove(facade, id),
        Effect.sync(() => usages.forget())
      ),
    session: (id) =>
      Effect.flatMap(Facade.findSession(store, id), (session) =>
        Effect.map(Clock.currentTimeMillis, (nowMillis) => Facade.viewOf(facade, session, nowMillis))
      ),
    sessions: (query) => Effect.flatMap(store.sessions(query), (sessions) => Facade.viewsOf(facade, sessions)),
    tree: (id) => Facade.tree(facade, id),
    messages: (id, page) => Effect.andThen(Facade.findSession(store, id), store.messages({ sessionId: id, ...page })),
    usage: (id) => Effect.andThen(Facade.findSession(store, id), store.treeUsage(id)),
    result: (id) => Facade.result(facade, id),
    artifact: (id, artifactId) => Facade.artifact(facade, id, artifactId),
    wait: (parentId, request) => Facade.wait(facade, parentId, request),
    wakeWhen: (parentId, request) => withIds(Facade.wakeWhen(facade, parentId, request)),
    collect: (parentId, request) => collect(facade, parentId, request),
    lastWait: (parentId) => Effect.andThen(Facade.findSession(store, parentId), waits.last(parentId)),
    send: (id, request) =>
      withIds(inbox.send(id, request, (opening) => withIds(Spawn.rerun(spawning, id, opening)))).pipe(
        // A parent that rests goes on with it.
        Effect.tap(() => scheduler.release(id))
      ),
    sent: (id, page) => Facade.sent(facade, id, page),
    requests: (query) => requests.list(query),
    request: (id) => requests.find(id),
    answer: (id, decision) => requests.answer(id, decision),
    events: (id, request) => sessionEvents(facade, id, request),
    feed: (query) => feed(recorder, query),
    ...lookOver(facade, limits, usages),
    models: Effect.succeed(modelsOf(yield* ProviderRouter))
  })
  yield* SubAgentTool.open(subAgents)
  return subAgents
})

/**
 * Offshoot in this process, over any store. The optional parts are references:
 * give `ExternalChildRunner.layer`, `Agent.layer`, `Limits.layer`,
 * `Watchdog.layer`, `AgentDirectory.layer` or `ChildCompletionHandler.layer` to
 * replace their defaults.
 *
 * **Details** Building it recovers what an earlier process left; closing it
 * stops what runs and leaves what is queued.
 */
export const layer: Layer.Layer<SubAgents | SpawnScheduler.SpawnScheduler, StoreError, SessionStore> = Layer.effect(
  SubAgents,
  make
).pipe(
  Layer.provideMerge(SpawnScheduler.layer),
  Layer.merge(FeedRetention.layerSweep),
  Layer.provide(Waits.layer),
  Layer.provide([Inbox.layer, Requests.layer, Budgets.layer]),
  Layer.provide([SessionStreams.layer, Outbox.layer, Flights.layer]),
  Layer.provide(Recorder.layer)
)
