/** The calls about sessions: decode, ask `SubAgents`, show. No rule of their own. */
import { type Ids, Session, type SessionStore, SubAgents, type SubagentProfile } from "@offshoot/core"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Option from "effect/Option"
import { Api } from "../Api.ts"
import * as Wire from "../Wire.ts"
import * as WireArtifact from "../WireArtifact.ts"
import * as WireWait from "../WireWait.ts"
import { Closing } from "./closing.ts"
import * as Refusals from "./refusals.ts"

interface PageRequest {
  readonly limit?: number
  readonly cursor?: Ids.SessionId
}

/** The filter of a list; absent parameters are absent members. */
const filterOf = (query: {
  readonly root?: Ids.SessionId
  readonly parent?: Ids.SessionId
  readonly status?: Session.SessionStatus
}): SessionStore.SessionFilter => ({
  ...(query.root === undefined ? {} : { rootId: query.root }),
  ...(query.parent === undefined ? {} : { parentId: query.parent }),
  ...(query.status === undefined ? {} : { status: query.status })
})

const waitRequest = (body: WireWait.WaitBody | null): SubAgents.WaitRequest => ({
  children: body?.children ?? [],
  policy: body?.policy ?? "all",
  timeout: Duration.seconds(body?.timeoutSeconds ?? WireWait.waitSecondsDefault)
})

/** The children as they are now. */
const lookRequest = (body: WireWait.WaitBody): SubAgents.WaitRequest => ({
  ...waitRequest(body),
  timeout: Duration.zero
})

const wakeRequest = (body: WireWait.WaitBody): SubAgents.WakeRequest => ({
  children: body.children ?? [],
  policy: body.policy ?? "all",
  lease: Option.map(Option.fromUndefinedOr(body.leaseSeconds), Duration.seconds)
})

/** Whoever has the token is a person to the record: a parent's own cancel does not come over HTTP. */
const cancelRequest = (body: Wire.CancelBody | null): SubAgents.CancelRequest => ({
  mode: body?.mode ?? "graceful",
  by: "by_user",
  reach: body?.cascade === false ? "session" : "subtree"
})

const fail = {
  SessionNotFound: (error: SubAgents.SessionNotFound) => Effect.fail(Refusals.sessionNotFound(error)),
  StoreError: (error: SessionStore.StoreError) => Effect.fail(Refusals.storeError(error))
}

const failLaunch = {
  ...fail,
  QueueFull: (error: SubAgents.QueueFull) => Effect.fail(Refusals.queueFull(error)),
  SchedulerClosed: (error: SubAgents.SchedulerClosed) => Effect.fail(Refusals.schedulerClosed(error)),
  ParentNotAccepting: (error: SubAgents.ParentNotAccepting) => Effect.fail(Refusals.parentNotAccepting(error))
}

const failRole = {
  AgentUnknown: (error: SubAgents.AgentUnknown) => Effect.fail(Refusals.agentUnknown(error)),
  ProfileUnknown: (error: SubagentProfile.ProfileUnknown) => Effect.fail(Refusals.profileUnknown(error))
}

const find = (subAgents: SubAgents.SubAgentsShape, id: Ids.SessionId) => Effect.catchTags(subAgents.session(id), fail)

const list = (subAgents: SubAgents.SubAgentsShape, filter: SessionStore.SessionFilter, page: PageRequest) => {
  const { cursor, limit = Wire.pageDefault } = page
  return subAgents.sessions({ filter, before: Option.fromUndefinedOr(cursor), limit: limit + 1 }).pipe(
    Effect.map((views) => Wire.page(views, limit, Wire.session, (view) => view.session.id)),
    Effect.mapError(Refusals.storeError)
  )
}

const run = (subAgents: SubAgents.SubAgentsShape, id: Ids.SessionId) =>
  subAgents.run(id).pipe(
    Effect.map(Wire.accepted),
    Effect.catchTags({
      ...failLaunch,
      AlreadyRunning: (error) => Effect.fail(Refusals.alreadyRunning(error)),
      AgentNotConfigured: (error) => Effect.fail(Refusals.agentNotConfigured(error))
    })
  )

const spawn = (subAgents: SubAgents.SubAgentsShape, parentId: Ids.SessionId, body: Wire.NewChild) =>
  subAgents.spawn(parentId, body).pipe(
    Effect.map(Wire.accepted),
    Effect.catchTags({
      ...failLaunch,
      DepthExceeded: (error) => Effect.fail(Refusals.depthExceeded(error)),
      ...failRole,
      BudgetExhausted: (error) => Effect.fail(Refusals.budgetExhausted(error))
    })
  )

const messages = (
  subAgents: SubAgents.SubAgentsShape,
  id: Ids.SessionId,
  { after = 0, limit = Wire.pageDefault }: { readonly after?: number; readonly limit?: number }
) =>
  subAgents.messages(id, { after, limit: limit + 1 }).pipe(
    Effect.map((read) => Wire.page(read, limit, Wire.message, (entry) => String(entry.position))),
    Effect.catchTags(fail)
  )

/** Looks at the session first: one that settles in between is seen by the second look. */
const result = (subAgents: SubAgents.SubAgentsShape, id: Ids.SessionId) =>
  Effect.gen(function* () {
    const view = yield* find(subAgents, id)
    const settled = Session.isTerminal(view.session.status)
      ? yield* Effect.catchTags(subAgents.result(id), fail)
      : Option.none()
    if (Option.isNone(settled)) {
      return yield* Refusals.notSettled(yield* find(subAgents, id))
    }
    return Wire.result(settled.value)
  })

const artifact = (subAgents: SubAgents.SubAgentsShape, id: Ids.SessionId, artifactId: Ids.ArtifactId) =>
  subAgents.artifact(id, artifactId).pipe(
    Effect.map(WireArtifact.artifact),
    Effect.catchTags({
      ...fail,
      ArtifactNotFound: (error) => Effect.fail(Refusals.artifactNotFound(error))
    })
  )

const wait = (
  subAgents: SubAgents.SubAgentsShape,
  closing: Effect.Effect<void>,
  id: Ids.SessionId,
  body: WireWait.WaitBody | null
) =>
  subAgents
    .wait(id, waitRequest(body))
    .pipe(
      Effect.map(WireWait.waitAnswer),
      Effect.catchTags(fail),
      Effect.raceFirst(Effect.andThen(closing, Effect.fail(Refusals.shuttingDown)))
    )

/** The look comes first: once the wait is recorded the call cannot fail any more. */
const wake = Effect.fn("sessions.wake")(function* (
  subAgents: SubAgents.SubAgentsShape,
  id: Ids.SessionId,
  body: WireWait.WaitBody
) {
  const { children } = WireWait.waitAnswer(yield* Effect.catchTags(subAgents.wait(id, lookRequest(body)), fail))
  const recorded = yield* Effect.catchTags(subAgents.wakeWhen(id, wakeRequest(body)), {
    ...fail,
    WaitOpen: (error) => Effect.fail(Refusals.waitOpen(error))
  })
  const answer: WireWait.WaitAnswer = {
    state: recorded.status === "open" ? "pending" : "satisfied",
    children,
    wait: WireWait.wait(recorded)
  }
  return answer
})

const cancel = (subAgents: SubAgents.SubAgentsShape, id: Ids.SessionId, body: Wire.CancelBody | null) =>
  Effect.catchTags(subAgents.cancel(id, cancelRequest(body)), {
    ...fail,
    NotInFlight: (error) => Effect.fail(Refusals.notInFlight(error))
  })

export const layer = HttpApiBuilder.group(
  Api,
  "sessions",
  Effect.fn(function* (handlers) {
    const subAgents = yield* SubAgents.SubAgents
    const closing = yield* Closing
    return handlers
      .handle("create", ({ payload }) =>
        subAgents
          .createRoot(payload ?? {})
          .pipe(Effect.map(Wire.record), Effect.catchTags({ ...failRole, StoreError: fail.StoreError }))
      )
      .handle("list", ({ query }) => list(subAgents, filterOf(query), query))
      .handle("get", ({ params }) => Effect.map(find(subAgents, params.id), Wire.session))
      .handle("remove", ({ params }) => Effect.catchTags(subAgents.remove(params.id), fail))
      .handle("run", ({ params }) => run(subAgents, params.id))
      .handle("spawn", ({ params, payload }) => spawn(subAgents, params.id, payload))
      .handle("children", ({ params, query }) =>
        Effect.andThen(find(subAgents, params.id), list(subAgents, { parentId: params.id }, query))
      )
      .handle("tree", ({ params }) => subAgents.tree(params.id).pipe(Effect.map(Wire.tree), Effect.catchTags(fail)))
      .handle("messages", ({ params, query }) => messages(subAgents, params.id, query))
      .handle("usage", ({ params }) =>
        subAgents.usage(params.id).pipe(Effect.map(Wire.treeUsage), Effect.catchTags(fail))
      )
      .handle("result", ({ params }) => result(subAgents, params.id))
      .handle("artifact", ({ params }) => artifact(subAgents, params.id, params.artifactId))
      .handle("wait", ({ params, payload }) =>
        payload?.mode === "wake"
          ? wake(subAgents, params.id, payload)
          : wait(subAgents, closing.await, params.id, payload)
      )
      .handle("cancel", ({ params, payload }) => cancel(subAgents, params.id, payload))
  })
)
