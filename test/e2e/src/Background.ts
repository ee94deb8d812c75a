/**
 * Servers that no test starts itself: `offshoot mcp` has started them in the
 * background. Each holds the pipe of its workplace open, as children do, so that
 * the workplace's end waits for the end of these processes as well.
 */
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Client, Discovery } from "@offshoot/server"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Machine from "./Machine.ts"
import * as ServerProcess from "./ServerProcess.ts"
import * as Workplace from "./Workplace.ts"

const heldKey = "E2E_HELD"

const heldOf = ({ folder }: Workplace.Workplace): string => NodePath.join(folder, "held")

/** Opened by Node itself before the program; nothing that the program starts gets the handle. */
const hold = `--import=data:text/javascript,process.getBuiltinModule('node:fs').openSync(process.env.${heldKey},'r+')`

/** What `offshoot mcp` needs to find the settings of the workplace; the server that it starts gets it too. */
export const environmentOf = (workplace: Workplace.Workplace): Record<string, string> => ({
  ...ServerProcess.environmentOf(workplace),
  [heldKey]: heldOf(workplace),
  NODE_OPTIONS: hold
})

/** The servers that run in the background of a workplace. */
export const servers = (workplace: Workplace.Workplace): ReadonlyArray<number> =>
  Machine.marked(`${heldKey}=${heldOf(workplace)}`).filter((pid) => Machine.commandOf(pid).includes("--idle-exit"))

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Discovery.Found))

/** The server that now has the data directory, by the file that it left there. */
export const found = (workplace: Workplace.Workplace): Discovery.Found =>
  decode(NodeFS.readFileSync(NodePath.join(workplace.dataDir, Discovery.fileName), "utf8"))

/** A client of it. */
export const client = (workplace: Workplace.Workplace): Effect.Effect<Client.ClientShape> =>
  Effect.suspend(() => {
    const { token, url } = found(workplace)
    return Client.make({ baseUrl: url, token: Redacted.make(token) }).pipe(Effect.provide(NodeHttpClient.layerFetch))
  })

/** A workplace whose background servers are told to stop at its end. */
export const workplace = (options: Workplace.Options = {}): Effect.Effect<Workplace.Workplace, never, Scope.Scope> =>
  Effect.tap(Workplace.make(options), (made) =>
    Effect.addFinalizer(() =>
      Effect.sync(() => {
        for (const pid of servers(made)) process.kill(pid, "SIGTERM")
      })
    )
  )
