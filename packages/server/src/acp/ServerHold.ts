/**
 * The server that an editor's sessions are on: the one that runs on the data
 * directory, else one of our own in this process.
 *
 * It is looked for when it is first needed, so that an editor that only says hello
 * starts nothing. One of our own is told of in the data directory like any other:
 * a second editor, `offshoot watch` or `offshoot answer` find it there. A server of
 * somebody else that is gone is looked for again, or replaced.
 *
 * @stability unstable
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as FileSystem from "effect/FileSystem"
import type * as HttpClient from "effect/http/HttpClient"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Client from "../Client.ts"
import { type Connected, find, settingsOf, type Where } from "../cli/Connect.ts"
import * as HeldServer from "../cli/HeldServer.ts"
import * as Discovery from "../Discovery.ts"
import type * as Settings from "../Settings.ts"
import { version } from "../Version.ts"
import { nobodyRuns } from "./Failed.ts"
import { codes, RpcError } from "./JsonRpc.ts"

/** Another process may be starting a server on the same directory: it holds the directory before it can be found. */
const looks = Schedule.spaced("500 millis").pipe(Schedule.upTo({ times: 20 }))

export interface ServerHold {
  /** The server; the same one as long as it answers. */
  readonly connected: Effect.Effect<Connected, RpcError>
}

export interface Options {
  readonly where: Where
  /** The process that is named as the server's. */
  readonly pid: number
  /** Whether somebody else than a model of the configuration is to play. */
  readonly players: "agents" | "models"
}

const told = (error: { readonly message: string }): RpcError =>
  new RpcError({ code: codes.internal, message: error.message })

const hasModels = ({ models }: Settings.Settings): boolean => Object.keys(models.providers ?? {}).length > 0

/** A server of our own, until the scope closes: then it stops gracefully, and its data stays. */
const own = Effect.fnUntraced(function* ({ pid, players, where }: Options) {
  const settings = yield* settingsOf(where)
  if (players === "models" && !hasModels(settings)) {
    return yield* nobodyRuns(settings.agents.map(({ id }) => id))
  }
  const { start } = yield* Effect.promise(() => import("../cli/ServerRun.ts"))
  const running = yield* start({
    ...settings,
    server: { ...settings.server, host: "127.0.0.1", port: 0 },
    demo: false
  })
  const { local: url, token } = running
  yield* Discovery.publish(settings.dataDir, { url, token: Redacted.value(token), pid, version }).pipe(
    Effect.catch((error) => Effect.logWarning("discovery.not_written", error.message))
  )
  return { client: yield* Client.make({ baseUrl: url, token }), url }
})

/** One try: the server that is there, or our own. A place of its own for each, so that a failed start leaves nothing. */
const once = Effect.fnUntraced(function* (options: Options, scope: Scope.Scope) {
  const there = yield* find(options.where)
  if (Option.isSome(there)) return { connected: there.value, lasts: "by_itself" } satisfies HeldServer.Held
  const place = yield* Scope.fork(scope)
  const connected = yield* own(options).pipe(
    Scope.provide(place),
    Effect.onError((cause) => Scope.close(place, Exit.failCause(cause)))
  )
  return { connected, lasts: "with_us" } satisfies HeldServer.Held
})

/** The directory is somebody else's who cannot be found yet. */
const isHeld = (error: { readonly cause?: unknown }): boolean => {
  const { cause } = error
  return typeof cause === "object" && cause !== null && "condition" in cause && cause.condition === "locked"
}

/** Holds what is found or started until the scope closes. */
export const make: (
  options: Options
) => Effect.Effect<ServerHold, never, Scope.Scope | HttpClient.HttpClient | FileSystem.FileSystem> = Effect.fn(
  "acp.ServerHold.make"
)(function* (options: Options) {
  const scope = yield* Effect.scope
  const context = yield* Effect.context<HttpClient.HttpClient | FileSystem.FileSystem>()
  const look = once(options, scope).pipe(
    Effect.retry({ schedule: looks, while: isHeld }),
    Effect.mapError((error) => (error instanceof RpcError ? error : told(error))),
    Effect.provideContext(context)
  )
  return { connected: yield* HeldServer.make(look) }
})
