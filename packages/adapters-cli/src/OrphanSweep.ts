/**
 * Ends what a dead server left running.
 *
 * Run it once at the start of a server, before anything is launched again: a
 * program that survived `kill -9` of its server still works on files that the
 * run's successor is about to touch.
 *
 * @stability unstable
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { CliHost } from "./CliHost.ts"
import { type MarkedProcess, ProcessTable } from "./ProcessTable.ts"
import * as StopLadder from "./StopLadder.ts"

/** Nobody waits for these any more: long enough to close files, short enough not to delay a start. */
const orphanGrace = Duration.seconds(2)

export interface Swept {
  /** The processes that were found alive and told to go. */
  readonly ended: ReadonlyArray<MarkedProcess>
  readonly survivors: ReadonlyArray<MarkedProcess>
}

/**
 * Ends every process that carries this host's instance and the mark of an
 * earlier boot, except those of the runs in `keep`.
 *
 * **Details**: a process of this boot is never touched, so that it is safe to
 * call while runs are live. Finds nothing with `ProcessTable.layerNone`.
 *
 * **Interruption**: leaves the rest of the orphans alive; call it again.
 */
export const sweepOrphans = Effect.fn("OrphanSweep.sweepOrphans")(function* (options?: {
  readonly keep?: ReadonlySet<string>
}) {
  const host = yield* CliHost
  const table = yield* ProcessTable
  const report = yield* StopLadder.stop(table, {
    select: (mark) =>
      mark.instance === host.instance && mark.boot !== host.boot && options?.keep?.has(mark.runId) !== true,
    group: undefined,
    grace: orphanGrace,
    cut: Effect.never
  })
  if (report.signalled.length > 0) {
    yield* Effect.logInfo("orphans.ended").pipe(
      Effect.annotateLogs({ runIds: [...new Set(report.signalled.map((process) => process.mark.runId))].join(" ") })
    )
  }
  const swept: Swept = { ended: report.signalled, survivors: report.survivors }
  return swept
})
