/** The commands that look at this machine themselves and ask no server. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json, load, optional, where } from "./CommandFlags.ts"

export const doctor = Command.make(
  "doctor",
  {
    dataDir: where.dataDir,
    config: where.config,
    json,
    agents: Argument.String("agent").pipe(
      Argument.withDescription("An agent of the configuration, or one that is known; all of them without it"),
      Argument.variadic()
    ),
    probe: Flag.Boolean("probe").pipe(
      Flag.withDescription("Run one short turn of each that is ready: it may cost what a short answer costs"),
      Flag.withDefault(false)
    )
  },
  Effect.fn(function* (input) {
    const Doctor = yield* load(() => import("./Doctor.ts"))
    yield* Doctor.doctor({
      flags: { allowRemote: true, ...optional("dataDir", input.dataDir), ...optional("config", input.config) },
      agents: input.agents,
      probe: input.probe ? "probe" : "look",
      json: input.json
    })
  })
).pipe(
  Command.withDescription("Say which coding agents this machine has, what each lacks, and the command that mends it"),
  Command.withExamples([
    { command: "offshoot doctor", description: "Look at all of them" },
    { command: "offshoot doctor --probe pi", description: "See whether one answers" }
  ])
)

export const profiles = Command.make(
  "profiles",
  {
    dataDir: where.dataDir,
    config: where.config,
    json,
    workspace: Flag.Path("workspace").pipe(
      Flag.withDescription("The folder whose roles are listed; the working directory"),
      Flag.optional
    )
  },
  Effect.fn(function* (input) {
    const Profiles = yield* load(() => import("./Profiles.ts"))
    yield* Profiles.profiles({
      flags: { allowRemote: true, ...optional("dataDir", input.dataDir), ...optional("config", input.config) },
      workspace: input.workspace,
      json: input.json
    })
  })
).pipe(
  Command.withDescription("List the roles for children: where each comes from, what has an effect and what has none"),
  Command.withExamples([
    { command: "offshoot profiles --workspace ../shop", description: "The roles of another folder" }
  ])
)
