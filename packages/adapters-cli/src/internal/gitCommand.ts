/**
 * Runs git for ourselves: never for a child, and never a program that a
 * repository names.
 *
 * - G1 Nothing of the server's environment reaches git but what finds it and
 *   the user's own configuration: no `GIT_DIR`, no `GIT_INDEX_FILE`.
 * - G2 No hook, no file system monitor and no transport of git is started; of
 *   filters only those that `gitFilters` leaves.
 * - G3 Every call has a time limit and bounded output.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as ChildProcess from "effect/process/ChildProcess"
import type * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import { isAllowed } from "../ChildEnvironment.ts"
import type { Environment } from "../CliHost.ts"
import * as OutputText from "../OutputText.ts"
import { endOf } from "../ProgramEnd.ts"
import * as RunMark from "../RunMark.ts"
import { joined } from "./joinedBytes.ts"

/** A key of git's configuration with its value, for one call. */
export type Setting = readonly [key: string, value: string]

/**
 * - `missing`: there is no program git.
 * - `time`: it did not end within its limit.
 * - `failed`: it ended badly, or said more than it may; `detail` is what it said.
 */
export class GitFailed extends Schema.TaggedError<GitFailed>()("GitFailed", {
  reason: Schema.Literals(["missing", "time", "failed"]),
  /** The first words of the call. */
  call: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    switch (this.reason) {
      case "missing":
        return "git was not found"
      case "time":
        return `git ${this.call} did not end in time (${this.detail})`
      case "failed":
        return `git ${this.call} failed: ${this.detail}`
    }
  }
}

export interface GitCall {
  readonly args: ReadonlyArray<string>
  readonly cwd: string
  /** Which repository, work tree and index, when they are not to be looked for. */
  readonly env?: Readonly<Record<string, string>>
  readonly settings?: ReadonlyArray<Setting>
  /** Written to standard input; without it there is none. */
  readonly input?: Uint8Array
  readonly limit?: Duration.Duration
  readonly outputBytesMax?: number
}

/** What it said, or the beginning of it when that is more than was asked for; it was stopped then. */
export type GitAnswer =
  | { readonly _tag: "Ended"; readonly code: number; readonly stdout: Uint8Array; readonly stderr: string }
  | { readonly _tag: "Cut"; readonly stdout: Uint8Array }

export interface Git {
  /** **Interruption**: stops git and returns when its process group is gone. */
  readonly call: (call: GitCall) => Effect.Effect<GitAnswer, GitFailed>
}

/** Most calls read some small files. On a disk that is busy with many children that may take seconds, never this long. */
const limitDefault = Duration.seconds(30)
/** Names and ids. */
const outputBytesDefault = 1_048_576
/** The end of what it says of a failure. */
const stderrCharsMax = 2_000

/** Where a user's own configuration of git is looked for, besides `HOME`. */
const ownConfiguration: ReadonlySet<string> = new Set([
  "XDG_CONFIG_HOME",
  "GIT_CONFIG_GLOBAL",
  "GIT_CONFIG_SYSTEM",
  "GIT_CONFIG_NOSYSTEM"
])

/** Locks of references are held for moments; another git of the same repository is waited for this long. */
const lockWaitMillis = "5000"

/** G2. A bare repository inside a working tree is data of that tree, and no repository. */
const alwaysSet: ReadonlyArray<Setting> = [
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["safe.bareRepository", "explicit"],
  ["submodule.recurse", "false"],
  ["diff.autoRefreshIndex", "true"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["core.filesRefLockTimeout", lockWaitMillis],
  ["core.packedRefsTimeout", lockWaitMillis]
]

const configured = (settings: ReadonlyArray<Setting>): Readonly<Record<string, string>> =>
  Object.fromEntries([
    ["GIT_CONFIG_COUNT", String(settings.length)],
    ...settings.flatMap(([key, value], at) => [
      [`GIT_CONFIG_KEY_${at}`, key],
      [`GIT_CONFIG_VALUE_${at}`, value]
    ])
  ])

/** G1, G2. `GIT_LITERAL_PATHSPECS`: a file name is never read as a pattern. An empty list allows no transport. */
export const environmentOf = (
  host: Environment,
  mark: RunMark.RunMark | undefined,
  { env = {}, settings = [] }: Pick<GitCall, "env" | "settings">
): Readonly<Record<string, string>> => {
  const inherited = Object.entries(host).flatMap(([name, value]) =>
    value !== undefined && (isAllowed(name) || ownConfiguration.has(name)) ? [[name, value] as const] : []
  )
  return {
    ...Object.fromEntries(inherited),
    ...(mark === undefined ? {} : RunMark.toEnvironment(mark)),
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_ALLOW_PROTOCOL: "",
    ...configured([...alwaysSet, ...settings]),
    ...env
  }
}

/** What came of a stream until it ended or was too much. */
const gather = <E>(output: Stream.Stream<Uint8Array, E>, bytesMax: number) =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let bytes = 0
    return Stream.runForEachWhile(output, (chunk) =>
      Effect.sync(() => {
        chunks.push(chunk)
        bytes += chunk.length
        return bytes <= bytesMax
      })
    ).pipe(Effect.map(() => ({ bytes: joined(chunks).subarray(0, bytesMax), isCut: bytes > bytesMax })))
  })

const run = Effect.fnUntraced(function* (
  spawner: ChildProcessSpawner.ChildProcessSpawner["Service"],
  env: Readonly<Record<string, string>>,
  { args, cwd, input, outputBytesMax = outputBytesDefault }: GitCall
) {
  const handle = yield* spawner.spawn(
    ChildProcess.make("git", ["--no-pager", ...args], {
      cwd,
      env,
      extendEnv: false,
      stdin: input === undefined ? "ignore" : Stream.make(input),
      // On SIGTERM git takes its lock files and half-made worktrees away.
      forceKillAfter: "2 seconds"
    })
  )
  const said = OutputText.tail(stderrCharsMax)
  const decoder = new TextDecoder()
  // Ends with git's own end, or with the scope that stops it.
  const listening = yield* Effect.forkScoped(
    Stream.runForEach(handle.stderr, (chunk) => Effect.sync(() => said.push(decoder.decode(chunk, { stream: true })))),
    { startImmediately: true }
  )
  const { bytes: stdout, isCut } = yield* gather(handle.stdout, outputBytesMax)
  if (isCut) return { _tag: "Cut", stdout } satisfies GitAnswer
  const end = endOf(yield* Effect.exit(handle.exitCode))
  yield* Fiber.await(listening)
  const stderr = OutputText.plain(said.text()).trim()
  return end.type === "exited"
    ? ({ _tag: "Ended", code: end.code, stdout, stderr } satisfies GitAnswer)
    : yield* new GitFailed({
        reason: "failed",
        call: args.slice(0, 2).join(" "),
        detail: `ended by ${end.signal ?? "a signal"}`
      })
}, Effect.scoped)

/** Git of this machine. `mark` is carried by its processes, so that a sweep finds them. */
export const make = (
  spawner: ChildProcessSpawner.ChildProcessSpawner["Service"],
  host: Environment,
  mark: RunMark.RunMark | undefined
): Git => ({
  call: (call) => {
    const { args, limit = limitDefault } = call
    const failed = (reason: GitFailed["reason"], detail: string) =>
      new GitFailed({ reason, call: args.slice(0, 2).join(" "), detail })
    return run(spawner, environmentOf(host, mark, call), call).pipe(
      Effect.catchTag("PlatformError", (error) =>
        Effect.fail(
          error.reason._tag === "NotFound" && error.reason.module === "ChildProcess"
            ? failed("missing", "")
            : failed("failed", error.reason._tag)
        )
      ),
      Effect.timeoutOrElse({
        duration: limit,
        orElse: () => Effect.fail(failed("time", Duration.format(limit)))
      })
    )
  }
})

/** A bad end, in words. */
export const failureOf = ({ args }: GitCall, answer: GitAnswer): GitFailed =>
  new GitFailed({
    reason: "failed",
    call: args.slice(0, 2).join(" "),
    detail: answer._tag === "Cut" ? "it said too much" : answer.stderr || `it exited with code ${answer.code}`
  })

/** What a call says that must end well, whole. */
export const outputOf = (git: Git, call: GitCall): Effect.Effect<Uint8Array, GitFailed> =>
  Effect.flatMap(git.call(call), (answer) =>
    Effect.fromResult(
      answer._tag === "Ended" && answer.code === 0
        ? Result.succeed(answer.stdout)
        : Result.fail(failureOf(call, answer))
    )
  )

/** The same as one line. Only the line end is cut off: names may end in spaces. */
export const lineOf = (git: Git, call: GitCall): Effect.Effect<string, GitFailed> =>
  Effect.map(outputOf(git, call), (bytes) => new TextDecoder().decode(bytes).replace(/\n$/, ""))

/** Whether a call that answers with its exit code says yes: 0; 1 is no. */
export const says = (git: Git, call: GitCall): Effect.Effect<boolean, GitFailed> =>
  Effect.flatMap(git.call(call), (answer) =>
    answer._tag === "Ended" && answer.code <= 1
      ? Effect.succeed(answer.code === 0)
      : Effect.fail(failureOf(call, answer))
  )
