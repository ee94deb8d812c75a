/**
 * The runner of an agent of the configuration, whoever it is.
 *
 * @stability unstable
 */
import type { AgentDefinition } from "./AgentDefinition.ts"
import * as CliRunner from "./CliRunner.ts"
import * as CommandRunner from "./command/CommandRunner.ts"

export const make = (agentId: string, definition: AgentDefinition) =>
  definition._tag === "Command"
    ? CommandRunner.make({ agentId, agent: definition.agent })
    : CliRunner.make({ agentId, ...definition })
