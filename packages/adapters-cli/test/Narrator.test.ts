import { assert, describe, it } from "@effect/vitest"
import type { AgentEvent } from "@offshoot/core"
import * as Effect from "effect/Effect"
import type { Fact } from "../src/Fact.ts"
import { Narrator } from "../src/Narrator.ts"

type Event = AgentEvent.RunnerEvent

const nobody = { asked: () => Effect.void, withdrawn: () => Effect.void, turnEnded: () => Effect.void }

const narratorOf = (secrets: ReadonlyArray<string> = []) => {
  const events: Array<Event> = []
  const reports: Array<unknown> = []
  const narrator = new Narrator(
    {
      emit: (event) => Effect.sync(() => void events.push(event)),
      report: (report) => Effect.sync(() => void reports.push(report))
    },
    secrets,
    nobody
  )
  return { events, narrator, reports }
}

const told = (facts: ReadonlyArray<Fact>, secrets: ReadonlyArray<string> = []): ReadonlyArray<Event> => {
  const { events, narrator } = narratorOf(secrets)
  Effect.runSync(narrator.tell(facts))
  Effect.runSync(narrator.close("over"))
  return events
}

const call = { toolCallId: "c1", toolName: "shell" }
const start: Event = { type: "tool_start", ...call, arguments: { command: "ls" } }
const complete: Event = { type: "tool_complete", ...call, result: "done" }

describe("calls (N1)", () => {
  it.each<[string, ReadonlyArray<Event>, ReadonlyArray<Event>]>([
    ["that begin and end", [start, complete], [start, complete]],
    ["that begin twice", [start, start, complete], [start, complete]],
    ["that end twice", [start, complete, complete], [start, complete]],
    ["that begin again behind their end", [start, complete, start], [start, complete]],
    ["that end without having begun", [complete], [{ ...start, arguments: null }, complete]],
    ["that are left open", [start], [start, { type: "tool_error", ...call, error: "over" }]],
    ["that are named otherwise at their end", [start, { ...complete, toolName: "" }], [start, complete]]
  ])("%s are shown once", (_, given, shown) => {
    assert.deepStrictEqual(told(given), shown)
  })

  it("are closed from the last to the first, those of sub-agents as theirs", () => {
    const nested: Event = { type: "nested_agent_event", nestedId: "task", title: "look", event: start }
    const closed = told([{ ...start, toolCallId: "c0" }, nested]).slice(2)
    assert.deepStrictEqual(closed, [
      {
        type: "nested_agent_event",
        nestedId: "task",
        title: "look",
        event: { type: "tool_error", ...call, error: "over" }
      },
      { type: "tool_error", toolCallId: "c0", toolName: "shell", error: "over" }
    ])
  })

  it("of one id belong to whom they are of", () => {
    const { narrator } = narratorOf()
    Effect.runSync(narrator.tell([{ type: "nested_agent_event", nestedId: "task", event: start }]))
    assert.isFalse(narrator.hasOpenCall)
    Effect.runSync(narrator.tell([start]))
    assert.isTrue(narrator.hasOpenCall)
    Effect.runSync(narrator.tell([complete]))
    assert.isFalse(narrator.hasOpenCall)
  })
})

describe("secrets (I9)", () => {
  const secret = "sk-very-secret"
  const halves = [secret.slice(0, 5), secret.slice(5)] as const

  it.each(["token", "reasoning_token"] as const)("are taken out of a %s stream though they are cut in two", (type) => {
    const events = told(
      [
        { type, content: `a ${halves[0]}` },
        { type, content: `${halves[1]} b` }
      ],
      [secret]
    )
    assert.strictEqual(events.map((event) => (event.type === type ? event.content : "?")).join(""), "a <redacted> b")
  })

  it("are taken out of arguments, results, errors, plans, diffs and notices", () => {
    const events = told(
      [
        { type: "tool_start", ...call, arguments: { deep: [{ [secret]: `x${secret}` }] } },
        { type: "tool_complete", ...call, result: secret },
        { type: "tool_error", toolCallId: "c2", toolName: "t", error: secret },
        { type: "task_list_changed", tasks: [{ title: secret, status: "open" }] },
        { type: "file_changed", path: "a", change: "added", diff: secret },
        { type: "runner_output", channel: "notice", content: secret },
        { type: "runner_progress", round: 1, detail: secret },
        { type: "nested_agent_event", nestedId: "n", event: { type: "token", content: secret } }
      ],
      [secret]
    )
    assert.lengthOf(events, 9)
    assert.notInclude(JSON.stringify(events), secret)
  })

  it("that may have begun hold nothing back for longer than to the next event (N2)", () => {
    const events = told([{ type: "token", content: `a ${halves[0]}` }, start], [secret])
    assert.deepStrictEqual(events.slice(0, 3), [
      { type: "token", content: "a " },
      { type: "token", content: halves[0] },
      start
    ])
  })
})

describe("bounds", () => {
  it("cut an answer into pieces and lose nothing of it", () => {
    const content = "😀".repeat(50_000)
    const events = told([{ type: "token", content }])
    assert.isAbove(events.length, 1)
    assert.strictEqual(events.map((event) => (event.type === "token" ? event.content : "?")).join(""), content)
  })

  it.each([
    ["a long text", "x".repeat(10_000_000)],
    ["many long texts", Array.from({ length: 1000 }, () => "x".repeat(10_000))],
    ["a long list", Array.from({ length: 100_000 }, (_, index) => index)],
    ["many members", Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index]))],
    ["what goes deep", Array.from({ length: 10_000 }).reduce<unknown>((inner) => [inner], "end")]
  ])("hold for the result of a call that is %s", (_, result) => {
    const [, ended] = told([start, { type: "tool_complete", ...call, result }])
    assert.isBelow(JSON.stringify(ended).length, 400_000)
  })
})

describe("reports", () => {
  it("tell a conversation once, and usage each time", () => {
    const { narrator, reports } = narratorOf()
    const named: Fact = { type: "conversation_named", handle: "h" }
    Effect.runSync(narrator.tell([named, named, { type: "usage_updated", usage: { inputTokens: 1 } }]))
    assert.deepStrictEqual(reports, [{ resume: "h" }, { usage: { inputTokens: 1 } }])
    assert.strictEqual(narrator.handle, "h")
    assert.deepStrictEqual(narrator.usage, { inputTokens: 1 })
  })
})
