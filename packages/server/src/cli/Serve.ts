/**
 * `offshoot serve`: the server, until somebody stops it.
 *
 * SIGTERM drains it: nothing new is accepted, readiness says no, and what runs
 * has `shutdown.drainSeconds` to come to its end. Then, and at once with SIGINT
 * and SIGHUP, it stops gracefully and ends with 0: it was asked to stop and did. A second signal ends it at once. A stop that takes
 * too long is given up, with exit code 1; the next start ends what is left.
 */
import { SpawnScheduler } from "@offshoot/core"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Scope from "effect/Scope"
import * as Discovery from "../Discovery.ts"
import { Closing } from "../internal/closing.ts"
import * as Settings from "../Settings.ts"
import { version } from "../Version.ts"
import { StopTimedOut } from "./Failures.ts"
import * as IdleExit from "./IdleExit.ts"
import { Invocation } from "./Invocation.ts"
import { logging } from "./Logging.ts"
import * as Screen from "./Screen.ts"
import * as ServerRun from "./ServerRun.ts"
import { type Signal, Signals } from "./Signals.ts"

/** After the draining: grace for children (10 s) and calls (5 s), what recording takes, and as much again. */
const stopTimeout = Duration.seconds(30)

const publish = (
  settings: Settings.Settings,
  running: { readonly local: string; readonly token: Redacted.Redacted },
  pid: number
) =>
  Discovery.publish(settings.dataDir, {
    url: running.local,
    token: Redacted.value(running.token),
    pid,
    version
  }).pipe(Effect.catch((error) => Effect.logWarning("discovery.not_written", error.message)))

/** Signs in: what is behind the `#` stays in the browser, and the page removes it. */
const pageLink = ({ announced, token }: ServerRun.Running): string =>
  `${announced}/#token=${encodeURIComponent(Redacted.value(token))}`

/** How to look at the demo from another terminal. */
const look =
  (url: string, token: Redacted.Redacted, invocation: string) =>
  (rootId: string): ReadonlyArray<string> => [
    `curl -H "Authorization: Bearer ${Redacted.value(token)}" ${url}/v1/sessions/${rootId}/tree`,
    `${invocation} ls`,
    `${invocation} watch ${rootId}`
  ]

const withDemoAgents = Effect.fnUntraced(function* (settings: Settings.Settings) {
  if (!settings.demo) return settings
  const { agents } = yield* Effect.promise(() => import("../Demo.ts"))
  const own = new Set(settings.agents.map(({ id }) => id))
  return { ...settings, agents: [...settings.agents, ...agents.filter(({ id }) => !own.has(id))] }
})

/** SIGTERM lets what runs come to its end for a while; the other signals are of somebody who waits at a terminal. */
const drain = Effect.fnUntraced(function* (
  { shutdown }: Settings.Settings,
  { context }: ServerRun.Running,
  ending: Ref.Ref<Option.Option<Signal>>
) {
  if (Option.getOrUndefined(yield* Ref.get(ending)) !== "SIGTERM") return
  const scheduler = Context.get(context, SpawnScheduler.SpawnScheduler)
  yield* Context.get(context, Closing).announce
  const { running } = yield* scheduler.counts
  if (running > 0) {
    yield* Console.log(
      `offshoot draining ${running} running, at most ${shutdown.drainSeconds} s; a second signal ends it at once`
    )
  }
  yield* scheduler.drain(Duration.seconds(shutdown.drainSeconds))
})

const serving = Effect.fnUntraced(function* (given: Settings.Settings, ending: Ref.Ref<Option.Option<Signal>>) {
  const settings = yield* withDemoAgents(given)
  const running = yield* ServerRun.start(settings)
  // Released first: what the port is closed for comes after it.
  yield* Effect.addFinalizer(() => drain(settings, running, ending))
  yield* publish(settings, running, process.pid)
  yield* Console.log(`offshoot ready ${running.announced} token ${Redacted.value(running.token)}`)
  yield* Console.log(`offshoot page ${pageLink(running)}`)
  if (!settings.demo) return running
  const Demo = yield* Effect.promise(() => import("../Demo.ts"))
  const invocation = yield* Invocation
  yield* Demo.run(look(running.local, running.token, invocation)).pipe(
    Effect.provideContext(running.context),
    Effect.forkScoped
  )
  return running
})

/** A server of a person runs until somebody stops it. */
const untilEnd = (running: ServerRun.Running, idleExit: Option.Option<Duration.Duration>): Effect.Effect<void> =>
  Option.match(idleExit, { onNone: () => Effect.never, onSome: (after) => IdleExit.idle(running, after) })

/** Closes in the background, so that a stop that hangs can be given up. */
const stopWithin = Effect.fnUntraced(function* (scope: Scope.Closeable, timeout: Duration.Duration) {
  const closing = yield* Effect.forkDetach(Scope.close(scope, Exit.void), { startImmediately: true })
  const closed = yield* Effect.timeoutOption(Fiber.await(closing), timeout)
  if (Option.isNone(closed)) return yield* new StopTimedOut({ seconds: Duration.toSeconds(timeout) })
})

/**
 * Serves until a signal, or until it was idle for as long as `idleExit` says.
 *
 * **Interruption**: stops the server gracefully.
 */
export const serve = Effect.fn("Cli.serve")(
  function* (flags: Settings.Flags, idleExit: Option.Option<Duration.Duration>) {
    const signals = yield* Signals
    const settings = yield* Settings.load(flags)
    const scope = yield* Scope.make()
    const ending = yield* Ref.make(Option.none<Signal>())
    const signalled = Effect.tap(signals.nth(1), (signal) => Ref.set(ending, Option.some(signal)))
    const built = yield* Effect.exit(
      Effect.raceFirst(
        Effect.flatMap(Scope.provide(serving(settings, ending), scope), (running) => untilEnd(running, idleExit)),
        signalled
      )
    )
    yield* stopWithin(scope, Duration.sum(stopTimeout, Duration.seconds(settings.shutdown.drainSeconds)))
    if (Exit.isFailure(built)) return yield* Effect.failCause(built.cause)
  },
  (effect) => Effect.provide(effect, logging),
  Effect.provide(Screen.layerDeaf)
)
