/** Qwen Code itself as a child, against a scripted model. */
import { assert } from "@effect/vitest"
import { describeProgram } from "@offshoot/test-real"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Json from "../src/Json.ts"
import { type AcpProgram, acpProgramTests, atHome } from "./acpProgram.ts"
import { test } from "./everyProgram.ts"

const qwen: AcpProgram = {
  id: "qwen",
  options: { given: ["OPENAI_BASE_URL", "OPENAI_MODEL"], secret: ["OPENAI_API_KEY"] },
  tools: { shell: "run_shell_command", write: "write_file" },
  afterDenial: "ends"
}

describeProgram("qwen", () => {
  acpProgramTests(qwen)

  test(
    "hands the answers to its questions to its model",
    Effect.gen(function* () {
      const home = yield* atHome(qwen)
      const options = ["left", "right"].map((label) => ({ label, description: label }))
      const question = (text: string) => ({ question: text, header: "Way", options, multiSelect: false })
      const input = { questions: [question("Which way?"), question("And then?")] }
      const { harness, started } = yield* home.start(`call ask_user_question ${Json.encode(input)} ;; say done`)
      const asked = yield* harness.awaitEvent(({ type }) => type === "tool_start")
      const key = `question:${asked.type === "tool_start" ? asked.toolCallId : ""}`
      assert.deepStrictEqual((yield* harness.awaitAsk(`${key}:0`)).ask, {
        type: "question",
        question: "Which way?",
        options: ["left", "right"]
      })
      yield* harness.answerAsk(`${key}:0`, { _tag: "Answered", text: "left" })
      yield* harness.answerAsk(`${key}:1`, { _tag: "Answered", text: "straight on" })
      yield* Fiber.join(started.fiber)
      const done = yield* harness.awaitEvent(({ type }) => type === "tool_complete")
      assert.include(Json.encode(done), "straight on")
    })
  )

  test(
    "is not offered the tools that its arguments leave out, one by one",
    Effect.gen(function* () {
      const home = yield* atHome(qwen, { args: ["--exclude-tools", "edit", "--exclude-tools", "agent"] })
      yield* home.run("say hello")
      const [request] = yield* home.server.requests
      const tools = request?.tools ?? []
      assert.include(tools, "read_file")
      assert.deepStrictEqual(
        tools.filter((name) => name === "edit" || name === "agent"),
        []
      )
    })
  )
})
