import { suite } from "@offshoot/test-conformance/RunnerConformance"
import { profile } from "../src/agents/Claude.ts"
import { codingSubject } from "./codingSubject.ts"

suite(
  profile.protocol.name,
  codingSubject("claude", profile, { beginSeconds: 10, interruptSeconds: 3, silenceSeconds: 5 })
)
