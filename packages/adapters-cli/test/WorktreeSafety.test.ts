/**
 * What a repository, a crash or an impatient caller can do to a worktree: start
 * no program of its own, lose nothing, and stand in nobody's way.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as NodeFS from "node:fs"
import * as Worktrees from "../src/Worktrees.ts"
import { git, layer, repository, shell } from "./repositories.ts"
import { pidsRunning } from "./machine.ts"

const within = Duration.seconds(60)

/** Git is started some twenty times for a run, on a machine that may be busy with other tests. */
const testMillisMax = 60_000

const acquire = (directory: string, id = "ses_a") =>
  Effect.flatMap(Worktrees.Worktrees, (worktrees) =>
    worktrees.acquire({ id, directory, mark: { instance: "i", boot: "b", runId: "run_1" } })
  )

type World = Effect.Success<typeof repository>

const inWorld = <A, E>(
  body: (world: World) => Effect.Effect<A, E>
): Effect.Effect<A, E | Effect.Error<typeof repository>> =>
  Effect.flatMap(repository, body).pipe(Effect.scoped, Effect.provide(NodeServices.layer))

/** One life of a server: what was begun in it and not finished stays as a crash would leave it. */
const life = <A, E>(
  world: World,
  body: Effect.Effect<A, E, Worktrees.Worktrees>,
  environment: Readonly<Record<string, string>> = {}
) => Effect.provide(body, layer({ folder: world.trees }, environment))

/** The whole way of one run, with everything that our git does in it. */
const wholeWay = (world: World, work: (folder: string) => void = () => undefined) =>
  Effect.scoped(
    Effect.gen(function* () {
      const placed = yield* acquire(world.top)
      work(placed.folder)
      return { placed, left: yield* placed.finish(within) }
    })
  )

describe("a program that a repository names", () => {
  const everyHook = `for hook in post-checkout post-index-change reference-transaction pre-commit post-merge fsmonitor-watchman; do
    printf '#!/bin/sh\\ntouch ../../../started-%s "$PWD/started" 2>/dev/null; cat >/dev/null\\n' $hook > .git/hooks/$hook; chmod +x .git/hooks/$hook; done`

  it.live(
    "as a hook is not started",
    () =>
      inWorld((world) =>
        Effect.gen(function* () {
          shell(world.top, everyHook.replaceAll("../../../started", `${world.base}/started`))
          yield* life(
            world,
            wholeWay(world, (folder) => NodeFS.writeFileSync(`${folder}/new`, "x"))
          )
          const started = NodeFS.readdirSync(world.base).filter((name) => name.startsWith("started"))
          assert.deepStrictEqual(started, [])
          git(world.top, "branch", "x")
          assert.isTrue(NodeFS.existsSync(`${world.base}/started-reference-transaction`), "a person's git starts them")
        })
      ),
    testMillisMax
  )

  it.live.each<[string, ReadonlyArray<string>]>([
    ["a file system monitor", ["core.fsmonitor"]],
    ["a filter", ["filter.evil.clean", "filter.evil.smudge"]],
    ["a filter that stays running", ["filter.evil.process"]],
    ["a diff", ["diff.external", "diff.evil.command", "diff.evil.textconv"]],
    ["a pager or an editor", ["core.pager", "core.editor", "sequence.editor"]],
    ["a signature's check", ["gpg.program", "log.showSignature"]]
  ])(
    "as %s is not started",
    ([, keys]) =>
      inWorld((world) =>
        Effect.gen(function* () {
          const program = `${world.base}/program`
          NodeFS.writeFileSync(program, `#!/bin/sh\ntouch ${world.base}/started\ncat\n`, { mode: 0o755 })
          shell(
            world.top,
            "echo '*.txt filter=evil diff=evil' > .gitattributes && git add . && git commit -qm attributes"
          )
          for (const key of keys) git(world.top, "config", key, program)
          if (keys.includes("filter.evil.clean")) git(world.top, "config", "filter.evil.required", "true")
          const { left } = yield* life(
            world,
            wholeWay(world, (folder) => NodeFS.writeFileSync(`${folder}/a.txt`, "x\n"))
          )
          assert.isFalse(NodeFS.existsSync(`${world.base}/started`))
          assert.include(
            Option.match(left.diff, { onNone: () => "", onSome: ({ bytes }) => new TextDecoder().decode(bytes) }),
            "+x\n"
          )
        })
      ),
    testMillisMax
  )

  it.live(
    "that a run writes into the configuration is not started at its end",
    () =>
      inWorld((world) =>
        Effect.gen(function* () {
          const work = (folder: string) =>
            shell(
              folder,
              `git config filter.evil.clean 'touch ${world.base}/started; cat'; git config core.fsmonitor 'touch ${world.base}/started'
             echo '*.txt filter=evil' > .gitattributes; echo x > a.txt; echo x > new.txt`
            )
          yield* life(world, wholeWay(world, work))
          assert.isFalse(NodeFS.existsSync(`${world.base}/started`))
        })
      ),
    testMillisMax
  )

  it.live(
    "is started when it is a filter of the user's own, with the mark of the run and nothing else of the server",
    () =>
      inWorld((world) =>
        Effect.gen(function* () {
          shell(world.top, "echo '*.txt filter=own' > .gitattributes && git add . && git commit -qm attributes")
          const global = `${world.base}/gitconfig`
          NodeFS.writeFileSync(
            global,
            `[filter "own"]\n\tsmudge = "env > ${world.base}/environment; sed s/one/ONE/"\n\tclean = sed s/ONE/one/\n`
          )
          const { left, placed } = yield* life(
            world,
            Effect.scoped(
              Effect.gen(function* () {
                const placed = yield* acquire(world.top)
                assert.strictEqual(NodeFS.readFileSync(`${placed.folder}/a.txt`, "utf8"), "ONE\ntwo\n")
                return { placed, left: yield* placed.finish(within) }
              })
            ),
            { GIT_CONFIG_GLOBAL: global, SECRET: "s" }
          )
          assert.strictEqual(left.end._tag, "Removed", placed.folder)
          const environment = NodeFS.readFileSync(`${world.base}/environment`, "utf8")
          assert.include(environment, "OFFSHOOT_RUN_ID=run_1")
          assert.notInclude(environment, "SECRET")
          assert.notInclude(environment, "/nonexistent/")
        })
      ),
    testMillisMax
  )
})

/** What the last life had written of its worktree. */
const recorded = (world: World, state: string, more: Readonly<Record<string, string>> = {}): void => {
  NodeFS.mkdirSync(world.trees, { recursive: true })
  const record = { state, repository: `${world.top}/.git`, branch: "offshoot/ses_a", base: world.head, ...more }
  NodeFS.writeFileSync(`${world.trees}/ses_a.json`, JSON.stringify(record))
}

const gitDirectoryOf = (world: World) => ({ gitDirectory: `${world.top}/.git/worktrees/ses_a` })

describe("a server that died", () => {
  it.live(
    "in a run: what the child wrote is found by the next life, and kept by its end",
    () =>
      inWorld((world) =>
        Effect.gen(function* () {
          const folder = `${world.trees}/ses_a`
          // As `kill -9` does: nobody finishes anything.
          git(world.top, "worktree", "add", "-q", "-b", "offshoot/ses_a", folder)
          recorded(world, "placed", gitDirectoryOf(world))
          NodeFS.writeFileSync(`${folder}/half`, "half a fil")
          const { left, placed } = yield* life(world, wholeWay(world))
          assert.strictEqual(placed.origin, "found")
          assert.strictEqual(left.end._tag, "Kept")
          assert.strictEqual(NodeFS.readFileSync(`${folder}/half`, "utf8"), "half a fil")
        })
      ),
    testMillisMax
  )

  it.live(
    "while it made a worktree: the next life makes it anew, whole",
    () =>
      inWorld((world) =>
        Effect.gen(function* () {
          const folder = `${world.trees}/ses_a`
          git(world.top, "worktree", "add", "-q", "--no-checkout", "-b", "offshoot/ses_a", folder)
          NodeFS.writeFileSync(`${world.top}/.git/worktrees/ses_a/locked`, "initializing")
          recorded(world, "placing")
          NodeFS.writeFileSync(`${folder}/a.txt`, "on")
          git(world.top, "commit", "-q", "--allow-empty", "-m", "later")
          const { left, placed } = yield* life(world, wholeWay(world))
          assert.deepInclude(placed, { origin: "made", base: git(world.top, "rev-parse", "HEAD") })
          assert.deepStrictEqual(left, { diff: Option.none(), end: { _tag: "Removed", commit: Option.none() } })
        })
      ),
    testMillisMax
  )

  it.live(
    "while it made one from a branch again: the branch stays as it was",
    () =>
      inWorld((world) =>
        Effect.gen(function* () {
          const folder = `${world.trees}/ses_a`
          git(world.top, "branch", "offshoot/ses_a")
          shell(
            world.top,
            "git checkout -q offshoot/ses_a && echo x >> a.txt && git commit -qam work && git checkout -q main"
          )
          NodeFS.mkdirSync(folder, { recursive: true })
          NodeFS.writeFileSync(`${folder}/a.txt`, "on")
          recorded(world, "restoring")
          const { left, placed } = yield* life(world, wholeWay(world))
          assert.deepInclude(placed, { origin: "found", base: world.head })
          assert.strictEqual(left.end._tag, "Removed")
          assert.strictEqual(git(world.top, "log", "-1", "--format=%s", "offshoot/ses_a"), "work")
        })
      ),
    testMillisMax
  )

  it.live(
    "while it removed one: the next life deletes what was moved aside, and begins from the branch",
    () =>
      inWorld((world) =>
        Effect.gen(function* () {
          const folder = `${world.trees}/ses_a`
          const aside = `${world.trees}/.removing-x`
          git(world.top, "worktree", "add", "-q", "-b", "offshoot/ses_a", folder)
          shell(folder, "echo x >> a.txt && git commit -qam work")
          NodeFS.renameSync(folder, aside)
          recorded(world, "placed", gitDirectoryOf(world))
          const gone = new Promise<void>((resolve) => {
            const watcher = NodeFS.watch(world.trees, () => {
              if (NodeFS.existsSync(aside)) return
              watcher.close()
              resolve()
            })
          })
          yield* life(
            world,
            Effect.gen(function* () {
              const { placed } = yield* wholeWay(world)
              assert.strictEqual(placed.origin, "found")
              yield* Effect.promise(() => gone)
            })
          )
          assert.strictEqual(git(world.top, "log", "-1", "--format=%s", "offshoot/ses_a"), "work")
        })
      ),
    testMillisMax
  )

  it.live(
    "and left a record that nobody can read: nothing is touched",
    () =>
      inWorld((world) =>
        Effect.gen(function* () {
          NodeFS.mkdirSync(`${world.trees}/ses_a`, { recursive: true })
          NodeFS.writeFileSync(`${world.trees}/ses_a.json`, '{"state":"pla')
          const refused = yield* life(world, Effect.scoped(Effect.flip(acquire(world.top))))
          assert.strictEqual(refused.reason, "not_recorded")
          assert.isTrue(NodeFS.existsSync(`${world.trees}/ses_a`))
        })
      ),
    testMillisMax
  )
})

describe("who does not wait", () => {
  /** A checkout that stops in the middle of its work, until somebody reads its pipe's other end. */
  const slow = (world: World) => {
    shell(world.base, "mkfifo begun go")
    shell(world.top, "echo '*.txt filter=slow' > .gitattributes && git add . && git commit -qm attributes")
    const global = `${world.base}/gitconfig`
    NodeFS.writeFileSync(
      global,
      `[filter "slow"]\n\tsmudge = "echo > ${world.base}/begun; cat ${world.base}/go"\n\tclean = cat\n\trequired = true\n`
    )
    return {
      environment: { GIT_CONFIG_GLOBAL: global },
      begun: Effect.promise(() => NodeFS.promises.readFile(`${world.base}/begun`))
    }
  }

  it.live(
    "a cancel while a worktree is made ends git, and the next call makes it whole",
    () =>
      inWorld((world) =>
        Effect.gen(function* () {
          const { begun, environment } = slow(world)
          yield* life(
            world,
            Effect.gen(function* () {
              const making = yield* Effect.forkChild(Effect.scoped(acquire(world.top)), { startImmediately: true })
              yield* begun
              yield* Fiber.interrupt(making)
              assert.deepStrictEqual(pidsRunning(world.base), [])
            }),
            environment
          )
          const { left } = yield* life(world, wholeWay(world))
          assert.deepStrictEqual(left.end, { _tag: "Removed", commit: Option.none() })
        })
      ),
    testMillisMax
  )

  it.live(
    "two repositories do not wait for each other, two sessions of one do",
    () =>
      inWorld((world) =>
        Effect.gen(function* () {
          git(world.base, "clone", "-q", world.top, "other")
          const { begun, environment } = slow(world)
          yield* life(
            world,
            Effect.scoped(
              Effect.gen(function* () {
                const making = yield* Effect.forkChild(Effect.exit(acquire(world.top)), { startImmediately: true })
                yield* begun
                const second = yield* Effect.forkChild(Effect.exit(acquire(world.top, "ses_b")), {
                  startImmediately: true
                })
                assert.strictEqual((yield* acquire(`${world.base}/other`, "ses_c")).origin, "made")
                assert.isFalse(NodeFS.existsSync(`${world.trees}/ses_b.json`))
                yield* Fiber.interruptAll([making, second])
              })
            ),
            environment
          )
        })
      ),
    testMillisMax
  )
})
