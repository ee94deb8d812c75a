import { assert, describe, it } from "@effect/vitest"
import { Agent, AgentLoop, AgentTools, type Session, SessionStore } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import { ProviderKinds, Router } from "@offshoot/providers"
import * as Effect from "effect/Effect"
import { Tool } from "effect/ai"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { key, mock, tapped, type Vendor, vendors } from "./wireWorld.ts"

const tool: AgentTools.AgentTool = {
  name: "look",
  tool: Tool.dynamic("look", { description: "looks out of the window" }),
  repeatable: true,
  parallel: true,
  asksFirst: false,
  call: () => Effect.succeed({ isFailure: false, result: "rain, 4 degrees" })
}

/** Runs an in-process agent on this provider to its end. */
const played = (vendor: Vendor, url: string) =>
  Effect.gen(function* () {
    const router = Router.layer({
      settings: {
        providers: { it: { type: vendor.type, baseUrl: url + vendor.path, apiKeyRef: "WIRE_KEY" } },
        models: { default: `it:${vendor.model}` }
      },
      kinds: ProviderKinds.builtin,
      environment: { WIRE_KEY: key }
    })
    const source: AgentTools.ToolSource = { name: "test", toolsFor: () => Effect.succeed([tool]) }
    const layer = AgentLoop.layer.pipe(Layer.provide([router, AgentTools.layer([source]), SessionStore.layerMemory]))
    const { run } = Option.getOrThrow(yield* Effect.provide(Agent.Agent, layer))
    const session: Session.Session = { ...RunHarness.externalSession("it", "none"), metadata: {} }
    const harness = yield* RunHarness.make({ session, runId: "run_1", prompt: "What is the weather?" })
    const end = yield* harness.run({
      name: "agent",
      capabilities: { steer: true, requests: true, resume: false, usage: true, gracefulCancel: false },
      shouldHandle: () => true,
      run
    })
    return { ...end, answer: yield* harness.answer }
  })

interface Refusal {
  readonly status: number
  readonly said: { readonly code?: string; readonly type?: string; readonly message?: string }
  readonly expected: object
}

/** Each of them has its own words for it. */
const fullEverywhere =
  "maximum context length is 10 tokens, prompt is too long, the input token count (11) exceeds the maximum"

describe.each(vendors)("an in-process agent on $type", (vendor) => {
  it.live("looks with its tool, answers, and tells what it used", () =>
    Effect.gen(function* () {
      const provider = yield* mock
      const usage = { input_tokens: 20, output_tokens: 4 }
      provider.on(
        { hasToolResult: false },
        {
          toolCalls: [{ id: "call_1", name: "look", arguments: "{}" }],
          reasoning: "I should look.",
          usage,
          ...(vendor.type === "google" ? { finishReason: "stop" } : {})
        }
      )
      provider.on({ hasToolResult: true }, { content: "It rains.", usage })
      const { bodies, url } = yield* tapped(provider.url)
      const { answer, outcome, usage: used } = yield* played(vendor, url)
      assert.deepStrictEqual(outcome, { status: "completed", reason: "done" })
      assert.strictEqual(answer, "It rains.")
      assert.strictEqual(bodies.length, 2)
      assert.match(String(bodies[0]), /"properties":\{\}/)
      assert.include(bodies[1], "rain, 4 degrees")
      const { costSource, inputTokens } = Option.getOrThrow(used)
      assert.isAbove(Number(inputTokens), 0)
      assert.strictEqual(costSource, vendor.type === "openai-compatible" ? undefined : "estimated")
    })
  )

  it.live.each<Refusal>([
    { status: 401, said: { code: "invalid_api_key" }, expected: { reason: "auth_required" } },
    { status: 429, said: { code: "rate_limit_exceeded" }, expected: { reason: "rate_limited", retryAfterSeconds: 7 } },
    { status: 529, said: { type: "overloaded_error" }, expected: { reason: "unavailable" } },
    { status: 400, said: { message: fullEverywhere }, expected: { reason: "context_full" } }
  ])("a provider that says $status ends the run as what that means", ({ expected, said, status }) =>
    Effect.gen(function* () {
      const provider = yield* mock
      provider.on({}, { status, error: { message: `no, ${key}`, ...said }, retryAfter: 7 })
      const { outcome } = yield* played(vendor, provider.url)
      assert.deepInclude(outcome, { status: "error", ...expected })
      assert.notInclude(Object.values(outcome).join(" "), key.slice(0, 8))
    })
  )
})
