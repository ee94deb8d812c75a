/**
 * What becomes of a worktree when its run has ended: looked at, removed if that
 * loses nothing, else kept.
 *
 * Race: whoever works in it besides the run, a person or an editor, may write
 * while it is being looked at. So it is moved away first, where nobody finds
 * it, looked at once more, and moved back if there is anything.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { lineOf } from "./gitCommand.ts"
import { isUsed } from "./folderUse.ts"
import { filtersOff } from "./gitFilters.ts"
import { type Diff, type DiffLimits, diffOf, type Tree } from "./worktreeDiff.ts"
import { folderOf, forget, inRepository, type Origin, recordOf, type Site } from "./worktreePlacing.ts"
import * as Records from "./worktreeRecord.ts"
import { type Fate, fateOf, findingsOf, statusOf } from "./worktreeState.ts"

export type Ending =
  | { readonly _tag: "Kept"; readonly because: string }
  /** `commit`: where its branch is; none: the branch had nothing of its own and is gone too. */
  | { readonly _tag: "Removed"; readonly commit: Option.Option<string> }
  /** Somebody else has taken it away; its branch is untouched. */
  | { readonly _tag: "Gone" }

/** What was found until now: a look that runs out of time leaves what it has. */
export interface Seen {
  diff: Option.Option<Diff>
  ending: Ending
}

export interface EndingOptions {
  readonly ignored: "count" | "discard"
  readonly limits: DiffLimits
  /** Makes an effect the only one that changes the repository. */
  readonly alone: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
}

const noDiff = (why: string): Option.Option<Diff> =>
  Option.some({ bytes: new Uint8Array(0), missing: Option.some(`everything: ${why}`) })

const unseen = (why: string): Seen => ({ diff: noDiff(why), ending: { _tag: "Kept", because: why } })

/** Deletes the branch where it is, and says where it is if it stays. */
const endBranch = Effect.fnUntraced(function* (
  { git }: Site,
  origin: Origin,
  branch: string,
  fate: Extract<Fate, { readonly _tag: "Remove" }>
) {
  const ref = `refs/heads/${branch}`
  const tip = yield* Effect.option(lineOf(git, inRepository(origin, ["rev-parse", "--verify", "--quiet", ref])))
  if (Option.isNone(tip) || fate.branch === "stays") return tip
  // Refused when somebody has moved it meanwhile: then it is theirs.
  const deleted = yield* Effect.option(lineOf(git, inRepository(origin, ["update-ref", "-d", ref, tip.value])))
  return Option.isSome(deleted) ? Option.none() : tip
})

/** Takes it out of its repository. Nothing is lost when this is cut off after any of its steps. */
const remove = Effect.fnUntraced(function* (
  site: Site,
  origin: Origin,
  id: string,
  tree: Tree,
  record: Records.WorktreeRecord,
  fate: Extract<Fate, { readonly _tag: "Remove" }>,
  options: EndingOptions
): Effect.fn.Return<Ending> {
  const { fs } = site
  const aside = yield* site.aside
  const kept = (because: string): Ending => ({ _tag: "Kept", because })
  const moved = yield* Effect.option(fs.rename(tree.folder, aside))
  if (Option.isNone(moved)) return kept("it could not be moved")
  const again = yield* Effect.option(statusOf({ ...tree, folder: aside }, options.ignored))
  const isEmptyOfWork = Option.isSome(again) && !again.value.isChanged && !again.value.hasIgnored
  if (!isEmptyOfWork || (yield* isUsed(fs, aside))) {
    yield* Effect.ignore(fs.rename(aside, tree.folder))
    return kept("it was changed while it was looked at")
  }
  yield* forget(site, origin, tree.folder)
  const commit = yield* endBranch(site, origin, record.branch, fate)
  const recorded = Option.isSome(commit)
    ? Records.write(fs, recordOf(site, id), { ...record, state: "branch" })
    : fs.remove(recordOf(site, id), { force: true })
  yield* Effect.ignore(recorded)
  yield* site.dispose(aside)
  return { _tag: "Removed", commit }
})

/**
 * Looks, decides and carries it out. What is found goes into `seen` at once.
 *
 * **Interruption**: stops looking and keeps the worktree. A removal that has
 * begun ends: each of its steps has a limit of its own.
 */
const endInto = Effect.fnUntraced(function* (
  seen: Seen,
  site: Site,
  origin: Origin,
  id: string,
  record: Records.WorktreeRecord,
  options: EndingOptions
) {
  const folder = folderOf(site, id)
  const { gitDirectory } = record
  if (gitDirectory === undefined) return
  if (!(yield* Effect.orElseSucceed(site.fs.exists(folder), () => true))) {
    seen.diff = noDiff("the worktree is gone")
    seen.ending = { _tag: "Gone" }
    return
  }
  const env = { GIT_DIR: gitDirectory, GIT_WORK_TREE: folder }
  const settings = yield* filtersOff(site.git, { cwd: folder, env })
  const tree: Tree = { git: site.git, fs: site.fs, folder, gitDirectory, base: record.base, settings }
  seen.diff = yield* diffOf(tree, options.limits).pipe(Effect.catch(({ message }) => Effect.succeed(noDiff(message))))
  const fate = fateOf(yield* findingsOf(tree, record.branch, options.ignored))
  if (fate._tag === "Keep") {
    seen.ending = { _tag: "Kept", because: fate.because }
    return
  }
  const removal = Effect.map(remove(site, origin, id, tree, record, fate, options), (ending) => {
    seen.ending = ending
  })
  yield* options.alone(Effect.uninterruptible(removal))
})

/** The same within a time, whatever happens. */
export const end = (
  site: Site,
  origin: Origin,
  id: string,
  record: Records.WorktreeRecord,
  options: EndingOptions,
  within: Duration.Duration
): Effect.Effect<Seen> =>
  Effect.suspend(() => {
    const seen = unseen(`it could not be looked at within ${Duration.format(within)}`)
    return endInto(seen, site, origin, id, record, options).pipe(
      Effect.catch(({ message }) =>
        Effect.sync(() => {
          seen.ending = { _tag: "Kept", because: message }
        })
      ),
      Effect.timeoutOption(within),
      // Called by finalizers: whatever else went wrong, the worktree is there and the run ends.
      Effect.catchCause((cause) => Effect.logWarning("worktree.not_ended", cause)),
      Effect.as(seen)
    )
  })
