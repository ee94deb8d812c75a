import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import { Tool } from "effect/ai"
import { defaults } from "../src/AgentLimits.ts"
import type { AgentTool } from "../src/AgentTools.ts"
import { ended, type RunContext, type RunEnd } from "../src/ExternalChildRunner.ts"
import { inModelSpan } from "../src/internal/spans.ts"
import { callTools } from "../src/internal/toolRound.ts"
import * as Outcome from "../src/Outcome.ts"
import type { Usage } from "../src/Session.ts"
import * as SessionStore from "../src/SessionStore.ts"
import { SubAgents } from "../src/SubAgents.ts"
import * as Telemetry from "../src/Telemetry.ts"
import * as RunHarness from "../src/testing/RunHarness.ts"
import { answer, call, end, runnerOf, sessionOf, toolOf } from "./AgentWorld.ts"
import * as Spans from "./Spans.ts"
import { agent, child, root, settled, worldWith } from "./world.ts"

const capabilities = { steer: false, requests: false, resume: false, usage: true, gracefulCancel: false }

const traced = (spans: Spans.Spans, run: (context: RunContext) => Effect.Effect<RunEnd>, more: Layer.Layer<never>) =>
  worldWith(
    { name: "traced", capabilities, shouldHandle: ({ metadata }) => metadata["external.agent_id"] === agent, run },
    {},
    Layer.mergeAll(spans.layer, more)
  ).pipe(Layer.provideMerge(spans.layer))

const used = (usage: Usage): RunEnd => ({ ...ended(Outcome.done), usage: Option.some(usage) })

const attributesOf = (span: Tracer.Span | undefined): Record<string, unknown> =>
  Object.fromEntries(span?.attributes ?? [])

const secret = "tell nobody"

const tool = (call: AgentTool["call"]): AgentTool => ({
  name: "spawn",
  tool: Tool.dynamic("spawn", {}),
  repeatable: true,
  parallel: false,
  asksFirst: false,
  call
})

/** The first agent makes two tool calls: one runs a child to its end, the other has no tool. */
const family = (spans: Spans.Spans, more: Layer.Layer<never> = Layer.empty) => {
  const below = (agents: SubAgents["Service"], context: RunContext) =>
    child(context.session.id, ["below"]).pipe(
      Effect.flatMap(settled),
      Effect.provideService(SubAgents, agents),
      Effect.as({ isFailure: false, result: secret }),
      Effect.orDie
    )
  const calling = (agents: SubAgents["Service"], context: RunContext) =>
    callTools({ context, tools: new Map([["spawn", tool(({ run }) => below(agents, run))]]), limits: defaults }, [
      { id: "c1", name: "spawn", params: { secret } },
      { id: "c2", name: "none", params: {} }
    ]).pipe(
      Effect.as(
        used({ inputTokens: 20, cacheReadTokens: 8, cacheWriteTokens: 2, costUsd: 0.5, costSource: "provider" })
      )
    )
  return Effect.gen(function* () {
    const facade = yield* Deferred.make<SubAgents["Service"]>()
    const run = (context: RunContext) =>
      context.session.depth > 1
        ? Effect.succeed(used({ inputTokens: 5, outputTokens: 1 }))
        : Effect.flatMap(Deferred.await(facade), (agents) => calling(agents, context))
    const story = Effect.gen(function* () {
      yield* Deferred.succeed(facade, yield* SubAgents)
      yield* settled(yield* Effect.withSpan(child((yield* root).id, ["top"]), "asked here"))
    })
    // When the world is closed, its last spans have ended.
    yield* Effect.provide(story, traced(spans, run, more))
  })
}

describe("traceparent", () => {
  const trace = "0af7651916cd43dd8448eb211c80319c"
  it.each([
    ["sampled", `00-${trace}-b7ad6b7169203331-01`, true],
    ["not sampled", `00-${trace}-b7ad6b7169203331-00`, false],
    ["of a later version, with more behind it", `01-${trace}-b7ad6b7169203331-01-more`, true]
  ])("names a span: %s", (_, text, sampled) => {
    const span = Option.getOrThrow(Telemetry.spanOf(text))
    assert.deepStrictEqual([span.traceId, span.spanId, span.sampled], [trace, "b7ad6b7169203331", sampled])
    assert.strictEqual(Telemetry.traceparentOf(span), `00-${trace}-b7ad6b7169203331-${sampled ? "01" : "00"}`)
  })

  it.each(["", "garbage", `00-${"0".repeat(32)}-b7ad6b7169203331-01`, `00-${trace}-${"0".repeat(16)}-01`])(
    "that names no span is none: %s",
    (text) => assert.isTrue(Option.isNone(Telemetry.spanOf(text)))
  )
})

describe("spans of runs and their tool calls", () => {
  it.effect("stand below whoever asked, over the jobs that are recorded in between", () =>
    Effect.gen(function* () {
      const spans = yield* Spans.make
      yield* family(spans)
      const [asked] = spans.named("asked here")
      const [below, top] = spans.named("invoke_agent")
      const [call] = spans.named("execute_tool spawn")
      assert.strictEqual(new Set([asked, below, top, call].map((span) => span?.traceId)).size, 1)
      assert.strictEqual(top === undefined ? "" : Spans.parentIdOf(top), asked?.spanId)
      assert.strictEqual(call === undefined ? "" : Spans.parentIdOf(call), top?.spanId)
      assert.strictEqual(below === undefined ? "" : Spans.parentIdOf(below), call?.spanId)
    })
  )

  it.effect("say what the conventions want, and of content nothing", () =>
    Effect.gen(function* () {
      const spans = yield* Spans.make
      yield* family(spans)
      const top = attributesOf(spans.named("invoke_agent")[1])
      assert.deepInclude(top, {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": agent,
        "offshoot.runner": "traced",
        "offshoot.outcome.status": "completed",
        "offshoot.outcome.reason": "done",
        "offshoot.session.depth": 1
      })
      const [refused, made] = [spans.named("execute_tool none")[0], spans.named("execute_tool spawn")[0]].map(
        attributesOf
      )
      assert.deepInclude(made, {
        "gen_ai.tool.name": "spawn",
        "gen_ai.tool.call.id": "c1",
        "gen_ai.tool.type": "function"
      })
      assert.deepInclude(refused, { "error.type": "tool_error" })
      const all = spans.ended.flatMap((span) => Array.from(span.attributes.values(), String).concat(span.name))
      assert.isFalse(all.some((text) => text.includes(secret) || text.includes("below")))
    })
  )

  it.effect("hold a token once under gen_ai, and its sums under names of their own", () =>
    Effect.gen(function* () {
      const spans = yield* Spans.make
      yield* family(spans)
      const [below, top] = spans.named("invoke_agent").map(attributesOf)
      assert.deepInclude(top, {
        "gen_ai.usage.input_tokens": 20,
        "gen_ai.usage.cache_read.input_tokens": 8,
        "gen_ai.usage.cache_creation.input_tokens": 2,
        "offshoot.usage.own.input_tokens": 20,
        "offshoot.usage.subtree.input_tokens": 25,
        "offshoot.usage.own.cost_usd": 0.5
      })
      const sum = spans.ended.map((span) => Number(span.attributes.get("gen_ai.usage.input_tokens") ?? 0))
      assert.strictEqual(
        sum.reduce((one, other) => one + other, 0),
        25
      )
      assert.isUndefined(below?.["gen_ai.usage.cost_usd"])
    })
  )

  it.effect("hold content when the operator wishes it", () =>
    Effect.gen(function* () {
      const spans = yield* Spans.make
      yield* family(spans, Telemetry.layerContent("recorded"))
      const call = attributesOf(spans.named("execute_tool spawn")[0])
      assert.strictEqual(call["gen_ai.tool.call.arguments"], `{"secret":"${secret}"}`)
      assert.strictEqual(call["gen_ai.tool.call.result"], secret)
    })
  )

  it.effect("are not made without a tracer, and no job remembers a trace", () =>
    Effect.gen(function* () {
      const run = () =>
        Effect.map(Telemetry.environment, (variables) => ({
          ...ended(Outcome.done),
          resume: Option.some(Object.keys(variables).join())
        }))
      const world = worldWith({ name: "none", capabilities, shouldHandle: () => true, run })
      yield* Effect.gen(function* () {
        const store = yield* SessionStore.SessionStore
        const spawned = yield* Effect.withSpan(child((yield* root).id, ["top"]), "asked here")
        const [open] = yield* store.openJobs
        assert.isUndefined(open?.job.traceparent)
        yield* settled(spawned)
        assert.strictEqual(Option.getOrThrow(yield* store.completion(spawned.runId)).resume, "")
      }).pipe(Effect.provide(world))
    })
  )
})

describe("the span of a model call", () => {
  it.effect("is made for each round of an agent in process, with what the provider counted", () =>
    Effect.gen(function* () {
      const spans = yield* Spans.make
      const { runner } = yield* runnerOf({
        turns: [[...call("1", "look"), ...end("tool-calls", 30, 5)], answer("seen")],
        tools: [toolOf("look")]
      })
      const harness = yield* RunHarness.make({ session: sessionOf(), runId: "run_1", prompt: "go" })
      yield* harness.run(runner).pipe(Effect.provide(spans.layer))
      assert.deepStrictEqual(
        spans.ended.map((span) => [span.name, span.attributes.get("gen_ai.usage.input_tokens")]),
        [
          ["chat one", 30],
          ["execute_tool look", undefined],
          ["chat one", 10]
        ]
      )
    })
  )

  it.effect("has what the model said of itself, and stands for the library's own", () =>
    Effect.gen(function* () {
      const spans = yield* Spans.make
      const request = {
        session: sessionOf(),
        model: { modelRef: { provider: "alpha", model: "small" }, providerType: "compatible", isScripted: false }
      }
      const said = () => ({
        usage: { inputTokens: 3, outputTokens: 4 },
        finish: Option.some("stop"),
        model: "small-2",
        text: secret
      })
      yield* inModelSpan(request, Effect.withSpan(Effect.void, "LanguageModel.streamText"), said).pipe(
        Effect.provide(spans.layer)
      )
      assert.deepStrictEqual(
        spans.ended.map(({ kind, name }) => [name, kind]),
        [["chat small", "client"]]
      )
      assert.deepInclude(attributesOf(spans.ended[0]), {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "compatible",
        "gen_ai.request.model": "small",
        "gen_ai.response.model": "small-2",
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.usage.output_tokens": 4
      })
      assert.isFalse(spans.ended[0]?.attributes.has("gen_ai.output.messages"))
    })
  )
})
