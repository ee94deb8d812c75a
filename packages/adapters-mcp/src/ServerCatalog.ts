/**
 * Which servers a workspace has: the operator's, and those of its `.mcp.json`
 * when the folder is trusted. Starts nothing.
 *
 * @stability unstable
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import type { McpSettings } from "./McpSettings.ts"
import * as ProjectFile from "./ProjectFile.ts"
import * as ServerDefinition from "./ServerDefinition.ts"
import * as WorkspaceTrust from "./WorkspaceTrust.ts"

export type Entry =
  | { readonly type: "on"; readonly definition: ServerDefinition.ServerDefinition }
  | {
      readonly type: "off"
      /** `*`: all servers of a file that cannot be read. */
      readonly name: string
      readonly origin: ServerDefinition.Origin
      /** Why, and what to do. */
      readonly problem: string
    }

/** A configuration that is longer was not written by a person. */
const fileBytesMax = 1_000_000

const ofResult = (
  name: string,
  origin: ServerDefinition.Origin,
  result: Result.Result<ServerDefinition.ServerDefinition, string>
): Entry =>
  Result.isSuccess(result)
    ? { type: "on", definition: result.success }
    : { type: "off", name, origin, problem: result.failure }

/** Stands for all servers of a file that cannot be read. */
const every = "*"

/** Names in one notice. */
const namesShownMax = 5

/** The file is anybody's: what is not a plain name could be words to a model, and is not repeated. */
const shownName = (name: string): string => (/^[A-Za-z0-9 ._-]{1,64}$/.test(name) ? name : "(no plain name)")

const ofServers = (names: ReadonlyArray<string>, place: string): string => {
  if (names.includes(every)) return `the MCP servers of ${place}`
  const shown = names.slice(0, namesShownMax).map(shownName).join(", ")
  const more = names.length > namesShownMax ? ` and ${names.length - namesShownMax} more` : ""
  return `the MCP ${names.length === 1 ? "server" : "servers"} ${shown}${more} of ${place}`
}

/** One notice for each reason: a file whose servers are all off for the same one says it once. */
export const offNotices = (
  entries: ReadonlyArray<Entry>
): ReadonlyArray<{ readonly source: string; readonly problem: string }> => {
  const groups = new Map<string, { readonly place: string; readonly problem: string; readonly names: Array<string> }>()
  for (const entry of entries) {
    if (entry.type === "on") continue
    const place = entry.origin.type === "settings" ? "the configuration" : entry.origin.path
    const key = `${place}\n${entry.problem}`
    const known = groups.get(key)
    if (known === undefined) groups.set(key, { place, problem: entry.problem, names: [entry.name] })
    else known.names.push(entry.name)
  }
  return [...groups.values()].map(({ names, place, problem }) => ({ source: ofServers(names, place), problem }))
}

/** Follows the links of the trusted folders once, at the start. */
export const make = Effect.fnUntraced(function* (settings: McpSettings, surroundings: ServerDefinition.Surroundings) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const trust = yield* WorkspaceTrust.make(settings.trust)

  /** The text of a project's file and its real path, if there is one. */
  const readFile = (workspace: string) =>
    Effect.gen(function* () {
      const real = yield* fs.realPath(path.join(workspace, ProjectFile.fileName))
      const info = yield* fs.stat(real)
      if (info.type !== "File") return undefined
      return { real, text: Number(info.size) > fileBytesMax ? undefined : yield* fs.readFileString(real) }
    }).pipe(Effect.orElseSucceed(() => undefined))

  const projectEntries = Effect.fnUntraced(function* (given: string) {
    const workspace = yield* Effect.orElseSucceed(fs.realPath(given), () => undefined)
    const file = workspace === undefined ? undefined : yield* readFile(workspace)
    if (workspace === undefined || file === undefined) return []
    const shown = path.join(workspace, ProjectFile.fileName)
    const origin: ServerDefinition.Origin = { type: "project", path: shown }
    const off = (name: string, problem: string): Entry => ({ type: "off", name, origin, problem })
    if (file.text === undefined) return [off(every, `the file is larger than ${fileBytesMax} bytes`)]
    const named = ProjectFile.serversIn(file.text)
    if (Result.isFailure(named)) return [off(every, named.failure)]
    const names = Object.entries(named.success)
    // The file itself may be a link to somewhere else.
    if (!trust.covers(workspace) || !trust.covers(file.real)) {
      const folder = trust.covers(workspace) ? path.dirname(file.real) : workspace
      const problem = `the folder ${folder} is not trusted. To start what its ${ProjectFile.fileName} names, read that file and add "${folder}" to "trust" in the configuration`
      return names.map(([name]) => off(name, problem))
    }
    return names.map(([name, value]) =>
      Object.hasOwn(settings.mcpServers, name)
        ? off(name, `the configuration has a server of this name, which is used instead`)
        : ofResult(
            name,
            origin,
            ProjectFile.definitionOf({ name, value, path: shown, workspace }, settings, surroundings)
          )
    )
  })

  const operatorEntries = (workspace: string | undefined): ReadonlyArray<Entry> =>
    Object.entries(settings.mcpServers).map(([name, server]) =>
      ofResult(name, { type: "settings" }, ServerDefinition.ofSettings(name, server, workspace, surroundings))
    )

  return {
    entries: (workspace: string | undefined): Effect.Effect<ReadonlyArray<Entry>> =>
      workspace === undefined
        ? Effect.succeed(operatorEntries(workspace))
        : Effect.map(projectEntries(workspace), (own) => [...operatorEntries(workspace), ...own])
  }
})
