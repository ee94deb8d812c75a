/**
 * `offshoot acp`: a root session as the agent of an editor, over standard input
 * and output, by the Agent Client Protocol.
 *
 * It talks to the server of the data directory like every other command. Without
 * one it is one itself until the editor goes away; then that server stops
 * gracefully: programs end, jobs stay in the data directory, and the next start
 * takes them up. Of a server of somebody else it stops nothing: viewing is not
 * owning.
 *
 * Standard output belongs to the protocol. Everything else is on standard error.
 */
import * as NodeProcess from "node:process"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stdio from "effect/Stdio"
import * as AgentSide from "../acp/AgentSide.ts"
import * as Peer from "../acp/Peer.ts"
import * as ServerHold from "../acp/ServerHold.ts"
import type { Where } from "./Connect.ts"
import { StopTimedOut } from "./Failures.ts"
import { logging } from "./Logging.ts"
import { OwnOutput } from "./OwnOutput.ts"
import * as Screen from "./Screen.ts"
import { Signals } from "./Signals.ts"

export interface AcpInput {
  readonly where: Where
  /** Who plays the roots, and how. */
  readonly players: AgentSide.Players
}

/** As a server that is asked to stop: the grace time of children, and what recording takes. */
const stopTimeout = Duration.seconds(30)

/** Until the editor ends its side of the connection. */
const serving = Effect.fnUntraced(function* ({ players, where }: AcpInput) {
  const output = yield* OwnOutput
  const stdio = yield* output.claim(yield* Stdio.Stdio)
  const peer = yield* Effect.provideService(Peer.make, Stdio.Stdio, stdio)
  const hold = yield* ServerHold.make({
    where,
    pid: NodeProcess.pid,
    players: Option.isSome(players.agent) ? "agents" : "models"
  })
  yield* peer.serve(yield* AgentSide.make({ peer, hold, players }))
})

/** Closes in the background, so that a stop that hangs can be given up. */
const stopped = Effect.fnUntraced(function* (scope: Scope.Closeable) {
  const closing = yield* Effect.forkDetach(Scope.close(scope, Exit.void), { startImmediately: true })
  if (Option.isNone(yield* Effect.timeoutOption(Fiber.await(closing), stopTimeout))) {
    return yield* new StopTimedOut({ seconds: Duration.toSeconds(stopTimeout) })
  }
})

/**
 * Serves one editor until it goes away, or until a signal.
 *
 * **Interruption**: as when the editor goes away.
 */
export const acp = Effect.fn("Cli.acp")(
  function* (input: AcpInput) {
    const signals = yield* Signals
    const scope = yield* Scope.make()
    const served = yield* Effect.exit(Effect.raceFirst(Scope.provide(serving(input), scope), signals.nth(1)))
    yield* stopped(scope)
    if (Exit.isFailure(served)) return yield* Effect.failCause(served.cause)
  },
  (effect) => Effect.provide(effect, logging),
  Effect.provide([FetchHttpClient.layer, Screen.layerDeaf])
)
