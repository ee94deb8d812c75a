import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import type { Fact } from "../src/Fact.ts"
import { type Frame, numberIn, objectOf, recordIn } from "../src/Frames.ts"
import { OpencodeTranslation } from "../src/opencode-serve/OpencodeTranslation.ts"

const transcript = (scenario: string): ReadonlyArray<Frame> =>
  NodeFS.readFileSync(
    NodePath.join(import.meta.dirname, "fixtures/transcripts/opencode-1.18.33", `serve-${scenario}.jsonl`),
    "utf8"
  )
    .split("\n")
    .flatMap((line): ReadonlyArray<Frame> => {
      const event = objectOf(line)
      return event === undefined ? [] : [event]
    })

const propertiesOf = (event: Frame): Frame => recordIn(event, "properties") ?? {}

interface Reading {
  /** Messages that were sent; the first begins the turn. */
  readonly prompts?: number
  /** Asks are allowed as they come, or not answered here. */
  readonly answers?: "approved" | "by nobody"
  readonly stops?: "at the first word" | "while it waits for a try" | "when a tool runs"
  readonly nowMillis?: number
}

const isStop = (stops: Reading["stops"], fact: Fact): boolean => {
  if (stops === "at the first word") return fact.type === "token"
  if (stops === "when a tool runs") return fact.type === "tool_start"
  return stops === "while it waits for a try" && fact.type === "runner_progress" && fact.detail !== undefined
}

/** The recorded events as facts; the first session that is created is the run's own. */
const translated = (scenario: string, { answers, nowMillis, prompts, stops }: Reading = {}) => {
  const translation = new OpencodeTranslation()
  const facts: Array<Fact> = []
  for (const event of transcript(scenario)) {
    const told = translation.read(event, nowMillis ?? 0)
    if (event["type"] === "session.created" && translation.sessionIDs.length === 0) {
      translation.begin(recordIn(propertiesOf(event), "info") ?? {})
      translation.turns.begin()
      for (let sent = 1; sent < (prompts ?? 1); sent++) translation.turns.sent()
    }
    for (const fact of told) {
      facts.push(fact)
      if (fact.type === "permission_asked" && answers === "approved") {
        translation.asks.answer(fact, { _tag: "Approved", text: Option.none() })
      }
      if (isStop(stops, fact)) translation.turns.stop()
    }
  }
  return { translation, facts, said: facts.filter(({ type }) => type !== "alive") }
}

const textOf = (facts: ReadonlyArray<Fact>, type: "token" | "reasoning_token"): string =>
  facts.map((fact) => (fact.type === type ? fact.content : "")).join("")

const endsOf = (facts: ReadonlyArray<Fact>): ReadonlyArray<unknown> =>
  facts.flatMap((fact) => (fact.type === "turn_ended" ? [fact.outcome] : []))

const ofType = <T extends Fact["type"]>(facts: ReadonlyArray<Fact>, type: T) =>
  facts.filter((fact): fact is Extract<Fact, { readonly type: T }> => fact.type === type)

const done = { status: "completed", reason: "done" }

/** One model call: 800 fresh and 200 cached tokens, 20 of answer and 10 of reasoning. */
const used = (calls: number) => ({
  inputTokens: 1000 * calls,
  outputTokens: 30 * calls,
  cacheReadTokens: 200 * calls,
  cacheWriteTokens: 0,
  reasoningTokens: 10 * calls,
  costSource: "estimated" as const
})

const assertUsed = (facts: ReadonlyArray<Fact>, calls: number) => {
  const { costUsd, ...counted } = ofType(facts, "usage_updated").at(-1)?.usage ?? {}
  assert.deepStrictEqual(counted, used(calls))
  assert.closeTo(costUsd ?? 0, 0.00291 * calls, 1e-9)
}

const bash = (toolCallId: string) => ({ toolCallId, toolName: "bash" })

describe("what opencode 1.18.33 said", () => {
  it("in a turn with reasoning is told whole and in order, and the prompt is not", () => {
    const { said } = translated("reasoning")
    assert.strictEqual(textOf(said, "reasoning_token"), "let me see")
    assert.strictEqual(textOf(said, "token"), "hello")
    assertUsed(said, 1)
    assert.deepStrictEqual(endsOf(said), [done])
  })

  it("of a command that was allowed is an ask, a call with its output, and an answer", () => {
    const { said } = translated("permission-allowed", { answers: "approved" })
    const [asked] = ofType(said, "permission_asked")
    const id = asked?.toolCallId ?? ""
    assert.deepStrictEqual(asked, {
      type: "permission_asked",
      id: asked?.id ?? "",
      kind: "execute",
      ...bash(id),
      arguments: { command: "echo hi" }
    })
    assert.deepStrictEqual(
      said.filter((fact) => "toolCallId" in fact && fact.type !== "permission_asked"),
      [
        {
          type: "tool_start",
          ...bash(id),
          arguments: { command: "echo hi", description: "As the script says" }
        },
        { type: "tool_lifecycle", ...bash(id), phase: "output", detail: "hi\n" },
        { type: "tool_complete", ...bash(id), result: "hi\n" }
      ]
    )
    assert.strictEqual(textOf(said, "token"), "done")
    assertUsed(said, 2)
    assert.deepStrictEqual(endsOf(said), [done])
  })

  it("of a command that somebody else allowed ends the turn", () => {
    const { said, translation } = translated("permission-allowed", { answers: "by nobody" })
    const [outcome] = endsOf(said)
    assert.deepInclude(outcome, { status: "error", reason: "protocol" })
    assert.strictEqual(translation.brokenBy, outcome)
  })

  it("of a command that was denied without a word is no success: the turn ends behind it", () => {
    const { said } = translated("permission-denied")
    assert.lengthOf(ofType(said, "tool_error"), 1)
    assert.deepInclude(endsOf(said)[0], { status: "error", reason: "agent_failed" })
  })

  it("of a command that was denied with words is an error of the call, and the turn goes on", () => {
    const { said } = translated("denied-with-words")
    assert.match(ofType(said, "tool_error")[0]?.error ?? "", /not here$/)
    assert.deepStrictEqual(ofType(said, "ask_withdrawn").length, 1)
    assert.strictEqual(textOf(said, "token"), "done")
    assert.deepStrictEqual(endsOf(said), [done])
  })

  it("of its plan is told once", () => {
    const { said } = translated("todo")
    assert.deepStrictEqual(ofType(said, "task_list_changed"), [
      { type: "task_list_changed", tasks: [{ title: "look", status: "in_progress" }] }
    ])
  })

  it("of a question is the question with what its choices mean", () => {
    const [asked] = ofType(translated("question").said, "question_asked")
    assert.strictEqual(asked?.question, "Which?\nA: the first\nB: the second")
    assert.deepStrictEqual(asked?.options, ["A", "B"])
  })

  it("of files is told with each call that changed one, and once", () => {
    const { said } = translated("files", { answers: "approved" })
    const changed = ofType(said, "file_changed").map(({ change, diff, path, toolCallId }) => ({
      path,
      change,
      hasCall: toolCallId !== undefined,
      hasDiff: diff !== undefined
    }))
    assert.deepStrictEqual(changed, [
      { path: "/place/repo/new.txt", change: "added", hasCall: true, hasDiff: false },
      { path: "/place/repo/README.md", change: "modified", hasCall: true, hasDiff: true },
      { path: "/place/repo/other.txt", change: "modified", hasCall: false, hasDiff: false }
    ])
    assert.deepStrictEqual(
      ofType(said, "permission_asked").map(({ kind }) => kind),
      ["edit", "edit", "execute"]
    )
    assertUsed(said, 5)
  })

  it("of its sub-agent is told under its name, and used by the run", () => {
    const { said } = translated("sub-agent", { answers: "approved" })
    const nested = ofType(said, "nested_agent_event")
    assert.lengthOf(new Set(nested.map(({ nestedId }) => nestedId)), 1)
    assert.strictEqual(nested[0]?.title, "look around (@general subagent)")
    assert.deepStrictEqual(
      nested.flatMap(({ event }) => (event.type === "token" ? [] : [event.type])),
      ["tool_start", "tool_lifecycle", "tool_complete"]
    )
    assert.strictEqual(
      nested.map(({ event }) => (event.type === "token" ? event.content : "")).join(""),
      "The script is over."
    )
    assert.deepStrictEqual(
      said.flatMap((fact) => (fact.type === "tool_start" ? [fact.toolName] : [])),
      ["task"]
    )
    assert.lengthOf(ofType(said, "permission_asked"), 1)
    assert.strictEqual(textOf(said, "token"), "outer done")
    assertUsed(said, 4)
    assert.deepStrictEqual(endsOf(said), [done])
  })

  it("of a message that came while a tool ran is an answer to that message", () => {
    const { said } = translated("steered", { answers: "approved", prompts: 2 })
    assert.strictEqual(textOf(said, "token"), "this instead")
    assert.deepStrictEqual(endsOf(said), [done])
  })

  it("of a turn is not its end while a message is on its way", () => {
    assert.deepStrictEqual(endsOf(translated("reasoning", { prompts: 2 }).said), [])
  })

  it("of an answer that was cut off is a truncation", () => {
    const { said } = translated("cut")
    assert.strictEqual(textOf(said, "token"), "half of it")
    assert.deepStrictEqual(endsOf(said), [{ status: "completed", reason: "truncated", limit: "length" }])
  })

  it("of an answer that was stopped by a filter is a refusal", () => {
    assert.deepInclude(endsOf(translated("refused").said)[0], { status: "error", reason: "refused" })
  })

  it("of a key that is wrong ends the turn once, when it is idle for the second time (idle-twice)", () => {
    const events = transcript("error401")
    assert.lengthOf(
      events.filter(({ type }) => type === "session.idle"),
      2
    )
    const { facts, said } = translated("error401")
    assert.deepStrictEqual(endsOf(said), [
      { status: "error", reason: "auth_required", message: "The script says 401." }
    ])
    assert.strictEqual(facts.at(-1)?.type, "turn_ended")
  })

  /** When the next try was to come, of the first that is told. */
  const nextTryMillis = (scenario: string): number =>
    transcript(scenario)
      .map((event) => numberIn(recordIn(propertiesOf(event), "status") ?? {}, "next"))
      .find((next) => next !== undefined) ?? 0

  it("of a model that is busy is a try, and an answer when one succeeds", () => {
    const { said } = translated("retried", { nowMillis: nextTryMillis("retried") - 2_000 })
    assert.deepStrictEqual(
      ofType(said, "runner_progress").map(({ detail }) => detail),
      ["The script says 429.: try 1 in 2 s", undefined]
    )
    assert.strictEqual(textOf(said, "token"), "at last")
    assert.deepStrictEqual(endsOf(said), [done])
  })

  it("of a pause that is as long as its own is no end, and stopped there it is interrupted", () => {
    const nowMillis = nextTryMillis("rate-limited") - 2_000
    const { said } = translated("rate-limited", { nowMillis, stops: "while it waits for a try" })
    assert.deepStrictEqual(endsOf(said), ["interrupted"])
  })

  it("of a pause that its model's server named is a rate limit (retry-without-status)", () => {
    const nowMillis = nextTryMillis("rate-limited") - 3_600_000
    assert.deepStrictEqual(endsOf(translated("rate-limited", { nowMillis }).said), [
      {
        status: "error",
        reason: "rate_limited",
        message: "The script says 429.; the next try would be in 3600 s",
        retryAfterSeconds: 3600
      }
    ])
  })

  it("of an answer that was stopped is kept, and an interruption", () => {
    const { facts, said } = translated("abort-streaming", { stops: "at the first word" })
    assert.strictEqual(textOf(said, "token"), "This takes a while.")
    assert.deepStrictEqual(endsOf(said), ["interrupted"])
    assert.strictEqual(facts.at(-1)?.type, "turn_ended")
  })

  it("of a command that was stopped ends in front of the turn", () => {
    const { said } = translated("abort-tool", { answers: "approved", stops: "when a tool runs" })
    assert.deepStrictEqual(
      said.slice(-2).map(({ type }) => type),
      ["tool_complete", "turn_ended"]
    )
    assert.deepStrictEqual(endsOf(said), ["interrupted"])
  })
})

describe("events of opencode", () => {
  it("that are unknown, or of another shape, are nothing", () => {
    const translation = new OpencodeTranslation()
    translation.begin({ id: "ses_1" })
    const own = (more: Frame) => ({ sessionID: "ses_1", ...more })
    for (const event of [
      {},
      { type: "next_year", properties: own({}) },
      { type: "message.part.delta", properties: own({ partID: 3 }) },
      { type: "message.part.updated", properties: own({ part: "text" }) },
      { type: "message.part.updated", properties: own({ part: { id: "p", type: "tool", state: [] } }) },
      { type: "message.part.updated", properties: own({ part: { id: "q", type: "step-finish" } }) },
      { type: "message.updated", properties: own({}) },
      { type: "session.status", properties: own({ status: { type: "retry" } }) },
      { type: "session.created", properties: { info: { parentID: "ses_1" } } },
      { type: "permission.asked", properties: own({ id: "per_1" }) },
      { type: "question.asked", properties: own({ questions: [3] }) },
      { type: "todo.updated", properties: own({ todos: [3] }) },
      { type: "permission.replied", properties: own({ reply: "reject" }) }
    ]) {
      assert.doesNotThrow(() => translation.read(event, 0))
    }
    assert.deepStrictEqual(translation.read({ type: "server.heartbeat", properties: {} }, 0), [])
  })

  it("of sessions that are nobody's here are not told", () => {
    const translation = new OpencodeTranslation()
    translation.begin({ id: "ses_other" })
    assert.deepStrictEqual(
      transcript("reasoning").flatMap((event) => translation.read(event, 0)),
      []
    )
  })

  it("that change the rules of the session end the turn, and those that repeat them do not", () => {
    const rules = [{ permission: "*", pattern: "*", action: "ask" }]
    const translation = new OpencodeTranslation()
    translation.begin({ id: "ses_1", permission: rules })
    translation.turns.begin()
    const updated = (permission: unknown) => ({
      type: "session.updated",
      properties: { sessionID: "ses_1", info: { id: "ses_1", permission } }
    })
    assert.deepStrictEqual(endsOf(translation.read(updated(rules), 0)), [])
    const allowed = [...rules, { permission: "bash", pattern: "*", action: "allow" }]
    assert.deepInclude(endsOf(translation.read(updated(allowed), 0))[0], { reason: "protocol" })
  })
})
