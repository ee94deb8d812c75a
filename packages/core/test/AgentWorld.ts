/** A model that says what a test wrote down, tools of a test's own, and the agent on both. */
import { AiError, LanguageModel, type Prompt, type Response, Tool } from "effect/ai"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Agent } from "../src/Agent.ts"
import * as AgentLimits from "../src/AgentLimits.ts"
import * as AgentLoop from "../src/AgentLoop.ts"
import * as AgentTools from "../src/AgentTools.ts"
import type { ExternalChildRunner } from "../src/ExternalChildRunner.ts"
import { SessionId } from "../src/Ids.ts"
import * as ProviderRouter from "../src/ProviderRouter.ts"
import type { Session } from "../src/Session.ts"
import * as SessionStore from "../src/SessionStore.ts"

/** One step of a response: a part, or something to wait for, or the failure of the call. */
export type Step = Response.StreamPartEncoded | Effect.Effect<unknown> | AiError.AiErrorReason
export type Turn = ReadonlyArray<Step>

export const say = (text: string): Turn => [
  { type: "text-start", id: "t" },
  { type: "text-delta", id: "t", delta: text },
  { type: "text-end", id: "t" }
]
export const call = (id: string, name: string, params: unknown = {}): Turn => [{ type: "tool-call", id, name, params }]
export const end = (reason: Response.FinishReason = "stop", inputTokens = 10, outputTokens = 5): Turn => [
  { type: "finish", reason, usage: { inputTokens: { total: inputTokens }, outputTokens: { total: outputTokens } } }
]
export const answer = (text: string): Turn => [...say(text), ...end()]

export const stepOf = (step: Step): Stream.Stream<Response.StreamPartEncoded, AiError.AiError> => {
  // A reason is an effect, too.
  if (AiError.isAiErrorReason(step)) {
    return Stream.fail(AiError.make({ module: "Script", method: "streamText", reason: step }))
  }
  return Effect.isEffect(step) ? Stream.drain(Stream.fromEffect(step)) : Stream.succeed(step)
}

/** What a model was sent, call by call. */
export type Sent = Array<{ readonly prompt: Prompt.Prompt; readonly tools: ReadonlyArray<string> }>

/** Answers each call with its turn; a call that has none is a defect. */
const scriptedModel = (sent: Sent, turnOf: (prompt: Prompt.Prompt, call: number) => Turn | undefined) =>
  LanguageModel.make({
    generateText: () => Effect.die(new Error("the agent streams")),
    streamText: ({ prompt, tools }) => {
      sent.push({ prompt, tools: tools.map(({ name }) => name) })
      const turn = turnOf(prompt, sent.length - 1)
      return turn === undefined
        ? Stream.die(new Error(`the script has no turn ${sent.length}`))
        : Stream.fromIterable(turn).pipe(Stream.flatMap(stepOf))
    }
  })

/** Every reference is this model. */
const routerOf = (
  model: LanguageModel.LanguageModel,
  parts: Partial<ProviderRouter.RoutedModel> = {}
): ProviderRouter.ProviderRouterShape => {
  const modelRef = { provider: "script", model: "one" }
  return {
    route: () =>
      Effect.succeed({
        modelRef,
        providerType: "script",
        model,
        isScripted: false,
        contextTokensMax: Option.none(),
        outputTokensMax: Option.none(),
        ...parts
      }),
    defaultRef: Option.some(modelRef),
    providerTypeFor: () => Option.none(),
    parse: () => Option.none(),
    models: []
  }
}

/** A tool that answers with its name, unless the test gives it something to do. */
export const toolOf = (name: string, parts: Partial<AgentTools.AgentTool> = {}): AgentTools.AgentTool => ({
  name,
  tool: Tool.dynamic(name, { description: name }),
  repeatable: true,
  parallel: true,
  asksFirst: false,
  call: () => Effect.succeed({ isFailure: false, result: name }),
  ...parts
})

export interface Given {
  readonly turns: ReadonlyArray<Turn> | ((prompt: Prompt.Prompt, call: number) => Turn | undefined)
  readonly tools?: ReadonlyArray<AgentTools.AgentTool>
  readonly limits?: Partial<AgentLimits.AgentLimitsShape>
  readonly model?: Partial<ProviderRouter.RoutedModel>
  /** Why one part of the tools is not there. */
  readonly missing?: string
}

/** The ports of an agent as the test wants them, and what its model was sent. */
export const agentOf = ({ limits = {}, missing, model = {}, tools = [], turns }: Given) =>
  Effect.map(
    Effect.suspend(() => {
      const sent: Sent = []
      const turnOf = typeof turns === "function" ? turns : (_: Prompt.Prompt, index: number) => turns[index]
      return Effect.map(scriptedModel(sent, turnOf), (made) => ({ made, sent }))
    }),
    ({ made, sent }) => {
      const source: AgentTools.ToolSource = {
        name: "test",
        toolsFor: (_, miss) =>
          Effect.as(
            missing === undefined
              ? Effect.void
              : miss(new AgentTools.ToolSourceUnavailable({ source: "test", problem: missing })),
            tools
          )
      }
      const layer: Layer.Layer<never, never, SessionStore.SessionStore> = AgentLoop.layer.pipe(
        Layer.provide(ProviderRouter.layer(routerOf(made, model))),
        Layer.provide(AgentTools.layer([source])),
        Layer.provide(AgentLimits.layer({ ...AgentLimits.defaults, ...limits }))
      )
      return { layer, sent }
    }
  )

/** The agent as a runner around which a harness can stand; its store is empty unless one is given. */
export const runnerOf = (
  given: Given,
  store: Layer.Layer<SessionStore.SessionStore> = SessionStore.layerMemory
): Effect.Effect<{ readonly runner: ExternalChildRunner; readonly sent: Sent }> =>
  Effect.gen(function* () {
    const { layer, sent } = yield* agentOf(given)
    const agent = yield* Effect.provide(Agent, layer.pipe(Layer.provide(store)))
    const { run } = Option.getOrThrow(agent)
    return {
      sent,
      runner: {
        name: "agent",
        capabilities: { steer: true, requests: true, resume: false, usage: true, gracefulCancel: false },
        shouldHandle: ({ metadata }) => metadata["runtime.kind"] !== "external",
        run
      }
    }
  })

/** A session that an agent in this process runs. */
export const sessionOf = (parts: Partial<Session> = {}): Session => ({
  id: SessionId.make("ses_agent"),
  kind: "child",
  parentId: SessionId.make("ses_parent"),
  rootId: SessionId.make("ses_parent"),
  depth: 1,
  title: "count",
  status: "running",
  metadata: {},
  createdAtMillis: 0,
  updatedAtMillis: 0,
  version: 1,
  ...parts
})

/** A prompt in one line for each message. */
export const shown = ({ content }: Prompt.Prompt): ReadonlyArray<string> =>
  content.map((message) =>
    message.role === "system"
      ? "system"
      : `${message.role}: ${message.content
          .map((part) => {
            if (part.type === "text") return part.text
            if (part.type === "tool-result") return `${part.id}=${JSON.stringify(part.result)}`
            return part.type === "tool-call" ? `${part.id}?` : part.type
          })
          .join(" ")}`
  )
