/** Sequences of our events, judged by the protocol's own client. */
import { assert, describe, it } from "@effect/vitest"
import type { AgentEvent } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { type AgUiEvent, custom } from "../src/agui/AgUiEvent.ts"
import * as Calls from "../src/agui/Calls.ts"
import * as Narration from "../src/agui/Narration.ts"
import {
  begin,
  hearAll,
  eventsOf,
  wrapped,
  started,
  completed,
  token,
  thought,
  call,
  toolStart,
  toolDone,
  toolError,
  wrote
} from "./aguiHearing.ts"
import { read } from "./aguiReading.ts"

describe("the protocol's own client", () => {
  const names = { threadId: "t", runId: "r" }
  const all: ReadonlyArray<AgentEvent.OwnEvent> = [
    token("a"),
    thought("b"),
    toolStart,
    toolDone,
    toolError,
    { type: "task_list_changed", tasks: [{ title: "t", status: "open" }] },
    { type: "file_changed", path: "f", change: "added" },
    { type: "budget_exceeded", budget: "tokens", message: "over" },
    { type: "nested_agent_event", nestedId: "n", title: "inner", event: { type: "token", content: "z" } },
    { type: "nested_agent_event", nestedId: "n", event: { type: "tool_start", ...call, arguments: {} } }
  ]
  const children = ["a", "b", "c"]

  /** Any event at any time: more than our streams would do. */
  const anything = (pick: (max: number) => number): AgentEvent.AgentEvent => {
    const child = children[pick(children.length)] ?? "a"
    const parent = pick(2) === 0 ? "root" : "a"
    const own = all[pick(all.length)] ?? token("x")
    switch (pick(9)) {
      case 0:
        return started(child, child === parent ? "root" : parent)
      case 1:
        return completed(child, pick(2) === 0 ? "completed" : "error")
      case 2:
        return wrote(`e${pick(1_000_000)}`)
      case 3:
        return { type: "lagged", missed: 1 }
      case 4:
      case 5:
      case 6:
        return wrapped(child, own, child === parent ? "root" : parent)
      default:
        return own
    }
  }

  it.effect.each(
    (["subagents", "activities"] as const).flatMap((mode) =>
      (["answered", "kept"] as const).flatMap((calls) =>
        [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => [mode, calls, seed] as const)
      )
    )
  )("takes every sequence of every event: %s, calls %s, seed %i", ([mode, calls, seed]) =>
    Effect.gen(function* () {
      const random = yield* Random.Random
      const pick = (max: number) => Math.floor(random.nextDoubleUnsafe() * max)
      const events = Array.from({ length: 120 }, () => anything(pick))
      const [heard, told] = hearAll(begin({ children: mode }), events)
      const [, closing] = Narration.closeAll(heard, calls)
      const seen = yield* read([
        { type: "RUN_STARTED", ...names, protocolVersion: "1.0" },
        ...eventsOf(told),
        ...eventsOf(closing),
        { type: "RUN_FINISHED", ...names, outcome: { type: "success" } }
      ])
      assert.deepStrictEqual(seen.faults, [])
    }).pipe(Random.withSeed(`agui ${seed}`))
  )

  it.effect.each<readonly [string, ReadonlyArray<AgUiEvent>, RegExp]>([
    [
      "a message that is not closed",
      [{ type: "TEXT_MESSAGE_START", messageId: "m", role: "assistant" }],
      /still active/
    ],
    ["words without a message", [{ type: "TEXT_MESSAGE_CONTENT", messageId: "m", delta: "x" }], /TEXT_MESSAGE_CONTENT/],
    [
      "a child's word in the root's message",
      [
        { type: "TEXT_MESSAGE_START", messageId: "m" },
        { type: "TEXT_MESSAGE_END", messageId: "m", subagentRunId: "a" }
      ],
      /does not match/
    ],
    ["a member that it does not know", [Object.assign(custom("x", 1), { surplus: true })], /was shown as/]
  ])("is a judge: it refuses %s", ([_name, events, fault]) =>
    Effect.gen(function* () {
      const { faults } = yield* read([{ type: "RUN_STARTED", ...names }, ...events, { type: "RUN_FINISHED", ...names }])
      assert.match(faults.join("\n"), fault)
    })
  )

  it.effect("shows a call that is asked about once, with its answer of a later run", () =>
    Effect.gen(function* () {
      const [, shown, callId] = Narration.showCall(
        begin(),
        { key: "root", subagentRunId: undefined },
        { ...call, arguments: { of: 1 } }
      )
      assert.strictEqual(callId, "c")
      const first = yield* read([
        { type: "RUN_STARTED", ...names },
        ...eventsOf(shown),
        {
          type: "RUN_FINISHED",
          ...names,
          outcome: { type: "interrupt", interrupts: [{ id: "q", reason: "tool_call", toolCallId: "c" }] }
        }
      ])
      const later = begin({ calls: Calls.known(["c"], new Set(["c"])) })
      const second = yield* read(
        [
          { type: "RUN_STARTED", ...names },
          ...eventsOf(hearAll(later, [toolStart, toolDone])[1]),
          { type: "RUN_FINISHED", ...names }
        ],
        [...first.messages]
      )
      assert.deepStrictEqual([...first.faults, ...second.faults], [])
      const calls = second.messages.flatMap((message) =>
        message.role === "assistant" ? (message.toolCalls ?? []) : []
      )
      assert.deepStrictEqual(
        calls.map(({ id: of, function: { arguments: given } }) => [of, given]),
        [["c", '{"of":1}']]
      )
      assert.strictEqual(second.messages.at(-1)?.role, "tool")
    })
  )
})
