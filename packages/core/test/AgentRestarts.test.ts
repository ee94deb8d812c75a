/** What becomes of an agent's run in the whole runtime: when its process dies, and when it is stopped. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { Prompt } from "effect/ai"
import { TestClock } from "effect/testing"
import { promptOf } from "../src/internal/agentPrompt.ts"
import * as Offshoot from "../src/Offshoot.ts"
import * as SessionStore from "../src/SessionStore.ts"
import { type Spawned, SubAgents } from "../src/SubAgents.ts"
import { agentOf, answer, call, end, type Given, say, shown, toolOf } from "./AgentWorld.ts"
import { root, settled } from "./world.ts"

type Store = Layer.Layer<SessionStore.SessionStore>
type World = Layer.Success<typeof Offshoot.layer> | SessionStore.SessionStore

/** A process whose agent plays `given`, over a store that outlives it. */
const life = (given: Given, store: Store) =>
  Effect.map(agentOf(given), ({ layer, sent }) => ({
    sent,
    layer: Offshoot.layer.pipe(Layer.provide(layer), Layer.provideMerge(store))
  }))

const spawned = Effect.gen(function* () {
  const agents = yield* SubAgents
  return yield* agents.spawn((yield* root).id, { prompt: "go", title: "count" })
})

/** Spawns a child whose process dies once `dies` has returned, and lets the next one take it up. */
const afterCrash = Effect.fnUntraced(function* <A, E>(
  lives: { readonly first: Given; readonly second: Given; readonly storeOfFirst?: (store: Store) => Store },
  then: (child: Spawned) => Effect.Effect<A, E, World>
) {
  const store: Store = Layer.succeedContext(yield* Layer.build(SessionStore.layerMemory))
  const dead = yield* Scope.make()
  const first = yield* life(lives.first, lives.storeOfFirst?.(store) ?? store)
  const context = yield* Layer.buildWithScope(first.layer, dead)
  const child = yield* Effect.provideContext(Effect.tap(spawned, TestClock.adjust("1 second")), context)
  const second = yield* life(lives.second, store)
  const seen = yield* Effect.provide(then(child), second.layer)
  yield* Scope.close(dead, Exit.void)
  return { seen, sent: second.sent }
}, Effect.scoped)

const transcriptOf = ({ session: { id } }: Spawned) =>
  Effect.flatMap(SubAgents, (agents) => agents.messages(id, { after: 0, limit: 100 }))

const linesOf = (entries: Parameters<typeof promptOf>[0]) => {
  const { messages, unanswered } = promptOf(entries)
  assert.deepStrictEqual(unanswered, [], "a call stands in the transcript without an answer")
  return shown(Prompt.fromMessages(messages))
}

const settledLines = (child: Spawned) =>
  Effect.gen(function* () {
    const session = yield* settled(child)
    return { outcome: session.outcome, lines: linesOf(yield* transcriptOf(child)) }
  })

/** A store that settles nothing before `isOver`. */
const withoutEnd =
  (isOver: Deferred.Deferred<void>) =>
  (store: Store): Store =>
    Layer.effect(
      SessionStore.SessionStore,
      Effect.map(SessionStore.SessionStore, (real) => ({
        ...real,
        commit: (transition: SessionStore.Transition) =>
          transition.some(({ _tag }) => _tag === "JobSettled")
            ? Effect.andThen(Deferred.await(isOver), real.commit(transition))
            : real.commit(transition)
      }))
    ).pipe(Layer.provide(store))

const hangs = { call: () => Effect.never }

describe("an agent whose process died", () => {
  it.effect("S-restart: makes the calls again that may be made again, and tells the model of the others", () =>
    Effect.gen(function* () {
      const made: Array<string> = []
      const counted = (name: string) =>
        toolOf(name, {
          repeatable: name === "look",
          call: ({ toolCallId }) =>
            Effect.sync(() => {
              made.push(toolCallId)
              return { isFailure: false, result: name }
            })
        })
      const { seen } = yield* afterCrash(
        {
          first: {
            turns: [[...say("both"), ...call("1", "look"), ...call("2", "act"), ...end("tool-calls")]],
            tools: [toolOf("look", hangs), toolOf("act", { ...hangs, repeatable: false })]
          },
          second: { turns: [answer("so be it")], tools: [counted("look"), counted("act")] }
        },
        settledLines
      )
      assert.deepStrictEqual(made, ["1"])
      assert.deepStrictEqual(seen.outcome, { status: "completed", reason: "done" })
      assert.deepStrictEqual(seen.lines.slice(0, 2), ["user: go", "assistant: both 1? 2?"])
      assert.match(seen.lines[2] ?? "", /^tool: 1="look" 2="The run was cut off/)
      assert.strictEqual(seen.lines[3], "assistant: so be it")
    })
  )

  it.effect("goes on behind the last round that was recorded", () =>
    Effect.gen(function* () {
      const { sent } = yield* afterCrash(
        {
          first: {
            turns: [
              [...call("1", "look"), ...end("tool-calls")],
              [...say("half"), Effect.never]
            ],
            tools: [toolOf("look")]
          },
          second: { turns: [answer("seen")], tools: [toolOf("look")] }
        },
        settledLines
      )
      assert.deepStrictEqual(
        sent.map(({ prompt }) => shown(prompt)),
        [["system", "user: go", "assistant: 1?", 'tool: 1="look"']]
      )
    })
  )

  it.effect("asks no model again whose answer is recorded, when only its end is missing, and that is its answer", () =>
    Effect.gen(function* () {
      const isOver = yield* Deferred.make<void>()
      const { seen, sent } = yield* afterCrash(
        { first: { turns: [answer("done")] }, second: { turns: [] }, storeOfFirst: withoutEnd(isOver) },
        (child) =>
          Effect.gen(function* () {
            const agents = yield* SubAgents
            const { id, parentId } = child.session
            const ended = yield* settledLines(child)
            yield* Deferred.succeed(isOver, undefined)
            const told =
              parentId === undefined ? undefined : yield* agents.collect(parentId, { children: [id], policy: "all" })
            return { ...ended, told, result: yield* agents.result(id) }
          })
      )
      assert.deepStrictEqual(seen.outcome, { status: "completed", reason: "done" })
      assert.deepStrictEqual([seen.lines, sent], [["user: go", "assistant: done"], []])
      assert.strictEqual(Option.getOrThrow(seen.result).text, "done")
      const answers = seen.told?.children.flatMap((told) => (told._tag === "Settled" ? [told.answer] : []))
      assert.deepStrictEqual(
        answers?.map(({ begin }) => begin),
        ["done"]
      )
    })
  )

  it.effect("asks no model before something has come, when it was to rest", () =>
    Effect.gen(function* () {
      const isOver = yield* Deferred.make<void>()
      const wait = toolOf("wait", {
        call: () => Effect.succeed({ isFailure: false, result: "waits", afterwards: "rest" as const })
      })
      const { seen, sent } = yield* afterCrash(
        {
          first: { turns: [[...call("1", "wait"), ...end("tool-calls")]], tools: [wait] },
          second: { turns: [], tools: [wait] },
          storeOfFirst: withoutEnd(isOver)
        },
        (child) => Effect.tap(settledLines(child), Deferred.succeed(isOver, undefined))
      )
      assert.deepStrictEqual(seen.outcome, { status: "completed", reason: "done" })
      assert.deepStrictEqual(sent, [])
    })
  )
})

describe("an agent that is stopped", () => {
  it.effect("leaves a transcript that the next run can go on from", () =>
    Effect.gen(function* () {
      const given: Given = {
        turns: [[...say("now"), ...call("1", "hang"), ...end("tool-calls")], answer("gone on")],
        tools: [toolOf("hang", { ...hangs, repeatable: false })]
      }
      const { layer, sent } = yield* life(given, SessionStore.layerMemory)
      yield* Effect.gen(function* () {
        const agents = yield* SubAgents
        const child = yield* spawned
        yield* TestClock.adjust("1 second")
        yield* agents.cancel(child.session.id, { mode: "graceful", by: "by_user", reach: "subtree" })
        const { lines, outcome } = yield* settledLines(child)
        assert.strictEqual(outcome?.status, "cancelled")
        assert.match(lines[2] ?? "", /^tool: 1="Cancelled: the run was stopped/)
        yield* agents.send(child.session.id, { text: "go on", mode: "queue", key: Option.none(), origin: "user" })
        yield* TestClock.adjust("1 second")
        const last = sent.at(-1)
        assert.isDefined(last)
        assert.deepStrictEqual(last === undefined ? [] : shown(last.prompt).slice(1), [...lines, "user: go on"])
      }).pipe(Effect.provide(layer))
    })
  )
})

describe("an agent that used something", () => {
  it.effect("is settled with what all its rounds used, and its answer is what it said", () =>
    Effect.gen(function* () {
      const given: Given = {
        turns: [[...say("looking, "), ...call("1", "look"), ...end("tool-calls")], answer("seen")],
        tools: [toolOf("look")]
      }
      const { layer } = yield* life(given, SessionStore.layerMemory)
      yield* Effect.gen(function* () {
        const agents = yield* SubAgents
        const child = yield* spawned
        yield* settled(child)
        const result = Option.getOrThrow(yield* agents.result(child.session.id))
        assert.strictEqual(result.text, "looking, seen")
        assert.deepStrictEqual(result.usage, Option.some({ inputTokens: 20, outputTokens: 10 }))
      }).pipe(Effect.provide(layer))
    })
  )
})
