/**
 * A place for one test to run a real program in: its own home, a git
 * repository to work in, and an environment that leads to the model server and
 * nowhere else.
 *
 *     const server = yield* ModelServer
 *     const place = yield* RealProgram.place("claude")
 *     // place.program with place.env in place.cwd says what the prompt's script says
 *
 * It starts nothing. Its end is the leak check: no process that was started
 * here is alive any more, and the folder is gone.
 */
import * as NodeChildProcess from "node:child_process"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Handover from "./Handover.ts"
import * as LoopbackNamespace from "./LoopbackNamespace.ts"
import { ModelServer } from "./ModelServer.ts"
import { type ProgramId, specOf } from "./ProgramList.ts"

export interface Place {
  readonly id: ProgramId
  /** The program, absolute. */
  readonly program: string
  /** As the program says it. */
  readonly version: string
  /**
   * All that the program needs in its environment, `PATH` and `HOME` too. Give
   * it whole: the mark in it is how the end finds what was started here.
   */
  readonly env: Readonly<Record<string, string>>
  /** A git repository with one commit. */
  readonly cwd: string
  readonly home: string
  /** What holds `cwd` and `home`, and is removed at the end. */
  readonly folder: string
}

const noRun = "there is no run: start these tests with `npm run test:real`"

/** How the processes of one place are found. */
export const markVariable = "OFFSHOOT_REAL_PLACE"

/** All that was started must be gone this long after its test has ended. */
const goneLimit = Duration.seconds(5)

/** Between two looks at the processes; nothing tells when a stranger's child ends. */
const lookEvery = Duration.millis(50)

const fileOf = (pid: string, file: string): string => {
  try {
    return NodeFS.readFileSync(`/proc/${pid}/${file}`, "utf8")
  } catch {
    return ""
  }
}

const workingIn = (pid: string): string => {
  try {
    return NodeFS.readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return ""
  }
}

/** The live processes of a place: by the mark, or because they work in it, for those that were not given the mark. */
const processesOf = (folder: string): ReadonlyArray<string> =>
  NodeFS.readdirSync("/proc").filter(
    (pid) =>
      /^\d+$/.test(pid) &&
      (fileOf(pid, "environ").split("\0").includes(`${markVariable}=${folder}`) ||
        workingIn(pid).startsWith(`${folder}/`))
  )

/** The processes of a place that are alive now, as `pid command`. */
export const alive = (place: Pick<Place, "folder">): Effect.Effect<ReadonlyArray<string>> =>
  Effect.sync(() =>
    processesOf(place.folder).map((pid) => `${pid} ${fileOf(pid, "cmdline").split("\0").join(" ").trim()}`)
  )

/** Returns when no process of the place is alive; dies with their commands, and theirs killed, when that does not come. */
export const gone = (place: Pick<Place, "folder">): Effect.Effect<void> =>
  alive(place).pipe(
    Effect.flatMap((left) => (left.length === 0 ? Effect.void : Effect.fail(left))),
    Effect.retry(Schedule.spaced(lookEvery).pipe(Schedule.upTo({ duration: goneLimit }))),
    Effect.catch((left) => {
      for (const pid of processesOf(place.folder)) process.kill(Number(pid), "SIGKILL")
      return Effect.die(new Error(`still alive ${Duration.format(goneLimit)} after their test:\n${left.join("\n")}`))
    })
  )

/** The identity of the commits in a place, so that nobody's own is asked for. */
const committer = {
  GIT_AUTHOR_NAME: "A Tester",
  GIT_AUTHOR_EMAIL: "tester@example.invalid",
  GIT_COMMITTER_NAME: "A Tester",
  GIT_COMMITTER_EMAIL: "tester@example.invalid",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null"
}

const makeRepository = (cwd: string, env: Readonly<Record<string, string>>): void => {
  const git = (...args: ReadonlyArray<string>) =>
    NodeChildProcess.execFileSync("git", args, { cwd, env, stdio: "pipe" })
  git("init", "--quiet", "--initial-branch=main")
  NodeFS.writeFileSync(NodePath.join(cwd, "README.md"), "# A place to work in\n")
  git("add", "README.md")
  git("commit", "--quiet", "--message", "The first commit")
}

const prepare = (id: ProgramId, bin: string, version: string, url: string, root: string): Place => {
  const folder = NodeFS.mkdtempSync(NodePath.join(root, `${id}-`))
  const [home, cwd, tmp] = ["home", "repo", "tmp"].map((name) => NodePath.join(folder, name))
  if (home === undefined || cwd === undefined || tmp === undefined) throw new Error("a place has three folders")
  for (const made of [home, cwd, tmp]) NodeFS.mkdirSync(made)
  const { env: own, files } = specOf(id).home({ url, home })
  for (const [path, text] of Object.entries(files)) {
    const file = NodePath.join(home, path)
    NodeFS.mkdirSync(NodePath.dirname(file), { recursive: true })
    NodeFS.writeFileSync(file, text, { mode: 0o600 })
  }
  const path = [NodePath.dirname(process.execPath), process.env["PATH"] ?? ""].join(NodePath.delimiter)
  const env = {
    PATH: path,
    HOME: home,
    TMPDIR: tmp,
    LANG: "C.UTF-8",
    NO_COLOR: "1",
    TERM: "dumb",
    [markVariable]: folder,
    ...committer,
    ...own
  }
  makeRepository(cwd, env)
  return { id, program: bin, version, env, cwd, home, folder }
}

/**
 * Makes a place for the program. It must be made before what runs in it is
 * started, so that all of that has ended when the check comes.
 */
export const place = (id: ProgramId): Effect.Effect<Place, never, ModelServer | Scope.Scope> =>
  Effect.gen(function* () {
    const run = Handover.read(process.env)
    if (Option.isNone(run) || !LoopbackNamespace.inside()) return yield* Effect.die(new Error(noRun))
    const found = run.value.programs.find((program) => program.id === id)
    if (found?.type !== "installed") return yield* Effect.die(new Error(`${id} is not installed in this run`))
    const { url } = yield* ModelServer
    return yield* Effect.acquireRelease(
      Effect.sync(() => prepare(id, found.bin, found.version, url, run.value.folder)),
      (made) =>
        Effect.ensuring(
          gone(made),
          Effect.sync(() => NodeFS.rmSync(made.folder, { recursive: true, force: true }))
        )
    )
  })

/** Whether this run has the program. */
export const has = (id: ProgramId): boolean =>
  Option.match(Handover.read(process.env), {
    onNone: () => {
      throw new Error(noRun)
    },
    onSome: ({ programs }) => programs.some((program) => program.id === id && program.type === "installed")
  })
