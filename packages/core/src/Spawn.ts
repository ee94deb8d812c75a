/**
 * Spawning: from a request to an accepted, recorded, queued child.
 *
 * One commit holds the session, its pending user message, its job and
 * `sub_agent_started`. The scheduler gives the place; nothing here runs a child.
 *
 * Invariants
 *   I2. What `spawn` returned for is recorded and will be completed.
 *   I7. No child is accepted under a session that is or is being cancelled.
 *   I8. No child is deeper than the limit, none names an agent that the
 *       operator did not, and none has more tools or budget than its parent.
 *
 * @stability unstable
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { AgentEntry } from "./AgentDirectory.ts"
import type { AgentEvent } from "./AgentEvent.ts"
import * as Ids from "./Ids.ts"
import type { Budgets } from "./internal/budgets.ts"
import { findSession } from "./internal/facade.ts"
import { present } from "./internal/present.ts"
import { publishLifecycle, publishOwn } from "./internal/publisher.ts"
import { oneMoreRun } from "./internal/oneMoreRun.ts"
import { joined } from "./internal/ownChanges.ts"
import { type Built, type Recorder, showNothing } from "./internal/recorder.ts"
import { budgetsOf, findRole, heldBy, modelOf, type Role } from "./internal/spawnRole.ts"
import type { Limits } from "./Limits.ts"
import { type Message, type Metadata, metadataKeys, type Session } from "./Session.ts"
import { type SessionStoreShape, StoreError, type Transition } from "./SessionStore.ts"
import type { SessionStreamsShape } from "./SessionStreams.ts"
import type { SpawnJob } from "./SpawnJob.ts"
import type { Acceptance, SpawnSchedulerShape } from "./SpawnScheduler.ts"
import type { SubagentProfilesShape } from "./SubagentProfile.ts"
import {
  AgentNotConfigured,
  AgentUnknown,
  AlreadyRunning,
  DepthExceeded,
  ParentNotAccepting,
  type QueuePlace,
  type RootRequest,
  type Spawned,
  type SpawnRequest
} from "./SubAgents.ts"
import * as Telemetry from "./Telemetry.ts"
import type { TreeLimits } from "./TreeBudget.ts"

/** What spawning needs. */
export interface SpawnServices {
  readonly store: SessionStoreShape
  readonly commit: Recorder["Service"]["commit"]
  readonly streams: SessionStreamsShape
  readonly scheduler: SpawnSchedulerShape
  readonly limits: Limits
  readonly directory: ReadonlyMap<string, AgentEntry>
  readonly hasAgent: boolean
  readonly profiles: SubagentProfilesShape
  readonly budgets: Budgets["Service"]
  readonly rootLimits: TreeLimits
}

/** A title is one line of a list. */
const titleCharsMax = 80

/** How often a spawn looks again when cancels keep coming in between. */
const looksMax = 8

/** The first line of the prompt, cut to a title's length, when no title is given. */
export const titleOf = (title: string | undefined, prompt: string | undefined): string => {
  const given = title?.trim() ?? ""
  if (given !== "") return given
  const [line = ""] = (prompt ?? "").trim().split(/[\r\n]/, 1)
  const chars = Array.from(line)
  return chars.length <= titleCharsMax ? line : `${chars.slice(0, titleCharsMax - 1).join("")}…`
}

const userMessage = (id: Ids.MessageId, sessionId: Ids.SessionId, text: string, nowMillis: number): Message => ({
  id,
  sessionId,
  role: "user",
  text,
  hidden: false,
  createdAtMillis: nowMillis
})

/** `S-external`: naming an agent sets the three keys that lead to its runner. */
const metadataFor = (metadata: Metadata | undefined, agent: AgentEntry | undefined): Metadata => ({
  ...metadata,
  ...(agent === undefined
    ? {}
    : {
        [metadataKeys.runtimeKind]: "external",
        [metadataKeys.externalAgentId]: agent.id,
        [metadataKeys.externalProtocol]: agent.protocol
      })
})

/** What a new session may use and who plays it. */
interface Standing {
  readonly role: Role
  readonly agent: AgentEntry | undefined
  readonly budgets: Session["budgets"] | undefined
}

const childOf = (
  parent: Session,
  request: SpawnRequest,
  { agent, budgets, role }: Standing,
  ids: { readonly id: Ids.SessionId; readonly runId: Ids.RunId },
  nowMillis: number
): Session => ({
  id: ids.id,
  kind: "child",
  parentId: parent.id,
  rootId: parent.rootId,
  depth: parent.depth + 1,
  title: titleOf(request.title, request.prompt),
  status: "pending",
  runId: ids.runId,
  ...role,
  ...modelOf(parent, role),
  ...(budgets === undefined ? {} : { budgets }),
  ...present("workspace", request.workspace ?? parent.workspace),
  ...present("requestKey", request.requestKey),
  ...present("parentClose", request.parentClose),
  ...present("recovery", request.recovery),
  metadata: metadataFor(request.metadata, agent),
  createdAtMillis: nowMillis,
  updatedAtMillis: nowMillis,
  version: 1
})

const recorded = (sessionId: Ids.SessionId, event: AgentEvent) => ({ _tag: "EventRecorded", sessionId, event }) as const

const refuses = (session: Session): boolean => session.status === "cancelling" || session.status === "cancelled"

/** The sessions from the parent up to the root; fails when one of them takes no more children (I7). */
const acceptingAncestors = Effect.fnUntraced(function* (store: SessionStoreShape, parent: Session) {
  const ancestors: Array<Ids.SessionId> = []
  let next: Session | undefined = parent
  while (next !== undefined) {
    if (refuses(next)) return yield* new ParentNotAccepting({ parentSessionId: parent.id, status: next.status })
    ancestors.push(next.id)
    next = next.parentId === undefined ? undefined : Option.getOrUndefined(yield* store.session(next.parentId))
  }
  return ancestors
})

const launchingPlace: QueuePlace = { position: 0, reason: "launching" }

const placeOf = (services: SpawnServices, runId: Ids.RunId): QueuePlace =>
  Option.getOrElse(services.scheduler.place(runId), () => launchingPlace)

/** The child of an earlier call with the same key, if there is one. */
const earlier = Effect.fnUntraced(function* (services: SpawnServices, parentId: Ids.SessionId, request: SpawnRequest) {
  if (request.requestKey === undefined) return Option.none<Spawned>()
  const found = yield* services.store.sessionByRequestKey(Option.some(parentId), request.requestKey)
  return Option.flatMap(found, (session) =>
    Option.map(Option.fromUndefinedOr(session.runId), (runId): Spawned => ({
      session,
      runId,
      place: placeOf(services, runId)
    }))
  )
})

const agentFor = Effect.fnUntraced(function* ({ directory }: SpawnServices, named: string | undefined) {
  if (named === undefined) return undefined
  const agent = directory.get(named)
  return agent ?? (yield* new AgentUnknown({ agent: named, known: Array.from(directory.keys()) }))
})

const acceptanceOf = Effect.fnUntraced(function* (
  services: SpawnServices,
  parent: Session,
  ancestors: ReadonlyArray<Ids.SessionId>,
  request: SpawnRequest,
  epoch: number
) {
  const role = yield* findRole(
    services.profiles,
    { kind: "child", workspace: request.workspace ?? parent.workspace, around: parent.tools },
    request
  )
  const agent = yield* agentFor(services, role.agent)
  const nowMillis = yield* Clock.currentTimeMillis
  const id = yield* Ids.makeSessionId
  const runId = yield* Ids.makeRunId
  const budgets = budgetsOf(heldBy(id, request.budget), parent.budgets ?? [])
  const session = childOf(parent, request, { role, agent, budgets }, { id, runId }, nowMillis)
  const message = userMessage(yield* Ids.makeMessageId, id, request.prompt, nowMillis)
  const job: SpawnJob = {
    runId,
    parentSessionId: parent.id,
    childSessionId: id,
    model: session.model ?? "",
    ...(request.disabledTools === undefined ? {} : { disabledTools: request.disabledTools }),
    acceptedAtMillis: nowMillis,
    ...present("ownerRunId", Option.getOrUndefined(services.scheduler.ownerUnder(parent.id))),
    ...present("traceparent", Option.getOrUndefined(yield* Telemetry.traceparent))
  }
  const { title } = session
  const created = {
    type: "session_created",
    sessionId: id,
    parentSessionId: parent.id,
    title,
    ...present("agent", session.agent),
    ...present("profile", session.profile)
  } as const
  const appended = { type: "message_appended", sessionId: id, messageId: message.id, role: "user" } as const
  const started = { type: "sub_agent_started", parentSessionId: parent.id, childSessionId: id, title } as const
  const changes: Transition = [
    { _tag: "SessionCreated", session },
    { _tag: "MessageAppended", message },
    { _tag: "JobAccepted", job },
    recorded(parent.id, started),
    recorded(id, created),
    recorded(id, appended)
  ]
  const seat = { childId: id, ancestors }
  const show = (numbers: ReadonlyArray<number>): void => {
    publishLifecycle(services.streams, seat, Option.fromUndefinedOr(numbers[0]), started) // I3: before all else
    publishOwn(services.streams, seat, Option.fromUndefinedOr(numbers[1]), created)
    publishOwn(services.streams, seat, Option.fromUndefinedOr(numbers[2]), appended)
  }
  const acceptance: Acceptance = { job, session, ancestors, changes, show, epoch }
  return acceptance
})

const spawnOnce = Effect.fnUntraced(function* (
  services: SpawnServices,
  parentId: Ids.SessionId,
  request: SpawnRequest
) {
  const epoch = services.scheduler.cancelEpoch()
  const parent = yield* findSession(services.store, parentId)
  const before = yield* earlier(services, parentId, request)
  if (Option.isSome(before)) return before.value
  const depth = parent.depth + 1
  const depthMax = services.limits.depth
  if (depth > depthMax) return yield* new DepthExceeded({ parentSessionId: parentId, depth, depthMax }) // I8
  const ancestors = yield* acceptingAncestors(services.store, parent)
  const acceptance = yield* acceptanceOf(services, parent, ancestors, request, epoch)
  const accepted = services.scheduler.accept(acceptance).pipe(
    // A child that is new cannot be in flight.
    Effect.catchTag("AlreadyRunning", (impossible) => Effect.die(impossible))
  )
  const around = parent.budgets ?? []
  const own = acceptance.session.budgets?.find(({ sessionId }) => sessionId === acceptance.session.id)
  const place = yield* services.budgets.admitSpawn({ around, own }, accepted) // I8
  return { session: acceptance.session, runId: acceptance.job.runId, place } satisfies Spawned
})

/**
 * Accepts a child of `parentId`.
 *
 * **Durability**: what it returned for survives the end of the process.
 * **Interruption**: either nothing was accepted, or all of it was.
 */
export const spawn = (services: SpawnServices, parentId: Ids.SessionId, request: SpawnRequest) =>
  spawnOnce(services, parentId, request).pipe(
    Effect.retry({ times: looksMax, while: (error) => error._tag === "AncestryChanged" }),
    Effect.catchTag("AncestryChanged", () =>
      Effect.fail(new ParentNotAccepting({ parentSessionId: parentId, status: "cancelling" }))
    ),
    // Two calls with one key at once: the other one's child is this one's too.
    Effect.catchReason("StoreError", "RequestKeyTaken", (_, error) =>
      Effect.flatMap(earlier(services, parentId, request), (found) =>
        Option.isSome(found) ? Effect.succeed(found.value) : Effect.fail(error)
      )
    )
  )

/** The root of an earlier call with the same key, if there is one. */
const earlierRoot = ({ store }: SpawnServices, { requestKey }: RootRequest) =>
  requestKey === undefined
    ? Effect.succeed(Option.none<Session>())
    : store.sessionByRequestKey(Option.none(), requestKey)

const createRootOnce = Effect.fnUntraced(function* (services: SpawnServices, request: RootRequest) {
  const before = yield* earlierRoot(services, request)
  if (Option.isSome(before)) return before.value
  const nowMillis = yield* Clock.currentTimeMillis
  const id = yield* Ids.makeSessionId
  const role = yield* findRole(
    services.profiles,
    { kind: "root", workspace: request.workspace, around: undefined },
    request
  )
  const agent = yield* agentFor(services, role.agent)
  const budgets = budgetsOf(heldBy(id, { ...services.rootLimits, ...request.budget }), [])
  const session: Session = {
    id,
    kind: "root",
    rootId: id,
    depth: 0,
    title: titleOf(request.title, request.prompt) || "Untitled",
    status: "idle",
    ...role,
    ...(budgets === undefined ? {} : { budgets }),
    ...present("workspace", request.workspace),
    ...present("requestKey", request.requestKey),
    metadata: metadataFor(request.metadata, agent),
    createdAtMillis: nowMillis,
    updatedAtMillis: nowMillis,
    version: 1
  }
  const changes: Array<Transition[number]> = [
    { _tag: "SessionCreated", session },
    recorded(id, { type: "session_created", sessionId: id, title: session.title })
  ]
  if (request.prompt !== undefined) {
    const message = userMessage(yield* Ids.makeMessageId, id, request.prompt, nowMillis)
    changes.push(
      { _tag: "MessageAppended", message },
      recorded(id, { type: "message_appended", sessionId: id, messageId: message.id, role: "user" })
    )
  }
  yield* services.commit(changes, showNothing)
  return session
})

/**
 * Creates a root session, with its first message when a prompt is given; the same
 * key again answers with the root of the first call, as it is now.
 */
export const createRoot = (services: SpawnServices, request: RootRequest) =>
  createRootOnce(services, request).pipe(
    // Two calls with one key at once: the other one's root is this one's too.
    Effect.catchReason("StoreError", "RequestKeyTaken", (_, error) =>
      Effect.flatMap(earlierRoot(services, request), (found) =>
        Option.isSome(found) ? Effect.succeed(found.value) : Effect.fail(error)
      )
    )
  )

/** What is recorded together with the acceptance of a run; its `show` gets the numbers of its own events. */
export type Opening = (runId: Ids.RunId, nowMillis: number) => Built

const noOpening: Opening = () => ({ changes: [], show: showNothing })

const rerunOnce = Effect.fnUntraced(function* (services: SpawnServices, id: Ids.SessionId, opening: Opening) {
  const { scheduler, store, streams } = services
  const epoch = scheduler.cancelEpoch()
  const session = yield* findSession(store, id)
  const external = session.metadata[metadataKeys.runtimeKind] === "external"
  if (!external && !services.hasAgent) return yield* new AgentNotConfigured({ sessionId: id })
  const parent = session.parentId === undefined ? undefined : yield* findSession(store, session.parentId)
  const ancestors = parent === undefined ? [] : yield* acceptingAncestors(store, parent)
  const nowMillis = yield* Clock.currentTimeMillis
  const runId = yield* Ids.makeRunId
  const owner = parent === undefined ? Option.none<Ids.RunId>() : services.scheduler.ownerUnder(parent.id)
  const traceparent = yield* Telemetry.traceparent
  const asked = oneMoreRun(streams, { session, ancestors, owner, runId, nowMillis, traceparent })
  if (Result.isFailure(asked)) {
    // I1
    return yield* new AlreadyRunning({ sessionId: id, runId: session.runId ?? runId })
  }
  const both = joined([asked.success, opening(runId, nowMillis)])
  const { accepted } = asked.success
  const place = yield* scheduler.accept({ ...accepted, ...both, epoch })
  return { session: accepted.session, runId, place } satisfies Spawned
})

/** Somebody else changed the session between its reading and the acceptance. */
const isConflict = (error: { readonly _tag: string }): boolean =>
  error._tag === "AncestryChanged" || (error instanceof StoreError && error.reason._tag === "VersionConflict")

/**
 * Queues one more run of a session that is not in flight, with what opens it.
 *
 * **Interruption**: either nothing was accepted, or all of it was.
 */
export const rerun = (services: SpawnServices, id: Ids.SessionId, opening: Opening = noOpening) =>
  rerunOnce(services, id, opening).pipe(
    // A cancel of somebody else is no reason to refuse.
    Effect.retry({ times: looksMax, while: isConflict }),
    Effect.catchTag("AncestryChanged", () =>
      Effect.fail(new ParentNotAccepting({ parentSessionId: id, status: "cancelling" }))
    )
  )
