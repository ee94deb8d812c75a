/**
 * A git worktree for each session: its child works on files of its own, beside
 * the workspace of its parent and not in it.
 *
 * Made from the repository around the directory that the child would work in,
 * at the commit that is checked out there. Changes that are in no commit are
 * not in it, and `hasChanges` says that there were some; nor is what git
 * ignores, such as installed dependencies, submodules, or large files that
 * their filter would fetch from elsewhere. It decides nothing about programs.
 *
 * - T1 Work is never lost. A worktree goes only when nothing in it is
 *   uncommitted and every commit is on a branch, and of what is not known the
 *   worse is assumed. What a dead server left is kept as it was.
 * - T2 A session has one worktree, whatever becomes of its runs: a later try or
 *   message finds the same one, or a new one on the branch that it left.
 * - T3 Changes of one repository are made one after the other.
 * - T4 No program that a repository names is started: no hook, no file system
 *   monitor, no filter of its own, no transport.
 *
 * @stability unstable
 */
import type { ExternalChildRunner, Outcome, Session } from "@offshoot/core"
import { Ids } from "@offshoot/core"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as RcMap from "effect/RcMap"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { CliHost } from "./CliHost.ts"
import { wholeFiles } from "./internal/changedFiles.ts"
import * as Git from "./internal/gitCommand.ts"
import { type Diff, type DiffLimits, limitsDefault } from "./internal/worktreeDiff.ts"
import * as Ending from "./internal/worktreeEnding.ts"
import * as Placing from "./internal/worktreePlacing.ts"
import type { RunMark } from "./RunMark.ts"

/** There is no worktree; the run ends without its program having been started. */
export class WorktreeRefused extends Schema.TaggedError<WorktreeRefused>()("WorktreeRefused", {
  reason: Schema.Literals([
    "git_missing",
    "no_repository",
    "no_commit",
    "elsewhere",
    "occupied",
    "git_failed",
    "not_recorded"
  ]),
  directory: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    const { detail, directory } = this
    switch (this.reason) {
      case "git_missing":
        return "A worktree needs git, which was not found: install it, or set isolation to none"
      case "no_repository":
        return `${directory} is in no working tree of git (${detail}): name a workspace inside of one, or set isolation to none`
      case "no_commit":
        return `The repository of ${directory} has nothing to begin from (${detail}): make a commit, or set isolation to none`
      case "elsewhere":
        return `${directory} is not where this session works: ${detail}. Begin a new session for it`
      case "occupied":
        return `The worktree cannot be where it belongs: ${detail}. Look at what is there, and move it away`
      case "git_failed":
        return `No worktree of ${directory} could be made: ${detail}`
      case "not_recorded":
        return `What is known of the session's worktree cannot be read or written: ${detail}`
    }
  }
}

/** How a run ends that has no worktree. */
export const outcomeOf = (refused: WorktreeRefused): Outcome.RunnerOutcome =>
  refused.reason === "git_missing"
    ? { status: "error", reason: "not_installed", message: refused.message, program: "git" }
    : { status: "error", reason: "setup", message: refused.message }

export interface Request {
  /** Names the worktree: a session's id, so that all of its runs have the same one. */
  readonly id: string
  /** Where the child would work without one: a real path, inside of what is allowed. */
  readonly directory: string
  /** Carried by the git that works for this run. */
  readonly mark: RunMark | undefined
}

/**
 * - `Kept`: it stays where it is, for the reason given.
 * - `Removed`: nothing was lost; `commit` is where its branch is, when that has commits of its own.
 * - `Gone`: somebody else has removed it.
 */
export type WorktreeEnd = Ending.Ending

/** What is left of a run in a worktree. An absent diff: nothing differs from the base. */
export interface Left {
  readonly diff: Option.Option<Diff>
  readonly end: WorktreeEnd
}

export interface Placed {
  /** Where the child works: the place in the worktree that `Request.directory` has in its working tree. */
  readonly directory: string
  /** The top of the worktree. */
  readonly folder: string
  readonly branch: string
  /** The commit that it was made from, for this run or an earlier one. */
  readonly base: string
  /** The top of the working tree that it was made from. */
  readonly workspace: string
  /** `found`: an earlier run of the session has worked in it, or on its branch. */
  readonly origin: "made" | "found"
  /** Whether the workspace has changes that are in no commit, which a worktree that was made now does not have. */
  readonly hasChanges: boolean
  /** Where it is, as a result names it: report it at once, so that it is known of a run that never returns. */
  readonly artifact: Session.NamedArtifact
  /**
   * Makes the diff against the base, then removes the worktree if that loses
   * nothing. To be called when nothing of the run is alive. The first call is
   * the one; later ones get its answer.
   *
   * **Interruption**: of the caller waits for it; it takes `within` at most,
   * and some seconds more when a removal has begun.
   * **Durability**: cut off at any moment, the worktree is there with all that
   * is in it, or is gone without a loss.
   */
  readonly finish: (within: Duration.Duration) => Effect.Effect<Left>
}

export class Worktrees extends Context.Service<
  Worktrees,
  {
    /**
     * The worktree of a session. Closing the scope finishes it, when nobody has.
     *
     * **Interruption**: what was being made is made anew by the next call.
     * **Durability**: when it returns, the worktree is found again after the end of this process.
     */
    readonly acquire: (request: Request) => Effect.Effect<Placed, WorktreeRefused, Scope.Scope>
  }
>()("@offshoot/adapters-cli/Worktrees") {}

export interface Options {
  /** Where worktrees are made; is made itself when it is not there. */
  readonly folder: string
  /**
   * What files are that git ignores: `count` keeps a worktree for them as for
   * any other file, `discard` takes them for what can be made again.
   */
  readonly ignored?: "count" | "discard"
  readonly limits?: DiffLimits
}

/** A name that is a file's, a branch's and a worktree's alike; those of sessions are. */
const isName = (id: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(id)

/** Who closes the scope without finishing wants nothing of it, only that nothing needless stays. */
const closingLimit = Duration.seconds(5)

const asidePrefix = ".removing-"

interface Parts {
  readonly options: Options
  readonly fs: FileSystem.FileSystem
  readonly path: Path.Path
  readonly gitFor: (mark: RunMark | undefined) => Git.Git
  readonly alone: (repository: string) => <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
  /** Of the layer: what is deleted in the background ends with it. */
  readonly scope: Scope.Scope
}

const dispose = ({ fs, scope }: Parts, aside: string): Effect.Effect<void> =>
  // The layer's scope interrupts it; the next start goes on.
  Effect.asVoid(
    Effect.forkIn(Effect.ignore(fs.remove(aside, { recursive: true, force: true })), scope, { startImmediately: true })
  )

/** A repository around the folder, as that which the server runs in may be, does not see what is in it. */
const ignoreAll = "*\n"

const siteOf = Effect.fnUntraced(function* (parts: Parts, mark: RunMark | undefined) {
  const { fs, options, path } = parts
  yield* fs.makeDirectory(options.folder, { recursive: true, mode: 0o700 })
  const root = yield* fs.realPath(options.folder)
  yield* fs.writeFileString(`${root}/.gitignore`, ignoreAll)
  const site: Placing.Site = {
    git: parts.gitFor(mark),
    fs,
    path,
    root,
    aside: Effect.map(Effect.flatten(Ids.Entropy), (entropy) => `${root}/${asidePrefix}${entropy}`),
    dispose: (aside) => dispose(parts, aside)
  }
  return site
})

/** Ends a worktree once, whoever asks first. */
const finishing = (finish: (within: Duration.Duration) => Effect.Effect<Left>): Placed["finish"] => {
  let first: Deferred.Deferred<Left> | undefined
  return (within) =>
    Effect.suspend(() => {
      if (first !== undefined) return Deferred.await(first)
      const done = (first = Deferred.makeUnsafe<Left>())
      return Effect.uninterruptible(
        Effect.onExit(finish(within), (exit) => Effect.sync(() => Deferred.doneUnsafe(done, exit)))
      )
    })
}

const acquire = (parts: Parts) =>
  Effect.fn("Worktrees.acquire")(function* (request: Request) {
    const { directory, id, mark } = request
    const refused = ({ detail, reason }: Placing.Refusal) => new WorktreeRefused({ reason, directory, detail })
    if (!isName(id)) return yield* refused({ reason: "occupied", detail: `${id} is no name for it` })
    const site = yield* Effect.mapError(siteOf(parts, mark), ({ message }) =>
      refused({ reason: "not_recorded", detail: message })
    )
    const origin = yield* Effect.mapError(Placing.originOf(site, directory), refused)
    const alone = parts.alone(origin.repository)
    const standing = yield* Effect.mapError(alone(Placing.place(site, origin, id)), refused)
    const { record } = standing
    const folder = Placing.folderOf(site, id)
    const { base, branch } = record
    const options: Ending.EndingOptions = {
      ignored: parts.options.ignored ?? "count",
      limits: parts.options.limits ?? limitsDefault,
      alone
    }
    const finish = finishing((within) =>
      Effect.map(Ending.end(site, origin, id, record, options, within), ({ diff, ending }) => ({ diff, end: ending }))
    )
    yield* Effect.addFinalizer(() => finish(closingLimit))
    const placed: Placed = {
      directory: yield* Effect.mapError(Placing.directoryIn(site, origin, folder), refused),
      folder,
      branch,
      base,
      workspace: origin.top,
      origin: standing.origin,
      hasChanges: standing.origin === "made" && (yield* Placing.hasChanges(site, origin)),
      artifact: { kind: "place", name: "worktree", location: folder, details: { branch, base } },
      finish
    }
    return placed
  })

/** Deletes what an earlier process had moved aside: it was nobody's work. */
const sweep = (parts: Parts): Effect.Effect<void> => {
  const { fs, options } = parts
  return fs.readDirectory(options.folder).pipe(
    Effect.map((names) => names.filter((name) => name.startsWith(asidePrefix))),
    Effect.flatMap((names) =>
      Effect.forEach(names, (name) => dispose(parts, `${options.folder}/${name}`), { discard: true })
    ),
    // Without the folder there is nothing to sweep.
    Effect.ignore
  )
}

export const layer = (
  options: Options
): Layer.Layer<
  Worktrees,
  never,
  CliHost | ChildProcessSpawner.ChildProcessSpawner | FileSystem.FileSystem | Path.Path
> =>
  Layer.effect(
    Worktrees,
    Effect.gen(function* () {
      const host = yield* CliHost
      const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
      const locks = yield* RcMap.make({ lookup: (_repository: string) => Effect.sync(() => Semaphore.makeUnsafe(1)) })
      const parts: Parts = {
        options,
        fs: yield* FileSystem.FileSystem,
        path: yield* Path.Path,
        gitFor: (mark) => Git.make(spawner, host.environment, mark),
        alone: (repository) => (effect) =>
          Effect.scoped(Effect.flatMap(RcMap.get(locks, repository), (lock) => lock.withPermit(effect))),
        scope: yield* Scope.Scope
      }
      yield* sweep(parts)
      return Worktrees.of({ acquire: acquire(parts) })
    })
  )

/** Three quarters of what is kept of one text: base64 has four characters for three bytes. */
const base64BytesMax = 3_145_728

/** A diff as a text that can be kept: as it is, or as base64 when some file in it is no UTF-8. */
const textOf = ({ bytes, missing }: Diff) => {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
    return { text, bytes: bytes.length, missing, form: { mediaType: "text/x-diff" } }
  } catch {
    const part = wholeFiles(bytes, base64BytesMax)
    const cut = part.length < bytes.length ? Option.some("the files for which there was no room") : missing
    return {
      text: Base64.encode(part),
      bytes: part.length,
      missing: cut,
      form: { mediaType: "text/x-diff", encoding: "base64" as const }
    }
  }
}

const keepDiff = Effect.fnUntraced(function* (
  keep: ExternalChildRunner.RunContext["keep"],
  diff: Diff
): Effect.fn.Return<Session.NamedArtifact | undefined> {
  const { bytes, form, missing, text } = textOf(diff)
  if (bytes === 0) return undefined
  const id = yield* keep(text, form)
  if (Option.isNone(id)) return undefined
  const lacks = Option.match(missing, { onNone: () => ({}), onSome: (words) => ({ missing: words }) })
  return { kind: "text", name: "changes.diff", id: id.value, mediaType: form.mediaType, bytes, ...lacks }
})

/** Where the work is, beside the diff: in the worktree, on a branch, or nowhere, when there was none. */
const placeOf = ({ base, branch, folder, workspace }: Placed, end: WorktreeEnd): Session.NamedArtifact | undefined => {
  const details = { branch, base }
  switch (end._tag) {
    case "Kept":
      return { kind: "place", name: "worktree", location: folder, details: { ...details, because: end.because } }
    case "Gone":
      return { kind: "place", name: "branch", location: workspace, details }
    case "Removed":
      return Option.match(end.commit, {
        onNone: () => undefined,
        onSome: (commit) => ({ kind: "place", name: "branch", location: workspace, details: { ...details, commit } })
      })
  }
}

/**
 * What a run leaves, as its result names it: the diff, kept as a text, and
 * where the work is.
 *
 * **Durability**: the diff is recorded when this returns.
 */
export const artifactsOf = Effect.fnUntraced(function* (
  keep: ExternalChildRunner.RunContext["keep"],
  placed: Placed,
  { diff, end }: Left
): Effect.fn.Return<ReadonlyArray<Session.NamedArtifact>> {
  const kept = Option.isNone(diff) ? undefined : yield* keepDiff(keep, diff.value)
  const place = placeOf(placed, end)
  const lost = Option.flatMap(diff, ({ missing }) => missing)
  // Without a diff of its own, what is missing from it is said with the place.
  const shown =
    place?.kind === "place" && kept === undefined && Option.isSome(lost)
      ? { ...place, details: { ...place.details, missing: lost.value } }
      : place
  return [kept, shown].filter((artifact) => artifact !== undefined)
})
