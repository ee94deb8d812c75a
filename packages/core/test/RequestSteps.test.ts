import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { RequestId } from "../src/Ids.ts"
import { boundedAsk, sameAsk } from "../src/internal/askBounds.ts"
import * as RequestSteps from "../src/internal/requestSteps.ts"
import type { Ask, Request } from "../src/Obligation.ts"
import type { Decision } from "../src/SubAgents.ts"
import * as Records from "./SessionRecords.ts"

const question: Ask = { type: "question", question: "which?" }
const permission: Ask = { type: "permission", toolCallId: "1", toolName: "shell", arguments: {} }

const opened = (ask: Ask): Request =>
  RequestSteps.opened({
    id: RequestId.make("req_1"),
    sessionId: Records.childId,
    runId: Records.runId("now"),
    key: "k",
    ask,
    nowMillis: 1_000,
    deadlineMillis: 500
  }).request

const approve = (text?: string): Decision => ({ _tag: "Approve", text: Option.fromUndefinedOr(text) })
const deny: Decision = { _tag: "Deny", text: Option.none() }
const words = (text: string): Decision => ({ _tag: "Answer", text })

/** The request after these decisions and other steps, or the tag of the first refusal. */
const after = (request: Request, decisions: ReadonlyArray<Decision>): Request | string => {
  let current = request
  for (const decision of decisions) {
    const step = RequestSteps.answered(current, decision, 1_100)
    if (Result.isFailure(step)) return step.failure._tag
    current = Option.match(step.success, { onNone: () => current, onSome: (next) => next.request })
  }
  return current
}

const forSession: Decision = { _tag: "Approve", text: Option.none(), scope: "session" }

const summary = (result: Request | string): string =>
  typeof result === "string" ? result : `${result.status} v${result.version}`

describe("an answer to a request", () => {
  const cases: ReadonlyArray<readonly [string, Ask, ReadonlyArray<Decision>, string]> = [
    ["a permission is approved", permission, [approve()], "approved v2"],
    ["a permission is denied", permission, [deny], "denied v2"],
    ["a question is answered", question, [words("that")], "answered v2"],
    ["the same twice changes nothing more", permission, [approve(), approve()], "approved v2"],
    ["the same words twice likewise", question, [words("that"), words("that")], "answered v2"],
    ["other words are refused", question, [words("that"), words("this")], "RequestClosed"],
    ["the other decision is refused", permission, [approve(), deny], "RequestClosed"],
    ["the same decision with another reason is refused", permission, [approve(), approve("why")], "RequestClosed"],
    ["for the session twice changes nothing more", permission, [forSession, forSession], "approved v2"],
    ["for the session after it was for once is refused", permission, [approve(), forSession], "RequestClosed"],
    ["a permission is not answered with words", permission, [words("yes")], "DecisionMismatch"],
    ["a question is not approved", question, [approve()], "DecisionMismatch"],
    ["a question is not denied", question, [deny], "DecisionMismatch"]
  ]
  it.each(cases)("%s", (_, ask, decisions, expected) => {
    assert.strictEqual(summary(after(opened(ask), decisions)), expected)
  })

  const ends: ReadonlyArray<readonly [string, (request: Request) => Request]> = [
    ["expired", (request) => RequestSteps.expired(request, 2_000).request],
    ["ended with its run", (request) => RequestSteps.runEnded(request, 2_000).request]
  ]
  it.each(ends)("one that has %s takes no answer", (_, end) => {
    assert.strictEqual(summary(after(end(opened(permission)), [approve()])), "RequestClosed")
  })

  it("an answer that the run did not take before its end has not been delivered", () => {
    const answered = after(opened(permission), [approve()])
    if (typeof answered === "string") return assert.fail(answered)
    assert.strictEqual(summary(RequestSteps.runEnded(answered, 2_000).request), "delivery_failed v3")
  })

  it.each([
    ["pending", opened(permission), "None"],
    ["approved", { ...opened(permission), status: "approved" }, "Approved"],
    ["denied", { ...opened(permission), status: "denied" }, "Denied"],
    ["answered", { ...opened(question), status: "answered", text: "that" }, "Answered"],
    ["expired", { ...opened(permission), status: "expired" }, "Expired"],
    ["delivery_failed", { ...opened(permission), status: "delivery_failed" }, "Expired"]
  ] as const)("to a run, a request that is %s is %3$s", (_, request, expected) => {
    const answer = RequestSteps.answerOf(request)
    assert.strictEqual(Option.isSome(answer) ? answer.value._tag : "None", expected)
  })
})

describe("the bounds of an ask", () => {
  const argumentsOf = (given: unknown): unknown => {
    const ask = boundedAsk({ type: "permission", toolCallId: "1", toolName: "shell", arguments: given })
    return ask.type === "permission" ? ask.arguments : undefined
  }

  it("plain JSON stays as it is", () => {
    assert.deepStrictEqual(argumentsOf({ command: ["ls", "-l"], deep: { n: 1, no: null } }), {
      command: ["ls", "-l"],
      deep: { n: 1, no: null }
    })
  })

  it("larger arguments are cut, with a marker and their size", () => {
    const given = { text: "x".repeat(100_000) }
    const cut = argumentsOf(given)
    assert.deepInclude(cut, { truncated: true, chars: 100_011 })
    assert.isBelow(JSON.stringify(cut).length, 65_536)
  })

  const circular: Record<string, unknown> = {}
  circular["self"] = circular
  it.each([
    ["that point to themselves", circular],
    ["of large integers", { n: 10n }],
    ["that are nothing", undefined]
  ])("arguments %s are only said to be there", (_, given) => {
    assert.deepStrictEqual(argumentsOf(given), { unreadable: true })
  })

  it("a question and its options are cut", () => {
    const ask = boundedAsk({
      type: "question",
      question: "q".repeat(20_000),
      options: Array(40).fill("o".repeat(2_000))
    })
    if (ask.type !== "question") return assert.fail(ask.type)
    assert.lengthOf(ask.question, 16_384)
    assert.lengthOf(ask.options ?? [], 32)
    assert.lengthOf(ask.options?.[0] ?? "", 1_024)
  })

  it("two asks are the same when they ask the same, whatever the objects", () => {
    assert.isTrue(sameAsk(boundedAsk(permission), boundedAsk({ ...permission })))
    assert.isFalse(sameAsk(boundedAsk(permission), boundedAsk({ ...permission, arguments: { rm: true } })))
  })
})
