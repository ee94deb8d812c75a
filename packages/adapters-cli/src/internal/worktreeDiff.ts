/**
 * What the files of a worktree are beside the commit that it was made from:
 * committed, uncommitted and new ones alike, as one diff that `git apply` takes.
 *
 * It changes nothing: git works on a copy of the index, and no object is written.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Changed from "./changedFiles.ts"
import { failureOf, type Git, type GitCall, type GitFailed, outputOf, type Setting } from "./gitCommand.ts"
import { joined } from "./joinedBytes.ts"

/** A working tree with its repository. Nothing in it is looked for: a child may have changed what leads to it. */
export interface Tree {
  readonly git: Git
  readonly fs: FileSystem.FileSystem
  readonly folder: string
  /** What git keeps of this tree. */
  readonly gitDirectory: string
  readonly base: string
  readonly settings: ReadonlyArray<Setting>
}

/** A call about this tree. */
export const callOf = ({ folder, gitDirectory, settings }: Tree, args: ReadonlyArray<string>): GitCall => ({
  args,
  cwd: folder,
  env: { GIT_DIR: gitDirectory, GIT_WORK_TREE: folder },
  settings
})

/** `missing`: in words, what is not in it. */
export interface Diff {
  readonly bytes: Uint8Array
  readonly missing: Option.Option<string>
}

export interface DiffLimits {
  /** What a reader of a result may still want to read, and as much as is kept of one text. */
  readonly bytesMax: number
  /** One file, before or after: git takes both whole into memory, and packs them. */
  readonly fileBytesMax: number
}

export const limitsDefault: DiffLimits = { bytesMax: 4_194_304, fileBytesMax: 8_388_608 }

/** Names of files, some ten thousand of them; of more files nobody reads the diff. */
const listingBytesMax = 4_194_304
/** Files that are asked for by name in one call: their names have to fit into its arguments. */
const namesAtOnce = 100
/** A diff reads every changed file. */
const diffLimit = Duration.seconds(60)
/** Files that are named among those that are missing. */
const namedMax = 5
/** Files whose sizes are looked at together. */
const looksAtOnce = 16

interface Left {
  readonly large: ReadonlyArray<string>
  /** Directories with a repository of their own. */
  readonly nested: ReadonlyArray<string>
  readonly unnamed: number
  /** There are more files than were listed. */
  readonly isListCut: boolean
  /** Files for which there was no room. */
  readonly surplus: number
}

const some = (names: ReadonlyArray<string>): string =>
  `${names.slice(0, namedMax).join(", ")}${names.length > namedMax ? ", …" : ""}`

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`

/** What is not in a diff, in words; none: all of it is. */
export const missingOf = (
  { isListCut, large, nested, surplus, unnamed }: Left,
  limits: DiffLimits
): Option.Option<string> => {
  const mebibytes = limits.fileBytesMax / 1_048_576
  const parts = [
    ...(surplus === 0 ? [] : [`${count(surplus, "file", "files")} for which there was no room`]),
    ...(large.length === 0 ? [] : [`${count(large.length, "file", "files")} above ${mebibytes} MiB (${some(large)})`]),
    ...(nested.length === 0
      ? []
      : [`${count(nested.length, "repository", "repositories")} inside of it (${some(nested)})`]),
    ...(unnamed === 0 ? [] : [`${count(unnamed, "file", "files")} whose name is no UTF-8`]),
    ...(isListCut ? ["further files: there are too many to list"] : [])
  ]
  return parts.length === 0 ? Option.none() : Option.some(parts.join("; "))
}

/** A link counts as itself, what is gone as nothing. */
const bytesOf = (fs: FileSystem.FileSystem, path: string): Effect.Effect<number> =>
  fs.lstat(path).pipe(
    Effect.map(({ size }) => Number(size)),
    Effect.orElseSucceed(() => 0)
  )

/** Splits by whether a look says yes. */
const parted = <A>(all: ReadonlyArray<A>, look: (one: A) => Effect.Effect<boolean>) =>
  Effect.map(
    Effect.forEach(all, (one) => Effect.map(look(one), (yes) => ({ one, yes })), { concurrency: looksAtOnce }),
    (looked) => ({
      yes: looked.flatMap(({ one, yes }) => (yes ? [one] : [])),
      no: looked.flatMap(({ one, yes }) => (yes ? [] : [one]))
    })
  )

/** What it said, of which the beginning is good too. */
const beginOf = (
  { git }: Tree,
  call: GitCall
): Effect.Effect<{ readonly bytes: Uint8Array; readonly isCut: boolean }, GitFailed> =>
  Effect.flatMap(git.call(call), (answer) =>
    answer._tag === "Ended" && answer.code !== 0
      ? Effect.fail(failureOf(call, answer))
      : Effect.succeed({ bytes: answer.stdout, isCut: answer._tag === "Cut" })
  )

/** A call about the tree on a copy of its index. */
type On = (args: ReadonlyArray<string>) => GitCall

/** Makes the copy of the index know the new files, without their content; returns those that are left out. */
const takeInNew = Effect.fnUntraced(function* (tree: Tree, on: On, limits: DiffLimits) {
  const call = on(["ls-files", "--others", "--exclude-standard", "-z"])
  const { bytes, isCut } = yield* beginOf(tree, { ...call, outputBytesMax: listingBytesMax })
  const { found, unnamed } = Changed.namesIn(bytes)
  const nested = found.filter((name) => name.endsWith("/"))
  const files = found.filter((name) => !name.endsWith("/"))
  const { no: small, yes: large } = yield* parted(files, (name) =>
    Effect.map(bytesOf(tree.fs, `${tree.folder}/${name}`), (size) => size > limits.fileBytesMax)
  )
  if (small.length > 0) {
    const input = new TextEncoder().encode(small.map((name) => `${name}\0`).join(""))
    yield* outputOf(tree.git, {
      ...on(["add", "--intent-to-add", "--pathspec-from-file=-", "--pathspec-file-nul"]),
      input
    })
  }
  return { nested, large, unnamed, isCut }
})

/** How large what the repository holds of these files is, before and after. */
const storedSizes = Effect.fnUntraced(function* (tree: Tree, on: On, changes: ReadonlyArray<Changed.Change>) {
  const objects = changes
    .flatMap(({ newObject, oldObject }) => [oldObject, newObject])
    .filter((object) => !Changed.isWorkingTree(object))
  if (objects.length === 0) return new Map<string, number>()
  const answer = yield* outputOf(tree.git, {
    ...on(["cat-file", "--batch-check=%(objectname) %(objectsize)"]),
    input: new TextEncoder().encode(objects.map((object) => `${object}\n`).join("")),
    outputBytesMax: 2 * listingBytesMax
  })
  return Changed.sizesIn(new TextDecoder().decode(answer))
})

/** The changed files that a diff may show, and those that are too large for it. */
const choose = Effect.fnUntraced(function* (tree: Tree, on: On, limits: DiffLimits) {
  const call = on(["diff", "--raw", "-z", "--no-abbrev", "--no-renames", "--ignore-submodules=dirty", tree.base])
  const { bytes, isCut } = yield* beginOf(tree, { ...call, limit: diffLimit, outputBytesMax: listingBytesMax })
  const { found, unnamed } = Changed.changesIn(bytes)
  const sizes = yield* storedSizes(
    tree,
    on,
    found.filter(({ isLink }) => !isLink)
  )
  const { no: shown, yes: large } = yield* parted(found, ({ isLink, kind, newObject, oldObject, path }) => {
    if (isLink) return Effect.succeed(false)
    const stored = Math.max(sizes.get(oldObject) ?? 0, sizes.get(newObject) ?? 0)
    if (stored > limits.fileBytesMax) return Effect.succeed(true)
    if (kind === "deleted" || !Changed.isWorkingTree(newObject)) return Effect.succeed(false)
    return Effect.map(bytesOf(tree.fs, `${tree.folder}/${path}`), (size) => size > limits.fileBytesMax)
  })
  return { shown: shown.map(({ path }) => path), large: large.map(({ path }) => path), unnamed, isCut }
})

const diffArgs = [
  "diff",
  "--binary",
  "--full-index",
  "--no-color",
  "--no-ext-diff",
  "--no-textconv",
  "--no-renames",
  "--no-relative",
  "--unified=3",
  "--submodule=short",
  "--ignore-submodules=dirty",
  "--src-prefix=a/",
  "--dst-prefix=b/"
]

const groupsOf = <A>(all: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size))

/** Room for the begin of the next file, by which the end of the last whole one is seen. */
const lookAhead = 64

/** The diff of all changed files, or of the named ones; whole files, as many as there is room for. */
const textOf = Effect.fnUntraced(function* (
  tree: Tree,
  on: On,
  names: Option.Option<ReadonlyArray<string>>,
  bytesMax: number
) {
  const groups = Option.match(names, { onNone: () => [[]], onSome: (named) => groupsOf(named, namesAtOnce) })
  const parts: Array<Uint8Array> = []
  let room = bytesMax
  for (const group of groups) {
    const call = on([...diffArgs, tree.base, ...(group.length === 0 ? [] : ["--", ...group])])
    const { bytes } = yield* beginOf(tree, { ...call, limit: diffLimit, outputBytesMax: room + lookAhead })
    const part = Changed.wholeFiles(bytes, room)
    parts.push(part)
    room -= part.length
    if (part.length < bytes.length) break
  }
  return joined(parts)
})

/**
 * The diff against the base; none: nothing differs.
 *
 * **Interruption**: leaves nothing behind but a folder of the system's own
 * place for such, which the scope removes.
 */
export const diffOf = Effect.fnUntraced(function* (tree: Tree, limits: DiffLimits) {
  const { fs } = tree
  const own = yield* fs.makeTempDirectoryScoped({ prefix: "offshoot-index-" })
  const index = `${own}/index`
  // Without an index git begins with an empty one, and every file is new to it.
  const { mtime } = yield* fs.stat(`${tree.gitDirectory}/index`)
  yield* fs.copyFile(`${tree.gitDirectory}/index`, index)
  // By its time git knows which files may have changed since in the same second: a newer copy hides such changes.
  if (Option.isSome(mtime)) yield* fs.utimes(index, mtime.value, mtime.value)
  const on: On = (args) => {
    const call = callOf(tree, args)
    return { ...call, env: { ...call.env, GIT_INDEX_FILE: index } }
  }
  const added = yield* takeInNew(tree, on, limits)
  const chosen = yield* choose(tree, on, limits)
  const isAll = chosen.large.length + chosen.unnamed === 0 && !chosen.isCut
  const bytes = yield* textOf(tree, on, isAll ? Option.none() : Option.some(chosen.shown), limits.bytesMax)
  const left: Left = {
    large: [...added.large, ...chosen.large],
    nested: added.nested,
    unnamed: added.unnamed + chosen.unnamed,
    isListCut: added.isCut || chosen.isCut,
    surplus: Math.max(0, chosen.shown.length - Changed.filesIn(bytes))
  }
  const missing = missingOf(left, limits)
  return bytes.length === 0 && Option.isNone(missing) ? Option.none() : Option.some({ bytes, missing })
}, Effect.scoped)
