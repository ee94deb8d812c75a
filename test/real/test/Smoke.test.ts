/** Every program starts here, finds the model server, and brings back what it says. */
import { assert, it } from "@effect/vitest"
import { ModelServer, ProgramList, RawProgram, RealProgram, describeProgram } from "@offshoot/test-real"
import * as Effect from "effect/Effect"

/** How each runs one turn whose prompt comes on standard input. */
const oneTurn: Readonly<Record<ProgramList.ProgramId, ReadonlyArray<string>>> = {
  claude: ["-p", "--output-format", "stream-json", "--verbose"],
  codex: ["exec", "--json", "-"],
  gemini: ["--output-format", "stream-json"],
  opencode: ["run", "--format", "json"],
  pi: ["--provider", "fake", "--model", "fake-model", "--mode", "json", "-p"],
  qwen: ["--output-format", "stream-json"]
}

for (const id of ProgramList.programIds) {
  describeProgram(id, () => {
    it.live("says what the model says, and asks nobody but the model server", () =>
      Effect.gen(function* () {
        const server = yield* ModelServer.ModelServer
        const place = yield* RealProgram.place(id)
        const program = yield* RawProgram.start(place, oneTurn[id])
        yield* program.write("say hello")
        yield* program.closeInput
        yield* program.line((line) => /"hello"/.test(line))
        yield* program.ended
        const scripted = (yield* server.requests).filter(({ script }) => script._tag === "Some")
        assert.strictEqual(scripted.length, 1)
        assert.deepStrictEqual(yield* server.strays, [])
      }).pipe(Effect.provide(ModelServer.layer))
    )
  })
}
