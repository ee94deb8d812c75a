/**
 * The runner of an agent of the configuration, whoever it is.
 *
 * @stability unstable
 */
import type { ExternalChildRunner } from "@offshoot/core"
import type * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import type { AgentDefinition } from "./AgentDefinition.ts"
import type { CliHost } from "./CliHost.ts"
import * as CliRunner from "./CliRunner.ts"
import * as CommandRunner from "./command/CommandRunner.ts"
import type { ProgramLauncher } from "./ProgramLauncher.ts"

export const make = (
  agentId: string,
  definition: AgentDefinition
): Effect.Effect<
  ExternalChildRunner.ExternalChildRunner,
  never,
  CliHost | FileSystem.FileSystem | Path.Path | ProgramLauncher
> =>
  definition._tag === "Command"
    ? CommandRunner.make({ agentId, agent: definition.agent })
    : CliRunner.make({ agentId, ...definition })
