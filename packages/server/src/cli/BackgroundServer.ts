/**
 * The one server of a data directory, for programs that come and go: the one that
 * runs, or one that is started in the background and outlives whoever started it.
 *
 * Work that was accepted goes on when its host dies, so the server must not be a
 * part of the host's process. It ends by itself when it is idle.
 *
 * Two that start one at once: the data directory has one lock. The second server
 * ends, and its starter finds the first.
 */
import * as NodePath from "node:path"
import { RunMark, SessionMark } from "@offshoot/adapters-cli"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as HttpClient from "effect/http/HttpClient"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import { Environment } from "../Environment.ts"
import * as Detached from "../internal/detached.ts"
import { launchCommand } from "../mcp/LaunchCommand.ts"
import { type Connected, find, settingsOf, type Where } from "./Connect.ts"
import * as HeldServer from "./HeldServer.ts"
import { Launch } from "./Launch.ts"

/** The server is not there and could not be started. */
export class NoServer extends Data.TaggedError("NoServer")<{ readonly told: string }> {
  override get message(): string {
    return this.told
  }
}

/** A cold start takes some two seconds, on a busy machine ten times as much. */
const startTimeout = Duration.seconds(30)
const lookEvery = Duration.millis(100)
/** One that lost the race for the data directory has ended; the winner needs as long as a start takes. */
const afterEndTimeout = Duration.seconds(10)

/** How long the server stays when nobody needs it: as long as a person thinks about what to do next. */
const idleMinutes = 10

const logName = "background.log"

/** The marks of a run are not its: else it would be ended with whoever started it. */
const own = (environment: Readonly<Record<string, string | undefined>>) => {
  const marks: ReadonlySet<string> = new Set([...Object.values(RunMark.keys), ...Object.values(SessionMark.keys)])
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !marks.has(name)))
}

const told = (error: { readonly message: string }): NoServer => new NoServer({ told: error.message })

/** `port`: as configured, or any when that one is taken by somebody else. */
const begin = Effect.fnUntraced(function* ({ config }: Where, dataDir: string, port: "configured" | "any") {
  const launch = yield* Launch
  const { args, command } = launchCommand(launch, Option.none())
  const environment = yield* Environment
  return yield* Effect.try({
    try: () =>
      Detached.start({
        command,
        args: [
          ...args,
          "serve",
          "--no-demo",
          "--idle-exit",
          String(idleMinutes),
          "--data-dir",
          dataDir,
          ...Option.match(config, { onNone: () => [], onSome: (path) => ["--config", NodePath.resolve(path)] }),
          ...(port === "any" ? ["--port", "0"] : [])
        ],
        environment: own(environment),
        folder: launch.folder,
        log: NodePath.join(dataDir, logName)
      }),
    catch: (error) => new NoServer({ told: `no server could be started in ${dataDir}: ${String(error)}` })
  })
})

/** The server, once it answers. */
const appearing = Effect.fnUntraced(function* (where: Where, until: Effect.Effect<boolean>) {
  const look = Effect.gen(function* () {
    const found = yield* find(where)
    return Option.isSome(found)
      ? found
      : (yield* until)
        ? Option.none<Connected>()
        : yield* Effect.fail("look again" as const)
  })
  return yield* look.pipe(
    Effect.retry({ schedule: Schedule.spaced(lookEvery), while: (error) => error === "look again" }),
    Effect.catchIf(
      (error) => error === "look again",
      () => Effect.succeedNone
    ),
    Effect.timeoutOption(startTimeout),
    Effect.map(Option.flatten)
  )
})

const isTaken = (said: string): boolean => said.includes("is in use")

const started = Effect.fnUntraced(function* (where: Where) {
  const { dataDir } = yield* Effect.mapError(settingsOf(where), told)
  let server = yield* begin(where, dataDir, "configured")
  let found = yield* appearing(where, Effect.sync(server.hasEnded))
  if (Option.isNone(found) && isTaken(server.tail())) {
    server = yield* begin(where, dataDir, "any")
    found = yield* appearing(where, Effect.sync(server.hasEnded))
  }
  if (Option.isNone(found)) {
    found = yield* Effect.map(
      Effect.timeoutOption(appearing(where, Effect.succeed(false)), afterEndTimeout),
      Option.flatten
    )
  }
  if (Option.isSome(found)) return found.value
  return yield* new NoServer({
    told: `no server could be started in ${dataDir}: ${server.tail()}. Its log is ${NodePath.join(dataDir, logName)}`
  })
})

export interface BackgroundServer {
  /** The server; the same one as long as it answers. */
  readonly connected: Effect.Effect<Connected, NoServer>
}

/** A server that was named by its address is used, and none is started in its place. */
export const make = Effect.fnUntraced(function* (
  where: Where
): Effect.fn.Return<BackgroundServer, never, HttpClient.HttpClient | FileSystem.FileSystem> {
  const context = yield* Effect.context<HttpClient.HttpClient | FileSystem.FileSystem>()
  const look = Effect.gen(function* () {
    const there = yield* Effect.mapError(find(where), told)
    const connected = Option.isSome(there) ? there.value : yield* started(where)
    return { connected, lasts: "by_itself" } satisfies HeldServer.Held
  }).pipe(
    Effect.mapError((error) => (error instanceof NoServer ? error : told(error))),
    Effect.provideContext(context)
  )
  return { connected: yield* HeldServer.make(look) }
})
