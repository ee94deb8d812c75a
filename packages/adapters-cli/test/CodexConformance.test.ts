import { suite } from "@offshoot/test-conformance/RunnerConformance"
import { profile } from "../src/agents/Codex.ts"
import { codingSubject } from "./codingSubject.ts"

suite(
  profile.protocol.name,
  codingSubject("codex", profile, { beginSeconds: 10, interruptSeconds: 3, silenceSeconds: 5 })
)
