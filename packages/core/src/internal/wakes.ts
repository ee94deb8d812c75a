/**
 * What ends a wait: the wait itself, the message with the results, and one more
 * run of the parent, as one part of a commit. Reads the record and changes
 * nothing; `Waits` decides when.
 *
 * Invariants
 *   I6. A result that stands in the parent's transcript is not put there again:
 *       with the message each told completion is marked, in the same commit.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { OwnEvent } from "../AgentEvent.ts"
import * as Ids from "../Ids.ts"
import * as Lifecycle from "../Lifecycle.ts"
import type { Wait } from "../Obligation.ts"
import type { Outcome } from "../Outcome.ts"
import {
  isInFlight,
  isTerminal,
  metadataKeys,
  type NamedArtifact,
  type Session,
  type SessionStatus
} from "../Session.ts"
import type { Change, SessionStoreShape, StoreError, Transition } from "../SessionStore.ts"
import type { SessionStreamsShape } from "../SessionStreams.ts"
import { type Flight, type Flights, seatOf } from "./flights.ts"
import type { Inbox } from "./inbox.ts"
import { oneMoreRun } from "./oneMoreRun.ts"
import { builtOf, joined, type Step } from "./ownChanges.ts"
import type { Seat } from "./publisher.ts"
import type { Addition, Settling } from "./settlement.ts"
import type { WaitedFor } from "./waitedFor.ts"
import * as WakeMessage from "./wakeMessage.ts"

export interface WakeServices {
  readonly store: SessionStoreShape
  readonly streams: SessionStreamsShape
  readonly flights: Flights
  readonly post: Inbox["Service"]["post"]
  readonly hasAgent: boolean
}

/** How a wait ends: with which version of it, when, about whom, and whose settling ends it. */
export interface Ending {
  /** The wait as it is recorded by this commit but for its end. */
  readonly wait: Wait
  readonly change: "ObligationOpened" | "ObligationChanged"
  readonly ending: "satisfied" | "expired"
  readonly parent: Session
  readonly children: ReadonlyArray<WaitedFor>
  /** The child whose settling is in the same commit: the record does not know it as settled yet. */
  readonly settling: Option.Option<Settling>
  readonly nowMillis: number
}

export interface Ended {
  readonly wait: Wait
  readonly addition: Addition
}

/** The end of one child, and how to find what it said. */
interface Untold {
  readonly session: Session
  readonly outcome: Outcome
  readonly runId: Ids.RunId | undefined
  readonly answerRunId: Ids.RunId | undefined
  /** What it said that is not in the record yet. */
  readonly tail: string
  readonly artifacts: ReadonlyArray<NamedArtifact>
}

type Seen = { readonly _tag: "Untold"; readonly untold: Untold } | Exclude<WakeMessage.ChildReport, { _tag: "Settled" }>

/** The status that a child has when the commit stands. */
export const statusOf = (child: WaitedFor, settling: Option.Option<Settling>): SessionStatus => {
  if (Option.isSome(settling) && settling.value.session.id === child.id) return settling.value.outcome.status
  return Option.isSome(child.session) ? child.session.value.status : "skipped" // deleted: settled, and no failure
}

const seeSettled = Effect.fnUntraced(function* (store: SessionStoreShape, session: Session) {
  const { id, runId, status, title } = session
  const found = runId === undefined ? Option.none() : yield* store.completion(runId)
  if (Option.isSome(found) && found.value.told) {
    return { _tag: "ToldBefore", id, title, outcome: found.value.outcome } satisfies Seen
  }
  const outcome = Option.isSome(found) ? found.value.outcome : session.outcome
  if (outcome === undefined) return { _tag: "InFlight", id, title, status } satisfies Seen
  const answerRunId = Option.isSome(found) ? (found.value.answerRunId ?? runId) : runId
  const artifacts = Option.match(found, { onNone: () => [], onSome: (it) => it.artifacts ?? [] })
  return { _tag: "Untold", untold: { session, outcome, runId, answerRunId, tail: "", artifacts } } satisfies Seen
})

const see = (
  store: SessionStoreShape,
  { settling }: Pick<Ending, "settling">,
  { id, session }: WaitedFor
): Effect.Effect<Seen, StoreError> => {
  if (Option.isSome(settling) && settling.value.session.id === id) {
    const { artifacts, flight, outcome, session } = settling.value
    const { runId } = flight.job
    const answerRunId = flight.live?.report.answeredBy ?? runId
    const untold = { session, outcome, runId, answerRunId, tail: flight.live?.text ?? "", artifacts }
    return Effect.succeed({ _tag: "Untold", untold })
  }
  if (Option.isNone(session)) return Effect.succeed({ _tag: "Deleted", id })
  const { status, title } = session.value
  return isTerminal(status) ? seeSettled(store, session.value) : Effect.succeed({ _tag: "InFlight", id, title, status })
}

const answerOf = Effect.fnUntraced(function* (store: SessionStoreShape, { answerRunId, session, tail }: Untold) {
  const entries = answerRunId === undefined ? [] : yield* store.answer(session.id, answerRunId)
  const text = entries.map((entry) => entry.text).join("") + tail
  return WakeMessage.excerptOf(text, WakeMessage.answerCharsMax)
})

const reportOf = (store: SessionStoreShape, seen: Seen): Effect.Effect<WakeMessage.ChildReport, StoreError> => {
  if (seen._tag !== "Untold") return Effect.succeed(seen)
  const { artifacts, outcome, session } = seen.untold
  return Effect.map(answerOf(store, seen.untold), (answer) => ({
    _tag: "Settled",
    id: session.id,
    title: session.title,
    outcome,
    answer,
    artifacts: artifacts.length
  }))
}

/** What is to be told, the new first. What has no room is told by a later wait. */
export const toTell = Effect.fnUntraced(function* (
  store: SessionStoreShape,
  end: Pick<Ending, "settling" | "children">
) {
  const seen = yield* Effect.forEach(end.children, (child) => see(store, end, child))
  const named = [
    ...seen.filter(({ _tag }) => _tag === "Untold"),
    ...seen.filter(({ _tag }) => _tag !== "Untold")
  ].slice(0, WakeMessage.childrenMax)
  const told = named.flatMap((one) =>
    one._tag === "Untold" && one.untold.runId !== undefined ? [one.untold.runId] : []
  )
  const reports = yield* Effect.forEach(named, (one) => reportOf(store, one))
  return { reports, told, unnamed: seen.length - named.length }
})

/** The sessions from the parent of this one up to the root, and whether one of them is or was cancelled (I7). */
const lineageOf = Effect.fnUntraced(function* ({ flights, store }: WakeServices, session: Session) {
  const ancestors: Array<Ids.SessionId> = []
  let isStopped = false
  let above = session.parentId
  while (above !== undefined) {
    const found: Option.Option<Session> = yield* store.session(above)
    ancestors.push(above)
    if (Option.isNone(found)) break
    isStopped ||= found.value.status === "cancelling" || found.value.status === "cancelled"
    above = found.value.parentId
  }
  return { ancestors, isStopped: isStopped || flights.refuses(session.id, ancestors) }
})

export const changedEvent = ({ id, sessionId, status }: Wait): OwnEvent => ({
  type: "wait_changed",
  sessionId,
  waitId: id,
  status
})

const entryOf = (sessionId: Ids.SessionId, id: Ids.MessageId, text: string, nowMillis: number): Step => ({
  changes: [
    {
      _tag: "MessageAppended",
      message: { id, sessionId, role: "user", text, hidden: true, createdAtMillis: nowMillis }
    }
  ],
  events: [{ type: "message_appended", sessionId, messageId: id, role: "user" }]
})

/** The message under which `Inbox` has it on its way. */
const postedAs = (changes: Transition): Ids.MessageId | undefined => {
  for (const change of changes) {
    if (change._tag === "ObligationOpened" && change.obligation.kind === "steer") return change.obligation.id
  }
  return undefined
}

const closedWait = ({ ending, nowMillis, wait }: Ending, messageId: Ids.MessageId | undefined): Wait => ({
  ...wait,
  status: ending,
  closedAtMillis: nowMillis,
  ...(messageId === undefined ? {} : { messageId })
})

const stepOf = ({ change }: Ending, wait: Wait, told: ReadonlyArray<Ids.RunId>): Step => ({
  changes: [{ _tag: change, obligation: wait }, ...told.map((runId): Change => ({ _tag: "CompletionTold", runId }))],
  events: [changedEvent(wait)]
})

/** The parent is in flight: the message is on its way to its run, or to what comes after it. */
const endInFlight = Effect.fnUntraced(function* (
  services: WakeServices,
  end: Ending,
  text: string,
  told: ReadonlyArray<Ids.RunId>
) {
  const { id: sessionId } = end.parent
  const message = { sessionId, text, origin: "runtime", hidden: true, mode: "queue", key: Option.none() } as const
  const posted = yield* services.post(message, end.nowMillis)
  const wait = closedWait(end, postedAs(posted.changes))
  const own = builtOf(services.streams, seatOf(services.flights, sessionId), [stepOf(end, wait, told)])
  return { wait, addition: { ...posted, ...joined([own, posted]) } } satisfies Ended
})

/** The parent's job rests in between two runs: the message joins its transcript, and the next run is queued. */
const endSuspended = Effect.fnUntraced(function* (
  services: WakeServices,
  end: Ending,
  flight: Flight,
  woken: Session,
  text: string,
  told: ReadonlyArray<Ids.RunId>
) {
  const { id } = end.parent
  const messageId = yield* Ids.makeMessageId
  const wait = closedWait(end, messageId)
  const pending: Step = {
    changes: [{ _tag: "SessionChanged", session: woken }],
    events: [{ type: "session_status_changed", sessionId: id, status: "pending" }]
  }
  const steps = [stepOf(end, wait, told), entryOf(id, messageId, text, end.nowMillis), pending]
  const built = builtOf(services.streams, { childId: id, ancestors: flight.ancestors }, steps)
  const done = (recorded: "recorded" | "not_recorded") =>
    Effect.suspend(() => {
      if (recorded === "not_recorded" || !flight.suspended) return Effect.void
      flight.suspended = false // I1
      flight.queued = woken
      return services.flights.onWoken(flight)
    })
  return { wait, addition: { ...built, accepted: [], done } } satisfies Ended
})

/** The flight of a parent that rests, and its session as its wake leaves it. */
const suspendedFlight = (services: WakeServices, { nowMillis, parent }: Ending) => {
  const flight = services.flights.get(parent.id)
  if (flight?.suspended !== true) return Option.none<{ readonly flight: Flight; readonly woken: Session }>()
  const woken = Lifecycle.decide(parent, { _tag: "Wake", runId: flight.runId }, nowMillis)
  return Option.map(Result.getSuccess(woken), (session) => ({ flight, woken: session }))
}

/** The parent is at rest: the message joins its transcript, and it runs again if it is one that can. */
const endAtRest = Effect.fnUntraced(function* (
  services: WakeServices,
  end: Ending,
  lineage: { readonly ancestors: ReadonlyArray<Ids.SessionId>; readonly isStopped: boolean },
  text: string,
  told: ReadonlyArray<Ids.RunId>
) {
  const { nowMillis, parent } = end
  const isExternal = parent.metadata[metadataKeys.runtimeKind] === "external"
  const mayRun = services.hasAgent && !isExternal && !lineage.isStopped && parent.status !== "cancelled"
  const seat: Seat = { childId: parent.id, ancestors: lineage.ancestors }
  const owner = parent.parentId === undefined ? Option.none<Ids.RunId>() : services.flights.ownerUnder(parent.parentId)
  const asked = {
    session: parent,
    ancestors: seat.ancestors,
    owner,
    runId: yield* Ids.makeRunId,
    nowMillis,
    traceparent: Option.none<string>()
  }
  const rerun = mayRun ? Result.getSuccess(oneMoreRun(services.streams, asked)) : Option.none()
  const messageId = yield* Ids.makeMessageId
  const wait = closedWait(end, messageId)
  const steps = [stepOf(end, wait, told), entryOf(parent.id, messageId, text, nowMillis)]
  // I3: on the streams above, nothing follows the end of a run but the start of another.
  const own = Option.isSome(rerun) ? seat : { childId: parent.id, ancestors: [] }
  const built = joined([...Option.toArray(rerun), builtOf(services.streams, own, steps)])
  const accepted = Option.toArray(rerun).map((run) => run.accepted)
  return { wait, addition: { ...built, accepted, done: () => Effect.void } } satisfies Ended
})

/** What ends a wait, to be made part of a commit. */
export const endOf = Effect.fnUntraced(function* (services: WakeServices, end: Ending) {
  const { parent, wait } = end
  const { reports, told, unnamed } = yield* toTell(services.store, end)
  const lineage = yield* lineageOf(services, parent)
  const text = WakeMessage.render({
    waitId: wait.id,
    parentId: parent.id,
    policy: wait.policy,
    ending: end.ending,
    children: reports,
    unnamed,
    mark: yield* Effect.flatten(Ids.Entropy)
  })
  const suspended = suspendedFlight(services, end)
  if (Option.isSome(suspended)) {
    return yield* endSuspended(services, end, suspended.value.flight, suspended.value.woken, text, told)
  }
  // Also one that has settled and not landed, or is just being accepted: whoever comes last releases its inbox.
  const isUnderWay = isInFlight(parent.status) || services.flights.get(parent.id) !== undefined
  return isUnderWay
    ? yield* endInFlight(services, end, text, told)
    : yield* endAtRest(services, end, lineage, text, told)
})
