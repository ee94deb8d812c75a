/**
 * Reading role files from disk, within bounds: how large, how many, how deep.
 *
 * A link is followed only to a file below `root`, the workspace or the home that
 * the folder belongs to: a repository cannot make us read anything beyond it.
 */
import type { SubagentProfile } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Stream from "effect/Stream"

/** The longest real ones have 30 KB; a model would not read more than this at once. */
const fileBytesMax = 256 * 1024

/** Large public collections have about 150 in one folder. */
const filesMax = 200

/** Files that are no roles may lie between them. */
const entriesMax = 2000

type Problem = SubagentProfile.ProfileProblem

export interface FoundFile {
  readonly source: string
  /** Below the folder, without the suffix, parts separated by `/`. */
  readonly name: string
  readonly text: string
}

export interface Found {
  readonly files: ReadonlyArray<FoundFile>
  readonly problems: ReadonlyArray<Problem>
}

const none: Found = { files: [], problems: [] }

const isMissing = (error: PlatformError): boolean => error.reason._tag === "NotFound"

const unreadable = (source: string): Problem => ({ source, message: "cannot be read: check its permissions" })

const leadsOut = (source: string): Problem => ({ source, message: "this link leads out of its folder: not followed" })

const isWithin = (path: Path.Path, root: string, place: string): boolean => {
  const relative = path.relative(root, place)
  return relative === "" || (relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative))
}

/** The text, or that it is too large. */
const readText = Effect.fnUntraced(function* (source: string) {
  const files = yield* FileSystem.FileSystem
  const pieces = yield* Stream.runCollect(files.stream(source, { bytesToRead: fileBytesMax + 1 }))
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let length = 0
  for (const piece of pieces) {
    bytes.set(piece, length)
    length += piece.length
  }
  return bytes.length > fileBytesMax
    ? { problem: { source, message: `larger than ${fileBytesMax / 1024} KiB: not read` } }
    : { text: new TextDecoder().decode(bytes) }
})

const readOne = (source: string, name: string): Effect.Effect<Found, never, FileSystem.FileSystem> =>
  readText(source).pipe(
    Effect.map((read): Found =>
      read.text === undefined
        ? { files: [], problems: [read.problem] }
        : { files: [{ source, name, text: read.text }], problems: [] }
    ),
    Effect.catch((error) => Effect.succeed(isMissing(error) ? none : { files: [], problems: [unreadable(source)] }))
  )

interface Walk {
  readonly root: string
  readonly folder: string
  readonly suffix: string
  readonly depthMax: number
}

interface Listing {
  readonly paths: ReadonlyArray<string>
  readonly folders: ReadonlyArray<string>
  readonly problems: ReadonlyArray<Problem>
}

/** What an entry is once links are followed: a file, a folder, or nothing to read. */
const classify = Effect.fnUntraced(function* (walk: Walk, place: string, entry: FileSystem.DirectoryEntry) {
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const isNamed = entry.name.endsWith(walk.suffix)
  if (entry.type === "File") return { paths: isNamed ? [place] : [], folders: [], problems: [] }
  if (entry.type === "Directory") return { paths: [], folders: [place], problems: [] }
  if (!isNamed) return { paths: [], folders: [], problems: [] }
  const target = yield* files.realPath(place)
  if (!isWithin(path, walk.root, target)) return { paths: [], folders: [], problems: [leadsOut(place)] }
  const { type } = yield* files.stat(target)
  return { paths: type === "File" ? [place] : [], folders: [], problems: [] }
})

const listFolder = (walk: Walk, folder: string, entriesLeft: number) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const entries = (yield* files.readDirectoryEntries(folder))
      .filter(({ name }) => !name.startsWith("."))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    const seen = yield* Effect.forEach(entries.slice(0, entriesLeft), (entry) => {
      const place = path.join(folder, entry.name)
      const unread: Listing = { paths: [], folders: [], problems: [unreadable(place)] }
      return classify(walk, place, entry).pipe(Effect.catch(() => Effect.succeed(unread)))
    })
    const listing: Listing = {
      paths: seen.flatMap(({ paths }) => paths),
      folders: seen.flatMap(({ folders }) => folders),
      problems: seen.flatMap(({ problems }) => problems)
    }
    return { listing, count: entries.length }
  }).pipe(
    Effect.catch((error) =>
      Effect.succeed({
        listing: { paths: [], folders: [], problems: isMissing(error) ? [] : [unreadable(folder)] },
        count: 0
      })
    )
  )

const listAll = Effect.fnUntraced(function* (walk: Walk) {
  const paths: Array<string> = []
  const problems: Array<Problem> = []
  let level: ReadonlyArray<string> = [walk.folder]
  let entriesLeft = entriesMax
  for (let depth = 0; depth <= walk.depthMax && level.length > 0; depth++) {
    const next: Array<string> = []
    for (const folder of level) {
      if (entriesLeft <= 0) break
      const { count, listing } = yield* listFolder(walk, folder, entriesLeft)
      entriesLeft -= count
      paths.push(...listing.paths)
      problems.push(...listing.problems)
      next.push(...listing.folders)
    }
    level = next
  }
  if (paths.length > filesMax || entriesLeft < 0) {
    problems.push({ source: walk.folder, message: `more than ${filesMax} roles: the rest is not read` })
  }
  return { paths: paths.slice(0, filesMax), problems }
})

/** The role files of one folder. A folder that is not there has none. */
export const readFolder = (
  root: string,
  below: string,
  format: { readonly suffix: string; readonly depthMax: number }
): Effect.Effect<Found, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const folder = path.join(root, below)
    const real = yield* Effect.all({ root: files.realPath(root), folder: files.realPath(folder) })
    if (!isWithin(path, real.root, real.folder)) return { files: [], problems: [leadsOut(folder)] }
    const { paths, problems } = yield* listAll({ ...format, root: real.root, folder })
    const read = yield* Effect.forEach(paths, (source) => {
      const relative = path.relative(folder, source).slice(0, -format.suffix.length)
      return readOne(source, relative.split(path.sep).join("/"))
    })
    return {
      files: read.flatMap((found) => found.files),
      problems: [...problems, ...read.flatMap((found) => found.problems)]
    }
  }).pipe(
    Effect.catch((error) =>
      Effect.succeed<Found>(isMissing(error) ? none : { files: [], problems: [unreadable(`${root}/${below}`)] })
    )
  )

/** A file that need not be there. With a `root` a link must not lead out of it. */
export const readOptional = (
  source: string,
  root?: string
): Effect.Effect<Found, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    if (root === undefined) return yield* readOne(source, source)
    const files = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const real = yield* Effect.all({ root: files.realPath(root), source: files.realPath(source) })
    return isWithin(path, real.root, real.source)
      ? yield* readOne(source, source)
      : { files: [], problems: [leadsOut(source)] }
  }).pipe(
    Effect.catch((error) =>
      Effect.succeed<Found>(isMissing(error) ? none : { files: [], problems: [unreadable(source)] })
    )
  )

/** A file that somebody named: it has to be there. */
export const readRequired = (
  source: string,
  namedBy: string
): Effect.Effect<Found, never, FileSystem.FileSystem | Path.Path> =>
  Effect.map(readOptional(source), (found) =>
    found.files.length === 0 && found.problems.length === 0
      ? { files: [], problems: [{ source, message: `there is no such file; ${namedBy} names it` }] }
      : found
  )
