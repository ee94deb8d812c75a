/**
 * Why a session does not move, or what it is in the middle of. Pure: who looks
 * gathers what is known of it in one moment.
 */
import * as Option from "effect/Option"
import type { Request, Wait } from "../Obligation.ts"
import { isInFlight, type Session } from "../Session.ts"
import type { SpawnJob } from "../SpawnJob.ts"
import type { Hold, QueuePlace } from "../SubAgents.ts"
import type { Open } from "../Watchdog.ts"

/** What is known of a session. `LiveRun` and `Flight` fit as they are. */
export interface Circumstances {
  readonly session: Session
  readonly flight: Option.Option<{ readonly job: SpawnJob; readonly stop: unknown }>
  /** What the live run is in the middle of (`LiveRun.vitals`), and when it began to wait. */
  readonly live: Option.Option<{ readonly open: Open; readonly waitingSinceMillis: number }>
  readonly place: Option.Option<QueuePlace>
  /** The oldest request of the session that nobody has answered. */
  readonly request: Option.Option<Pick<Request, "id" | "openedAtMillis">>
  /** The session's open wait. */
  readonly wait: Option.Option<Pick<Wait, "openedAtMillis">>
  readonly nowMillis: number
}

const launching: QueuePlace = { position: 0, reason: "launching" }

const whileQueued = ({ flight, nowMillis, place, session }: Circumstances): Hold => {
  const job = Option.isSome(flight) ? flight.value.job : undefined
  const tries = job?.tries ?? []
  if (job?.notBeforeMillis !== undefined && job.notBeforeMillis > nowMillis) {
    return { _tag: "Retrying", notBeforeMillis: job.notBeforeMillis, tries: tries.length }
  }
  const sinceMillis = tries.at(-1)?.endedAtMillis ?? job?.acceptedAtMillis ?? session.updatedAtMillis
  return { _tag: "Queued", place: Option.getOrElse(place, () => launching), sinceMillis }
}

const forChildren = (wait: Circumstances["wait"]): Option.Option<Hold> =>
  Option.map(wait, ({ openedAtMillis }) => ({ _tag: "Children", sinceMillis: openedAtMillis }))

const whileLive = ({ live, request, session, wait }: Circumstances): Option.Option<Hold> => {
  if (Option.isSome(request)) {
    const { id, openedAtMillis } = request.value
    return Option.some({ _tag: "Request", requestId: id, sinceMillis: openedAtMillis })
  }
  if (Option.isNone(live)) return forChildren(wait)
  const { open, waitingSinceMillis } = live.value
  switch (open._tag) {
    case "Children":
      // One that has children and works on is not held by them.
      return session.status === "waiting_for_children"
        ? Option.some({ _tag: "Children", sinceMillis: waitingSinceMillis })
        : Option.none()
    case "Tool":
      return Option.some({ _tag: "Tool", toolName: open.name, sinceMillis: open.sinceMillis })
    case "Request":
    case "Nothing":
      return Option.none()
  }
}

/**
 * A stop comes before everything else, a request before children, children
 * before a tool call. A session that is not in flight is held by its open wait
 * only: it runs again when its children have settled.
 */
export const holdOf = (known: Circumstances): Option.Option<Hold> => {
  const { flight, session, wait } = known
  if (!isInFlight(session.status)) return forChildren(wait)
  const isStopping = session.status === "cancelling" || (Option.isSome(flight) && flight.value.stop !== undefined)
  if (isStopping) return Option.some({ _tag: "Stopping", sinceMillis: session.updatedAtMillis })
  if (session.status === "pending") return Option.some(whileQueued(known))
  return whileLive(known)
}
