import { assert, describe, it } from "@effect/vitest"
import * as NodeFS from "node:fs"
import * as NodeOS from "node:os"
import * as NodePath from "node:path"
import { acpClient } from "./actor/AcpClient.ts"
import { client as claude } from "./actor/ClaudeClient.ts"
import { type Client, type Meeting, said, turn, untilSaid, withDriver } from "./actor/Client.ts"
import { client as codex } from "./actor/CodexClient.ts"
import { type Fields, at, textAt } from "./actor/Json.ts"
import { asRun, client as opencode, served } from "./actor/OpencodeClient.ts"
import { askKey, farewell, promptsOf, refusal } from "./actor/Parts.ts"
import { client as pi } from "./actor/PiClient.ts"
import { differences, kindsOf, recorded } from "./actor/Shape.ts"

/** A program starts and ends in a test: many at once on a busy machine take their time. */
const testMillisMax = 30_000

const sameShape = (client: Client, real: ReadonlyArray<Fields>, played: ReadonlyArray<Fields>) => {
  assert.deepStrictEqual(kindsOf(client.grammar, played), kindsOf(client.grammar, real))
  assert.deepStrictEqual(differences(client.grammar, real, played), [])
}

/** Interrupts once the answer holds these words. */
const interruptedAt =
  (client: Client, words: string): NonNullable<Meeting["meanwhile"]> =>
  async (driver) => {
    await untilSaid(client, driver, words)
    client.interrupt(driver)
  }

describe.each([claude, acpClient("acp"), codex, pi, opencode])(
  "the parts in the voice $voice",
  { timeout: testMillisMax },
  (client) => {
    const prompts = promptsOf(client.voice)
    const answerOf = async (script: string, meeting?: Meeting) => said(client, await turn(client, script, meeting))

    it("say their answer whole and in order", async () => {
      assert.strictEqual(await answerOf(prompts.completes), "one two")
      const lines = Array.from({ length: 5000 }, (_, index) => `${index}\n`).join("")
      assert.strictEqual(await answerOf(prompts.noisy), lines)
    })

    it("say their last words when they are asked to stop, and end", async () => {
      const meanwhile = interruptedAt(client, "ready")
      assert.include(await answerOf(prompts.polite, { meanwhile }), farewell)
    })

    it("end without a word when they have nothing to say to that", async () => {
      assert.strictEqual(await answerOf("ready\nhang", { meanwhile: interruptedAt(client, "ready") }), "ready")
    })

    it("can say something and go on", async () => {
      const frames = await turn(client, `${prompts.stubborn}`.replace("hang", "wait-message"), {
        meanwhile: async (driver) => {
          await interruptedAt(client, "ready")(driver)
          await untilSaid(client, driver, refusal)
          assert.isFalse(driver.frames.some(client.isEnd))
          client.message(driver, "then end")
        }
      })
      assert.include(said(client, frames), "then end")
    })

    it("take a message while they run", async () => {
      const meanwhile: Meeting["meanwhile"] = async (driver) => {
        await untilSaid(client, driver, "ready")
        client.message(driver, "turn left")
      }
      assert.include(await answerOf(prompts.listens, { meanwhile }), "turn left")
    })

    it("say what belongs to the answer they got, and are asked by the key of the tool call", async () => {
      const approved = await turn(client, prompts.asks(), { answer: "approved" })
      assert.include(said(client, approved), "granted")
      assert.isTrue(approved.some((frame) => JSON.stringify(frame).includes(`"${askKey}"`)))
      assert.include(await answerOf(prompts.asks(), { answer: "denied" }), "refused")
    })

    it("know the conversation that they go on with", async () => {
      assert.include(await answerOf(prompts.resumes, { resume: "an-earlier-one" }), "resumed an-earlier-one")
      assert.notInclude(await answerOf(prompts.resumes), "an-earlier-one")
    })
  }
)

describe("the voice of Claude Code", { timeout: testMillisMax }, () => {
  const real = (scenario: string) => recorded("claude-2.1.330", scenario)

  /** Of two calls at once the events come as they race: the blocks of one and the result of the other stay. */
  const first = { call: "toolu_fake_5ymwrxb60s" }
  const second = { call: "toolu_fake_5zmwrxb61n", message: "msg_fake_5xmwrxb60s", block: 1 }
  const races = (frame: Fields): boolean => {
    const text = JSON.stringify(frame)
    if (frame["type"] === "user") return text.includes(`"${first.call}"`)
    const ofSecond = at(frame, "api_message_id") === second.message && at(frame, "event", "index") === second.block
    return ofSecond || text.includes(`"${second.call}"`)
  }

  it("thinks, speaks and uses tools as recorded", async () => {
    const played = await turn(
      claude,
      [
        "think pondering it",
        "say I will run it",
        'tool Bash {"command":"echo hi-tool"}',
        "end hi-tool",
        'tool Bash {"command":"echo a"}',
        "end a",
        "say all done"
      ].join("\n")
    )
    sameShape(
      claude,
      real("ok").filter((frame) => !races(frame)),
      played
    )
  })

  it("is denied a tool as recorded", async () => {
    const args = claude.args.slice(0, claude.args.indexOf("--permission-prompt-tool"))
    sameShape(
      claude,
      real("denied"),
      await turn(claude, 'ask k1 Bash {"command":"touch nope"} -> denied:fin', { args })
    )
  })

  it("calls a failure of the model's server a success, as recorded", async () => {
    const played = await turn(claude, "api-error fake error 400")
    sameShape(claude, real("error400"), played)
    assert.deepInclude(played.at(-1), { subtype: "success", is_error: true, terminal_reason: "api_error" })
  })

  it("breaks off as recorded, after it has answered the interrupt", async () => {
    const played = await turn(claude, "say tick-1 tick-2\nhang", { meanwhile: interruptedAt(claude, "tick-2") })
    sameShape(
      claude,
      real("sigint"),
      played.filter(({ type }) => type !== "control_response")
    )
    const answered = played.findIndex((frame) => textAt(frame, "response", "request_id") === "r9")
    assert.isAbove(answered, 0)
    assert.isBelow(answered, played.length - 1)
  })

  it.each([
    { scenario: "live-permission-allowed", answer: "approved" as const },
    { scenario: "live-permission-denied", answer: "denied" as const }
  ])("asks as recorded: $scenario", async ({ answer, scenario }) => {
    const asking = 'ask k1 Bash {"command":"touch notes.txt"} -> approved:done/denied:it was denied'
    sameShape(claude, real(scenario), await turn(claude, asking, { answer }))
  })

  it("breaks off in the middle of a tool as recorded", async () => {
    const played = await turn(claude, 'tool Bash {"command":"tail"}\nhang', {
      meanwhile: async (driver) => {
        await driver.frame(({ type, event }) => type === "assistant" || textAt(event, "type") === "message_stop")
        claude.interrupt(driver)
      }
    })
    sameShape(claude, real("live-interrupt-tool"), played)
  })

  it.each([
    { scenario: "live-max-turns", script: 'tool Bash {"command":"ls"}\nend a\nlimit turns' },
    { scenario: "live-rate-limited", script: "rate-limit 1" }
  ])("ends as recorded: $scenario", async ({ scenario, script }) => {
    sameShape(claude, real(scenario), await turn(claude, script))
  })

  it("cannot go on with a conversation that is not there, as recorded", async () => {
    const played = await withDriver(claude, { resume: "missing" }, async (driver) => {
      assert.deepStrictEqual(await driver.closed, { code: 1, signal: null })
      return driver.frames
    })
    sameShape(claude, real("live-resume-missing"), played)
  })
})

describe("the voices of ACP", { timeout: testMillisMax }, () => {
  const script = [
    "think pondering it",
    "say I will run it",
    'tool Bash {"command":"echo hi-acp"}',
    "end hi-acp",
    "say all done"
  ].join("\n")

  it.each([
    { voice: "acp-gemini" as const, program: "gemini-0.61.0", scenario: "acp-ok" },
    { voice: "acp-claude" as const, program: "claude-agent-acp-0.101.0", scenario: "ok" },
    { voice: "acp-codex" as const, program: "codex-acp-2.6.0", scenario: "ok" }
  ])("think, speak and use tools as recorded from $program", async ({ program, scenario, voice }) => {
    const client = acpClient(voice)
    sameShape(client, recorded(program, scenario), await turn(client, script))
  })

  it("ask as recorded from opencode-1.18.33", async () => {
    const client = acpClient("acp-opencode")
    const asking = ["think pondering it", "say I will run it", 'ask k1 Bash {"command":"echo hi"} -> approved:all done']
    const env = { OPENCODE_CONFIG_CONTENT: JSON.stringify({ permission: { bash: "ask" } }) }
    const played = await turn(client, asking.join("\n"), { env, answer: "approved" })
    sameShape(client, recorded("opencode-1.18.33", "acp-ok"), played)
  })

  it("ask before they tell of a call, and tell nothing of one that is denied, as Gemini CLI does", async () => {
    const client = acpClient("acp-gemini")
    const asking = async (answer: "approved" | "denied") =>
      kindsOf(client.grammar, await turn(client, 'ask k1 Bash {"command":"ls"}', { answer })).slice(3)
    assert.deepStrictEqual(await asking("approved"), [
      "session/request_permission",
      "tool_call_update completed",
      "answer 2"
    ])
    assert.deepStrictEqual(await asking("denied"), ["session/request_permission", "answer 2"])
  })
})

describe("the voice of Codex", { timeout: testMillisMax }, () => {
  const real = (scenario: string) => recorded("codex-0.169.0", `app-server-${scenario}`)

  it("thinks, speaks and runs commands as recorded", async () => {
    const script = [
      "think pondering it",
      "say I will run it",
      'tool Bash {"command":"echo hi; sleep 1; echo there"}',
      "output there",
      "end hi",
      "say all done"
    ]
    sameShape(codex, real("simple"), await turn(codex, script.join("\n")))
  })

  it.each([
    { scenario: "allow", answer: "approved" as const },
    { scenario: "deny", answer: "denied" as const }
  ])("asks as recorded, and is answered: $scenario", async ({ answer, scenario }) => {
    const asking = 'ask k1 Bash {"command":"python3 -c x"} -> approved:all done/denied:all done'
    sameShape(codex, real(scenario), await turn(codex, asking, { answer }))
  })

  it("changes files as recorded", async () => {
    const cwd = NodeFS.mkdtempSync(NodePath.join(NodeOS.tmpdir(), "actor-"))
    sameShape(codex, real("patch"), await turn(codex, `edit ${cwd}/new2.txt hello\nsay patched`))
    assert.strictEqual(NodeFS.readFileSync(`${cwd}/new2.txt`, "utf8"), "hello\n")
    NodeFS.rmSync(cwd, { recursive: true })
  })

  it("gives up on a key that is refused as recorded", async () => {
    sameShape(codex, real("error401"), await turn(codex, "unauthorized"))
  })

  it("breaks off as recorded, and says no end of what was under way", async () => {
    const played = await turn(codex, "say tick-1\nhang", { meanwhile: interruptedAt(codex, "tick-1") })
    const first = real("interrupt").findIndex(codex.isEnd) + 1
    const unlimited = ({ method }: Fields) => method !== "account/rateLimits/updated"
    sameShape(codex, real("interrupt").slice(0, first).filter(unlimited), played)
  })
})

describe("the voice of pi", { timeout: testMillisMax }, () => {
  const real = (scenario: string) => recorded("pi-0.73.1", scenario)

  it("thinks, speaks and uses tools as recorded", async () => {
    const script = [
      "think pondering it",
      "say I will run it",
      'tool bash {"command":"echo hi-tool"}',
      "end hi-tool",
      'tool bash {"command":"echo a"}',
      "end a",
      "say all done"
    ]
    // The second of two calls at once is left out of what was recorded.
    const second = "call_fake_70mwrxbf1e"
    const alone = real("ok").filter((frame) => {
      const { message } = frame
      const isOfSecond = [frame["toolCallId"], at(message, "toolCallId")].includes(second)
      const isPart =
        at(frame, "assistantMessageEvent", "contentIndex") === 1 && textAt(message, "content", 1, "id") === second
      return !isOfSecond && !isPart
    })
    sameShape(pi, alone, await turn(pi, script.join("\n")))
  })

  it("fails at the model's server as recorded", async () => {
    sameShape(pi, real("error400"), await turn(pi, "api-error fake error 400"))
  })

  it("asks through the extension that it was given, and not otherwise", async () => {
    const gate = NodePath.join(import.meta.dirname, "..", "src", "pi-rpc", "PiGate.ts")
    const args = [...pi.args, "--extension", gate]
    const played = await turn(pi, promptsOf("pi").asks("{words}"), { args, answer: "denied" })
    assert.include(said(pi, played), "Nobody allowed this")
  })
})

describe("the voice of opencode", { timeout: testMillisMax }, () => {
  const real = (scenario: string) => recorded("opencode-1.18.33", `run-${scenario}`)
  const played = async (script: string, meeting?: Meeting) =>
    (await turn(opencode, script, meeting)).map(asRun).filter((line) => line !== undefined)

  it("thinks, speaks and uses tools as recorded", async () => {
    const script = [
      "think pondering it",
      "say I will run it",
      'tool Bash {"command":"echo hi-tool"}',
      "end hi-tool",
      'tool Bash {"command":"echo a"}',
      "end a",
      "say all done"
    ]
    sameShape(opencode, real("ok"), await played(script.join("\n")))
  })

  it("ends its turn when it is denied a tool, as recorded", async () => {
    sameShape(opencode, real("denied"), await played('ask k1 Bash {"command":"touch x"}', { answer: "denied" }))
  })

  it("fails at the model's server as recorded", async () => {
    sameShape(opencode, real("error400"), await played("api-error fake error 400"))
  })

  const serving = (scenario: string, events: ReadonlyArray<Fields>) =>
    sameShape({ ...opencode, grammar: served }, recorded("opencode-1.18.33", `serve-${scenario}`), events)

  it.each([
    { scenario: "reasoning", script: "think so\nsay done" },
    { scenario: "todo", script: "plan look\nsay done" },
    { scenario: "error401", script: "unauthorized" }
  ])("tells what it does as recorded: $scenario", async ({ scenario, script }) => {
    serving(scenario, await turn(opencode, script))
  })

  it.each([
    { scenario: "permission-allowed", answer: "approved" as const },
    { scenario: "permission-denied", answer: "denied" as const }
  ])("asks as recorded: $scenario", async ({ answer, scenario }) => {
    serving(scenario, await turn(opencode, 'ask k1 Bash {"command":"echo hi"} -> approved:done', { answer }))
  })

  it("breaks off as recorded", async () => {
    const script = "say This takes a while.\nhang"
    serving("abort-streaming", await turn(opencode, script, { meanwhile: interruptedAt(opencode, "while.") }))
  })

  it("tells the end of a tool that was broken off after the end of its turn, as recorded", async () => {
    const asked = { OPENCODE_CONFIG_CONTENT: JSON.stringify({ permission: "allow" }) }
    const events = await withDriver(opencode, { env: asked }, async (driver) => {
      await opencode.open(driver, undefined)
      opencode.prompt(driver, 'tool Bash {"command":"read"}\noutput waits\nhang')
      await driver.frame((frame) => at(frame, "properties", "part", "state", "metadata") !== undefined)
      opencode.interrupt(driver)
      await driver.frame((frame) => at(frame, "properties", "part", "state", "status") === "completed")
      return [...driver.frames]
    })
    const unasked = recorded("opencode-1.18.33", "serve-abort-tool").filter(
      ({ type }) => !String(type).startsWith("permission.")
    )
    sameShape({ ...opencode, grammar: served }, unasked, events)
  })

  it("waits for its model's server, and stops waiting, as recorded", async () => {
    const events = await turn(opencode, "retry 429 60\nhang", {
      meanwhile: async (driver) => {
        await driver.frame((frame) => at(frame, "properties", "status", "type") === "retry")
        opencode.interrupt(driver)
      }
    })
    serving("rate-limited", events)
  })
})
