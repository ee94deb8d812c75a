/**
 * The in-process agent under the suite of runners. Its model plays the part
 * that the first message names, as deep as the transcript is.
 */
import {
  Agent,
  AgentLoop,
  AgentTools,
  type ExternalChildRunner,
  ProviderRouter,
  Session,
  SessionStore
} from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import { AiError, LanguageModel, type Prompt, type Response, Tool } from "effect/ai"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as RunnerConformance from "../src/RunnerConformance.ts"

/** Model calls and tool calls that are open now. */
interface Census {
  open: number
}

class Counted extends Context.Service<Counted, Census>()("@offshoot/test-conformance/test/AgentLoop.test/Counted") {}

const counting = (census: Census) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      census.open += 1
    }),
    () =>
      Effect.sync(() => {
        census.open -= 1
      })
  )

type Part = Response.StreamPartEncoded
const say = (...words: ReadonlyArray<string>): ReadonlyArray<Part> => [
  { type: "text-start", id: "t" },
  ...words.map((delta): Part => ({ type: "text-delta", id: "t", delta })),
  { type: "text-end", id: "t" }
]
const use = (name: string): ReadonlyArray<Part> => [
  { type: "tool-call", id: name, name, params: {} },
  { type: "finish", reason: "tool-calls", usage: { inputTokens: { total: 7 }, outputTokens: { total: 3 } } }
]
const stop: Part = { type: "finish", reason: "stop", usage: { inputTokens: { total: 7 }, outputTokens: { total: 3 } } }

const many = Array.from({ length: 5_000 }, (_, index) => `${index + 1} `)
const broken = AiError.make({ module: "Test", method: "streamText", reason: new AiError.UnknownError({}) })

const textsOf = (message: Prompt.Message | undefined): string =>
  message === undefined || typeof message.content === "string"
    ? ""
    : message.content
        .map((part) => (part.type === "text" ? part.text : part.type === "tool-result" ? String(part.result) : ""))
        .join("")

type Speech = Stream.Stream<Part, AiError.AiError>
const speech = (...parts: ReadonlyArray<Part>): Speech => Stream.fromIterable(parts)
const forEver = (words: string): Speech => Stream.concat(speech(...say(words)), Stream.never)

/** What the model says in a round of a part. `last` is what it was told last. */
const plays: Readonly<Record<string, (round: number, last: string) => Speech>> = {
  complete: (round) => (round === 0 ? speech(...say("one"), ...use("look")) : speech(...say("two"), stop)),
  fail: () => Stream.concat(speech(...say("half")), Stream.fail(broken)),
  noise: () => speech(...say(...many), stop),
  hang: () => forEver("ready"),
  ask: (round, last) => (round === 0 ? speech(...use("shell")) : speech(...say(last), stop)),
  listen: (round, last) => (round === 0 ? speech(...say("ready"), ...use("listen")) : speech(...say(last), stop)),
  work: () => speech(...use("grind")),
  spend: (round) => (round === 0 ? speech(...use("look")) : forEver("ready"))
}

const modelOf = (census: Census) =>
  LanguageModel.make({
    generateText: () => Effect.die(new Error("the agent streams")),
    streamText: ({ prompt: { content } }) => {
      const play = plays[textsOf(content.find(({ role }) => role === "user"))]
      const round = content.filter(({ role }) => role === "assistant").length
      const spoken = play === undefined ? Stream.die(new Error("no such part")) : play(round, textsOf(content.at(-1)))
      return Stream.unwrap(Effect.as(counting(census), spoken))
    }
  })

const toolOf = (
  census: Census,
  name: string,
  act: (call: AgentTools.ToolCall) => Effect.Effect<string>
): AgentTools.AgentTool => ({
  name,
  tool: Tool.dynamic(name, { description: name }),
  repeatable: true,
  parallel: true,
  asksFirst: false,
  call: (call) =>
    Effect.andThen(
      counting(census),
      Effect.map(act(call), (result) => ({ isFailure: false, result }))
    )
})

const key = "may I?"
const words = { Approved: "yes", Denied: "no", Expired: "silence", Answered: "words" } as const

const toolsOf = (census: Census): ReadonlyArray<AgentTools.AgentTool> => [
  toolOf(census, "look", () => Effect.succeed("seen")),
  toolOf(census, "listen", ({ run }) => Effect.as(run.inbox.arrived("queue"), "heard")),
  toolOf(census, "grind", ({ run }) => Effect.andThen(run.emit({ type: "token", content: "ready" }), Effect.never)),
  toolOf(census, "shell", ({ run, toolCallId }) =>
    Effect.map(
      run.ask({ key, ask: { type: "permission", toolCallId, toolName: "shell", arguments: {} } }),
      ({ _tag }) => words[_tag]
    )
  )
]

const routerOf = (model: LanguageModel.LanguageModel): ProviderRouter.ProviderRouterShape => {
  const modelRef = { provider: "test", model: "one" }
  return {
    route: () =>
      Effect.succeed({
        modelRef,
        providerType: "test",
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

/** It goes on from the transcript and has no word of its own for a conversation. */
const capabilities: ExternalChildRunner.Capabilities = {
  steer: true,
  requests: true,
  resume: false,
  usage: true,
  gracefulCancel: false
}

class Runner extends Context.Service<Runner, ExternalChildRunner.ExternalChildRunner>()(
  "@offshoot/test-conformance/test/AgentLoop.test/Runner"
) {}

const runner = Layer.effect(
  Runner,
  Effect.gen(function* () {
    const census = yield* Counted
    const model = yield* modelOf(census)
    const source: AgentTools.ToolSource = { name: "test", toolsFor: () => Effect.succeed(toolsOf(census)) }
    const ports = Layer.mergeAll(
      ProviderRouter.layer(routerOf(model)),
      AgentTools.layer([source]),
      SessionStore.layerMemory
    )
    const agent = yield* Effect.provide(Agent.Agent, Layer.provide(AgentLoop.layer, ports))
    return {
      name: "agent",
      capabilities,
      shouldHandle: ({ metadata }) => metadata[Session.metadataKeys.runtimeKind] !== "external",
      run: Option.getOrThrow(agent).run
    }
  })
)

const session = RunHarness.externalSession("agent", "none", {
  metadata: { [Session.metadataKeys.runtimeKind]: "internal" }
})

RunnerConformance.suite("the agent of this process", {
  layer: Layer.provideMerge(
    runner,
    Layer.sync(Counted, () => ({ open: 0 }))
  ),
  runner: Effect.map(Runner, (made) => made),
  capabilities,
  live: Effect.map(Counted, ({ open }) => open),
  foreign: [RunHarness.externalSession("agent", "none"), RunHarness.externalSession("other", "acp")],
  completes: { session, prompt: "complete", answer: "onetwo" },
  fails: { session, prompt: "fail" },
  noisy: { session, prompt: "noise", answer: many.join("") },
  hangs: { session, prompt: "hang", ready: "ready" },
  asks: { session, prompt: "ask", key, approved: words.Approved, denied: words.Denied, expired: words.Expired },
  listens: { session, prompt: "listen", ready: "ready" },
  spends: { session, prompt: "spend", ready: "ready" },
  leaves: { session, prompt: "complete" },
  works: { session, prompt: "work", ready: "ready" },
  speaks: { session, prompt: "spend", ready: "ready", said: "ready" }
})
