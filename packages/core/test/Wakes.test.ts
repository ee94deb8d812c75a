/** Waits in the whole runtime: a parent that runs in process rests, and goes on with what its children said. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"
import { SubAgents } from "../src/SubAgents.ts"
import { running, wakeWhenAll, make as parentAgent } from "./ParentAgent.ts"
import { childrenIn } from "./WaitsWorld.ts"
import { child, statusOf, world } from "./world.ts"

const answersIn = (prompt: string) => childrenIn(prompt).map(({ answer }) => answer)

describe("a wake", () => {
  it.effect("runs a parent again that rests, once, with the answers of its children", () => {
    const agent = parentAgent()
    return Effect.gen(function* () {
      const agents = yield* SubAgents
      const id = yield* running()
      const first = yield* agent.next
      yield* child(id, ["sleep 60", "say one"])
      yield* child(id, ["sleep 90", "say two"])
      const wait = yield* wakeWhenAll(id)
      yield* first.end
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(yield* statusOf(id), "waiting_for_children")
      const { hold } = yield* agents.session(id)
      assert.deepStrictEqual(
        Option.map(hold, ({ _tag }) => _tag),
        Option.some("Children")
      )
      yield* TestClock.adjust("60 seconds")
      const second = yield* agent.next
      assert.deepStrictEqual(answersIn(second.prompt), ["one", "two"])
      yield* second.end
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(yield* agent.more, 0)
      const last = Option.getOrThrow(yield* agents.lastWait(id))
      assert.deepInclude(last, { id: wait.id, status: "satisfied" })
    }).pipe(Effect.provide(world({}, agent.layer).layer))
  })

  it.effect("of a parent that is still running reaches what comes after its run", () => {
    const agent = parentAgent()
    return Effect.gen(function* () {
      const id = yield* running()
      const first = yield* agent.next
      yield* child(id, ["say one"])
      yield* wakeWhenAll(id)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* agent.more, 0)
      yield* first.end
      const second = yield* agent.next
      assert.deepStrictEqual(answersIn(second.prompt), ["one"])
      yield* second.end
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(yield* agent.more, 0)
    }).pipe(Effect.provide(world({}, agent.layer).layer))
  })

  it.effect("of a parent whose children had settled before it waited comes all the same", () => {
    const agent = parentAgent()
    return Effect.gen(function* () {
      const id = yield* running()
      const first = yield* agent.next
      yield* child(id, ["say one"], { parentClose: "abandon" })
      yield* first.end
      yield* TestClock.adjust("1 second")
      yield* wakeWhenAll(id)
      const second = yield* agent.next
      assert.deepStrictEqual(answersIn(second.prompt), ["one"])
    }).pipe(Effect.provide(world({}, agent.layer).layer))
  })

  it.effect("comes with the end of the lease, and stops no child", () => {
    const agent = parentAgent()
    return Effect.gen(function* () {
      const agents = yield* SubAgents
      const id = yield* running()
      const first = yield* agent.next
      const spawned = yield* child(id, ["sleep 3000", "say late"], { parentClose: "abandon" })
      yield* agents.wakeWhen(id, { children: [], policy: "all", lease: Option.some(Duration.minutes(5)) })
      yield* first.end
      yield* TestClock.adjust("6 minutes")
      const second = yield* agent.next
      assert.deepStrictEqual(
        childrenIn(second.prompt).map(({ status }) => status),
        ["running"]
      )
      assert.strictEqual(yield* statusOf(spawned.session.id), "running")
    }).pipe(Effect.provide(world({}, agent.layer).layer))
  })

  it.effect("does not run a parent that was cancelled while it waited", () => {
    const agent = parentAgent()
    return Effect.gen(function* () {
      const agents = yield* SubAgents
      const id = yield* running()
      yield* agent.next
      yield* child(id, ["hang"])
      yield* wakeWhenAll(id)
      yield* TestClock.adjust("1 second")
      yield* agents.cancel(id, { mode: "abort", by: "by_user", reach: "subtree" })
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(yield* statusOf(id), "cancelled")
      assert.strictEqual(yield* agent.more, 0)
      const hidden = (yield* agents.messages(id, { after: 0, limit: 100 })).filter((message) => message.hidden)
      assert.strictEqual(hidden.length, 1)
    }).pipe(Effect.provide(world({}, agent.layer).layer))
  })
})
