/**
 * `offshoot profiles`: the roles that a child may have in a workspace, where each
 * comes from, what of its file has an effect, and which files are wrong.
 *
 * Reads the disk itself: no server is needed, and none is asked.
 */
import * as NodePath from "node:path"
import { SubagentProfile } from "@offshoot/core"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as References from "effect/References"
import { Environment } from "../Environment.ts"
import { jsonLine } from "../internal/jsonLine.ts"
import { roleLines } from "../internal/roleLines.ts"
import * as Roles from "../Roles.ts"
import * as Settings from "../Settings.ts"
import { RolesNotUsable, UsageRefused } from "./Failures.ts"
import * as Screen from "./Screen.ts"
import { untilSignal } from "./Signals.ts"

export interface ProfilesInput {
  readonly flags: Settings.Flags
  readonly workspace: Option.Option<string>
  readonly json: boolean
}

const folderOf = Effect.fnUntraced(function* (workspace: Option.Option<string>) {
  const files = yield* FileSystem.FileSystem
  const folder = NodePath.resolve(Option.getOrElse(workspace, () => "."))
  const { type } = yield* files.stat(folder)
  if (type !== "Directory") return yield* new UsageRefused({ told: `${folder} is not a folder` })
  return folder
})

/** Prints them. Fails when some file holds no role although it should. */
export const profiles = Effect.fn("Cli.profiles")(
  function* ({ flags, json, workspace: given }: ProfilesInput) {
    const settings = yield* Settings.load(flags)
    const workspace = yield* folderOf(given).pipe(
      Effect.catchTag("PlatformError", () =>
        Effect.fail(new UsageRefused({ told: `there is no folder ${Option.getOrElse(given, () => ".")}` }))
      )
    )
    const list = yield* Effect.flatMap(SubagentProfile.SubagentProfiles, (roles) =>
      roles.list(Option.some(workspace))
    ).pipe(
      Effect.provide(Roles.layer(settings)),
      // What is wrong is printed below; a log line would say it twice.
      Effect.provideService(References.MinimumLogLevel, "None")
    )
    if (json) {
      yield* Console.log(jsonLine({ workspace, ...list }))
    } else {
      const screen = yield* Screen.Screen
      const home = Option.getOrUndefined(Roles.homeOf(yield* Environment))
      const { columns } = yield* screen.size
      yield* screen.print(roleLines(list, { workspace, home }, { columns, colour: screen.colour }))
    }
    if (list.problems.length > 0) return yield* new RolesNotUsable({ count: list.problems.length })
  },
  untilSignal,
  Effect.provide(Screen.layer)
)
