/**
 * The shapes of the HTTP contract, and the pure functions from core's values
 * to them.
 *
 * Fields are camelCase, times ISO 8601 in UTC, lists `{items, nextCursor?}`.
 * Requests are bounded here, field by field: what passes these schemas is
 * small enough to be stored. Events need no shape of their own: an
 * `AgentEvent` in memory is what the wire shows.
 *
 * @stability unstable
 */
import {
  AgentEvent,
  Ids,
  Obligation,
  Outcome,
  type Runs,
  Session,
  type SessionStore,
  type SubAgents,
  TreeBudget
} from "@offshoot/core"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { isoTime } from "./internal/isoTime.ts"
import { present } from "./internal/present.ts"
import * as WireArtifact from "./WireArtifact.ts"
import { hold, Place, WireHold } from "./WireHold.ts"

const text = (lengthMax: number) => Schema.String.check(Schema.isMaxLength(lengthMax))
const words = (lengthMax: number) => Schema.NonEmptyString.check(Schema.isMaxLength(lengthMax))

/** Names, references and keys: nothing real is longer. */
const nameLengthMax = 256
/** A line in a list. */
const titleLengthMax = 512
/** Half of the body limit in characters: room for escapes and the other fields. */
const promptLengthMax = 500_000
/** A message or an answer: what a person types or pastes, and a quarter of what may wait for a session. */
const messageLengthMax = 65_536
/** The longest path that Linux takes. */
const workspaceLengthMax = 4_096
const metadataEntriesMax = 64
const metadataValueLengthMax = 4_096
const disabledToolsMax = 256

/** A folder, as an absolute path or one that begins where the server works. */
export const Workspace = words(workspaceLengthMax)

/** Entries of one page when the request does not say. */
export const pageDefault = 50
export const pageMax = 200
/** Sessions of a snapshot: about as many as a tree shows, and no more than a few megabytes. */
export const snapshotMax = 10_000
export const snapshotDefault = 1_000

const Metadata = Schema.Record(words(nameLengthMax), text(metadataValueLengthMax)).check(
  Schema.isMaxProperties(metadataEntriesMax)
)

/** Patterns of one policy: names of tools, or their beginnings with a final `*`. */
const Patterns = Schema.Array(words(nameLengthMax)).check(Schema.isMaxLength(disabledToolsMax))

/** The tools of whoever is around it, only these of them, or all but these. */
const Tools = Schema.Union([
  Schema.Struct({ type: Schema.Literal("inherit") }),
  Schema.Struct({ type: Schema.Literal("allow"), tools: Patterns }),
  Schema.Struct({ type: Schema.Literal("deny"), tools: Patterns })
]).annotate({ identifier: "ToolPolicy" })

/** For the session and everything below it; what is left out has no limit here. */
const Budget = TreeBudget.TreeLimits.annotate({ identifier: "TreeLimits" })

/** `POST /v1/sessions`. */
export const NewSession = Schema.Struct({
  title: Schema.optionalKey(text(titleLengthMax)),
  prompt: Schema.optionalKey(words(promptLengthMax)),
  profile: Schema.optionalKey(words(nameLengthMax)),
  model: Schema.optionalKey(text(nameLengthMax)),
  tools: Schema.optionalKey(Tools),
  budget: Schema.optionalKey(Budget),
  workspace: Schema.optionalKey(Workspace),
  metadata: Schema.optionalKey(Metadata),
  /** The same key again answers with the session of the first call. */
  requestKey: Schema.optionalKey(words(nameLengthMax))
}).annotate({ identifier: "NewSession" })
export type NewSession = typeof NewSession.Type

/** `POST /v1/sessions/{id}/children`. */
export const NewChild = Schema.Struct({
  title: Schema.optionalKey(text(titleLengthMax)),
  prompt: words(promptLengthMax),
  profile: Schema.optionalKey(words(nameLengthMax)),
  agent: Schema.optionalKey(words(nameLengthMax)),
  model: Schema.optionalKey(text(nameLengthMax)),
  disabledTools: Schema.optionalKey(Patterns),
  /** Narrows what the parent may use; nothing widens it. */
  tools: Schema.optionalKey(Tools),
  /** Promised out of the parent's budget, if there is one over it. */
  budget: Schema.optionalKey(Budget),
  workspace: Schema.optionalKey(Workspace),
  metadata: Schema.optionalKey(Metadata),
  requestKey: Schema.optionalKey(words(nameLengthMax)),
  /** What becomes of it when its parent's run has settled or was cancelled; `cancel` when it does not say. */
  parentClose: Schema.optionalKey(Session.ParentClose),
  /** What becomes of its run when the server dies; what the server is configured for when it does not say. */
  recovery: Schema.optionalKey(Session.RecoveryPolicy)
}).annotate({ identifier: "NewChild" })
export type NewChild = typeof NewChild.Type

/** `POST /v1/sessions/{id}/cancel`; no body cancels the subtree gracefully. */
export const CancelBody = Schema.Struct({
  mode: Schema.optionalKey(Schema.Literals(["graceful", "abort"])),
  cascade: Schema.optionalKey(Schema.Boolean)
}).annotate({ identifier: "CancelBody" })
export type CancelBody = typeof CancelBody.Type

/** `POST /v1/sessions/{id}/messages`. `key`: the same one again is the same message. */
export const NewMessage = Schema.Struct({
  text: words(messageLengthMax),
  mode: Schema.optionalKey(Obligation.SteerMode),
  key: Schema.optionalKey(words(nameLengthMax))
}).annotate({ identifier: "NewMessage" })
export type NewMessage = typeof NewMessage.Type

/**
 * `POST /v1/requests/{id}`. A question is answered, a permission approved or denied; `text` may say why.
 * `scope: "session"` also approves what the session asks for the same tool later.
 */
export const DecisionBody = Schema.Struct({
  decision: Schema.Literals(["approve", "deny", "answer"]),
  scope: Schema.optionalKey(Obligation.GrantScope),
  text: Schema.optionalKey(words(messageLengthMax))
})
  .check(
    Schema.makeFilter(({ decision, scope, text }) => {
      if (decision === "answer" && text === undefined) return { path: ["text"], issue: "an answer needs its text" }
      return scope !== undefined && decision !== "approve"
        ? { path: ["scope"], issue: "only an approval has a scope" }
        : undefined
    })
  )
  .annotate({ identifier: "Decision" })
export type DecisionBody = typeof DecisionBody.Type

/** What a live run shows of itself. */
export const WireRun = Schema.Struct({
  runId: Ids.RunId,
  startedAt: Schema.String,
  lastEventAt: Schema.optionalKey(Schema.String),
  rounds: Schema.Int,
  lastTool: Schema.optionalKey(
    Schema.Struct({
      name: Schema.String,
      phase: Schema.Literals(["begin", "finished", "error"]),
      since: Schema.String,
      /** The most telling of its arguments, in short. */
      argument: Schema.optionalKey(Schema.String)
    })
  )
}).annotate({ identifier: "Run" })
export type WireRun = typeof WireRun.Type

/** A session. `reason` and `error` are there when its last run has settled, `run` while one is live, `place` while it is queued, `hold` while something keeps it. */
export const WireSession = Schema.Struct({
  id: Ids.SessionId,
  kind: Schema.Literals(["root", "child"]),
  parentId: Schema.optionalKey(Ids.SessionId),
  rootId: Ids.SessionId,
  depth: Schema.Int,
  title: Schema.String,
  status: Session.SessionStatus,
  reason: Schema.optionalKey(Schema.String),
  error: Schema.optionalKey(Schema.String),
  profile: Schema.optionalKey(Schema.String),
  agent: Schema.optionalKey(Schema.String),
  model: Schema.optionalKey(Schema.String),
  workspace: Schema.optionalKey(Schema.String),
  /** Its own; budgets of the sessions above bound it too. */
  budget: Schema.optionalKey(Budget),
  parentClose: Schema.optionalKey(Session.ParentClose),
  recovery: Schema.optionalKey(Session.RecoveryPolicy),
  metadata: Session.Metadata,
  createdAt: Schema.String,
  updatedAt: Schema.String,
  version: Schema.Int,
  run: Schema.optionalKey(WireRun),
  place: Schema.optionalKey(Place),
  hold: Schema.optionalKey(WireHold),
  /** In a snapshot, where something is known of it. */
  usage: Schema.optionalKey(Schema.Struct({ own: Session.Usage, tree: Session.Usage }))
}).annotate({ identifier: "Session" })
export type WireSession = typeof WireSession.Type

const list = <Item extends Schema.Top>(item: Item) =>
  Schema.Struct({ items: Schema.Array(item), nextCursor: Schema.optionalKey(Schema.String) })

export const SessionList = list(WireSession).annotate({ identifier: "SessionList" })
export type SessionList = typeof SessionList.Type

/** The answer to a spawn or a run: accepted, durable, and this is its place. */
export const Accepted = Schema.Struct({
  session: WireSession,
  runId: Ids.RunId,
  position: Schema.Int
}).annotate({ identifier: "Accepted" })
export type Accepted = typeof Accepted.Type

export interface Tree {
  readonly session: WireSession
  readonly children: ReadonlyArray<Tree>
}

export interface TreeEncoded {
  readonly session: typeof WireSession.Encoded
  readonly children: ReadonlyArray<TreeEncoded>
}

/** A session and everything below it. */
export const Tree: Schema.Codec<Tree, TreeEncoded> = Schema.Struct({
  session: WireSession,
  children: Schema.Array(Schema.suspend((): Schema.Codec<Tree, TreeEncoded> => Tree))
}).annotate({ identifier: "Tree" })

/** One entry of a transcript; a long answer is several entries of one run. */
export const WireMessage = Schema.Struct({
  id: Ids.MessageId,
  sessionId: Ids.SessionId,
  runId: Schema.optionalKey(Ids.RunId),
  role: Session.Role,
  text: Schema.String,
  hidden: Schema.Boolean,
  position: Schema.Int,
  createdAt: Schema.String
}).annotate({ identifier: "Message" })
export type WireMessage = typeof WireMessage.Type

export const MessageList = list(WireMessage).annotate({ identifier: "MessageList" })
export type MessageList = typeof MessageList.Type

/**
 * How a run ended and what it left. `details` is the data of the reason (an
 * exit code, seconds to wait, a limit); `textTruncated` says that `text` is
 * only the end of the answer.
 */
export const Result = Schema.Struct({
  runId: Ids.RunId,
  status: Outcome.TerminalStatus,
  reason: Schema.String,
  error: Schema.optionalKey(Schema.String),
  text: Schema.String,
  textTruncated: Schema.optionalKey(Schema.Boolean),
  usage: Schema.optionalKey(Session.Usage),
  retryable: Schema.Boolean,
  resume: Schema.optionalKey(Schema.String),
  /** What the run left beside its answer; the texts are read with `GET /v1/sessions/{id}/artifacts/{artifactId}`. */
  artifacts: Schema.optionalKey(Schema.Array(WireArtifact.Named)),
  hint: Schema.String,
  details: Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite]))
}).annotate({ identifier: "Result" })
export type Result = typeof Result.Type

/**
 * What a session and everything below it used, sessions that were removed
 * included; of open jobs as far as they told. A figure in `atLeast` leaves out
 * what some run did not tell.
 */
export const TreeUsage = Schema.Struct({
  own: Session.Usage,
  tree: Session.Usage,
  spawned: Schema.Int,
  inFlight: Schema.Int
}).annotate({ identifier: "TreeUsage" })
export type TreeUsage = typeof TreeUsage.Type

export const CancelReceipt = Schema.Struct({ cancelled: Schema.Array(Ids.SessionId) }).annotate({
  identifier: "CancelReceipt"
})
export type CancelReceipt = typeof CancelReceipt.Type

/**
 * What a child asks, and what became of it. `by` says who closed it, `text` are
 * the words of the answer.
 */
export const WireRequest = Schema.Struct({
  id: Ids.RequestId,
  sessionId: Ids.SessionId,
  runId: Ids.RunId,
  ask: Obligation.Ask,
  status: Obligation.RequestStatus,
  openedAt: Schema.String,
  expiresAt: Schema.String,
  by: Schema.optionalKey(Obligation.AnsweredBy),
  text: Schema.optionalKey(Schema.String),
  /** Of an approval that goes further than once. */
  scope: Schema.optionalKey(Obligation.GrantScope)
}).annotate({ identifier: "Request" })
export type WireRequest = typeof WireRequest.Type

export const RequestList = list(WireRequest).annotate({ identifier: "RequestList" })
export type RequestList = typeof RequestList.Type

/**
 * A message to a session and what became of it. `runId` and `round` say which
 * run took it and where; `reason` why it was not delivered.
 */
export const Receipt = Schema.Struct({
  messageId: Ids.MessageId,
  sessionId: Ids.SessionId,
  origin: Obligation.Steer.fields.origin,
  mode: Obligation.SteerMode,
  text: Schema.String,
  hidden: Schema.Boolean,
  status: Obligation.ReceiptStatus,
  runId: Schema.optionalKey(Ids.RunId),
  round: Schema.optionalKey(Schema.Int),
  reason: Schema.optionalKey(Schema.String),
  sentAt: Schema.String,
  expiresAt: Schema.String,
  closedAt: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Receipt" })
export type Receipt = typeof Receipt.Type

export const ReceiptList = list(Receipt).annotate({ identifier: "ReceiptList" })
export type ReceiptList = typeof ReceiptList.Type

/**
 * Sessions, newest first, and what is asked in them, as they were when `number`
 * was the last one of the feed: follow the feed from there. `truncated` says
 * that there are more sessions than the limit.
 */
export const Snapshot = Schema.Struct({
  number: Schema.Int,
  sessions: Schema.Array(WireSession),
  truncated: Schema.Boolean,
  requests: Schema.Array(WireRequest)
}).annotate({ identifier: "Snapshot" })
export type Snapshot = typeof Snapshot.Type

export const Health = Schema.Struct({ status: Schema.Literal("ok") }).annotate({ identifier: "Health" })
export const Readiness = Schema.Struct({ status: Schema.Literal("ready") }).annotate({ identifier: "Readiness" })

/** The types that the durable feed can carry; asking it for others would wait for ever. */
export const durableTypes: ReadonlyArray<AgentEvent.EventType> = AgentEvent.AgentEvent.members
  .map((member) => member.fields.type.literal)
  .filter(AgentEvent.isDurable)

/** An event on the feed: beside its own members, the session whose stream it is on and when it was recorded. */
export const feedMembers = { streamId: Ids.SessionId, at: Schema.String }

export { isoTime }

export const run = (snapshot: Runs.RunSnapshot): WireRun => ({
  runId: snapshot.runId,
  startedAt: isoTime(snapshot.startedAtMillis),
  ...(snapshot.lastEventAtMillis === undefined ? {} : { lastEventAt: isoTime(snapshot.lastEventAtMillis) }),
  rounds: snapshot.rounds,
  ...(snapshot.lastTool === undefined
    ? {}
    : {
        lastTool: {
          name: snapshot.lastTool.name,
          phase: snapshot.lastTool.phase,
          since: isoTime(snapshot.lastTool.sinceMillis),
          ...present("argument", snapshot.lastTool.argument)
        }
      })
})

const ending = (record: Session.Session): { readonly reason?: string; readonly error?: string } => {
  const outcome = record.outcome
  if (outcome === undefined || !Session.isTerminal(record.status)) {
    return {}
  }
  return { reason: outcome.reason, ...present("error", Outcome.errorText(outcome)) }
}

const ownBudget = ({ budgets, id }: Session.Session): TreeBudget.TreeLimits | undefined => {
  const held = budgets?.find(({ sessionId }) => sessionId === id)
  if (held === undefined) return undefined
  const { sessionId: _holder, ...limits } = held
  return limits
}

/** A record alone, without live run or place. */
export const record = (stored: Session.Session): WireSession => ({
  id: stored.id,
  kind: stored.kind,
  ...present("parentId", stored.parentId),
  rootId: stored.rootId,
  depth: stored.depth,
  title: stored.title,
  status: stored.status,
  ...ending(stored),
  ...present("profile", stored.profile),
  ...present("agent", stored.agent),
  ...present("model", stored.model),
  ...present("workspace", stored.workspace),
  ...present("budget", ownBudget(stored)),
  ...present("parentClose", stored.parentClose),
  ...present("recovery", stored.recovery),
  metadata: stored.metadata,
  createdAt: isoTime(stored.createdAtMillis),
  updatedAt: isoTime(stored.updatedAtMillis),
  version: stored.version
})

export const session = (view: SubAgents.SessionView): WireSession => ({
  ...record(view.session),
  ...(Option.isSome(view.run) ? { run: run(view.run.value) } : {}),
  ...(Option.isSome(view.place) ? { place: view.place.value } : {}),
  ...(Option.isSome(view.hold) ? { hold: hold(view.hold.value) } : {})
})

export const accepted = (spawned: SubAgents.Spawned): Accepted => ({
  session: { ...record(spawned.session), place: spawned.place },
  runId: spawned.runId,
  position: spawned.place.position
})

export const tree = (node: SubAgents.SessionTree): Tree => ({
  session: session(node.view),
  children: node.children.map(tree)
})

export const message = (stored: Session.StoredMessage): WireMessage => ({
  id: stored.id,
  sessionId: stored.sessionId,
  ...present("runId", stored.runId),
  role: stored.role,
  text: stored.text,
  hidden: stored.hidden,
  position: stored.position,
  createdAt: isoTime(stored.createdAtMillis)
})

export const treeUsage = ({ inFlight, own, spawned, tree }: SessionStore.TreeUsage): TreeUsage => ({
  own,
  tree,
  spawned,
  inFlight
})

const details = (outcome: Outcome.Outcome): Record<string, string | number> => {
  const { status: _status, reason: _reason, ...data } = outcome
  return Object.fromEntries(Object.entries(data).filter(([key]) => key !== "message"))
}

export const result = (settled: SubAgents.SessionResult): Result => ({
  runId: settled.runId,
  status: settled.outcome.status,
  reason: settled.outcome.reason,
  ...present("error", Outcome.errorText(settled.outcome)),
  text: settled.text,
  ...(settled.textTruncated ? { textTruncated: true } : {}),
  ...present("usage", Option.getOrUndefined(settled.usage)),
  retryable: Outcome.retryable(settled.outcome),
  ...present("resume", Option.getOrUndefined(settled.resume)),
  ...(settled.artifacts.length === 0 ? {} : { artifacts: settled.artifacts }),
  hint: Outcome.hint(settled.outcome),
  details: details(settled.outcome)
})

export const request = (asked: Obligation.Request): WireRequest => ({
  id: asked.id,
  sessionId: asked.sessionId,
  runId: asked.runId,
  ask: asked.ask,
  status: asked.status,
  openedAt: isoTime(asked.openedAtMillis),
  expiresAt: isoTime(asked.expiresAtMillis),
  ...present("by", asked.by),
  ...present("text", asked.text),
  ...present("scope", asked.scope)
})

export const receipt = (sent: Obligation.Steer): Receipt => ({
  messageId: sent.id,
  sessionId: sent.sessionId,
  origin: sent.origin,
  mode: sent.mode,
  text: sent.text,
  hidden: sent.hidden,
  status: sent.status,
  ...present("runId", sent.runId),
  ...present("round", sent.round),
  ...present("reason", sent.reason),
  sentAt: isoTime(sent.openedAtMillis),
  expiresAt: isoTime(sent.expiresAtMillis),
  ...(sent.closedAtMillis === undefined ? {} : { closedAt: isoTime(sent.closedAtMillis) })
})

/** Without usages nothing is said of what was used. */
export const snapshot = (
  taken: SubAgents.TreeSnapshot,
  usages: ReadonlyMap<Ids.SessionId, SubAgents.OwnAndTree> = new Map()
): Snapshot => ({
  number: taken.number,
  sessions: taken.sessions.map((view) => ({ ...session(view), ...present("usage", usages.get(view.session.id)) })),
  truncated: taken.truncated,
  requests: taken.requests.map(request)
})

/**
 * One page of what was read with one entry more than asked for: the surplus
 * entry only says that there is more.
 */
export const page = <A, B>(
  read: ReadonlyArray<A>,
  limit: number,
  show: (entry: A) => B,
  cursorOf: (entry: A) => string
): { readonly items: ReadonlyArray<B>; readonly nextCursor?: string } => {
  const shown = read.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(show),
    ...(read.length > limit && last !== undefined ? { nextCursor: cursorOf(last) } : {})
  }
}
