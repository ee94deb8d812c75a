/**
 * `offshoot mcp`: sub-agents as the tools of a program that speaks the Model
 * Context Protocol, over standard input and output.
 *
 * Standard output belongs to the protocol. Everything else is on standard error.
 */
import { SessionMark } from "@offshoot/adapters-cli"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Option from "effect/Option"
import * as Stdio from "effect/Stdio"
import { Environment } from "../Environment.ts"
import * as StdioDoor from "../mcp/StdioDoor.ts"
import * as BackgroundServer from "./BackgroundServer.ts"
import type { Where } from "./Connect.ts"
import { Launch } from "./Launch.ts"
import { logging } from "./Logging.ts"
import { OwnOutput } from "./OwnOutput.ts"
import * as Screen from "./Screen.ts"
import { Signals } from "./Signals.ts"

const isNamed = ({ dataDir, url }: Where): boolean => Option.isSome(url) || Option.isSome(dataDir)

/** A program of a session finds the server that runs it, wherever it works; what is named on the command line counts more. */
const whereFor = (where: Where, mark: Option.Option<SessionMark.SessionMark>): Where =>
  isNamed(where) ? where : { ...where, dataDir: Option.map(mark, ({ dataDir }) => dataDir) }

const serving = Effect.fnUntraced(function* (where: Where) {
  const output = yield* OwnOutput
  const stdio = yield* output.claim(yield* Stdio.Stdio)
  const mark = SessionMark.fromEnvironment(yield* Environment)
  const { connected } = yield* BackgroundServer.make(whereFor(where, mark))
  const { folder } = yield* Launch
  yield* StdioDoor.serve({
    connected,
    folder,
    session: isNamed(where) ? Option.none() : Option.map(mark, ({ sessionId }) => sessionId)
  }).pipe(Effect.provideService(Stdio.Stdio, stdio))
})

/**
 * Serves one host until it goes away, or until a signal.
 *
 * **Interruption**: as when the host goes away. No agent ends with it.
 */
export const mcp = Effect.fn("Cli.mcp")(
  function* (where: Where) {
    const signals = yield* Signals
    yield* Effect.raceFirst(Effect.scoped(serving(where)), Effect.asVoid(signals.nth(1)))
  },
  (effect) => Effect.provide(effect, logging),
  Effect.provide([FetchHttpClient.layer, Screen.layerDeaf])
)
