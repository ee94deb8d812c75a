/**
 * The file by which commands on the same machine find the server of a data
 * directory: `server.json` with its address and token.
 *
 * Written once the server accepts, removed when it stops, readable by its
 * owner only. A file that a killed server left behind is recognised by the
 * process that is gone.
 *
 * @stability unstable
 */
import * as NodePath from "node:path"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type * as PlatformError from "effect/PlatformError"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"

/** Where the server listens, what it wants to be shown, and who it is. */
export const Found = Schema.Struct({
  url: Schema.String,
  token: Schema.String,
  pid: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)),
  version: Schema.String
})
export type Found = typeof Found.Type

export const fileName = "server.json"

const FoundJson = Schema.fromJsonString(Found)
const decode = Schema.decodeUnknownOption(FoundJson)
const encode = Schema.encodeSync(FoundJson)

/** Signal 0 asks only whether the process is there; one of another user answers `EPERM`. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

const read = Effect.fnUntraced(function* (dataDir: string) {
  const files = yield* FileSystem.FileSystem
  const text = yield* Effect.option(files.readFileString(NodePath.join(dataDir, fileName)))
  return Option.flatMap(text, decode)
})

/** The running server of this data directory, as far as its file tells. It may still not answer. */
export const find = (dataDir: string): Effect.Effect<Option.Option<Found>, never, FileSystem.FileSystem> =>
  Effect.map(
    read(dataDir),
    Option.filter((found) => isAlive(found.pid))
  )

/** Removes the file unless it is a successor's. */
const withdraw = Effect.fnUntraced(function* (dataDir: string, own: Found) {
  const files = yield* FileSystem.FileSystem
  const now = yield* read(dataDir)
  if (Option.isSome(now) && now.value.token === own.token && now.value.pid === own.pid) {
    yield* files.remove(NodePath.join(dataDir, fileName), { force: true })
  }
})

/**
 * Tells where the server is until the scope closes.
 *
 * **Durability**: the file is whole or not there: it is written beside its
 * place and moved.
 */
export const publish = (
  dataDir: string,
  found: Found
): Effect.Effect<void, PlatformError.PlatformError, FileSystem.FileSystem | Scope.Scope> =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const path = NodePath.join(dataDir, fileName)
      const aside = `${path}.${found.pid}`
      yield* files.remove(aside, { force: true })
      yield* files.writeFileString(aside, encode(found), { mode: 0o600, flag: "wx" })
      yield* files.rename(aside, path)
    }),
    () => Effect.ignore(withdraw(dataDir, found))
  )
