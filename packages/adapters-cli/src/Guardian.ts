/**
 * One small shell per server that outlives it by seconds.
 *
 * It waits for the end of a pipe that only the server holds. When the server
 * dies without a word (`kill -9`, out of memory), it ends every process that
 * carries the mark of that server's boot. It never touches a later boot, so
 * a restart may be quicker than it.
 *
 * @stability unstable
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ChildProcess from "effect/process/ChildProcess"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import { CliHost } from "./CliHost.ts"
import { keys } from "./RunMark.ts"

/**
 * SIGTERM, up to two seconds, then SIGKILL in at most ten rounds: a round also
 * meets what was started since the last. Uses what a POSIX shell, grep and
 * sleep of any distribution offer.
 */
const script = `
mark=$1
marked() {
  for file in $(grep -lsF -e "$mark" /proc/[0-9]*/environ); do
    pid=\${file#/proc/}
    pid=\${pid%/environ}
    [ "$pid" = "$$" ] || echo "$pid"
  done
}
send() { for pid in $(marked); do kill -s "$1" "$pid" 2>/dev/null; done; }
while read -r _; do :; done
send TERM
round=0
while [ "$round" -lt 10 ] && [ -n "$(marked)" ]; do sleep 0.2; round=$((round + 1)); done
round=0
while [ "$round" -lt 10 ] && [ -n "$(marked)" ]; do send KILL; sleep 0.1; round=$((round + 1)); done
`

/** Where the shell finds grep and sleep: it inherits nothing, least of all a mark. */
const path = "/usr/local/bin:/usr/bin:/bin"

/**
 * Keeps a guardian while the layer lives. Without a POSIX shell there is none
 * and the log says so; `OrphanSweep` at the next start does the work then.
 */
export const layer: Layer.Layer<never, never, CliHost | ChildProcessSpawner.ChildProcessSpawner> = Layer.effectDiscard(
  Effect.gen(function* () {
    const host = yield* CliHost
    const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
    yield* spawner
      .spawn(
        ChildProcess.make("/bin/sh", ["-c", script, "offshoot-guardian", `${keys.boot}=${host.boot}`], {
          env: { PATH: path },
          extendEnv: false,
          stdin: "pipe",
          stdout: "ignore",
          stderr: "ignore",
          forceKillAfter: "1 second"
        })
      )
      .pipe(Effect.catch((error) => Effect.logWarning("guardian.not_started", error.reason._tag)))
  })
)
