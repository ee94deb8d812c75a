import { assert, describe, it } from "@effect/vitest"
import * as Shape from "../src/Shape.ts"
import { isSnapshot, isUsage } from "../src/Wire.ts"

const isPoint = Shape.struct({ x: Shape.isNumber, name: Shape.optional(Shape.isString) })

describe("Shape", () => {
  it.each<readonly [unknown, boolean]>([
    [{ x: 1 }, true],
    [{ x: 1, name: "a" }, true],
    [{ x: 1, more: true }, true],
    [{ x: 1, name: 2 }, false],
    [{ x: Number.NaN }, false],
    [{}, false],
    [[1], false],
    [null, false]
  ])("%j is a point: %s", (value, holds) => assert.strictEqual(isPoint(value), holds))

  it("reads JSON of the shape only", () => {
    assert.deepStrictEqual(Shape.parse(isPoint, '{"x":1}'), { x: 1 })
    assert.isUndefined(Shape.parse(isPoint, '{"x":"1"}'))
    assert.isUndefined(Shape.parse(isPoint, "{"))
  })

  it("takes a snapshot of a server that does not tell use or model", () => {
    const session = {
      id: "ses_1",
      rootId: "ses_1",
      depth: 0,
      title: "",
      status: "idle",
      createdAt: "2026-12-01T00:00:00Z",
      updatedAt: "2026-12-01T00:00:00Z"
    }
    assert.isTrue(isSnapshot({ number: 0, sessions: [session], truncated: false, requests: [] }))
    assert.isFalse(isSnapshot({ number: 0, sessions: [{ ...session, status: "odd" }], truncated: false, requests: [] }))
    assert.isTrue(isUsage({}))
  })
})
