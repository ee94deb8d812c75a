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

/**
 * A program of a session is below that session, on the server that runs it, whatever its configuration names: else its
 * agents would be free of the session's limits (I8).
 */
const whereFor = (where: Where, mark: Option.Option<SessionMark.SessionMark>): Where =>
  Option.match(mark, {
    onNone: () => where,
    onSome: ({ dataDir }) => ({ ...where, url: Option.none(), token: Option.none(), dataDir: Option.some(dataDir) })
  })

/** What else may name a server. */
const withoutServer = (environment: Readonly<Record<string, string | undefined>>) => ({
  ...environment,
  OFFSHOOT_URL: undefined,
  OFFSHOOT_TOKEN: undefined
})

const serving = Effect.fnUntraced(function* (where: Where) {
  const output = yield* OwnOutput
  const stdio = yield* output.claim(yield* Stdio.Stdio)
  const environment = yield* Environment
  const mark = SessionMark.fromEnvironment(environment)
  const { connected } = yield* BackgroundServer.make(whereFor(where, mark)).pipe(
    Effect.provideService(Environment, Option.isSome(mark) ? withoutServer(environment) : environment)
  )
  const { folder } = yield* Launch
  yield* StdioDoor.serve({
    connected,
    folder,
    session: Option.map(mark, ({ sessionId }) => sessionId)
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
