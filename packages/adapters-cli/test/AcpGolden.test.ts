import { assert, describe, it } from "@effect/vitest"
import type { AgentProfile, CliProtocol } from "@offshoot/adapters-cli"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { profileOf } from "../src/acp/AcpProfile.ts"
import * as Gemini from "../src/agents/Gemini.ts"
import * as Qwen from "../src/agents/Qwen.ts"
import { printed } from "./machine.ts"
import { brief, called, type Given, outcomeOf, replay } from "./AcpReplay.ts"

const agent = profileOf(["agent"])

const approved: CliProtocol.Verdict = { _tag: "Approved", text: Option.none() }
const denied: CliProtocol.Verdict = { _tag: "Denied", text: Option.none() }
const answered = (text: string): CliProtocol.Verdict => ({ _tag: "Answered", text })

const played = (name: string, profile: AgentProfile.AgentProfile, given: Given, expected: ReadonlyArray<string>) =>
  it.effect(name, () =>
    Effect.gen(function* () {
      const replayed = yield* replay(profile, given)
      assert.isUndefined(replayed.failure)
      assert.deepStrictEqual(brief(replayed), expected)
    })
  )

describe("opencode 1.18.33 as an ACP agent", () => {
  played(
    "is heard thinking, saying, asking and using its tool",
    agent,
    { transcript: "opencode-1.18.33/acp-ok", verdicts: [approved] },
    [
      "named ses_dfc5ec288ffeBVfGwbQekA9DhS",
      "notice agent works in its mode build: when it asks before it acts is for that mode to say",
      "thinks pondering ",
      "thinks it",
      "says I ",
      "says will ",
      "says run ",
      "says it",
      'begins execute {"command":"echo hi-acp","cwd":"/lab/w/repo"}',
      "asks for execute execute call_fake_87mwrxc80u",
      "goes on execute hi-acp\n",
      'ends execute "hi-acp\\n"',
      "says ¶all ",
      "says done",
      '{"type":"token_budget_updated","usedTokens":1000,"limitTokens":100000}',
      'used {"costUsd":0.00696,"costSource":"estimated"}',
      'used {"inputTokens":1000,"outputTokens":50,"cacheReadTokens":100,"reasoningTokens":5,"costUsd":0.00696,"costSource":"estimated"}',
      "over done"
    ]
  )
})

describe("Claude Code 0.101.0 and Codex 2.6.0 behind their ACP adapters", () => {
  it.effect("are counted as their totals say, cached tokens beside the input and thoughts inside the output", () =>
    Effect.gen(function* () {
      const claude = yield* replay(agent, { transcript: "claude-agent-acp-0.101.0/ok" })
      const codex = yield* replay(agent, { transcript: "codex-acp-2.6.0/ok" })
      const last = (facts: ReadonlyArray<string>) => facts.findLast((fact) => fact.startsWith("used"))
      assert.strictEqual(
        last(brief(claude)),
        'used {"inputTokens":2000,"outputTokens":100,"cacheReadTokens":200,"cacheWriteTokens":0,"costUsd":0.01386,"costSource":"estimated"}'
      )
      assert.strictEqual(
        last(brief(codex)),
        'used {"inputTokens":2000,"outputTokens":100,"cacheReadTokens":200,"cacheWriteTokens":0,"reasoningTokens":10}'
      )
    })
  )

  it.effect("are set to the mode in which they ask where they have one, and said to have none where they do not", () =>
    Effect.gen(function* () {
      const claude = yield* replay(agent, { transcript: "claude-agent-acp-0.101.0/ok" })
      const codex = yield* replay(agent, { transcript: "codex-acp-2.6.0/ok" })
      assert.include(called(claude), "session/set_mode")
      assert.notInclude(called(codex), "session/set_mode")
      assert.include(
        brief(codex),
        "notice agent works in its mode agent: when it asks before it acts is for that mode to say"
      )
    })
  )

  it.effect("have a call begin when its arguments are told, not while they still come", () =>
    Effect.gen(function* () {
      const claude = yield* replay(agent, { transcript: "claude-agent-acp-0.101.0/ok" })
      const calls = brief(claude).filter((fact) => / Bash /.test(fact))
      assert.deepStrictEqual(calls, [
        'begins Bash {"command":"echo hi-acp"}',
        "goes on Bash fake shell call",
        'ends Bash "```console\\nhi-acp\\n```"'
      ])
    })
  )
})

describe("Gemini CLI 0.61.0", () => {
  const named = (id: string) => `named ${id}@1970-01-01T00:00Z`
  const shellText = '"text":"[current working directory /lab/w/repo] (Runs what the script says)"'

  played(
    "asks-before-it-tells-of-a-call: the call has begun when it is asked for",
    Gemini.profile,
    { transcript: "gemini-0.61.0/acp-allowed", verdicts: [approved] },
    [
      named("9ed1c707-0619-4652-8bef-d3279ee17e90"),
      "thinks **** hmm",
      "says I ",
      "says will",
      `begins run_shell_command {"title":"echo hi-acp",${shellText}}`,
      "ends run_shell_command null",
      'begins write_file {"title":"Writing to b.txt","paths":["/lab/w/repo/b.txt"],"changes":[{"path":"/lab/w/repo/b.txt","change":"added","diff":"+hello"}]}',
      "asks for edit write_file write_file__call_0002_0",
      "added /lab/w/repo/b.txt +hello",
      "ends write_file null",
      "says ¶done",
      'used {"inputTokens":3000,"outputTokens":60,"atLeast":["outputTokens"]}',
      "over done"
    ]
  )

  played(
    "says-nothing-of-a-denied-call: it is over all the same, and the turn goes on",
    Gemini.profile,
    { transcript: "gemini-0.61.0/acp-denied", verdicts: [denied, denied] },
    [
      named("4807482f-b589-4f0e-9401-37c9f9e44b4e"),
      'begins write_file {"title":"Writing to b.txt","paths":["/lab/w/repo/b.txt"],"changes":[{"path":"/lab/w/repo/b.txt","change":"added","diff":"+hello"}]}',
      "asks for edit write_file write_file__call_0001_0",
      "fails write_file This call was not allowed",
      "says after ",
      "says denial",
      'used {"inputTokens":2000,"outputTokens":40,"atLeast":["outputTokens"]}',
      "over done",
      `begins run_shell_command {"title":"touch x",${shellText}}`,
      "asks for execute run_shell_command run_shell_command__call_0003_0",
      "fails run_shell_command This call was not allowed",
      "says ¶after ",
      "says denial",
      'used {"inputTokens":4000,"outputTokens":80,"atLeast":["outputTokens"]}',
      "over done"
    ]
  )

  it.effect("tells-a-cancelled-call-as-completed: it has failed", () =>
    Effect.gen(function* () {
      const given = {
        transcript: "gemini-0.61.0/acp-cancel-tool",
        verdicts: [approved],
        interrupt: "before_the_end"
      } as const
      const facts = brief(yield* replay(Gemini.profile, given))
      assert.deepStrictEqual(facts.slice(-2), ["fails run_shell_command Command cancelled by user.", "interrupted"])
    })
  )

  it.effect("closes a call whose permission was dismissed because its turn was stopped", () =>
    Effect.gen(function* () {
      const given = { transcript: "gemini-0.61.0/acp-cancel-permission", interrupt: "before_the_end" } as const
      const replayed = yield* replay(Gemini.profile, given)
      assert.deepStrictEqual(brief(replayed).slice(-2), [
        "fails run_shell_command Its turn was stopped before this call had ended",
        "interrupted"
      ])
      assert.deepStrictEqual(called(replayed).slice(-2), ["session/cancel", '{"outcome":{"outcome":"cancelled"}}'])
    })
  )

  played(
    "tells of a file that it made, one that it changed and one that it read",
    Gemini.profile,
    { transcript: "gemini-0.61.0/acp-edits", verdicts: [approved, approved] },
    [
      named("7acdbd8f-e4b5-497d-93df-5e95bae6e548"),
      'begins write_file {"title":"Writing to c.txt","paths":["/lab/w/repo/c.txt"],"changes":[{"path":"/lab/w/repo/c.txt","change":"added","diff":"+hello"}]}',
      "asks for edit write_file write_file__call_0003_0",
      "added /lab/w/repo/c.txt +hello",
      "ends write_file null",
      "says wrote",
      'used {"inputTokens":2000,"outputTokens":40,"atLeast":["outputTokens"]}',
      "over done",
      'begins replace {"title":"a.txt: old => new","paths":["/lab/w/repo/a.txt"],"changes":[{"path":"/lab/w/repo/a.txt","change":"modified","diff":"-old line\\n+new line"}]}',
      "asks for edit replace replace__call_0005_0",
      "modified /lab/w/repo/a.txt -old line\n+new line",
      "ends replace null",
      "says ¶replaced",
      'used {"inputTokens":4000,"outputTokens":80,"atLeast":["outputTokens"]}',
      "over done",
      'begins read_file {"title":"a.txt","paths":["/lab/w/repo/a.txt"]}',
      "ends read_file null",
      "says ¶read",
      'used {"inputTokens":6000,"outputTokens":120,"atLeast":["outputTokens"]}',
      "over done"
    ]
  )

  it.effect("says-its-mode-as-its-answer: it is a notice", () =>
    Effect.gen(function* () {
      const facts = brief(yield* replay(Gemini.profile, { transcript: "gemini-0.61.0/acp-mode-update" }))
      assert.include(facts, "notice [MODE_UPDATE] yolo")
      assert.deepStrictEqual(
        facts.filter((fact) => fact.startsWith("says")),
        ["says yolo ", "says done"]
      )
    })
  )

  it.effect("tells-history-after-the-load: what was said before is not said again", () =>
    Effect.gen(function* () {
      const handle = "d59b49ea-3033-493e-83d0-f34345634de1@2026-11-30T22:15Z"
      const given = { transcript: "gemini-0.61.0/acp-load", resume: handle, historyLines: 6 }
      const replayed = yield* replay(Gemini.profile, given)
      assert.deepStrictEqual(brief(replayed), [
        `named ${handle}`,
        "says after ",
        "says load",
        'used {"inputTokens":1000,"outputTokens":20,"atLeast":["outputTokens"]}',
        "over done"
      ])
      // The second is answered without another part of the history in front of it.
      assert.deepStrictEqual(called(replayed), [
        "initialize",
        "session/load",
        "session/set_mode",
        "session/set_mode",
        "session/prompt"
      ])
    })
  )

  it.effect("tells-a-cut-answer-as-a-whole-one: nothing on the wire says otherwise", () =>
    Effect.gen(function* () {
      const replayed = yield* replay(Gemini.profile, { transcript: "gemini-0.61.0/acp-cut" })
      assert.deepStrictEqual(outcomeOf(replayed), { status: "completed", reason: "done" })
    })
  )

  it.effect("is-silent-while-its-model-makes-it-wait: nothing comes but the end that it was asked for", () =>
    Effect.gen(function* () {
      const given = { transcript: "gemini-0.61.0/acp-rate-limited", interrupt: "before_the_end" } as const
      const facts = brief(yield* replay(Gemini.profile, given))
      assert.deepStrictEqual(facts.slice(1), ["interrupted"])
    })
  )
})

describe("Qwen Code 0.24.4", () => {
  const used = (calls: number) =>
    `used {"inputTokens":${1000 * calls},"outputTokens":${30 * calls},"cacheReadTokens":${200 * calls},"reasoningTokens":${10 * calls}}`

  it.effect("begins-in-a-mode-that-asks-nobody: it is set to the one that asks", () =>
    Effect.gen(function* () {
      const { sent } = yield* replay(Qwen.profile, { transcript: "qwen-0.24.4/acp-ok" })
      assert.deepInclude(
        sent.map(({ method, params }) => ({ method, params })),
        {
          method: "session/set_mode",
          params: { sessionId: "e170c047-eadf-4e29-ac25-d6b9bac5d5dd", modeId: "default" }
        }
      )
    })
  )

  played(
    "tells of calls with their whole arguments, and of what each model call used",
    Qwen.profile,
    { transcript: "qwen-0.24.4/acp-ok" },
    [
      "named e170c047-eadf-4e29-ac25-d6b9bac5d5dd",
      "thinks hmm",
      "says I ",
      "says will",
      used(1),
      'begins run_shell_command {"command":"echo hi-acp","description":"Runs what the script says","is_background":false}',
      'ends run_shell_command "Command: echo hi-acp\\nDirectory: (root)\\nOutput: hi-acp\\nError: (none)\\nExit Code: 0\\nSignal: (none)\\nProcess Group PGID: 20129"',
      used(2),
      'begins write_file {"title":"WriteFile","text":"File path must be absolute: b.txt"}',
      "fails write_file File path must be absolute: b.txt",
      "says ¶done",
      used(3),
      "over done"
    ]
  )

  it.effect("wants-to-drain-a-queue-that-no-client-has: it is told that there is no such method", () =>
    Effect.gen(function* () {
      const replayed = yield* replay(Qwen.profile, { transcript: "qwen-0.24.4/acp-ok" })
      assert.include(called(replayed), '{"code":-32601,"message":"Method not found: craft/drainMidTurnQueue"}')
    })
  )

  it.effect("asks once for a file that it writes, and tells of the change", () =>
    Effect.gen(function* () {
      const given = { transcript: "qwen-0.24.4/acp-allowed", verdicts: [approved] }
      const facts = brief(yield* replay(Qwen.profile, given))
      assert.include(facts, "asks for edit write_file call_0004_0")
      assert.include(facts, "added /lab/w/repo/c.txt +hello")
      assert.include(facts, 'ends read_file "old line\\n"')
    })
  )

  played(
    "ends-its-turn-after-a-denial: the call is over once, and so is the turn",
    Qwen.profile,
    { transcript: "qwen-0.24.4/acp-denied", verdicts: [denied] },
    [
      "named d7ee1b71-9b1b-47e9-b117-61eb435a2d6d",
      used(1),
      'begins run_shell_command {"command":"touch x","description":"Runs what the script says","is_background":false}',
      "asks for execute run_shell_command call_0004_0",
      "fails run_shell_command This call was not allowed",
      "over done"
    ]
  )

  it.effect("tells of a command that failed as failed, with what it said", () =>
    Effect.gen(function* () {
      const given = { transcript: "qwen-0.24.4/acp-failed-tool", verdicts: [approved] }
      const failure = brief(yield* replay(Qwen.profile, given)).find((fact) => fact.startsWith("fails"))
      assert.include(failure, "Exit Code: 3")
    })
  )

  it.effect("asks-questions-as-permissions: they are asked one by one and answered together", () =>
    Effect.gen(function* () {
      const given = {
        transcript: "qwen-0.24.4/acp-question",
        verdicts: [answered("B"), answered("free words"), denied]
      }
      const replayed = yield* replay(Qwen.profile, given)
      assert.deepStrictEqual(
        brief(replayed).filter((fact) => fact.startsWith("asks")),
        ["asks Which one? A/B", "asks Why? C/D", "asks Which one? A/B"]
      )
      assert.includeMembers(
        [...called(replayed)],
        [
          '{"outcome":{"outcome":"selected","optionId":"proceed_once"},"answers":{"0":"B","1":"free words"}}',
          '{"outcome":{"outcome":"selected","optionId":"cancel"}}'
        ]
      )
    })
  )

  it.effect("says-notices-as-its-answer: they are notices", () =>
    Effect.gen(function* () {
      const given = { transcript: "qwen-0.24.4/acp-background-agent", verdicts: [approved] }
      const facts = brief(yield* replay(Qwen.profile, given))
      assert.include(facts, 'notice Background agent "general-purpose: look" completed.')
      assert.deepStrictEqual(
        facts.filter((fact) => fact.startsWith("says")),
        ["says x"]
      )
    })
  )

  it.effect("goes on with a session and says nothing of it again", () =>
    Effect.gen(function* () {
      const resume = "a10500b3-e56c-4c1e-a7a2-0bcd7690f4fd"
      const facts = brief(yield* replay(Qwen.profile, { transcript: "qwen-0.24.4/acp-load", resume }))
      assert.deepStrictEqual(facts, [`named ${resume}`, "says after ", "says load", used(1), "over done"])
    })
  )
})

describe("an ACP agent that refuses", () => {
  const gemini = (scenario: string) => ({ profile: Gemini.profile, transcript: `gemini-0.61.0/${scenario}` })
  const qwen = (scenario: string) => ({ profile: Qwen.profile, transcript: `qwen-0.24.4/${scenario}` })

  it.effect.each([
    { ...gemini("acp-error401"), reason: "auth_required" },
    { ...gemini("acp-error403"), reason: "auth_required" },
    { ...gemini("acp-error400"), reason: "agent_failed" },
    // It says 500 of a model that is not there.
    { ...gemini("acp-error404"), reason: "unavailable" },
    { ...gemini("acp-context-full"), reason: "context_full" },
    { ...qwen("acp-error401"), reason: "auth_required" },
    { ...qwen("acp-error403"), reason: "auth_required" },
    { ...qwen("acp-error400"), reason: "agent_failed" },
    { ...qwen("acp-context-full"), reason: "context_full" }
  ])("a prompt, as in $transcript, has ended its turn as $reason", ({ profile, reason, transcript }) =>
    Effect.gen(function* () {
      const replayed = yield* replay(profile, { transcript })
      assert.propertyVal(outcomeOf(replayed), "reason", reason)
    })
  )

  it.effect.each([
    { ...gemini("acp-signed-out"), reason: "auth_required", words: "Gemini API key is missing or not configured. It" },
    { ...qwen("acp-signed-out"), reason: "auth_required", words: "Use OpenAI API key" },
    { ...gemini("acp-load-unknown"), reason: "lost", words: "Invalid session identifier", resume: "unknown" },
    { ...gemini("acp-load-same-minute"), reason: "lost", words: "No previous sessions found", resume: "young" }
  ])("a session, as in $transcript, begins no conversation: $reason", ({ profile, reason, words, ...given }) =>
    Effect.gen(function* () {
      const { failure } = yield* replay(profile, given)
      assert.propertyVal(failure, "reason", reason)
      assert.include(printed(failure), words)
    })
  )
})
