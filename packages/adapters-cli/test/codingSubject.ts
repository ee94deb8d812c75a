/**
 * A coding agent's profile as the subject of the suite of runners: its program
 * is the actor in this voice, and every misbehaviour has its reason.
 */
import { type AgentProfile, type CliAgent, CliRunner } from "@offshoot/adapters-cli"
import { Session } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import { commandOf, quickStart, subjectOf, type VoiceName } from "./actor/Parts.ts"
import { instanceOf, layerOf, live } from "./machine.ts"

const agentId = "actor"

/** Short enough for a test, long enough for the actor on a busy machine. */
const waitsDefault: CliAgent.AgentOptions["waits"] = { interruptSeconds: 1 }

export const sessionFor = ({ protocol }: AgentProfile.AgentProfile): Session.Session =>
  RunHarness.externalSession(agentId, protocol.name)

export const codingSubject = (
  voice: VoiceName,
  profile: AgentProfile.AgentProfile,
  waits: CliAgent.AgentOptions["waits"] = waitsDefault
) => {
  const instance = instanceOf(voice)
  const { name } = profile.protocol
  const [program, ...behind] = commandOf(voice)
  return subjectOf({
    voice,
    session: sessionFor(profile),
    layer: layerOf(instance),
    runner: CliRunner.make({
      agentId,
      agent: { env: quickStart, graceSeconds: 3600, ...(waits === undefined ? {} : { waits }) },
      program,
      profile: { ...profile, args: (input) => [...behind, ...profile.args(input)] }
    }),
    capabilities: { steer: true, requests: true, resume: true, usage: true, gracefulCancel: true },
    live: live(instance),
    foreign: [
      RunHarness.externalSession("other", name),
      RunHarness.externalSession(agentId, "command"),
      RunHarness.externalSession(agentId, name, { metadata: { [Session.metadataKeys.runtimeKind]: "internal" } })
    ],
    harms: {
      none: { status: "completed", reason: "done" },
      dies: { status: "error", reason: "agent_failed" },
      breaks: { status: "error", reason: "protocol" }
    }
  })
}
