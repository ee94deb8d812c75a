import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import type { RunId } from "../src/Ids.ts"
import * as Outcome from "../src/Outcome.ts"
import * as Recovery from "../src/Recovery.ts"
import type { RecoveryPolicy, Session } from "../src/Session.ts"
import type { OpenJob } from "../src/SessionStore.ts"
import * as Records from "./SessionRecords.ts"

const rules = (policy: RecoveryPolicy, able: boolean): Recovery.Rules => ({ policy, canResume: () => able })

const openJob = (fields: Partial<OpenJob> = {}): OpenJob => ({
  job: Records.job(),
  state: "launched",
  report: {},
  session: Option.some(Records.child({ status: "running" })),
  ancestors: [Records.sessionId("parent")],
  ...fields
})

const outcomeOf = (decision: Recovery.Decision): Outcome.Outcome | undefined =>
  decision._tag === "Settle" ? decision.outcome : undefined

describe("Recovery.ofLaunched", () => {
  const cases: ReadonlyArray<readonly [RecoveryPolicy, "can" | "cannot", string]> = [
    ["resume", "can", "resume"],
    ["resume", "cannot", "lost"],
    ["retry", "can", "resume"],
    ["retry", "cannot", "retry"],
    ["settle", "can", "lost"],
    ["settle", "cannot", "lost"]
  ]
  it.each(cases)("S-restart: %s, with a runner that %s go on: %s", (policy, able, expected) => {
    const decision = Recovery.ofLaunched(openJob(), rules(policy, able === "can"))
    assert.strictEqual(decision._tag === "Continue" ? decision.mode : outcomeOf(decision)?.reason, expected)
  })

  it("a session's own policy goes before that of the app", () => {
    const own = openJob({ session: Option.some(Records.child({ status: "running", recovery: "settle" })) })
    assert.strictEqual(outcomeOf(Recovery.ofLaunched(own, rules("retry", true)))?.reason, "lost")
  })

  const never: ReadonlyArray<readonly [string, Option.Option<Session>, string]> = [
    ["a session being cancelled", Option.some(Records.child({ status: "cancelling" })), "while it was being cancelled"],
    ["no session at all", Option.none(), "while it was running"]
  ]
  it.each(never)("S-restart: a launched job of %s is lost, and may be tried again", (_, session, known) => {
    const outcome = outcomeOf(Recovery.ofLaunched(openJob({ session }), rules("retry", true)))
    assert.strictEqual(outcome?.reason, "lost")
    if (outcome === undefined) return
    assert.include(Outcome.errorText(outcome), known)
    assert.isTrue(Outcome.retryable(outcome))
  })

  it("a job that took its process with it too often is lost", () => {
    const often = openJob({ job: Records.job({ lost: Recovery.lostMax }) })
    assert.strictEqual(outcomeOf(Recovery.ofLaunched(often, rules("retry", true)))?.reason, "lost")
    const once = openJob({ job: Records.job({ lost: Recovery.lostMax - 1 }) })
    assert.strictEqual(Recovery.ofLaunched(once, rules("retry", true))._tag, "Continue")
  })
})

describe("Recovery.handleOf", () => {
  const metadata = { "runtime.kind": "external", "external.agent_id": "a", "external.protocol": "p" }
  const kept = { runId: Records.runId("before"), handle: "kept", agentId: "a", protocol: "p", position: 1 }
  const session = Records.child({ metadata, conversation: kept })
  const goesOn = Records.job({ resume: { runId: Records.runId("first"), handle: "try" } })
  it.each([
    ["what the run told", goesOn, { resume: "told" }, session, "told"],
    ["else what the try before it told", goesOn, {}, session, "try"],
    ["else what the session had before the job", Records.job(), {}, session, "kept"],
    ["nothing of another agent's", Records.job(), {}, { ...session, metadata: {} }, undefined],
    ["nothing when nobody told anything", Records.job(), {}, Records.child({ metadata }), undefined]
  ])("is %s", (_, job, report, of, expected) => {
    assert.strictEqual(Recovery.handleOf(job, report, of), expected)
  })

  it("a run that told nothing goes on with the conversation that its session had", () => {
    const asked: Array<string | undefined> = []
    const canResume: Recovery.CanResume = (_, handle) => asked.push(handle) > 0
    const decision = Recovery.ofLaunched(openJob({ session: Option.some(session) }), { policy: "resume", canResume })
    assert.deepStrictEqual([decision._tag, asked], ["Continue", ["kept"]])
  })
})

describe("Recovery.plan", () => {
  const owner = Records.runId("owner")
  const parentJob = openJob({
    job: Records.job({
      runId: owner,
      childSessionId: Records.sessionId("parent"),
      parentSessionId: Records.sessionId("root")
    }),
    ancestors: [Records.sessionId("root")]
  })
  const childOf = (ownerRunId: RunId, fields: Partial<OpenJob> = {}): OpenJob =>
    openJob({
      job: Records.job({ ownerRunId, parentSessionId: Records.sessionId("parent") }),
      ancestors: [Records.sessionId("parent"), Records.sessionId("root")],
      state: "queued",
      ...fields
    })
  const decisionsOf = (open: ReadonlyArray<OpenJob>, given: Recovery.Rules) =>
    Recovery.plan(open, given).map(({ decision }) =>
      decision._tag === "Continue" ? decision.mode : (outcomeOf(decision)?.reason ?? decision._tag)
    )

  it("S-restart: queued jobs queue again, in the order of acceptance", () => {
    const first = openJob({
      state: "queued",
      job: Records.job({ runId: Records.runId("a"), childSessionId: Records.sessionId("a") })
    })
    const second = openJob({
      state: "queued",
      job: Records.job({ runId: Records.runId("b"), childSessionId: Records.sessionId("b") })
    })
    const planned = Recovery.plan([first, second], rules("settle", false))
    assert.deepStrictEqual(planned, [
      { open: first, decision: { _tag: "Requeue" } },
      { open: second, decision: { _tag: "Requeue" } }
    ])
  })

  it("the children of a lost parent are closed, those of one that goes on are not", () => {
    assert.deepStrictEqual(decisionsOf([parentJob, childOf(owner)], rules("settle", false)), ["lost", "by_parent"])
    assert.deepStrictEqual(decisionsOf([parentJob, childOf(owner)], rules("resume", true)), ["resume", "Requeue"])
  })

  it("a parent that begins again does not keep the children of its lost try", () => {
    assert.deepStrictEqual(decisionsOf([parentJob, childOf(owner)], rules("retry", false)), ["retry", "by_parent"])
  })

  it("a child whose owner settled before the end of the process is closed; one without an owner is not", () => {
    assert.deepStrictEqual(decisionsOf([childOf(owner)], rules("settle", false)), ["by_parent"])
    const free = openJob({ state: "queued" })
    assert.deepStrictEqual(decisionsOf([free], rules("settle", false)), ["Requeue"])
  })

  it("an abandoned child is left alone, a draining one when it had begun", () => {
    const abandoned = Option.some(Records.child({ status: "running", parentClose: "abandon" }))
    const draining = Option.some(Records.child({ status: "running", parentClose: "drain" }))
    assert.deepStrictEqual(decisionsOf([childOf(owner, { session: abandoned })], rules("resume", true)), ["Requeue"])
    assert.deepStrictEqual(decisionsOf([childOf(owner, { session: draining })], rules("resume", true)), ["by_parent"])
    const begun = childOf(owner, { session: draining, state: "launched" })
    assert.deepStrictEqual(decisionsOf([begun], rules("resume", true)), ["resume"])
  })
})

describe("Recovery.nextJob", () => {
  const next = {
    runId: Records.runId("next"),
    handle: "h",
    endedAtMillis: 7,
    notBeforeMillis: undefined,
    ended: "lost",
    usage: undefined,
    begunToolCalls: []
  } as const

  it("a try that goes on keeps the name of the first and knows where it goes on from", () => {
    const job = Records.job()
    const second = Recovery.nextJob(job, { ...next, mode: "resume" })
    assert.strictEqual(second.firstRunId, job.runId)
    assert.deepStrictEqual(second.resume, { runId: job.runId, handle: "h" })
    assert.strictEqual(second.lost, 1)
    const third = Recovery.nextJob(second, { ...next, runId: Records.runId("third"), mode: "resume" })
    assert.strictEqual(third.firstRunId, job.runId)
    assert.deepStrictEqual(third.tries, [
      { runId: job.runId, endedAtMillis: 7 },
      { runId: second.runId, endedAtMillis: 7 }
    ])
  })

  it("knows every call that was begun in the tries before it and has no answer", () => {
    const second = Recovery.nextJob(Records.job(), { ...next, mode: "resume", begunToolCalls: ["1", "2"] })
    const third = Recovery.nextJob(second, { ...next, mode: "resume", begunToolCalls: ["2", "3"] })
    assert.deepStrictEqual(third.resume?.cutOff, ["1", "2", "3"])
    assert.isUndefined(Recovery.nextJob(third, { ...next, mode: "retry" }).resume)
  })

  it("a try that begins again has a name of its own, and waits when it is told to", () => {
    const job = Records.job({ resume: { runId: Records.runId("before") }, firstRunId: Records.runId("before") })
    const again = Recovery.nextJob(job, { ...next, mode: "retry", ended: "by_itself", notBeforeMillis: 9 })
    assert.isUndefined(again.firstRunId)
    assert.isUndefined(again.resume)
    assert.isUndefined(again.lost)
    assert.strictEqual(again.notBeforeMillis, 9)
  })

  it("remembers no more ends than any policy looks at", () => {
    const tries = Array.from({ length: 100 }, (_, index) => ({ runId: Records.runId("old"), endedAtMillis: index }))
    const remembered = Recovery.nextJob(Records.job({ tries }), { ...next, mode: "retry" }).tries ?? []
    assert.lengthOf(remembered, 100)
    assert.strictEqual(remembered.at(-1)?.endedAtMillis, 7)
  })
})
