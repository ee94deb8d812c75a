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
import type { AgentShape } from "./Agent.ts"
import { ended, type ExternalChildRunner, type RunContext, type RunEnd } from "./ExternalChildRunner.ts"
import * as Finalize from "./Finalize.ts"
import type { Flight } from "./internal/flights.ts"
import { LiveRun, type Verdict } from "./internal/liveRun.ts"
import { isoOf, publishOwn } from "./internal/publisher.ts"
import { patiently } from "./internal/recorder.ts"
import { makeContext, type Slots } from "./internal/runContext.ts"
import * as Outcome from "./Outcome.ts"
import { metadataKeys, type Session, type StoredMessage } from "./Session.ts"
import { StoreError } from "./SessionStore.ts"
import * as Watchdog from "./Watchdog.ts"

/** What a run needs besides the record and the streams. */
export interface ExecuteServices extends Finalize.FinalizeServices {
  readonly agent: Option.Option<AgentShape>
  readonly runners: ReadonlyArray<ExternalChildRunner>
  readonly policy: Watchdog.Policy
  readonly grace: Duration.Duration
  readonly slots: Slots
  readonly hasChildrenInFlight: (session: Session) => boolean
  /** Told when a run is live, for the heartbeat. */
  readonly onLive: (live: LiveRun) => void
}

/** The session may run, with this prompt; or how the job ends instead. */
export type Readiness =
  | { readonly _tag: "Ready"; readonly session: Session; readonly prompt: string }
  | { readonly _tag: "Settle"; readonly session: Option.Option<Session>; readonly outcome: Outcome.Outcome }

const setup = (message: string): Outcome.Outcome & Outcome.RunnerOutcome => ({
  status: "error",
  reason: "setup",
  message
})

/** `S-notfound` and `S-skipped`: whether a loaded session may run as this job's child. */
export const readiness = (
  flight: Pick<Flight, "job">,
  session: Option.Option<Session>,
  last: Option.Option<StoredMessage>
): Readiness => {
  if (Option.isNone(session)) {
    return { _tag: "Settle", session, outcome: setup("child session not found") }
  }
  if (flight.job.parentSessionId !== undefined && session.value.kind !== "child") {
    return { _tag: "Settle", session, outcome: setup("spawn job child session is not kind=child") }
  }
  return Option.isSome(last) && last.value.role === "user"
    ? { _tag: "Ready", session: session.value, prompt: last.value.text }
    : { _tag: "Settle", session, outcome: Outcome.noPendingMessage }
}

/** Who runs a session (`S-external`): a runner, or the outcome of having none. */
export const selectRunner = (
  session: Session,
  agent: Option.Option<AgentShape>,
  runners: ReadonlyArray<ExternalChildRunner>
): { readonly name: string; readonly run: (context: RunContext) => ReturnType<ExternalChildRunner["run"]> } => {
  const { metadata } = session
  const refuse = (message: string) => ({ name: "none", run: () => Effect.succeed(ended(setup(message))) })
  if (metadata[metadataKeys.runtimeKind] !== "external") {
    return Option.isSome(agent)
      ? { name: "agent", run: agent.value.run }
      : refuse("This session names no external runtime, and no in-process agent is configured")
  }
  if (runners.length === 0) {
    return refuse("Child session requires external runtime, but no external runner is configured")
  }
  const found = runners.find((runner) => runner.shouldHandle(session))
  const agentId = metadata[metadataKeys.externalAgentId] ?? ""
  const protocol = metadata[metadataKeys.externalProtocol] ?? ""
  return (
    found ??
    refuse(`No external runner matched child session runtime metadata: agent_id=${agentId}, protocol=${protocol}`)
  )
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
 * `S-verdict`: a timeout beats everything (`S-timeout-wins`), then success,
 * then a cancel, then whatever else the run ended with.
 */
export const judge = (verdict: Verdict, exit: Option.Option<Exit.Exit<RunEnd>>): Outcome.Outcome => {
  if ("status" in verdict) return verdict
  const outcome = Option.match(exit, {
    onNone: () => defectOutcome(Cause.die("the runner did not stop within its grace time")),
    onSome: (known) => (Exit.isSuccess(known) ? known.value.outcome : defectOutcome(known.cause))
  })
  if (outcome.status === "completed" || verdict._tag === "Ended") return outcome
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
const start = (services: ExecuteServices, live: LiveRun, context: RunContext) =>
  Effect.suspend(() => {
    const selected = selectRunner(live.session, services.agent, services.runners)
    live.runner = selected.name
    const body = Effect.scoped(Effect.suspend(() => selected.run(context))).pipe(
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

const supervise = Effect.fnUntraced(function* (services: ExecuteServices, live: LiveRun, context: RunContext) {
  if (Deferred.isDoneUnsafe(live.verdict)) {
    // cancelled while it began: the runner never starts
    return judge(yield* Deferred.await(live.verdict), Option.none())
  }
  const body = yield* start(services, live, context)
  const clock = yield* Clock.Clock
  const guarded: Watchdog.Guarded = {
    policy: Watchdog.policyOf(live.session.metadata, services.policy),
    vitals: () => live.vitals(services.hasChildrenInFlight(live.session), clock.currentTimeMillisUnsafe()),
    nowMillis: () => clock.currentTimeMillisUnsafe()
  }
  const verdict = Deferred.isDoneUnsafe(live.verdict)
    ? yield* Deferred.await(live.verdict)
    : yield* Watchdog.guard<Verdict>(guarded, live.verdict)
  if ("status" in verdict) yield* logTimeout(live, verdict)
  const ran = !("status" in verdict) && verdict._tag === "Ended"
  const exit = ran ? Option.some(yield* Fiber.await(body)) : yield* stop(services, live, body)
  const outcome = judge(verdict, exit)
  return live.textDropped && outcome.reason === "done"
    ? ({ status: "completed", reason: "truncated", limit: "transcript" } satisfies Outcome.Outcome)
    : outcome
})

/** `S-setmodel`, `S-marker`, `S-exec-started`: one commit makes the run begin. */
const begin = Effect.fnUntraced(function* (services: ExecuteServices, flight: Flight, session: Session) {
  const { job } = flight
  const startedAtMillis = yield* Clock.currentTimeMillis
  const event = {
    type: "execution_started",
    runId: job.runId,
    sessionId: session.id,
    startedAt: isoOf(startedAtMillis)
  } as const
  const seat = { childId: session.id, ancestors: flight.ancestors }
  let crowded = 0
  const begun = yield* patiently(
    services.recorder.transact(session, { _tag: "Begin", runId: job.runId, model: job.model }, () => ({
      changes: [
        { _tag: "JobLaunched", runId: job.runId },
        { _tag: "EventRecorded", sessionId: session.id, event }
      ],
      show: (numbers) => {
        crowded = publishOwn(services.streams, seat, Option.fromUndefinedOr(numbers[0]), event)
      }
    }))
  )
  const live = new LiveRun(job, begun, flight.ancestors, startedAtMillis)
  flight.live = live
  if (flight.stop !== undefined) Deferred.doneUnsafe(live.verdict, Effect.succeed(flight.stop))
  services.onLive(live)
  if (crowded > 0) yield* Effect.yieldNow // I5: many runs that begin at once leave the readers their turn
  return live
})

/** Settles a flight that was cancelled before it began: it never launches (`S-cancel-queued`). */
export const settleUnbegun = Effect.fnUntraced(function* (services: ExecuteServices, flight: Flight) {
  const session = yield* patiently(services.recorder.store.session(flight.job.childSessionId)).pipe(
    Effect.catchTag("StoreError", () => Effect.succeed(Option.none<Session>()))
  )
  yield* Finalize.finalize(services, flight, session, Outcome.beforeLaunch)
})

const load = Effect.fnUntraced(function* ({ recorder: { store } }: ExecuteServices, flight: Flight) {
  const { childSessionId } = flight.job
  return readiness(flight, yield* store.session(childSessionId), yield* store.lastMessage(childSessionId))
})

/**
 * Runs an accepted job to its completion.
 *
 * **Interruption**: uninterruptible; it is stopped through the verdict of its
 * live run, and then ends within the grace time.
 * **Durability**: when it returns, the completion is recorded (see `Finalize`).
 */
export const execute: (services: ExecuteServices, flight: Flight) => Effect.Effect<void> = Effect.fnUntraced(function* (
  services,
  flight
) {
  if (flight.stop !== undefined) {
    // What the shutdown stops here stays recorded as queued, for the next start.
    return flight.stop.by === "shutdown" ? undefined : yield* settleUnbegun(services, flight)
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
  if (ready._tag === "Settle") {
    yield* Finalize.finalize(services, flight, ready.session, ready.outcome)
    return
  }
  const begun = yield* Effect.result(begin(services, flight, ready.session))
  if (begun._tag === "Failure") {
    // Refused: it was cancelled and settled while it was being launched (I2).
    if (begun.failure._tag === "Refused") return
    const outcome = setup(`the run could not be recorded: ${begun.failure.message}`)
    yield* Finalize.finalize(services, flight, Option.some(ready.session), outcome)
    return
  }
  const live = begun.success
  const context = makeContext(services, flight, live, ready.prompt, yield* Clock.Clock)
  const outcome = yield* supervise(services, live, context)
  yield* Finalize.finalize(services, flight, Option.some(live.session), outcome)
}, Effect.uninterruptible)
