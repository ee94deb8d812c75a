/**
 * What each action of the `SubAgent` tool does: a call of the facade, and its
 * answer. A caller reaches what is below it and nothing else.
 */
import * as Effect from "effect/Effect"
import * as Hash from "effect/Hash"
import * as Option from "effect/Option"
import type { ToolAnswer } from "../AgentTools.ts"
import type { SessionId } from "../Ids.ts"
import type { ProviderRouterShape } from "../ProviderRouter.ts"
import type { Session } from "../Session.ts"
import { SessionNotFound, type SpawnRequest, type SubAgentsShape } from "../SubAgents.ts"
import * as Answers from "./subAgentAnswers.ts"
import type * as Params from "./subAgentParams.ts"

/** One call, and what it may ask. */
export interface Caller {
  readonly agents: SubAgentsShape
  readonly router: Option.Option<ProviderRouterShape>
  /** The session whose model calls. */
  readonly self: Session
  /** The same for every try of the same call. Some models count their calls from one again, so it is not enough alone. */
  readonly callKey: string
}

/** A session below the caller; any other one is as if it were not there. */
const below = Effect.fnUntraced(function* ({ agents, self }: Caller, id: SessionId) {
  const view = yield* agents.session(id)
  let parentId = view.session.parentId
  while (parentId !== undefined && parentId !== self.id) {
    parentId = (yield* agents.session(parentId)).session.parentId
  }
  return parentId === undefined ? yield* new SessionNotFound({ sessionId: id }) : view
})

const nothingUnknown = Option.none<ToolAnswer>()

/** A model by its whole name, or alone, as one of the default's provider. */
const unknownModel = ({ router }: Caller, model: string) => {
  if (Option.isNone(router)) return Effect.succeed(nothingUnknown)
  const { defaultRef, models, parse, route } = router.value
  const written = Option.orElse(parse(model), () => Option.map(defaultRef, ({ provider }) => ({ provider, model })))
  const names = models.map(({ name }) => name)
  const unknown = Option.some(Answers.unknownName("model", model, names))
  return Option.isNone(written)
    ? Effect.succeed(unknown)
    : Effect.match(route(written.value), { onSuccess: () => nothingUnknown, onFailure: () => unknown })
}

/** The same for every try of the same call, and for no other call. */
const keyOf = ({ callKey }: Caller, params: Params.Params): string =>
  `${callKey}:${(Hash.string(JSON.stringify(params)) >>> 0).toString(36)}`

const spawnOf = (caller: Caller, params: Params.Create): SpawnRequest => ({
  prompt: params.prompt,
  ...(params.title === undefined ? {} : { title: params.title }),
  ...(params.subagent_type === undefined ? {} : { profile: params.subagent_type }),
  ...(params.agent === undefined ? {} : { agent: params.agent }),
  ...(params.model === undefined ? {} : { model: params.model }),
  ...(params.workspace === undefined ? {} : { workspace: params.workspace }),
  ...(params.disabled_tools === undefined ? {} : { disabledTools: params.disabled_tools }),
  requestKey: keyOf(caller, params)
})

/** Settled already: the results. Else a wait that is recorded, and the caller rests. */
const waitFor = Effect.fnUntraced(function* (
  { agents, self }: Caller,
  children: ReadonlyArray<SessionId>,
  policy: Params.Wait["wait_for"] = "all"
) {
  const found = yield* agents.collect(self.id, { children, policy })
  if (found.state === "satisfied") return Answers.collected(found)
  return yield* agents.wakeWhen(self.id, { children, policy, lease: Option.none() }).pipe(
    Effect.map(({ id }) => Answers.waiting(id, found)),
    Effect.catchTag("WaitOpen", ({ waitId }) => Effect.succeed(Answers.waitingAlready(waitId)))
  )
})

const create = Effect.fnUntraced(function* (caller: Caller, params: Params.Create) {
  const { agent, model } = params
  // An external agent knows its own models.
  const isOurs = model !== undefined && agent === undefined
  const unknown = isOurs ? yield* unknownModel(caller, model) : nothingUnknown
  if (Option.isSome(unknown)) return unknown.value
  const spawned = yield* caller.agents.spawn(caller.self.id, spawnOf(caller, params))
  return params.wait === true
    ? yield* waitFor(caller, [spawned.session.id, ...(params.child_session_ids ?? [])], params.wait_for)
    : Answers.created(spawned)
})

const get = Effect.fnUntraced(function* (caller: Caller, params: Params.Get) {
  const { artifact_id: artifactId, child_session_id: id, offset = 0 } = params
  const view = yield* below(caller, id)
  if (artifactId !== undefined) return Answers.artifact(yield* caller.agents.artifact(id, artifactId), offset)
  return Answers.looked(view, yield* caller.agents.result(id), offset)
})

const send = Effect.fnUntraced(function* (caller: Caller, params: Params.SendMessage) {
  const { child_session_id: id, interrupt_running: isUrgent = false, message: text } = params
  yield* below(caller, id)
  const mode = isUrgent ? "interrupt" : "queue"
  const sending = { text, mode, key: Option.some(keyOf(caller, params)), origin: "parent" } as const
  return Answers.sent(yield* caller.agents.send(id, sending))
})

const update = Effect.fnUntraced(function* (caller: Caller, params: Params.Update) {
  const { child_session_id: id, model, prompt, title } = params
  yield* below(caller, id)
  const unknown = model === undefined ? nothingUnknown : yield* unknownModel(caller, model)
  if (Option.isSome(unknown)) return unknown.value
  const session = yield* caller.agents.update(id, {
    ...(title === undefined ? {} : { title }),
    ...(model === undefined ? {} : { model }),
    ...(prompt === undefined ? {} : { prompt })
  })
  return Answers.updated(session)
})

const cancel = Effect.fnUntraced(function* (caller: Caller, id: SessionId) {
  const { session } = yield* below(caller, id)
  return yield* caller.agents.cancel(id, { mode: "graceful", by: "by_parent", reach: "subtree" }).pipe(
    Effect.map((receipt) => Answers.cancelling(id, receipt)),
    Effect.catchTag("NotInFlight", ({ status }) => Effect.succeed(Answers.settledAlready({ id: session.id, status })))
  )
})

const list = ({ agents, self }: Caller) =>
  Effect.map(
    agents.sessions({ filter: { parentId: self.id }, before: Option.none(), limit: Answers.namedMax + 1 }),
    Answers.listed
  )

/** Carries out what the model asked for. */
const act = Effect.fnUntraced(function* (caller: Caller, params: Params.Params) {
  const { agents } = caller
  switch (params.action) {
    case "create":
      return yield* create(caller, params)
    case "wait":
      return yield* waitFor(caller, params.child_session_ids ?? [], params.wait_for)
    case "list":
      return yield* list(caller)
    case "get":
      return yield* get(caller, params)
    case "update":
      return yield* update(caller, params)
    case "run":
      yield* below(caller, params.child_session_id)
      return Answers.started(yield* agents.run(params.child_session_id))
    case "send_message":
      return yield* send(caller, params)
    case "cancel":
      return yield* cancel(caller, params.child_session_id)
    case "delete":
      yield* below(caller, params.child_session_id)
      yield* agents.remove(params.child_session_id)
      return Answers.deleted(params.child_session_id)
    case "list_models":
      return Answers.models(yield* agents.models)
  }
})

/** The answer, whatever the facade says: a refusal is an answer to the model. */
export const answer = (caller: Caller, params: Params.Params): Effect.Effect<ToolAnswer> =>
  act(caller, params).pipe(
    Effect.catch((error) =>
      Effect.succeed(error._tag === "SessionNotFound" ? Answers.unknownChild(error.sessionId) : Answers.refused(error))
    )
  )
