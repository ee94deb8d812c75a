/**
 * A place in a shell command at which it tells that it has come there, and
 * waits to be let on: so that a test knows that a tool runs, without looking
 * again and again.
 *
 *     const waypoint = yield* Waypoint.make(place)
 *     // the script: `shell ${waypoint.command} ;; say done`
 *     yield* waypoint.reached
 *     yield* waypoint.pass
 */
import * as NodeChildProcess from "node:child_process"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Place } from "./RealProgram.ts"

export interface Waypoint {
  /** For `sh` and `bash`. It waits for ever when nobody lets it pass. */
  readonly command: string
  /** Returns once the command has come to the waypoint, also when that was before. */
  readonly reached: Effect.Effect<void>
  readonly pass: Effect.Effect<void>
}

/** Makes a waypoint in the repository of the place, where every sandbox lets a command write. */
export const make = (place: Pick<Place, "cwd">): Effect.Effect<Waypoint, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const folder = NodePath.join(place.cwd, `.waypoint-${NodeFS.readdirSync(place.cwd).length}`)
        NodeFS.mkdirSync(folder)
        const [here, on] = [`${folder}/here`, `${folder}/on`]
        NodeChildProcess.execFileSync("mkfifo", [here, on])
        const reached = Deferred.makeUnsafe<void>()
        const reader = NodeChildProcess.spawn("cat", [here], { stdio: "ignore" })
        reader.once("exit", () => Deferred.doneUnsafe(reached, Effect.void))
        // Open at both ends, so that what is written stays until it is read.
        const gate = NodeFS.openSync(on, "r+")
        return { reader, gate, reached, command: `echo > ${here}; read -r _ < ${on}` }
      }),
      ({ gate, reader }) =>
        Effect.sync(() => {
          reader.kill("SIGKILL")
          NodeFS.closeSync(gate)
        })
    ),
    ({ command, gate, reached }) => ({
      command,
      reached: Deferred.await(reached),
      pass: Effect.sync(() => {
        NodeFS.writeSync(gate, "on\n")
      })
    })
  )
