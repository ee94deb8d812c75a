/**
 * Real git repositories in folders of their own, and a look at them that does
 * not go through our code.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as NodeChildProcess from "node:child_process"
import * as NodeProcess from "node:process"
import * as CliHost from "../src/CliHost.ts"
import * as Worktrees from "../src/Worktrees.ts"

const identity = {
  GIT_AUTHOR_NAME: "test",
  GIT_AUTHOR_EMAIL: "test@test.invalid",
  GIT_COMMITTER_NAME: "test",
  GIT_COMMITTER_EMAIL: "test@test.invalid"
}

const environment = {
  PATH: NodeProcess.env["PATH"] ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1"
}

/** Git as a person calls it, with all that a repository says. */
export const git = (cwd: string, ...args: ReadonlyArray<string>): string =>
  NodeChildProcess.execFileSync("git", args, {
    cwd,
    env: { ...environment, ...identity },
    encoding: "utf8",
    stdio: "pipe"
  }).trim()

/** The same with bytes as its input. */
export const gitWith = (cwd: string, input: Uint8Array, ...args: ReadonlyArray<string>): string =>
  NodeChildProcess.execFileSync("git", args, {
    cwd,
    input,
    env: { ...environment, ...identity },
    encoding: "utf8",
    stdio: "pipe"
  }).trim()

/** A shell, for what names and bytes an editor would not write. */
export const shell = (cwd: string, script: string): string =>
  NodeChildProcess.execFileSync("/bin/sh", ["-c", script], {
    cwd,
    env: { ...environment, ...identity },
    encoding: "utf8",
    stdio: "pipe"
  }).trim()

/** A folder with one repository, of one commit, that has a subfolder and a file of bytes. */
export const repository = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const base = yield* Effect.flatMap(fs.makeTempDirectoryScoped(), fs.realPath)
  const top = `${base}/repo`
  yield* fs.makeDirectory(`${top}/sub`, { recursive: true })
  shell(
    top,
    `git init -q -b main && printf 'one\\ntwo\\n' > a.txt && echo b > sub/b.txt && printf '\\0\\1' > bytes.bin &&
     echo '*.log' > .gitignore && git add . && git commit -q -m first`
  )
  return { base, top, head: git(top, "rev-parse", "HEAD"), trees: `${base}/trees` }
})

/** What the server's environment holds that must not reach git. */
const leaking = {
  GIT_DIR: "/nonexistent/dir",
  GIT_WORK_TREE: "/nonexistent/tree",
  GIT_INDEX_FILE: "/nonexistent/index",
  GIT_OBJECT_DIRECTORY: "/nonexistent/objects",
  GIT_EXTERNAL_DIFF: "/nonexistent/diff",
  GIT_CONFIG_PARAMETERS: "'core.bare=true'"
}

/** Worktrees under a host whose environment names another repository. */
export const layer = (options: Worktrees.Options, more: CliHost.Environment = {}) =>
  Worktrees.layer(options).pipe(
    Layer.provideMerge(CliHost.layer({ instance: "test", environment: { ...leaking, ...environment, ...more } })),
    Layer.provideMerge(NodeServices.layer)
  )
