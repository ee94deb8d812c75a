/**
 * The real server as a child process: `offshoot serve` on a free port, with a
 * typed client of it.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Client } from "@offshoot/server"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Program from "./Program.ts"
import type { Workplace } from "./Workplace.ts"

export interface ServerProcess extends Program.Program {
  readonly url: string
  readonly port: number
  readonly token: string
  readonly client: Client.ClientShape
  /** Sends the signal and waits for the end. */
  readonly stop: (signal: NodeJS.Signals) => Effect.Effect<Program.Ended>
}

export interface Options {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly args?: ReadonlyArray<string>
  readonly cwd?: string
}

/** What a server prints once it accepts: its address and its token. */
export const readyLine = /^offshoot ready (http:\/\/\S+) token (\S+)$/

/** How a command finds the settings of the workplace. */
export const environmentOf = (workplace: Workplace): Record<string, string> => ({
  OFFSHOOT_DATA_DIR: workplace.dataDir,
  OFFSHOOT_CONFIG: workplace.config
})

/** Starts the server and returns when it has said that it is ready. */
export const start = (
  workplace: Workplace,
  options: Options = {}
): Effect.Effect<ServerProcess, Program.LineNotPrinted, Scope.Scope> =>
  Effect.gen(function* () {
    const program = yield* Program.start(["serve", "--port", "0", ...(options.args ?? [])], {
      cwd: options.cwd ?? workplace.folder,
      env: { ...environmentOf(workplace), ...options.env }
    })
    const [, url = "", token = ""] = readyLine.exec(yield* program.line(readyLine)) ?? []
    const port = Number(new URL(url).port)
    workplace.usesPort(port)
    const client = yield* Client.make({ baseUrl: url, token: Redacted.make(token) }).pipe(
      Effect.provide(NodeHttpClient.layerFetch)
    )
    return {
      ...program,
      url,
      port,
      token,
      client,
      stop: (signal) => Effect.andThen(program.signal(signal), program.ended)
    }
  })
