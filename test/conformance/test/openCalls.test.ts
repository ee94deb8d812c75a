import { assert, describe, it } from "@effect/vitest"
import type { AgentEvent } from "@offshoot/core"
import { openCalls } from "../src/internal/openCalls.ts"

const start = (toolCallId: string) => ({ type: "tool_start", toolCallId, toolName: "t", arguments: {} }) as const
const complete = (toolCallId: string) => ({ type: "tool_complete", toolCallId, toolName: "t", result: {} }) as const
const error = (toolCallId: string) => ({ type: "tool_error", toolCallId, toolName: "t", error: "no" }) as const
const nested = (nestedId: string, event: AgentEvent.NestedEvent) =>
  ({ type: "nested_agent_event", nestedId, event }) as const

describe("openCalls", () => {
  const cases: ReadonlyArray<readonly [string, ReadonlyArray<AgentEvent.RunnerEvent>, ReadonlyArray<string>]> = [
    ["no call at all", [{ type: "token", content: "a" }], []],
    ["calls that ended well or badly", [start("1"), start("2"), error("2"), complete("1")], []],
    ["a call without an end", [start("1"), start("2"), complete("2")], ["1 of t"]],
    ["an end without its call", [complete("1")], []],
    ["a call that is made again", [start("1"), complete("1"), start("1")], ["1 of t"]],
    ["a sub-agent's call", [nested("s", start("1"))], ["1 of t in s"]],
    [
      "calls of one id in the agent and in its sub-agent",
      [start("1"), nested("s", start("1")), complete("1")],
      ["1 of t in s"]
    ],
    ["a sub-agent's call that has ended", [nested("s", start("1")), nested("s", error("1"))], []]
  ]
  it.each(cases)("of %s", (_, events, expected) => {
    assert.deepStrictEqual(openCalls(events), expected)
  })
})
