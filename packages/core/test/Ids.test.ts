import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import * as Ids from "../src/Ids.ts"

const makers = [
  ["ses", Ids.makeSessionId],
  ["run", Ids.makeRunId],
  ["msg", Ids.makeMessageId]
] as const
const shape = /^(ses|run|msg)_[0-9a-z]{9}[0-9a-hjkmnp-tv-z]{13}$/

const words = (...values: ReadonlyArray<number>): Uint8Array => {
  const bytes = new Uint8Array(values.length * 4)
  const view = new DataView(bytes.buffer)
  values.forEach((value, index) => view.setUint32(index * 4, value))
  return bytes
}

describe("Ids", () => {
  it.effect.each(makers)(
    "an id of %s is its prefix, nine digits of the clock and thirteen of chance",
    ([prefix, make]) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(36)
        const id = yield* make
        assert.match(id, shape)
        assert.isTrue(id.startsWith(`${prefix}_000000010`))
      })
  )

  it.effect("ids sort by age, also where the clock gains a digit", () =>
    Effect.gen(function* () {
      const made: Array<string> = []
      for (const millis of [0, 1, 35, 36, 36 ** 5 - 1, 36 ** 5, 1_750_000_000_000, 2_000_000_000_000, 36 ** 8]) {
        yield* TestClock.setTime(millis)
        made.push(yield* Ids.makeSessionId)
      }
      assert.deepStrictEqual(made.toSorted(), made)
    })
  )

  it.effect("ids of one millisecond differ", () =>
    Effect.gen(function* () {
      const made = yield* Effect.replicateEffect(Ids.makeRunId, 1_000)
      assert.strictEqual(new Set(made).size, 1_000)
    })
  )

  it.effect("ordered entropy keeps the order in which the ids of one millisecond were made", () =>
    Effect.gen(function* () {
      const entropy = Ids.ordered(yield* Ids.Entropy)
      const made = yield* Effect.replicateEffect(Ids.makeSessionId, 1_000).pipe(
        Effect.provideService(Ids.Entropy, entropy)
      )
      assert.deepStrictEqual(made.toSorted(), made)
      assert.strictEqual(new Set(made.map((id) => id.slice(15))).size, 1_000)
    })
  )

  it.effect("one seed gives the same ids again, another gives others", () =>
    Effect.gen(function* () {
      const first = yield* Ids.makeSessionId.pipe(Random.withSeed("a"))
      assert.strictEqual(yield* Ids.makeSessionId.pipe(Random.withSeed("a")), first)
      assert.notStrictEqual(yield* Ids.makeSessionId.pipe(Random.withSeed("b")), first)
    })
  )

  it.effect("chance comes from the entropy that was given", () =>
    Effect.gen(function* () {
      const id = yield* Effect.provideService(Ids.makeSessionId, Ids.Entropy, Effect.succeed("0123456789abc"))
      assert.strictEqual(id, "ses_0000000000123456789abc")
    })
  )

  it.each([
    ["nothing set", words(0, 0, 0), "0000000000000"],
    ["everything set", words(0xffffffff, 0xffffffff, 0xffffffff), "zzzzzzzzzzzzz"],
    ["the first word", words(0xffffffff, 0, 0), "zzzzzz0000000"],
    ["the second word", words(0, 0xffffffff, 0), "000000zzzzzz0"],
    ["the third word", words(0, 0, 0xffffffff), "000000000000z"],
    ["one digit of the first word", words(4, 0, 0), "1000000000000"]
  ])("digitsFromBytes: %s", (_, bytes, expected) => {
    assert.strictEqual(Ids.digitsFromBytes(bytes), expected)
  })

  it("digitsFromBytes: more than twelve bytes change nothing", () => {
    assert.strictEqual(Ids.digitsFromBytes(words(1, 2, 3, 4)), Ids.digitsFromBytes(words(1, 2, 3)))
  })

  it.each([
    ["an empty id", ""],
    ["an id of 129 characters", "x".repeat(129)],
    ["a number", 7]
  ])("refuses %s", (_, value) => {
    assert.isFalse(Schema.is(Ids.SessionId)(value))
  })

  it("accepts an id of 128 characters", () => {
    assert.isTrue(Schema.is(Ids.SessionId)("x".repeat(128)))
  })
})
