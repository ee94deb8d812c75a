/**
 * What a round of the in-process agent costs: an instant model that calls an
 * instant tool in each round but the last, in the whole runtime over the memory
 * store. The floor is the bare model call, with the same tools and prompts that
 * grow alike.
 */
import {
  AgentLimits,
  AgentLoop,
  AgentTools,
  Limits,
  Offshoot,
  ProviderRouter,
  SessionStore,
  SubAgents
} from "@offshoot/core"
import { LanguageModel, Prompt, type Response, Tool, type Toolkit } from "effect/ai"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type Measurement, median } from "./Measurement.ts"

/** Rounds of one run: a long task of a coding agent. */
const roundsOfRun = 100
const runsOfRound = 40
const timesMax = 5
const warmUpRuns = 20

const usage = { inputTokens: { total: 10 }, outputTokens: { total: 2 } }

const calling = (id: string): ReadonlyArray<Response.StreamPartEncoded> => [
  { type: "text-start", id: "t" },
  { type: "text-delta", id: "t", delta: "word " },
  { type: "text-end", id: "t" },
  { type: "tool-call", id, name: "look", params: { at: id } },
  { type: "finish", reason: "tool-calls", usage }
]
const ending: ReadonlyArray<Response.StreamPartEncoded> = [
  { type: "text-start", id: "t" },
  { type: "text-delta", id: "t", delta: "done" },
  { type: "text-end", id: "t" },
  { type: "finish", reason: "stop", usage }
]

/** Knows by the length of the prompt which round it is in: system, user, then two messages a round. */
const makeModel = LanguageModel.make({
  generateText: () => Effect.die(new Error("the agent streams")),
  streamText: ({ prompt }) => {
    const round = (prompt.content.length - 2) / 2 + 1
    return Stream.fromIterable(round < roundsOfRun ? calling(`call_${round}`) : ending)
  }
})

const look: AgentTools.AgentTool = {
  name: "look",
  tool: Tool.dynamic("look", {
    description: "Looks.",
    parameters: { type: "object", properties: { at: { type: "string" } } }
  }),
  repeatable: true,
  parallel: true,
  asksFirst: false,
  call: () => Effect.succeed({ isFailure: false, result: "seen" })
}

const source: AgentTools.ToolSource = { name: "bench", toolsFor: () => Effect.succeed([look]) }

const routerOf = (model: LanguageModel.LanguageModel): ProviderRouter.ProviderRouterShape => {
  const modelRef = { provider: "bench", model: "instant" }
  const routed: ProviderRouter.RoutedModel = {
    modelRef,
    providerType: "bench",
    model,
    isScripted: true,
    contextTokensMax: Option.none(),
    outputTokensMax: Option.none()
  }
  return {
    route: () => Effect.succeed(routed),
    defaultRef: Option.some(modelRef),
    providerTypeFor: () => Option.none(),
    parse: () => Option.none(),
    models: []
  }
}

const layer = Layer.unwrap(
  Effect.map(makeModel, (model) =>
    Offshoot.layer.pipe(
      Layer.orDie,
      Layer.provide(AgentLoop.layer),
      Layer.provideMerge(SessionStore.layerMemory),
      Layer.provide(ProviderRouter.layer(routerOf(model))),
      Layer.provide(AgentTools.layer([source])),
      Layer.provide(AgentLimits.layer({ ...AgentLimits.defaults, roundsMax: roundsOfRun })),
      Layer.provide(Limits.layer({ ...Limits.defaults, concurrent: 1, perParent: runsOfRound }))
    )
  )
)

/** What so many rounds took: of the clock, and of the processors, which other programs do not use up. */
interface Taken {
  readonly perSecond: number
  readonly processorMicros: number
}

const stopwatch = (rounds: number): (() => Taken) => {
  const startedAt = performance.now()
  const cpu = process.cpuUsage()
  return () => {
    const { system, user } = process.cpuUsage(cpu)
    return {
      perSecond: rounds / ((performance.now() - startedAt) / 1_000),
      processorMicros: (system + user) / rounds
    }
  }
}

/** Runs so many children one after the other. */
const runs = Effect.fnUntraced(function* (count: number) {
  const agents = yield* SubAgents.SubAgents
  const root = yield* agents.createRoot({ title: "bench" })
  const taken = stopwatch(count * roundsOfRun)
  const ids = []
  for (let index = 0; index < count; index++) ids.push((yield* agents.spawn(root.id, { prompt: "go" })).session.id)
  const { children } = yield* agents.wait(root.id, { children: ids, policy: "all", timeout: "10 minutes" })
  const figure = taken()
  for (const { session } of children) {
    if (session.status !== "completed") throw new Error(`a run ended as ${session.outcome?.reason}`)
  }
  return figure
})

/** The same calls without anything around them. */
const bareCalls = Effect.fnUntraced(function* (model: LanguageModel.LanguageModel, count: number) {
  const toolkit: Toolkit.WithHandler<Record<never, Tool.Any>> = {
    tools: { look: look.tool },
    handle: () => Effect.die(new Error("not called"))
  }
  const taken = stopwatch(count * roundsOfRun)
  for (let index = 0; index < count; index++) {
    const messages: Array<Prompt.Message> = Prompt.make([
      { role: "system", content: "bench" },
      { role: "user", content: "go" }
    ]).content.slice()
    for (let round = 1; round <= roundsOfRun; round++) {
      const parts: Array<Response.AnyPart> = []
      const call = model.streamText({
        prompt: Prompt.fromMessages(messages.slice()),
        toolkit,
        disableToolCallResolution: true,
        toolCallValidation: "deferred"
      })
      yield* Stream.runForEachArray(call, (some) => Effect.sync(() => parts.push(...some)))
      messages.push(...Prompt.fromResponseParts(parts).content)
      messages.push(
        Prompt.makeMessage("tool", {
          content: [
            Prompt.makePart("tool-result", {
              id: `call_${round}`,
              name: "look",
              isFailure: false,
              result: "seen",
              providerExecuted: false
            })
          ]
        })
      )
    }
  }
  return taken()
})

export const measure = (): Promise<ReadonlyArray<Measurement>> =>
  Effect.runPromise(
    Effect.gen(function* () {
      const model = yield* makeModel
      yield* runs(warmUpRuns)
      yield* bareCalls(model, warmUpRuns)
      const figures: Array<Taken> = []
      const floors: Array<Taken> = []
      for (let time = 0; time < timesMax; time++) {
        figures.push(yield* runs(runsOfRound))
        floors.push(yield* bareCalls(model, runsOfRound))
      }
      const sample = `${runsOfRound} runs x ${roundsOfRun} rounds with one tool call each, ${timesMax} times; the floor is the bare model call with the same prompts`
      const rate: Measurement = {
        name: "agent rounds, instant model and tool, memory store",
        value: median(figures.map(({ perSecond }) => perSecond)),
        unit: "rounds/s",
        sample,
        floor: median(floors.map(({ perSecond }) => perSecond)),
        aim: 20_000,
        better: "more"
      }
      const cost: Measurement = {
        name: "processor time of such a round",
        value: median(figures.map(({ processorMicros }) => processorMicros)),
        unit: "us",
        sample,
        floor: median(floors.map(({ processorMicros }) => processorMicros)),
        better: "less"
      }
      return [rate, cost]
    }).pipe(Effect.provide(layer))
  )
