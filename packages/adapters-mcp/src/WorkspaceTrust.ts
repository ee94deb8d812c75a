/**
 * Whose `.mcp.json` may be used: folders that the operator trusts, by their
 * real paths.
 *
 * - I1 Only what lies, with every link followed, in a trusted folder is
 *   trusted. A link in a trusted folder trusts nothing that it leads to, and a
 *   link that is changed after the start trusts nothing new.
 *
 * @stability unstable
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"

export interface WorkspaceTrust {
  /** Whether this real path lies in a trusted folder. */
  readonly covers: (realPath: string) => boolean
}

/** Follows the links of the trusted folders once. A folder that is not there yet is trusted under this very path. */
export const make = Effect.fnUntraced(function* (folders: ReadonlyArray<string>) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const real = yield* Effect.forEach(folders, (folder) =>
    fs
      .realPath(folder)
      .pipe(
        Effect.catch(() =>
          Effect.as(
            Effect.annotateLogs(Effect.logWarning("mcp.trusted_folder_missing"), { folder }),
            path.resolve(folder)
          )
        )
      )
  )
  const trust: WorkspaceTrust = {
    covers: (candidate) =>
      real.some(
        (folder) => candidate === folder || candidate.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep)
      )
  }
  return trust
})
