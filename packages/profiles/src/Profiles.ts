/**
 * The roles that people already have on disk (`S-profiles`): built-in ones, then
 * those of the user, of the workspace, and of one file that the operator names.
 *
 * Reads files and decides which role wins. What the fields of one kind of file
 * mean is in the module of that kind; nothing is started and nothing is watched.
 *
 * @stability unstable
 */
import { SubagentProfile } from "@offshoot/core"
import * as Cache from "effect/Cache"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import { formats } from "./Formats.ts"
import { overlay, type Sheet } from "./internal/layers.ts"
import { type Found, readFolder, readOptional, readRequired } from "./internal/roleFolder.ts"
import type { Reading, RoleFormat, Surroundings } from "./internal/roleFormat.ts"
import * as RoleFile from "./RoleFile.ts"

export interface ProfilesOptions {
  /** Of the server; holds a `subagent_profiles.json` for all workspaces. */
  readonly dataDirectory: string
  /** Of the user, if the roles of the user's own programs count. */
  readonly home: Option.Option<string>
  /** The strongest layer: a file that the operator names. */
  readonly file: Option.Option<string>
  /** Whether the operator trusts this workspace. */
  readonly trusts: (workspace: string) => Effect.Effect<boolean>
  /** The agent of the configuration that has its A2A card at this address. */
  readonly agentAt: (cardAddress: string) => Option.Option<string>
}

/** A tree of children is spawned within one reading of the folders. */
const cacheAge = "1 second"

/** More workspaces than that are read again each time. */
const workspacesMax = 64

type Disk = FileSystem.FileSystem | Path.Path

const sheetOf = ({ files, problems }: Found, read: (file: Found["files"][number]) => Reading): Sheet => {
  const readings = files.map((file) => ({ source: file.source, reading: read(file) }))
  return {
    profiles: readings.flatMap(({ reading, source }) => reading.roles.map((role) => ({ ...role, source }))),
    problems: [
      ...problems,
      ...readings.flatMap(({ reading, source }) => reading.broken.map((broken) => ({ ...broken, source })))
    ]
  }
}

/** The sheets of one kind of file, the weakest first. */
const readFormat = (format: RoleFormat, root: string, folders: ReadonlyArray<string>, around: Surroundings) =>
  Effect.forEach(folders.toReversed(), (folder) =>
    Effect.map(readFolder(root, folder, format), (found) => sheetOf(found, (file) => format.read(file, around)))
  )

const foldersOf = (
  root: string,
  pick: (format: RoleFormat) => ReadonlyArray<string>,
  around: Surroundings
): Effect.Effect<ReadonlyArray<Sheet>, never, Disk> =>
  Effect.map(
    Effect.forEach(formats.toReversed(), (format) => readFormat(format, root, pick(format), around)),
    (sheets) => sheets.flat()
  )

const ownSheet = (found: Found): Sheet => sheetOf(found, ({ text }) => RoleFile.read(text))

/** Every layer for a workspace, the weakest first. */
const readAll = Effect.fn("Profiles.read")(function* (options: ProfilesOptions, workspace: Option.Option<string>) {
  const path = yield* Path.Path
  const { agentAt } = options
  const ofUser = Option.isNone(options.home)
    ? []
    : yield* foldersOf(options.home.value, (format) => format.homeFolders, { trusted: true, agentAt })
  const ofData = yield* readOptional(path.join(options.dataDirectory, RoleFile.fileName))
  const ofWorkspace = yield* Option.match(workspace, {
    onNone: () => Effect.succeed<ReadonlyArray<Sheet>>([]),
    onSome: Effect.fnUntraced(function* (root) {
      const trusted = yield* options.trusts(root)
      const sheets = yield* foldersOf(root, (format) => format.workspaceFolders, { trusted, agentAt })
      const own = yield* readOptional(path.join(root, RoleFile.workspaceFolder, RoleFile.fileName), root)
      return [...sheets, ownSheet(own)]
    })
  })
  const named = yield* Option.match(options.file, {
    onNone: () => Effect.succeed<Found>({ files: [], problems: [] }),
    onSome: (source) => readRequired(source, RoleFile.variable)
  })
  return overlay([
    { profiles: SubagentProfile.builtin, problems: [] },
    ...ofUser,
    ownSheet(ofData),
    ...ofWorkspace,
    ownSheet(named)
  ])
})

/** Each is said once in the life of the process, and again when so many others were. */
const saidMax = 1000

const report = (said: Set<string>, { problems }: SubagentProfile.ProfileList): Effect.Effect<void> =>
  Effect.forEach(
    problems,
    (problem) => {
      const key = `${problem.source}\n${problem.line}\n${problem.column}\n${problem.message}`
      if (said.has(key)) return Effect.void
      if (said.size >= saidMax) said.clear()
      said.add(key)
      return Effect.logWarning("profiles.problem", problem)
    },
    { discard: true }
  )

const make = (options: ProfilesOptions): Effect.Effect<SubagentProfile.SubagentProfilesShape, never, Disk> =>
  Effect.gen(function* () {
    const said = new Set<string>()
    const cache = yield* Cache.make({
      capacity: workspacesMax,
      timeToLive: cacheAge,
      lookup: (workspace: string) =>
        Effect.tap(readAll(options, workspace === "" ? Option.none() : Option.some(workspace)), (list) =>
          report(said, list)
        )
    })
    return {
      list: (workspace) =>
        Cache.get(
          cache,
          Option.getOrElse(workspace, () => "")
        )
    }
  })

/** Gives the roles of the disk, read anew after at most a second. */
export const layer = (options: ProfilesOptions): Layer.Layer<never, never, Disk> =>
  Layer.unwrap(Effect.map(make(options), SubagentProfile.layer))
