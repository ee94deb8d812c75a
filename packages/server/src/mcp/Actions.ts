/**
 * What each tool does: a few calls of the contract, and its answer. No rule of
 * its own but whose an agent is.
 *
 * A refusal of the runtime is an answer to the model, with what to do next.
 *
 * **Interruption** of a call stops the waiting, nothing else: a host that is gone
 * or gives up cancels no agent.
 *
 * @stability unstable
 */
import { Ids } from "@offshoot/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpClientError from "effect/http/HttpClientError"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { present } from "../internal/present.ts"
import * as Problems from "../Problems.ts"
import type * as Wire from "../Wire.ts"
import * as Answers from "./Answers.ts"
import type { Caller, Calls } from "./Caller.ts"
import * as ToolSpec from "./ToolSpec.ts"
import * as WaitCursor from "./WaitCursor.ts"

/** One call. */
export interface Call {
  readonly calls: Calls
  readonly caller: Caller
  /** Says how far a wait is, to a host that asked for it. */
  readonly tell: (progress: Progress) => Effect.Effect<void>
}

export interface Progress {
  readonly settled: number
  readonly total: number
  readonly message: string
}

/** Between two signs of life of a wait: hosts that hear them wait longer. */
const tellEverySeconds = 5

/** Agents that are started at once by one call. */
const spawnsAtOnce = 8

/** As many are read at once. */
const pageSize = 200

/** As many of the newest are looked at for ends that nobody was told of. */
const newestMax = 5_000

/** Agents that one wait is about; those that are more come with the next one. */
const watchedMax = 1_000

const inFlight = ["pending", "running", "awaiting_request", "waiting_for_children", "cancelling"] as const

const Told = Schema.Struct({ detail: Schema.String, hint: Schema.String, type: Schema.String })
const isTold = Schema.is(Told)

/** Why a call was refused, whatever it was. */
export const refusalOf = (error: unknown): Answers.Refused => {
  if (error instanceof Problems.NotInFlight) return Answers.refused("not_in_flight", error.detail)
  if (isTold(error)) {
    return Answers.refused(error.type.slice(Problems.typePrefix.length), error.detail, hintOf(error))
  }
  return HttpClientError.isHttpClientError(error)
    ? Answers.refused("server_unreachable", "the server does not answer", "Try again; what was accepted goes on.")
    : Answers.refused("unreadable_answer", "the server gave an answer that this program cannot read")
}

/** Hints of the contract name its calls; a model has tools. */
const hintOf = ({ hint, type }: typeof Told.Type): string => {
  switch (type.slice(Problems.typePrefix.length)) {
    case "session_not_found":
      return "list_agents names those that there are."
    case "request_not_found":
    case "request_closed":
      return "wait_agents shows what is asked now."
    case "not_settled":
      return "wait_agents tells when it has."
    case "agent_unknown":
    case "profile_unknown":
      return "list_profiles names those that there are."
    default:
      return hint
  }
}

const spawnOf = (task: ToolSpec.Task): Wire.NewChild => ({
  prompt: task.prompt,
  ...present("title", task.title),
  ...present("profile", task.subagent_type),
  ...present("agent", task.agent),
  ...present("model", task.model),
  ...present("workspace", task.workspace),
  ...present("disabledTools", task.disabled_tools),
  ...present("requestKey", task.request_key)
})

const spawn = ({ caller, calls }: Call, task: ToolSpec.Task) =>
  caller.asSelf((id) => calls.sessions.spawn({ params: { id }, payload: spawnOf(task) }))

const spawnAll = Effect.fnUntraced(function* (call: Call, tasks: ReadonlyArray<ToolSpec.Task>) {
  const each = yield* Effect.forEach(tasks, (task) => settled(spawn(call, task)), { concurrency: spawnsAtOnce })
  return Answers.startedAll(each)
})

const choices = ({ calls }: Call, { workspace }: ToolSpec.Parameters<"list_profiles">) =>
  Effect.map(
    Effect.all([
      calls.agents.profiles({ query: workspace === undefined ? {} : { workspace } }),
      calls.agents.list(),
      calls.agents.models()
    ]),
    ([roles, agents, models]) => Answers.choices(roles, agents, models)
  )

/** What is asked, when somebody waits for it. */
const requestsOf = Effect.fnUntraced(function* ({ caller, calls }: Call, sessions: ReadonlyArray<Wire.WireSession>) {
  if (!sessions.some(({ hold }) => hold?.type === "request")) return new Map<string, Wire.WireRequest>()
  const { items } = yield* caller.asSelf((subtree) =>
    calls.requests.list({ query: { subtree, status: "open", limit: pageSize } })
  )
  return new Map(items.map((request) => [request.id, request]))
})

type Page<E> = (
  self: Ids.SessionId,
  query: { readonly limit: number; readonly cursor?: Ids.SessionId }
) => Effect.Effect<typeof Wire.SessionList.Type, E>

/** Page by page, newest first, and at most so many. */
const pages = Effect.fnUntraced(function* <E>({ caller }: Call, page: Page<E>, max: number) {
  const found: Array<Wire.WireSession> = []
  let cursor: Ids.SessionId | undefined
  do {
    const after = cursor === undefined ? {} : { cursor }
    const { items, nextCursor } = yield* caller.asSelf((self) => page(self, { limit: pageSize, ...after }))
    found.push(...items)
    cursor = nextCursor === undefined ? undefined : Ids.SessionId.make(nextCursor)
  } while (cursor !== undefined && found.length < max)
  return found
})

/** The children of the caller that have not settled. */
const unsettled = (call: Call) =>
  Effect.map(
    Effect.forEach(inFlight, (status) =>
      pages(call, (parent, query) => call.calls.sessions.list({ query: { parent, status, ...query } }), watchedMax)
    ),
    (found) => found.flat()
  )

const newest = (call: Call) =>
  pages(call, (id, query) => call.calls.sessions.children({ params: { id }, query }), newestMax)

/** Which agents a wait is about. */
interface Watched {
  readonly ids: ReadonlyArray<Ids.SessionId>
  /** Agents that it has no room for. */
  readonly left: number
  /** Ends that were there before, told or not. */
  readonly ended: ReadonlyArray<End>
}

/** Those that are named, or all in flight and the ends that were not told. */
const waitedFor = Effect.fnUntraced(function* (
  call: Call,
  { agent_ids: named = [] }: ToolSpec.Parameters<"wait_agents">,
  cursor: WaitCursor.WaitCursor
) {
  if (named.length > 0) return { ids: Array.from(new Set(named)), left: 0, ended: [] } satisfies Watched
  const open = (yield* unsettled(call)).map(({ id }) => id)
  const ended = (yield* newest(call)).filter(Answers.isSettled).map(endOf)
  const fresh = WaitCursor.untold(cursor, ended).map(({ session }) => session.id)
  const all = Array.from(new Set([...fresh, ...open]))
  return { ids: all.slice(0, watchedMax), left: Math.max(0, all.length - watchedMax), ended } satisfies Watched
})

interface End extends WaitCursor.End {
  readonly session: Wire.WireSession
}

const endOf = (session: Wire.WireSession): End => ({
  id: session.id,
  atMillis: Date.parse(session.updatedAt),
  session
})

interface Seen {
  readonly sessions: ReadonlyArray<Wire.WireSession>
  readonly open: ReadonlyArray<Wire.WireSession>
  readonly fresh: ReadonlyArray<End>
}

const seenOf = (cursor: WaitCursor.WaitCursor, sessions: ReadonlyArray<Wire.WireSession>): Seen => ({
  sessions,
  open: sessions.filter((session) => !Answers.isSettled(session)),
  fresh: WaitCursor.untold(cursor, sessions.filter(Answers.isSettled).map(endOf))
})

/** Whether a wait is over: by what is new since the cursor, else because nothing is left to wait for. */
export const isOver = (
  policy: NonNullable<ToolSpec.Parameters<"wait_agents">["wait_for"]>,
  { fresh, open }: Seen
): boolean => {
  if (open.length === 0) return true
  switch (policy) {
    case "all":
      return false
    case "any":
      return fresh.length > 0
    case "first_error":
      return fresh.some(({ session }) => Answers.isFailure(session))
  }
}

const progressOf = ({ open, sessions }: Seen): Progress => ({
  settled: sessions.length - open.length,
  total: sessions.length,
  message: `${sessions.length - open.length} of ${sessions.length} agents have settled`
})

const asksOf = ({ open }: Seen): ReadonlyArray<string> =>
  open.flatMap(({ hold }) => (hold?.type === "request" ? [hold.requestId] : []))

/**
 * Looks, and looks again when something has changed or a sign of life is due, until it is over or the time is, or
 * somebody asks something: who waits may be the one to answer. What was asked before does not end it.
 */
const watch = Effect.fnUntraced(function* (
  { caller, calls, tell }: Call,
  {
    ids,
    cursor,
    policy,
    untilMillis
  }: {
    readonly ids: ReadonlyArray<Ids.SessionId>
    readonly cursor: WaitCursor.WaitCursor
    readonly policy: NonNullable<ToolSpec.Parameters<"wait_agents">["wait_for"]>
    readonly untilMillis: number
  }
) {
  const look = (children: ReadonlyArray<Ids.SessionId>, timeoutSeconds: number) =>
    caller.asSelf((id) => calls.sessions.wait({ params: { id }, payload: { children, policy, timeoutSeconds } }))
  const lookAtAll = Effect.map(look(ids, 0), ({ children }) => seenOf(cursor, children))
  let seen = yield* lookAtAll
  const asked = new Set(asksOf(seen))
  for (;;) {
    const leftSeconds = (untilMillis - (yield* Clock.currentTimeMillis)) / 1000
    const isAsked = asksOf(seen).some((id) => !asked.has(id))
    if (isOver(policy, seen) || isAsked || leftSeconds <= 0) return seen
    yield* tell(progressOf(seen))
    const open = seen.open.map(({ id }) => id)
    yield* look(open, Math.min(leftSeconds, tellEverySeconds))
    seen = yield* lookAtAll
  }
})

const resultOf = ({ calls }: Call, id: Ids.SessionId) =>
  calls.sessions.result({ params: { id } }).pipe(
    Effect.asSome,
    // It runs again, or was removed, since it was looked at.
    Effect.catchTags({
      NotSettled: () => Effect.succeedNone,
      SessionNotFound: () => Effect.succeedNone
    })
  )

const wait = Effect.fnUntraced(function* (call: Call, params: ToolSpec.Parameters<"wait_agents">) {
  const { caller } = call
  const scope = params.agent_ids === undefined || params.agent_ids.length === 0 ? "all" : "named"
  /** Who names agents wants to hear of them. */
  const unsaid = scope === "all" ? caller.told : WaitCursor.start
  const given = params.cursor === undefined ? Option.some(unsaid) : WaitCursor.decode(params.cursor)
  if (Option.isNone(given)) {
    return Answers.refused("bad_cursor", "this cursor is none of wait_agents", "Leave it out: then all ends are told.")
  }
  const cursor = given.value
  const untilMillis = (yield* Clock.currentTimeMillis) + ToolSpec.waitSeconds(params.timeout_seconds) * 1000
  const { ended, ids, left } = yield* waitedFor(call, params, cursor)
  const policy = params.wait_for ?? "all"
  const none: Seen = { sessions: [], open: [], fresh: [] }
  const seen = ids.length === 0 ? none : yield* watch(call, { ids, cursor, policy, untilMillis })
  const told = seen.fresh.slice(0, ToolSpec.agentsMax)
  const results = yield* Effect.forEach(told, ({ session }) =>
    Effect.map(resultOf(call, session.id), (result) => ({ session, result: Option.getOrUndefined(result) }))
  )
  const now = seen.sessions.filter(Answers.isSettled)
  const ends = [...new Map([...ended, ...now.map(endOf)].map((end) => [end.id, end])).values()]
  caller.told = WaitCursor.after(caller.told, told, ends, scope)
  const isTold = new Set<string>(told.map(({ id }) => id))
  const others = [...seen.open, ...now]
    .filter(({ id }) => !isTold.has(id))
    .map((session) => ({ session, result: undefined }))
  const untold = seen.fresh.length - told.length
  return Answers.waited({
    state: isOver(policy, seen) && untold + left === 0 ? "satisfied" : "pending",
    agents: [...results, ...others].slice(0, ToolSpec.agentsMax),
    total: seen.sessions.length + left,
    settled: seen.sessions.length - seen.open.length,
    untold,
    requests: yield* requestsOf(call, seen.open),
    cursor: WaitCursor.encode(WaitCursor.after(cursor, told, ends, scope))
  })
})

const get = Effect.fnUntraced(function* (call: Call, params: ToolSpec.Parameters<"get_result">) {
  const { agent_id: id, artifact_id: artifactId, offset = 0 } = params
  const session = yield* call.caller.owned(id)
  if (artifactId !== undefined) {
    return Answers.artifact(session, yield* call.calls.sessions.artifact({ params: { id, artifactId } }), offset)
  }
  const result = yield* resultOf(call, id)
  return Option.isSome(result)
    ? Answers.result(session, result.value, offset)
    : Answers.unsettled(session, yield* requestsOf(call, [session]))
})

const list = Effect.fnUntraced(function* (call: Call, { cursor, status }: ToolSpec.Parameters<"list_agents">) {
  if (status !== "all") {
    const open = (yield* unsettled(call))
      .filter(({ id }) => cursor === undefined || id < cursor)
      .toSorted((a, b) => (a.id < b.id ? 1 : -1))
    const shown = open.slice(0, ToolSpec.agentsMax)
    return Answers.listed(
      shown,
      yield* requestsOf(call, shown),
      open.length > shown.length ? shown.at(-1)?.id : undefined
    )
  }
  const page = yield* call.caller.asSelf((id) =>
    call.calls.sessions.children({
      params: { id },
      query: { limit: ToolSpec.agentsMax, ...(cursor === undefined ? {} : { cursor }) }
    })
  )
  return Answers.listed(page.items, yield* requestsOf(call, page.items), page.nextCursor)
})

const send = Effect.fnUntraced(function* ({ caller, calls }: Call, params: ToolSpec.Parameters<"send_message">) {
  const { agent_id: id, interrupt = false, message: text, request_key: key } = params
  yield* caller.owned(id)
  const mode = interrupt ? "interrupt" : "queue"
  const payload = { text, mode, ...(key === undefined ? {} : { key }) } as const
  return Answers.sent(yield* calls.messages.send({ params: { id }, payload }))
})

const answer = Effect.fnUntraced(function* ({ caller, calls }: Call, params: ToolSpec.Parameters<"answer_request">) {
  const { decision, request_id: id, text } = params
  const asked = yield* calls.requests.get({ params: { id } })
  yield* Effect.catchTag(caller.owned(asked.sessionId), "SessionNotFound", () =>
    Effect.fail(
      new Problems.RequestNotFound({
        detail: `there is no request ${id} of your agents`,
        hint: "wait_agents shows what is asked now.",
        requestId: id
      })
    )
  )
  if (decision === "answer" && text === undefined) {
    return Answers.refused("invalid_arguments", "an answer needs its text", "Say it in text.")
  }
  const payload = { decision, ...(text === undefined ? {} : { text }) }
  return Answers.answered(yield* calls.requests.answer({ params: { id }, payload }))
})

const cancel = Effect.fnUntraced(function* ({ caller, calls }: Call, params: ToolSpec.Parameters<"cancel_agent">) {
  const { agent_id: id, mode = "graceful" } = params
  yield* caller.owned(id)
  return yield* calls.sessions.cancel({ params: { id }, payload: { mode, cascade: true } }).pipe(
    Effect.map(({ cancelled }) => Answers.stopping(id, cancelled)),
    Effect.catchTag("NotInFlight", () => Effect.succeed(Answers.stopping(id, [])))
  )
})

type Acted<Name extends ToolSpec.ToolName> = Effect.Effect<Answers.ToolAnswer<ToolSpec.Answer<Name>> | Answers.Refused>

/** A failure of the contract, or of the way to it, is an answer too. */
const settled = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A | Answers.Refused> =>
  effect.pipe(Effect.catch((error) => Effect.succeed(refusalOf(error))))

/** Every tool by its name. */
export const actions: {
  readonly [Name in ToolSpec.ToolName]: (call: Call, params: ToolSpec.Parameters<Name>) => Acted<Name>
} = {
  list_profiles: (call, params) => settled(choices(call, params)),
  spawn_agent: (call, params) => settled(Effect.map(spawn(call, params), Answers.started)),
  spawn_agents: (call, { agents }) => settled(spawnAll(call, agents)),
  wait_agents: (call, params) => settled(wait(call, params)),
  get_result: (call, params) => settled(get(call, params)),
  list_agents: (call, params) => settled(list(call, params)),
  send_message: (call, params) => settled(send(call, params)),
  answer_request: (call, params) => settled(answer(call, params)),
  cancel_agent: (call, params) => settled(cancel(call, params))
}
