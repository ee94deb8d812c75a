import { assert, describe, it } from "@effect/vitest"
import { Session } from "@offshoot/core"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as TaskOutcome from "../src/TaskOutcome.ts"

describe("TaskOutcome.taskState", () => {
  it.each([
    ["TASK_STATE_WORKING", "TASK_STATE_WORKING"],
    ["working", "TASK_STATE_WORKING"],
    ["input-required", "TASK_STATE_INPUT_REQUIRED"],
    ["auth-required", "TASK_STATE_AUTH_REQUIRED"],
    ["canceled", "TASK_STATE_CANCELED"]
  ])("reads %s as %s", (written, state) => {
    assert.deepStrictEqual(Option.getOrUndefined(TaskOutcome.taskState(written)), state)
  })

  it.each(["TASK_STATE_UNSPECIFIED", "unknown", "cancelled", "", "TASK_STATE_PAUSED"])(
    "does not know %j",
    (written) => {
      assert.isTrue(Option.isNone(TaskOutcome.taskState(written)))
    }
  )
})

describe("TaskOutcome.progress", () => {
  const failed = (message: string) => ({ status: "error", reason: "agent_failed", message })

  it.each([
    ["TASK_STATE_COMPLETED", "All done", { status: "completed", reason: "done" }],
    ["TASK_STATE_FAILED", "out of disk", failed("out of disk")],
    ["TASK_STATE_FAILED", "  ", failed("The remote agent failed and did not say why")],
    ["TASK_STATE_FAILED", undefined, failed("The remote agent failed and did not say why")],
    ["TASK_STATE_CANCELED", undefined, failed("The remote agent cancelled the task by itself")],
    ["TASK_STATE_REJECTED", "not my skill", { status: "error", reason: "refused", message: "not my skill" }],
    ["completed", undefined, { status: "completed", reason: "done" }]
  ])("settles %s with %j", (state, said, outcome) => {
    assert.deepStrictEqual<unknown>(TaskOutcome.progress(state, said), {
      _tag: "Settled",
      status: outcome.status,
      outcome
    })
  })

  it.each([
    ["TASK_STATE_INPUT_REQUIRED", "input"],
    ["TASK_STATE_AUTH_REQUIRED", "authorization"]
  ])("shows %s as waiting for %s", (state, wants) => {
    assert.deepStrictEqual<unknown>(TaskOutcome.progress(state), {
      _tag: "Waiting",
      status: "awaiting_request",
      wants
    })
  })

  it.each(["TASK_STATE_SUBMITTED", "TASK_STATE_WORKING", "TASK_STATE_UNSPECIFIED", "TASK_STATE_OF_TOMORROW", ""])(
    "goes on listening in %j",
    (state) => {
      assert.deepStrictEqual<unknown>(TaskOutcome.progress(state), { _tag: "Working", status: "running" })
    }
  )

  it.each(TaskOutcome.TaskState.literals)("gives %s a status of the wire", (state) => {
    assert.isTrue(Schema.is(Session.SessionStatus)(TaskOutcome.progress(state).status))
  })
})

describe("TaskOutcome.afterLoss", () => {
  it.each(["TASK_STATE_SUBMITTED", "TASK_STATE_WORKING", "TASK_STATE_INPUT_REQUIRED", "TASK_STATE_UNSPECIFIED"])(
    "calls a task that was last seen in %s lost",
    (state) => {
      const outcome = TaskOutcome.afterLoss(Option.some(state))
      assert.strictEqual(outcome.reason, "lost")
      assert.include(outcome.reason === "lost" ? outcome.message : "", state)
    }
  )

  it("calls a task without a state lost", () => {
    assert.strictEqual(TaskOutcome.afterLoss(Option.none()).reason, "lost")
  })

  it("keeps a terminal state that was seen", () => {
    assert.strictEqual(TaskOutcome.afterLoss(Option.some("TASK_STATE_COMPLETED")).reason, "done")
    assert.strictEqual(TaskOutcome.afterLoss(Option.some("TASK_STATE_REJECTED"), "no").reason, "refused")
  })
})
