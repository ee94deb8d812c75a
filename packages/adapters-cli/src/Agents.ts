/**
 * The coding agents that are known by name, in the order in which they are
 * offered. One line for each; everything else of an agent is in its file.
 *
 * @stability unstable
 */
import type { AgentProfile } from "./AgentProfile.ts"
import * as Pi from "./agents/Pi.ts"

export const profiles: ReadonlyArray<AgentProfile> = [Pi.profile]
