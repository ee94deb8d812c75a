/**
 * One run, from its launch to its settling: the canonical path (`S-canonical`).
 *
 * The queue, direct calls, HTTP and tests all come through `execute`. It loads,
 * checks, begins, lets the runner run under the watchdog, reads the verdict and
 * settles with `Finalize`. It never fails: whatever goes wrong is an outcome.
 *
 * Invariants
 *   I1. `Begin` is refused unless the session is queued for exactly this run.
 *   I2. Every way through ends in `Finalize.finalize`.
 *   I7. A run that was told to stop is settled within the grace time, even if
 *       its runner does not stop.
 *
 * @stability unstable
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type { AgentShape } from "./Agent.ts"
import type { ExternalChildRunner, RunContext, RunEnd, StopCause } from "./ExternalChildRunner.ts"
import * as Finalize from "./Finalize.ts"
import * as Ids from "./Ids.ts"
import { keptFor, resumeOf } from "./internal/conversation.ts"
import type { Flight } from "./internal/flights.ts"
import { LiveRun, type Verdict } from "./internal/liveRun.ts"
import { isoOf, publishOwn } from "./internal/publisher.ts"
import { patiently } from "./internal/recorder.ts"
import { findPrompt } from "./internal/prompt.ts"
import { selectRunner, setup } from "./internal/runnerChoice.ts"
import { type ContextServices, makeContext } from "./internal/runContext.ts"
import type { AcceptedJob } from "./internal/settlement.ts"
import { openRunSpan, type RunSpan } from "./internal/spans.ts"
import * as Outcome from "./Outcome.ts"
import * as Recovery from "./Recovery.ts"
import * as Retry from "./Retry.ts"
import type { Session } from "./Session.ts"
import { StoreError } from "./SessionStore.ts"
import type { SpawnJob } from "./SpawnJob.ts"
import * as Watchdog from "./Watchdog.ts"

/** What a run needs besides the record and the streams. */
export interface ExecuteServices extends Finalize.FinalizeServices, ContextServices {
  readonly agent: Option.Option<AgentShape>
  readonly runners: ReadonlyArray<ExternalChildRunner>
  readonly policy: Watchdog.Policy
  readonly grace: Duration.Duration
  readonly retry: Retry.Policy
  readonly recovery: Recovery.Rules
  readonly hasChildrenInFlight: (session: Session) => boolean
  /** Told when a run is live, for the heartbeat. */
  readonly onLive: (live: LiveRun) => void
  /** Whether the session waits for children, or has been sent what its run did not take. */
  readonly mayRest: (session: Session) => boolean
  /** Puts a run to rest while its wait is certain to be open; none: it has none, or its state does not let it. */
  readonly rest: (flight: Flight, live: LiveRun) => Effect.Effect<Option.Option<Ending>>
  /** Told when a provider asks for a pause: it holds for the siblings too. */
  readonly onRateLimited: (flight: Flight, seconds: number) => Effect.Effect<void>
}

/** The session may run, with this prompt; or how the job ends instead. */
export type Readiness =
  | { readonly _tag: "Ready"; readonly session: Session; readonly prompt: string }
  | { readonly _tag: "Settle"; readonly session: Option.Option<Session>; readonly outcome: Outcome.Outcome }

/** `S-notfound` and `S-skipped`: whether a loaded session may run as this job's child. */
export const readiness = (
  { job }: Pick<Flight, "job">,
  session: Option.Option<Session>,
  prompt: Option.Option<string>
): Readiness => {
  if (Option.isNone(session)) {
    return { _tag: "Settle", session, outcome: setup("child session not found") }
  }
  if (job.parentSessionId !== undefined && session.value.kind !== "child") {
    return { _tag: "Settle", session, outcome: setup("spawn job child session is not kind=child") }
  }
  return Option.match(prompt, {
    onNone: () => ({ _tag: "Settle", session, outcome: Outcome.noPendingMessage }),
    onSome: (text) => ({ _tag: "Ready", session: session.value, prompt: text })
  })
}

const defectOutcome = (cause: Cause.Cause<never>): Outcome.Outcome => {
  const defect = Cause.squash(cause)
  if (defect instanceof StoreError) {
    return { status: "error", reason: "lost", message: `the run could not be recorded: ${defect.message}` }
  }
  const text = Cause.hasInterruptsOnly(cause) ? "the run was interrupted from inside" : String(defect)
  return { status: "error", reason: "defect", message: text }
}

/**
 * `S-verdict`: a timeout beats everything (`S-timeout-wins`), whoever saw it,
 * then success, then a cancel, then whatever else the run ended with.
 */
export const judge = (verdict: Verdict, exit: Option.Option<Exit.Exit<RunEnd>>): Outcome.Outcome => {
  if ("status" in verdict) return verdict
  const outcome = Option.match(exit, {
    onNone: () => defectOutcome(Cause.die("the runner did not stop within its grace time")),
    onSome: (known) => (Exit.isSuccess(known) ? known.value.outcome : defectOutcome(known.cause))
  })
  if (outcome.status === "timeout" || outcome.status === "completed" || verdict._tag === "Ended") return outcome
  return Outcome.cancelled(verdict.by)
}

const logTimeout = (live: LiveRun, timeout: Watchdog.Timeout): Effect.Effect<void> =>
  Effect.logWarning(`child.timeout_${timeout.reason}`).pipe(
    Effect.annotateLogs({
      parentSessionId: live.job.parentSessionId,
      childSessionId: live.job.childSessionId,
      reason: Outcome.errorText(timeout),
      lastToolName: live.lastTool?.name,
      lastToolPhase: live.lastTool?.phase,
      roundCount: live.rounds
    })
  )

/** Starts the runner; its end becomes the verdict, unless another came first. */
const start = (services: ExecuteServices, live: LiveRun, context: RunContext, span: RunSpan) =>
  Effect.suspend(() => {
    const selected = selectRunner(live.session, services.agent, services.runners)
    live.runner = selected.name
    live.records = selected.records
    const body = span.within(Effect.scoped(Effect.suspend(() => selected.run(context)))).pipe(
      Effect.onExit((exit) =>
        Effect.sync(() => {
          if (Exit.isSuccess(exit)) live.end = exit.value
          Deferred.doneUnsafe(live.verdict, Effect.succeed({ _tag: "Ended" }))
        })
      )
    )
    // Not a child fiber: a runner that does not stop must not keep its run from settling. `stop` interrupts it.
    return Effect.forkDetach(body, { startImmediately: true })
  })

/** Interrupts the runner and gives it the grace time; none: it is still not gone (I7). */
const stop = (services: ExecuteServices, live: LiveRun, body: Fiber.Fiber<RunEnd>) =>
  Effect.suspend(() => {
    body.interruptUnsafe()
    return Effect.timeoutOption(Fiber.await(body), services.grace).pipe(
      Effect.tap((exit) =>
        Option.isSome(exit)
          ? Effect.void
          : Effect.logError("runner.stuck").pipe(
              Effect.annotateLogs({ runner: live.runner, childSessionId: live.job.childSessionId })
            )
      )
    )
  })

const supervise = Effect.fnUntraced(function* (
  services: ExecuteServices,
  live: LiveRun,
  context: RunContext,
  span: RunSpan
) {
  if (Deferred.isDoneUnsafe(live.verdict)) {
    // cancelled while it began: the runner never starts
    return judge(yield* Deferred.await(live.verdict), Option.none())
  }
  const body = yield* start(services, live, context, span)
  const clock = yield* Clock.Clock
  const guarded: Watchdog.Guarded = {
    policy: Watchdog.policyOf(live.session.metadata, services.policy),
    vitals: () => live.vitals(services.hasChildrenInFlight(live.session), clock.currentTimeMillisUnsafe()),
    nowMillis: () => clock.currentTimeMillisUnsafe()
  }
  const verdict = Deferred.isDoneUnsafe(live.verdict)
    ? yield* Deferred.await(live.verdict)
    : yield* Watchdog.guard<Verdict>(guarded, live.verdict)
  // A timeout is nobody else's to know so far: who waits for a slot meanwhile comes back without one (I10).
  Deferred.doneUnsafe(live.verdict, Effect.succeed(verdict))
  if ("status" in verdict) yield* logTimeout(live, verdict)
  const ran = !("status" in verdict) && verdict._tag === "Ended"
  const exit = ran ? Option.some(yield* Fiber.await(body)) : yield* stop(services, live, body)
  const outcome = judge(verdict, exit)
  if (outcome.status === "timeout" && !("status" in verdict)) yield* logTimeout(live, outcome) // its runner saw it
  return live.textDropped && outcome.reason === "done"
    ? ({ status: "completed", reason: "truncated", limit: "transcript" } satisfies Outcome.Outcome)
    : outcome
})

/** What a run begins with. */
interface Begun {
  readonly live: LiveRun
  readonly prompt: string
}

/** `S-setmodel`, `S-marker`, `S-exec-started`: one commit makes the run begin, with the messages that waited for it. */
const begin = Effect.fnUntraced(function* (
  services: ExecuteServices,
  flight: Flight,
  { prompt, session }: Extract<Readiness, { readonly _tag: "Ready" }>
) {
  const { job } = flight
  const startedAtMillis = yield* Clock.currentTimeMillis
  const event = {
    type: "execution_started",
    runId: job.runId,
    sessionId: session.id,
    startedAt: isoOf(startedAtMillis)
  } as const
  const seat = { childId: session.id, ancestors: flight.ancestors }
  const waiting = yield* services.inbox.atLaunch(flight, startedAtMillis)
  let crowded = 0
  const begun = yield* patiently(
    services.recorder.transact(session, { _tag: "Begin", runId: job.runId, model: job.model }, () => ({
      changes: [
        { _tag: "JobLaunched", runId: job.runId },
        { _tag: "EventRecorded", sessionId: session.id, event },
        ...waiting.changes
      ],
      show: (numbers) => {
        crowded = publishOwn(services.streams, seat, Option.fromUndefinedOr(numbers[0]), event)
        waiting.show(numbers.slice(1))
      }
    }))
  ).pipe(Effect.onExit((exit) => waiting.done(exit._tag === "Success" ? "recorded" : "not_recorded")))
  const live = new LiveRun(job, begun, flight.ancestors, startedAtMillis)
  flight.live = live
  if (flight.stop !== undefined) Deferred.doneUnsafe(live.verdict, Effect.succeed(flight.stop))
  services.onLive(live)
  if (crowded > 0) yield* Effect.yieldNow // I5: many runs that begin at once leave the readers their turn
  return { live, prompt: [prompt, ...waiting.texts].filter((text) => text !== "").join("\n\n") } satisfies Begun
})

/** How a launch came to its end. */
export type Ending =
  /** The job has its completion; what was accepted with it is to be placed. */
  | { readonly _tag: "Settled"; readonly accepted: ReadonlyArray<AcceptedJob> }
  /** The job goes on as another try, which is recorded as queued. */
  | { readonly _tag: "Again"; readonly job: SpawnJob; readonly session: Session; readonly mode: "resume" | "retry" }
  /** The job rests until its session is woken, and has a flight that says so. */
  | { readonly _tag: "Resting" }
  /** Recorded as it was, for the next start; or somebody else settled it. */
  | { readonly _tag: "Left" }

const left: Ending = { _tag: "Left" }

const settle = (
  services: ExecuteServices,
  flight: Flight,
  session: Option.Option<Session>,
  outcome: Outcome.Outcome
): Effect.Effect<Ending> =>
  Effect.map(
    Finalize.finalize(services, flight, session, outcome),
    Option.match({ onNone: () => left, onSome: (accepted): Ending => ({ _tag: "Settled", accepted }) })
  )

/** A job that goes on from an earlier run of its own has had its launch. */
const withdrawn = ({ job, stop: wish }: Flight): Outcome.Outcome =>
  job.resume === undefined || wish === undefined ? Outcome.beforeLaunch : Outcome.cancelled(wish.by)

/**
 * Settles a flight that was cancelled before its run began (`S-cancel-queued`),
 * or while it rested: it is not launched.
 */
export const settleUnbegun = Effect.fnUntraced(function* (services: ExecuteServices, flight: Flight) {
  const session = yield* patiently(services.recorder.store.session(flight.job.childSessionId)).pipe(
    Effect.catchTag("StoreError", () => Effect.succeed(Option.none<Session>()))
  )
  return yield* settle(services, flight, session, withdrawn(flight))
})

/**
 * What waits in the inbox joins the prompt with the launch: alone it is one. Who
 * goes on needs none. An agent that keeps the conversation is told the news;
 * when there is none, what it may not have answered. A session that was changed
 * since it was queued is found out by the commit that begins its run.
 */
const load = Effect.fnUntraced(function* (services: ExecuteServices, flight: Flight) {
  const { inbox } = services
  const { store } = services.recorder
  const { childSessionId } = flight.job
  const session = yield* store.session(childSessionId)
  const kept = Option.flatMap(session, (found) => keptFor(found, services.recovery.canResume))
  const isTold = inbox.hasWaiting(childSessionId)
  const news = yield* findPrompt(store, flight.job, Option.isNone(kept) ? 0 : kept.value.position)
  const written = Option.isNone(news) && Option.isSome(kept) && !isTold ? yield* findPrompt(store, flight.job, 0) : news
  const goesOn = flight.job.resume !== undefined || isTold
  const prompt = Option.isNone(written) && goesOn ? Option.some("") : written
  return readiness(flight, session, prompt)
})

/** Whether a run that the shutdown stops is taken up by the next start instead of being settled now. */
const survives = ({ recovery }: ExecuteServices, flight: Flight, live: LiveRun): boolean =>
  Recovery.ofLaunched({ job: flight.job, report: live.report, session: Option.some(live.session) }, recovery)._tag ===
  "Continue"

/** Whether the job goes on as another try (`Retry`). */
const goesOn = Effect.fnUntraced(function* (
  services: ExecuteServices,
  flight: Flight,
  live: LiveRun,
  outcome: Outcome.Outcome
) {
  const policy = Retry.policyOf(live.session.metadata, services.retry)
  const nowMillis = yield* Clock.currentTimeMillis
  const failedAtMillis = (flight.job.tries ?? []).map(({ endedAtMillis }) => endedAtMillis)
  const decided = Retry.decide(policy, { outcome, failedAtMillis, nowMillis, chance: yield* Random.next })
  if (decided._tag === "Settle") return Option.none<Finalize.Continuation>()
  const { handle } = live
  const mode = Outcome.retryable(outcome) && services.recovery.canResume(live.session, handle) ? "resume" : "retry"
  const job = Recovery.nextJob(flight.job, {
    runId: yield* Ids.makeRunId,
    mode,
    handle,
    endedAtMillis: nowMillis,
    notBeforeMillis: decided.notBeforeMillis,
    ended: "by_itself",
    usage: live.usage,
    begunToolCalls: live.report.begunToolCalls ?? []
  })
  return Option.some<Finalize.Continuation>({ job, mode, outcome })
})

const goOnOrSettle = Effect.fnUntraced(function* (
  services: ExecuteServices,
  flight: Flight,
  live: LiveRun,
  outcome: Outcome.Outcome
): Effect.fn.Return<Ending> {
  const continuation = yield* goesOn(services, flight, live, outcome)
  if (Option.isSome(continuation)) {
    const session = yield* Finalize.goOn(services, flight, live.session, continuation.value)
    if (Option.isSome(session)) return { _tag: "Again", ...continuation.value, session: session.value }
  }
  return yield* settle(services, flight, Option.some(live.session), outcome)
})

const restOrEnd = (
  services: ExecuteServices,
  flight: Flight,
  live: LiveRun,
  outcome: Outcome.Outcome
): Effect.Effect<Ending> =>
  Effect.flatMap(
    services.rest(flight, live),
    Option.match({ onNone: () => endNow(services, flight, live, outcome), onSome: (ending) => Effect.succeed(ending) })
  )

/** A run in process that ended well while its session waits for children is not the end of its job. */
const end = (
  services: ExecuteServices,
  flight: Flight,
  live: LiveRun,
  outcome: Outcome.Outcome
): Effect.Effect<Ending> =>
  outcome.reason === "done" && live.records === "rounds" && flight.stop === undefined && services.mayRest(live.session)
    ? restOrEnd(services, flight, live, outcome)
    : endNow(services, flight, live, outcome)

/** Most ends are just that. What somebody stopped is not tried again. */
const endNow = (
  services: ExecuteServices,
  flight: Flight,
  live: LiveRun,
  outcome: Outcome.Outcome
): Effect.Effect<Ending> => {
  if (outcome.reason === "shutdown" && survives(services, flight, live)) {
    return Effect.as(Finalize.leave(services, flight), left)
  }
  const mayGoOn =
    flight.stop === undefined && Retry.policyOf(live.session.metadata, services.retry).restart !== "temporary"
  const ending = mayGoOn
    ? goOnOrSettle(services, flight, live, outcome)
    : settle(services, flight, Option.some(live.session), outcome)
  const askedSeconds = Retry.retryAfterSeconds(outcome)
  return askedSeconds === undefined ? ending : Effect.andThen(services.onRateLimited(flight, askedSeconds), ending)
}

/**
 * Runs an accepted job to its completion, or to its next try.
 *
 * **Interruption**: uninterruptible; it is stopped through the verdict of its
 * live run, and then ends within the grace time.
 * **Durability**: when it returns, what it returns is recorded (see `Finalize`).
 */
export const execute: (services: ExecuteServices, flight: Flight) => Effect.Effect<Ending> = Effect.fnUntraced(
  function* (services, flight) {
    if (flight.stop !== undefined) {
      // What the shutdown stops here stays recorded as queued, for the next start.
      return flight.stop.by === "shutdown" ? left : yield* settleUnbegun(services, flight)
    }
    const ready = yield* patiently(load(services, flight)).pipe(
      Effect.catchTag("StoreError", (error) =>
        Effect.succeed<Readiness>({
          _tag: "Settle",
          session: Option.none(),
          outcome: setup(`failed to load child session: ${error.message}`)
        })
      )
    )
    if (ready._tag === "Settle") return yield* settle(services, flight, ready.session, ready.outcome)
    const begun = yield* Effect.result(begin(services, flight, ready))
    if (begun._tag === "Failure") {
      // Refused: it was cancelled and settled while it was being launched (I2).
      if (begun.failure._tag === "Refused") {
        services.onDoubt()
        return left
      }
      const outcome = setup(`the run could not be recorded: ${begun.failure.message}`)
      return yield* settle(services, flight, Option.some(ready.session), outcome)
    }
    const { live, prompt } = begun.success
    const work = { prompt, resume: resumeOf(live, services.recovery.canResume) }
    const stopCause = Effect.sync((): StopCause =>
      flight.stop?.by === "shutdown" && survives(services, flight, live) ? "detach" : "cancel"
    )
    const context = makeContext(services, flight, live, { ...work, stopCause }, yield* Clock.Clock)
    const span = yield* openRunSpan(live, services.recorder.store)
    const outcome = yield* supervise(services, live, context, span)
    const ending = yield* end(services, flight, live, outcome)
    yield* span.end(outcome)
    return ending
  },
  Effect.uninterruptible
)
