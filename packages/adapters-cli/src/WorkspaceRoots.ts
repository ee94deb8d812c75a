/**
 * Where a child may work: inside folders that the operator allows, by their
 * real paths.
 *
 * It decides a directory and looks at nothing else of it. It holds no program
 * inside that directory: what an agent may touch is a matter of its permission
 * mode and of the user that the server runs as.
 *
 * - W1 What is allowed has, with every link followed, an allowed folder above
 *   it or is one. A link that leads out of a folder is outside of it.
 * - W2 A workspace that is written as outside and cannot be used is refused as
 *   outside: nobody learns from a refusal what there is elsewhere.
 *
 * Gotcha: the answer has no links in it at the moment of looking. Whoever may
 * rename folders inside an allowed one can put something else in their place
 * before a program starts there.
 *
 * @stability unstable
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/**
 * - `outside`: not inside of the agent's folders.
 * - `missing`, `not_usable`: inside, and not there, or no directory, or not to be entered.
 * - `unbounded`: the configuration names no folder, and the server runs in the root of the file system.
 */
export const Reason = Schema.Literals(["outside", "missing", "not_usable", "unbounded"])
export type Reason = typeof Reason.Type

/** The child is not started: its run ends as `setup`, with this message. */
export class WorkspaceRefused extends Schema.TaggedError<WorkspaceRefused>()("WorkspaceRefused", {
  reason: Reason,
  agentId: Schema.String,
  workspace: Schema.String,
  /** Who named the workspace. */
  namedBy: Schema.Literals(["session", "agent", "server"]),
  /** The folders that the agent may work in, as they are written. */
  roots: Schema.Array(Schema.String)
}) {
  override get message(): string {
    const { agentId, roots, workspace } = this
    const where = {
      session: "the session's workspace",
      agent: `agents.${agentId}.cwd`,
      server: "where the server runs"
    }
    const named = `${workspace} (${where[this.namedBy]})`
    switch (this.reason) {
      case "outside":
        return `${named} is outside of the folders that agent ${agentId} may work in: ${roots.join(", ")}. Name a workspace inside of them, or add its folder to agents.${agentId}.roots`
      case "missing":
        return `${named} does not exist: create it, or name another workspace`
      case "not_usable":
        return `${named} is no directory that can be entered: name another workspace`
      case "unbounded":
        return `Agent ${agentId} has no folder to work in, because the server runs in ${workspace}: name folders in agents.${agentId}.roots, or one in agents.${agentId}.cwd`
    }
  }
}

export interface Options {
  readonly agentId: string
  /** The operator's `roots`; none: only `cwd`, or without it the folder that the server runs in. */
  readonly roots: ReadonlyArray<string>
  /** Where the agent works when the session does not say. Always allowed: it is the operator's word too. */
  readonly cwd: string | undefined
  /** What the session wishes; what is not absolute begins where the agent works. */
  readonly workspace: string | undefined
}

/** Everything as absolute paths, as they are written: no link is followed yet. */
export interface Wish extends Pick<WorkspaceRefused, "agentId" | "workspace" | "namedBy" | "roots"> {}

/** What became of a written path: its real path, or why there is none. */
export type Looked =
  | { readonly _tag: "Directory"; readonly realPath: string }
  | { readonly _tag: "Missing" }
  | { readonly _tag: "NotUsable" }

/** Whether a path is this folder or below it. Both absolute and without `..`. */
export const isInside = (path: Path.Path, candidate: string, folder: string): boolean =>
  candidate === folder || candidate.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep)

const rootOf = (path: Path.Path, folder: string): string => path.parse(folder).root

/** The written paths of a wish. `serverFolder` is where the server runs. */
export const wishOf = (
  path: Path.Path,
  serverFolder: string,
  { agentId, cwd, roots: given, workspace }: Options
): Result.Result<Wish, WorkspaceRefused> => {
  const home = path.resolve(serverFolder, cwd ?? ".")
  const named = given.map((root) => path.resolve(serverFolder, root))
  const roots = cwd !== undefined || named.length === 0 ? [...named, home] : named
  const namedBy = workspace !== undefined ? "session" : cwd !== undefined ? "agent" : "server"
  const wish: Wish = { agentId, workspace: path.resolve(home, workspace ?? "."), namedBy, roots }
  return named.length === 0 && cwd === undefined && home === rootOf(path, home)
    ? Result.fail(new WorkspaceRefused({ ...wish, workspace: home, reason: "unbounded" }))
    : Result.succeed(wish)
}

/** The real path of the directory to work in, given the real paths of the roots. */
export const decide = (
  path: Path.Path,
  wish: Wish,
  realRoots: ReadonlyArray<string>,
  looked: Looked
): Result.Result<string, WorkspaceRefused> => {
  const refused = (reason: Reason) => Result.fail(new WorkspaceRefused({ ...wish, reason }))
  if (looked._tag === "Directory") {
    const isAllowed = realRoots.some((root) => isInside(path, looked.realPath, root))
    return isAllowed ? Result.succeed(looked.realPath) : refused("outside")
  }
  // W2: of what is written as outside nothing more is said.
  const isWrittenInside = [...wish.roots, ...realRoots].some((root) => isInside(path, wish.workspace, root))
  if (!isWrittenInside) return refused("outside")
  return refused(looked._tag === "Missing" ? "missing" : "not_usable")
}

const look = Effect.fnUntraced(function* (fs: FileSystem.FileSystem, written: string) {
  const realPath = yield* fs.realPath(written)
  // The dot inside the directory is only found by those who may enter it.
  const { type } = yield* fs.stat(`${realPath}/.`)
  return (type === "Directory" ? { _tag: "Directory", realPath } : { _tag: "NotUsable" }) satisfies Looked
})

/**
 * The directory that a child works in: a real path, inside of what is allowed.
 *
 * **Interruption**: changes nothing, as looking does not.
 */
export const resolve = Effect.fn("WorkspaceRoots.resolve")(function* (options: Options) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const wish = yield* Effect.fromResult(wishOf(path, path.resolve(), options))
  // A root that is not there holds nothing.
  const realRoots = yield* Effect.forEach(wish.roots, (root) => Effect.option(fs.realPath(root)))
  const looked = yield* look(fs, wish.workspace).pipe(
    Effect.catch(({ reason }) =>
      Effect.succeed<Looked>(reason._tag === "NotFound" ? { _tag: "Missing" } : { _tag: "NotUsable" })
    )
  )
  return yield* Effect.fromResult(
    decide(
      path,
      wish,
      realRoots.flatMap((root) => (root._tag === "Some" ? [root.value] : [])),
      looked
    )
  )
})
