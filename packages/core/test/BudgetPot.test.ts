/** Pots inside each other: what is granted, promised, used and given back. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Pot from "../src/internal/budgetPot.ts"

describe("a pot", () => {
  it("promises what it grants, and has it again when the other closes", () => {
    const outer = Pot.open(100, 0, undefined)
    const inner = Pot.open(60, 0, outer)
    assert.deepStrictEqual([inner.granted, outer.promised, Pot.room(outer)], [60, 60, 40])
    Pot.use(inner, 25)
    assert.deepStrictEqual([outer.used, outer.promised, Pot.room(outer)], [25, 35, 40])
    Pot.close(inner)
    assert.deepStrictEqual([outer.used, outer.promised, Pot.room(outer)], [25, 0, 75])
  })

  it("grants no more than there is", () => {
    const outer = Pot.open(100, 90, undefined)
    assert.strictEqual(Pot.open(60, 0, outer).granted, 10)
    assert.strictEqual(Pot.open(60, 0, outer).granted, 0)
  })

  it("counts what a pot inside used before it was opened as used, not as promised", () => {
    const outer = Pot.open(100, 30, undefined)
    const inner = Pot.open(40, 30, outer)
    assert.deepStrictEqual([inner.granted, Pot.room(inner), outer.promised], [40, 10, 10])
  })

  it("takes what a call used beyond the grant from what is around it", () => {
    const outer = Pot.open(100, 0, undefined)
    const inner = Pot.open(10, 0, outer)
    Pot.use(inner, 15)
    assert.deepStrictEqual([Pot.room(inner), outer.used, outer.promised, Pot.room(outer)], [-5, 15, 0, 85])
    Pot.close(inner)
    assert.strictEqual(outer.promised, 0)
  })

  const Step = Schema.Struct({
    act: Schema.Literals(["open", "use", "close", "admit"]),
    at: Schema.Literals([0, 1, 2, 3, 4, 5]),
    amount: Schema.Literals([0, 1, 5, 20, 70])
  })

  it.prop(
    "I8: while nobody uses more than there is, what is used and promised is never above the limit, in no pot",
    { steps: Schema.Array(Step) },
    ({ steps }) => {
      const root = Pot.open(100, 0, undefined)
      let pots: Array<Pot.Pot> = [root]
      const closed = new Set<Pot.Pot>()
      for (const { act, amount, at } of steps) {
        const pot = pots[at % pots.length] ?? root
        if (act === "open") pots.push(Pot.open(amount, 0, pot))
        // What may be used is the nearest pot's to say: those around it have promised it.
        else if (act === "use") Pot.use(pot, Math.min(amount, Math.max(0, Pot.room(pot))))
        else if (act === "close" && pot !== root && !pots.some((other) => other.outer === pot)) {
          Pot.close(pot)
          closed.add(pot)
          pots = pots.filter((other) => other !== pot)
        }
        for (const each of pots) {
          assert.isAtMost(each.used + each.promised, each.granted)
          assert.isAtMost(each.granted, each.limit)
          const inside = pots.filter(({ outer }) => outer === each)
          const left = inside.reduce((sum, { granted, used }) => sum + granted - used, 0)
          assert.strictEqual(each.promised, left)
        }
      }
    },
    { arbitrary: { runs: 300 } }
  )
})
