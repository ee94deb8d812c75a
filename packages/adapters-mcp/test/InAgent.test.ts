import { assert, describe, it } from "@effect/vitest"
import { Agent, AgentLoop, AgentTools, type ExternalChildRunner, ProviderRouter, SessionStore } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import { LanguageModel, type Prompt, type Response } from "effect/ai"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { makeTools, platform, program, settingsOf, signOf } from "./machine.ts"

const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } }

const calls = (...names: ReadonlyArray<string>): ReadonlyArray<Response.StreamPartEncoded> => [
  ...names.map((name) => ({ type: "tool-call" as const, id: name, name, params: { value: "hello" } })),
  { type: "finish", reason: "tool-calls", usage }
]

/** A model that makes these calls in one round and then says that it is done; what it was sent last. */
const modelOf = (prompts: Array<Prompt.Prompt>, ...names: ReadonlyArray<string>) =>
  LanguageModel.make({
    generateText: () => Effect.die(new Error("the agent streams")),
    streamText: ({ prompt }) => {
      prompts.push(prompt)
      return Stream.fromIterable<Response.StreamPartEncoded>(
        prompts.length === 1
          ? calls(...names)
          : [
              { type: "text-start", id: "t" },
              { type: "text-delta", id: "t", delta: "done" },
              { type: "text-end", id: "t" },
              { type: "finish", reason: "stop", usage }
            ]
      )
    }
  })

const routerOf = (model: LanguageModel.LanguageModel): ProviderRouter.ProviderRouterShape => {
  const modelRef = { provider: "script", model: "one" }
  return {
    route: () =>
      Effect.succeed({
        modelRef,
        providerType: "script",
        model,
        isScripted: true,
        contextTokensMax: Option.none(),
        outputTokensMax: Option.none()
      }),
    defaultRef: Option.some(modelRef),
    providerTypeFor: () => Option.none(),
    parse: () => Option.none(),
    models: []
  }
}

describe("the in-process agent", { timeout: 60_000 }, () => {
  it.live("calls tools of MCP servers: what is harmless at once, the rest when it was allowed", () =>
    Effect.gen(function* () {
      const sign = signOf("agent")
      const tools = yield* makeTools(settingsOf({ kit: program(sign), gone: { command: "no-such-program-here" } }))
      const prompts: Array<Prompt.Prompt> = []
      const model = yield* modelOf(prompts, "mcp__kit__echo", "mcp__kit__mixed", "mcp__kit__fail")
      const agent = yield* Effect.provide(
        Agent.Agent,
        AgentLoop.layer.pipe(
          Layer.provide(ProviderRouter.layer(routerOf(model))),
          Layer.provide(AgentTools.layer([tools.source])),
          Layer.provide(SessionStore.layerMemory)
        )
      )
      const runner: ExternalChildRunner.ExternalChildRunner = {
        name: "agent",
        capabilities: { steer: true, requests: true, resume: false, usage: true, gracefulCancel: false },
        shouldHandle: () => true,
        run: Option.getOrThrow(agent).run
      }
      const session = RunHarness.externalSession("a", "command")
      const harness = yield* RunHarness.make({ session, runId: "run_1", prompt: "go" })
      yield* harness.answerAsk("tool:run_1:mcp__kit__mixed", { _tag: "Approved", text: Option.none() })
      yield* harness.answerAsk("tool:run_1:mcp__kit__fail", { _tag: "Denied", text: Option.none() })
      const { outcome } = yield* harness.run(runner)
      assert.deepStrictEqual(outcome, { status: "completed", reason: "done" })
      assert.lengthOf(yield* harness.asks, 2)
      const results = prompts
        .at(-1)
        ?.content.flatMap((message) => (message.role === "tool" ? message.content : []))
        .flatMap((part) => (part.type === "tool-result" ? [part] : []))
      assert.deepStrictEqual(
        results?.map(({ isFailure, name }) => [name, isFailure]),
        [
          ["mcp__kit__echo", false],
          ["mcp__kit__mixed", false],
          ["mcp__kit__fail", true]
        ]
      )
      assert.strictEqual(results?.[0]?.result, "hello")
      assert.isTrue(results?.[1]?.modelOutput?.some((part) => part.type === "file" && part.mediaType === "image/png"))
      const told = yield* harness.awaitEvent(({ type }) => type === "runner_output")
      assert.isTrue(told.type === "runner_output" && told.content.includes("no-such-program-here was not found"))
    }).pipe(Effect.scoped, Effect.provide(platform))
  )
})
