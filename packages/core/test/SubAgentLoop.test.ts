/** A model that has children, in the real loop: it spawns, rests, is woken with their results, and sums up (`S-tool`). */
import { assert, describe, it } from "@effect/vitest"
import { LanguageModel, type Prompt } from "effect/ai"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as AgentLoop from "../src/AgentLoop.ts"
import type { SessionId } from "../src/Ids.ts"
import * as ProviderRouter from "../src/ProviderRouter.ts"
import * as SessionStore from "../src/SessionStore.ts"
import * as SubAgentTool from "../src/SubAgentTool.ts"
import { SubAgents } from "../src/SubAgents.ts"
import { answer, call, end, shown, stepOf, type Turn } from "./AgentWorld.ts"
import { childrenIn } from "./WaitsWorld.ts"
import { statusOf, world } from "./world.ts"

/** What a model does next, from what it was told last: the whole conversation decides, so that it goes on after a restart. */
type Mind = (last: string, conversation: ReadonlyArray<string>) => Turn

const create = (id: string, prompt: string, wait = false) =>
  call(id, "SubAgent", { action: "create", prompt, title: prompt, wait })

/** The answers that a wake brought, as one sum. */
const summed = (wake: string): string =>
  childrenIn(wake)
    .map(({ answer: text, title }) => `${String(title)}=${String(text)}`)
    .toSorted()
    .join(" ")

const isWake = (last: string): boolean => last.startsWith("user: The wait")

/** Three levels: `plan` has two children, of which `deep` has one of its own. */
const mind: Mind = (last) => {
  if (isWake(last)) return answer(summed(last.slice("user: ".length)))
  if (last === "user: plan") {
    return [
      ...create("a", "wide"),
      ...create("b", "deep"),
      ...call("c", "SubAgent", { action: "wait" }),
      ...end("tool-calls")
    ]
  }
  if (last === "user: deep") return [...create("a", "leaf", true), ...end("tool-calls")]
  return last.startsWith("user: ") ? answer(last.slice("user: ".length).toUpperCase()) : answer("I wait")
}

const routerOf = (model: LanguageModel.LanguageModel): ProviderRouter.ProviderRouterShape => {
  const modelRef = { provider: "script", model: "one" }
  const unknown = Option.none<number>()
  const routed = {
    modelRef,
    providerType: "script",
    model,
    isScripted: true,
    contextTokensMax: unknown,
    outputTokensMax: unknown
  }
  return {
    route: () => Effect.succeed(routed),
    defaultRef: Option.some(modelRef),
    providerTypeFor: () => Option.none(),
    parse: () => Option.none(),
    models: []
  }
}

const modelOf = (think: Mind) =>
  LanguageModel.make({
    generateText: () => Effect.die(new Error("the agent streams")),
    streamText: ({ prompt }: { readonly prompt: Prompt.Prompt }) => {
      const conversation = shown(prompt)
      return Stream.fromIterable(think(conversation.at(-1) ?? "", conversation)).pipe(Stream.flatMap(stepOf))
    }
  })

/** A process whose agents think so, over a store that may outlive it. */
const processOf = (
  think: Mind,
  store: Layer.Layer<SessionStore.SessionStore> = SessionStore.layerMemory,
  limits: Parameters<typeof world>[0] = {}
) =>
  Layer.unwrap(
    Effect.map(modelOf(think), (model) => {
      const agent = AgentLoop.layer.pipe(
        Layer.provideMerge(SubAgentTool.layer),
        Layer.provideMerge(ProviderRouter.layer(routerOf(model))),
        Layer.provide(store)
      )
      return world(limits, agent, store).layer
    })
  )

const begin = (prompt: string) =>
  Effect.gen(function* () {
    const agents = yield* SubAgents
    const { id } = yield* agents.createRoot({ prompt })
    yield* agents.run(id)
    return id
  })

const textOf = (id: SessionId) =>
  Effect.flatMap(SubAgents, (agents) =>
    Effect.map(agents.result(id), Option.match({ onNone: () => "", onSome: ({ text }) => text }))
  )

const everybody = Effect.flatMap(SubAgents, (agents) =>
  Effect.map(agents.sessions({ filter: {}, before: Option.none(), limit: 100 }), (views) =>
    views.map(({ session }) => session)
  )
)

describe("a model with children", () => {
  it.effect("creates two, waits, and sums up what they and a grandchild said, with one slot for all of them", () =>
    Effect.gen(function* () {
      const id = yield* begin("plan")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* statusOf(id), "completed")
      assert.include(yield* textOf(id), "deep=leaf=LEAF wide=WIDE")
      assert.deepStrictEqual((yield* everybody).map(({ title }) => title).toSorted(), ["deep", "leaf", "plan", "wide"])
      const agents = yield* SubAgents
      const messages = yield* agents.messages(id, { after: 0, limit: 100 })
      assert.strictEqual(messages.filter(({ hidden, role }) => hidden && role === "user").length, 1)
    }).pipe(Effect.provide(processOf(mind, SessionStore.layerMemory, { concurrent: 1 })))
  )

  it.effect(
    "T1: killed between the creation of its children and the record of its round, it goes on with the same children",
    () =>
      Effect.gen(function* () {
        const kept = yield* Layer.build(SessionStore.layerMemory)
        const store = Layer.succeedContext(kept)
        // A commit of a dead process never ends, until the test is over.
        const over = yield* Deferred.make<void>()
        let dead = false
        const dying = Layer.effect(
          SessionStore.SessionStore,
          Effect.map(SessionStore.SessionStore, (real) => ({
            ...real,
            commit: (transition: SessionStore.Transition) =>
              Effect.suspend(() => {
                dead ||= transition.some(
                  (change) => change._tag === "MessageAppended" && change.message.role === "tool"
                )
                return dead ? Effect.andThen(Deferred.await(over), Effect.interrupt) : real.commit(transition)
              })
          }))
        ).pipe(Layer.provide(store))
        const hangs: Mind = (last, conversation) => (last === "user: plan" ? mind(last, conversation) : [Effect.never])
        const scope = yield* Scope.make()
        const context = yield* Layer.buildWithScope(processOf(hangs, dying), scope)
        const id = yield* Effect.provideContext(Effect.tap(begin("plan"), TestClock.adjust("1 second")), context)
        const before = yield* Effect.provideContext(everybody, context)
        assert.deepStrictEqual(before.map(({ title }) => title).toSorted(), ["deep", "plan", "wide"])
        yield* Effect.gen(function* () {
          yield* TestClock.adjust("1 minute")
          assert.strictEqual(yield* statusOf(id), "completed")
          assert.include(yield* textOf(id), "deep=leaf=LEAF wide=WIDE")
          assert.deepStrictEqual((yield* everybody).map(({ title }) => title).toSorted(), [
            "deep",
            "leaf",
            "plan",
            "wide"
          ])
        }).pipe(Effect.provide(processOf(mind, store)))
        yield* Deferred.succeed(over, undefined)
        yield* Scope.close(scope, Exit.void)
      }).pipe(Effect.scoped)
  )
})
