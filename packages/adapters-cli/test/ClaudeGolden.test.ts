import { assert, describe, it } from "@effect/vitest"
import type { Session } from "@offshoot/core"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import { profile } from "../src/agents/Claude.ts"
import { ofEarlyExit, ofStartup } from "../src/claude-stream-json/ClaudeOutcome.ts"
import { objectOf } from "../src/Frames.ts"
import { fixture, outcomesOf, replay, storyOf, usagesOf } from "./ClaudeReplay.ts"

const seen = "claude-2.1.330"
const handle = "is called 00000000-0000-4000-8000-000000000002"
const bash = (command: string) => `calls Bash {"command":"${command}","description":"As the script says"}`
const task = 'calls Task {"description":"Look around","prompt":"shell touch inner","subagent_type":"general-purpose"}'
const rejected = /^Bash fails: The user doesn't want to proceed/

/** What `calls` calls of the scripted model used; fewer tokens came when one was cut off. */
const used = (calls: number, costUsd: number, outputTokens = 30 * calls): Session.Usage => ({
  inputTokens: 1000 * calls,
  outputTokens,
  cacheReadTokens: 200 * calls,
  cacheWriteTokens: 0,
  costUsd,
  costSource: "estimated"
})

const storyOfSeen = (name: string) => storyOf(replay(`${seen}/${name}.jsonl`))

describe("what Claude Code 2.1.330 said", () => {
  it("in a turn with reasoning, text and three calls is told whole, once and in order", () => {
    const replayed = replay(`${seen}/ok.jsonl`)
    const call = (command: string, said: string) => [
      `calls Bash {"command":"${command}","description":"fake shell call"}`,
      `Bash: ${said}`
    ]
    assert.deepStrictEqual(storyOf(replayed), [
      "is called f05debff-fab1-4c1a-bc8c-0bd5354cdd72",
      "thinks pondering ",
      "thinks it",
      "says I will run it",
      ...call("echo hi-tool", "hi-tool"),
      ...call("echo a", "a"),
      ...call("echo b", "b"),
      "says \n\nall done",
      "ends done"
    ])
    assert.deepStrictEqual(usagesOf(replayed).at(-1), {
      inputTokens: 3000,
      outputTokens: 150,
      cacheReadTokens: 300,
      cacheWriteTokens: 0,
      costUsd: 0.01386,
      costSource: "estimated"
    })
  })

  it("of what it uses is told while it comes: the input of a call at its begin, the output at its end", () => {
    const replayed = replay(`${seen}/driven-turn.jsonl`)
    const tokens = usagesOf(replayed).map(({ inputTokens, outputTokens }) => [inputTokens, outputTokens])
    assert.deepStrictEqual(tokens, [
      [1000, 0],
      [1000, 30],
      [2000, 30],
      [2000, 60],
      [2000, 60]
    ])
    assert.deepStrictEqual(usagesOf(replayed).at(-1), used(2, 0.007680000000000001))
    const rounds = replayed.facts.flatMap((fact) => (fact.type === "runner_progress" ? [fact.round] : []))
    assert.deepStrictEqual(rounds, [1, 2])
  })

  it("when it asked is an ask, of a kind that a mode may answer only for what is surely harmless", () => {
    const file = "/place/repo/notes.txt"
    assert.deepStrictEqual(
      storyOfSeen("driven-permissions").filter((words) => !/^(Write|Edit):/.test(words)),
      [
        handle,
        bash("touch one"),
        "asks for Bash to execute",
        "Bash: (Bash completed with no output)",
        bash("touch two"),
        "asks for Bash to execute",
        "Bash fails: Not today",
        `calls Write {"file_path":"${file}","content":"hello"}`,
        "asks for Write to edit",
        `added ${file}`,
        `calls Edit {"replace_all":false,"file_path":"${file}","old_string":"hello","new_string":"bye"}`,
        "asks for Edit to edit",
        `modified ${file}`,
        'calls Read {"file_path":"/etc/hostname"}',
        // Outside the folder that it works in.
        "asks for Read to other",
        "Read fails: Not today",
        "says fin",
        "ends done"
      ]
    )
  })

  it("of a changed file has the lines that changed", () => {
    const diffs = replay(`${seen}/driven-permissions.jsonl`).facts.flatMap((fact) =>
      fact.type === "file_changed" ? [fact.diff] : []
    )
    const lines = ["@@ -1,1 +1,1 @@", "-hello", "\\ No newline at end of file", "+bye", "\\ No newline at end of file"]
    assert.deepStrictEqual(diffs, [undefined, lines.join("\n")])
  })

  it("when it asked two questions at once is two questions", () => {
    assert.deepStrictEqual(storyOfSeen("driven-question").slice(2, 4), [
      "asks Which one?\nA: the first\nB: the second [A, B]",
      "asks What else?\nSeveral are possible, with commas between them. [X, Y]"
    ])
  })

  it("to a message in the middle of a tool is a part of the same turn", () => {
    const { facts, prompts } = replay(`${seen}/driven-steer.jsonl`)
    assert.lengthOf(prompts, 1)
    assert.deepStrictEqual(storyOf({ facts, prompts }).slice(2), [
      "Bash: (Bash completed with no output)",
      "says steered",
      "ends done"
    ])
  })

  it("to a message that came too late for its turn is said before the end is", () => {
    const replayed = replay(`${seen}/driven-steer-late.jsonl`)
    assert.deepStrictEqual(storyOf(replayed), [handle, "says one", handle, "says \n\nsteered", "ends done"])
    assert.deepStrictEqual(usagesOf(replayed).at(-1), used(2, 0.007680000000000001))
  })

  it("to an interrupt ends the turn; a message that it had not begun with comes again with the next prompt", () => {
    const replayed = replay(`${seen}/driven-interrupt.jsonl`)
    assert.deepStrictEqual(storyOf(replayed), [
      handle,
      "says one",
      "ends interrupted",
      handle,
      "says \n\nnext",
      "ends done"
    ])
    assert.deepStrictEqual(replayed.prompts, ["say one ++ hold never", "say steered\n\nsay next"])
    // The call that was cut off is paid for: one token of it had come.
    assert.deepStrictEqual(usagesOf(replayed).at(-1), used(2, 0.0071, 31))
  })

  it("to an interrupt before it had begun is no result, and ends the turn all the same", () => {
    assert.deepStrictEqual(storyOfSeen("driven-interrupt-early"), ["ends interrupted"])
  })

  it("to an interrupt while it asked takes the ask back", () => {
    const story = storyOfSeen("driven-interrupt-ask")
    assert.deepStrictEqual(story.toSpliced(4, 1), [
      handle,
      bash("touch one"),
      "asks for Bash to execute",
      "does not ask any more",
      "ends interrupted"
    ])
    assert.match(story[4] ?? "", rejected)
  })

  it("of a sub-agent in the background is nested, its call open until it ends, and the turn too (result-before-sub-agents)", () => {
    const replayed = replay(`${seen}/driven-sub-agent.jsonl`)
    assert.deepStrictEqual(storyOf(replayed), [
      handle,
      task,
      "says outer done",
      `(Look around) ${bash("touch inner")}`,
      "Task progress: Running As the script says",
      "asks for Bash to execute",
      "(Look around) Bash: (Bash completed with no output)",
      "(Look around) says The script is over.",
      "Task: The script is over.",
      handle,
      "says \n\nUnderstood.",
      "ends done"
    ])
    // Two calls of the sub-agent, and three of the agent.
    assert.deepStrictEqual(usagesOf(replayed).at(-1), used(5, 0.019200000000000002))
  })

  it("of a sub-agent that was interrupted after a result is no success of that result", () => {
    assert.deepStrictEqual(storyOfSeen("driven-sub-agent-interrupted"), [
      handle,
      task,
      "says outer done",
      "Task fails: It was stopped",
      "ends interrupted"
    ])
  })

  it("of a command in the background does not hold up the end, and is told with it", () => {
    assert.deepStrictEqual(storyOfSeen("driven-background-command").slice(-3), [
      "says outer done",
      "notes: Left in the background, where it ends with this run: Waits",
      "ends done"
    ])
  })

  it("of a retry is progress", () => {
    assert.deepStrictEqual(storyOfSeen("driven-retried").slice(1), [
      "progress: The model's server answered 529 (overloaded): try 1 of 10 in 1 s",
      "says back again",
      "ends done"
    ])
  })

  it("when it went on with a conversation counts what this run has used, and not what was before", () => {
    const replayed = replay(`${seen}/driven-resume.jsonl`, "00000000-0000-4000-8000-000000000001")
    assert.deepStrictEqual(storyOf(replayed).slice(1), ["says two", "ends done"])
    const last = usagesOf(replayed).at(-1)
    assert.deepStrictEqual({ ...last, costUsd: 0 }, used(1, 0))
    assert.closeTo(last?.costUsd ?? 0, 0.00384, 1e-9)
  })

  it("of a conversation that is not there is that it is lost", () => {
    const result = objectOf(fixture(`${seen}/driven-resume-missing.jsonl`).trim()) ?? {}
    assert.strictEqual(ofStartup(result, "11111111-1111-4111-8111-111111111111").reason, "lost")
    assert.strictEqual(ofStartup(result, undefined).reason, "agent_failed")
  })

  it("after a signal is that its turn was interrupted", () => {
    assert.deepStrictEqual(outcomesOf(replay(`${seen}/sigint.jsonl`)), ["interrupted"])
  })
})

describe("what earlier versions of Claude Code said", () => {
  it("of a sub-agent is nested, and its call ends with its result", () => {
    const replayed = replay("claude-2.1.0/sub-agent.jsonl")
    const story = storyOf(replayed)
    assert.deepStrictEqual(story.slice(2, 4), [
      '(Look around) calls Bash {"command":"echo inner","description":"Runs what the script says"}',
      "(Look around) Bash: inner"
    ])
    assert.deepStrictEqual(story.slice(-2), ["says outer", "ends done"])
  })

  it("of its list of what there is to do is a task list", () => {
    assert.include(storyOf(replay("claude-2.1.0/todo-list.jsonl")), "plans a (pending)")
  })

  it("of what they used is summed up from their turns", () => {
    assert.deepStrictEqual(usagesOf(replay("claude-2.1.0/turn.jsonl")).at(-1), used(1, 0.0038800000000000006))
  })

  it.each(["claude-2.0.0", "claude-2.1.0"])(
    "to an interrupt, without saying why the turn ended, ends it as interrupted: %s (interrupt-without-reason)",
    (version) => {
      const replayed = replay(`${version}/interrupt.jsonl`)
      assert.deepStrictEqual(outcomesOf(replayed), ["interrupted"])
      // Nothing is told of the call that was cut off but its input.
      assert.strictEqual(usagesOf(replayed).at(-2)?.inputTokens, 2000)
    }
  )

  it("of a conversation that is not there stands on standard error (unknown-conversation-in-words)", () => {
    const words = fixture("claude-2.0.0/resume-unknown.stderr.txt")
    assert.strictEqual(ofEarlyExit(words, "00000000-0000-4000-8000-000000000000")?.reason, "lost")
    assert.isUndefined(ofEarlyExit(words, undefined))
    assert.isUndefined(ofEarlyExit("out of memory", "00000000-0000-4000-8000-000000000000"))
  })
})

/** How each recorded talk ends, turn by turn. */
const ends: Readonly<Record<string, ReadonlyArray<string>>> = {
  "claude-2.0.0/interrupt": ["interrupted"],
  "claude-2.1.0/interrupt": ["interrupted"],
  "claude-2.1.0/sub-agent": ["completed/done"],
  "claude-2.1.0/todo-list": ["completed/done"],
  "claude-2.1.0/turn": ["completed/done"],
  "claude-2.1.330/denied": ["completed/done"],
  "claude-2.1.330/driven-background-command": ["completed/done"],
  "claude-2.1.330/driven-cut-off": ["completed/truncated"],
  "claude-2.1.330/driven-error401": ["error/auth_required"],
  "claude-2.1.330/driven-error403": ["error/auth_required"],
  "claude-2.1.330/driven-interrupt": ["interrupted", "completed/done"],
  "claude-2.1.330/driven-interrupt-ask": ["interrupted"],
  "claude-2.1.330/driven-interrupt-early": ["interrupted"],
  "claude-2.1.330/driven-max-turns": ["completed/truncated"],
  "claude-2.1.330/driven-not-signed-in": ["error/auth_required"],
  "claude-2.1.330/driven-permissions": ["completed/done"],
  "claude-2.1.330/driven-question": ["completed/done"],
  "claude-2.1.330/driven-rate-limited": ["error/rate_limited"],
  "claude-2.1.330/driven-refused": ["error/refused"],
  "claude-2.1.330/driven-resume": ["completed/done"],
  "claude-2.1.330/driven-resume-missing": [],
  "claude-2.1.330/driven-retried": ["completed/done"],
  "claude-2.1.330/driven-steer": ["completed/done"],
  "claude-2.1.330/driven-steer-late": ["completed/done"],
  "claude-2.1.330/driven-sub-agent": ["completed/done"],
  "claude-2.1.330/driven-sub-agent-interrupted": ["interrupted"],
  "claude-2.1.330/driven-turn": ["completed/done"],
  "claude-2.1.330/error400": ["error/agent_failed"],
  "claude-2.1.330/live-cut": ["completed/truncated"],
  "claude-2.1.330/live-error401": ["error/auth_required"],
  "claude-2.1.330/live-error401-no-retries": ["error/auth_required"],
  "claude-2.1.330/live-initialize": ["completed/done"],
  "claude-2.1.330/live-interrupt-streaming": ["interrupted", "completed/done"],
  "claude-2.1.330/live-interrupt-tool": ["interrupted"],
  "claude-2.1.330/live-max-turns": ["completed/truncated"],
  "claude-2.1.330/live-permission-allowed": ["completed/done"],
  "claude-2.1.330/live-permission-denied": ["completed/done"],
  "claude-2.1.330/live-rate-limited": ["error/rate_limited"],
  "claude-2.1.330/live-refused": ["error/refused"],
  "claude-2.1.330/live-resume": ["completed/done"],
  // That it came before the handshake is for the conversation to see: then it is lost.
  "claude-2.1.330/live-resume-missing": ["error/agent_failed"],
  "claude-2.1.330/live-retried-once": ["completed/done"],
  "claude-2.1.330/live-steer": ["completed/done"],
  "claude-2.1.330/live-sub-agent": ["completed/done"],
  "claude-2.1.330/live-write-allowed": ["completed/done"],
  "claude-2.1.330/ok": ["completed/done"],
  "claude-2.1.330/retry500": ["completed/done"],
  "claude-2.1.330/sigint": ["interrupted"]
}

const transcripts = NodePath.join(import.meta.dirname, "fixtures/transcripts")

describe("a talk with Claude Code", () => {
  it.each(Object.entries(ends))(
    "ends as it ended, however the program calls that: %s (failure-as-success)",
    (name, expected) => {
      const outcomes = outcomesOf(replay(`${name}.jsonl`))
      assert.deepStrictEqual(
        outcomes.map((outcome) => (outcome === "interrupted" ? outcome : `${outcome.status}/${outcome.reason}`)),
        expected
      )
    }
  )

  it.each(Object.keys(ends))(
    "tells of every call that it began that it has ended, or is open at the end: %s",
    (name) => {
      const { facts } = replay(`${name}.jsonl`)
      const of = (...types: ReadonlyArray<string>) =>
        facts.flatMap((fact) => (types.includes(fact.type) && "toolCallId" in fact ? [fact.toolCallId] : []))
      const [begun, ended] = [of("tool_start"), of("tool_complete", "tool_error")]
      assert.deepStrictEqual([...new Set(begun)], begun)
      assert.deepStrictEqual(
        ended.filter((id) => !begun.includes(id)),
        []
      )
      assert.deepStrictEqual([...new Set(ended)], ended)
    }
  )

  it("that was recorded is among these", () => {
    const recorded = NodeFS.readdirSync(transcripts, { recursive: true, encoding: "utf8" }).filter(
      (path) => /^claude-[0-9]/.test(path) && path.endsWith(".jsonl")
    )
    assert.deepStrictEqual(
      recorded.map((path) => path.replace(/\.jsonl$/, "")).toSorted(),
      Object.keys(ends).toSorted()
    )
  })
})

describe("a quirk of Claude Code", () => {
  it.each(profile.quirks.map(({ fixture: path, name }) => [name, path]))("is shown by a transcript: %s", (_, path) => {
    assert.isTrue(NodeFS.existsSync(NodePath.join(transcripts, path)))
  })
})
