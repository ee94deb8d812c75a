/**
 * What a runner is given, bound to one run. How its text is written, how it
 * waits, asks, is told and reports is said by the modules that this one joins;
 * the hot path of the whole program, `emit`, is here.
 */
import type * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { isDurable, type RunnerEvent } from "../AgentEvent.ts"
import type { RunContext } from "../ExternalChildRunner.ts"
import type { SessionStreamsShape } from "../SessionStreams.ts"
import { artifactsOf } from "./artifacts.ts"
import type { Flight } from "./flights.ts"
import type { Budgets } from "./budgets.ts"
import type { Inbox } from "./inbox.ts"
import type { LiveRun } from "./liveRun.ts"
import { publishOwn } from "./publisher.ts"
import type { Recorder } from "./recorder.ts"
import type { Requests } from "./requests.ts"
import { onceOnlyIn, reportTo } from "./runReports.ts"
import { type Slots, waitWith } from "./slotWaiting.ts"
import {
  type Bound,
  collect,
  flush,
  flushIsDue,
  flushOrKeep,
  recordOpen,
  writeEntry,
  writeRound
} from "./transcriptWriter.ts"

export type { Slots } from "./slotWaiting.ts"

export interface ContextServices {
  readonly recorder: Recorder["Service"]
  readonly streams: SessionStreamsShape
  readonly slots: Slots
  readonly requests: Requests["Service"]
  readonly inbox: Inbox["Service"]
  readonly budgets: Budgets["Service"]
}

const none = Option.none<number>()

const emitTo = (bound: Bound) => {
  const { clock, live, seat, streams } = bound
  return (event: RunnerEvent): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (live.closed) return Effect.void // I3
      const nowMillis = clock.currentTimeMillisUnsafe()
      live.observe(event, nowMillis)
      if (event.type === "token") collect(live, event.content, nowMillis)
      // A durable event is committed, then shown (I4). One that cannot be recorded ends the run.
      else if (isDurable(event.type)) return Effect.orDie(recordOpen(bound, { changes: [], events: [event] }))
      const crowded = publishOwn(streams, seat, none, event)
      if (flushIsDue(live, nowMillis)) return flushOrKeep(bound)
      if (crowded === 0 || live.yieldedAtTurn === crowded) return Effect.void
      live.yieldedAtTurn = crowded
      return Effect.yieldNow // I5: one turn for the readers, never a wait for them
    })
}

const reportCharged = (
  report: RunContext["report"],
  budgets: Budgets["Service"],
  flight: Flight
): RunContext["report"] =>
  flight.budgets === undefined
    ? report
    : (told) =>
        Effect.andThen(
          report(told),
          Effect.sync(() => budgets.charge(flight))
        )

/** Binds the port's context to a live run. */
export const makeContext = (
  services: ContextServices,
  flight: Flight,
  live: LiveRun,
  work: Pick<RunContext, "prompt" | "resume" | "stopCause">,
  clock: Clock.Clock
): RunContext => {
  const { budgets, inbox, recorder, requests, slots, streams } = services
  const seat = { childId: flight.job.childSessionId, ancestors: flight.ancestors }
  const bound: Bound = { recorder, streams, live, seat, clock }
  const whileWaiting = waitWith(bound, slots, flight)
  return {
    session: live.session,
    job: flight.job,
    ...work,
    emit: emitTo(bound),
    append: (entry) =>
      Effect.suspend(() =>
        live.closed ? Effect.void : Effect.orDie(Effect.andThen(flush(bound), writeEntry(bound, entry)))
      ),
    appendRound: (entries) =>
      Effect.suspend(() => (live.closed ? Effect.void : Effect.orDie(writeRound(bound, entries)))),
    ...artifactsOf(bound),
    whileWaiting,
    ask: requests.askFor(live, whileWaiting),
    inbox: inbox.forRun(live, flush(bound)),
    report: reportCharged(reportTo(bound), budgets, flight),
    admitCall: budgets.admitCall(flight),
    onceOnly: onceOnlyIn(bound),
    stopMode: Effect.sync(() => live.stopMode),
    aborted: Effect.suspend(() => {
      if (live.stopMode === "abort") return Effect.void
      live.aborted ??= Deferred.makeUnsafe<void>()
      return Deferred.await(live.aborted)
    })
  }
}
