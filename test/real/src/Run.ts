/**
 * One run with real programs: it has them installed while there is a network,
 * and then goes where there is none. The processes and the files of a run end
 * with it; the cache stays.
 */
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Cache from "./Cache.ts"
import * as Handover from "./Handover.ts"
import * as LoopbackNamespace from "./LoopbackNamespace.ts"
import { type ProgramId, specOf } from "./ProgramList.ts"
import * as RealPrograms from "./RealPrograms.ts"

/** The lines of a run, on standard error: standard output belongs to what it runs. */
export const say = (line: string): Effect.Effect<void> =>
  Effect.sync(() => {
    NodeFS.writeSync(2, `${line}\n`)
  })

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Removes the folders of runs that were killed: their names begin with the process that made them. */
const tidy = (runs: string): void => {
  for (const name of NodeFS.readdirSync(runs)) {
    if (!alive(Number(name.split("-")[0]))) NodeFS.rmSync(NodePath.join(runs, name), { recursive: true, force: true })
  }
}

/**
 * The programs of a run and the folder for what does not outlive it. One after
 * the other, so that a slow line is not shared.
 *
 * Fails when nothing could be run without the network.
 */
export const prepare = (
  ids: ReadonlyArray<ProgramId>
): Effect.Effect<Handover.Handover, LoopbackNamespace.NamespaceImpossible, Scope.Scope> =>
  Effect.gen(function* () {
    yield* LoopbackNamespace.check
    const root = Cache.root(process.env)
    const runs = NodePath.join(root, "runs")
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => {
        NodeFS.mkdirSync(runs, { recursive: true })
        tidy(runs)
        return NodeFS.mkdtempSync(NodePath.join(runs, `${process.pid}-`))
      }),
      (made) => Effect.sync(() => NodeFS.rmSync(made, { recursive: true, force: true }))
    )
    const programs = yield* Effect.forEach(ids, (id) =>
      Effect.tap(RealPrograms.install(specOf(id), root, say), (outcome) =>
        outcome.type === "installed"
          ? say(`${id} ${outcome.version}: installed`)
          : say(`${id} ${outcome.version}: NOT INSTALLED: ${outcome.reason}`)
      )
    )
    return { programs, folder }
  })

/** Runs a command where the programs are and the network is not. **Interruption**: ends all that it started. */
export const enter = (
  command: ReadonlyArray<string>,
  handover: Handover.Handover,
  limit: Duration.Duration,
  env: Readonly<Record<string, string>> = {}
): Effect.Effect<LoopbackNamespace.Ended> =>
  LoopbackNamespace.run(command, {
    env: { ...process.env, ...env, [Handover.variable]: Handover.encode(handover) },
    output: "inherit",
    limit
  })
