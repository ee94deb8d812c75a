import type { AgentProfile } from "@offshoot/adapters-cli"
import { suite } from "@offshoot/test-conformance/RunnerConformance"
import * as Option from "effect/Option"
import * as Acp from "../src/acp/AcpProfile.ts"
import * as Gemini from "../src/agents/Gemini.ts"
import * as Qwen from "../src/agents/Qwen.ts"
import { promptsOf, type VoiceName } from "./actor/Parts.ts"
import { codingSubject, sessionFor } from "./codingSubject.ts"

const run = (voice: VoiceName, profile: AgentProfile.AgentProfile, nameIn = (handle: string): string => handle) => {
  const session = sessionFor(profile)
  suite(voice, {
    ...codingSubject(voice, profile),
    // No word for it in the middle of a turn: the turn ends when its ask is answered, and the message is the next prompt.
    listens: {
      session,
      ready: "ready",
      prompt: 'ready\nask toolu_listening Bash {"command":"make it"} -> approved:on/denied:off/cancelled:off',
      asks: "toolu_listening"
    },
    resumes: { session, prompt: promptsOf(voice).resumes, nameIn }
  })
}

run("acp", Acp.profileOf(["actor"]))
// Its handle says when the session began, too; the actor loses no session that is loaded in the same minute.
run("acp-gemini", { ...Gemini.profile, startDelay: () => Option.none() }, (handle) => handle.split("@")[0] ?? "")
run("acp-qwen", Qwen.profile)
