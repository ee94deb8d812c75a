/**
 * What becomes of the jobs that a process left open when it ended.
 *
 * `plan` is pure: what was queued is queued again; a run whose owner died goes
 * on where its runner can and its session's policy wishes it, and is lost
 * otherwise; what belongs to a run that is over is closed with it. Who carries
 * it out is the scheduler.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { RunId, SessionId } from "./Ids.ts"
import { cancelled, type Outcome } from "./Outcome.ts"
import { conversationOf, type RecoveryPolicy, type Session, type Usage } from "./Session.ts"
import type { OpenJob } from "./SessionStore.ts"
import { jobIdOf, type Resume, type RunReport, type SpawnJob } from "./SpawnJob.ts"
import { spentBy } from "./UsageSum.ts"

/** What sessions that do not say themselves are recovered by. */
export class CurrentPolicy extends Context.Reference<RecoveryPolicy>("@offshoot/core/Recovery/CurrentPolicy", {
  defaultValue: () => "resume"
}) {}

export const layer = (policy: RecoveryPolicy): Layer.Layer<never> => Layer.succeed(CurrentPolicy, policy)

/** A job that lost its process this often takes its process with it. */
export const lostMax = 5

export type Decision =
  | { readonly _tag: "Requeue" }
  /** Another run of the same job: `resume` goes on from the lost one, `retry` begins again. */
  | { readonly _tag: "Continue"; readonly mode: "resume" | "retry" }
  | { readonly _tag: "Settle"; readonly outcome: Outcome }

/** Whether a run can go on from an earlier one: asked of whoever would run the session. */
export type CanResume = (session: Session, handle: string | undefined) => boolean

export interface Rules {
  readonly policy: RecoveryPolicy
  readonly canResume: CanResume
}

const lost = (known: string): Decision => ({
  _tag: "Settle",
  outcome: {
    status: "error",
    reason: "lost",
    message: `the server stopped ${known}; what it did until then is in its transcript`
  }
})

/** What a job has told of how its agent goes on with the conversation: by its run, or by the try before that one. */
export const toldBy = (job: SpawnJob, report: RunReport): string | undefined => report.resume ?? job.resume?.handle

/** How the agent itself goes on with the conversation: by what the job has told, or else by what was known before it. */
export const handleOf = (job: SpawnJob, report: RunReport, session: Session): string | undefined =>
  toldBy(job, report) ?? Option.getOrUndefined(conversationOf(session))?.handle

/** How a launched job whose process died, or is about to end, goes on. */
export const ofLaunched = (
  open: Pick<OpenJob, "job" | "report" | "session">,
  { canResume, policy }: Rules
): Decision => {
  if (Option.isNone(open.session)) return lost("while it was running")
  const session = open.session.value
  if (session.status === "cancelling") return lost("while it was being cancelled")
  if ((open.job.lost ?? 0) >= lostMax) return lost(`while it was running, for the ${lostMax + 1}th time`)
  const wished = session.recovery ?? policy
  if (wished === "settle") return lost("while it was running")
  if (canResume(session, handleOf(open.job, open.report, session))) return { _tag: "Continue", mode: "resume" }
  return wished === "retry" ? { _tag: "Continue", mode: "retry" } : lost("while it was running")
}

/** Only who rested is being cancelled while its job is queued: a queued job that is cancelled settles at once. */
const ofQueued = ({ session }: OpenJob): Decision =>
  Option.exists(session, ({ status }) => status === "cancelling")
    ? lost("while it was being cancelled")
    : { _tag: "Requeue" }

const decide = (open: OpenJob, rules: Rules): Decision =>
  open.state === "queued" ? ofQueued(open) : ofLaunched(open, rules)

/** What is known of parents besides their open jobs. */
export interface Standing {
  readonly hasOpenWait: (id: SessionId) => boolean
  /** Whether the job is in flight in this process, so that nothing is decided about it. */
  readonly isAlive: (job: SpawnJob) => boolean
}

const nobody: Standing = { hasOpenWait: () => false, isAlive: () => false }

export interface Planned {
  readonly open: OpenJob
  readonly decision: Decision
}

/**
 * What a job that belongs to a run that is over ends with; none: it is left
 * alone. A draining child goes on when it had begun.
 */
const closing = ({ session, state }: OpenJob): Option.Option<Outcome> => {
  const policy = Option.match(session, { onNone: () => "cancel", onSome: ({ parentClose }) => parentClose ?? "cancel" })
  return policy === "abandon" || (policy === "drain" && state === "launched")
    ? Option.none()
    : Option.some(cancelled("by_parent"))
}

/**
 * Every open job with what becomes of it, parents before their children: a
 * child of a job that is not open any more, or ends here, is closed (I7),
 * unless its parent waits for it.
 */
export const plan = (
  open: ReadonlyArray<OpenJob>,
  rules: Rules,
  { hasOpenWait, isAlive }: Standing = nobody
): ReadonlyArray<Planned> => {
  const goesOn = new Set<RunId>()
  const isOver = ({ ownerRunId, parentSessionId }: SpawnJob): boolean =>
    ownerRunId !== undefined &&
    !goesOn.has(ownerRunId) &&
    !(parentSessionId !== undefined && hasOpenWait(parentSessionId))
  const planned: Array<Planned> = []
  const shallowFirst = open.toSorted((a, b) => a.ancestors.length - b.ancestors.length)
  const decisions = new Map<SessionId, Decision>()
  for (const found of shallowFirst) {
    const closed = isOver(found.job) ? closing(found) : Option.none<Outcome>()
    const decision: Decision = Option.match(closed, {
      onNone: () => decide(found, rules),
      onSome: (outcome) => ({ _tag: "Settle", outcome })
    })
    // A try that begins again spawns again: the children of the lost one are closed.
    const isGoingOn = decision._tag === "Requeue" || (decision._tag === "Continue" && decision.mode === "resume")
    if (isGoingOn || isAlive(found.job)) goesOn.add(jobIdOf(found.job))
    decisions.set(found.job.childSessionId, decision)
  }
  for (const found of open) {
    const decision = decisions.get(found.job.childSessionId)
    if (decision !== undefined) planned.push({ open: found, decision })
  }
  return planned
}

/** The job of the try that follows. The children of a job that begins again are not its own any more. */
export const nextJob = (
  job: SpawnJob,
  next: {
    readonly runId: RunId
    readonly mode: "resume" | "retry"
    readonly handle: string | undefined
    readonly endedAtMillis: number
    readonly notBeforeMillis: number | undefined
    readonly ended: "lost" | "by_itself" | "suspended"
    /** What the run that has ended used, as far as it told. */
    readonly usage: Usage | undefined
    /** The calls that it had begun, and whose answers are not recorded. */
    readonly begunToolCalls: ReadonlyArray<string>
  }
): SpawnJob => {
  const { firstRunId: _first, notBeforeMillis: _before, resume: _resume, ...rest } = job
  return {
    ...rest,
    runId: next.runId,
    spent: spentBy(job, next.usage),
    // A run that waits for its children is no try that failed.
    ...(next.ended === "suspended"
      ? {}
      : { tries: [...(job.tries ?? []), { runId: job.runId, endedAtMillis: next.endedAtMillis }].slice(-triesMax) }),
    ...(next.ended === "lost" ? { lost: (job.lost ?? 0) + 1 } : {}),
    ...(next.notBeforeMillis === undefined ? {} : { notBeforeMillis: next.notBeforeMillis }),
    ...(next.mode === "resume"
      ? {
          firstRunId: jobIdOf(job),
          resume: {
            runId: job.runId,
            ...(next.handle === undefined ? {} : { handle: next.handle }),
            ...cutOffOf(job, next.begunToolCalls)
          }
        }
      : {})
  }
}

/** Also those of earlier tries: the last one may have ended before it said so to anybody. */
const cutOffOf = ({ resume }: SpawnJob, begun: ReadonlyArray<string>): Pick<Resume, "cutOff"> => {
  const ids = [...(resume?.cutOff ?? []), ...begun]
  return ids.length === 0 ? {} : { cutOff: Array.from(new Set(ids)).slice(-cutOffMax) }
}

/** Two tries that were cut off in as many calls as a round may have. */
const cutOffMax = 256

/** As many as the highest intensity looks at. */
const triesMax = 100
