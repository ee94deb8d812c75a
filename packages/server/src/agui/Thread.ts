/**
 * The session behind a thread of a client, and what is known of the two: what was
 * sent, what the client has, what it is to be told first.
 *
 * @stability unstable
 */
import {
  type AgentDirectory,
  type Ids,
  type Obligation,
  Session,
  type SessionStore,
  type SubagentProfile,
  SubAgents
} from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { firstLine } from "../internal/terminalText.ts"
import * as Calls from "./Calls.ts"
import type * as Children from "./Children.ts"
import { Coverage, isVisible } from "./Coverage.ts"
import * as Plan from "./Plan.ts"
import type * as RunInput from "./RunInput.ts"

/** One page of messages that were sent. */
const pageMax = 200
/** Pages of messages that were sent to a session before: more than a thread has. */
const sentPagesMax = 50
/** A line in a list. */
const titleCharsMax = 80
/** Entries at the end of a transcript among which the last is that people see. */
const recentMax = 64

/** What threads are found with. */
export interface Services {
  readonly subAgents: SubAgents.SubAgentsShape
  readonly store: SessionStore.SessionStoreShape
  readonly directory: ReadonlyMap<string, AgentDirectory.AgentEntry>
}

export interface Thread {
  readonly root: Session.Session
  readonly sent: ReadonlyArray<Obligation.Steer>
  readonly isNew: boolean
}

/** The metadata that leads to an agent of the configuration. */
const metadataOf = ({ directory }: Services, agent: string | undefined) => {
  if (agent === undefined) return Effect.succeed({})
  const entry = directory.get(agent)
  if (entry === undefined) return new SubAgents.AgentUnknown({ agent, known: [...directory.keys()] })
  const metadata: Session.Metadata = {
    [Session.metadataKeys.runtimeKind]: "external",
    [Session.metadataKeys.externalAgentId]: entry.id,
    [Session.metadataKeys.externalProtocol]: entry.protocol
  }
  return Effect.succeed({ metadata })
}

/** What was sent to a session before, as far as it is read. */
const sentTo = Effect.fnUntraced(function* ({ subAgents }: Services, id: Ids.SessionId) {
  const sent: Array<Obligation.Steer> = []
  for (let pages = 0; pages < sentPagesMax; pages++) {
    const after = Option.map(Option.fromUndefinedOr(sent.at(-1)), (last) => last.id)
    const page = yield* subAgents.sent(id, { state: "any", after, limit: pageMax })
    sent.push(...page)
    if (page.length < pageMax) break
  }
  return sent
})

/** The thread's session and what is known of it. None: there is no session, and none is wanted. */
export const find = Effect.fnUntraced(function* (
  services: Services,
  input: RunInput.RunInput,
  wishes: RunInput.Wishes
): Effect.fn.Return<
  Thread | undefined,
  SubAgents.SessionNotFound | SubAgents.AgentUnknown | SubagentProfile.ProfileUnknown | SessionStore.StoreError
> {
  const { store, subAgents } = services
  const requestKey = Plan.keyOf(input.threadId)
  const found = yield* store.sessionByRequestKey(Option.none(), requestKey)
  if (Option.isSome(found)) return { root: found.value, sent: yield* sentTo(services, found.value.id), isNew: false }
  const planned = Plan.planOf(input, { keys: new Set(), requests: [], isNew: true })
  const message = Result.isSuccess(planned) ? planned.success.message : Option.none()
  if (Option.isNone(message)) return undefined
  const { agent, ...roles } = wishes
  const title = firstLine(message.value.text).slice(0, titleCharsMax)
  const root = yield* subAgents.createRoot({ requestKey, title, ...roles, ...(yield* metadataOf(services, agent)) })
  return { root, sent: [], isNew: true }
})

/** Whether the client lacks something of the thread: then it is told all of it. */
const lacksSome = (coverage: Coverage, recent: ReadonlyArray<Session.StoredMessage>): boolean => {
  const last = recent.findLast(isVisible)
  return last === undefined ? recent.length === recentMax : !coverage.has(last.id)
}

export const callsOf = (input: RunInput.RunInput): Calls.Calls => {
  const answered = new Set(input.messages.flatMap(({ toolCallId }) => toolCallId ?? []))
  const made = input.messages.flatMap(({ toolCalls = [] }) => toolCalls.map(({ id }) => id))
  return Calls.known(made, new Set(made.filter((id) => !answered.has(id))))
}

export const childrenOf = ({ sessions }: SubAgents.TreeSnapshot, rootId: string): ReadonlyArray<Children.Begun> =>
  sessions
    .map(({ session }) => session)
    .filter(({ id, status }) => id !== rootId && Session.isInFlight(status))
    .toSorted((a, b) => a.depth - b.depth)
    .map(({ id, parentId, title }) => ({ key: id, title, parentKey: parentId ?? rootId }))

/** What the client has of the thread, and whether that is all of it. */
export const coverageOf = Effect.fnUntraced(function* (
  { store }: Services,
  { root, sent }: Thread,
  { messages }: RunInput.RunInput
) {
  const coverage = new Coverage(messages)
  const ids = new Set(messages.map(({ id }) => id))
  for (const { id, key } of sent) {
    const own = Plan.idOf(key)
    if (own !== undefined && ids.has(own)) coverage.became(own, id)
  }
  const recent = yield* store.recentMessages({ sessionId: root.id, before: Option.none(), limit: recentMax })
  return { coverage, lacks: lacksSome(coverage, recent) }
})
