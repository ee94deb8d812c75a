import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import { MessageId } from "../src/Ids.ts"
import { atRest, type FlightPhase, outlivesRun, type RunBy, routeOf } from "../src/internal/messageRoute.ts"
import { steerOf } from "../src/internal/messageSteps.ts"
import type { Steer } from "../src/Obligation.ts"
import * as Outcome from "../src/Outcome.ts"
import { metadataKeys, type SessionStatus } from "../src/Session.ts"
import * as Records from "./SessionRecords.ts"

const runBy: Record<"agent" | "steers" | "cannot", RunBy> = {
  agent: { _tag: "InProcess" },
  steers: { _tag: "Runner", steer: true },
  cannot: { _tag: "Runner", steer: false }
}

describe("where a message goes", () => {
  const cases: ReadonlyArray<readonly [SessionStatus, FlightPhase, keyof typeof runBy, string]> = [
    ["idle", "none", "agent", "RunAgain"],
    ["idle", "none", "cannot", "RunAgain"],
    ["completed", "none", "agent", "RunAgain"],
    ["completed", "none", "cannot", "RunAgain"],
    ["cancelled", "none", "steers", "RunAgain"],
    ["pending", "none", "cannot", "Inbox"],
    ["pending", "queued", "agent", "Inbox"],
    ["pending", "queued", "cannot", "Inbox"],
    ["pending", "taken", "steers", "Inbox"],
    ["pending", "taken", "cannot", "runner_cannot_steer"],
    ["running", "taken", "agent", "Inbox"],
    ["running", "taken", "steers", "Inbox"],
    ["running", "taken", "cannot", "runner_cannot_steer"],
    ["awaiting_request", "taken", "steers", "Inbox"],
    ["waiting_for_children", "taken", "agent", "Inbox"],
    ["waiting_for_children", "taken", "cannot", "runner_cannot_steer"],
    ["pending", "stopping", "agent", "stopping"],
    ["running", "stopping", "steers", "stopping"],
    ["cancelling", "taken", "agent", "stopping"],
    ["cancelling", "stopping", "cannot", "stopping"]
  ]
  it.each(cases)("to a session that is %s, %s in its flight, run by %s: %s", (status, phase, who, expected) => {
    const route = routeOf(status, phase, runBy[who])
    assert.strictEqual(route._tag === "Refuse" ? route.reason : route._tag, expected)
  })
})

const from = (origin: Steer["origin"]): Steer =>
  steerOf(
    { sessionId: Records.childId, text: origin, origin, hidden: false, mode: "queue", key: Option.none() },
    MessageId.make(`msg_${origin}`),
    1_000
  )

const inProcess = Records.child({ status: "completed" })
const external = Records.child({ status: "completed", metadata: { [metadataKeys.runtimeKind]: "external" } })

describe("a message that the run did not take", () => {
  const failed: Outcome.Outcome = { status: "error", reason: "agent_failed", message: "no" }
  it.each([
    ["of the runtime, after a failure", from("runtime"), external, failed, true],
    ["of a person, after a good end in process", from("user"), inProcess, Outcome.done, true],
    ["of the parent, after a good end in process", from("parent"), inProcess, Outcome.done, true],
    ["of a person, when there was nothing to do before it", from("user"), external, Outcome.noPendingMessage, true],
    ["of a person, after a failure", from("user"), inProcess, failed, false],
    ["of a person, after a good end of an external agent", from("user"), external, Outcome.done, false]
  ] as const)("%s", (_, steer, session, outcome, outlives) => {
    assert.strictEqual(outlivesRun(steer, session, outcome), outlives)
  })

  const shown = ({ deliver, expire, runAgain }: ReturnType<typeof atRest>) => ({
    deliver: deliver.map(({ origin }) => origin),
    expire: expire.map(({ origin }) => origin),
    runAgain
  })
  const both = [from("user"), from("runtime")]

  it("is delivered with another run of a session in process", () => {
    assert.deepStrictEqual(shown(atRest(both, inProcess, true)), {
      deliver: ["user", "runtime"],
      expire: [],
      runAgain: true
    })
  })

  it("I6: wakes nobody outside: an external parent reads it and is not run", () => {
    assert.deepStrictEqual(shown(atRest([from("runtime")], external, true)), {
      deliver: ["runtime"],
      expire: [],
      runAgain: false
    })
  })

  it.each([
    ["cannot be run", inProcess, false],
    ["was cancelled", { ...inProcess, status: "cancelled" }, true]
  ] as const)(
    "I7: of a session that %s only what the runtime has to tell is delivered, and it stays at rest",
    (_, session, runnable) => {
      assert.deepStrictEqual(shown(atRest(both, session, runnable)), {
        deliver: ["runtime"],
        expire: ["user"],
        runAgain: false
      })
    }
  )
})
