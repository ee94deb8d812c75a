/**
 * What accepts one more run of a session that is not in flight, whoever asks
 * for it: a caller, a message, or the wake of a wait. Pure; recording it and
 * giving the job its place is the caller's.
 */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { AgentEvent } from "../AgentEvent.ts"
import type { RunId, SessionId } from "../Ids.ts"
import * as Lifecycle from "../Lifecycle.ts"
import type { Session } from "../Session.ts"
import type { Change } from "../SessionStore.ts"
import type { SessionStreamsShape } from "../SessionStreams.ts"
import type { SpawnJob } from "../SpawnJob.ts"
import { publishLifecycle, publishOwn } from "./publisher.ts"
import type { Built } from "./recorder.ts"
import type { AcceptedJob } from "./settlement.ts"

export interface RunAsked {
  readonly session: Session
  /** From the parent up to the root. */
  readonly ancestors: ReadonlyArray<SessionId>
  /** The parent's job in flight, if it has one. */
  readonly owner: Option.Option<RunId>
  readonly runId: RunId
  readonly nowMillis: number
  readonly traceparent: Option.Option<string>
}

const jobOf = ({ nowMillis, owner, runId, session, traceparent }: RunAsked): SpawnJob => ({
  runId,
  ...(session.parentId === undefined ? {} : { parentSessionId: session.parentId }),
  childSessionId: session.id,
  model: session.model ?? "",
  acceptedAtMillis: nowMillis,
  ...(Option.isNone(owner) ? {} : { ownerRunId: owner.value }),
  ...(Option.isNone(traceparent) ? {} : { traceparent: traceparent.value })
})

/** The acceptance of one more run, or why the session cannot have one now. */
export const oneMoreRun = (
  streams: SessionStreamsShape,
  asked: RunAsked
): Result.Result<Built & { readonly accepted: AcceptedJob }, Lifecycle.Refusal> => {
  const { ancestors, nowMillis, runId, session } = asked
  const { id, parentId, title } = session
  return Result.map(Lifecycle.decide(session, { _tag: "Queue", runId }, nowMillis), (queued) => {
    const job = jobOf(asked)
    const pending = { type: "session_status_changed", sessionId: id, status: "pending" } as const
    const started: AgentEvent | undefined =
      parentId === undefined
        ? undefined
        : { type: "sub_agent_started", parentSessionId: parentId, childSessionId: id, title }
    const seat = { childId: id, ancestors }
    const changes: ReadonlyArray<Change> = [
      { _tag: "SessionChanged", session: queued },
      { _tag: "JobAccepted", job },
      ...(started === undefined || parentId === undefined
        ? []
        : [{ _tag: "EventRecorded", sessionId: parentId, event: started } as const]),
      { _tag: "EventRecorded", sessionId: id, event: pending }
    ]
    return {
      accepted: { job, session: queued, ancestors },
      changes,
      show: (numbers) => {
        // I3: started before all else
        if (started !== undefined) publishLifecycle(streams, seat, Option.fromUndefinedOr(numbers[0]), started)
        publishOwn(streams, seat, Option.fromUndefinedOr(numbers[started === undefined ? 0 : 1]), pending)
      }
    }
  })
}
