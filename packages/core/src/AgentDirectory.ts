/**
 * The external agents that the operator's configuration names.
 *
 * Says what exists and how much of it may run at once; how an agent is reached
 * is its runner's business. A program or URL that is not named here never runs.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"

export interface AgentEntry {
  /** The key in the configuration; `external.agent_id` of its sessions. */
  readonly id: string
  /** The wire protocol; `external.protocol` of its sessions. */
  readonly protocol: string
  /** How many runs of this agent may hold a slot at once. */
  readonly concurrentMax: number
}

/** From the design: eight runs of one agent at once. */
export const concurrentMaxDefault = 8

/** The agents of this process. None by default. */
export class AgentDirectory extends Context.Reference<ReadonlyMap<string, AgentEntry>>(
  "@offshoot/core/AgentDirectory",
  { defaultValue: () => new Map<string, AgentEntry>() }
) {}

export const layer = (entries: ReadonlyArray<AgentEntry>): Layer.Layer<never> =>
  Layer.succeed(AgentDirectory, new Map(entries.map((entry) => [entry.id, entry])))

export const layerNone: Layer.Layer<never> = layer([])
