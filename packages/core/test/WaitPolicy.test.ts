import { assert, describe, it } from "@effect/vitest"
import type { SessionStatus } from "../src/Session.ts"
import { isSatisfied, suffices } from "../src/WaitPolicy.ts"

const rows: ReadonlyArray<readonly [ReadonlyArray<SessionStatus>, boolean, boolean, boolean]> = [
  [[], true, true, true],
  [["pending"], false, false, false],
  [["completed"], true, true, true],
  [["skipped", "completed"], true, true, true],
  [["running", "completed"], false, true, false],
  [["running", "skipped"], false, true, false],
  [["running", "error"], false, true, true],
  [["awaiting_request", "timeout"], false, true, true],
  [["waiting_for_children", "cancelled"], false, true, true],
  [["cancelling", "running"], false, false, false],
  [["idle", "completed"], false, true, false],
  [["completed", "error", "timeout", "cancelled", "skipped"], true, true, true]
]

describe("WaitPolicy.isSatisfied", () => {
  it.each(rows)("S-wait: children %j: all %s, any %s, first_error %s", (statuses, all, any, firstError) => {
    assert.strictEqual(isSatisfied("all", statuses), all)
    assert.strictEqual(isSatisfied("any", statuses), any)
    assert.strictEqual(isSatisfied("first_error", statuses), firstError)
  })
})

const alone: ReadonlyArray<readonly [SessionStatus, boolean, boolean]> = [
  ["running", false, false],
  ["cancelling", false, false],
  ["completed", true, false],
  ["skipped", true, false],
  ["error", true, true],
  ["timeout", true, true],
  ["cancelled", true, true]
]

describe("WaitPolicy.suffices", () => {
  it.each(alone)("S-wait: one child that is %s: any %s, first_error %s, never all", (status, any, firstError) => {
    assert.strictEqual(suffices("any", status), any)
    assert.strictEqual(suffices("first_error", status), firstError)
    assert.isFalse(suffices("all", status))
  })
})
