import { assert, describe, it } from "@effect/vitest"
import type { Fact } from "@offshoot/adapters-cli"
import { type AcpDialect, plain } from "../src/acp/AcpDialect.ts"
import { changedLines } from "../src/acp/AcpDiff.ts"
import { AcpToolCalls, isWithin } from "../src/acp/AcpToolCalls.ts"
import { AcpTranslation } from "../src/acp/AcpTranslation.ts"
import * as AcpUsage from "../src/acp/AcpUsage.ts"

const cwd = "/repo"
const onlyAlive: ReadonlyArray<Fact.Fact> = [{ type: "alive" }]

describe("figures of an agent", () => {
  it.each([
    {
      name: "caches and thoughts beside input and output",
      counts: { inputTokens: 900, outputTokens: 45, totalTokens: 1050, thoughtTokens: 5, cachedReadTokens: 100 },
      usage: { inputTokens: 1000, outputTokens: 50, cacheReadTokens: 100, reasoningTokens: 5 }
    },
    {
      name: "caches beside the input, thoughts inside the output",
      counts: { inputTokens: 1800, outputTokens: 100, totalTokens: 2100, thoughtTokens: 10, cachedReadTokens: 200 },
      usage: { inputTokens: 2000, outputTokens: 100, cacheReadTokens: 200, reasoningTokens: 10 }
    },
    {
      name: "everything inside",
      counts: { inputTokens: 1000, outputTokens: 30, totalTokens: 1030, thoughtTokens: 10, cachedReadTokens: 200 },
      usage: { inputTokens: 1000, outputTokens: 30, cacheReadTokens: 200, reasoningTokens: 10 }
    },
    {
      name: "no total that fits: each a kind of its own",
      counts: { inputTokens: 10, outputTokens: 2, totalTokens: 99, cachedWriteTokens: 5 },
      usage: { inputTokens: 15, outputTokens: 2, cacheWriteTokens: 5 }
    },
    { name: "no output: nothing is known", counts: { inputTokens: 10 }, usage: undefined },
    { name: "figures that are none", counts: { inputTokens: -1, outputTokens: 1.5 }, usage: undefined }
  ])("are put where they belong: $name", ({ counts, usage }) => {
    assert.deepStrictEqual(AcpUsage.ofCounts(counts), usage)
  })

  it("add up to the total that the agent tells, wherever it puts its caches and thoughts", () => {
    for (const cached of [0, 1, 70]) {
      for (const thoughts of [0, 3, 70]) {
        for (const total of [100, 100 + cached, 100 + thoughts, 100 + cached + thoughts]) {
          const usage = AcpUsage.ofCounts({
            inputTokens: 80,
            outputTokens: 20,
            totalTokens: total,
            cachedReadTokens: cached,
            thoughtTokens: thoughts
          })
          assert.strictEqual((usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0), total)
        }
      }
    }
  })

  it.each([
    [{ amount: 0.5, currency: "USD" }, 0.5],
    [{ amount: 0.5, currency: "EUR" }, undefined],
    [{ amount: -1, currency: "USD" }, undefined],
    [{ currency: "USD" }, undefined]
  ])("of money are dollars or nothing: %j", (cost, dollars) => {
    assert.strictEqual(AcpUsage.dollarsOf(cost), dollars)
  })
})

describe("the lines that changed", () => {
  it.each([
    ["", "a\nb\n", "+a\n+b"],
    ["a\nb\nc\n", "a\nx\nc\n", "-b\n+x"],
    ["a\na\n", "a\na\na\n", "+a"],
    ["a\nb\n", "a\nb\n", ""],
    ["one", "", "-one"]
  ])("of %j and %j are one piece", (before, after, changed) => {
    assert.strictEqual(changedLines(before, after), changed)
  })
})

describe("a path", () => {
  it.each([
    ["/repo/a.txt", true],
    ["/repo/deep/./a.txt", true],
    ["a.txt", true],
    ["./deep/../a.txt", true],
    ["../repo/a.txt", true],
    ["/repo", false],
    ["/repo/../etc/passwd", false],
    ["../a.txt", false],
    ["/repository/a.txt", false],
    ["/", false]
  ])("%s is in the folder: %s", (path, is) => {
    assert.strictEqual(isWithin(cwd, path), is)
  })
})

describe("what is asked for", () => {
  it.each([
    [{ kind: "edit", locations: [{ path: "/repo/a" }] }, "edit"],
    [{ kind: "edit", content: [{ type: "diff", path: "/repo/a", newText: "" }] }, "edit"],
    [{ kind: "edit", locations: [{ path: "/repo/a" }, { path: "/etc/a" }] }, "other"],
    [{ kind: "edit" }, "other"],
    [{ kind: "delete", locations: [{ path: "/repo/a" }] }, "other"],
    [{ kind: "read", locations: [{ path: "/repo/a" }] }, "read"],
    [{ kind: "read", locations: [{ path: "/etc/shadow" }] }, "other"],
    [{ kind: "execute" }, "execute"],
    [{ kind: "fetch" }, "other"],
    [{}, "other"]
  ])("of %j is of the kind %s", (call, kind) => {
    const { what } = new AcpToolCalls(plain("Agent"), cwd).asked({ toolCallId: "call", ...call }, "none")
    assert.strictEqual(what.kind, kind)
  })
})

describe("what an agent tells of its work", () => {
  const atWork = (more: Partial<AcpDialect> = {}) => {
    const translation = new AcpTranslation({ ...plain("Agent"), ...more }, cwd)
    translation.turnBegins()
    return translation
  }
  const chunk = (text: string) => ({ sessionUpdate: "agent_message_chunk", content: { type: "text", text } })
  const named = (messageId: string, text: string) => ({ ...chunk(text), messageId })
  const aCall = { sessionUpdate: "tool_call", toolCallId: "call", title: "x", status: "in_progress" }
  const counted = (amount: number, used = 1) => ({
    sessionUpdate: "usage_update",
    used,
    size: 10,
    cost: { amount, currency: "USD" }
  })

  it.each([
    [{ sessionUpdate: "of_the_future" }],
    [{ sessionUpdate: "agent_message_chunk", content: { type: "image", data: "" } }],
    [{ sessionUpdate: "agent_message_chunk" }],
    [{ sessionUpdate: "tool_call" }],
    [{}]
  ])("and what this runtime has no word for shows life and nothing else: %j", (update) => {
    assert.deepStrictEqual(atWork().take(update), onlyAlive)
  })

  it.each([
    [{ sessionUpdate: "available_commands_update", availableCommands: [] }],
    [{ sessionUpdate: "config_option_update", configOptions: [] }],
    [{ sessionUpdate: "session_info_update", title: "A title" }],
    [{ sessionUpdate: "current_mode_update", currentModeId: "default" }]
  ])("is not what it tells of its session, which breaks no silence: %j", (update) => {
    assert.deepStrictEqual(atWork().take(update), [])
  })

  it.each([
    { name: "goes on", updates: [chunk("one"), chunk("two")], said: "onetwo" },
    {
      name: "is named anew",
      updates: [named("a", "one"), named("a", "two"), named("b", "three")],
      said: "onetwo\n\nthree"
    },
    { name: "comes behind a call", updates: [chunk("one"), aCall, chunk("two")], said: "one\n\ntwo" },
    { name: "goes on around a call", updates: [named("a", "one"), aCall, named("a", "two")], said: "onetwo" },
    { name: "comes first, behind a call", updates: [aCall, chunk("one")], said: "one" }
  ])("stands apart from what it said before when it is another message: one that $name", ({ said, updates }) => {
    const translation = atWork()
    const facts = updates.flatMap((update) => translation.take(update))
    assert.strictEqual(facts.map((fact) => (fact.type === "token" ? fact.content : "")).join(""), said)
  })

  it("of another turn stands apart", () => {
    const translation = atWork()
    translation.take(chunk("one"))
    translation.turnEnds({}, "over")
    translation.turnBegins()
    assert.deepStrictEqual(translation.take(chunk("two")), [{ type: "token", content: "\n\ntwo" }])
  })

  it("between two turns is not said, but for what it has used", () => {
    const translation = atWork()
    translation.turnEnds({}, "over")
    assert.deepStrictEqual(translation.take(chunk("late")), onlyAlive)
    assert.deepStrictEqual(translation.take({ sessionUpdate: "tool_call", toolCallId: "late", title: "x" }), onlyAlive)
    assert.strictEqual(translation.history, 2)
    assert.deepInclude(translation.take(counted(0.5)), {
      type: "usage_updated",
      usage: { costUsd: 0.5, costSource: "estimated" }
    })
  })

  it("of its plan is told when it has changed", () => {
    const translation = atWork()
    const plan = (status: string) => ({
      sessionUpdate: "plan",
      entries: [{ content: "one", priority: "high", status }]
    })
    assert.deepStrictEqual(translation.take(plan("pending")), [
      { type: "task_list_changed", tasks: [{ title: "one", status: "pending" }] }
    ])
    assert.deepStrictEqual(translation.take(plan("pending")), onlyAlive)
    assert.lengthOf(translation.take(plan("completed")), 1)
  })

  it("of a mode in which it may not ask is a notice", () => {
    assert.deepStrictEqual(atWork().take({ sessionUpdate: "current_mode_update", currentModeId: "yolo" }), [
      { type: "runner_output", channel: "notice", content: "Agent is in its mode yolo\n" }
    ])
  })

  it.each([
    [{ sessionUpdate: "notice", severity: "warning", title: "Slow", description: "very" }, "Slow: very\n"],
    [{ sessionUpdate: "notice", severity: "info", title: "Slow" }, "Slow\n"],
    [
      { sessionUpdate: "compaction_update", compactionId: "c", status: "completed" },
      "The conversation is made shorter: completed\n"
    ]
  ])("to its user is a notice: %j", (update, content) => {
    assert.deepStrictEqual(atWork().take(update), [{ type: "runner_output", channel: "notice", content }])
  })

  it("of a conversation that goes on costs what it cost more than before, when that was told", () => {
    const translation = new AcpTranslation(plain("Agent"), cwd)
    translation.goesOn()
    translation.take(counted(2))
    translation.turnBegins()
    assert.deepInclude(translation.take(counted(2.5, 2)), {
      type: "usage_updated",
      usage: { costUsd: 0.5, costSource: "estimated" }
    })
  })

  it("of a conversation that goes on has no known cost, when nobody told what it had cost before", () => {
    const translation = new AcpTranslation(plain("Agent"), cwd)
    translation.goesOn()
    translation.turnBegins()
    assert.notInclude(
      translation.take(counted(2.5)).map(({ type }) => type),
      "usage_updated"
    )
  })

  it("of what it used is the sum of its turns", () => {
    const translation = atWork()
    const result = { usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 } }
    translation.turnEnds(result, "over")
    translation.turnBegins()
    assert.deepStrictEqual(translation.turnEnds(result, "over"), [
      { type: "usage_updated", usage: { inputTokens: 2, outputTokens: 4 } }
    ])
  })
})

describe("the calls of a turn", () => {
  const call = (more: object) => ({ toolCallId: "call", title: "Do it", ...more })
  const types = (facts: ReadonlyArray<Fact.Fact>) => facts.map(({ type }) => type)

  it.each([
    ["announced without arguments to come", [call({ status: "pending" })]],
    ["under way", [call({ status: "in_progress", rawInput: {} })]],
    ["told again with its arguments", [call({ rawInput: {} }), call({ rawInput: { a: 1 } })]],
    ["gone on with", [call({ rawInput: { a: 1 } }), call({ status: "in_progress" })]]
  ])("begin once: %s (T1)", (_, updates) => {
    const calls = new AcpToolCalls(plain("Agent"), cwd)
    assert.deepStrictEqual(types(updates.flatMap((update) => calls.take(update))), ["tool_start"])
  })

  it.each([
    ["that only comes is not shown", [call({ rawInput: {} })]],
    ["that only comes with a part of its arguments is not shown", [call({ rawInput: { cwd: "/" }, status: "pending" })]]
  ])("one %s (T1)", (_, updates) => {
    const calls = new AcpToolCalls(plain("Agent"), cwd)
    assert.deepStrictEqual(
      updates.flatMap((update) => calls.take(update)),
      []
    )
    assert.deepStrictEqual(calls.turnOver("over"), [])
  })

  it("that were denied are over, whatever comes (T2)", () => {
    const calls = new AcpToolCalls(plain("Agent"), cwd)
    calls.asked(call({ status: "pending" }), "none")
    assert.deepStrictEqual(types(calls.denied("call", "no")), ["tool_error"])
    assert.deepStrictEqual(calls.take(call({ status: "failed" })), [])
    assert.deepStrictEqual(calls.denied("call", "no"), [])
    assert.deepStrictEqual(calls.turnOver("over"), [])
  })

  it("that are open when it is over are over too, the last first (T3)", () => {
    const calls = new AcpToolCalls(plain("Agent"), cwd)
    calls.take({ toolCallId: "first", status: "in_progress" })
    calls.take({ toolCallId: "second", status: "in_progress" })
    assert.deepStrictEqual(
      calls.turnOver("over").map((fact) => (fact.type === "tool_error" ? fact.toolCallId : fact.type)),
      ["second", "first"]
    )
  })

  it("tell output that is new, however often the agent repeats all of it", () => {
    const calls = new AcpToolCalls(plain("Agent"), cwd)
    const output = (text: string) =>
      call({ status: "in_progress", content: [{ type: "content", content: { type: "text", text } }] })
    calls.take(call({ status: "in_progress" }))
    const details = ["a", "ab", "ab", "other"].flatMap((text) =>
      calls.take(output(text)).map((fact) => (fact.type === "tool_lifecycle" ? fact.detail : fact.type))
    )
    assert.deepStrictEqual(details, ["a", "b", "other"])
  })

  it("that delete and move say so of their files", () => {
    const calls = new AcpToolCalls(plain("Agent"), cwd)
    const ended = (toolCallId: string, kind: string) =>
      calls.take({
        toolCallId,
        kind,
        status: "completed",
        content: [{ type: "diff", path: "a", oldText: "x", newText: "" }]
      })
    const changes = [...ended("one", "delete"), ...ended("two", "move")]
    assert.deepStrictEqual(
      changes.flatMap((fact) => (fact.type === "file_changed" ? [fact.change] : [])),
      ["deleted", "moved"]
    )
  })

  it.each([
    [{ rawOutput: "words" }, "words"],
    [{ rawOutput: { error: "words" } }, "words"],
    [{ content: [{ type: "content", content: { type: "text", text: "words" } }], rawOutput: "x" }, "words"],
    [{}, "It failed, and the agent did not say why"]
  ])("that failed say why, from %j", (more, error) => {
    const calls = new AcpToolCalls(plain("Agent"), cwd)
    const last = calls.take(call({ status: "failed", ...more })).at(-1)
    assert.propertyVal(last, "error", error)
  })
})
