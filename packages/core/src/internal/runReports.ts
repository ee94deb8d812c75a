/**
 * What a live run tells of itself, and how the record follows: a resume handle,
 * artifacts and an open tool call at once, usage with the next thing that is
 * recorded.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { RunContext } from "../ExternalChildRunner.ts"
import type { OpenToolCall, RunReport } from "../SpawnJob.ts"
import { artifactsMax } from "./liveRun.ts"
import { type Bound, recordOpen } from "./transcriptWriter.ts"

/** Calls that a run may have open at once; no agent makes that many, and each change of them is a commit. */
const openCallsMax = 64

/** Calls that are remembered until their answers are recorded: more than a round may have. */
const begunCallsMax = 256

const owe = ({ live }: Bound, report: RunReport): void => {
  live.report = report
  live.reportOwed = true
}

/** Records the report as it is now; a run that cannot record it ends. */
const recordNow = (bound: Bound): Effect.Effect<void> => Effect.orDie(recordOpen(bound, { changes: [], events: [] }))

export const reportTo =
  (bound: Bound): RunContext["report"] =>
  (told) =>
    Effect.suspend(() => {
      const { report } = bound.live
      const named = told.artifacts === undefined ? {} : { artifacts: told.artifacts.slice(0, artifactsMax) }
      owe(bound, { ...report, ...told, ...named })
      const isNews = (told.resume ?? report.resume) !== report.resume || told.artifacts !== undefined
      return isNews ? recordNow(bound) : Effect.void
    })

const begin = (bound: Bound, call: OpenToolCall): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { live } = bound
    // A run that was given up records nothing more, so it begins nothing that must be recorded.
    if (live.closed) return Effect.interrupt
    const open = live.report.openToolCalls ?? []
    if (open.length >= openCallsMax) {
      return Effect.die(
        new RangeError(`a run may have at most ${openCallsMax} tool calls open that must not be repeated`)
      )
    }
    const begunToolCalls = [...(live.report.begunToolCalls ?? []), call.toolCallId].slice(-begunCallsMax)
    owe(bound, { ...live.report, openToolCalls: [...open, call], begunToolCalls })
    // Closed while it was being recorded: the same.
    return Effect.andThen(
      recordNow(bound),
      Effect.suspend(() => (live.closed ? Effect.interrupt : Effect.void))
    )
  })

/** What cannot be recorded now is recorded with the next thing; until then the outcome counts as unknown, which is safe. */
const end = (bound: Bound, call: OpenToolCall): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { openToolCalls = [], ...rest } = bound.live.report
    owe(bound, { ...rest, openToolCalls: openToolCalls.filter((open) => open !== call) })
    return recordOpen(bound, { changes: [], events: [] })
  }).pipe(Effect.catch((error) => Effect.logWarning("tool_call.end_not_recorded", error)))

export const onceOnlyIn =
  (bound: Bound): RunContext["onceOnly"] =>
  ({ toolCallId, toolName }, effect) =>
    Effect.suspend(() => {
      const call: OpenToolCall = { toolCallId, toolName, sinceMillis: bound.clock.currentTimeMillisUnsafe() }
      return Effect.acquireUseRelease(
        begin(bound, call),
        () => effect,
        // Cut off in the middle, nobody knows how far it came: it stays open.
        (_, exit) => (Exit.hasInterrupts(exit) ? Effect.void : end(bound, call))
      )
    })
