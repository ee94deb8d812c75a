import { CliRunner } from "@offshoot/adapters-cli"
import { Session } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import { suite } from "@offshoot/test-conformance/RunnerConformance"
import { profile } from "../src/agents/Codex.ts"
import { commandOf, quickStart, subjectOf } from "./actor/Parts.ts"
import { instanceOf, layerOf, live } from "./machine.ts"

const instance = instanceOf("codex")
const protocol = "codex-app-server"
const [program, ...first] = commandOf("codex")

suite(
  protocol,
  subjectOf({
    voice: "codex",
    session: RunHarness.externalSession("codex", protocol),
    layer: layerOf(instance),
    runner: CliRunner.make({
      agentId: "codex",
      agent: { env: quickStart, waits: { beginSeconds: 10, interruptSeconds: 3, silenceSeconds: 5 } },
      profile: { ...profile, args: (input) => [...first, ...profile.args(input)] },
      program
    }),
    capabilities: { steer: true, requests: true, resume: true, usage: true, gracefulCancel: true },
    live: live(instance),
    foreign: [
      RunHarness.externalSession("other", protocol),
      RunHarness.externalSession("codex", "acp"),
      RunHarness.externalSession("codex", protocol, { metadata: { [Session.metadataKeys.runtimeKind]: "internal" } })
    ],
    harms: {
      none: { status: "completed", reason: "done" },
      dies: { status: "error", reason: "agent_failed" },
      breaks: { status: "error", reason: "protocol" }
    }
  })
)
