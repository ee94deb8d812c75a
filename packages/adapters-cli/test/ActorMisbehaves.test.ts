/** That the actor really does what its words say: a fault that does not happen would prove nothing. */
import { assert, describe, it } from "@effect/vitest"
import { acpClient } from "./actor/AcpClient.ts"
import { client as claude } from "./actor/ClaudeClient.ts"
import { type Client, said, turn, untilSaid, withDriver } from "./actor/Client.ts"
import { client as codex } from "./actor/CodexClient.ts"
import type { Driver } from "./actor/Driver.ts"
import { type Fields, at, textAt } from "./actor/Json.ts"
import { client as opencode } from "./actor/OpencodeClient.ts"
import { misbehavioursOf } from "./actor/Parts.ts"
import { client as pi } from "./actor/PiClient.ts"

/** A program starts and ends in a test: many at once on a busy machine take their time. */
const testMillisMax = 30_000

/** Prompts, and leaves the rest to `use`. */
const prompted = <A>(client: Client, script: string, use: (driver: Driver) => Promise<A>, actor = ""): Promise<A> =>
  withDriver(client, { actor }, async (driver) => {
    await client.open(driver, undefined)
    client.prompt(driver, script)
    return use(driver)
  })

describe.each([claude, opencode])("an agent in the voice $voice", { timeout: testMillisMax }, (client) => {
  const misbehaviours = misbehavioursOf(client.voice)

  it.each(misbehaviours.filter(({ harm }) => harm === "none"))(
    "says its whole answer though it $name",
    async ({ prompt }) => {
      await prompted(client, prompt, async (driver) => {
        await driver.frame(client.isEnd)
        assert.include(said(client, driver.frames), "whole")
      })
    }
  )

  it.each(misbehaviours.filter(({ harm }) => harm === "dies"))(
    "is gone without an end when it $name",
    async ({ prompt }) => {
      await prompted(client, prompt, async (driver) => {
        await driver.exited
        assert.isFalse(driver.frames.some(client.isEnd))
      })
    }
  )
})

/** `tries`: how often an agent that says its end before every retry says it. */
const everyEnd = [
  { script: "refuse", tries: 1 },
  { script: "limit turns", tries: 1 },
  { script: "limit tokens", tries: 1 },
  { script: "rate-limit 30", tries: 4 },
  { script: "unauthorized", tries: 1 },
  { script: "logged-out", tries: 1 },
  { script: "overflow", tries: 1 },
  { script: "api-error no", tries: 1 },
  { script: "cancelled", tries: 1 },
  { script: "retry 500 2\nsay again", tries: 2 },
  { script: "plan one, two\nsay planned", tries: 1 },
  { script: "no script at all", tries: 1 }
]

describe.each([claude, acpClient("acp"), codex, pi, opencode])(
  "a conversation in the voice $voice",
  { timeout: testMillisMax },
  (client) => {
    it("goes on after every way to end a turn", async () => {
      await withDriver(client, {}, async (driver) => {
        await client.open(driver, undefined)
        let ends = 0
        for (const { script, tries } of everyEnd) {
          client.prompt(driver, script)
          ends += client.voice === "pi" ? tries : 1
          await driver.frame(() => driver.frames.filter(client.isEnd).length === ends)
        }
        assert.isTrue(said(client, driver.frames).endsWith("no script at all"))
      })
    })

    it("tells the work of a sub-agent from its own end", async () => {
      const script = ["nested look around {", "say seen", 'tool Bash {"command":"ls"}', "end a", "}", "say over"]
      const frames = await turn(client, script.join("\n"))
      assert.isTrue(said(client, frames).endsWith("over"))
      assert.strictEqual(frames.filter(client.isEnd).length, 1)
      assert.isTrue(frames.some((frame) => JSON.stringify(frame).includes("look around")))
    })

    it("asks a question, waits, and says the answer", async () => {
      await prompted(client, "question q1 Which one? ? left, right", async (driver) => {
        const isQuestion = ({ method, request, type }: Fields) =>
          ["elicitation/create", "item/tool/requestUserInput", "select"].includes(String(method)) ||
          ["question.asked"].includes(String(type)) ||
          textAt(request, "tool_name") === "AskUserQuestion"
        const question = await driver.frame(isQuestion)
        assert.include(JSON.stringify(question), "Which one?")
        client.reply(driver, question, "left")
        await driver.frame(client.isEnd)
        assert.strictEqual(said(client, driver.frames), "left")
      })
    })
  }
)

describe("the words of misbehaviour", { timeout: testMillisMax }, () => {
  it("break what goes out as they say", async () => {
    const bytes = (script: string) =>
      prompted(claude, script, async (driver) => {
        await driver.frame(claude.isEnd)
        return driver
      })
    assert.include((await bytes("crlf\nsay x")).bytes.toString("latin1"), "}\r\n")
    assert.isTrue((await bytes("invalid-utf8 x")).bytes.includes(Buffer.from([0x78, 0xff])))
    assert.isTrue((await bytes("u2028")).bytes.includes(Buffer.from("\u2028")))
    assert.include((await bytes("garbage\nansi\nsay x")).bytes.toString("utf8"), "\u001B[31m")
    assert.include((await bytes("strange one\nsay x")).bytes.toString("utf8"), "actor_strange")
  })

  it("leave the last frame without its newline", async () => {
    await prompted(claude, "unterminated\nsay x", async (driver) => {
      assert.deepStrictEqual(await driver.closed, { code: 0, signal: null })
      assert.notStrictEqual(driver.bytes.at(-1), 10)
      assert.isTrue(driver.frames.some(claude.isEnd))
    })
  })

  it("write a line as long as they are told", async () => {
    await prompted(claude, "big-line 5\nsay x", async (driver) => {
      const frame = await driver.frame(({ type }) => type === "actor_strange")
      assert.strictEqual(textAt(frame, "padding").length, 5_000_000)
    })
  })

  it("say the end twice, and go on after it", async () => {
    await prompted(claude, "duplicate-end\nafter-end late\nsay x", async (driver) => {
      await untilSaid(claude, driver, "late")
      assert.strictEqual(driver.frames.filter(claude.isEnd).length, 2)
    })
  })

  it("leave a process that holds standard output when the program is gone", async () => {
    await prompted(claude, "child\nexit 3", async (driver) => {
      assert.deepStrictEqual(await driver.exited, { code: 3, signal: null })
      const first = await Promise.race([driver.closed.then(() => "closed"), driver.exited.then(() => "exited")])
      assert.strictEqual(first, "exited")
      driver.kill()
      await driver.closed
    })
  })

  it("survive SIGTERM, or say last words to it", async () => {
    await prompted(claude, "ignore-sigterm\nready\nwait-message", async (driver) => {
      await untilSaid(claude, driver, "ready")
      driver.signal("SIGTERM")
      claude.message(driver, "alive")
      await untilSaid(claude, driver, "alive")
    })
    await prompted(claude, "on-cancel farewell\nready\nhang", async (driver) => {
      await untilSaid(claude, driver, "ready")
      driver.signal("SIGTERM")
      assert.deepStrictEqual(await driver.closed, { code: 143, signal: null })
      assert.include(said(claude, driver.frames), "farewell")
    })
    await prompted(claude, "ready\nhang", async (driver) => {
      await untilSaid(claude, driver, "ready")
      driver.signal("SIGTERM")
      assert.deepStrictEqual(await driver.closed, { code: null, signal: "SIGTERM" })
    })
  })

  it("let a turn finish when the input ends, as the program does", async () => {
    await prompted(claude, "ready\npause 1\nsay done", async (driver) => {
      driver.endInput()
      assert.deepStrictEqual(await driver.closed, { code: 0, signal: null })
      assert.include(said(claude, driver.frames), "done")
    })
  })
})

describe("the switches", { timeout: testMillisMax }, () => {
  const initialize = { jsonrpc: "2.0", id: 0, method: "initialize", params: { protocolVersion: 1 } }
  const acp = acpClient("acp")

  it("keep a handshake from its answer, and nothing else", async () => {
    await withDriver(acp, { actor: "silent-handshake" }, async (driver) => {
      driver.send(initialize)
      driver.send({ jsonrpc: "2.0", id: 1, method: "authenticate", params: {} })
      await driver.frame(({ id }) => id === 1)
      assert.isFalse(driver.frames.some(({ id }) => id === 0))
    })
  })

  it("answer under another id, and in another version", async () => {
    await withDriver(acp, { actor: "other-id, other-version" }, async (driver) => {
      driver.send(initialize)
      const frame = await driver.frame(({ id }) => id === 1000)
      assert.strictEqual(at(frame, "result", "protocolVersion"), 2)
    })
  })

  it("put lines in front that are no frames", async () => {
    await withDriver(acp, { actor: "garbage" }, async (driver) => {
      driver.send(initialize)
      await driver.frame(({ id }) => id === 0)
      assert.include(driver.lines[0], "npm warn")
    })
  })

  it("are taken as an argument too: the program does not start", async () => {
    await withDriver(acp, { args: ["--actor=exit-at-start"] }, async (driver) => {
      assert.deepStrictEqual(await driver.closed, { code: 1, signal: null })
      assert.include(driver.stderr, "cannot start")
    })
  })

  it("have nobody signed in", async () => {
    const frames = await turn(codex, "say x", { actor: "signed-out" })
    const error = at(frames.findLast(codex.isEnd), "params", "turn", "error", "codexErrorInfo")
    assert.strictEqual(error, "unauthorized")
  })
})
