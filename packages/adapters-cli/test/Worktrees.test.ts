/** A worktree for each session, with real repositories: made, found again, looked at, removed or kept. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as NodeChildProcess from "node:child_process"
import * as NodeFS from "node:fs"
import * as Worktrees from "../src/Worktrees.ts"
import { git, layer, repository, shell } from "./repositories.ts"

type World = Effect.Success<typeof repository>

const acquire = (directory: string, id = "ses_a") =>
  Effect.flatMap(Worktrees.Worktrees, (worktrees) => worktrees.acquire({ id, directory, mark: undefined }))

const within = Duration.seconds(60)

/** Git is started some twenty times for a run, on a machine that may be busy with other tests. */
const testMillisMax = 60_000

/** One run of a session in its worktree: what it does, and what is left. */
const run = (directory: string, work: (placed: Worktrees.Placed) => unknown, id = "ses_a") =>
  Effect.scoped(
    Effect.gen(function* () {
      const placed = yield* acquire(directory, id)
      work(placed)
      return { placed, left: yield* placed.finish(within) }
    })
  )

const test = <A, E>(
  name: string,
  body: (world: World) => Effect.Effect<A, E, Worktrees.Worktrees | Scope.Scope>,
  options: (world: World) => Partial<Worktrees.Options> = () => ({}),
  environment: Readonly<Record<string, string>> = {}
) =>
  it.live(
    name,
    () =>
      Effect.flatMap(repository, (world) =>
        Effect.provide(Effect.scoped(body(world)), layer({ folder: world.trees, ...options(world) }, environment))
      ).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    testMillisMax
  )

/** A program that is in a folder until the scope closes. */
const workingIn = (cwd: string) =>
  Effect.acquireRelease(
    Effect.callback<NodeChildProcess.ChildProcess>((resume) => {
      const program = NodeChildProcess.spawn("cat", { cwd, stdio: ["pipe", "ignore", "ignore"] })
      program.once("spawn", () => resume(Effect.succeed(program)))
    }),
    (program) =>
      Effect.callback<void>((resume) => {
        program.once("exit", () => resume(Effect.void))
        program.stdin?.end()
      })
  )

const diffIn = ({ diff }: Worktrees.Left): string =>
  Option.match(diff, { onNone: () => "", onSome: ({ bytes }) => new TextDecoder().decode(bytes) })

const worktreesOf = (top: string): ReadonlyArray<string> =>
  git(top, "worktree", "list", "--porcelain")
    .split("\n")
    .filter((line) => line.startsWith("worktree "))

const branchesOf = (top: string): string => git(top, "branch", "--format=%(refname:short)")

describe("a worktree is made", () => {
  test("at the commit of the workspace, on a branch of its own, without what is in no commit", ({ head, top, trees }) =>
    Effect.gen(function* () {
      NodeFS.writeFileSync(`${top}/a.txt`, "changed\n")
      NodeFS.writeFileSync(`${top}/new.txt`, "new\n")
      const placed = yield* acquire(top)
      assert.deepInclude(placed, {
        directory: `${trees}/ses_a`,
        folder: `${trees}/ses_a`,
        branch: "offshoot/ses_a",
        base: head,
        workspace: top,
        origin: "made",
        hasChanges: true
      })
      assert.strictEqual(NodeFS.readFileSync(`${placed.folder}/a.txt`, "utf8"), "one\ntwo\n")
      assert.isFalse(NodeFS.existsSync(`${placed.folder}/new.txt`))
      assert.strictEqual(git(placed.folder, "symbolic-ref", "HEAD"), "refs/heads/offshoot/ses_a")
      assert.strictEqual(git(top, "status", "--short"), "M a.txt\n?? new.txt")
    }))

  test("from a clean workspace with nothing left behind", ({ top }) =>
    Effect.map(acquire(top), ({ hasChanges }) => assert.isFalse(hasChanges)))

  test("with the child in the same subfolder, which is made where the commit has none", ({ top, trees }) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* acquire(`${top}/sub`)).directory, `${trees}/ses_a/sub`)
      NodeFS.mkdirSync(`${top}/not/in/git`, { recursive: true })
      const placed = yield* acquire(`${top}/not/in/git`, "ses_b")
      assert.strictEqual(placed.directory, `${trees}/ses_b/not/in/git`)
      assert.isTrue(NodeFS.statSync(placed.directory).isDirectory())
    }))

  test("from a linked worktree at that one's commit, and from a session's worktree likewise", ({ base, head, top }) =>
    Effect.gen(function* () {
      git(top, "worktree", "add", "-q", "-b", "side", `${base}/side`)
      git(`${base}/side`, "commit", "-q", "--allow-empty", "-m", "second")
      const second = git(`${base}/side`, "rev-parse", "HEAD")
      const child = yield* acquire(`${base}/side`)
      assert.strictEqual(child.base, second)
      assert.notStrictEqual(child.base, head)
      git(child.folder, "commit", "-q", "--allow-empty", "-m", "third")
      const grandchild = yield* acquire(child.directory, "ses_b")
      assert.strictEqual(grandchild.base, git(child.folder, "rev-parse", "HEAD"))
    }))

  test("from a worktree of a bare repository", ({ base, top }) =>
    Effect.gen(function* () {
      git(base, "clone", "-q", "--bare", top, "bare.git")
      git(`${base}/bare.git`, "worktree", "add", "-q", `${base}/linked`, "main")
      const { left, placed } = yield* run(`${base}/linked`, ({ folder }) => shell(folder, "echo more >> a.txt"))
      assert.include(diffIn(left), "+more")
      assert.isTrue(NodeFS.existsSync(placed.folder))
    }))

  test("for eight sessions of one repository at once, each with its own", ({ head, top }) =>
    Effect.gen(function* () {
      const ids = Array.from({ length: 8 }, (_, at) => `ses_${at}`)
      const placed = yield* Effect.forEach(ids, (id) => acquire(top, id), { concurrency: "unbounded" })
      assert.strictEqual(new Set(placed.map(({ folder }) => folder)).size, 8)
      for (const { base, folder } of placed) {
        assert.strictEqual(base, head)
        assert.strictEqual(git(folder, "status", "--short"), "")
      }
      const ends = yield* Effect.forEach(placed, ({ finish }) => finish(within), { concurrency: "unbounded" })
      assert.deepStrictEqual(
        ends.map(({ end }) => end._tag),
        ids.map(() => "Removed")
      )
      assert.strictEqual(branchesOf(top), "main")
    }))
})

describe("a worktree is refused", () => {
  const refusal = (directory: string, id?: string) => Effect.scoped(Effect.flip(acquire(directory, id)))

  test("where there is no repository, no working tree, or no commit", ({ base, top }) =>
    Effect.gen(function* () {
      NodeFS.mkdirSync(`${base}/plain`)
      git(base, "init", "-q", "--bare", "bare.git")
      git(base, "init", "-q", "empty")
      for (const [directory, reason] of [
        [`${base}/plain`, "no_repository"],
        [`${base}/bare.git`, "no_repository"],
        [`${top}/.git`, "no_repository"],
        [`${base}/empty`, "no_commit"]
      ] as const) {
        const refused = yield* refusal(directory)
        assert.strictEqual(refused.reason, reason, refused.message)
        assert.deepInclude(Worktrees.outcomeOf(refused), { status: "error", reason: "setup" })
        assert.include(refused.message, directory)
        assert.include(refused.message, "isolation")
      }
    }))

  test("where its place is taken, and what is there stays", ({ top, trees }) =>
    Effect.gen(function* () {
      NodeFS.mkdirSync(`${trees}/ses_a`, { recursive: true })
      NodeFS.writeFileSync(`${trees}/ses_a/precious`, "")
      assert.strictEqual((yield* refusal(top)).reason, "occupied")
      assert.isTrue(NodeFS.existsSync(`${trees}/ses_a/precious`))
    }))

  test("for a name that is no name of a folder", ({ top }) =>
    Effect.gen(function* () {
      for (const id of ["", "..", "a/b", "-x", ".removing-a", "a.lock", "x".repeat(129)]) {
        assert.strictEqual((yield* refusal(top, id)).reason, "occupied", id)
      }
    }))

  test("when the way to its directory leads out of it, and nothing is made there", ({ base, top }) =>
    Effect.gen(function* () {
      NodeFS.mkdirSync(`${base}/elsewhere`)
      shell(
        top,
        `ln -s ${base}/elsewhere out && echo x > file && git add . && git commit -qm links && rm out file && mkdir -p out/deep file/deep`
      )
      const refused = yield* refusal(`${top}/out/deep`)
      assert.strictEqual(refused.reason, "occupied")
      assert.include(refused.message, "leads out")
      assert.deepStrictEqual(NodeFS.readdirSync(`${base}/elsewhere`), [])
      assert.include((yield* refusal(`${top}/file/deep`, "ses_b")).message, "cannot be entered")
      assert.strictEqual(branchesOf(top), "main")
    }))

  test("when its branch is somebody's, in git's own words, and nothing is left", ({ top, trees }) =>
    Effect.gen(function* () {
      git(top, "branch", "offshoot")
      const refused = yield* refusal(top)
      assert.strictEqual(refused.reason, "git_failed")
      assert.include(refused.message, "offshoot")
      assert.isFalse(NodeFS.existsSync(`${trees}/ses_a`))
      git(top, "branch", "-D", "offshoot")
      assert.strictEqual((yield* acquire(top)).origin, "made")
    }))

  test("when the session's worktree is of another repository", ({ base, top }) =>
    Effect.gen(function* () {
      yield* acquire(top)
      git(base, "clone", "-q", top, "other")
      assert.strictEqual((yield* refusal(`${base}/other`)).reason, "elsewhere")
    }))

  test(
    "when git is not there",
    ({ top }) =>
      Effect.gen(function* () {
        const refused = yield* refusal(top)
        assert.strictEqual(refused.reason, "git_missing")
        assert.deepInclude(Worktrees.outcomeOf(refused), { reason: "not_installed", program: "git" })
      }),
    () => ({}),
    { PATH: "/nonexistent" }
  )

  test(
    "when its own folder cannot be made",
    ({ top }) => Effect.map(refusal(top), ({ reason }) => assert.strictEqual(reason, "not_recorded")),
    () => ({ folder: "/dev/null/trees" })
  )
})

describe("a folder of worktrees inside of a repository", () => {
  test(
    "is not seen by it",
    ({ top }) =>
      Effect.gen(function* () {
        assert.isFalse((yield* acquire(top)).hasChanges)
        assert.strictEqual(git(top, "status", "--short"), "")
      }),
    ({ top }) => ({ folder: `${top}/data/trees` })
  )
})

describe("at the end of a run", () => {
  test("nothing was done: nothing is left", ({ top, trees }) =>
    Effect.gen(function* () {
      const { left } = yield* run(top, () => undefined)
      assert.deepStrictEqual(left, { diff: Option.none(), end: { _tag: "Removed", commit: Option.none() } })
      assert.strictEqual(branchesOf(top), "main")
      assert.strictEqual(worktreesOf(top).length, 1)
      assert.deepStrictEqual(
        NodeFS.readdirSync(trees).filter((name) => !name.startsWith(".")),
        []
      )
    }))

  test("everything is committed: the worktree goes, and its branch has it", ({ top }) =>
    Effect.gen(function* () {
      const { left, placed } = yield* run(top, ({ folder }) =>
        shell(folder, "echo three >> a.txt && git commit -qam work && git commit -q --amend -m better")
      )
      const tip = git(top, "rev-parse", "offshoot/ses_a")
      assert.deepStrictEqual(left.end, { _tag: "Removed", commit: Option.some(tip) })
      assert.include(diffIn(left), "+three")
      assert.isFalse(NodeFS.existsSync(placed.folder))
      assert.strictEqual(git(top, "log", "-1", "--format=%s", tip), "better")
    }))

  test("everything is committed and merged: nothing is left", ({ top }) =>
    Effect.gen(function* () {
      const { left } = yield* run(top, ({ folder }) => {
        shell(folder, "echo three >> a.txt && git commit -qam work")
        git(top, "merge", "-q", "offshoot/ses_a")
      })
      assert.deepStrictEqual(left.end, { _tag: "Removed", commit: Option.none() })
      assert.strictEqual(branchesOf(top), "main")
    }))

  const kept: ReadonlyArray<readonly [string, string, string]> = [
    ["a changed file", "echo x >> a.txt", "uncommitted"],
    ["a staged file", "echo x >> a.txt && git add a.txt", "uncommitted"],
    ["a new file", "echo x > new", "uncommitted"],
    ["a deleted file", "rm a.txt", "uncommitted"],
    ["a new file in a new folder", "mkdir -p d/e && echo x > d/e/f", "uncommitted"],
    ["a repository inside of it", "git init -q inner && git -C inner commit -q --allow-empty -m x", "uncommitted"],
    ["a file that git ignores", "echo x > build.log", "ignores"],
    ["a commit on no branch", "git checkout -q --detach && git commit -q --allow-empty -m x", "on no branch"],
    [
      "a commit on no branch that it has left",
      "git checkout -q --detach && git commit -q --allow-empty -m x && git checkout -q offshoot/ses_a",
      "on no branch"
    ],
    [
      "a merge that is not done",
      `git checkout -qb other && git commit -q --allow-empty -m x && git checkout -q offshoot/ses_a &&
       git commit -q --allow-empty -m y && git merge -q --no-commit other`,
      "under way"
    ],
    ["a lock that somebody has put on it", "git worktree lock .", "locked"],
    ["another repository in its place", "rm .git && git init -q", "link"],
    [
      "no branch any more",
      "git commit -q --allow-empty -m x && git checkout -q --detach && git branch -qD offshoot/ses_a",
      "on no branch"
    ]
  ]
  for (const [what, script, because] of kept) {
    test(`${what}: the worktree stays as it is`, ({ top }) =>
      Effect.gen(function* () {
        const { left, placed } = yield* run(top, ({ folder }) => shell(folder, script))
        assert.strictEqual(left.end._tag, "Kept")
        assert.include(left.end._tag === "Kept" ? left.end.because : "", because)
        assert.isTrue(NodeFS.existsSync(`${placed.folder}/bytes.bin`))
      }))
  }

  test("somebody works in it: it stays until nobody does", ({ top }) =>
    Effect.gen(function* () {
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* Effect.flatMap(acquire(top), ({ directory }) => workingIn(`${directory}/sub`))
          const { left } = yield* run(top, () => undefined)
          assert.deepStrictEqual(left.end, { _tag: "Kept", because: "a program works in it" })
        })
      )
      assert.strictEqual((yield* run(top, () => undefined)).left.end._tag, "Removed")
    }))

  test(
    "what git ignores is nothing where the operator says so",
    ({ top }) =>
      Effect.gen(function* () {
        const { left } = yield* run(top, ({ folder }) => shell(folder, "echo x > build.log"))
        assert.strictEqual(left.end._tag, "Removed")
      }),
    () => ({ ignored: "discard" })
  )

  test("commits on a branch of the child's own are as good", ({ top }) =>
    Effect.gen(function* () {
      const { left } = yield* run(top, ({ folder }) =>
        shell(folder, "git checkout -qb feature && echo x >> a.txt && git commit -qam x")
      )
      assert.deepStrictEqual(left.end, { _tag: "Removed", commit: Option.none() })
      assert.strictEqual(branchesOf(top), "feature\nmain")
      assert.include(diffIn(left), "+x")
    }))

  test("who has removed it is told, and its branch stays", ({ top }) =>
    Effect.gen(function* () {
      const { left } = yield* run(top, ({ folder }) => {
        shell(folder, "git commit -q --allow-empty -m x")
        NodeFS.rmSync(folder, { recursive: true })
      })
      assert.strictEqual(left.end._tag, "Gone")
      assert.include(branchesOf(top), "offshoot/ses_a")
    }))

  test("no time: it stays, and nothing is known of it", ({ top }) =>
    Effect.scoped(
      Effect.gen(function* () {
        const placed = yield* acquire(top)
        const left = yield* Effect.uninterruptible(placed.finish(Duration.zero))
        assert.strictEqual(left.end._tag, "Kept")
        assert.isTrue(NodeFS.existsSync(placed.folder))
        assert.strictEqual(yield* placed.finish(within), left)
      })
    ))

  test("a scope that closes before anybody has finished leaves nothing needless", ({ top }) =>
    Effect.gen(function* () {
      yield* Effect.scoped(acquire(top))
      assert.strictEqual(worktreesOf(top).length, 1)
      const { folder } = yield* Effect.scoped(
        Effect.tap(acquire(top), ({ folder }) => Effect.sync(() => shell(folder, "echo x > new")))
      )
      assert.isTrue(NodeFS.existsSync(`${folder}/new`))
    }))
})

describe("a later run of a session", () => {
  test("finds the same worktree, with what is uncommitted in it and the same base", ({ head, top }) =>
    Effect.gen(function* () {
      const first = yield* run(top, ({ folder }) => shell(folder, "echo first > new"))
      git(top, "commit", "-q", "--allow-empty", "-m", "the workspace goes on")
      const second = yield* run(`${top}/sub`, ({ folder }) => shell(folder, "echo second >> new"))
      assert.strictEqual(second.placed.folder, first.placed.folder)
      assert.deepInclude(second.placed, { base: head, origin: "found", directory: `${first.placed.folder}/sub` })
      assert.include(diffIn(second.left), "+first\n+second\n")
    }))

  test("goes on with the branch of one that was removed", ({ head, top }) =>
    Effect.gen(function* () {
      yield* run(top, ({ folder }) => shell(folder, "echo three >> a.txt && git commit -qam work"))
      const { left, placed } = yield* run(top, ({ folder }) => shell(folder, "cat a.txt > copy"))
      assert.deepInclude(placed, { base: head, origin: "found" })
      assert.strictEqual(NodeFS.readFileSync(`${placed.folder}/copy`, "utf8"), "one\ntwo\nthree\n")
      assert.include(diffIn(left), "copy")
      assert.include(diffIn(left), "a.txt")
    }))

  test("goes on with the branch of one that somebody deleted", ({ top }) =>
    Effect.gen(function* () {
      const { placed } = yield* run(top, ({ folder }) => {
        shell(folder, "echo three >> a.txt && git commit -qam work && echo x > new")
      })
      NodeFS.rmSync(placed.folder, { recursive: true })
      const again = yield* acquire(top)
      assert.strictEqual(again.origin, "found")
      assert.strictEqual(git(again.folder, "log", "-1", "--format=%s"), "work")
    }))

  test("begins anew where nothing is left", ({ top }) =>
    Effect.gen(function* () {
      yield* run(top, () => undefined)
      git(top, "commit", "-q", "--allow-empty", "-m", "second")
      const placed = yield* acquire(top)
      assert.deepInclude(placed, { origin: "made", base: git(top, "rev-parse", "HEAD") })
    }))
})
