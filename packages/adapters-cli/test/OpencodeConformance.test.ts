import { CliRunner } from "@offshoot/adapters-cli"
import { Session } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import { suite } from "@offshoot/test-conformance/RunnerConformance"
import { profile } from "../src/agents/Opencode.ts"
import { commandOf, quickStart, subjectOf } from "./actor/Parts.ts"
import { instanceOf, layerOf, live } from "./machine.ts"

const instance = instanceOf("opencode")
const protocol = "opencode-serve"
const [program, ...behind] = commandOf("opencode")

suite(
  protocol,
  subjectOf({
    voice: "opencode",
    session: RunHarness.externalSession("opencode", protocol),
    layer: layerOf(instance),
    runner: CliRunner.make({
      agentId: "opencode",
      agent: { env: quickStart, graceSeconds: 3600, waits: { interruptSeconds: 1 } },
      profile: { ...profile, args: (input) => [...behind, ...profile.args(input)] },
      program
    }),
    capabilities: { steer: true, requests: true, resume: true, usage: true, gracefulCancel: true },
    live: live(instance),
    foreign: [
      RunHarness.externalSession("other", protocol),
      RunHarness.externalSession("opencode", "acp"),
      RunHarness.externalSession("opencode", protocol, { metadata: { [Session.metadataKeys.runtimeKind]: "internal" } })
    ],
    harms: {
      none: { status: "completed", reason: "done" },
      dies: { status: "error", reason: "agent_failed" },
      breaks: { status: "error", reason: "protocol" }
    }
  })
)
