/**
 * In which hosts this program is installed, and whether what they start is still
 * there and is this version's. Reads files only.
 */
import * as NodePath from "node:path"
import { ProgramFinder } from "@offshoot/adapters-cli"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as HostFiles from "./HostFiles.ts"
import * as Hosts from "./Hosts.ts"
import * as InstallPlan from "./InstallPlan.ts"
import { type FoundProgram, scriptOf, type Started, startedBy, type Verdict, verdictOf } from "./InstallVerdict.ts"
import type { McpHost, Scope, Surroundings } from "./McpHost.ts"
import { refusalText } from "./TextFormat.ts"

export interface Surveyed {
  readonly id: Hosts.HostId
  readonly title: string
  readonly scope: Scope
  readonly file: string
  readonly verdict: Verdict
}

const Manifest = Schema.fromJsonString(Schema.Struct({ name: Schema.String, version: Schema.String }))
const decodeManifest = Schema.decodeUnknownOption(Manifest)

/** The package of this program, and the one that is installed whole. */
const packageNames: ReadonlySet<string> = new Set(["@offshoot/server", "offshoot"])

/** From a file up to the manifest of its package. */
const stepsMax = 4

/** The version of the package that a file belongs to, when that is this program's. */
const versionAt = Effect.fnUntraced(function* (file: string) {
  let folder = NodePath.dirname(file)
  for (let step = 0; step < stepsMax; step += 1) {
    const manifest = yield* Effect.option(HostFiles.read(NodePath.join(folder, "package.json")))
    const found = Option.flatMap(
      Option.flatMap(manifest, ({ text }) => text),
      decodeManifest
    )
    if (Option.isSome(found)) {
      return packageNames.has(found.value.name) ? Option.some(found.value.version) : Option.none<string>()
    }
    folder = NodePath.dirname(folder)
  }
  return Option.none<string>()
})

const programOf = Effect.fnUntraced(function* (started: Started, { environment }: Surroundings) {
  const files = yield* FileSystem.FileSystem
  const command = yield* ProgramFinder.find([started.command], environment["PATH"])
  const nothing: FoundProgram = { missing: Option.some(started.command), version: Option.none() }
  if (Option.isNone(command)) return nothing
  const script = scriptOf(started)
  const file = yield* Effect.option(files.realPath(Option.getOrElse(script, () => command.value.path)))
  if (Option.isNone(file)) return { missing: script, version: Option.none<string>() }
  return { missing: Option.none<string>(), version: yield* versionAt(file.value) }
})

const examine = Effect.fnUntraced(function* (
  host: McpHost,
  file: HostFiles.HostFile,
  surroundings: Surroundings,
  own: string
) {
  if (Option.isNone(file.text)) return Option.none<Verdict>()
  const installed = InstallPlan.installedIn(host, file.text.value)
  if (Result.isFailure(installed)) {
    const unreadable: Verdict = { _tag: "Unreadable", told: refusalText(file.named, installed.failure) }
    return Option.some(unreadable)
  }
  if (Option.isNone(installed.success.entry)) return Option.none<Verdict>()
  const started = startedBy(installed.success.entry.value)
  if (Option.isNone(started)) return Option.some<Verdict>({ _tag: "Unknown" })
  return Option.some(verdictOf(yield* programOf(started.value, surroundings), own))
})

const look = Effect.fnUntraced(function* (id: Hosts.HostId, scope: Scope, surroundings: Surroundings, own: string) {
  const host = Hosts.hostOf(id)
  const [first] = host.files(scope, surroundings)
  const found = yield* HostFiles.choose(host, scope, surroundings).pipe(
    Effect.flatMap((file) =>
      Effect.map(
        examine(host, file, surroundings, own),
        Option.map((verdict) => ({ file: file.named, verdict }))
      )
    ),
    Effect.catchTag("HostFileUnusable", ({ told }) =>
      Effect.succeed(Option.some({ file: first, verdict: { _tag: "Unreadable", told } as const }))
    )
  )
  return Option.map(found, (one): Surveyed => ({ id, title: host.title, scope, ...one }))
})

const scopes: ReadonlyArray<Scope> = ["user", "project"]

/** Every place where an entry is, or a file that cannot be read. `own`: the version of this program. */
export const survey = Effect.fn("InstallSurvey.survey")(function* (surroundings: Surroundings, own: string) {
  const places = Hosts.ids.flatMap((id) => scopes.map((scope) => ({ id, scope })))
  const all = yield* Effect.forEach(places, ({ id, scope }) => look(id, scope, surroundings, own))
  return all.flatMap((found) => (Option.isSome(found) ? [found.value] : []))
})
