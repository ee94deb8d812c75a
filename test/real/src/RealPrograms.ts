/**
 * The programs themselves, at the versions that were measured, installed from
 * npm into the cache: once, whole or not at all, and by one of us at a time.
 *
 * Success means that the program said its version here, in a namespace without
 * a network. Anything else is `NotInstalled` with its reason, which
 * is reported and never taken for a pass.
 */
import * as NodeChildProcess from "node:child_process"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Cache from "./Cache.ts"
import * as LoopbackNamespace from "./LoopbackNamespace.ts"
import type { ProgramSpec } from "./ProgramSpec.ts"

export type Outcome =
  | {
      readonly type: "installed"
      readonly id: string
      /** Absolute. */
      readonly bin: string
      /** As the program says it. */
      readonly version: string
    }
  | { readonly type: "not_installed"; readonly id: string; readonly version: string; readonly reason: string }

/** Ten seconds each on a fast line; nobody should wait longer than this to hear that it does not come. */
const installLimit = Duration.minutes(10)

const progressEvery = Duration.seconds(15)

/** The slowest needs two seconds when nothing else runs. */
const versionLimit = Duration.minutes(1)

/** Enough to say why npm failed. */
const outputCharactersMax = 4096

/** npm's own pauses between tries add up to more than a minute of silence before it says that nothing answers. */
const quickRetries = { npm_config_fetch_retry_mintimeout: "1000", npm_config_fetch_retry_maxtimeout: "5000" }

/** What a package manager that runs us says of the package it runs would mislead the one that we run. */
const installEnvironment = (env: Readonly<Record<string, string | undefined>>) => ({
  ...quickRetries,
  ...Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(npm_(lifecycle|package|command|execpath|config_(local_prefix|prefix))|INIT_CWD)/.test(name)
    )
  )
})

/** What npm is called with. Scripts of packages are not run but where the program is not whole without. */
const installArguments = (spec: ProgramSpec, folder: string): ReadonlyArray<string> => [
  "install",
  "--prefix",
  folder,
  ...(spec.installScripts ? [] : ["--ignore-scripts"]),
  "--no-audit",
  "--no-fund",
  "--no-save",
  "--loglevel=error",
  `${spec.packageName}@${spec.version}`
]

/** Runs npm in a group of its own, so that its interruption ends all of it. None: it worked. */
const npmInstall = (spec: ProgramSpec, folder: string): Effect.Effect<Option.Option<string>> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const child = NodeChildProcess.spawn("npm", installArguments(spec, folder), {
        cwd: folder,
        env: installEnvironment(process.env),
        detached: true,
        stdio: ["ignore", "pipe", "pipe"]
      })
      const ended = Deferred.makeUnsafe<Option.Option<string>>()
      let output = ""
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (part: string) => {
          output = (output + part).slice(-outputCharactersMax)
        })
      }
      const end = (failure: Option.Option<string>) => Deferred.doneUnsafe(ended, Effect.succeed(failure))
      child.once("error", (cause) => end(Option.some(`npm does not start: ${cause.message}`)))
      child.once("close", (code, signal) =>
        end(code === 0 ? Option.none() : Option.some(`npm install ended with ${code ?? signal}: ${output.trim()}`))
      )
      return { child, ended }
    }),
    ({ ended }) => Deferred.await(ended),
    ({ child }) =>
      Effect.sync(() => {
        if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
        process.kill(-child.pid, "SIGKILL")
      })
  )

type Say = (line: string) => Effect.Effect<void>

const fill = (spec: ProgramSpec, folder: string, say: Say): Effect.Effect<Option.Option<string>> =>
  Effect.gen(function* () {
    yield* say(`${spec.id} ${spec.version}: installing ${spec.packageName} with npm`)
    let seconds = 0
    const progress = Effect.suspend(() => {
      seconds += Duration.toSeconds(progressEvery)
      return say(`${spec.id} ${spec.version}: still installing, ${seconds} s`)
    }).pipe(Effect.delay(progressEvery), Effect.repeat(Schedule.forever), Effect.andThen(Effect.never))
    return yield* npmInstall(spec, folder).pipe(
      Effect.raceFirst(progress),
      Effect.timeoutOrElse({
        duration: installLimit,
        orElse: () => Effect.succeedSome(`npm install took longer than ${Duration.format(installLimit)}`)
      })
    )
  })

const binOf = (spec: ProgramSpec, folder: string): string => NodePath.join(folder, "node_modules", ".bin", spec.bin)

/** The version in what a program said when it was asked for it. */
export const versionIn = (said: string): Option.Option<string> =>
  Option.fromUndefinedOr(/\b\d+\.\d+\.\d+(?:-[\w.]+)?\b/.exec(said)?.[0])

/** None: the program in that folder said the version that it should. */
const checked = (spec: ProgramSpec, folder: string): Effect.Effect<Option.Option<string>> =>
  Effect.gen(function* () {
    const home = NodePath.join(folder, "version-home")
    NodeFS.mkdirSync(home, { recursive: true })
    const said = yield* LoopbackNamespace.run([binOf(spec, folder), "--version"], {
      cwd: home,
      env: { PATH: process.env["PATH"], HOME: home, TMPDIR: home, NO_COLOR: "1", TERM: "dumb" },
      output: "pipe",
      limit: versionLimit
    })
    if (Option.contains(versionIn(said.output), spec.version)) return Option.none()
    const what = said.late ? `nothing within ${Duration.format(versionLimit)}` : said.output.trim() || "nothing"
    return Option.some(`asked for its version it says: ${what}`)
  })

/** Installs and checks it beside its folder, which then is there whole. None: it is there now. */
const ensure = (spec: ProgramSpec, folder: string, say: Say): Effect.Effect<Option.Option<string>> =>
  Effect.scoped(
    Effect.gen(function* () {
      yield* Cache.lock(folder, say(`${spec.id} ${spec.version}: somebody else is installing it, waiting`))
      if (NodeFS.existsSync(folder)) return yield* checked(spec, folder)
      const made = yield* Cache.sibling(folder)
      const failure = yield* fill(spec, made, say)
      if (Option.isSome(failure)) return failure
      if (!NodeFS.existsSync(binOf(spec, made))) return Option.some(`the package has no program ${spec.bin}`)
      const wrong = yield* checked(spec, made)
      if (Option.isNone(wrong)) NodeFS.renameSync(made, folder)
      return wrong
    })
  )

/**
 * Puts the program into the cache unless it is there, and has it say its
 * version.
 *
 * **Interruption**: leaves nothing behind but what was installed whole.
 */
export const install = (spec: ProgramSpec, root: string, say: Say): Effect.Effect<Outcome> =>
  Effect.gen(function* () {
    const { id, version } = spec
    const folder = NodePath.join(root, `${id}-${version}`)
    const failure = yield* NodeFS.existsSync(folder) ? checked(spec, folder) : ensure(spec, folder, say)
    return Option.match(failure, {
      onNone: (): Outcome => ({ type: "installed", id, bin: binOf(spec, folder), version }),
      onSome: (reason): Outcome => ({ type: "not_installed", id, version, reason })
    })
  })
