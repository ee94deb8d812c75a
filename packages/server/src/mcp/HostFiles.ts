/**
 * The files of hosts on disk: read with a limit, and written whole or not at all.
 *
 * F1: A file is replaced by renaming a finished one over it. It keeps its mode and,
 * as far as we may, its owner; a link stays a link: what it leads to is replaced.
 * F2: What was read and shown is what is replaced: a file that somebody changed
 * meanwhile is left alone.
 */
import * as NodePath from "node:path"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type * as PlatformError from "effect/PlatformError"
import * as Result from "effect/Result"
import * as Runtime from "effect/Runtime"
import type { McpHost, Scope, Surroundings } from "./McpHost.ts"
import * as InstallPlan from "./InstallPlan.ts"

/** The file of a host cannot be used, or not as it is. Nothing was written. */
export class HostFileUnusable extends Data.TaggedError("HostFileUnusable")<{ readonly told: string }> {
  override readonly [Runtime.errorExitCode] = 2
  override get message(): string {
    return `${this.told}; nothing was written`
  }
}

export interface HostFile {
  /** As the host names it. */
  readonly named: string
  /** What it leads to, without links. */
  readonly path: string
  /** None: it is not there. */
  readonly text: Option.Option<string>
}

/** A host that keeps its history in the same file has some megabytes there; more than this nobody reads at a start. */
const fileBytesMax = 32 * 1024 * 1024

const failed = (path: string) => (error: PlatformError.PlatformError) =>
  new HostFileUnusable({ told: `${path}: ${error.reason._tag}` })

const decoded = (bytes: Uint8Array): Result.Result<string, unknown> =>
  Result.try({
    try: () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
    catch: (cause) => cause
  })

const textAt = Effect.fnUntraced(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  const { size, type } = yield* files.stat(path)
  if (type !== "File") return yield* new HostFileUnusable({ told: `${path}: is not a file` })
  if (size > BigInt(fileBytesMax)) {
    return yield* new HostFileUnusable({ told: `${path}: is larger than ${fileBytesMax / 1024 / 1024} MB` })
  }
  const text = decoded(yield* files.readFile(path))
  return Result.isSuccess(text)
    ? text.success
    : yield* new HostFileUnusable({ told: `${path}: is not a text in UTF-8` })
})

const isMissing = (error: PlatformError.PlatformError | HostFileUnusable): boolean =>
  error._tag === "PlatformError" && error.reason._tag === "NotFound"

/** Reads the file, or says that it is not there. A link that leads nowhere is not followed. */
export const read = Effect.fn("HostFiles.read")(function* (named: string) {
  const files = yield* FileSystem.FileSystem
  const found = yield* Effect.gen(function* () {
    const path = yield* files.realPath(named)
    return Option.some({ path, text: yield* textAt(path) })
  }).pipe(
    Effect.catchIf(isMissing, () => Effect.succeedNone),
    Effect.catchTag("PlatformError", (error) => Effect.fail(failed(named)(error)))
  )
  if (Option.isSome(found)) return { named, path: found.value.path, text: Option.some(found.value.text) }
  const isLink = yield* Effect.isSuccess(files.readLink(named))
  if (isLink) return yield* new HostFileUnusable({ told: `${named}: is a link that leads nowhere` })
  return { named, path: named, text: Option.none<string>() }
})

/** The file of a host that an installation is about (`McpHost.files`). */
export const choose = Effect.fn("HostFiles.choose")(function* (
  host: McpHost,
  scope: Scope,
  surroundings: Surroundings
) {
  const [first, ...others] = host.files(scope, surroundings)
  let chosen: HostFile = yield* read(first)
  for (const named of others) {
    const file = yield* read(named)
    if (Option.isNone(file.text)) continue
    if (hasEntry(host, file) || Option.isNone(chosen.text)) chosen = hasEntry(host, chosen) ? chosen : file
  }
  return chosen
})

/** A file that cannot be read has none. */
const hasEntry = (host: McpHost, { text }: HostFile): boolean =>
  Option.exists(text, (there) =>
    Result.match(InstallPlan.installedIn(host, there), {
      onFailure: () => false,
      onSuccess: ({ entry }) => Option.isSome(entry)
    })
  )

const modeBits = 0o777

/** Who may read a file, or a folder, that is made. A host may write secrets into a user's file later. */
export type Readers = "owner" | "everybody"

const modes = { owner: { file: 0o600, folder: 0o700 }, everybody: { file: 0o644, folder: 0o755 } } as const

/** The folders that have to be made for the file, the innermost first. */
export const missingFolders = Effect.fn("HostFiles.missingFolders")(function* ({ named, path }: HostFile) {
  const files = yield* FileSystem.FileSystem
  return yield* Effect.gen(function* () {
    const missing: Array<string> = []
    let folder = NodePath.dirname(path)
    while (!(yield* files.exists(folder)) && NodePath.dirname(folder) !== folder) {
      missing.push(folder)
      folder = NodePath.dirname(folder)
    }
    return missing
  }).pipe(Effect.mapError(failed(named)))
})

/** F2. */
const unchanged = Effect.fnUntraced(function* (file: HostFile) {
  const now = yield* read(file.named)
  const same = now.path === file.path && Option.getOrUndefined(now.text) === Option.getOrUndefined(file.text)
  if (!same) return yield* new HostFileUnusable({ told: `${file.named}: was changed meanwhile: run this again` })
})

type Owned = Pick<FileSystem.File.Info, "uid" | "gid">

/** Only root may give a file away; everybody else has the file already. */
const giveTo = Effect.fnUntraced(function* (path: string, { gid, uid }: Owned) {
  const files = yield* FileSystem.FileSystem
  const owner = Option.all({ uid, gid })
  if (Option.isSome(owner)) yield* Effect.ignore(files.chown(path, owner.value.uid, owner.value.gid))
})

const replace = Effect.fnUntraced(function* (path: string, text: string, mode: number, owned: Option.Option<Owned>) {
  const files = yield* FileSystem.FileSystem
  const beside = yield* files.makeTempDirectoryScoped({ directory: NodePath.dirname(path), prefix: ".offshoot-" })
  const finished = NodePath.join(beside, NodePath.basename(path))
  yield* Effect.scoped(
    Effect.gen(function* () {
      const file = yield* files.open(finished, { flag: "wx", mode: modes.owner.file })
      yield* file.writeAll(new TextEncoder().encode(text))
      yield* file.sync
    })
  )
  if (Option.isSome(owned)) yield* giveTo(finished, owned.value)
  yield* files.chmod(finished, mode)
  yield* files.rename(finished, path)
}, Effect.scoped)

/**
 * Writes the text where the file was read from (F1, F2).
 *
 * **Interruption**: the file is as it was, or whole.
 */
export const write = Effect.fn("HostFiles.write")(function* (file: HostFile, text: string, readers: Readers) {
  const files = yield* FileSystem.FileSystem
  yield* Effect.gen(function* () {
    yield* unchanged(file)
    yield* files.makeDirectory(NodePath.dirname(file.path), { recursive: true, mode: modes[readers].folder })
    const old = Option.isSome(file.text) ? Option.some(yield* files.stat(file.path)) : Option.none()
    const mode = Option.match(old, { onNone: () => modes[readers].file, onSome: (info) => info.mode & modeBits })
    yield* replace(file.path, text, mode, old)
  }).pipe(Effect.catchTag("PlatformError", (error) => Effect.fail(failed(file.named)(error))))
})

/** Removes the file that an installation made, and those of its folders that hold nothing else (F2). */
export const remove = Effect.fn("HostFiles.remove")(function* (file: HostFile, folders: ReadonlyArray<string>) {
  const files = yield* FileSystem.FileSystem
  yield* Effect.gen(function* () {
    yield* unchanged(file)
    yield* files.remove(file.path)
    for (const folder of folders) {
      const left = yield* files.readDirectory(folder)
      if (left.length > 0) return
      yield* files.remove(folder, { recursive: true })
    }
  }).pipe(Effect.catchTag("PlatformError", (error) => Effect.fail(failed(file.named)(error))))
})
