import { suite } from "@offshoot/test-conformance/RunnerConformance"
import { profile } from "../src/agents/Opencode.ts"
import { codingSubject } from "./codingSubject.ts"

suite(profile.protocol.name, codingSubject("opencode", profile))
