import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { makeTools, pidsWith, platform, program, settingsOf, signOf, toolsIn } from "./machine.ts"

describe("MCP servers that are programs", { timeout: 60_000 }, () => {
  it.live("give their tools under their server's name, and answer to calls", () =>
    Effect.gen(function* () {
      const sign = signOf("happy")
      yield* Effect.scoped(
        Effect.gen(function* () {
          const tools = yield* makeTools(settingsOf({ kit: program(sign) }))
          const { call, missing, named } = yield* toolsIn(tools)
          assert.deepStrictEqual(missing, [])
          assert.strictEqual(named.get("mcp__kit__echo")?.tool.description, "says it again")
          assert.deepStrictEqual(yield* call("mcp__kit__echo", { value: "hello" }), {
            isFailure: false,
            result: "hello"
          })
          assert.lengthOf(pidsWith(sign), 1)
        })
      )
      assert.deepStrictEqual(pidsWith(sign), [])
    }).pipe(Effect.provide(platform))
  )
})
