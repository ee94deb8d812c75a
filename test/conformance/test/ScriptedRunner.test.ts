import { Session } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import * as ScriptedRunner from "@offshoot/core/testing/ScriptedRunner"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RunnerConformance from "../src/RunnerConformance.ts"

const census: ScriptedRunner.Census = { open: 0, started: 0 }
const agent = "script"
const session = RunHarness.externalSession(agent, ScriptedRunner.protocol)

RunnerConformance.suite("scripted", {
  layer: Layer.empty,
  runner: Effect.succeed(ScriptedRunner.make({ agent, census })),
  capabilities: { steer: false, requests: false, resume: false, usage: false, gracefulCancel: false },
  live: Effect.sync(() => census.open),
  foreign: [
    RunHarness.externalSession("other", ScriptedRunner.protocol),
    RunHarness.externalSession(agent, "acp"),
    RunHarness.externalSession(agent, ScriptedRunner.protocol, {
      metadata: { [Session.metadataKeys.runtimeKind]: "internal" }
    })
  ],
  completes: { session, prompt: "say one\nsay two", answer: "onetwo" },
  fails: { session, prompt: "say half\nfail broken" },
  noisy: {
    session,
    prompt: "count 5000",
    answer: Array.from({ length: 5000 }, (_, index) => `${index + 1} `).join("")
  },
  hangs: { session, prompt: "say ready\nhang", ready: "ready" }
})
