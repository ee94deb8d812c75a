/** Scripts played by agents of this process: parents spawn, wait, are woken and sum up, also when the process dies meanwhile. */
import { type Ids, SessionStore, SubAgents } from "@offshoot/core"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import type * as Script from "../src/Script.ts"
import { inProcess } from "./ScriptedProcess.ts"

/** Spawns as many as it says, waits, and says what they said. */
const spawning = (name: string, count: number, prompt: string): Script.Conversation => ({
  name,
  when: { user: { startsWith: name } },
  steps: [
    {
      toolCalls: [
        {
          name: "SubAgent",
          label: "child",
          params: { action: "create", title: `${prompt} {{number}}`, prompt: `${prompt} {{number}}` },
          repeat: count
        }
      ],
      pauseMs: 100
    },
    {
      toolCalls: [
        { name: "SubAgent", params: { action: "wait", child_session_ids: "{{tools.child.child_session_id}}" } }
      ],
      pauseMs: 100
    },
    { text: `${name}: {{children.answer}}`, pauseMs: 100 }
  ]
})

const treeOf = (middles: number, leaves: number): Script.Script => ({
  name: "tree",
  conversations: [
    spawning("top", middles, "middle"),
    spawning("middle", leaves, "leaf"),
    { name: "leaf", steps: [{ text: "{{prompt}}", pauseMs: 100 }] }
  ]
})

const begun = Effect.gen(function* () {
  const agents = yield* SubAgents.SubAgents
  const { id } = yield* agents.createRoot({ prompt: "top" })
  yield* agents.run(id)
  return id
})

/** A store for one of several processes: nothing is committed any more once its process is dead. */
const mortal = (whole: Layer.Layer<SessionStore.SessionStore>) => {
  let isDead = false
  const layer = Layer.effect(
    SessionStore.SessionStore,
    Effect.map(SessionStore.SessionStore, (store) => ({
      ...store,
      commit: (transition: SessionStore.Transition) =>
        Effect.suspend(() => (isDead ? Effect.never : store.commit(transition)))
    }))
  ).pipe(Layer.provide(whole))
  return { layer, die: Effect.sync(() => void (isDead = true)) }
}

/** What a tree comes to when one process after the other dies, each after so many milliseconds, and the last one lives. */
const played = Effect.fnUntraced(function* (script: Script.Script, deathsMillis: ReadonlyArray<number>) {
  const whole = Layer.succeedContext(yield* Layer.build(SessionStore.layerMemory))
  const store = yield* SessionStore.SessionStore.pipe(Effect.provide(whole))
  let root: Option.Option<Ids.SessionId> = Option.none()
  for (const millis of deathsMillis) {
    const { die, layer } = mortal(whole)
    // A scope that nobody closes: a process that dies ends nothing in order.
    const context = yield* Layer.buildWithScope(inProcess(script, layer), yield* Scope.make())
    if (Option.isNone(root)) root = Option.some(yield* Effect.provideContext(begun, context))
    yield* TestClock.adjust(millis)
    yield* die
  }
  return yield* Effect.gen(function* () {
    const agents = yield* SubAgents.SubAgents
    const id = Option.isSome(root) ? root.value : yield* begun
    yield* TestClock.adjust("30 seconds")
    const { outcome, text } = Option.getOrThrow(yield* agents.result(id))
    const page = yield* store.events({
      after: 0,
      limit: 1_000,
      scope: { _tag: "Subtree", sessionId: id },
      types: Option.some(["sub_agent_completed"])
    })
    const completed = page.events.flatMap(({ event }) => (event.type === "sub_agent_completed" ? [event] : []))
    const order = new Map(completed.map(({ childSessionId }, at) => [childSessionId, at]))
    /** A parent that was completed before its child. The root is nobody's child. */
    const early = completed.filter(
      ({ parentSessionId }, at) => parentSessionId !== id && (order.get(parentSessionId) ?? -1) < at
    )
    const badly = completed.filter(({ status }) => status !== "completed")
    return {
      reason: outcome.reason,
      text,
      completions: completed.length,
      children: order.size,
      early: early.length,
      badly: badly.length
    }
  }).pipe(Effect.provide(inProcess(script, whole)))
}, Effect.scoped)

/** As it says when nothing is cut: what the children said, in their order. */
const textOf = (middles: number, leaves: number): string => {
  const below = Array.from({ length: leaves }, (_, at) => `leaf ${at + 1}`).join("\n")
  return `top: ${Array.from({ length: middles }, () => `middle: ${below}`).join("\n")}`
}

/** 421 sessions take some seconds on a machine that has other things to do. */
const slowestMillis = 60_000

describe("a scripted tree", () => {
  // A leaf takes 100 ms, a parent 300 ms and what it waits for: there is something else to lose at each of these times.
  it.effect.each<[middles: number, leaves: number, deathsMillis: ReadonlyArray<number>]>([
    [2, 2, []],
    ...[50, 150, 250, 350, 450, 550, 650, 750].map((millis): [number, number, [number]] => [2, 2, [millis]]),
    [3, 2, [110, 110, 110, 110, 110, 110, 110]],
    [20, 20, []],
    [20, 20, [250, 250, 250, 250]]
  ])(
    "of 1 + %i and %i below each says the same when processes die after %o ms",
    ([middles, leaves, deathsMillis]) =>
      Effect.gen(function* () {
        const children = middles + middles * leaves
        assert.deepStrictEqual(yield* played(treeOf(middles, leaves), deathsMillis), {
          reason: "done",
          text: textOf(middles, leaves),
          completions: children,
          children,
          early: 0,
          badly: 0
        })
      }),
    slowestMillis
  )
})
