/** What a session says, asks and ends with, as an editor is shown it. */
import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable"
import { assert, describe, it } from "@effect/vitest"
import { type AgentEvent, Ids, type Obligation, type Outcome } from "@offshoot/core"
import * as Result from "effect/Result"
import * as Asks from "../src/acp/Asks.ts"
import { fenced } from "../src/acp/Fence.ts"
import { asked, over, said, silent, type Spoken } from "../src/acp/OwnUpdates.ts"
import type { Block } from "../src/acp/Params.ts"
import { promptText, shares, textCharsMax } from "../src/acp/PromptText.ts"
import { kindOf, titleOf } from "../src/acp/ToolLook.ts"
import { reconciled, replayed } from "../src/acp/Transcript.ts"
import { type End, turnAnswer } from "../src/acp/TurnEnd.ts"
import type * as Wire from "../src/Wire.ts"

const runId = Ids.RunId.make("run_1")

/** The updates of some events, each in a few words. */
const shown = (
  events: ReadonlyArray<AgentEvent.OwnEvent>,
  begin: Spoken = silent("/w", "1")
): ReadonlyArray<string> => {
  let spoken = begin
  return events.flatMap((event) => {
    const one = said(spoken, event)
    spoken = one.spoken
    return one.updates.map(inWords)
  })
}

const inWords = (update: SessionUpdate): string => {
  switch (update.sessionUpdate) {
    case "agent_message_chunk":
    case "agent_thought_chunk":
      return `${update.sessionUpdate === "agent_message_chunk" ? "says" : "thinks"} ${update.content.type === "text" ? update.content.text : ""}`
    case "tool_call":
    case "tool_call_update": {
      const [content] = update.content ?? []
      const text = content?.type === "content" && content.content.type === "text" ? ` ${content.content.text}` : ""
      const verb = update.sessionUpdate === "tool_call" ? "begins" : "changes"
      return `${verb} ${update.toolCallId} ${update.title ?? ""} ${update.kind ?? ""} ${update.status ?? ""}${text}`.replaceAll(
        /\s+/g,
        " "
      )
    }
    case "plan":
      return `plans ${update.entries.map(({ content, status }) => `${content}=${status}`).join(" ")}`
    case "usage_update":
      return `uses ${update.used}/${update.size} ${update.cost?.amount ?? ""}`
    default:
      return update.sessionUpdate
  }
}

const call = { toolCallId: "t", toolName: "mcp__files__read_file" } as const

describe("what a session says", () => {
  it.each<readonly [string, ReadonlyArray<AgentEvent.OwnEvent>, ReadonlyArray<string>]>([
    ["a word", [{ type: "token", content: "a" }], ["says a"]],
    ["nothing", [{ type: "token", content: "" }], []],
    ["a thought", [{ type: "reasoning_token", content: "hm" }], ["thinks hm"]],
    [
      "a tool, with what, and its result",
      [
        { type: "tool_start", ...call, arguments: { path: "a.txt" } },
        { type: "tool_lifecycle", ...call, phase: "progress", detail: "half" },
        { type: "tool_complete", ...call, result: "text" }
      ],
      ["begins t mcp__files__read_file: a.txt read in_progress", "changes t half", "changes t completed text"]
    ],
    [
      "U1: an end without its beginning brings it",
      [{ type: "tool_error", ...call, error: "no" }],
      ["begins t mcp__files__read_file read failed no"]
    ],
    [
      "U1: a call of a process that died",
      [
        { type: "tool_start", ...call, arguments: {} },
        { type: "tool_outcome_unknown", runId, ...call }
      ],
      [
        "begins t mcp__files__read_file read in_progress",
        "changes t failed Its process died during this call: whether it took effect is not known."
      ]
    ],
    [
      "a result that is no text",
      [{ type: "tool_complete", ...call, result: { sum: 3 } }],
      ['begins t mcp__files__read_file read completed {"sum":3}']
    ],
    [
      "its tasks",
      [
        {
          type: "task_list_changed",
          tasks: [
            { title: "one", status: "done" },
            { title: "two", status: "in progress" },
            { title: "three", status: "later" }
          ]
        }
      ],
      ["plans one=completed two=in_progress three=pending"]
    ],
    [
      "its context, once somebody knows its size, with what it has cost",
      [
        { type: "token_budget_updated", usedTokens: 5 },
        { type: "usage_updated", usage: { costUsd: 0.5 } },
        { type: "token_budget_updated", usedTokens: 6, limitTokens: 10 }
      ],
      ["uses 6/10 0.5"]
    ],
    [
      "files that it changed, each by itself",
      [
        { type: "file_changed", path: "a.ts", change: "modified", diff: "-a\n+b" },
        { type: "file_changed", path: "b.ts", change: "deleted" }
      ],
      [
        "begins file-1-1 modified a.ts edit completed ```diff -a +b ```",
        "begins file-1-2 deleted b.ts delete completed"
      ]
    ],
    [
      "that it begins again",
      [{ type: "run_retried", runId, nextRunId: runId, mode: "retry", tries: 2, reason: "rate_limited" }],
      ["thinks (begins again: rate_limited) "]
    ],
    [
      "what is none of its words",
      [
        { type: "runner_progress", round: 1 },
        { type: "session_cleared", sessionId: Ids.SessionId.make("s") }
      ],
      []
    ]
  ])("%s", (_, events, expected) =>
    assert.deepStrictEqual(
      shown(events).map((line) => line.replaceAll(/\s+/g, " ")),
      expected.map((line) => line.replaceAll(/\s+/g, " "))
    )
  )

  it("a tool that was asked for first is one tool call", () => {
    const ask = { type: "permission", ...call, arguments: { path: "a" } } as const
    const { spoken, updates } = asked(silent(undefined, "1"), ask)
    assert.deepStrictEqual(updates.map(inWords), ["begins t mcp__files__read_file: a read pending"])
    assert.deepStrictEqual(shown([{ type: "tool_start", ...call, arguments: { path: "a" } }], spoken), [
      "changes t mcp__files__read_file: a read in_progress"
    ])
  })

  it("U1: what is open when the run has ended is ended, once", () => {
    const { spoken } = said(silent(undefined, "1"), { type: "tool_start", ...call, arguments: {} })
    const ended = over(spoken)
    assert.deepStrictEqual(ended.updates.map(inWords), ["changes t failed The run ended during this call."])
    assert.deepStrictEqual(over(ended.spoken).updates, [])
  })

  it("names the place of a changed file as a whole path", () => {
    const [update] = said(silent("/w", "1"), { type: "file_changed", path: "src/a.ts", change: "added" }).updates
    assert.deepStrictEqual(update?.sessionUpdate === "tool_call" ? update.locations : [], [{ path: "/w/src/a.ts" }])
  })
})

describe("how a tool looks", () => {
  it.each([
    ["mcp__files__read_file", "read"],
    ["Bash", "execute"],
    ["apply_patch", "edit"],
    ["WebFetch", "fetch"],
    ["grep", "search"],
    ["deleteFile", "delete"],
    ["TodoWrite", "edit"],
    ["SubAgent", "other"],
    ["", "other"]
  ])("%s is for %s", (name, kind) => assert.strictEqual(kindOf(name), kind))

  it.each<readonly [string, unknown, string]>([
    ["run", { command: "npm test" }, "run: npm test"],
    ["run", { other: 1 }, "run"],
    ["run", "text", "run"],
    ["\u001b[31mrun\u0007", { path: "a\nb" }, "run: a b"]
  ])("%s of %j is called so", (name, given, title) => assert.strictEqual(titleOf(name, given), title))

  it.each([
    ["plain", "```\nplain\n```"],
    ["a ``` in it", "````\na ``` in it\n````"]
  ])("%s is between fences that it does not close", (text, expected) => assert.strictEqual(fenced(text), expected))
})

describe("how a turn ends", () => {
  const end = (status: Outcome.TerminalStatus, reason: string, more: Partial<End> = {}): End => ({
    status,
    reason,
    ...more
  })
  const answer = (given: End, wish: "cancelled" | "not_cancelled" = "not_cancelled"): string => {
    const turn = turnAnswer(given, wish)
    return Result.isSuccess(turn) ? turn.success.stopReason : `${turn.failure.code} ${turn.failure.message}`
  }

  it.each<readonly [End, string]>([
    [end("completed", "done"), "end_turn"],
    [end("completed", "truncated", { details: { limit: "length" } }), "max_tokens"],
    [end("completed", "truncated", { details: { limit: "transcript" } }), "max_tokens"],
    [end("completed", "truncated", { details: { limit: "rounds" } }), "max_turn_requests"],
    [end("completed", "truncated", { details: { limit: "tool_calls" } }), "max_turn_requests"],
    [end("completed", "truncated"), "max_tokens"],
    [end("error", "refused", { error: "no" }), "refusal"],
    [end("cancelled", "by_user"), "cancelled"],
    [end("cancelled", "before_launch"), "cancelled"],
    [end("cancelled", "shutdown", { error: "Cancelled by shutdown" }), "-32603 Cancelled by shutdown."],
    [end("error", "auth_required", { error: "no key", hint: "Sign in." }), "-32000 no key. Sign in."],
    [end("error", "agent_failed", { error: "exit 3!", hint: "Read it." }), "-32603 exit 3! Read it."],
    [end("timeout", "idle"), "-32603 idle."],
    [end("skipped", "no_pending_message"), "-32603 no_pending_message."]
  ])("%j", (given, expected) => assert.strictEqual(answer(given), expected))

  it("one who cancelled is told so, however it ended", () =>
    assert.deepStrictEqual(
      [end("completed", "done"), end("error", "defect"), end("cancelled", "by_user")].map((one) =>
        answer(one, "cancelled")
      ),
      ["cancelled", "cancelled", "cancelled"]
    ))

  it("tells what the run used, when both sides of it are known", () => {
    const usage = { inputTokens: 3, outputTokens: 4, cacheReadTokens: 1 }
    const turn = turnAnswer(end("completed", "done", { usage }), "not_cancelled")
    assert.deepStrictEqual(Result.getOrThrow(turn).usage, {
      totalTokens: 7,
      inputTokens: 3,
      outputTokens: 4,
      cachedReadTokens: 1
    })
    const half = turnAnswer(end("completed", "done", { usage: { inputTokens: 3 } }), "not_cancelled")
    assert.isUndefined(Result.getOrThrow(half).usage)
  })
})

describe("what was heard and what was recorded", () => {
  it.each([
    ["all of it", "abc", "abc", "", ""],
    ["its end was missed", "ab", "abc", "c", ""],
    ["more was heard, of the next entry", "abcd", "abc", "", "d"],
    ["nothing was heard", "", "abc", "abc", ""],
    ["only white space differs", "a b ", "a  b", "", ""],
    ["a hole: all of it again", "ac", "abc", "abc", ""]
  ])("%s", (_, heard, recorded, missed, left) => assert.deepStrictEqual(reconciled(heard, recorded), { missed, left }))

  const entry = (role: Wire.WireMessage["role"], text: string, hidden = false) =>
    replayed({ id: Ids.MessageId.make("m"), role, text, hidden })

  it("replays what people said and did, and nothing that is for the model alone", () => {
    assert.deepStrictEqual(entry("user", "hi"), {
      sessionUpdate: "user_message_chunk",
      content: { type: "text", text: "hi" },
      messageId: "m"
    })
    assert.strictEqual(entry("assistant", "yes")?.sessionUpdate, "agent_message_chunk")
    assert.include(entry("tool", "read_file: text\nmore"), {
      title: "read_file: text",
      kind: "read",
      status: "completed"
    })
    assert.isUndefined(entry("user", "wake", true))
    assert.isUndefined(entry("system", "be good"))
  })
})

describe("the text of a message", () => {
  const file = (uri: string, text: string): Block => ({ type: "resource", resource: { uri, text } })
  const textOf = (blocks: ReadonlyArray<Block>): string => {
    const read = promptText(blocks)
    return Result.isSuccess(read) ? read.success : `refused: ${read.failure.message}`
  }

  it.each<readonly [string, ReadonlyArray<Block>, string]>([
    [
      "its words",
      [
        { type: "text", text: "a" },
        { type: "text", text: "b" }
      ],
      "ab"
    ],
    [
      "a link",
      [
        { type: "text", text: "see " },
        { type: "resource_link", uri: "file:///a", name: "a" }
      ],
      "see [a](file:///a)"
    ],
    ["a file", [{ type: "text", text: "see " }, file("file:///a", "x")], "see <file:///a>\n\nfile:///a:\n```\nx\n```"],
    [
      "bytes",
      [{ type: "resource", resource: { uri: "file:///a", blob: "AAAA", mimeType: "image/png" } }],
      "<file:///a>\n\nfile:///a: image/png, about 3 bytes, which are not shown here"
    ],
    ["nothing", [{ type: "text", text: " " }], "refused: this message says nothing"],
    ["no block", [], "refused: this message says nothing"]
  ])("%s", (_, blocks, expected) => assert.strictEqual(textOf(blocks), expected))

  it("keeps every word of a person, cuts files to what is left, and says where", () => {
    const words = "w".repeat(1_000)
    const text = textOf([
      { type: "text", text: words },
      file("file:///small", "s"),
      file("file:///large", "l".repeat(200_000))
    ])
    assert.isTrue(text.startsWith(words))
    assert.isAtMost(text.length, textCharsMax)
    assert.isAbove(text.length, textCharsMax - 2_000)
    assert.match(text, /\(cut after \d+ of 200000 characters\)$/)
    assert.include(text, "file:///small:\n```\ns\n```\n")
  })

  it("refuses more words than a session takes, and says what to do", () =>
    assert.match(
      textOf([{ type: "text", text: "w".repeat(textCharsMax + 1) }]),
      /^refused: .*put the rest into a file/
    ))

  it.each<readonly [ReadonlyArray<number>, number, ReadonlyArray<number>]>([
    [[], 10, []],
    [[1, 100, 100], 21, [1, 10, 10]],
    [[5, 5], 100, [5, 5]],
    [[5, 5], -1, [0, 0]]
  ])("files of %j in %i get %j", (lengths, room, expected) => assert.deepStrictEqual(shares(lengths, room), expected))
})

describe("what is asked", () => {
  const request = (ask: Obligation.Ask): Wire.WireRequest => ({
    id: Ids.RequestId.make("req_1"),
    sessionId: Ids.SessionId.make("ses_child"),
    runId,
    ask,
    status: "pending",
    openedAt: "",
    expiresAt: ""
  })
  const permission = request({ type: "permission", ...call, arguments: { path: "a" } })
  const question = (options?: ReadonlyArray<string>) =>
    request({ type: "question", question: "Which?", ...(options === undefined ? {} : { options }) })
  const place = { sessionId: "ses_root", asker: "reader", toolCallId: "req_1" }

  it("a permission is one, and says who asks", () => {
    const put = Asks.put(permission, place, "forms")
    assert.strictEqual(put._tag, "Permission")
    if (put._tag !== "Permission") return
    assert.deepInclude(put.params.toolCall, {
      toolCallId: "req_1",
      title: "reader: mcp__files__read_file: a",
      kind: "read"
    })
    assert.deepStrictEqual(
      put.params.options.map(({ kind, optionId }) => [optionId, kind]),
      [
        ["allow", "allow_once"],
        ["deny", "reject_once"]
      ]
    )
  })

  it.each<readonly [string, Wire.WireRequest, "forms" | "no_forms", Asks.Put["_tag"]]>([
    ["a question, to an editor with forms", question(), "forms", "Form"],
    ["one with options too", question(["a"]), "forms", "Form"],
    ["with options, to one without", question(["a", "b"]), "no_forms", "Choice"],
    ["with more than there is room for", question(Array.from({ length: 20 }, String)), "no_forms", "Words"],
    ["without", question(), "no_forms", "Words"]
  ])("%s", (_, asking, forms, tag) => assert.strictEqual(Asks.put(asking, place, forms)._tag, tag))

  const selected = (optionId: string) => ({ outcome: { outcome: "selected", optionId } }) as const
  const cancelled = { outcome: { outcome: "cancelled" } } as const

  it.each<readonly [string, Wire.DecisionBody | undefined, Wire.DecisionBody | undefined]>([
    ["allowed", Asks.permitted(selected("allow")), { decision: "approve" }],
    ["denied", Asks.permitted(selected("deny")), { decision: "deny" }],
    ["an option that was not there", Asks.permitted(selected("always")), { decision: "deny" }],
    ["no answer", Asks.permitted(cancelled), undefined],
    ["the second choice", Asks.chosen(selected("1"), ["a", "b"]), { decision: "answer", text: "b" }],
    ["a choice that was not there", Asks.chosen(selected("7"), ["a"]), undefined],
    ["no choice", Asks.chosen(cancelled, ["a"]), undefined],
    [
      "own words",
      Asks.filled({ action: "accept", content: { answer: "me", choice: "0" } }, ["a"]),
      { decision: "answer", text: "me" }
    ],
    [
      "a choice of a form",
      Asks.filled({ action: "accept", content: { answer: " ", choice: "0" } }, ["a"]),
      { decision: "answer", text: "a" }
    ],
    ["an empty form", Asks.filled({ action: "accept" }, ["a"]), undefined],
    ["a form that was declined", Asks.filled({ action: "decline" }, ["a"]), undefined],
    ["a number for an option", Asks.inWords(question(["a", "b"]), " 2 "), { decision: "answer", text: "b" }],
    ["words", Asks.inWords(question(["a"]), "2 of them"), { decision: "answer", text: "2 of them" }],
    ["a number that is none of them", Asks.inWords(question(), "2"), { decision: "answer", text: "2" }]
  ])("%s", (_, decision, expected) => assert.deepStrictEqual(decision, expected))
})
