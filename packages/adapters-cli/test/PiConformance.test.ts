import { CliRunner } from "@offshoot/adapters-cli"
import { Session } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import { suite } from "@offshoot/test-conformance/RunnerConformance"
import * as NodeProcess from "node:process"
import { profile } from "../src/agents/Pi.ts"
import { commandOf, quickStart, subjectOf } from "./actor/Parts.ts"
import { instanceOf, layerOf, live } from "./machine.ts"

const instance = instanceOf("pi-rpc")
const [program, ...first] = commandOf("pi")

suite(
  "pi-rpc",
  subjectOf({
    voice: "pi",
    session: RunHarness.externalSession("actor", "pi-rpc"),
    layer: layerOf(instance, NodeProcess.env),
    runner: CliRunner.make({
      agentId: "actor",
      agent: { env: quickStart, graceSeconds: 3600, waits: { interruptSeconds: 1 } },
      program,
      profile: { ...profile, args: (input) => [...first, ...profile.args(input)] }
    }),
    capabilities: { steer: true, requests: true, resume: true, usage: true, gracefulCancel: true },
    live: live(instance),
    foreign: [
      RunHarness.externalSession("other", "pi-rpc"),
      RunHarness.externalSession("actor", "command"),
      RunHarness.externalSession("actor", "pi-rpc", { metadata: { [Session.metadataKeys.runtimeKind]: "internal" } })
    ],
    harms: {
      none: { status: "completed", reason: "done" },
      dies: { status: "error", reason: "agent_failed" },
      breaks: { status: "error", reason: "protocol" }
    }
  })
)
