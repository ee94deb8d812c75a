/** Budgets of trees in a whole runtime: calls and spawns that are let in, refused, and given back. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import * as Agent from "../src/Agent.ts"
import type { RunContext, RunEnd } from "../src/ExternalChildRunner.ts"
import type { SessionId } from "../src/Ids.ts"
import * as Outcome from "../src/Outcome.ts"
import * as SessionStore from "../src/SessionStore.ts"
import { type SpawnRequest, SubAgents } from "../src/SubAgents.ts"
import * as TreeBudget from "../src/TreeBudget.ts"
import { child, settled, world } from "./world.ts"

/**
 * An agent that makes the calls which its prompt lists: `call <tokens>` asks, then
 * uses; `cost <dollars>` likewise; `hold` waits for the gate.
 */
const agentWith = (gate: Deferred.Deferred<void>) => ({
  run: ({ admitCall, prompt, report }: RunContext): Effect.Effect<RunEnd> =>
    Effect.gen(function* () {
      let outputTokens = 0
      let costUsd = 0
      for (const line of prompt.split("\n")) {
        const [word, amount = "0"] = line.split(" ")
        if (word === "hold") {
          yield* Deferred.await(gate)
          continue
        }
        yield* admitCall
        if (word === "cost") costUsd += Number(amount)
        else outputTokens += Number(amount)
        yield* report({ usage: { outputTokens, costUsd, costSource: "estimated" } })
      }
      return Outcome.done
    }).pipe(
      Effect.catch(({ outcome }) => Effect.succeed<Outcome.RunnerOutcome>(outcome)),
      Effect.map((outcome) => ({ outcome, usage: Option.none(), resume: Option.none(), artifacts: [] }))
    )
})

const budgeted = (store: Layer.Layer<SessionStore.SessionStore> = SessionStore.layerMemory) => {
  const gate = Deferred.makeUnsafe<void>()
  return { gate, layer: world({}, Agent.layer(agentWith(gate)), store).layer }
}

const rootWith = (budget: TreeBudget.TreeLimits) =>
  Effect.flatMap(SubAgents, (agents) => agents.createRoot({ title: "root", budget }))

const worker = (parentId: SessionId, lines: ReadonlyArray<string>, more: Partial<SpawnRequest> = {}) =>
  Effect.flatMap(SubAgents, (agents) => agents.spawn(parentId, { prompt: lines.join("\n"), ...more }))

const outcomeOf = (spawned: Parameters<typeof settled>[0]) => Effect.map(settled(spawned), ({ outcome }) => outcome)

const refusalOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.match(effect, {
    onSuccess: () => undefined,
    onFailure: (error) => (error instanceof TreeBudget.BudgetExhausted ? error : undefined)
  })

describe("a tree's budget", () => {
  it.effect("ends a run as error/budget before the call that it does not allow, and keeps what was done", () =>
    Effect.gen(function* () {
      const parent = yield* rootWith({ tokens: 100 })
      const spawned = yield* worker(parent.id, ["call 60", "call 60", "call 1"])
      const outcome = yield* outcomeOf(spawned)
      assert.strictEqual(outcome?.reason, "budget")
      assert(outcome?.reason === "budget")
      assert.strictEqual(outcome.budget, "tokens")
      const agents = yield* SubAgents
      // The call that was under way is not thrown away.
      assert.strictEqual((yield* agents.usage(parent.id)).tree.outputTokens, 120)
    }).pipe(Effect.provide(budgeted().layer))
  )

  it.effect("is shared by siblings, and counts dollars as well", () =>
    Effect.gen(function* () {
      const parent = yield* rootWith({ costUsd: 0.3 })
      const first = yield* worker(parent.id, ["cost 0.1", "cost 0.1"])
      assert.strictEqual((yield* outcomeOf(first))?.reason, "done")
      const second = yield* worker(parent.id, ["cost 0.1", "cost 0.1"])
      const outcome = yield* outcomeOf(second)
      assert(outcome?.reason === "budget")
      assert.strictEqual(outcome.budget, "cost")
      assert.strictEqual((yield* refusalOf(worker(parent.id, ["call 1"])))?.budget, "cost")
    }).pipe(Effect.provide(budgeted().layer))
  )

  it.effect("bounds how many children are ever spawned in it, removed ones included", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const parent = yield* rootWith({ spawns: 2 })
      const first = yield* worker(parent.id, ["call 1"])
      yield* settled(first)
      yield* agents.remove(first.session.id)
      yield* settled(yield* worker(parent.id, ["call 1"]))
      const refused = yield* refusalOf(worker(parent.id, ["call 1"]))
      assert.deepInclude(refused, { budget: "spawns", limit: 2, used: 2, asked: 1 })
      assert.strictEqual((yield* agents.usage(parent.id)).spawned, 2)
    }).pipe(Effect.provide(budgeted().layer))
  )

  it.effect("lets in only as many of the siblings that are spawned at once as fit", () =>
    Effect.gen(function* () {
      const parent = yield* rootWith({ tokens: 100, spawns: 10 })
      const at = (index: number) => worker(parent.id, ["call 1"], { budget: { tokens: 30 }, title: String(index) })
      const tried = yield* Effect.all(
        [1, 2, 3, 4, 5].map((index) => Effect.exit(at(index))),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(tried.filter(Exit.isSuccess).length, 3)
      const agents = yield* SubAgents
      assert.strictEqual((yield* agents.usage(parent.id)).spawned, 3)
    }).pipe(Effect.provide(budgeted().layer))
  )

  it.effect("promises a child its own budget, and has back what the child did not use", () => {
    const { gate, layer } = budgeted()
    return Effect.gen(function* () {
      const parent = yield* rootWith({ tokens: 100 })
      const held = yield* worker(parent.id, ["call 10", "hold"], { budget: { tokens: 80 } })
      yield* TestClock.adjust("1 second")
      const refused = yield* refusalOf(worker(parent.id, ["call 1"], { budget: { tokens: 30 } }))
      assert.deepInclude(refused, { budget: "tokens", limit: 100, used: 10, reserved: 70, asked: 30 })
      yield* Deferred.succeed(gate, undefined)
      yield* settled(held)
      const next = yield* worker(parent.id, ["call 80", "call 1"], { budget: { tokens: 90 } })
      assert.strictEqual((yield* outcomeOf(next))?.reason, "done")
    }).pipe(Effect.provide(layer))
  })

  it.effect("bounds a child by its own budget although its parent has more", () =>
    Effect.gen(function* () {
      const parent = yield* rootWith({ tokens: 1_000 })
      const outcome = yield* outcomeOf(yield* worker(parent.id, ["call 10", "call 10"], { budget: { tokens: 5 } }))
      assert.strictEqual(outcome?.reason, "budget")
      assert.strictEqual((yield* outcomeOf(yield* worker(parent.id, ["call 500", "call 1"])))?.reason, "done")
    }).pipe(Effect.provide(budgeted().layer))
  )

  it.effect("counts what an external child told, and does not stop it in the middle", () =>
    Effect.gen(function* () {
      const parent = yield* rootWith({ tokens: 50 })
      assert.strictEqual((yield* outcomeOf(yield* child(parent.id, ["usage 60", "say done"])))?.reason, "done")
      assert.strictEqual((yield* refusalOf(child(parent.id, ["say more"])))?.budget, "tokens")
    }).pipe(Effect.provide(budgeted().layer))
  )

  it.effect("gives every root the app's default limits that it does not set itself", () =>
    Effect.gen(function* () {
      const agents = yield* SubAgents
      const plain = yield* agents.createRoot({})
      assert.deepStrictEqual(plain.budgets, [{ sessionId: plain.id, tokens: 10, spawns: 3 }])
      const own = yield* agents.createRoot({ budget: { tokens: 20 } })
      assert.deepStrictEqual(own.budgets, [{ sessionId: own.id, tokens: 20, spawns: 3 }])
    }).pipe(Effect.provide(world({}, TreeBudget.layer({ tokens: 10, spawns: 3 })).layer))
  )

  it.effect("holds after a restart: what was used, what is promised, what was spawned", () =>
    Effect.gen(function* () {
      const store = Layer.succeedContext(yield* Layer.build(SessionStore.layerMemory))
      const dead = yield* Scope.make()
      const first = yield* Layer.buildWithScope(budgeted(store).layer, dead)
      const parent = yield* Effect.gen(function* () {
        const made = yield* rootWith({ tokens: 100, spawns: 4 })
        yield* settled(yield* worker(made.id, ["call 20"]))
        // Alive when the process dies: 50 promised, 10 of them used.
        yield* worker(made.id, ["call 10", "hold"], { budget: { tokens: 50 } })
        yield* TestClock.adjust("1 second")
        return made
      }).pipe(Effect.provideContext(first))
      yield* Effect.gen(function* () {
        yield* TestClock.adjust("1 second")
        const agents = yield* SubAgents
        assert.deepInclude(yield* agents.usage(parent.id), { spawned: 2, inFlight: 1 })
        const refused = yield* refusalOf(worker(parent.id, ["call 1"], { budget: { tokens: 60 } }))
        assert.strictEqual(refused?.budget, "tokens")
        const fits = yield* worker(parent.id, ["call 1"], { budget: { tokens: 20 } })
        yield* settled(fits)
        yield* settled(yield* worker(parent.id, ["call 1"]))
        assert.strictEqual((yield* refusalOf(worker(parent.id, ["call 1"])))?.budget, "spawns")
      }).pipe(Effect.provide(budgeted(store).layer))
      yield* Scope.close(dead, Exit.void)
    }).pipe(Effect.scoped)
  )
})
