/**
 * What a runner is given: `emit`, `append`, `whileWaiting`, bound to one run.
 * The hot path of the whole program is `emit`.
 */
import type * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { isDurable, type RunnerEvent } from "../AgentEvent.ts"
import type { RunContext, Waiting } from "../ExternalChildRunner.ts"
import * as Ids from "../Ids.ts"
import type { Message } from "../Session.ts"
import type { Change, StoreError } from "../SessionStore.ts"
import type { SessionStreamsShape } from "../SessionStreams.ts"
import type { Flight } from "./flights.ts"
import type { LiveRun } from "./liveRun.ts"
import { type Seat, publishOwn } from "./publisher.ts"
import { patiently, type Recorder } from "./recorder.ts"

/** Gives up a run's slot and gets one back. */
export interface Slots {
  readonly leave: (flight: Flight) => void
  /** **Interruption**: the run goes on without a slot, towards its settling. */
  readonly reenter: (flight: Flight) => Effect.Effect<void>
}

export interface ContextServices {
  readonly recorder: Recorder["Service"]
  readonly streams: SessionStreamsShape
  readonly slots: Slots
}

/** Text is written to the transcript when this much has gathered. */
const flushChars = 65_536
/** Or when the oldest of it has waited this long, at the next event. */
const flushMillis = 5_000
/** What one run may add to the transcript: sixteen million characters. More is shown live and dropped here. */
const transcriptCharsMax = 16_777_216

interface Bound extends ContextServices {
  readonly flight: Flight
  readonly live: LiveRun
  readonly seat: Seat
  readonly clock: Clock.Clock
}

const collect = (live: LiveRun, content: string, nowMillis: number): void => {
  if (live.storedChars + live.text.length + content.length > transcriptCharsMax) {
    live.textDropped = true
    return
  }
  if (live.text === "") live.textSinceMillis = nowMillis
  live.text += content
}

const flushIsDue = (live: LiveRun, nowMillis: number): boolean =>
  live.text.length >= flushChars || (live.text !== "" && nowMillis - live.textSinceMillis >= flushMillis)

/** One try to add an entry; `written` is called as soon as it is recorded, also for a caller that is stopped meanwhile. */
const writeOnce = (
  bound: Bound,
  entry: Pick<Message, "role" | "text" | "hidden">,
  written: () => void
): Effect.Effect<void, StoreError> =>
  Effect.flatMap(Ids.makeMessageId, (id) => {
    const { clock, flight, recorder, seat, streams } = bound
    const { childSessionId: sessionId, runId } = flight.job
    const message: Message = { ...entry, id, sessionId, runId, createdAtMillis: clock.currentTimeMillisUnsafe() }
    const event = { type: "message_appended", sessionId, messageId: id, role: entry.role } as const
    const changes: ReadonlyArray<Change> = [
      { _tag: "MessageAppended", message },
      { _tag: "EventRecorded", sessionId, event }
    ]
    return recorder.commit(changes, (numbers) => {
      written()
      publishOwn(streams, seat, Option.fromUndefinedOr(numbers[0]), event)
    })
  })

/** Tries as long as the run is not closed: a runner that was given up may still be trying (I3). */
const whileOpen = (live: LiveRun, once: () => Effect.Effect<void, StoreError>): Effect.Effect<void, StoreError> =>
  patiently(Effect.suspend(() => (live.closed ? Effect.void : once())))

const writeEntry = (bound: Bound, entry: Pick<Message, "role" | "text" | "hidden">): Effect.Effect<void, StoreError> =>
  whileOpen(bound.live, () => writeOnce(bound, entry, () => undefined))

/**
 * Moves the gathered text to the transcript. Between two tries the text is
 * back where the settling finds it; what was not written is kept.
 */
const flush = (bound: Bound): Effect.Effect<void, StoreError> => {
  const { live } = bound
  return whileOpen(live, () => {
    const { text } = live
    if (text === "") return Effect.void
    live.text = ""
    live.storedChars += text.length
    let kept = true
    const written = (): void => {
      kept = false
    }
    const putBack = Effect.sync(() => {
      if (!kept) return
      live.text = text + live.text
      live.storedChars -= text.length
      live.textSinceMillis = bound.clock.currentTimeMillisUnsafe()
    })
    return Effect.onError(writeOnce(bound, { role: "assistant", text, hidden: false }, written), () => putBack)
  })
}

/** The same, and what cannot be written now waits for the next time. */
const flushOrKeep = (bound: Bound): Effect.Effect<void> =>
  flush(bound).pipe(Effect.catch((error) => Effect.logWarning("transcript.not_written", error)))

/** A durable event is committed, then shown (I4). One that cannot be recorded ends the run. */
const recordAndShow = ({ live, recorder, seat, streams }: Bound, event: RunnerEvent): Effect.Effect<void> =>
  whileOpen(live, () =>
    recorder.commit([{ _tag: "EventRecorded", sessionId: seat.childId, event }], (numbers) => {
      publishOwn(streams, seat, Option.fromUndefinedOr(numbers[0]), event)
    })
  ).pipe(Effect.orDie)

const emitTo = (bound: Bound) => {
  const { clock, live, seat, streams } = bound
  return (event: RunnerEvent): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (live.closed) return Effect.void // I3
      const nowMillis = clock.currentTimeMillisUnsafe()
      live.observe(event, nowMillis)
      if (event.type === "token") collect(live, event.content, nowMillis)
      else if (isDurable(event.type)) return recordAndShow(bound, event)
      const crowded = publishOwn(streams, seat, none, event)
      if (flushIsDue(live, nowMillis)) return flushOrKeep(bound)
      if (crowded === 0 || live.yieldedAtTurn === crowded) return Effect.void
      live.yieldedAtTurn = crowded
      return Effect.yieldNow // I5: one turn for the readers, never a wait for them
    })
}

const none = Option.none<number>()

const changeStatus = (bound: Bound, command: "Await" | "Resume", waiting: Waiting): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { flight, live, recorder, seat, streams } = bound
    const { childSessionId: sessionId, runId } = flight.job
    const change =
      command === "Await" ? ({ _tag: command, runId, waiting } as const) : ({ _tag: command, runId } as const)
    const eventOf = (status: LiveRun["session"]["status"]) =>
      ({ type: "session_status_changed", sessionId, status }) as const
    return patiently(
      recorder.transact(live.session, change, (next) => ({
        changes: [{ _tag: "EventRecorded", sessionId, event: eventOf(next.status) }],
        show: (numbers) => {
          publishOwn(streams, seat, Option.fromUndefinedOr(numbers[0]), eventOf(next.status))
        }
      }))
    ).pipe(
      Effect.map((session) => {
        live.session = session
      }),
      // A cancel came first: the run is being stopped, and its status is the cancel's.
      Effect.catchTag("Refused", () => Effect.void),
      Effect.orDie
    )
  })

/** I10: the slot is free while `effect` waits. Waits that overlap count as one, of the first one's kind. */
const waitWith = (bound: Bound) => {
  let waits = 0
  return <A, E, R>(waiting: Waiting, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    const { clock, flight, live, slots } = bound
    const enter = Effect.suspend(() => {
      waits += 1
      if (waits > 1) return Effect.void
      live.beginWaiting(waiting, clock.currentTimeMillisUnsafe())
      return Effect.tap(changeStatus(bound, "Await", waiting), () => Effect.sync(() => slots.leave(flight)))
    })
    const leave = Effect.suspend(() => {
      waits -= 1
      if (waits > 0) return Effect.void
      // Interrupted while it waits for a slot: it settles without one.
      return Effect.flatMap(Effect.exit(Effect.interruptible(slots.reenter(flight))), (reentered) => {
        live.endWaiting(clock.currentTimeMillisUnsafe())
        return Exit.isSuccess(reentered) ? changeStatus(bound, "Resume", waiting) : Effect.void
      })
    })
    return Effect.acquireUseRelease(
      enter,
      () => effect,
      () => leave
    )
  }
}

/** Binds the port's context to a live run. */
export const makeContext = (
  services: ContextServices,
  flight: Flight,
  live: LiveRun,
  prompt: string,
  clock: Clock.Clock
): RunContext => {
  const seat: Seat = { childId: flight.job.childSessionId, ancestors: flight.ancestors }
  const bound: Bound = { ...services, flight, live, seat, clock }
  return {
    session: live.session,
    job: flight.job,
    prompt,
    emit: emitTo(bound),
    append: (entry) =>
      Effect.suspend(() =>
        live.closed ? Effect.void : Effect.orDie(Effect.andThen(flush(bound), writeEntry(bound, entry)))
      ),
    whileWaiting: waitWith(bound),
    stopMode: Effect.sync(() => live.stopMode),
    aborted: Effect.suspend(() => {
      if (live.stopMode === "abort") return Effect.void
      live.aborted ??= Deferred.makeUnsafe<void>()
      return Deferred.await(live.aborted)
    })
  }
}
