/**
 * `offshoot mcp install` and `uninstall`: a host starts `offshoot mcp`, or does no
 * longer.
 *
 * What changes is shown before it is written, and a person is asked. Where
 * nobody can be asked, `--yes` is the answer; without it nothing is written.
 */
import * as NodePath from "node:path"
import { ProgramFinder } from "@offshoot/adapters-cli"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stdio from "effect/Stdio"
import * as Terminal from "effect/Terminal"
import { Environment } from "../Environment.ts"
import * as Difference from "../mcp/Difference.ts"
import * as EntryFormat from "../mcp/EntryFormat.ts"
import * as HostFiles from "../mcp/HostFiles.ts"
import * as Hosts from "../mcp/Hosts.ts"
import * as InstallPlan from "../mcp/InstallPlan.ts"
import { recordOf } from "../mcp/InstallRecord.ts"
import * as InstallRecords from "../mcp/InstallRecords.ts"
import { launchCommand, serverCommand } from "../mcp/LaunchCommand.ts"
import { entryName, type McpHost, type Program, type Scope, type Surroundings } from "../mcp/McpHost.ts"
import { refusalText } from "../mcp/TextFormat.ts"
import * as Roles from "../Roles.ts"
import * as Settings from "../Settings.ts"
import { NotWritten, OutputClosed, UsageRefused } from "./Failures.ts"
import { Invocation } from "./Invocation.ts"
import { Launch } from "./Launch.ts"
import * as Screen from "./Screen.ts"
import { untilSignal } from "./Signals.ts"

/** Whether a person is asked. */
export type Consent = "asked" | "given"

export interface InstallInput {
  readonly host: Hosts.HostId
  readonly scope: Scope
  readonly flags: Settings.Flags
  /** Names of variables. */
  readonly environment: ReadonlyArray<string>
  readonly consent: Consent
  /** `snippet`: the entry is printed and nothing else happens. */
  readonly output: "file" | "snippet"
}

export interface UninstallInput {
  readonly host: Hosts.HostId
  readonly scope: Scope
  readonly consent: Consent
}

/** Where this process stands and what it belongs to. */
export const surroundingsOf = Effect.gen(function* () {
  const environment = yield* Environment
  const { folder, platform } = yield* Launch
  const home = Roles.homeOf(environment)
  if (Option.isNone(home)) return yield* new UsageRefused({ told: "HOME is not set: nobody knows where hosts look" })
  const surroundings: Surroundings = { home: home.value, folder: NodePath.resolve(folder), platform, environment }
  return surroundings
})

const onPath = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const environment = yield* Environment
  const found = yield* ProgramFinder.find([entryName], environment["PATH"])
  return yield* Effect.option(Effect.flatMap(Effect.fromOption(found), ({ path }) => files.realPath(path)))
})

/**
 * For a user the data is where this command would have it, wherever the host
 * stands. In a project it is the project's, unless something else is named.
 */
const programOf = Effect.fnUntraced(function* ({ environment, flags, scope }: InstallInput) {
  const settings = yield* Settings.load(flags)
  const launch = yield* Launch
  const absolute = (path: string) => NodePath.resolve(launch.folder, path)
  const named = { dataDir: Option.fromUndefinedOr(flags.dataDir), config: Option.fromUndefinedOr(flags.config) }
  const data =
    scope === "user"
      ? { dataDir: Option.some(settings.dataDir), config: settings.configFile }
      : { dataDir: Option.map(named.dataDir, absolute), config: Option.map(named.config, absolute) }
  const program: Program = { ...serverCommand(launchCommand(launch, yield* onPath), data), environment }
  return program
})

const usable = <A>(path: string, result: Result.Result<A, Parameters<typeof refusalText>[1]>) =>
  Result.isSuccess(result)
    ? Effect.succeed(result.success)
    : Effect.fail(new HostFiles.HostFileUnusable({ told: refusalText(path, result.failure) }))

/** Shows what changes and gets the consent to it, or fails. */
const agreed = Effect.fnUntraced(function* (file: HostFiles.HostFile, after: Option.Option<string>, consent: Consent) {
  const screen = yield* Screen.Screen
  const stdio = yield* Stdio.Stdio
  const terminal = yield* Terminal.Terminal
  const [old, now] = [file.text, after].map(Option.getOrElse(() => ""))
  yield* screen.print(Difference.unified(file.named, old ?? "", now ?? "", screen.colour ? "colour" : "plain"))
  if (consent === "given") return
  if (!((yield* stdio.stdinIsTerminal) && (yield* stdio.stdoutIsTerminal))) {
    return yield* new NotWritten({ why: "nobody_to_ask" })
  }
  yield* Effect.mapError(terminal.display("Write this? [y/N] "), () => new OutputClosed())
  const answer = yield* Effect.catchTag(terminal.readLine, "QuitError", () => Effect.succeed(""))
  if (!/^\s*y(es)?\s*$/i.test(answer)) return yield* new NotWritten({ why: "declined" })
})

const readersOf = (scope: Scope): HostFiles.Readers => (scope === "user" ? "owner" : "everybody")

const scopeFlag = (scope: Scope): string => (scope === "project" ? " --project" : "")

/** The record comes first: what was written can be undone, whatever happens in between. */
const written = Effect.fnUntraced(function* (
  file: HostFiles.HostFile,
  plan: Extract<InstallPlan.InstallPlan, { readonly _tag: "Write" }>,
  readers: HostFiles.Readers
) {
  const surroundings = yield* surroundingsOf
  const earlier = yield* InstallRecords.load(surroundings, file.path)
  const folders = yield* HostFiles.missingFolders(file)
  const change = { ...plan, path: file.path, before: file.text, folders }
  yield* InstallRecords.save(surroundings, recordOf(change, earlier))
  yield* Effect.onError(HostFiles.write(file, plan.after, readers), () =>
    Option.match(earlier, {
      onNone: () => InstallRecords.forget(surroundings, file.path),
      onSome: (record) => Effect.ignore(InstallRecords.save(surroundings, record))
    })
  )
})

const tellWritten = Effect.fnUntraced(function* (host: McpHost, scope: Scope, named: string, program: Program) {
  const screen = yield* Screen.Screen
  const isOfThisMachine = scope === "project" && program.command !== entryName
  yield* screen.print([
    `${host.title} starts offshoot from now on (${named})`,
    ...host.notes[scope].map((note) => `  ${note}`),
    ...(isOfThisMachine ? ["  its paths are those of this machine: whoever shares the folder needs others"] : []),
    `To undo it: ${yield* Invocation} mcp uninstall ${host.id}${scopeFlag(scope)}`
  ])
})

const printSnippet = Effect.fnUntraced(function* (host: McpHost, file: string, program: Program) {
  const screen = yield* Screen.Screen
  const shape = host.shapeOf({})
  const text = EntryFormat.snippet(host.format, [...shape.container, entryName], shape.entry(program))
  yield* Console.error(`for ${file}:`)
  yield* screen.print(text.trimEnd().split("\n"))
})

/**
 * Has the host start `offshoot mcp`. Twice is harmless.
 *
 * **Durability**: what it needs to be undone is kept when it returns.
 */
export const install = Effect.fn("Cli.mcpInstall")(
  function* (input: InstallInput) {
    const host = Hosts.hostOf(input.host)
    const surroundings = yield* surroundingsOf
    const program = yield* programOf(input)
    if (input.output === "snippet") {
      const [first] = host.files(input.scope, surroundings)
      return yield* printSnippet(host, first, program)
    }
    const file = yield* HostFiles.choose(host, input.scope, surroundings)
    const plan = yield* usable(file.named, InstallPlan.install(host, file.text, program))
    if (plan._tag === "Installed") {
      const screen = yield* Screen.Screen
      return yield* screen.print([`already installed: ${file.named}`])
    }
    yield* agreed(file, Option.some(plan.after), input.consent)
    yield* written(file, plan, readersOf(input.scope))
    yield* tellWritten(host, input.scope, file.named, program)
  },
  untilSignal,
  Effect.provide(Screen.layer)
)

/** Has the host be as it was before `install`. Twice is harmless. */
export const uninstall = Effect.fn("Cli.mcpUninstall")(
  function* ({ consent, host: id, scope }: UninstallInput) {
    const host = Hosts.hostOf(id)
    const screen = yield* Screen.Screen
    const surroundings = yield* surroundingsOf
    const file = yield* HostFiles.choose(host, scope, surroundings)
    const record = yield* InstallRecords.load(surroundings, file.path)
    const plan: InstallPlan.UninstallPlan = Option.isNone(file.text)
      ? { _tag: "NotInstalled" }
      : yield* usable(file.named, InstallPlan.uninstall(host, file.text.value, record))
    if (plan._tag === "NotInstalled") {
      yield* InstallRecords.forget(surroundings, file.path)
      return yield* screen.print([`not installed: ${file.named}`])
    }
    yield* agreed(file, plan.after, consent)
    const folders = Option.match(record, { onNone: () => [], onSome: (one) => one.folders })
    yield* Option.match(plan.after, {
      onNone: () => HostFiles.remove(file, folders),
      onSome: (text) => HostFiles.write(file, text, readersOf(scope))
    })
    yield* InstallRecords.forget(surroundings, file.path)
    const left = Option.isSome(plan.after) ? file.named : `${file.named} is gone`
    yield* screen.print([`${host.title} does not start offshoot any more (${left})`])
  },
  untilSignal,
  Effect.provide(Screen.layer)
)
