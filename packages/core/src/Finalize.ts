/**
 * Settling: outcome, tail of the transcript, completion and events in one
 * commit; then the streams; then the handlers, from the outbox.
 *
 * Invariants
 *   I2. The commit that settles a run is refused for a run that has settled, so
 *       whoever comes second publishes nothing.
 *   I3. The run is closed for its runner before the commit: nothing follows
 *       `sub_agent_completed`.
 *   I4. What is published was committed.
 *
 * @stability unstable
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as AgentEvent from "./AgentEvent.ts"
import type { SessionId } from "./Ids.ts"
import * as Ids from "./Ids.ts"
import type { Flight } from "./internal/flights.ts"
import { publishLifecycle, publishOwn } from "./internal/publisher.ts"
import { patiently, type Recorder, type Refused, type Show } from "./internal/recorder.ts"
import { errorText, type Outcome } from "./Outcome.ts"
import type { Outbox } from "./Outbox.ts"
import type { Session } from "./Session.ts"
import type { Change, StoreError, Transition } from "./SessionStore.ts"
import type { SessionStreamsShape } from "./SessionStreams.ts"
import type { ChildCompletion } from "./SpawnJob.ts"

/** What settling needs. `closing` says that the process is about to end. */
export interface FinalizeServices {
  readonly recorder: Recorder["Service"]
  readonly streams: SessionStreamsShape
  readonly outbox: Outbox["Service"]
  readonly closing: () => boolean
}

/** An event to record and then to show: on the child's own stream, or on its parent's. */
interface Recorded {
  readonly on: "child" | "parent"
  readonly event: AgentEvent.OwnEvent
}

interface Plan {
  readonly completion: ChildCompletion
  readonly changes: Transition
  readonly events: ReadonlyArray<Recorded>
}

/** A store that stays unwritable is asked every five seconds. */
const stubborn = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")])

const completionOf = (flight: Flight, outcome: Outcome, nowMillis: number): ChildCompletion => {
  const { childSessionId, parentSessionId, runId } = flight.job
  const end = flight.live?.end
  return {
    runId,
    ...(parentSessionId === undefined ? {} : { parentSessionId }),
    childSessionId,
    outcome,
    ...(end !== undefined && Option.isSome(end.usage) ? { usage: end.usage.value } : {}),
    ...(end !== undefined && Option.isSome(end.resume) ? { resume: end.resume.value } : {}),
    completedAtMillis: nowMillis
  }
}

const completedEvent = (
  parentSessionId: SessionId,
  childSessionId: SessionId,
  outcome: Outcome
): AgentEvent.OwnEvent => {
  const error = errorText(outcome)
  return {
    type: "sub_agent_completed",
    parentSessionId,
    childSessionId,
    status: outcome.status,
    reason: outcome.reason,
    ...(error === undefined ? {} : { error })
  }
}

const record = (sessionId: SessionId, event: AgentEvent.OwnEvent): Change => ({
  _tag: "EventRecorded",
  sessionId,
  event
})

/** The text that is not in the transcript yet, as its last entry. */
const tailOf = (flight: Flight, messageId: Ids.MessageId, nowMillis: number): ReadonlyArray<Change> => {
  const text = flight.live?.text ?? ""
  if (text === "") return []
  const { childSessionId: sessionId, runId } = flight.job
  const message = {
    id: messageId,
    sessionId,
    runId,
    role: "assistant",
    text,
    hidden: false,
    createdAtMillis: nowMillis
  }
  return [{ _tag: "MessageAppended", message: { ...message, role: "assistant" } }]
}

const plan = (
  services: FinalizeServices,
  flight: Flight,
  outcome: Outcome,
  tail: ReadonlyArray<Change>,
  nowMillis: number
): Plan => {
  const { childSessionId, parentSessionId, runId } = flight.job
  const completion = completionOf(flight, outcome, nowMillis)
  const events: Array<Recorded> = []
  for (const change of tail) {
    if (change._tag !== "MessageAppended") continue
    const { id, role } = change.message
    events.push({ on: "child", event: { type: "message_appended", sessionId: childSessionId, messageId: id, role } })
  }
  events.push({ on: "child", event: AgentEvent.terminalOf(runId, outcome, errorText(outcome)) })
  if (parentSessionId !== undefined) {
    events.push({ on: "parent", event: completedEvent(parentSessionId, childSessionId, outcome) })
  }
  const changes: Transition = [
    ...tail,
    ...events.map(({ event, on }) =>
      record(on === "child" ? childSessionId : (parentSessionId ?? childSessionId), event)
    ),
    { _tag: "JobSettled", completion, handlers: services.outbox.wanted ? "pending" : "none" }
  ]
  return { completion, changes, events }
}

const show = (services: FinalizeServices, flight: Flight, planned: Plan): Show => {
  const seat = { childId: flight.job.childSessionId, ancestors: flight.ancestors }
  return (numbers) =>
    planned.events.forEach(({ event, on }, index) => {
      const number = Option.fromUndefinedOr(numbers[index])
      if (on === "child") publishOwn(services.streams, seat, number, event)
      else publishLifecycle(services.streams, seat, number, event)
    })
}

/**
 * One try to settle. A session that the caller does not have is looked for
 * again; when there is none, there is nothing to change but the job.
 */
const commit = (
  services: FinalizeServices,
  flight: Flight,
  session: Option.Option<Session>,
  planned: Plan
): Effect.Effect<unknown, Refused | StoreError> => {
  const built = { changes: planned.changes, show: show(services, flight, planned) }
  const command = { _tag: "Settle", runId: flight.job.runId, outcome: planned.completion.outcome } as const
  const { recorder } = services
  const found = Option.isSome(session) ? Effect.succeed(session) : recorder.store.session(flight.job.childSessionId)
  return Effect.flatMap(found, (current) =>
    Option.isNone(current)
      ? recorder.commit(built.changes, built.show)
      : Effect.asVoid(recorder.transact(current.value, command, () => built))
  )
}

const unrecorded = (outcome: Outcome, cause: StoreError): Outcome => ({
  status: "error",
  reason: "lost",
  message: `the run ended as ${outcome.status}/${outcome.reason}, but its transcript could not be recorded: ${cause.message}`
})

/**
 * Settles a flight: the one way in which a job ends.
 *
 * **Durability**: when it returns a completion, that completion is recorded. A
 * store that refuses is tried for about three seconds with everything, then,
 * with the outcome `lost` and without the tail of the transcript, until it
 * takes it or the process closes; in the last case the next start settles it.
 */
export const finalize = Effect.fnUntraced(function* (
  services: FinalizeServices,
  flight: Flight,
  session: Option.Option<Session>,
  outcome: Outcome
) {
  if (flight.live !== undefined) flight.live.closed = true // I3
  const nowMillis = yield* Clock.currentTimeMillis
  const messageId = yield* Ids.makeMessageId
  const full = plan(services, flight, outcome, tailOf(flight, messageId, nowMillis), nowMillis)
  let settled = full
  const recorded = yield* patiently(commit(services, flight, session, full)).pipe(
    Effect.catchTag("StoreError", (error) => {
      settled = plan(services, flight, unrecorded(outcome, error), [], nowMillis)
      return Effect.logError("child.unrecorded", error).pipe(
        Effect.andThen(
          Effect.retry(commit(services, flight, session, settled), {
            schedule: stubborn,
            while: (again) => again._tag === "StoreError" && !services.closing()
          })
        )
      )
    }),
    Effect.as(true),
    // I2: somebody else settled this run, deleted the session, or the process closes.
    Effect.catch((error) => Effect.as(Effect.logDebug("child.not_settled_here", error), false))
  )
  if (!recorded) return Option.none<ChildCompletion>()
  yield* services.outbox.deliver(settled.completion)
  return Option.some(settled.completion)
})
