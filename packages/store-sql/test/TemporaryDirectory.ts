/** A directory of the test's own, gone when its scope closes. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Fs from "node:fs/promises"
import * as Os from "node:os"
import * as Path from "node:path"

export const make: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(() => Fs.mkdtemp(Path.join(Os.tmpdir(), "offshoot-store-"))),
  (directory) => Effect.promise(() => Fs.rm(directory, { recursive: true, force: true }))
)
