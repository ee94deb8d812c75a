/** How a live run waits for somebody without holding a slot (I10). */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { RunContext, Waiting } from "../ExternalChildRunner.ts"
import type { SessionStatus } from "../Session.ts"
import type { Flight } from "./flights.ts"
import { publishOwn } from "./publisher.ts"
import { patiently } from "./recorder.ts"
import type { Bound } from "./transcriptWriter.ts"

/** Gives up a run's slot and gets one back. */
export interface Slots {
  readonly leave: (flight: Flight) => void
  /** **Interruption**: the run goes on without a slot, towards its settling. */
  readonly reenter: (flight: Flight) => Effect.Effect<void>
}

const changeStatus = (bound: Bound, command: "Await" | "Resume", waiting: Waiting): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { live, recorder, seat, streams } = bound
    const { childSessionId: sessionId, runId } = live.job
    const change =
      command === "Await" ? ({ _tag: command, runId, waiting } as const) : ({ _tag: command, runId } as const)
    const eventOf = (status: SessionStatus) => ({ type: "session_status_changed", sessionId, status }) as const
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

/**
 * Gets a slot again; false: the run was told to stop, and settles without one.
 * A runner that has given up its waiting, by a time limit of its own, goes on
 * and so needs a slot: only the verdict ends this, never an interruption.
 */
const comeBack = ({ live }: Bound, slots: Slots, flight: Flight): Effect.Effect<boolean> =>
  Effect.suspend(() =>
    Deferred.isDoneUnsafe(live.verdict)
      ? Effect.succeed(false)
      : Effect.raceFirst(
          Effect.as(Effect.interruptible(slots.reenter(flight)), true),
          Effect.as(Effect.interruptible(Deferred.await(live.verdict)), false)
        )
  )

/** The slot is free while `effect` waits. Waits that overlap count as one, of the first one's kind. */
export const waitWith = (bound: Bound, slots: Slots, flight: Flight): RunContext["whileWaiting"] => {
  let waits = 0
  return <A, E, R>(waiting: Waiting, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    const { clock, live } = bound
    const enter = Effect.suspend(() => {
      waits += 1
      if (waits > 1) return Effect.void
      live.beginWaiting(waiting, clock.currentTimeMillisUnsafe())
      return Effect.tap(changeStatus(bound, "Await", waiting), () => Effect.sync(() => slots.leave(flight)))
    })
    const leave = Effect.suspend(() => {
      waits -= 1
      if (waits > 0) return Effect.void
      return Effect.flatMap(comeBack(bound, slots, flight), (back) => {
        live.endWaiting(clock.currentTimeMillisUnsafe())
        return back ? changeStatus(bound, "Resume", waiting) : Effect.void
      })
    })
    return Effect.acquireUseRelease(
      enter,
      () => effect,
      () => leave
    )
  }
}
