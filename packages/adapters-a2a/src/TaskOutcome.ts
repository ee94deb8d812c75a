/**
 * What the state of an A2A task means for a child: still at work, waiting for
 * somebody, or settled with an outcome.
 *
 * Pure translation of A2A 1.0 (a2a.proto, `TaskState`), with the spellings of
 * 0.3, which many peers still send. It opens no connection: there is no A2A
 * client in this package yet.
 *
 * @stability unstable
 */
import { Outcome } from "@offshoot/core"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/** Every state that A2A 1.0 knows, without `TASK_STATE_UNSPECIFIED`, which says nothing. */
export const TaskState = Schema.Literals([
  "TASK_STATE_SUBMITTED",
  "TASK_STATE_WORKING",
  "TASK_STATE_INPUT_REQUIRED",
  "TASK_STATE_AUTH_REQUIRED",
  "TASK_STATE_COMPLETED",
  "TASK_STATE_FAILED",
  "TASK_STATE_CANCELED",
  "TASK_STATE_REJECTED"
])
export type TaskState = typeof TaskState.Type

const isTaskState = Schema.is(TaskState)

/** 0.3 wrote `input-required` for what is `TASK_STATE_INPUT_REQUIRED` now. */
const spelledAsNow = (written: string): string => `TASK_STATE_${written.toUpperCase().replaceAll("-", "_")}`

/** The state that a peer wrote, in either spelling; none when this version of us does not know it. */
export const taskState = (written: string): Option.Option<TaskState> => {
  if (isTaskState(written)) return Option.some(written)
  const now = spelledAsNow(written)
  return isTaskState(now) ? Option.some(now) : Option.none()
}

/**
 * Where a task stands.
 *
 * - `Working`: go on listening. A state that we do not know is this too: a
 *   later version of the protocol may have more of them, and a watchdog bounds
 *   the waiting.
 * - `Waiting` for `input`: the child has a question; the answer is one more
 *   message to the same task. For `authorization`: credentials are needed, which
 *   travel outside the protocol, and the task may go on by itself: keep
 *   listening.
 * - `Settled`: nothing follows.
 */
export type Progress =
  | { readonly _tag: "Working"; readonly status: "running" }
  | { readonly _tag: "Waiting"; readonly status: "awaiting_request"; readonly wants: "input" | "authorization" }
  | {
      readonly _tag: "Settled"
      readonly status: Outcome.RunnerOutcome["status"]
      readonly outcome: Outcome.RunnerOutcome
    }

const working: Progress = { _tag: "Working", status: "running" }

const waiting = (wants: "input" | "authorization"): Progress => ({ _tag: "Waiting", status: "awaiting_request", wants })

const settled = (outcome: Outcome.RunnerOutcome): Progress => ({ _tag: "Settled", status: outcome.status, outcome })

/** What the agent said with the state; a blank text is no text. */
const orElse = (said: string | undefined, otherwise: string): string => {
  const text = said?.trim() ?? ""
  return text === "" ? otherwise : text
}

/**
 * The meaning of a task's state. `said` is the text of the status message.
 *
 * **Gotchas**: `TASK_STATE_CANCELED` is a failure here. When we asked for the
 * cancel, the runtime has its own outcome and does not look at this one; when
 * we did not, somebody else stopped the agent, and nothing was completed.
 */
export const progress = (state: string, said?: string): Progress => {
  switch (Option.getOrUndefined(taskState(state))) {
    case "TASK_STATE_COMPLETED":
      return settled(Outcome.done)
    case "TASK_STATE_FAILED":
      return settled({
        status: "error",
        reason: "agent_failed",
        message: orElse(said, "The remote agent failed and did not say why")
      })
    case "TASK_STATE_CANCELED":
      return settled({
        status: "error",
        reason: "agent_failed",
        message: orElse(said, "The remote agent cancelled the task by itself")
      })
    case "TASK_STATE_REJECTED":
      return settled({
        status: "error",
        reason: "refused",
        message: orElse(said, "The remote agent rejected the task and did not say why")
      })
    case "TASK_STATE_INPUT_REQUIRED":
      return waiting("input")
    case "TASK_STATE_AUTH_REQUIRED":
      return waiting("authorization")
    case "TASK_STATE_SUBMITTED":
    case "TASK_STATE_WORKING":
    case undefined:
      return working
  }
}

/**
 * The outcome of a task that cannot be reached any more.
 *
 * A state that was terminal when it was last seen stands. Any other is `lost`:
 * an agent whose stream broke may have done its work all the same, so that it
 * is neither a success nor a failure.
 */
export const afterLoss = (lastState: Option.Option<string>, said?: string): Outcome.RunnerOutcome => {
  const last = Option.map(lastState, (state) => progress(state, said))
  if (Option.isSome(last) && last.value._tag === "Settled") return last.value.outcome
  const seen = Option.match(lastState, { onNone: () => "before it had a state", onSome: (state) => `in ${state}` })
  return {
    status: "error",
    reason: "lost",
    message: `The remote agent could not be reached any more; its task was last seen ${seen}`
  }
}
