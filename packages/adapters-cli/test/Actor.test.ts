/** The parts of the suite of runners, played in every voice. */
import { assert, describe, it } from "@effect/vitest"
import { acpClient } from "./actor/AcpClient.ts"
import { client as claude } from "./actor/ClaudeClient.ts"
import { type Client, type Meeting, said, turn, untilSaid } from "./actor/Client.ts"
import { client as codex } from "./actor/CodexClient.ts"
import { client as opencode } from "./actor/OpencodeClient.ts"
import { askKey, farewell, promptsOf, refusal } from "./actor/Parts.ts"
import { client as pi } from "./actor/PiClient.ts"

/** A program starts and ends in a test: many at once on a busy machine take their time. */
const testMillisMax = 30_000

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
