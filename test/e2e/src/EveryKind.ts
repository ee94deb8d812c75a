/** The server of the kill loop as a process, always at the same address, so that its clients find the next one. */
import * as NodePath from "node:path"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Client } from "@offshoot/server"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Program from "./Program.ts"
import * as ServerProcess from "./ServerProcess.ts"
import type { Workplace } from "./Workplace.ts"

const entry = NodePath.join(import.meta.dirname, "everyKindServer.ts")

/** What its clients show. */
export const token = "everykind"

/** The file with the run ids that the completion handler took. */
export const toldFile = (workplace: Workplace): string => NodePath.join(workplace.folder, "told")

/** Starts it; 0 is any free port. */
export const launch = (workplace: Workplace, port: number): Effect.Effect<Program.Program, never, Scope.Scope> =>
  Program.start([String(port), toldFile(workplace)], {
    cwd: workplace.folder,
    entry,
    env: { ...ServerProcess.environmentOf(workplace), OFFSHOOT_TOKEN: token }
  })

export interface Ready {
  readonly port: number
  readonly client: Client.ClientShape
}

/** Returns once it accepts. */
export const ready = (workplace: Workplace, program: Program.Program): Effect.Effect<Ready, Program.LineNotPrinted> =>
  Effect.gen(function* () {
    const [, url = ""] = ServerProcess.readyLine.exec(yield* program.line(ServerProcess.readyLine)) ?? []
    const port = Number(new URL(url).port)
    workplace.usesPort(port)
    const client = yield* Client.make({ baseUrl: url, token: Redacted.make(token) }).pipe(
      Effect.provide(NodeHttpClient.layerFetch)
    )
    return { port, client }
  })
