import { suite } from "@offshoot/test-conformance/RunnerConformance"
import { profile } from "../src/agents/Pi.ts"
import { codingSubject } from "./codingSubject.ts"

suite(profile.protocol.name, codingSubject("pi", profile))
