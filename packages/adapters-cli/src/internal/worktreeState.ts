/**
 * What would be lost if a worktree were removed. `fateOf` decides; the rest
 * looks, and what cannot be known counts as something to lose.
 *
 * A worktree is removed only when
 * - no file in it is uncommitted, ignored ones included unless the operator
 *   says that they are nothing;
 * - no merge, rebase or the like is under way, nobody has locked it, and
 *   nobody works in it;
 * - every commit that its HEAD ever was at is on a branch, a tag or a remote's
 *   branch, or in the history of its own branch, which then stays.
 */
import * as Effect from "effect/Effect"
import { failureOf, type GitCall, type GitFailed, lineOf, outputOf, says } from "./gitCommand.ts"
import { isUsed } from "./folderUse.ts"
import { callOf, type Tree } from "./worktreeDiff.ts"

export interface Findings {
  /** Changed or new files, staged or not. */
  readonly isChanged: boolean
  readonly hasIgnored: boolean
  readonly isUnderWay: boolean
  readonly isLocked: boolean
  /** A process works in it, which a run that has ended has none of. */
  readonly isUsed: boolean
  /** Commits that only this worktree knows of. */
  readonly hasLooseCommits: boolean
  /** What leads from the folder to its repository is not what was put there. */
  readonly isCutLoose: boolean
  /** Commits that only its own branch has, now or in its history. */
  readonly branchHolds: boolean
}

/** Why a worktree is kept, in words for its owner. */
const reasons = {
  isCutLoose: "its link to the repository was changed",
  isChanged: "it has uncommitted changes",
  isUnderWay: "a merge, rebase or the like is under way",
  hasLooseCommits: "it has commits that are on no branch",
  hasIgnored: "it has files that git ignores",
  isLocked: "it is locked",
  isUsed: "a program works in it"
} as const

export type Fate =
  | { readonly _tag: "Keep"; readonly because: string }
  /** `branch`: it has commits of its own and stays. */
  | { readonly _tag: "Remove"; readonly branch: "stays" | "goes" }

/** The first reason to keep it; none: it is removed. */
export const fateOf = (findings: Findings): Fate => {
  const keys = ["isCutLoose", "isChanged", "isUnderWay", "hasLooseCommits", "hasIgnored", "isLocked", "isUsed"] as const
  const reason = keys.find((key) => findings[key])
  return reason === undefined
    ? { _tag: "Remove", branch: findings.branchHolds ? "stays" : "goes" }
    : { _tag: "Keep", because: reasons[reason] }
}

/** What `status --porcelain=v2` says: anything that is not ignored is a change. */
export const readStatus = (listing: string): Pick<Findings, "isChanged" | "hasIgnored"> => {
  const entries = listing.split("\0").filter((entry) => entry !== "")
  // The second path of a rename stands alone, and is no ignored file whatever it begins with.
  const isIgnored = (entry: string): boolean => entry.startsWith("! ")
  return { isChanged: entries.some((entry) => !isIgnored(entry)), hasIgnored: entries.some(isIgnored) }
}

/** What git leaves in its directory while it is in the middle of something. */
const underWay = [
  "MERGE_HEAD",
  "CHERRY_PICK_HEAD",
  "REVERT_HEAD",
  "BISECT_LOG",
  "rebase-merge",
  "rebase-apply",
  "sequencer"
]

/** Entries of one history that are looked at; of a longer one nothing is known. */
const historyMax = 1_000

/** Lines of object ids; no history at all is an empty one. */
const idsOf = (bytes: Uint8Array): ReadonlyArray<string> =>
  new TextDecoder()
    .decode(bytes)
    .split("\n")
    .filter((line) => line !== "")

interface History {
  readonly ids: ReadonlyArray<string>
  readonly isWhole: boolean
}

/** Where a reference is and, as far as its log goes, ever was. */
const historyOf = Effect.fnUntraced(function* (tree: Tree, ref: string): Effect.fn.Return<History, GitFailed> {
  const tip = yield* lineOf(tree.git, callOf(tree, ["rev-parse", "--verify", "--end-of-options", `${ref}^{commit}`]))
  const log = ["rev-list", "--walk-reflogs", `--max-count=${historyMax}`, ref, "--"]
  const ids = idsOf(yield* outputOf(tree.git, callOf(tree, log)))
  return { ids: [...new Set([tip, ...ids])], isWhole: ids.length < historyMax }
})

const hasRef = (tree: Tree, ref: string): Effect.Effect<boolean, GitFailed> =>
  says(tree.git, callOf(tree, ["show-ref", "--verify", "--quiet", ref]))

/** Whether one of these commits cannot be reached from what holds commits. */
const reachesMore = (
  tree: Tree,
  { ids, isWhole }: History,
  holders: ReadonlyArray<string>
): Effect.Effect<boolean, GitFailed> =>
  isWhole
    ? Effect.map(
        outputOf(tree.git, callOf(tree, ["rev-list", "--max-count=1", ...ids, "--not", ...holders, "--"])),
        (bytes) => bytes.length > 0
      )
    : Effect.succeed(true)

const noHistory: History = { ids: [], isWhole: true }

const commits = Effect.fnUntraced(function* (tree: Tree, branch: string) {
  const ref = `refs/heads/${branch}`
  const head = yield* historyOf(tree, "HEAD")
  const own = (yield* hasRef(tree, ref)) ? yield* historyOf(tree, ref) : noHistory
  const others = [tree.base, "--tags", "--remotes"]
  const hasLooseCommits = yield* reachesMore(tree, head, [...others, "--branches", ...own.ids])
  const branchHolds =
    own.ids.length > 0 && (yield* reachesMore(tree, own, [...others, `--exclude=${branch}`, "--branches"]))
  return { hasLooseCommits, branchHolds }
})

const status: ReadonlyArray<string> = [
  "status",
  "--porcelain=v2",
  "-z",
  "--untracked-files=all",
  "--ignored=matching",
  "--ignore-submodules=dirty",
  "--no-renames"
]

/** More than this is said only of a tree with many changes: the begin of it tells as much. */
const statusBytesMax = 1_048_576

const isLinked = (tree: Tree): Effect.Effect<boolean> =>
  tree.fs.readFileString(`${tree.folder}/.git`).pipe(
    Effect.map((text) => text.trim() === `gitdir: ${tree.gitDirectory}`),
    Effect.orElseSucceed(() => false)
  )

/** What of its files is in no commit. */
export const statusOf = Effect.fnUntraced(function* (
  tree: Tree,
  ignored: "count" | "discard"
): Effect.fn.Return<Pick<Findings, "isChanged" | "hasIgnored">, GitFailed> {
  const call: GitCall = { ...callOf(tree, status), outputBytesMax: statusBytesMax }
  const answer = yield* tree.git.call(call)
  if (answer._tag === "Ended" && answer.code !== 0) return yield* failureOf(call, answer)
  const { hasIgnored, isChanged } = readStatus(new TextDecoder().decode(answer.stdout))
  return { isChanged, hasIgnored: hasIgnored && ignored === "count" }
})

/** Looks at everything that `fateOf` asks for. */
export const findingsOf = Effect.fnUntraced(function* (
  tree: Tree,
  branch: string,
  ignored: "count" | "discard"
): Effect.fn.Return<Findings, GitFailed> {
  const { folder, fs, gitDirectory } = tree
  const has = (name: string) => Effect.orElseSucceed(fs.exists(`${gitDirectory}/${name}`), () => true)
  const marks = yield* Effect.forEach(underWay, has)
  return {
    ...(yield* statusOf(tree, ignored)),
    isUnderWay: marks.includes(true),
    isLocked: yield* has("locked"),
    isUsed: yield* isUsed(fs, folder),
    isCutLoose: !(yield* isLinked(tree)),
    ...(yield* commits(tree, branch))
  }
})
