/**
 * What is known of one worktree, in a file beside it. A child cannot change it,
 * as it could change anything that the repository itself keeps.
 *
 * - `placing`: it is being made, and its branch with it. No program has worked in it.
 * - `placed`: it is there, and whatever is in it is somebody's work.
 * - `branch`: it was removed; its commits are on its branch.
 * - `restoring`: it is being made again, from its branch.
 */
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

export const WorktreeRecord = Schema.Struct({
  state: Schema.Literals(["placing", "placed", "branch", "restoring"]),
  /** The repository's own directory, which all of its worktrees share. */
  repository: Schema.String,
  /** What git keeps of this one, inside of it. Unknown while it is being made. */
  gitDirectory: Schema.optionalKey(Schema.String),
  branch: Schema.String,
  /** The commit that it was made from. */
  base: Schema.String
})
export type WorktreeRecord = typeof WorktreeRecord.Type

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(WorktreeRecord))

/** The record was written by somebody else, or its disk has lost it. */
export class RecordUnusable extends Schema.TaggedError<RecordUnusable>()("RecordUnusable", {
  path: Schema.String
}) {
  override get message(): string {
    return `${this.path} cannot be read`
  }
}

/** None: there is no record. */
export const read = (
  fs: FileSystem.FileSystem,
  path: string
): Effect.Effect<Option.Option<WorktreeRecord>, RecordUnusable> => {
  const unreadable = new RecordUnusable({ path })
  return fs.readFileString(path).pipe(
    Effect.mapError(({ reason }) => reason),
    Effect.matchEffect({
      onFailure: (reason) => (reason._tag === "NotFound" ? Effect.succeedNone : Effect.fail(unreadable)),
      onSuccess: (text) =>
        Effect.fromResult(Result.mapBoth(decode(text), { onSuccess: Option.some, onFailure: () => unreadable }))
    })
  )
}

/**
 * Replaces the record as a whole.
 *
 * **Durability**: when it returns, the new one is on the disk, and at no
 * moment was there a part of one.
 */
export const write = (fs: FileSystem.FileSystem, path: string, record: WorktreeRecord) =>
  Effect.gen(function* () {
    const next = `${path}.next`
    yield* Effect.scoped(
      Effect.flatMap(fs.open(next, { flag: "w", mode: 0o600 }), (file) =>
        Effect.andThen(file.writeAll(new TextEncoder().encode(JSON.stringify(record))), file.sync)
      )
    )
    yield* fs.rename(next, path)
  }).pipe(Effect.mapError(() => new RecordUnusable({ path })))
