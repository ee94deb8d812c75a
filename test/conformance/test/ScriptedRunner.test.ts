import { type ExternalChildRunner, Session } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import * as ScriptedRunner from "@offshoot/core/testing/ScriptedRunner"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RunnerConformance from "../src/RunnerConformance.ts"

const agent = "script"
const session = RunHarness.externalSession(agent, ScriptedRunner.protocol)

/** What every scripted runner plays, whatever it declares. */
const subjectOf = (capabilities: Pick<ExternalChildRunner.Capabilities, "steer" | "requests" | "resume" | "usage">) => {
  const census: ScriptedRunner.Census = { open: 0, started: 0 }
  return {
    layer: Layer.empty,
    runner: Effect.succeed(ScriptedRunner.make({ agent, census, capabilities })),
    capabilities: { ...capabilities, gracefulCancel: false },
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
  }
}

RunnerConformance.suite("scripted", subjectOf({ steer: false, requests: false, resume: false, usage: false }))

RunnerConformance.suite("scripted, with all that can be declared", {
  ...subjectOf({ steer: true, requests: true, resume: true, usage: true }),
  asks: {
    session,
    prompt: "permit shell",
    key: "permit:shell",
    approved: "approved:shell",
    denied: "denied:shell",
    expired: "expired:shell"
  },
  listens: { session, prompt: "say ready\ntake-wait", ready: "ready" },
  spends: { session, prompt: "usage 7\nsay ready\nhang", ready: "ready" },
  leaves: { session, prompt: "usage 7\nresume-handle thread-1" },
  names: { session, prompt: "resume-handle thread-1\nsay ready\nhang", ready: "ready" },
  resumes: { session, prompt: "resumed" }
})
