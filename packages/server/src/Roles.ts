/**
 * The roles of this process: where the server and the command look for them.
 *
 * Only the choice of places; what is read there is the business of the profiles.
 *
 * @stability unstable
 */
import * as NodePath from "node:path"
import { Profiles } from "@offshoot/profiles"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
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

/**
 * The roles on disk, of the user who runs this process and of each workspace.
 * No folder is trusted, and no agent has an A2A card, until the configuration
 * can say so.
 */
export const layer = (
  settings: Pick<Settings, "dataDir">
): Layer.Layer<never, never, FileSystem.FileSystem | Path.Path> =>
  Layer.unwrap(
    Effect.map(Environment, (environment) =>
      Profiles.layer({
        dataDirectory: settings.dataDir,
        home: homeOf(environment),
        file: Option.map(given(variable(environment, "OFFSHOOT_SUBAGENT_PROFILES_FILE")), (path) =>
          NodePath.resolve(path)
        ),
        trusts: () => Effect.succeed(false),
        agentAt: () => Option.none()
      })
    )
  )
