import { assert, describe, it } from "@effect/vitest"
import type { Fact } from "@offshoot/adapters-cli"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import { profile } from "../src/agents/Codex.ts"
import {
  actsOf,
  answerOf,
  answers,
  folder,
  interrupt,
  outcomeOf,
  prompt,
  replay,
  sentTo,
  steer
} from "./CodexReplay.ts"

const done: Fact.Fact = { type: "turn_ended", outcome: { status: "completed", reason: "done" } }
const named = (handle: string): Fact.Fact => ({ type: "conversation_named", handle })
const token = (content: string): Fact.Fact => ({ type: "token", content })
const usageOf = (calls: number) => ({
  inputTokens: 1000 * calls,
  cacheReadTokens: 200 * calls,
  cacheWriteTokens: 0,
  outputTokens: 30 * calls,
  reasoningTokens: 10 * calls
})

const usages = (facts: ReadonlyArray<Fact.Fact>) =>
  facts.flatMap((fact) => (fact.type === "usage_updated" ? [fact.usage] : []))

const python = "open('made.txt','w')"
const command = `/bin/bash -lc "python3 -c \\"${python}\\""`
const started = (toolCallId: string, given: { readonly command: string; readonly cwd: string }): Fact.Fact => ({
  type: "tool_start",
  toolCallId,
  toolName: "commandExecution",
  arguments: given
})

describe("what Codex 0.169.0 said", () => {
  it.effect("in a turn with reasoning, a command and two messages is told whole and in order", () =>
    Effect.gen(function* () {
      const replayed = yield* replay("simple", { permission: "full" })
      const thread = "01a203a1-523f-7b41-9809-168595ecc93f"
      const call = { toolCallId: "call_fake_8kmwrxcbn1", toolName: "commandExecution" }
      assert.deepStrictEqual(actsOf(replayed), [
        named(thread),
        { type: "reasoning_token", content: "pondering it" },
        token("I will run it"),
        started(call.toolCallId, { command: "/bin/bash -lc 'echo hi; sleep 1; echo there'", cwd: "/lab/w/repo" }),
        { type: "tool_lifecycle", ...call, phase: "output", detail: "there\n" },
        // The delta of "hi" was lost; the whole is not.
        { type: "tool_complete", ...call, result: { output: "hi\nthere\n", exitCode: 0, durationMs: 856 } },
        token("\n\nall done"),
        done
      ])
      assert.deepStrictEqual(usages(replayed.facts), [
        { inputTokens: 1000, cacheReadTokens: 100, cacheWriteTokens: 0, outputTokens: 50, reasoningTokens: 5 },
        { inputTokens: 2000, cacheReadTokens: 200, cacheWriteTokens: 0, outputTokens: 100, reasoningTokens: 10 }
      ])
      assert.deepStrictEqual(sentTo(replayed, "thread/start"), [
        { cwd: "/place/repo", approvalPolicy: "never", sandbox: "danger-full-access", approvalsReviewer: "user" }
      ])
      assert.deepStrictEqual(sentTo(replayed, "turn/start"), [
        { threadId: thread, input: [{ type: "text", text: "go", text_elements: [] }] }
      ])
    })
  )

  it.effect("when it asked for a command is an ask, and an approval is for this once", () =>
    Effect.gen(function* () {
      const replayed = yield* replay("allow")
      const toolCallId = "call_fake_8pmwrxccnm"
      const given = { command, cwd: "/lab/w/repo" }
      assert.deepStrictEqual(actsOf(replayed).slice(1), [
        started(toolCallId, given),
        {
          type: "permission_asked",
          id: "01a203a1-57e3-7a20-9a25-753bf3fa49c3/0",
          kind: "execute",
          toolCallId,
          toolName: "commandExecution",
          arguments: given
        },
        {
          type: "tool_complete",
          toolCallId,
          toolName: "commandExecution",
          result: { output: "", exitCode: 0, durationMs: 0 }
        },
        token("all done"),
        done
      ])
      assert.deepStrictEqual(answers(replayed), [{ decision: "accept" }])
      assert.deepStrictEqual(sentTo(replayed, "thread/start"), [
        { cwd: "/place/repo", approvalPolicy: "untrusted", sandbox: "workspace-write", approvalsReviewer: "user" }
      ])
    })
  )

  it.effect("when a command was declined is a call that failed in a turn that went on", () =>
    Effect.gen(function* () {
      const replayed = yield* replay("deny", { verdictOf: () => ({ _tag: "Denied", text: Option.none() }) })
      assert.deepStrictEqual(answers(replayed), [{ decision: "decline" }])
      assert.deepStrictEqual(actsOf(replayed).slice(-3), [
        {
          type: "tool_error",
          toolCallId: "call_fake_8umwrxccy9",
          toolName: "commandExecution",
          error: "This was not allowed"
        },
        token("all done"),
        done
      ])
      assert.deepStrictEqual(sentTo(replayed, "turn/steer"), [])
    })
  )

  it.effect("when a command was declined with words has the words behind the decision", () =>
    Effect.gen(function* () {
      const text = "Use y instead"
      const replayed = yield* replay("declined-with-words", {
        verdictOf: () => ({ _tag: "Denied", text: Option.some(text) })
      })
      const order = replayed.sent.slice(-2).map((frame) => frame["method"] ?? frame["result"])
      assert.deepStrictEqual(order, ["turn/steer", { decision: "decline" }])
      assert.deepStrictEqual(sentTo(replayed, "turn/steer"), [
        {
          threadId: "00000000-0000-4000-8000-000000000002",
          expectedTurnId: "00000000-0000-4000-8000-000000000003",
          input: [{ type: "text", text, text_elements: [] }]
        }
      ])
      assert.deepStrictEqual(outcomeOf(replayed), { status: "completed", reason: "done" })
    })
  )

  it.effect("when a command failed is a call that failed, with its code and all of its output", () =>
    Effect.gen(function* () {
      const replayed = yield* replay("failed-command", { permission: "full" })
      const errors = replayed.facts.flatMap((fact) => (fact.type === "tool_error" ? [fact.error] : []))
      assert.deepStrictEqual(errors, ["It exited with code 3\nout\nerr"])
    })
  )

  it.effect("when it patched a file is a changed file of a call", () =>
    Effect.gen(function* () {
      const replayed = yield* replay("patch")
      const toolCallId = "call_fake_93mwrxcini"
      const path = "/lab/w/repo/new2.txt"
      assert.deepStrictEqual(actsOf(replayed).slice(1, -2), [
        {
          type: "tool_start",
          toolCallId,
          toolName: "fileChange",
          arguments: { changes: [{ path, kind: { type: "add" }, diff: "hello\n" }] }
        },
        { type: "file_changed", path, change: "added", toolCallId, diff: "hello\n" },
        { type: "tool_complete", toolCallId, toolName: "fileChange", result: { files: 1 } }
      ])
    })
  )

  it.effect("of a 401 ends the turn at the first attempt that it would repeat", () =>
    Effect.gen(function* () {
      const { facts } = yield* replay("error401")
      const [first, second] = facts.filter(({ type }) => type === "runner_progress" || type === "turn_ended")
      const words = "unexpected status 401 Unauthorized: fake error 401, url: http://127.0.0.1:8123/v1/responses"
      assert.deepStrictEqual(first, { type: "runner_progress", round: 1, detail: `Reconnecting... 1/5: ${words}` })
      assert.deepStrictEqual(second, {
        type: "turn_ended",
        outcome: { status: "error", reason: "auth_required", message: words }
      })
    })
  )

  it.effect("when it was interrupted while it spoke is an interrupted turn, and the next one is another", () =>
    Effect.gen(function* () {
      const replayed = yield* replay("interrupt", { permission: "full", steps: { 4: interrupt, 5: prompt("again") } })
      const threadId = "01a203a1-5a91-7c02-b1df-89dcdf4993f1"
      assert.deepStrictEqual(actsOf(replayed), [
        named(threadId),
        token("tick-1 "),
        { type: "turn_ended", outcome: "interrupted" },
        named(threadId),
        token("\n\nstill alive"),
        done
      ])
      assert.deepStrictEqual(sentTo(replayed, "turn/interrupt"), [
        { threadId, turnId: "01a203a1-5aa6-7063-a2a5-9707773ec656" }
      ])
    })
  )

  it.effect("when it was interrupted in a call leaves the call open: it tells no end of it", () =>
    Effect.gen(function* () {
      const replayed = yield* replay("interrupt-open-call", { permission: "full", steps: { 4: interrupt } })
      const types = actsOf(replayed).map(({ type }) => type)
      assert.deepStrictEqual(types, ["conversation_named", "tool_start", "turn_ended"])
      assert.strictEqual(outcomeOf(replayed), "interrupted")
    })
  )

  it.effect("when it was interrupted as a command began tells nothing of the command", () =>
    Effect.gen(function* () {
      const replayed = yield* replay("interrupt-tool", { permission: "full", steps: { 4: interrupt } })
      const types = actsOf(replayed).map(({ type }) => type)
      assert.deepStrictEqual(types, ["conversation_named", "turn_ended"])
    })
  )

  it.effect("when it was steered in a call has taken the message", () =>
    Effect.gen(function* () {
      const replayed = yield* replay("steer", { permission: "full", steps: { 4: steer("say steered") } })
      assert.isUndefined(replayed.failed)
      assert.strictEqual(answerOf(replayed), "steered")
      const [message] = sentTo(replayed, "turn/steer")
      assert.deepInclude(message, {
        clientUserMessageId: "offshoot-1",
        input: [{ type: "text", text: "say steered", text_elements: [] }]
      })
    })
  )

  it.effect("when it went on with a thread counts only what this run used", () =>
    Effect.gen(function* () {
      const resume = "00000000-0000-4000-8000-000000000002"
      const replayed = yield* replay("resume", { resume })
      assert.deepStrictEqual(usages(replayed.facts), [usageOf(1)])
      assert.deepStrictEqual(sentTo(replayed, "thread/resume"), [
        {
          threadId: resume,
          cwd: "/place/repo",
          approvalPolicy: "untrusted",
          sandbox: "workspace-write",
          approvalsReviewer: "user",
          excludeTurns: true
        }
      ])
    })
  )

  it.effect("when it did not know a thread is a run that is lost, and no new thread", () =>
    Effect.gen(function* () {
      const resume = "01a22e8c-0000-7000-8000-000000000000"
      const replayed = yield* replay("resume-missing", { resume })
      assert.deepStrictEqual(sentTo(replayed, "thread/start"), [])
      assert.deepInclude(replayed.failed, { status: "error", reason: "lost" })
    })
  )

  it.effect("when a tool of an MCP server needed approval and another asked something is an ask and a question", () =>
    Effect.gen(function* () {
      const replayed = yield* replay("mcp", {
        verdictOf: ({ type }) =>
          type === "question_asked"
            ? { _tag: "Answered", text: '{"colour": "blue", "count": 2}' }
            : { _tag: "Approved", text: Option.none() }
      })
      const turn = "00000000-0000-4000-8000-000000000003"
      const asked = replayed.facts.filter(({ type }) => type === "permission_asked" || type === "question_asked")
      assert.deepStrictEqual(asked, [
        {
          type: "permission_asked",
          id: `${turn}/0`,
          kind: "other",
          toolCallId: "call_0002_0",
          toolName: "mcp__lab__wreck",
          arguments: { what: "y" }
        },
        {
          type: "question_asked",
          id: `${turn}/1`,
          question:
            "lab: Which colour?\nAnswer with a JSON object of:\n- colour (red | blue): Colour\n- count (integer): How many",
          options: []
        }
      ])
      assert.deepStrictEqual(answers(replayed), [
        { action: "accept", content: {}, _meta: null },
        { action: "accept", content: { colour: "blue", count: 2 }, _meta: null }
      ])
      const errors = replayed.facts.flatMap((fact) => (fact.type === "tool_error" ? [[fact.toolName, fact.error]] : []))
      assert.deepStrictEqual(errors, [["mcp__lab__fail", "it broke"]])
      assert.strictEqual(answerOf(replayed), "tried")
    })
  )

  it.effect("when it had two questions is two questions, and one answer when both have theirs", () =>
    Effect.gen(function* () {
      const replayed = yield* replay("question", {
        verdictOf: ({ id }) => (id.endsWith("/colour") ? { _tag: "Answered", text: "Blue" } : { _tag: "Expired" })
      })
      const questions = replayed.facts.flatMap((fact) =>
        fact.type === "question_asked" ? [[fact.question, fact.options]] : []
      )
      assert.deepStrictEqual(questions, [
        ["Which one?", ["Red", "Blue"]],
        ["How big?", ["Small", "Big"]]
      ])
      assert.deepStrictEqual(answers(replayed), [{ answers: { colour: { answers: ["Blue"] } } }])
    })
  )

  it.effect("of its own sub-agents is told as theirs, and does not end the turn", () =>
    Effect.gen(function* () {
      const replayed = yield* replay("sub-agents")
      const nestedId = "00000000-0000-4000-8000-000000000005"
      const title = "say child works ++ shell echo child > c.txt ;; say child done ++ hang"
      const nested = replayed.facts.flatMap((fact) => (fact.type === "nested_agent_event" ? [fact] : []))
      assert.isTrue(nested.every((fact) => fact.nestedId === nestedId && fact.title === title))
      const said = nested.map(({ event }) => (event.type === "token" ? event.content : ""))
      assert.strictEqual(said.join(""), "child works\n\nchild done\n\nThis takes a while.")
      const ends = nested.filter(({ event }) => event.type === "tool_complete")
      assert.lengthOf(ends, 1)
      // What the sub-agent asks is asked like anything else.
      assert.deepStrictEqual(answers(replayed), [{ decision: "accept" }])
      assert.strictEqual(answerOf(replayed), "waiting\n\nparent done")
      assert.lengthOf(
        replayed.facts.filter(({ type }) => type === "turn_ended"),
        1
      )
      assert.deepStrictEqual(usages(replayed.facts).at(-1), usageOf(4))
      assert.deepInclude(replayed.facts, {
        type: "runner_output",
        channel: "notice",
        content: "When its turn ended 1 of its own sub-agents were still at work\n"
      })
    })
  )

  it.effect.each([
    ["cut", { status: "completed", reason: "truncated", limit: "length" }],
    ["filtered", { status: "error", reason: "refused" }],
    ["overflow", { status: "error", reason: "context_full" }],
    ["usage-limit", { status: "error", reason: "rate_limited" }],
    ["rate-limited", { status: "error", reason: "rate_limited" }],
    ["overloaded", { status: "error", reason: "unavailable" }],
    ["error500", { status: "error", reason: "unavailable" }],
    ["retried-once", { status: "completed", reason: "done" }]
  ] as const)("of a turn that ended by %s has its reason", ([name, outcome]) =>
    Effect.gen(function* () {
      const replayed = yield* replay(name)
      assert.deepInclude(outcomeOf(replayed), outcome)
    })
  )

  it.effect("when an approval ended its turn is told as its own doing", () =>
    Effect.gen(function* () {
      const replayed = yield* replay("permission-cancelled", { permission: "deny" })
      assert.strictEqual(outcomeOf(replayed), "interrupted")
    })
  )
})

it("Each quirk of Codex has its fixture", () => {
  assert.isAbove(profile.quirks.length, 0)
  for (const { fixture } of profile.quirks) {
    assert.isTrue(NodeFS.existsSync(NodePath.join(folder, "..", fixture)), fixture)
  }
})
