/** Each end is told, and once: the cursor of `wait_agents`. */
import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as WaitCursor from "../src/mcp/WaitCursor.ts"

const perAnswer = 64

const many = (count: number, atMillis: (index: number) => number): ReadonlyArray<WaitCursor.End> =>
  Array.from({ length: count }, (_, index) => ({
    id: `ses_${String(index).padStart(6, "0")}`,
    atMillis: atMillis(index)
  }))

const handedBack = (cursor: WaitCursor.WaitCursor): WaitCursor.WaitCursor =>
  Option.getOrThrow(WaitCursor.decode(WaitCursor.encode(cursor)))

/** What is told by answers of so many, until nothing is left; each cursor goes through its text. */
const toldBy = (
  ends: ReadonlyArray<WaitCursor.End>,
  scope: WaitCursor.Scope,
  begin: WaitCursor.WaitCursor = WaitCursor.start
) => {
  const told: Array<string> = []
  let cursor = begin
  for (let answers = 0; answers <= ends.length; answers += 1) {
    const some = WaitCursor.untold(cursor, ends).slice(0, perAnswer)
    if (some.length === 0) break
    told.push(...some.map(({ id }) => id))
    cursor = handedBack(WaitCursor.after(cursor, some, ends, scope))
    assert.isAtMost(WaitCursor.encode(cursor).length, WaitCursor.charsMax)
  }
  return { told, cursor }
}

const t0 = 1_780_000_000_000

describe.each(["all", "named"] as const)("ends of %s that are looked at", (scope) => {
  it.each([
    ["in one millisecond", many(1_000, () => t0)],
    ["in one second", many(1_000, (index) => t0 + index)],
    ["in an hour", many(1_000, (index) => t0 + index * 3_600)],
    ["backwards", many(1_000, (index) => t0 - index * 10)]
  ])("are each told once when a thousand come %s", (_, ends) => {
    const { told } = toldBy(ends, scope)
    assert.lengthOf(told, ends.length)
    assert.strictEqual(new Set(told).size, ends.length)
  })
})

describe("a cursor", () => {
  it("tells an end that was recorded after later ones were told", () => {
    const [early, ...later] = many(20, (index) => t0 + index * 100)
    assert.isDefined(early)
    if (early === undefined) return
    const { cursor } = toldBy(later, "all")
    assert.deepStrictEqual(toldBy([early, ...later], "all", cursor).told, [early.id])
  })

  it("of a wait that named agents does not pass over the others", () => {
    const short = { id: "ses_short", atMillis: t0 + 1_000 }
    const long = { id: "ses_long", atMillis: t0 + 60_000 }
    const { cursor } = toldBy([long], "named")
    assert.deepStrictEqual(toldBy([short, long], "all", cursor).told, [short.id])
  })

  it("is short when what it tells of is long ago", () => {
    const { cursor } = toldBy(
      many(1_000, (index) => t0 + index * 10_000),
      "all"
    )
    assert.isBelow(WaitCursor.encode(cursor).length, 40)
  })

  it.each([
    "",
    "x",
    "..",
    "mx44.ses_1",
    "mx44.ses_1.abc",
    "mx44.../../x.",
    `mx.${"a".repeat(129)}.`,
    `mx..${"a".repeat(645)}`
  ])("is no %j", (text) => {
    assert.isTrue(Option.isNone(WaitCursor.decode(text)))
  })
})
