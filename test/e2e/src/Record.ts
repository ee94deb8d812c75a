/**
 * What a server tells about its record: the whole feed, and all there is to
 * know of a tree. For comparing it with what was accepted, and with what the
 * next server tells. A refusal is a defect here: nothing asks for one.
 */
import type { Ids } from "@offshoot/core"
import type { Client, Wire } from "@offshoot/server"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { AgentId } from "./Agents.ts"
import type { CodingAgentId } from "./CodingAgents.ts"

type ClientShape = Client.ClientShape

/** A child of an agent under a root. */
export const spawn = (
  { calls }: ClientShape,
  rootId: Ids.SessionId,
  agent: AgentId | CodingAgentId,
  more: { readonly prompt?: string; readonly metadata?: Record<string, string>; readonly requestKey?: string } = {}
): Effect.Effect<Wire.Accepted> =>
  Effect.orDie(
    calls.sessions.spawn({ params: { id: rootId }, payload: { title: agent, prompt: agent, agent, ...more } })
  )

/** A child of an agent, once its program has said something. What a program says is live only, so the reader is first. */
export const speaking = (
  client: ClientShape,
  rootId: Ids.SessionId,
  agent: AgentId | CodingAgentId,
  more: { readonly prompt?: string } = {}
): Effect.Effect<Wire.Accepted> =>
  Effect.gen(function* () {
    const accepted = yield* Deferred.make<Wire.Accepted>()
    const spawnOnce = Effect.suspend(() =>
      Deferred.isDoneUnsafe(accepted)
        ? Effect.void
        : Effect.flatMap(spawn(client, rootId, agent, more), (answer) => Deferred.succeed(accepted, answer))
    )
    yield* client.events(rootId).pipe(
      Stream.tap(() => spawnOnce),
      Stream.mapEffect((followed) => Effect.map(Deferred.await(accepted), ({ session }) => ({ ...followed, session }))),
      Stream.takeUntil(
        ({ event, session }) =>
          event.type === "sub_agent_event" && event.childSessionId === session.id && event.event.type === "token"
      ),
      Stream.runDrain
    )
    return yield* Deferred.await(accepted)
  }).pipe(Effect.orDie)

/** Every event of the feed up to now: up to a session that is made to mark the place. */
export const feed = (client: ClientShape): Effect.Effect<ReadonlyArray<Client.FeedEntry>> =>
  Effect.gen(function* () {
    const last = yield* client.calls.sessions.create({ payload: { title: "the end of the feed" } })
    return yield* client.feed({ since: 0 }).pipe(
      Stream.takeUntil(({ event }) => event.type === "session_created" && event.sessionId === last.id),
      Stream.runCollect
    )
  }).pipe(Effect.orDie)

export const numbersOf = (entries: ReadonlyArray<Client.FeedEntry>): ReadonlyArray<number> =>
  entries.map(({ number }) => Option.getOrElse(number, () => -1))

/** I4: what the numbers of so many events must be. */
export const gapFree = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, index) => index + 1)

/** How often each key occurs. */
export const tally = (keys: ReadonlyArray<string>): Readonly<Record<string, number>> => {
  const found: Record<string, number> = {}
  for (const key of keys) found[key] = (found[key] ?? 0) + 1
  return found
}

/** I2: the completions on the feed of each child, by its id. */
export const completionsOf = (entries: ReadonlyArray<Client.FeedEntry>): Readonly<Record<string, number>> =>
  tally(entries.flatMap(({ event }) => (event.type === "sub_agent_completed" ? [event.childSessionId] : [])))

/** The ends on the feed of each run, by its id. */
export const endsOf = (entries: ReadonlyArray<Client.FeedEntry>): Readonly<Record<string, number>> =>
  tally(
    entries.flatMap(({ event }) =>
      event.type === "complete" || event.type === "error" || event.type === "cancelled" ? [event.runId ?? ""] : []
    )
  )

/** One of each of these. */
export const onceEach = (keys: ReadonlyArray<string>): Readonly<Record<string, number>> =>
  Object.fromEntries(keys.map((key) => [key, 1]))

const sessionsOf = (tree: Wire.Tree): ReadonlyArray<Wire.WireSession> => [
  tree.session,
  ...tree.children.flatMap(sessionsOf)
]

export interface Known {
  readonly session: Wire.WireSession
  readonly messages: Wire.MessageList
  /** None as long as the session has not settled. */
  readonly result: Option.Option<Wire.Result>
}

/** The sessions of a tree with all there is to know of each. */
export const tree = ({ calls }: ClientShape, rootId: Ids.SessionId): Effect.Effect<ReadonlyArray<Known>> =>
  Effect.gen(function* () {
    const found = yield* calls.sessions.tree({ params: { id: rootId } })
    return yield* Effect.forEach(sessionsOf(found), (session) =>
      Effect.all({
        session: Effect.succeed(session),
        messages: calls.sessions.messages({ params: { id: session.id }, query: {} }),
        result: Effect.option(calls.sessions.result({ params: { id: session.id } }))
      })
    )
  }).pipe(Effect.orDie)

/** The children, once all of them have settled; dies when that takes longer than anything here may. */
export const settled = (
  { calls }: ClientShape,
  rootId: Ids.SessionId
): Effect.Effect<ReadonlyArray<Wire.WireSession>> =>
  calls.sessions.wait({ params: { id: rootId }, payload: { timeoutSeconds: 90 } }).pipe(
    Effect.orDie,
    Effect.flatMap(({ children, state }) =>
      state === "satisfied"
        ? Effect.succeed(children)
        : Effect.die(new Error(`not settled: ${children.map(({ id, status }) => `${id} ${status}`).join(", ")}`))
    )
  )

/** How each ended, as `status/reason`. */
export const endOf = ({ reason, status }: Pick<Wire.WireSession, "status" | "reason">): string => `${status}/${reason}`
