/** Real file systems of a test's own, where the machine permits them: they need a Linux and its root. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmdirSync } from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"

const mount = (options: string): string => {
  const directory = mkdtempSync(Path.join(Os.tmpdir(), "offshoot-mount-"))
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", directory], { stdio: "ignore" })
    return directory
  } catch (cause) {
    rmdirSync(directory)
    throw cause
  }
}

const remove = (directory: string): void => {
  execFileSync("umount", [directory], { stdio: "ignore" })
  rmdirSync(directory)
}

const attempt = (): boolean => {
  try {
    remove(mount("size=64k"))
    return true
  } catch {
    return false
  }
}

export const permitted: boolean = process.platform === "linux" && process.getuid?.() === 0 && attempt()

const scoped = (options: string): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => mount(options)),
    (directory) => Effect.sync(() => remove(directory))
  )

/** Room for 2 MB. */
export const small = scoped("size=2m")

export const readOnly = scoped("size=64k,ro")
