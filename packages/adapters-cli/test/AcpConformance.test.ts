import { type AgentProfile, CliRunner } from "@offshoot/adapters-cli"
import { Session } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import { suite } from "@offshoot/test-conformance/RunnerConformance"
import * as Option from "effect/Option"
import * as NodeProcess from "node:process"
import * as Acp from "../src/acp/AcpProfile.ts"
import * as Gemini from "../src/agents/Gemini.ts"
import * as Qwen from "../src/agents/Qwen.ts"
import { commandOf, promptsOf, quickStart, subjectOf, type VoiceName } from "./actor/Parts.ts"
import { instanceOf, layerOf, live } from "./machine.ts"

const session = RunHarness.externalSession("actor", "acp")

/** No word for it in the middle of a turn: the turn ends when its ask is answered, and the message is the next prompt. */
const listens = {
  session,
  ready: "ready",
  prompt: 'ready\nask toolu_listening Bash {"command":"make it"} -> approved:on/denied:off/cancelled:off',
  asks: "toolu_listening"
}

const run = (voice: VoiceName, profile: AgentProfile.AgentProfile, nameIn = (handle: string): string => handle) => {
  const instance = instanceOf(voice)
  const [program, ...first] = commandOf(voice)
  suite(voice, {
    ...subjectOf({
      voice,
      session,
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
        RunHarness.externalSession("other", "acp"),
        RunHarness.externalSession("actor", "command"),
        RunHarness.externalSession("actor", "acp", { metadata: { [Session.metadataKeys.runtimeKind]: "internal" } })
      ],
      harms: {
        none: { status: "completed", reason: "done" },
        dies: { status: "error", reason: "agent_failed" },
        breaks: { status: "error", reason: "protocol" }
      }
    }),
    listens,
    resumes: { session, prompt: promptsOf(voice).resumes, nameIn }
  })
}

run("acp", Acp.profileOf(["actor"]))
// Its handle says when the session began, too; the actor loses no session that is loaded in the same minute.
run("acp-gemini", { ...Gemini.profile, startDelay: () => Option.none() }, (handle) => handle.split("@")[0] ?? "")
run("acp-qwen", Qwen.profile)
