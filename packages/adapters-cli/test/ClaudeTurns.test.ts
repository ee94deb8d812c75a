import { assert, describe, it } from "@effect/vitest"
import type { Outcome } from "@offshoot/core"
import { messageIdOf } from "../src/claude-stream-json/ClaudeProtocol.ts"
import { ClaudeTurns } from "../src/claude-stream-json/ClaudeTurns.ts"

const done: Outcome.RunnerOutcome = { status: "completed", reason: "done" }
const failed: Outcome.RunnerOutcome = { status: "error", reason: "agent_failed", message: "no" }

/** A turn of a program that says its states, and what becomes of messages. */
const begun = () => {
  const turns = new ClaudeTurns()
  turns.begin("1", "go")
  turns.state("running")
  turns.message("1", "queued")
  turns.message("1", "started")
  return turns
}

const outcomes = (ended: ReadonlyArray<{ readonly outcome: unknown }>) => ended.map(({ outcome }) => outcome)

describe("a turn", () => {
  it("of a program that says no states ends with its result", () => {
    const turns = new ClaudeTurns()
    turns.begin("1", "go")
    assert.deepStrictEqual(outcomes(turns.ended(done)), [done])
  })

  it("ends when the program is idle, as its last result says", () => {
    const turns = begun()
    assert.deepStrictEqual(turns.ended(done), [])
    assert.deepStrictEqual(turns.ended(failed), [])
    assert.deepStrictEqual(outcomes(turns.state("idle")), [failed])
  })

  it("ends once (T1)", () => {
    const turns = begun()
    turns.ended(done)
    assert.lengthOf(turns.state("idle"), 1)
    assert.deepStrictEqual([...turns.ended(done), ...turns.state("idle"), ...turns.giveUp(failed)], [])
  })

  it("does not end before it has a result: a program may be idle before it begins", () => {
    const turns = new ClaudeTurns()
    turns.begin("1", "go")
    turns.message("1", "started")
    assert.deepStrictEqual(turns.state("idle"), [])
  })

  it("does not end while a message is on its way to the program (T2)", () => {
    const turns = begun()
    turns.sent("2", "and on")
    turns.ended(done)
    assert.deepStrictEqual(turns.state("idle"), [])
    turns.message("2", "queued")
    turns.message("2", "started")
    turns.ended(done)
    assert.lengthOf(turns.state("idle"), 1)
  })

  it("ends while a message is on its way to a program that does not say what becomes of it", () => {
    const turns = new ClaudeTurns()
    turns.begin("1", "go")
    turns.sent("2", "and on")
    turns.state("running")
    turns.ended(done)
    assert.lengthOf(turns.state("idle"), 1)
  })

  it("that was asked to stop is interrupted, whatever ended of it before", () => {
    const turns = begun()
    turns.ended(done)
    turns.stop()
    assert.deepStrictEqual(outcomes(turns.state("idle")), ["interrupted"])
  })

  it("that ended as it was asked to stop has its own outcome", () => {
    const turns = begun()
    turns.stop()
    turns.ended(done)
    assert.deepStrictEqual(outcomes(turns.state("idle")), [done])
  })

  it("gives back what the program had not begun with, for the next one", () => {
    const turns = new ClaudeTurns()
    turns.begin("1", "go")
    turns.sent("2", "left")
    turns.stop()
    turns.message("1", "cancelled")
    turns.message("2", "cancelled")
    assert.lengthOf(turns.state("idle"), 1)
    assert.strictEqual(turns.begin("3", "right"), "go\n\nleft\n\nright")
    turns.ended(done)
    turns.message("3", "started")
    turns.state("idle")
    assert.strictEqual(turns.begin("4", "on"), "on")
  })

  it("says how it stood when the program goes away in it", () => {
    const turns = begun()
    assert.isUndefined(turns.lastSaid())
    turns.ended(failed)
    assert.strictEqual(turns.lastSaid(), failed)
  })
})

describe("the id of a message", () => {
  it("has the form of a UUID, and is another in each run and for each message", () => {
    const ids = ["0123456789abc", "zzzzzzzzzzzzz", "a"].flatMap((nonce) =>
      [1, 2, 0xffff].map((n) => messageIdOf(nonce, n))
    )
    for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.strictEqual(new Set(ids).size, ids.length)
  })
})
