/**
 * The roles of this process: where the server and the command look for them.
 *
 * Only the choice of places; what is read there is the business of the profiles.
 *
 * @stability unstable
 */
import * as NodePath from "node:path"
import { WorkspaceTrust } from "@offshoot/adapters-mcp"
import { Profiles } from "@offshoot/profiles"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Path from "effect/Path"
import { Environment } from "./Environment.ts"
import { type Settings, variable } from "./Settings.ts"

const given = (value: string | undefined): Option.Option<string> =>
  value === undefined || value === "" ? Option.none() : Option.some(value)

/** The home of the user, by the names that it has on different systems. */
export const homeOf = (environment: Readonly<Record<string, string | undefined>>): Option.Option<string> =>
  Option.orElse(given(environment["HOME"]), () => given(environment["USERPROFILE"]))

/** A folder that is not there, or cannot be looked at, is not trusted. */
const trustOf = Effect.fnUntraced(function* (folders: ReadonlyArray<string>) {
  const files = yield* FileSystem.FileSystem
  const trust = yield* WorkspaceTrust.make(folders)
  return (workspace: string): Effect.Effect<boolean> =>
    files.realPath(workspace).pipe(
      Effect.map((path) => trust.covers(path)),
      Effect.catch(() => Effect.succeed(false))
    )
})

/**
 * The roles on disk, of the user who runs this process and of each workspace.
 * No agent has an A2A card until the configuration can say so.
 */
export const layer = (
  settings: Pick<Settings, "dataDir" | "mcp">
): Layer.Layer<never, never, FileSystem.FileSystem | Path.Path> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const environment = yield* Environment
      return Profiles.layer({
        dataDirectory: settings.dataDir,
        home: homeOf(environment),
        file: Option.map(given(variable(environment, "OFFSHOOT_SUBAGENT_PROFILES_FILE")), (path) =>
          NodePath.resolve(path)
        ),
        trusts: yield* trustOf(settings.mcp.trust),
        agentAt: () => Option.none()
      })
    })
  )
