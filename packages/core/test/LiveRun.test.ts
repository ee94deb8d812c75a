import { assert, describe, it } from "@effect/vitest"
import type { RunnerEvent } from "../src/AgentEvent.ts"
import { LiveRun } from "../src/internal/liveRun.ts"
import * as Records from "./SessionRecords.ts"

const call = (toolCallId: string) => ({ toolCallId, toolName: `tool ${toolCallId}` })
const began = (id: string): RunnerEvent => ({ type: "tool_start", ...call(id), arguments: {} })
const done = (id: string): RunnerEvent => ({ type: "tool_complete", ...call(id), result: {} })
const failed = (id: string): RunnerEvent => ({ type: "tool_error", ...call(id), error: "no" })

/** A run that started at 1,000 ms and saw these events, one a second. */
const after = (...events: ReadonlyArray<RunnerEvent>): LiveRun => {
  const live = new LiveRun(Records.job(), Records.child(), [Records.parentId], 1_000)
  events.forEach((event, index) => live.observe(event, 2_000 + index * 1_000))
  return live
}

describe("LiveRun", () => {
  it("S-diagnostics: before its first event a run shows its start and nothing else", () => {
    assert.deepStrictEqual(after().snapshot(), {
      runId: Records.runId("now"),
      runner: "",
      startedAtMillis: 1_000,
      lastEventAtMillis: undefined,
      rounds: 0,
      lastTool: undefined,
      budget: undefined
    })
  })

  it.each([
    ["begin", [began("a")]],
    ["finished", [began("a"), done("a")]],
    ["error", [began("a"), failed("a")]]
  ] as const)("S-diagnostics: the last tool is shown with its phase %s", (phase, events) => {
    const { lastEventAtMillis, lastTool } = after(...events).snapshot()
    const atMillis = 1_000 + events.length * 1_000
    assert.deepStrictEqual(lastTool, { name: "tool a", phase, sinceMillis: atMillis })
    assert.strictEqual(lastEventAtMillis, atMillis)
  })

  it("S-diagnostics: rounds and budget are the last that were told", () => {
    const live = after(
      { type: "runner_progress", round: 1 },
      { type: "token_budget_updated", usedTokens: 5 },
      { type: "runner_progress", round: 4 },
      { type: "token_budget_updated", usedTokens: 9, limitTokens: 10 }
    )
    const { budget, rounds } = live.snapshot()
    assert.strictEqual(rounds, 4)
    assert.deepStrictEqual(budget, { type: "token_budget_updated", usedTokens: 9, limitTokens: 10 })
  })

  it("S-tick: until the first event activity is the start, then the last event", () => {
    assert.strictEqual(after().vitals(false, 9_000).lastActivityAtMillis, 1_000)
    assert.strictEqual(after(done("x"), done("x")).vitals(false, 9_000).lastActivityAtMillis, 3_000)
  })

  it.each([
    ["no tool call is open", [], { _tag: "Nothing" }],
    ["one tool call is open", [began("a")], { _tag: "Tool", name: "tool a", sinceMillis: 2_000 }],
    ["of two the older is watched", [began("a"), began("b")], { _tag: "Tool", name: "tool a", sinceMillis: 2_000 }],
    ["the older has ended", [began("a"), began("b"), done("a")], { _tag: "Tool", name: "tool b", sinceMillis: 3_000 }],
    ["one has failed", [began("a"), failed("a")], { _tag: "Nothing" }],
    ["one ended that never began", [done("a")], { _tag: "Nothing" }]
  ] as const)("S-silent-tool: %s", (_, events, open) => {
    assert.deepStrictEqual<unknown>(after(...events).vitals(false, 9_000).open, open)
  })

  it("S-silent-tool: a request is watched before children, children before a tool call", () => {
    const live = after(began("a"))
    assert.deepStrictEqual(live.vitals(true, 9_000).open, { _tag: "Children" })
    live.beginWaiting("request", 4_000)
    assert.deepStrictEqual(live.vitals(true, 9_000).open, { _tag: "Request", sinceMillis: 4_000 })
  })

  it("S-total-wait: waiting adds up, while it goes on and after it has ended", () => {
    const live = after()
    live.beginWaiting("request", 2_000)
    assert.strictEqual(live.vitals(false, 5_000).waitedMillis, 3_000)
    live.endWaiting(6_000)
    live.beginWaiting("children", 7_000)
    live.endWaiting(8_500)
    assert.strictEqual(live.vitals(false, 60_000).waitedMillis, 5_500)
  })

  it("S-silent-tool: the idle clock begins anew when a wait has ended", () => {
    const live = after()
    live.beginWaiting("request", 2_000)
    live.endWaiting(6_000)
    assert.strictEqual(live.vitals(false, 9_000).lastActivityAtMillis, 6_000)
  })
})
