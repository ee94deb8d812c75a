import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { CodexTranslation } from "../src/codex-app-server/CodexTranslation.ts"
import { CodexUsage } from "../src/codex-app-server/CodexUsage.ts"
import type { Frame } from "../src/Frames.ts"

const own = "thread-own"
const cwd = "/place/repo"

/** A translation of a thread whose turn `turn-1` has begun. */
const underWay = () => {
  const translation = new CodexTranslation(cwd)
  translation.opened(own)
  const tell = (method: string, params: Frame) => translation.notice({ _tag: "Notice", method, params })
  const begin = (id: string, threadId = own) => tell("turn/started", { threadId, turn: { id } })
  const end = (id: string, more: Frame = {}, threadId = own) =>
    tell("turn/completed", { threadId, turn: { id, status: "completed", error: null, ...more } })
  begin("turn-1")
  return { translation, tell, begin, end }
}

const typesOf = (facts: ReadonlyArray<{ readonly type: string }>) => facts.map(({ type }) => type)

describe("What Codex says of a turn", () => {
  it("ends it once, though the end comes twice or late", () => {
    const { begin, end } = underWay()
    assert.deepStrictEqual(typesOf(end("turn-1")), ["turn_ended"])
    assert.deepStrictEqual(typesOf(end("turn-1")), ["alive"])
    begin("turn-2")
    assert.deepStrictEqual(typesOf(end("turn-1")), ["alive"])
    assert.deepStrictEqual(typesOf(end("turn-2")), ["turn_ended"])
  })

  it("is not ended by a thread of a sub-agent", () => {
    const { begin, end } = underWay()
    begin("turn-of-child", "thread-child")
    assert.deepStrictEqual(typesOf(end("turn-of-child", {}, "thread-child")), ["alive"])
  })

  it("is told as interrupted when somebody wished it, and by its error otherwise", () => {
    const interrupted = {
      status: "interrupted",
      error: { message: "denied too often", codexErrorInfo: "tooManyDenials" }
    }
    const first = underWay()
    assert.deepInclude(first.end("turn-1", interrupted)[0], {
      outcome: { status: "error", reason: "refused", message: "denied too often" }
    })
    const second = underWay()
    second.translation.isToStop = true
    assert.deepInclude(second.end("turn-1", interrupted)[0], { outcome: "interrupted" })
  })

  it("names the conversation when a turn has begun, and not before", () => {
    const translation = new CodexTranslation(cwd)
    const started = { _tag: "Notice", method: "thread/started", params: { thread: { id: own } } } as const
    assert.deepStrictEqual(typesOf(translation.notice(started)), ["alive"])
    const begun = { _tag: "Notice", method: "turn/started", params: { threadId: own, turn: { id: "turn" } } } as const
    assert.deepStrictEqual(translation.notice(begun), [{ type: "conversation_named", handle: own }])
  })

  it("tells a plan when it has changed, and only then", () => {
    const { tell } = underWay()
    const plan = [
      { step: "look", status: "completed" },
      { step: "mend", status: "inProgress" }
    ]
    assert.deepStrictEqual(tell("turn/plan/updated", { threadId: own, plan }), [
      {
        type: "task_list_changed",
        tasks: [
          { title: "look", status: "completed" },
          { title: "mend", status: "in_progress" }
        ]
      }
    ])
    assert.deepStrictEqual(typesOf(tell("turn/plan/updated", { threadId: own, plan })), ["alive"])
  })

  it("says when the limits of the account are reset", () => {
    const { end, tell } = underWay()
    tell("account/rateLimits/updated", { rateLimits: { primary: { usedPercent: 100, resetsAt: 1600 } } })
    tell("account/rateLimits/updated", { rateLimits: { planType: "plus" } })
    const error = { message: "used up", codexErrorInfo: "usageLimitExceeded" }
    const [fact] = end("turn-1", { status: "failed", error, completedAt: 1000 })
    assert.deepInclude(fact, {
      outcome: { status: "error", reason: "rate_limited", message: "used up", retryAfterSeconds: 600 }
    })
  })

  it("ends at the third attempt in a row that is rate limited, and counts anew behind a call of the model", () => {
    const { tell } = underWay()
    const attempt = () =>
      typesOf(
        tell("error", {
          threadId: own,
          willRetry: true,
          error: {
            message: "Reconnecting... 1/5",
            codexErrorInfo: { responseStreamDisconnected: { httpStatusCode: 429 } }
          }
        })
      )
    assert.deepStrictEqual(attempt(), ["runner_progress"])
    assert.deepStrictEqual(attempt(), ["runner_progress"])
    tell("thread/tokenUsage/updated", { threadId: own, turnId: "turn-1", tokenUsage: {} })
    assert.deepStrictEqual(attempt(), ["runner_progress"])
    assert.deepStrictEqual(attempt(), ["runner_progress"])
    assert.deepStrictEqual(attempt(), ["runner_progress", "turn_ended"])
  })

  it("shows so much of the output of a command while it runs, and no more", () => {
    const { tell } = underWay()
    const item = { type: "commandExecution", id: "c", command: "make", cwd }
    tell("item/started", { threadId: own, item })
    const delta = () =>
      tell("item/commandExecution/outputDelta", { threadId: own, itemId: "c", delta: "x".repeat(20_000) })
    const shown = [delta(), delta(), delta(), delta(), delta(), delta()].flat()
    const chars = shown.reduce(
      (sum, fact) => sum + (fact.type === "tool_lifecycle" ? (fact.detail?.length ?? 0) : 0),
      0
    )
    assert.strictEqual(chars, 65_536)
    assert.strictEqual(shown.at(-1)?.type, "alive")
  })

  it("begins a call at its end when its begin was lost", () => {
    const { tell } = underWay()
    const item = { type: "webSearch", id: "w", query: "q" }
    assert.deepStrictEqual(typesOf(tell("item/completed", { threadId: own, item })), ["tool_start", "tool_complete"])
  })

  it("says the rest of a message whose deltas were not all of it", () => {
    const { tell } = underWay()
    tell("item/agentMessage/delta", { threadId: own, itemId: "m", delta: "half" })
    const item = { type: "agentMessage", id: "m", text: "half and half" }
    assert.deepStrictEqual(tell("item/completed", { threadId: own, item }), [{ type: "token", content: " and half" }])
  })

  it("shows no life of a turn in news that are none of its own", () => {
    const { tell } = underWay()
    for (const method of ["app/list/updated", "fs/changed", "toString", "ofANewerVersion"]) {
      assert.deepStrictEqual(tell(method, { threadId: own }), [])
    }
  })

  it.each([
    ["warning", { message: "careful" }, "careful\n"],
    ["configWarning", { summary: "no bubblewrap" }, "no bubblewrap\n"],
    ["deprecationNotice", { summary: "old" }, "old\n"],
    ["mcpServer/startupStatus/updated", { name: "gone", status: "failed", error: "it is gone" }, "it is gone\n"],
    ["model/rerouted", { fromModel: "a", toModel: "b" }, "The model a was replaced by b\n"]
  ] as const)("passes on a %s", (method, params, content) => {
    assert.deepStrictEqual(underWay().tell(method, params), [{ type: "runner_output", channel: "notice", content }])
  })
})

describe("What Codex has used", () => {
  const totals = (inputTokens: number, last: number) => ({
    total: { inputTokens, outputTokens: inputTokens / 10 },
    last: { inputTokens: last, outputTokens: last / 10 }
  })

  it("does not count what a resumed thread had used before, told or not", () => {
    const told = new CodexUsage()
    assert.isUndefined(told.take(own, false, totals(5000, 1000)))
    assert.deepInclude(told.take(own, true, totals(6000, 1000)), { inputTokens: 1000, outputTokens: 100 })
    const untold = new CodexUsage()
    assert.deepInclude(untold.take(own, true, totals(6000, 1000)), { inputTokens: 1000 })
  })

  it("adds up its threads, and keeps what it had when a total begins again", () => {
    const usage = new CodexUsage()
    usage.take(own, true, totals(1000, 1000))
    assert.deepInclude(usage.take("child", true, totals(300, 300)), { inputTokens: 1300 })
    // A conversation that overflowed says zero.
    assert.isUndefined(usage.take(own, true, totals(0, 0)))
    assert.deepInclude(usage.take(own, true, totals(200, 200)), { inputTokens: 1500 })
  })

  it("tells a figure that is zero once, and one that is not told never", () => {
    const usage = new CodexUsage()
    const tokens = { total: { inputTokens: 1, cachedInputTokens: 0 }, last: { inputTokens: 1, cachedInputTokens: 0 } }
    assert.deepStrictEqual(usage.take(own, true, tokens), { inputTokens: 1, cacheReadTokens: 0 })
    assert.isUndefined(usage.take(own, true, tokens))
  })

  const Told = Schema.Struct({
    threadId: Schema.Literals([own, "child"]),
    isOurs: Schema.Boolean,
    total: Schema.Int,
    last: Schema.Int
  })

  it.prop("never shrinks, whatever the totals do", { all: Schema.Array(Told) }, ({ all }) => {
    const usage = new CodexUsage()
    let before = 0
    for (const { isOurs, last, threadId, total } of all) {
      const now = usage.take(threadId, isOurs, totals(total, last))?.inputTokens ?? before
      assert.isAtLeast(now, before)
      before = now
    }
  })
})
