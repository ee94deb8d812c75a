import { CliRunner } from "@offshoot/adapters-cli"
import { Session } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import { suite } from "@offshoot/test-conformance/RunnerConformance"
import { profile } from "../src/agents/Claude.ts"
import { commandOf, quickStart, subjectOf } from "./actor/Parts.ts"
import { instanceOf, layerOf, live } from "./machine.ts"

const instance = instanceOf("claude")
const protocol = "claude-stream-json"
const [program, ...behind] = commandOf("claude")

suite(
  protocol,
  subjectOf({
    voice: "claude",
    session: RunHarness.externalSession("claude", protocol),
    layer: layerOf(instance),
    runner: CliRunner.make({
      agentId: "claude",
      agent: { env: quickStart, waits: { beginSeconds: 10, interruptSeconds: 3, silenceSeconds: 5 } },
      profile: { ...profile, args: (input) => [...behind, ...profile.args(input)] },
      program
    }),
    capabilities: { steer: true, requests: true, resume: true, usage: true, gracefulCancel: true },
    live: live(instance),
    foreign: [
      RunHarness.externalSession("other", protocol),
      RunHarness.externalSession("claude", "acp"),
      RunHarness.externalSession("claude", protocol, { metadata: { [Session.metadataKeys.runtimeKind]: "internal" } })
    ],
    harms: {
      none: { status: "completed", reason: "done" },
      dies: { status: "error", reason: "agent_failed" },
      breaks: { status: "error", reason: "protocol" }
    }
  })
)
