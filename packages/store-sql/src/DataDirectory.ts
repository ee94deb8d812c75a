/**
 * The directory in which an embedded store lives, for one process at a time.
 *
 * It holds `offshoot.db` with its log, and `offshoot.lock`, an empty database
 * whose exclusive lock is held for as long as the store is open. The operating
 * system ends that lock with its process, `kill -9` included: no stale lock can
 * keep anybody out.
 *
 * Gotcha: on POSIX systems a process that opens and closes `offshoot.lock`
 * itself gives its own lock up. Copy the directory only while it is not in use.
 *
 * @stability unstable
 */
import type { SessionStore } from "@offshoot/core"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { SqlError } from "effect/sql/SqlError"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { SqliteFault } from "./internal/sqliteFault.ts"
import { conditionOf } from "./internal/storageCondition.ts"
import type { SchemaNewer } from "./Migrations.ts"
import * as SqliteClient from "./SqliteClient.ts"
import * as SqlSessionStore from "./SqlSessionStore.ts"

const Condition = Schema.Literals(["not_a_directory", "read_only", "locked", "corrupt", "newer", "full", "io"])

const messages: Record<typeof Condition.Type, string> = {
  not_a_directory: "is not a directory and cannot become one: name another with OFFSHOOT_DATA_DIR",
  read_only: "cannot be written: make it writable or name another with OFFSHOOT_DATA_DIR",
  locked: "is in use by another offshoot: stop that one or name another directory with OFFSHOOT_DATA_DIR",
  corrupt: "holds a damaged offshoot.db: restore it from a copy, or move it aside to start with an empty one",
  newer: "was written by a newer offshoot: use that version, or name another directory with OFFSHOOT_DATA_DIR",
  full: "is on a full disk: free some space; nothing that was accepted is lost",
  io: "could not be read or written: see the cause"
}

/** The data directory cannot serve now; nothing in it was changed. */
export class DataDirectoryUnavailable extends Schema.TaggedError<DataDirectoryUnavailable>()(
  "DataDirectoryUnavailable",
  {
    directory: Schema.String,
    condition: Condition,
    cause: Schema.Defect()
  }
) {
  get retryable(): boolean {
    return this.condition === "locked" || this.condition === "full" || this.condition === "io"
  }
  override get message(): string {
    return `the data directory ${this.directory} ${messages[this.condition]}`
  }
}

/** `synchronous` and `busyTimeout` as in `SqliteClient.Options`. */
export interface Options {
  readonly directory: string
  readonly synchronous?: "NORMAL" | "FULL"
  readonly busyTimeout?: Duration.Input
}

const databaseName = "offshoot.db"
const lockName = "offshoot.lock"

/** What is in it is for its owner: transcripts may hold anything. */
const directoryMode = 0o700
const fileMode = 0o600

const fileConditions: ReadonlyMap<unknown, typeof Condition.Type> = new Map([
  ["ENOTDIR", "not_a_directory"],
  ["EEXIST", "not_a_directory"],
  ["EACCES", "read_only"],
  ["EPERM", "read_only"],
  ["EROFS", "read_only"],
  ["ENOSPC", "full"],
  ["EDQUOT", "full"]
])

const conditionOfFileError = (cause: unknown): typeof Condition.Type =>
  fileConditions.get(Predicate.hasProperty(cause, "code") ? cause.code : undefined) ?? "io"

const fileEffect = <A>(directory: string, evaluate: () => Promise<A>) =>
  Effect.tryPromise({
    try: evaluate,
    catch: (cause) => new DataDirectoryUnavailable({ directory, condition: conditionOfFileError(cause), cause })
  })

const hasCode = (cause: unknown, code: string): boolean => Predicate.hasProperty(cause, "code") && cause.code === code

const isDirectory = async (path: string): Promise<boolean> => (await Fs.stat(path)).isDirectory()

/** Node's own recursive way says ENOENT where the reason is a read-only file system, and never ends under `/proc`. */
const makeDirectory = async (directory: string): Promise<void> => {
  const make = () => Fs.mkdir(directory, { mode: directoryMode })
  try {
    await make()
  } catch (cause) {
    if (hasCode(cause, "EEXIST") && (await isDirectory(directory))) return
    if (!hasCode(cause, "ENOENT") || Path.dirname(directory) === directory) throw cause
    await makeDirectory(Path.dirname(directory))
    await make()
  }
}

/** A file that exists is not opened: see the gotcha above. */
const createFile = async (path: string, text = ""): Promise<void> => {
  try {
    const file = await Fs.open(path, "wx", fileMode)
    await file.writeFile(text).finally(() => file.close())
  } catch (cause) {
    if (!hasCode(cause, "EEXIST")) throw cause
  }
}

const prepare = (directory: string) =>
  fileEffect(directory, async () => {
    await makeDirectory(Path.resolve(directory))
    await Fs.access(directory, Fs.constants.R_OK | Fs.constants.W_OK | Fs.constants.X_OK)
    // The default lies in the folder that the server runs in, which often is a repository: nothing here is its work.
    await createFile(Path.join(directory, ".gitignore"), "*\n")
    for (const name of [lockName, databaseName]) {
      const path = Path.join(directory, name)
      await createFile(path)
      await Fs.access(path, Fs.constants.R_OK | Fs.constants.W_OK)
    }
  })

/** A store that is being opened is not closed: whatever says so is another fault. */
const whileOpening = (condition: SessionStore.StorageUnavailable["condition"]): typeof Condition.Type =>
  condition === "closed" ? "io" : condition

const takeLock = (directory: string): DatabaseSync => {
  const lock = new DatabaseSync(Path.join(directory, lockName), { timeout: 0 })
  try {
    lock.exec("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE")
    return lock
  } catch (cause) {
    lock.close()
    throw cause
  }
}

/**
 * Makes the directory, for its owner only, when it is absent, and holds it for
 * the scope: another process that tries fails with the condition `locked`, at
 * once.
 */
export const hold = (directory: string): Effect.Effect<void, DataDirectoryUnavailable, Scope.Scope> =>
  Effect.andThen(
    prepare(directory),
    Effect.asVoid(
      Effect.acquireRelease(
        Effect.try({
          try: () => takeLock(directory),
          catch: (cause) =>
            new DataDirectoryUnavailable({
              directory,
              condition: whileOpening(conditionOf(new SqliteFault(cause))),
              cause
            })
        }),
        (lock) => Effect.sync(() => lock.close())
      )
    )
  )

const conditionOfStore = (error: SqlError | SessionStore.StoreError | SchemaNewer): typeof Condition.Type => {
  if (error._tag === "SchemaNewer") return "newer"
  if (error._tag === "SqlError") return whileOpening(conditionOf(error))
  return error.reason._tag === "StorageUnavailable" ? whileOpening(error.reason.condition) : "io"
}

/**
 * The store in a directory of this machine, for this process alone.
 *
 * **Details**: SQLite in WAL mode; an older database is brought to the present
 * schema first. Closing the layer writes the commits that wait, closes the
 * database and then gives the directory free.
 * **Durability**: as `SqlSessionStore.make`; power loss as `Options.synchronous`
 * says.
 */
export const layerEmbedded = (options: Options): Layer.Layer<SessionStore.SessionStore, DataDirectoryUnavailable> => {
  const { directory, ...rest } = options
  const client = SqliteClient.layer({ ...rest, filename: Path.join(directory, databaseName) })
  const store = SqlSessionStore.layerSql.pipe(
    Layer.provide(client),
    Layer.catch((cause) =>
      Layer.effectContext(
        Effect.fail(new DataDirectoryUnavailable({ directory, condition: conditionOfStore(cause), cause }))
      )
    )
  )
  return store.pipe(Layer.provide(Layer.effectDiscard(hold(directory))))
}
