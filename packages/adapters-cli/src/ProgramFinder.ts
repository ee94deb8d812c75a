/**
 * Where a program is on this machine, and which version of it.
 *
 * It starts a program only to ask for its version, with no input, no secret and
 * a limit on how long and how much it says.
 *
 * @stability unstable
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as ChildProcess from "effect/process/ChildProcess"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Stream from "effect/Stream"
import * as ChildEnvironment from "./ChildEnvironment.ts"
import type { Environment } from "./CliHost.ts"

/** A program and the other files of its name that a shell would find after it. */
export interface Found {
  /** The name that was found. */
  readonly name: string
  readonly path: string
  /** Other programs of this name on `PATH`, by their real paths; links to the first are none. */
  readonly others: ReadonlyArray<string>
}

/** More folders on `PATH` than anybody has. */
const foldersMax = 256

/** Owner, group or others may execute it. */
const executable = 0o111

const programAt = Effect.fnUntraced(
  function* (file: string) {
    const fs = yield* FileSystem.FileSystem
    const info = yield* fs.stat(file)
    if (info.type !== "File" || (info.mode & executable) === 0) return Option.none<string>()
    return Option.some(yield* fs.realPath(file))
  },
  Effect.orElseSucceed(() => Option.none<string>())
)

/** The folders of `PATH`, in its order; what is not absolute depends on where one stands and is left out. */
export const foldersOf = (path: Path.Path, searchPath: string | undefined): ReadonlyArray<string> =>
  [...new Set((searchPath ?? "").split(":").filter((folder) => path.isAbsolute(folder)))].slice(0, foldersMax)

/**
 * Finds the first of these names: a path as it stands, a name on `PATH`.
 *
 * **Interruption**: changes nothing, as looking does not.
 */
export const find = Effect.fn("ProgramFinder.find")(function* (
  names: ReadonlyArray<string>,
  searchPath: string | undefined
) {
  const path = yield* Path.Path
  for (const name of names) {
    const files = name.includes("/")
      ? [path.resolve(name)]
      : foldersOf(path, searchPath).map((folder) => path.join(folder, name))
    const real = new Map<string, string>()
    for (const file of files) {
      const program = yield* programAt(file)
      if (Option.isSome(program) && !real.has(program.value)) real.set(program.value, file)
    }
    const [first, ...others] = real
    if (first !== undefined) {
      return Option.some<Found>({ name, path: first[1], others: others.map(([program]) => program) })
    }
  }
  return Option.none<Found>()
})

/** The slowest that was seen took 3.5 s to say its version with nothing cached. */
const versionWait = Duration.seconds(20)
const versionBytesMax = 65_536

const versionPattern = /(?:^|[^\d.])v?(\d+\.\d+\.\d+(?:-[\w.]+)?)/

/** The first version in a text. */
export const versionIn = (text: string): Option.Option<string> => Option.fromUndefinedOr(versionPattern.exec(text)?.[1])

/** What a program says of its version, on either output; none: it says none in time. */
export const versionOf = Effect.fn("ProgramFinder.versionOf")(function* (
  program: string,
  args: ReadonlyArray<string>,
  environment: Environment
) {
  const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
  const allowed = Object.entries(environment).filter(([name]) => ChildEnvironment.isAllowed(name))
  const said = Effect.gen(function* () {
    const handle = yield* spawner.spawn(
      ChildProcess.make(program, args, {
        env: { ...Object.fromEntries(allowed), NO_COLOR: "1", TERM: "dumb" },
        extendEnv: false,
        stdin: "ignore",
        forceKillAfter: "1 second"
      })
    )
    let bytes = 0
    const taken = Stream.takeUntil(handle.all, (chunk) => {
      bytes += chunk.length
      return bytes > versionBytesMax
    })
    return yield* taken.pipe(Stream.decodeText(), Stream.mkString)
  })
  return yield* Effect.scoped(said).pipe(
    Effect.timeoutOption(versionWait),
    Effect.map(Option.flatMap(versionIn)),
    Effect.catchCause(() => Effect.succeed(Option.none<string>()))
  )
})

export type VersionVerdict = "supported" | "older" | "newer" | "unknown"

const numbersOf = (version: string): ReadonlyArray<number> => (version.split("-")[0] ?? "").split(".").map(Number)

const compare = (left: string, right: string): number => {
  const [lefts, rights] = [numbersOf(left), numbersOf(right)]
  for (let index = 0; index < 3; index++) {
    const difference = (lefts[index] ?? 0) - (rights[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** A version against the oldest that is supported and the newest that was seen. */
export const judge = (
  version: Option.Option<string>,
  { newest, oldest }: { readonly oldest: string; readonly newest: string }
): VersionVerdict =>
  Option.match(version, {
    onNone: () => "unknown",
    onSome: (known) => (compare(known, oldest) < 0 ? "older" : compare(known, newest) > 0 ? "newer" : "supported")
  })
