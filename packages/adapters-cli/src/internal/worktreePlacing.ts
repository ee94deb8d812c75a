/**
 * How a session comes to its worktree: a new one, the one that it had, or the
 * branch that it left.
 *
 * Invariants
 *   P1. What holds work is never deleted here: a folder goes only while its
 *       record says that it is still being made.
 *   P2. The record is ahead of what it tells of: that it is being made is on the
 *       disk before the folder is there, `placed` before a program works in it.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type * as Path from "effect/Path"
import { isInside } from "../WorkspaceRoots.ts"
import { type Git, type GitCall, type GitFailed, lineOf, outputOf, says, type Setting } from "./gitCommand.ts"
import { filtersOff } from "./gitFilters.ts"
import * as Records from "./worktreeRecord.ts"

/** A refusal before it is put into the words of the public module. */
export interface Refusal {
  readonly reason:
    | "git_missing"
    | "no_repository"
    | "no_commit"
    | "elsewhere"
    | "occupied"
    | "git_failed"
    | "not_recorded"
  readonly detail: string
}

/** Where worktrees are, and who makes them. */
export interface Site {
  readonly git: Git
  readonly fs: FileSystem.FileSystem
  readonly path: Path.Path
  /** The folder of all worktrees; a real path. */
  readonly root: string
  /** A name beside the worktrees that nothing has: what is moved there is on its way out. */
  readonly aside: Effect.Effect<string>
  /** Deletes what was moved aside, without anybody waiting for it. What a crash leaves is deleted at the next start. */
  readonly dispose: (aside: string) => Effect.Effect<void>
}

/** What holds the directory that the child would work in without a worktree. */
export interface Origin {
  readonly directory: string
  /** The top of the working tree around it. */
  readonly top: string
  /** From there to the directory; empty, or ending in a slash. */
  readonly prefix: string
  /** The repository's own directory. */
  readonly repository: string
  readonly head: string
  readonly settings: ReadonlyArray<Setting>
}

export const folderOf = ({ root }: Pick<Site, "root">, id: string): string => `${root}/${id}`
export const recordOf = ({ root }: Pick<Site, "root">, id: string): string => `${root}/${id}.json`

/** A checkout writes every file of a commit; five minutes are for the largest repositories on a busy disk. */
const checkoutLimit = Duration.minutes(5)

const refuse = (reason: Refusal["reason"], detail: string): Effect.Effect<never, Refusal> =>
  Effect.fail({ reason, detail })

const refusalOf = (error: GitFailed | Records.RecordUnusable): Refusal =>
  error._tag === "RecordUnusable"
    ? { reason: "not_recorded", detail: error.message }
    : { reason: error.reason === "missing" ? "git_missing" : "git_failed", detail: error.message }

const asked = [
  "--is-inside-work-tree",
  "--show-toplevel",
  "--show-prefix",
  "--path-format=absolute",
  "--git-common-dir"
]

/**
 * Looks at the repository around a directory. A directory inside of a linked
 * worktree has that one's HEAD.
 */
export const originOf = Effect.fnUntraced(function* (
  { git }: Pick<Site, "git">,
  directory: string
): Effect.fn.Return<Origin, Refusal> {
  /** What git refuses to say means what it was asked for; that it cannot be asked does not. */
  const ask = (args: ReadonlyArray<string>, refused: Refusal["reason"]) =>
    Effect.mapError(lineOf(git, { args: ["rev-parse", ...args], cwd: directory }), (error) => {
      const refusal = refusalOf(error)
      return refusal.reason === "git_failed" && error.reason === "failed" ? { ...refusal, reason: refused } : refusal
    })
  const lines = (yield* ask(asked, "no_repository")).split("\n")
  const [inside, top, prefix, repository] = lines
  // A path with a line end in it makes more lines.
  if (inside !== "true" || top === undefined || prefix === undefined || repository === undefined || lines.length > 4) {
    return yield* refuse("no_repository", "there is no working tree that could be found")
  }
  const head = yield* ask(["--verify", "HEAD^{commit}"], "no_commit")
  const settings = yield* Effect.mapError(filtersOff(git, { cwd: directory }), refusalOf)
  return { directory, top, prefix, repository, head, settings }
})

/** Begins to look for one change and stops at the first. Not known is no. */
const lookLimit = Duration.seconds(10)

/** Whether the working tree has changes that are in no commit: a worktree made from it does not have them. */
export const hasChanges = ({ git }: Site, { settings, top }: Origin): Effect.Effect<boolean> =>
  git
    .call({
      args: ["status", "--porcelain", "-z", "--untracked-files=normal", "--ignore-submodules=dirty"],
      cwd: top,
      settings,
      limit: lookLimit,
      outputBytesMax: 1
    })
    .pipe(
      Effect.map(({ stdout }) => stdout.length > 0),
      Effect.orElseSucceed(() => false)
    )

/** A call about the repository itself, found without looking for it. */
export const inRepository = (
  { repository, settings }: Pick<Origin, "repository" | "settings">,
  args: ReadonlyArray<string>
): GitCall => ({ args, cwd: repository, env: { GIT_DIR: repository }, settings })

/** Makes git forget a worktree whose folder is not there. Not knowing it is as good. */
export const forget = ({ git }: Pick<Site, "git">, origin: Pick<Origin, "repository" | "settings">, folder: string) =>
  Effect.ignore(git.call(inRepository(origin, ["worktree", "remove", folder])))

/** Takes a folder away that is still being made: nobody has worked in it (P1). */
const clear = Effect.fnUntraced(function* (site: Site, origin: Origin, folder: string) {
  const aside = yield* site.aside
  const moved = yield* Effect.option(site.fs.rename(folder, aside))
  if (Option.isSome(moved)) yield* site.dispose(aside)
  // Git locks what it is making; when it is killed, that stays.
  yield* Effect.ignore(site.git.call(inRepository(origin, ["worktree", "unlock", folder])))
  yield* forget(site, origin, folder)
})

/** Undoes a making that did not come to its end. */
const unmake = Effect.fnUntraced(function* (site: Site, origin: Origin, id: string, record: Records.WorktreeRecord) {
  yield* clear(site, origin, folderOf(site, id))
  // Only where it was put: whatever moved it has made it its own.
  const deletion = ["update-ref", "-d", `refs/heads/${record.branch}`, record.base]
  yield* Effect.ignore(site.git.call(inRepository(origin, deletion)))
})

const write = (site: Site, id: string, record: Records.WorktreeRecord) =>
  Effect.mapError(Records.write(site.fs, recordOf(site, id), record), refusalOf)

const made = Effect.fnUntraced(function* (
  site: Site,
  origin: Origin,
  id: string,
  record: Records.WorktreeRecord,
  from: ReadonlyArray<string>
) {
  const folder = folderOf(site, id)
  const call: GitCall = { ...inRepository(origin, ["worktree", "add", ...from]), limit: checkoutLimit }
  yield* Effect.mapError(outputOf(site.git, call), refusalOf)
  const gitDirectory = yield* Effect.mapError(
    lineOf(site.git, { args: ["rev-parse", "--absolute-git-dir"], cwd: folder }),
    refusalOf
  )
  const placed: Records.WorktreeRecord = { ...record, state: "placed", gitDirectory }
  yield* write(site, id, placed)
  return placed
})

const branchOf = (id: string): string => `offshoot/${id}`

/** A worktree that is there and may be worked in: `found` when an earlier run of its session was in it. */
export interface Standing {
  readonly record: Records.WorktreeRecord
  readonly origin: "made" | "found"
}

const found = (record: Records.WorktreeRecord): Standing => ({ record, origin: "found" })

/** A new one, at the commit of the workspace's HEAD, on a branch of its own. */
const fresh = Effect.fnUntraced(function* (site: Site, origin: Origin, id: string) {
  const record: Records.WorktreeRecord = {
    state: "placing",
    repository: origin.repository,
    branch: branchOf(id),
    base: origin.head
  }
  yield* write(site, id, record)
  const from = ["--no-track", "-b", record.branch, folderOf(site, id), record.base]
  const placed = yield* made(site, origin, id, record, from).pipe(
    Effect.tapError(() => unmake(site, origin, id, record))
  )
  return { record: placed, origin: "made" } satisfies Standing
})

/** The branch that a removed one left; without the branch nothing is left of it. */
const fromBranch = Effect.fnUntraced(function* (
  site: Site,
  origin: Origin,
  id: string,
  record: Records.WorktreeRecord
) {
  const folder = folderOf(site, id)
  const ref = inRepository(origin, ["show-ref", "--verify", "--quiet", `refs/heads/${record.branch}`])
  if (!(yield* Effect.mapError(says(site.git, ref), refusalOf))) return yield* fresh(site, origin, id)
  yield* write(site, id, { ...record, state: "restoring" })
  yield* forget(site, origin, folder)
  return found(yield* made(site, origin, id, record, [folder, record.branch]))
})

/** Finds or makes the worktree. Alone in its repository. */
export const place = Effect.fnUntraced(function* (
  site: Site,
  origin: Origin,
  id: string
): Effect.fn.Return<Standing, Refusal> {
  const folder = folderOf(site, id)
  const isThere = yield* Effect.orElseSucceed(site.fs.exists(folder), () => true)
  const known = yield* Effect.mapError(Records.read(site.fs, recordOf(site, id)), refusalOf)
  if (Option.isNone(known)) {
    return isThere ? yield* refuse("occupied", `${folder} is there already`) : yield* fresh(site, origin, id)
  }
  const record = known.value
  if (record.repository !== origin.repository) {
    return yield* refuse("elsewhere", `the session has a worktree of ${record.repository}`)
  }
  switch (record.state) {
    case "placing":
      yield* unmake(site, origin, id, record)
      return yield* fresh(site, origin, id)
    case "restoring":
      yield* clear(site, origin, folder)
      return yield* fromBranch(site, origin, id, record)
    case "placed":
      return isThere ? found(record) : yield* fromBranch(site, origin, id, record)
    case "branch":
      return isThere
        ? yield* refuse("occupied", `${folder} is there already`)
        : yield* fromBranch(site, origin, id, record)
  }
})

/** The real path of a directory, or of the nearest one above it that is there. */
const nearest = (at: Pick<Site, "fs" | "path">, directory: string): Effect.Effect<string> => {
  const above = at.path.dirname(directory)
  return at.fs
    .realPath(directory)
    .pipe(Effect.catchTag("PlatformError", () => (above === directory ? Effect.succeed(above) : nearest(at, above))))
}

/** The same place in the worktree as the directory has in its working tree. */
export const directoryIn = Effect.fnUntraced(function* (
  site: Site,
  { prefix }: Pick<Origin, "prefix">,
  folder: string
): Effect.fn.Return<string, Refusal> {
  const { fs, path } = site
  const directory = path.join(folder, prefix)
  // A link that is in the commit, or that an earlier run put there, may lead anywhere.
  if (!isInside(path, yield* nearest(site, directory), folder)) {
    return yield* refuse("occupied", `${directory} leads out of the worktree`)
  }
  return yield* Effect.mapError(
    Effect.andThen(fs.makeDirectory(directory, { recursive: true }), fs.realPath(directory)),
    (): Refusal => ({ reason: "occupied", detail: `${directory} cannot be entered` })
  )
})
