/** That the actor says what the real programs said, as it was recorded: it cannot drift from them unnoticed. */
import { assert, describe, it } from "@effect/vitest"
import * as NodeFS from "node:fs"
import * as NodeOS from "node:os"
import * as NodePath from "node:path"
import { acpClient } from "./actor/AcpClient.ts"
import { client as claude } from "./actor/ClaudeClient.ts"
import { type Answer, type Client, type Meeting, said, turn, untilSaid, withDriver } from "./actor/Client.ts"
import { client as codex } from "./actor/CodexClient.ts"
import { type Fields, at, textAt } from "./actor/Json.ts"
import { asRun, client as opencode, served } from "./actor/OpencodeClient.ts"
import { promptsOf } from "./actor/Parts.ts"
import { client as pi } from "./actor/PiClient.ts"
import { differences, kindsOf, recorded } from "./actor/Shape.ts"

/** A program starts and ends in a test: many at once on a busy machine take their time. */
const testMillisMax = 30_000

const sameShape = (client: Client, real: ReadonlyArray<Fields>, played: ReadonlyArray<Fields>) => {
  assert.deepStrictEqual(kindsOf(client.grammar, played), kindsOf(client.grammar, real))
  assert.deepStrictEqual(differences(client.grammar, real, played), [])
}

interface Played {
  readonly client: Client
  readonly program: string
  readonly scenario: string
  readonly script: string
  readonly answer?: Answer
}

const asRecorded = async ({ answer, client, program, scenario, script }: Played) => {
  const meeting = answer === undefined ? {} : { answer }
  sameShape(client, recorded(program, scenario), await turn(client, script, meeting))
}

interface Interrupted extends Played {
  /** What has been said by then; nothing: as soon as it can be. */
  readonly at: string
}

const brokenOffAsRecorded = async ({ answer, at: words, client, program, scenario, script }: Interrupted) => {
  const meanwhile: Meeting["meanwhile"] = async (driver) => {
    if (answer !== undefined) client.answer(driver, await driver.frame(client.isAsk), answer)
    await untilSaid(client, driver, words)
    client.interrupt(driver)
  }
  sameShape(client, recorded(program, scenario), await turn(client, script, { meanwhile }))
}

/** Interrupts once the answer holds these words. */
const interruptedAt =
  (client: Client, words: string): NonNullable<Meeting["meanwhile"]> =>
  async (driver) => {
    await untilSaid(client, driver, words)
    client.interrupt(driver)
  }

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

  const gemini = acpClient("acp-gemini")
  const qwen = acpClient("acp-qwen", "default")
  const call = 'Bash {"command":"read"}'

  it.each<Played>([
    { client: gemini, program: "gemini-0.61.0", scenario: "acp-reasoning", script: "think so\nsay done" },
    {
      client: gemini,
      program: "gemini-0.61.0",
      scenario: "acp-permission-allowed",
      script: `ask k1 ${call} -> approved:done`,
      answer: "approved"
    },
    {
      client: gemini,
      program: "gemini-0.61.0",
      scenario: "acp-permission-denied",
      script: `ask k1 ${call} -> denied:it was denied`,
      answer: "denied"
    },
    { client: qwen, program: "qwen-0.24.4", scenario: "acp-reasoning", script: "think so\nsay done" },
    { client: qwen, program: "qwen-0.24.4", scenario: "acp-denied", script: `ask k1 ${call}`, answer: "denied" },
    {
      client: qwen,
      program: "qwen-0.24.4",
      scenario: "acp-failed-tool",
      script: `ask-open k1 ${call}\nfail no\nsay after`,
      answer: "approved"
    },
    { client: qwen, program: "qwen-0.24.4", scenario: "acp-error400", script: "api-error no" },
    { client: qwen, program: "qwen-0.24.4", scenario: "acp-error401", script: "unauthorized" }
  ])("do as recorded from $program: $scenario", asRecorded)

  it.each<Interrupted>([
    {
      client: gemini,
      program: "gemini-0.61.0",
      scenario: "acp-cancel-streaming",
      script: "say This takes a while.\nhang",
      at: "while."
    },
    {
      client: gemini,
      program: "gemini-0.61.0",
      scenario: "acp-cancel-tool",
      script: `ask-open k1 ${call}\nhang`,
      answer: "approved",
      at: ""
    },
    { client: gemini, program: "gemini-0.61.0", scenario: "acp-rate-limited", script: "rate-limit 60", at: "" },
    {
      client: qwen,
      program: "qwen-0.24.4",
      scenario: "acp-cancel-streaming",
      script: "say This takes a while.\nhang",
      at: "while."
    },
    {
      client: qwen,
      program: "qwen-0.24.4",
      scenario: "acp-cancel-tool",
      script: `ask-open k1 ${call}\nhang`,
      answer: "approved",
      at: ""
    },
    { client: qwen, program: "qwen-0.24.4", scenario: "acp-rate-limited", script: "rate-limit 60", at: "" }
  ])("break off as recorded from $program: $scenario", brokenOffAsRecorded)
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

  it.each<Omit<Played, "client" | "program">>([
    { scenario: "reasoning", script: "think so\nsay done" },
    { scenario: "rate-limited", script: "rate-limit 3" },
    { scenario: "overflow", script: "overflow" },
    { scenario: "error500", script: "server-error" },
    { scenario: "permission-cancelled", script: 'ask k1 Bash {"command":"x"}', answer: "cancelled" },
    { scenario: "failed-command", script: 'tool Bash {"command":"x"}\nfail no\nsay done' }
  ])("does as recorded: $scenario", ({ scenario, ...played }) =>
    asRecorded({ client: codex, program: "codex-0.169.0", scenario: `app-server-${scenario}`, ...played })
  )

  it("asks a question as recorded", async () => {
    const played = await turn(codex, "question q1 Which one? ? left, right", {
      meanwhile: async (driver) => {
        const question = await driver.frame(({ method }) => method === "item/tool/requestUserInput")
        codex.reply(driver, question, "left")
      }
    })
    sameShape(codex, real("question"), played)
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

  it("does not try a refused key again, as recorded", async () => {
    sameShape(pi, real("rpc-error401"), await turn(pi, "unauthorized"))
  })

  it("breaks off as recorded", async () => {
    const meanwhile = interruptedAt(pi, "while.")
    sameShape(pi, real("rpc-abort-streaming"), await turn(pi, "say This takes a while.\nhang", { meanwhile }))
  })

  it("breaks off in the middle of a tool as recorded", async () => {
    const played = await turn(pi, 'tool bash {"command":"read"}\nhang', {
      meanwhile: async (driver) => {
        await driver.frame(({ type }) => type === "tool_execution_update")
        pi.interrupt(driver)
      }
    })
    sameShape(pi, real("rpc-abort-tool"), played)
  })

  it("says no end of its own when it stops trying again, as recorded", async () => {
    const played = await withDriver(pi, {}, async (driver) => {
      pi.prompt(driver, "retry 429 60\nhang")
      await driver.frame(({ type }) => type === "auto_retry_start")
      pi.interrupt(driver)
      await driver.frame(({ command }) => command === "abort")
      return [...driver.frames]
    })
    sameShape(pi, real("rpc-rate-limited"), played)
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
    { scenario: "error401", script: "unauthorized" },
    { scenario: "refused", script: "say no\nrefuse" }
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

  it("tells the end of a tool that was broken off between two tellings that it is idle, as recorded", async () => {
    const env = { OPENCODE_CONFIG_CONTENT: JSON.stringify({ permission: "allow" }) }
    const events = await turn(opencode, 'tool Bash {"command":"read"}\noutput waits\nhang', {
      env,
      meanwhile: async (driver) => {
        await driver.frame((frame) => at(frame, "properties", "part", "state", "metadata") !== undefined)
        opencode.interrupt(driver)
      }
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
