/**
 * The way from SIGTERM to nobody alive.
 *
 * Asks, waits for the grace time, then kills, and looks again until a scan
 * finds nothing. Who is meant is the caller's choice: one run, or everything
 * that a dead server left behind.
 *
 * Race: a process that is started while its parent is being killed carries
 * the mark too, so the next look finds it. The look that ends the ladder saw
 * nobody who could start another.
 *
 * @stability unstable
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type { MarkedProcess, ProcessTable, StopSignal } from "./ProcessTable.ts"
import type { RunMark } from "./RunMark.ts"

export interface StopRequest {
  /** Which marked processes must go. */
  readonly select: (mark: RunMark) => boolean
  /** A group that must go with them, unmarked members included. */
  readonly group: OwnedGroup | undefined
  /** From SIGTERM to SIGKILL. Zero kills at once. */
  readonly grace: Duration.Duration
  /** Returns when the grace time must end now. */
  readonly cut: Effect.Effect<void>
}

/** A process group that this process started. */
export interface OwnedGroup {
  readonly leader: number
  readonly leaderRunning: Effect.Effect<boolean>
  /** Returns once the leader has been waited for. */
  readonly leaderGone: Effect.Effect<void>
}

export interface StopReport {
  /** Everybody who was seen alive and had to be signalled. */
  readonly signalled: ReadonlyArray<MarkedProcess>
  /** Who outlived SIGKILL: stuck in the kernel, or not ours to signal. */
  readonly survivors: ReadonlyArray<MarkedProcess>
}

/** Looks after 10 ms, then ever more rarely, five times a second in the end: a scan costs file reads. */
const pace = Schedule.min([Schedule.exponential("10 millis", 1.6), Schedule.spaced("200 millis")])

/** A killed process leaves within milliseconds; after this long it is stuck and waiting more is no use. */
const killWait = Duration.seconds(2)

const untilNobody = <A>(look: Effect.Effect<ReadonlyArray<A>>): Effect.Effect<ReadonlyArray<A>> =>
  Effect.repeat(look, { until: (alive) => alive.length === 0, schedule: pace })

/** Sends signals for one request and remembers who got one. */
const signaller = (table: ProcessTable["Service"], group: OwnedGroup | undefined) => {
  const signalled = new Map<number, MarkedProcess>()
  const toGroup = (signal: StopSignal) =>
    group === undefined ? Effect.succeed(false) : table.signal({ type: "group", leader: group.leader }, signal)
  const toEach = (processes: ReadonlyArray<MarkedProcess>, signal: StopSignal) =>
    Effect.forEach(processes, ({ pid, startedTicks }) => table.signal({ type: "process", pid, startedTicks }, signal), {
      discard: true
    })
  const remember = (processes: ReadonlyArray<MarkedProcess>) =>
    Effect.sync(() => {
      for (const process of processes) signalled.set(process.pid, process)
    })
  /** Kills who is left of the group without a mark, and waits for it; a group that is gone costs one signal. */
  const clearGroup = Effect.gen(function* () {
    if (group === undefined || !(yield* toGroup("SIGKILL"))) return
    const members = Effect.tap(table.membersOf(group.leader), () => toGroup("SIGKILL"))
    yield* Effect.timeoutOption(untilNobody(members), killWait)
  })
  return {
    clearGroup,
    /**
     * Asks once. Members of the group get the group's signal and no second one, which some programs read as
     * "at once"; who is started after this is part of somebody's cleaning up and is not asked.
     */
    ask: (present: ReadonlyArray<MarkedProcess>) =>
      Effect.andThen(
        remember(present),
        Effect.andThen(
          toGroup("SIGTERM"),
          toEach(
            present.filter((process) => process.group !== group?.leader),
            "SIGTERM"
          )
        )
      ),
    kill: (alive: ReadonlyArray<MarkedProcess>) =>
      Effect.andThen(remember(alive), Effect.andThen(toGroup("SIGKILL"), toEach(alive, "SIGKILL"))),
    report: (survivors: ReadonlyArray<MarkedProcess>): StopReport => ({ signalled: [...signalled.values()], survivors })
  }
}

/**
 * Ends everybody the request selects.
 *
 * **Interruption**: leaves whoever is still alive alive. Run it where nothing
 * interrupts, in a finalizer.
 */
export const stop = Effect.fn("StopLadder.stop")(function* (table: ProcessTable["Service"], request: StopRequest) {
  const { group } = request
  const leaderGone = group === undefined ? Effect.void : group.leaderGone
  const signals = signaller(table, group)
  const look = Effect.map(table.marked, (all) => all.filter((process) => request.select(process.mark)))

  const present = yield* look
  if (present.length === 0 && (group === undefined || !(yield* group.leaderRunning))) {
    yield* signals.clearGroup
    return signals.report([])
  }
  if (Duration.isGreaterThan(request.grace, Duration.zero)) {
    yield* signals.ask(present)
    const inTime = yield* Effect.raceFirst(
      Effect.as(Effect.andThen(leaderGone, untilNobody(look)), true),
      Effect.as(request.cut, false)
    ).pipe(Effect.timeoutOrElse({ duration: request.grace, orElse: () => Effect.succeed(false) }))
    if (inTime) {
      yield* signals.clearGroup
      return signals.report([])
    }
  }
  const killing = untilNobody(Effect.tap(look, signals.kill))
  const killed = yield* Effect.timeoutOption(Effect.andThen(killing, leaderGone), killWait)
  if (Option.isSome(killed)) {
    yield* signals.clearGroup
    return signals.report([])
  }
  const survivors = yield* look
  yield* Effect.logWarning("processes.survived").pipe(
    Effect.annotateLogs({ pids: survivors.map((process) => process.pid).join(" ") })
  )
  return signals.report(survivors)
})
