/** What the input of a client asks, how a run ends for it, and what it has of a thread: tables. */
import { assert, describe, it } from "@effect/vitest"
import { Ids, type Obligation, Outcome, type Session } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Asks from "../src/agui/Asks.ts"
import { Coverage } from "../src/agui/Coverage.ts"
import * as Ending from "../src/agui/Ending.ts"
import * as Plan from "../src/agui/Plan.ts"
import * as RunInput from "../src/agui/RunInput.ts"
import { read } from "./aguiReading.ts"

const sessionId = Ids.SessionId.make("ses_1")
const runId = Ids.RunId.make("run_1")

const request = (ask: Obligation.Ask, id = "req_1"): Obligation.Request => ({
  kind: "request",
  id: Ids.RequestId.make(id),
  sessionId,
  version: 1,
  openedAtMillis: 0,
  expiresAtMillis: 60_000,
  runId,
  key: "k",
  ask,
  status: "pending"
})
const question = request({ type: "question", question: "Which?", options: ["a", "b"] })
const permission = request({ type: "permission", toolCallId: "c", toolName: "write", arguments: {} })

const message = (id: string, role: string, content: RunInput.InputMessage["content"] = id): RunInput.InputMessage => ({
  id,
  role,
  ...(content === undefined ? {} : { content })
})
const input = (fields: Partial<RunInput.RunInput>): RunInput.RunInput => ({
  threadId: "t",
  runId: "r",
  protocolVersion: "1.0",
  messages: [],
  ...fields
})
const known = (fields: Partial<Plan.Known> = {}): Plan.Known => ({
  keys: new Set(),
  requests: [],
  isNew: false,
  ...fields
})

describe("which messages of an input are sent", () => {
  const [u1, u2, u3] = [message("u1", "user"), message("u2", "user"), message("u3", "user")]
  const a1 = message("a1", "assistant")
  it.each<readonly [string, ReadonlyArray<RunInput.InputMessage>, ReadonlyArray<string>, Plan.Message | undefined]>([
    ["none of none", [], [], undefined],
    ["the first", [u1], [], { key: "agui:u1", text: "u1" }],
    ["none that was taken", [u1], ["agui:u1"], undefined],
    ["the last, after an answer", [u1, a1, u2], ["agui:u1"], { key: "agui:u2", text: "u2" }],
    ["the last, after one that got no answer", [u1, u2], ["agui:u1"], { key: "agui:u2", text: "u2" }],
    ["several as one", [u1, u2, u3], ["agui:u1"], { key: "agui:u3", text: "u2\n\nu3" }],
    ["none before an answer", [u1, a1], [], undefined],
    ["none that is empty", [message("u", "user", "")], [], undefined],
    ["none that has no words", [message("u", "user", [{ type: "image" }])], [], undefined],
    [
      "the words of parts",
      [message("u", "user", [{ type: "text", text: "a" }, { type: "image" }])],
      [],
      { key: "agui:u", text: "a" }
    ],
    [
      "nothing of other roles",
      [message("s", "system"), message("x", "unheard-of"), u1],
      [],
      { key: "agui:u1", text: "u1" }
    ]
  ])("%s", (_name, messages, keys, expected) => {
    const plan = Plan.planOf(input({ messages }), known({ keys: new Set(keys) }))
    assert(Result.isSuccess(plan))
    assert.deepStrictEqual(Option.getOrUndefined(plan.success.message), expected)
  })

  it.each<readonly [string, Partial<RunInput.RunInput>, boolean, ReadonlyArray<string>]>([
    ["nothing to say", {}, false, []],
    ["lists that are empty", { tools: [], context: [], state: {} }, false, []],
    [
      "tools, context and state",
      { tools: [{}], context: [{}], state: { a: 1 } },
      false,
      ["tools_ignored", "context_ignored", "state_ignored"]
    ],
    ["pictures", { messages: [message("u", "user", [{ type: "image" }])] }, false, ["parts_skipped"]],
    [
      "a history of elsewhere",
      { messages: [message("a", "assistant"), message("u", "user")] },
      true,
      ["history_ignored"]
    ],
    [
      "an answer that nobody waits for",
      { resume: [{ interruptId: "x", status: "resolved" }] },
      false,
      ["interrupt_not_open"]
    ]
  ])("the client is told of %s", (_name, fields, isNew, expected) => {
    const plan = Plan.planOf(input(fields), known({ isNew }))
    assert(Result.isSuccess(plan))
    assert.deepStrictEqual(
      plan.success.notices.map(({ code }) => code),
      expected
    )
  })

  it("one that says no version is told that children are activities", () => {
    const { protocolVersion: _version, ...old } = input({})
    const plan = Plan.planOf(old, known())
    assert(Result.isSuccess(plan))
    assert.deepStrictEqual(
      plan.success.notices.map(({ code }) => code),
      ["children_inline"]
    )
  })

  it.each<readonly [Pick<RunInput.RunInput, "protocolVersion">, boolean]>([
    [{}, false],
    [{ protocolVersion: "0.9" }, false],
    [{ protocolVersion: "1.0" }, true],
    [{ protocolVersion: "1.7" }, true],
    [{ protocolVersion: "2.0" }, true],
    [{ protocolVersion: "next" }, true]
  ])("%o knows sub-agents: %s", (said, expected) => {
    assert.strictEqual(RunInput.knowsSubagents(said), expected)
  })
})

describe("an answer to an interrupt", () => {
  const entry = (payload: unknown, status: "resolved" | "cancelled" = "resolved"): RunInput.ResumeEntry => ({
    interruptId: "req_1",
    status,
    ...(payload === undefined ? {} : { payload })
  })
  it.each<readonly [string, Obligation.Request, RunInput.ResumeEntry, unknown]>([
    ["approves", permission, entry({ approved: true }), { _tag: "Approve", text: Option.none() }],
    ["approves in one word", permission, entry(true), { _tag: "Approve", text: Option.none() }],
    [
      "denies, and says why",
      permission,
      entry({ approved: false, reason: "no" }),
      { _tag: "Deny", text: Option.some("no") }
    ],
    ["denies what is abandoned", permission, entry(undefined, "cancelled"), { _tag: "Deny", text: Option.none() }],
    ["answers", question, entry({ answer: "b" }), { _tag: "Answer", text: "b" }],
    ["answers in words alone", question, entry("b"), { _tag: "Answer", text: "b" }],
    [
      "says that there is no answer",
      question,
      entry(undefined, "cancelled"),
      { _tag: "Answer", text: Asks.unanswered }
    ],
    ["does not approve in other words", permission, entry("yes"), undefined],
    ["does not approve without a payload", permission, entry(undefined), undefined],
    ["does not approve with a number", permission, entry({ approved: 1 }), undefined],
    ["does not answer with nothing", question, entry({ answer: "" }), undefined],
    ["does not answer with a book", question, entry("x".repeat(70_000)), undefined],
    ["does not answer with a list", question, entry(["a"]), undefined]
  ])("%s", (_name, { ask }, given, expected) => {
    const decision = Asks.decisionOf(ask, given)
    assert.deepStrictEqual(Result.isSuccess(decision) ? decision.success : undefined, expected)
  })

  it("names a call as the protocol does only when the client has it", () => {
    const at = (toolCallId: string | undefined) => Asks.interruptOf(permission, { subagentRunId: "a", toolCallId })
    assert.deepInclude(at("c"), {
      reason: "tool_call",
      toolCallId: "c",
      subagentRunId: "a",
      expiresAt: "1970-01-01T00:01:00.000Z"
    })
    assert.strictEqual(at(undefined).reason, "confirmation")
    assert.isUndefined(at(undefined).toolCallId)
    const asked = Asks.interruptOf(question, { subagentRunId: undefined, toolCallId: undefined })
    assert.deepInclude(asked, { reason: "input_required", message: "Which?" })
  })
})

const samples: ReadonlyArray<Outcome.Outcome> = [
  Outcome.done,
  { status: "completed", reason: "truncated", limit: "length" },
  ...(
    [
      "agent_failed",
      "refused",
      "rate_limited",
      "context_full",
      "unavailable",
      "auth_required",
      "protocol",
      "lost",
      "setup",
      "defect"
    ] as const
  ).map((reason): Outcome.Outcome => ({ status: "error", reason, message: "no luck" })),
  { status: "error", reason: "not_installed", message: "none", program: "p" },
  { status: "error", reason: "budget", message: "over", budget: "tokens" },
  { status: "timeout", reason: "total", elapsedSeconds: 1, limitSeconds: 1 },
  { status: "timeout", reason: "idle", elapsedSeconds: 1, limitSeconds: 1 },
  { status: "timeout", reason: "tool", elapsedSeconds: 1, limitSeconds: 1, toolName: "t" },
  { status: "timeout", reason: "request", elapsedSeconds: 1, limitSeconds: 1 },
  Outcome.cancelled("by_user"),
  Outcome.cancelled("by_parent"),
  Outcome.cancelled("shutdown"),
  Outcome.beforeLaunch,
  Outcome.noPendingMessage
]

describe("how a run ends", () => {
  const names = { threadId: "t", runId: "r" }
  it("there is a sample of every reason", () => {
    const reasons = Outcome.Outcome.members.map(({ fields }) => fields.reason.literal)
    assert.deepStrictEqual(samples.map(({ reason }) => reason).toSorted(), reasons.toSorted())
  })

  it.effect.each(samples.map((outcome) => [`${outcome.status} ${outcome.reason}`, outcome] as const))(
    "%s",
    ([_name, outcome]) =>
      Effect.gen(function* () {
        const last = Ending.ended(names, Ending.endOf(sessionId, runId, outcome), [{ outputTokens: 3 }])
        const { faults } = yield* read([{ type: "RUN_STARTED", ...names }, last])
        const isSuccess = last.type === "RUN_FINISHED" && last.outcome?.type === "success"
        const isCancelled = last.type === "RUN_FINISHED" && last.outcome?.type === "cancelled"
        assert.strictEqual(isSuccess, outcome.status === "completed")
        assert.strictEqual(isCancelled, outcome.status === "cancelled" && outcome.reason !== "shutdown")
        if (last.type === "RUN_ERROR") {
          assert.strictEqual(last.code, outcome.reason)
          assert.include(last.message, Outcome.hint(outcome))
        }
        assert.deepStrictEqual(faults, [])
      })
  )

  it.each<readonly [string, Session.Usage, Session.Usage, unknown]>([
    ["nothing", {}, {}, []],
    [
      "all of a first run",
      {},
      { inputTokens: 10, outputTokens: 3, cacheReadTokens: 4, cacheWriteTokens: 1, reasoningTokens: 2 },
      [
        {
          inputTokens: 10,
          outputTokens: 3,
          totalTokens: 13,
          cachedInputTokens: 4,
          cacheWriteInputTokens: 1,
          reasoningTokens: 2
        }
      ]
    ],
    [
      "what is more than before",
      { inputTokens: 10, outputTokens: 3 },
      { inputTokens: 15, outputTokens: 3 },
      [{ inputTokens: 5 }]
    ],
    [
      "no figure that is not whole",
      {},
      { inputTokens: 5, outputTokens: 3, atLeast: ["inputTokens"] },
      [{ outputTokens: 3 }]
    ],
    ["no dollars", {}, { costUsd: 1 }, []]
  ])("its usage is %s", (_name, before, after, expected) => {
    assert.deepStrictEqual(Ending.usedBetween(before, after), expected)
  })
})

describe("what makes a thread whole", () => {
  const said = (
    id: string,
    role: "user" | "assistant" | "tool",
    text: string,
    more: Partial<Session.StoredMessage> = {}
  ) => ({
    id: Ids.MessageId.make(id),
    role,
    text,
    hidden: false,
    runId,
    ...more
  })

  it("is the transcript under the ids that the client has, and what is beside it", () => {
    const coverage = new Coverage([
      { id: "u1", role: "user", content: "hello" },
      { id: "p-1", role: "assistant", content: "wor", metadata: { offshoot: { upTo: "e2" }, theirs: 1 } },
      { id: "call:c", role: "assistant", toolCalls: [{ id: "c", function: { name: "look", arguments: "{}" } }] },
      { id: "result:c", role: "tool", toolCallId: "c", content: [{ type: "text", text: "ok" }] },
      { id: "k", role: "assistant", subagentRunId: "a", content: "a child" },
      { id: "half", role: "assistant", content: "do" },
      { id: "gone", role: "assistant", content: "half a word" },
      { id: "x", role: "unheard-of" }
    ])
    coverage.became("u1", "e0")
    const messages = coverage.messages([
      said("e0", "user", "hello"),
      said("e1", "assistant", "wo"),
      said("e2", "assistant", "rld"),
      said("e3", "tool", "look: ok"),
      said("e4", "assistant", "done"),
      said("e5", "user", "hidden", { hidden: true }),
      said("e6", "assistant", "")
    ])
    assert.deepStrictEqual(messages, [
      { id: "u1", role: "user", content: "hello" },
      { id: "p-1", role: "assistant", content: "world", metadata: { offshoot: { upTo: "e2" } } },
      { id: "half", role: "assistant", content: "done", metadata: { offshoot: { upTo: "e4" } } },
      {
        id: "call:c",
        role: "assistant",
        toolCalls: [{ id: "c", type: "function", function: { name: "look", arguments: "{}" } }]
      },
      { id: "result:c", role: "tool", toolCallId: "c", content: "ok" },
      { id: "k", role: "assistant", content: "a child", subagentRunId: "a" }
    ])
  })

  it("keeps what the root says until it is recorded, and what children say", () => {
    const coverage = new Coverage([])
    coverage.note({ type: "TEXT_MESSAGE_START", messageId: "p-1", role: "assistant" })
    coverage.note({ type: "TEXT_MESSAGE_CONTENT", messageId: "p-1", delta: "ro" })
    coverage.note({ type: "TEXT_MESSAGE_CONTENT", messageId: "p-1", delta: "ot" })
    coverage.note({ type: "TEXT_MESSAGE_START", messageId: "k-1", role: "assistant", subagentRunId: "k" })
    coverage.note({ type: "TEXT_MESSAGE_CONTENT", messageId: "k-1", delta: "child", subagentRunId: "k" })
    assert.deepStrictEqual(
      coverage.messages([]).map(({ id }) => id),
      ["p-1", "k-1"]
    )
    coverage.recorded()
    assert.deepStrictEqual(
      coverage.messages([said("e1", "assistant", "root")]).map(({ id }) => id),
      ["e1", "k-1"]
    )
  })

  it("is bounded: what is oldest beside the transcript goes first", () => {
    const coverage = new Coverage([])
    for (let index = 0; index < 3_000; index++) {
      coverage.note({ type: "TOOL_CALL_RESULT", messageId: `r${index}`, toolCallId: "c", content: "x".repeat(2_000) })
    }
    const ids = coverage.messages([]).map(({ id }) => id)
    assert.isAtMost(ids.length, 1_000)
    assert.strictEqual(ids.at(-1), "r2999")
  })
})

describe("the shape of an input", () => {
  const decode = Schema.decodeUnknownResult(RunInput.RunInput)
  it.each<readonly [string, unknown, boolean]>([
    ["the least", { threadId: "t", runId: "r", messages: [] }, true],
    [
      "members that are not known",
      { threadId: "t", runId: "r", messages: [{ id: "m", role: "user", content: "x", new: 1 }], more: {} },
      true
    ],
    [
      "an activity",
      { threadId: "t", runId: "r", messages: [{ id: "m", role: "activity", activityType: "x", content: { a: 1 } }] },
      true
    ],
    ["no thread", { runId: "r", messages: [] }, false],
    ["an empty thread", { threadId: "", runId: "r", messages: [] }, false],
    ["a thread's name that is a book", { threadId: "x".repeat(201), runId: "r", messages: [] }, false],
    ["messages that are none", { threadId: "t", runId: "r", messages: {} }, false],
    ["a message without an id", { threadId: "t", runId: "r", messages: [{ role: "user", content: "x" }] }, false],
    [
      "a content that is a number",
      { threadId: "t", runId: "r", messages: [{ id: "m", role: "user", content: 1 }] },
      false
    ],
    ["a null for what is left out", { threadId: "t", runId: "r", messages: [], resume: null }, false],
    ["a resume without a status", { threadId: "t", runId: "r", messages: [], resume: [{ interruptId: "i" }] }, false]
  ])("%s", (_name, body, fits) => {
    assert.strictEqual(Result.isSuccess(decode(body)), fits)
  })

  it.each<readonly [string, unknown, boolean]>([
    ["nothing", undefined, true],
    ["something of others", { theirs: 1 }, true],
    ["an agent", { offshoot: { agent: "a", profile: "p", model: "m" } }, true],
    ["a misspelt name", { offshoot: { agnet: "a" } }, false],
    ["a wrong type", { offshoot: { agent: 1 } }, false],
    ["null", { offshoot: null }, false]
  ])("forwardedProps with %s", (_name, forwardedProps, fits) => {
    assert.strictEqual(Result.isSuccess(RunInput.wishesOf(input({ forwardedProps }))), fits)
  })
})
