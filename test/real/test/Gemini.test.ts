/** Gemini CLI itself as a child, against a scripted model. */
import { assert } from "@effect/vitest"
import { describeProgram } from "@offshoot/test-real"
import * as Effect from "effect/Effect"
import { type AcpProgram, acpProgramTests, atHome } from "./acpProgram.ts"
import { test } from "./everyProgram.ts"

const gemini: AcpProgram = {
  id: "gemini",
  options: { given: ["GOOGLE_GEMINI_BASE_URL", "GEMINI_MODEL"], secret: ["GEMINI_API_KEY"] },
  tools: { shell: "run_shell_command", write: "write_file" },
  afterDenial: "goes on"
}

describeProgram("gemini", () => {
  acpProgramTests(gemini)

  test(
    "asks the model that the session names",
    Effect.gen(function* () {
      const home = yield* atHome(gemini, { model: "gemini-2.5-pro" })
      yield* home.run("say hello")
      const requests = yield* home.server.requests
      assert.deepStrictEqual([...new Set(requests.map(({ model }) => model))], ["gemini-2.5-pro"])
    })
  )
})
