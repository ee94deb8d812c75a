/** Whether somebody is in a folder: a program, a shell, an editor that works there. */
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"

/** Links that are read at once: enough to keep the file threads busy, few enough to leave them to others. */
const readsAtOnce = 8

/**
 * Whether the working directory of a process is this real path or below it.
 *
 * **Gotchas**: sees processes of the same user, where the system shows them
 * as Linux does; elsewhere nobody is seen.
 */
export const isUsed = (fs: FileSystem.FileSystem, folder: string): Effect.Effect<boolean> =>
  Effect.orElseSucceed(fs.readDirectory("/proc"), (): ReadonlyArray<string> => []).pipe(
    Effect.map((names) => names.filter((name) => /^\d+$/.test(name))),
    Effect.flatMap((pids) =>
      // Gone meanwhile, or somebody else's: not in the way.
      Effect.forEach(pids, (pid) => Effect.option(fs.readLink(`/proc/${pid}/cwd`)), { concurrency: readsAtOnce })
    ),
    Effect.map((found) =>
      found.some((cwd) => Option.isSome(cwd) && (cwd.value === folder || cwd.value.startsWith(`${folder}/`)))
    )
  )
